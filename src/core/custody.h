/* SPDX-License-Identifier: ISC */
/*
 * The rule engine of the custody record.  A struct custody is both logs
 * replayed: who may sign, which policy holds, where every transfer stands.
 * Ledger, desk, stager and verifier run this same code over the same bytes.
 *
 * Both logs go into one struct custody; the authority log must be at least as
 * far as the `auth` of every custody entry (a reader applies the authority log
 * first).  Rights are judged at the entry's `auth`, so the order in which a
 * reader gets the two logs does not matter otherwise.
 *
 * What the texts in `data` must be is in transfer.def.  Beyond that:
 *   xfer.open     subj is the next id (custody_next_transfer)
 *   policy.set    approvals is that of the policy document, and token_pin (absent: true)
 *   xfer.approve  dir "in", expires "", slot counts from 1, scan is the leaf
 *                 of the transfer's last xfer.scan, findings the digest of the
 *                 findings document
 *   authority.endorse has the subj of the entry it endorses
 *   proof, cross  an SSHSIG over custody_proof_text, by the new key and by the old
 */
#ifndef CORE_CUSTODY_H
#define CORE_CUSTODY_H

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/core/custody_person.h"
#include "src/core/entry.h"
#include "src/core/custody_epoch.h"
#include "src/core/exception.h"
#include "src/core/register.h"
#include "src/core/transfer.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct custody;

struct custody_approval {
	char officer[LIM_PERSON_ID_BYTES + 1];
	char name[LIM_PERSON_NAME_BYTES + 1];
	char key[CUSTODY_KEY_SIZE];
	char at[21];
	char leaf[HEX_DIGEST_SIZE];
	uint64_t seq; /* in the custody log */
};

/* The recall or retirement of a delivery: who proposed it, and who agreed. */
struct custody_recall {
	struct custody_approval proposal, agreement; /* leaf "" while it is missing */
	bool retire;
	char *reason; /* NULL without a proposal */
};

/* A sample that was drawn for an audit. */
struct custody_sample {
	char leaf[HEX_DIGEST_SIZE], document[HEX_DIGEST_SIZE], at[21];
	uint64_t drawn;
};

#define CUSTODY_EXCEPTION_OPEN UINT64_MAX

/* An exception that is or was in force; texts live until the next apply. */
struct custody_exception {
	char leaf[HEX_DIGEST_SIZE];
	struct exception exception;
	char by[LIM_PERSON_ID_BYTES + 1];          /* who proposed it */
	char in_force_by[LIM_PERSON_ID_BYTES + 1]; /* whose signature put it in force */
	char at[21];                               /* when it was proposed */
	uint64_t since;                            /* authority size from which it holds */
	uint64_t until; /* and from which no more; CUSTODY_EXCEPTION_OPEN: it was not ended */
	char ended_by[LIM_PERSON_ID_BYTES + 1], ended_at[21];
	json_t *data, *end_data, *leaf_text; /* end_data: {"leaf","reason"}, or NULL */
};

