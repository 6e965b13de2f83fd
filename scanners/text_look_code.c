/* SPDX-License-Identifier: ISC */
/* What single characters of a text do: directions, words, terminals, lines. */
#include "scanners/text_look_in.h"
#include "src/base/escape.h"

#define CODE_ESC 0x1b
#define CODE_CSI 0x9b
#define FLAG     0x1f3f4 /* tags behind it spell a region, not a hidden text */

void
text_look_see(struct text_state *s, enum text_kind kind, uint64_t at, uint32_t code)
{
	struct text_seen *k = &s->seen[kind];
	if (k->count++ == 0)
		*k = (struct text_seen){1, at, s->line, code};
}

/* --- lines and blanks ------------------------------------------------------------------ */

/* Something else than a blank. */
static void
code_blanks_end(struct text_state *s)
{
	if (s->blanks >= TEXT_LOOK_BLANK)
		text_look_see(s, TEXT_FAR, s->at, 0);
	s->blanks = 0;
}

void
text_look_line(struct text_state *s)
{
	uint64_t n = s->at - s->line_at;
	if (n > TEXT_LOOK_LINE)
		text_look_see(s, TEXT_LONG, s->line_at, 0);
	if (n > s->longest)
		s->longest = n;
	if (s->embedded > 0 || s->isolated > 0)
		text_look_see(s, TEXT_BIDI_OPEN, s->bidi_at, s->bidi_code);
	else if (s->overridden)
		text_look_see(s, TEXT_BIDI_OVERRIDE, s->bidi_at, s->bidi_code);
	s->embedded = s->isolated = 0;
	s->overridden = false;
	s->bidi_code = 0;
	s->blanks = 0;
}

static void
code_line_end(struct text_state *s, uint32_t code)
{
	if (code == '\n' && s->after_cr) {
		/* the second half of one line end */
		s->crlf++;
		s->cr--;
		s->after_cr = false;
		s->line_at = s->at + s->step;
		return;
	}
	text_look_line(s);
	s->line++;
	s->line_at = s->at + s->step;
	s->after_cr = code == '\r';
	if (code == '\r')
		s->cr++;
	else
		s->lf++;
}

/* --- words ------------------------------------------------------------------------------- */

void
text_look_word(struct text_state *s)
{
	/* a foreign word with an ending of ours has letters that look like none */
	if (s->looks && s->latin && !s->other) {
		text_look_see(s, TEXT_LOOKALIKE, s->looks_at, s->looks_code);
	} else if (s->looks && !s->other && !s->latin) {
		if (s->whole.count++ == 0)
			s->whole = (struct text_seen){1, s->looks_at, s->line, s->looks_code};
	}
	s->latin = s->looks = s->other = false;
}

/* Letters that mathematics and East Asian type set apart, and programs read as ASCII. */
static bool
code_is_styled(uint32_t code)
{
	return (code >= 0x1d400 && code <= 0x1d7ff) || (code >= 0xff21 && code <= 0xff3a) ||
	       (code >= 0xff41 && code <= 0xff5a);
}

/* Science writes α, γ and σ beside Latin letters, and nobody mistakes them. */
static bool
code_is_science(uint32_t code)
{
	return code >= 0x3b1 && code <= 0x3c9 && code != 0x3bf;
}

static void
code_letter(struct text_state *s, uint32_t code)
{
	enum escape_letter letter =
	    code_is_styled(code) ? ESCAPE_LETTER_LOOKS : escape_letter(code);
	if (letter == ESCAPE_LETTER_LOOKS && code_is_science(code))
		letter = ESCAPE_LETTER_OTHER;
	switch (letter) {
	case ESCAPE_LETTER_NONE:
		/* marks and digits are inside of words */
		if ((escape_class(code) & ESCAPE_COMBINING) == 0)
			text_look_word(s);
		break;
	case ESCAPE_LETTER_LATIN:
		s->latin = true;
		break;
	case ESCAPE_LETTER_LOOKS:
		if (!s->looks) {
			s->looks_at = s->at;
			s->looks_code = code;
		}
		s->looks = true;
		break;
	case ESCAPE_LETTER_OTHER:
		s->other = s->others = true;
		break;
	}
}

/* --- what is not seen ------------------------------------------------------------------------
 */

