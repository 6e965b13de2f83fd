/* links: src/proc/vault/intake src/proc/vault/feed src/proc/vault/store src/proc/vault/events src/core/digest src/base/io src/base/hex src/base/mem src/base/log src/base/err src/base/clock */
/* SPDX-License-Identifier: ISC */
/* The vault's own parts: pipe, threads and store, without the program around them. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "src/base/io.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/digest.h"
#include "src/ipc/frame.h"
#include "src/proc/vault/events.h"
#include "src/proc/vault/intake.h"
#include "src/proc/vault/store.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define TAG 7

struct rig {
	char dir[32];
	int dirfd;
	struct store *store;
	struct events *events;
	struct intake *intake;
	int pipe; /* write end */
};

static void
rig_open(struct rig *r, const char *where, uint64_t floor_bytes)
{
	*r = (struct rig){.pipe = -1};
	snprintf(r->dir, sizeof(r->dir), "%s/sp-XXXXXX", where);
	assert_non_null(mkdtemp(r->dir));
	r->dirfd = open(r->dir, O_RDONLY | O_DIRECTORY);
	assert_int_equal(store_open(r->dirfd, floor_bytes, &r->store), ERR_OK);
	r->events = events_new();
}

static void
rig_start(struct rig *r)
{
	int fds[2];
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	r->pipe = fds[1];
	assert_int_equal(
	    intake_start(r->store, r->events, TAG, fds[0], false, &r->intake), ERR_OK);
}

/* The next event, waited for. */
static struct event
rig_event(struct rig *r)
{
	struct pollfd p = {.fd = events_fd(r->events), .events = POLLIN};
	struct event e;
	assert_int_equal(poll(&p, 1, 20000), 1);
	assert_true(events_take(r->events, &e));
	assert_int_equal(e.tag, TAG);
	return e;
}

static void
rig_finish(struct rig *r)
{
	if (r->pipe >= 0)
		close(r->pipe);
	r->pipe = -1;
	r->intake = intake_free(r->intake);
}

static void
rig_close(struct rig *r)
{
	rig_finish(r);
	events_free(r->events);
	store_free(r->store);
	close(r->dirfd);
	pid_t pid = fork();
	if (pid == 0) {
		execlp("rm", "rm", "-rf", r->dir, (char *)NULL);
		_exit(127);
	}
	waitpid(pid, NULL, 0);
}

static void
put(struct rig *r, uint32_t kind, uint32_t len, uint64_t item, const void *bytes)
{
	uint8_t header[FRAME_HEADER_BYTES];
	struct frame f = {kind, len, item};
	frame_put(&f, header);
	assert_int_equal(io_write_all(r->pipe, header, sizeof(header)), ERR_OK);
	if (bytes != NULL)
		assert_int_equal(io_write_all(r->pipe, bytes, len), ERR_OK);
}

/* A whole object in frames of at most `frame` bytes, its digest to out. */
static void
put_object(struct rig *r, uint64_t item, size_t size, size_t frame, char out[HEX_DIGEST_SIZE])
{
	uint8_t digest[DIGEST_SIZE];
	uint8_t *bytes = mem_alloc(size + 1);
	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)(i * 2654435761u >> 13 ^ item);
	put(r, FRAME_BEGIN, 0, item, NULL);
	for (size_t at = 0; at < size; at += frame)
		put(r, FRAME_DATA, (uint32_t)(size - at < frame ? size - at : frame), item,
		    bytes + at);
	put(r, FRAME_END, 0, item, NULL);
	digest_sha256(bytes, size, digest);
	hex_encode(digest, sizeof(digest), out);
	free(bytes);
}

static size_t
count_dir(struct rig *r, const char *name)
{
	size_t n = 0;
	DIR *d = fdopendir(openat(r->dirfd, name, O_RDONLY | O_DIRECTORY));
	assert_non_null(d);
	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n - 2;
}

static uint64_t
count_objects(struct rig *r)
{
	struct store_space space;
	assert_int_equal(store_space(r->store, &space), ERR_OK);
	return space.objects;
}

