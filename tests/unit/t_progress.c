/* links: tests/unit/played ui/view ui/media ui/view/progress ui/view/progress_draw ui/view/progress_acts ui/view/progress_end ui/view/progress_recall ui/view/progress_choose ui/view/progress_wait ui/view/wanted ui/waits ui/wrap ui/cursor ui/pace ui/grid ui/area ui/style ui/row ui/safe ui/print ui/dump src/base/arena src/base/buf src/base/clock src/base/err src/base/escape src/base/mem src/base/utf8 src/core/transfer src/ipc/msg src/base/hex */
/* SPDX-License-Identifier: ISC */
/* A transfer at work, without a station: what is asked of it, what each state allows. */
#include "src/base/mem.h"
#include "tests/unit/played.h"
#include "ui/desk.h"
#include "ui/media.h"
#include "ui/dump.h"
#include "ui/prompt.h"
#include "ui/sign.h"
#include "ui/signin.h"
#include "ui/view/fields.h"
#include "ui/view/progress.h"
#include "ui/view/review.h"
#include "ui/views.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

/* --- the station that is not there ------------------------------------------------ */

static struct custody_epoch epochs[2];

size_t
custody_epoch_count(const struct custody *c)
{
	(void)c;
	return 2;
}

const struct custody_epoch *
custody_epoch_at(const struct custody *c, size_t i)
{
	(void)c;
	return i < 2 ? &epochs[i] : NULL;
}

static struct {
	char signed_type[64];
	json_t *signed_data;
	int sign_answer;
} t;

int
sign_transfer(
    struct ui *ui, const char *type, const char *transfer, json_t *data, struct msg *ret_done)
{
	(void)ui;
	(void)transfer;
	(void)ret_done;
	snprintf(t.signed_type, sizeof(t.signed_type), "%s", type);
	json_decref(t.signed_data);
	t.signed_data = data;
	return t.sign_answer;
}

void
prompt_confirm(struct view *owner, struct safe title, struct safe text, struct safe button,
    void (*yes)(struct view *owner))
{
	(void)owner;
	(void)text;
	(void)button;
	(void)yes;
	snprintf(played.said, sizeof(played.said), "%s", title.text);
}

struct view *
unlock_view(struct app *app, const char *transfer, const json_t *volume)
{
	(void)app;
	(void)volume;
	snprintf(played.said, sizeof(played.said), "unlock %s", transfer);
	return NULL;
}

struct view *
scope_view(struct app *app, const char *transfer, uint64_t folder, struct safe name, bool out)
{
	(void)app;
	(void)folder;
	(void)name;
	(void)out;
	snprintf(played.said, sizeof(played.said), "scope %s", transfer);
	return NULL;
}

void
signin_forget(struct ui *ui)
{
	ui->passphrase = NULL;
}

struct view *
review_view_limited(struct app *app, const char *transfer, const char *where)
{
	(void)app;
	(void)transfer;
	snprintf(played.said, sizeof(played.said), "%s", where);
	return NULL;
}

struct view *
fields_view(struct app *app, const char *transfer)
{
	(void)app;
	snprintf(played.said, sizeof(played.said), "fields %s", transfer);
	return NULL;
}

const char *
fields_why_not(const json_t *status)
{
	(void)status;
	return NULL;
}

struct view *
timeline_view(struct app *app, const char *transfer)
{
	(void)app;
	(void)transfer;
	return NULL;
}

struct view *
transfers_view_of(struct app *app, const char *transfer, const char *state)
{
	(void)app;
	(void)transfer;
	(void)state;
	return NULL;
}

/* --- rig ------------------------------------------------------------------------------- */

struct rig {
	struct ui ui;
	struct app app;
	struct progress *p;
	struct grid *grid;
};

static void
forget(void)
{
	played_forget();
	json_decref(t.signed_data);
	memset(&t, 0, sizeof(t));
}

