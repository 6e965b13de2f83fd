/* SPDX-License-Identifier: ISC */
/*
 * An image that is being written to a medium.  A screen begins it; it goes on wherever the
 * officer goes from there, and he is told how it ended.
 */
#ifndef UI_BURN_H
#define UI_BURN_H

#include "ui/safe.h"

#include <stdbool.h>
#include <stdint.h>

#define BURN_SAY_SIZE 256

struct app;
struct msg;

struct burn {
	bool runs;
	char port[64], step[32];
	uint64_t done, total;      /* bytes */
	char ended[BURN_SAY_SIZE]; /* how the last one did; "" before that */
	bool whole;                /* it did as it should */
};

/* What was shown (ui.write) is written, after the officer's yes. */
void burn_begin(struct app *, const char *port, const char *image);
/* Gives it up; also forgets what was only made ready. */
void burn_stop(struct app *);
/* A message nobody asked for; true: it was about this. */
bool burn_hear(struct app *, const struct msg *);
/* The connection broke: the station ends what it wrote for this officer. */
void burn_lost(struct app *);
/* How far it is: "Written: 0 of 1,048,576 bytes." */
struct safe burn_words(const struct burn *, struct arena *);

#endif