static void
assert_stored(struct rig *r, const char *sha256, size_t size)
{
	int fd = -1;
	uint64_t bytes = 0;
	uint8_t *data, digest[DIGEST_SIZE];
	size_t n;
	char hex[HEX_DIGEST_SIZE];
	struct stat st;
	assert_int_equal(store_get(r->store, sha256, &fd, &bytes), ERR_OK);
	assert_int_equal(bytes, size);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0400);
	assert_int_equal(fcntl(fd, F_GETFL) & O_ACCMODE, O_RDONLY);
	assert_int_equal(io_slurp(fd, size + 1, &data, &n), ERR_OK);
	digest_sha256(data, n, digest);
	hex_encode(digest, sizeof(digest), hex);
	assert_string_equal(hex, sha256);
	free(data);
	close(fd);
}

static void
objects_of_every_size_are_kept_under_their_digest(void **state)
{
	static const struct {
		const char *what;
		size_t size, frame;
	} cases[] = {
	    {"empty", 0, 1},
	    {"one byte", 1, LIM_FRAME_BYTES},
	    {"one short frame", 5000, LIM_FRAME_BYTES},
	    {"one frame less a byte", LIM_FRAME_BYTES - 1, LIM_FRAME_BYTES},
	    {"one full frame", LIM_FRAME_BYTES, LIM_FRAME_BYTES},
	    {"one full frame and a byte", LIM_FRAME_BYTES + 1, LIM_FRAME_BYTES},
	    {"many tiny frames", 3000, 7},
	    {"short frames through the other thread", 300000, 1000},
	    {"more than all buffers",
		(LIM_VAULT_BUFFERS * 3 + 1) * (size_t)LIM_FRAME_BYTES + 13, LIM_FRAME_BYTES},
	    {"more than one sync", LIM_VAULT_SYNC_BYTES * 2 + 5, LIM_FRAME_BYTES},
	};
	struct rig r;
	(void)state;
	rig_open(&r, "/tmp", 0);
	rig_start(&r);
	uint64_t bytes = 0;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char sha256[HEX_DIGEST_SIZE];
		put_object(&r, i, cases[i].size, cases[i].frame, sha256);
		struct event e = rig_event(&r);
		if (e.kind != EVENT_KEPT || strcmp(e.sha256, sha256) != 0)
			fail_msg("%s: %s", cases[i].what, e.why);
		assert_int_equal(e.item, i);
		assert_int_equal(e.bytes, cases[i].size);
		assert_stored(&r, sha256, cases[i].size);
		bytes += cases[i].size;
	}
	close(r.pipe);
	r.pipe = -1;
	struct event end = rig_event(&r);
	assert_int_equal(end.kind, EVENT_ENDED);
	assert_int_equal(end.item, sizeof(cases) / sizeof(cases[0]));
	assert_int_equal(end.bytes, bytes);
	assert_int_equal(count_dir(&r, "tmp"), 0);
	rig_close(&r);
}

static void
same_bytes_twice_are_one_object(void **state)
{
	struct rig r;
	char a[HEX_DIGEST_SIZE], b[HEX_DIGEST_SIZE];
	(void)state;
	rig_open(&r, "/tmp", 0);
	rig_start(&r);
	put_object(&r, 0, 100, 100, a);
	assert_int_equal(rig_event(&r).kind, EVENT_KEPT);
	put(&r, FRAME_BEGIN, 0, 256, NULL);
	put(&r, FRAME_ABORT, 0, 256, NULL);
	/* item 256 makes the same bytes as item 0 */
	put_object(&r, 256, 100, 30, b);
	struct event e = rig_event(&r);
	assert_int_equal(e.kind, EVENT_KEPT);
	assert_int_equal(e.item, 256);
	assert_string_equal(a, b);
	assert_int_equal(count_objects(&r), 1);
	assert_int_equal(count_dir(&r, "tmp"), 0);
	rig_close(&r);
}

