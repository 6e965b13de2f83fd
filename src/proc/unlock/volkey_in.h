/* SPDX-License-Identifier: ISC */
/* What the files of volkey.h share. */
#ifndef UNLOCK_VOLKEY_IN_H
#define UNLOCK_VOLKEY_IN_H

#include "src/proc/unlock/volkey.h"

/* of libcryptsetup */
struct crypt_device;

#define VOLKEY_PATH_SIZE 32

/* The path that the library opens for a descriptor of ours. */
void volkey_path(int fd, char out[VOLKEY_PATH_SIZE]);
/* Says why; returns e. */
enum err volkey_fail(struct volkey *, enum err e, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
enum err volkey_no_memory(struct volkey *);
/* Cipher, numbers and key length as the library has them; ERR_RANGE: not read. */
enum err volkey_cipher(struct crypt_device *, struct volkey *);
/* Checks the whole. */
enum err volkey_layout(struct volkey *, uint64_t volume_bytes);

/* TrueCrypt and VeraCrypt (volkey_truecrypt.c): as volkey_find. */
enum err volkey_truecrypt(struct crypt_device *, const struct header *, const struct secret *,
    unsigned pim, struct volkey *);

#endif
