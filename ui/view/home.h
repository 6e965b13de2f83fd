/* SPDX-License-Identifier: ISC */
/* Home: what home.c keeps and home_draw.c draws. */
#ifndef UI_VIEW_HOME_H
#define UI_VIEW_HOME_H

#include "ui/view/work.h"

/* A list of the screen: the cursor stays on its row when rows come and go. */
struct home_list {
	const json_t *rows; /* NULL: not known */
	char *picked;       /* home_list_key of the row under the cursor, or NULL */
	struct cursor cursor;
};

struct home {
	struct view view;
	struct work work;
	json_t *checks; /* rows; NULL: not known */
	struct home_list lists[2];
	int list;                      /* the one with the focus */
	int64_t looked_ms, checked_ms; /* 0: not yet */
	int64_t trying_ms;             /* the last look at scanners being tried; 0: none are */
	bool wanted;                   /* somebody pressed the key for the checks */
};

enum { HOME_WORK, HOME_MEDIA };

/* --- home_list.c ------------------------------------------------------------ */
/* What a row is known by, whatever else of it changes; caller frees. */
char *home_list_key(const json_t *row);
/* The row under the cursor is the one that is picked. */
void home_list_pick(struct home_list *);
/* Puts the cursor on the row of this key, when there is one. */
void home_list_to(struct home_list *, const char *key);
/* New rows: the cursor goes where its row has gone. */
void home_list_set(struct home_list *, const json_t *rows);
/* The row under the cursor of the list with the focus, or NULL. */
json_t *home_row(const struct home *);

/* --- home_draw.c ------------------------------------------------------------ */
void home_draw(struct view *, const struct area *);
struct safe home_subject(struct view *, struct arena *);
struct safe home_status(struct view *, struct arena *);

#endif
