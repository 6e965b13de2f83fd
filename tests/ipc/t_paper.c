/* links: @rules src/proc/stager/bundle src/proc/stager/delivery src/proc/stager/fetch src/proc/stager/folder src/core/tarfile src/proc/stager/paper src/proc/stager/papers src/proc/stager/payload src/proc/stager/payload_read src/proc/stager/place src/proc/stager/record src/proc/stager/rescan src/proc/stager/share src/proc/stager/shelf tests/ipc/rig tests/ledger/maker src/core/account src/core/fact src/core/fold src/core/inventory_print src/core/name src/core/name_type src/core/report src/core/report_items src/core/slip src/core/where src/ipc/channel src/ipc/loop src/ipc/msg src/ipc/message src/base/boot src/base/buf src/base/clock src/base/err src/base/escape src/base/hex src/base/io src/base/log src/base/mem src/base/utf8 src/core/report_exceptions src/core/report_tell src/core/reading src/core/sheet src/core/sheet_json src/core/sheet_text src/core/tlog src/proc/stager/recall src/proc/stager/tombstone src/core/report_epochs src/core/report_recall src/core/veil */
/* SPDX-License-Identifier: ISC */
/* What leaves by reports/ on the share: what was entered, and nothing else, in nobody's place.
 */
#include "src/base/io.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/digest.h"
#include "src/core/seal.h"
#include "src/proc/stager/paper.h"
#include "tests/ipc/rig.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

static char *
text_of(const struct rig *r, const char *path)
{
	MEM_FREE char *full = mem_printf("%s/share/%s", r->dir, path);
	uint8_t *bytes;
	size_t n;
	int fd = open(full, O_RDONLY);
	if (fd < 0)
		fail_msg("%s is not there", path);
	assert_int_equal(io_slurp(fd, 1 << 24, &bytes, &n), ERR_OK);
	close(fd);
	return (char *)bytes;
}

static json_t *
report_data(const char *format, const char *path, const char *text)
{
	char sha256[HEX_DIGEST_SIZE];
	uint8_t digest[DIGEST_SIZE];
	digest_sha256(text, strlen(text), digest);
	hex_encode(digest, sizeof(digest), sha256);
	return json_pack("{s:s,s:s,s:s,s:s}", "document", sha256, "format", format, "name",
	    path, "officer", "anna");
}

/* What the desk enters before; a name that no export has is refused, and nothing is entered. */
static void
enter_report(struct rig *r, const char *format, const char *path, const char *text)
{
	static const enum msg_id answers[] = {
	    MSG_LEDGER_APPENDED, MSG_LEDGER_REFUSED, MSG_NONE};
	struct msg m;
	assert_int_equal(channel_call(r->ledger, MSG_LEDGER_EVENT,
			     json_pack("{s:s,s:s,s:o}", "type", "audit.export", "subj",
				 "station", "data", report_data(format, path, text)),
			     -1, answers, &m),
	    ERR_OK);
	msg_done(&m);
}

static enum err
put_report(struct rig *r, const char *transfer, const char *name, const char *text,
    char why[SHARE_WHY_SIZE])
{
	int fd;
	MEM_FREE char *path = mem_printf("reports/%s/%s", transfer, name);
	enter_report(r,
	    strcmp(transfer, "record") == 0   ? "ledger"
	    : strncmp(name, "bundle", 6) == 0 ? "bundle"
					      : "text",
	    path, text);
	assert_int_equal(io_memfd("report", text, strlen(text), &fd), ERR_OK);
	enum err e = paper_put(r->record, &r->share, transfer, name, fd, why);
	close(fd);
	return e;
}

static void
report_takes_the_place_of_the_older(void **state)
{
	struct rig r;
	char why[SHARE_WHY_SIZE] = "";
	(void)state;
	/* also of what was never approved, and without sandboxes */
	rig_open(&r, MAKER_REVIEW, RIG_FILES);
	r.delivery.sandboxed = false;
	MEM_FREE char *path = mem_printf("reports/%s/report.txt", r.id);
	assert_int_equal(put_report(&r, r.id, "report.txt", "the first\n", why), ERR_OK);
	assert_int_equal(put_report(&r, r.id, "report.txt", "the second\n", why), ERR_OK);
	MEM_FREE char *text = text_of(&r, path);
	assert_string_equal(text, "the second\n");
	assert_int_equal(put_report(&r, r.id, "slip.txt", "", why), ERR_OK);
	assert_int_equal(
	    0, rig_shell(&r, "test \"$(ls -A reports/$0)\" = 'report.txt\nslip.txt' ||"
			     " test $(ls -A reports/$0 | wc -l) = 2"));
	assert_int_equal(0, rig_shell(&r, "test $(stat -c %a reports/$0/slip.txt) = 444"));
	assert_false(rig_exists(&r, "transfers/@"));
	rig_close(&r);
}

static void
report_has_a_known_name_and_transfer(void **state)
{
	static const char *const names[] = {"", ".", "..", "report.exe", "../report.txt",
	    "a/report.txt", "report.txt ", "INDEX"};
	struct rig r;
	char why[SHARE_WHY_SIZE] = "";
	int ends[2];
	(void)state;
	rig_open(&r, MAKER_REVIEW, RIG_FILES);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (put_report(&r, r.id, names[i], "x", why) != ERR_DENIED)
			fail_msg("taken: %s", names[i]);
	assert_int_equal(put_report(&r, "K1-999999", "report.txt", "x", why), ERR_NOTFOUND);
	assert_int_equal(put_report(&r, "../custody", "report.txt", "x", why), ERR_NOTFOUND);
	/* what is not sealed could change while it is written */
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_not_equal(
	    paper_put(r.record, &r.share, r.id, "report.txt", ends[0], why), ERR_OK);
	close(ends[0]);
	close(ends[1]);
	assert_false(rig_exists(&r, "reports/@"));
	/* something else in its place is not followed */
	assert_int_equal(0, rig_shell(&r, "mkdir elsewhere && ln -s ../elsewhere reports/$0"));
	assert_int_not_equal(put_report(&r, r.id, "report.txt", "x", why), ERR_OK);
	assert_false(rig_exists(&r, "elsewhere/report.txt"));
	rig_close(&r);
}

