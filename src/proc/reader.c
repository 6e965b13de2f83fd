/* SPDX-License-Identifier: ISC */
/*
 * sallyport-reader: reads one medium, once.
 *
 * Holds     one read-only descriptor of a device or image (5), the socket to
 *           the desk (3) and the pipe to the vault (4).
 * May       read the medium, tell the desk what is on it, and send contents
 *           down the pipe.
 * Must never open anything, write to the medium, mount or execute; send bytes
 *           it did not get from the medium; call a file read that was not read
 *           to its end.
 * Dies      when the medium has been read or cannot be, when the desk or the
 *           vault has gone, or when the desk breaks the protocol.  A hostile
 *           medium that crashes it costs one transfer and nothing else.
 */
#include "src/base/clock.h"
#include "src/base/escape.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/ipc/channel.h"
#include "src/ipc/frame.h"
#include "src/ipc/sandbox.h"
#include "src/media/medium.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/uio.h>
#include <unistd.h>

#define READER_PROGRAM     "sallyport-reader"
#define READER_DESK_FD     3
#define READER_VAULT_FD    4
#define READER_MEDIUM_FD   5
#define READER_PIPE_BYTES  (1 << 20)
#define READER_LABEL_CELLS 64
#define READER_UINT_MAX    ((uint64_t)9007199254740991u) /* 2^53-1: a number in a message */

struct reader {
	struct channel *desk;
	struct medium *medium;
	uint64_t files, bytes; /* of contents, so far */
	int64_t told_ms;       /* when the desk was told */
	uint64_t sending;      /* the item whose contents are in the pipe, or 0 */
};

static json_int_t
reader_uint(uint64_t n)
{
	return (json_int_t)(n > READER_UINT_MAX ? READER_UINT_MAX : n);
}

static enum err
reader_say(struct reader *r, enum msg_id id, json_t *body)
{
	return channel_send_wait(r->desk, id, body, -1);
}

/* --- metadata ----------------------------------------------------------------- */

static enum err
reader_medium(struct reader *r)
{
	json_t *volumes = json_array();

	for (size_t i = 0; i < medium_volumes(r->medium); i++) {
		const struct volume *v = medium_volume(r->medium, i);
		char label[READER_LABEL_CELLS + 1];
		escape_fit(
		    v->label, v->label_len, label, sizeof(label), READER_LABEL_CELLS, NULL);
		json_array_append_new(volumes,
		    json_pack("{s:I, s:s, s:I, s:s}", "n", (json_int_t)v->number, "kind",
			v->kind, "bytes", reader_uint(v->bytes), "label", label));
	}
	return reader_say(r, MSG_READER_MEDIUM,
	    json_pack("{s:I, s:I, s:s, s:o, s:b}", "bytes",
		reader_uint(medium_bytes(r->medium)), "sector",
		(json_int_t)medium_sector_bytes(r->medium), "table", medium_table(r->medium),
		"volumes", volumes, "write_protected", (int)medium_write_protected(r->medium)));
}

static enum err
reader_item(void *arg, const struct walk_item *it)
{
	struct reader *r = arg;
	char name[HEX_B64_SIZE(LIM_NAME_BYTES)], link[HEX_B64_SIZE(LIM_LINK_BYTES)];

	hex_b64_encode(it->name, it->name_len, name);
	hex_b64_encode(it->link, it->link_len, link);
	json_t *body = json_pack("{s:I, s:I, s:I, s:s, s:s, s:s, s:s, s:I}", "id",
	    (json_int_t)it->id, "parent", (json_int_t)it->parent, "volume",
	    (json_int_t)it->volume, "name", name, "kind", item_kind_print(it->kind), "state",
	    item_state_print(it->state), "why", it->why, "size", reader_uint(it->size_bytes));
	json_object_set_new(body, "mode", json_integer((json_int_t)it->mode));
	json_object_set_new(body, "mtime", json_string(it->mtime));
	json_object_set_new(body, "zone", json_string(it->utc ? "utc" : "none"));
	json_object_set_new(body, "link", json_string(link));
	json_object_set_new(body, "links", json_integer(reader_uint(it->links)));
	return reader_say(r, MSG_READER_ITEM, body);
}

/* --- contents ----------------------------------------------------------------- */

