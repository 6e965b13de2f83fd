/* SPDX-License-Identifier: ISC */
/*
 * The header of an encrypted volume, copied from the medium into a memfd that
 * is as large as the volume and empty elsewhere: libcryptsetup gets that, and
 * never the medium.  What is copied has limits, and of BitLocker's metadata
 * the first copy that is whole stands where the library looks.
 */
#ifndef UNLOCK_HEADER_H
#define UNLOCK_HEADER_H

#include "src/base/err.h"
#include "src/base/limits.h"
#include "src/media/layout.h"

#include <stdbool.h>
#include <stdint.h>

enum header_kind {
	HEADER_LUKS,
	HEADER_BITLOCKER,
	HEADER_VERACRYPT,        /* and TrueCrypt: the volume, else the hidden one in it */
	HEADER_VERACRYPT_BACKUP, /* the same by the headers at the end of the volume */
	HEADER_KIND__MAX
};

struct header {
	enum header_kind kind;
	uint64_t bytes; /* of the volume */
	int fd;         /* the memfd */

	/* BitLocker: all but the key, cipher_known false for one that is not read */
	struct layout layout;
	bool cipher_known;
	const char *cipher; /* its name */
	bool clear_key;     /* protection is suspended: the key lies beside the lock */
};

/* Exactly n bytes at offset of the volume, or an error: zeros stand for them then. */
typedef enum err header_read_fn(void *arg, uint64_t offset_bytes, void *out, size_t n);

/* "luks", "bitlocker", "veracrypt", "veracrypt-backup". */
bool header_kind_parse(const char *word, enum header_kind *ret);
/*
 * ERR_SYNTAX or ERR_RANGE with ret_why, a sentence, when there is no such
 * header that could be opened; ERR_IO when the system gives no memory.  After
 * ERR_OK the caller calls header_done.
 */
enum err header_copy(header_read_fn *, void *arg, enum header_kind, uint64_t volume_bytes,
    struct header *ret, const char **ret_why);
void header_done(struct header *);

#endif