static void
record_takes_nobodys_place(void **state)
{
	struct rig r;
	char why[SHARE_WHY_SIZE] = "";
	(void)state;
	rig_open(&r, MAKER_REVIEW, RIG_FILES);
	assert_int_equal(put_report(&r, r.id, "bundle-00000012.tar", "one", why), ERR_OK);
	assert_int_equal(put_report(&r, r.id, "bundle-00000012.tar", "one", why), ERR_OK);
	assert_int_equal(put_report(&r, r.id, "bundle-00000012.tar", "two", why), ERR_EXISTS);
	assert_non_null(strstr(why, "is there already"));
	MEM_FREE char *path = mem_printf("reports/%s/bundle-00000012.tar", r.id);
	MEM_FREE char *text = text_of(&r, path);
	assert_string_equal(text, "one");
	assert_int_equal(put_report(&r, "record", "ledger-00000012.db", "db", why), ERR_OK);
	/* a run that was cut short left this */
	assert_int_equal(0, rig_shell(&r, "touch reports/record/.ledger-00000011.db.part"));
	assert_int_equal(put_report(&r, "record", "ledger-00000013.db", "db", why), ERR_OK);
	assert_int_equal(0, rig_shell(&r, "test $(ls -A reports/record | wc -l) = 2"));
	/* only with a number */
	assert_int_equal(put_report(&r, r.id, "bundle-1.tar", "x", why), ERR_DENIED);
	assert_int_equal(put_report(&r, r.id, "bundle.tar", "x", why), ERR_DENIED);
	assert_int_equal(0, rig_shell(&r, "chmod 500 reports/record"));
	if (geteuid() != 0)
		assert_int_not_equal(
		    put_report(&r, "record", "ledger-00000014.db", "db", why), ERR_OK);
	assert_int_equal(0, rig_shell(&r, "chmod 700 reports/record"));
	rig_close(&r);
}

static void
nothing_leaves_that_was_not_entered(void **state)
{
	struct rig r;
	char why[SHARE_WHY_SIZE] = "";
	int fd;
	(void)state;
	rig_open(&r, MAKER_REVIEW, RIG_FILES);
	MEM_FREE char *path = mem_printf("reports/%s/report.txt", r.id);
	assert_int_equal(io_memfd("report", "text", 4, &fd), ERR_OK);
	assert_int_equal(
	    paper_put(r.record, &r.share, r.id, "report.txt", fd, why), ERR_DENIED);
	assert_non_null(strstr(why, "does not say that this leaves"));
	/* another document, or another name */
	enter_report(&r, "text", path, "another");
	MEM_FREE char *slip = mem_printf("reports/%s/slip.txt", r.id);
	enter_report(&r, "slip", slip, "text");
	assert_int_equal(
	    paper_put(r.record, &r.share, r.id, "report.txt", fd, why), ERR_DENIED);
	assert_false(rig_exists(&r, "reports/@"));
	enter_report(&r, "text", path, "text");
	/* it is looked for so far back, and no further */
	for (int i = 0; i < LIM_EXPORT_BACK - 1; i++)
		enter_report(&r, "text", path, "another");
	assert_int_equal(paper_put(r.record, &r.share, r.id, "report.txt", fd, why), ERR_OK);
	enter_report(&r, "text", path, "another");
	assert_int_equal(
	    paper_put(r.record, &r.share, r.id, "report.txt", fd, why), ERR_DENIED);
	close(fd);
	rig_close(&r);
}

static void
bundle_is_the_custody_folder_in_an_archive(void **state)
{
	struct rig r;
	struct delivery_result result;
	struct buf out;
	(void)state;
	rig_open(&r, MAKER_APPROVED, RIG_FILES);
	buf_init(&out, LIM_SEALED_BYTES);
	assert_int_equal(delivery_bundle(&r.delivery, r.id, &out, &result), ERR_OK);
	assert_int_equal(
	    delivery_bundle(&r.delivery, "K1-999999", &out, &result), ERR_NOTFOUND);
	/* nothing of it is on the share */
	rig_invisible(&r);
	MEM_FREE char *path = mem_printf("%s/bundle.tar", r.dir);
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(io_write_all(fd, out.data, out.len), ERR_OK);
	close(fd);
	assert_int_equal(
	    0, rig_shell(&r, "mkdir ../out && cd ../out && tar -xf ../bundle.tar && "
			     "sha256sum -c --quiet SHA256SUMS && test -s report.txt"));
	buf_done(&out);
	/* one that does not fit is said */
	buf_init(&out, 4096);
	assert_int_equal(delivery_bundle(&r.delivery, r.id, &out, &result), ERR_LIMIT);
	assert_non_null(strstr(result.why, "too large"));
	buf_done(&out);
	rig_close(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(report_takes_the_place_of_the_older),
	    cmocka_unit_test(report_has_a_known_name_and_transfer),
	    cmocka_unit_test(record_takes_nobodys_place),
	    cmocka_unit_test(nothing_leaves_that_was_not_entered),
	    cmocka_unit_test(bundle_is_the_custody_folder_in_an_archive),
	};
	umask(022);
	signal(SIGPIPE, SIG_IGN);
	digest_init();
	if (seal_init() != ERR_OK)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