/* Where a transfer stands.  Hex digests are "" until known. */
struct custody_transfer {
	char id[TRANSFER_ID_SIZE];
	struct transfer_facts facts; /* facts.state is the state */
	bool tainted;                /* some process served it without its sandbox */
	char requester[LIM_PERSON_ID_BYTES + 1];
	char control[LIM_CONTROL_BYTES + 1]; /* of its medium, or "" */
	char *marking; /* what that medium was marked when it was opened, or NULL */
	char holder[LIM_PERSON_ID_BYTES + 1]; /* who opened it or took it over last */
	char opened_at[21], changed_at[21];   /* claimed times of first and last entry */
	char request[HEX_DIGEST_SIZE];        /* documents it was given with, or "" */
	char signature[HEX_DIGEST_SIZE];
	char policy[HEX_DIGEST_SIZE];    /* the policy it was opened under */
	char scan[HEX_DIGEST_SIZE];      /* leaf of the last xfer.scan */
	char inventory[HEX_DIGEST_SIZE]; /* of the current approvals */
	char findings[HEX_DIGEST_SIZE];
	char manifest[HEX_DIGEST_SIZE];
	char manifest_root[HEX_DIGEST_SIZE];
	uint64_t items, files, bytes; /* inventory's items; manifest's files and bytes */
	char *dest;                   /* of the current approvals, or NULL */
	json_t *exceptions;           /* leaves of those it was sealed with, or NULL */
	json_t *fields_data;          /* of the last xfer.fields, or NULL: those of xfer.open */
	char addendum[HEX_DIGEST_SIZE]; /* leaf of the last xfer.addendum since it was submitted
	                                 */
	json_t *addendum_data;          /* its data, or NULL */
	size_t approvals_count;         /* approvals that count now */
	struct custody_approval approvals[LIM_APPROVALS];
	/* Of the block, fault, return, withdraw or abort it stands by; NULL when it went on. */
	char *why;
	char *step;                     /* of that fault */
	char *disposition;              /* what became of the medium, or NULL */
	struct custody_recall recall;   /* the last proposal that was not taken back */
	struct custody_recall recalled; /* done, before `recall` was to retire it; or zero */
	json_t *open_data; /* data of xfer.open, xfer.read, xfer.scan; NULL until then */
	json_t *read_data;
	json_t *scan_data;
	uint64_t *seqs; /* its entries in the custody log, in order */
	size_t seqs_count;
};

/*
 * Fetches a document by its SHA-256 (hex).  ERR_NOTFOUND when there is none.
 * The bytes are checked against the digest by custody.  Caller frees.
 */
typedef enum err custody_doc_fn(
    void *arg, const char *sha256, uint8_t **ret_bytes, size_t *ret_len);

struct custody *custody_new(void);
/* NULL is fine; always returns NULL. */
struct custody *custody_free(struct custody *);
/*
 * With documents: policy.set and xfer.approve are refused unless the documents
 * are there and agree (the manifest is derived again from the inventory).
 * Without (NULL, the beginning): they are taken as recorded; a reader may
 * check single transfers with custody_check_documents.
 */
void custody_set_docs(struct custody *, custody_doc_fn *, void *arg);

/*
 * Would this entry be the log's next?  ERR_OK, or the class of the refusal and
 * a sentence in why (may be NULL).  Nothing changes.
 */
enum err custody_check(struct custody *, enum transfer_log, const void *entry, size_t n,
    char why[CUSTODY_WHY_SIZE]);
/* custody_check, and the entry becomes part of the record. */
enum err custody_apply(struct custody *, enum transfer_log, const void *entry, size_t n,
    char why[CUSTODY_WHY_SIZE]);
/* custody_apply for an entry that is parsed already and stays the caller's. */
enum err custody_apply_parsed(
    struct custody *, enum transfer_log, struct entry *, char why[CUSTODY_WHY_SIZE]);
/*
 * Takes a custody entry out of its log, for one who has only the entries of a
 * transfer and their inclusion proofs.  seq is where the proof says it is in its
 * log; place increases.  What needs the rest of the log is not checked: that heads are
 * true roots, that ids are unique, numbering, what the station did meanwhile.
 * After the first call this custody takes custody entries in no other way, and
 * its custody size, roots and leaves mean nothing.
 */
enum err custody_apply_partial(
    struct custody *, uint64_t place, uint64_t seq, struct entry *, char why[CUSTODY_WHY_SIZE]);
/*
 * Applies a list (entry, blank line, entry...).  On failure the entries before
 * the bad one stay applied and custody_size() is the sequence number of the bad one.
 */
enum err custody_apply_list(struct custody *, enum transfer_log, const void *list, size_t n,
    char why[CUSTODY_WHY_SIZE]);
/*
 * Takes an entry like custody_apply, but its signature is not verified: for a
 * display that takes the ledger's word.  Never for a decision about a release.
 */
void custody_trust_signatures(struct custody *, bool trust);

/*
 * Hands every signature over instead of verifying it at once, for one who
 * spreads the work.  Who sets this must verify them all before the record is
 * believed.  NULL ends it.
 */
typedef void custody_signature_fn(void *arg, enum transfer_log, uint64_t seq,
    const struct entry *, const uint8_t public_key[SSHSIG_PUBLIC_SIZE]);
