/* SPDX-License-Identifier: ISC */
#include "src/base/escape.h"
#include "src/base/mem.h"
#include "src/base/utf8.h"

#include <assert.h>
#include <strings.h>
#include <utf8proc.h>

#define ESCAPE_TAIL_CELLS 24 /* of a cut text, kept at its end */
#define ESCAPE_FIT_CELLS  16 /* room for a mark and something around it */
#define ESCAPE_UNIT_SIZE  12 /* "\u{10FFFF}" and NUL */

struct escape_range {
	uint32_t first, last;
	unsigned value;
};

static const struct escape_range escape_classes[] = {
#define CLASS(first, last, flags) {first, last, flags},
#include "src/base/escape.def"
};

enum {
	SCRIPT_COMMON = 0,
	SCRIPT_LATIN = 1 << 0,
	SCRIPT_GREEK = 1 << 1,
	SCRIPT_CYRILLIC = 1 << 2,
	SCRIPT_ARMENIAN = 1 << 3,
	SCRIPT_HEBREW = 1 << 4,
	SCRIPT_ARABIC = 1 << 5,
	SCRIPT_SYRIAC = 1 << 6,
	SCRIPT_DEVANAGARI = 1 << 7,
	SCRIPT_BENGALI = 1 << 8,
	SCRIPT_GURMUKHI = 1 << 9,
	SCRIPT_GUJARATI = 1 << 10,
	SCRIPT_TAMIL = 1 << 11,
	SCRIPT_TELUGU = 1 << 12,
	SCRIPT_KANNADA = 1 << 13,
	SCRIPT_MALAYALAM = 1 << 14,
	SCRIPT_THAI = 1 << 15,
	SCRIPT_GEORGIAN = 1 << 16,
	SCRIPT_HANGUL = 1 << 17,
	SCRIPT_ETHIOPIC = 1 << 18,
	SCRIPT_CHEROKEE = 1 << 19,
	SCRIPT_COPTIC = 1 << 20,
	SCRIPT_HAN = 1 << 21,
	SCRIPT_HIRAGANA = 1 << 22,
	SCRIPT_KATAKANA = 1 << 23,
	SCRIPT_BOPOMOFO = 1 << 24,
	SCRIPT_OTHER = 1 << 25,
};

static const struct escape_range escape_scripts[] = {
#define SCRIPT(first, last, script) {first, last, SCRIPT_##script},
#include "src/base/escape.def"
};

static const uint32_t escape_latin_looking[] = {
#define LATIN(code) code,
#include "src/base/escape.def"
};

/* Scripts that honest words mix (UTS 39, "highly restrictive"). */
static const unsigned escape_together[] = {
    SCRIPT_LATIN | SCRIPT_HAN | SCRIPT_HIRAGANA | SCRIPT_KATAKANA,
    SCRIPT_LATIN | SCRIPT_HAN | SCRIPT_BOPOMOFO,
    SCRIPT_LATIN | SCRIPT_HAN | SCRIPT_HANGUL,
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct escape_range *
escape_find(const struct escape_range *t, size_t n, uint32_t code)
{
	size_t lo = 0, hi = n;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (code > t[mid].last)
			lo = mid + 1;
		else if (code < t[mid].first)
			hi = mid;
		else
			return &t[mid];
	}
	return NULL;
}

/* NFKC would make something else of it than NFC. */
static bool
escape_has_compat(uint32_t code)
{
	utf8proc_int32_t canon[32], compat[32];
	utf8proc_ssize_t a, b;
	int last = 0;
	a = utf8proc_decompose_char(
	    (utf8proc_int32_t)code, canon, COUNT(canon), UTF8PROC_DECOMPOSE, &last);
	last = 0;
	b = utf8proc_decompose_char((utf8proc_int32_t)code, compat, COUNT(compat),
	    UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT, &last);
	if (a != b || a < 0)
		return true;
	return memcmp(canon, compat, (size_t)a * sizeof(canon[0])) != 0;
}

