/* SPDX-License-Identifier: ISC */
/*
 * People in the record: what each of them was and is, by which key he signs, and
 * by whose act.  custody.h includes this.
 *
 * Everything holds from one size of the authority log to another, never from one
 * time to another: whoever asks says at which moment.  Only the last day of an
 * appointment is a time, and it counts by the newest claim in the record.
 */
#ifndef CORE_CUSTODY_PERSON_H
#define CORE_CUSTODY_PERSON_H

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/core/entry.h"
#include "src/core/transfer.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CUSTODY_WHY_SIZE ENTRY_WHY_SIZE
#define CUSTODY_KEY_SIZE 64 /* "SHA256:" and 43 characters, with room */
#define CUSTODY_DAY_SIZE 11 /* "2026-12-31" */
#define CUSTODY_OPEN     UINT64_MAX

struct custody;

/* What a person may be; a person has one id and may have several roles. */
enum custody_role {
	CUSTODY_OFFICER = 1 << 0,
	CUSTODY_ADMIN = 1 << 1,
	CUSTODY_AUDITOR = 1 << 2,
	CUSTODY_REQUESTER = 1 << 3,
};

/* By what something is judged. */
struct custody_moment {
	uint64_t auth_size; /* how many entries of the authority log the signer was shown */
	int64_t now_s; /* the later of the time he claims and the newest before in that log */
};

/* The act by which something began or ended. */
struct custody_deed {
	uint64_t size;              /* it holds from here on; CUSTODY_OPEN: there was none */
	char leaf[HEX_DIGEST_SIZE]; /* of the act that was proposed */
	char by[LIM_PERSON_ID_BYTES + 1];          /* who proposed it ("" : the founding) */
	char in_force_by[LIM_PERSON_ID_BYTES + 1]; /* whose signature put it in force */
	char at[21];                               /* when it was proposed */
	char why[LIM_PERSON_REASON_BYTES + 1];     /* basis or reason, or "" */
};

/* An appointment. */
struct custody_held {
	enum custody_role role;
	char expires[CUSTODY_DAY_SIZE]; /* the last day of it, or "" */
	struct custody_deed since, until;
};

struct custody_key {
	uint8_t public_key[SSHSIG_PUBLIC_SIZE];
	char key[CUSTODY_KEY_SIZE]; /* its fingerprint, "SHA256:..." */
	bool proved; /* it signed that he holds it; that of a requester need not have */
	/* until.why is rotated, lost, forgotten, compromised or left. */
	struct custody_deed since, until;
	/* When it was said to be compromised, and from which size of the custody log on. */
	struct custody_deed suspect;
	uint64_t suspect_from; /* CUSTODY_OPEN: it was not */
};

struct custody_suspension {
	struct custody_deed since, until; /* until.why is the reason of officer.resume */
};

enum custody_standing {
	CUSTODY_NOBODY, /* not enrolled yet */
	CUSTODY_ACTIVE,
	CUSTODY_SUSPENDED,
	CUSTODY_RETIRED,
};

struct custody_person {
	char id[LIM_PERSON_ID_BYTES + 1];
	char name[LIM_PERSON_NAME_BYTES + 1];
	/* As the record stands now, by the newest time in it. */
	enum custody_standing standing;
	unsigned roles; /* set of enum custody_role he may act in; none when not active */
	bool has_key;
	uint8_t public_key[SSHSIG_PUBLIC_SIZE];
	char key[CUSTODY_KEY_SIZE];
	/* What was, each in the order in which it began. */
	struct custody_held *held;
	size_t held_count;
	struct custody_key *keys;
	size_t keys_count;
	struct custody_suspension *suspensions;
	size_t suspensions_count;
	struct custody_deed retired; /* size is CUSTODY_OPEN while he is not */
};

