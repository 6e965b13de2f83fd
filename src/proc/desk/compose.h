/* SPDX-License-Identifier: ISC */
/*
 * From objects and what is inside them to items: everything inside is composed once
 * (contain.h), and each item gets the findings of what is inside it, with the way there.
 *
 * A million members take ten seconds and more: it is done in slices, and only when
 * something it goes by has changed since (work_inputs, or what is in release_under).
 * Rows in the work are replaced one by one: what is shown meanwhile is an answer, if an
 * old one, and never that nothing is inside.
 */
#ifndef DESK_COMPOSE_H
#define DESK_COMPOSE_H

#include "db/work.h"
#include "src/core/release.h"

struct compose;

/* Both must stay as long as it lives. */
struct compose *compose_new(struct work *, const struct release_under *);
struct compose *compose_free(struct compose *);
/*
 * A slice: until that time (clock_mono_ms) is over, but some of it in any case.  ERR_AGAIN:
 * there is more.  ERR_OK: what was opened is in the work (work_opened_get), the findings
 * inside items are with those of the items, and what exceptions set aside there.  When
 * something changes meanwhile it begins anew.
 */
enum err compose_run(struct compose *, int64_t until_ms);
/* All was composed under this, and nothing has changed since. */
bool compose_is_done(const struct work *, const struct release_under *);
/* The verdict of an object with all that is inside, as it was composed last. */
enum verdict compose_object(
    struct work *, const struct release_under *, const struct work_todo *object);

#endif
