/* links: tests/unit/played ui/view ui/view/timeline ui/view/timeline_words ui/view/timeline_entry ui/view/export ui/wrap ui/cursor ui/grid ui/area ui/style ui/safe ui/print ui/dump src/core/entry src/core/transfer src/core/canon src/core/digest src/core/merkle src/core/seal src/core/sshsig src/base/arena src/base/buf src/base/clock src/base/err src/base/escape src/base/hex src/base/io src/base/mem src/base/utf8 src/ipc/msg */
/* SPDX-License-Identifier: ISC */
/* The record of a transfer: every entry has words, and nothing in it reaches the screen raw. */
#include "src/base/hex.h"
#include "src/base/io.h"
#include "src/base/mem.h"
#include "src/core/custody.h"
#include "src/core/seal.h"
#include "src/core/sshsig.h"
#include "src/core/transfer.h"
#include "tests/unit/played.h"
#include "ui/dump.h"
#include "ui/view/timeline.h"
#include "ui/views.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* --- the station that is not there ------------------------------------------------ */

static struct custody_epoch epochs[2];
static size_t epochs_count = 1;
static char *const station_key = epochs[0].station_key;

size_t
custody_epoch_count(const struct custody *c)
{
	(void)c;
	return epochs_count;
}

const struct custody_epoch *
custody_epoch_at(const struct custody *c, size_t i)
{
	(void)c;
	return i < epochs_count ? &epochs[i] : NULL;
}

const struct custody_epoch *
custody_epoch_find(const struct custody *c, const char *origin)
{
	(void)c;
	for (size_t i = 0; i < epochs_count; i++)
		if (strcmp(epochs[i].origin, origin) == 0)
			return &epochs[i];
	return NULL;
}

/* ann's, in force and before; the test says which it is that signed. */
static char ann_key[SSHSIG_FINGERPRINT_SIZE];
static bool ann_key_ended;

const struct custody_key *
custody_person_of_key(
    const struct custody *c, const char *fingerprint, const struct custody_person **ret_person)
{
	static const struct custody_person ann = {.id = "ann"};
	static struct custody_key k;
	(void)c;
	k.until.size = ann_key_ended ? 7 : CUSTODY_OPEN;
	if (strcmp(fingerprint, ann_key) != 0)
		return NULL;
	*ret_person = &ann;
	return &k;
}

/* --- rig ------------------------------------------------------------------------------ */

struct rig {
	struct ui ui;
	struct app app;
	struct timeline *timeline;
	struct grid *grid;
	struct sshsig_key *key;
	char fingerprint[SSHSIG_FINGERPRINT_SIZE];
	struct buf list;
};

struct view *
progress_view(struct app *app, const char *transfer)
{
	(void)app;
	snprintf(played.said, sizeof(played.said), "state of %s", transfer);
	return NULL;
}

struct view *
sending_view(struct app *app, const char *transfer)
{
	(void)app;
	snprintf(played.said, sizeof(played.said), "export of %s", transfer);
	return NULL;
}

const char *
sending_why_not(const struct app *app)
{
	(void)app;
	return NULL;
}

static int
setup(void **state)
{
	static const uint8_t seed[SSHSIG_SEED_SIZE] = {7};
	struct rig *r = mem_alloc(sizeof(*r));
	played_begin();
	station_key[0] = ann_key[0] = '\0';
	ann_key_ended = false;
	if (seal_init() != ERR_OK || sshsig_key_new(seed, &r->key) != ERR_OK)
		return -1;
	sshsig_fingerprint(sshsig_key_public(r->key), r->fingerprint);
	r->app = (struct app){.ui = &r->ui, .frame = arena_new(), .now_ms = 1000};
	/* any address: what is asked of it is answered above */
	r->ui.authority = (struct custody *)r;
	r->timeline = (struct timeline *)timeline_view(&r->app, "K1-000042");
	r->app.top = &r->timeline->export.view;
	r->grid = grid_new();
	buf_init(&r->list, 1 << 20);
	*state = r;
	return 0;
}

static int
teardown(void **state)
{
	struct rig *r = *state;
	played_forget();
	r->timeline->export.view.type->done(&r->timeline->export.view);
	free(r->timeline);
	grid_free(r->grid);
	arena_free(r->app.frame);
	sshsig_key_free(r->key);
	buf_done(&r->list);
	free(r);
	return 0;
}

