/* SPDX-License-Identifier: ISC */
/* Where the files of a custody folder are: in a directory, or in an archive of tar. */
#ifndef VERIFY_BUNDLE_H
#define VERIFY_BUNDLE_H

#include "src/base/err.h"
#include "src/proc/verify/tar.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bundle {
	int dirfd;       /* or -1 ... */
	struct tar *tar; /* ... and then this */
};

struct bundle_text {
	uint8_t *bytes; /* a NUL follows; the caller frees */
	size_t len;
};

/* ERR_NOTFOUND when there is no such regular file; links are not followed. */
enum err bundle_read(const struct bundle *, const char *path, struct bundle_text *ret);
/*
 * The names in one of its folders, in no order; those that begin with a dot are left out.
 * ERR_NOTFOUND without such a folder, ERR_SYNTAX when fn said no.
 */
typedef bool bundle_name_fn(void *arg, const char *name);
enum err bundle_each(const struct bundle *, const char *folder, bundle_name_fn *, void *arg);

#endif
