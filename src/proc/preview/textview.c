/* SPDX-License-Identifier: ISC */
#include "src/proc/preview/textview.h"
#include "src/base/escape.h"
#include "src/base/mem.h"
#include "src/base/utf8.h"

#include <string.h>

#define TEXTVIEW_BLOCK    65536
#define TEXTVIEW_NEAR     2048 /* most lines begin within this */
#define TEXTVIEW_GRID     LIM_PREVIEW_LINE_BYTES
#define TEXTVIEW_STRADDLE 3 /* bytes of a code point that can lie before a cut */

/* One piece of a line. */
struct textview_piece {
	uint64_t at, end, start; /* start: of its line, or TEXTVIEW_UNKNOWN */
	uint64_t limit;          /* it ends here at the latest */
	bool ended;              /* by a line feed, its last byte */
};

void
textview_init(struct textview *t, const struct peek *p)
{
	*t = (struct textview){.peek = p};
	for (int i = 0; i < TEXTVIEW_MARKS; i++)
		t->marks[i] = (struct textview_mark){.at = 0, .start = 0, .number = 1};
}

/* --- where lines begin, and which number they have ----------------------------- */

/* The line feed nearest before `at`, not before `floor`; TEXTVIEW_UNKNOWN: none. */
static enum err
textview_feed_before(struct textview *t, uint64_t at, uint64_t floor, uint64_t *ret_feed)
{
	uint8_t bytes[TEXTVIEW_BLOCK];
	size_t block = TEXTVIEW_NEAR, n;
	*ret_feed = TEXTVIEW_UNKNOWN;
	while (at > floor) {
		size_t want = at - floor < block ? (size_t)(at - floor) : block;
		enum err e = peek_read(t->peek, at - want, bytes, want, &n);
		if (e != ERR_OK)
			return e;
		const uint8_t *feed = memrchr(bytes, '\n', n);
		if (feed != NULL) {
			*ret_feed = at - want + (uint64_t)(feed - bytes);
			return ERR_OK;
		}
		at -= want;
		block = TEXTVIEW_BLOCK;
	}
	return ERR_OK;
}

/* Where the line with byte `at` begins; TEXTVIEW_UNKNOWN when that is too far away. */
static enum err
textview_line_start(struct textview *t, uint64_t at, uint64_t *ret_start)
{
	uint64_t floor = at > LIM_PREVIEW_BACK_BYTES ? at - LIM_PREVIEW_BACK_BYTES : 0;
	uint64_t start = floor == 0 ? 0 : TEXTVIEW_UNKNOWN, feed;
	for (int i = 0; i < TEXTVIEW_MARKS; i++) {
		const struct textview_mark *m = &t->marks[i];
		if (m->start <= at && at <= m->at) {
			*ret_start = m->start;
			return ERR_OK;
		}
		if (m->at <= at && m->at >= floor && m->start != TEXTVIEW_UNKNOWN) {
			floor = m->at;
			start = m->start;
		}
	}
	enum err e = textview_feed_before(t, at, floor, &feed);
	if (e == ERR_OK)
		*ret_start = feed != TEXTVIEW_UNKNOWN ? feed + 1 : start;
	return e;
}

static enum err
textview_count_feeds(struct textview *t, uint64_t from, uint64_t to, uint64_t *ret_n)
{
	uint8_t bytes[TEXTVIEW_BLOCK];
	uint64_t feeds = 0;
	while (from < to) {
		size_t want = to - from < sizeof(bytes) ? (size_t)(to - from) : sizeof(bytes);
		size_t n;
		enum err e = peek_read(t->peek, from, bytes, want, &n);
		if (e != ERR_OK)
			return e;
		for (size_t i = 0; i < n; i++)
			feeds += bytes[i] == '\n';
		from += want;
	}
	*ret_n = feeds;
	return ERR_OK;
}

/* The number of the line with byte `at`, counted from the nearest mark; 0: too far. */
static enum err
textview_number(struct textview *t, uint64_t at, uint64_t *ret_number)
{
	const struct textview_mark *near = NULL;
	uint64_t far = LIM_PREVIEW_SEARCH_BYTES, feeds = 0;
	for (int i = 0; i < TEXTVIEW_MARKS; i++) {
		const struct textview_mark *m = &t->marks[i];
		uint64_t by = m->at < at ? at - m->at : m->at - at;
		if (m->number != 0 && by <= far) {
			near = m;
			far = by;
		}
	}
	*ret_number = 0;
	if (near == NULL)
		return ERR_OK;
	bool behind = near->at <= at;
	enum err e =
	    textview_count_feeds(t, behind ? near->at : at, behind ? at : near->at, &feeds);
	if (e == ERR_OK)
		*ret_number = behind ? near->number + feeds : near->number - feeds;
	return e;
}

