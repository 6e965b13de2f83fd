/* SPDX-License-Identifier: ISC */
/* How fast a program on a terminal answers, and what it takes for that. */
#ifndef TESTS_SCREENS_GAUGE_H
#define TESTS_SCREENS_GAUGE_H

#include "tests/screens/emu.h"

#define GAUGE_QUIET_MS  60   /* so long nothing is written: the answer is complete */
#define GAUGE_ANSWER_MS 2000 /* no answer after this: the key was silent */

struct gauge;

/* For so many keys, at most. */
struct gauge *gauge_new(size_t keys);
void gauge_free(struct gauge *);
/* Before a key is pressed, and after: waits for the answer. */
void gauge_begin(struct gauge *, const struct emu *);
void gauge_end(struct gauge *, struct emu *);
/* "measure NAME n=... p50_ms=...": see pty.c.  False when no key was answered. */
bool gauge_print(struct gauge *, const char *name);
/* "memory NAME peak_kib=... now_kib=...": the largest of the program and its descendants. */
void gauge_print_memory(const struct emu *, const char *name);

#endif
