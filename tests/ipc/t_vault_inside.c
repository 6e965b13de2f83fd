/* links: src/ipc/channel src/ipc/msg src/ipc/message src/core/digest src/base/io src/base/hex src/base/mem src/base/clock */
/* SPDX-License-Identifier: ISC */
/* What the vault does with what is inside objects. */
#include "tests/ipc/vaults.h"

static void
expect_kept(struct station *s, int tag, int item, const char *sha256)
{
	struct msg m = expect(s->desk, MSG_VAULT_KEPT);
	assert_int_equal(msg_uint(&m, "tag"), tag);
	assert_int_equal(msg_uint(&m, "item"), item);
	assert_string_equal(msg_str(&m, "sha256"), sha256);
	msg_done(&m);
}

static void
expect_failed(struct station *s, int tag, int item, bool cut, bool full)
{
	struct msg m = expect(s->desk, MSG_VAULT_FAILED);
	assert_int_equal(msg_uint(&m, "tag"), tag);
	assert_int_equal(msg_uint(&m, "item"), item);
	assert_int_equal(msg_bool(&m, "cut"), cut);
	assert_int_equal(msg_bool(&m, "full"), full);
	msg_done(&m);
}

/* Whether the vault's disk holds it: as an object of the medium, or inside one. */
static bool
lies(const struct station *s, const char *below, const char *sha256)
{
	MEM_FREE char *path = mem_printf("%s/vault/%s%.2s/%s", s->home, below, sha256, sha256);
	return access(path, F_OK) == 0;
}

/* By a desk that had heard of so many that were kept. */
static void
let_go(struct station *s, const char *digests, int told)
{
	MEM_CLOSE int fd = -1;
	assert_int_equal(io_memfd("inside", digests, strlen(digests), &fd), ERR_OK);
	say(s->desk, MSG_VAULT_LET_GO, json_pack("{s:i}", "told", told), fd);
}

static void
wait_until_gone(const struct station *s, const char *sha256)
{
	for (int64_t end = clock_mono_ms() + WAIT_MS;
	     lies(s, "inside/", sha256) && clock_mono_ms() < end;)
		usleep(1000);
	assert_false(lies(s, "inside/", sha256));
}

/* A reader and a scanner at the same time, their frames between each other's. */
static void
a_reader_and_a_scanner_send_at_once(void **state)
{
	struct station s;
	char read[HEX_DIGEST_SIZE], member[HEX_DIGEST_SIZE], both[HEX_DIGEST_SIZE];
	(void)state;
	station_open(&s, "0");
	int reader = attach_pipe(&s, 1), children = attach_kind(&s, 2, "children");
	put_frame(reader, FRAME_BEGIN, 0, 5, NULL);
	put_frame(reader, FRAME_DATA, 4, 5, "half");
	put_text(children, 1, "a member", member);
	expect_kept(&s, 2, 1, member);
	put_text(children, 2, "halfhalf", both);
	expect_kept(&s, 2, 2, both);
	put_frame(reader, FRAME_DATA, 4, 5, "half");
	put_frame(reader, FRAME_END, 0, 5, NULL);
	expect_kept(&s, 1, 5, both);
	put_text(reader, 6, "of the medium", read);
	expect_kept(&s, 1, 6, read);
	/* what was found on the medium does not go with what is inside */
	assert_true(lies(&s, "", both) && lies(&s, "inside/", both));
	assert_true(lies(&s, "", read) && !lies(&s, "inside/", read));
	assert_true(!lies(&s, "", member) && lies(&s, "inside/", member));
	close(reader);
	close(children);
	for (int i = 0; i < 2; i++) {
		struct msg m = expect(s.desk, MSG_VAULT_ENDED);
		msg_done(&m);
	}
	station_close(&s);
}

