/* SPDX-License-Identifier: ISC */
/*
 * Fields of a transfer at the desk: what officers type and what a request says becomes
 * entries, judged before it is recorded by the rule that the ledger applies again.
 */
#ifndef DESK_FIELDS_H
#define DESK_FIELDS_H

#include "src/core/fieldrule.h"
#include "src/proc/desk/asked.h"
#include "src/proc/desk/session.h"

/* The same rows with every text printable, as they are recorded; caller decrefs. */
json_t *fields_printable(const json_t *rows);
/*
 * Whether these rows may begin a transfer, for a medium of this control number (or NULL):
 * ERR_DENIED with a sentence.
 */
enum err fields_may_open(struct desk *, const struct policy *, const json_t *rows,
    const char *control, char why[FIELDRULE_WHY_SIZE]);
/* Whether it may be submitted as far as fields go; the ledger judges the same. */
enum err fields_may_submit(struct desk *, const struct custody_transfer *,
    const struct policy *, char why[FIELDRULE_WHY_SIZE]);
/* ui.fields: lays fields and classes over those of a transfer that is not submitted. */
void fields_change(struct session *, struct msg *);
/*
 * What a request says and nobody filled is filled in from it, as far as the policy lets it
 * stand; what it does not let stand is left out.
 */
enum err fields_from_request(struct desk *, const struct custody_transfer *,
    const struct policy *, const struct asked *, const char *officer, char why[]);
/* Into an item's answer: the classification that a limit gives it. */
void fields_item(
    struct desk *, const struct custody_transfer *, struct work *, uint64_t id, json_t *row);
/* Into a status, with how many items each limit marks: fields, classes and missing. */
void fields_status(struct desk *, const struct custody_transfer *, json_t *status);

#endif
