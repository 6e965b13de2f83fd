/* SPDX-License-Identifier: ISC */
/*
 * Is it a pickle?  Walks the opcodes to STOP without doing what they say: an
 * argument is skipped by its length, so that gigabytes of tensors cost nothing.
 */
#include "scanners/identify_in.h"
#include "src/base/mem.h"

#include <string.h>

#define PICKLE_MAX_OPCODES 1000000
#define PICKLE_MAX_LINE    65536
#define PICKLE_CHUNK_BYTES 4096
#define PICKLE_LIKELY      4 /* opcodes after which a broken one is still a pickle */

/* What follows an opcode. */
enum pickle_arg {
	ARG_BAD, /* no opcode */
	ARG_NONE,
	ARG_1,
	ARG_2,
	ARG_4,
	ARG_8,
	ARG_LINE,
	ARG_LINES, /* two lines */
	ARG_U8LEN, /* a length of one byte, and as many bytes */
	ARG_U32LEN,
	ARG_I32LEN,
	ARG_U64LEN,
};

/* pickletools of Python 3.11: all opcodes up to protocol 5. */
static const uint8_t pickle_args[256] = {
    ['I'] = ARG_LINE,
    ['J'] = ARG_4,
    ['K'] = ARG_1,
    ['M'] = ARG_2,
    ['L'] = ARG_LINE,
    [0x8a] = ARG_U8LEN,
    [0x8b] = ARG_I32LEN,
    ['S'] = ARG_LINE,
    ['T'] = ARG_I32LEN,
    ['U'] = ARG_U8LEN,
    ['B'] = ARG_U32LEN,
    ['C'] = ARG_U8LEN,
    [0x8e] = ARG_U64LEN,
    [0x96] = ARG_U64LEN,
    [0x97] = ARG_NONE,
    [0x98] = ARG_NONE,
    ['N'] = ARG_NONE,
    [0x88] = ARG_NONE,
    [0x89] = ARG_NONE,
    ['V'] = ARG_LINE,
    [0x8c] = ARG_U8LEN,
    ['X'] = ARG_U32LEN,
    [0x8d] = ARG_U64LEN,
    ['F'] = ARG_LINE,
    ['G'] = ARG_8,
    [']'] = ARG_NONE,
    ['a'] = ARG_NONE,
    ['e'] = ARG_NONE,
    ['l'] = ARG_NONE,
    [')'] = ARG_NONE,
    ['t'] = ARG_NONE,
    [0x85] = ARG_NONE,
    [0x86] = ARG_NONE,
    [0x87] = ARG_NONE,
    ['}'] = ARG_NONE,
    ['d'] = ARG_NONE,
    ['s'] = ARG_NONE,
    ['u'] = ARG_NONE,
    [0x8f] = ARG_NONE,
    [0x90] = ARG_NONE,
    [0x91] = ARG_NONE,
    ['0'] = ARG_NONE,
    ['2'] = ARG_NONE,
    ['('] = ARG_NONE,
    ['1'] = ARG_NONE,
    ['g'] = ARG_LINE,
    ['h'] = ARG_1,
    ['j'] = ARG_4,
    ['p'] = ARG_LINE,
    ['q'] = ARG_1,
    ['r'] = ARG_4,
    [0x94] = ARG_NONE,
    [0x82] = ARG_1,
    [0x83] = ARG_2,
    [0x84] = ARG_4,
    ['c'] = ARG_LINES,
    [0x93] = ARG_NONE,
    ['R'] = ARG_NONE,
    ['b'] = ARG_NONE,
    ['i'] = ARG_LINES,
    ['o'] = ARG_NONE,
    [0x81] = ARG_NONE,
    [0x92] = ARG_NONE,
    [0x80] = ARG_1,
    ['.'] = ARG_NONE,
    [0x95] = ARG_8,
    ['P'] = ARG_LINE,
    ['Q'] = ARG_NONE,
};

