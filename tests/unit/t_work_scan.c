/* links: db/work db/work_child db/work_draft db/work_facts db/work_item db/work_maker db/work_resume db/work_scan db/work_scope db/work_step db/sql src/core/where src/core/item src/core/verdict src/core/finding src/core/policy src/core/field src/core/fieldrule src/core/digest src/core/setting src/base/buf src/base/mem src/base/escape src/base/utf8 src/base/err src/core/canon src/base/hex */
/* SPDX-License-Identifier: ISC */
/* Facts, strikes and the answers to whole sets in work.db. */
#include "db/work.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static uint8_t objects[8][32];

static struct work *
fresh(void)
{
	struct work *w;
	assert_int_equal(work_open(":memory:", &w), ERR_OK);
	for (unsigned i = 0; i < 8; i++) {
		char name[16];
		bool is_new;
		objects[i][0] = (uint8_t)(i + 1);
		snprintf(name, sizeof(name), "f%u", i);
		const struct work_item it = {.id = i + 1,
		    .volume = 1,
		    .path = (const uint8_t *)name,
		    .path_len = strlen(name),
		    .name = name,
		    .base = name,
		    .ext = "",
		    .kind = "file",
		    .state = "read",
		    .why = "",
		    .mtime = "",
		    .zone = "",
		    .link = (const uint8_t *)"",
		    .links = 1};
		assert_int_equal(work_item_add(w, &it, name, strlen(name)), ERR_OK);
		assert_int_equal(
		    work_item_kept(w, i + 1, objects[i], 100 + i, &is_new), ERR_OK);
	}
	return w;
}

struct said {
	char text[1024];
	size_t n;
};

static void
note_fact(void *arg, const struct work_scan_fact *f)
{
	struct said *s = arg;
	s->n += (size_t)snprintf(s->text + s->n, sizeof(s->text) - s->n, "%u %s %s=%s;",
	    f->sha256[0], f->scanner, f->key, f->value);
}

static const char *
facts(struct work *w)
{
	static struct said s;
	s = (struct said){"", 0};
	assert_int_equal(work_scan_facts(w, note_fact, &s), ERR_OK);
	return s.text;
}

static void
add_fact(
    struct work *w, unsigned object, const char *scanner, const char *key, const char *value)
{
	const struct work_scan_fact f = {objects[object], scanner, key, value};
	assert_int_equal(work_scan_fact_add(w, &f), ERR_OK);
}

static void
add_verdict(struct work *w, unsigned object, const char *scanner, const char *verdict)
{
	const struct work_verdict v = {scanner, verdict, "own", 1, 1};
	assert_int_equal(work_verdict_put(w, objects[object], &v), ERR_OK);
}

static void
note_verdict(void *arg, const struct work_verdict *v)
{
	struct said *s = arg;
	s->n += (size_t)snprintf(s->text + s->n, sizeof(s->text) - s->n, "%s %s %s %u/%u;",
	    v->scanner, v->verdict, v->why, (unsigned)v->read_bytes, (unsigned)v->bytes);
}

static const char *
verdicts(struct work *w, unsigned object)
{
	static struct said s;
	s = (struct said){"", 0};
	assert_int_equal(work_verdicts(w, objects[object], note_verdict, &s), ERR_OK);
	return s.text;
}

static void
facts_go_with_what_their_scanner_said(void **state)
{
	(void)state;
	uint64_t n;
	struct work *w = fresh();
	add_fact(w, 1, "wheel", "name", "b");
	add_fact(w, 0, "wheel", "name", "a");
	add_fact(w, 1, "wheel", "needs", "a");
	add_fact(w, 1, "code", "arch", "x86");
	assert_string_equal(
	    facts(w), "1 wheel name=a;2 code arch=x86;2 wheel name=b;2 wheel needs=a;");
	assert_int_equal(work_verdict_clear(w, objects[1], "wheel"), ERR_OK);
	assert_string_equal(facts(w), "1 wheel name=a;2 code arch=x86;");
	add_verdict(w, 1, "code", "timeout");
	add_verdict(w, 0, "wheel", "clean");
	assert_int_equal(work_retry_errors(w, &n), ERR_OK);
	assert_string_equal(facts(w), "1 wheel name=a;");
	assert_int_equal(work_scanner_again(w, "wheel", &n), ERR_OK);
	assert_string_equal(facts(w), "");
	add_fact(w, 0, "wheel", "name", "a");
	assert_int_equal(work_again(w), ERR_OK);
	assert_string_equal(facts(w), "");
	work_close(w);
}

static void
note_strikes(void *arg, const char *scanner, uint64_t n)
{
	struct said *s = arg;
	s->n += (size_t)snprintf(
	    s->text + s->n, sizeof(s->text) - s->n, "%s %u;", scanner, (unsigned)n);
}

