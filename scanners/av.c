/* SPDX-License-Identifier: ISC */
/*
 * scan-av: antivirus by clamd, on a socket that the parent connected.
 * May:        pass the descriptor of an object to clamd; repeat what it says.
 * Must never: open, connect, write files, run anything; call clean what clamd
 *             did not read to the end.
 * Dies when:  the desk hangs up, clamd ends its session, or a peer breaks the
 *             protocol.  Objects under way are answered `error` first.
 */
#include "scanners/clamd.h"
#include "scanners/scan.h"
#include "src/base/clock.h"
#include "src/base/limits.h"
#include "src/base/log.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define AV_WINDOW    16
#define AV_MAX_BYTES (25u << 20) /* without -m: what Debian's clamd.conf reads of a file */
#define AV_IDLE_MS   10000  /* clamd ends a session that is silent for longer than its limit */
#define AV_SETUP_MS  45000  /* clamd takes so long for an answer while it loads signatures */
#define AV_PING_MS   300000 /* clamd is busy with nothing of ours and does not answer */
#define AV_TOO_LONG  ((INT64_C(1) << 31) + 5) /* bytes; no engine takes so many */

/* A command that clamd has not answered. */
struct av_sent {
	unsigned id; /* 0: free */
	bool ping;
	struct scan_job *job; /* NULL when it was given up */
};

/* The session; set up once, before the sandbox. */
static struct {
	unsigned last_id; /* clamd numbers commands from 1 */
	struct av_sent sent[AV_WINDOW + 1];
	struct scan_job *waiting[AV_WINDOW]; /* the socket was full */
	size_t nwaiting;
	char reply[CLAMD_REPLY_BYTES];
	size_t reply_len;
	int64_t last_ms; /* when something was last sent or received */
} av;

/* --- the session ------------------------------------------------------------------- */

/* Sends a command with its NUL, and a descriptor with a dummy byte. */
static enum err
av_send(const char *command, int fd)
{
	char bytes[32];
	union {
		char room[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = {{0}};
	size_t n = strlen(command) + 1;
	assert(n < sizeof(bytes));
	memcpy(bytes, command, n);
	bytes[n] = '\0';
	struct iovec iov = {bytes, fd >= 0 ? n + 1 : n};
	struct msghdr h = {.msg_iov = &iov, .msg_iovlen = 1};
	if (fd >= 0) {
		h.msg_control = control.room;
		h.msg_controllen = sizeof(control.room);
		struct cmsghdr *cm = CMSG_FIRSTHDR(&h);
		cm->cmsg_level = SOL_SOCKET;
		cm->cmsg_type = SCM_RIGHTS;
		cm->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(cm), &fd, sizeof(int));
	}
	ssize_t w;
	do
		w = sendmsg(SCAN_FD_ENGINE, &h, MSG_DONTWAIT | MSG_NOSIGNAL);
	while (w < 0 && errno == EINTR);
	if (w < 0)
		return errno == EAGAIN || errno == ETOOMANYREFS ? ERR_AGAIN : ERR_CLOSED;
	/* so few bytes go whole or not at all; half a command would end the session */
	return (size_t)w == iov.iov_len ? ERR_OK : ERR_CLOSED;
}

static struct av_sent *
av_find(unsigned id)
{
	for (size_t i = 0; i < AV_WINDOW + 1; i++)
		if (av.sent[i].id == id)
			return &av.sent[i];
	return NULL;
}

static enum err
av_command(const char *command, struct scan_job *job)
{
	struct av_sent *sent = av_find(0);
	if (sent == NULL)
		return ERR_AGAIN;
	enum err e = av_send(command, job != NULL ? job->fd : -1);
	if (e == ERR_OK) {
		*sent = (struct av_sent){++av.last_id, job == NULL, job};
		av.last_ms = clock_mono_ms();
	}
	return e;
}

/* The next whole reply, without its NUL, into out; ERR_AGAIN when there is none yet. */
static enum err
av_receive(char out[CLAMD_REPLY_BYTES], size_t *ret_len)
{
	char *nul;
	while ((nul = memchr(av.reply, '\0', av.reply_len)) == NULL) {
		if (av.reply_len == sizeof(av.reply))
			return ERR_PROTO;
		ssize_t r = recv(SCAN_FD_ENGINE, av.reply + av.reply_len,
		    sizeof(av.reply) - av.reply_len, MSG_DONTWAIT);
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0 && errno == EAGAIN)
			return ERR_AGAIN;
		if (r <= 0)
			return ERR_CLOSED;
		av.reply_len += (size_t)r;
		av.last_ms = clock_mono_ms();
	}
	size_t n = (size_t)(nul - av.reply);
	memcpy(out, av.reply, n + 1);
	av.reply_len -= n + 1;
	memmove(av.reply, nul + 1, av.reply_len);
	*ret_len = n;
	return ERR_OK;
}