static int
setup(void **state)
{
	struct rig *r = mem_alloc(sizeof(*r));
	forget();
	r->app = (struct app){
	    .ui = &r->ui, .frame = arena_new(), .now_ms = 1000000, .now_s = 1795356600};
	r->p = (struct progress *)progress_view(&r->app, "K1-000042");
	r->app.top = &r->p->view;
	r->grid = grid_new();
	*state = r;
	return 0;
}

static int
teardown(void **state)
{
	struct rig *r = *state;
	r->p->view.type->done(&r->p->view);
	free(r->p);
	grid_free(r->grid);
	arena_free(r->app.frame);
	free(r);
	forget();
	return 0;
}

static json_t *
stage(const char *name, const char *state, int done, int total, int bytes, int bytes_total)
{
	return json_pack("{s:s, s:s, s:i, s:i, s:i, s:i}", "name", name, "state", state, "done",
	    done, "total", total, "bytes", bytes, "bytes_total", bytes_total);
}

/* A desk.progress, as news. */
static void
news(struct rig *r, const char *transfer, const char *state, json_t *stages, bool last)
{
	struct msg m = {MSG_DESK_PROGRESS,
	    json_pack("{s:s, s:s, s:o, s:i, s:b, s:s, s:b}", "transfer", transfer, "state",
		state, "stages", stages, "errors", 2, "paused", 0, "why", "", "last",
		(int)last),
	    -1};
	r->p->view.type->news(&r->p->view, &m);
	json_decref(m.body);
}

static void
stands(struct rig *r, const char *state, const char *step)
{
	json_t *list = json_array();
	struct msg m = {MSG_DESK_STATUS,
	    json_pack("{s:{s:s, s:s, s:s, s:s, s:s, s:{s:i, s:i}, s:b}}", "status", "state",
		state, "step", step, "requester", "phys", "holder", "ann", "why",
		"the disk is full", "read", "items", 3, "unreadable", 1, "sandboxed", 1),
	    -1};
	news(r, "K1-000042", state, list, true);
	for (size_t i = 0; i < played.asked; i++)
		if (played.ids[i] == MSG_UI_STATUS) {
			played.ids[i] = MSG_NONE;
			played.fns[i](r->p, &m);
		}
	json_decref(m.body);
}

static void
tick(struct rig *r, int64_t ms)
{
	r->app.now_ms += ms;
	r->p->view.type->tick(&r->p->view);
}

static size_t
asked(enum msg_id id)
{
	size_t n = 0;
	for (size_t i = 0; i < played.asked; i++)
		n += played.ids[i] == id;
	return n;
}

static const char *
drawn(struct rig *r)
{
	static struct buf out;
	buf_done(&out);
	buf_init(&out, 1 << 20);
	grid_clear(r->grid, 19, 80);
	arena_reset(r->app.frame);
	struct area a = area_of(r->grid);
	r->p->view.type->draw(&r->p->view, &a);
	dump_text(r->grid, &out);
	return buf_str(&out);
}

/* --- tests ---------------------------------------------------------------------------------
 */

static void
test_it_asks_at_once(void **state)
{
	(void)state;
	assert_int_equal(played.asked, 2);
	assert_int_equal(asked(MSG_UI_WATCH), 1);
	assert_int_equal(asked(MSG_UI_STATUS), 1);
}

static void
test_news_of_another_transfer_changes_nothing(void **state)
{
	struct rig *r = *state;
	news(r, "K1-000041", "RELEASED", json_array(), true);
	assert_int_equal(r->p->state, TRANSFER__MAX);
}

