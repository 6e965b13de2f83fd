/* links: tests/unit/played ui/view ui/view/preview ui/view/preview_lines ui/view/preview_draw ui/view/preview_act ui/wrap ui/grid ui/area ui/style ui/row ui/safe ui/print ui/dump src/proc/preview/peek src/proc/preview/window src/proc/preview/hexview src/proc/preview/textview src/proc/preview/search src/base/arena src/base/buf src/base/clock src/base/err src/base/escape src/base/hex src/base/io src/base/mem src/base/utf8 src/ipc/msg */
/* SPDX-License-Identifier: ISC */
/*
 * The preview screen over the previewer's own windows: it moves without a gap,
 * and nothing an object holds stands where our own words do.
 */
#include "src/base/hex.h"
#include "src/base/mem.h"
#include "src/proc/preview/hexview.h"
#include "src/proc/preview/search.h"
#include "src/proc/preview/textview.h"
#include "tests/unit/played.h"
#include "ui/desk.h"
#include "ui/dump.h"
#include "ui/key.h"
#include "ui/prompt.h"
#include "ui/view/preview.h"
#include "ui/views.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* --- the station ---------------------------------------------------------------------- */

static size_t step_limit; /* steps of a search in one answer */

/* --- rig -------------------------------------------------------------------------------- */

struct rig {
	struct ui ui;
	struct app app;
	struct preview *p;
	struct grid *grid;
	struct peek peek;
	struct textview text;
	int rows, cols;
};

static struct rig
rig_open(const void *bytes, size_t n, uint64_t size, const char *mode)
{
	struct rig r = {.rows = 19, .cols = 80};
	int fd = memfd_create("object", MFD_CLOEXEC);
	played_begin();
	played.one_at_a_time = true;
	step_limit = 64;
	assert_int_equal(ftruncate(fd, (off_t)size), 0);
	assert_int_equal(pwrite(fd, bytes, n, 0), (ssize_t)n);
	assert_int_equal(peek_open(fd, size, &r.peek), ERR_OK);
	r.app = (struct app){.frame = arena_new(), .rows = 24, .cols = 80};
	r.grid = grid_new();
	r.p = (struct preview *)preview_view(
	    &r.app, "K1-000042", 17, SAFE("pl\\x1Ban.pdf.exe"), mode);
	return r;
}

/* The rig has its place now. */
static void
rig_begin(struct rig *r)
{
	r->p->view.app = &r->app;
	r->app.ui = &r->ui;
	textview_init(&r->text, &r->peek);
}

static void
rig_close(struct rig *r)
{
	played_forget();
	r->p->view.type->done(&r->p->view);
	free(r->p);
	grid_free(r->grid);
	arena_free(r->app.frame);
	close(r->peek.fd);
}

static json_t *
rig_lines(const struct window *w)
{
	json_t *rows = json_array();
	for (size_t i = 0; i < w->n; i++) {
		const struct window_line *l = &w->lines[i];
		json_array_append_new(rows,
		    json_pack("{s:I, s:s, s:I, s:b, s:b, s:i, s:i, s:i}", "at",
			(json_int_t)l->at, "text", l->text, "number", (json_int_t)l->number,
			"more", (int)l->more, "goes_on", (int)l->goes_on, "control",
			(int)l->control, "bidi", (int)l->bidi, "invisible", (int)l->invisible));
	}
	return rows;
}

