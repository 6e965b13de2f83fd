/* SPDX-License-Identifier: ISC */
/*
 * A device as udev tells it, and what this station makes of it: a medium that
 * can be read, an empty drive, or something that is refused and why.  Pure:
 * who has libudev passes its properties in.
 */
#ifndef CORE_DEVICE_H
#define CORE_DEVICE_H

#include "src/base/limits.h"
#include "src/core/station.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DEVICE_WORD_SIZE  (LIM_DEVICE_TEXT_BYTES * 4 + 1) /* escaped */
#define DEVICE_WORDS_SIZE (3 * DEVICE_WORD_SIZE + 2)
#define DEVICE_NODE_SIZE  64
#define DEVICE_WHY_SIZE   256
#define DEVICE_INTERFACES 32 /* of one USB device that are looked at */
#define DEVICE_ID_SIZE    10 /* "0781:5581" */
#define DEVICE_HASH_SIZE  65
#define DEVICE_ODD_SIZE   96

enum device_kind {
	DEVICE_OTHER, /* nothing that is looked at: partitions, loops, interfaces */
	DEVICE_DISK,
	DEVICE_OPTICAL,
	DEVICE_USB,   /* what is plugged in, whatever it is; its disk comes by itself */
	DEVICE_INPUT, /* what the kernel takes keys or movements from; on USB the words are
	                 those of the USB device, major and minor too */
};

/* Vendor, model and serial are escaped; "" when the device has none. */
struct device {
	enum device_kind kind;
	char id_path[LIM_PORT_PATH_BYTES + 1]; /* "" when it has none that can be used */
	char node[DEVICE_NODE_SIZE];
	char vendor[DEVICE_WORD_SIZE], model[DEVICE_WORD_SIZE], serial[DEVICE_WORD_SIZE];
	bool usb;             /* it hangs on USB, by whatever hub */
	const char *loose;    /* "a memory card" and the like: never a disk of the machine */
	bool virtual;         /* made by the kernel itself: loops, volumes, arrays */
	bool medium;          /* there is something in it */
	bool read_only;       /* the kernel refuses writes */
	bool ruled;           /* the station's udev rules saw it */
	bool write_protected; /* it refused writes before they did */
	bool shut;            /* the kernel was told to give it to no driver */
	uint64_t major, minor;
	uint64_t bytes;
	uint64_t diskseq;  /* of this insertion, 0 when the kernel does not count them */
	uint64_t since_us; /* monotonic clock, when udev first saw it; 0 when unknown */
	/* On USB: of each kind of interface class, subclass and protocol, a byte each. */
	uint32_t interfaces[DEVICE_INTERFACES];
	size_t ninterfaces;
	uint64_t units; /* how many interfaces it has, 0 when that is not known */
	/* Why udev, the kernel and the descriptors do not say the same of it; else "". */
	char odd[DEVICE_ODD_SIZE];
	/* Of what is plugged in: a disk in a USB case has another of its own. */
	char outer_serial[DEVICE_WORD_SIZE];
	char id[DEVICE_ID_SIZE];            /* vendor and product, as USB numbers them; or "" */
	char descriptors[DEVICE_HASH_SIZE]; /* their SHA-256; "" when not on USB or not known */
	const char *input;                  /* what gives keys: "a keyboard"; else NULL */
};

/*
 * A property by its name, a sysfs attribute as "ATTR{size}", a property or an
 * attribute of the USB device it hangs on as "USB{ID_PATH}" and
 * "USBATTR{bNumInterfaces}", an attribute of the memory card as "MMC{type}"; of
 * that USB device's descriptors the SHA-256 as "DESCRIPTORS" and, as usbdesc.h
 * reads them, "DESCRIBED{classes}" (in the form of ID_USB_INTERFACES),
 * "DESCRIBED{interfaces}", "DESCRIBED{configurations}" and "DESCRIBED{wrong}";
 * NULL when there is none.  The text lives until the next call.
 */
typedef const char *device_get_fn(void *arg, const char *key);

/* Never fails: what is missing, too long or ill-formed is left out. */
void device_read(device_get_fn *, void *arg, struct device *ret);

enum device_state {
	DEVICE_IGNORED, /* none of the station's business */
	DEVICE_EMPTY,   /* a drive or card reader in a media port, with nothing in it */
	DEVICE_READY,
	DEVICE_REFUSED, /* why: what it is, and what to do */
};

struct device_judgement {
	enum device_state state;
	const struct station_port *port; /* the station's, or NULL: it is in none */
	char why[DEVICE_WHY_SIZE];
};

void device_judge(const struct device *, const struct station *, struct device_judgement *ret);

/* It offers to be a keyboard, a mouse or the like. */
bool device_has_keys(const struct device *);
/* Its interfaces as udev writes them: "080650 030101"; "" when it is not on USB. */
void device_interface_words(const struct device *, char out[DEVICE_INTERFACES * 7 + 1]);
/* Vendor, model and serial in one line; "unnamed device" when it has none. */
void device_words(const struct device *, char out[DEVICE_WORDS_SIZE]);
/*
 * The same disk of a device, by the ends of two ID_PATHs (or of paths that end in
 * one): the number of its interface and its LUN, both 0 where they do not say.
 */
bool device_unit_is(const char *place, const char *other);

/* What is remembered of a medium. */
struct device_known {
	uint64_t bytes;
	const char *vendor, *model, *serial;
	const char *place; /* where it was: a source or an ID_PATH */
};

/*
 * The same medium once more, as far as a device tells: size, serial and which
 * disk of the device it is; without a serial, vendor and model.
 */
bool device_is(const struct device *, const struct device_known *);

#endif
