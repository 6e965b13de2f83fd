/* links: @rules src/proc/stager/bundle src/proc/stager/delivery src/proc/stager/fetch src/proc/stager/folder src/core/tarfile src/proc/stager/paper src/proc/stager/papers src/proc/stager/payload src/proc/stager/payload_read src/proc/stager/place src/proc/stager/record src/proc/stager/rescan src/proc/stager/share src/proc/stager/shelf tests/ipc/rig tests/ledger/maker src/core/account src/core/fact src/core/fold src/core/inventory_print src/core/name src/core/name_type src/core/report src/core/report_items src/core/slip src/core/where src/ipc/channel src/ipc/loop src/ipc/msg src/ipc/message src/base/boot src/base/buf src/base/clock src/base/err src/base/escape src/base/hex src/base/io src/base/log src/base/mem src/base/utf8 src/core/report_exceptions src/core/report_tell src/core/reading src/core/sheet src/core/sheet_json src/core/sheet_text src/core/tlog src/proc/stager/recall src/proc/stager/tombstone src/core/report_epochs src/core/report_recall src/core/veil */
/* SPDX-License-Identifier: ISC */
/*
 * The stager's work from end to end, with a ledger and a vault played by two
 * processes that can be told to misbehave.
 */
#include "src/base/clock.h"
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
#include <libgen.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* A program of the tree this test was built in. */
static char *
program_path(const char *name)
{
	char self[4096];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	assert_true(n > 0);
	self[n] = '\0';
	return mem_printf("%s/bin/%s", dirname(dirname(dirname(self))), name);
}

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

/* --- what goes well ------------------------------------------------------------------------
 */

static void
approved_files_appear_read_only_with_their_times(void **state)
{
	struct rig r;
	struct stat st;
	(void)state;
	rig_open(&r, MAKER_APPROVED, RIG_FILES);
	rig_released(&r);
	assert_int_equal(r.result.files, RIG_FILES);
	assert_int_equal(r.result.bytes, RIG_FILES * 15);
	assert_int_equal(rig_state(&r), TRANSFER_RELEASED);
	MEM_FREE char *path =
	    mem_printf("%s/share/transfers/%s/files/file-000003.txt", r.dir, r.id);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0444);
	int64_t wall_s;
	assert_true(clock_parse("2024-01-02T03:04:05Z", &wall_s));
	assert_int_equal(st.st_mtime, wall_s);
	assert_int_equal(0,
	    rig_shell(&r, "cd transfers/$0/files && sha256sum --quiet -c ../MANIFEST.sha256 &&"
			  " test $(stat -c %a . ..  | sort -u) = 555"));
	assert_false(rig_exists(&r, "transfers/.@.part"));
	rig_close(&r);
}

static void
custody_folder_is_whole_and_stock_tools_agree(void **state)
{
	static const char *const names[] = {"authority/entries.txt", "authority/checkpoint",
	    "authority.vkey", "log.vkey", "checkpoint", "inventory", "findings", "policy",
	    "manifest.sha256", "report.txt", "report.json", "slip.txt", "witness-policy",
	    "allowed_signers", "README.txt", "SHA256SUMS"};
	struct rig r;
	(void)state;
	rig_open(&r, MAKER_APPROVED, RIG_FILES);
	rig_released(&r);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		MEM_FREE char *path = mem_printf("custody/@/%s", names[i]);
		if (!rig_exists(&r, path))
			fail_msg("no %s", names[i]);
	}
	assert_int_equal(0,
	    rig_shell(&r, "cd custody/$0 && sha256sum --quiet -c SHA256SUMS &&"
			  " test $(find . -type f | wc -l) = $(($(wc -l < SHA256SUMS) + 1)) &&"
			  " cmp manifest.sha256 ../../transfers/$0/MANIFEST.sha256"));
	/* every signature, with nothing but ssh-keygen, as README.txt says */
	assert_int_equal(
	    0, rig_shell(&r,
		   "cd custody/$0 && w=$(mktemp -d) && n=0 && for e in entries/*; do"
		   " sed -n 1p $e > $w/body &&"
		   " { echo -----BEGIN SSH SIGNATURE-----; sed -n 2p $e;"
		   " echo -----END SSH SIGNATURE-----; } > $w/sig &&"
		   " id=$(sed 's/.*\"actor\":{\"id\":\"\\([^\"]*\\)\".*/\\1/' $w/body) &&"
		   " ssh-keygen -Y verify -f allowed_signers -I $id"
		   " -n custody-event-v1@sallyport -s $w/sig < $w/body > /dev/null &&"
		   " n=$((n+1)); done; rm -r $w; test $n = 8"));
	assert_int_equal(0, rig_shell(&r, "grep -q \"^$0\t.*\trita\t\" INDEX"));
	MEM_FREE char *verify = program_path("sallyport-verify");
	MEM_FREE char *script = mem_printf("%s --genesis %s custody/$0 > /dev/null", verify,
	    custody_genesis(record_custody(r.record)));
	assert_int_equal(0, rig_shell(&r, script));
	rig_close(&r);
}

