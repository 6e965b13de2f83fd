/* SPDX-License-Identifier: ISC */
/*
 * Checkpoints of the custody log on the share: anchors/checkpoint is the newest that was
 * put there on purpose, NNNNNNNN.add-checkpoint (from epoch 2 on E-NNNNNNNN.add-checkpoint) proves that each continues the one before
 * (C2SP tlog-witness add-checkpoint: a witness takes it as it is); every custody folder
 * has one, too.
 */
#ifndef PROC_STAGER_ANCHORS_H
#define PROC_STAGER_ANCHORS_H

#include "src/core/note.h"
#include "src/proc/stager/record.h"
#include "src/proc/stager/share.h"

struct anchors_seen {
	bool any;     /* there is one that this log's key signed */
	bool agrees;  /* and the record has that root at that size */
	bool anchors; /* and it lies in anchors/, not in a custody folder alone */
	uint64_t size;
	uint8_t root[NOTE_ROOT_SIZE];
};

/* The largest checkpoint on the share, held against the record. */
enum err anchors_check(
    struct record *, const struct share *, struct anchors_seen *ret, char why[SHARE_WHY_SIZE]);
/* Writes the newest; after anchors_check, whose answer agreed.  ret tells which it is. */
enum err anchors_write(
    struct record *, const struct share *, struct anchors_seen *ret, char why[SHARE_WHY_SIZE]);

#endif
