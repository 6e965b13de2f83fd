/* SPDX-License-Identifier: ISC */
/*
 * What each byte of a medium belongs to.  Places are told as they are found
 * and may share bytes; a byte counts once, for the first kind below that
 * claims it.
 */
#ifndef MEDIA_COVER_H
#define MEDIA_COVER_H

#include <stddef.h>
#include <stdint.h>

enum cover_kind {
	COVER_TABLE,
	COVER_VOLUME,
	COVER_REGION,
	COVER_NONE, /* nobody claims it */
	COVER_KIND__MAX
};

struct cover {
	struct cover_part {
		uint64_t offset_bytes, bytes;
		enum cover_kind kind;
	} * parts;
	size_t n, cap;
};

void cover_add(struct cover *, enum cover_kind, uint64_t offset_bytes, uint64_t bytes);
/* Bytes of each kind; together they are always medium_bytes. */
void cover_count(
    const struct cover *, uint64_t medium_bytes, uint64_t ret_bytes[COVER_KIND__MAX]);
void cover_done(struct cover *);

#endif
