/* SPDX-License-Identifier: ISC */
/*
 * What udev announces of disks, USB devices and keyboards: the only user of libudev.
 * Announcements come from udevd behind its rules, never from the kernel in
 * front of them; libudev drops what a process of another user than root sent,
 * as this process sees users: the desk has no user namespace of its own.
 */
#ifndef DESK_UDEV_H
#define DESK_UDEV_H

#include "src/base/hex.h"
#include "src/core/device.h"
#include "src/core/usbdesc.h"

#include <stdbool.h>

struct udev_watch;

/* `place` tells devices apart while they are there; it lives until the call returns. */
struct udev_watcher {
	/* It came, changed, or was found there. */
	void (*seen)(void *arg, const char *place, const struct device *);
	void (*gone)(void *arg, const char *place);
	/* Between the two calls everything that is there is seen; the rest has gone. */
	void (*all)(void *arg, bool begin);
	void *arg;
};

/* udevd is there: it would announce what comes. */
bool udev_watch_runs(void);
/*
 * Listens from now on, also for a udevd that starts later; to be called before
 * the sandbox.  NULL, and ret_why, when nobody ever announces anything.  /sys
 * and UDEV_WATCH_DATA are read later.
 */
#define UDEV_WATCH_DATA "/run/udev"
struct udev_watch *udev_watch_open(const struct udev_watcher *, const char **ret_why);
void udev_watch_close(struct udev_watch *);
/* To be polled for reading. */
int udev_watch_fd(const struct udev_watch *);
/* Tells the watcher what was announced; never waits. */
void udev_watch_read(struct udev_watch *);
/* A USB device's descriptors, bytes with NULs that libudev cannot give. */
struct udev_described {
	char hash[HEX_DIGEST_SIZE]; /* SHA-256 of all of them; "" when they cannot be read */
	struct usbdesc usb;
	const char *wrong; /* as usbdesc_parse says it, or "" */
};
/* False when they are none, more than LIM_DESCRIPTOR_BYTES or cannot be read. */
bool udev_describe_file(const char *path, struct udev_described *ret);

/* The USB controllers of the machine. */
struct udev_controllers {
	size_t all;
	size_t told;      /* udev has the lines with this mark (portrule.h) */
	size_t otherwise; /* it has others */
	size_t shut;      /* what is plugged in there waits until a rule lets it in */
};
void udev_watch_controllers(
    struct udev_watch *, const char *mark, struct udev_controllers *ret);
/* Tells the watcher what is there: once at the start; later by itself when announcements were
 * lost. */
void udev_watch_enumerate(struct udev_watch *);

#endif
