/* links: @rules src/proc/stager/bundle src/proc/stager/delivery src/proc/stager/fetch src/proc/stager/folder src/core/tarfile src/proc/stager/paper src/proc/stager/papers src/proc/stager/payload src/proc/stager/payload_read src/proc/stager/place src/proc/stager/recall src/proc/stager/tombstone src/proc/stager/record src/proc/stager/rescan src/proc/stager/share src/proc/stager/shelf tests/ipc/rig tests/ledger/maker src/core/account src/core/fact src/core/fold src/core/inventory_print src/core/name src/core/name_type src/core/report src/core/report_items src/core/slip src/core/where src/ipc/channel src/ipc/loop src/ipc/msg src/ipc/message src/base/boot src/base/buf src/base/clock src/base/err src/base/escape src/base/hex src/base/io src/base/log src/base/mem src/base/utf8 src/core/report_exceptions src/core/report_epochs src/core/report_recall src/core/veil src/core/report_tell src/core/reading src/core/sheet src/core/sheet_json src/core/sheet_text src/core/tlog */
/* SPDX-License-Identifier: ISC */
/* A delivery that is recalled or retired: the share at every step, and after every crash. */
#include "src/base/mem.h"
#include "src/proc/stager/papers.h"
#include "src/proc/stager/recall.h"
#include "src/proc/stager/tombstone.h"
#include "tests/ipc/rig.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const asks[] = {"xfer.recall", "xfer.retire"};
static const char *const dones[] = {"xfer.recalled", "xfer.retired"};

static void
opened(struct rig *r)
{
	rig_open(r, MAKER_APPROVED, RIG_FILES);
	rig_released(r);
}

static void
agreed(struct rig *r, size_t kind)
{
	opened(r);
	rig_sign(r, asks[kind], "anna");
	rig_sign(r, "xfer.confirm", "ben");
}

static enum err
run(struct rig *r)
{
	return recall_run(&r->delivery, r->id, &r->result);
}

static void
done(struct rig *r)
{
	if (run(r) != ERR_OK)
		fail_msg("%s: %s", r->result.step, r->result.why);
}

static void
fails(struct rig *r, const char *step, const char *words)
{
	assert_int_not_equal(run(r), ERR_OK);
	if (strcmp(r->result.step, step) != 0 || strstr(r->result.why, words) == NULL)
		fail_msg("%s: %s", r->result.step, r->result.why);
	assert_non_null(r->result.next);
}

/* The share's state as clients see it: what INDEX calls delivered is there, whole. */
static bool
is_consistent(const struct rig *r)
{
	return rig_shell(r,
		   "state=$(grep \"^$0\t\" INDEX | cut -f 8)\n"
		   "if [ -e transfers/$0/TOMBSTONE.txt ]; then\n"
		   "	[ \"$state\" != delivered ] && [ $(ls -A transfers/$0 | wc -l) = 1 ]\n"
		   "elif [ -e transfers/$0 ]; then\n"
		   "	cd transfers/$0/files && sha256sum --quiet -c ../MANIFEST.sha256 &&\n"
		   "	[ $(ls -A | wc -l) = 20 ]\n"
		   "else\n"
		   "	[ \"$state\" != delivered ]\n"
		   "fi") == 0;
}

/* All that must be true at the end, however often it was begun. */
static void
is_over(struct rig *r, size_t kind)
{
	assert_int_equal(rig_state(r), kind == 0 ? TRANSFER_RECALLED : TRANSFER_RETIRED);
	assert_int_equal(rig_entries(r, dones[kind]), 1);
	assert_int_equal(
	    0, rig_shell(r, "[ \"$(ls -A transfers/$0)\" = TOMBSTONE.txt ] &&"
			    " [ $(stat -c %a transfers/$0) = 555 ] &&"
			    " grep -q 'the wrong one' transfers/$0/TOMBSTONE.txt &&"
			    " [ $(stat -c %a transfers/.recalled) = 700 ]"));
	assert_int_equal(kind == 0, rig_exists(r, "transfers/.recalled/@/files"));
	assert_int_equal(
	    0, rig_shell(r, "grep -h '\"found\":true' custody/$0/entries/* | grep -q confirm"));
	assert_false(rig_exists(r, "transfers/.@.part"));
	assert_int_equal(0, rig_shell(r, kind == 0 ? "grep -q \"^$0\t.*\trecalled$\" INDEX"
						   : "grep -q \"^$0\t.*\tretired$\" INDEX"));
	assert_int_equal(
	    0, rig_shell(r, "cd custody/$0 && sha256sum --quiet -c SHA256SUMS &&"
			    " cat entries/* | grep -q '\"type\":\"xfer.re[a-z]*ed\"'"));
	assert_false(papers_behind(&r->share, record_transfer(r->record, r->id)));
	assert_true(is_consistent(r));
}

