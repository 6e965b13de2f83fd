/* SPDX-License-Identifier: ISC */
/*
 * How many entries the record has, what of them is anchored, and whether an
 * anchor stands against all work, as the desk tells it (ui.anchors).  Every
 * frame shows it; it is asked again while there is a connection.
 */
#ifndef UI_ANCHORS_H
#define UI_ANCHORS_H

#include "src/ipc/channel.h"
#include "ui/safe.h"
#include "ui/style.h"

struct app;
struct anchors;

struct anchors *anchors_new(struct app *);
void anchors_free(struct anchors *); /* NULL is allowed, here and below: nothing is known */
/* Asks now; the desk answers when it can. */
void anchors_ask(struct anchors *);
/* The connection broke: what is known stays, and is asked anew on the next. */
void anchors_lost(struct anchors *);
void anchors_tick(struct anchors *);

/* The body of the last desk.anchors; NULL: not known. */
const json_t *anchors_row(const struct anchors *);
/* An anchor does not agree with this record. */
bool anchors_restored(const struct anchors *);
/* The words of the newest page on paper are asked for. */
bool anchors_wants_words(const struct anchors *);
/* Why the desk refuses all work, in a sentence; NULL: it does not. */
const char *anchors_bar(const struct anchors *);
/* Nothing is anchored yet, or the last anchor is older than LIM_ANCHOR_LATE_S. */
bool anchors_late(const struct anchors *);
/* "48,120 entries, 311 since the last anchor, 2 h ago"; "" when it is not known. */
struct safe anchors_words(const struct anchors *, struct arena *);
/* "2 h ago" of an entry's time; "" when it is none. */
struct safe anchors_ago(const struct anchors *, struct arena *, const char *at);
/* How those words are shown: amber when it is late, red when work is refused. */
enum style anchors_style(const struct anchors *);

#endif
