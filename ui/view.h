/* SPDX-License-Identifier: ISC */
/*
 * A view is a table of functions and a state that begins with a struct view.
 * It draws into an area, answers keys through the acts of keys.def, and knows
 * neither the terminal nor the desk's socket.
 */
#ifndef UI_VIEW_H
#define UI_VIEW_H

#include "ui/cursor.h"
#include "ui/grid.h"

#include <stdbool.h>

struct app;
struct media_news;
struct msg;
struct view;

/* Sets of keys (keys.def).  A view has one of its own and may add common ones. */
enum map {
	MAP_ANY,  /* every view where somebody is signed in */
	MAP_LIST, /* views with a cursor */
	MAP_LOGIN,
	MAP_LOCK,
	MAP_HOME,
	MAP_HELP,
	MAP_SAID,
	MAP_PROMPT,
	MAP_INTAKE,
	MAP_PROGRESS,
	MAP_FIELDS,
	MAP_UNLOCK,
	MAP_SCOPE,
	MAP_WANTED,
	MAP_REVIEW,
	MAP_DETAILS,
	MAP_MEMBERS,
	MAP_BULK,
	MAP_PREVIEW,
	MAP_SIGNATURE,
	MAP_LOOKING,
	MAP_TRANSFERS,
	MAP_TIMELINE,
	MAP_REPORT,
	MAP_SENDING,
	MAP_REGISTER,
	MAP_MOVE,
	MAP_PEOPLE,
	MAP_ANCHORS,
	MAP_ANCHOR_PAGE,
	MAP__MAX
};

#define MAP_BIT(map) (1u << (map))

struct view_type {
	const char *title; /* "REVIEW"; never from a medium */
	enum map map;
	unsigned also; /* MAP_BIT of MAP_ANY and MAP_LIST, when they apply */
	bool overlay;  /* drawn over the view below, in the body only */
	bool bare;     /* no frame: draws the whole screen (sign-in, lock) */
	/* Draws into the body (or the screen, when bare). */
	void (*draw)(struct view *, const struct area *);
	/* Row 1 behind the title: transfer, and the medium's label escaped.  May be NULL. */
	struct safe (*subject)(struct view *, struct arena *);
	/* Row 2: counters, limit; nothing from a medium.  May be NULL. */
	struct safe (*status)(struct view *, struct arena *);
	/* A key before the acts see it: for fields.  True: it was used.  May be NULL. */
	bool (*key)(struct view *, int key);
	/* The cursor was moved by a common act.  May be NULL. */
	void (*moved)(struct view *);
	/* About four times a second, app->now_ms says when.  May be NULL. */
	void (*tick)(struct view *);
	/* desk.progress, for every view of the stack.  May be NULL. */
	void (*news)(struct view *, struct msg *);
	/*
	 * Something came or went in a port, for every view of the stack; true: the officer was
	 * told what it means here, and nobody else needs to say it.  May be NULL.
	 */
	bool (*media)(struct view *, const struct media_news *);
	/* It is on top again after another view closed.  May be NULL. */
	void (*shown)(struct view *);
	/* The screen is locked or was left alone: wipes a secret that is half typed.  May be
	 * NULL. */
	void (*forget)(struct view *);
	/* Asked by Esc and q before the view closes; false: it stays.  May be NULL. */
	bool (*leave)(struct view *);
	/* Frees the state behind the view, not the view itself.  May be NULL. */
	void (*done)(struct view *);
};

struct view {
	const struct view_type *type;
	struct app *app;
	struct view *below;
	struct cursor *cursor; /* what MAP_LIST acts on; NULL without */
};

/* A zeroed state of size bytes that begins with a struct view, not shown yet. */
void *view_new(struct app *, const struct view_type *, size_t size);
/* Ends its questions, frees it. */
void view_free(struct view *);

#endif