static void
damaged_object_is_replaced_by_the_bytes_at_hand(void **state)
{
	struct rig r;
	char sha256[HEX_DIGEST_SIZE], path[80];
	(void)state;
	rig_open(&r, "/tmp", 0);
	rig_start(&r);
	put_object(&r, 3, 9000, 9000, sha256);
	rig_event(&r);
	snprintf(path, sizeof(path), "%.2s/%s", sha256, sha256);
	assert_int_equal(unlinkat(r.dirfd, path, 0), 0);
	close(
	    openat(r.dirfd, path, O_WRONLY | O_CREAT, 0400)); /* as after a power loss: empty */
	put_object(&r, 3, 9000, 9000, sha256);
	assert_int_equal(rig_event(&r).kind, EVENT_KEPT);
	assert_stored(&r, sha256, 9000);
	rig_close(&r);
}

/* Other bytes of the same number, as of an earlier run. */
static void
damage(struct rig *r, const char *sha256)
{
	static const struct timespec then[2] = {{1000, 0}, {1000, 0}};
	char path[80];
	snprintf(path, sizeof(path), "%.2s/%s", sha256, sha256);
	assert_int_equal(fchmodat(r->dirfd, path, 0600, 0), 0);
	int fd = openat(r->dirfd, path, O_WRONLY);
	assert_int_equal(pwrite(fd, "wrong", 5, 10), 5);
	assert_int_equal(fchmod(fd, 0400), 0);
	close(fd);
	assert_int_equal(utimensat(r->dirfd, path, then, 0), 0);
}

/* A power cut can leave a file of the right size that was never written. */
static void
damaged_object_of_the_right_size_is_replaced_too(void **state)
{
	struct rig r;
	char sha256[HEX_DIGEST_SIZE];
	(void)state;
	rig_open(&r, "/tmp", 0);
	rig_start(&r);
	put_object(&r, 3, 9000, 9000, sha256);
	rig_event(&r);
	damage(&r, sha256);
	put_object(&r, 3, 9000, 9000, sha256);
	assert_int_equal(rig_event(&r).kind, EVENT_KEPT);
	assert_stored(&r, sha256, 9000);
	assert_int_equal(count_objects(&r), 1);
	rig_close(&r);
}

/* "Have": hashed anew, touched so that no purge takes it; what is wrong goes. */
static void
object_is_there_only_when_its_bytes_are(void **state)
{
	struct rig r;
	char sha256[HEX_DIGEST_SIZE], none[HEX_DIGEST_SIZE], path[80];
	struct stat st;
	bool blank = true;
	(void)state;
	rig_open(&r, "/tmp", 0);
	rig_start(&r);
	put_object(&r, 3, 200000, LIM_FRAME_BYTES, sha256);
	rig_event(&r);
	assert_int_equal(count_objects(&r), 1);
	assert_int_equal(store_check(r.store, sha256, &blank), ERR_OK);
	assert_false(blank);
	snprintf(path, sizeof(path), "%.2s/%s", sha256, sha256);
	assert_int_equal(fstatat(r.dirfd, path, &st, 0), 0);
	assert_true(st.st_mtime > 1000);
	snprintf(none, sizeof(none), "%064d", 0);
	assert_int_equal(store_check(r.store, none, &blank), ERR_NOTFOUND);
	damage(&r, sha256);
	assert_int_equal(store_check(r.store, sha256, &blank), ERR_SYNTAX);
	assert_int_equal(store_check(r.store, sha256, &blank), ERR_NOTFOUND);
	assert_int_equal(count_objects(&r), 0);
	rig_close(&r);
}

