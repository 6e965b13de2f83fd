/* SPDX-License-Identifier: ISC */
/*
 * What is released, as files: built below a part directory from the manifest,
 * then read back from the disk and compared with it, byte for byte.
 *
 *   files/...         the approved files and relative links, read-only
 *   MANIFEST.sha256   their digests
 */
#ifndef PROC_STAGER_PAYLOAD_H
#define PROC_STAGER_PAYLOAD_H

#include "src/base/err.h"
#include "src/core/release.h"
#include "src/proc/stager/share.h"

#include <stddef.h>
#include <stdint.h>

/* Gives the object of file i of the manifest for reading; payload closes it. */
typedef enum err payload_open_fn(void *arg, size_t i, int *ret_fd, char why[SHARE_WHY_SIZE]);
typedef void payload_progress_fn(void *arg, uint64_t files, uint64_t bytes);

struct payload {
	const struct release_manifest *manifest;
	payload_open_fn *open;
	payload_progress_fn *progress;
	void *arg;
};

/* Fills the empty directory part: everything read-only, with its times. */
enum err payload_build(const struct payload *, int part, char why[SHARE_WHY_SIZE]);
/* On the disk, and out of the page cache as far as the kernel can be asked. */
enum err payload_sync(const struct payload *, int part, char why[SHARE_WHY_SIZE]);
/*
 * Reads every file again and compares contents, sizes, modes, links, the
 * manifest and the number of entries.  ERR_SIGNATURE and a sentence that names
 * what differs.  ret_sha256 is that of the manifest as computed from what was
 * read.
 */
enum err payload_read_back(
    const struct payload *, int part, uint8_t ret_sha256[32], char why[SHARE_WHY_SIZE]);

#endif