static void
a_member_that_breaks_off_fails_alone(void **state)
{
	struct station s;
	char first[HEX_DIGEST_SIZE], third[HEX_DIGEST_SIZE], read[HEX_DIGEST_SIZE];
	(void)state;
	station_open(&s, "0");
	int reader = attach_pipe(&s, 1), children = attach_kind(&s, 2, "children");
	put_text(children, 1, "first", first);
	put_frame(children, FRAME_BEGIN, 0, 2, NULL);
	put_frame(children, FRAME_DATA, 4, 2, "some");
	put_frame(children, FRAME_ABORT, 0, 2, NULL);
	put_text(children, 3, "third", third);
	expect_kept(&s, 2, 1, first);
	expect_failed(&s, 2, 2, true, false);
	expect_kept(&s, 2, 3, third);
	/* the process dies in the middle of the fourth */
	put_frame(children, FRAME_BEGIN, 0, 4, NULL);
	put_frame(children, FRAME_DATA, 4, 4, "some");
	close(children);
	expect_failed(&s, 2, 4, true, false);
	struct msg m = expect(s.desk, MSG_VAULT_ENDED);
	assert_int_equal(msg_uint(&m, "tag"), 2);
	msg_done(&m);
	put_text(reader, 7, "the reader goes on", read);
	expect_kept(&s, 1, 7, read);
	close(reader);
	m = expect(s.desk, MSG_VAULT_ENDED);
	msg_done(&m);
	station_close(&s);
}

/* The reading goes on where what is inside finds no room any more. */
static void
what_is_inside_leaves_room_for_the_reading(void **state)
{
	struct station s;
	char sha256[HEX_DIGEST_SIZE], first[HEX_DIGEST_SIZE];
	const uint64_t spare = UINT64_C(1) << 50; /* more than any disk of ours has */
	(void)state;
	station_open(&s, "0");
	int reader = attach_pipe(&s, 1), children = attach_kind(&s, 3, "children");
	struct channel *scanner = attach_scanner(&s, 2);
	put_text(reader, 5, "an archive", sha256);
	expect_kept(&s, 1, 5, sha256);
	/* with enough room the desk's word counts */
	say(s.desk, MSG_VAULT_GIVE,
	    json_pack("{s:i,s:i,s:s,s:s,s:s,s:i,s:i,s:i}", "tag", 2, "id", 1, "sha256", sha256,
		"type", "zip", "mime", "application/zip", "room", 1000, "depth", 3, "spare", 0),
	    -1);
	struct msg m = expect(scanner, MSG_SCAN_OBJECT);
	assert_int_equal(msg_uint(&m, "room"), 1000);
	assert_int_equal(msg_uint(&m, "depth"), 3);
	msg_done(&m);
	put_text(children, 1, "first", first);
	expect_kept(&s, 3, 1, first);
	/* and without it there is none: only what is inside finds the disk full */
	say(s.desk, MSG_VAULT_GIVE,
	    json_pack("{s:i,s:i,s:s,s:s,s:s,s:i,s:i,s:I}", "tag", 2, "id", 2, "sha256", sha256,
		"type", "zip", "mime", "application/zip", "room", 1000, "depth", 0, "spare",
		(json_int_t)spare),
	    -1);
	m = expect(scanner, MSG_SCAN_OBJECT);
	assert_int_equal(msg_uint(&m, "room"), 0);
	msg_done(&m);
	MEM_FREE uint8_t *block = mem_alloc(LIM_FRAME_BYTES);
	put_frame(children, FRAME_BEGIN, 0, 2, NULL);
	for (int i = 0; i < 2 * LIM_VAULT_SYNC_BYTES / LIM_FRAME_BYTES; i++)
		put_frame(children, FRAME_DATA, LIM_FRAME_BYTES, 2, block);
	put_frame(children, FRAME_END, 0, 2, NULL);
	expect_failed(&s, 3, 2, false, true);
	put_frame(children, FRAME_BEGIN, 0, 3, NULL);
	put_frame(children, FRAME_DATA, 4, 3, "tiny");
	put_frame(children, FRAME_END, 0, 3, NULL);
	expect_failed(&s, 3, 3, false, true);
	put_text(reader, 6, "of the medium", sha256);
	expect_kept(&s, 1, 6, sha256);
	close(reader);
	close(children);
	for (int i = 0; i < 2; i++) {
		m = expect(s.desk, MSG_VAULT_ENDED);
		msg_done(&m);
	}
	channel_free(scanner);
	station_close(&s);
}

