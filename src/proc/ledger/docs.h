/* SPDX-License-Identifier: ISC */
/* ledger/docs: inventories, findings, policies by their SHA-256. */
#ifndef LEDGER_DOCS_H
#define LEDGER_DOCS_H

#include "src/base/err.h"

#include <stddef.h>
#include <stdint.h>

/* Opens (and makes) the folder beneath dirfd; caller closes. */
enum err docs_open(int dirfd, int *ret_fd);
/*
 * Stores bytes under their digest, durably.  ERR_SIGNATURE when sha256 (hex)
 * is not their digest.  A document that is there and whole is not written again.
 */
enum err docs_put(int docs_fd, const char *sha256, const void *bytes, size_t n);
/* ERR_NOTFOUND; ERR_SIGNATURE when the file was changed.  Caller frees. */
enum err docs_get(int docs_fd, const char *sha256, uint8_t **ret_bytes, size_t *ret_len);

#endif
