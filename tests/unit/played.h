/* SPDX-License-Identifier: ISC */
/*
 * The app around a view that is tested alone: what it says, asks and opens is
 * kept, nothing is done.  A test links tests/unit/played and the view's objects,
 * and gives its setup a clean one by played_begin.
 */
#ifndef TESTS_UNIT_PLAYED_H
#define TESTS_UNIT_PLAYED_H

#include "ui/app.h"
#include "ui/prompt.h"

#define PLAYED_ASKS    1024
#define PLAYED_CHOICES 16

struct played {
	char said[256];   /* the last message; of a refusal its why, "refused", or "gone" */
	const char *gone; /* what app_why_no_desk answers */

	/* Questions to the desk, in their order; owned here. */
	size_t asked;
	enum msg_id ids[PLAYED_ASKS], answers[PLAYED_ASKS];
	json_t *bodies[PLAYED_ASKS];
	link_fn *fns[PLAYED_ASKS];
	json_t *body; /* the last one; a test may set it to NULL when it was answered */
	link_fn *fn;
	bool one_at_a_time; /* body has to be NULL before the next question */

	/* The last link_ask. */
	size_t linked;
	link_fn *link_fn;
	void *link_owner;

	size_t pushed, popped, replaced;

	/* The last question to the officer. */
	size_t picked, nchoices, secrets;
	struct safe choices[PLAYED_CHOICES];
	void (*pick)(struct view *, size_t, const char *);
	void (*secret)(struct view *, struct seal_secret *);
	bool (*line)(struct view *, const char *, int *, char[PROMPT_WHY_SIZE]);
};

extern struct played played;

void played_begin(void);
/* Frees what was asked, and begins again. */
void played_forget(void);

#endif
