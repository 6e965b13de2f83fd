/* SPDX-License-Identifier: ISC */
#include "scanners/text_look.h"
#include "scanners/paper.h"
#include "scanners/text_look_in.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/base/utf8.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define TEXT_BAD_SHARE 16 /* one of so many bytes may be none of a text */
#define TEXT_BAD_BYTES 16 /* and none of the first */
#define TEXT_WIDE_LOOK 64 /* characters that show UTF-16 without a mark */

/* What is said of each kind.  Suspicious: somebody must look before it is clean. */
static const struct {
	const char *rule, *class, *severity;
	bool suspicious;
	const char *title;
} kinds[TEXT__KINDS] = {
    [TEXT_NUL] = {"text/nul", "polyglot", "medium", true,
	"The text has NUL bytes: some programs stop reading there, others do not."},
    [TEXT_CONTROL] = {"text/control", "policy", "low", false,
	"The text has control characters: what is shown of it may differ from what it is."},
    [TEXT_TERMINAL] = {"text/terminal", "code-exec", "medium", true,
	"The text steers a terminal: shown in one, it can hide itself or type for its reader."},
    [TEXT_COLOUR] = {"text/colour", "policy", "info", false,
	"The text sets colours in a terminal."},
    [TEXT_BIDI_OPEN] = {"text/bidi-open", "policy", "high", true,
	"The text changes the writing direction and does not change it back in the same line: "
	"it can read otherwise than it runs."},
    [TEXT_BIDI_OVERRIDE] = {"text/bidi-override", "policy", "medium", true,
	"The text forces a writing direction: letters are shown in another order than they "
	"stand."},
    [TEXT_BIDI] = {"text/bidi", "policy", "low", false,
	"The text changes the writing direction and changes it back."},
    [TEXT_BIDI_MARK] = {"text/bidi-mark", "policy", "info", false,
	"The text has marks of writing direction."},
    [TEXT_HIDDEN] = {"text/hidden", "policy", "high", true,
	"The text has characters that are never shown and can spell another text: only "
	"machines read that."},
    [TEXT_INVISIBLE] = {"text/invisible", "policy", "medium", false,
	"The text has words with characters in them that are not shown: two names that look "
	"alike may be two."},
    [TEXT_UNSEEN] = {"text/unseen", "policy", "low", false,
	"The text has characters that are not shown."},
    [TEXT_LOOKALIKE] = {"text/lookalike", "policy", "medium", true,
	"The text has words with letters of another script that look the same: two names that "
	"look alike may be two."},
    [TEXT_FAR] = {"text/far", "policy", "low", false,
	"The text has words behind so many blanks that they stand outside of the screen."},
    [TEXT_CELL_RUNS] = {"text/formula-runs", "code-exec", "high", true,
	"Opened in a spreadsheet, a cell of this text can start a program or reach a network."},
    [TEXT_FORMULA] = {"text/formula", "code-exec", "low", false,
	"Opened in a spreadsheet, cells of this text are formulas."},
    [TEXT_INVALID] = {"text/invalid", "corruption", "low", false,
	"The text has bytes that its encoding does not have: cut, damaged, or mixed from two."},
    [TEXT_LEGACY] = {"text/legacy", "policy", "info", false,
	"The text is in another encoding than Unicode, and does not name it: letters beyond "
	"ASCII are a guess."},
    [TEXT_REPLACED] = {"text/replaced", "corruption", "info", false,
	"Letters of the text were lost in an earlier conversion."},
    [TEXT_NO_MARK] = {"text/no-mark", "policy", "info", false,
	"The text is in UTF-16 and does not say so: other programs may not see a text in it."},
    [TEXT_LONG] = {"text/long-line", "policy", "info", false,
	"The text has lines that are too long to be read on a screen."},
    [TEXT_ENDS] = {"text/line-ends", "policy", "info", false,
	"The text ends its lines in more than one way."},
    [TEXT_LAST] = {"text/last-line", "policy", "info", false,
	"The last line of the text is not ended: it may have been cut."},
};

/* --- which encoding ---------------------------------------------------------------- */

static const struct text_encoding {
	const char *name;
	uint8_t mark[4];
	size_t mark_len, unit; /* bytes */
	bool big;
} encodings[] = {
    {"UTF-32LE", {0xff, 0xfe, 0, 0}, 4, 4, false},
    {"UTF-32BE", {0, 0, 0xfe, 0xff}, 4, 4, true},
    {"UTF-8", {0xef, 0xbb, 0xbf}, 3, 1, false},
    {"UTF-16LE", {0xff, 0xfe}, 2, 2, false},
    {"UTF-16BE", {0xfe, 0xff}, 2, 2, true},
};

