/* SPDX-License-Identifier: ISC */
#include "src/proc/preview/hexview.h"
#include "src/base/mem.h"

#include <inttypes.h>
#include <stdio.h>

int
hexview_digits(uint64_t size_bytes)
{
	int digits = 8;
	while (digits < 16 && size_bytes > (uint64_t)1 << (4 * digits))
		digits += 2;
	return digits;
}

void
hexview_line(
    const uint8_t *bytes, size_t n, uint64_t at, int digits, char out[HEXVIEW_LINE_SIZE])
{
	static const char hex[] = "0123456789ABCDEF";
	char *p = out + snprintf(out, HEXVIEW_LINE_SIZE, "%0*" PRIX64 " ", digits, at);
	for (size_t i = 0; i < HEXVIEW_BYTES; i++) {
		if (i == HEXVIEW_BYTES / 2)
			*p++ = ' ';
		*p++ = ' ';
		*p++ = i < n ? hex[bytes[i] >> 4] : ' ';
		*p++ = i < n ? hex[bytes[i] & 15] : ' ';
	}
	*p++ = ' ';
	*p++ = ' ';
	*p++ = '|';
	for (size_t i = 0; i < HEXVIEW_BYTES; i++)
		*p++ = (char)(i >= n                                 ? ' '
			      : bytes[i] >= 0x20 && bytes[i] <= 0x7e ? bytes[i]
								     : '.');
	*p++ = '|';
	*p = '\0';
}

/* The line that begins at `first`; bytes begin there, too. */
static bool
hexview_add(struct window *w, const struct peek *p, const uint8_t *bytes, uint64_t first)
{
	uint64_t left = p->size_bytes - first;
	size_t n = left < HEXVIEW_BYTES ? (size_t)left : HEXVIEW_BYTES;
	char text[HEXVIEW_LINE_SIZE];
	hexview_line(bytes, n, first, hexview_digits(p->size_bytes), text);
	struct window_line line = {.at = first, .end = first + n, .text = mem_strdup(text)};
	bool added = window_add(w, &line);
	if (!added)
		free(line.text);
	return added;
}

enum err
hexview_window(const struct peek *p, uint64_t at, bool back, struct window *w)
{
	uint8_t bytes[LIM_PREVIEW_LINES * HEXVIEW_BYTES];
	uint64_t most = w->want * HEXVIEW_BYTES, first = at - at % HEXVIEW_BYTES, end;
	size_t n, lines;
	if (back) {
		end = first + (at > first ? HEXVIEW_BYTES : 0);
		first = end > most ? end - most : 0;
	} else {
		end = first + most;
	}
	enum err e = peek_read(p, first, bytes, (size_t)(end - first), &n);
	if (e != ERR_OK)
		return e;
	lines = (n + HEXVIEW_BYTES - 1) / HEXVIEW_BYTES;
	for (size_t i = 0; i < lines; i++) {
		size_t k = HEXVIEW_BYTES * (back ? lines - 1 - i : i);
		if (!hexview_add(w, p, bytes + k, first + k))
			break;
	}
	if (back)
		window_turn(w);
	return ERR_OK;
}