/* --- set-up ---------------------------------------------------------------------------- */

/* Sends and waits for the one answer.  out lives as long as the caller's buffer. */
static enum err
av_ask(const char *command, int fd, char out[CLAMD_REPLY_BYTES], struct clamd_reply *ret)
{
	struct pollfd p = {SCAN_FD_ENGINE, POLLIN, 0};
	size_t n;
	enum err e = av_send(command, fd);
	av.last_id++;
	while (e == ERR_OK && (e = av_receive(out, &n)) == ERR_AGAIN)
		e = poll(&p, 1, AV_SETUP_MS) > 0 ? ERR_OK : ERR_STATE;
	if (e == ERR_OK)
		e = clamd_parse(out, n, ret);
	return e == ERR_OK && ret->id != av.last_id ? ERR_PROTO : e;
}

/*
 * clamd answers OK for what it skips, unless it is told to say so.  A file that
 * no engine can take shows which of the two this one does.
 */
static enum err
av_check_honest(struct scan *s)
{
	char text[CLAMD_REPLY_BYTES];
	struct clamd_reply r;
	int fd = memfd_create("too-long", MFD_CLOEXEC);
	if (fd < 0 || ftruncate(fd, AV_TOO_LONG) != 0) {
		scan_unfit(
		    s, "it cannot make a test file in memory: %s", strerrordesc_np(errno));
		if (fd >= 0)
			close(fd);
		return ERR_IO;
	}
	enum err e = av_ask("zFILDES", fd, text, &r);
	close(fd);
	if (e == ERR_OK && (r.kind != CLAMD_FOUND ||
			       clamd_meaning(r.text, r.len)->verdict != SCAN_INCOMPLETE)) {
		scan_unfit(s,
		    "clamd answers OK for files it does not read. Set \"AlertExceedsMax yes\" "
		    "in clamd.conf and start it again.");
		return ERR_DENIED;
	}
	if (e != ERR_OK)
		scan_unfit(s, "clamd does not take descriptors: %s. See its log.", err_str(e));
	return e;
}

static enum err
av_setup(struct scan *s, struct scan_about *about)
{
	char text[CLAMD_REPLY_BYTES];
	struct clamd_reply r;
	enum err e = av_send("zIDSESSION", -1);
	if (e == ERR_OK)
		e = av_ask("zVERSION", -1, text, &r);
	if (e == ERR_STATE) {
		scan_unfit(s, "clamd takes the connection and does not answer: it hangs, or is "
			      "still loading its signatures. Wait a minute or start it again.");
		return e;
	}
	if (e != ERR_OK || r.kind != CLAMD_TEXT) {
		scan_unfit(s, "clamd does not answer on its socket: %s. See its log.",
		    err_str(e != ERR_OK ? e : ERR_PROTO));
		return e != ERR_OK ? e : ERR_PROTO;
	}
	clamd_version(r.text, r.len, about);
	return av_check_honest(s);
}

/* --- objects ----------------------------------------------------------------------------- */

static void
av_object(struct scan *s, struct scan_job *job)
{
	if (job->size_bytes == 0) {
		scan_result(s, job, SCAN_CLEAN, "empty", 0);
		return;
	}
	/* one way in: engine_ready sends it, now if the socket has room */
	assert(av.nwaiting < AV_WINDOW);
	av.waiting[av.nwaiting++] = job;
}

