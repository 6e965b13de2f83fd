/* links: src/proc/desk/reuse db/index db/work db/work_child db/work_draft db/work_facts db/work_maker db/work_scan db/work_step db/sql scanners/manifest src/core/digest src/core/seal src/core/sshsig src/core/canon src/core/item src/core/verdict src/core/finding src/base/arena src/base/buf src/base/clock src/base/err src/base/escape src/base/hex src/base/io src/base/log src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/reuse.h"
#include "db/sql.h"
#include "db/work.h"
#include "src/base/clock.h"
#include "src/base/io.h"
#include "src/base/mem.h"
#include "src/core/digest.h"
#include "src/core/seal.h"
#include "src/proc/desk/book.h"
#include "src/proc/desk/life.h"
#include "src/proc/desk/metrics.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- what is around it: a ledger of one document, and a clock -------------------------- */

static uint8_t document[64];
static size_t document_len;
static char document_name[HEX_DIGEST_SIZE];
static int64_t now_s = 1000000;
static unsigned counted;

enum err
book_put(struct desk *d, const void *bytes, size_t n, char ret_sha256[HEX_DIGEST_SIZE],
    char why[BOOK_WHY_SIZE])
{
	uint8_t sha256[DIGEST_SIZE];
	(void)d;
	(void)why;
	assert_true(n <= sizeof(document));
	memcpy(document, bytes, n);
	document_len = n;
	digest_sha256(bytes, n, sha256);
	hex_encode(sha256, sizeof(sha256), document_name);
	snprintf(ret_sha256, HEX_DIGEST_SIZE, "%s", document_name);
	return ERR_OK;
}

enum err
book_get(struct desk *d, const char *sha256, uint8_t **ret_bytes, size_t *ret_len)
{
	(void)d;
	if (strcmp(sha256, document_name) != 0)
		return ERR_NOTFOUND;
	*ret_bytes = mem_dup(document, document_len);
	*ret_len = document_len;
	return ERR_OK;
}

int64_t
life_now_s(const struct desk *d)
{
	(void)d;
	return now_s;
}

void
metrics_reused(struct desk *d, const struct manifest *m)
{
	(void)d;
	(void)m;
	counted++;
}

/* --- a desk with one scanner --------------------------------------------------------- */

static const struct worker_about about = {
    .version = "1", .engine = "Engine 2", .signatures = "27000"};
static const char manifest[] = "name = \"av\"";
static char home[] = "/tmp/sp-reuse.XXXXXX";
static struct desk desk;
static struct policy policy;
static struct work *work;
static struct work_todo todo;

static void
begin_desk(void)
{
	desk.reuse = reuse_new();
	/* beside this test, in place of a scanner's program */
	snprintf(desk.scanners[0].name, sizeof(desk.scanners[0].name), "av");
	snprintf(desk.scanners[0].program, sizeof(desk.scanners[0].program), "t_reuse");
	desk.nscanners = 1;
	reuse_note(&desk, 0, manifest, sizeof(manifest));
}

static int
setup(void **state)
{
	(void)state;
	assert_int_equal(seal_init(), ERR_OK);
	snprintf(home, sizeof(home), "/tmp/sp-reuse.XXXXXX");
	assert_non_null(mkdtemp(home));
	MEM_FREE char *dir = mem_printf("%s/work", home);
	mkdir(dir, 0700);
	memset(&desk, 0, sizeof(desk));
	desk.home = home;
	now_s = 1000000;
	clock_set_wall_s(now_s);
	counted = 0;
	document_name[0] = '\0';
	policy = (struct policy){.reuse = POLICY_REUSE_USE, .reuse_days = 7};
	todo = (struct work_todo){.n = 1, .sha256 = {1, 2, 3}, .bytes = 100};
	assert_int_equal(work_open(":memory:", &work), ERR_OK);
	begin_desk();
	return 0;
}

static void
remove_index(void)
{
	static const char *const ends[] = {"", "-wal", "-shm"};
	for (size_t i = 0; i < 3; i++) {
		MEM_FREE char *file = mem_printf("%s/work/index.db%s", home, ends[i]);
		unlink(file);
	}
}

static int
teardown(void **state)
{
	(void)state;
	reuse_free(desk.reuse);
	work_close(work);
	clock_set_wall_s(-1);
	remove_index();
	MEM_FREE char *dir = mem_printf("%s/work", home);
	rmdir(dir);
	return rmdir(home);
}

/* What the desk knows when it begins anew. */
static void
again(void)
{
	desk.reuse = reuse_free(desk.reuse);
	begin_desk();
	work_close(work);
	assert_int_equal(work_open(":memory:", &work), ERR_OK);
}

