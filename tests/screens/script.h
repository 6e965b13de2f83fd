/* SPDX-License-Identifier: ISC */
/*
 * Scripts that a player plays.
 *
 * A script has one command a line; a line that begins with a blank goes on
 * with the one before; # begins a comment.
 *   sizes CxR ...             instead of 80x24 120x36 200x60
 *   size C R                  the window changes
 *   clock TIME   pass MS      where the clock stands; time goes by
 *   as ID                     somebody is signed in
 *   open VIEW TRANSFER        review, signature, progress, timeline, transfers
 *   key NAME ...  text "TEXT" what is typed
 *   desk REQUEST ANSWER JSON  what the station answers from now on
 *   desk up|down|slow|fast    the line to the station
 *   news NAME JSON            a message nobody asked for
 *   people                    more admins, and acts that wait; before the desk is up
 *   include FILE              commands of another script of this folder
 *   expect "TEXT"  refuse "TEXT"   is, or is not, on the screen
 *   golden NAME               the frame is that of golden/NAME-CxR.txt
 */
#ifndef TESTS_SCREENS_SCRIPT_H
#define TESTS_SCREENS_SCRIPT_H

#include "tests/screens/player.h"

struct script {
	struct player *player;
	bool write;      /* golden files are made, not compared */
	bool failed;     /* something was wrong */
	char where[256]; /* file:line */
};

/* Plays a file; false, and a comment for TAP on standard output, at what is wrong first. */
bool script_file(struct script *, const char *path);
/* Calls fn for each command of a file, its lines joined, until it answers false. */
bool script_lines(struct script *, const char *path, bool (*fn)(struct script *, char *line));
/* Takes one word off the front. */
char *script_word(char **rest);
/* Says so; always false. */
bool script_wrong(struct script *, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
