/* links: tests/ipc/quiet src/proc/desk/worker src/proc/desk/worker_parts src/proc/desk/worker_set scanners/manifest src/core/canon src/core/finding src/core/verdict src/ipc/msg src/base/buf src/base/err src/base/escape src/base/hex src/base/io src/base/log src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/* A worker and sets: those of whole transfers, and those of signatures. */
#include "tests/ipc/played.h"

extern const struct custody_set *quiet_set; /* quiet.c */

/* --- sets
 * ------------------------------------------------------------------------------------------ */

static struct worker *
start_set(void)
{
	const uint8_t sha256[32] = {50};
	struct worker *w = start(true);
	worker_give_set(w, -1, sha256, 20);
	assert_true(worker_busy(w));
	world.sent[0] = '\0';
	return w;
}

static void
want(unsigned id, unsigned number, unsigned object)
{
	hear(MSG_SCAN_WANT,
	    json_pack("{s:i,s:i,s:s}", "id", id, "want", number, "sha256", hex(object)));
}

static void
object_verdict(unsigned object, unsigned read)
{
	hear(MSG_SCAN_OBJECT_VERDICT,
	    json_pack("{s:i,s:s,s:s,s:s,s:i}", "id", 1, "sha256", hex(object), "verdict",
		"clean", "why", "", "read", read));
}

static void
a_set_in_order(void **state)
{
	(void)state;
	struct worker *w = start_set();
	char give_text[256];
	want(1, 1, 3);
	snprintf(give_text, sizeof(give_text),
	    "%d {\"id\":1,\"mime\":\"\",\"sha256\":\"%s\",\"tag\":5,\"type\":\"\"}\n",
	    (int)MSG_VAULT_GIVE, hex(3));
	assert_string_equal(world.sent, give_text);
	object_verdict(3, 100);
	object_verdict(4, 0);
	finding(1, "sha256", hex(4));
	finding(1, "path", "cA=="); /* p */
	result(1, 50, "clean", 20, 20);
	expect("object 3 clean 100\nobject 4 clean 0\nfinding 4 0 policy t\n"
	       "finding -1 7 policy t\nset clean \n");
	assert_false(worker_busy(w));
	worker_free(w);
}

static void
the_vault_is_asked_again_when_it_has_room(void **state)
{
	(void)state;
	struct worker *w = start_set();
	world.vault_room = 3;
	want(1, 1, 3);
	assert_string_equal(world.sent, "");
	world.vault_room = 4;
	assert_null(worker_set_late(w));
	assert_non_null(strstr(world.sent, hex(3)));
	world.sent[0] = '\0';
	struct msg m = {MSG_VAULT_MISSING,
	    json_pack("{s:i,s:i,s:s,s:s,s:b}", "tag", 5, "id", 1, "sha256", hex(3), "why", "",
		"gone", 0),
	    -1};
	world.tag->vault(world.arg, 5, &m);
	json_decref(m.body);
	assert_non_null(strstr(world.sent, "\"want\":1"));
	worker_free(w);
}

static void
a_set_has_the_time_of_all_it_asked_for(void **state)
{
	(void)state;
	struct worker *w = start_set();
	manifest.stall_ms = 0;
	manifest.timeout_per_mib_ms = 1 << 20;
	manifest.timeout_base_ms = 1;
	/* one MiB begun: 1 + 2^20 ms; 100 bytes more do not begin another */
	world.now_ms += 1 << 20;
	assert_null(worker_set_late(w));
	world.now_ms += 1;
	assert_string_equal(
	    worker_set_late(w), "no answer within the time the size of the set allows");
	assert_null(worker_set_late(w));
	worker_free(w);
	w = start_set();
	world.now_ms += 399;
	progress(1, 1);
	world.now_ms += 399;
	assert_null(worker_set_late(w));
	world.now_ms += 1;
	assert_string_equal(worker_set_late(w), "the scanner did not get on with the set");
	worker_free(w);
}

static void
ways_to_break_a_set(void **state)
{
	(void)state;
	static const char *const whys[] = {
	    "it asked for two objects under one number",
	    "it asked for an object that is not in the set",
	    "it judged an object that is not in the set",
	    "it says that it read an object it did not ask for",
	    "it says that it read an object it did not ask for",
	    "it judged one object twice",
	    "it reported a finding about something that is not in the set",
	    "it reported a finding about something that is not in the set",
	    "it reported a finding about something that is not in the set",
	    "it reported a fact about a set",
	    "it answered for a set it was not given",
	    "it answered for a set it was not given",
	    "it speaks of a set it was not given",
	};
	for (size_t i = 0; i < sizeof(whys) / sizeof(whys[0]); i++) {
		struct worker *w = start_set();
		switch (i) {
		case 0:
			want(1, 1, 3);
			want(1, 1, 3);
			break;
		case 1:
			want(1, 1, 100);
			break;
		case 2:
			object_verdict(100, 0);
			break;
		case 3:
			object_verdict(8, 1);
			break;
		case 4:
			want(1, 1, 9);
			object_verdict(9, 101);
			break;
		case 5:
			object_verdict(11, 0);
			object_verdict(11, 0);
			break;
		case 6:
			finding(1, NULL, NULL);
			break;
		case 7:
			finding(1, "path", "cQ==");
			break;
		case 8:
			finding(1, "sha256", hex(100));
			break;
		case 9:
			hear(MSG_SCAN_FACT,
			    json_pack("{s:i,s:s,s:s}", "id", 1, "key", "k", "value", "v"));
			break;
		case 10:
			result(1, 51, "clean", 20, 20);
			break;
		case 11:
			result(1, 50, "clean", 21, 21);
			break;
		default:
			want(2, 1, 3);
			break;
		}
		MEM_FREE char *line = mem_printf("lost: %s\n", whys[i]);
		if (!world.dead || strstr(world.said, line) == NULL)
			fail_msg("%zu: %s", i, world.said);
		(void)w;
	}
}

