/* SPDX-License-Identifier: ISC */
/*
 * Questions over a view.  Every one starts on No: the focus is on Cancel, and
 * Esc leaves everything as it was.  The owner is the view below.
 */
#ifndef UI_PROMPT_H
#define UI_PROMPT_H

#include "ui/app.h"

/* yes runs when the officer moved to the button and pressed it. */
void prompt_confirm(struct view *owner, struct safe title, struct safe text, struct safe button,
    void (*yes)(struct view *owner));
/*
 * One line on the message row: limit, search, row number.  take gets the text
 * while the prompt is still open; true closes it.  False leaves it open, with
 * the place of the mistake (*ret_at >= 0) and a sentence.
 */
#define PROMPT_WHY_SIZE 160
void prompt_line(struct view *owner, struct safe label, const char *value, size_t limit,
    bool (*take)(
	struct view *owner, const char *text, int *ret_at, char ret_why[PROMPT_WHY_SIZE]));
/*
 * One of n texts by arrows or 1-9, and with free_text a line of one's own (a
 * reason).  take gets the number of the choice and its text; n with a text of
 * one's own.
 */
void prompt_pick(struct view *owner, struct safe title, const struct safe *choices, size_t n,
    bool free_text, void (*take)(struct view *owner, size_t choice, const char *text));
/*
 * An officer's passphrase, or the PIN of his token, for one signature; take owns the
 * secret.  The focus is on the empty field: Enter does nothing before something is typed
 * there.  Where the policy has no PIN asked for, there is no field, and no secret (NULL).
 */
void prompt_secret(struct view *owner, struct safe title, struct safe text, struct safe button,
    void (*take)(struct view *owner, struct seal_secret *));

#endif
