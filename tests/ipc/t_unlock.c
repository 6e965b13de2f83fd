/* links: src/ipc/channel src/ipc/msg src/ipc/message src/ipc/secret src/core/digest src/base/io src/base/hex src/base/mem src/base/clock src/base/pin src/base/err */
/* SPDX-License-Identifier: ISC */
/*
 * An encrypted volume from the passphrase to its files: sallyport-unlock and
 * sallyport-reader themselves, with desk and vault played by the test.
 */
#include "src/base/hex.h"
#include "src/base/io.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/digest.h"
#include "src/ipc/channel.h"
#include "src/ipc/frame.h"
#include "src/ipc/secret.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define WAIT_MS 60000
#define SECRET  "open sesame"

/* A medium: a FAT partition, a LUKS2 volume with ext4, a BitLocker one that is damaged. */
struct rig {
	char dir[32];
	int medium;
	pid_t reader;
	struct channel *desk;
	int pipe;
	json_t *volumes;
	uint64_t ids, files, bytes; /* what was told */
	json_t *items;              /* by id - 1 */
	json_t *layout;
	int key; /* pipe */
};

static void
shell(const struct rig *r, const char *script)
{
	pid_t pid = fork();
	int status = 1;
	if (pid == 0) {
		if (chdir(r->dir) == 0)
			execlp("sh", "sh", "-ec", script, (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* A program of the tree this test was built in, with its descriptors from 3 on. */
static pid_t
start(const char *name, const int *fds, int n)
{
	char self[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	assert_true(len > 0);
	self[len] = '\0';
	MEM_FREE char *path = mem_printf("%s/bin/%s", dirname(dirname(dirname(self))), name);
	pid_t pid = fork();
	if (pid == 0) {
		int up[4];
		for (int i = 0; i < n; i++)
			up[i] = fds[i] < 0 ? -1 : fcntl(fds[i], F_DUPFD, 20);
		for (int i = 0; i < n; i++)
			up[i] < 0 ? close(3 + i) : dup2(up[i], 3 + i);
		close_range(3 + (unsigned)n, ~0u, 0);
		execl(path, path, (char *)NULL);
		_exit(127);
	}
	return pid;
}

static struct channel *
meet(const char *name, enum role role, int more, int medium, pid_t *ret_pid)
{
	int pair[2];
	bool sandboxed = false;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	const int fds[] = {pair[1], more, medium};
	*ret_pid = start(name, fds, 3);
	close(pair[1]);
	struct channel *ch = channel_new(pair[0], ROLE_DESK, role);
	assert_int_equal(channel_hello(ch, "test", true), ERR_OK);
	assert_int_equal(channel_greet(ch, WAIT_MS, &sandboxed), ERR_OK);
#ifndef SALLYPORT_NO_SANDBOX
	assert_true(sandboxed);
#endif
	return ch;
}

static struct msg
next(struct rig *r)
{
	struct msg m;
	for (;;) {
		assert_int_equal(channel_recv_wait(r->desk, &m, WAIT_MS), ERR_OK);
		if (m.id != MSG_READER_PROGRESS && m.id != MSG_READER_AT)
			return m;
		msg_done(&m);
	}
}

/* Items up to the totals. */
static void
take_items(struct rig *r)
{
	for (;;) {
		struct msg m = next(r);
		if (m.id == MSG_READER_ITEM) {
			assert_int_equal(msg_uint(&m, "id"), r->ids + 1);
			r->ids++;
			json_array_append(r->items, m.body);
		} else {
			assert_int_equal(m.id, MSG_READER_TOTALS);
			r->files = msg_uint(&m, "files");
			r->bytes = msg_uint(&m, "bytes");
			msg_done(&m);
			return;
		}
		msg_done(&m);
	}
}

static const json_t *
item(const struct rig *r, const char *name)
{
	char b64[HEX_B64_SIZE(64)];
	size_t i;
	json_t *o;
	hex_b64_encode((const uint8_t *)name, strlen(name), b64);
	json_array_foreach (r->items, i, o)
		if (strcmp(json_string_value(json_object_get(o, "name")), b64) == 0)
			return o;
	return NULL;
}

static uint64_t
field(const json_t *o, const char *name)
{
	return (uint64_t)json_integer_value(json_object_get(o, name));
}

/* The region that stands for a locked volume. */
static const json_t *
region_of(const struct rig *r, uint64_t volume)
{
	size_t i;
	json_t *o;
	json_array_foreach (r->items, i, o)
		if (field(o, "volume") == volume &&
		    strcmp(json_string_value(json_object_get(o, "kind")), "region") == 0)
			return o;
	return NULL;
}

static void
begin(struct rig *r)
{
	int data[2];
	assert_int_equal(pipe2(data, O_CLOEXEC), 0);
	r->desk = meet("sallyport-reader", ROLE_READER, data[1], r->medium, &r->reader);
	close(data[1]);
	r->pipe = data[0];
	r->ids = 0;
	r->items = json_array();
	assert_int_equal(channel_send_wait(r->desk, MSG_READ_BEGIN, NULL, -1), ERR_OK);
	struct msg m = next(r);
	assert_int_equal(m.id, MSG_READER_MEDIUM);
	r->volumes = json_incref(json_object_get(m.body, "volumes"));
	msg_done(&m);
	take_items(r);
}

static int
end(struct rig *r)
{
	int status = 0;
	r->desk = channel_free(r->desk);
	close(r->pipe);
	json_decref(r->volumes);
	json_decref(r->items);
	json_decref(r->layout);
	r->layout = NULL;
	assert_int_equal(waitpid(r->reader, &status, 0), r->reader);
	return status;
}

/* Asks sallyport-unlock; true with layout and key, or false with wrong and why. */
static bool
unlock(struct rig *r, size_t volume, const char *passphrase, bool *ret_wrong, char why[512])
{
	const json_t *v = json_array_get(r->volumes, volume - 1);
	pid_t pid;
	int secret = -1, status = -1;
	struct msg m;
	struct channel *ch = meet("sallyport-unlock", ROLE_UNLOCK, -1, r->medium, &pid);
	assert_int_equal(secret_pipe(passphrase, strlen(passphrase), NULL, 0, &secret), ERR_OK);
	assert_int_equal(
	    channel_send_wait(ch, MSG_UNLOCK_OPEN,
		json_pack("{s:O, s:O, s:O}", "offset", json_object_get(v, "offset"), "bytes",
		    json_object_get(v, "bytes"), "kind", json_object_get(v, "kind")),
		secret),
	    ERR_OK);
	close(secret);
	assert_int_equal(channel_recv_wait(ch, &m, WAIT_MS), ERR_OK);
	bool opened = m.id == MSG_UNLOCK_KEY;
	if (opened) {
		r->layout = json_incref(json_object_get(m.body, "layout"));
		r->key = msg_take_fd(&m);
	} else {
		assert_int_equal(m.id, MSG_UNLOCK_FAILED);
		*ret_wrong = msg_bool(&m, "wrong");
		snprintf(why, 512, "%s", msg_str(&m, "why"));
		assert_null(strstr(why, passphrase));
	}
	msg_done(&m);
	/* one answer, and it is gone */
	assert_int_equal(channel_recv_wait(ch, &m, WAIT_MS), ERR_CLOSED);
	channel_free(ch);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	return opened;
}

/* Hands a key to the reader; its answer. */
static struct msg
hand_over(struct rig *r, uint64_t volume, const json_t *layout, int key)
{
	assert_int_equal(
	    channel_send_wait(r->desk, MSG_READ_UNLOCK,
		json_pack("{s:I, s:O}", "volume", (json_int_t)volume, "layout", layout), key),
	    ERR_OK);
	struct msg m = next(r);
	assert_int_equal(m.id, MSG_READER_UNLOCKED);
	assert_int_equal(msg_uint(&m, "volume"), volume);
	return m;
}

static void
read_exactly(int fd, void *out, size_t n)
{
	for (size_t got = 0; got < n;) {
		struct pollfd p = {fd, POLLIN, 0};
		assert_int_equal(poll(&p, 1, WAIT_MS), 1);
		ssize_t k = read(fd, (char *)out + got, n - got);
		assert_true(k > 0);
		got += (size_t)k;
	}
}

/* All contents; the digest of one item's. */
static void
contents(struct rig *r, uint64_t want, char sum[HEX_DIGEST_SIZE])
{
	static uint8_t data[LIM_FRAME_BYTES];
	uint8_t head[FRAME_HEADER_BYTES], bin[DIGEST_SIZE];
	struct digest *d = digest_new();
	uint64_t ended = 0;
	assert_int_equal(channel_send_wait(r->desk, MSG_READ_GO, NULL, -1), ERR_OK);
	while (ended < r->files) {
		read_exactly(r->pipe, head, sizeof(head));
		struct frame f = frame_get(head);
		assert_int_not_equal(f.kind, FRAME_ABORT);
		if (f.kind == FRAME_DATA) {
			read_exactly(r->pipe, data, f.len_bytes);
			if (f.item == want)
				digest_add(d, data, f.len_bytes);
		}
		ended += f.kind == FRAME_END;
	}
	digest_final(d, bin);
	hex_encode(bin, sizeof(bin), sum);
	digest_free(d);
	struct msg m = next(r);
	while (m.id != MSG_READER_DONE) {
		assert_int_not_equal(m.id, MSG_READER_BAD);
		msg_done(&m);
		m = next(r);
	}
	assert_int_equal(msg_uint(&m, "unreadable"), 0);
	msg_done(&m);
}

static int
setup(void **state)
{
	struct rig *r = mem_alloc(sizeof(*r));
	char path[64], top[PATH_MAX];
	assert_non_null(getcwd(top, sizeof(top))); /* tests run in the repository's root */
	setenv("TOP", top, 1);
	snprintf(r->dir, sizeof(r->dir), "/tmp/sallyport-t.XXXXXX");
	assert_non_null(mkdtemp(r->dir));
	shell(r,
	    "PATH=$PATH:/sbin:/usr/sbin; export PATH; here=$PWD\n"
	    "printf '" SECRET "' >pass; mkdir t; seq 1 100000 >t/large; echo a >t/small\n"
	    "truncate -s 12M plain; mke2fs -q -t ext4 -L 'inner label' -d t plain\n"
	    "truncate -s 29M luks; cryptsetup -q luksFormat --batch-mode --type luks1 "
	    "  --cipher aes-xts-plain64 --key-size 512 --pbkdf-force-iterations 1000 "
	    "  --key-file pass luks\n"
	    "key=$(cryptsetup -q luksDump --dump-volume-key --key-file pass luks | "
	    "  awk '/dump:/ { on = 1; sub(/.*dump:/, \"\") } on { gsub(/[ \\t]/, \"\"); "
	    "  printf \"%s\", $0 }')\n"
	    "at=$(cryptsetup luksDump luks | awk '/Payload offset/ { print $3 * 512 }')\n"
	    "truncate -s $((at + 12582912)) luks\n"
	    "\"$TOP\"/tests/media/encrypted.py xts $key 512 $at plain luks\n"
	    "truncate -s 4M fat; mkfs.vfat -n OPEN fat >/dev/null; mcopy -i fat t/small ::\n"
	    "truncate -s 40M medium\n"
	    "printf 'label: dos\\n2048,8192,c\\n10240,40960,83\\n51200,2048,7\\n' | "
	    "  sfdisk -q medium\n"
	    "dd if=fat of=medium bs=512 seek=2048 conv=notrunc status=none\n"
	    "dd if=luks of=medium bs=512 seek=10240 conv=notrunc status=none\n"
	    "printf '\\353\\130\\220-FVE-FS-' | "
	    "  dd of=medium bs=512 seek=51200 conv=notrunc status=none\n");
	snprintf(path, sizeof(path), "%s/medium", r->dir);
	r->medium = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(r->medium >= 0);
	*state = r;
	return 0;
}

static int
teardown(void **state)
{
	struct rig *r = *state;
	close(r->medium);
	shell(r, "rm -rf -- \"$PWD\"");
	free(r);
	return 0;
}

/* Numbers and regions are there from the start. */
static void
locked_volumes_are_told_with_their_numbers(void **state)
{
	static const struct {
		const char *kind;
		bool locked;
		uint64_t offset;
	} rows[] = {
	    {"fat12", false, 0}, {"luks", true, 10240 * 512}, {"bitlocker", true, 51200 * 512}};
	struct rig *r = *state;
	begin(r);
	assert_int_equal(json_array_size(r->volumes), 3);
	for (size_t i = 0; i < 3; i++) {
		const json_t *v = json_array_get(r->volumes, i);
		assert_int_equal(field(v, "n"), i + 1);
		const char *kind = json_string_value(json_object_get(v, "kind"));
		assert_true(strncmp(kind, rows[i].kind, 3) == 0);
		assert_int_equal(json_is_true(json_object_get(v, "locked")), rows[i].locked);
		if (!rows[i].locked)
			continue;
		assert_int_equal(field(v, "offset"), rows[i].offset);
		const json_t *region = region_of(r, i + 1);
		assert_non_null(region);
		assert_string_equal(
		    json_string_value(json_object_get(region, "state")), "encrypted");
	}
	assert_null(item(r, "large"));
	assert_non_null(item(r, "small"));
	assert_int_equal(r->files, 1);
	(void)end(r);
}

static void
a_volume_is_opened_and_read(void **state)
{
	struct rig *r = *state;
	char why[512], sum[HEX_DIGEST_SIZE];
	bool wrong = false;
	begin(r);
	assert_false(unlock(r, 2, "open sesam", &wrong, why));
	assert_true(wrong);
	assert_non_null(strstr(why, "does not fit"));
	assert_true(unlock(r, 2, SECRET, &wrong, why));
	struct msg m = hand_over(r, 2, r->layout, r->key);
	close(r->key);
	assert_true(msg_bool(&m, "ok"));
	assert_string_equal(msg_str(&m, "kind"), "ext4");
	assert_string_equal(msg_str(&m, "label"), "inner label");
	assert_int_equal(msg_uint(&m, "bytes"), 18 << 20); /* the partition behind its header */
	msg_done(&m);
	uint64_t before = r->ids;
	take_items(r);
	assert_int_equal(r->files, 3);
	for (uint64_t i = before; i < r->ids; i++)
		assert_int_equal(field(json_array_get(r->items, i), "volume"), 2);
	const json_t *large = item(r, "large");
	assert_non_null(large);
	assert_int_equal(field(large, "size"), 588895);
	contents(r, field(large, "id"), sum);
	/* seq 1 100000 | sha256sum */
	shell(r, "sha256sum <t/large | cut -c1-64 >sum");
	MEM_FREE char *path = mem_printf("%s/sum", r->dir);
	MEM_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
	char wanted[HEX_DIGEST_SIZE] = "";
	assert_int_equal(read(fd, wanted, 64), 64);
	assert_string_equal(sum, wanted);
	assert_int_equal(end(r), 0);
}

/* Whatever the desk hands over, the reader says why not, and goes on. */
static void
the_reader_believes_nothing(void **state)
{
	struct rig *r = *state;
	char why[512];
	bool wrong;
	uint8_t noise[64] = "this is not the key of any volume that there is on this medium";
	begin(r);
	assert_true(unlock(r, 2, SECRET, &wrong, why));
	static const struct {
		const char *field;
		json_int_t value;
		const char *word;
	} rows[] = {
	    {NULL, 0, "no file system"}, /* another key */
	    {"offset", 1 << 30, "header is damaged"},
	    {"bytes", 1 << 30, "header is damaged"},
	    {"sector", 8192, "header is damaged"},
	    {"key_bytes", 32, "did not arrive whole"},
	    {"key_bytes", 65, "not understood"},
	    {"offset", -1, "not understood"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int ends[2];
		json_t *l = json_deep_copy(r->layout);
		assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
		assert_int_equal(write(ends[1], noise, sizeof(noise)), sizeof(noise));
		close(ends[1]);
		if (rows[i].field != NULL)
			json_object_set_new(l, rows[i].field, json_integer(rows[i].value));
		struct msg m = hand_over(r, 2, l, ends[0]);
		assert_false(msg_bool(&m, "ok"));
		assert_non_null(strstr(msg_str(&m, "why"), rows[i].word));
		msg_done(&m);
		json_decref(l);
		close(ends[0]);
	}
	/* volumes that are not locked, or not there */
	static const uint64_t others[] = {0, 1, 4, 1ull << 40};
	for (size_t i = 0; i < 4; i++) {
		struct msg m = hand_over(r, others[i], r->layout, r->medium);
		assert_false(msg_bool(&m, "ok"));
		msg_done(&m);
	}
	struct msg m = hand_over(r, 2, r->layout, r->key);
	assert_true(msg_bool(&m, "ok"));
	msg_done(&m);
	close(r->key);
	take_items(r);
	m = hand_over(r, 2, r->layout, r->medium); /* twice */
	assert_false(msg_bool(&m, "ok"));
	msg_done(&m);
	(void)end(r);
}

static void
a_damaged_volume_stays_closed(void **state)
{
	struct rig *r = *state;
	char why[512];
	bool wrong = true;
	begin(r);
	assert_false(unlock(r, 3, SECRET, &wrong, why));
	assert_false(wrong);
	assert_non_null(strstr(why, "BitLocker"));
	/* what could be read is read */
	char sum[HEX_DIGEST_SIZE];
	contents(r, 0, sum);
	assert_int_equal(end(r), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(locked_volumes_are_told_with_their_numbers),
	    cmocka_unit_test(a_volume_is_opened_and_read),
	    cmocka_unit_test(the_reader_believes_nothing),
	    cmocka_unit_test(a_damaged_volume_stays_closed),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
