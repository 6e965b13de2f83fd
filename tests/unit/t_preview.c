/* links: src/proc/preview/peek src/proc/preview/window src/proc/preview/hexview src/proc/preview/textview src/proc/preview/search src/base/escape src/base/utf8 src/base/mem src/base/clock */
/* SPDX-License-Identifier: ISC */
#include "src/base/clock.h"
#include "src/base/mem.h"
#include "src/proc/preview/hexview.h"
#include "src/proc/preview/search.h"
#include "src/proc/preview/textview.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define ROOM          (LIM_MESSAGE_BYTES - 512)
#define GRID          LIM_PREVIEW_LINE_BYTES
#define TEXT(literal) (literal), sizeof(literal) - 1

struct object {
	int fd;
	struct peek peek;
	struct textview text;
};

/* An object of size bytes, holes but for what is put there. */
static struct object
object_new(const void *bytes, size_t n, uint64_t size)
{
	struct object o = {.fd = memfd_create("object", MFD_CLOEXEC)};
	assert_true(o.fd >= 0);
	assert_int_equal(ftruncate(o.fd, (off_t)size), 0);
	assert_int_equal(pwrite(o.fd, bytes, n, 0), (ssize_t)n);
	assert_int_equal(peek_open(o.fd, size, &o.peek), ERR_OK);
	return o;
}

static void
object_put(struct object *o, uint64_t at, const char *text)
{
	assert_int_equal(pwrite(o->fd, text, strlen(text), (off_t)at), (ssize_t)strlen(text));
}

static void
object_done(struct object *o)
{
	close(o->fd);
}

static void
text_window(struct object *o, uint64_t at, bool back, size_t lines, struct window *w)
{
	window_init(w, lines, ROOM);
	assert_int_equal(textview_window(&o->text, at, back, w), ERR_OK);
}

/* "number:text" of every line, LF between; a piece that goes on or goes on behind has + . */
static void
join(const struct window *w, char *out, size_t size)
{
	size_t len = 0;
	out[0] = '\0';
	for (size_t i = 0; i < w->n; i++)
		len +=
		    (size_t)snprintf(out + len, size - len, "%s%llu:%s%s%s", i > 0 ? "\n" : "",
			(unsigned long long)w->lines[i].number, w->lines[i].goes_on ? "+" : "",
			w->lines[i].text, w->lines[i].more ? "+" : "");
	assert_true(len < size);
}

/* --- hex ------------------------------------------------------------------------------ */