static void
test_numbers_wait_for_the_tick_an_end_does_not(void **state)
{
	struct rig *r = *state;
	news(r, "K1-000042", "READING", json_pack("[o]", stage("read", "running", 1, 10, 0, 0)),
	    false);
	assert_int_equal(r->p->pace.stages[0].now.done, 1);
	news(r, "K1-000042", "READING", json_pack("[o]", stage("read", "running", 2, 10, 0, 0)),
	    false);
	assert_int_equal(r->p->pace.stages[0].now.done, 1);
	tick(r, 250);
	assert_int_equal(r->p->pace.stages[0].now.done, 2);
	news(r, "K1-000042", "REVIEW", json_array(), true);
	assert_int_equal(r->p->state, TRANSFER_REVIEW);
	assert_false(progress_at_work(r->p));
}

static void
test_a_silent_desk_is_asked_again_but_not_all_the_time(void **state)
{
	struct rig *r = *state;
	struct msg m = {MSG_DESK_REFUSED, json_object(), -1};
	for (size_t i = 0; i < 2; i++)
		played.fns[i](r->p, &m);
	json_decref(m.body);
	tick(r, 250);
	assert_int_equal(asked(MSG_UI_WATCH), 1);
	tick(r, 3000);
	assert_int_equal(asked(MSG_UI_WATCH), 2);
	/* no answer: not once more */
	tick(r, 3000);
	tick(r, 3000);
	assert_int_equal(asked(MSG_UI_WATCH), 2);
}

static void
test_nothing_is_asked_while_the_desk_is_away(void **state)
{
	struct rig *r = *state;
	played.gone = "the station has gone";
	played.fns[0](r->p, NULL);
	played.fns[1](r->p, NULL);
	tick(r, 10000);
	assert_int_equal(played.asked, 2);
	assert_string_equal(progress_may_retry(&r->p->view), played.gone);
	played.gone = NULL;
	tick(r, 250);
	assert_int_equal(asked(MSG_UI_WATCH), 2);
}

static void
test_what_has_ended_is_not_asked_about(void **state)
{
	struct rig *r = *state;
	stands(r, "CLOSED", "");
	size_t before = played.asked;
	tick(r, 10000);
	assert_int_equal(played.asked, before);
}

static void
test_a_release_after_the_reading_has_stages_of_its_own(void **state)
{
	struct rig *r = *state;
	news(r, "K1-000042", "READING", json_pack("[o]", stage("read", "running", 1, 10, 0, 0)),
	    false);
	stands(r, "SUBMITTED", "");
	news(r, "K1-000042", "APPROVED",
	    json_pack("[o,o]", stage("check", "done", 0, 0, 0, 0),
		stage("copy", "running", 1, 10, 5, 100)),
	    false);
	assert_int_equal(r->p->pace.n, 2);
	assert_true(r->p->pace.in_turn);
	assert_non_null(strstr(drawn(r), "transfers/K1-000042"));
}

/* What each key may do, by state and whether somebody is at work. */
static void
test_every_key_in_every_state(void **state)
{
	static const char *(*const may[])(struct view *) = {progress_may_open,
	    progress_may_pause, progress_may_stop, progress_may_retry, progress_may_medium,
	    progress_may_close, progress_may_abort};
	static const struct {
		const char *state;
		bool work;
		const char *keys; /* of EpSRMCA: those that may */
	} cases[] = {
	    {"OPEN", true, "pSA"},
	    {"READING", true, "pSA"},
	    {"SCANNING", true, "pSMA"},
	    {"APPROVED", true, "M"},
	    {"BLOCKED", true, "pSMA"},
	    {"OPEN", false, "EA"},
	    {"READING", false, "EA"},
	    {"SCANNING", false, "EMA"},
	    {"REVIEW", false, "EMA"},
	    {"SUBMITTED", false, "EMA"},
	    {"APPROVED", false, "RM"},
	    {"RELEASED", false, "EMC"},
	    {"CLOSED", false, "EM"},
	    {"BLOCKED", false, "RMA"},
	    {"ABORTED", false, "EM"},
	    {"FAULT", false, "ERMA"},
	};
	struct rig *r = *state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char keys[8] = "";
		size_t n = 0;
		stands(r, cases[i].state, "reading");
		if (cases[i].work)
			news(r, "K1-000042", cases[i].state,
			    json_pack("[o]", stage("read", "running", 1, 10, 0, 0)), false);
		for (size_t k = 0; k < 7; k++)
			if (may[k](&r->p->view) == NULL)
				keys[n++] = "EpSRMCA"[k];
		if (strcmp(keys, cases[i].keys) != 0)
			fail_msg("%s: %s", cases[i].state, keys);
		forget();
		r->p->asking_status = false;
	}
}