/* Nothing but 00 or FF: whether the medium lies, only who reads it can tell. */
static void
blank_objects_are_told_from_others(void **state)
{
	static const struct {
		const char *what;
		size_t size;
		uint8_t value, last;
		bool blank;
	} cases[] = {
	    {"zeros", 5000, 0x00, 0x00, true},
	    {"ones", 5000, 0xFF, 0xFF, true},
	    {"one zero", 1, 0x00, 0x00, true},
	    {"letters", 5000, 'A', 'A', false},
	    {"zeros and one other byte", 5000, 0x00, 1, false},
	    {"zeros and a one", 2, 0x00, 0xFF, false},
	    {"nothing", 0, 0, 0, false},
	};
	struct rig r;
	(void)state;
	rig_open(&r, "/tmp", 0);
	rig_start(&r);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t bytes[5000];
		bool blank = !cases[i].blank;
		size_t n = cases[i].size;
		memset(bytes, cases[i].value, sizeof(bytes));
		if (n > 0)
			bytes[n - 1] = cases[i].last;
		put(&r, FRAME_BEGIN, 0, i, NULL);
		if (n > 0)
			put(&r, FRAME_DATA, (uint32_t)n, i, bytes);
		put(&r, FRAME_END, 0, i, NULL);
		struct event e = rig_event(&r);
		assert_int_equal(e.kind, EVENT_KEPT);
		assert_int_equal(store_check(r.store, e.sha256, &blank), ERR_OK);
		if (blank != cases[i].blank)
			fail_msg("%s", cases[i].what);
	}
	rig_close(&r);
}

static void
aborted_object_leaves_nothing_and_the_next_is_whole(void **state)
{
	struct rig r;
	uint8_t junk[LIM_FRAME_BYTES] = {1};
	char sha256[HEX_DIGEST_SIZE];
	(void)state;
	rig_open(&r, "/tmp", 0);
	rig_start(&r);
	put(&r, FRAME_BEGIN, 0, 1, NULL);
	for (int i = 0; i < 5; i++)
		put(&r, FRAME_DATA, sizeof(junk), 1, junk);
	put(&r, FRAME_ABORT, 0, 1, NULL);
	put_object(&r, 2, 400000, LIM_FRAME_BYTES, sha256);
	struct event e = rig_event(&r);
	assert_int_equal(e.kind, EVENT_KEPT);
	assert_int_equal(e.item, 2);
	assert_string_equal(e.sha256, sha256);
	assert_int_equal(count_objects(&r), 1);
	assert_int_equal(count_dir(&r, "tmp"), 0);
	rig_close(&r);
}