static void
a_line_of_hex_is_laid_out_as_drawn(void **state)
{
	static const struct {
		const char *what, *bytes;
		size_t n;
		uint64_t at;
		int digits;
		const char *line;
	} cases[] = {
	    {"a whole line", TEXT("MZ\x90\0\3\0\0\0\4\0\0\0\xff\xff\0\0"), 0, 8,
		"00000000  4D 5A 90 00 03 00 00 00  04 00 00 00 FF FF 00 00  "
		"|MZ..............|"},
	    {"printable bytes at both ends", TEXT(" ~\x1f\x7f\\|"), 0x10, 8,
		"00000010  20 7E 1F 7F 5C 7C                                 |"
		" ~..\\|          |"},
	    {"nine bytes", TEXT("123456789"), 0x1ffffffff0, 10,
		"1FFFFFFFF0  31 32 33 34 35 36 37 38  39                       "
		"|123456789       |"},
	    {"no byte", TEXT(""), 0, 8,
		"00000000                                                    "
		"|                |"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char line[HEXVIEW_LINE_SIZE];
		hexview_line((const uint8_t *)cases[i].bytes, cases[i].n, cases[i].at,
		    cases[i].digits, line);
		if (strcmp(line, cases[i].line) != 0)
			fail_msg("%s:\n%s\n%s", cases[i].what, line, cases[i].line);
	}
}

static void
offsets_have_room_for_the_whole_object(void **state)
{
	(void)state;
	assert_int_equal(hexview_digits(0), 8);
	assert_int_equal(hexview_digits((uint64_t)1 << 32), 8);
	assert_int_equal(hexview_digits(((uint64_t)1 << 32) + 1), 10);
	assert_int_equal(hexview_digits((uint64_t)1 << 62), 16);
}

static void
hex_windows_begin_and_end_where_they_should(void **state)
{
	static const struct {
		const char *what;
		uint64_t size, at;
		bool back;
		size_t lines, n;
		uint64_t first, next;
	} cases[] = {
	    {"nothing in an empty object", 0, 0, false, 9, 0, 0, 0},
	    {"nothing before the beginning", 100, 0, true, 9, 0, 0, 0},
	    {"nothing behind the end", 100, 100, false, 9, 1, 96, 100},
	    {"the line with the byte", 100, 17, false, 2, 2, 16, 48},
	    {"the last byte", 97, 96, false, 9, 1, 96, 97},
	    {"an end on a line", 96, 80, false, 9, 1, 80, 96},
	    {"the end, going back", 97, 97, true, 2, 2, 80, 97},
	    {"an end on a line, going back", 96, 96, true, 2, 2, 64, 96},
	    {"back from a line", 96, 64, true, 2, 2, 32, 64},
	    {"back from the second line", 96, 16, true, 2, 1, 0, 16},
	    {"one byte", 1, 0, false, 256, 1, 0, 1},
	    {"behind 2^31", ((uint64_t)1 << 31) + 40, ((uint64_t)1 << 31) + 1, false, 2, 2,
		(uint64_t)1 << 31, ((uint64_t)1 << 31) + 32},
	    {"behind 2^33, back", ((uint64_t)1 << 33) + 8, ((uint64_t)1 << 33) + 8, true, 2, 2,
		((uint64_t)1 << 33) - 16, ((uint64_t)1 << 33) + 8},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct object o = object_new("", 0, cases[i].size);
		struct window w;
		window_init(&w, cases[i].lines, ROOM);
		assert_int_equal(
		    hexview_window(&o.peek, cases[i].at, cases[i].back, &w), ERR_OK);
		/* an `at` at the very end shows nothing new */
		if (w.n != cases[i].n || window_at(&w, cases[i].at) != cases[i].first ||
		    window_next(&w, cases[i].at) != cases[i].next)
			fail_msg("%s: %zu lines, %llu to %llu", cases[i].what, w.n,
			    (unsigned long long)window_at(&w, cases[i].at),
			    (unsigned long long)window_next(&w, cases[i].at));
		window_done(&w);
		object_done(&o);
	}
}

static void
a_message_is_never_too_small_for_hex_going_back(void **state)
{
	struct object o = object_new("", 0, (uint64_t)1 << 40);
	struct window w;
	(void)state;
	window_init(&w, LIM_PREVIEW_LINES, 2000);
	assert_int_equal(hexview_window(&o.peek, 1 << 20, true, &w), ERR_OK);
	assert_in_range(w.n, 2, LIM_PREVIEW_LINES - 1);
	/* those nearest to the place */
	assert_int_equal(window_next(&w, 0), 1 << 20);
	assert_int_equal(window_at(&w, 0), (1 << 20) - 16 * w.n);
	window_done(&w);
	object_done(&o);
}

/* --- text ------------------------------------------------------------------------------ */

static void
bytes_become_text_that_can_be_drawn(void **state)
{
	static const struct {
		const char *what, *bytes;
		size_t n;
		const char *text;
		unsigned control, bidi, invisible;
	} cases[] = {
	    {"plain words", TEXT("normal line of text"), "normal line of text", 0, 0, 0},
	    {"indentation and columns stay", TEXT("    a  b"), "    a  b", 0, 0, 0},
	    {"blanks at the end are seen", TEXT("a  "), "a\\x20\\x20", 0, 0, 0},
	    {"nothing but blanks", TEXT("   "), "\\x20\\x20\\x20", 0, 0, 0},
	    {"a tab", TEXT("a\tb"), "a\\tb", 0, 0, 0},
	    {"a backslash and a t", TEXT("a\\tb"), "a\\\\tb", 0, 0, 0},
	    {"a backslash and x20", TEXT("\\x20 \\x09"), "\\\\x20 \\\\x09", 0, 0, 0},
	    {"backslashes before an escape", TEXT("\\\\\t\\"), "\\\\\\\\\\t\\\\", 0, 0, 0},
	    {"the carriage return of a DOS line", TEXT("text\r"), "text\\r", 0, 0, 0},
	    {"a carriage return that overwrites", TEXT("evil\rgood"), "evil\\rgood", 1, 0, 0},
	    {"C0: a terminal's sequence", TEXT("run \x1b[1Achmod +x"), "run \\x1B[1Achmod +x",
		1, 0, 0},
	    {"C0: backspaces and NUL", TEXT("a\b\bb\0c"), "a\\x08\\x08b\\x00c", 3, 0, 0},
	    {"DEL", TEXT("a\x7f"), "a\\x7F", 1, 0, 0},
	    {"C1 in UTF-8", TEXT("\xc2\x9b[2J"), "\\u{9B}[2J", 1, 0, 0},
	    {"C1 as a byte", TEXT("\x9b[2J"), "\\x9B[2J", 0, 0, 0},
	    {"bidi", TEXT("approve\xe2\x80\xaetxt"), "approve\\u{202E}txt", 0, 1, 0},
	    {"isolates", TEXT("\xe2\x81\xa6x\xe2\x81\xa9"), "\\u{2066}x\\u{2069}", 0, 2, 0},
	    {"line separators", TEXT("a\xe2\x80\xa8z\xe2\x80\xa9"), "a\\u{2028}z\\u{2029}", 2,
		0, 0},
	    {"invisible", TEXT("a\xe2\x80\x8b\xef\xbb\xbfz"), "a\\u{200B}\\u{FEFF}z", 0, 0, 2},
	    {"a tag", TEXT("\xf3\xa0\x81\x81"), "\\u{E0041}", 0, 0, 1},
	    {"private use: a console's font", TEXT("\xef\x81\x81"), "\\u{F041}", 0, 0, 0},
	    {"odd spaces", TEXT("a\xc2\xa0z"), "a\\u{A0}z", 0, 0, 0},
	    {"a noncharacter", TEXT("\xef\xbf\xbf"), "\\u{FFFF}", 0, 0, 0},
	    {"a mark that combines", TEXT("e\xcc\x81"), "e\\u{301}", 0, 0, 0},
	    {"look-alikes", TEXT("\xef\xbc\x8f\xef\xbc\x8e"), "\\u{FF0F}\\u{FF0E}", 0, 0, 0},
	    {"wide", TEXT("\xe6\x97\xa5\xf0\x9f\x98\x80"), "\\u{65E5}\\u{1F600}", 0, 0, 0},
	    {"other letters", TEXT("r\xc3\xa9sum\xc3\xa9"), "r\\u{E9}sum\\u{E9}", 0, 0, 0},
	    {"not UTF-8", TEXT("a\xc3 \xff\xc0\x80\xed\xa0\x80"),
		"a\\xC3 \\xFF\\xC0\\x80\\xED\\xA0\\x80", 0, 0, 0},
	    {"our own screen", TEXT(" 15:04  APPROVED BY SECOND OFFICER"),
		" 15:04  APPROVED BY SECOND OFFICER", 0, 0, 0},
	    {"an escaper's own marks", TEXT("\\..{310}"), "\\\\..{310}", 0, 0, 0},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		unsigned counts[3];
		MEM_FREE char *text =
		    textview_escape((const uint8_t *)cases[i].bytes, cases[i].n, counts);
		if (strcmp(text, cases[i].text) != 0 || counts[0] != cases[i].control ||
		    counts[1] != cases[i].bidi || counts[2] != cases[i].invisible)
			fail_msg("%s: %s %u %u %u", cases[i].what, text, counts[0], counts[1],
			    counts[2]);
	}
}

static void
lines_are_split_at_line_feeds_alone(void **state)
{
	static const struct {
		const char *what, *bytes;
		size_t n;
		uint64_t at;
		bool back;
		size_t lines;
		const char *joined;
		uint64_t next;
	} cases[] = {
	    {"an empty object", TEXT(""), 0, false, 5, "", 0},
	    {"an empty object, back", TEXT(""), 0, true, 5, "", 0},
	    {"one line feed", TEXT("\n"), 0, false, 5, "1:", 1},
	    {"no line feed at the end", TEXT("a\nb"), 0, false, 5, "1:a\n2:b", 3},
	    {"a line feed at the end", TEXT("a\nb\n"), 0, false, 5, "1:a\n2:b", 4},
	    {"empty lines", TEXT("\n\nx\n\n"), 0, false, 9, "1:\n2:\n3:x\n4:", 5},
	    {"other ends of lines are text", TEXT("a\rb\v\f\xc2\x85\nc"), 0, false, 9,
		"1:a\\rb\\x0B\\x0C\\u{85}\n2:c", 9},
	    {"as many as asked", TEXT("a\nb\nc"), 0, false, 2, "1:a\n2:b", 4},
	    {"from the middle of a line", TEXT("aaa\nbbb\nccc"), 6, false, 1, "2:bbb", 8},
	    {"from a line feed", TEXT("aaa\nbbb\nccc"), 7, false, 1, "2:bbb", 8},
	    {"the last byte", TEXT("aaa\nbbb\nc"), 8, false, 5, "3:c", 9},
	    {"behind the end", TEXT("aaa\n"), 4, false, 5, "", 4},
	    {"far behind the end", TEXT("aaa\n"), 1000, true, 5, "1:aaa", 4},
	    {"the last lines", TEXT("a\nb\nc\nd\n"), 8, true, 2, "3:c\n4:d", 8},
	    {"the last lines, no line feed", TEXT("a\nb\nc\nd"), 7, true, 2, "3:c\n4:d", 7},
	    {"lines before a line", TEXT("a\nb\nc\nd"), 4, true, 9, "1:a\n2:b", 4},
	    {"empty lines, back", TEXT("\n\n\n"), 3, true, 2, "2:\n3:", 3},
	    {"nothing before the beginning", TEXT("abc"), 0, true, 9, "", 0},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct object o = object_new(cases[i].bytes, cases[i].n, cases[i].n);
		struct window w;
		char joined[1024];
		textview_init(&o.text, &o.peek);
		text_window(&o, cases[i].at, cases[i].back, cases[i].lines, &w);
		join(&w, joined, sizeof(joined));
		if (strcmp(joined, cases[i].joined) != 0 ||
		    window_next(&w, cases[i].at < cases[i].n ? cases[i].at : cases[i].n) !=
			cases[i].next)
			fail_msg("%s:\n%s\nnext %llu", cases[i].what, joined,
			    (unsigned long long)window_next(&w, cases[i].at));
		window_done(&w);
		object_done(&o);
	}
}

/* Pages from the beginning to the end, and back again: the same pieces. */
static void
page_both_ways(const uint8_t *bytes, size_t n, size_t lines)
{
	struct object o = object_new(bytes, n, n);
	uint64_t *places = mem_array(n + 2, sizeof(*places)), at = 0;
	uint64_t *numbers = mem_array(n + 2, sizeof(*numbers));
	size_t pieces = 0;
	struct window w;
	textview_init(&o.text, &o.peek);
	while (at < n) {
		text_window(&o, at, false, lines, &w);
		assert_true(w.n > 0 && w.lines[0].at == at);
		for (size_t i = 0; i < w.n; i++) {
			assert_int_equal(w.lines[i].at, at);
			assert_true(w.lines[i].end > at);
			/* a line feed and what may straddle a cut */
			assert_true(w.lines[i].end - at <= GRID + 4);
			numbers[pieces] = w.lines[i].number;
			places[pieces++] = at;
			at = w.lines[i].end;
		}
		window_done(&w);
	}
	assert_int_equal(at, n);
	/* without what paging forward has left behind */
	textview_init(&o.text, &o.peek);
	for (size_t left = pieces; at > 0;) {
		text_window(&o, at, true, lines, &w);
		assert_true(w.n > 0 && w.n <= left && window_next(&w, 0) == at);
		for (size_t i = 0; i < w.n; i++) {
			assert_int_equal(w.lines[i].at, places[left - w.n + i]);
			assert_int_equal(w.lines[i].number, numbers[left - w.n + i]);
		}
		at = window_at(&w, 0);
		left -= w.n;
		window_done(&w);
	}
	free(places);
	free(numbers);
	object_done(&o);
}

static void
paging_back_meets_the_same_lines(void **state)
{
	enum { SIZE = 300000 };
	uint8_t *bytes = mem_alloc(SIZE);
	uint64_t seed = 88172645463325252u;
	(void)state;
	for (size_t i = 0; i < SIZE; i++) {
		seed ^= seed << 13;
		seed ^= seed >> 7;
		seed ^= seed << 17;
		/* line feeds are rare in one half: lines over the limit */
		bytes[i] = (uint8_t)seed == '\n' && i < SIZE / 2 && seed >> 60 != 0
		               ? 'x'
		               : (uint8_t)seed;
	}
	page_both_ways(bytes, SIZE, 7);
	memset(bytes, 'a', SIZE);
	page_both_ways(bytes, SIZE, 3);
	/* three bytes each, so that every cut lies inside one */
	for (size_t i = 0; i < SIZE; i++)
		bytes[i] = (uint8_t) "\xe6\x97\xa5"[i % 3];
	page_both_ways(bytes, SIZE, 256);
	/* line feeds exactly on the limit, one before, one behind */
	memset(bytes, 'b', SIZE);
	for (size_t i = GRID - 1, k = 0; i < SIZE; i += GRID - 1 + k++ % 3)
		bytes[i] = '\n';
	page_both_ways(bytes, SIZE, 5);
	memset(bytes, '\n', 2000);
	page_both_ways(bytes, 2000, 256);
	free(bytes);
}

static void
a_line_of_the_limit_is_one_piece_and_one_more_byte_makes_two(void **state)
{
	uint8_t bytes[GRID + 2];
	(void)state;
	for (size_t over = 0; over < 2; over++) {
		struct object o;
		struct window w;
		memset(bytes, 'a', sizeof(bytes));
		bytes[GRID + over] = '\n';
		o = object_new(bytes, GRID + over + 1, GRID + over + 1);
		textview_init(&o.text, &o.peek);
		text_window(&o, 0, false, 9, &w);
		assert_int_equal(w.n, 1 + over);
		assert_int_equal(strlen(w.lines[0].text), GRID);
		assert_int_equal(w.lines[0].more, over == 1);
		if (over == 1) {
			assert_string_equal(w.lines[1].text, "a");
			assert_true(w.lines[1].goes_on);
			assert_int_equal(w.lines[1].number, 1);
		}
		window_done(&w);
		object_done(&o);
	}
}

static void
a_code_point_is_not_cut_in_two(void **state)
{
	static const struct {
		const char *what, *bytes;
		size_t before; /* of its bytes, in front of the limit */
		uint64_t cut;
	} cases[] = {
	    {"four bytes, three before", "\xf0\x9f\x98\x80", 3, GRID - 3},
	    {"four bytes, one before", "\xf0\x9f\x98\x80", 1, GRID - 1},
	    {"two bytes, one before", "\xc3\xa9", 1, GRID - 1},
	    {"three bytes behind", "\xe6\x97\xa5", 0, GRID},
	    {"three bytes before", "\xe6\x97\xa5", 3, GRID},
	    {"no code point: a lead alone", "\xe6xx", 1, GRID},
	    {"no code point: half of one", "\xe6\x97x", 2, GRID},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t bytes[2 * GRID];
		struct window w;
		memset(bytes, 'a', sizeof(bytes));
		memcpy(bytes + GRID - cases[i].before, cases[i].bytes, strlen(cases[i].bytes));
		struct object o = object_new(bytes, sizeof(bytes), sizeof(bytes));
		textview_init(&o.text, &o.peek);
		text_window(&o, 0, false, 1, &w);
		if (w.lines[0].end != cases[i].cut)
			fail_msg("%s: cut at %llu", cases[i].what,
			    (unsigned long long)w.lines[0].end);
		window_done(&w);
		object_done(&o);
	}
}

static void
what_does_not_fit_a_message_is_left_for_the_next(void **state)
{
	uint8_t bytes[8 * GRID];
	struct window w;
	(void)state;
	memset(bytes, 0x1b, sizeof(bytes)); /* four cells and a backslash in JSON each */
	struct object o = object_new(bytes, sizeof(bytes), sizeof(bytes));
	textview_init(&o.text, &o.peek);
	text_window(&o, 0, false, 9, &w);
	assert_int_equal(w.n, 1);
	assert_int_equal(strlen(w.lines[0].text), 4 * GRID);
	assert_int_equal(w.lines[0].control, GRID);
	assert_int_equal(window_next(&w, 0), GRID);
	window_done(&w);
	text_window(&o, sizeof(bytes), true, 9, &w);
	assert_int_equal(w.n, 1);
	assert_int_equal(window_next(&w, 0), sizeof(bytes));
	window_done(&w);
	object_done(&o);
}

static void
a_window_of_text_covers_so_many_bytes_and_no_more(void **state)
{
	struct object o = object_new("", 0, 1 << 20);
	struct window w;
	uint8_t line[1024];
	(void)state;
	memset(line, 'a', sizeof(line));
	line[sizeof(line) - 1] = '\n';
	for (off_t at = 0; at < 1 << 20; at += (off_t)sizeof(line))
		assert_int_equal(pwrite(o.fd, line, sizeof(line), at), sizeof(line));
	textview_init(&o.text, &o.peek);
	window_init(&w, 256, 1 << 20);
	assert_int_equal(textview_window(&o.text, 0, false, &w), ERR_OK);
	assert_int_equal(window_next(&w, 0), LIM_PREVIEW_WINDOW_BYTES);
	window_done(&w);
	object_done(&o);
}

static void
numbers_are_told_as_far_as_they_can_be_counted(void **state)
{
	static const struct {
		const char *what;
		uint64_t at;
		bool known;
	} cases[] = {
	    {"near the beginning", 1 << 20, true},
	    {"as far as is counted", LIM_PREVIEW_SEARCH_BYTES, true},
	    {"one byte further", LIM_PREVIEW_SEARCH_BYTES + 1, false},
	    {"far away", (uint64_t)5 << 30, false},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct object o = object_new("a\nb\n", 4, (uint64_t)6 << 30);
		struct window w;
		object_put(&o, cases[i].at - 1, "\nhere\n");
		textview_init(&o.text, &o.peek);
		text_window(&o, cases[i].at, false, 2, &w);
		assert_string_equal(w.lines[0].text, "here");
		assert_false(w.lines[0].goes_on);
		if (w.lines[0].number != (cases[i].known ? 4 : 0))
			fail_msg(
			    "%s: %llu", cases[i].what, (unsigned long long)w.lines[0].number);
		window_done(&w);
		object_done(&o);
	}
}

static void
paging_goes_on_counting(void **state)
{
	enum { LINES = 300000, BYTES = 256 };
	struct object o = object_new("", 0, (uint64_t)LINES * BYTES);
	uint8_t *bytes = mem_alloc((size_t)LINES * BYTES);
	struct window w;
	uint64_t at = LIM_PREVIEW_SEARCH_BYTES - (1 << 20);
	(void)state;
	memset(bytes, 'a', (size_t)LINES * BYTES);
	for (size_t i = BYTES - 1; i < (size_t)LINES * BYTES; i += BYTES)
		bytes[i] = '\n';
	assert_int_equal(pwrite(o.fd, bytes, (size_t)LINES * BYTES, 0), (ssize_t)LINES * BYTES);
	free(bytes);
	textview_init(&o.text, &o.peek);
	while (at < (uint64_t)LINES * BYTES) {
		text_window(&o, at, false, 256, &w);
		assert_int_equal(w.lines[0].number, at / BYTES + 1);
		at = window_next(&w, at);
		window_done(&w);
	}
	/* the end is further from the beginning than is counted at once */
	text_window(&o, at, true, 1, &w);
	assert_int_equal(w.lines[0].number, LINES);
	window_done(&w);
	object_done(&o);
}

static void
one_line_of_a_gibibyte_is_shown_at_once(void **state)
{
	struct object o = object_new("", 0, (uint64_t)1 << 30); /* NUL bytes */
	static const uint64_t places[] = {
	    0, 4096, 5000, 1 << 20, (1 << 20) + 5, 1 << 29, (1 << 30) - 1, 1 << 30};
	struct window w;
	(void)state;
	textview_init(&o.text, &o.peek);
	int64_t began_ms = clock_mono_ms();
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		for (int back = 0; back < 2; back++) {
			text_window(&o, places[i], back == 1, 19, &w);
			assert_true(w.n > 0 || (back == 1 ? places[i] == 0 : i == 7));
			window_done(&w);
		}
	/* seconds for sixteen windows would be a fault; sanitizers are slow */
	assert_true(clock_mono_ms() - began_ms < 8000);
	object_done(&o);
}

static void
a_long_line_is_paged_without_a_gap_or_an_overlap(void **state)
{
	struct object o = object_new("0123456789\n", 11, 8 << 20);
	struct window w;
	uint64_t at = 0;
	(void)state;
	textview_init(&o.text, &o.peek);
	/* beyond what is looked for its beginning */
	while (at < LIM_PREVIEW_BACK_BYTES + 40 * GRID) {
		text_window(&o, at, false, 1, &w);
		assert_int_equal(w.lines[0].at, at);
		at = window_next(&w, at);
		window_done(&w);
	}
	for (int i = 0; i < 50; i++) {
		text_window(&o, at, true, 1, &w);
		assert_int_equal(window_next(&w, 0), at);
		assert_true(window_at(&w, at) < at);
		at = window_at(&w, at);
		window_done(&w);
	}
	object_done(&o);
}

/* --- search --------------------------------------------------------------------------------
 */

/* Steps until it is found or over; TEXTVIEW_UNKNOWN: not found. */
static uint64_t
search_all(struct object *o, const char *what, size_t n, uint64_t at, bool back)
{
	struct search s = {.peek = &o->peek,
	    .what = (const uint8_t *)what,
	    .what_len = n,
	    .back = back,
	    .at = at};
	bool found = false;
	do
		assert_int_equal(search_step(&s, &found), ERR_OK);
	while (!found && !search_over(&s));
	return found ? s.at : TEXTVIEW_UNKNOWN;
}

static void
bytes_are_found_wherever_they_are(void **state)
{
	static const struct {
		const char *what;
		uint64_t size, place, at;
		bool back;
		uint64_t found;
	} cases[] = {
	    {"at the beginning", 1000, 0, 0, false, 0},
	    {"at the beginning, back", 1000, 0, 1000, true, 0},
	    {"at the very end", 1000, 994, 0, false, 994},
	    {"at the very end, back", 1000, 994, 1000, true, 994},
	    {"the place itself, forward", 1000, 500, 500, false, 500},
	    {"one behind it, forward", 1000, 500, 501, false, TEXTVIEW_UNKNOWN},
	    {"the place itself, back", 1000, 500, 500, true, TEXTVIEW_UNKNOWN},
	    {"one behind it, back", 1000, 500, 501, true, 500},
	    {"over the border of a block", 1 << 20, 65533, 0, false, 65533},
	    {"over the border of a block, back", 1 << 20, (1 << 20) - 65539, 1 << 20, true,
		(1 << 20) - 65539},
	    {"over the border of a step", 4 << 20, (1 << 20) - 3, 0, false, (1 << 20) - 3},
	    {"over the border of a step, back", 4 << 20, (3 << 20) - 3, 4 << 20, true,
		(3 << 20) - 3},
	    {"begins right before the border, back", 4 << 20, (3 << 20) - 1, 4 << 20, true,
		(3 << 20) - 1},
	    {"behind 2^31", ((uint64_t)1 << 31) + 4096, ((uint64_t)1 << 31) - 2,
		((uint64_t)1 << 31) - 100000, false, ((uint64_t)1 << 31) - 2},
	    {"from behind the end", 1000, 500, 5000, true, 500},
	    {"not there", 1000, 994, 995, false, TEXTVIEW_UNKNOWN},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct object o = object_new("", 0, cases[i].size);
		object_put(&o, cases[i].place, "needle");
		uint64_t at = search_all(&o, "needle", 6, cases[i].at, cases[i].back);
		if (at != cases[i].found)
			fail_msg("%s: %llu", cases[i].what, (unsigned long long)at);
		object_done(&o);
	}
}

static void
the_nearest_place_is_found_first(void **state)
{
	struct object o = object_new("aaaaaaa", 7, 7);
	struct object none = object_new("", 0, 0);
	char longest[LIM_PREVIEW_FIND_BYTES];
	(void)state;
	assert_int_equal(search_all(&o, "aa", 2, 0, false), 0);
	assert_int_equal(search_all(&o, "aa", 2, 1, false), 1);
	assert_int_equal(search_all(&o, "aa", 2, 7, true), 5);
	assert_int_equal(search_all(&o, "aa", 2, 5, true), 4);
	assert_true(search_all(&o, "aaaaaaaa", 8, 0, false) == TEXTVIEW_UNKNOWN);
	assert_true(search_all(&none, "a", 1, 0, false) == TEXTVIEW_UNKNOWN);
	assert_true(search_all(&none, "a", 1, 0, true) == TEXTVIEW_UNKNOWN);
	memset(longest, 0, sizeof(longest));
	struct object holes = object_new("x", 1, 1 << 20);
	assert_int_equal(search_all(&holes, longest, sizeof(longest), 0, false), 1);
	assert_int_equal(search_all(&holes, longest, sizeof(longest), 1 << 20, true),
	    (1 << 20) - LIM_PREVIEW_FIND_BYTES);
	object_done(&holes);
	object_done(&none);
	object_done(&o);
}

static void
one_step_looks_at_so_much_and_no_more(void **state)
{
	struct object o = object_new("", 0, (uint64_t)1 << 34);
	struct search s = {.peek = &o.peek, .what = (const uint8_t *)"x", .what_len = 1};
	bool found = true;
	(void)state;
	assert_int_equal(search_step(&s, &found), ERR_OK);
	assert_false(found);
	assert_int_equal(s.at, SEARCH_STEP_BYTES);
	s.back = true;
	s.at = (uint64_t)1 << 34;
	assert_int_equal(search_step(&s, &found), ERR_OK);
	assert_int_equal(s.at, ((uint64_t)1 << 34) - SEARCH_STEP_BYTES);
	object_done(&o);
}

/* --- the object ------------------------------------------------------------------------------
 */

static void
an_object_of_another_size_is_refused(void **state)
{
	struct object o = object_new("12345", 5, 5);
	struct peek p;
	int ends[2];
	uint8_t bytes[8];
	size_t n;
	(void)state;
	assert_int_equal(peek_open(o.fd, 4, &p), ERR_PROTO);
	assert_int_equal(peek_open(o.fd, 6, &p), ERR_PROTO);
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(peek_open(ends[0], 0, &p), ERR_PROTO);
	close(ends[0]);
	close(ends[1]);
	assert_int_equal(peek_read(&o.peek, 4, bytes, 8, &n), ERR_OK);
	assert_int_equal(n, 1);
	assert_int_equal(peek_read(&o.peek, UINT64_MAX, bytes, 8, &n), ERR_OK);
	assert_int_equal(n, 0);
	/* it shrank after all */
	assert_int_equal(ftruncate(o.fd, 3), 0);
	assert_int_equal(peek_read(&o.peek, 0, bytes, 5, &n), ERR_IO);
	object_done(&o);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_line_of_hex_is_laid_out_as_drawn),
	    cmocka_unit_test(offsets_have_room_for_the_whole_object),
	    cmocka_unit_test(hex_windows_begin_and_end_where_they_should),
	    cmocka_unit_test(a_message_is_never_too_small_for_hex_going_back),
	    cmocka_unit_test(bytes_become_text_that_can_be_drawn),
	    cmocka_unit_test(lines_are_split_at_line_feeds_alone),
	    cmocka_unit_test(paging_back_meets_the_same_lines),
	    cmocka_unit_test(a_line_of_the_limit_is_one_piece_and_one_more_byte_makes_two),
	    cmocka_unit_test(a_code_point_is_not_cut_in_two),
	    cmocka_unit_test(what_does_not_fit_a_message_is_left_for_the_next),
	    cmocka_unit_test(a_window_of_text_covers_so_many_bytes_and_no_more),
	    cmocka_unit_test(numbers_are_told_as_far_as_they_can_be_counted),
	    cmocka_unit_test(paging_goes_on_counting),
	    cmocka_unit_test(one_line_of_a_gibibyte_is_shown_at_once),
	    cmocka_unit_test(a_long_line_is_paged_without_a_gap_or_an_overlap),
	    cmocka_unit_test(bytes_are_found_wherever_they_are),
	    cmocka_unit_test(the_nearest_place_is_found_first),
	    cmocka_unit_test(one_step_looks_at_so_much_and_no_more),
	    cmocka_unit_test(an_object_of_another_size_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
