/* links: src/ipc/channel src/ipc/msg src/ipc/message src/core/digest src/base/io src/base/hex src/base/mem src/base/clock */
/* SPDX-License-Identifier: ISC */
/* The vault program itself, with desk, stager, parent, reader and scanner played by the test.
 */
#include "tests/ipc/vaults.h"

static void
object_goes_to_scanner_and_stager_read_only(void **state)
{
	struct station s;
	char sha256[HEX_DIGEST_SIZE];
	uint8_t *bytes;
	size_t n;
	(void)state;
	station_open(&s, "0");
#ifndef SALLYPORT_NO_SANDBOX
	assert_true(s.sandboxed);
#endif
	keep_text(&s, 1, "words on a stick\n", sha256);
	struct channel *scanner = attach_scanner(&s, 2);
	give(&s, 2, 77, sha256);
	struct msg a = expect(scanner, MSG_SCAN_OBJECT);
	assert_int_equal(msg_uint(&a, "id"), 77);
	assert_int_equal(msg_uint(&a, "size"), 17);
	assert_string_equal(msg_str(&a, "mime"), "text/plain");
	say(s.stager, MSG_STAGE_WANT, json_pack("{s:s}", "sha256", sha256), -1);
	struct msg b = expect(s.stager, MSG_VAULT_OBJECT);
	assert_int_equal(msg_uint(&b, "bytes"), 17);
	const int fds[2] = {a.fd, b.fd};
	for (int i = 0; i < 2; i++) {
		assert_int_equal(fcntl(fds[i], F_GETFL) & O_ACCMODE, O_RDONLY);
		/* a fresh descriptor for each: one reader's offset is not the other's */
		assert_int_equal(lseek(fds[i], 0, SEEK_CUR), 0);
		assert_int_equal(lseek(fds[i], 7, SEEK_SET), 7);
		assert_int_equal(io_slurp(fds[i], 100, &bytes, &n), ERR_OK);
		assert_string_equal((char *)bytes, "words on a stick\n");
		free(bytes);
	}
	msg_done(&a);
	msg_done(&b);
	channel_free(scanner);
	station_close(&s);
}

static void
unknown_object_or_scanner_is_told_as_missing(void **state)
{
	struct station s;
	char sha256[HEX_DIGEST_SIZE], none[HEX_DIGEST_SIZE];
	(void)state;
	station_open(&s, "0");
	keep_text(&s, 1, "x", sha256);
	struct channel *scanner = attach_scanner(&s, 2);
	snprintf(none, sizeof(none), "%064d", 0);
	for (unsigned i = 0; i < 2; i++) {
		give(&s, 2 + (int)i, 1 + (int)i, i == 0 ? none : sha256);
		struct msg m = expect(s.desk, MSG_VAULT_MISSING);
		assert_int_equal(msg_uint(&m, "tag"), 2 + i);
		assert_int_equal(msg_uint(&m, "id"), 1 + i);
		assert_string_equal(msg_str(&m, "sha256"), i == 0 ? none : sha256);
		assert_int_equal(msg_bool(&m, "gone"), i == 1);
		msg_done(&m);
	}
	say(s.stager, MSG_STAGE_WANT, json_pack("{s:s}", "sha256", none), -1);
	struct msg m = expect(s.stager, MSG_VAULT_MISSING);
	assert_string_equal(msg_str(&m, "sha256"), none);
	msg_done(&m);
	channel_free(scanner);
	station_close(&s);
}

/* Asks which of n digests are there whole: all of them this one, but for a few. */
static struct msg
check(struct station *s, const char *sha256, size_t n)
{
	json_t *objects = json_array();
	for (size_t i = 0; i < n; i++)
		json_array_append_new(objects, json_string(sha256));
	say(s->desk, MSG_VAULT_CHECK, json_pack("{s:i,s:o}", "tag", 4, "objects", objects), -1);
	return expect(s->desk, MSG_VAULT_CHECKED);
}

