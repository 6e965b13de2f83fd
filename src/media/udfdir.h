/* SPDX-License-Identifier: ISC */
/* UDF directories (ECMA-167 4/14.4) and names in OSTA CS0, exactly as stored. */
#ifndef MEDIA_UDFDIR_H
#define MEDIA_UDFDIR_H

#include "src/media/entry.h"

#define UDFDIR_PART_SHIFT 32 /* of an entry's record: block, and above it the partition */

/* CS0 text as bytes (wtf8.h); out holds 3 * n.  False when it is no text of CS0. */
bool udfdir_text(
    const uint8_t *cs0, size_t n, uint8_t *out, size_t *ret_len, bool *ret_is_name);

struct udfdir {
	bool damaged;     /* something was skipped */
	uint64_t in_vain; /* bytes that were summed and were no name: enough is enough */
};

/*
 * Feeds n bytes; ret_used of them are done, the rest comes again with more
 * behind it.  last: there is no more.
 */
enum err udfdir_feed(struct udfdir *, const uint8_t *bytes, size_t n, bool last,
    size_t *ret_used, entry_fn *, void *arg);

#endif
