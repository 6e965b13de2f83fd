/* SPDX-License-Identifier: ISC */
#include "src/ipc/channel.h"
#include "src/base/clock.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/ipc/fdroom.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct channel_datagram {
	uint8_t *bytes;
	size_t len;
	int fd;
};

struct channel {
	int fd;
	enum role self, peer;
	enum phase phase;
	bool write_ended; /* the peer takes nothing more */
	bool read_ended;  /* the peer gives nothing more, or broke a rule */
	enum err read_err;
	struct channel_datagram queue[LIM_IN_FLIGHT]; /* a ring */
	size_t queue_first, queue_len;
	struct msg *stash; /* messages that came during a call, oldest first */
	size_t stash_first, stash_len, stash_cap;
	bool calling;
	char why[192];
};

/* --- life ------------------------------------------------------------------ */

struct channel *
channel_new(int fd, enum role self, enum role peer)
{
	struct channel *c = mem_alloc(sizeof(*c));
	int flags = fcntl(fd, F_GETFL);

	assert(flags >= 0);
	if ((flags & O_NONBLOCK) == 0)
		(void)fcntl(fd, F_SETFL, flags | O_NONBLOCK);
	c->fd = fd;
	c->self = self;
	c->peer = peer;
	c->phase = PH_HELLO;
	return c;
}

static void
channel_drop_queue(struct channel *c)
{
	for (; c->queue_len > 0; c->queue_len--) {
		struct channel_datagram *d = &c->queue[c->queue_first];
		free(d->bytes);
		if (d->fd >= 0)
			close(d->fd);
		c->queue_first = (c->queue_first + 1) % LIM_IN_FLIGHT;
	}
}

struct channel *
channel_free(struct channel *c)
{
	if (c == NULL)
		return NULL;
	channel_drop_queue(c);
	for (; c->stash_len > 0; c->stash_len--)
		msg_done(&c->stash[c->stash_first++]);
	free(c->stash);
	close(c->fd);
	free(c);
	return NULL;
}

int
channel_fd(const struct channel *c)
{
	return c->fd;
}

enum role
channel_peer(const struct channel *c)
{
	return c->peer;
}

void
channel_set_phase(struct channel *c, enum phase phase)
{
	c->phase = phase;
}

enum phase
channel_phase(const struct channel *c)
{
	return c->phase;
}

const char *
channel_why(const struct channel *c)
{
	return c->why[0] != '\0' ? c->why : "nothing is known";
}

/* --- sending --------------------------------------------------------------- */