static void
broken_framing_ends_the_pipe(void **state)
{
	static const struct {
		const char *what;
		struct frame frames[3];
		size_t n;
		const char *why;
	} cases[] = {
	    {"unknown kind", {{5, 0, 1}}, 1, "unknown kind"},
	    {"kind zero", {{0, 0, 1}}, 1, "unknown kind"},
	    {"huge kind", {{0xffffffff, 0, 1}}, 1, "unknown kind"},
	    {"data without begin", {{FRAME_DATA, 1, 1}}, 1, "without beginning"},
	    {"end without begin", {{FRAME_END, 0, 1}}, 1, "without beginning"},
	    {"abort without begin", {{FRAME_ABORT, 0, 1}}, 1, "without beginning"},
	    {"begin twice", {{FRAME_BEGIN, 0, 1}, {FRAME_BEGIN, 0, 2}}, 2, "before the last"},
	    {"begin with a length", {{FRAME_BEGIN, 1, 1}}, 1, "impossible length"},
	    {"empty data", {{FRAME_BEGIN, 0, 1}, {FRAME_DATA, 0, 1}}, 2, "impossible length"},
	    {"data one byte too long",
		{{FRAME_BEGIN, 0, 1}, {FRAME_DATA, LIM_FRAME_BYTES + 1, 1}}, 2,
		"impossible length"},
	    {"end with a length", {{FRAME_BEGIN, 0, 1}, {FRAME_END, 4, 1}}, 2,
		"impossible length"},
	    {"end of another item", {{FRAME_BEGIN, 0, 1}, {FRAME_END, 0, 2}}, 2, "mixed"},
	    {"data of another item", {{FRAME_BEGIN, 0, 1}, {FRAME_DATA, 1, 2}}, 2, "mixed"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rig r;
		rig_open(&r, "/tmp", 0);
		rig_start(&r);
		for (size_t k = 0; k < cases[i].n; k++)
			put(&r, cases[i].frames[k].kind, cases[i].frames[k].len_bytes,
			    cases[i].frames[k].item, NULL);
		struct event e = rig_event(&r);
		if (e.kind != EVENT_FAILED || e.full || strstr(e.why, cases[i].why) == NULL)
			fail_msg("%s: %s", cases[i].what, e.why);
		assert_int_equal(rig_event(&r).kind, EVENT_ENDED);
		assert_int_equal(count_dir(&r, "tmp"), 0);
		assert_int_equal(count_objects(&r), 0);
		/* the reader that goes on writing gets an error, not a place to wait */
		assert_int_equal(write(r.pipe, "x", 1), -1);
		rig_close(&r);
	}
}

static void
reader_that_dies_mid_file_leaves_no_object(void **state)
{
	static const struct {
		const char *what;
		size_t cut; /* bytes of begin + data header + 4 bytes of data that arrive */
		bool clean;
	} cases[] = {{"nothing at all", 0, true}, {"half a header", 7, false},
	    {"after begin", FRAME_HEADER_BYTES, false}, {"in the data header", 20, false},
	    {"in the data", 34, false}, {"after the data", 36, false}};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rig r;
		uint8_t wire[36] = {0};
		const struct frame begin = {FRAME_BEGIN, 0, 9}, data = {FRAME_DATA, 4, 9};
		frame_put(&begin, wire);
		frame_put(&data, wire + FRAME_HEADER_BYTES);
		rig_open(&r, "/tmp", 0);
		rig_start(&r);
		assert_int_equal(io_write_all(r.pipe, wire, cases[i].cut), ERR_OK);
		close(r.pipe);
		r.pipe = -1;
		struct event e = rig_event(&r);
		if ((e.kind == EVENT_ENDED) != cases[i].clean)
			fail_msg("%s: %s", cases[i].what, e.why);
		if (e.kind == EVENT_FAILED) {
			assert_false(e.full);
			assert_int_equal(rig_event(&r).kind, EVENT_ENDED);
		}
		assert_int_equal(count_dir(&r, "tmp"), 0);
		assert_int_equal(count_objects(&r), 0);
		rig_close(&r);
	}
}

static void
leftovers_go_at_the_next_start(void **state)
{
	struct rig r;
	char sha256[HEX_DIGEST_SIZE];
	(void)state;
	rig_open(&r, "/tmp", 0);
	rig_start(&r);
	put_object(&r, 1, 10, 10, sha256);
	rig_event(&r);
	close(openat(r.dirfd, "tmp/7-1", O_WRONLY | O_CREAT, 0400));
	r.store = store_free(r.store);
	assert_int_equal(store_open(r.dirfd, 0, &r.store), ERR_OK);
	assert_int_equal(count_dir(&r, "tmp"), 0);
	assert_stored(&r, sha256, 10);
	rig_close(&r);
}

static uint64_t
free_on(const char *where)
{
	struct rig r;
	uint64_t free_bytes = 0;
	rig_open(&r, where, 0);
	assert_int_equal(store_room(r.store, 0, &free_bytes), ERR_OK);
	rig_close(&r);
	return free_bytes;
}

/* Writes 64 MiB, expects it to fail as full; what was kept before stays. */
static void
expect_full(struct rig *r)
{
	static uint8_t frame[LIM_FRAME_BYTES];
	uint8_t header[FRAME_HEADER_BYTES];
	struct frame f = {FRAME_DATA, LIM_FRAME_BYTES, 2};
	char sha256[HEX_DIGEST_SIZE];
	rig_start(r);
	put_object(r, 1, 1000, 1000, sha256);
	assert_int_equal(rig_event(r).kind, EVENT_KEPT);
	put(r, FRAME_BEGIN, 0, 2, NULL);
	frame_put(&f, header);
	for (int i = 0; i < 512; i++)
		if (io_write_all(r->pipe, header, sizeof(header)) != ERR_OK ||
		    io_write_all(r->pipe, frame, sizeof(frame)) != ERR_OK)
			break;
	struct event e = rig_event(r);
	assert_int_equal(e.kind, EVENT_FAILED);
	assert_int_equal(e.item, 2);
	assert_true(e.full);
	assert_non_null(strstr(e.why, "full"));
	struct event end = rig_event(r);
	assert_int_equal(end.kind, EVENT_ENDED);
	assert_int_equal(end.item, 1);
	assert_int_equal(count_dir(r, "tmp"), 0);
	assert_stored(r, sha256, 1000);
}

