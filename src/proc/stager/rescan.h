/* SPDX-License-Identifier: ISC */
/*
 * Policy rescan_at_release: what lies in the transfer's folder, and nobody has
 * seen yet, is scanned once more, by scanners that the desk and the vault cannot
 * speak for.  The stager hands them the files, and compares what they come to
 * with what was sealed and signed.
 */
#ifndef PROC_STAGER_RESCAN_H
#define PROC_STAGER_RESCAN_H

#include "src/base/err.h"
#include "src/core/release.h"
#include "src/proc/stager/share.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Has these scanners (names) started, and a sallyport-rescan that speaks with
 * them; the caller closes the socket to it.  A sentence when it cannot be.
 */
typedef enum err rescan_bridge_fn(
    void *arg, const json_t *names, int *ret_fd, char why[SHARE_WHY_SIZE]);
typedef void rescan_progress_fn(void *arg, uint64_t files, uint64_t bytes);

struct rescan {
	rescan_bridge_fn *bridge;
	void *bridge_arg;
	const void *policy, *inventory; /* documents that were signed */
	size_t policy_len, inventory_len;
	const struct release_manifest *manifest;
	int part; /* what was built and read back */
	rescan_progress_fn *progress;
	void *arg;
};

/* Whether the policy asks for it. */
enum err rescan_asked(const void *policy, size_t n, bool *ret, char why[SHARE_WHY_SIZE]);
/*
 * Scans every file of the manifest.  ret_said is what xfer.deliver tells of it;
 * caller decrefs.  ERR_DENIED and a sentence that names one when a file is worse
 * than it was sealed as; any other failure says that nobody knows.
 */
enum err rescan_run(const struct rescan *, json_t **ret_said, char why[SHARE_WHY_SIZE]);

#endif