static void
objects_are_called_good_only_when_their_bytes_are(void **state)
{
	struct station s;
	char good[HEX_DIGEST_SIZE], bad[HEX_DIGEST_SIZE], none[HEX_DIGEST_SIZE], path[160];
	(void)state;
	station_open(&s, "0");
	keep_text(&s, 1, "it stays", good);
	keep_text(&s, 2, "it is damaged", bad);
	snprintf(none, sizeof(none), "%064d", 0);
	snprintf(path, sizeof(path), "%s/%.2s/%s", s.home, bad, bad);
	if (access(path, F_OK) != 0)
		snprintf(path, sizeof(path), "%s/vault/%.2s/%s", s.home, bad, bad);
	assert_int_equal(chmod(path, 0600), 0);
	int fd = open(path, O_WRONLY);
	assert_int_equal(write(fd, "other", 5), 5);
	close(fd);
	say(s.desk, MSG_VAULT_CHECK,
	    json_pack("{s:i,s:[s,s,s,s]}", "tag", 4, "objects", good, none, bad, good), -1);
	struct msg m = expect(s.desk, MSG_VAULT_CHECKED);
	assert_int_equal(msg_uint(&m, "tag"), 4);
	assert_int_equal(strncmp(msg_str(&m, "good"), "0900", 4), 0); /* bits 0 and 3 */
	msg_done(&m);
	/* what was wrong is gone, and can be kept again */
	assert_int_not_equal(access(path, F_OK), 0);
	keep_text(&s, 3, "it is damaged", none);
	m = check(&s, bad, 1);
	assert_int_equal(strncmp(msg_str(&m, "good"), "0100", 4), 0);
	msg_done(&m);
	m = check(&s, good, 0);
	assert_string_equal(msg_str(&m, "good"),
	    "0000000000000000000000000000000000000000000000000000000000000000");
	msg_done(&m);
	station_close(&s);
}