static void
a_set_that_was_not_read_is_not_clean(void **state)
{
	(void)state;
	static const struct {
		const char *verdict;
		unsigned read;
		const char *want;
	} cases[] = {
	    {"clean", 19, "set incomplete it did not read the whole set\n"},
	    {"clean", 21, "set error it did not read the whole set\n"},
	    {"na", 0, "set incomplete it did not read the whole set\n"},
	    {"suspicious", 0, "set suspicious \n"},
	    {"unscanned", 20, "set error \n"},
	    {"fine", 20, "set error \n"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct worker *w = start_set();
		result(1, 50, cases[i].verdict, 20, cases[i].read);
		expect(cases[i].want);
		worker_free(w);
	}
}

static void
limit_of_wants(void **state)
{
	(void)state;
	struct worker *w = start_set();
	for (unsigned i = 1; i <= LIM_SCAN_WANTS; i++) {
		world.sent[0] = '\0';
		want(1, i, 3);
	}
	assert_false(world.dead);
	want(1, LIM_SCAN_WANTS + 1, 3);
	expect("lost: it asked for more objects than one set allows\n");
	(void)w;
}

/* --- sets of signatures ------------------------------------------------------------------ */

static struct worker *
start_watching(void)
{
	worker_free(start(false));
	struct worker *w = worker_new(&desk, &manifest, &events, NULL);
	worker_watch(w, hex(7));
	world.tag->spawned(world.arg, 5, 99);
	hear(MSG_SCAN_READY,
	    json_pack("{s:s,s:s,s:s,s:s,s:s,s:i,s:i}", "name", "code", "version", "1", "engine",
		"e", "signatures", "", "signature_date", "", "window", 64, "max_bytes", 9));
	expect("");
	return w;
}

/* Each row: what the engine says of known bad, known good, and both marks. */
static void
an_engine_is_seen_to_have_loaded_a_set(void **state)
{
	static const struct {
		const char *verdicts[4];
		enum worker_mark mark;
		const char *said;
	} rows[] = {
	    {{"malicious", "clean", "malicious", "clean"}, WORKER_HAS_LOADED, "tested 1 \n"},
	    {{"malicious", "clean", "clean", "malicious"}, WORKER_HAS_REFUSED, "tested 1 \n"},
	    {{"malicious", "clean", "clean", "clean"}, WORKER_UNSEEN, "tested 1 \n"},
	    {{"malicious", "clean", "suspicious", "error"}, WORKER_UNSEEN, "tested 1 \n"},
	    {{"malicious", "malicious", "malicious", "malicious"}, WORKER_HAS_LOADED,
		"tested 0 it did not pass the known-good object\n"},
	    {{"clean", "clean", "malicious", "clean"}, WORKER_HAS_LOADED,
		"tested 0 it did not recognise the known-bad object\n"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct worker *w = start_watching();
		assert_non_null(strstr(world.sent, "\"which\":\"bad\""));
		assert_non_null(strstr(world.sent, "\"which\":\"loaded\""));
		assert_non_null(strstr(world.sent, hex(7)));
		for (unsigned k = 0; k < 4; k++) {
			expect("");
			result(k + 1, 0, rows[i].verdicts[k], 9, 9);
		}
		expect(rows[i].said);
		assert_int_equal(worker_mark(w), rows[i].mark);
		worker_free(w);
	}
}

static void
a_set_in_use_is_named_with_the_signatures_of_an_engine(void **state)
{
	struct custody_set set = {.set = "0123456789abcdef0123456789abcdef"};
	struct worker_about about = {.signatures = "27000"};
	(void)state;
	memset(&world, 0, sizeof(world));
	manifest = (struct manifest){.name = "code", .engine_socket = true};
	worker_name_set(&desk, &manifest, &about);
	assert_string_equal(about.signatures, "27000");
	quiet_set = &set;
	worker_name_set(&desk, &manifest, &about);
	worker_name_set(&desk, &manifest, &about);
	assert_string_equal(about.signatures, "27000+set-0123456789abcdef");
	manifest.engine_socket = false;
	worker_name_set(&desk, &manifest, &about);
	assert_string_equal(about.signatures, "27000");
	quiet_set = NULL;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_engine_is_seen_to_have_loaded_a_set),
	    cmocka_unit_test(a_set_in_use_is_named_with_the_signatures_of_an_engine),
	    cmocka_unit_test(a_set_in_order),
	    cmocka_unit_test(the_vault_is_asked_again_when_it_has_room),
	    cmocka_unit_test(a_set_has_the_time_of_all_it_asked_for),
	    cmocka_unit_test(ways_to_break_a_set),
	    cmocka_unit_test(a_set_that_was_not_read_is_not_clean),
	    cmocka_unit_test(limit_of_wants),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
