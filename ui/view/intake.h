/* SPDX-License-Identifier: ISC */
/* The form for a medium in a port: what intake*.c share. */
#ifndef UI_VIEW_INTAKE_H
#define UI_VIEW_INTAKE_H

#include "src/core/custody.h"
#include "ui/app.h"

struct intake {
	struct view view;
	json_t *medium;      /* a row of ui.media */
	const char *why_not; /* it cannot be read now: a literal; NULL: it can */
	json_t *fields;      /* [{name, title, required}]: of the policy, and of a request */
	struct form *form;
	char (*people)[LIM_PERSON_ID_BYTES + 1]; /* behind the first choice, "nobody yet" */
	size_t npeople;
	int requester, control, fill, first_field, cancel, read, choose; /* rows of the form */
	bool asked;  /* the desk was told to read it */
	bool warned; /* it was said that a field is empty: it may be filled later */

	/* --- intake_fill.c */
	json_t *book;    /* media of the register that can be read: behind the first choice */
	json_t *presets; /* behind the first choice of what it is filled from */
	size_t filled_from;
	json_t *filled; /* by name: what is in a field that nobody typed */
	char filled_for[LIM_PERSON_ID_BYTES + 1];
	char last[TRANSFER_ID_SIZE]; /* of the requester, as far as was asked */
	json_t *after;               /* text: behind which the next page begins, or NULL */
};

/* The rows for the control number, and for what the form is filled from. */
void intake_add_fill(struct intake *);
/* Asks for the register. */
void intake_ask_book(struct intake *);
/* Another medium is in the port, or the register came: the one it knows is chosen. */
void intake_show_book(struct intake *);
/* The form was changed: fills it from what was chosen, when that is another. */
void intake_refill(struct intake *);
/* The number that was chosen, or "". */
const char *intake_control(const struct intake *);
void intake_fill_done(struct intake *);

#endif