static void
floor_is_kept_before_and_during_reading(void **state)
{
	struct rig r;
	(void)state;
	rig_open(&r, "/dev/shm", UINT64_MAX / 2);
	rig_start(&r);
	struct event e = rig_event(&r);
	assert_int_equal(e.kind, EVENT_FAILED);
	assert_true(e.full);
	assert_int_equal(rig_event(&r).kind, EVENT_ENDED);
	rig_close(&r);

	rig_open(&r, "/dev/shm", free_on("/dev/shm") - (24u << 20));
	expect_full(&r);
	rig_close(&r);
}

static bool
own_map(const char *name, const char *text)
{
	char path[64];
	snprintf(path, sizeof(path), "/proc/self/%s", name);
	int fd = open(path, O_WRONLY);
	bool ok = fd >= 0 && io_write_all(fd, text, strlen(text)) == ERR_OK;
	if (fd >= 0)
		close(fd);
	return ok;
}

static bool
own_mounts(void)
{
	if (geteuid() == 0)
		return unshare(CLONE_NEWNS) == 0 &&
		       mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
	char uid[32], gid[32];
	snprintf(uid, sizeof(uid), "0 %u 1", (unsigned)geteuid());
	snprintf(gid, sizeof(gid), "0 %u 1", (unsigned)getegid());
	return unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 && own_map("uid_map", uid) &&
	       own_map("setgroups", "deny") && own_map("gid_map", gid);
}

/* Last of the tests: it moves the process to mounts of its own. */
static void
really_full_disk_is_told_and_loses_nothing(void **state)
{
	char dir[] = "/tmp/sp-XXXXXX";
	struct rig r;
	(void)state;
	if (!own_mounts()) {
		print_message("# SKIP no mount namespace for a small disk\n");
		skip();
	}
	assert_non_null(mkdtemp(dir));
	assert_int_equal(mount("vault", dir, "tmpfs", 0, "size=20m"), 0);
	rig_open(&r, dir, 0);
	expect_full(&r);
	rig_close(&r);
	umount(dir);
	rmdir(dir);
}

static void
file_size_limit_is_a_failure_not_a_death(void **state)
{
	struct rig r;
	struct rlimit old, small = {1 << 20, RLIM_INFINITY};
	static uint8_t frame[LIM_FRAME_BYTES];
	(void)state;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	small.rlim_max = old.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	rig_open(&r, "/tmp", 0);
	rig_start(&r);
	put(&r, FRAME_BEGIN, 0, 1, NULL);
	for (int i = 0; i < 9; i++)
		put(&r, FRAME_DATA, sizeof(frame), 1, frame);
	struct event e = rig_event(&r);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_int_equal(e.kind, EVENT_FAILED);
	assert_false(e.full);
	assert_non_null(strstr(e.why, "File too large"));
	assert_int_equal(rig_event(&r).kind, EVENT_ENDED);
	rig_close(&r);
}

static void *
put_many(void *arg)
{
	char sha256[HEX_DIGEST_SIZE];
	for (uint64_t i = 0; i < LIM_VAULT_EVENTS * 4; i++)
		put_object(arg, i, i + 1, LIM_FRAME_BYTES, sha256);
	return NULL;
}