/* Adds an entry to the list; steals data. */
static void
add(struct rig *r, const char *type, const char *role, const char *key, json_t *data)
{
	struct buf one;
	json_t *head = json_pack("{s:s, s:i}", "root", ENTRY_ZEROS, "size", 17);
	struct entry_new n = {.log = "site/K1/custody/1",
	    .type = type,
	    .subj = "xfer:K1-000042",
	    .prev = ENTRY_ZEROS,
	    .head = head,
	    .auth = head,
	    .actor_id = strcmp(role, "station") == 0 ? "station" : "ann",
	    .actor_key = key,
	    .actor_name = "Ann Frey",
	    .actor_role = role,
	    .boot = "00000000-0000-0000-0000-000000000000",
	    .meaning = "as it is",
	    .data = data};
	buf_init(&one, LIM_ENTRY_BYTES);
	assert_int_equal(entry_make(&n, r->key, &one), ERR_OK);
	struct entry *back;
	char why[ENTRY_WHY_SIZE] = "";
	if (entry_parse(one.data, one.len, why, &back) != ERR_OK)
		fail_msg("%s: %s", type, why);
	entry_free(back);
	assert_int_equal(entry_list_add(&r->list, one.data, one.len), ERR_OK);
	buf_done(&one);
	json_decref(head);
	json_decref(data);
}

static void
come(struct rig *r)
{
	struct msg m = {MSG_DESK_TIMELINE, json_object(), -1};
	assert_int_equal(io_memfd("entries", r->list.data, r->list.len, &m.fd), ERR_OK);
	played.fns[played.asked - 1](r->timeline, &m);
	close(m.fd);
	json_decref(m.body);
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
	r->app.top->type->draw(r->app.top, &a);
	dump_text(r->grid, &out);
	for (size_t i = 0; i < out.len; i++)
		assert_true(
		    out.data[i] == '\n' || (out.data[i] >= 0x20 && out.data[i] <= 0x7e));
	return buf_str(&out);
}

/* --- words ------------------------------------------------------------------------------- */

static void
test_every_entry_of_a_transfer_has_a_name(void **state)
{
	struct rig *r = *state;
	for (unsigned i = 0; i < EVENT__MAX; i++) {
		const struct transfer_event_row *row =
		    transfer_event_row((enum transfer_event)i);
		struct entry e = {.type = row->type, .data = NULL};
		if (row->subjects != SUBJ_XFER)
			continue;
		if (strcmp(timeline_what(r->app.frame, &e).text, row->type) == 0)
			fail_msg("%s has no name", row->type);
	}
}

static void
test_facts(void **state)
{
	static const struct {
		const char *type, *data, *want;
	} cases[] = {
	    {"xfer.open",
		"{\"requester\":\"phys\",\"officer\":\"ann\",\"medium\":{\"kind\":\"block\","
		"\"bytes\":4096,\"source\":\"/dev/x\"}}",
		"for phys, by ann; block, 4.0K"},
	    {"xfer.start", "{\"officer\":\"ann\",\"sandbox\":true}", "by ann"},
	    {"xfer.read", "{\"items\":1204,\"files\":1000,\"bytes\":2048,\"unreadable\":2}",
		"1,204 items, 2.0K; 2 unreadable"},
	    {"xfer.scan", "{\"objects\":9,\"verdicts\":{\"clean\":7,\"malicious\":2}}",
		"7 clean, 2 malicious"},
	    {"xfer.fault", "{\"step\":\"release\",\"why\":\"the disk is full\"}",
		"release: the disk is full"},
	    {"xfer.approve",
		"{\"slot\":2,\"manifest\":{\"files\":3,\"bytes\":17,\"sha256\":"
		"\"9f31c0aa77e2\"}}",
		"no. 2: 3 files, 17; 9f31 c0aa"},
	    {"xfer.close", "{\"disposition\":\"handed back\"}", "handed back"},
	    {"xfer.take", "{}", ""},
	    {"xfer.close", "{}", ""},
	    {"xfer.close", "{\"disposition\":17}", ""},
	    {"xfer.read", "{\"items\":\"many\",\"files\":-1}", "0 items, 0; 0 unreadable"},
	    {"xfer.open", "{\"medium\":\"none\"}", "for , by ; , 0"},
	    {"xfer.unknown", "{\"a\":\"b\"}", ""},
	    {"xfer.abort", "{\"reason\":\"@why #slot %bytes \\u001b[2J\\u202e\"}",
		"@why #slot %bytes \\x1B[2J\\u{202E}"},
	};
	struct rig *r = *state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *data = json_loads(cases[i].data, 0, NULL);
		struct entry e = {.type = cases[i].type, .data = data};
		struct safe facts = timeline_facts(r->app.frame, &e);
		if (strcmp(facts.text, cases[i].want) != 0)
			fail_msg("%s: %s", cases[i].type, facts.text);
		json_decref(data);
	}
}

