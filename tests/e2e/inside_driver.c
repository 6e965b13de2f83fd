/* links: src/core/digest src/ipc/channel src/ipc/message src/ipc/msg src/ipc/spawn src/base/buf src/base/clock src/base/err src/base/escape src/base/hex src/base/io src/base/log src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/*
 * inside_driver [-c N] [-d DEPTH] [-r ROOM] PROGRAM FILE...
 * Plays desk and vault for a scanner that hands back what is inside objects: gives
 * it one file after the other and prints what it said, as unpack_list does, after
 * each "= VERDICT READ/SIZE WHY"; in the end "gone STATUS".
 * -c  cancels each object after N of its children
 * -d -r  what scan.object says of depth and room
 */
#include "src/base/buf.h"
#include "src/base/escape.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/core/digest.h"
#include "src/ipc/channel.h"
#include "src/ipc/frame.h"
#include "src/ipc/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct inside {
	struct channel *desk, *vault;
	int pipe;
	struct buf frames; /* read, not yet taken apart */
	struct digest *digest;
	uint64_t bytes, open, told, ended, cancel_after, last;
	uint64_t most;    /* number of a child that was told of */
	json_t *children; /* messages, by number of the child, with what came by the pipe */
	json_t *result;
	struct buf findings;
};

static pid_t
inside_start(const char *program, const int want[4])
{
	pid_t pid = fork();
	int moved[4];
	if (pid != 0)
		return pid;
	for (int i = 0; i < 4; i++)
		moved[i] = want[i] >= 0 ? fcntl(want[i], F_DUPFD, 20) : -1;
	for (int i = 0; i < 4; i++)
		if (moved[i] >= 0)
			dup2(moved[i], SPAWN_FD_FIRST + i);
		else
			close(SPAWN_FD_FIRST + i);
	for (int fd = SPAWN_FD_FIRST + 4; fd < 100; fd++)
		close(fd);
	setenv("TZ", "UTC0", 1); /* as spawn_start does */
	execl(program, program, (char *)NULL);
	_exit(127);
}

static json_t *
inside_child(struct inside *d, uint64_t child)
{
	char key[24];
	snprintf(key, sizeof(key), "%08" PRIu64, child);
	json_t *c = json_object_get(d->children, key);
	if (c == NULL) {
		c = json_object();
		json_object_set_new(d->children, key, c);
	}
	return c;
}

/* --- the pipe ---------------------------------------------------------------------- */

static void
inside_frame(struct inside *d, const struct frame *f, const uint8_t *bytes)
{
	uint8_t digest[DIGEST_SIZE];
	char sha256[HEX_DIGEST_SIZE];
	if ((f->kind == FRAME_BEGIN) != (d->open == 0) || (d->open != 0 && f->item != d->open))
		log_fatal("frame %u of %" PRIu64 " out of turn", f->kind, f->item);
	if (f->kind == FRAME_BEGIN) {
		if (f->item <= d->last)
			log_fatal("child %" PRIu64 " again", f->item);
		d->last = d->open = f->item;
		d->digest = digest_new();
		d->bytes = 0;
	} else if (f->kind == FRAME_DATA) {
		digest_add(d->digest, bytes, f->len_bytes);
		d->bytes += f->len_bytes;
	} else {
		json_t *c = inside_child(d, f->item);
		digest_final(d->digest, digest);
		digest_free(d->digest);
		hex_encode(digest, sizeof(digest), sha256);
		json_object_set_new(c, "sha256", json_string(sha256));
		json_object_set_new(c, "bytes", json_integer((json_int_t)d->bytes));
		json_object_set_new(c, "whole", json_boolean(f->kind == FRAME_END));
		d->open = 0;
		d->ended++;
	}
}

