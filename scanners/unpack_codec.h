/* SPDX-License-Identifier: ISC */
/* The libraries that unpack one compressed stream, each behind the same three calls. */
#ifndef SCANNERS_UNPACK_CODEC_H
#define SCANNERS_UNPACK_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum unpack_status {
	UNPACK_STREAM_MORE, /* went on as far as bytes and room allow */
	UNPACK_STREAM_END,
	UNPACK_STREAM_BROKEN,
	UNPACK_STREAM_MEMORY, /* needs more than LIM_ARCHIVE_MEMORY_BYTES */
	UNPACK_STREAM_METHOD, /* well-formed, but not known */
};

struct unpack_turn {
	const uint8_t *in;
	size_t in_len, in_used;
	uint8_t *out;
	size_t out_room, out_len;
};

struct unpack_codec {
	int code;          /* of struct unpack_kind */
	const char *magic; /* of a stream that may follow; NULL: none may */
	size_t magic_len;
	unsigned method;      /* of zip; 0: none */
	bool frames;          /* between them there may be some to pass over */
	void *(*begin)(void); /* NULL: no memory */
	enum unpack_status (*step)(void *, struct unpack_turn *);
	void (*end)(void *);
};

/* By code of a kind, or by method of zip; NULL: none. */
const struct unpack_codec *unpack_codec_kind(int code);
const struct unpack_codec *unpack_codec_method(unsigned method);

#endif
