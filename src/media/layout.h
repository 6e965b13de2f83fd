/* SPDX-License-Identifier: ISC */
/*
 * How the bytes of an encrypted volume lie on the medium: what sallyport-unlock
 * tells the reader, which believes none of it before layout_check.
 *
 * The decrypted view begins at byte 0.  Byte v of it is stored at offset + v
 * of the partition, or, inside a moved part, at offset + from + (v - at); parts
 * of `zeros` are stored nowhere and read as zero.  A sector is decrypted with
 * the number of the place where it is stored: iv_offset + place / 512, and
 * where the cipher counts large sectors, that divided by the sector.
 */
#ifndef MEDIA_LAYOUT_H
#define MEDIA_LAYOUT_H

#include "src/base/err.h"
#include "src/base/limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <jansson.h>

enum layout_cipher { LAYOUT_AES_XTS, LAYOUT_AES_CBC, LAYOUT_CIPHER__MAX };

/* How a sector's number becomes the start of its decryption; names are dm-crypt's. */
enum layout_iv {
	LAYOUT_PLAIN,         /* the number, 32 bits, little endian */
	LAYOUT_PLAIN64,       /* 64 bits */
	LAYOUT_PLAIN64BE,     /* 64 bits, big endian, at the end */
	LAYOUT_ESSIV,         /* the number, encrypted with the SHA-256 of the key */
	LAYOUT_PLAIN64_LARGE, /* 64 bits, counted in sectors of the volume */
	LAYOUT_EBOIV,         /* where the sector lies in bytes, encrypted with the key */
	LAYOUT_IV__MAX
};

struct layout_part {
	uint64_t at, bytes;
	uint64_t from; /* of a moved part */
};

struct layout {
	enum layout_cipher cipher;
	enum layout_iv iv;
	unsigned key_bytes;
	unsigned sector_bytes; /* 512 to 4096: one piece of encryption */
	uint64_t offset_bytes; /* of the view's byte 0, in the partition */
	uint64_t bytes;        /* of the view */
	uint64_t iv_offset;    /* in units of 512 bytes */
	struct layout_part moved[LIM_LAYOUT_PARTS], zeros[LIM_LAYOUT_PARTS];
	size_t n_moved, n_zeros;
};

/* Words of the message; false when there is no such cipher. */
bool layout_cipher_parse(const char *, enum layout_cipher *ret);
bool layout_iv_parse(const char *, enum layout_iv *ret);
/*
 * ERR_RANGE when anything of it is impossible in a partition of that many
 * bytes, ret_why tells what (static text).
 */
enum err layout_check(const struct layout *, uint64_t partition_bytes, const char **ret_why);
/* ERR_SYNTAX when the object has not exactly the fields of a layout; not checked. */
enum err layout_parse(const json_t *, struct layout *ret);
/* A new reference. */
json_t *layout_print(const struct layout *);

/*
 * Where byte `at` of the view is stored, in bytes from the view's offset, and
 * how many bytes from there lie together, at most n.  False: they read as zero.
 */
bool layout_find(
    const struct layout *, uint64_t at, uint64_t n, uint64_t *ret_place, uint64_t *ret_n);

#endif