static bool
code_is_bidi(struct text_state *s, uint32_t code)
{
	switch (code) {
	case 0x200e:
	case 0x200f:
	case 0x061c:
		text_look_see(s, TEXT_BIDI_MARK, s->at, code);
		return true;
	case 0x202a:
	case 0x202b:
	case 0x202d:
	case 0x202e:
		s->embedded++;
		s->overridden |= code >= 0x202d;
		break;
	case 0x202c:
		s->embedded -= s->embedded > 0;
		break;
	case 0x2066:
	case 0x2067:
	case 0x2068:
		s->isolated++;
		break;
	case 0x2069:
		s->isolated -= s->isolated > 0;
		break;
	default:
		return false;
	}
	if (s->bidi_code == 0) {
		s->bidi_at = s->at;
		s->bidi_code = code;
	}
	text_look_see(s, TEXT_BIDI, s->at, code);
	return true;
}

/* Joiners and variations belong to emoji and to many scripts, not to ASCII. */
static bool
code_joins(const struct text_state *s, uint32_t code)
{
	bool ascii = s->before < 0x80;
	if (code == 0x200c || code == 0x200d)
		return !ascii;
	if (code >= 0xfe00 && code <= 0xfe0f)
		return !ascii || (s->before >= '0' && s->before <= '9') || s->before == '#' ||
		       s->before == '*';
	return code == 0xad || (code >= 0x180b && code <= 0x180f && !ascii);
}

static void
code_unseen(struct text_state *s, uint32_t code)
{
	bool tag = code >= 0xe0000 && code <= 0xe007f;
	bool variation = code >= 0xe0100 && code <= 0xe01ef;
	bool han = (s->before >= 0x3400 && s->before < 0xa000) || s->before >= 0x20000;
	if ((tag && s->flag) || (variation && han) || code_joins(s, code))
		return;
	if (tag || variation) {
		text_look_see(s, TEXT_HIDDEN, s->at, code);
	} else if (s->latin || s->looks) {
		s->unseen = code;
		s->unseen_at = s->at;
	} else {
		text_look_see(s, TEXT_UNSEEN, s->at, code);
	}
}

static bool
code_is_word(uint32_t code)
{
	if (code >= 0x80) {
		enum escape_letter l = escape_letter(code);
		return l == ESCAPE_LETTER_LATIN || l == ESCAPE_LETTER_LOOKS;
	}
	return ((code | 0x20) >= 'a' && (code | 0x20) <= 'z') || (code >= '0' && code <= '9') ||
	       code == '_';
}

void
text_look_pending(struct text_state *s, uint32_t code)
{
	/* in a word it makes another name of it; at the end of one it is litter */
	if (s->unseen != 0)
		text_look_see(s, code_is_word(code) ? TEXT_INVISIBLE : TEXT_UNSEEN,
		    s->unseen_at, s->unseen);
	s->unseen = 0;
	/* info(1) marks its parts by NUL, BS and a bracket */
	if (s->mark == 1 && code == '\b') {
		s->mark = 2;
		return;
	}
	if (s->mark == 1 || (s->mark == 2 && code != '[' && code != ']'))
		text_look_see(s, TEXT_NUL, s->mark_at, 0);
	s->mark = 0;
}

/* Beyond ASCII. */
static void
code_wide(struct text_state *s, uint32_t code)
{
	unsigned class;
	s->wide++;
	if (code == CODE_CSI)
		text_look_see(s, TEXT_TERMINAL, s->at, code);
	else if (code < 0xa0 || code == 0x2028 || code == 0x2029)
		text_look_see(s, TEXT_CONTROL, s->at, code);
	else if (code == 0xfffd)
		text_look_see(s, TEXT_REPLACED, s->at, code);
	else if (code_is_bidi(s, code))
		;
	else if (((class = escape_class(code)) & ESCAPE_INVISIBLE) != 0)
		code_unseen(s, code);
	else
		code_letter(s, code);
	s->flag = code == FLAG || (s->flag && code >= 0xe0000 && code <= 0xe007f);
}

/* --- ASCII
 * ------------------------------------------------------------------------------------- */