/* Header and bytes in one call; the pipe is blocking. */
static enum err
reader_frame(enum frame_kind kind, uint64_t item, const uint8_t *bytes, size_t n)
{
	struct frame f = {.kind = kind, .len_bytes = (uint32_t)n, .item = item};
	uint8_t head[FRAME_HEADER_BYTES];
	size_t done = 0;

	frame_put(&f, head);
	while (done < sizeof(head) + n) {
		struct iovec v[2];
		int parts = 0;
		if (done < sizeof(head))
			v[parts++] = (struct iovec){head + done, sizeof(head) - done};
		size_t from = done < sizeof(head) ? 0 : done - sizeof(head);
		if (n > from) /* writev reads only: the cast loses const and nothing else */
			v[parts++] =
			    (struct iovec){(void *)(uintptr_t)(bytes + from), n - from};
		ssize_t w = writev(READER_VAULT_FD, v, parts);
		if (w < 0 && errno == EINTR)
			continue;
		if (w <= 0)
			return ERR_CLOSED;
		done += (size_t)w;
	}
	return ERR_OK;
}

/* What the desk says between two frames: only pause, and its end. */
static enum err
reader_listen(struct reader *r)
{
	bool paused = false;
	struct msg m;

	for (;;) {
		enum err err =
		    paused ? channel_recv_wait(r->desk, &m, -1) : channel_recv(r->desk, &m);
		if (err == ERR_AGAIN && !paused)
			return ERR_OK;
		if (err != ERR_OK)
			return err;
		bool known = m.id == MSG_READ_PAUSE;
		paused = known && msg_bool(&m, "paused");
		msg_done(&m);
		if (!known)
			return ERR_PROTO;
	}
}

/* What was read, from time to time: a large file takes long. */
static enum err
reader_count(struct reader *r, uint64_t files, uint64_t bytes)
{
	int64_t now_ms = clock_mono_ms();
	r->files += files;
	r->bytes += bytes;
	if (now_ms - r->told_ms < LIM_PROGRESS_MS)
		return ERR_OK;
	r->told_ms = now_ms;
	return reader_say(r, MSG_READER_PROGRESS,
	    json_pack(
		"{s:I, s:I}", "files", reader_uint(r->files), "bytes", reader_uint(r->bytes)));
}

static enum err
reader_begin(void *arg, uint64_t item)
{
	struct reader *r = arg;
	enum err err = reader_listen(r);
	r->sending = item;
	return err != ERR_OK ? err : reader_frame(FRAME_BEGIN, item, NULL, 0);
}

static enum err
reader_data(void *arg, uint64_t item, const uint8_t *bytes, size_t n)
{
	enum err err = reader_listen(arg);
	if (err == ERR_OK)
		err = reader_frame(FRAME_DATA, item, bytes, n);
	return err != ERR_OK ? err : reader_count(arg, 0, n);
}

static enum err
reader_end(void *arg, uint64_t item)
{
	struct reader *r = arg;
	enum err err = reader_frame(FRAME_END, item, NULL, 0);
	r->sending = 0;
	return err != ERR_OK ? err : reader_count(arg, 1, 0);
}

static enum err
reader_bad(void *arg, uint64_t item, bool begun, const char *why, uint64_t at)
{
	struct reader *r = arg;
	enum err err = begun ? reader_frame(FRAME_ABORT, item, NULL, 0) : ERR_OK;
	r->sending = 0;
	if (err == ERR_OK)
		err = reader_count(arg, 1, 0);
	if (err != ERR_OK)
		return err;
	return reader_say(arg, MSG_READER_BAD,
	    json_pack("{s:I, s:s, s:I}", "item", (json_int_t)item, "why", why, "at",
		reader_uint(at)));
}

static enum err
reader_same(void *arg, uint64_t item, uint64_t as)
{
	enum err err = reader_count(arg, 1, 0);
	if (err != ERR_OK)
		return err;
	return reader_say(arg, MSG_READER_SAME,
	    json_pack("{s:I, s:I}", "item", (json_int_t)item, "as", (json_int_t)as));
}

/* --- the whole ---------------------------------------------------------------- */

static enum err
reader_wait(struct reader *r, enum msg_id id)
{
	struct msg m;
	enum err err = channel_recv_wait(r->desk, &m, -1);

	if (err != ERR_OK)
		return err;
	err = m.id == id ? ERR_OK : ERR_PROTO;
	msg_done(&m);
	return err;
}