static struct worker_result
result(enum verdict v, const char *why)
{
	return (struct worker_result){
	    .verdict = v, .why = why, .type = "", .mime = "", .bytes = 100, .read_bytes = 100};
}

/* One transfer: the scanner says this of the object, and proves itself or not. */
static void
deliver(const struct worker_result *r, bool proved)
{
	struct reuse_run run;
	reuse_begin(&desk, &policy, &desk.scanners[0], &about, &run);
	assert_true(run.run > 0);
	reuse_keep(&desk, &run, &desk.scanners[0], work, &todo, r);
	reuse_end(&desk, &run, proved);
}

static bool
found_by(const struct worker_about *a, struct reuse_said *said)
{
	struct reuse_run run;
	reuse_begin(&desk, &policy, &desk.scanners[0], a, &run);
	bool found = reuse_find(&desk, &run, &desk.scanners[0], work, &todo, said);
	reuse_end(&desk, &run, false);
	return found;
}

static bool
found(void)
{
	struct reuse_said said;
	return found_by(&about, &said);
}

static void
complete_verdicts_are_used_again(void **state)
{
	static const struct {
		enum verdict verdict;
		bool used;
	} cases[] = {{VERDICT_CLEAN, true}, {VERDICT_SUSPICIOUS, true},
	    {VERDICT_MALICIOUS, true}, {VERDICT_INVALID, true}, {VERDICT_NA, true},
	    {VERDICT_INCOMPLETE, false}, {VERDICT_ERROR, false}, {VERDICT_TIMEOUT, false},
	    {VERDICT_UNSCANNED, false}};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct worker_result r = result(cases[i].verdict, "");
		struct reuse_said said;
		todo.sha256[5] = (uint8_t)i;
		deliver(&r, true);
		again();
		assert_int_equal(found_by(&about, &said), cases[i].used);
		if (!cases[i].used)
			continue;
		assert_int_equal(said.result.verdict, cases[i].verdict);
		assert_int_equal(said.result.read_bytes, 100);
		assert_string_equal(said.result.why, "scanned 1970-01-12 13:46Z, used again");
	}
	assert_int_equal(counted, 5);
}

static void
what_a_scanner_said_comes_with_it(void **state)
{
	struct worker_result r = result(VERDICT_MALICIOUS, "seen");
	struct work_finding f = {.sha256 = todo.sha256,
	    .scanner = "av",
	    .rule = "av/signature",
	    .class = "malware",
	    .severity = "critical",
	    .title = "found",
	    .detail = "Test.\"Eicar\"",
	    .at = 7};
	struct work_finding strange = f;
	struct work_scan_fact fact = {todo.sha256, "av", "key", "value"};
	struct reuse_said said;
	unsigned n = 0;
	(void)state;
	(void)n;
	strange.scanner = "type";
	strange.detail = "of another";
	r.type = "pe";
	r.mime = "application/x-dosexec";
	assert_int_equal(work_finding_add(work, &f), ERR_OK);
	assert_int_equal(work_finding_add(work, &strange), ERR_OK);
	assert_int_equal(work_scan_fact_add(work, &fact), ERR_OK);
	deliver(&r, true);
	again();
	assert_true(found_by(&about, &said));
	assert_string_equal(said.result.type, "pe");
	assert_string_equal(said.result.mime, "application/x-dosexec");
	assert_string_equal(said.result.why, "seen; scanned 1970-01-12 13:46Z, used again");
}

static void
count_finding(void *arg, const struct work_finding *f)
{
	unsigned *n = arg;
	assert_string_equal(f->scanner, "av");
	assert_string_equal(f->detail, "Test.\"Eicar\"");
	assert_int_equal(f->at, 7);
	++*n;
}

static void
count_fact(void *arg, const struct work_scan_fact *f)
{
	unsigned *n = arg;
	assert_string_equal(f->key, "key");
	assert_string_equal(f->value, "value");
	++*n;
}

static void
findings_and_facts_are_restored(void **state)
{
	unsigned findings = 0, facts = 0;
	what_a_scanner_said_comes_with_it(state);
	work_findings_by(work, todo.sha256, "av", count_finding, &findings);
	work_scan_facts_by(work, todo.sha256, "av", count_fact, &facts);
	assert_int_equal(findings, 1);
	assert_int_equal(facts, 1);
}

