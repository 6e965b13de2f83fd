/* SPDX-License-Identifier: ISC */
/* The entries of one transfer: what timeline*.c share. */
#ifndef UI_VIEW_TIMELINE_H
#define UI_VIEW_TIMELINE_H

#include "src/core/entry.h"
#include "ui/view/export.h"

struct timeline {
	struct export export;
	struct cursor cursor; /* in the list */
	struct cursor line;   /* in the whole entry */
	char transfer[TRANSFER_ID_SIZE];
	struct entry **entries;
	size_t n;
	bool known, asking; /* the entries came; they are asked for */
	bool open;          /* the whole entry under the cursor is shown */
	int64_t read_ms;
};

/* What an entry of a type is called; the type itself when it has no name. */
struct safe timeline_what(struct arena *, const struct entry *);
/* What of its data is worth a line. */
struct safe timeline_facts(struct arena *, const struct entry *);
/* Who signed: a person's id, or "station". */
struct safe timeline_who(struct arena *, const struct entry *);

/* Lines of text in a frame; the texts belong to its arena, the array to the caller. */
struct timeline_page {
	struct arena *frame;
	struct safe *lines;
	size_t n, room;
	int cells; /* of a line */
};

/* The whole entry in lines; caller frees ->lines. */
void timeline_print(struct timeline_page *, const struct timeline *, const struct entry *);

#endif