static void
inside_read(struct inside *d)
{
	static uint8_t piece[1 << 18];
	size_t at = 0;
	ssize_t n = read(d->pipe, piece, sizeof(piece));
	if (n < 0 || buf_add(&d->frames, piece, (size_t)n) != ERR_OK)
		log_fatal("the pipe: %s", strerrordesc_np(errno));
	if (n == 0) {
		close(d->pipe);
		d->pipe = -1;
	}
	while (d->frames.len - at >= FRAME_HEADER_BYTES) {
		struct frame f = frame_get(d->frames.data + at);
		if (f.len_bytes > LIM_FRAME_BYTES ||
		    (f.kind == FRAME_DATA) != (f.len_bytes > 0))
			log_fatal("a frame of %u bytes", f.len_bytes);
		if (d->frames.len - at - FRAME_HEADER_BYTES < f.len_bytes)
			break;
		inside_frame(d, &f, d->frames.data + at + FRAME_HEADER_BYTES);
		at += FRAME_HEADER_BYTES + f.len_bytes;
	}
	memmove(d->frames.data, d->frames.data + at, d->frames.len - at);
	d->frames.len -= at;
}

/* --- the desk ------------------------------------------------------------------------ */

static void
inside_message(struct inside *d, const struct msg *m)
{
	if (m->id == MSG_SCAN_CHILD) {
		d->most = msg_uint(m, "child");
		json_object_update(inside_child(d, d->most), m->body);
		if (++d->told == d->cancel_after)
			channel_send_wait(d->desk, MSG_SCAN_CANCEL,
			    json_pack("{s:I}", "id", (json_int_t)msg_uint(m, "id")), -1);
	} else if (m->id == MSG_SCAN_FINDING)
		buf_addf(&d->findings, "! %s: %s\n", msg_str(m, "rule"), msg_str(m, "detail"));
	else if (m->id == MSG_SCAN_RESULT)
		d->result = json_incref(m->body);
}

/* False when it has hung up. */
static bool
inside_receive(struct inside *d)
{
	struct msg m;
	enum err e;
	while ((e = channel_recv(d->desk, &m)) == ERR_OK) {
		inside_message(d, &m);
		msg_done(&m);
	}
	if (e == ERR_PROTO)
		log_fatal("%s", channel_why(d->desk));
	return e == ERR_AGAIN;
}

static char *
inside_text(const json_t *c, const char *field)
{
	const char *text = json_string_value(json_object_get(c, field));
	size_t n = 0;
	MEM_FREE uint8_t *bytes = mem_alloc(LIM_MESSAGE_BYTES);
	char *out = mem_alloc(ESCAPE_SIZE(LIM_MESSAGE_BYTES));
	if (text == NULL || !hex_b64_decode(text, strlen(text), bytes, &n))
		log_fatal("a child without %s", field);
	escape_bytes(bytes, n, out, ESCAPE_SIZE(LIM_MESSAGE_BYTES), NULL);
	return out;
}

static void
inside_print(const json_t *c)
{
	MEM_FREE char *name = inside_text(c, "name"), *link = inside_text(c, "link");
	const char *kind = json_string_value(json_object_get(c, "kind"));
	const char *why = json_string_value(json_object_get(c, "why"));
	const char *sha256 = json_string_value(json_object_get(c, "sha256"));
	json_int_t mode = json_integer_value(json_object_get(c, "mode"));
	if (sha256 != NULL)
		printf("%s %o %" PRIu64 " %s %s%s\n", kind, (unsigned)mode,
		    (uint64_t)json_integer_value(json_object_get(c, "bytes")), sha256, name,
		    json_is_true(json_object_get(c, "whole")) ? "" : " (broken)");
	else
		printf("%s %o %" PRIu64 " - %s%s%s%s%s%s\n", kind, (unsigned)mode,
		    (uint64_t)json_integer_value(json_object_get(c, "size")), name,
		    link[0] != '\0' ? " -> " : "", link, why[0] != '\0' ? " (" : "", why,
		    why[0] != '\0' ? ")" : "");
}

static void
inside_give(struct inside *d, const char *path, uint64_t id, json_int_t depth, json_int_t room)
{
	uint8_t chunk[65536], digest[DIGEST_SIZE];
	char sha256[HEX_DIGEST_SIZE];
	struct digest *sum = digest_new();
	ssize_t n;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	uint64_t size = 0;
	if (fd < 0)
		log_fatal("%s: %s", path, strerrordesc_np(errno));
	for (; (n = pread(fd, chunk, sizeof(chunk), (off_t)size)) > 0; size += (uint64_t)n)
		digest_add(sum, chunk, (size_t)n);
	digest_final(sum, digest);
	digest_free(sum);
	hex_encode(digest, sizeof(digest), sha256);
	json_t *body = json_pack("{s:I, s:s, s:I, s:s, s:s, s:I}", "id", (json_int_t)id,
	    "sha256", sha256, "size", (json_int_t)size, "type", "", "mime", "", "depth", depth);
	if (room >= 0)
		json_object_set_new(body, "room", json_integer(room));
	if (channel_send_wait(d->vault, MSG_SCAN_OBJECT, body, fd) != ERR_OK)
		log_fatal("scan.object");
	close(fd);
}