void custody_defer_signatures(struct custody *, custody_signature_fn *, void *arg);

/* Shows every entry of the custody log as it is taken in.  NULL ends it. */
typedef void custody_entry_fn(void *arg, uint64_t place, uint64_t seq, const struct entry *);
void custody_watch(struct custody *, custody_entry_fn *, void *arg);

/*
 * Fetches policy, inventory and findings of the transfer's current approvals
 * and checks them against what was signed: digests, header, deciders,
 * manifest.  ERR_STATE when nothing is submitted.
 */
enum err custody_check_documents(
    struct custody *, const struct custody_transfer *, char why[CUSTODY_WHY_SIZE]);

/* --- the logs --------------------------------------------------------------- */

/* Of the custody logs the newest. */
uint64_t custody_size(const struct custody *, enum transfer_log);
/* How many entries there are; of the custody log in all epochs. */
uint64_t custody_places(const struct custody *, enum transfer_log);
/* Root of the log when it had `size` entries; NULL when it never had. */
const uint8_t *custody_root(const struct custody *, enum transfer_log, uint64_t size);
/* The root the log would have with this leaf added: for its next checkpoint. */
void custody_next_root(
    const struct custody *, enum transfer_log, const uint8_t leaf[32], uint8_t ret_root[32]);
/* Leaf hash of the entry at that place; NULL when there is none. */
const uint8_t *custody_leaf(const struct custody *, enum transfer_log, uint64_t place);
/* Those of the log (of the custody logs the newest), in a row from its first. */
const uint8_t *custody_leaves(const struct custody *, enum transfer_log);
/* "" before genesis. */
const char *custody_origin(const struct custody *, enum transfer_log);
/* The verifier key of the log's checkpoints: of the newest epoch. */
const char *custody_vkey(const struct custody *, enum transfer_log);
/* Leaf of the last entry about subj in that log, in hex; 64 zeros when none. */
void custody_prev(
    const struct custody *, enum transfer_log, const char *subj, char ret_hex[HEX_DIGEST_SIZE]);
/* {"root","size"} of now; caller decrefs. */
json_t *custody_head(const struct custody *, enum transfer_log);
/* {"auth","head","origin","prev"}: what a signer of an entry about subj must be told. */
json_t *custody_prepare(const struct custody *, enum transfer_log, const char *subj);

/* --- the station -------------------------------------------------------------- */

/* Leaf of the authority genesis in hex; "" before it. */
const char *custody_genesis(const struct custody *);
/* The threshold of administrators has endorsed the genesis. */
bool custody_founded(const struct custody *);
const char *custody_site(const struct custody *);
const char *custody_station(const struct custody *);
bool custody_demo(const struct custody *);
/* Whether the policy in force wants a token asked for its PIN; true before there is one. */
bool custody_token_pin(const struct custody *);
/* Digest of the ledger's schema, in hex, as genesis names it. */
const char *custody_schema(const struct custody *);
/* The station's public key line and its fingerprint, in the epoch that is written now. */
const char *custody_station_key(const struct custody *);
const char *custody_station_fingerprint(const struct custody *);
/*
 * The times that custody entries claim.  The order of the entries is certain,
 * the times are what the machine's clock said: one that was set back is seen here.
 */