static void
two_signatures_move_a_delivery_out_of_sight(void **state)
{
	(void)state;
	for (size_t kind = 0; kind < 2; kind++) {
		struct rig r;
		agreed(&r, kind);
		assert_true(is_consistent(&r));
		assert_true(recall_due(record_transfer(r.record, r.id)));
		done(&r);
		is_over(&r, kind);
		assert_false(recall_due(record_transfer(r.record, r.id)));
		/* and neither papers nor a release bring it back */
		if (delivery_custody(&r.delivery, r.id, &r.result) != ERR_OK)
			fail_msg("%s", r.result.why);
		(void)delivery_release(&r.delivery, r.id, &r.result);
		is_over(&r, kind);
		rig_close(&r);
	}
}

static void
nothing_moves_before_the_second_signature(void **state)
{
	(void)state;
	for (size_t kind = 0; kind < 2; kind++) {
		struct rig r;
		opened(&r);
		fails(&r, "signatures", "RELEASED: no recall");
		rig_sign(&r, asks[kind], "anna");
		fails(&r, "signatures", "no recall or retirement has two signatures");
		assert_true(rig_exists(&r, "transfers/@/files"));
		rig_sign(&r, "xfer.keep", "anna");
		fails(&r, "signatures", "RELEASED: no recall");
		assert_true(is_consistent(&r));
		assert_int_equal(0, rig_shell(&r, "grep -q \"^$0\t.*\tdelivered$\" INDEX"));
		rig_close(&r);
		rig_open(&r, MAKER_REVIEW, RIG_FILES);
		fails(&r, "signatures", "REVIEW: no recall");
		rig_close(&r);
	}
}

static void
a_delivery_that_is_gone_leaves_a_tombstone_all_the_same(void **state)
{
	(void)state;
	for (size_t kind = 0; kind < 2; kind++) {
		struct rig r;
		agreed(&r, kind);
		assert_int_equal(
		    0, rig_shell(&r, "chmod -R u+w transfers/$0 && rm -r transfers/$0"));
		done(&r);
		assert_int_equal(
		    0, rig_shell(&r, "grep -h '\"found\":false' custody/$0/entries/* |"
				     " grep -q '\"type\":\"xfer.re[a-z]*ed\"'"));
		assert_false(rig_exists(&r, "transfers/.recalled/@"));
		rig_close(&r);
	}
}

/* What somebody put in the place afterwards is not taken for the tombstone. */
static void
something_else_in_the_place_is_told(void **state)
{
	struct rig r;
	(void)state;
	agreed(&r, 0);
	snprintf(r.mischief->refuse, sizeof(r.mischief->refuse), "xfer.recalled");
	fails(&r, "done", "not today");
	r.mischief->refuse[0] = '\0';
	assert_int_equal(
	    0, rig_shell(&r, "chmod u+w transfers/$0 && echo x > transfers/$0/more"));
	fails(&r, "move", "something else is in");
	assert_true(rig_exists(&r, "transfers/.recalled/@/files"));
	assert_int_equal(0, rig_shell(&r, "rm transfers/$0/more"));
	done(&r);
	is_over(&r, 0);
	rig_close(&r);
}