static void
what_did_not_prove_itself_is_not_used(void **state)
{
	struct worker_result r = result(VERDICT_CLEAN, "");
	(void)state;
	deliver(&r, false);
	assert_false(found());
	/* the desk ended in the middle */
	struct reuse_run run;
	reuse_begin(&desk, &policy, &desk.scanners[0], &about, &run);
	reuse_keep(&desk, &run, &desk.scanners[0], work, &todo, &r);
	assert_false(found());
	again();
	assert_false(found());
}

/* Each part of what made a verdict is part of the question for it. */
static void
another_maker_is_another_question(void **state)
{
	struct worker_result r = result(VERDICT_CLEAN, "");
	struct worker_about others[4] = {about, about, about, about};
	struct reuse_said said;
	(void)state;
	snprintf(others[0].version, sizeof(others[0].version), "2");
	snprintf(others[1].engine, sizeof(others[1].engine), "Engine 3");
	snprintf(others[2].signatures, sizeof(others[2].signatures), "27001");
	snprintf(others[3].signature_date, sizeof(others[3].signature_date), "2026");
	deliver(&r, true);
	for (size_t i = 0; i < 4; i++)
		assert_false(found_by(&others[i], &said));
	assert_true(found());
	/* another configuration */
	reuse_note(&desk, 0, "x", 1);
	assert_false(found());
	reuse_note(&desk, 0, manifest, sizeof(manifest));
	assert_true(found());
	/* another object, another length of it */
	todo.bytes++;
	assert_false(found());
	todo.bytes--;
	todo.sha256[31] ^= 1;
	assert_false(found());
}

static void
some_scanners_are_asked_each_time(void **state)
{
	struct manifest *m = &desk.scanners[0];
	struct reuse_run run;
	(void)state;
	for (int i = 0; i < 5; i++) {
		desk.reuse = reuse_free(desk.reuse);
		desk.reuse = reuse_new();
		struct manifest was = *m;
		m->children = i == 0;
		m->transfer = i == 1;
		m->command.n = i == 2;
		if (i == 3)
			snprintf(m->program, sizeof(m->program), "%s", MANIFEST_ADAPTER);
		if (i == 4)
			snprintf(m->program, sizeof(m->program), "not-there");
		reuse_note(&desk, 0, manifest, sizeof(manifest));
		reuse_begin(&desk, &policy, m, &about, &run);
		assert_int_equal(run.run, 0);
		assert_int_equal(run.mode, POLICY_REUSE_NO);
		*m = was;
	}
}

static void
policy_decides(void **state)
{
	struct worker_result r = result(VERDICT_CLEAN, "");
	struct reuse_run run;
	char text[REUSE_WHY_SIZE];
	(void)state;
	policy.reuse = POLICY_REUSE_SHOW;
	deliver(&r, true);
	assert_false(found());
	assert_true(reuse_show(&desk, todo.sha256, "av", now_s + 1, text));
	assert_string_equal(text, "clean, 1970-01-12 13:46Z");
	/* that was this transfer itself */
	assert_false(reuse_show(&desk, todo.sha256, "av", now_s, text));
	assert_false(reuse_show(&desk, todo.sha256, "type", now_s + 1, text));
	policy.reuse = POLICY_REUSE_NO;
	reuse_begin(&desk, &policy, &desk.scanners[0], &about, &run);
	assert_int_equal(run.run, 0);
	policy.reuse = POLICY_REUSE_USE;
	assert_true(found());
}

static void
too_old_or_of_a_day_to_come(void **state)
{
	struct worker_result r = result(VERDICT_CLEAN, "");
	(void)state;
	deliver(&r, true);
	now_s += 7 * 86400;
	assert_true(found());
	now_s++;
	assert_false(found());
	now_s -= 7 * 86400 + 1;
	assert_true(found());
	now_s--;
	assert_false(found());
}

/* LIM_REUSE_BYTES: what is longer is scanned again. */
static void
long_answers_are_not_kept(void **state)
{
	struct worker_result r = result(VERDICT_CLEAN, "");
	struct work_finding f = {.sha256 = todo.sha256,
	    .scanner = "av",
	    .rule = "r",
	    .class = "c",
	    .severity = "low",
	    .title = "t"};
	(void)state;
	MEM_FREE char *detail = mem_alloc(LIM_REUSE_BYTES + 1);
	memset(detail, 'x', LIM_REUSE_BYTES);
	f.detail = detail;
	for (int over = 1; over >= 0; over--) {
		/* ["clean","",100,100,"","",[["r","c","low","t","...",0]],[]] */
		size_t rest = strlen("[\"clean\",\"\",100,100,\"\",\"\",[[\"r\",\"c\",\"low\","
				     "\"t\",\"\",0]],[]]");
		detail[LIM_REUSE_BYTES - rest + (size_t)over] = '\0';
		work_close(work);
		assert_int_equal(work_open(":memory:", &work), ERR_OK);
		todo.sha256[0]++;
		assert_int_equal(work_finding_add(work, &f), ERR_OK);
		deliver(&r, true);
		assert_int_equal(found(), !over);
	}
}

