/* links: @rules src/proc/stager/bundle src/proc/stager/delivery src/proc/stager/fetch src/proc/stager/folder src/core/tarfile src/proc/stager/paper src/proc/stager/papers src/proc/stager/payload src/proc/stager/payload_read src/proc/stager/place src/proc/stager/record src/proc/stager/rescan src/proc/stager/share src/proc/stager/shelf tests/ipc/rig tests/ledger/maker src/core/account src/core/fact src/core/fold src/core/inventory_print src/core/name src/core/name_type src/core/report src/core/report_items src/core/slip src/core/where src/ipc/channel src/ipc/loop src/ipc/msg src/ipc/message src/base/boot src/base/buf src/base/clock src/base/err src/base/escape src/base/hex src/base/io src/base/log src/base/mem src/base/utf8 src/core/report_exceptions src/core/report_tell src/core/reading src/core/sheet src/core/sheet_json src/core/sheet_text src/core/tlog src/proc/stager/recall src/proc/stager/tombstone src/core/report_epochs src/core/report_recall src/core/veil */
/* SPDX-License-Identifier: ISC */
/*
 * Policy rescan_at_release: the stager's side, with a sallyport-rescan that is
 * played and can be told to misbehave.
 */
#include "src/base/hex.h"
#include "src/base/io.h"
#include "src/base/mem.h"
#include "src/core/digest.h"
#include "src/core/seal.h"
#include "tests/ipc/rig.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* A sallyport-rescan that is played, and what it does wrong. */
struct player {
	const char *refused;  /* the bridge's own words: none is started */
	bool unboxed;         /* without its sandbox */
	int die;              /* after so many objects; 0: never */
	const char *failed;   /* instead of its first answer */
	const char *verdict;  /* of the last object; NULL: clean */
	const char *proposed; /* of the last object; NULL: approve */
	bool other_bytes;     /* the digest it tells is another one */
	bool other_item;      /* it speaks of another item */
	const char *scanners; /* rows at the end, as JSON */
	bool twice;           /* it answers twice */
	unsigned objects;     /* shared: so many were given */
};

static void
player_result(struct channel *c, const struct player *p, const struct msg *m, bool last)
{
	uint8_t *bytes, digest[32];
	size_t n;
	char sha256[65];
	assert_int_equal(io_slurp(m->fd, 1 << 20, &bytes, &n), ERR_OK);
	digest_sha256(bytes, n, digest);
	digest[0] ^= last && p->other_bytes;
	hex_encode(digest, 32, sha256);
	free(bytes);
	json_t *said = json_pack("{s:I,s:s,s:I,s:s,s:s,s:s}", "item",
	    (json_int_t)msg_uint(m, "item") + (last && p->other_item), "sha256", sha256,
	    "bytes", (json_int_t)n, "verdict",
	    last && p->verdict != NULL ? p->verdict : "clean", "proposed",
	    last && p->proposed != NULL ? p->proposed : "approve", "why", "av says so");
	channel_send_wait(c, MSG_RESCAN_PROGRESS, NULL, -1);
	if (last && p->twice)
		channel_send_wait(c, MSG_RESCAN_RESULT, json_copy(said), -1);
	channel_send_wait(c, MSG_RESCAN_RESULT, said, -1);
}

_Noreturn static void
player_main(struct player *p, int fd, size_t scanners)
{
	struct channel *c = channel_new(fd, ROLE_RESCAN, ROLE_STAGER);
	struct msg m;
	size_t copies = 0;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	channel_hello(c, "test", !p->unboxed);
	if (channel_greet(c, 20000, NULL) != ERR_OK)
		_exit(0);
	for (; channel_recv_wait(c, &m, -1) == ERR_OK; msg_done(&m)) {
		if (m.id == MSG_RESCAN_BEGIN)
			channel_send_wait(c, MSG_RESCAN_READY, NULL, -1);
		if (m.id == MSG_RESCAN_END)
			channel_send_wait(c, MSG_RESCAN_ENDED,
			    json_pack("{s:o}", "scanners", json_loads(p->scanners, 0, NULL)),
			    -1);
		if (m.id != MSG_RESCAN_OBJECT || ++copies < scanners)
			continue;
		copies = 0;
		if (++p->objects == (unsigned)p->die)
			_exit(0);
		if (p->failed != NULL)
			channel_send_wait(
			    c, MSG_RESCAN_FAILED, json_pack("{s:s}", "why", p->failed), -1);
		else
			player_result(c, p, &m, p->objects == RIG_FILES);
	}
	_exit(0);
}

static enum err
player_bridge(void *arg, const json_t *names, int *ret_fd, char why[SHARE_WHY_SIZE])
{
	struct player *p = arg;
	int pair[2];
	assert_string_equal(json_string_value(json_array_get(names, 0)), "type");
	if (p->refused != NULL)
		return err_say(ERR_STATE, why, SHARE_WHY_SIZE, "%s", p->refused);
	assert_int_equal(0, socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair));
	if (fork() == 0) {
		close(pair[0]);
		player_main(p, pair[1], json_array_size(names));
	}
	close(pair[1]);
	*ret_fd = pair[0];
	return ERR_OK;
}

#define PLAYER_ROW                                                                            \
	"[{\"after\":\"pass\",\"before\":\"pass\",\"engine\":\"e\",\"kind\":\"av\",\"name\":" \
	"\"av\",\"sandbox\":true,\"signatures\":\"\",\"version\":\"1\"}]"

