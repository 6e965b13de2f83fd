/* SPDX-License-Identifier: ISC */
/* A desk with two ports and a terminal that listens, without udev, ledger or loop. */
#ifndef TESTS_IPC_PLACE_H
#define TESTS_IPC_PLACE_H

#include "src/base/buf.h"
#include "src/ipc/loop.h"
#include "src/proc/desk/session.h"
#include "src/proc/desk/udev.h"

#define PLACE_NOW 1800000000 /* the wall clock */

struct place {
	struct desk desk;
	struct session follows, other;
	struct channel *terminal, *silent;
};

/* What stands around it, and what it was told. */
extern struct place_world {
	struct udev_watcher watcher;
	bool runs, full;                /* udev does; the ledger is */
	bool starts;                    /* udevd is not there yet, but can be listened for */
	int looks;                      /* at everything that is there */
	struct buf said;                /* entries and ended readings, in their order */
	char reading[TRANSFER_ID_SIZE]; /* needs its medium */
	loop_timer_fn *timer;           /* the one that runs */
	void *timer_arg;
	int64_t timer_ms;
	struct udev_controllers controllers;
	char mark[32]; /* that was asked for */
} place_world;
extern struct station place_station; /* ports left (USB) and disc */

struct place *place_begin(void);
void place_end(struct place *);
/* Everything that was recorded since the last time. */
void place_expect(const char *what, const char *wanted);
/* The news that the terminal got; NULL: none. */
void place_expect_news(struct place *, const char *event, const char *name);
/* A disk in the port left. */
struct device place_stick(const char *serial, uint64_t diskseq);
void place_seen(struct place *, const char *place, struct device);
/* The timer runs off. */
void place_calm(void);

#endif