static void
test_nothing_may_be_done_before_the_desk_said_where_it_stands(void **state)
{
	struct rig *r = *state;
	assert_non_null(progress_may_open(&r->p->view));
	assert_non_null(progress_may_abort(&r->p->view));
	assert_non_null(progress_may_errors(&r->p->view));
}

static void
test_reading_back_is_foreseen_while_copying(void **state)
{
	struct rig *r = *state;
	stands(r, "SUBMITTED", "");
	json_object_set_new(r->p->status, "files", json_integer(10));
	json_object_set_new(r->p->status, "bytes", json_integer(100));
	news(r, "K1-000042", "APPROVED",
	    json_pack("[o,o,o,o]", stage("check", "done", 0, 0, 0, 0),
		stage("copy", "running", 8, 10, 80, 100),
		stage("verify", "waiting", 0, 0, 0, 0),
		stage("publish", "waiting", 0, 0, 0, 0)),
	    false);
	assert_int_equal(pace_percent(&r->p->pace), 40);
}

static void
test_review_is_never_opened_by_itself(void **state)
{
	struct rig *r = *state;
	news(r, "K1-000042", "SCANNING",
	    json_pack("[o]", stage("scan-av", "running", 1, 2, 0, 0)), false);
	stands(r, "REVIEW", "");
	tick(r, 1000);
	assert_int_equal(played.pushed + played.replaced, 0);
	assert_non_null(strstr(drawn(r), "review is ready"));
	assert_null(progress_may_open(&r->p->view));
	progress_act_open(&r->p->view);
	assert_int_equal(played.replaced, 1);
}

static void
test_again_repeats_the_step_that_failed(void **state)
{
	static const struct {
		const char *state, *step;
		enum msg_id want;
	} cases[] = {
	    {"BLOCKED", "", MSG_UI_RESCAN},
	    {"FAULT", "release", MSG_UI_RELEASE},
	    {"APPROVED", "", MSG_UI_RELEASE},
	    {"FAULT", "reading", MSG_UI_MEDIA},
	    {"FAULT", "scanning", MSG_UI_MEDIA},
	};
	struct rig *r = *state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		stands(r, cases[i].state, cases[i].step);
		progress_act_retry(&r->p->view);
		if (asked(cases[i].want) != 1)
			fail_msg("%s %s", cases[i].state, cases[i].step);
		forget();
		r->p->asking_status = false;
	}
}

static json_t *
medium(const char *state, const char *transfer, const char *source)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:i}", "port", "red", "state", state,
	    "transfer", transfer, "source", source, "name", "stick\\u{202E}", "bytes", 4096);
}

