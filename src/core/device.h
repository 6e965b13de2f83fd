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
#define DEVICE_CLASSES    32 /* interfaces of one USB device that are looked at */

enum device_kind {
	DEVICE_OTHER, /* nothing that is looked at: partitions, loops, interfaces */
	DEVICE_DISK,
	DEVICE_OPTICAL,
	DEVICE_USB, /* what is plugged in, whatever it is; its disk comes by itself */
};

/* Vendor, model and serial are escaped; "" when the device has none. */
struct device {
	enum device_kind kind;
	char id_path[LIM_PORT_PATH_BYTES + 1]; /* "" when it has none that can be used */
	char node[DEVICE_NODE_SIZE];
	char vendor[DEVICE_WORD_SIZE], model[DEVICE_WORD_SIZE], serial[DEVICE_WORD_SIZE];
	bool usb;       /* it hangs on USB, by whatever hub */
	bool medium;    /* there is something in it */
	bool read_only; /* the kernel refuses writes */
	bool ruled;     /* the station's udev rules saw it */
	uint64_t major, minor;
	uint64_t bytes;
	uint64_t diskseq;  /* of this insertion, 0 when the kernel does not count them */
	uint64_t since_us; /* monotonic clock, when udev first saw it; 0 when unknown */
	unsigned lun;      /* which disk of the device it is */
	uint8_t classes[DEVICE_CLASSES]; /* of its interfaces, when it is on USB */
	size_t nclasses;
};

/*
 * A property by its name, or a sysfs attribute as "ATTR{size}"; NULL when the
 * device has none.  The text lives until the next call.
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

/* Vendor, model and serial in one line; "unnamed device" when it has none. */
void device_words(const struct device *, char out[DEVICE_WORDS_SIZE]);
/*
 * The same medium once more, as far as a device tells: size and serial, or,
 * without one, vendor and model.
 */
bool device_is(const struct device *, uint64_t bytes, const char *vendor, const char *model,
    const char *serial);

#endif