/* Answers one question as the previewer does. */
static void
rig_answer(struct rig *r)
{
	json_t *ask = played.body;
	struct msg m = {.id = MSG_DESK_PREVIEW, .fd = -1};
	struct window w;
	uint64_t at = row_uint(ask, "at"), next;
	bool hex = strcmp(row_text(ask, "mode"), "hex") == 0, found = false;
	bool back = json_is_true(json_object_get(ask, "back"));
	uint8_t find[LIM_PREVIEW_FIND_BYTES + 3];
	size_t n = 0;
	played.body = NULL;
	at = at > r->peek.size_bytes ? r->peek.size_bytes : at;
	window_init(&w, row_uint(ask, "lines"), LIM_MESSAGE_BYTES - 512);
	hex_b64_decode(row_text(ask, "find"), strlen(row_text(ask, "find")), find, &n);
	struct search s = {
	    .peek = &r->peek, .what = find, .what_len = n, .back = back, .at = at};
	for (size_t i = 0; n > 0 && i < step_limit && !found && !search_over(&s); i++)
		assert_int_equal(search_step(&s, &found), ERR_OK);
	if (n > 0)
		at = s.at;
	if (n == 0 || found)
		assert_int_equal(hex ? hexview_window(&r->peek, at, back && n == 0, &w)
				     : textview_window(&r->text, at, back && n == 0, &w),
		    ERR_OK);
	next = window_next(&w, at);
	m.body = json_pack("{s:s, s:I, s:I, s:I, s:b, s:o}", "mode", hex ? "hex" : "text", "at",
	    (json_int_t)(n > 0 ? at : window_at(&w, at)), "next", (json_int_t)next, "total",
	    (json_int_t)r->peek.size_bytes, "found", (int)found, "lines", rig_lines(&w));
	window_done(&w);
	played.fn(r->p, &m);
	json_decref(m.body);
}

static void
rig_draw(struct rig *r)
{
	struct area a;
	arena_reset(r->app.frame);
	grid_clear(r->grid, r->rows, r->cols);
	a = area_of(r->grid);
	r->p->view.type->draw(&r->p->view, &a);
}

/* Everything under way, and a frame; a screen that never rests is a fault. */
static void
rig_settle(struct rig *r)
{
	for (int i = 0; played.body != NULL; i++) {
		assert_true(i < 200);
		rig_answer(r);
	}
	rig_draw(r);
	preview_settle(r->p);
	for (int i = 0; played.body != NULL; i++) {
		assert_true(i < 200);
		rig_answer(r);
	}
	rig_draw(r);
}

/* Row of the screen without blanks at the end. */
static char *
rig_row(struct rig *r, int row)
{
	struct buf text;
	buf_init(&text, 1 << 20);
	dump_text(r->grid, &text);
	char *p = (char *)text.data;
	for (; row > 0; row--)
		p = strchr(p, '\n') + 1;
	*strchr(p, '\n') = '\0';
	p = mem_strdup(p);
	buf_done(&text);
	return p;
}

static void
check_row(struct rig *r, int row, const char *wanted)
{
	MEM_FREE char *got = rig_row(r, row);
	assert_string_equal(got, wanted);
}

/* Every line of text stands behind its bar; before it stand blanks, a number or "?". */
static void
check_gutter(struct rig *r)
{
	for (int row = 1; row < r->rows - 1; row++) {
		MEM_FREE char *got = rig_row(r, row);
		const char *bar = strchr(got, '|');
		assert_non_null(bar);
		assert_true(strspn(got, " 0123456789?") == (size_t)(bar - got));
	}
}

/* The offset of the first line on the screen. */
static uint64_t
top_of(struct rig *r)
{
	return preview_at(r->p);
}

/* --- tests ---------------------------------------------------------------------------------
 */

static void
what_an_object_holds_stands_behind_the_bar(void **state)
{
	static const char text[] = "\x1b[2J\x1b[H one\n DEMO  APPROVED | by ben\n\n"
				   "\xe2\x80\xae right to left \xc2\x9b[1A\r\nlast";
	(void)state;
	struct rig r = rig_open(text, sizeof(text) - 1, sizeof(text) - 1, "text");
	rig_begin(&r);
	rig_settle(&r);
	MEM_FREE char *banner = rig_row(&r, 0);
	assert_memory_equal(banner, " UNTRUSTED CONTENT   pl\\x1Ban.pdf.exe ", 38);
	assert_string_equal(banner + strlen(banner) - 5, " 67 B");
	check_row(&r, 1, "     1 |\\x1B[2J\\x1B[H one");
	check_row(&r, 2, "     2 | DEMO  APPROVED | by ben");
	check_row(&r, 3, "     3 |");
	check_row(&r, 4, "     4 |\\u{202E} right to left \\u{9B}[1A\\r");
	check_row(&r, 5, "     5 |last");
	check_row(&r, 17, "       |");
	check_row(&r, 18, " 3 control, 1 bidi characters here, shown as escapes.  Line 1-5");
	check_gutter(&r);
	assert_int_equal(r.grid->cells[0].style, STYLE_UNTRUSTED);
	assert_int_equal(r.grid->cursor_row, 1);
	rig_close(&r);
}

