/* SPDX-License-Identifier: ISC */
/*
 * A whole ledger.db against the rules: every row's leaf and projections, all
 * logs through custody, every checkpoint.
 */
#ifndef DB_LEDGER_REPLAY_H
#define DB_LEDGER_REPLAY_H

#include "db/ledger.h"
#include "src/core/custody.h"

#include <stdbool.h>

struct ledger_replay {
	/* what was counted */
	uint64_t entries[2]; /* of the custody log in all epochs */
	uint64_t checkpoints;
	/* where it failed */
	unsigned log; /* 0 authority, n custody of epoch n */
	uint64_t seq;
	bool at_entry;   /* the sentence is about entry seq of log */
	bool unreadable; /* SQLite could not give it */
	char why[CUSTODY_WHY_SIZE];
};

/*
 * Applies everything to a fresh custody.  Authority first, so a custody entry
 * may lean on it.  With all_notes every checkpoint's signature is verified,
 * and the signatures by a thread beside; else only the newest of each log and
 * no thread.  Sizes and roots are compared always.
 */
enum err ledger_replay(
    struct ledger *, struct custody *, bool all_notes, struct ledger_replay *ret);

#endif