/* Sequences that only set colours and clear the line are everyday's. */
static void
code_sequence(struct text_state *s, uint32_t code)
{
	if (s->escape == 1 && code == '[') {
		s->escape = 2;
		return;
	}
	/* ISO-2022 changes its set of letters so, in Japanese mail */
	if (s->escape == 1 && (code == '$' || code == '(')) {
		s->escape = 3;
		return;
	}
	if (s->escape == 3 && code >= '@' && code <= 'J') {
		text_look_see(s, TEXT_LEGACY, s->escape_at, CODE_ESC);
		s->escape = 0;
		return;
	}
	if (s->escape == 2 && ((code >= '0' && code <= '9') || code == ';' || code == ':'))
		return;
	bool colour = s->escape == 2 && (code == 'm' || code == 'K');
	text_look_see(s, colour ? TEXT_COLOUR : TEXT_TERMINAL, s->escape_at, CODE_ESC);
	s->escape = 0;
}

static void
code_ascii(struct text_state *s, uint32_t code)
{
	bool letter = (code | 0x20) >= 'a' && (code | 0x20) <= 'z';
	if (s->escape > 0)
		code_sequence(s, code);
	if (letter)
		s->latin = true;
	else if ((code < '0' || code > '9') && code != '_')
		text_look_word(s);
	if (code == 0) {
		s->mark = 1;
		s->mark_at = s->at;
	} else if (code == CODE_ESC) {
		s->escape = 1;
		s->escape_at = s->at;
	} else if (code == 0x7f || (code < 0x20 && code != '\t' && code != '\n' &&
				       code != '\r' && code != '\f'))
		text_look_see(s, TEXT_CONTROL, s->at, code);
}

void
text_look_code(struct text_state *s, uint32_t code)
{
	if (s->cell != CELL_OVER || s->between != 0 || code == '\n' || code == '\r')
		text_look_cell(s, code < 0x80 ? (uint8_t)code : 0x80);
	if (s->unseen != 0 || s->mark > 0)
		text_look_pending(s, code);
	if (code == '\n' || code == '\r') {
		text_look_word(s);
		code_line_end(s, code);
	} else {
		s->after_cr = false;
		if (code == ' ' || code == '\t')
			s->blanks++;
		else
			code_blanks_end(s);
		if (code < 0x80)
			code_ascii(s, code);
		else
			code_wide(s, code);
	}
	s->before = code;
}

/* --- many at once
 * --------------------------------------------------------------------------------- */

static bool
run_is_blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

/* Blanks in a row: a long row has one at every half of its length. */
static void
run_blanks(struct text_state *s, const uint8_t *p, size_t n)
{
	size_t i = 0;
	while (i < n && run_is_blank(p[i]))
		i++;
	s->blanks += i;
	if (i == n)
		return;
	if (s->blanks >= TEXT_LOOK_BLANK)
		text_look_see(s, TEXT_FAR, s->at + i, 0);
	for (; i < n; i += TEXT_LOOK_BLANK / 2) {
		size_t from = i, to = i;
		if (!run_is_blank(p[i]))
			continue;
		while (run_is_blank(p[from - 1]))
			from--;
		while (to < n && run_is_blank(p[to]))
			to++;
		if (to < n && to - from >= TEXT_LOOK_BLANK)
			text_look_see(s, TEXT_FAR, s->at + to, 0);
		if (to == n)
			break;
		i = to;
	}
	s->blanks = 0;
	for (size_t k = n; run_is_blank(p[k - 1]); k--)
		s->blanks++;
}

static bool
run_is_letter(uint8_t c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static bool
run_is_word(uint8_t c)
{
	return run_is_letter(c) || (c >= '0' && c <= '9') || c == '_';
}

/* The word that began before ends, and the last one goes on. */
static void
run_words(struct text_state *s, const uint8_t *p, size_t n)
{
	size_t from = n, first = 0;
	bool latin = false;
	if (s->looks || s->other)
		for (; first < n && run_is_word(p[first]); first++)
			s->latin |= run_is_letter(p[first]);
	while (from > 0 && run_is_word(p[from - 1]))
		latin |= run_is_letter(p[--from]);
	if (from > 0)
		text_look_word(s);
	s->latin |= latin;
}

void
text_look_run(struct text_state *s, const uint8_t *p, size_t n)
{
	s->after_cr = false;
	run_blanks(s, p, n);
	run_words(s, p, n);
	s->before = p[n - 1];
}
