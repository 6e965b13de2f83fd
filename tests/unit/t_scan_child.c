/* links: scanners/scan scanners/scan_child scanners/scan_parts scanners/scan_set src/ipc/channel src/ipc/landlock src/ipc/message src/ipc/msg src/ipc/sandbox src/ipc/sandbox_probe src/ipc/spawn src/base/buf src/base/clock src/base/err src/base/escape src/base/hex src/base/io src/base/log src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/* What a scanner hands back of what is inside: messages to the desk, frames to the vault. */
#include "tests/unit/scan_peer.h"

#define BIG (3u * LIM_FRAME_BYTES + 1)

/* --- a scanner that does as the first letter of the object says -------------------- */

static bool
fake_file(struct scan *s, struct scan_job *job, const char *name, const void *bytes, size_t n,
    bool whole)
{
	const struct scan_child c = {.name = name,
	    .name_len = strlen(name),
	    .kind = "file",
	    .size_bytes = n,
	    .mode = 0644,
	    .link = "",
	    .why = ""};
	uint64_t child = scan_put_child(s, job, &c);
	return scan_child_write(s, child, bytes, n) && scan_child_end(s, child, whole);
}

static void
fake_others(struct scan *s, struct scan_job *job)
{
	static char longer[LIM_PATH_BYTES + 1];
	memset(longer, 'n', sizeof(longer));
	const struct scan_child folder = {.name = "d",
	    .name_len = 1,
	    .kind = "directory",
	    .mode = 0755,
	    .link = "",
	    .why = ""};
	const struct scan_child link = {.name = longer,
	    .name_len = sizeof(longer),
	    .kind = "link",
	    .link = "a\xff\x1b",
	    .link_len = 3,
	    .why = ""};
	const struct scan_child locked = {.name = "e",
	    .name_len = 1,
	    .kind = "file",
	    .size_bytes = 7,
	    .link = "",
	    .why = "encrypted"};
	(void)scan_put_child(s, job, &folder);
	(void)scan_put_child(s, job, &link);
	(void)scan_put_child(s, job, &locked);
}

static void
fake_object(struct scan *s, struct scan_job *job)
{
	static uint8_t big[BIG];
	char c = '\0';
	bool given_up = false, taken = true;
	assert_int_equal(pread(job->fd, &c, 1, 0), 1);
	if (c == 'f') { /* files: small, empty, larger than a frame, broken */
		(void)fake_file(s, job, "a", "alpha", 5, true);
		(void)fake_file(s, job, "b", "", 0, true);
		(void)fake_file(s, job, "c", big, sizeof(big), true);
		(void)fake_file(s, job, "d", "del", 3, false);
	} else if (c == 'o')
		fake_others(s, job);
	else if (c == 'w') /* works until nobody wants it any more */
		while (!given_up) {
			(void)fake_file(s, job, "a", "alpha", 5, true);
			given_up = scan_cancelled(s, job);
		}
	else if (c == 'v') /* until the vault has gone */
		while (taken)
			taken = fake_file(s, job, "a", big, sizeof(big), true);
	char why[64];
	snprintf(why, sizeof(why), "room %llu depth %llu",
	    job->room_bytes == UINT64_MAX ? 0ull : (unsigned long long)job->room_bytes,
	    (unsigned long long)job->depth);
	scan_result(s, job,
	    given_up ? SCAN_TIMEOUT
	    : taken  ? SCAN_CLEAN
		     : SCAN_ERROR,
	    why, job->size_bytes);
}

const struct scan_ops fake_ops = {
    .name = "fake", .window = 1, .children = true, .setup = fake_setup, .object = fake_object};

/* One frame: its bytes when they fit in out. */
static struct frame
next_frame(struct peer *p, uint8_t *out, size_t size)
{
	uint8_t header[FRAME_HEADER_BYTES];
	assert_int_equal(io_read_all(p->pipe, header, sizeof(header)), ERR_OK);
	struct frame f = frame_get(header);
	assert_true(f.len_bytes <= size);
	if (f.len_bytes > 0)
		assert_int_equal(io_read_all(p->pipe, out, f.len_bytes), ERR_OK);
	return f;
}

/* A whole file, that is child number `child`; how it ended. */
static enum frame_kind
next_file(struct peer *p, uint64_t child, uint64_t *ret_bytes)
{
	static uint8_t out[LIM_FRAME_BYTES];
	struct frame f = next_frame(p, out, sizeof(out));
	uint64_t bytes = 0;
	assert_int_equal(f.kind, FRAME_BEGIN);
	for (;;) {
		assert_int_equal(f.item, child);
		f = next_frame(p, out, sizeof(out));
		if (f.kind != FRAME_DATA)
			break;
		assert_true(f.len_bytes > 0);
		bytes += f.len_bytes;
	}
	assert_int_equal(f.item, child);
	*ret_bytes = bytes;
	return (enum frame_kind)f.kind;
}

/* --- tests -------------------------------------------------------------------------------- */

