/* SPDX-License-Identifier: ISC */
/*
 * Fields and buttons one below the other: sign-in, lock, intake, reasons,
 * signatures, confirmations.  Tab, Shift-Tab and the arrows move the focus;
 * Enter goes to the next field, and on a button presses it.
 */
#ifndef UI_FORM_H
#define UI_FORM_H

#include "ui/line.h"

enum form_kind {
	FORM_TEXT,
	FORM_SECRET,
	FORM_CHOICE, /* one of some texts; Left, Right and Space change it */
	FORM_BUTTON,
};

enum form_event {
	FORM_IGNORED, /* not a key of the form */
	FORM_CHANGED, /* focus or a value */
	FORM_PRESSED, /* Enter on a button: form_focus tells which */
	FORM_FULL,    /* the field takes no more */
};

struct form;

struct form *form_new(void);
void form_free(struct form *); /* wipes secrets; NULL is allowed */
/* Each returns the number of the row, from 0.  Labels and choices are copied. */
int form_add_text(struct form *, struct safe label, size_t limit, const char *value);
int form_add_secret(struct form *, struct safe label);
int form_add_choice(struct form *, struct safe label, const struct safe *choices, size_t n);
int form_add_button(struct form *, struct safe label);
/* Other texts to choose from; the first is chosen. */
void form_set_choices(struct form *, int row, const struct safe *choices, size_t n);

enum form_event form_key(struct form *, int key);
int form_focus(const struct form *);
void form_set_focus(struct form *, int row);
enum form_kind form_kind(const struct form *, int row);
const char *form_text(const struct form *, int row);
void form_set_text(struct form *, int row, const char *);
size_t form_choice(const struct form *, int row);
void form_set_choice(struct form *, int row, size_t choice);
struct seal_secret *form_take_secret(struct form *, int row);
/* Wipes what was typed of secrets. */
void form_forget(struct form *);
/* How many rows of cells it takes: one a field; buttons share one row after a blank one. */
int form_rows(const struct form *);
/* Labels in a column as wide as the widest; focus false: another part has it. */
void form_draw(
    const struct form *, const struct area *, struct arena *, int row, int col, bool focus);

#endif
