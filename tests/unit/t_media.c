/* links: tests/unit/played ui/view ui/media ui/row ui/safe ui/print src/base/arena src/base/buf src/base/err src/base/escape src/base/mem src/base/utf8 src/ipc/msg src/base/hex */
/* SPDX-License-Identifier: ISC */
/* What lies in the ports: rows in their order, and who is told of what comes and goes. */
#include "src/base/mem.h"
#include "tests/unit/played.h"
#include "ui/desk.h"
#include "ui/media.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

/* A view that is told, and keeps it. */
struct told {
	struct view view;
	size_t n;
	bool answers;
	enum media_event event;
	char state[16]; /* of the row; "": none */
};

static bool
told_media(struct view *v, const struct media_news *n)
{
	struct told *t = (struct told *)v;
	t->n++;
	t->event = n->event;
	snprintf(t->state, sizeof(t->state), "%s", row_text(n->row, "state"));
	return t->answers;
}

static const struct view_type told_type = {.title = "TOLD", .media = told_media};

struct rig {
	struct ui ui;
	struct app app;
	struct told top;
	struct media *m;
	size_t changes;
};

static void
on_change(void *arg)
{
	((struct rig *)arg)->changes++;
}

static int
setup(void **state)
{
	struct rig *r = mem_alloc(sizeof(*r));
	played_begin();
	r->ui.as = "ann";
	r->app = (struct app){.ui = &r->ui, .frame = arena_new(), .now_ms = 1000};
	r->top = (struct told){.view = {.type = &told_type, .app = &r->app}};
	r->app.top = &r->top.view;
	r->m = r->app.media = media_new(&r->app);
	media_on_change(r->m, r, on_change);
	*state = r;
	return 0;
}

static int
teardown(void **state)
{
	struct rig *r = *state;
	media_free(r->m);
	arena_free(r->app.frame);
	free(r);
	played_forget();
	return 0;
}

static json_t *
row(const char *source, const char *state, const char *at)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s}", "port", "red", "source", source, "state",
	    state, "at", at, "transfer", strcmp(state, "reading") == 0 ? "K1-000007" : "");
}

/* Steals the rows. */
static void
rows(json_t *list)
{
	struct msg m = {MSG_DESK_ROWS, json_pack("{s:o, s:b}", "rows", list, "more", 0), -1};
	played.link_fn(played.link_owner, &m);
	json_decref(m.body);
}

static void
news(struct rig *r, const char *event, const char *source)
{
	struct msg m = {MSG_DESK_MEDIA_NEWS,
	    json_pack("{s:s, s:s, s:s, s:s, s:s}", "event", event, "port", "red", "source",
		source, "name", "x", "why", "it is a keyboard"),
	    -1};
	media_hear(r->m, &m);
	json_decref(m.body);
}

/* --- tests ---------------------------------------------------------------------------- */

static void
test_an_insertion_is_told_with_its_row(void **state)
{
	struct rig *r = *state;
	news(r, "inserted", "AA==");
	assert_int_equal(played.linked, 1);
	assert_int_equal(r->top.n, 0); /* not before it is known what it is */
	rows(json_pack("[o, o]", row("BB==", "ready", ""), row("AA==", "ready", "")));
	assert_int_equal(r->top.n, 1);
	assert_int_equal(r->top.event, MEDIA_INSERTED);
	assert_string_equal(r->top.state, "ready");
	assert_int_equal(r->changes, 1);
	/* once */
	media_ask(r->m);
	rows(json_pack("[o]", row("AA==", "ready", "")));
	assert_int_equal(r->top.n, 1);
	/* R17: the same stick once more */
	news(r, "removed", "AA==");
	assert_int_equal(r->top.event, MEDIA_REMOVED);
	rows(json_array());
	news(r, "inserted", "AA==");
	rows(json_pack("[o]", row("AA==", "ready", "")));
	assert_int_equal(r->top.n, 3);
	assert_int_equal(r->top.event, MEDIA_INSERTED);
}

static void
test_rows_that_were_asked_for_before_the_news_are_asked_for_again(void **state)
{
	struct rig *r = *state;
	media_ask(r->m);
	news(r, "inserted", "AA==");
	assert_int_equal(played.linked, 1);
	rows(json_array());
	assert_int_equal(r->top.n, 0);
	assert_int_equal(played.linked, 2);
	rows(json_pack("[o]", row("AA==", "ready", "")));
	assert_int_equal(r->top.n, 1);
}

static void
test_what_came_and_went_opens_nothing(void **state)
{
	struct rig *r = *state;
	news(r, "inserted", "AA==");
	news(r, "removed", "AA==");
	assert_int_equal(r->top.n, 1);
	assert_int_equal(r->top.event, MEDIA_REMOVED);
	rows(json_array());
	rows(json_pack("[o]", row("AA==", "ready", "")));
	assert_int_equal(r->top.n, 1);
}

static void
test_a_removal_is_told_with_the_row_as_it_was(void **state)
{
	struct rig *r = *state;
	media_ask(r->m);
	rows(json_pack("[o]", row("AA==", "reading", "")));
	news(r, "removed", "AA==");
	assert_string_equal(r->top.state, "reading");
	assert_null(media_find(r->m, "AA=="));
	assert_non_null(
	    strstr(played.said, "K1-000007: its medium was pulled out of the port red"));
}