static void
files_come_one_after_the_other(void **state)
{
	static const struct {
		const char *name;
		uint64_t bytes;
		enum frame_kind end;
	} rows[] = {{"a", 5, FRAME_END}, {"b", 0, FRAME_END}, {"c", BIG, FRAME_END},
	    {"d", 3, FRAME_ABORT}};
	struct peer p;
	(void)state;
	start(&p);
	/* numbers go on over objects */
	for (unsigned round = 0; round < 2; round++) {
		give(&p, round + 1, "files", 99, 3);
		for (unsigned i = 0; i < 4; i++) {
			uint64_t bytes = 0, child = 4 * round + i + 1;
			assert_int_equal(next_file(&p, child, &bytes), rows[i].end);
			assert_int_equal(bytes, rows[i].bytes);
			struct msg m = hear(&p, MSG_SCAN_CHILD);
			size_t n = 0;
			uint8_t *name = msg_bytes(&m, "name", &n);
			assert_int_equal(msg_uint(&m, "id"), round + 1);
			assert_int_equal(msg_uint(&m, "child"), child);
			assert_int_equal(n, 1);
			assert_memory_equal(name, rows[i].name, 1);
			assert_string_equal(msg_str(&m, "kind"), "file");
			assert_int_equal(msg_uint(&m, "size"), rows[i].bytes);
			assert_int_equal(msg_uint(&m, "mode"), 0644);
			free(name);
			msg_done(&m);
		}
		struct msg m = hear(&p, MSG_SCAN_RESULT);
		assert_string_equal(msg_str(&m, "verdict"), "clean");
		assert_string_equal(msg_str(&m, "why"), "room 99 depth 3");
		msg_done(&m);
	}
	assert_int_equal(close_peer(&p), 0);
}

static void
what_has_no_bytes_sends_no_frames(void **state)
{
	struct peer p;
	size_t n = 0;
	(void)state;
	start(&p);
	give(&p, 1, "others", -1, -1);
	struct msg m = hear(&p, MSG_SCAN_CHILD);
	assert_string_equal(msg_str(&m, "kind"), "directory");
	msg_done(&m);
	m = hear(&p, MSG_SCAN_CHILD);
	assert_string_equal(msg_str(&m, "kind"), "link");
	uint8_t *name = msg_bytes(&m, "name", &n);
	assert_int_equal(n, LIM_PATH_BYTES); /* one byte was too much */
	free(name);
	name = msg_bytes(&m, "link", &n);
	assert_int_equal(n, 3);
	assert_memory_equal(name, "a\xff\x1b", 3);
	free(name);
	msg_done(&m);
	m = hear(&p, MSG_SCAN_CHILD);
	assert_string_equal(msg_str(&m, "why"), "encrypted");
	msg_done(&m);
	m = hear(&p, MSG_SCAN_RESULT);
	/* a vault that says nothing of room has said nothing */
	assert_string_equal(msg_str(&m, "why"), "room 0 depth 0");
	msg_done(&m);
	/* the first frame there is belongs to the next object */
	give(&p, 2, "files", -1, -1);
	uint64_t bytes = 0;
	for (uint64_t child = 4; child < 8; child++)
		(void)next_file(&p, child, &bytes);
	assert_int_equal(close_peer(&p), 0);
}

static void
a_cancel_is_heard_in_the_middle_of_work(void **state)
{
	struct peer p;
	uint64_t bytes = 0;
	(void)state;
	start(&p);
	give(&p, 7, "work", -1, -1);
	for (uint64_t child = 1; child <= 3; child++)
		assert_int_equal(next_file(&p, child, &bytes), FRAME_END);
	assert_int_equal(
	    channel_send_wait(p.desk, MSG_SCAN_CANCEL, json_pack("{s:i}", "id", 7), -1),
	    ERR_OK);
	struct msg m;
	for (uint64_t child = 4;; child++) {
		assert_int_equal(channel_recv_wait(p.desk, &m, 20000), ERR_OK);
		if (m.id == MSG_SCAN_RESULT)
			break;
		assert_int_equal(m.id, MSG_SCAN_CHILD);
		/* whoever cancels goes on reading what is on its way */
		if (msg_uint(&m, "child") >= 4)
			assert_int_equal(
			    next_file(&p, msg_uint(&m, "child"), &bytes), FRAME_END);
		msg_done(&m);
	}
	assert_string_equal(msg_str(&m, "verdict"), "timeout");
	msg_done(&m);
	/* and the next one is as good as ever */
	give(&p, 8, "clean", -1, -1);
	m = hear(&p, MSG_SCAN_RESULT);
	assert_string_equal(msg_str(&m, "verdict"), "clean");
	msg_done(&m);
	assert_int_equal(close_peer(&p), 0);
}

static void
a_vault_that_has_gone_ends_the_object(void **state)
{
	struct peer p;
	struct msg m;
	(void)state;
	start(&p);
	give(&p, 1, "vault", -1, -1);
	uint64_t bytes = 0;
	assert_int_equal(next_file(&p, 1, &bytes), FRAME_END);
	assert_int_equal(bytes, BIG);
	close(p.pipe);
	p.pipe = -1;
	for (bool answered = false; !answered; msg_done(&m)) {
		assert_int_equal(channel_recv_wait(p.desk, &m, 20000), ERR_OK);
		answered = m.id == MSG_SCAN_RESULT;
		if (answered)
			assert_string_equal(msg_str(&m, "verdict"), "error");
	}
	assert_int_equal(close_peer(&p), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(files_come_one_after_the_other),
	    cmocka_unit_test(what_has_no_bytes_sends_no_frames),
	    cmocka_unit_test(a_cancel_is_heard_in_the_middle_of_work),
	    cmocka_unit_test(a_vault_that_has_gone_ends_the_object),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