/* --- poison ------------------------------------------------------------------------------- */

static void
poison(const char *sql_text)
{
	static const char *const none[] = {"SELECT 1"};
	struct sql *sql;
	MEM_FREE char *path = mem_printf("%s/work/index.db", home);
	desk.reuse = reuse_free(desk.reuse);
	assert_int_equal(sql_open(path, none, 1, &sql), ERR_OK);
	assert_int_equal(sql_exec(sql, sql_text), ERR_OK);
	sql_close(sql);
	begin_desk();
	work_close(work);
	assert_int_equal(work_open(":memory:", &work), ERR_OK);
}

static void
poisoned_index_makes_nothing_clean(void **state)
{
	static const char *const poisons[] = {
	    /* malicious becomes clean */
	    "UPDATE verdict SET body = cast(replace(cast(body AS text), 'malicious', 'clean') "
	    "AS blob)",
	    /* the clean one's answer for the malicious one */
	    "UPDATE verdict SET body = (SELECT body FROM verdict WHERE object = x'"
	    "00020300000000000000000000000000000000000000000000000000000000ff'), seal = "
	    "(SELECT seal "
	    "FROM verdict WHERE object = x'"
	    "00020300000000000000000000000000000000000000000000000000000000ff')",
	    /* a run that is younger, or by another */
	    "UPDATE run SET at = at + 1",
	    "UPDATE run SET scanner = 'type'",
	    "UPDATE run SET maker = zeroblob(32)",
	    "UPDATE run SET n = n + 100; UPDATE verdict SET run = run + 100",
	    "UPDATE verdict SET seal = zeroblob(32)",
	    "UPDATE run SET seal = zeroblob(32)",
	    "UPDATE run SET seal = NULL",
	    "DELETE FROM run",
	    /* a key that somebody chose */
	    "UPDATE meta SET value = "
	    "'0000000000000000000000000000000000000000000000000000000000000000'",
	    "DELETE FROM meta",
	};
	struct worker_result bad = result(VERDICT_MALICIOUS, ""),
			     good = result(VERDICT_CLEAN, "");
	(void)state;
	for (size_t i = 0; i < sizeof(poisons) / sizeof(poisons[0]); i++) {
		struct reuse_said said;
		teardown(NULL);
		setup(NULL);
		todo.sha256[0] = 0;
		todo.sha256[31] = 0xff;
		deliver(&good, true);
		todo.sha256[31] = 0xfe;
		deliver(&bad, true);
		poison(poisons[i]);
		bool is_found = found_by(&about, &said);
		if (is_found && said.result.verdict != VERDICT_MALICIOUS)
			fail_msg("poison %zu", i);
		if (is_found)
			fail_msg("poison %zu was not noticed", i);
		/* and it is as useful as before */
		deliver(&bad, true);
		assert_true(found());
	}
}

static void
damage_index(void)
{
	MEM_FREE char *file = mem_printf("%s/work/index.db", home);
	MEM_CLOSE int fd = open(file, O_WRONLY | O_TRUNC | O_CLOEXEC);
	assert_int_equal(write(fd, "nonsense", 8), 8);
}

static void
lost_or_damaged_index_is_made_anew(void **state)
{
	struct worker_result r = result(VERDICT_CLEAN, "");
	(void)state;
	deliver(&r, true);
	for (int i = 0; i < 2; i++) {
		desk.reuse = reuse_free(desk.reuse);
		if (i == 0)
			damage_index();
		else
			remove_index();
		begin_desk();
		assert_false(found());
		deliver(&r, true);
		assert_true(found());
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(complete_verdicts_are_used_again, setup, teardown),
	    cmocka_unit_test_setup_teardown(findings_and_facts_are_restored, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		what_did_not_prove_itself_is_not_used, setup, teardown),
	    cmocka_unit_test_setup_teardown(another_maker_is_another_question, setup, teardown),
	    cmocka_unit_test_setup_teardown(some_scanners_are_asked_each_time, setup, teardown),
	    cmocka_unit_test_setup_teardown(policy_decides, setup, teardown),
	    cmocka_unit_test_setup_teardown(too_old_or_of_a_day_to_come, setup, teardown),
	    cmocka_unit_test_setup_teardown(long_answers_are_not_kept, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		poisoned_index_makes_nothing_clean, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		lost_or_damaged_index_is_made_anew, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