static struct player *
player_new(const struct player *like)
{
	struct player *p =
	    mmap(NULL, sizeof(*p), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(p != MAP_FAILED);
	*p = *like;
	if (p->scanners == NULL)
		p->scanners = PLAYER_ROW;
	return p;
}

static void
nobody_scans_at_release_unless_policy_asks(void **state)
{
	struct player *p = player_new(&(struct player){.refused = "asked for nothing"});
	struct rig r;
	(void)state;
	rig_open(&r, MAKER_APPROVED, RIG_FILES);
	r.delivery.bridge = player_bridge;
	r.delivery.arg = p;
	rig_released(&r);
	rig_close(&r);
	munmap(p, sizeof(*p));
}

static void
worse_or_unknown_at_release_releases_nothing_and_can_be_mended(void **state)
{
	static const struct {
		const char *what;
		struct player player;
		const char *why;
	} cases[] = {
	    {"worse", {.verdict = "malicious", .proposed = "block"},
		"was clean and is malicious"},
	    {"not sure any more", {.verdict = "incomplete"}, "is incomplete"},
	    {"policy", {.proposed = "block"}, "policy says block"},
	    {"a word nobody knows", {.verdict = "cleanish"}, "is not file-"},
	    {"other bytes", {.other_bytes = true}, "is not file-"},
	    {"another item", {.other_item = true}, "is not file-"},
	    {"no bridge", {.refused = "no scanner today"}, "no scanner today"},
	    {"unboxed", {.unboxed = true}, "without its sandbox"},
	    {"unfit", {.failed = "the scanner av: it is unfit"}, "it is unfit"},
	    {"gone at the first", {.die = 1}, "ended in the middle"},
	    {"gone at the last", {.die = RIG_FILES}, "ended in the middle"},
	    {"twice", {.twice = true}, "out of turn"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct player *p = player_new(&cases[i].player);
		struct rig r;
		rig_open_under(&r, MAKER_APPROVED, RIG_FILES, "rescan_at_release = true;");
		r.delivery.bridge = player_bridge;
		r.delivery.arg = p;
		rig_fails(&r, "rescan", cases[i].why);
		rig_invisible(&r);
		assert_int_equal(rig_state(&r), TRANSFER_FAULT);
		assert_int_equal(rig_entries(&r, "xfer.deliver"), 0);
		*p = (struct player){.scanners = PLAYER_ROW};
		rig_released(&r);
		assert_int_equal(p->objects, RIG_FILES);
		assert_int_equal(rig_state(&r), TRANSFER_RELEASED);
		rig_close(&r);
		munmap(p, sizeof(*p));
	}
}

/* The ledger looks at what is told of it once more. */
static void
scanners_that_prove_nothing_are_no_delivery(void **state)
{
	static const char *const rows[] = {"[]",
	    "[{\"after\":\"\",\"before\":\"pass\",\"engine\":\"e\",\"kind\":\"av\",\"name\":"
	    "\"av\",\"sandbox\":true,\"signatures\":\"\",\"version\":\"1\"}]",
	    "[{\"after\":\"pass\",\"before\":\"pass\",\"engine\":\"e\",\"kind\":\"av\","
	    "\"name\":"
	    "\"av\",\"sandbox\":false,\"signatures\":\"\",\"version\":\"1\"}]",
	    "[7]"};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct player *p = player_new(&(struct player){.scanners = rows[i]});
		struct rig r;
		rig_open_under(&r, MAKER_APPROVED, RIG_FILES, "rescan_at_release = true;");
		r.delivery.bridge = player_bridge;
		r.delivery.arg = p;
		rig_fails(&r, "rescan", "did not prove");
		rig_invisible(&r);
		assert_int_equal(rig_entries(&r, "xfer.deliver"), 0);
		rig_close(&r);
		munmap(p, sizeof(*p));
	}
}

static void
published_but_not_recorded_is_scanned_again_and_goes_when_it_is_worse(void **state)
{
	struct player *p = player_new(&(struct player){.verdict = NULL});
	struct rig r;
	(void)state;
	rig_open_under(&r, MAKER_APPROVED, RIG_FILES, "rescan_at_release = true;");
	r.delivery.bridge = player_bridge;
	r.delivery.arg = p;
	snprintf(r.mischief->refuse, sizeof(r.mischief->refuse), "xfer.deliver");
	rig_fails(&r, "deliver", "not today");
	assert_true(rig_exists(&r, "transfers/@"));
	r.mischief->refuse[0] = '\0';
	*p = (struct player){.scanners = PLAYER_ROW, .verdict = "malicious"};
	rig_fails(&r, "rescan", "is malicious");
	assert_false(rig_exists(&r, "transfers/@"));
	rig_close(&r);
	munmap(p, sizeof(*p));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nobody_scans_at_release_unless_policy_asks),
	    cmocka_unit_test(worse_or_unknown_at_release_releases_nothing_and_can_be_mended),
	    cmocka_unit_test(scanners_that_prove_nothing_are_no_delivery),
	    cmocka_unit_test(
		published_but_not_recorded_is_scanned_again_and_goes_when_it_is_worse),
	};
	umask(022);
	signal(SIGPIPE, SIG_IGN);
	digest_init();
	if (seal_init() != ERR_OK)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