/* NULL when there is no such person in force.  Pointers live until the next apply. */
const struct custody_person *custody_person_find(const struct custody *, const char *id);
/* In the order they were enrolled; the retired are among them. */
size_t custody_person_count(const struct custody *);
const struct custody_person *custody_person_at(const struct custody *, size_t i);
/* The key with this fingerprint, in force or not, and (may be NULL) whose it is; or NULL. */
const struct custody_key *custody_person_of_key(
    const struct custody *, const char *fingerprint, const struct custody_person **ret_person);

/* The moment an entry signed now would be judged by. */
struct custody_moment custody_moment_now(
    const struct custody *, enum transfer_log, int64_t wall_s);
/* That by which entry seq of a log was judged ("as of ENTRY"); false when there is none. */
bool custody_moment_of(
    const struct custody *, enum transfer_log, uint64_t seq, struct custody_moment *ret);

enum custody_standing custody_person_standing(
    const struct custody_person *, uint64_t auth_size);
/* The set of enum custody_role he may act in at that moment. */
unsigned custody_person_roles(const struct custody_person *, struct custody_moment);
/* The appointment to this role by position, whether its last day is over or not; or NULL. */
const struct custody_held *custody_person_held(
    const struct custody_person *, enum custody_role, uint64_t auth_size);
/* Its last day is over. */
bool custody_held_over(const struct custody_held *, int64_t now_s);
/* The key he signs with at that size; NULL when he has none. */
const struct custody_key *custody_person_key(const struct custody_person *, uint64_t auth_size);
/* "not enrolled", "active", "suspended", "retired" */
const char *custody_standing_name(enum custody_standing);

/* True for [a-z][a-z0-9._-]{0,31}. */
bool custody_person_id_ok(const char *id);
/* "officer", "admin", "auditor", "requester"; 0 for anything else. */
enum custody_role custody_role_find(const char *name);
const char *custody_role_name(enum custody_role);
/*
 * "enroll\n<id>\n<root>\n": what a new key signs, and the key it replaces; root is
 * auth.root of the entry that brings it.
 */
enum err custody_proof_text(const char *id, const char *root_hex, struct buf *out);

/* --- acts that lack endorsements ------------------------------------------------ */

/* The texts live until the next apply. */
struct custody_proposal {
	const char *leaf, *type, *subj, *by, *at;
	const json_t *data;
	unsigned against; /* signatures against it that count: `needs` of them end it */
	unsigned has,
	    needs; /* signatures of administrators that count, and how many it takes */
	/* admin.set alone: the same of the administrators it names; otherwise 0 of 0. */
	unsigned new_has, new_needs;
};

size_t custody_pending_count(const struct custody *);
/* False when there are no more. */
bool custody_pending_at(const struct custody *, size_t i, struct custody_proposal *ret);
bool custody_pending_find(
    const struct custody *, const char *leaf, struct custody_proposal *ret);
/* Who signed it as the i-th (the proposer is the first); NULL when there are no more. */
const char *custody_pending_signer(const struct custody *, const char *leaf, size_t i);
/* Who has spoken against it as the i-th; NULL when there are no more. */
const char *custody_pending_against(const struct custody *, const char *leaf, size_t i);
/* True when this person could take it back or speak against it now; else a sentence. */
bool custody_may_withdraw(
    const struct custody *, const char *leaf, const char *id, char why[CUSTODY_WHY_SIZE]);
/* True when this person could endorse the act now; else a sentence. */
bool custody_may_endorse(
    const struct custody *, const char *leaf, const char *id, char why[CUSTODY_WHY_SIZE]);

/* --- what a compromised key signed ------------------------------------------------ */

/* An approval to look at again. */
struct custody_suspect {
	uint64_t seq; /* of the approval, in the custody log */
	char leaf[HEX_DIGEST_SIZE];
	char at[21];
	char transfer[TRANSFER_ID_SIZE];
	char officer[LIM_PERSON_ID_BYTES + 1];
	char key[CUSTODY_KEY_SIZE];
	uint64_t suspect_from; /* as the newest act says */
};

/* In the order of the custody log. */
size_t custody_suspect_count(const struct custody *);
const struct custody_suspect *custody_suspect_at(const struct custody *, size_t i);

#endif