/* --- the list
 * --------------------------------------------------------------------------------- */

static void
test_the_list_begins_on_the_newest_entry(void **state)
{
	struct rig *r = *state;
	assert_non_null(strstr(drawn(r), "asked for the record"));
	add(r, "xfer.take", "officer", r->fingerprint, json_object());
	add(r, "xfer.close", "officer", r->fingerprint,
	    json_pack("{s:s}", "disposition", "kept"));
	come(r);
	assert_int_equal(r->timeline->n, 2);
	assert_int_equal(r->timeline->cursor.at, 1);
	assert_non_null(strstr(drawn(r), "taken over"));
	/* and stays where it was put */
	cursor_to(&r->timeline->cursor, 0);
	come(r);
	assert_int_equal(r->timeline->cursor.at, 0);
}

static void
test_a_damaged_entry_is_said_and_those_before_it_stay(void **state)
{
	struct rig *r = *state;
	add(r, "xfer.take", "officer", r->fingerprint, json_object());
	buf_add_str(&r->list, "\n{\"no\":\"entry\"}\nAAAA\n");
	come(r);
	assert_int_equal(r->timeline->n, 1);
	assert_non_null(strstr(played.said, "damaged"));
}

static void
test_a_record_that_could_still_change_is_not_read(void **state)
{
	struct rig *r = *state;
	struct msg m = {MSG_DESK_TIMELINE, json_object(), memfd_create("open", MFD_CLOEXEC)};
	played.fns[played.asked - 1](r->timeline, &m);
	close(m.fd);
	json_decref(m.body);
	assert_false(r->timeline->known);
	assert_non_null(strstr(played.said, "cannot be read"));
}

static void
test_an_empty_record_is_no_fault(void **state)
{
	struct rig *r = *state;
	come(r);
	assert_non_null(strstr(drawn(r), "no entry about this transfer"));
	timeline_act_entry(r->app.top);
	assert_non_null(strstr(played.said, "no entry"));
	drawn(r);
}

/* --- the whole entry
 * ---------------------------------------------------------------------------- */

static const char *
whole(struct rig *r)
{
	static char all[1 << 16];
	size_t at = 0;
	come(r);
	timeline_act_entry(r->app.top);
	drawn(r);
	/* every line, not the part that fits the screen */
	struct timeline_page p = {.frame = r->app.frame, .cells = 77};
	timeline_print(&p, r->timeline, r->timeline->entries[r->timeline->cursor.at]);
	for (size_t i = 0; i < p.n; i++) {
		assert_true(safe_cells(p.lines[i]) <= 77);
		at += (size_t)snprintf(all + at, sizeof(all) - at, "%s\n", p.lines[i].text);
	}
	free(p.lines);
	return all;
}

static void
test_every_field_and_the_key_are_shown(void **state)
{
	struct rig *r = *state;
	snprintf(station_key, sizeof(epochs[0].station_key), "%s", r->fingerprint);
	add(r, "xfer.read", "station", r->fingerprint,
	    json_pack("{s:i, s:{s:[{s:s}]}, s:b}", "items", 7, "medium", "volumes", "label",
		"ACME\xe2\x80\xae", "flag", 1));
	const char *text = whole(r);
	assert_non_null(strstr(text, "items                   7"));
	assert_non_null(strstr(text, "medium.volumes.1.label  ACME"));
	assert_non_null(strstr(text, "ACME\\u{202E}"));
	assert_non_null(strstr(text, "flag                    yes"));
	assert_non_null(strstr(text, "good, checked here; by the key of the station"));
	assert_non_null(strstr(text, r->fingerprint));
	assert_non_null(strstr(text, "entry 17 or later"));
	/* a digest stays whole */
	assert_non_null(strstr(text,
	    "entry before 0000000000000000000000000000000000000000000000000000000000000000\n"));
}

static void
test_whose_key_it_is_or_was_is_said(void **state)
{
	struct rig *r = *state;
	add(r, "xfer.take", "officer", r->fingerprint, json_object());
	assert_non_null(strstr(whole(r), "a key that nobody ever had"));
	assert_non_null(strstr(whole(r), "ann, Ann Frey, as officer"));
	snprintf(ann_key, sizeof(ann_key), "%s", r->fingerprint);
	assert_non_null(strstr(whole(r), "checked here; by the key of ann"));
	ann_key_ended = true;
	assert_non_null(strstr(whole(r), "checked here; by an earlier key of ann"));
}