/* --- pieces ----------------------------------------------------------------------- */

/* A place to cut, at most TEXTVIEW_STRADDLE before `at`: not inside a code point. */
static enum err
textview_cut(struct textview *t, uint64_t at, uint64_t *ret_cut)
{
	uint8_t bytes[2 * TEXTVIEW_STRADDLE];
	uint64_t before = at < TEXTVIEW_STRADDLE ? at : TEXTVIEW_STRADDLE;
	uint32_t code;
	size_t n;
	enum err e = peek_read(t->peek, at - before, bytes, sizeof(bytes), &n);
	if (e != ERR_OK)
		return e;
	*ret_cut = at;
	for (uint64_t d = 1; d <= before && before - d < n; d++)
		if (utf8_next(bytes + (before - d), n - (size_t)(before - d), &code) > d)
			*ret_cut = at - d;
	return ERR_OK;
}

/* The last cut of the line at or before `at`: where the piece with that byte begins. */
static enum err
textview_piece_start(struct textview *t, uint64_t at, uint64_t *ret_at, uint64_t *ret_start)
{
	uint8_t byte = 0;
	size_t n;
	enum err e = peek_read(t->peek, at, &byte, 1, &n);
	if (e == ERR_OK)
		e = textview_line_start(t, at, ret_start);
	if (e != ERR_OK)
		return e;
	uint64_t origin = *ret_start != TEXTVIEW_UNKNOWN ? *ret_start : 0, cut = origin;
	/* a line feed belongs to what it ends */
	uint64_t of = byte == '\n' && at > origin ? at - 1 : at;
	uint64_t k = (of - origin + TEXTVIEW_STRADDLE) / TEXTVIEW_GRID;
	for (; k > 0; k--) {
		e = textview_cut(t, origin + k * TEXTVIEW_GRID, &cut);
		if (e != ERR_OK || cut <= of)
			break;
	}
	*ret_at = k > 0 ? cut : origin;
	return e;
}

/* The piece that begins at p->at, in the line p->start; bytes hold it. */
static enum err
textview_piece_end(struct textview *t, struct textview_piece *p, const uint8_t *bytes, size_t n)
{
	uint64_t origin = p->start != TEXTVIEW_UNKNOWN ? p->start : 0;
	uint64_t k = (p->at - origin + TEXTVIEW_STRADDLE) / TEXTVIEW_GRID + 1;
	uint64_t cut = origin + k * TEXTVIEW_GRID;
	/* a line feed right behind the cut still belongs to it */
	size_t most = cut - p->at + 1 < n ? (size_t)(cut - p->at + 1) : n;
	const uint8_t *feed = memchr(bytes, '\n', most);
	p->ended = feed != NULL;
	if (feed != NULL)
		p->end = p->at + (uint64_t)(feed - bytes) + 1;
	else if (cut >= t->peek->size_bytes)
		p->end = t->peek->size_bytes;
	else
		return textview_cut(t, cut, &p->end);
	return ERR_OK;
}

/* --- text -------------------------------------------------------------------------- */

static void
textview_count(const uint8_t *p, size_t n, unsigned counts[3])
{
	if (n > 0 && p[n - 1] == '\r')
		n--;
	for (size_t i = 0; i < n;) {
		uint32_t code = 0;
		size_t used = utf8_next(p + i, n - i, &code);
		unsigned flags = used > 0 && code != '\t' && (code < 0x20 || code > 0x7e)
		                     ? escape_class(code)
		                     : 0;
		counts[0] += (flags & ESCAPE_CONTROL) != 0;
		counts[1] += (flags & ESCAPE_BIDI) != 0;
		counts[2] += (flags & ESCAPE_INVISIBLE) != 0;
		i += used > 0 ? used : 1;
	}
}

/* Blanks, tabs and carriage returns as people know them; shorter, so in place. */
static void
textview_soften(char *text, size_t len, size_t keep)
{
	static const struct {
		char escaped[5], shown[3];
	} soft[] = {{"\\x20", " "}, {"\\x09", "\\t"}, {"\\x0D", "\\r"}};
	char *out = text;
	const char *end = text + len - keep, *p = text;
	while (p < end) {
		size_t used = 1, i = 0;
		if (p[0] == '\\' && p[1] == '\\')
			used = 2;
		else if (p[0] == '\\')
			for (; i < 3 && memcmp(p, soft[i].escaped, 4) != 0; i++)
				;
		if (p[0] == '\\' && p[1] != '\\' && i < 3) {
			size_t n = strlen(soft[i].shown);
			memcpy(out, soft[i].shown, n);
			out += n;
			p += 4;
			continue;
		}
		memmove(out, p, used);
		out += used;
		p += used;
	}
	memmove(out, end, keep + 1);
}