static void
strikes_are_counted(void **state)
{
	(void)state;
	unsigned times = 99;
	struct said s = {"", 0};
	struct work *w = fresh();
	assert_int_equal(work_strike_get(w, objects[0], "av", &times), ERR_OK);
	assert_int_equal(times, 0);
	assert_int_equal(work_strike_add(w, objects[0], "av", "crash", &times), ERR_OK);
	assert_int_equal(times, 1);
	assert_int_equal(work_strike_add(w, objects[0], "av", "again", &times), ERR_OK);
	assert_int_equal(times, 2);
	assert_int_equal(work_strike_add(w, objects[1], "av", "crash", &times), ERR_OK);
	assert_int_equal(work_strike_add(w, objects[1], "code", "crash", &times), ERR_OK);
	assert_int_equal(times, 1);
	assert_int_equal(work_strike_tally(w, note_strikes, &s), ERR_OK);
	assert_string_equal(s.text, "av 3;code 1;");
	work_close(w);
}

/* One object with each verdict of its own, one that waits: what a set's verdict makes of them.
 */
static void
what_a_set_says_of_all(void **state)
{
	(void)state;
	static const char *const own[] = {"na", "clean", "suspicious", "incomplete", "timeout",
	    "error", "invalid", "malicious"};
	static const struct {
		enum verdict set;
		const char *becomes[8];
	} cases[] = {
	    {VERDICT_CLEAN, {"clean", "clean", "suspicious", "incomplete", "timeout", "error",
				"invalid", "malicious"}},
	    {VERDICT_NA, {"na", "clean", "suspicious", "incomplete", "timeout", "error",
			     "invalid", "malicious"}},
	    {VERDICT_MALICIOUS, {"malicious", "clean", "suspicious", "incomplete", "timeout",
				    "error", "invalid", "malicious"}},
	    {VERDICT_INCOMPLETE, {"incomplete", "incomplete", "incomplete", "incomplete",
				     "timeout", "error", "invalid", "malicious"}},
	    {VERDICT_TIMEOUT, {"timeout", "timeout", "timeout", "timeout", "timeout", "error",
				  "invalid", "malicious"}},
	    {VERDICT_ERROR,
		{"error", "error", "error", "error", "error", "error", "invalid", "malicious"}},
	};
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct work *w = fresh();
		uint64_t n;
		/* the first waits and was not judged by itself */
		assert_int_equal(work_todo_add(w, "set", objects[0]), ERR_OK);
		assert_int_equal(work_todo_add(w, "av", objects[1]), ERR_OK);
		for (unsigned i = 1; i < 8; i++)
			add_verdict(w, i, "set", own[i]);
		add_verdict(w, 0, "av", "clean");
		assert_int_equal(work_set_end(w, "set", cases[c].set, "all"), ERR_OK);
		for (unsigned i = 0; i < 8; i++) {
			char want[80];
			snprintf(want, sizeof(want), "set %s ", cases[c].becomes[i]);
			const char *got = strstr(verdicts(w, i), "set ");
			if (got == NULL || strncmp(got, want, strlen(want)) != 0)
				fail_msg("%s of %s: %s", verdict_print(cases[c].set), own[i],
				    got != NULL ? got : "none");
		}
		/* nothing of it was read, and nothing else was touched */
		assert_non_null(strstr(verdicts(w, 0), "all 0/100;"));
		assert_non_null(strstr(verdicts(w, 0), "av clean own"));
		assert_int_equal(work_todo_count(w, &n), ERR_OK);
		assert_int_equal(n, 1);
		work_close(w);
	}
}

static void
a_set_begins_anew(void **state)
{
	(void)state;
	uint64_t n;
	struct said s = {"", 0};
	struct work *w = fresh();
	const struct work_finding place = {.item = 1,
	    .scanner = "set",
	    .rule = "r",
	    .class = "policy",
	    .severity = "low",
	    .title = "t",
	    .detail = ""};
	add_verdict(w, 0, "set", "clean");
	add_verdict(w, 1, "set", "invalid");
	add_verdict(w, 2, "av", "clean");
	assert_int_equal(work_todo_add(w, "set", objects[3]), ERR_OK);
	assert_int_equal(work_finding_add(w, &place), ERR_OK);
	/* judging clears what the desk said of items, not this */
	assert_int_equal(work_findings_clear_items(w), ERR_OK);
	assert_int_equal(work_set_begin(w, "set"), ERR_OK);
	assert_int_equal(work_tally_todo(w, note_strikes, &s), ERR_OK);
	assert_string_equal(s.text, "set 3;");
	assert_string_equal(verdicts(w, 0), "");
	assert_string_equal(verdicts(w, 2), "av clean own 1/1;");
	assert_int_equal(work_set_end(w, "set", VERDICT_NA, ""), ERR_OK);
	assert_int_equal(work_todo_count(w, &n), ERR_OK);
	assert_int_equal(n, 0);
	work_close(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(facts_go_with_what_their_scanner_said),
	    cmocka_unit_test(strikes_are_counted),
	    cmocka_unit_test(what_a_set_says_of_all),
	    cmocka_unit_test(a_set_begins_anew),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