static void
slow_desk_stops_the_pipe_and_loses_no_result(void **state)
{
	struct rig r;
	pthread_t writer;
	(void)state;
	rig_open(&r, "/tmp", 0);
	rig_start(&r);
	assert_int_equal(pthread_create(&writer, NULL, put_many, &r), 0);
	usleep(200000);
	/* the queue, and one more that waits for room in it */
	assert_true(count_objects(&r) <= LIM_VAULT_EVENTS + 1);
	for (uint64_t i = 0; i < LIM_VAULT_EVENTS * 4; i++) {
		struct event e = rig_event(&r);
		assert_int_equal(e.kind, EVENT_KEPT);
		assert_int_equal(e.item, i);
	}
	pthread_join(writer, NULL);
	rig_close(&r);
}

static void
purge_removes_what_is_listed_and_nothing_else(void **state)
{
	struct rig r;
	char a[HEX_DIGEST_SIZE], b[HEX_DIGEST_SIZE], c[HEX_DIGEST_SIZE],
	    list[4 * HEX_DIGEST_SIZE];
	struct store_purged p = {0};
	(void)state;
	rig_open(&r, "/tmp", 0);
	rig_start(&r);
	put_object(&r, 1, 10, 10, a);
	put_object(&r, 2, 20, 20, b);
	put_object(&r, 3, 30, 30, c);
	for (int i = 0; i < 3; i++)
		rig_event(&r);
	snprintf(list, sizeof(list), "%s\n%s\n", a, b);
	/* a kept object younger than the oldest open pipe stays */
	assert_int_equal(store_purge(r.store, list, strlen(list), 0, &p), ERR_OK);
	assert_int_equal(p.in_use, 2);
	assert_int_equal(count_objects(&r), 3);
	snprintf(list, sizeof(list), "%s\n%s\n%s\n", a, b, a);
	assert_int_equal(
	    store_purge(r.store, list, strlen(list), (time_t)INT64_MAX, &p), ERR_OK);
	assert_int_equal(p.objects, 2);
	assert_int_equal(p.bytes, 30);
	assert_int_equal(p.missing, 1);
	assert_int_equal(count_objects(&r), 1);
	assert_stored(&r, c, 30);
	rig_close(&r);
}

static void
purge_list_that_is_none_removes_nothing(void **state)
{
	static const char *const bad[] = {"x", "../../etc/passwd\n", "\n",
	    "0000000000000000000000000000000000000000000000000000000000000000",
	    "000000000000000000000000000000000000000000000000000000000000000A\n",
	    "0000000000000000000000000000000000000000000000000000000000000000\n\n"};
	struct rig r;
	struct store_purged p = {0};
	int fd;
	uint64_t bytes;
	(void)state;
	rig_open(&r, "/tmp", 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (store_purge(r.store, bad[i], strlen(bad[i]), (time_t)INT64_MAX, &p) !=
		    ERR_SYNTAX)
			fail_msg("accepted: %s", bad[i]);
	assert_int_equal(store_get(r.store, "../tmp", &fd, &bytes), ERR_SYNTAX);
	rig_close(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(objects_of_every_size_are_kept_under_their_digest),
	    cmocka_unit_test(same_bytes_twice_are_one_object),
	    cmocka_unit_test(damaged_object_is_replaced_by_the_bytes_at_hand),
	    cmocka_unit_test(damaged_object_of_the_right_size_is_replaced_too),
	    cmocka_unit_test(object_is_there_only_when_its_bytes_are),
	    cmocka_unit_test(blank_objects_are_told_from_others),
	    cmocka_unit_test(aborted_object_leaves_nothing_and_the_next_is_whole),
	    cmocka_unit_test(broken_framing_ends_the_pipe),
	    cmocka_unit_test(reader_that_dies_mid_file_leaves_no_object),
	    cmocka_unit_test(leftovers_go_at_the_next_start),
	    cmocka_unit_test(floor_is_kept_before_and_during_reading),
	    cmocka_unit_test(file_size_limit_is_a_failure_not_a_death),
	    cmocka_unit_test(slow_desk_stops_the_pipe_and_loses_no_result),
	    cmocka_unit_test(purge_removes_what_is_listed_and_nothing_else),
	    cmocka_unit_test(purge_list_that_is_none_removes_nothing),
	    cmocka_unit_test(really_full_disk_is_told_and_loses_nothing),
	};
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
