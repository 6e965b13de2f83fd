/* SPDX-License-Identifier: ISC */
#include "ui/sequence.h"

#include <stdbool.h>
#include <stddef.h>

struct sequence_code {
	int from, key;
};

/* ESC [ letter, and ESC O letter. */
static const struct sequence_code sequence_letters[] = {
    {'A', K_UP},
    {'B', K_DOWN},
    {'C', K_RIGHT},
    {'D', K_LEFT},
    {'H', K_HOME},
    {'F', K_END},
    {'Z', K_BACK_TAB},
    {'M', K_ENTER},
    {'P', K_F1},
    {'Q', K_F2},
    {'R', K_F3},
    {'S', K_F4},
};

/* ESC [ number ~ */
static const struct sequence_code sequence_numbers[] = {
    {1, K_HOME},
    {2, K_INSERT},
    {3, K_DELETE},
    {4, K_END},
    {5, K_PAGE_UP},
    {6, K_PAGE_DOWN},
    {7, K_HOME},
    {8, K_END},
    {11, K_F1},
    {12, K_F2},
    {13, K_F3},
    {14, K_F4},
    {15, K_F5},
    {17, K_F6},
    {18, K_F7},
    {19, K_F8},
    {20, K_F9},
    {21, K_F10},
    {23, K_F11},
    {24, K_F12},
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static int
sequence_find(const struct sequence_code *codes, size_t n, int from)
{
	for (size_t i = 0; i < n; i++)
		if (codes[i].from == from)
			return codes[i].key;
	return K_OTHER;
}

/* A byte that cannot belong to the sequence is a key of its own. */
static int
sequence_end(int c, int *ret_left)
{
	if (c >= 0)
		*ret_left = c;
	return K_OTHER;
}

/* After ESC [ */
static int
sequence_csi(int (*more)(void *), void *arg, int *ret_left)
{
	int number = 0, nbytes = 0, c;
	bool digits = true;
	while ((c = more(arg)) >= 0x20 && c < 0x40 && nbytes < SEQUENCE_BYTES) {
		digits = digits && c >= '0' && c <= '9' && nbytes < 3;
		number = digits ? number * 10 + (c - '0') : 0;
		nbytes++;
	}
	if (c == '[' && nbytes == 0) { /* ESC [ [ A: F1 of the Linux console */
		c = more(arg);
		return c >= 'A' && c <= 'E' ? K_F1 + (c - 'A') : K_OTHER;
	}
	if (c < 0x40 || c > 0x7e)
		return sequence_end(c, ret_left);
	if (c == '~' && digits)
		return sequence_find(sequence_numbers, COUNT(sequence_numbers), number);
	return nbytes == 0 ? sequence_find(sequence_letters, COUNT(sequence_letters), c)
	                   : K_OTHER;
}

/* After ESC ] and the like: up to BEL or ESC \. */
static int
sequence_string(int (*more)(void *), void *arg)
{
	int c = 0, before;
	for (int nbytes = 0; nbytes < SEQUENCE_BYTES; nbytes++) {
		before = c;
		c = more(arg);
		if (c < 0 || c == 0x07 || (before == K_ESC && c == '\\'))
			break;
	}
	return K_OTHER;
}

int
sequence_read(int next, int (*more)(void *), void *arg, int *ret_left)
{
	switch (next) {
	case '[':
		return sequence_csi(more, arg, ret_left);
	case 'O':
		return sequence_find(sequence_letters, COUNT(sequence_letters), more(arg));
	case ']':
	case 'P':
	case 'X':
	case '^':
	case '_':
		return sequence_string(more, arg);
	case K_ESC: /* held down */
		*ret_left = next;
		return K_ESC;
	default:
		return K_OTHER;
	}
}
