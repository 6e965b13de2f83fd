/* links: src/base/escape src/base/utf8 src/base/mem */
/* SPDX-License-Identifier: ISC */
#include "src/base/escape.h"
#include "src/base/utf8.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#define MAX 1024

static size_t
utf8(uint32_t code, uint8_t out[4])
{
	if (code < 0x80) {
		out[0] = (uint8_t)code;
		return 1;
	}
	size_t n = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
	static const uint8_t lead[5] = {0, 0, 0xc0, 0xe0, 0xf0};
	for (size_t i = n; i-- > 1; code >>= 6)
		out[i] = (uint8_t)(0x80 | (code & 0x3f));
	out[0] = (uint8_t)(lead[n] | code);
	return n;
}

/* Printable ASCII, and back to the same bytes. */
static void
check_round(const uint8_t *in, size_t n)
{
	char text[ESCAPE_SIZE(MAX)];
	uint8_t back[ESCAPE_SIZE(MAX)];
	size_t back_len = 0;
	size_t len = escape_bytes(in, n, text, sizeof(text), NULL);
	assert_int_equal(strlen(text), len);
	for (size_t i = 0; i < len; i++)
		assert_true(text[i] >= 0x20 && text[i] <= 0x7e);
	assert_true(escape_undo(text, len, back, &back_len));
	assert_int_equal(back_len, n);
	assert_memory_equal(back, in, n);
}

static void
every_code_point_comes_back(void **state)
{
	(void)state;
	for (uint32_t code = 0; code < 0x110000; code++) {
		uint8_t in[6] = {'a'};
		size_t n = 1 + utf8(code, in + 1);
		check_round(in + 1, n - 1);
		in[n++] = 'b';
		check_round(in, n);
		char text[64];
		unsigned flags;
		size_t len = escape_bytes(in, n, text, sizeof(text), &flags);
		bool surrogate = code >= 0xd800 && code <= 0xdfff;
		if (surrogate)
			assert_true(flags & ESCAPE_INVALID);
		else if (code > 0x7e)
			assert_true(flags & ESCAPE_NON_ASCII);
		if (code > 0x20 && code < 0x7f && code != '\\')
			assert_int_equal(len, 3);
	}
}

static uint64_t
next_random(uint64_t *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 7;
	*s ^= *s << 17;
	return *s;
}

static void
a_million_random_strings_come_back(void **state)
{
	(void)state;
	uint64_t seed = 0x9e3779b97f4a7c15;
	static const char bait[] = " \\x{}.u0Aa/-\xcc\x81\xe2\x80\xae\x1b";
	for (int k = 0; k < 1000000; k++) {
		uint8_t in[64];
		size_t n = 0, want = next_random(&seed) % 24;
		while (n < want) {
			uint64_t r = next_random(&seed);
			if ((r & 3) == 0)
				in[n++] = (uint8_t)(r >> 8);
			else if ((r & 3) == 1)
				n += utf8((uint32_t)(r >> 8) % 0x3000, in + n);
			else
				in[n++] = (uint8_t)bait[(r >> 8) % (sizeof(bait) - 1)];
		}
		check_round(in, n);
	}
}

