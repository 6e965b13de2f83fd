/* SPDX-License-Identifier: ISC */
/*
 * What custody*.c, admit.c, authority*.c, passage.c and dossier.c share, and nobody else
 * includes: the replayed record, and one entry on its way into it.
 */
#ifndef CORE_CUSTODY_STATE_H
#define CORE_CUSTODY_STATE_H

#include "src/core/custody.h"
#include "src/core/export.h"
#include "src/core/map.h"
#include "src/core/merkle.h"
#include "src/core/note.h"
#include "src/core/policy.h"
#include "src/core/register.h"
#include "src/core/sshsig.h"

struct policy;

/*
 * One log; of the custody logs the newest, with the leaves of all of them in a row.  Its
 * entries lie from `base` on, and roots[roots_base + n] is its root at size n.
 */
struct custody_chain {
	char origin[LIM_NOTE_NAME_BYTES + 1];
	char vkey[NOTE_VKEY_SIZE];
	uint8_t (*leaves)[MERKLE_SIZE];
	uint8_t (*roots)[MERKLE_SIZE];
	uint64_t size, base, cap;
	uint64_t roots_base, roots_count, roots_cap;
	struct merkle tree;
	struct map ids;
	struct map subjects;            /* to the place of the last entry */
	struct custody_moment *moments; /* by which each entry was judged */
	int64_t newest_s;               /* the latest time an entry claims; 0 without any */
};

/* One signature behind an act. */
struct custody_behind {
	char id[LIM_PERSON_ID_BYTES + 1];
	char key[CUSTODY_KEY_SIZE];
};

/* An administrators' act that waits for its threshold; the genesis stays. */
struct custody_pending {
	char leaf[HEX_DIGEST_SIZE];
	enum transfer_event event;
	char *subj;
	json_t *data;
	char root[HEX_DIGEST_SIZE]; /* of the auth it was proposed at: what proofs are over */
	struct custody_behind *signers;
	size_t signers_count;
	struct custody_behind *against;
	size_t against_count;
	char by[LIM_PERSON_ID_BYTES + 1], at[21]; /* who proposed it, and when */
	bool done;
};

/* An approval that was ever given. */
struct custody_mark {
	uint64_t seq;
	uint8_t leaf[MERKLE_SIZE];
	char at[21];
	size_t transfer, person, key; /* where in transfers, in people, in that person's keys */
};

struct custody_policy {
	uint64_t since; /* authority size from which it is in force */
	char sha256[HEX_DIGEST_SIZE];
	unsigned approvals;
	bool token_pin; /* a token is asked for its PIN with each signature */
};

/* A list of witnesses, and from which authority size on it is in force. */
struct custody_witnesses {
	uint64_t since;
	size_t count;
	struct custody_witness list[LIM_WITNESSES];
};

/* Anchors and witnesses, as the record tells of them. */
struct custody_anchors {
	struct custody_anchor last[CUSTODY_ANCHOR__MAX]; /* size 0: none */
	struct custody_anchor largest;
	struct custody_anchor asked[LIM_ANCHORS]; /* a ring: for witnesses, or on the share */
	uint64_t asked_count;                     /* of all there ever were */
	bool open[CUSTODY_ANCHOR__MAX];           /* restore.detected, and no anchor.in since */
	uint64_t open_size[CUSTODY_ANCHOR__MAX];
	char why[CUSTODY_WHY_SIZE];
	struct custody_witnesses *lists;
	size_t lists_count;
	struct custody_witness *cosigned; /* by key: the largest of each that ever was one */
	size_t cosigned_count;
};

/* A key by which the authority log's checkpoints may be signed: from <= size < until. */
struct custody_signer {
	uint8_t public_key[32];
	char leaf[HEX_DIGEST_SIZE]; /* of the act that names it */
	uint64_t from, until;
};

struct custody {
	struct custody_chain logs[2];
	struct custody_epoch *epochs;
	size_t epochs_count;
	size_t epoch; /* whose log the custody log is */
	struct custody_signer *signers;
	size_t signers_count;

	/* from genesis */
	json_t *genesis;
	char genesis_leaf[HEX_DIGEST_SIZE];
	unsigned threshold;
	bool demo;

