/* SPDX-License-Identifier: ISC */
/*
 * Epochs: the custody logs of a station, one after the other.  Each has its own origin,
 * log key and station key; the administrators open the next one when the one before
 * cannot go on.  Together they are one history.  custody.h includes this.
 *
 * The place of a custody entry is the number of entries before it, in all epochs; its
 * number in its own log is the place less the `base` of its epoch.
 */
#ifndef CORE_CUSTODY_EPOCH_H
#define CORE_CUSTODY_EPOCH_H

#include "src/core/custody_person.h"
#include "src/core/note.h"

struct custody_epoch {
	unsigned number;
	char origin[LIM_NOTE_NAME_BYTES + 1];
	char vkey[NOTE_VKEY_SIZE];           /* of its checkpoints */
	char authority_vkey[NOTE_VKEY_SIZE]; /* the same key under the authority log's name */
	uint8_t log_public[SSHSIG_POINT_SIZE], station_public[SSHSIG_PUBLIC_SIZE];
	char station_line[SSHSIG_LINE_SIZE], station_key[CUSTODY_KEY_SIZE];
	uint64_t since; /* known from this size of the authority log on */
	/* What opened it; of the first nothing but the leaf of the founding. */
	struct custody_deed opened;
	char reason[16];
	uint64_t transfers; /* numbers that may have been used before */
	/* What it continues: the largest checkpoint known of the epoch before. */
	uint64_t continues_size;
	uint8_t continues_root[32];
	/* Its log as it is in this record. */
	bool begun;
	uint64_t base, size;
	uint64_t roots_base;
};

/* All that were opened, the first is the founding's; 0 before that. */
size_t custody_epoch_count(const struct custody *);
/* NULL when there is no such one. */
const struct custody_epoch *custody_epoch_at(const struct custody *, size_t i);
/* The one whose log is written now; NULL before the founding. */
const struct custody_epoch *custody_epoch_now(const struct custody *);
/* An epoch was opened and its log not begun. */
bool custody_epoch_waits(const struct custody *);
/* Root of the log of that epoch when it had `size` entries; NULL when it never had. */
const uint8_t *custody_epoch_root(const struct custody *, size_t i, uint64_t size);
/* The epoch with this origin; NULL. */
const struct custody_epoch *custody_epoch_find(const struct custody *, const char *origin);
/* That to which the entry at this place belongs; NULL without such an entry. */
const struct custody_epoch *custody_epoch_of(const struct custody *, uint64_t place);
/* How many entries of the epoch before this one continues are not in this record. */
uint64_t custody_epoch_lost(const struct custody *, size_t i);
/*
 * A row for each epoch: epoch origin begun first size root, and from the second on (else empty)
 * at by in_force_by leaf reason why continues missing.  first is the place of its first entry.
 * Caller decrefs.
 */
json_t *custody_epoch_rows(const struct custody *);
/* restored, disk, check, key or replaced. */
bool custody_epoch_reason_ok(const char *reason);

/*
 * Parse and verify a checkpoint of either log: of the custody logs that of the origin it
 * bears, of the authority log by a key that may sign at its size.  ret_epoch (may be NULL)
 * is NULL for the authority log.  ERR_NOTFOUND: no log of this record has this origin.
 */
enum err custody_checkpoint_open(const struct custody *, const void *note, size_t n,
    struct note_checkpoint *ret, const struct custody_epoch **ret_epoch);
/* The i-th key that may sign the authority log's checkpoint of that size; NULL. */
const uint8_t *custody_authority_signer(const struct custody *, uint64_t size, size_t i);

#endif
