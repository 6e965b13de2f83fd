/* SPDX-License-Identifier: ISC */
/*
 * A custody folder packed by tar, read where it lies in memory: plain ustar or
 * GNU headers, regular files and directories, every name once.  What is no
 * such file is refused; nothing is unpacked.
 */
#ifndef VERIFY_TAR_H
#define VERIFY_TAR_H

#include "src/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tar;

struct tar_file {
	char *path; /* without the folder that all of them lie in */
	const uint8_t *bytes;
	size_t len;
};

/* Whether the bytes begin like an archive of tar. */
bool tar_is(const uint8_t *bytes, size_t n);
/*
 * The bytes stay the caller's and must outlive the archive.  ERR_SYNTAX or
 * ERR_LIMIT, and a sentence that lives for ever.
 */
enum err tar_open(const uint8_t *bytes, size_t n, struct tar **ret, const char **ret_why);
/* NULL is fine; always returns NULL. */
struct tar *tar_close(struct tar *);
/* File i in the order of the archive; NULL after the last. */
const struct tar_file *tar_at(const struct tar *, size_t i);
/* NULL when there is none of this path. */
const struct tar_file *tar_find(const struct tar *, const char *path);

#endif
