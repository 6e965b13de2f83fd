/* SPDX-License-Identifier: ISC */
#include "src/core/tarfile.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Fields of a header: where, how long. */
enum {
	NAME_LEN = 100,
	MODE_AT = 100,
	UID_AT = 108,
	GID_AT = 116,
	SIZE_AT = 124,
	TIME_AT = 136,
	SUM_AT = 148,
	SUM_LEN = 8,
	TYPE_AT = 156,
	MAGIC_AT = 257,
	GIB_END = 8 /* eleven octal digits */
};

static const uint8_t tarfile_zeros[2 * TARFILE_BLOCK];

static void
tarfile_sum(uint8_t header[TARFILE_BLOCK])
{
	char text[SUM_LEN];
	unsigned sum = 0;
	memset(header + SUM_AT, ' ', SUM_LEN);
	for (size_t i = 0; i < TARFILE_BLOCK; i++)
		sum += header[i];
	snprintf(text, sizeof(text), "%06o", sum);
	memcpy(header + SUM_AT, text, SUM_LEN - 1);
}

enum err
tarfile_header(const char *path, uint64_t n, uint8_t ret[TARFILE_BLOCK])
{
	char size[12];
	const size_t len = strlen(path);
	if (len == 0 || len >= NAME_LEN || n >> 30 >= GIB_END)
		return ERR_RANGE;
	memset(ret, 0, TARFILE_BLOCK);
	memcpy(ret, path, len);
	memcpy(ret + MODE_AT, "0000444", 8);
	memcpy(ret + UID_AT, "0000000", 8);
	memcpy(ret + GID_AT, "0000000", 8);
	snprintf(size, sizeof(size), "%011" PRIo64, n);
	memcpy(ret + SIZE_AT, size, sizeof(size));
	memcpy(ret + TIME_AT, "00000000000", 12);
	ret[TYPE_AT] = '0';
	memcpy(ret + MAGIC_AT,
	    "ustar\0"
	    "00",
	    8);
	tarfile_sum(ret);
	return ERR_OK;
}

size_t
tarfile_padding(uint64_t n)
{
	return (size_t)((TARFILE_BLOCK - n % TARFILE_BLOCK) % TARFILE_BLOCK);
}

enum err
tarfile_add(struct buf *out, const char *path, const void *bytes, size_t n)
{
	uint8_t header[TARFILE_BLOCK];
	enum err e = tarfile_header(path, n, header);
	if (e != ERR_OK)
		return e;
	buf_add(out, header, sizeof(header));
	buf_add(out, bytes, n);
	return buf_add(out, tarfile_zeros, tarfile_padding(n));
}

enum err
tarfile_end(struct buf *out)
{
	return buf_add(out, tarfile_zeros, sizeof(tarfile_zeros));
}
