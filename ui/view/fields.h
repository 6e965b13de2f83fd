/* SPDX-License-Identifier: ISC */
/* The fields of a transfer: for views that lead to their form. */
#ifndef UI_VIEW_FIELDS_H
#define UI_VIEW_FIELDS_H

#include <jansson.h>
#include <stdbool.h>

/* Why they cannot be changed, of a desk.status or NULL; NULL: they can. */
const char *fields_why_not(const json_t *status);
/* It cannot be submitted before some are filled. */
bool fields_are_missing(const json_t *status);

#endif
