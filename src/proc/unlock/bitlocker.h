/* SPDX-License-Identifier: ISC */
/*
 * BitLocker's metadata, as far as the layout of the volume needs it; keys are
 * libcryptsetup's.  Pure: bytes in, facts out, every number is hostile.
 */
#ifndef UNLOCK_BITLOCKER_H
#define UNLOCK_BITLOCKER_H

#include "src/media/layout.h"

#define BITLOCKER_BOOT_BYTES  512
#define BITLOCKER_BLOCK_BYTES 65536
#define BITLOCKER_COPIES      3

struct bitlocker {
	uint64_t first;                      /* where the library looks for metadata */
	uint64_t metadata[BITLOCKER_COPIES]; /* where they are */
	unsigned sector_bytes;
	struct layout layout; /* checked */
	bool cipher_known;
	const char *cipher;
	bool clear_key;
};

/* The first sector: sector size and where metadata is.  Sentences in ret_why. */
enum err bitlocker_boot(const uint8_t boot[BITLOCKER_BOOT_BYTES], uint64_t volume_bytes,
    struct bitlocker *ret, const char **ret_why);
/* Its sum is right and it is the copy that belongs there. */
bool bitlocker_block_is_whole(
    const uint8_t block[BITLOCKER_BLOCK_BYTES], uint64_t at, size_t copy);
/* The rest of b, from a whole block.  ERR_SYNTAX, or ERR_RANGE for what is not read. */
enum err bitlocker_metadata(const uint8_t block[BITLOCKER_BLOCK_BYTES], uint64_t volume_bytes,
    struct bitlocker *b, const char **ret_why);

#endif