static void
hex_is_drawn_as_it_was_planned(void **state)
{
	(void)state;
	struct rig r = rig_open("MZ\x90\0\3", 5, 300, "hex");
	rig_begin(&r);
	rig_settle(&r);
	check_row(&r, 1,
	    " Offset    00 01 02 03 04 05 06 07  08 09 0A 0B 0C 0D 0E 0F  |ASCII only      |");
	check_row(&r, 2,
	    " 00000000  4D 5A 90 00 03 00 00 00  00 00 00 00 00 00 00 00  |MZ..............|");
	rig_close(&r);
}

static void
keys_move_through_a_text_without_losing_a_line(void **state)
{
	enum { LINES = 3000, BYTES = 10 };
	char *text = mem_alloc(LINES * BYTES + 1);
	(void)state;
	for (int i = 0; i < LINES; i++)
		snprintf(text + i * BYTES, BYTES + 1, "line %04d\n", i + 1);
	struct rig r = rig_open(text, LINES * BYTES, LINES * BYTES, "text");
	rig_begin(&r);
	rig_settle(&r);
	free(text);
	int rows = r.p->rows;
	assert_int_equal(rows, 17);
	for (int i = 1; i <= 400; i++) {
		preview_act_down(&r.p->view);
		rig_settle(&r);
		assert_int_equal(top_of(&r), i * BYTES);
	}
	for (int i = 1; i <= 30; i++) {
		preview_act_page_down(&r.p->view);
		rig_settle(&r);
		assert_int_equal(top_of(&r), (400 + i * rows) * BYTES);
		check_gutter(&r);
	}
	for (int i = 29; i >= -20; i--) {
		preview_act_page_up(&r.p->view);
		rig_settle(&r);
		assert_int_equal(top_of(&r), (400 + i * rows) * BYTES);
	}
	preview_act_bottom(&r.p->view);
	rig_settle(&r);
	assert_int_equal(top_of(&r), (LINES - rows) * BYTES);
	check_row(&r, 17, "  3000 |line 3000");
	preview_act_page_down(&r.p->view);
	rig_settle(&r);
	assert_int_equal(top_of(&r), (LINES - rows) * BYTES);
	assert_string_equal(played.said, "This is the end of the object.");
	preview_act_up(&r.p->view);
	rig_settle(&r);
	assert_int_equal(top_of(&r), (LINES - rows - 1) * BYTES);
	preview_act_top(&r.p->view);
	rig_settle(&r);
	preview_act_up(&r.p->view);
	rig_settle(&r);
	assert_int_equal(top_of(&r), 0);
	assert_string_equal(played.said, "This is the beginning of the object.");
	/* at rest nothing is asked */
	size_t asked = played.asked;
	for (int i = 0; i < 10; i++)
		r.p->view.type->tick(&r.p->view);
	assert_int_equal(played.asked, asked);
	rig_close(&r);
}

static void
keys_pressed_while_an_answer_is_awaited_are_not_lost(void **state)
{
	(void)state;
	struct rig r = rig_open("", 0, 1 << 20, "hex");
	rig_begin(&r);
	rig_settle(&r);
	preview_act_bottom(&r.p->view);
	for (int i = 0; i < 3; i++)
		preview_act_up(&r.p->view); /* before the end is there: of the old place */
	rig_settle(&r);
	assert_int_equal(top_of(&r), (1 << 20) - 16 * r.p->rows);
	for (int i = 0; i < 40; i++)
		preview_act_up(&r.p->view);
	rig_settle(&r);
	assert_in_range(
	    top_of(&r), (1 << 20) - 16 * (r.p->rows + 40), (1 << 20) - 16 * (r.p->rows + 1));
	rig_close(&r);
}