static void
test_only_media_that_are_ready_can_be_read_again(void **state)
{
	struct rig *r = *state;
	struct msg m = {MSG_DESK_ROWS,
	    json_pack("{s:[o,o,o,o,o,o]}", "rows", medium("empty", "", ""),
		medium("ready", "", "L2E="), medium("read", "K1-000041", "L2I="),
		medium("read", "K1-000042", "L2M="), medium("refused", "", "L2Q="),
		medium("ready", "", "L2U=")),
	    -1};
	stands(r, "FAULT", "reading");
	/* a medium of another size is not the one that was handed in */
	json_object_set_new(
	    json_array_get(json_object_get(m.body, "rows"), 5), "bytes", json_integer(8192));
	json_object_set_new(
	    r->p->status, "open", json_pack("{s:{s:i}}", "medium", "bytes", 4096));
	progress_act_retry(&r->p->view);
	played.fns[played.asked - 1](r->p, &m);
	json_decref(m.body);
	assert_int_equal(played.picked, 1);
	assert_int_equal(played.nchoices, 2);
	assert_string_equal(played.choices[0].text, "red  4.0K  stick\\u{202E}");
	played.pick(&r->p->view, 1, "");
	assert_int_equal(played.ids[played.asked - 1], MSG_UI_INTAKE_DEVICE);
	const json_t *body = played.bodies[played.asked - 1];
	assert_string_equal(row_text(body, "source"), "L2M=");
	assert_string_equal(row_text(body, "requester"), "phys");
	assert_string_equal(row_text(body, "resume"), "K1-000042");
	assert_int_equal(json_array_size(json_object_get(body, "fields")), 0);
}

static void
test_no_medium_in_a_port_is_said(void **state)
{
	struct rig *r = *state;
	struct msg m = {
	    MSG_DESK_ROWS, json_pack("{s:[o]}", "rows", medium("empty", "", "")), -1};
	stands(r, "FAULT", "reading");
	progress_act_retry(&r->p->view);
	played.fns[played.asked - 1](r->p, &m);
	json_decref(m.body);
	assert_int_equal(played.picked, 0);
	assert_non_null(strstr(played.said, "in no port"));
}

static void
test_stop_needs_a_reason(void **state)
{
	struct rig *r = *state;
	news(r, "K1-000042", "READING", json_pack("[o]", stage("read", "running", 1, 10, 0, 0)),
	    false);
	progress_act_stop(&r->p->view);
	played.pick(&r->p->view, 99, "");
	assert_int_equal(asked(MSG_UI_STOP), 0);
	played.pick(&r->p->view, 99, "bad \xff byte");
	assert_int_equal(asked(MSG_UI_STOP), 0);
	played.pick(&r->p->view, 99, "my own");
	assert_int_equal(asked(MSG_UI_STOP), 1);
	assert_string_equal(row_text(played.bodies[played.asked - 1], "reason"), "my own");
	played.pick(&r->p->view, 0, "");
	assert_string_equal(
	    row_text(played.bodies[played.asked - 1], "reason"), "it is the wrong medium");
}

static void
test_pause_turns_around(void **state)
{
	struct rig *r = *state;
	news(r, "K1-000042", "READING", json_pack("[o]", stage("read", "running", 1, 10, 0, 0)),
	    false);
	progress_act_pause(&r->p->view);
	assert_true(json_is_true(json_object_get(played.bodies[played.asked - 1], "paused")));
	r->p->paused = true;
	progress_act_pause(&r->p->view);
	assert_true(json_is_false(json_object_get(played.bodies[played.asked - 1], "paused")));
}

static void
test_abort_and_close_are_signed_with_what_was_picked(void **state)
{
	struct rig *r = *state;
	stands(r, "BLOCKED", "");
	progress_act_abort(&r->p->view);
	assert_int_equal(played.secrets, 0);
	played.pick(&r->p->view, 99, "");
	assert_int_equal(played.secrets, 0);
	played.pick(&r->p->view, 1, "");
	assert_int_equal(played.secrets, 1);
	assert_string_equal(t.signed_type, "");
	t.sign_answer = UI_NO;
	played.secret(&r->p->view, NULL);
	assert_string_equal(t.signed_type, "xfer.abort");
	assert_string_equal(row_text(t.signed_data, "reason"), "it is not what was announced");
	assert_string_equal(played.said, "not the passphrase; try again.");
	stands(r, "RELEASED", "");
	progress_act_close(&r->p->view);
	played.pick(&r->p->view, 0, "");
	t.sign_answer = UI_DONE;
	played.secret(&r->p->view, NULL);
	assert_string_equal(t.signed_type, "xfer.close");
	assert_string_equal(
	    row_text(t.signed_data, "disposition"), "handed back to the requester");
	assert_string_equal(played.said, "K1-000042: signed and recorded.");
}

