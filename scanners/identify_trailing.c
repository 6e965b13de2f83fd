/* SPDX-License-Identifier: ISC */
/*
 * Pictures and sounds end by themselves: readers stop there, and what is behind
 * is seen by nobody but who looks for it.
 */
#include "scanners/identify_in.h"
#include "src/base/mem.h"

#include <string.h>

#define TRAILING_LOOK (UINT64_C(256) << 20) /* so far an end is looked for */

/* --- JPEG ------------------------------------------------------------------------- */

/* Two bytes; -1 at the end. */
static int
trailing_two(struct identify_walk *w)
{
	int high = identify_byte(w), low = identify_byte(w);
	return high < 0 || low < 0 ? -1 : high << 8 | low;
}

/* The marker behind the bytes of a scan; -1 at the end. */
static int
jpeg_scan(struct identify_walk *w)
{
	for (int c = identify_byte(w); c >= 0 && w->at < TRAILING_LOOK;) {
		if (c != 0xff) {
			c = identify_byte(w);
			continue;
		}
		/* stuffed bytes, restarts and padding belong to the scan */
		c = identify_byte(w);
		if (c > 0 && c != 0xff && (c < 0xd0 || c > 0xd7))
			return c;
	}
	return -1;
}

/* Moves w behind the end; false when there is none. */
static bool
jpeg_end(struct identify_walk *w)
{
	int mark = 0;
	w->at = 2;
	while (w->at < TRAILING_LOOK) {
		if (mark == 0) {
			if (identify_byte(w) != 0xff)
				return false;
			while ((mark = identify_byte(w)) == 0xff)
				;
		}
		if (mark <= 0)
			return false;
		if (mark == 0xd9)
			return true;
		int n = mark == 1 || (mark >= 0xd0 && mark <= 0xd7) ? 0 : trailing_two(w);
		if (n < 0 || (n > 0 && n < 2))
			return false;
		w->at += (uint64_t)(n > 0 ? n - 2 : 0);
		mark = mark == 0xda ? jpeg_scan(w) : 0;
	}
	return false;
}

/* --- GIF ---------------------------------------------------------------------------- */

static bool
gif_blocks(struct identify_walk *w)
{
	for (int n; (n = identify_byte(w)) != 0; w->at += (uint64_t)n)
		if (n < 0)
			return false;
	return true;
}

static uint64_t
gif_colours(int flags)
{
	return (flags & 0x80) != 0 ? UINT64_C(3) << ((flags & 7) + 1) : 0;
}

static bool
gif_end(struct identify_walk *w)
{
	w->at = 10;
	int c = identify_byte(w);
	w->at = 13 + gif_colours(c);
	while (w->at < TRAILING_LOOK && (c = identify_byte(w)) >= 0) {
		if (c == 0x3b)
			return true;
		if (c == 0x2c) {
			w->at += 8;
			w->at += gif_colours(identify_byte(w)) + 1;
		} else if (c == 0x21) {
			w->at++;
		} else {
			return false;
		}
		if (!gif_blocks(w))
			return false;
	}
	return false;
}

/* --- RIFF: WAV and WebP ----------------------------------------------------------------- */

static bool
riff_end(struct identify_walk *w)
{
	uint64_t n = identify_le32(w->look->head + 4);
	w->at = 8 + n + (n & 1);
	/* without the byte that makes it even */
	if (w->at == w->look->in->size_bytes + 1)
		w->at--;
	return n > 4 && w->at <= w->look->in->size_bytes;
}

/* --- all of them ----------------------------------------------------------------------------
 */

static const struct {
	const char *bytes;
	size_t n;
	const char *form; /* of a RIFF file */
	bool (*end)(struct identify_walk *);
} trailings[] = {
    {"\xff\xd8\xff", 3, NULL, jpeg_end},
    {"GIF87a", 6, NULL, gif_end},
    {"GIF89a", 6, NULL, gif_end},
    {"RIFF", 4, "WAVE", riff_end},
    {"RIFF", 4, "WEBP", riff_end},
};

/* Cameras put smaller pictures behind the picture. */
static bool
trailing_is_picture(struct identify_look *l, uint64_t at)
{
	uint8_t next[3];
	return identify_get(l, at, next, 3) && memcmp(next, "\xff\xd8\xff", 3) == 0;
}

static bool
trailing_is_zero(struct identify_walk *w)
{
	int c;
	while ((c = identify_byte(w)) == 0)
		;
	return c < 0;
}

void
identify_trailing(struct identify_look *l)
{
	size_t i = 0, rows = sizeof(trailings) / sizeof(trailings[0]);
	while (i < rows &&
	       (!identify_has(l, 0, trailings[i].bytes, trailings[i].n) ||
		   (trailings[i].form != NULL && !identify_has(l, 8, trailings[i].form, 4))))
		i++;
	if (i == rows)
		return;
	MEM_FREE struct identify_walk *w = mem_alloc(sizeof(*w));
	w->look = l;
	if (!trailings[i].end(w)) {
		if (!l->failed && l->in->size_bytes < TRAILING_LOOK)
			identify_find(l, "type/no-end", "incomplete", "low",
			    "A picture or sound without its end", NULL, 0);
		return;
	}
	uint64_t at = w->at;
	if (at >= l->in->size_bytes || trailing_is_zero(w))
		return;
	bool picture = trailing_is_picture(l, at);
	identify_find(l, "type/trailing", "polyglot", picture ? "info" : "medium",
	    picture ? "There is another picture behind the end of the picture"
		    : "There is more behind the end of the picture or sound",
	    NULL, at);
}
