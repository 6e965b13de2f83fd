/* SPDX-License-Identifier: ISC */
/*
 * What keys do.  acts.def says what each act is, keys.def which key does it
 * where; dispatch, key bar, help screen and the manual's table come from both.
 */
#ifndef UI_ACT_H
#define UI_ACT_H

#include "src/base/buf.h"
#include "ui/view.h"

enum act {
#define ACT(id, function, may, bar, help) ACT_##id,
#include "ui/acts.def"
#undef ACT
	ACT__MAX
};

struct act_row {
	void (*run)(struct view *);
	/* NULL when it is possible now, else a sentence why not. */
	const char *(*may)(struct view *);
	const char *bar;  /* word in the key bar, "" for none */
	const char *help; /* one sentence without full stop */
};

struct act_key {
	enum map map;
	int key;
	enum act act;
};

const struct act_row *act_row(enum act);
/* The rows of keys.def in order; NULL at the end. */
const struct act_key *act_key_at(size_t i);
/* What a key does in a view: its own map first, then MAP_LIST, then MAP_ANY. */
bool act_find(const struct view *, int key, enum act *ret_act);
/* Does it, or says why not; a key that is not bound says so, too. */
void act_press(struct view *, int key);
/* The key bar: acts that are possible now, help always last. */
void act_draw_bar(struct view *, const struct area *, int row);
const char *act_map_title(enum map);
/* The manual's table (mdoc rows), from the same rows. */
void act_print_manual(struct buf *out);

/* The "may" of what is always possible. */
const char *act_always(struct view *);

/* Every act and every "may". */
#define ACT(id, function, may, bar, help) \
	void function(struct view *);     \
	const char *may(struct view *);
#include "ui/acts.def"
#undef ACT

#endif
