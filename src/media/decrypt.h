/* SPDX-License-Identifier: ISC */
/*
 * The sectors of an encrypted volume, decrypted one by one with libcrypto.
 * Nothing here proves that the key is the right one: that was the work of
 * sallyport-unlock, and a wrong one makes noise in which no file system is.
 */
#ifndef MEDIA_DECRYPT_H
#define MEDIA_DECRYPT_H

#include "src/media/layout.h"

struct decrypt;

/* Fetches the ciphers, which may read files: before the sandbox.  Safe to call again. */
void decrypt_init(void);
/*
 * For a layout that layout_check has passed; key has its key_bytes and may be
 * wiped after.  ERR_RANGE when libcrypto refuses the key.
 */
enum err decrypt_new(const struct layout *, const uint8_t *key, struct decrypt **ret);
/* Wipes; NULL is fine; always returns NULL. */
struct decrypt *decrypt_free(struct decrypt *);
/*
 * Decrypts whole sectors in place.  place: where the first of them is stored,
 * in bytes from the layout's offset.  ERR_IO when libcrypto fails.
 */
enum err decrypt_sectors(struct decrypt *, uint64_t place, uint8_t *bytes, size_t n);

#endif