/* Flags that follow from the general category of a code point above 7F. */
static unsigned
escape_category(uint32_t code)
{
	static const unsigned by_category[] = {
	    [UTF8PROC_CATEGORY_CN] = ESCAPE_UNASSIGNED,
	    [UTF8PROC_CATEGORY_MN] = ESCAPE_COMBINING,
	    [UTF8PROC_CATEGORY_MC] = ESCAPE_COMBINING,
	    [UTF8PROC_CATEGORY_ME] = ESCAPE_COMBINING,
	    [UTF8PROC_CATEGORY_ZS] = ESCAPE_SPACE,
	    [UTF8PROC_CATEGORY_ZL] = ESCAPE_CONTROL,
	    [UTF8PROC_CATEGORY_ZP] = ESCAPE_CONTROL,
	    [UTF8PROC_CATEGORY_CC] = ESCAPE_CONTROL,
	    [UTF8PROC_CATEGORY_CS] = ESCAPE_INVALID,
	    [UTF8PROC_CATEGORY_CO] = ESCAPE_PRIVATE,
	};
	unsigned category = (unsigned)utf8proc_category((utf8proc_int32_t)code);
	return category < COUNT(by_category) ? by_category[category] : 0;
}

unsigned
escape_class(uint32_t code)
{
	if (code < 0x80) {
		if (code < 0x20 || code == 0x7f)
			return ESCAPE_CONTROL | (code == 0x7f ? ESCAPE_NON_ASCII : 0);
		return strchr("<>:\"|?*\\", (int)code) != NULL ? ESCAPE_RESERVED : 0;
	}
	const struct escape_range *r = escape_find(escape_classes, COUNT(escape_classes), code);
	unsigned flags = ESCAPE_NON_ASCII | escape_category(code);
	if (r != NULL) {
		/* an invisible mark is not something that is seen to combine */
		flags &= ~(unsigned)ESCAPE_COMBINING;
		flags |= r->value;
	} else if (utf8proc_category((utf8proc_int32_t)code) == UTF8PROC_CATEGORY_CF) {
		flags |= ESCAPE_INVISIBLE;
	}
	if ((code & 0xfffe) == 0xfffe)
		flags |= ESCAPE_UNASSIGNED;
	const utf8proc_property_t *p = utf8proc_get_property((utf8proc_int32_t)code);
	if (p->charwidth == 2 || p->boundclass == UTF8PROC_BOUNDCLASS_EXTENDED_PICTOGRAPHIC)
		flags |= ESCAPE_WIDE;
	if (escape_has_compat(code))
		flags |= ESCAPE_COMPAT;
	return flags;
}

