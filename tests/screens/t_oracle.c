/* links: tests/screens/oracle src/base/escape src/base/utf8 src/base/mem */
/* SPDX-License-Identifier: ISC */
#include "tests/screens/oracle.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

struct row {
	const char *what, *type, *bytes;
	size_t n;
	enum oracle_class class;
};

#define ROW(what, type, bytes, class)                       \
	{                                                   \
		what, type, bytes, sizeof(bytes) - 1, class \
	}
#define XT "xterm-256color"

static const struct row rows[] = {
    ROW("text", XT, "Hello ~\r\n\b", ORACLE_CLEAN),
    ROW("what curses sends first", XT, "\x1b[?1049h\x1b[22;0;0t\x1b[1;24r\x1b(B\x1b[m\x1b[4l",
	ORACLE_CLEAN),
    ROW("moves, clears, repeats", XT, "\x1b[H\x1b[2J\x1b[12;80Hx\x1b[34b\x1b[K\x1b[5X\x1b[3;7H",
	ORACLE_CLEAN),
    ROW("bold, reverse, colours", XT, "\x1b[1m\x1b[7m\x1b[31m\x1b[40m\x1b[39;49m\x1b[0;1;7m",
	ORACLE_CLEAN),
    ROW("the linux console", "linux",
	"\x1b[H\x1b[J\x1b[0;10;7;1m\x1b[31m\x1b[?25h\x1b[?0c\x1b[m\x0f", ORACLE_CLEAN),
    ROW("a vt220", "vt220", "\x1b[5;9H\x1b[1m\x1b[K\x1b(B", ORACLE_CLEAN),
    ROW("a tab where there are tabs", XT, "\t", ORACLE_CLEAN),

    ROW("C1 CSI, raw", XT,
	"a\x9b"
	"2J",
	ORACLE_BYTE),
    ROW("UTF-8", XT, "\xe2\x80\xae", ORACLE_BYTE),
    ROW("the last byte", XT, "\xff", ORACLE_BYTE),
    ROW("the first one", XT, "\x80", ORACLE_BYTE),
    ROW("DEL", XT, "\x7f", ORACLE_BYTE),
    ROW("the last printable one", XT, "\x7e", ORACLE_CLEAN),

    ROW("NUL", XT, "\0", ORACLE_CONTROL),
    ROW("BEL", XT, "\a", ORACLE_CONTROL),
    ROW("VT", XT, "\v", ORACLE_CONTROL),
    ROW("FF", XT, "\f", ORACLE_CONTROL),
    ROW("ENQ asks for an answer", XT, "\x05", ORACLE_CONTROL),
    ROW("US", XT, "\x1f", ORACLE_CONTROL),
    ROW("CAN", XT, "\x18", ORACLE_CONTROL),
    ROW("a tab where there are none", "dumb", "\t", ORACLE_CONTROL),

    ROW("OSC sets a title", XT, "\x1b]0;owned\a", ORACLE_STRING),
    ROW("OSC 52 takes the clipboard", XT, "\x1b]52;c;eA==\x1b\\", ORACLE_STRING),
    ROW("OSC of the linux palette", "linux", "\x1b]R", ORACLE_STRING),
    ROW("DCS", XT, "\x1bP1$r0m\x1b\\", ORACLE_STRING),
    ROW("APC", XT, "\x1b_x\x1b\\", ORACLE_STRING),
    ROW("PM", XT, "\x1b^x\x1b\\", ORACLE_STRING),
    ROW("SOS", XT, "\x1bXx\x1b\\", ORACLE_STRING),

    ROW("a report is asked for", XT, "\x1b[6n", ORACLE_SEQUENCE),
    ROW("who are you", XT, "\x1b[c", ORACLE_SEQUENCE),
    ROW("another window size", XT, "\x1b[8;10;10t", ORACLE_SEQUENCE),
    ROW("mouse on", XT, "\x1b[?1000h", ORACLE_SEQUENCE),
    ROW("bracketed paste on", XT, "\x1b[?2004h", ORACLE_SEQUENCE),
    ROW("a hidden cursor", XT, "\x1b[?25l", ORACLE_SEQUENCE),
    ROW("cursor shape", XT, "\x1b[2 q", ORACLE_SEQUENCE),
    ROW("a full reset", XT,
	"\x1b"
	"c",
	ORACLE_SEQUENCE),
    ROW("a title of screen", "tmux-256color", "\x1bkx\x1b\\", ORACLE_SEQUENCE),
    ROW("colours on a vt220", "vt220", "\x1b[31m", ORACLE_SEQUENCE),
    ROW("underline", XT, "\x1b[4m", ORACLE_SEQUENCE),
    ROW("dim", XT, "\x1b[0;2m", ORACLE_SEQUENCE),
    ROW("blink", "linux", "\x1b[5m", ORACLE_SEQUENCE),
    ROW("invisible", XT, "\x1b[8m", ORACLE_SEQUENCE),
    ROW("256 colours", XT, "\x1b[38;5;196m", ORACLE_SEQUENCE),
    ROW("a cursor move on a dumb terminal", "dumb", "\x1b[1;1H", ORACLE_SEQUENCE),
    ROW("any sequence without a description", "", "\x1b[m", ORACLE_SEQUENCE),
    ROW("media copy", XT, "\x1b[5i", ORACLE_SEQUENCE),
    ROW("lines to the console's screen saver", "linux", "\x1b[9;1]", ORACLE_SEQUENCE),

    ROW("cut off after ESC", XT, "a\x1b", ORACLE_BROKEN),
    ROW("cut off in a CSI", XT, "\x1b[12", ORACLE_BROKEN),
    ROW("a control in a CSI", XT, "\x1b[1\b2H", ORACLE_BROKEN),
    ROW("ESC in a CSI", XT, "\x1b[1\x1b[H", ORACLE_BROKEN),
    ROW("a byte above 7F in a CSI", XT, "\x1b[1\xc3H", ORACLE_BROKEN),
    ROW("endless", XT,
	"\x1b[1111111111111111111111111111111111111111111111111111111111111111111111H",
	ORACLE_BROKEN),
};

