/* SPDX-License-Identifier: ISC */
#include "scanners/av_session.h"
#include "src/base/clock.h"
#include "src/ipc/fdroom.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#define AV_SESSION_ASK_MS \
	45000 /* clamd takes so long for an answer while it loads signatures */

/* The bytes whole, and a descriptor with them, or nothing. */
static enum err
av_session_write(int to, char *bytes, size_t n, int fd)
{
	union fdroom room;
	struct iovec iov = {bytes, n};
	struct msghdr h = {.msg_iov = &iov, .msg_iovlen = 1};
	fdroom_put(&h, &room, fd);
	ssize_t w;
	do
		w = sendmsg(to, &h, MSG_DONTWAIT | MSG_NOSIGNAL);
	while (w < 0 && errno == EINTR);
	if (w < 0)
		return errno == EAGAIN || errno == ETOOMANYREFS ? ERR_AGAIN : ERR_CLOSED;
	/* so few bytes go whole or not at all; half a command would end the session */
	return (size_t)w == n ? ERR_OK : ERR_CLOSED;
}

enum err
av_session_begin(struct av_session *s, int fd)
{
	char begin[] = "zIDSESSION";
	*s = (struct av_session){.fd = fd, .last_ms = clock_mono_ms()};
	return av_session_write(fd, begin, sizeof(begin), -1);
}

enum err
av_session_send(struct av_session *s, const char *command, int fd)
{
	char bytes[32];
	size_t n = strlen(command) + 1;
	assert(n < sizeof(bytes));
	memcpy(bytes, command, n);
	bytes[n] = '\0'; /* a descriptor travels with a byte of its own */
	enum err e = av_session_write(s->fd, bytes, fd >= 0 ? n + 1 : n, fd);
	if (e == ERR_OK) {
		s->last_id++;
		s->last_ms = clock_mono_ms();
	}
	return e;
}

enum err
av_session_receive(struct av_session *s, char out[CLAMD_REPLY_BYTES], struct clamd_reply *ret)
{
	char *nul;
	while ((nul = memchr(s->reply, '\0', s->reply_len)) == NULL) {
		if (s->reply_len == sizeof(s->reply))
			return ERR_PROTO;
		ssize_t r = recv(s->fd, s->reply + s->reply_len,
		    sizeof(s->reply) - s->reply_len, MSG_DONTWAIT);
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0 && errno == EAGAIN)
			return ERR_AGAIN;
		if (r <= 0)
			return ERR_CLOSED;
		s->reply_len += (size_t)r;
		s->last_ms = clock_mono_ms();
	}
	size_t n = (size_t)(nul - s->reply);
	memcpy(out, s->reply, n + 1);
	s->reply_len -= n + 1;
	memmove(s->reply, nul + 1, s->reply_len);
	return clamd_parse(out, n, ret) == ERR_OK ? ERR_OK : ERR_PROTO;
}

enum err
av_session_ask(struct av_session *s, const char *command, int fd, char out[CLAMD_REPLY_BYTES],
    struct clamd_reply *ret)
{
	struct pollfd p = {s->fd, POLLIN, 0};
	const int64_t until_ms = clock_mono_ms() + AV_SESSION_ASK_MS;
	enum err e = av_session_send(s, command, fd);
	while (e == ERR_OK && (e = av_session_receive(s, out, ret)) == ERR_AGAIN) {
		int64_t left_ms = until_ms - clock_mono_ms();
		e = left_ms > 0 && poll(&p, 1, (int)left_ms) > 0 ? ERR_OK : ERR_STATE;
	}
	return e == ERR_OK && ret->id != s->last_id ? ERR_PROTO : e;
}
