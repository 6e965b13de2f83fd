/* SPDX-License-Identifier: ISC */
/* What was asked for against what is there: in a status, and as a screen of its own. */
#ifndef UI_VIEW_WANTED_H
#define UI_VIEW_WANTED_H

#include "ui/app.h"

/*
 * The request in a status: while a reading waits what the list of names tells
 * (*ret_early), else what was scanned.  NULL: there is none.
 */
const json_t *wanted_find(const json_t *status, bool *ret_early);
/* It could be read. */
bool wanted_is_good(const json_t *request);
/* Something is wrong with it, or with what is there. */
bool wanted_is_off(const json_t *request);
/* "REQ-8 of nina, signed by nina (enrolled key)", or why it cannot be read. */
struct safe wanted_whose(struct arena *, const json_t *request);
/* "3 asked for, 1 differs, 2 not asked for, 2 missing" */
struct safe wanted_counts(struct arena *, const json_t *request);

/* --- while a reading waits; choice: `choosing` of the status ------------------------ */
/* Why what nobody asked for cannot be left out; NULL: it can. */
const char *wanted_why_no_list(const json_t *choice);
/* Has the desk leave out what nobody asked for, or take everything back. */
void wanted_ask(struct view *, const char *transfer, bool take, link_fn *);
/* Says what came of it. */
void wanted_said(struct app *, const struct msg *, bool take);

#endif