struct pickle_walk {
	struct identify_look *look;
	uint64_t at;
	uint64_t chunk_at; /* offset of the chunk */
	size_t chunk_len;
	uint8_t chunk[PICKLE_CHUNK_BYTES];
};

/* The byte at w->at, which moves on; -1 at the end. */
static int
pickle_byte(struct pickle_walk *w)
{
	if (w->at < w->chunk_at || w->at - w->chunk_at >= w->chunk_len) {
		uint64_t left = w->look->in->size_bytes;
		if (w->at >= left)
			return -1;
		left -= w->at;
		w->chunk_at = w->at;
		w->chunk_len = left < PICKLE_CHUNK_BYTES ? (size_t)left : PICKLE_CHUNK_BYTES;
		if (!identify_get(w->look, w->at, w->chunk, w->chunk_len)) {
			w->chunk_len = 0;
			return -1;
		}
	}
	return w->chunk[w->at++ - w->chunk_at];
}

static bool
pickle_skip(struct pickle_walk *w, uint64_t n)
{
	if (n > w->look->in->size_bytes - w->at)
		return false;
	w->at += n;
	return true;
}

/* A length of `width` bytes, little endian, and as many bytes after it. */
static bool
pickle_skip_counted(struct pickle_walk *w, int width, bool negative_allowed)
{
	uint64_t n = 0;
	for (int i = 0; i < width; i++) {
		int c = pickle_byte(w);
		if (c < 0)
			return false;
		n |= (uint64_t)c << (8 * i);
	}
	if (!negative_allowed && n > INT32_MAX)
		return false;
	return pickle_skip(w, n);
}

static bool
pickle_skip_line(struct pickle_walk *w)
{
	for (size_t i = 0; i <= PICKLE_MAX_LINE; i++) {
		int c = pickle_byte(w);
		if (c < 0)
			return false;
		if (c == '\n')
			return true;
	}
	return false;
}

static bool
pickle_skip_arg(struct pickle_walk *w, enum pickle_arg arg)
{
	switch (arg) {
	case ARG_BAD:
		return false;
	case ARG_NONE:
		return true;
	case ARG_1:
		return pickle_skip(w, 1);
	case ARG_2:
		return pickle_skip(w, 2);
	case ARG_4:
		return pickle_skip(w, 4);
	case ARG_8:
		return pickle_skip(w, 8);
	case ARG_LINE:
		return pickle_skip_line(w);
	case ARG_LINES:
		return pickle_skip_line(w) && pickle_skip_line(w);
	case ARG_U8LEN:
		return pickle_skip_counted(w, 1, true);
	case ARG_U32LEN:
		return pickle_skip_counted(w, 4, true);
	case ARG_I32LEN:
		return pickle_skip_counted(w, 4, false);
	case ARG_U64LEN:
		return pickle_skip_counted(w, 8, true);
	}
	return false;
}

bool
identify_pickle(struct identify_look *l)
{
	if (l->head_len < 3 || l->head[0] != 0x80 || l->head[1] < 2 || l->head[1] > 5)
		return false;
	MEM_FREE struct pickle_walk *w = mem_alloc(sizeof(*w));
	w->look = l;
	for (size_t n = 0; n < PICKLE_MAX_OPCODES; n++) {
		uint64_t at = w->at;
		int op = pickle_byte(w);
		if (op == '.')
			return true;
		if (op >= 0 && pickle_skip_arg(w, (enum pickle_arg)pickle_args[op]))
			continue;
		if (n < PICKLE_LIKELY)
			return false;
		/* what was loaded before the fault has been done by then */
		identify_find(l, "type/pickle-broken", "corruption", "medium",
		    "A pickle that breaks off before its end", NULL, at);
		return true;
	}
	identify_find(l, "type/pickle-long", "incomplete", "medium",
	    "A pickle with more opcodes than are looked at", NULL, 0);
	return true;
}