/* Until there is a result and every file has ended; false: it has gone. */
static bool
inside_wait(struct inside *d)
{
	bool there = true;
	while (there && (d->result == NULL || d->open != 0)) {
		struct pollfd p[2] = {{channel_fd(d->desk), POLLIN, 0}, {d->pipe, POLLIN, 0}};
		if (poll(p, 2, 60000) <= 0)
			log_fatal("nothing came for a minute");
		if (p[1].revents != 0)
			inside_read(d);
		if (p[0].revents != 0)
			there = inside_receive(d);
	}
	/* what was written before the result */
	struct pollfd p = {d->pipe, POLLIN, 0};
	while (d->pipe >= 0 && poll(&p, 1, 0) > 0)
		inside_read(d);
	return there;
}

static bool
inside_file(struct inside *d, const char *path, uint64_t id, json_int_t depth, json_int_t room)
{
	uint64_t first = d->most + 1;
	d->told = 0;
	d->children = json_object();
	inside_give(d, path, id, depth, room);
	if (!inside_wait(d))
		return false;
	for (uint64_t child = first; child <= d->most; child++)
		inside_print(inside_child(d, child));
	printf("%s", buf_str(&d->findings));
	printf("= %s %" PRIu64 "/%" PRIu64 " %s\n",
	    json_string_value(json_object_get(d->result, "verdict")),
	    (uint64_t)json_integer_value(json_object_get(d->result, "read")),
	    (uint64_t)json_integer_value(json_object_get(d->result, "bytes")),
	    json_string_value(json_object_get(d->result, "why")));
	fflush(stdout);
	buf_done(&d->findings);
	json_decref(d->children);
	json_decref(d->result);
	d->result = NULL;
	return true;
}

static struct channel *
inside_meet(int fd, enum role self)
{
	struct channel *c = channel_new(fd, self, ROLE_SCANNER);
	if (channel_hello(c, "driver", true) != ERR_OK ||
	    channel_greet(c, LIM_CALL_MS, NULL) != ERR_OK)
		log_fatal("no hello");
	return c;
}

int
main(int argc, char **argv)
{
	struct inside d = {.pipe = -1};
	json_int_t depth = 0, room = -1;
	int desk[2], vault[2], ends[2], option, status = 0;
	log_init("inside_driver");
	signal(SIGPIPE, SIG_IGN);
	while ((option = getopt(argc, argv, "c:d:r:")) != -1) {
		long long n = optarg != NULL ? strtoll(optarg, NULL, 10) : 0;
		if (option == 'c')
			d.cancel_after = (uint64_t)n;
		else if (option == 'd')
			depth = n;
		else if (option == 'r')
			room = n;
		else
			return 2;
	}
	if (optind >= argc || spawn_pair(desk) != ERR_OK || spawn_pair(vault) != ERR_OK ||
	    pipe2(ends, O_CLOEXEC) != 0)
		return 2;
	const int want[4] = {desk[1], vault[1], -1, ends[1]};
	pid_t pid = inside_start(argv[optind], want);
	close(desk[1]);
	close(vault[1]);
	close(ends[1]);
	buf_init(&d.frames, 1 << 20);
	buf_init(&d.findings, 1 << 24);
	d.pipe = ends[0];
	d.desk = inside_meet(desk[0], ROLE_DESK);
	d.vault = inside_meet(vault[0], ROLE_VAULT);
	for (int i = optind + 1; i < argc; i++)
		if (!inside_file(&d, argv[i], (uint64_t)(i - optind), depth, room))
			break;
	channel_free(d.desk);
	channel_free(d.vault);
	waitpid(pid, &status, 0);
	if (WIFEXITED(status))
		printf("gone %d\n", WEXITSTATUS(status));
	else
		printf("killed %d\n", WTERMSIG(status));
	return 0;
}