static void
second_release_does_nothing_twice(void **state)
{
	struct rig r;
	(void)state;
	rig_open(&r, MAKER_APPROVED, RIG_FILES);
	rig_released(&r);
	rig_released(&r);
	assert_int_equal(rig_entries(&r, "xfer.release"), 1);
	assert_int_equal(rig_entries(&r, "xfer.deliver"), 1);
	MEM_FREE char *index = text_of(&r, "INDEX");
	size_t lines = 0;
	for (const char *p = index; (p = strchr(p, '\n')) != NULL; p++)
		lines++;
	assert_int_equal(lines, 2);
	rig_close(&r);
}

static void
index_keeps_the_lines_of_others(void **state)
{
	struct rig r;
	(void)state;
	rig_open(&r, MAKER_APPROVED, RIG_FILES);
	rig_put_text(&r, "share/INDEX", "# head\nK1-000000\tx\nK1-0000011\ty");
	rig_released(&r);
	rig_released(&r);
	assert_int_equal(
	    0, rig_shell(&r,
		   "test $(wc -l < INDEX) = 4 && grep -q '^K1-000000.x$' INDEX &&"
		   " grep -q '^K1-0000011.y$' INDEX && test $(grep -c \"^$0\t\" INDEX) = 1"));
	rig_close(&r);
}

static void
nothing_approved_gives_papers_and_no_delivery(void **state)
{
	struct rig r;
	(void)state;
	rig_open(&r, MAKER_CLOSED, 0);
	assert_int_equal(rig_state(&r), TRANSFER_CLOSED);
	if (delivery_custody(&r.delivery, r.id, &r.result) != ERR_OK)
		fail_msg("%s: %s", r.result.step, r.result.why);
	assert_true(rig_exists(&r, "custody/@/slip.txt"));
	assert_false(rig_exists(&r, "INDEX"));
	assert_false(rig_exists(&r, "transfers/@"));
	assert_int_equal(rig_release(&r), ERR_STATE);
	rig_close(&r);
}

static void
papers_can_be_made_at_any_time_and_again(void **state)
{
	static const enum maker_until untils[] = {MAKER_OPEN, MAKER_READING, MAKER_SCANNING,
	    MAKER_REVIEW, MAKER_SUBMITTED, MAKER_APPROVED, MAKER_RELEASED, MAKER_CLOSED};
	(void)state;
	for (size_t i = 0; i < sizeof(untils) / sizeof(untils[0]); i++) {
		struct rig r;
		rig_open(&r, untils[i], RIG_FILES);
		/* without it a share that lacks what was delivered is not believed */
		if (untils[i] >= MAKER_RELEASED)
			rig_shell(&r, ": >INDEX");
		for (int again = 0; again < 2; again++)
			if (delivery_custody(&r.delivery, r.id, &r.result) != ERR_OK)
				fail_msg(
				    "%d: %s: %s", (int)untils[i], r.result.step, r.result.why);
		assert_int_equal(
		    0, rig_shell(&r, "cd custody/$0 && sha256sum --quiet -c SHA256SUMS"));
		assert_false(rig_exists(&r, "custody/.@.part"));
		assert_int_equal(rig_exists(&r, "INDEX"), untils[i] >= MAKER_RELEASED);
		rig_close(&r);
	}
}