static void
one_object_too_many_to_look_at_ends_the_vault(void **state)
{
	struct station s;
	char sha256[HEX_DIGEST_SIZE];
	(void)state;
	station_open(&s, "0");
	keep_text(&s, 1, "it stays", sha256);
	struct msg m = check(&s, sha256, LIM_VAULT_CHECK);
	assert_string_equal(msg_str(&m, "good"),
	    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff");
	msg_done(&m);
	json_t *objects = json_array();
	for (size_t i = 0; i < LIM_VAULT_CHECK + 1; i++)
		json_array_append_new(objects, json_string(sha256));
	say(s.desk, MSG_VAULT_CHECK, json_pack("{s:i,s:o}", "tag", 4, "objects", objects), -1);
	ends_with_a_fault(&s);
}

static void
self_test_objects_are_what_engines_know(void **state)
{
	struct station s;
	uint8_t *bytes;
	size_t n;
	(void)state;
	station_open(&s, "0");
	struct channel *scanner = attach_scanner(&s, 9);
	for (int bad = 0; bad < 2; bad++) {
		say(s.desk, MSG_VAULT_TEST,
		    json_pack(
			"{s:i,s:i,s:s}", "tag", 9, "id", bad, "which", bad ? "bad" : "good"),
		    -1);
		struct msg m = expect(scanner, MSG_SCAN_OBJECT);
		assert_int_equal(msg_uint(&m, "id"), bad);
		/* sealed: no scanner can change what the next one gets */
		assert_int_equal(io_memfd_read(m.fd, 1000, &bytes, &n), ERR_OK);
		assert_int_equal(n, msg_uint(&m, "size"));
		uint8_t digest[DIGEST_SIZE];
		char hex[HEX_DIGEST_SIZE];
		digest_sha256(bytes, n, digest);
		hex_encode(digest, sizeof(digest), hex);
		assert_string_equal(hex, msg_str(&m, "sha256"));
		if (bad)
			assert_string_equal(hex,
			    "275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f");
		free(bytes);
		msg_done(&m);
	}
	channel_free(scanner);
	station_close(&s);
}

static void
each_set_of_signatures_has_marks_of_its_own(void **state)
{
	static const char *const which[] = {"loaded", "refused", "loaded"};
	struct station s;
	char set[HEX_DIGEST_SIZE], seen[3][HEX_DIGEST_SIZE];
	(void)state;
	station_open(&s, "0");
	struct channel *scanner = attach_scanner(&s, 9);
	for (int i = 0; i < 3; i++) {
		memset(set, i < 2 ? 'a' : 'b', sizeof(set) - 1);
		set[sizeof(set) - 1] = '\0';
		say(s.desk, MSG_VAULT_TEST,
		    json_pack("{s:i,s:i,s:s,s:s}", "tag", 9, "id", i + 1, "which", which[i],
			"set", set),
		    -1);
		struct msg m = expect(scanner, MSG_SCAN_OBJECT);
		snprintf(seen[i], sizeof(seen[i]), "%s", msg_str(&m, "sha256"));
		msg_done(&m);
	}
	assert_string_not_equal(seen[0], seen[1]);
	assert_string_not_equal(seen[0], seen[2]);
	assert_string_not_equal(seen[1], seen[2]);
	channel_free(scanner);
	station_close(&s);
}

static void
slow_scanner_gets_its_whole_window_in_order(void **state)
{
	struct station s;
	char sha256[HEX_DIGEST_SIZE];
	(void)state;
	station_open(&s, "0");
	keep_text(&s, 1, "x", sha256);
	struct channel *scanner = attach_scanner(&s, 2);
	for (int i = 0; i < LIM_SCAN_WINDOW; i++)
		give(&s, 2, i, sha256);
	usleep(100000);
	for (unsigned i = 0; i < LIM_SCAN_WINDOW; i++) {
		struct msg m = expect(scanner, MSG_SCAN_OBJECT);
		assert_int_equal(msg_uint(&m, "id"), i);
		msg_done(&m);
	}
	channel_free(scanner);
	station_close(&s);
}

static void
desk_that_does_not_listen_loses_no_result(void **state)
{
	enum { COUNT = 3000 };
	struct station s;
	(void)state;
	station_open(&s, "0");
	int fd = attach_pipe(&s, 1);
	pid_t reader = fork();
	if (reader == 0) {
		char sha256[HEX_DIGEST_SIZE], text[32];
		for (unsigned i = 0; i < COUNT; i++) {
			snprintf(text, sizeof(text), "object %u", i);
			put_text(fd, i, text, sha256);
		}
		_exit(0);
	}
	close(fd);
	usleep(300000);
	for (unsigned i = 0; i < COUNT; i++) {
		struct msg m = expect(s.desk, MSG_VAULT_KEPT);
		assert_int_equal(msg_uint(&m, "item"), i);
		msg_done(&m);
	}
	struct msg m = expect(s.desk, MSG_VAULT_ENDED);
	assert_int_equal(msg_uint(&m, "objects"), COUNT);
	msg_done(&m);
	waitpid(reader, NULL, 0);
	say(s.desk, MSG_VAULT_SYNC, json_pack("{s:i}", "req", 4), -1);
	m = expect(s.desk, MSG_VAULT_SYNCED);
	assert_int_equal(msg_uint(&m, "req"), 4);
	assert_true(msg_bool(&m, "ok"));
	msg_done(&m);
	say(s.desk, MSG_VAULT_SPACE, NULL, -1);
	m = expect(s.desk, MSG_VAULT_SPACE_IS);
	assert_int_equal(msg_uint(&m, "objects"), COUNT);
	assert_int_equal(msg_uint(&m, "bytes"), 7 * COUNT + 10 + 90 * 2 + 900 * 3 + 2000 * 4);
	msg_done(&m);
	station_close(&s);
}

static void
disk_below_its_floor_is_told_and_the_pipe_ends(void **state)
{
	struct station s;
	(void)state;
	station_open(&s, "9000000000000000000");
	int fd = attach_pipe(&s, 1);
	struct msg m = expect(s.desk, MSG_VAULT_FAILED);
	assert_true(msg_bool(&m, "full"));
	assert_non_null(strstr(msg_str(&m, "why"), "Purge"));
	msg_done(&m);
	m = expect(s.desk, MSG_VAULT_ENDED);
	msg_done(&m);
	close(fd);
	station_close(&s);
}

static void
purge_answers_with_counts_and_spares_what_is_being_read(void **state)
{
	struct station s;
	char a[HEX_DIGEST_SIZE], b[HEX_DIGEST_SIZE], list[2 * HEX_DIGEST_SIZE + 1];
	(void)state;
	station_open(&s, "0");
	keep_text(&s, 1, "first", a);
	int fd = attach_pipe(&s, 2);
	put_text(fd, 1, "second", b);
	struct msg m = expect(s.desk, MSG_VAULT_KEPT);
	msg_done(&m);
	snprintf(list, sizeof(list), "%s\n%064d\n", b, 7);
	for (int open = 1; open >= 0; open--) {
		int list_fd;
		assert_int_equal(io_memfd("purge", list, strlen(list), &list_fd), ERR_OK);
		say(s.desk, MSG_VAULT_PURGE, NULL, list_fd);
		close(list_fd);
		m = expect(s.desk, MSG_VAULT_PURGED);
		assert_int_equal(msg_uint(&m, "objects"), open ? 0 : 1);
		assert_int_equal(msg_uint(&m, "bytes"), open ? 0 : 6);
		assert_int_equal(msg_uint(&m, "missing"), 1);
		msg_done(&m);
		if (open) {
			close(fd);
			m = expect(s.desk, MSG_VAULT_ENDED);
			msg_done(&m);
		}
	}
	say(s.stager, MSG_STAGE_WANT, json_pack("{s:s}", "sha256", a), -1);
	m = expect(s.stager, MSG_VAULT_OBJECT);
	msg_done(&m);
	station_close(&s);
}

static void
killed_vault_starts_again_without_half_objects(void **state)
{
	struct station s;
	char sha256[HEX_DIGEST_SIZE], path[64];
	static uint8_t frame[LIM_FRAME_BYTES];
	(void)state;
	station_open(&s, "0");
	keep_text(&s, 1, "whole", sha256);
	int fd = attach_pipe(&s, 2), count = 0;
	put_frame(fd, FRAME_BEGIN, 0, 1, NULL);
	for (int i = 0; i < 20; i++)
		put_frame(fd, FRAME_DATA, sizeof(frame), 1, frame);
	kill(s.pid, SIGKILL);
	waitpid(s.pid, NULL, 0);
	close(fd);
	channel_free(s.desk);
	channel_free(s.stager);
	channel_free(s.parent);
	start(&s, "0");
	snprintf(path, sizeof(path), "%s/vault/tmp", s.home);
	say(s.desk, MSG_VAULT_SPACE, NULL, -1);
	struct msg m = expect(s.desk, MSG_VAULT_SPACE_IS);
	assert_int_equal(msg_uint(&m, "objects"), 1);
	msg_done(&m);
	DIR *d = opendir(path);
	assert_non_null(d);
	while (readdir(d) != NULL)
		count++;
	closedir(d);
	assert_int_equal(count, 2);
	station_close(&s);
}

static void
peer_that_breaks_the_rules_ends_the_vault_or_only_itself(void **state)
{
	struct station s;
	char sha256[HEX_DIGEST_SIZE];
	int pair[2];
	(void)state;
	station_open(&s, "0");
	/* a scanner that talks nonsense is dropped, the vault goes on */
	assert_int_equal(0, socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair));
	say(s.parent, MSG_VAULT_ATTACH, json_pack("{s:i,s:s}", "tag", 3, "kind", "scanner"),
	    pair[1]);
	close(pair[1]);
	struct msg m = expect(s.parent, MSG_VAULT_ATTACHED);
	msg_done(&m);
	assert_int_equal(send(pair[0], "nonsense", 8, 0), 8);
	keep_text(&s, 1, "still here", sha256);
	give(&s, 3, 1, sha256);
	m = expect(s.desk, MSG_VAULT_MISSING);
	msg_done(&m);
	close(pair[0]);
	/* a desk that does cannot be trusted with anything */
	assert_int_equal(send(channel_fd(s.desk), "nonsense", 8, 0), 8);
	ends_with_a_fault(&s);
}

