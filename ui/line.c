/* SPDX-License-Identifier: ISC */
#include "ui/line.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/base/utf8.h"

#include <assert.h>
#include <string.h>

struct line {
	char *text; /* limit + 1 bytes, closed by NUL; in the box when it is secret */
	struct seal_secret *box;
	size_t limit, len, at; /* bytes; the cursor is before byte `at` */
	size_t skip;           /* bytes to come of a sequence that did not fit */
	bool full;
};

struct line *
line_new(size_t limit)
{
	struct line *l = mem_alloc(sizeof(*l));
	l->limit = limit;
	l->text = mem_alloc(limit + 1);
	return l;
}

struct line *
line_new_secret(void)
{
	struct seal_secret *box;
	if (seal_secret_new(LIM_PASSPHRASE_BYTES + 1, &box) != ERR_OK)
		return NULL;
	struct line *l = mem_alloc(sizeof(*l));
	l->limit = LIM_PASSPHRASE_BYTES;
	l->box = box;
	l->text = (char *)seal_secret_bytes(box);
	return l;
}

void
line_free(struct line *l)
{
	if (l == NULL)
		return;
	if (l->box != NULL) {
		seal_secret_free(l->box);
	} else {
		memset(l->text, 0, l->limit);
		free(l->text);
	}
	free(l);
}

/* --- editing ----------------------------------------------------------------- */

static void
line_delete(struct line *l, size_t from, size_t to)
{
	memmove(l->text + from, l->text + to, l->len - to);
	size_t len = l->len - (to - from);
	memset(l->text + len, 0, l->len - len);
	l->len = len;
	l->at = from;
}

/* Where the code point, or the stray byte, at `at` ends. */
static size_t
line_after(const struct line *l, size_t at)
{
	uint32_t code;
	size_t n = utf8_next(l->text + at, l->len - at, &code);
	return at + (n > 0 ? n : at < l->len ? 1 : 0);
}

/* Where the one before `at` begins. */
static size_t
line_before(const struct line *l, size_t at)
{
	for (size_t n = at < 4 ? at : 4; n > 1; n--)
		if (line_after(l, at - n) == at)
			return at - n;
	return at > 0 ? at - 1 : 0;
}

static size_t
line_word_before(const struct line *l)
{
	size_t at = l->at;
	if (l->box != NULL) /* where its words end is nobody's business */
		return 0;
	while (at > 0 && l->text[at - 1] == ' ')
		at--;
	while (at > 0 && l->text[at - 1] != ' ')
		at--;
	return at;
}

/* Bytes of the sequence that a byte begins. */
static size_t
line_sequence(unsigned char lead)
{
	return lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
}

/* The line is full: half a sequence does not stay, and the rest of it is not taken. */
static void
line_refuse(struct line *l, unsigned char byte)
{
	l->full = true;
	if (byte >= 0xc0)
		l->skip = line_sequence(byte) - 1;
	if (byte >= 0xc0 || byte < 0x80)
		return;
	size_t start = l->at;
	while (start > 0 && l->at - start < 3 &&
	       ((unsigned char)l->text[start - 1] & 0xc0) == 0x80)
		start--;
	if (start == 0)
		return;
	size_t whole = line_sequence((unsigned char)l->text[--start]);
	if (whole > l->at - start) {
		l->skip = whole - (l->at - start) - 1;
		line_delete(l, start, l->at);
	}
}

static void
line_byte(struct line *l, unsigned char byte)
{
	if (l->skip > 0 && (byte & 0xc0) == 0x80) {
		l->skip--;
		l->full = true;
		return;
	}
	l->skip = 0;
	if (l->len == l->limit) {
		line_refuse(l, byte);
		return;
	}
	memmove(l->text + l->at + 1, l->text + l->at, l->len - l->at);
	l->text[l->at++] = (char)byte;
	l->text[++l->len] = '\0';
}