static void
a_mode_is_drawn_as_what_it_is_until_the_other_comes(void **state)
{
	static const char text[] = "00000000  APPROVED BY ben\nx\n";
	(void)state;
	struct rig r = rig_open(text, sizeof(text) - 1, sizeof(text) - 1, "text");
	rig_begin(&r);
	rig_settle(&r);
	preview_act_hex(&r.p->view);
	rig_draw(&r);
	check_row(&r, 1, "     1 |00000000  APPROVED BY ben");
	check_gutter(&r);
	rig_settle(&r);
	check_row(&r, 2,
	    " 00000000  30 30 30 30 30 30 30 30  20 20 41 50 50 52 4F 56  |00000000  APPROV|");
	assert_string_equal(r.p->view.type->title, "HEX");
	preview_act_text(&r.p->view);
	preview_act_hex(&r.p->view); /* at once back again */
	rig_settle(&r);
	assert_string_equal(r.p->view.type->title, "HEX");
	rig_close(&r);
}

static void
long_lines_are_cut_with_a_mark_or_broken(void **state)
{
	char text[10000];
	(void)state;
	memset(text, 'a', sizeof(text));
	memcpy(text + 100, "\x1b\x1b\x1b", 3);
	struct rig r = rig_open(text, sizeof(text), sizeof(text), "text");
	rig_begin(&r);
	rig_settle(&r);
	MEM_FREE char *first = rig_row(&r, 1);
	/* 4,105 cells of the first piece, 71 fit; the mark takes nine of them */
	assert_string_equal(first + strlen(first) - 9, "\\..{4043}");
	check_row(&r, 2,
	    "       |"
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "\\..{4034}");
	for (int i = 0; i < 6; i++)
		preview_act_right(&r.p->view);
	rig_settle(&r);
	MEM_FREE char *scrolled = rig_row(&r, 1);
	assert_memory_equal(scrolled, "     1 |aaaa\\x1B\\x1B\\x1Baa", 25);
	preview_act_left(&r.p->view);
	preview_act_wrap(&r.p->view);
	rig_settle(&r);
	check_gutter(&r);
	MEM_FREE char *second = rig_row(&r, 2);
	assert_memory_equal(second, "       |aaaaaaaaaaaaaaaaaaaaaaaaaaaaa\\x1B\\x1B", 45);
	/* through all of it, row by row, and back */
	int down = 0;
	while (!preview_at_end(r.p) && down < 1000) {
		preview_act_down(&r.p->view);
		rig_settle(&r);
		check_gutter(&r);
		down++;
	}
	assert_in_range(down, (10009 / 71) - 17, (10009 / 71) + 5 - 17);
	for (int i = 0; i < down; i++) {
		preview_act_up(&r.p->view);
		rig_settle(&r);
	}
	assert_int_equal(r.p->skip, 0);
	assert_int_equal(top_of(&r), 0);
	assert_true(down > 0);
	preview_act_bottom(&r.p->view);
	rig_settle(&r);
	assert_true(preview_at_end(r.p));
	rig_close(&r);
}