struct custody_clock {
	int64_t newest_s;  /* the latest time of an entry; 0 without any */
	uint64_t back;     /* entries LIM_CLOCK_BACK_S or more before one that came earlier */
	uint64_t back_seq; /* the first of them */
};
const struct custody_clock *custody_clock(const struct custody *);
/* The room kept for a full disk was given up (disk.full), and is not there again. */
bool custody_no_ballast(const struct custody *);
/* What the newest entry about the copy on a second medium says; why it failed (may be NULL). */
enum custody_copy { CUSTODY_COPY_NONE, CUSTODY_COPY_WHOLE, CUSTODY_COPY_FAILED };
enum custody_copy custody_copied(const struct custody *, char why[CUSTODY_WHY_SIZE]);
/* When a backup was made last, and of how many custody entries; NULL before the first. */
const char *custody_backed_up(const struct custody *, uint64_t *ret_size);
/* An export on its way to a medium, of which the record does not say how it ended. */
struct custody_writing {
	char port[LIM_PERSON_ID_BYTES + 1];
	char officer[LIM_PERSON_ID_BYTES + 1];
	char image[HEX_DIGEST_SIZE];
	uint64_t files;
};
/* At most one for each port; NULL when there are no more.  Lives until the next apply. */
const struct custody_writing *custody_writing_at(const struct custody *, size_t i);
/* How one ends: `how` of export.written. */
enum custody_writing_end {
	CUSTODY_WRITTEN,     /* and read back */
	CUSTODY_UNWRITTEN,   /* the medium is as it was */
	CUSTODY_FAILED,      /* what is on the medium is not whole; so with the rest */
	CUSTODY_CANCELLED,   /* by the officer */
	CUSTODY_INTERRUPTED, /* the station ended before it knew */
	CUSTODY_WRITING__MAX
};
const char *custody_writing_word(enum custody_writing_end);
/* The last run ended with station.stop, or there was none. */
bool custody_stopped(const struct custody *);
/* Ids of the transfers that were at work when the log ends: for station.start; caller decrefs.
 */
json_t *custody_interrupted(const struct custody *);

/* A medium that was refused; texts are escaped and may be cut. */
struct custody_refused {
	char source[256];
	char port[LIM_PERSON_ID_BYTES + 1]; /* "" when it was in none */
	char device[256];                   /* vendor, model and serial; "" of an image */
	char why[256];
	char at[21];
};
/* Newest first, at most LIM_REFUSED_MEDIA; NULL when there are no more. */
const struct custody_refused *custody_refused_at(const struct custody *, size_t i);
/* The last proof of each scanner that ever gave one. */
struct custody_selftest {
	char scanner[LIM_PERSON_ID_BYTES + 1];
	char at[21];
	bool pass;
	char signatures[129], date[21]; /* of the last proof it gave; "" before the first */
};
/* NULL when there are no more, or no more than LIM_SCANNERS. */
const struct custody_selftest *custody_selftest_at(const struct custody *, size_t i);

/* A set of signatures or rules that an administrator brought in (sigset.h), or went back to. */
struct custody_set {
	char scanner[33], set[HEX_DIGEST_SIZE], version[65], date[21];
	char by[LIM_PERSON_ID_BYTES + 1], at[21], leaf[HEX_DIGEST_SIZE];
	char confirmed_by[LIM_PERSON_ID_BYTES + 1];
	int64_t confirmed_s; /* the newest time in the record then */
	bool back;
	enum {
		CUSTODY_SET_WAITS = 1 << 0,   /* for a second signature */
		CUSTODY_SET_TRIED = 1 << 1,   /* it has both, and is being tried */
		CUSTODY_SET_USED = 1 << 2,    /* it passed */
		CUSTODY_SET_REFUSED = 1 << 3, /* it did not */
		CUSTODY_SET_ANY = (1 << 4) - 1
	} state;
	char why[256]; /* it was refused */
};
/* Newest first, at most LIM_SIGSETS; NULL when there are no more. */
const struct custody_set *custody_set_at(const struct custody *, size_t i);
/* The newest of this scanner in one of these states, or NULL. */
const struct custody_set *custody_set_find(
    const struct custody *, const char *scanner, unsigned states);

/* Digest of the policy in force now, in hex; "" when none. */
const char *custody_policy(const struct custody *);
/* Approvals the policy in force asks for; 0 when none is in force. */
unsigned custody_policy_approvals(const struct custody *);
/* Administrators needed for an act. */
unsigned custody_threshold(const struct custody *);

/* --- anchors and witnesses ---------------------------------------------------- */

/* Where a checkpoint of the custody log was taken to. */
enum custody_anchor_kind { CUSTODY_PAPER, CUSTODY_SHARE, CUSTODY_WITNESS, CUSTODY_ANCHOR__MAX };

