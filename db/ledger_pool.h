/* SPDX-License-Identifier: ISC */
/*
 * Signatures, verified beside the reading of a ledger: half of the work of a
 * verifier, and none of the rest waits for it.  One thread takes jobs from a
 * short queue; who adds a job to a full queue does it himself.
 */
#ifndef DB_LEDGER_POOL_H
#define DB_LEDGER_POOL_H

#include "src/base/limits.h"
#include "src/core/entry.h"
#include "src/core/note.h"
#include "src/core/transfer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ledger_pool;

struct ledger_pool_bad {
	bool any;
	bool note; /* a checkpoint of this size; else an entry with this seq */
	enum transfer_log log;
	uint64_t seq;
	char who[LIM_PERSON_ID_BYTES + 1]; /* signed it as the entry says; "" for notes */
};

struct ledger_pool *ledger_pool_new(void);
/* Entry's signature by this key; copied. */
void ledger_pool_add_entry(struct ledger_pool *, enum transfer_log, uint64_t seq,
    const struct entry *, const uint8_t public_key[SSHSIG_PUBLIC_SIZE]);
/* Checkpoint signed by this key, which must stay until the end; the bytes are copied. */
void ledger_pool_add_note(struct ledger_pool *, enum transfer_log, uint64_t size,
    const struct note_vkey *, const void *note, size_t n);
/* Waits for all jobs, tells the first bad one (entries before notes), frees the pool. */
struct ledger_pool_bad ledger_pool_finish(struct ledger_pool *);

#endif
