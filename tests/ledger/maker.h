/* SPDX-License-Identifier: ISC */
/*
 * Makes whole custody records for tests: a station, its people, transfers with
 * real inventories and manifests, everything signed and accepted by custody.
 * A test may spoil any entry on its way (maker_make, then custody_check).
 */
#ifndef TESTS_LEDGER_MAKER_H
#define TESTS_LEDGER_MAKER_H

#include "src/base/buf.h"
#include "src/core/custody.h"
#include "src/core/sshsig.h"

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#define MAKER_PEOPLE 16
#define MAKER_DOCS   64

struct maker_person {
	char id[33], name[129], key[64], line[SSHSIG_LINE_SIZE], role[16];
	struct sshsig_key *secret;
};

struct maker_doc {
	char sha256[65];
	uint8_t *bytes;
	size_t len;
};

struct maker {
	struct custody *custody;
	struct sshsig_key *log_key;
	struct maker_person station; /* K1 */
	struct maker_person people[MAKER_PEOPLE];
	size_t people_count;
	struct maker_doc docs[MAKER_DOCS]; /* the newest ones */
	size_t docs_next;
	char policy[65];
	char policy_text[1024];
	char why[CUSTODY_WHY_SIZE];
	bool infected; /* from here on the first file of a transfer is malicious for av */
	struct exception exceptions[2]; /* and inventories are made with these */
	size_t nexceptions;
	/* Called for every accepted entry with its checkpoint; may be NULL. */
	void (*taken)(void *arg, enum transfer_log, const void *entry, size_t n,
	    const void *note, size_t note_len);
	/* Called for every document; may be NULL. */
	void (*stored)(void *arg, const char *sha256, const void *bytes, size_t n);
	void *arg;
};

/*
 * A new record with station K1 of the site, and admins root1.. for which the
 * threshold holds; genesis entries are in, endorsements are not.
 */
struct maker *maker_new(const char *site, unsigned admins, unsigned threshold);
/* The same with callbacks from the first entry on, and the ledger's schema digest. */
struct maker *maker_new_with(const char *site, unsigned admins, unsigned threshold,
    const char *schema,
    void (*taken)(void *, enum transfer_log, const void *, size_t, const void *, size_t),
    void (*stored)(void *, const char *, const void *, size_t), void *arg);
struct maker *maker_free(struct maker *);
/* Endorses, enrols anna, ben, cleo (officers), rita (requester), sets a policy, starts. */
void maker_settle(struct maker *);

/* From here on policy asks for more: a few settings, as they stand in its text. */
void maker_demand(struct maker *, const char *settings);

/* A person with a deterministic key who is not enrolled yet. */
struct maker_person *maker_person(
    struct maker *, const char *id, const char *name, const char *role);
struct maker_person *maker_find(struct maker *, const char *id);

/*
 * The body of an entry that should be the log's next; steals data.  The test
 * may change it.  who: a person, or &m->station.
 */
json_t *maker_body(struct maker *, enum transfer_log, const char *type, const char *subj,
    const struct maker_person *who, json_t *data);
/* Signs the body as it is (steals it); caller calls buf_done. */
void maker_sign(json_t *body, const struct maker_person *who, struct buf *out);
/* Signs and checks without change; m->why tells. */
enum err maker_try(
    struct maker *, enum transfer_log, json_t *body, const struct maker_person *who);
/* Signs and applies; steals the body. */
enum err maker_put(
    struct maker *, enum transfer_log, json_t *body, const struct maker_person *who);
/* maker_body and maker_put; must succeed.  steals data. */
void maker_add(struct maker *, enum transfer_log, const char *type, const char *subj,
    const struct maker_person *who, json_t *data);

/* Enrols a person as in maker_person; roles as JSON array, stolen. */
json_t *maker_enroll_data(struct maker *, const struct maker_person *, json_t *roles);

/* Keeps a document and returns its digest. */
const char *maker_store(struct maker *, const void *bytes, size_t n);

/*
 * Steps of the transfer that was opened last, each with correct data; they
 * return data so that a test can spoil them.
 */
json_t *maker_open_data(struct maker *);
json_t *maker_start_data(struct maker *);
json_t *maker_read_data(struct maker *, unsigned items);
json_t *maker_scan_data(struct maker *);
/* Seals an inventory of `files` approved files decided by decider and makes the approval. */
json_t *maker_approve_data(
    struct maker *, const char *transfer, unsigned files, const char *decider, unsigned slot);
json_t *maker_release_data(struct maker *, const char *transfer);
/* What a delivery tells of the scan at its release. */
json_t *maker_rescan_data(const struct custody_transfer *);
json_t *maker_deliver_data(struct maker *, const char *transfer);

/* An exception of root1 for av and the first file of every transfer; its leaf. */
const char *maker_except(struct maker *, const char *expires);
/* data of exception.add as maker_except makes it. */
json_t *maker_except_data(const char *expires);
/* Ends the exception; of those that inventories are made with nothing changes. */
json_t *maker_except_end_data(const char *leaf);
/* An addendum after which so many of the first items are worse, and one more is changed. */
json_t *maker_addendum_data(struct maker *, const char *transfer, unsigned worse);

/* How far maker_transfer goes. */
enum maker_until {
	MAKER_OPEN,
	MAKER_READING,
	MAKER_SCANNING,
	MAKER_REVIEW,
	MAKER_SUBMITTED,
	MAKER_APPROVED,
	MAKER_RELEASED,
	MAKER_CLOSED,
};
/* A transfer from the beginning to that state; ret_subj is "xfer:<id>". */
void maker_transfer(struct maker *, enum maker_until, unsigned files, char ret_subj[80]);

#endif