static void
what_was_inside_goes_at_a_word_and_at_the_end(void **state)
{
	struct station s;
	char item[HEX_DIGEST_SIZE], a[HEX_DIGEST_SIZE], b[HEX_DIGEST_SIZE], c[HEX_DIGEST_SIZE];
	(void)state;
	station_open(&s, "0");
	keep_text(&s, 1, "both", item);
	int children = attach_kind(&s, 2, "children");
	struct channel *scanner = attach_scanner(&s, 3);
	put_text(children, 1, "both", a);
	put_text(children, 2, "only inside", b);
	put_text(children, 3, "and this", c);
	expect_kept(&s, 2, 1, a);
	expect_kept(&s, 2, 2, b);
	expect_kept(&s, 2, 3, c);
	give(&s, 3, 1, b);
	struct msg m = expect(scanner, MSG_SCAN_OBJECT);
	assert_int_equal(msg_uint(&m, "size"), 11);
	msg_done(&m);
	/* the purge of the medium's objects is not for it */
	MEM_FREE char *two = mem_printf("%s\n%s\n", a, b);
	let_go(&s, two, 4);
	wait_until_gone(&s, a);
	wait_until_gone(&s, b);
	assert_true(lies(&s, "", item));
	assert_true(lies(&s, "inside/", c));
	let_go(&s, "", 4);
	wait_until_gone(&s, c);
	give(&s, 3, 2, c);
	m = expect(s.desk, MSG_VAULT_MISSING);
	msg_done(&m);
	put_text(children, 4, "left behind", c);
	expect_kept(&s, 2, 4, c);
	close(children);
	m = expect(s.desk, MSG_VAULT_ENDED);
	msg_done(&m);
	channel_free(scanner);
	assert_true(lies(&s, "inside/", c));
	stop(&s);
	start(&s, "0");
	assert_false(lies(&s, "inside/", c));
	assert_true(lies(&s, "", item));
	station_close(&s);
}

/*
 * A file that was looked at gets a finer time than the kernel's coarse clock gives, and no
 * file gets an earlier one after that (since 6.13): what had just been kept seemed to be newer
 * than the word that came after it, and stayed.
 */
static void
what_goes_does_not_hang_on_a_clock(void **state)
{
	struct station s;
	struct stat st;
	char sha256[HEX_DIGEST_SIZE];
	(void)state;
	station_open(&s, "0");
	int children = attach_kind(&s, 2, "children");
	MEM_FREE char *path = mem_printf("%s/looked-at", s.home);
	MEM_CLOSE int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	for (int i = 1; i <= 50; i++) {
		MEM_FREE char *text = mem_printf("member %d", i);
		assert_int_equal(fstat(fd, &st), 0);
		assert_int_equal(futimens(fd, NULL), 0);
		put_text(children, (uint64_t)i, text, sha256);
		expect_kept(&s, 2, i, sha256);
		MEM_FREE char *one = mem_printf("%s\n", sha256);
		let_go(&s, one, i);
		wait_until_gone(&s, sha256);
	}
	close(children);
	struct msg m = expect(s.desk, MSG_VAULT_ENDED);
	msg_done(&m);
	station_close(&s);
}

/*
 * A transfer ended, and its word crossed the news that another one had the same inside: that
 * one found it gone, and called it an error.
 */
static void
a_word_does_not_reach_what_the_desk_has_not_heard_of(void **state)
{
	struct station s;
	char x[HEX_DIGEST_SIZE], y[HEX_DIGEST_SIZE], z[HEX_DIGEST_SIZE];
	(void)state;
	station_open(&s, "0");
	int first = attach_kind(&s, 1, "children"), second = attach_kind(&s, 2, "children");
	put_text(first, 1, "the same", x);
	expect_kept(&s, 1, 1, x);
	put_text(first, 2, "only here", y);
	expect_kept(&s, 1, 2, y);
	put_text(second, 1, "the same", x);
	put_text(second, 2, "news", z);
	expect_kept(&s, 2, 1, x);
	expect_kept(&s, 2, 2, z);
	/* said when only the first two had been heard of */
	MEM_FREE char *two = mem_printf("%s\n%s\n", x, y);
	let_go(&s, two, 2);
	wait_until_gone(&s, y);
	assert_true(lies(&s, "inside/", x));
	/* and of everything */
	let_go(&s, "", 3);
	wait_until_gone(&s, x);
	assert_true(lies(&s, "inside/", z));
	let_go(&s, "", 4);
	wait_until_gone(&s, z);
	close(first);
	close(second);
	for (int i = 0; i < 2; i++) {
		struct msg m = expect(s.desk, MSG_VAULT_ENDED);
		msg_done(&m);
	}
	station_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_reader_and_a_scanner_send_at_once),
	    cmocka_unit_test(a_member_that_breaks_off_fails_alone),
	    cmocka_unit_test(what_is_inside_leaves_room_for_the_reading),
	    cmocka_unit_test(what_was_inside_goes_at_a_word_and_at_the_end),
	    cmocka_unit_test(what_goes_does_not_hang_on_a_clock),
	    cmocka_unit_test(a_word_does_not_reach_what_the_desk_has_not_heard_of),
	};
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