static void
forms(void **state)
{
	(void)state;
	static const struct {
		const char *what, *in, *out;
	} cases[] = {
	    {"plain", "report.txt", "report.txt"},
	    {"empty", "", ""},
	    {"backslash is doubled", "a\\b", "a\\\\b"},
	    {"escape sequence", "\x1b[2J", "\\x1B[2J"},
	    {"C1 as UTF-8 is not a bad byte", "\xc2\x9b", "\\u{9B}"},
	    {"C1 as a bad byte", "\x9b", "\\x9B"},
	    {"DEL", "\x7f", "\\x7F"},
	    {"right-to-left override", "invoice\xe2\x80\xaegpj.exe", "invoice\\u{202E}gpj.exe"},
	    {"long spelling of a slash", "\xc0\xaf", "\\xC0\\xAF"},
	    {"surrogate", "\xed\xa0\x80", "\\xED\\xA0\\x80"},
	    {"truncated", "a\xe2\x80", "a\\xE2\\x80"},
	    {"after a bad byte comes the next character", "\xe2(\xa1", "\\xE2(\\xA1"},
	    {"largest code point", "\xf4\x8f\xbf\xbf", "\\u{10FFFF}"},
	    {"above the largest", "\xf4\x90\x80\x80", "\\xF4\\x90\\x80\\x80"},
	    {"inner single space", "a b c", "a b c"},
	    {"leading and trailing space", " a ", "\\x20a\\x20"},
	    {"repeated spaces", "a  b", "a\\x20\\x20b"},
	    {"one space alone", " ", "\\x20"},
	    {"forged truncation mark", "\\..{38}", "\\\\..{38}"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char out[256];
		escape_bytes(cases[i].in, strlen(cases[i].in), out, sizeof(out), NULL);
		if (strcmp(out, cases[i].out) != 0)
			fail_msg("%s: %s", cases[i].what, out);
	}
}

static void
flags_of(void **state)
{
	(void)state;
	static const struct {
		const char *what, *in;
		unsigned must, must_not;
	} cases[] = {
	    {"plain", "report-2024.tar.gz", 0, ~0u},
	    {"bad byte", "a\xff", ESCAPE_INVALID, ESCAPE_NON_ASCII},
	    {"newline", "a\nb", ESCAPE_CONTROL, ESCAPE_INVALID},
	    {"line separator", "a\xe2\x80\xa8", ESCAPE_CONTROL, 0},
	    {"C1", "a\xc2\x85", ESCAPE_CONTROL | ESCAPE_NON_ASCII, ESCAPE_INVALID},
	    {"Arabic letter mark", "a\xd8\x9c", ESCAPE_BIDI, 0},
	    {"isolate", "a\xe2\x81\xa6", ESCAPE_BIDI, 0},
	    {"zero width space", "a\xe2\x80\x8b", ESCAPE_INVISIBLE, ESCAPE_COMBINING},
	    {"soft hyphen", "a\xc2\xad", ESCAPE_INVISIBLE, 0},
	    {"tag letter", "a\xf3\xa0\x81\x81", ESCAPE_INVISIBLE, 0},
	    {"Hangul filler", "a\xe3\x85\xa4", ESCAPE_INVISIBLE, 0},
	    {"no-break space", "a\xc2\xa0z", ESCAPE_SPACE, 0},
	    {"two spaces", "a  z", ESCAPE_SPACE, ESCAPE_NON_ASCII | ESCAPE_RESERVED},
	    {"trailing space", "a ", ESCAPE_SPACE | ESCAPE_RESERVED, 0},
	    {"private use", "\xee\x80\x80", ESCAPE_PRIVATE, 0},
	    {"noncharacter", "\xef\xb7\x90", ESCAPE_UNASSIGNED, 0},
	    {"last of a plane", "\xf0\x9f\xbf\xbf", ESCAPE_UNASSIGNED, 0},
	    {"mark that composes", "e\xcc\x81", ESCAPE_NON_ASCII, ESCAPE_COMBINING},
	    {"mark that does not compose", "q\xcc\x81", ESCAPE_COMBINING, 0},
	    {"two marks", "e\xcc\x82\xcc\x81", ESCAPE_COMBINING, 0},
	    {"mark with nothing before it", "\xcc\x81", ESCAPE_COMBINING, 0},
	    {"full width A", "\xef\xbc\xa1", ESCAPE_COMPAT | ESCAPE_WIDE, ESCAPE_MIXED},
	    {"ligature", "\xef\xac\x80", ESCAPE_COMPAT, 0},
	    {"one dot leader",
		"a\xe2\x80\xa4"
		"exe",
		ESCAPE_LOOKALIKE, 0},
	    {"division slash", "a\xe2\x88\x95z", ESCAPE_LOOKALIKE, 0},
	    {"full width colon", "c\xef\xbc\x9a", ESCAPE_LOOKALIKE, 0},
	    {"Cyrillic a in a Latin word", "p\xd0\xb0ypal.txt", ESCAPE_MIXED, 0},
	    {"Cyrillic word that looks Latin", "\xd1\x81\xd0\xbe\xd1\x80\xd0\xb5.txt",
		ESCAPE_MIXED, 0},
	    {"honest Russian word with a Latin extension",
		"\xd0\xb4\xd0\xbe\xd0\xb3\xd0\xbe\xd0\xb2\xd0\xbe\xd1\x80.doc",
		ESCAPE_NON_ASCII, ESCAPE_MIXED},
	    {"honest Japanese", "\xe6\x97\xa5\xe6\x9c\xac\xe3\x81\xae\xe3\x82\xab.txt",
		ESCAPE_WIDE, ESCAPE_MIXED},
	    {"Han and Cyrillic", "\xe6\x97\xa5\xd0\xb4", ESCAPE_MIXED, 0},
	    {"French", "r\xc3\xa9sum\xc3\xa9", ESCAPE_NON_ASCII,
		ESCAPE_MIXED | ESCAPE_COMPAT | ESCAPE_WIDE},
	    {"emoji", "\xf0\x9f\x98\x80", ESCAPE_WIDE, 0},
	    {"leading dash", "-rf", ESCAPE_RESERVED, 0},
	    {"leading dash below a directory", "a/-rf", ESCAPE_RESERVED, 0},
	    {"leading dot", ".bashrc", ESCAPE_RESERVED, 0},
	    {"trailing dot", "a.", ESCAPE_RESERVED, 0},
	    {"device", "con.txt", ESCAPE_RESERVED, 0},
	    {"device with a space", "LPT1 .txt", ESCAPE_RESERVED, 0},
	    {"no device", "com0", 0, ~0u},
	    {"no device, longer", "console", 0, ~0u},
	    {"pipe", "a|b", ESCAPE_RESERVED, 0},
	    {"star", "a*", ESCAPE_RESERVED, 0},
	    {"backslash", "a\\b", ESCAPE_RESERVED, 0},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char out[256];
		unsigned flags = ~0u;
		escape_bytes(cases[i].in, strlen(cases[i].in), out, sizeof(out), &flags);
		if ((flags & cases[i].must) != cases[i].must ||
		    (flags & cases[i].must_not) != 0)
			fail_msg("%s: %s has flags %x", cases[i].what, out, flags);
	}
}

static void
classes_of_the_table(void **state)
{
	(void)state;
	static const struct {
		uint32_t first, last;
		unsigned flag;
	} rows[] = {
	    {0x0000, 0x001f, ESCAPE_CONTROL},
	    {0x007f, 0x009f, ESCAPE_CONTROL},
	    {0x2028, 0x2029, ESCAPE_CONTROL},
	    {0x061c, 0x061c, ESCAPE_BIDI},
	    {0x200e, 0x200f, ESCAPE_BIDI},
	    {0x202a, 0x202e, ESCAPE_BIDI},
	    {0x2066, 0x2069, ESCAPE_BIDI},
	    {0x200b, 0x200d, ESCAPE_INVISIBLE},
	    {0x2060, 0x2065, ESCAPE_INVISIBLE},
	    {0xfe00, 0xfe0f, ESCAPE_INVISIBLE},
	    {0xfff0, 0xfffb, ESCAPE_INVISIBLE},
	    {0xe0000, 0xe0fff, ESCAPE_INVISIBLE},
	    {0x2000, 0x200a, ESCAPE_SPACE},
	    {0xe000, 0xf8ff, ESCAPE_PRIVATE},
	    {0xf0000, 0xffffd, ESCAPE_PRIVATE},
	    {0x100000, 0x10fffd, ESCAPE_PRIVATE},
	    {0xfdd0, 0xfdef, ESCAPE_UNASSIGNED},
	    {0x10fffe, 0x10ffff, ESCAPE_UNASSIGNED},
	    {0x0300, 0x034e, ESCAPE_COMBINING},
	    {0x20d0, 0x20f0, ESCAPE_COMBINING},
	    {0xff01, 0xff5e, ESCAPE_COMPAT},
	    {0xfb00, 0xfb06, ESCAPE_COMPAT},
	    {0x1f100, 0x1f10a, ESCAPE_COMPAT},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (uint32_t code = rows[i].first; code <= rows[i].last; code++)
			if ((escape_class(code) & rows[i].flag) == 0)
				fail_msg("U+%04X lacks %x", code, rows[i].flag);
}

/* R14: a name must not draw over what stands before it. */
static void
backspaces_do_not_draw_approved(void **state)
{
	(void)state;
	char in[64], out[256];
	memset(in, '\b', 20);
	memcpy(in + 20, "APPROVED", 9);
	unsigned flags;
	escape_bytes(in, 28, out, sizeof(out), &flags);
	assert_true(flags & ESCAPE_CONTROL);
	assert_null(strchr(out, '\b'));
	assert_memory_equal(out, "\\x08\\x08", 8);
	assert_string_equal(out + 80, "APPROVED");
}

/* Walks whole units: stops at a truncation mark, or at the first boundary from `stop` on. */
static size_t
mark_at(const char *s, size_t n, size_t stop)
{
	size_t i = 0;
	while (i < stop && i < n) {
		if (s[i] != '\\')
			i++;
		else if (s[i + 1] == '.')
			return i;
		else
			i += s[i + 1] == '\\'  ? 2u
			     : s[i + 1] == 'x' ? 4u
			                       : strcspn(s + i, "}") + 1;
	}
	return i;
}

static void
fit_never_cuts_an_escape(void **state)
{
	(void)state;
	uint64_t seed = 42;
	for (int k = 0; k < 20000; k++) {
		uint8_t in[256];
		char full[ESCAPE_SIZE(256)], out[300];
		size_t n = next_random(&seed) % sizeof(in);
		for (size_t i = 0; i < n; i++) {
			uint64_t r = next_random(&seed);
			in[i] = (uint8_t)((r & 1) != 0 ? r >> 8 : 'a' + (r >> 8) % 20);
		}
		size_t cells = 16 + next_random(&seed) % 120;
		size_t full_len = escape_bytes(in, n, full, sizeof(full), NULL);
		size_t len = escape_fit(in, n, out, sizeof(out), cells, NULL);
		assert_int_equal(strlen(out), len);
		assert_true(len <= cells);
		if (full_len <= cells) {
			assert_string_equal(out, full);
			continue;
		}
		size_t head = mark_at(out, len, len);
		assert_true(head < len);
		char *end;
		size_t hidden = strtoul(out + head + 4, &end, 10);
		assert_int_equal(*end, '}');
		size_t tail = len - (size_t)(end + 1 - out);
		assert_int_equal(head + hidden + tail, full_len);
		assert_memory_equal(out, full, head);
		assert_memory_equal(end + 1, full + full_len - tail, tail);
		assert_int_equal(mark_at(full, full_len, head), head);
		assert_int_equal(mark_at(full, full_len, full_len - tail), full_len - tail);
		if (cells >= 48)
			assert_true(tail >= 24);
	}
}

static void
shortening_again_escapes_nothing_twice(void **state)
{
	static const struct {
		const char *what, *in;
		size_t cells;
		const char *out;
	} rows[] = {
	    {"fits", "a\\x1Bb  c", 16, "a\\x1Bb  c"},
	    {"blanks of a row stay blanks", "one  two  three  four", 20,
		"\\..{7}o  three  four"},
	    {"an escape stays one", "0123456789\\x1B\\x1B0123456789", 24,
		"012\\..{11}\\x1B0123456789"},
	    {"a cut text is cut again", "0123456789\\..{90}abcdefghijkl", 20,
		"0\\..{99}abcdefghijkl"},
	    {"15 cells have no mark", "0123456789abcdef", 15, "0123456789abcde"},
	    {"16 have", "0123456789abcdefg", 16, "\\..{7}789abcdefg"},
	    {"never inside an escape", "0123\\x1B4567", 7, "0123"},
	    {"nor in a long one", "\\u{10FFFF}", 9, ""},
	    {"nor in a mark", "ab\\..{12}cdefgh", 8, "ab"},
	    {"no cell", "abc", 0, ""},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char out[64];
		size_t len = escape_shorten(
		    rows[i].in, strlen(rows[i].in), out, rows[i].cells + 1, rows[i].cells);
		if (strcmp(out, rows[i].out) != 0)
			fail_msg("%s: \"%s\"", rows[i].what, out);
		assert_int_equal(len, strlen(out));
	}
}

static void
fit_keeps_all_extensions(void **state)
{
	(void)state;
	static const struct {
		const char *what, *in, *out;
		size_t cells;
	} cases[] = {
	    {"fits exactly", "0123456789abcdef", "0123456789abcdef", 16},
	    {"one too many", "0123456789abcdefg", "\\..{7}789abcdefg", 16},
	    {"head and tail",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa_2024.tar.zip",
		"aaaaaaaaa\\..{32}aaaaaaaaaaa_2024.tar.zip", 40},
	    {"escape at the cut stays whole",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaa\xe2\x80\xae_123456789.tar.zip.exe",
		"aaa\\..{25}\\u{202E}_123456789.tar.zip.exe", 40},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char out[128];
		size_t len = escape_fit(
		    cases[i].in, strlen(cases[i].in), out, sizeof(out), cases[i].cells, NULL);
		if (strcmp(out, cases[i].out) != 0 || len > cases[i].cells)
			fail_msg("%s: %s", cases[i].what, out);
	}
}

static void
undo_refuses_other_spellings(void **state)
{
	(void)state;
	static const char *const bad[] = {
	    "\\",
	    "a\\",
	    "\\x",
	    "\\x4",
	    "\\x41",
	    "\\x1b",
	    "\\u{41}",
	    "\\u{0E9}",
	    "\\u{e9}",
	    "\\u{110000}",
	    "\\u{D800}",
	    "\\u{}",
	    "\\u{E9",
	    "\\uE9",
	    "\\n",
	    " a",
	    "a ",
	    "a  b",
	    "\xc3\xa9",
	    "a\nb",
	    "\\..{38}",
	    "a\\x20b",
	    "\\xE2\\x80\\xAE",
	    "\\u{1000000041}",
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		uint8_t out[64];
		size_t len = 99;
		if (escape_undo(bad[i], strlen(bad[i]), out, &len))
			fail_msg("accepted %s", bad[i]);
		assert_int_equal(len, 99);
	}
}

static void
letters(void **state)
{
	(void)state;
	char out[16];
	escape_letters(0, out);
	assert_string_equal(out, "");
	escape_letters(ESCAPE_BIDI | ESCAPE_NON_ASCII, out);
	assert_string_equal(out, "BN");
	escape_letters(ESCAPE_INVALID | ESCAPE_UNASSIGNED, out);
	assert_string_equal(out, "U");
	escape_letters(~0u, out);
	assert_string_equal(out, "CBIPUKGM");
}

static void
dup(void **state)
{
	(void)state;
	char *s = escape_dup("a\x1b");
	assert_string_equal(s, "a\\x1B");
	free(s);
}

static void
letters_of_words(void **state)
{
	static const struct {
		uint32_t code;
		enum escape_letter letter;
	} rows[] = {{'a', ESCAPE_LETTER_LATIN}, {0xe9, ESCAPE_LETTER_LATIN},
	    {0x430, ESCAPE_LETTER_LOOKS}, {0x39f, ESCAPE_LETTER_LOOKS},
	    {0x436, ESCAPE_LETTER_OTHER}, {0x845b, ESCAPE_LETTER_OTHER},
	    {'1', ESCAPE_LETTER_NONE}, {'_', ESCAPE_LETTER_NONE}, {0x301, ESCAPE_LETTER_NONE}};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(escape_letter(rows[i].code), rows[i].letter);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(letters_of_words),
	    cmocka_unit_test(every_code_point_comes_back),
	    cmocka_unit_test(a_million_random_strings_come_back),
	    cmocka_unit_test(forms),
	    cmocka_unit_test(flags_of),
	    cmocka_unit_test(classes_of_the_table),
	    cmocka_unit_test(backspaces_do_not_draw_approved),
	    cmocka_unit_test(fit_never_cuts_an_escape),
	    cmocka_unit_test(shortening_again_escapes_nothing_twice),
	    cmocka_unit_test(fit_keeps_all_extensions),
	    cmocka_unit_test(undo_refuses_other_spellings),
	    cmocka_unit_test(letters),
	    cmocka_unit_test(dup),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