/* Tells the desk why there is nothing to read; ERR_DENIED ends the program. */
static enum err
reader_failed(struct reader *r, const char *why)
{
	enum err err = reader_say(
	    r, MSG_READER_FAILED, json_pack("{s:s}", "why", why[0] ? why : "unknown"));
	return err == ERR_OK ? ERR_DENIED : err;
}

/* The vault drops what is half there, and has nothing to say that the desk hears first. */
static enum err
reader_gone(struct reader *r)
{
	enum err err = ERR_OK;
	if (r->sending != 0)
		err = reader_frame(FRAME_ABORT, r->sending, NULL, 0);
	if (err == ERR_OK)
		err = reader_say(r, MSG_READER_FAILED,
		    json_pack(
			"{s:s, s:b}", "why", "the medium does not answer any more", "gone", 1));
	return err == ERR_OK ? ERR_DENIED : err;
}

static enum err
reader_walk(struct reader *r)
{
	const char *why = "";
	enum err err = medium_open(READER_MEDIUM_FD, &r->medium, &why);

	if (err != ERR_OK)
		return reader_failed(r, why);
	err = reader_medium(r);
	if (err == ERR_OK)
		err = medium_walk(r->medium, reader_item, r, &why);
	if (err == ERR_LIMIT)
		return reader_failed(r, why);
	if (err != ERR_OK)
		return err;
	if (medium_gone(r->medium))
		return reader_gone(r);
	const struct walk_totals *t = medium_totals(r->medium);
	return reader_say(r, MSG_READER_TOTALS,
	    json_pack("{s:I, s:I, s:I}", "items", reader_uint(t->items), "files",
		reader_uint(t->files), "bytes", reader_uint(t->bytes)));
}

static enum err
reader_serve(struct reader *r)
{
	static const struct medium_sink sink = {
	    reader_begin, reader_data, reader_end, reader_bad, reader_same};
	enum err err = channel_greet(r->desk, LIM_CALL_MS, NULL);

	if (err == ERR_OK)
		err = reader_wait(r, MSG_READ_BEGIN);
	if (err == ERR_OK)
		err = reader_walk(r);
	if (err == ERR_OK)
		err = reader_wait(r, MSG_READ_GO);
	r->told_ms = clock_mono_ms();
	if (err == ERR_OK)
		err = medium_read(r->medium, &sink, r);
	if (err == ERR_NOTFOUND)
		return reader_gone(r);
	if (err != ERR_OK)
		return err;
	const struct medium_result *done = medium_result(r->medium);
	return reader_say(r, MSG_READER_DONE,
	    json_pack("{s:I, s:I, s:I}", "files", reader_uint(done->files), "bytes",
		reader_uint(done->bytes), "unreadable", reader_uint(done->unreadable)));
}

static _Noreturn void
reader_usage(void)
{
	fprintf(stderr, "usage: " READER_PROGRAM "\n"
			"Started by sallyportd with descriptors 3 desk, 4 vault, 5 medium.\n");
	exit(2);
}

int
main(int argc, char **argv)
{
	struct reader r = {0};
	const char *act = NULL, *why = "";
	int option;

	while ((option = getopt(argc, argv, "T:")) != -1) {
		if (option != 'T')
			reader_usage();
		act = optarg;
	}
	if (optind != argc)
		reader_usage();
	log_init(READER_PROGRAM);
	signal(SIGPIPE, SIG_IGN);
	setenv("TZ", "UTC0", 1); /* libtsk looks for a zone with every time it converts */
	tzset();
	json_object_seed(0);
	/* larger is faster; a pipe that stays small still works */
	(void)fcntl(READER_VAULT_FD, F_SETPIPE_SZ, READER_PIPE_BYTES);
	if (sandbox_enter(ROLE_READER, NULL, 0, &why) != ERR_OK)
		log_fatal("The reader cannot enter its sandbox: %s.", why);
	if (act != NULL) {
		sandbox_probe(act);
		log_fatal("The reader could do what its contract forbids: %s.", act);
	}
	r.desk = channel_new(READER_DESK_FD, ROLE_READER, ROLE_DESK);
	enum err err = channel_hello(r.desk, READER_PROGRAM, sandbox_active());
	if (err == ERR_OK)
		err = reader_serve(&r);
	if (err == ERR_PROTO)
		log_warn("%s", channel_why(r.desk));
	else if (err != ERR_OK && err != ERR_DENIED)
		log_warn("stopped: %s", err_str(err));
	medium_close(r.medium);
	channel_free(r.desk);
	return err == ERR_OK ? 0 : 1;
}