static void
test_the_medium_leaving_is_recorded_and_said(void **state)
{
	struct rig *r = *state;
	struct msg done = {MSG_DESK_DONE, json_object(), -1};
	stands(r, "REVIEW", "");
	progress_act_medium(&r->p->view);
	played.pick(&r->p->view, 1, "");
	assert_int_equal(played.ids[played.asked - 1], MSG_UI_MEDIUM);
	assert_string_equal(
	    row_text(played.bodies[played.asked - 1], "disposition"), "kept at the station");
	played.fns[played.asked - 1](r->p, &done);
	assert_string_equal(played.said, "K1-000042: what became of the medium is recorded.");
	json_decref(done.body);
}

static void
test_errors_are_a_limit_of_the_review(void **state)
{
	struct rig *r = *state;
	stands(r, "REVIEW", "");
	assert_null(progress_may_errors(&r->p->view));
	progress_act_errors(&r->p->view);
	assert_string_equal(played.said, "state!=read");
	assert_int_equal(played.pushed, 1);
}

static void
test_as_many_scanners_as_there_can_be_fit_the_screen(void **state)
{
	struct rig *r = *state;
	json_t *stages = json_array();
	char name[16];
	json_array_append_new(stages, stage("read", "done", 10, 10, 100, 100));
	json_array_append_new(stages, stage("keep", "done", 10, 10, 100, 100));
	for (int i = 0; i < LIM_SCANNERS; i++) {
		snprintf(name, sizeof(name), "scan-%d", i);
		json_array_append_new(
		    stages, stage(name, i == 15 ? "done" : "running", i, 10, 0, 0));
	}
	news(r, "K1-000042", "SCANNING", stages, false);
	const char *text = drawn(r);
	assert_non_null(strstr(text, "more, 3 of them done\n"));
	assert_non_null(strstr(text, "scan-0 "));
	assert_non_null(strstr(text, "Overall"));
	assert_non_null(strstr(text, "Changed"));
	assert_non_null(strstr(text, "S stops it"));
}

static void
test_only_as_many_stages_as_must_make_room(void **state)
{
	struct rig *r = *state;
	json_t *stages = json_array();
	char name[16];
	for (int i = 0; i < 9; i++) {
		snprintf(name, sizeof(name), "scan-%d", i);
		json_array_append_new(
		    stages, stage(name, i < 7 ? "done" : "running", i, 10, 0, 0));
	}
	news(r, "K1-000042", "SCANNING", stages, false);
	const char *text = drawn(r);
	assert_null(strstr(text, "scan-1 "));
	assert_non_null(strstr(text, "scan-2 "));
	assert_non_null(strstr(text, "scan-8 "));
	assert_non_null(strstr(text, "and 2 more that are done"));
}

static void
test_a_hint_of_what_was_at_work_goes_with_it(void **state)
{
	struct rig *r = *state;
	news(r, "K1-000042", "SCANNING",
	    json_pack("[o]", stage("scan-av", "running", 1, 10, 0, 0)), false);
	r->app.top = &r->p->view;
	app_hint(&r->app, "scanning is at work");
	news(r, "K1-000042", "SCANNING",
	    json_pack("[o]", stage("scan-av", "running", 2, 10, 0, 0)), false);
	assert_string_equal(r->app.hint, "scanning is at work");
	news(r, "K1-000042", "REVIEW", json_array(), true);
	assert_string_equal(r->app.hint, "");
}