static const struct text_encoding encoding_plain = {"UTF-8", {0}, 0, 1, false};
static const struct text_encoding encoding_little = {"UTF-16LE", {0}, 0, 2, false};
static const struct text_encoding encoding_big = {"UTF-16BE", {0}, 0, 2, true};

/* The bytes libmagic takes for text, too. */
static bool
text_is_plain(uint8_t c)
{
	return (c >= 0x20 && c != 0x7f) || (c >= 0x07 && c <= 0x0d) || c == 0x1b;
}

/* Every second byte is zero, and the others are text. */
static bool
text_is_wide(const uint8_t *p, size_t n, size_t zero)
{
	size_t units = n / 2 < TEXT_WIDE_LOOK ? n / 2 : TEXT_WIDE_LOOK;
	for (size_t i = 0; i < units; i++)
		if (p[2 * i + zero] != 0 || !text_is_plain(p[2 * i + 1 - zero]))
			return false;
	return units >= 2;
}

static uint32_t
text_unit(const uint8_t *p, const struct text_encoding *e)
{
	uint32_t v = 0;
	for (size_t i = 0; i < e->unit; i++)
		v = v << 8 | p[e->big ? i : e->unit - 1 - i];
	return v;
}

/* A mark may be chance: what follows it must be characters that texts have. */
static bool
text_is_marked(const struct text_encoding *e, const uint8_t *p, size_t n)
{
	size_t bad = 0, units = 0;
	if (e->unit == 1)
		return true;
	for (size_t i = e->mark_len; i + e->unit <= n; i += e->unit, units++) {
		uint32_t c = text_unit(p + i, e);
		bad += c < 0x80 ? !text_is_plain((uint8_t)c)
		                : c > 0x10ffff || (c & 0xfffe) == 0xfffe ||
		                      (c >= 0xe000 && c <= 0xf8ff);
	}
	return bad < units / TEXT_BAD_SHARE + 1;
}

/* NULL when these first bytes are those of no text. */
static const struct text_encoding *
text_encoding_of(const uint8_t *p, size_t n)
{
	size_t bad = 0;
	for (size_t i = 0; i < sizeof(encodings) / sizeof(encodings[0]); i++)
		if (n >= encodings[i].mark_len &&
		    memcmp(p, encodings[i].mark, encodings[i].mark_len) == 0)
			return text_is_marked(&encodings[i], p, n) ? &encodings[i] : NULL;
	if (text_is_wide(p, n, 1))
		return &encoding_little;
	if (text_is_wide(p, n, 0))
		return &encoding_big;
	for (size_t i = 0; i < n; i++) {
		bad += !text_is_plain(p[i]);
		if (bad > 0 && i < TEXT_BAD_BYTES)
			return NULL;
	}
	return bad < n / TEXT_BAD_SHARE + 1 ? &encoding_plain : NULL;
}

/* --- reading ------------------------------------------------------------------------- */

/* One code point of UTF-8; false: it may go on behind these bytes. */
static bool
text_multi(struct text_state *s, const uint8_t *p, size_t n, bool last, size_t *ret_used)
{
	uint32_t code;
	size_t used = utf8_next(p, n, &code);
	*ret_used = used != 0 ? used : 1;
	if (used == 0 && n < 4 && !last)
		return false;
	if (used != 0) {
		text_look_code(s, code);
		return true;
	}
	if (s->invalid++ == 0)
		s->seen[TEXT_INVALID] = (struct text_seen){0, s->at, s->line, *p};
	/* in an encoding of one byte most of these are letters */
	s->after_cr = false;
	s->before = 0xfffd;
	s->blanks = 0;
	if (s->cell != CELL_OVER)
		text_look_cell(s, 0x80);
	return true;
}