static void
test_a_signature_by_another_key_is_not_good(void **state)
{
	struct rig *r = *state;
	add(r, "xfer.take", "officer", "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
	    json_object());
	assert_non_null(strstr(whole(r), "NOT GOOD: it is by another key"));
}

static void
test_a_changed_entry_is_not_good(void **state)
{
	struct rig *r = *state;
	add(r, "xfer.close", "officer", r->fingerprint,
	    json_pack("{s:s}", "disposition", "kept"));
	char *word = memmem(r->list.data, r->list.len, "kept", 4);
	memcpy(word, "lost", 4);
	assert_non_null(strstr(whole(r), "NOT GOOD: it does not match"));
}

static void
test_escape_closes_the_entry_before_the_screen(void **state)
{
	struct rig *r = *state;
	struct view *v = r->app.top;
	add(r, "xfer.take", "officer", r->fingerprint, json_object());
	come(r);
	timeline_act_entry(v);
	assert_ptr_equal(v->cursor, &r->timeline->line);
	assert_false(v->type->leave(v));
	assert_ptr_equal(v->cursor, &r->timeline->cursor);
	assert_true(v->type->leave(v));
}

static void
test_a_long_text_breaks_into_lines(void **state)
{
	struct rig *r = *state;
	char why[4000];
	memset(why, 'x', sizeof(why) - 1);
	why[sizeof(why) - 1] = '\0';
	add(r, "xfer.block", "station", r->fingerprint, json_pack("{s:s}", "why", why));
	const char *text = whole(r);
	size_t n = 0;
	for (const char *p = text; *p != '\0'; p++)
		n += *p == 'x';
	assert_true(n >= sizeof(why) - 1);
	/* and in the list it is cut with a mark that cannot be forged */
	timeline_act_entry(r->app.top);
	assert_non_null(strstr(drawn(r), "xxxx\\..{3969}\n"));
}

/* --- export
 * ------------------------------------------------------------------------------------------ */

static void
test_export_writes_every_paper_and_says_where(void **state)
{
	struct rig *r = *state;
	size_t before = played.asked;
	timeline_act_papers(r->app.top);
	for (size_t i = 0; i < 4; i++) {
		static const char *const formats[] = {"text", "json", "pdf", "slip"};
		assert_int_equal(played.asked, before + 1 + i);
		assert_string_equal(json_string_value(json_object_get(
					played.bodies[played.asked - 1], "format")),
		    formats[i]);
		if (i == 1) {
			timeline_act_papers(r->app.top);
			assert_non_null(strstr(played.said, "are being written; wait"));
		}
		char path[64];
		snprintf(path, sizeof(path), "reports/K1-000042/%s", formats[i]);
		struct msg m = {MSG_DESK_DONE, json_pack("{s:s}", "text", path), -1};
		played.fns[played.asked - 1](r->timeline, &m);
		json_decref(m.body);
	}
	assert_string_equal(
	    played.said, "On the share: reports/K1-000042/text, json, pdf, slip");
}

static void
test_export_stops_at_a_refusal(void **state)
{
	struct rig *r = *state;
	size_t before = played.asked;
	struct msg m = {MSG_DESK_REFUSED, json_object(), -1};
	timeline_act_papers(r->app.top);
	played.fns[played.asked - 1](r->timeline, &m);
	assert_int_equal(played.asked, before + 1);
	assert_string_equal(played.said, "refused");
	timeline_act_papers(r->app.top);
	played.fns[played.asked - 1](r->timeline, NULL);
	assert_string_equal(played.said, "gone");
	json_decref(m.body);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(test_every_entry_of_a_transfer_has_a_name),
	    T(test_facts),
	    T(test_the_list_begins_on_the_newest_entry),
	    T(test_a_damaged_entry_is_said_and_those_before_it_stay),
	    T(test_a_record_that_could_still_change_is_not_read),
	    T(test_an_empty_record_is_no_fault),
	    T(test_every_field_and_the_key_are_shown),
	    T(test_whose_key_it_is_or_was_is_said),
	    T(test_a_signature_by_another_key_is_not_good),
	    T(test_a_changed_entry_is_not_good),
	    T(test_escape_closes_the_entry_before_the_screen),
	    T(test_a_long_text_breaks_into_lines),
	    T(test_export_writes_every_paper_and_says_where),
	    T(test_export_stops_at_a_refusal),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