static enum err
channel_send_now(struct channel *c, const uint8_t *bytes, size_t len, int fd)
{
	union fdroom room;
	/* sendmsg does not write there; the interface is older than const */
	union {
		const uint8_t *in;
		void *out;
	} text = {.in = bytes};
	struct iovec iov = {text.out, len};
	struct msghdr h = {.msg_iov = &iov, .msg_iovlen = 1};
	ssize_t n;

	fdroom_put(&h, &room, fd);
	do
		n = sendmsg(c->fd, &h, MSG_DONTWAIT | MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	if (n >= 0)
		return ERR_OK;
	if (errno == EAGAIN || errno == ENOBUFS || errno == ETOOMANYREFS)
		return ERR_AGAIN;
	c->write_ended = true;
	channel_drop_queue(c);
	return ERR_CLOSED;
}

enum err
channel_flush(struct channel *c)
{
	if (c->write_ended)
		return ERR_CLOSED;
	while (c->queue_len > 0) {
		struct channel_datagram *d = &c->queue[c->queue_first];
		enum err e = channel_send_now(c, d->bytes, d->len, d->fd);
		if (e != ERR_OK)
			return e;
		free(d->bytes);
		if (d->fd >= 0)
			close(d->fd);
		c->queue_first = (c->queue_first + 1) % LIM_IN_FLIGHT;
		c->queue_len--;
	}
	return ERR_OK;
}

bool
channel_wants_write(const struct channel *c)
{
	return c->queue_len > 0;
}

size_t
channel_room(const struct channel *c)
{
	return LIM_IN_FLIGHT - c->queue_len;
}

static enum err
channel_enqueue(struct channel *c, const uint8_t *bytes, size_t len, int fd)
{
	struct channel_datagram *d;
	int copy = -1;

	if (fd >= 0 && (copy = fcntl(fd, F_DUPFD_CLOEXEC, 0)) < 0)
		return ERR_IO;
	d = &c->queue[(c->queue_first + c->queue_len++) % LIM_IN_FLIGHT];
	*d = (struct channel_datagram){mem_dup(bytes, len), len, copy};
	return ERR_OK;
}

/* Steals body; writes the datagram's text to `text`, or tells that it is too long. */
static enum err
channel_encode(const struct message_row *row, json_t *body, char *text, size_t *ret_len)
{
	if (json_object_set_new(body, "m", json_string(row->name)) != 0)
		abort();
	size_t n = json_dumpb(body, text, LIM_MESSAGE_BYTES, JSON_COMPACT);
	json_decref(body);
	assert(n > 0);
	*ret_len = n;
	return n <= row->max_bytes ? ERR_OK : ERR_LIMIT;
}

enum err
channel_send(struct channel *c, enum msg_id id, json_t *body, int fd)
{
	static char text[LIM_MESSAGE_BYTES];
	const struct message_row *row = message_row(id);
	uint8_t *bytes = (uint8_t *)text;
	size_t n = 0;
	enum err e;

	if (body == NULL)
		body = json_object();
	assert((row->from & c->self) != 0 && (row->to & c->peer) != 0);
	assert((row->fd == FD_ONE) == (fd >= 0));
	assert(row->phase <= c->phase);
	e = message_check(id, body, NULL);
	assert(e == ERR_OK);
	if (c->write_ended || (e = channel_flush(c)) == ERR_CLOSED) {
		json_decref(body);
		return ERR_CLOSED;
	}
	if (c->queue_len == LIM_IN_FLIGHT) {
		json_decref(body);
		return ERR_AGAIN;
	}
	e = channel_encode(row, body, text, &n);
	if (e != ERR_OK)
		return e;
	e = c->queue_len == 0 ? channel_send_now(c, bytes, n, fd) : ERR_AGAIN;
	return e == ERR_AGAIN ? channel_enqueue(c, bytes, n, fd) : e;
}

/* Waits for events; ERR_AGAIN when the time is up. */
static enum err
channel_poll(const struct channel *c, short events, int64_t until_ms)
{
	struct pollfd p = {.fd = c->fd, .events = events};

	for (;;) {
		int64_t left = until_ms < 0 ? -1 : until_ms - clock_mono_ms();
		if (until_ms >= 0 && left < 0)
			left = 0;
		int n = poll(&p, 1, left > INT32_MAX ? INT32_MAX : (int)left);
		if (n > 0)
			return ERR_OK;
		if (n == 0)
			return ERR_AGAIN;
		if (errno != EINTR)
			return ERR_IO;
	}
}

enum err
channel_send_wait(struct channel *c, enum msg_id id, json_t *body, int fd)
{
	enum err e;

	while (c->queue_len == LIM_IN_FLIGHT && channel_flush(c) == ERR_AGAIN) {
		e = channel_poll(c, POLLOUT, -1);
		if (e != ERR_OK) {
			json_decref(body);
			return e;
		}
	}
	e = channel_send(c, id, body, fd);
	while (e == ERR_OK && (e = channel_flush(c)) == ERR_AGAIN)
		e = channel_poll(c, POLLOUT, -1);
	return e;
}

/* --- receiving -------------------------------------------------------------- */

/* A rule was broken: nothing of this peer is believed any more. */
__attribute__((format(printf, 2, 3))) static enum err
channel_broken(struct channel *c, const char *fmt, ...)
{
	va_list ap;
	int n = snprintf(c->why, sizeof(c->why), "%s: ", message_role_name(c->peer));
	va_start(ap, fmt);
	vsnprintf(c->why + n, sizeof(c->why) - (size_t)n, fmt, ap);
	va_end(ap);
	c->read_ended = true;
	c->read_err = ERR_PROTO;
	return ERR_PROTO;
}

/* Closes all descriptors but the first, which it returns; -1 when there is none. */
static int
channel_take_fds(struct msghdr *h, size_t *ret_count)
{
	int first = -1;
	size_t count = 0;

	for (struct cmsghdr *cm = CMSG_FIRSTHDR(h); cm != NULL; cm = CMSG_NXTHDR(h, cm)) {
		if (cm->cmsg_level != SOL_SOCKET || cm->cmsg_type != SCM_RIGHTS)
			continue;
		size_t n = (cm->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (size_t i = 0; i < n; i++) {
			int fd;
			memcpy(&fd, CMSG_DATA(cm) + i * sizeof(int), sizeof(int));
			if (count++ == 0)
				first = fd;
			else
				close(fd);
		}
	}
	*ret_count = count;
	return first;
}

/* The rules of the row, in the order in which they can be known. */
static enum err
channel_judge(struct channel *c, json_t *body, size_t len, int fd, enum msg_id *ret_id)
{
	const char *name = json_string_value(json_object_get(body, "m")), *field = NULL;
	enum msg_id id = name != NULL ? message_find(name) : MSG_NONE;

	if (id == MSG_NONE)
		return channel_broken(c, "a message that is not in the table");
	const struct message_row *row = message_row(id);
	if ((row->from & c->peer) == 0 || (row->to & c->self) == 0)
		return channel_broken(c, "%s is not for it to send here", row->name);
	if (row->phase > c->phase)
		return channel_broken(c, "%s came too early", row->name);
	if (id == MSG_HELLO && c->phase != PH_HELLO)
		return channel_broken(c, "hello came twice");
	if (len > row->max_bytes)
		return channel_broken(c, "%s is too long", row->name);
	if (row->fd == FD_ONE && fd < 0)
		return channel_broken(c, "%s came without a descriptor", row->name);
	if (row->fd == FD_NONE && fd >= 0)
		return channel_broken(c, "%s came with a descriptor", row->name);
	if (message_check(id, body, &field) != ERR_OK)
		return channel_broken(c, "%s has a bad field: %s", row->name, field);
	*ret_id = id;
	return ERR_OK;
}

static enum err
channel_parse(struct channel *c, const char *text, size_t len, int fd, struct msg *ret_msg)
{
	enum msg_id id = MSG_NONE;
	json_error_t unused;
	json_t *body = json_loadb(text, len, JSON_REJECT_DUPLICATES, &unused);

	if (!json_is_object(body)) {
		json_decref(body);
		return channel_broken(c, "a datagram that is no JSON object");
	}
	enum err e = channel_judge(c, body, len, fd, &id);
	if (e != ERR_OK) {
		json_decref(body);
		return e;
	}
	*ret_msg = (struct msg){id, body, fd};
	return ERR_OK;
}

/* recvmsg with its two kinds of "once more". */
static ssize_t
channel_recvmsg(struct channel *c, struct msghdr *h)
{
	ssize_t n;
	int resets = 0;
	do
		n = recvmsg(c->fd, h, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	while (n < 0 &&
	       (errno == EINTR
		   /* the peer left without reading all: what it said before is still there */
		   || (errno == ECONNRESET && resets++ == 0)));
	return n;
}

/* The next datagram of the socket, stash or not. */
static enum err
channel_recv_new(struct channel *c, struct msg *ret_msg)
{
	static char text[LIM_MESSAGE_BYTES];
	union {
		char room[CMSG_SPACE(2 * sizeof(int))];
		struct cmsghdr align;
	} control;
	struct iovec iov = {text, sizeof(text)};
	struct msghdr h = {.msg_iov = &iov,
	    .msg_iovlen = 1,
	    .msg_control = control.room,
	    .msg_controllen = sizeof(control.room)};
	size_t fds = 0;

	if (c->read_ended)
		return c->read_err;
	ssize_t n = channel_recvmsg(c, &h);
	if (n < 0 && errno == EAGAIN && !c->write_ended)
		return ERR_AGAIN;
	if (n <= 0) {
		c->read_ended = true;
		c->read_err = ERR_CLOSED;
		if (n == 0)
			(void)channel_take_fds(&h, &fds);
		return ERR_CLOSED;
	}
	MEM_CLOSE int fd = channel_take_fds(&h, &fds);
	if ((h.msg_flags & MSG_TRUNC) != 0)
		return channel_broken(c, "a datagram is too long");
	if ((h.msg_flags & MSG_CTRUNC) != 0 || fds > 1)
		return channel_broken(c, "more than one descriptor");
	enum err e = channel_parse(c, text, (size_t)n, fd, ret_msg);
	if (e == ERR_OK)
		fd = -1;
	return e;
}

bool
channel_has_stash(const struct channel *c)
{
	/* an end that a call met is news, too, and the socket will not tell it again */
	return c->stash_len > 0 || c->read_ended;
}

static enum err
channel_keep(struct channel *c, struct msg *m)
{
	if (c->stash_len == LIM_STASH) {
		msg_done(m);
		return channel_broken(c, "too many messages during a call");
	}
	if (c->stash_first + c->stash_len == c->stash_cap) {
		if (c->stash_first > 0) {
			memmove(c->stash, c->stash + c->stash_first,
			    c->stash_len * sizeof(*c->stash));
			c->stash_first = 0;
		} else {
			c->stash_cap = c->stash_cap != 0 ? c->stash_cap * 2 : 16;
			c->stash = mem_resize(c->stash, c->stash_cap, sizeof(*c->stash));
		}
	}
	c->stash[c->stash_first + c->stash_len++] = *m;
	return ERR_OK;
}

enum err
channel_recv(struct channel *c, struct msg *ret_msg)
{
	if (c->stash_len == 0)
		return channel_recv_new(c, ret_msg);
	*ret_msg = c->stash[c->stash_first++];
	if (--c->stash_len == 0)
		c->stash_first = 0;
	return ERR_OK;
}

/* Waits for a datagram of the socket, and writes what is queued meanwhile. */
static enum err
channel_recv_new_wait(struct channel *c, struct msg *ret_msg, int64_t until_ms)
{
	enum err e;

	while ((e = channel_recv_new(c, ret_msg)) == ERR_AGAIN) {
		if (c->queue_len > 0)
			(void)channel_flush(c);
		e = channel_poll(
		    c, (short)(POLLIN | (c->queue_len > 0 ? POLLOUT : 0)), until_ms);
		if (e != ERR_OK)
			return e;
	}
	return e;
}

enum err
channel_recv_wait(struct channel *c, struct msg *ret_msg, int timeout_ms)
{
	if (c->stash_len > 0)
		return channel_recv(c, ret_msg);
	return channel_recv_new_wait(
	    c, ret_msg, timeout_ms < 0 ? -1 : clock_mono_ms() + timeout_ms);
}

static bool
channel_is_answer(enum msg_id id, const enum msg_id *answers)
{
	for (; *answers != MSG_NONE; answers++)
		if (*answers == id)
			return true;
	return false;
}

enum err
channel_call(struct channel *c, enum msg_id id, json_t *body, int fd,
    const enum msg_id *answers, struct msg *ret_msg)
{
	struct msg m;
	enum err e;

	assert(!c->calling);
	e = channel_send_wait(c, id, body, fd);
	if (e != ERR_OK)
		return e;
	c->calling = true;
	for (;;) {
		e = channel_recv_new_wait(c, &m, clock_mono_ms() + LIM_CALL_MS);
		if (e == ERR_OK && channel_is_answer(m.id, answers))
			break;
		if (e == ERR_OK)
			e = channel_keep(c, &m);
		if (e != ERR_OK)
			break;
	}
	c->calling = false;
	if (e == ERR_OK)
		*ret_msg = m;
	return e == ERR_AGAIN ? ERR_CLOSED : e;
}

/* --- first words -------------------------------------------------------------- */

enum err
channel_hello(struct channel *c, const char *program, bool sandboxed)
{
	return channel_send(c, MSG_HELLO,
	    json_pack("{s:s, s:s, s:s, s:b}", "proto", message_proto(), "program", program,
		"version", SALLYPORT_VERSION, "sandbox", (int)sandboxed),
	    -1);
}

enum err
channel_accept_hello(struct channel *c, const struct msg *m, bool *ret_sandboxed)
{
	if (m->id != MSG_HELLO)
		return channel_broken(c, "no hello");
	if (c->phase != PH_HELLO)
		return channel_broken(c, "hello came twice");
	if (strcmp(msg_str(m, "proto"), message_proto()) != 0)
		return channel_broken(c, "a program of another version");
	c->phase = PH_OPEN;
	if (ret_sandboxed != NULL)
		*ret_sandboxed = msg_bool(m, "sandbox");
	return ERR_OK;
}

enum err
channel_greet(struct channel *c, int timeout_ms, bool *ret_sandboxed)
{
	struct msg m;
	enum err e = channel_recv_wait(c, &m, timeout_ms);
	if (e != ERR_OK)
		return e;
	e = channel_accept_hello(c, &m, ret_sandboxed);
	msg_done(&m);
	return e;
}