static void
one_reader_or_scanner_too_many_is_turned_away(void **state)
{
	struct station s;
	struct channel *scanners[LIM_VAULT_SCANNERS];
	int fds[LIM_VAULT_PIPES], pair[2];
	char sha256[HEX_DIGEST_SIZE], byte;
	(void)state;
	station_open(&s, "0");
	for (int i = 0; i < LIM_VAULT_PIPES; i++)
		fds[i] = attach_pipe(&s, i);
	put_text(fds[LIM_VAULT_PIPES - 1], 1, "the last one works", sha256);
	struct msg m = expect(s.desk, MSG_VAULT_KEPT);
	msg_done(&m);
	int more = attach_pipe(&s, 1000);
	m = expect(s.desk, MSG_VAULT_FAILED);
	assert_int_equal(msg_uint(&m, "tag"), 1000);
	assert_false(msg_bool(&m, "full"));
	msg_done(&m);
	m = expect(s.desk, MSG_VAULT_ENDED);
	msg_done(&m);
	assert_int_equal(write(more, "x", 1), -1);
	close(more);
	for (int i = 0; i < LIM_VAULT_SCANNERS; i++)
		scanners[i] = attach_scanner(&s, 2000 + i);
	give(&s, 2000 + LIM_VAULT_SCANNERS - 1, 1, sha256);
	m = expect(scanners[LIM_VAULT_SCANNERS - 1], MSG_SCAN_OBJECT);
	msg_done(&m);
	assert_int_equal(0, socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair));
	say(s.parent, MSG_VAULT_ATTACH, json_pack("{s:i,s:s}", "tag", 3000, "kind", "scanner"),
	    pair[1]);
	close(pair[1]);
	assert_int_equal(read(pair[0], &byte, 1), 0);
	close(pair[0]);
	for (int i = 0; i < LIM_VAULT_SCANNERS; i++)
		channel_free(scanners[i]);
	for (int i = 0; i < LIM_VAULT_PIPES; i++)
		close(fds[i]);
	station_close(&s);
}