/* --- what must not go ------------------------------------------------------------------------
 */

static void
vault_that_lies_releases_nothing_and_can_be_mended(void **state)
{
	static const struct {
		const char *what;
		struct mischief mischief;
		const char *step, *why;
	} cases[] = {
	    {"a flipped byte", {.flip = 7, .missing = -1}, "read-back",
		"file-000007.txt was read back with other bytes"},
	    {"a missing object", {.flip = -1, .missing = RIG_FILES - 1}, "copy", "gone"},
	    {"a short object", {.flip = -1, .missing = -1, .cut = true}, "copy",
		"another size"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rig r;
		rig_open(&r, MAKER_APPROVED, RIG_FILES);
		*r.mischief = cases[i].mischief;
		rig_fails(&r, cases[i].step, cases[i].why);
		rig_invisible(&r);
		assert_int_equal(rig_state(&r), TRANSFER_FAULT);
		assert_int_equal(rig_entries(&r, "xfer.fault"), 1);
		*r.mischief = (struct mischief){.flip = -1, .missing = -1};
		rig_released(&r);
		assert_int_equal(rig_state(&r), TRANSFER_RELEASED);
		rig_close(&r);
	}
}

static void
transfer_in_another_state_does_not_go(void **state)
{
	static const enum maker_until untils[] = {
	    MAKER_OPEN, MAKER_READING, MAKER_SCANNING, MAKER_REVIEW, MAKER_SUBMITTED};
	(void)state;
	for (size_t i = 0; i < sizeof(untils) / sizeof(untils[0]); i++) {
		struct rig r;
		rig_open(&r, untils[i], RIG_FILES);
		enum transfer_state before = rig_state(&r);
		rig_fails(&r, "approvals", "not approved");
		rig_invisible(&r);
		assert_int_equal(rig_state(&r), before);
		rig_close(&r);
	}
}

static void
unknown_transfer_and_odd_names_do_nothing(void **state)
{
	static const char *const names[] = {"K1-000099", "", "../../x", "a/b", "K1-000001\n"};
	struct rig r;
	(void)state;
	rig_open(&r, MAKER_APPROVED, RIG_FILES);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_int_equal(
		    delivery_release(&r.delivery, names[i], &r.result), ERR_NOTFOUND);
		assert_int_equal(
		    delivery_custody(&r.delivery, names[i], &r.result), ERR_NOTFOUND);
	}
	rig_invisible(&r);
	rig_close(&r);
}

static void
process_without_sandbox_stops_the_release(void **state)
{
	struct rig r;
	(void)state;
	rig_open(&r, MAKER_APPROVED, RIG_FILES);
	r.delivery.sandboxed = false;
	rig_fails(&r, "approvals", "without their sandbox");
	rig_invisible(&r);
	rig_close(&r);
}

static void
other_ledger_than_the_pinned_one_is_refused(void **state)
{
	static const struct {
		const char *what, *genesis, *why;
	} cases[] = {
	    {"another genesis", ENTRY_ZEROS "\n", "another station"},
	    {"no digest", "hello\n", "64 lower-case hex"},
	    {"empty", "", "No genesis is pinned"},
	};
	struct rig r;
	(void)state;
	rig_open(&r, MAKER_APPROVED, RIG_FILES);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		rig_put_text(&r, "stager/genesis", cases[i].genesis);
		rig_fails(&r, "record", cases[i].why);
	}
	assert_int_equal(unlinkat(r.own, "genesis", 0), 0);
	rig_fails(&r, "record", "No genesis is pinned");
	rig_put_text(&r, "stager/genesis", custody_genesis(r.shop->maker->custody));
	/* a demo station, and a ledger that is not one */
	record_free(r.record);
	r.record = r.delivery.record = record_new(r.ledger, r.own, true);
	rig_fails(&r, "record", "demo");
	rig_invisible(&r);
	rig_new_record(&r);
	rig_released(&r);
	rig_close(&r);
}

