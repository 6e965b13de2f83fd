/* SPDX-License-Identifier: ISC */
/*
 * Fields of a transfer as rows of a form: texts, and choices where the policy gives
 * words.  Fields are those of desk.site: [{name, title, required, kind, help, bytes,
 * choices?, ceiling?}].
 */
#ifndef UI_FIELDS_H
#define UI_FIELDS_H

#include "ui/form.h"

#include <jansson.h>

/*
 * What the policy asks for or offers, then what else a request says, then `more` names
 * ([name], or NULL).  Caller decrefs.
 */
json_t *fields_all(const json_t *policy, const json_t *more);
/* A row for each, in this order; returns the first. */
int fields_add(struct form *, struct arena *, const json_t *fields);
/* What is said of field i, "" when nothing is. */
const char *fields_value(const struct form *, int first, const json_t *fields, size_t i);
/* False: the field has words to choose from, and this is none of them. */
bool fields_set(struct form *, int first, const json_t *fields, size_t i, const char *value);
/* The label of a field. */
struct safe fields_title(struct arena *, const json_t *field);
/* One sentence or two about the field: what it is, and what it takes. */
struct safe fields_help(struct arena *, const json_t *field);
/* "Ticket, Purpose": those that are needed and empty; *ret_first: the first of them. */
struct safe fields_missing(
    const struct form *, int first, const json_t *fields, struct arena *, size_t *ret_first);

#endif