/* One code point with its mark is one code point in NFC. */
static bool
escape_composes(uint32_t base, uint32_t mark)
{
	utf8proc_uint8_t pair[8], *nfc = NULL;
	utf8proc_ssize_t n = utf8proc_encode_char((utf8proc_int32_t)base, pair);
	n += utf8proc_encode_char((utf8proc_int32_t)mark, pair + n);
	utf8proc_ssize_t len = utf8proc_map(pair, n, &nfc, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
	uint32_t code;
	bool one = len > 0 && utf8_next(nfc, (size_t)len, &code) == (size_t)len;
	free(nfc);
	return one;
}

/* --- scripts and reserved names: what only a whole label tells ------------- */

static unsigned
escape_script(uint32_t code)
{
	switch ((int)utf8proc_category((utf8proc_int32_t)code)) {
	case UTF8PROC_CATEGORY_LU:
	case UTF8PROC_CATEGORY_LL:
	case UTF8PROC_CATEGORY_LT:
	case UTF8PROC_CATEGORY_LO:
		break;
	default:
		return SCRIPT_COMMON;
	}
	const struct escape_range *r = escape_find(escape_scripts, COUNT(escape_scripts), code);
	return r != NULL ? r->value : SCRIPT_OTHER;
}

static bool
escape_looks_latin(uint32_t code)
{
	for (size_t i = 0; i < COUNT(escape_latin_looking); i++)
		if (escape_latin_looking[i] == code)
			return true;
	return false;
}

enum escape_letter
escape_letter(uint32_t code)
{
	unsigned script = escape_script(code);
	if (script == SCRIPT_COMMON)
		return ESCAPE_LETTER_NONE;
	if (script == SCRIPT_LATIN)
		return ESCAPE_LETTER_LATIN;
	return escape_looks_latin(code) ? ESCAPE_LETTER_LOOKS : ESCAPE_LETTER_OTHER;
}

static unsigned
escape_label(const uint8_t *p, size_t n)
{
	unsigned scripts = 0;
	bool latin_looking = true;
	while (n > 0) {
		uint32_t code;
		size_t len = utf8_next(p, n, &code);
		if (len != 0) {
			unsigned script = escape_script(code);
			scripts |= script;
			if (script != SCRIPT_COMMON && !escape_looks_latin(code))
				latin_looking = false;
		}
		p += len != 0 ? len : 1;
		n -= len != 0 ? len : 1;
	}
	if (scripts == 0 || scripts == SCRIPT_LATIN)
		return 0;
	if ((scripts & (scripts - 1)) == 0)
		return latin_looking ? ESCAPE_MIXED : 0;
	for (size_t i = 0; i < COUNT(escape_together); i++)
		if ((scripts & ~escape_together[i]) == 0)
			return 0;
	return ESCAPE_MIXED;
}

/* CON, LPT1 and the like, whatever follows a dot. */
static bool
escape_is_device(const char *p, size_t n)
{
	static const char *const words[] = {"CON", "PRN", "AUX", "NUL"};
	const char *dot = memchr(p, '.', n);
	size_t len = dot != NULL ? (size_t)(dot - p) : n;
	while (len > 0 && p[len - 1] == ' ')
		len--;
	for (size_t i = 0; len == 3 && i < COUNT(words); i++)
		if (strncasecmp(p, words[i], 3) == 0)
			return true;
	return len == 4 && p[3] >= '1' && p[3] <= '9' &&
	       (strncasecmp(p, "COM", 3) == 0 || strncasecmp(p, "LPT", 3) == 0);
}

/* One component of a path, or a whole text without a slash. */
static unsigned
escape_component(const uint8_t *p, size_t n, bool ascii)
{
	unsigned flags = 0;
	if (n == 0)
		return 0;
	if (p[0] == '-' || p[0] == '.' || p[n - 1] == '.' || p[n - 1] == ' ' ||
	    escape_is_device((const char *)p, n))
		flags |= ESCAPE_RESERVED;
	for (size_t i = 0; !ascii && i <= n; i++) {
		const uint8_t *dot = memchr(p + i, '.', n - i);
		size_t len = dot != NULL ? (size_t)(dot - p) - i : n - i;
		flags |= escape_label(p + i, len);
		i += len;
	}
	return flags;
}

static unsigned
escape_whole(const uint8_t *p, size_t n, unsigned flags)
{
	bool ascii = (flags & ESCAPE_NON_ASCII) == 0;
	for (size_t i = 0; i <= n; i++) {
		const uint8_t *slash = i < n ? memchr(p + i, '/', n - i) : NULL;
		size_t len = slash != NULL ? (size_t)(slash - p) - i : n - i;
		flags |= escape_component(p + i, len, ascii);
		i += len;
	}
	return flags;
}

/* --- the escaped form -------------------------------------------------------- */

/* Printable ASCII, the backslash aside: itself. */
static bool
escape_is_plain(const uint8_t *p, size_t n, size_t i)
{
	if (p[i] != ' ')
		return p[i] > 0x20 && p[i] < 0x7f && p[i] != '\\';
	return i > 0 && i + 1 < n && p[i - 1] != ' ' && p[i + 1] != ' ';
}

/* One unit that is not plain, as text; returns the length of the text. */
static size_t
escape_unit(const uint8_t *p, size_t n, size_t i, char out[ESCAPE_UNIT_SIZE], size_t *ret_used,
    uint32_t *ret_code, unsigned *ret_flags)
{
	uint32_t code = p[i];
	size_t used = utf8_next(p + i, n - i, &code);
	*ret_used = used != 0 ? used : 1;
	*ret_code = code;
	*ret_flags = used == 0     ? (unsigned)ESCAPE_INVALID
	             : code == ' ' ? (unsigned)ESCAPE_SPACE
	                           : escape_class(code);
	int len;
	if (used != 0 && code == '\\')
		len = snprintf(out, ESCAPE_UNIT_SIZE, "\\\\");
	else if (used == 0 || code < 0x80)
		len = snprintf(out, ESCAPE_UNIT_SIZE, "\\x%02X", code);
	else
		len = snprintf(out, ESCAPE_UNIT_SIZE, "\\u{%X}", code);
	return (size_t)len;
}

size_t
escape_bytes(const void *bytes, size_t n, char *out, size_t out_size, unsigned *ret_flags)
{
	const uint8_t *p = bytes;
	unsigned all = 0;
	uint32_t previous = 0; /* 0: nothing a mark could join */
	size_t len = 0;
	assert(n <= (SIZE_MAX - 1) / 4 && out_size >= ESCAPE_SIZE(n));
	for (size_t i = 0; i < n;) {
		if (escape_is_plain(p, n, i)) {
			if (p[i] < '@' || p[i] == '|')
				all |= escape_class(p[i]);
			out[len++] = (char)p[i];
			previous = p[i++];
			continue;
		}
		char unit[ESCAPE_UNIT_SIZE];
		uint32_t code;
		unsigned flags;
		size_t used, unit_len = escape_unit(p, n, i, unit, &used, &code, &flags);
		if ((flags & ESCAPE_COMBINING) != 0 && previous != 0 &&
		    escape_composes(previous, code)) {
			flags &= ~(unsigned)ESCAPE_COMBINING;
			code = 0; /* a second mark in a row is one too many */
		}
		previous = (flags & (ESCAPE_INVALID | ESCAPE_COMBINING)) != 0 ? 0 : code;
		all |= flags;
		memcpy(out + len, unit, unit_len);
		len += unit_len;
		i += used;
	}
	out[len] = '\0';
	if (ret_flags != NULL)
		*ret_flags = escape_whole(p, n, all);
	return len;
}

/* Length of the unit that begins at an escaped text; 1 for what is not one. */
static size_t
escape_unit_len(const char *s, size_t n)
{
	if (n < 2 || s[0] != '\\')
		return 1;
	if (s[1] == '\\')
		return 2;
	if (s[1] == 'x')
		return n >= 4 ? 4 : 1;
	const char *end = memchr(s, '}', n);
	bool unit = s[1] == 'u' || s[1] == '.';
	return unit && end != NULL ? (size_t)(end - s) + 1 : 1;
}

/* Where to cut a text of len: [0, head) and [tail, len) are kept. */
static void
escape_cut(const char *s, size_t len, size_t room, size_t *ret_head, size_t *ret_tail)
{
	size_t before = 0, after = len; /* boundaries around the last 24 cells */
	size_t want = room < ESCAPE_TAIL_CELLS ? room : ESCAPE_TAIL_CELLS, head = 0;
	for (size_t i = 0; i < len; i += escape_unit_len(s + i, len - i)) {
		if (i <= len - want)
			before = i;
		if (i >= len - want && i < after)
			after = i;
	}
	size_t tail = len - before <= room ? before : after;
	for (size_t i = 0; i <= room - (len - tail); i += escape_unit_len(s + i, len - i))
		head = i;
	*ret_head = head;
	*ret_tail = tail;
}

/* Bytes of the full text that a piece stands for: a mark stands for what it hides. */
static size_t
escape_hidden(const char *s, size_t len)
{
	size_t hidden = 0, n;
	for (size_t i = 0; i < len; i += n) {
		n = escape_unit_len(s + i, len - i);
		bool mark = n > 5 && memcmp(s + i, "\\..{", 4) == 0;
		hidden += mark ? strtoul(s + i + 4, NULL, 10) : n;
	}
	return hidden;
}

size_t
escape_shorten(const char *text, size_t len, char *out, size_t out_size, size_t cells)
{
	size_t head = 0, tail;
	assert(out_size > cells);
	if (len <= cells) {
		memcpy(out, text, len);
		out[len] = '\0';
		return len;
	}
	if (cells < ESCAPE_FIT_CELLS) {
		for (size_t i = 0; i <= cells; i += escape_unit_len(text + i, len - i))
			head = i;
		memcpy(out, text, head);
		out[head] = '\0';
		return head;
	}
	for (size_t digits = 1;; digits++) {
		size_t room = cells - 5 - digits; /* \..{ digits } */
		char mark[32];
		escape_cut(text, len, room, &head, &tail);
		size_t mark_len = (size_t)snprintf(
		    mark, sizeof(mark), "\\..{%zu}", escape_hidden(text + head, tail - head));
		if (mark_len > 5 + digits)
			continue;
		memcpy(out, text, head);
		memcpy(out + head, mark, mark_len);
		memcpy(out + head + mark_len, text + tail, len - tail);
		out[head + mark_len + (len - tail)] = '\0';
		return head + mark_len + (len - tail);
	}
}

size_t
escape_fit(
    const void *bytes, size_t n, char *out, size_t out_size, size_t cells, unsigned *ret_flags)
{
	MEM_FREE char *full = mem_array(n + 1, 4);
	size_t len = escape_bytes(bytes, n, full, ESCAPE_SIZE(n), ret_flags);
	assert(cells >= ESCAPE_FIT_CELLS);
	return escape_shorten(full, len, out, out_size, cells);
}

/* --- back again ---------------------------------------------------------------- */

static bool
escape_hex(const char *s, size_t n, uint32_t *ret_value)
{
	static const char digits[] = "0123456789ABCDEF";
	uint32_t v = 0;
	if (n == 0 || n > 6)
		return false;
	for (size_t i = 0; i < n; i++) {
		const char *at = memchr(digits, s[i], 16);
		if (at == NULL)
			return false;
		v = v << 4 | (uint32_t)(at - digits);
	}
	*ret_value = v;
	return true;
}

/* Bytes of one unit; 0 when it is not one. */
static size_t
escape_undo_unit(const char *s, size_t len, uint8_t *out)
{
	uint32_t v;
	if (len == 1) {
		out[0] = (uint8_t)s[0];
		return s[0] != '\\';
	}
	if (len == 2) {
		out[0] = '\\';
		return 1;
	}
	if (s[1] == 'x') {
		if (!escape_hex(s + 2, 2, &v))
			return 0;
		out[0] = (uint8_t)v;
		return 1;
	}
	if (s[2] != '{' || !escape_hex(s + 3, len - 4, &v) || v > 0x10ffff)
		return 0;
	return (size_t)utf8proc_encode_char((utf8proc_int32_t)v, out);
}

bool
escape_undo(const char *text, size_t text_len, uint8_t *out, size_t *ret_len)
{
	size_t len = 0;
	for (size_t i = 0; i < text_len;) {
		uint8_t unit[4];
		size_t unit_len = escape_unit_len(text + i, text_len - i);
		size_t n = escape_undo_unit(text + i, unit_len, unit);
		if (n == 0)
			return false;
		memcpy(out + len, unit, n);
		len += n;
		i += unit_len;
	}
	/* one spelling for each value: anything else does not come back the same */
	MEM_FREE char *again = mem_array(len + 1, 4);
	if (escape_bytes(out, len, again, ESCAPE_SIZE(len), NULL) != text_len ||
	    memcmp(again, text, text_len) != 0)
		return false;
	*ret_len = len;
	return true;
}

char *
escape_dup(const char *text)
{
	size_t n = strlen(text);
	char *out = mem_array(n + 1, 4);
	escape_bytes(text, n, out, ESCAPE_SIZE(n), NULL);
	return out;
}

char *
escape_checked(const char *text)
{
	for (const char *p = text; *p != '\0'; p++)
		if (*p < 0x20 || *p > 0x7e)
			return escape_dup(text);
	return mem_strdup(text);
}

void
escape_letters(unsigned flags, char out[16])
{
	/* the worst first, so that what falls off the end is the mildest */
	static const struct {
		unsigned flags;
		char letter;
	} letters[] = {
	    {ESCAPE_CONTROL, 'C'},
	    {ESCAPE_BIDI, 'B'},
	    {ESCAPE_INVISIBLE, 'I'},
	    {ESCAPE_PRIVATE, 'P'},
	    {ESCAPE_INVALID | ESCAPE_UNASSIGNED, 'U'},
	    {ESCAPE_COMPAT | ESCAPE_LOOKALIKE, 'K'},
	    {ESCAPE_MIXED, 'G'},
	    {ESCAPE_COMBINING, 'M'},
	    {ESCAPE_SPACE, 'S'},
	    {ESCAPE_RESERVED, 'W'},
	    {ESCAPE_WIDE | ESCAPE_NON_ASCII, 'N'},
	};
	size_t n = 0;
	for (size_t i = 0; i < COUNT(letters) && n < 8; i++)
		if ((flags & letters[i].flags) != 0)
			out[n++] = letters[i].letter;
	out[n] = '\0';
}
