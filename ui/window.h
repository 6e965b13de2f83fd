/* SPDX-License-Identifier: ISC */
/*
 * The part of a list of the desk that is kept here: some pages of rows around
 * the screen, whatever the length of the list.  Asks for what is missing and
 * never waits: a row that is not here yet is NULL.  Rows are JSON objects of
 * desk.rows; whoever acts on one takes its "id", never its place.
 */
#ifndef UI_WINDOW_H
#define UI_WINDOW_H

#include "ui/link.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct window;

enum window_state {
	WINDOW_FINE,
	WINDOW_LOST,    /* the desk went away: the list is gone, too */
	WINDOW_REFUSED, /* the desk refused a page, or answered nonsense */
};

/* changed is told whenever rows came, or will not come; it may be NULL. */
struct window *window_new(struct link *, void (*changed)(void *arg), void *arg);
void window_free(struct window *); /* NULL is allowed */
/* Another list of the desk: forgets every row and every question. */
void window_open(struct window *, uint64_t list, uint64_t total);
/* What the screen shows now: rows from top on.  Asks for it, then ahead of the movement. */
void window_show(struct window *, uint64_t top, int rows);
/* A row, borrowed until the next call that is not one of these; NULL when it is not here. */
const json_t *window_row(const struct window *, uint64_t pos);
/* The row is here, but a newer one was asked for (window_expire). */
bool window_stale(const struct window *, uint64_t pos);
/* Where an item stands, when its row is here. */
bool window_find(const struct window *, uint64_t item, uint64_t *ret_pos);
/* An item has another decision now; nothing happens when it is not here. */
void window_patch(
    struct window *, uint64_t item, const char *decision, const char *reason, const char *by);
/* Rows may have changed at the desk: of one item, or with 0 all.  They stay until new ones
 * come. */
void window_expire(struct window *, uint64_t item);
enum window_state window_state(const struct window *);
/* Rows that are kept. */
size_t window_count(const struct window *);

#endif