static void
ledger_put_back_is_noticed_across_restarts(void **state)
{
	struct rig r;
	(void)state;
	rig_open(&r, MAKER_APPROVED, RIG_FILES);
	assert_int_equal(rig_state(&r), TRANSFER_APPROVED);
	r.mischief->hide = 1;
	rig_fails(&r, "record", "went back");
	rig_new_record(&r);
	rig_fails(&r, "record", "put back to an earlier state");
	rig_invisible(&r);
	r.mischief->hide = 0;
	rig_new_record(&r);
	rig_released(&r);
	rig_close(&r);
}

static void
rewritten_or_damaged_memory_of_the_head_is_no_excuse(void **state)
{
	static const struct {
		const char *head, *why;
	} cases[] = {
	    {"5 " ENTRY_ZEROS " site7/K1/custody/1\n", "rewritten"},
	    {"99999 " ENTRY_ZEROS " site7/K1/custody/1\n", "earlier state"},
	    {"5 " ENTRY_ZEROS " site7/K1/custody/2\n", "earlier state"},
	    {"5 " ENTRY_ZEROS "\n", "damaged"},
	    {"5 " ENTRY_ZEROS " \n", "damaged"},
	    {"5\n", "damaged"},
	    {"-5 " ENTRY_ZEROS "\n", "damaged"},
	    {"5 " ENTRY_ZEROS, "damaged"},
	    {"x", "damaged"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rig r;
		rig_open(&r, MAKER_APPROVED, RIG_FILES);
		rig_put_text(&r, "stager/head", cases[i].head);
		rig_fails(&r, "record", cases[i].why);
		rig_invisible(&r);
		rig_close(&r);
	}
}

static void
document_that_was_changed_stops_the_release(void **state)
{
	struct rig r;
	(void)state;
	rig_open(&r, MAKER_APPROVED, RIG_FILES);
	r.mischief->bad_doc = true;
	rig_fails(&r, "documents", "");
	rig_invisible(&r);
	rig_close(&r);
}

static void
ledger_that_takes_no_entry_means_no_release(void **state)
{
	struct rig r;
	(void)state;
	rig_open(&r, MAKER_APPROVED, RIG_FILES);
	snprintf(r.mischief->refuse, sizeof(r.mischief->refuse), "xfer.release");
	rig_fails(&r, "release", "not today");
	rig_invisible(&r);
	rig_close(&r);
}

/* --- after an interruption
 * ---------------------------------------------------------------------- */

static void
published_but_not_recorded_is_read_back_and_recorded(void **state)
{
	struct rig r;
	(void)state;
	rig_open(&r, MAKER_APPROVED, RIG_FILES);
	snprintf(r.mischief->refuse, sizeof(r.mischief->refuse), "xfer.deliver");
	rig_fails(&r, "deliver", "not today");
	assert_true(rig_exists(&r, "transfers/@"));
	assert_false(rig_exists(&r, "custody/@"));
	r.mischief->refuse[0] = '\0';
	/* the vault is not needed any more */
	r.mischief->missing = 0;
	rig_released(&r);
	assert_int_equal(rig_state(&r), TRANSFER_RELEASED);
	assert_int_equal(rig_entries(&r, "xfer.deliver"), 1);
	rig_close(&r);
}

static void
published_and_then_changed_is_never_recorded(void **state)
{
	static const struct {
		const char *what, *script, *why;
	} cases[] = {
	    {"other bytes", "echo x >> files/file-000004.txt; chmod 444 files/file-000004.txt",
		"file-000004.txt was read back with other bytes"},
	    {"one more file", "touch files/more", "not hold just what was approved"},
	    {"one less", "rm -f files/file-000000.txt", "file-000000.txt is not on the share"},
	    {"a mode", "chmod 644 files/file-000001.txt", "another mode"},
	    {"a link instead",
		"cd files; mv file-000001.txt /tmp/$0; ln -s /tmp/$0 file-000001.txt",
		"not on the share as a file"},
	    {"another manifest", "echo >> MANIFEST.sha256", "not the approved manifest"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rig r;
		rig_open(&r, MAKER_APPROVED, RIG_FILES);
		snprintf(r.mischief->refuse, sizeof(r.mischief->refuse), "xfer.deliver");
		rig_fails(&r, "deliver", "not today");
		r.mischief->refuse[0] = '\0';
		MEM_FREE char *script = mem_printf(
		    "cd transfers/$0 && chmod -R u+w . && chmod 444 files/* && chmod 644 "
		    "MANIFEST.sha256 files/file-000004.txt && { %s; }",
		    cases[i].script);
		/* what the script does not change is as it was */
		if (i != 0)
			rig_shell(&r, "chmod u+w transfers/$0/files");
		assert_int_equal(0, rig_shell(&r, script));
		if (i != 0)
			rig_shell(&r, "chmod 444 transfers/$0/files/file-000004.txt");
		rig_fails(&r, "read-back", cases[i].why);
		assert_int_equal(rig_entries(&r, "xfer.deliver"), 0);
		/* what is not what was signed does not stay on the share */
		assert_false(rig_exists(&r, "transfers/@"));
		rig_shell(&r, "rm -f /tmp/$0");
		rig_close(&r);
	}
}

static void
leftovers_are_swept_and_built_anew(void **state)
{
	struct rig r;
	(void)state;
	rig_open(&r, MAKER_APPROVED, RIG_FILES);
	assert_int_equal(
	    0, rig_shell(&r, "mkdir -p transfers/.$0.part/files/a "
			     "transfers/.K1-000077.part custody/.$0.part &&"
			     " echo junk > transfers/.$0.part/files/file-000001.txt &&"
			     " ln -s /etc transfers/.$0.part/files/a/etc && chmod -R "
			     "a-w transfers/.$0.part"));
	assert_int_equal(share_sweep(&r.share), ERR_OK);
	assert_false(rig_exists(&r, "transfers/.@.part"));
	assert_false(rig_exists(&r, "transfers/.K1-000077.part"));
	assert_false(rig_exists(&r, "custody/.@.part"));
	assert_int_equal(access("/etc/passwd", R_OK), 0);
	/* and without a sweep, by the release itself */
	assert_int_equal(0,
	    rig_shell(&r, "mkdir -p transfers/.$0.part/files && chmod 555 transfers/.$0.part"));
	rig_released(&r);
	rig_close(&r);
}

static void
something_else_in_the_place_is_not_touched(void **state)
{
	struct rig r;
	(void)state;
	rig_open(&r, MAKER_APPROVED, RIG_FILES);
	assert_int_equal(0, rig_shell(&r, "mkdir transfers/$0 && echo mine > transfers/$0/x"));
	rig_fails(&r, "read-back", "");
	assert_true(rig_exists(&r, "transfers/@/x"));
	rig_close(&r);
	rig_open(&r, MAKER_APPROVED, RIG_FILES);
	assert_int_equal(0, rig_shell(&r, "ln -s /tmp transfers/$0"));
	rig_fails(&r, "space", "is no directory");
	rig_close(&r);
}

static void
full_share_is_told_before_anything_is_recorded(void **state)
{
	struct rig r;
	char why[SHARE_WHY_SIZE];
	uint64_t free_bytes = 0;
	(void)state;
	rig_open(&r, MAKER_APPROVED, RIG_FILES);
	assert_int_equal(share_ready(&r.share, RIG_FILES, 1000, &free_bytes, why), ERR_OK);
	assert_int_equal(
	    share_ready(&r.share, 1, free_bytes * 2, &free_bytes, why), ERR_NOSPACE);
	assert_int_equal(share_ready(&r.share, UINT64_MAX, 1, &free_bytes, why), ERR_NOSPACE);
	r.share.floor_bytes = UINT64_MAX / 2;
	rig_fails(&r, "space", "do not fit");
	assert_int_equal(rig_entries(&r, "xfer.release"), 0);
	r.share.floor_bytes = 0;
	rig_released(&r);
	rig_close(&r);
}

/* --- the program itself, in its sandbox
 * --------------------------------------------------------- */

static struct channel *
program_start(struct rig *r, pid_t pids[3], struct channel **ret_parent)
{
	MEM_FREE char *path = program_path("sallyport-stager");
	int desk[2], parent[2], fds[4];
	fds[2] = rig_fork(r, ROLE_LEDGER, true, &pids[1]);
	fds[3] = rig_fork(r, ROLE_VAULT, true, &pids[2]);
	/* after the forks: the desk has gone when nobody holds its end */
	assert_int_equal(0, socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, desk));
	assert_int_equal(0, socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, parent));
	fds[0] = desk[1];
	fds[1] = parent[1];
	for (int i = 0; i < 4; i++) {
		int high = fcntl(fds[i], F_DUPFD_CLOEXEC, 100);
		close(fds[i]);
		fds[i] = high;
	}
	pids[0] = fork();
	if (pids[0] == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (int i = 0; i < 4; i++)
			dup2(fds[i], 3 + i);
		execl(path, path, "-d", r->dir, "-f", "0", (char *)NULL);
		_exit(127);
	}
	for (int i = 0; i < 4; i++)
		close(fds[i]);
	struct channel *p = channel_new(parent[0], ROLE_PARENT, ROLE_STAGER);
	assert_int_equal(channel_hello(p, "test", false), ERR_OK);
	struct channel *c = channel_new(desk[0], ROLE_DESK, ROLE_STAGER);
	assert_int_equal(channel_hello(c, "test", true), ERR_OK);
	assert_int_equal(channel_greet(c, 20000, NULL), ERR_OK);
	*ret_parent = p;
	return c;
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

/* The answer, after whatever progress is told. */
static struct msg
program_ask(struct channel *c, enum msg_id id, json_t *body)
{
	struct msg m;
	assert_int_equal(channel_send_wait(c, id, body, -1), ERR_OK);
	for (;;) {
		assert_int_equal(channel_recv_wait(c, &m, 20000), ERR_OK);
		if (m.id != MSG_STAGE_PROGRESS)
			return m;
		msg_done(&m);
	}
}

static void
program_releases_in_its_sandbox_and_not_without(void **state)
{
	struct rig r;
	pid_t pids[3];
	int status;
	(void)state;
	rig_open(&r, MAKER_APPROVED, RIG_FILES);
	assert_int_equal(0, rig_shell(&r, "mkdir -p transfers/.K1-000055.part"));
	MEM_FREE char *path = mem_printf("reports/%s/report.txt", r.id);
	struct maker *maker = r.shop->maker;
	assert_int_equal(maker_put(maker, LOG_CUSTODY,
			     maker_body(maker, LOG_CUSTODY, "audit.export", "station",
				 &maker->station, report_data("text", path, "text")),
			     &maker->station),
	    ERR_OK);
	struct channel *parent;
	struct channel *c = program_start(&r, pids, &parent);
	struct msg m =
	    program_ask(c, MSG_STAGE_CHECK, json_pack("{s:i,s:i}", "files", 3, "bytes", 1000));
	assert_int_equal(m.id, MSG_STAGE_CHECKED);
	assert_true(msg_bool(&m, "ok"));
	msg_done(&m);
	assert_false(rig_exists(&r, "transfers/.K1-000055.part"));
	m = program_ask(c, MSG_STAGE_RELEASE, json_pack("{s:s}", "transfer", r.id));
#ifdef SALLYPORT_NO_SANDBOX
	assert_int_equal(m.id, MSG_STAGE_FAILED);
	assert_non_null(strstr(msg_str(&m, "why"), "without their sandbox"));
	rig_invisible(&r);
#else
	if (m.id != MSG_STAGE_RELEASED)
		fail_msg("%s: %s", msg_str(&m, "step"), msg_str(&m, "why"));
	assert_int_equal(msg_uint(&m, "files"), RIG_FILES);
	assert_int_equal(0,
	    rig_shell(&r, "cd transfers/$0/files && sha256sum --quiet -c ../MANIFEST.sha256 &&"
			  " cd ../../../custody/$0 && sha256sum --quiet -c SHA256SUMS"));
#endif
	msg_done(&m);
	m = program_ask(c, MSG_STAGE_CUSTODY, json_pack("{s:s}", "transfer", r.id));
	assert_int_equal(m.id, MSG_STAGE_WRITTEN);
	assert_null(msg_str(&m, "name"));
	msg_done(&m);
	int fd;
	assert_int_equal(io_memfd("report", "text", 4, &fd), ERR_OK);
	for (int i = 0; i < 2; i++) {
		const char *name = i == 0 ? "report.txt" : "report.pdf.exe";
		assert_int_equal(
		    channel_send_wait(c, MSG_STAGE_REPORT,
			json_pack("{s:s,s:s}", "transfer", r.id, "name", name), fd),
		    ERR_OK);
		assert_int_equal(channel_recv_wait(c, &m, 20000), ERR_OK);
		assert_int_equal(m.id, i == 0 ? MSG_STAGE_WRITTEN : MSG_STAGE_FAILED);
		assert_string_equal(msg_str(&m, "name"), name);
		msg_done(&m);
	}
	close(fd);
	assert_true(rig_exists(&r, "reports/@/report.txt"));
	channel_free(c);
	channel_free(parent);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_int_equal(status, 0);
	}
	rig_close(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(approved_files_appear_read_only_with_their_times),
	    cmocka_unit_test(custody_folder_is_whole_and_stock_tools_agree),
	    cmocka_unit_test(second_release_does_nothing_twice),
	    cmocka_unit_test(index_keeps_the_lines_of_others),
	    cmocka_unit_test(nothing_approved_gives_papers_and_no_delivery),
	    cmocka_unit_test(papers_can_be_made_at_any_time_and_again),
	    cmocka_unit_test(vault_that_lies_releases_nothing_and_can_be_mended),
	    cmocka_unit_test(transfer_in_another_state_does_not_go),
	    cmocka_unit_test(unknown_transfer_and_odd_names_do_nothing),
	    cmocka_unit_test(process_without_sandbox_stops_the_release),
	    cmocka_unit_test(other_ledger_than_the_pinned_one_is_refused),
	    cmocka_unit_test(ledger_put_back_is_noticed_across_restarts),
	    cmocka_unit_test(rewritten_or_damaged_memory_of_the_head_is_no_excuse),
	    cmocka_unit_test(document_that_was_changed_stops_the_release),
	    cmocka_unit_test(ledger_that_takes_no_entry_means_no_release),
	    cmocka_unit_test(published_but_not_recorded_is_read_back_and_recorded),
	    cmocka_unit_test(published_and_then_changed_is_never_recorded),
	    cmocka_unit_test(leftovers_are_swept_and_built_anew),
	    cmocka_unit_test(something_else_in_the_place_is_not_touched),
	    cmocka_unit_test(full_share_is_told_before_anything_is_recorded),
	    cmocka_unit_test(program_releases_in_its_sandbox_and_not_without),
	};
	umask(022);
	signal(SIGPIPE, SIG_IGN);
	digest_init();
	if (seal_init() != ERR_OK)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