static void
av_cancel(struct scan *s, struct scan_job *job)
{
	(void)s;
	for (size_t i = 0; i < AV_WINDOW + 1; i++)
		if (av.sent[i].job == job)
			av.sent[i].job = NULL; /* clamd will still answer */
	for (size_t i = 0; i < av.nwaiting; i++)
		if (av.waiting[i] == job) {
			av.nwaiting--;
			memmove(&av.waiting[i], &av.waiting[i + 1],
			    (av.nwaiting - i) * sizeof(av.waiting[0]));
			break;
		}
}

static void
av_answer(struct scan *s, struct scan_job *job, const struct clamd_reply *r)
{
	if (r->kind == CLAMD_OK) {
		scan_result(s, job, SCAN_CLEAN, "", job->size_bytes);
		return;
	}
	struct scan_finding f = {.rule = "av/error",
	    .class = "incomplete",
	    .severity = "medium",
	    .title = "The antivirus could not scan it",
	    .detail = r->text,
	    .detail_len = r->len};
	if (r->kind != CLAMD_FOUND) {
		scan_put_finding(s, job, &f);
		scan_result(s, job, SCAN_ERROR, "clamd reports an error", 0);
		return;
	}
	const struct clamd_meaning *m = clamd_meaning(r->text, r->len);
	f.rule = m->rule;
	f.class = m->class;
	f.severity = m->severity;
	f.title = m->title;
	scan_put_finding(s, job, &f);
	scan_result(
	    s, job, m->verdict, m->why, m->verdict == SCAN_INCOMPLETE ? 0 : job->size_bytes);
}

static enum err
av_read_replies(struct scan *s)
{
	char text[CLAMD_REPLY_BYTES];
	struct clamd_reply r;
	size_t n;
	enum err e;
	while ((e = av_receive(text, &n)) == ERR_OK) {
		e = clamd_parse(text, n, &r);
		struct av_sent *sent = e == ERR_OK && r.id != 0 ? av_find(r.id) : NULL;
		if (sent == NULL)
			return ERR_PROTO;
		struct av_sent was = *sent;
		*sent = (struct av_sent){0, false, NULL};
		if (was.ping ? r.kind != CLAMD_TEXT : false)
			return ERR_PROTO;
		if (was.job != NULL)
			av_answer(s, was.job, &r);
	}
	return e == ERR_AGAIN ? ERR_OK : e;
}

static short
av_engine_events(struct scan *s)
{
	(void)s;
	return (short)(POLLIN | (av.nwaiting > 0 && av_find(0) != NULL ? POLLOUT : 0));
}

static enum err
av_engine_ready(struct scan *s, short revents)
{
	enum err e = ERR_OK;
	size_t done = 0;
	if ((revents & (POLLIN | POLLHUP | POLLERR)) != 0)
		e = av_read_replies(s);
	while (e == ERR_OK && done < av.nwaiting)
		if ((e = av_command("zFILDES", av.waiting[done])) == ERR_OK)
			done++;
	av.nwaiting -= done;
	memmove(&av.waiting[0], &av.waiting[done], av.nwaiting * sizeof(av.waiting[0]));
	return e == ERR_AGAIN ? ERR_OK : e;
}

static enum err
av_tick(struct scan *s)
{
	(void)s;
	int64_t quiet_ms = clock_mono_ms() - av.last_ms;
	bool busy = false, ping = false;
	for (size_t i = 0; i < AV_WINDOW + 1; i++) {
		busy = busy || av.sent[i].id != 0;
		ping = ping || av.sent[i].ping;
	}
	if (!busy && quiet_ms >= AV_IDLE_MS) {
		enum err e = av_command("zPING", NULL);
		return e == ERR_AGAIN ? ERR_OK : e;
	}
	return ping && quiet_ms >= AV_PING_MS ? ERR_CLOSED : ERR_OK;
}

static const struct scan_ops av_ops = {
    .name = "av",
    .window = AV_WINDOW,
    .max_bytes = AV_MAX_BYTES,
    .setup = av_setup,
    .object = av_object,
    .cancel = av_cancel,
    .engine_events = av_engine_events,
    .engine_ready = av_engine_ready,
    .tick = av_tick,
};

int
main(int argc, char **argv)
{
	return scan_main(argc, argv, &av_ops);
}
