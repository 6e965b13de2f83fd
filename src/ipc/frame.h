/* SPDX-License-Identifier: ISC */
/*
 * Contents travel from a reader (what is inside objects: from a scanner) to the
 * vault through one pipe (a pipe, not shared memory: who sends them must not be
 * able to change bytes between hash and write).  Each frame is a header, little endian on the
 * wire, and len bytes. One object at a time: BEGIN, DATA..., then END, or ABORT when the medium
 * could not be read to the end.  Anything else ends the pipe.
 */
#ifndef IPC_FRAME_H
#define IPC_FRAME_H

#include <stdint.h>

enum frame_kind {
	FRAME_BEGIN = 1,
	FRAME_DATA = 2,
	FRAME_END = 3,
	FRAME_ABORT = 4,
};

#define FRAME_HEADER_BYTES 16

struct frame {
	uint32_t kind;      /* enum frame_kind */
	uint32_t len_bytes; /* DATA: 1..LIM_FRAME_BYTES; otherwise 0 */
	uint64_t item;
};

static inline void
frame_put(const struct frame *f, uint8_t out[FRAME_HEADER_BYTES])
{
	for (int i = 0; i < 4; i++) {
		out[i] = (uint8_t)(f->kind >> (8 * i));
		out[4 + i] = (uint8_t)(f->len_bytes >> (8 * i));
	}
	for (int i = 0; i < 8; i++)
		out[8 + i] = (uint8_t)(f->item >> (8 * i));
}

static inline struct frame
frame_get(const uint8_t in[FRAME_HEADER_BYTES])
{
	struct frame f = {0, 0, 0};
	for (int i = 3; i >= 0; i--) {
		f.kind = f.kind << 8 | in[i];
		f.len_bytes = f.len_bytes << 8 | in[4 + i];
	}
	for (int i = 7; i >= 0; i--)
		f.item = f.item << 8 | in[8 + i];
	return f;
}

#endif
