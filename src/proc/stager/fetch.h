/* SPDX-License-Identifier: ISC */
/*
 * Objects from the vault in the order of a manifest.  The next few are asked
 * for ahead, so that the vault is not waited for at every file.
 */
#ifndef PROC_STAGER_FETCH_H
#define PROC_STAGER_FETCH_H

#include "src/base/err.h"
#include "src/core/release.h"
#include "src/proc/stager/share.h"

#include <stddef.h>

#define FETCH_AHEAD 8 /* below LIM_IN_FLIGHT: neither side ever waits for the other */

struct channel;

struct fetch {
	struct channel *vault;
	const struct release_manifest *manifest;
	size_t asked, taken;
};

/* A payload_open_fn without its arg: i must be the next one. */
enum err fetch_take(struct fetch *, size_t i, int *ret_fd, char why[SHARE_WHY_SIZE]);
/* Takes and drops what was asked for and not taken: the channel is quiet again. */
void fetch_done(struct fetch *);

#endif
