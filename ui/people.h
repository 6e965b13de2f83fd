/* SPDX-License-Identifier: ISC */
/* People, and acts about them, in words; for commands and screens. */
#ifndef UI_PEOPLE_H
#define UI_PEOPLE_H

#include "src/base/buf.h"
#include "src/core/custody.h"

/* Appends "officer, auditor", or "no role". */
void people_roles_print(unsigned roles, struct buf *out);
/* A list of roles with commas as an array of texts; caller decrefs. */
json_t *people_roles_parse(const char *list);
/* Appends what the act does, in one line without full stop; escaped. */
void people_act_print(const struct custody_proposal *, struct buf *out);
/* Its reason or basis, or ""; as it stands in the record. */
const char *people_act_reason(const struct custody_proposal *);
/* Appends "1 of 2 admins are behind it; cleo and dora can endorse it". */
void people_act_waits(const struct custody *, const struct custody_proposal *, struct buf *out);
/* One person as of that moment: id, name, standing, roles, key, and what was; caller decrefs.
 */
json_t *people_row(const struct custody_person *, struct custody_moment);

#endif
