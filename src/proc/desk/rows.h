/* SPDX-License-Identifier: ISC */
/* Rows of one answer, as many as a message holds. */
#ifndef DESK_ROWS_H
#define DESK_ROWS_H

#include "src/proc/desk/session.h"

struct rows {
	json_t *list;
	size_t bytes;
	bool full; /* a row did not fit, and none behind it was taken */
};

void rows_init(struct rows *);
/* Steals row. */
void rows_add(struct rows *, json_t *row);
/* desk.rows: `total` of which these are the first; rows is done then. */
void rows_send(struct rows *, struct session *, uint64_t total);

#endif
