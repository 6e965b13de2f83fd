/* SPDX-License-Identifier: ISC */
/*
 * The request of a transfer, before the contents are read: what lies on the
 * medium is read before all else, taken apart, and held against the names that
 * are listed.
 */
#ifndef DESK_EARLY_H
#define DESK_EARLY_H

#include "src/proc/desk/intake_in.h"

/* One was given, or lies on the medium. */
bool early_is_there(const struct intake *);
/*
 * Begins with what was not read yet; false: there is nothing to wait for.  When it
 * is over it goes on with choosing_hold.
 */
bool early_begin(struct intake *);
/* NULL is fine. */
void early_end(struct intake *);
/* The items that are there have changed: holds it against them anew. */
void early_weigh(struct intake *);

/* What reader and vault say of it. */
void early_on_reader(struct intake *, struct msg *);
bool early_is_its(const struct intake *, uint64_t item);
/* Its bytes are there, or never come. */
void early_arrived(struct intake *, uint64_t item);

/* The request, when it can be read and names something; NULL, with a sentence in *ret_why. */
const bool *early_keep(const struct intake *, size_t *ret_n, const char **ret_why);
/* What a status tells of it; NULL: there is none.  Caller decrefs. */
json_t *early_status(const struct intake *);

#endif