char *
textview_escape(const uint8_t *bytes, size_t n, unsigned ret_counts[3])
{
	char *text = mem_array(n + 1, 4);
	size_t len = escape_bytes(bytes, n, text, ESCAPE_SIZE(n), NULL), keep = 0;
	/* blanks at the end would not be seen */
	for (size_t i = n; i > 0 && bytes[i - 1] == ' '; i--)
		keep += 4;
	textview_soften(text, len, keep);
	memset(ret_counts, 0, 3 * sizeof(ret_counts[0]));
	textview_count(bytes, n, ret_counts);
	return text;
}

/* --- windows ------------------------------------------------------------------------ */

/* Reads one piece and adds it; false in *ret_added: the window is full. */
static enum err
textview_add(struct textview *t, struct textview_piece *p, struct window *w, bool *ret_added)
{
	uint8_t bytes[TEXTVIEW_GRID + 2 * TEXTVIEW_STRADDLE + 2];
	unsigned counts[3];
	size_t n;
	enum err e = peek_read(t->peek, p->at, bytes, sizeof(bytes), &n);
	if (e == ERR_OK)
		e = textview_piece_end(t, p, bytes, n);
	if (e != ERR_OK)
		return e;
	if (p->end > p->limit) {
		p->end = p->limit;
		p->ended = false;
	}
	size_t len = (size_t)(p->end - p->at) - (p->ended ? 1 : 0);
	struct window_line line = {.at = p->at,
	    .end = p->end,
	    .text = textview_escape(bytes, len, counts),
	    .more = !p->ended && p->end < t->peek->size_bytes,
	    .goes_on = p->at != p->start,
	    .control = counts[0],
	    .bidi = counts[1],
	    .invisible = counts[2]};
	*ret_added = window_add(w, &line);
	if (!*ret_added)
		free(line.text);
	return ERR_OK;
}

static enum err
textview_forward(
    struct textview *t, uint64_t at, struct window *w, struct textview_mark ends[2])
{
	struct textview_piece p = {.at = at, .limit = t->peek->size_bytes};
	const struct textview_mark *last = &t->marks[2];
	bool added = true;
	enum err e = ERR_OK;
	if (at >= t->peek->size_bytes)
		return ERR_OK;
	/* the next page: exactly from there */
	if (at == last->at && last->start != TEXTVIEW_UNKNOWN)
		p.start = last->start;
	else if (at == last->at)
		e = textview_line_start(t, at, &p.start);
	else
		e = textview_piece_start(t, at, &p.at, &p.start);
	ends[0] = (struct textview_mark){.at = p.at, .start = p.start};
	while (e == ERR_OK && added && p.at < t->peek->size_bytes) {
		ends[1] = (struct textview_mark){.at = p.at, .start = p.start};
		e = textview_add(t, &p, w, &added);
		if (e != ERR_OK || !added)
			break;
		p.at = p.end;
		if (p.ended)
			p.start = p.end;
		ends[1] = (struct textview_mark){.at = p.at, .start = p.start};
	}
	return e;
}

static enum err
textview_backward(
    struct textview *t, uint64_t at, struct window *w, struct textview_mark ends[2])
{
	bool added = true;
	enum err e = ERR_OK;
	if (at > t->peek->size_bytes)
		at = t->peek->size_bytes;
	ends[0].at = ends[1].at = at;
	ends[0].start = ends[1].start = TEXTVIEW_UNKNOWN;
	while (e == ERR_OK && added && at > 0) {
		struct textview_piece p = {.limit = at};
		e = textview_piece_start(t, at - 1, &p.at, &p.start);
		if (e == ERR_OK)
			e = textview_add(t, &p, w, &added);
		if (e != ERR_OK || !added)
			break;
		at = p.at;
		ends[0] = (struct textview_mark){.at = at, .start = p.start};
	}
	window_turn(w);
	return e;
}

/* A line's number is that of the first piece, and one more after each line feed. */
static void
textview_put_numbers(struct window *w, uint64_t number)
{
	for (size_t i = 0; i < w->n && number != 0; i++) {
		w->lines[i].number = number;
		number += i + 1 < w->n && !w->lines[i + 1].goes_on;
	}
}

enum err
textview_window(struct textview *t, uint64_t at, bool back, struct window *w)
{
	struct textview_mark ends[2] = {t->marks[1], t->marks[2]};
	enum err e = (back ? textview_backward : textview_forward)(t, at, w, ends);
	if (e == ERR_OK)
		e = textview_number(t, ends[0].at, &ends[0].number);
	if (e != ERR_OK)
		return e;
	textview_put_numbers(w, ends[0].number);
	t->marks[1] = ends[0];
	e = textview_number(t, ends[1].at, &ends[1].number);
	if (e == ERR_OK)
		t->marks[2] = ends[1];
	return e;
}
