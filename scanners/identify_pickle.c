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

static bool
pickle_skip(struct identify_walk *w, uint64_t n)
{
	if (n > w->look->in->size_bytes - w->at)
		return false;
	w->at += n;
	return true;
}

/* A length of `width` bytes, little endian, and as many bytes after it. */
static bool
pickle_skip_counted(struct identify_walk *w, int width, bool negative_allowed)
{
	uint64_t n = 0;
	for (int i = 0; i < width; i++) {
		int c = identify_byte(w);
		if (c < 0)
			return false;
		n |= (uint64_t)c << (8 * i);
	}
	if (!negative_allowed && n > INT32_MAX)
		return false;
	return pickle_skip(w, n);
}

static bool
pickle_skip_line(struct identify_walk *w)
{
	for (size_t i = 0; i <= PICKLE_MAX_LINE; i++) {
		int c = identify_byte(w);
		if (c < 0)
			return false;
		if (c == '\n')
			return true;
	}
	return false;
}

static bool
pickle_skip_arg(struct identify_walk *w, enum pickle_arg arg)
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
	MEM_FREE struct identify_walk *w = mem_alloc(sizeof(*w));
	w->look = l;
	for (size_t n = 0; n < PICKLE_MAX_OPCODES; n++) {
		uint64_t at = w->at;
		int op = identify_byte(w);
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

/* --- protocols 0 and 1 ------------------------------------------------------------ */

#define OLD_MARKS      1024 /* marks open at once */
#define OLD_LINE_BYTES 256  /* of a line that must be a number or a name */

/* What a walk knows of the stack, without what is on it. */
struct pickle_old {
	struct identify_walk walk;
	uint64_t depth;
	uint64_t marks[OLD_MARKS]; /* the depth at each */
	size_t nmarks;
	bool names, calls, keeps; /* names of things, calls of them, memory */
};

/* A line whose bytes all are among these; false at another, or at the end. */
static bool
old_line(struct identify_walk *w, const char *among)
{
	size_t n = 0;
	for (int c; (c = identify_byte(w)) >= 0; n++) {
		if (c == '\n')
			return n > 0;
		if (n == OLD_LINE_BYTES || (strchr(among, c) == NULL && c < 0x80) || c == 0)
			return false;
	}
	return false;
}

#define DIGITS "0123456789"
#define NAMES  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_." DIGITS

/* The argument of an opcode, as strictly as Python takes it. */
static bool
old_arg(struct pickle_old *p, int op)
{
	struct identify_walk *w = &p->walk;
	switch (op) {
	case 'I':
	case 'L':
		return old_line(w, "-+L" DIGITS);
	case 'F':
		return old_line(w, "-+.einfaE" DIGITS);
	case 'p':
	case 'g':
		return old_line(w, DIGITS);
	case 'c':
	case 'i':
		return old_line(w, NAMES) && old_line(w, NAMES);
	case 'S':
		op = identify_byte(w);
		return (op == '\'' || op == '"') && pickle_skip_line(w);
	default:
		return pickle_args[op] != ARG_BAD && op < 0x80 &&
		       pickle_skip_arg(w, (enum pickle_arg)pickle_args[op]);
	}
}

/* Opcodes that take away what is above a mark, and how many they put in its place. */
static bool
old_to_mark(struct pickle_old *p, unsigned put, unsigned needs)
{
	if (p->nmarks == 0)
		return false;
	p->depth = p->marks[--p->nmarks];
	if (p->depth < needs)
		return false;
	p->depth += put;
	return true;
}

static bool
old_take(struct pickle_old *p, unsigned take, unsigned put)
{
	uint64_t floor = p->nmarks > 0 ? p->marks[p->nmarks - 1] : 0;
	if (p->depth < floor + take)
		return false;
	p->depth = p->depth - take + put;
	return true;
}

/* False when the stack does not have what the opcode needs. */
static bool
old_stack(struct pickle_old *p, int op)
{
	p->names |= op == 'c' || op == 'i';
	p->calls |= op == 'R' || op == 'o' || op == 'i' || op == 'b';
	p->keeps |= op == 'p' || op == 'q' || op == 'r';
	switch (op) {
	case '(':
		if (p->nmarks == OLD_MARKS)
			return false;
		p->marks[p->nmarks++] = p->depth;
		return true;
	case 't':
	case 'l':
	case 'd':
	case 'i':
	case 'o':
		return old_to_mark(p, 1, 0);
	case 'e':
	case 'u':
		return old_to_mark(p, 0, 1);
	case '1':
		return old_to_mark(p, 0, 0);
	case 'a':
	case 'R':
	case 'b':
		return old_take(p, 2, 1);
	case 's':
		return old_take(p, 3, 1);
	case '0':
		return old_take(p, 1, 0);
	case '2':
		return old_take(p, 1, 2);
	case 'p':
	case 'q':
	case 'r':
	case 'Q':
	case '.':
		return old_take(p, 1, 1);
	default:
		p->depth++;
		return true;
	}
}

bool
identify_pickle_old(struct identify_look *l)
{
	static const char first[] = "(])}cCGFIJKLMNPSTUVXBi";
	if (l->head_len < 4 || l->head[0] == 0 || strchr(first, l->head[0]) == NULL)
		return false;
	MEM_FREE struct pickle_old *p = mem_alloc(sizeof(*p));
	p->walk.look = l;
	for (size_t n = 0; n < PICKLE_MAX_OPCODES; n++) {
		uint64_t at = p->walk.at;
		int op = identify_byte(&p->walk);
		if (op >= 0 && old_arg(p, op) && old_stack(p, op)) {
			if (op != '.')
				continue;
			return p->depth >= 1 && (p->names || p->calls || p->keeps);
		}
		/* what was called before the fault has been done by then */
		if (!p->names || !p->calls)
			return false;
		identify_find(l, "type/pickle-broken", "corruption", "medium",
		    "A pickle that breaks off before its end", NULL, at);
		return true;
	}
	identify_find(l, "type/pickle-long", "incomplete", "medium",
	    "A pickle with more opcodes than are looked at", NULL, 0);
	return p->names || p->keeps;
}