static void
a_search_goes_on_until_it_finds_or_ends(void **state)
{
	char why[PROMPT_WHY_SIZE] = "";
	int at = -1;
	(void)state;
	struct rig r = rig_open("", 0, 200 << 20, "hex");
	rig_begin(&r);
	rig_settle(&r);
	assert_int_equal(pwrite(r.peek.fd, "needle", 6, 150 << 20), 6);
	preview_act_find(&r.p->view);
	assert_true(played.line(&r.p->view, "needle", &at, why));
	rig_answer(&r);
	assert_true(r.p->searching);
	MEM_FREE char *status =
	    mem_strdup(r.p->view.type->status(&r.p->view, r.app.frame).text);
	assert_string_equal(status,
	    "Searching at offset 67,108,864 (0x4000000) of 209,715,200 bytes, 32.0%; "
	    "Esc stops");
	rig_settle(&r);
	assert_string_equal(played.said, "Found at offset 157286400 (0x9600000).");
	check_row(&r, 2,
	    " 09600000  6E 65 65 64 6C 65 00 00  00 00 00 00 00 00 00 00  |needle..........|");
	assert_int_equal(r.grid->cursor_row, 2);
	assert_int_equal(r.grid->cursor_col, 11);
	assert_int_equal(r.grid->cells[2 * 80 + 11].style, STYLE_FOCUS);
	assert_int_equal(r.grid->cells[2 * 80 + 62].style, STYLE_FOCUS);
	assert_int_equal(r.grid->cells[2 * 80 + 68].style, STYLE_PLAIN);
	preview_act_next(&r.p->view);
	rig_settle(&r);
	assert_string_equal(
	    played.said, "Not found between here and the end; N searches back.");
	preview_act_prev(&r.p->view);
	rig_settle(&r);
	assert_string_equal(
	    played.said, "Not found between the beginning and here; n searches on.");
	/* Esc stops it, and does not close the screen */
	preview_act_next(&r.p->view);
	assert_true(r.p->searching);
	assert_true(r.p->view.type->key(&r.p->view, K_ESC));
	assert_false(r.p->searching);
	rig_settle(&r);
	assert_false(r.p->view.type->key(&r.p->view, K_ESC));
	rig_close(&r);
}

static void
bytes_in_hex_are_taken_or_pointed_at(void **state)
{
	static const struct {
		const char *text;
		bool fits;
		int at;
		size_t n;
	} cases[] = {
	    {"4D 5A", true, 0, 2},
	    {"4d5a90", true, 0, 3},
	    {" 00 ", true, 0, 1},
	    {"", false, 0, 0},
	    {"   ", false, 3, 0},
	    {"4", false, 0, 0},
	    {"4D 5", false, 3, 0},
	    {"4D x0", false, 3, 0},
	    {"4D 5\xc3", false, 3, 0},
	};
	(void)state;
	struct rig r = rig_open("MZ\x90", 3, 100, "hex");
	rig_begin(&r);
	rig_settle(&r);
	preview_act_find_hex(&r.p->view);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int at = -1;
		char why[PROMPT_WHY_SIZE] = "";
		bool fits = played.line(&r.p->view, cases[i].text, &at, why);
		if (fits != cases[i].fits || (!fits && at != cases[i].at) ||
		    (fits && r.p->find_len != cases[i].n))
			fail_msg("\"%s\": %d at %d", cases[i].text, fits, at);
		rig_settle(&r);
	}
	rig_close(&r);
}

static void
an_offset_is_a_number_or_a_part(void **state)
{
	static const struct {
		const char *text;
		bool fits;
		uint64_t top;
	} cases[] = {
	    {"0", true, 0},
	    {"1600", true, 1600},
	    {"1607", true, 1600},
	    {"0x640", true, 1600},
	    {"0X640", true, 1600},
	    {"50%", true, 5120},
	    {"100%", true, 10240 - 16 * 16},
	    {"10240", true, 10240 - 16 * 16},
	    {"10241", false, 0},
	    {"101%", false, 0},
	    {"99999999999999999999", false, 0},
	    {"", false, 0},
	    {"0x", false, 0},
	    {"-1", false, 0},
	    {"12a", false, 0},
	    {"5%%", false, 0},
	    {"0x10%", false, 0},
	};
	(void)state;
	struct rig r = rig_open("", 0, 10240, "hex");
	rig_begin(&r);
	rig_settle(&r);
	preview_act_go(&r.p->view);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int at = -1;
		char why[PROMPT_WHY_SIZE] = "";
		uint64_t before = top_of(&r);
		bool fits = played.line(&r.p->view, cases[i].text, &at, why);
		rig_settle(&r);
		if (fits != cases[i].fits || (!fits && why[0] == '\0') ||
		    top_of(&r) != (fits ? cases[i].top : before))
			fail_msg("\"%s\": %d, %llu, %s", cases[i].text, fits,
			    (unsigned long long)top_of(&r), why);
	}
	rig_close(&r);
}

