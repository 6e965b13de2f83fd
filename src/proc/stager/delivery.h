/* SPDX-License-Identifier: ISC */
/*
 * The way of one transfer from approval to the share, as a table of steps.
 * What an earlier, interrupted run has done is found out and not done again.
 */
#ifndef PROC_STAGER_DELIVERY_H
#define PROC_STAGER_DELIVERY_H

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/proc/stager/record.h"
#include "src/proc/stager/rescan.h"
#include "src/proc/stager/share.h"

#include <stdbool.h>
#include <stdint.h>

struct channel;

typedef void delivery_progress_fn(void *arg, const char *transfer, const char *step,
    uint64_t done, uint64_t total, uint64_t bytes, uint64_t bytes_total);

struct delivery {
	struct record *record;
	struct share *share;
	struct channel *vault;
	bool sandboxed; /* this program, ledger and vault: all of them */
	delivery_progress_fn *progress;
	rescan_bridge_fn *bridge; /* called when policy asks for a scan at release */
	void *arg;                /* of both */
};

struct delivery_result {
	uint64_t files, bytes;
	/* When it failed: */
	const char *step, *next;
	char why[SHARE_WHY_SIZE];
};

/*
 * Releases an approved transfer: checks, copies, reads back, publishes,
 * records, and writes INDEX and custody folder.  A failure while the transfer
 * can be marked so is recorded as xfer.fault; nothing half-made stays visible.
 */
enum err delivery_release(
    const struct delivery *, const char *transfer, struct delivery_result *ret_result);
/*
 * Reads what was delivered again and compares it with what was signed.  Failed at the step
 * "open" or "read-back" the share differs: ERR_NOTFOUND when nothing is there.
 */
enum err delivery_compare(
    const struct delivery *, const char *transfer, struct delivery_result *ret_result);
/* Writes the custody folder, and the INDEX line of a delivered transfer, again. */
enum err delivery_custody(
    const struct delivery *, const char *transfer, struct delivery_result *ret_result);

/* The custody folder as it would be written now, in an archive of tar. */
enum err delivery_bundle(const struct delivery *, const char *transfer, struct buf *out,
    struct delivery_result *ret_result);

#endif
