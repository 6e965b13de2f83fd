/* SPDX-License-Identifier: ISC */
/* File entries of UDF and where their bytes lie. */
#ifndef MEDIA_UDFFILE_H
#define MEDIA_UDFFILE_H

#include "src/media/udfvolume.h"

struct udffile {
	uint8_t type; /* of the file: 4 directory, 5 file, 12 link… */
	uint16_t links;
	uint32_t permissions;
	uint16_t flags;
	uint64_t bytes;
	bool has_mtime, utc;
	bool streams; /* it has named streams */
	int64_t mtime_s;
	uint16_t part;         /* where the entry lies */
	size_t areas, n_areas; /* its allocation descriptors, in the entry */
	uint8_t raw[UDF_BLOCK_MAX];
};

/* ERR_SYNTAX when it is damaged. */
enum err udffile_open(
    struct volume *, const struct udf *, uint16_t part, uint32_t block, struct udffile *ret);
/* True when the bytes lie in the entry itself: areas, n_areas. */
bool udffile_is_inside(const struct udffile *);
/* Where they lie.  Errors as runs.h; ERR_LIMIT too when too many pieces. */
enum err udffile_runs(
    struct volume *, const struct udf *, const struct udffile *, struct runs *);
/* 12 bytes; ret_utc false when its zone is not known.  False when it is no time. */
bool udffile_time(const uint8_t t[12], int64_t *ret_s, bool *ret_utc);

#endif