static void
an_empty_object_says_so(void **state)
{
	(void)state;
	for (int hex = 0; hex < 2; hex++) {
		struct rig r = rig_open("", 0, 0, hex == 1 ? "hex" : "text");
		rig_begin(&r);
		rig_draw(&r);
		check_row(&r, 2, " reading...");
		rig_settle(&r);
		check_row(&r, 2, " The object is empty: it has no bytes.");
		preview_act_down(&r.p->view);
		preview_act_page_up(&r.p->view);
		preview_act_bottom(&r.p->view);
		rig_settle(&r);
		check_row(&r, 2, " The object is empty: it has no bytes.");
		rig_close(&r);
	}
}

static void
a_refusal_is_said_and_does_not_repeat_itself(void **state)
{
	struct msg refused = {.id = MSG_DESK_REFUSED, .fd = -1};
	(void)state;
	struct rig r = rig_open("", 0, 1 << 20, "hex");
	rig_begin(&r);
	refused.body = json_pack("{s:i, s:s, s:s}", "status", 3, "why",
	    "the vault does not hold this object any more", "next", "");
	played.body = NULL;
	played.fn(r.p, &refused);
	assert_string_equal(played.said, "the vault does not hold this object any more");
	rig_draw(&r);
	MEM_FREE char *word = rig_row(&r, 2);
	assert_non_null(strstr(word, "cannot be shown"));
	for (int i = 0; i < 10; i++)
		r.p->view.type->tick(&r.p->view);
	assert_int_equal(played.asked, 1);
	/* a key asks again */
	preview_act_top(&r.p->view);
	rig_settle(&r);
	assert_int_equal(r.p->total, 1 << 20);
	/* the desk goes: what is shown stays */
	preview_act_bottom(&r.p->view);
	played.body = NULL;
	played.gone = "the station has gone";
	played.fn(r.p, NULL);
	rig_draw(&r);
	check_row(&r, 2,
	    " 00000000  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|");
	json_decref(refused.body);
	rig_close(&r);
}

static void
a_desk_that_lies_draws_nothing_but_escapes(void **state)
{
	struct msg m = {.id = MSG_DESK_PREVIEW, .fd = -1};
	(void)state;
	struct rig r = rig_open("x", 1, 1, "text");
	rig_begin(&r);
	played.body = NULL;
	m.body = json_pack("{s:s, s:i, s:i, s:i, s:b, s:[{s:i, s:s}, {s:s}, i, {s:[]}]}",
	    "mode", "text", "at", 9, "next", 1, "total", 1, "found", 1, "lines", "at", 0,
	    "text", "\x1b[2J\xe2\x80\xae", "text", "no place", 7, "text");
	assert_non_null(m.body);
	played.fn(r.p, &m);
	json_decref(m.body);
	rig_draw(&r);
	check_row(&r, 1, "     ? |\\x1B[2J\\u{202E}");
	check_gutter(&r);
	rig_close(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_an_object_holds_stands_behind_the_bar),
	    cmocka_unit_test(hex_is_drawn_as_it_was_planned),
	    cmocka_unit_test(keys_move_through_a_text_without_losing_a_line),
	    cmocka_unit_test(keys_pressed_while_an_answer_is_awaited_are_not_lost),
	    cmocka_unit_test(a_mode_is_drawn_as_what_it_is_until_the_other_comes),
	    cmocka_unit_test(long_lines_are_cut_with_a_mark_or_broken),
	    cmocka_unit_test(a_search_goes_on_until_it_finds_or_ends),
	    cmocka_unit_test(bytes_in_hex_are_taken_or_pointed_at),
	    cmocka_unit_test(an_offset_is_a_number_or_a_part),
	    cmocka_unit_test(an_empty_object_says_so),
	    cmocka_unit_test(a_refusal_is_said_and_does_not_repeat_itself),
	    cmocka_unit_test(a_desk_that_lies_draws_nothing_but_escapes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
