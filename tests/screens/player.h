/* SPDX-License-Identifier: ISC */
/*
 * Plays keys to the screens without a terminal: time, sizes and the desk's
 * answers are the test's.  Every frame is checked: printable ASCII only, the
 * cursor inside.
 */
#ifndef TESTS_SCREENS_PLAYER_H
#define TESTS_SCREENS_PLAYER_H

#include "tests/screens/peer.h"
#include "ui/app.h"
#include "ui/grid.h"

#define PLAYER_PASSPHRASE "correct horse"

struct player {
	struct peer *peer;
	struct ui ui;
	struct app *app;
	struct grid *grid;
	int rows, cols;
	int64_t now_ms, now_s;
	bool slow; /* the desk reads nothing */
	char home[32];
	char bad[160]; /* what was wrong with a frame; "" */
	uint64_t frames;
};

/* A station with keys of root1, anna, ben and cleo, PLAYER_PASSPHRASE for all. */
void player_open(struct player *);
void player_close(struct player *);
/* A new sign-in screen, the desk's answers as at the beginning. */
void player_start(struct player *, int rows, int cols);
/* Somebody is signed in, without keys pressed. */
void player_as(struct player *, const char *officer);
/* Lets everything happen that is under way, and draws. */
void player_settle(struct player *);
void player_key(struct player *, int key);
void player_pass(struct player *, int64_t ms);
void player_desk(struct player *, bool up);
void player_slow(struct player *, bool slow);
/* Opens a screen as if its key had been pressed: "review", "signature", ...; false: no such. */
bool player_open_view(struct player *, const char *name, const char *transfer);
/* The frame as text and styles. */
void player_dump(const struct player *, struct buf *out);

#endif