	/* authority */
	bool founded;
	struct custody_person *people;
	size_t people_count;
	int64_t
	    next_over_s; /* when the last day of some appointment is over; INT64_MAX: never */
	struct custody_pending *pending;
	size_t pending_count;
	struct custody_policy *policies;
	size_t policies_count;
	struct custody_exception *exceptions; /* sorted by leaf */
	size_t exceptions_count;

	/* approvals, and those by keys that were compromised */
	struct custody_mark *marks;
	size_t marks_count;
	struct custody_suspect *suspects;
	size_t suspects_count;

	/* keys in tokens that signed something */
	struct custody_token *tokens;
	size_t tokens_count;

	/* station */
	struct custody_refused refused[LIM_REFUSED_MEDIA]; /* a ring */
	size_t refused_count;                              /* of all there ever were */
	struct custody_set sets[LIM_SIGSETS];              /* a ring */
	size_t sets_count;                                 /* of all there ever were */
	struct custody_selftest *selftests;
	size_t selftests_count;
	struct custody_sample *samples;
	size_t samples_count;
	struct custody_clock clock;
	bool running;    /* started and not stopped */
	bool no_ballast; /* disk.full, and no disk.room since */
	enum custody_copy copy;
	char copy_why[LIM_COPY_WHY_BYTES + 1];
	char backup_at[24]; /* "" before the first */
	uint64_t backup_size;
	struct custody_writing *writings;
	size_t writings_count;
	bool unboxed;       /* started without its sandbox */
	uint64_t auth_size; /* of the last custody entry */

	struct register_book *media; /* the register */
	struct custody_anchors anchors;

	struct custody_transfer **transfers;
	size_t transfers_count;
	uint64_t numbers; /* of transfers that are used up */
	struct map transfers_by_id;

	custody_doc_fn *doc;
	void *doc_arg;
	bool trust;
	custody_signature_fn *defer;
	void *defer_arg;
	custody_entry_fn *watch;
	void *watch_arg;
	bool partial;          /* custody_apply_partial */
	uint64_t partial_next; /* the least seq that may come */
	bool checked;          /* `checked_leaf` was found good for the record as it is now */
	enum transfer_log checked_log;
	uint8_t checked_leaf[MERKLE_SIZE];
};

/* One entry being judged. */
struct custody_act {
	struct entry *e;
	enum transfer_log log;
	enum transfer_event event;
	const struct transfer_event_row *row;
	enum transfer_subject subject;
	const char *subject_id; /* behind the colon */
	uint64_t seq;           /* the place it would get */
	uint64_t own;           /* its number in its own log */
	char leaf[HEX_DIGEST_SIZE];
	char *why; /* CUSTODY_WHY_SIZE or NULL */
};

