/* links: src/ipc/channel src/ipc/msg src/ipc/message src/core/digest src/base/io src/base/hex src/base/mem src/base/clock */
/* SPDX-License-Identifier: ISC */
/* The reader program itself, with desk and vault played by the test. */
#include "src/base/hex.h"
#include "src/base/io.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/digest.h"
#include "src/ipc/channel.h"
#include "src/ipc/frame.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define WAIT_MS 20000
#define ITEMS   200

struct station {
	char dir[32];
	pid_t pid;
	struct channel *desk;
	int pipe;
	bool sandboxed;
	struct found {
		char name[300];
		char kind[16], state[16];
		uint64_t parent, size;
	} items[ITEMS + 1];
	size_t n_items;
	uint64_t files, bytes; /* as it told last */
	uint64_t heard;        /* messages so far */
	uint64_t at;           /* the volume it is at work on */
	json_t *without;       /* where partitions begin that are not looked into, or NULL */
};

static void
shell(const struct station *s, const char *script)
{
	pid_t pid = fork();
	int status = 1;
	if (pid == 0) {
		if (chdir(s->dir) == 0)
			execlp("sh", "sh", "-ec", script, (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* bin/ of the tree this test was built in. */
static char *
program_path(void)
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	assert_true(n > 0);
	self[n] = '\0';
	return mem_printf("%s/bin/sallyport-reader", dirname(dirname(dirname(self))));
}

static void
start(struct station *s, const char *image)
{
	int desk[2], data[2];
	char path[64];
	MEM_FREE char *program = program_path();

	snprintf(path, sizeof(path), "%s/%s", s->dir, image);
	int medium = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(medium >= 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, desk), 0);
	assert_int_equal(pipe2(data, O_CLOEXEC), 0);
	s->pid = fork();
	if (s->pid == 0) {
		int fds[] = {fcntl(desk[1], F_DUPFD, 10), fcntl(data[1], F_DUPFD, 10),
		    fcntl(medium, F_DUPFD, 10)};
		for (int i = 0; i < 3; i++)
			dup2(fds[i], 3 + i);
		close_range(6, ~0u, 0);
		execl(program, program, (char *)NULL);
		_exit(127);
	}
	close(desk[1]);
	close(data[1]);
	close(medium);
	s->pipe = data[0];
	s->n_items = 0;
	s->files = s->bytes = s->heard = s->at = 0;
	s->desk = channel_new(desk[0], ROLE_DESK, ROLE_READER);
	assert_int_equal(channel_hello(s->desk, "test", true), ERR_OK);
	assert_int_equal(channel_greet(s->desk, WAIT_MS, &s->sandboxed), ERR_OK);
	json_t *begin = json_object();
	if (s->without != NULL)
		json_object_set_new(begin, "without", s->without);
	s->without = NULL;
	assert_int_equal(channel_send_wait(s->desk, MSG_READ_BEGIN, begin, -1), ERR_OK);
}

static int
stop(struct station *s)
{
	int status = 0;
	s->desk = channel_free(s->desk);
	close(s->pipe);
	assert_int_equal(waitpid(s->pid, &status, 0), s->pid);
	return status;
}

static struct msg
next(struct station *s)
{
	struct msg m;
	for (;;) {
		assert_int_equal(channel_recv_wait(s->desk, &m, WAIT_MS), ERR_OK);
		s->heard += m.id != MSG_READER_AT;
		if (m.id == MSG_READER_AT) {
			s->at = msg_uint(&m, "volume");
			msg_done(&m);
			continue;
		}
		if (m.id != MSG_READER_PROGRESS)
			return m;
		/* how much there is by now, which never shrinks */
		assert_true(msg_uint(&m, "files") >= s->files);
		assert_true(msg_uint(&m, "bytes") >= s->bytes);
		s->files = msg_uint(&m, "files");
		s->bytes = msg_uint(&m, "bytes");
		msg_done(&m);
	}
}

/* Takes the metadata; returns the message that ends it. */
static struct msg
take_items(struct station *s)
{
	for (;;) {
		struct msg m = next(s);
		if (m.id == MSG_READER_TOTALS || m.id == MSG_READER_FAILED)
			return m;
		if (m.id == MSG_READER_ITEM) {
			uint64_t id = msg_uint(&m, "id");
			size_t n = 0;
			MEM_FREE uint8_t *name = msg_bytes(&m, "name", &n);
			assert_int_equal(id, s->n_items + 1); /* parents come first */
			assert_true(msg_uint(&m, "parent") < id && id <= ITEMS);
			struct found *f = &s->items[id];
			snprintf(f->name, sizeof(f->name), "%.*s", (int)n, (char *)name);
			snprintf(f->kind, sizeof(f->kind), "%s", msg_str(&m, "kind"));
			snprintf(f->state, sizeof(f->state), "%s", msg_str(&m, "state"));
			f->parent = msg_uint(&m, "parent");
			f->size = msg_uint(&m, "size");
			s->n_items++;
		}
		msg_done(&m);
	}
}

/* Starts it on this image; the metadata are taken, the contents wait for read.go. */
static void
list(struct station *s, const char *image)
{
	start(s, image);
	struct msg m = next(s);
	msg_done(&m);
	m = take_items(s);
	msg_done(&m);
}

static uint64_t
find(const struct station *s, const char *name)
{
	for (uint64_t i = 1; i <= s->n_items; i++)
		if (strcmp(s->items[i].name, name) == 0)
			return i;
	fail_msg("%s was not found", name);
	return 0;
}

static void
read_exactly(int fd, void *out, size_t n)
{
	for (size_t got = 0; got < n;) {
		struct pollfd p = {fd, POLLIN, 0};
		assert_int_equal(poll(&p, 1, WAIT_MS), 1);
		ssize_t r = read(fd, (char *)out + got, n - got);
		assert_true(r > 0);
		got += (size_t)r;
	}
}

/* The next object on the pipe: its item and digest; true when it ended well. */
static bool
take_object(
    struct station *s, uint64_t *ret_item, uint64_t *ret_bytes, char sum[HEX_DIGEST_SIZE])
{
	static uint8_t data[LIM_FRAME_BYTES];
	uint8_t head[FRAME_HEADER_BYTES], bin[DIGEST_SIZE];
	struct digest *d = digest_new();
	struct frame f;

	*ret_bytes = 0;
	read_exactly(s->pipe, head, sizeof(head));
	f = frame_get(head);
	assert_int_equal(f.kind, FRAME_BEGIN);
	*ret_item = f.item;
	for (;;) {
		read_exactly(s->pipe, head, sizeof(head));
		f = frame_get(head);
		assert_int_equal(f.item, *ret_item);
		if (f.kind != FRAME_DATA)
			break;
		assert_in_range(f.len_bytes, 1, LIM_FRAME_BYTES);
		read_exactly(s->pipe, data, f.len_bytes);
		digest_add(d, data, f.len_bytes);
		*ret_bytes += f.len_bytes;
	}
	assert_true(f.kind == FRAME_END || f.kind == FRAME_ABORT);
	digest_final(d, bin);
	hex_encode(bin, sizeof(bin), sum);
	digest_free(d);
	return f.kind == FRAME_END;
}

static int
setup(void **state)
{
	struct station *s = mem_alloc(sizeof(*s));
	snprintf(s->dir, sizeof(s->dir), "/tmp/sallyport-t.XXXXXX");
	assert_non_null(mkdtemp(s->dir));
	shell(s, "mkdir -p t/d; printf a >t/a; seq 1 100000 >t/d/large; ln t/a t/d/other; : "
		 ">t/zero; "
		 "ln -s a t/link; truncate -s 8M ext; PATH=$PATH:/sbin:/usr/sbin; "
		 "mke2fs -q -t ext4 -L 'a label' -d t ext; : >empty; echo text >text");
	*state = s;
	return 0;
}

static int
teardown(void **state)
{
	struct station *s = *state;
	shell(s, "rm -rf -- \"$PWD\"");
	free(s);
	return 0;
}

static void
a_medium_is_described_and_read(void **state)
{
	struct station *s = *state;
	char sum[HEX_DIGEST_SIZE];
	uint64_t item, bytes, large_bytes = 0;
	unsigned objects = 0;

	start(s, "ext");
#ifndef SALLYPORT_NO_SANDBOX
	assert_true(s->sandboxed);
#endif
	struct msg m = next(s);
	assert_int_equal(m.id, MSG_READER_MEDIUM);
	assert_int_equal(msg_uint(&m, "bytes"), 8 << 20);
	assert_string_equal(msg_str(&m, "table"), "none");
	assert_false(msg_bool(&m, "write_protected"));
	const json_t *v = json_array_get(json_object_get(m.body, "volumes"), 0);
	assert_string_equal(json_string_value(json_object_get(v, "label")), "a label");
	assert_string_equal(json_string_value(json_object_get(v, "kind")), "ext4");
	msg_done(&m);
	m = take_items(s);
	assert_int_equal(m.id, MSG_READER_TOTALS);
	assert_int_equal(msg_uint(&m, "items"), 7); /* lost+found, too */
	assert_int_equal(msg_uint(&m, "files"), 4);
	assert_int_equal(msg_uint(&m, "bytes"), 1 + 588895);
	msg_done(&m);
	assert_string_equal(s->items[find(s, "d")].kind, "directory");
	assert_string_equal(s->items[find(s, "link")].kind, "link");
	assert_int_equal(s->items[find(s, "large")].parent, find(s, "d"));
	assert_int_equal(channel_send_wait(s->desk, MSG_READ_GO, NULL, -1), ERR_OK);
	while (objects < 3) {
		assert_true(take_object(s, &item, &bytes, sum));
		objects++;
		if (item == find(s, "large"))
			large_bytes = bytes;
		if (item == find(s, "zero"))
			assert_int_equal(bytes, 0);
	}
	assert_int_equal(large_bytes, 588895);
	m = next(s);
	assert_int_equal(m.id, MSG_READER_SAME);
	uint64_t one = msg_uint(&m, "item"), as = msg_uint(&m, "as");
	assert_true(one > as && one + as == find(s, "a") + find(s, "other"));
	msg_done(&m);
	m = next(s);
	assert_int_equal(m.id, MSG_READER_DONE);
	assert_int_equal(msg_uint(&m, "files"), 4);
	assert_int_equal(msg_uint(&m, "bytes"), 588896);
	assert_int_equal(msg_uint(&m, "unreadable"), 0);
	msg_done(&m);
	assert_int_equal(stop(s), 0);
}

/* A medium whose one file (2.7 MB) is larger than any pipe: its reader has to wait for us. */
static void
make_slow(struct station *s)
{
	shell(s, "mkdir -p one && seq 1 400000 >one/large && truncate -s 8M slow; "
		 "PATH=$PATH:/sbin:/usr/sbin; mke2fs -q -t ext4 -d one slow");
}

static void
a_pause_holds_and_is_lifted(void **state)
{
	struct station *s = *state;
	struct msg m;

	make_slow(s);
	list(s, "slow");
	assert_int_equal(channel_send_wait(s->desk, MSG_READ_GO, NULL, -1), ERR_OK);
	assert_int_equal(
	    channel_send_wait(s->desk, MSG_READ_PAUSE, json_pack("{s:b}", "paused", 1), -1),
	    ERR_OK);
	/* whatever was under way arrives, then nothing: not even progress */
	struct pollfd p = {s->pipe, POLLIN, 0};
	uint8_t sink[65536];
	size_t before = 0;
	while (poll(&p, 1, 500) == 1 && before < 2500000) {
		ssize_t r = read(s->pipe, sink, sizeof(sink));
		assert_true(r > 0);
		before += (size_t)r;
	}
	assert_int_equal(poll(&p, 1, 300), 0);
	assert_int_equal(
	    channel_send_wait(s->desk, MSG_READ_PAUSE, json_pack("{s:b}", "paused", 0), -1),
	    ERR_OK);
	while (poll(&p, 1, WAIT_MS) == 1 && read(s->pipe, sink, sizeof(sink)) > 0)
		;
	for (m = next(s); m.id != MSG_READER_DONE; m = next(s))
		msg_done(&m);
	msg_done(&m);
	assert_true(s->bytes <= 2688895 && s->files <= 1);
	assert_int_equal(stop(s), 0);
}

/* Somebody waits for a large file: how far it is must be seen before its end. */
static void
large_file_is_told_of_while_it_is_read(void **state)
{
	struct station *s = *state;
	struct msg m;
	uint8_t sink[65536];
	struct pollfd p;

	make_slow(s);
	list(s, "slow");
	assert_int_equal(channel_send_wait(s->desk, MSG_READ_GO, NULL, -1), ERR_OK);
	/* nobody takes the contents, longer than the time between two words */
	usleep((LIM_PROGRESS_MS + 100) * 1000);
	p = (struct pollfd){s->pipe, POLLIN, 0};
	while (poll(&p, 1, WAIT_MS) == 1 && read(s->pipe, sink, sizeof(sink)) > 0)
		;
	m = next(s);
	assert_int_equal(m.id, MSG_READER_DONE);
	assert_in_range(s->bytes, 1, msg_uint(&m, "bytes") - 1);
	assert_int_equal(s->files, 0);
	msg_done(&m);
	assert_int_equal(stop(s), 0);
}

static void
one_unreadable_file_costs_one_file(void **state)
{
	struct station *s = *state;
	struct msg m;
	char sum[HEX_DIGEST_SIZE];
	uint64_t item, bytes;

	/* the image shrinks after it was described: R5, a read error in the middle */
	shell(s, "cp ext cut");
	list(s, "cut");
	shell(s,
	    "PATH=$PATH:/sbin:/usr/sbin; "
	    "b=$(debugfs -R 'blocks d/large' cut 2>/dev/null | tr ' ' '\\n' | sed -n 200p); "
	    "truncate -s $((b * 1024)) cut");
	assert_int_equal(channel_send_wait(s->desk, MSG_READ_GO, NULL, -1), ERR_OK);
	unsigned good = 0, aborted = 0;
	for (int i = 0; i < 3; i++) {
		if (take_object(s, &item, &bytes, sum)) {
			good++;
		} else {
			assert_int_equal(item, find(s, "large"));
			aborted++;
		}
	}
	assert_int_equal(good, 2);
	assert_int_equal(aborted, 1);
	bool told = false;
	for (m = next(s); m.id != MSG_READER_DONE; m = next(s)) {
		if (m.id == MSG_READER_BAD) {
			assert_int_equal(msg_uint(&m, "item"), find(s, "large"));
			assert_non_null(
			    strstr(msg_str(&m, "why"), "of 588,895 cannot be read"));
			told = true;
		}
		msg_done(&m);
	}
	assert_true(told);
	assert_int_equal(msg_uint(&m, "unreadable"), 1);
	msg_done(&m);
	assert_int_equal(stop(s), 0);
}

/* Pulled out: the file that is half there is dropped, no other is blamed, and the desk hears
 * why.
 */
static void
a_medium_that_goes_is_told_as_that(void **state)
{
	struct station *s = *state;
	struct msg m;
	char sum[HEX_DIGEST_SIZE];
	uint64_t item, bytes;

	shell(s,
	    "mkdir -p two && seq 1 400000 >two/large && seq 1 400000 >two/more && "
	    "truncate -s 16M gone; PATH=$PATH:/sbin:/usr/sbin; mke2fs -q -t ext4 -d two gone");
	list(s, "gone");
	assert_int_equal(channel_send_wait(s->desk, MSG_READ_GO, NULL, -1), ERR_OK);
	/* contents wait in the pipe, which does not hold a whole file */
	struct pollfd p = {s->pipe, POLLIN, 0};
	assert_int_equal(poll(&p, 1, WAIT_MS), 1);
	shell(s, "truncate -s 0 gone");
	assert_false(take_object(s, &item, &bytes, sum));
	m = next(s);
	assert_int_equal(m.id, MSG_READER_FAILED);
	assert_true(msg_bool(&m, "gone"));
	msg_done(&m);
	int status = stop(s);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
	/* gone before anything was read */
	shell(s, "mke2fs -q -t ext4 -d two gone 16M 2>/dev/null || "
		 "/sbin/mke2fs -q -t ext4 -d two gone 16M");
	start(s, "gone");
	m = next(s);
	msg_done(&m);
	m = take_items(s);
	assert_int_equal(m.id, MSG_READER_TOTALS);
	msg_done(&m);
	shell(s, "truncate -s 0 gone");
	assert_int_equal(channel_send_wait(s->desk, MSG_READ_GO, NULL, -1), ERR_OK);
	m = next(s);
	assert_int_equal(m.id, MSG_READER_FAILED);
	assert_true(msg_bool(&m, "gone"));
	msg_done(&m);
	(void)stop(s);
}

static void
an_empty_medium_is_a_failure_with_a_reason(void **state)
{
	struct station *s = *state;
	start(s, "empty");
	struct msg m = next(s);
	assert_int_equal(m.id, MSG_READER_FAILED);
	assert_string_equal(msg_str(&m, "why"), "the medium is empty");
	msg_done(&m);
	int status = stop(s);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
}

static void
a_medium_without_file_system_is_one_region(void **state)
{
	struct station *s = *state;
	start(s, "text");
	struct msg m = next(s);
	msg_done(&m);
	m = take_items(s);
	assert_int_equal(msg_uint(&m, "files"), 0);
	msg_done(&m);
	assert_int_equal(s->n_items, 1);
	assert_string_equal(s->items[1].kind, "region");
	assert_string_equal(s->items[1].state, "unread");
	assert_int_equal(s->items[1].size, 5);
	assert_int_equal(channel_send_wait(s->desk, MSG_READ_GO, NULL, -1), ERR_OK);
	m = next(s);
	assert_int_equal(m.id, MSG_READER_REGION);
	assert_int_equal(msg_uint(&m, "item"), 1);
	assert_false(msg_bool(&m, "zero"));
	assert_int_equal(msg_uint(&m, "at"), 0);
	msg_done(&m);
	m = next(s);
	assert_int_equal(m.id, MSG_READER_DONE);
	msg_done(&m);
	assert_int_equal(stop(s), 0);
}

static void
a_vault_that_goes_away_ends_the_reader(void **state)
{
	struct station *s = *state;
	struct msg m;
	list(s, "ext");
	close(s->pipe);
	s->pipe = dup(0);
	assert_int_equal(channel_send_wait(s->desk, MSG_READ_GO, NULL, -1), ERR_OK);
	for (; channel_recv_wait(s->desk, &m, WAIT_MS) == ERR_OK; msg_done(&m))
		assert_int_equal(m.id, MSG_READER_AT);
	assert_int_equal(channel_recv_wait(s->desk, &m, WAIT_MS), ERR_CLOSED);
	int status = stop(s);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
}

/* An officer does not want to wait for a file: it is given up, and only it. */
static void
a_file_is_given_up_when_nothing_was_said_since(void **state)
{
	struct station *s = *state;
	make_slow(s);
	for (unsigned stale = 0; stale < 2; stale++) {
		start(s, "slow");
		struct msg m = next(s);
		msg_done(&m);
		m = take_items(s);
		msg_done(&m);
		assert_int_equal(channel_send_wait(s->desk, MSG_READ_GO, NULL, -1), ERR_OK);
		assert_int_equal(channel_send_wait(s->desk, MSG_READ_PAUSE,
				     json_pack("{s:b}", "paused", 1), -1),
		    ERR_OK);
		/* silent from here on: what it said is in the socket */
		usleep(300000);
		while (channel_recv(s->desk, &m) == ERR_OK) {
			assert_true(m.id == MSG_READER_PROGRESS || m.id == MSG_READER_AT);
			s->heard += m.id != MSG_READER_AT;
			msg_done(&m);
		}
		channel_send_wait(s->desk, MSG_READ_GIVE_UP,
		    json_pack("{s:I}", "heard", (json_int_t)(s->heard + stale)), -1);
		channel_send_wait(s->desk, MSG_READ_PAUSE, json_pack("{s:b}", "paused", 0), -1);
		char sum[HEX_DIGEST_SIZE];
		uint64_t item, bytes;
		assert_int_equal(take_object(s, &item, &bytes, sum), stale == 1);
		bool told = false;
		for (m = next(s); m.id != MSG_READER_DONE; m = next(s)) {
			if (m.id == MSG_READER_BAD) {
				assert_non_null(strstr(msg_str(&m, "why"), "gave it up"));
				told = true;
			}
			msg_done(&m);
		}
		assert_int_equal(told, stale == 0);
		msg_done(&m);
		assert_int_equal(stop(s), 0);
	}
}

/* What is left out is not read, and counted so; a folder with all that lies in it. */
static void
what_is_left_out_is_not_read(void **state)
{
	struct station *s = *state;
	char sum[HEX_DIGEST_SIZE];
	uint64_t item, bytes;
	start(s, "ext");
	struct msg m = next(s);
	msg_done(&m);
	m = take_items(s);
	msg_done(&m);
	assert_int_equal(channel_send_wait(s->desk, MSG_READ_SKIP,
			     json_pack("{s:[I]}", "items", (json_int_t)find(s, "d")), -1),
	    ERR_OK);
	m = next(s);
	assert_int_equal(m.id, MSG_READER_TOTALS);
	/* of d itself, what is in it, and the rest only a and zero are files */
	assert_int_equal(msg_uint(&m, "items"), 7 - 3);
	assert_int_equal(msg_uint(&m, "files"), 2);
	assert_int_equal(msg_uint(&m, "bytes"), 1);
	msg_done(&m);
	assert_int_equal(channel_send_wait(s->desk, MSG_READ_GO, NULL, -1), ERR_OK);
	for (int i = 0; i < 2; i++) {
		assert_true(take_object(s, &item, &bytes, sum));
		assert_true(item == find(s, "a") || item == find(s, "zero"));
	}
	m = next(s);
	assert_int_equal(m.id, MSG_READER_DONE);
	assert_int_equal(msg_uint(&m, "files"), 2);
	msg_done(&m);
	assert_int_equal(stop(s), 0);
}

/* What the vault has is passed over; another name only with the name that is read. */
static void
what_the_vault_has_is_not_read(void **state)
{
	enum { FIRST = 1, OTHER = 2, LARGE = 4, ZERO = 8 };
	static const struct {
		unsigned had, read, same;
		uint64_t files;
	} cases[] = {
	    {0, FIRST | LARGE | ZERO, 1, 4},
	    {FIRST, LARGE | ZERO, 1, 3},
	    {FIRST | OTHER, LARGE | ZERO, 0, 2},
	    {OTHER, FIRST | LARGE | ZERO, 1, 4},
	    {FIRST | OTHER | LARGE | ZERO, 0, 0, 0},
	};
	struct station *s = *state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		uint8_t bits[ITEMS / 8 + 1] = {0};
		char sum[HEX_DIGEST_SIZE];
		unsigned read = 0, same = 0;
		int fd = -1;
		list(s, "ext");
		uint64_t a = find(s, "a"), o = find(s, "other");
		const uint64_t ids[] = {
		    a < o ? a : o, a < o ? o : a, find(s, "large"), find(s, "zero")};
		for (size_t i = 0; i < 4; i++)
			if ((cases[c].had & 1u << i) != 0)
				bits[(ids[i] - 1) / 8] |= (uint8_t)(1u << (ids[i] - 1) % 8);
		bits[ITEMS / 8] = 0x80; /* there is no such item */
		assert_int_equal(io_memfd("have", bits, sizeof(bits), &fd), ERR_OK);
		assert_int_equal(channel_send_wait(s->desk, MSG_READ_HAVE, NULL, fd), ERR_OK);
		close(fd);
		struct msg m = next(s);
		assert_int_equal(m.id, MSG_READER_TOTALS);
		assert_int_equal(msg_uint(&m, "files"), cases[c].files);
		msg_done(&m);
		assert_int_equal(channel_send_wait(s->desk, MSG_READ_GO, NULL, -1), ERR_OK);
		for (unsigned left = cases[c].read; left != 0; left &= left - 1) {
			uint64_t item, bytes;
			assert_true(take_object(s, &item, &bytes, sum));
			for (unsigned i = 0; i < 4; i++)
				read |= item == ids[i] ? 1u << i : 0;
		}
		for (m = next(s); m.id != MSG_READER_DONE; m = next(s)) {
			same += m.id == MSG_READER_SAME;
			msg_done(&m);
		}
		assert_int_equal(read, cases[c].read);
		assert_int_equal(same, cases[c].same);
		assert_int_equal(msg_uint(&m, "files"), cases[c].files);
		msg_done(&m);
		assert_int_equal(stop(s), 0);
	}
}

/* A partition that a reader died of keeps its number and is one region; so are its bytes. */
static void
a_partition_that_a_reader_stopped_on_is_left_out(void **state)
{
	struct station *s = *state;
	shell(s, "truncate -s 18M both; PATH=$PATH:/sbin:/usr/sbin; "
		 "printf 'label: "
		 "dos\nstart=2048,size=16384,type=83\nstart=18432,size=16384,type=83\n'"
		 " | sfdisk -q both >/dev/null; "
		 "dd if=ext of=both bs=1M seek=1 conv=notrunc status=none; "
		 "dd if=ext of=both bs=1M seek=9 conv=notrunc status=none");
	for (unsigned without = 0; without < 3; without++) {
		if (without > 0)
			s->without = json_pack("[I]", (json_int_t)(without << 20));
		start(s, "both");
		struct msg m = next(s);
		assert_int_equal(m.id, MSG_READER_MEDIUM);
		const json_t *volumes = json_object_get(m.body, "volumes");
		assert_int_equal(json_array_size(volumes), 2);
		for (size_t i = 0; i < 2; i++)
			assert_int_equal(json_is_true(json_object_get(
					     json_array_get(volumes, i), "stopped")),
			    without == (i == 0 ? 1 : 9));
		assert_int_equal(
		    msg_uint(&m, "volume_bytes"), without == 1 ? 8 << 20 : 16 << 20);
		msg_done(&m);
		m = take_items(s);
		msg_done(&m);
		uint64_t regions = 0;
		for (uint64_t i = 1; i <= s->n_items; i++)
			regions += strcmp(s->items[i].state, "unreadable") == 0;
		assert_int_equal(regions, without == 1);
		assert_int_equal(s->at, 0);
		assert_int_equal(stop(s) & 0x7f, 0);
	}
}

static void
check_account(const struct msg *m, uint64_t bytes)
{
	assert_int_equal(
	    msg_uint(m, "tables") + msg_uint(m, "volume_bytes") + msg_uint(m, "regions"),
	    bytes);
}

/* Before and after: the same, unless somebody wrote to the medium meanwhile. */
static void
a_medium_that_changes_has_another_digest_after(void **state)
{
	struct station *s = *state;
	char before[100], sum[HEX_DIGEST_SIZE];
	uint64_t item, bytes;
	for (unsigned change = 0; change < 2; change++) {
		shell(s, "cp ext changes");
		start(s, "changes");
		struct msg m = next(s);
		check_account(&m, 8 << 20);
		snprintf(before, sizeof(before), "%s", msg_str(&m, "before"));
		assert_int_equal(strlen(before), strlen("metadata:") + 64);
		msg_done(&m);
		m = take_items(s);
		msg_done(&m);
		if (change)
			shell(s, "printf X | dd of=changes bs=1 seek=3000 conv=notrunc "
				 "status=none");
		assert_int_equal(channel_send_wait(s->desk, MSG_READ_GO, NULL, -1), ERR_OK);
		for (int i = 0; i < 3; i++)
			assert_true(take_object(s, &item, &bytes, sum));
		for (m = next(s); m.id != MSG_READER_DONE; m = next(s))
			msg_done(&m);
		check_account(&m, 8 << 20);
		assert_int_equal(strcmp(before, msg_str(&m, "after")) != 0, change == 1);
		msg_done(&m);
		assert_int_equal(stop(s), 0);
	}
}

/* Whatever the reader has open, nothing of it can be written but its socket and its pipe. */
static void
nothing_is_open_for_writing_but_socket_and_pipe(void **state)
{
	struct station *s = *state;
	unsigned seen = 0;
	start(s, "ext");
	struct msg m = next(s);
	msg_done(&m);
	m = take_items(s);
	msg_done(&m);
	for (int fd = 3; fd < 64; fd++) {
		char path[64], target[PATH_MAX], line[128];
		unsigned flags = 0;
		snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)s->pid, fd);
		ssize_t n = readlink(path, target, sizeof(target) - 1);
		if (n < 0 && errno == ENOENT)
			continue;
		if (n <
		    0) /* it is not dumpable, and only root looks in: the sandbox tests do */
			break;
		target[n] = '\0';
		snprintf(path, sizeof(path), "/proc/%d/fdinfo/%d", (int)s->pid, fd);
		FILE *f = fopen(path, "re");
		while (f != NULL && fgets(line, sizeof(line), f) != NULL)
			(void)sscanf(line, "flags: %o", &flags);
		if (f != NULL)
			fclose(f);
		bool ours =
		    strncmp(target, "socket:", 7) == 0 || strncmp(target, "pipe:", 5) == 0;
		if (!ours && (flags & O_ACCMODE) != O_RDONLY)
			fail_msg("%s is open with flags %o", target, flags);
		seen += strstr(target, "/ext") != NULL;
	}
	if (seen > 0)
		assert_int_equal(seen, 1);
	channel_send_wait(s->desk, MSG_READ_GO, NULL, -1);
	char sum[HEX_DIGEST_SIZE];
	uint64_t item, bytes;
	for (int i = 0; i < 3; i++)
		assert_true(take_object(s, &item, &bytes, sum));
	assert_int_equal(stop(s) & 0x7f, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_medium_is_described_and_read),
	    cmocka_unit_test(a_pause_holds_and_is_lifted),
	    cmocka_unit_test(large_file_is_told_of_while_it_is_read),
	    cmocka_unit_test(one_unreadable_file_costs_one_file),
	    cmocka_unit_test(a_medium_that_goes_is_told_as_that),
	    cmocka_unit_test(an_empty_medium_is_a_failure_with_a_reason),
	    cmocka_unit_test(a_medium_without_file_system_is_one_region),
	    cmocka_unit_test(a_vault_that_goes_away_ends_the_reader),
	    cmocka_unit_test(a_file_is_given_up_when_nothing_was_said_since),
	    cmocka_unit_test(what_is_left_out_is_not_read),
	    cmocka_unit_test(what_the_vault_has_is_not_read),
	    cmocka_unit_test(a_partition_that_a_reader_stopped_on_is_left_out),
	    cmocka_unit_test(a_medium_that_changes_has_another_digest_after),
	    cmocka_unit_test(nothing_is_open_for_writing_but_socket_and_pipe),
	};
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, setup, teardown);
}