/* Bytes of a window; returns how many of them were taken. */
static size_t
text_window(struct text_state *s, const uint8_t *p, size_t n, bool last)
{
	uint64_t from = s->at;
	size_t i = 0, used;
	while (i < n) {
		s->at = from + i;
		if (p[i] >= 0x80) {
			if (!text_multi(s, p + i, n - i, last, &used))
				break;
			i += used;
			continue;
		}
		if (s->cell != CELL_OVER || s->escape > 0 || s->mark > 0 || s->unseen != 0 ||
		    !s->plain[p[i]]) {
			text_look_code(s, p[i++]);
			continue;
		}
		used = i + 1;
		while (used < n && s->plain[p[used]])
			used++;
		text_look_run(s, p + i, used - i);
		i = used;
	}
	s->at = from + i;
	return i;
}

static bool
text_read_bytes(struct text_state *s)
{
	struct object *o = s->o;
	const uint8_t *p;
	size_t n;
	while (s->at < o->size_bytes) {
		uint64_t left = o->size_bytes - s->at;
		if ((p = object_some(o, s->at, &n)) == NULL)
			return false;
		if (text_window(s, p, n, n == left) == 0) {
			/* a code point across the end of the window: show it whole */
			n = left < OBJECT_WINDOW ? (size_t)left : OBJECT_WINDOW;
			if ((p = object_get(o, s->at, n)) == NULL)
				return false;
			(void)text_window(s, p, n, n == left);
		}
	}
	return true;
}

/* UTF-16 and UTF-32: unit by unit. */
static bool
text_read_units(struct text_state *s, const struct text_encoding *e)
{
	struct object *o = s->o;
	uint32_t high = 0;
	while (o->size_bytes - s->at >= e->unit) {
		const uint8_t *p = object_get(o, s->at, e->unit);
		if (p == NULL)
			return false;
		uint32_t code = text_unit(p, e);
		bool low = e->unit == 2 && code >= 0xdc00 && code <= 0xdfff;
		bool lost = low ? high == 0 : high != 0 || code > 0x10ffff;
		if (lost && s->invalid++ == 0)
			s->seen[TEXT_INVALID] = (struct text_seen){0, s->at, s->line, 0};
		if (low && high != 0)
			text_look_code(s, 0x10000 + ((high - 0xd800) << 10) + (code - 0xdc00));
		high = e->unit == 2 && code >= 0xd800 && code <= 0xdbff ? code : 0;
		if (high == 0 && !low && code <= 0x10ffff)
			text_look_code(s, code);
		s->at += e->unit;
	}
	if ((o->size_bytes != s->at || high != 0) && s->invalid++ == 0)
		s->seen[TEXT_INVALID] = (struct text_seen){0, s->at, s->line, 0};
	s->at = o->size_bytes;
	return true;
}

/* --- what came of it --------------------------------------------------------------------- */

/*
 * More bytes than not are no UTF-8: it is another encoding, and what was taken for
 * letters, chance.  Directions and hidden texts are too long for that.
 */
static void
text_is_legacy(struct text_state *s, struct text_look *t)
{
	t->encoding = "another encoding than Unicode";
	s->seen[TEXT_LEGACY] = s->seen[TEXT_INVALID];
	s->seen[TEXT_INVALID].count = s->seen[TEXT_LOOKALIKE].count = 0;
	s->seen[TEXT_INVISIBLE].count = s->seen[TEXT_UNSEEN].count = s->whole.count = 0;
	if (s->seen[TEXT_CONTROL].code >= 0x80)
		s->seen[TEXT_CONTROL].count = 0;
}

/* What only the whole text tells. */
static void
text_conclude(struct text_state *s, const struct text_encoding *e, struct text_look *t)
{
	bool mixed = (s->lf > 0) + (s->crlf > 0) + (s->cr > 0) > 1;
	text_look_word(s);
	text_look_pending(s, 0);
	if (s->cell == CELL_GATHER)
		text_look_cell_end(s);
	if (s->escape > 0)
		text_look_see(s, TEXT_TERMINAL, s->escape_at, 0x1b);
	/* DOS ends a text with it */
	if (s->at > s->line_at) {
		text_look_line(s);
		if (s->before != 0x1a)
			text_look_see(s, TEXT_LAST, s->line_at, 0);
	}
	/* isolates and embeddings that were closed are told once, as what is worse */
	if (s->seen[TEXT_BIDI_OPEN].count > 0 || s->seen[TEXT_BIDI_OVERRIDE].count > 0)
		s->seen[TEXT_BIDI].count = 0;
	/* a text in that script has other letters, too */
	if (s->whole.count > 0 && !s->others && s->seen[TEXT_LOOKALIKE].count == 0)
		s->seen[TEXT_LOOKALIKE] = s->whole;
	if (mixed)
		text_look_see(s, TEXT_ENDS, s->line_at, 0);
	t->encoding = e->unit > 1                        ? e->name
	              : s->wide == 0 && e->mark_len == 0 ? "ASCII"
	                                                 : "UTF-8";
	if (s->invalid > 0) {
		s->seen[TEXT_INVALID].count = s->invalid;
		if (e->unit == 1 && e->mark_len == 0 && s->invalid > s->wide)
			text_is_legacy(s, t);
	}
	t->lines = s->line - (s->at == s->line_at && s->line > 1);
	t->read_bytes = s->o->size_bytes;
}