/* Writes the sentence as printable ASCII and returns the code. */
enum err custody_refuse(const struct custody_act *, enum err, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* The moment by which this entry is judged; without an entry, that of the record as it is. */
struct custody_moment custody_moment_of_act(const struct custody *, const struct custody_act *);
/*
 * Whether this person may act in this role at that moment.  When he was never
 * appointed to it the sentence is his id and `otherwise`.
 */
enum err custody_person_require(const struct custody *, const char *id, enum custody_role,
    struct custody_moment, const char *otherwise, const struct custody_act *);
/* The policy at that size of the authority log, or NULL. */
const struct custody_policy *custody_policy_then(const struct custody *, uint64_t auth_size);
/* A document, checked against its digest; caller frees. */
enum err custody_fetch(const struct custody *, const char *what, const char *sha256,
    uint8_t **ret_bytes, size_t *ret_len, const struct custody_act *);

/* Log, id, subject, prev, head and auth. */
enum err admit_place(const struct custody *, const struct custody_act *);
/* Role, person or station, key and signature; data has its shape already. */
enum err admit_actor(const struct custody *, const struct custody_act *);

/* The form of the fields of xfer.open or xfer.fields. */
enum err custody_fields_check(const struct custody_act *);
/* Whether this digest of an approval (NULL: none) is that of the fields as they are. */
enum err custody_fields_check_signed(
    const struct custody_transfer *, const char *sha256, const struct custody_act *);
/* Whether the fields are what this policy asks for. */
enum err custody_fields_check_policy(const struct custody *, const struct custody_transfer *,
    const struct policy_fields *, const struct custody_act *);

/* Sets of signatures, and what the station says of its clock and disk: nothing for any other.
 */
enum err custody_copy_check(const struct custody *, const struct custody_act *);
void custody_copy_apply(struct custody *, const struct custody_act *);
/* Exports to media: what audit.export says of one, and how it ended. */
enum err custody_writing_check_export(
    const struct custody *, const json_t *medium, const struct custody_act *);
enum err custody_writing_check(const struct custody *, const struct custody_act *);
void custody_writing_apply(struct custody *, const struct custody_act *);
void custody_writing_forget(struct custody *);
enum err custody_sets_check(const struct custody *, const struct custody_act *);
void custody_sets_apply(struct custody *, const struct custody_act *);

void custody_deed_put(struct custody_deed *where, const struct custody_deed *, const char *why);
/* The person with this id, to be changed; or NULL. */
struct custody_person *custody_person_get(struct custody *, const char *id);
struct custody_person *custody_person_add(struct custody *, const char *id, const char *name);
/* A role or a key begins by this deed; one in force ends. */
void custody_person_appoint(struct custody_person *, enum custody_role, const char *expires,
    const struct custody_deed *, const char *basis);
void custody_person_dismiss(struct custody_person *, enum custody_role,
    const struct custody_deed *, const char *reason);
/* The key he has in force stays, and may be proved by now; every other replaces it. */
void custody_person_take_key(struct custody_person *,
    const uint8_t public_key[SSHSIG_PUBLIC_SIZE], const struct custody_deed *, bool proved);
void custody_person_end_key(
    struct custody_person *, const struct custody_deed *, const char *reason);
/* What people are now follows from what was. */
void custody_people_settle(struct custody *);
void custody_people_done(struct custody *);

/* An approval was given; and what is suspect after a key was said to be compromised. */
void custody_suspect_mark(struct custody *, const struct custody_act *);
void custody_suspect_settle(struct custody *);
void custody_suspect_done(struct custody *);

/* Touch, PIN and counter, when this is a key in a token; the signature is not looked at. */
enum err custody_token_check(const struct custody *, const struct custody_act *,
    const uint8_t public_key[SSHSIG_PUBLIC_SIZE]);
void custody_token_apply(struct custody *, const struct custody_act *);
void custody_token_done(struct custody *);

/* A new epoch, or the first. */
struct custody_epoch *custody_epoch_add(struct custody *);
void custody_epoch_found(struct custody *);
/* The log of the next epoch is the custody log from here on; nothing is in it. */
void custody_epoch_enter(struct custody *);
void custody_chain_restart(struct custody_chain *);
/* A genesis of a custody log; and whether an entry belongs to the epoch that it is in. */
enum err custody_epoch_check_begin(const struct custody *, const struct custody_act *);
enum err custody_epoch_check_entry(const struct custody *, const struct custody_act *);
void custody_epoch_done(struct custody *);
/* Keys of the authority log: until that size, of this act (NULL: of all). */
void custody_signer_add(
    struct custody *, const uint8_t public_key[32], const char *leaf, uint64_t from);
void custody_signer_end(struct custody *, const char *leaf, uint64_t size);

/* Nothing of the anchors of an earlier epoch counts for this one. */
void custody_anchor_forget(struct custody *);
/* Anchors: nothing for any other event. */
enum err custody_anchor_check(const struct custody *, const struct custody_act *);
void custody_anchor_apply(struct custody *, const struct custody_act *);
/* Whether the event of a transfer is barred because an anchor does not agree. */
enum err custody_anchor_bars(const struct custody *, const struct custody_act *);
/* 0 < size <= seq, and root is the root there. */
enum err custody_anchor_check_head(const struct custody *, const struct custody_act *);
/* A checkpoint is kept elsewhere: it may be the largest that is. */
void custody_anchor_take(struct custody *, const struct custody_anchor *);

/* Witnesses: witness.set when it is proposed, and when it takes force at that size. */
enum err custody_witness_check_set(const struct custody *, const struct custody_act *);
void custody_witness_apply_set(struct custody *, const json_t *data, uint64_t size);
enum err custody_witness_check_cosig(const struct custody *, const struct custody_act *);
void custody_witness_apply_cosig(struct custody *, const struct custody_act *);
/* What a release says of cosignatures, and what the policy asks of it. */
enum err custody_witness_check_release(
    const struct custody *, const struct custody_transfer *, const struct custody_act *);
void custody_witness_done(struct custody *);

/* Authority log.  Check never changes anything; apply never fails. */
enum err authority_check(struct custody *, const struct custody_act *);
void authority_apply(struct custody *, const struct custody_act *);
void authority_done(struct custody *);
/*
 * Whether the entry endorses an act that names its signer as a new administrator;
 * then by this key and this name.  Texts live until the next apply.
 */
bool authority_newcomer(const struct custody *, const struct custody_act *,
    const char **ret_name, uint8_t ret_public[SSHSIG_PUBLIC_SIZE]);

/* Exceptions: exception.add and exception.end, when they are proposed. */
enum err custody_exception_check(const struct custody *, const struct custody_act *);
/* The same of the data of exception.end alone, when it is to take force. */
enum err custody_exception_check_end(
    const struct custody *, const json_t *data, const struct custody_act *);
/* Takes force by this person's signature; from that size of the authority log on. */
void custody_exception_apply(
    struct custody *, const struct custody_pending *, const char *by, uint64_t size);
void custody_exception_done(struct custody *);
/*
 * Whether all of these leaves (NULL: none) are exceptions that hold at that size
 * of the authority log and that claimed time (NULL: none).
 */
enum err custody_exception_check_used(const struct custody *, const json_t *leaves,
    uint64_t auth_size, const char *at, const struct custody_act *);
/* Whether the rows of an inventory are these leaves, each as its entry says. */
enum err custody_exception_check_rows(const struct custody *, const struct exception *,
    size_t n, const json_t *leaves, const struct custody_act *);

/* Transfers. */
enum err passage_check(struct custody *, const struct custody_act *);
void passage_apply(struct custody *, const struct custody_act *);
/* Whatever is not delivered has ended with its epoch. */
void passage_end_epoch(struct custody *);
void passage_done(struct custody *);
/* Whether this officer could sign an approval now; also for entries yet to come. */
enum err passage_may_approve(const struct custody *, const struct custody_transfer *,
    const char *officer, struct custody_moment, const struct custody_act *);

/* Recall and retirement of a delivery: nothing for any other event. */
enum err recall_check(
    struct custody *, const struct custody_transfer *, const struct custody_act *);
void recall_apply(struct custody_transfer *, const struct custody_act *);

/* Samples for an audit, and what came of them: nothing for any other event. */
enum err sample_check(struct custody *, const struct custody_act *);
void sample_apply(struct custody *, const struct custody_act *);

/* What an approval was signed over. */
struct dossier_claim {
	const char *inventory, *findings, *manifest, *manifest_root, *policy;
	uint64_t items, files, bytes;
	const json_t *exceptions;         /* leaves, or NULL */
	const char *later[LIM_APPROVALS]; /* who signs slots after the first; NULL ends */
};
/* Fetches the documents and compares; the sentence goes to act->why. */
enum err dossier_check(const struct custody *, const struct custody_transfer *,
    const struct dossier_claim *, const struct custody_act *);
/* The policy the transfer was opened under, from the documents; caller frees it. */
enum err dossier_policy(const struct custody *, const struct custody_transfer *,
    const struct custody_act *, struct policy **ret);
/*
 * What a delivery (NULL: it says nothing) tells of the scan at its release: whole, and there
 * when the policy asks for it.
 */
enum err dossier_check_rescan(const struct custody *, const struct custody_transfer *,
    const json_t *rescan, const struct custody_act *);
/* Fetches the addendum's document and compares it with the data of its entry. */
enum err dossier_check_addendum(const struct custody *, const struct custody_transfer *,
    const json_t *data, const struct custody_act *);

#endif
