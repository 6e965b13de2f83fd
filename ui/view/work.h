/* SPDX-License-Identifier: ISC */
/*
 * The transfers that are not over, asked of the desk page by page: for the
 * sign-in, the lock and the home screen.
 */
#ifndef UI_VIEW_WORK_H
#define UI_VIEW_WORK_H

#include "ui/app.h"

/* Lies in a view, zeroed at first; work_done ends its questions. */
struct work {
	struct app *app; /* NULL: nothing was asked yet */
	json_t *rows;    /* of ui.transfers, not closed and not aborted; NULL: not known */
	json_t *next;    /* the same of an answer under way; NULL: none is */
	json_t *last;    /* text: behind which the next page begins; NULL: the first */
	json_t *over;    /* text: everything up to here is over for good; NULL: nothing */
	bool all_over;   /* so far in the answer under way */
	/* The rows are new; may be NULL. */
	void (*changed)(void *arg);
	void *arg;
};

/* Asks, unless that is under way. */
void work_ask(struct work *, struct app *);
void work_done(struct work *);
/* "2 transfers wait for a second officer, 1 is being read" */
struct safe work_words(const struct work *, struct arena *);
/* What comes next for a transfer in such a state, in a few words; "" when it is over. */
const char *work_next(const char *state);

#endif