static void
test_what_stops_it_is_shown_escaped(void **state)
{
	struct rig *r = *state;
	struct msg m = {MSG_DESK_PROGRESS,
	    json_pack("{s:s, s:s, s:[], s:i, s:b, s:s, s:b}", "transfer", "K1-000042", "state",
		"BLOCKED", "stages", "errors", 0, "paused", 0, "why",
		"rule \x1b[2J \xe2\x80\xae says no", "last", 1),
	    -1};
	r->p->view.type->news(&r->p->view, &m);
	json_decref(m.body);
	const char *text = drawn(r);
	assert_non_null(strstr(text, "\\x1B[2J"));
	assert_non_null(strstr(text, "\\u{202E}"));
	assert_non_null(strstr(text, "R scans again"));
	for (const char *p = text; *p != '\0'; p++)
		assert_true(*p == '\n' || (*p >= 0x20 && *p <= 0x7e));
}

static void
test_a_fault_says_which_step_is_repeated(void **state)
{
	struct rig *r = *state;
	stands(r, "FAULT", "release");
	assert_non_null(strstr(drawn(r), "R repeats the release"));
	assert_non_null(strstr(drawn(r), "the disk is full"));
	stands(r, "REVIEW", "");
	r->p->asking_status = false;
	stands(r, "FAULT", "reading");
	assert_non_null(strstr(drawn(r), "Insert the medium again and press Enter"));
}

/* It stood as at work for as long as the station took to notice. */
static void
test_a_medium_that_is_pulled_out_is_told_at_once(void **state)
{
	struct rig *r = *state;
	struct {
		const char *what, *transfer, *row_state;
		enum media_event event;
		bool pulled;
	} cases[] = {
	    {"another's", "K1-000041", "reading", MEDIA_REMOVED, false},
	    {"read to its end", "K1-000042", "read", MEDIA_REMOVED, false},
	    {"inserted", "K1-000042", "reading", MEDIA_INSERTED, false},
	    {"its own", "K1-000042", "reading", MEDIA_REMOVED, true},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *row = json_pack(
		    "{s:s, s:s}", "transfer", cases[i].transfer, "state", cases[i].row_state);
		const struct media_news n = {cases[i].event, row, row};
		r->p->view.type->media(&r->p->view, &n);
		json_decref(row);
		if (r->p->pulled != cases[i].pulled)
			fail_msg("%s", cases[i].what);
	}
	news(r, "K1-000042", "READING", json_array(), false);
	assert_non_null(strstr(drawn(r), "It was pulled out."));
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(test_it_asks_at_once),
	    T(test_a_medium_that_is_pulled_out_is_told_at_once),
	    T(test_news_of_another_transfer_changes_nothing),
	    T(test_numbers_wait_for_the_tick_an_end_does_not),
	    T(test_a_silent_desk_is_asked_again_but_not_all_the_time),
	    T(test_nothing_is_asked_while_the_desk_is_away),
	    T(test_what_has_ended_is_not_asked_about),
	    T(test_a_release_after_the_reading_has_stages_of_its_own),
	    T(test_every_key_in_every_state),
	    T(test_nothing_may_be_done_before_the_desk_said_where_it_stands),
	    T(test_reading_back_is_foreseen_while_copying),
	    T(test_review_is_never_opened_by_itself),
	    T(test_again_repeats_the_step_that_failed),
	    T(test_only_media_that_are_ready_can_be_read_again),
	    T(test_no_medium_in_a_port_is_said),
	    T(test_stop_needs_a_reason),
	    T(test_pause_turns_around),
	    T(test_abort_and_close_are_signed_with_what_was_picked),
	    T(test_the_medium_leaving_is_recorded_and_said),
	    T(test_errors_are_a_limit_of_the_review),
	    T(test_as_many_scanners_as_there_can_be_fit_the_screen),
	    T(test_only_as_many_stages_as_must_make_room),
	    T(test_a_hint_of_what_was_at_work_goes_with_it),
	    T(test_what_stops_it_is_shown_escaped),
	    T(test_a_fault_says_which_step_is_repeated),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
