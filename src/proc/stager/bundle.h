/* SPDX-License-Identifier: ISC */
/*
 * The custody folder of one transfer: all that an auditor needs to check it
 * without the station, and the slip for the requester.  Its layout is that of
 * the transfer bundle in share/doc (README.txt in it explains every file).
 */
#ifndef PROC_STAGER_BUNDLE_H
#define PROC_STAGER_BUNDLE_H

#include "src/base/err.h"
#include "src/proc/stager/folder.h"
#include "src/proc/stager/record.h"
#include "src/proc/stager/share.h"

#include <stddef.h>
#include <stdint.h>

struct bundle_doc {
	uint8_t *bytes; /* NULL: there is none (nothing was sealed) */
	size_t len;
};

struct bundle {
	struct record *record;
	const struct custody_transfer *transfer;
	const struct record_entries *entries; /* of the transfer */
	struct bundle_doc inventory, findings, policy, manifest;
};

/* Fills the folder, and closes it: read-only and synced where it is a directory. */
enum err bundle_write(const struct bundle *, struct folder *, char why[SHARE_WHY_SIZE]);

#endif