static void
desk_that_only_asks_ends_the_vault_and_not_its_memory(void **state)
{
	struct station s;
	(void)state;
	station_open(&s, "0");
	for (int i = 0; i < LIM_VAULT_ANSWERS; i++)
		say(s.desk, MSG_VAULT_SPACE, NULL, -1);
	for (int i = 0; i < LIM_VAULT_ANSWERS; i++) {
		struct msg m = expect(s.desk, MSG_VAULT_SPACE_IS);
		msg_done(&m);
	}
	for (int i = 0; i < 2 * LIM_VAULT_ANSWERS; i++)
		if (channel_send_wait(s.desk, MSG_VAULT_SPACE, NULL, -1) != ERR_OK)
			break;
	ends_with_a_fault(&s);
}

static void
desk_and_stager_of_two_conversations_do_not_stay_so(void **state)
{
	struct station s;
	int status;
	(void)state;
	station_open(&s, "0");
	int64_t since_ms = clock_mono_ms();
	s.stager = channel_free(s.stager);
	assert_int_equal(waitpid(s.pid, &status, 0), s.pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	assert_true(clock_mono_ms() - since_ms >= LIM_ALONE_MS);
	channel_free(s.desk);
	channel_free(s.parent);
	start(&s, "0");
	station_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(object_goes_to_scanner_and_stager_read_only),
	    cmocka_unit_test(unknown_object_or_scanner_is_told_as_missing),
	    cmocka_unit_test(objects_are_called_good_only_when_their_bytes_are),
	    cmocka_unit_test(one_object_too_many_to_look_at_ends_the_vault),
	    cmocka_unit_test(self_test_objects_are_what_engines_know),
	    cmocka_unit_test(each_set_of_signatures_has_marks_of_its_own),
	    cmocka_unit_test(slow_scanner_gets_its_whole_window_in_order),
	    cmocka_unit_test(desk_that_does_not_listen_loses_no_result),
	    cmocka_unit_test(disk_below_its_floor_is_told_and_the_pipe_ends),
	    cmocka_unit_test(purge_answers_with_counts_and_spares_what_is_being_read),
	    cmocka_unit_test(killed_vault_starts_again_without_half_objects),
	    cmocka_unit_test(one_reader_or_scanner_too_many_is_turned_away),
	    cmocka_unit_test(desk_that_only_asks_ends_the_vault_and_not_its_memory),
	    cmocka_unit_test(peer_that_breaks_the_rules_ends_the_vault_or_only_itself),
	    cmocka_unit_test(desk_and_stager_of_two_conversations_do_not_stay_so),
	};
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
