/* SPDX-License-Identifier: ISC */
/* Contents: down the pipe to the vault, with a word to the desk now and then. */
#include "src/base/clock.h"
#include "src/base/limits.h"
#include "src/ipc/frame.h"
#include "src/proc/reader/busy.h"
#include "src/proc/reader/reader.h"

#include <errno.h>
#include <poll.h>
#include <sys/uio.h>
#include <unistd.h>

/* The vault is slow: the desk hears that it is not the medium. */
static enum err
reader_wait_vault(struct reader *r)
{
	struct pollfd p = {READER_VAULT_FD, POLLOUT, 0};
	int n = poll(&p, 1, LIM_PROGRESS_MS);

	if (n < 0 && errno != EINTR)
		return ERR_IO;
	return n == 0 ? reader_progress(r, true) : ERR_OK;
}

/* Header and bytes in one call; the pipe does not block. */
static enum err
reader_frame(
    struct reader *r, enum frame_kind kind, uint64_t item, const uint8_t *bytes, size_t n)
{
	struct frame f = {.kind = kind, .len_bytes = (uint32_t)n, .item = item};
	uint8_t head[FRAME_HEADER_BYTES];
	size_t done = 0;

	busy_given();
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
		if (w < 0 && errno == EAGAIN) {
			enum err err = reader_wait_vault(r);
			if (err != ERR_OK)
				return err;
			continue;
		}
		if (w <= 0)
			return ERR_CLOSED;
		done += (size_t)w;
	}
	return ERR_OK;
}

/*
 * What the desk says between two frames: pause, and that an officer does not
 * want to wait for this item.  That counts only when nothing was said since
 * the desk heard so much, or only that the read came back that it was about:
 * else it is another item, and the medium answers.
 */
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
		bool known = m.id == MSG_READ_PAUSE || m.id == MSG_READ_GIVE_UP;
		if (m.id == MSG_READ_PAUSE)
			paused = msg_bool(&m, "paused");
		else if (m.id == MSG_READ_GIVE_UP)
			r->give_up = msg_uint(&m, "heard") == r->said ||
			             msg_uint(&m, "heard") == r->said_stalled;
		msg_done(&m);
		if (!known)
			return ERR_PROTO;
	}
}

/* ERR_STATE when this item is given up. */
static enum err
reader_goes_on(struct reader *r)
{
	enum err err = reader_listen(r);
	bool give_up = r->give_up;

	r->give_up = false;
	return err == ERR_OK && give_up ? ERR_STATE : err;
}

/* What was said about this item is not about the next one. */
static void
reader_over(struct reader *r)
{
	r->sending = 0;
	r->said_stalled = 0;
	r->give_up = false;
}

/* What was read, from time to time: a large file takes long. */
static enum err
reader_count(struct reader *r, uint64_t files, uint64_t bytes)
{
	r->files += files;
	r->bytes += bytes;
	return reader_progress(r, false);
}

static enum err
reader_begin(void *arg, uint64_t item)
{
	struct reader *r = arg;
	enum err err = reader_listen(r);
	r->sending = item;
	return err != ERR_OK ? err : reader_frame(r, FRAME_BEGIN, item, NULL, 0);
}

static enum err
reader_data(void *arg, uint64_t item, const uint8_t *bytes, size_t n)
{
	enum err err = reader_goes_on(arg);
	if (err == ERR_OK)
		err = reader_frame(arg, FRAME_DATA, item, bytes, n);
	return err != ERR_OK ? err : reader_count(arg, 0, n);
}

static enum err
reader_end(void *arg, uint64_t item)
{
	struct reader *r = arg;
	enum err err = reader_frame(r, FRAME_END, item, NULL, 0);
	reader_over(r);
	return err != ERR_OK ? err : reader_count(arg, 1, 0);
}

static enum err
reader_bad(void *arg, uint64_t item, bool begun, const char *why, uint64_t at)
{
	struct reader *r = arg;
	enum err err = begun ? reader_frame(r, FRAME_ABORT, item, NULL, 0) : ERR_OK;
	reader_over(r);
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

static enum err
reader_region(void *arg, uint64_t item, bool zero, uint64_t at, const char *why)
{
	reader_over(arg);
	return reader_say(arg, MSG_READER_REGION,
	    json_pack("{s:I, s:b, s:I, s:s}", "item", (json_int_t)item, "zero", (int)zero, "at",
		reader_uint(at), "why", why));
}

static enum err
reader_tick(void *arg, uint64_t bytes)
{
	struct reader *r = arg;
	busy_given();
	r->at += bytes;
	enum err err = reader_goes_on(r);
	return err == ERR_OK ? reader_progress(r, false) : err;
}

enum err
reader_digest_tick(void *arg, uint64_t done, uint64_t total)
{
	struct reader *r = arg;
	busy_given();
	r->at = done;
	r->of = total;
	enum err err = reader_listen(r);
	r->give_up = false; /* a digest of a part is none */
	return err == ERR_OK ? reader_progress(r, false) : err;
}

enum err
reader_abort(struct reader *r)
{
	uint64_t item = r->sending;
	r->sending = 0;
	return item != 0 ? reader_frame(r, FRAME_ABORT, item, NULL, 0) : ERR_OK;
}

const struct medium_sink *
reader_sink(void)
{
	static const struct medium_sink sink = {.begin = reader_begin,
	    .data = reader_data,
	    .end = reader_end,
	    .bad = reader_bad,
	    .same = reader_same,
	    .region = reader_region,
	    .tick = reader_tick};
	return &sink;
}
