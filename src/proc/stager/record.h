/* SPDX-License-Identifier: ISC */
/*
 * What the stager knows, all of it verified by itself: both logs replayed from
 * the ledger's bytes, rooted in the genesis pinned in HOME/stager/genesis,
 * never behind the largest head remembered in HOME/stager/head.
 */
#ifndef PROC_STAGER_RECORD_H
#define PROC_STAGER_RECORD_H

#include "src/base/err.h"
#include "src/core/custody.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RECORD_WHY_SIZE 512

struct channel;
struct record;

/* One entry as it was recorded; bytes and entry are the record_entries' own. */
struct record_entry {
	uint64_t seq;
	uint8_t *bytes;
	size_t len;
	struct entry *entry;
};

struct record_entries {
	struct record_entry *list;
	size_t count;
};

/*
 * dirfd is HOME/stager, ledger the channel to it; both stay the caller's.
 * demo says what station.conf says: a demo ledger at another station, or a
 * real one at a demo station, is refused.
 */
struct record *record_new(struct channel *ledger, int dirfd, bool demo);
struct record *record_free(struct record *);

/*
 * Fetches and replays what is new in both logs, checks genesis, checkpoints
 * and the remembered head, and remembers the new one.  On failure a sentence,
 * and nothing may be decided from the record.
 */
enum err record_refresh(struct record *, char why[RECORD_WHY_SIZE]);
const struct custody *record_custody(const struct record *);
/* NULL when there is no such transfer.  Lives until the next refresh or event. */
const struct custody_transfer *record_transfer(const struct record *, const char *id);
/* The signed checkpoint at the present size of that log: verified, NUL-terminated. */
const char *record_checkpoint(const struct record *, enum transfer_log);
/* Of the custody log of that epoch: of an earlier one the last, verified. */
const char *record_checkpoint_of(const struct record *, const struct custody_epoch *);

/* A document by its digest, checked against it.  Caller frees. */
enum err record_doc(struct record *, const char *sha256, uint8_t **ret_bytes, size_t *ret_len);
/* Policy, inventory, findings and manifest of the approvals agree with each other. */
enum err record_check_documents(
    struct record *, const struct custody_transfer *, char why[RECORD_WHY_SIZE]);
/*
 * Asks the ledger for a station entry about a transfer and replays it.  Steals
 * data.  ERR_DENIED when the ledger refuses.
 */
enum err record_event(struct record *, const char *type, const char *transfer, json_t *data,
    char why[RECORD_WHY_SIZE]);
/*
 * The entries with these sequence numbers (ascending), each compared with the
 * leaf that was replayed.  Caller calls record_entries_done.
 */
enum err record_entries(struct record *, enum transfer_log, const uint64_t *seqs, size_t n,
    struct record_entries *ret_entries, char why[RECORD_WHY_SIZE]);
void record_entries_done(struct record_entries *);

#endif