/* In one piece, and byte by byte; behind it a harmless text, which must not be blamed. */
static void
check(const struct row *r, size_t piece)
{
	struct oracle *o = oracle_new(r->type);
	const char *text = "";
	assert_non_null(o);
	for (size_t i = 0; i < r->n; i += piece)
		oracle_feed(o, r->bytes + i, r->n - i < piece ? r->n - i : piece);
	oracle_end(o);
	enum oracle_class class = oracle_fault(o, 0, &text);
	if (class != r->class)
		fail_msg("%s: %s (%s)", r->what, oracle_class_name(class), text);
	for (const char *p = text; *p != '\0'; p++)
		assert_in_range(*p, 0x20, 0x7e);
	size_t faults = oracle_faults(o);
	assert_true((faults > 0) == (r->class != ORACLE_CLEAN));
	oracle_feed(o, "and on\r\n", 8);
	assert_int_equal(oracle_faults(o), faults);
	oracle_free(o);
}

static void
every_class_of_mischief_is_seen(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		check(&rows[i], rows[i].n);
		check(&rows[i], 1);
	}
}

static void
what_follows_a_string_is_judged_again(void **state)
{
	struct oracle *o = oracle_new(XT);
	const char *text;
	(void)state;
	oracle_feed(o, "\x1b]0;a\a\x1b[6n", 10);
	oracle_feed(o, "\x1bPq\x1b\\\x80", 6);
	assert_int_equal(oracle_faults(o), 4);
	assert_int_equal(oracle_fault(o, 0, &text), ORACLE_STRING);
	assert_int_equal(oracle_fault(o, 1, &text), ORACLE_SEQUENCE);
	assert_int_equal(oracle_fault(o, 2, &text), ORACLE_STRING);
	assert_int_equal(oracle_fault(o, 3, &text), ORACLE_BYTE);
	oracle_free(o);
}

static void
faults_are_counted_beyond_those_that_are_kept(void **state)
{
	struct oracle *o = oracle_new(XT);
	const char *text;
	(void)state;
	for (int i = 0; i < ORACLE_FAULTS; i++)
		oracle_feed(o, "\a", 1);
	assert_int_equal(oracle_fault(o, ORACLE_FAULTS - 1, &text), ORACLE_CONTROL);
	oracle_feed(o, "\a", 1);
	assert_int_equal(oracle_faults(o), ORACLE_FAULTS + 1);
	assert_int_equal(oracle_fault(o, ORACLE_FAULTS, &text), ORACLE_CLEAN);
	oracle_free(o);
	oracle_free(NULL);
	assert_null(oracle_new("no-such-terminal"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_class_of_mischief_is_seen),
	    cmocka_unit_test(what_follows_a_string_is_judged_again),
	    cmocka_unit_test(faults_are_counted_beyond_those_that_are_kept),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
