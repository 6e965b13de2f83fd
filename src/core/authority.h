/* SPDX-License-Identifier: ISC */
/*
 * What authority*.c share: the rules of the administrators' acts, one file for
 * each thing they are about.  A check judges a proposal, and the same act again
 * when it takes force; the entry that is judged is then the last endorsement.
 */
#ifndef CORE_AUTHORITY_H
#define CORE_AUTHORITY_H

#include "src/core/custody_state.h"

typedef enum err authority_check_fn(
    const struct custody *, const struct custody_pending *, const struct custody_act *);
typedef void authority_apply_fn(
    struct custody *, const struct custody_pending *, const struct custody_deed *);

enum err authority_genesis_check(const struct custody *, const struct custody_act *);
/* The act is the genesis as it was added to what is pending. */
authority_apply_fn authority_genesis_apply;

authority_check_fn authority_enroll_check, authority_requester_check, authority_suspend_check,
    authority_resume_check, authority_leave_check, authority_grant_check,
    authority_role_end_check;
authority_apply_fn authority_enroll_apply, authority_requester_apply, authority_suspend_apply,
    authority_resume_apply, authority_leave_apply, authority_grant_apply,
    authority_role_end_apply;

authority_check_fn authority_key_check, authority_key_end_check;
authority_apply_fn authority_key_apply, authority_key_end_apply;

authority_check_fn authority_admins_check;
/* Whether row i of a list of administrators shares nothing with those before it. */
enum err authority_distinct_check(const json_t *admins, size_t i, const struct custody_act *);
authority_apply_fn authority_admins_apply;
/* The row of admin.set's data that names this person, or NULL. */
const json_t *authority_admins_row(const json_t *data, const char *id);

authority_check_fn authority_policy_check;
authority_apply_fn authority_policy_apply;

/* The pending act with this leaf, or NULL; the genesis stays among them. */
struct custody_pending *authority_pending_find(const struct custody *, const char *leaf);
struct custody_behind authority_behind(const char *id, const char *key);
/* Whether this signature may be put behind the act (NULL: there is none). */
enum err authority_behind_check(const struct custody *, const struct custody_pending *,
    const struct custody_behind *, const struct custody_act *);
/* One that counts no more gives way to the new one of the same person. */
void authority_behind_add(struct custody_pending *, const struct custody_behind *);
/*
 * How many stand behind it and how many it takes, with one more signature (NULL:
 * none); the texts are left out.
 */
struct custody_proposal authority_weigh(
    const struct custody *, const struct custody_pending *, const struct custody_behind *more);
/* With this signature (NULL: without) it takes force. */
bool authority_enough(
    const struct custody *, const struct custody_pending *, const struct custody_behind *more);

/* He is an administrator now, and the key he signed with is his now. */
bool authority_counts(const struct custody *, const struct custody_behind *);
/* Frees what it holds. */
void authority_pending_done(struct custody_pending *);

enum err authority_withdraw_check(const struct custody *, const struct custody_act *);
/* The act speaks against another, and may end it. */
void authority_withdraw_apply(struct custody *, const struct custody_act *);
/* How many signatures against it count. */
unsigned authority_against(const struct custody *, const struct custody_pending *);
/* His earlier signature, on whichever side, is gone. */
void authority_no_more(struct custody_pending *, const char *id);

/* The moment at which an act that this entry proposes or endorses is judged. */
struct custody_moment authority_moment(const struct custody *, const struct custody_act *);
/* A text of 1 to LIM_PERSON_REASON_BYTES bytes. */
enum err authority_text_check(
    const json_t *data, const char *field, const struct custody_act *);
/* The person that the act is about: enrolled, not retired. */
enum err authority_person_check(const struct custody *, const struct custody_pending *,
    const struct custody_act *, const struct custody_person **ret);
/* Nobody else bears this name, and who has this id bears it. */
enum err authority_name_check(
    const struct custody *, const char *id, const char *name, const struct custody_act *);
/*
 * The key is nobody's: neither the station's nor one that anybody ever had.  The
 * person's own in force passes, and then *ret_own is true.
 */
enum err authority_fresh_key_check(const struct custody *, const char *id, const char *line,
    bool *ret_own, const struct custody_act *);
/* data[field] is a signature by this key over the text that proves possession. */
enum err authority_proof_check(const struct custody_pending *, const json_t *data,
    const char *field, const uint8_t public_key[SSHSIG_PUBLIC_SIZE],
    const struct custody_act *);
/* The act leaves enough administrators who can sign when this one cannot. */
enum err authority_able_check(
    const struct custody *, const struct custody_person *gone, const struct custody_act *);

#endif