static void
refused_entry_is_asked_for_again(void **state)
{
	(void)state;
	for (size_t kind = 0; kind < 2; kind++) {
		struct rig r;
		agreed(&r, kind);
		snprintf(r.mischief->refuse, sizeof(r.mischief->refuse), "%s", dones[kind]);
		fails(&r, "done", "not today");
		assert_true(is_consistent(&r));
		assert_true(recall_due(record_transfer(r.record, r.id)));
		r.mischief->refuse[0] = '\0';
		rig_new_record(&r);
		done(&r);
		is_over(&r, kind);
		rig_close(&r);
	}
}

/* --- dying on the way ------------------------------------------------------------------ */

static int die_at;

static void
progress_or_die(void *arg, const char *transfer, const char *step, uint64_t n, uint64_t total,
    uint64_t bytes, uint64_t bytes_total)
{
	(void)arg;
	(void)transfer;
	(void)step;
	(void)n;
	(void)total;
	(void)bytes;
	(void)bytes_total;
	if (die_at-- == 0)
		kill(getpid(), SIGKILL);
}

/* Runs it in a process that is killed before its nth step; false when it came to its end. */
static bool
killed(struct rig *r, int at)
{
	int status = 0;
	pid_t pid = fork();
	if (pid == 0) {
		die_at = at;
		r->delivery.progress = progress_or_die;
		_exit(run(r) == ERR_OK ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
	return WIFSIGNALED(status);
}

static void
killed_before_any_step_it_is_taken_up_again(void **state)
{
	(void)state;
	for (size_t kind = 0; kind < 2; kind++) {
		bool died = true;
		for (int at = 0; died; at++) {
			struct rig r;
			agreed(&r, kind);
			died = killed(&r, at);
			if (!is_consistent(&r))
				fail_msg("killed before step %d: INDEX contradicts", at);
			assert_int_equal(share_sweep(&r.share), ERR_OK);
			rig_new_record(&r);
			char why[RECORD_WHY_SIZE];
			assert_int_equal(record_refresh(r.record, why), ERR_OK);
			if (recall_due(record_transfer(r.record, r.id)))
				done(&r);
			else if (delivery_custody(&r.delivery, r.id, &r.result) != ERR_OK)
				fail_msg("%s", r.result.why);
			is_over(&r, kind);
			rig_close(&r);
			assert_true(at < 100);
			assert_true(
			    died || at > 15); /* its own steps and those of the papers */
		}
	}
}

/* --- the move itself, from every place an earlier run may have left it in -------------------
 */

static void
the_move_ends_alike_wherever_it_begins(void **state)
{
	static const struct {
		const char *what, *script;
	} cases[] = {
	    {"nothing was done", "true"},
	    {"the place is there", "mkdir -m 700 transfers/.recalled"},
	    {"half a tombstone waits there", "mkdir -p transfers/.recalled/$0"},
	    {"the delivery can be moved", "chmod 755 transfers/$0"},
	    {"it is away, and nothing stands there",
		"mkdir -m 700 transfers/.recalled && chmod 755 transfers/$0 &&"
		" mv transfers/$0 transfers/.recalled/$0"},
	    {"the same, with half a tombstone",
		"mkdir -m 700 transfers/.recalled && chmod 755 transfers/$0 &&"
		" mv transfers/$0 transfers/.recalled/$0 && mkdir transfers/.$0.part"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rig r;
		agreed(&r, 0);
		print_message("%s\n", cases[i].what);
		assert_int_equal(0, rig_shell(&r, cases[i].script));
		done(&r);
		is_over(&r, 0);
		rig_close(&r);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(two_signatures_move_a_delivery_out_of_sight),
	    cmocka_unit_test(nothing_moves_before_the_second_signature),
	    cmocka_unit_test(a_delivery_that_is_gone_leaves_a_tombstone_all_the_same),
	    cmocka_unit_test(something_else_in_the_place_is_told),
	    cmocka_unit_test(refused_entry_is_asked_for_again),
	    cmocka_unit_test(killed_before_any_step_it_is_taken_up_again),
	    cmocka_unit_test(the_move_ends_alike_wherever_it_begins),
	};
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("recalling", tests, NULL, NULL);
}