bool
line_key(struct line *l, int key)
{
	l->full = false;
	if ((key >= 0x20 && key < 0x7f) || (key >= 0x80 && key < 0x100)) {
		line_byte(l, (unsigned char)key);
		return true;
	}
	l->skip = 0;
	switch (key) {
	case K_LEFT:
		l->at = line_before(l, l->at);
		return true;
	case K_RIGHT:
		l->at = line_after(l, l->at);
		return true;
	case K_HOME:
	case K_CTRL('A'):
		l->at = 0;
		return true;
	case K_END:
	case K_CTRL('E'):
		l->at = l->len;
		return true;
	case K_BACKSPACE:
		line_delete(l, line_before(l, l->at), l->at);
		return true;
	case K_DELETE:
		line_delete(l, l->at, line_after(l, l->at));
		return true;
	case K_CTRL('U'):
		line_delete(l, 0, l->len);
		return true;
	case K_CTRL('W'):
		line_delete(l, line_word_before(l), l->at);
		return true;
	default:
		return false;
	}
}

bool
line_full(const struct line *l)
{
	return l->full;
}

void
line_set(struct line *l, const char *text)
{
	size_t n = strnlen(text, l->limit);
	memset(l->text, 0, l->limit);
	memcpy(l->text, text, n);
	l->len = l->at = n;
	l->skip = 0;
	l->full = false;
}

const char *
line_text(const struct line *l)
{
	assert(l->box == NULL);
	return l->text;
}

size_t
line_len(const struct line *l)
{
	return l->len;
}

struct seal_secret *
line_take_secret(struct line *l)
{
	struct seal_secret *taken;
	assert(l->box != NULL);
	if (l->len == 0 || seal_secret_new(l->len, &taken) != ERR_OK)
		return NULL;
	memcpy(seal_secret_bytes(taken), l->text, l->len);
	line_delete(l, 0, l->len);
	return taken;
}

/* --- drawing ----------------------------------------------------------------- */

/*
 * The text of one code point or stray byte: itself when it is printable, else
 * its escape.  A blank is a blank anywhere: the field says where it ends.
 */
static struct safe
line_unit(const struct line *l, struct arena *m, size_t at, size_t next)
{
	if (l->box != NULL)
		return SAFE("*");
	if (l->text[at] == ' ')
		return SAFE(" ");
	return safe_bytes(m, l->text + at, next - at);
}

static size_t
line_next(const struct line *l, size_t at)
{
	return l->box != NULL ? at + 1 : line_after(l, at);
}

/* Cells from one byte to another. */
static int
line_cells(const struct line *l, struct arena *m, size_t from, size_t to)
{
	int cells = 0;
	for (size_t at = from, next; at < to; at = next) {
		next = line_next(l, at);
		cells += safe_cells(line_unit(l, m, at, next));
	}
	return cells;
}

void
line_draw(const struct line *l, const struct area *a, struct arena *m, int row, int col,
    int cells, bool focus)
{
	enum style plain = focus ? STYLE_FOCUS : STYLE_FIELD;
	struct area field = area_part(a, row, col, 1, cells);
	int before = line_cells(l, m, 0, l->at), at_cell = 0;
	int after = line_cells(l, m, l->at, l->len);
	int need = after > 0 ? 2 : 1; /* the cursor's cell, and one that tells of more */
	size_t from = 0;

	if (before + after + (after == 0) > field.cols)
		while (from < l->at && before - at_cell + need + (from > 0) > field.cols) {
			size_t next = line_next(l, from);
			at_cell += safe_cells(line_unit(l, m, from, next));
			from = next;
		}
	area_fill(&field, 0, 0, field.cols, plain, ' ');
	int at = from > 0 ? area_put(&field, 0, 0, STYLE_ESCAPE, SAFE("<")) : 0;
	int cursor = at + before - at_cell;
	size_t i = from;
	for (size_t next; i < l->len && at < field.cols; i = next) {
		next = line_next(l, i);
		struct safe unit = line_unit(l, m, i, next);
		bool as_is = safe_cells(unit) == 1;
		at = area_put(&field, 0, at, as_is ? plain : STYLE_ESCAPE, unit);
	}
	if (at > field.cols || i < l->len)
		area_put(&field, 0, field.cols - 1, STYLE_ESCAPE, SAFE(">"));
	if (focus)
		area_cursor(&field, 0, cursor);
}
