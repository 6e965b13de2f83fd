/* SPDX-License-Identifier: ISC */
/*
 * The system use area of an ISO 9660 directory record: SUSP 1.12 with the
 * fields of Rock Ridge (RRIP 1.12).
 */
#ifndef MEDIA_SUSP_H
#define MEDIA_SUSP_H

#include "src/base/limits.h"
#include "src/media/table.h"

struct susp {
	bool sharing;  /* SP: areas are used as SUSP says */
	unsigned skip; /* and begin behind so many bytes */
	bool rock_ridge;
	bool damaged; /* a field was malformed: the rest was skipped */

	uint8_t name[LIM_NAME_BYTES]; /* NM, exactly as stored */
	size_t name_len;
	bool has_name, name_long;
	bool has_mode; /* PX */
	uint32_t mode, links;
	bool has_mtime; /* TF */
	int64_t mtime_s;
	uint8_t link[LIM_LINK_BYTES]; /* SL */
	size_t link_len;
	bool link_long;
	bool moved; /* RE: shown in another place */
	bool child; /* CL: a directory that lies in another place */
	uint32_t child_block;
	bool packed; /* ZF: its bytes are compressed */
	bool sparse; /* SF */

	/* of the parser */
	bool link_open, link_joined; /* the target goes on; without a slash */
};

/*
 * Adds what an area of n bytes says, following continuations (CE) by read,
 * which gives the bytes of the volume.  Only ERR_OK and what read returned.
 */
enum err susp_parse(table_read_fn *read, void *arg, size_t block_bytes, const uint8_t *area,
    size_t n, struct susp *);
/* A date of 7 bytes, with its zone; false when there is none. */
bool susp_date(const uint8_t date[7], int64_t *ret_s);

#endif
