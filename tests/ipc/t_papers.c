/* links: @rules src/proc/stager/bundle src/proc/stager/delivery src/proc/stager/fetch src/proc/stager/folder src/core/tarfile src/proc/stager/paper src/proc/stager/papers src/proc/stager/payload src/proc/stager/payload_read src/proc/stager/place src/proc/stager/record src/proc/stager/rescan src/proc/stager/share src/proc/stager/shelf tests/ipc/rig tests/ledger/maker src/core/account src/core/fact src/core/fold src/core/inventory_print src/core/name src/core/name_type src/core/report src/core/report_items src/core/slip src/core/where src/ipc/channel src/ipc/loop src/ipc/msg src/ipc/message src/base/boot src/base/buf src/base/clock src/base/err src/base/escape src/base/hex src/base/io src/base/log src/base/mem src/base/utf8 src/core/report_exceptions src/core/report_tell src/core/reading src/core/sheet src/core/sheet_json src/core/sheet_text src/core/tlog src/proc/stager/recall src/proc/stager/tombstone src/core/report_epochs src/core/report_recall src/core/veil */
/* SPDX-License-Identifier: ISC */
/* Papers that are missing or old, and a share that is not what it was. */
#include "src/base/mem.h"
#include "src/proc/stager/papers.h"
#include "tests/ipc/rig.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void
assert_released(struct rig *r)
{
	if (delivery_release(&r->delivery, r->id, &r->result) != ERR_OK)
		fail_msg("%s: %s", r->result.step, r->result.why);
}

static void
papers_that_a_crash_left_out_are_found(void **state)
{
	static const struct {
		const char *what, *script;
		bool behind;
	} cases[] = {
	    {"nothing is missing", "true", false},
	    {"a folder was not written", "chmod -R u+w custody/$0 && rm -r custody/$0", true},
	    {"a folder lacks the last entry",
		"chmod -R u+w custody/$0 && rm \"$(ls custody/$0/entries/* | tail -n 1)\"",
		true},
	    {"all of it was taken off the share",
		"chmod -R u+w custody/$0 transfers/$0 && rm -r custody/$0 transfers/$0", false},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rig r;
		rig_open(&r, MAKER_APPROVED, RIG_FILES);
		assert_released(&r);
		assert_int_equal(0, rig_shell(&r, cases[i].script));
		if (papers_behind(&r.share, record_transfer(r.record, r.id)) != cases[i].behind)
			fail_msg("%s", cases[i].what);
		rig_close(&r);
	}
}

/* An unmounted share is an empty folder: what went there would be seen by nobody. */
static void
share_without_what_was_delivered_is_not_believed(void **state)
{
	struct rig r;
	char why[SHARE_WHY_SIZE];
	(void)state;
	rig_open(&r, MAKER_APPROVED, RIG_FILES);
	assert_int_equal(papers_share(r.record, &r.share, why), ERR_OK);
	assert_released(&r);
	assert_int_equal(papers_share(r.record, &r.share, why), ERR_OK);
	/* the run ended before its first INDEX */
	assert_int_equal(0, rig_shell(&r, "rm INDEX"));
	assert_int_equal(papers_share(r.record, &r.share, why), ERR_OK);
	assert_int_equal(0, rig_shell(&r, "mv transfers/$0 transfers/elsewhere"));
	assert_int_equal(papers_share(r.record, &r.share, why), ERR_STATE);
	assert_non_null(strstr(why, "neither INDEX nor any of the 1 transfers"));
	assert_int_equal(delivery_custody(&r.delivery, r.id, &r.result), ERR_STATE);
	assert_string_equal(r.result.step, "share");
	rig_close(&r);
}

static void
share_that_was_moved_or_is_not_there_is_told(void **state)
{
	struct rig r;
	char why[SHARE_WHY_SIZE];
	uint64_t free_bytes;
	(void)state;
	rig_open(&r, MAKER_APPROVED, RIG_FILES);
	MEM_FREE char *root = mem_printf("%s/share", r.dir);
	MEM_FREE char *away = mem_printf("%s/away", r.dir);
	r.share.path = root;
	assert_int_equal(share_there(&r.share, why), ERR_OK);
	assert_int_equal(rename(root, away), 0);
	assert_int_equal(share_there(&r.share, why), ERR_STATE);
	assert_int_equal(mkdir(root, 0755), 0);
	assert_int_equal(share_ready(&r.share, 1, 1, &free_bytes, why), ERR_STATE);
	assert_non_null(strstr(why, "unmounted, moved or replaced"));
	assert_int_equal(delivery_release(&r.delivery, r.id, &r.result), ERR_STATE);
	assert_string_equal(r.result.step, "share");
	assert_int_equal(rmdir(root), 0);
	assert_int_equal(rename(away, root), 0);
	assert_int_equal(share_there(&r.share, why), ERR_OK);
	const struct share none = {-1, -1, -1, -1, 0, "/nowhere", ENOENT};
	assert_int_equal(share_ready(&none, 1, 1, &free_bytes, why), ERR_STATE);
	assert_non_null(strstr(why, "/nowhere cannot be used: No such file or directory"));
	rig_close(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(papers_that_a_crash_left_out_are_found),
	    cmocka_unit_test(share_without_what_was_delivered_is_not_believed),
	    cmocka_unit_test(share_that_was_moved_or_is_not_there_is_told),
	};
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("papers", tests, NULL, NULL);
}