struct custody_anchor {
	enum custody_anchor_kind kind;
	uint64_t size;
	uint8_t root[32];
	char at[21];
	char officer[LIM_PERSON_ID_BYTES + 1]; /* "" of a cosignature */
};
/* "paper", "share", "witness". */
const char *custody_anchor_name(enum custody_anchor_kind);
/* The last that went there, or NULL. */
const struct custody_anchor *custody_anchor_last(
    const struct custody *, enum custody_anchor_kind);
/* What was given out for witnesses, newest first, at most LIM_ANCHORS; NULL when there are no
 * more. */
const struct custody_anchor *custody_anchor_at(const struct custody *, size_t i);
/* The largest that is kept elsewhere: on paper, on the share, cosigned; NULL: none. */
const struct custody_anchor *custody_anchored(const struct custody *);
/*
 * Whether an anchor that does not agree with this record was seen, and none that did
 * since: then nothing is read, approved or released.  why (may be NULL) gets a sentence.
 */
bool custody_restored(const struct custody *, char why[CUSTODY_WHY_SIZE]);

struct custody_witness {
	char name[LIM_NOTE_NAME_BYTES + 1];
	char vkey[LIM_NOTE_NAME_BYTES + 1 + 8 + 1 + 44 + 1];
	uint8_t public_key[32];
	uint64_t size; /* of the largest checkpoint it cosigned; 0: none */
	char at[21];   /* when that was recorded; "" */
};
/* Those in force now; NULL when there are no more. */
const struct custody_witness *custody_witness_at(const struct custody *, size_t i);
/*
 * The largest size that n different witnesses in force have cosigned, or a larger one;
 * 0 when fewer than n have cosigned anything.  n > 0.
 */
uint64_t custody_cosigned(const struct custody *, size_t n);

/* --- exceptions --------------------------------------------------------------- */

/* All that ever took force, in the order of their leaves. */
size_t custody_exception_count(const struct custody *);
const struct custody_exception *custody_exception_at(const struct custody *, size_t i);
/* NULL when none with this leaf took force. */
const struct custody_exception *custody_exception_find(
    const struct custody *, const char *leaf);
/* Whether it holds for one who was shown so many entries of the authority log, at this time. */
bool custody_exception_holds(
    const struct custody_exception *, uint64_t auth_size, int64_t now_s);
/* The later of this time and the newest in the record. */
int64_t custody_now(const struct custody *, int64_t wall_s);
/* Those that hold now, at most max, in the order of their leaves; texts are borrowed. */
size_t custody_exceptions_now(
    const struct custody *, int64_t wall_s, struct exception *ret, size_t max);

/* {"at","by","in_force_by","leaf"} of each of these leaves (NULL: none); caller decrefs. */
json_t *custody_exception_rows(const struct custody *, const json_t *leaves);

/* The medium register. */
const struct register_book *custody_register(const struct custody *);

/* --- transfers ------------------------------------------------------------------ */

size_t custody_transfer_count(const struct custody *);
/* In the order they were opened.  Pointers live until the next apply. */
const struct custody_transfer *custody_transfer_at(const struct custody *, size_t i);
const struct custody_transfer *custody_transfer_find(const struct custody *, const char *id);
/* How many numbers of transfers are used up. */
uint64_t custody_numbers(const struct custody *);
/* The id the next xfer.open must have; "" before genesis. */
void custody_next_transfer(const struct custody *, char out[TRANSFER_ID_SIZE]);
/* Its fields as they are: [{from?, name, value}], and [{limit, word}]; borrowed, the second may
 * be NULL. */
const json_t *custody_fields(const struct custody_transfer *);
const json_t *custody_fields_classes(const struct custody_transfer *);
/* One of its limits gives items this classification. */
bool custody_fields_bear(const struct custody_transfer *, const char *word);
/* The marking its medium had when it was opened; NULL: it has no number in the register. */
const char *custody_fields_marking(const struct custody *, const struct custody_transfer *);
/* True when this officer could sign an approval of the transfer now; else a sentence. */
bool custody_may_approve(const struct custody *, const struct custody_transfer *,
    const char *officer, char why[CUSTODY_WHY_SIZE]);

#endif
