/* SPDX-License-Identifier: ISC */
/*
 * INDEX on the share: one line for each delivery, columns separated by tabs,
 * replaced atomically.  Lines of other transfers stay as they are.
 */
#ifndef PROC_STAGER_SHELF_H
#define PROC_STAGER_SHELF_H

#include "src/base/err.h"
#include "src/proc/stager/share.h"

#include <stdint.h>

struct shelf_line {
	const char *transfer;
	const char *date;      /* of the delivery entry, RFC 3339 */
	const char *requester; /* id */
	const char *request;   /* the site's reference as it was typed, or ""; escaped here */
	bool demo;             /* a new INDEX says DEMO */
	uint64_t files, bytes;
	uint64_t not_delivered; /* items that did not go, directories apart */
	const char *state;      /* delivered, recalled, retired */
};

/* Adds the line, or puts it in the place of the transfer's earlier one. */
enum err shelf_put(const struct share *, const struct shelf_line *, char why[SHARE_WHY_SIZE]);

#endif