static void
text_tell(struct text_state *s, enum text_kind kind, struct text_look *t)
{
	const struct text_seen *k = &s->seen[kind];
	char detail[LIM_FINDING_TEXT], code[16] = "";
	if (k->code != 0)
		snprintf(code, sizeof(code),
		    kind == TEXT_INVALID || kind == TEXT_LEGACY ? "byte %02X, " : "U+%04X, ",
		    k->code);
	if (kind == TEXT_LAST)
		snprintf(detail, sizeof(detail), "line %" PRIu64, k->line);
	else if (kind == TEXT_ENDS)
		snprintf(detail, sizeof(detail),
		    "%" PRIu64 " by LF, %" PRIu64 " by CR LF, %" PRIu64 " by CR", s->lf,
		    s->crlf, s->cr);
	else if (kind == TEXT_LONG)
		snprintf(detail, sizeof(detail),
		    "%" PRIu64 " of them, first line %" PRIu64 ", the longest has %" PRIu64
		    " bytes",
		    k->count, k->line, s->longest);
	else if (kind == TEXT_CELL_RUNS || kind == TEXT_FORMULA)
		snprintf(detail, sizeof(detail),
		    "%s (%" PRIu64 " of them, first in line %" PRIu64 ")",
		    s->formula[kind - TEXT_CELL_RUNS], k->count, k->line);
	else
		snprintf(detail, sizeof(detail),
		    "%s%" PRIu64 " of them, first in line %" PRIu64, code, k->count, k->line);
	object_find(s->o, kinds[kind].rule, kinds[kind].class, kinds[kind].severity,
	    kinds[kind].title, detail, k->at);
	if (kinds[kind].suspicious && t->verdict == SCAN_CLEAN) {
		t->verdict = SCAN_SUSPICIOUS;
		t->why = kinds[kind].title;
	}
}

static void
text_begin(struct text_state *s, const struct text_encoding *e, const uint8_t *p, size_t n)
{
	for (unsigned c = 0x20; c < 0x7f; c++)
		s->plain[c] = 1;
	s->plain['\t'] = s->plain['\f'] = 1;
	s->line = 1;
	s->step = e->unit;
	s->at = s->line_at = e->mark_len;
	s->cell = CELL_START;
	s->before = 0xfffd;
	if (e->unit == 1)
		s->between = text_look_table(p + e->mark_len, n - e->mark_len);
	if (s->between != 0)
		s->plain[s->between] = s->plain['"'] = 0;
	if (e->unit > 1 && e->mark_len == 0)
		text_look_see(s, TEXT_NO_MARK, 0, 0);
}

enum err
text_look(struct object *o, struct text_look *t)
{
	size_t n = 0;
	*t = (struct text_look){.verdict = SCAN_NA, .why = "", .encoding = ""};
	const uint8_t *p = object_some(o, 0, &n);
	const struct text_encoding *e = p != NULL ? text_encoding_of(p, n) : NULL;
	const char *paper = paper_look(o);
	if (o->failed)
		return ERR_IO;
	if (paper != NULL || e == NULL) {
		t->why = paper != NULL ? paper : "";
		return ERR_OK;
	}
	MEM_FREE struct text_state *s = mem_alloc(sizeof(*s));
	s->o = o;
	/* the look for papers may have moved the window */
	if ((p = object_some(o, 0, &n)) == NULL)
		return ERR_IO;
	text_begin(s, e, p, n);
	if (!(e->unit == 1 ? text_read_bytes(s) : text_read_units(s, e)))
		return ERR_IO;
	t->verdict = SCAN_CLEAN;
	text_conclude(s, e, t);
	for (unsigned k = 0; k < TEXT__KINDS; k++)
		if (s->seen[k].count > 0)
			text_tell(s, (enum text_kind)k, t);
	return ERR_OK;
}
