/* SPDX-License-Identifier: ISC */
/*
 * The copy of every entry on a second medium: written after COMMIT and before
 * anything of the entry is told to anybody.  It is never cut further back than
 * the one record that a cut write can have left, and one that is not ours, or
 * was changed, is left as it is.
 */
#ifndef LEDGER_COPY_H
#define LEDGER_COPY_H

#include "db/ledger_copy.h"
#include "src/core/custody.h"

#define COPY_WHY_SIZE (LIM_COPY_WHY_BYTES + 1)

enum copy_state {
	COPY_WHOLE,
	COPY_UNWRITTEN, /* it could not be written or read */
	COPY_CHANGED,
	COPY_ANOTHER,
	COPY_AHEAD, /* it goes on where the ledger ends: an older ledger was put back */
	COPY_STATE__MAX
};
/* What copy.failed says of it. */
const char *copy_state_name(enum copy_state);

struct copy;
/* In this folder, which stays the caller's; -1: there is none, for the reason why. */
struct copy *copy_new(int dirfd, const char *path, const char *why);
struct copy *copy_free(struct copy *);
/*
 * Compares with the ledger, which the custody has replayed, and writes what is
 * missing.  Returns the state, as copy_state does from then on.
 */
enum copy_state copy_catch_up(struct copy *, struct ledger *, struct custody *);
/* One more entry of a log that was caught up; a copy that is not whole is left alone. */
void copy_add(struct copy *, unsigned log, const struct ledger_copy_row *);
/* ret_why: a sentence, "" when it is whole. */
enum copy_state copy_state(const struct copy *, const char **ret_why);
/* Entries of all logs that it holds. */
uint64_t copy_entries(const struct copy *);
/* Whether the policy in force wants the copy to be whole; docs_fd is where it is kept. */
bool copy_is_required(const struct custody *, int docs_fd);

#endif