static void
test_a_reading_that_lost_its_medium_is_told_once(void **state)
{
	struct rig *r = *state;
	media_ask(r->m);
	rows(json_pack("[o]", row("AA==", "ready", "")));
	media_ask(r->m);
	json_t *pulled = row("", "pulled", "");
	json_object_set_new(pulled, "transfer", json_string("K1-000007"));
	rows(json_pack("[O]", pulled)); /* the rows came before the news */
	assert_int_equal(r->top.n, 1);
	assert_int_equal(r->top.event, MEDIA_REMOVED);
	media_ask(r->m);
	rows(json_pack("[O]", pulled));
	assert_int_equal(r->top.n, 1);
	/* it was inserted, is read again, and is pulled out once more */
	media_ask(r->m);
	rows(json_pack("[o]", row("AA==", "reading", "")));
	news(r, "removed", "AA==");
	assert_int_equal(r->top.n, 2);
	rows(json_pack("[o]", pulled));
	assert_int_equal(r->top.n, 2);
}

static void
test_who_is_not_signed_in_learns_nothing(void **state)
{
	struct rig *r = *state;
	r->ui.as = NULL;
	news(r, "inserted", "AA==");
	news(r, "refused", "AA==");
	media_tick(r->m);
	assert_int_equal(played.linked + r->top.n, 0);
	assert_string_equal(played.said, "");
}

static void
test_what_a_view_answers_for_is_not_said_twice(void **state)
{
	struct rig *r = *state;
	news(r, "refused", "AA==");
	assert_string_equal(played.said, "Refused in the port red: it is a keyboard");
	played.said[0] = '\0';
	r->top.answers = true;
	news(r, "refused", "AA==");
	assert_string_equal(played.said, "");
}

static void
test_news_nobody_knows_is_no_news(void **state)
{
	struct rig *r = *state;
	news(r, "exploded", "AA==");
	assert_int_equal(r->top.n, 0);
	assert_string_equal(played.said, "");
}

static void
test_it_is_followed_once_on_each_connection(void **state)
{
	struct rig *r = *state;
	media_tick(r->m);
	media_tick(r->m);
	assert_int_equal(played.linked, 1);
	rows(json_array());
	media_tick(r->m);
	assert_int_equal(played.linked, 1);
	media_lost(r->m);
	played.gone = "gone";
	media_tick(r->m);
	assert_int_equal(played.linked, 1);
	played.gone = NULL;
	media_tick(r->m);
	assert_int_equal(played.linked, 2);
	/* an answer that is none is not asked for four times a second */
	played.link_fn(played.link_owner, NULL);
	media_tick(r->m);
	assert_int_equal(played.linked, 2);
	r->app.now_ms += 5000;
	media_tick(r->m);
	assert_int_equal(played.linked, 3);
}

static void
test_what_needs_somebody_stands_first_and_the_newest_refusal_before_older_ones(void **state)
{
	static const char *const wanted[] = {"P", "R1", "R2", "G", "D", "E", "N", "O"};
	struct rig *r = *state;
	size_t i;
	const json_t *one;
	media_ask(r->m);
	rows(json_pack("[o, o, o, o, o, o, o, o]", row("O", "refused", "2026-11-21T09:00:00Z"),
	    row("E", "empty", ""), row("R1", "ready", ""), row("D", "read", ""),
	    row("N", "refused", "2026-11-22T09:00:00Z"), row("R2", "ready", ""),
	    row("P", "pulled", ""), row("G", "reading", "")));
	assert_int_equal(json_array_size(media_rows(r->m)), 8);
	json_array_foreach (media_rows(r->m), i, one)
		assert_string_equal(row_text(one, "source"), wanted[i]);
}

static void
test_sizes_are_those_of_labels(void **state)
{
	struct rig *r = *state;
	static const struct {
		uint64_t bytes;
		const char *text;
	} cases[] = {
	    {0, ""},
	    {512, "512 bytes"},
	    {49999999, "49,999,999 bytes"},
	    {50000000, "50,000,000 bytes: 0.1 GB on a label"},
	    {1440000000, "1,440,000,000 bytes: 1.4 GB on a label"},
	    {2000000000, "2,000,000,000 bytes: 2 GB on a label"},
	    {64023257088, "64,023,257,088 bytes: 64 GB on a label"},
	    {128035676160, "128,035,676,160 bytes: 128 GB on a label"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *one = json_pack("{s:I}", "bytes", (json_int_t)cases[i].bytes);
		assert_string_equal(media_size(r->app.frame, one).text, cases[i].text);
		json_decref(one);
	}
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(test_an_insertion_is_told_with_its_row),
	    T(test_rows_that_were_asked_for_before_the_news_are_asked_for_again),
	    T(test_what_came_and_went_opens_nothing),
	    T(test_a_removal_is_told_with_the_row_as_it_was),
	    T(test_a_reading_that_lost_its_medium_is_told_once),
	    T(test_who_is_not_signed_in_learns_nothing),
	    T(test_what_a_view_answers_for_is_not_said_twice),
	    T(test_news_nobody_knows_is_no_news),
	    T(test_it_is_followed_once_on_each_connection),
	    T(test_what_needs_somebody_stands_first_and_the_newest_refusal_before_older_ones),
	    T(test_sizes_are_those_of_labels),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
