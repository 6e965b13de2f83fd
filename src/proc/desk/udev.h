/* SPDX-License-Identifier: ISC */
/*
 * What udev announces of disks and USB devices: the only user of libudev.
 * Announcements come from udevd behind its rules, never from the kernel in
 * front of them; libudev drops what a process of another user than root sent,
 * as this process sees users: the desk has no user namespace of its own.
 */
#ifndef DESK_UDEV_H
#define DESK_UDEV_H

#include "src/core/device.h"

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
/* Tells the watcher what is there: once at the start; later by itself when announcements were
 * lost. */
void udev_watch_enumerate(struct udev_watch *);

#endif
