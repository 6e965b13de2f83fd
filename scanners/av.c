/* SPDX-License-Identifier: ISC */
/*
 * scan-av: antivirus by clamd, on a socket that the parent connected.
 * May:        before its sandbox, read clamd.conf; pass the descriptor of an
 *             object to clamd; repeat what it says.
 * Must never: open, connect, write files, run anything; call clean what clamd
 *             did not read to the end.
 * Dies when:  the desk hangs up, clamd ends its session, or a peer breaks the
 *             protocol.  The desk gives what is under way to another process.
 */
#include "scanners/av_probe.h"
#include "scanners/av_session.h"
#include "scanners/scan.h"
#include "src/base/clock.h"
#include "src/base/limits.h"

#include <assert.h>
#include <poll.h>
#include <string.h>

#define AV_WINDOW      64
#define AV_MAX_BYTES   (25u << 20) /* without -m: what Debian's clamd.conf reads of a file */
#define AV_VERSION_MS  10000  /* clamd is asked at least so often which signatures it has */
#define AV_PATIENCE_MS 300000 /* clamd is busy with nothing of ours and does not answer */

/* A command that clamd has not answered: an object, or the question for its version. */
struct av_sent {
	unsigned id; /* 0: free */
	bool version;
	struct scan_job *job; /* NULL when it was given up */
};

/* The session; set up once, before the sandbox. */
static struct {
	struct av_session session;
	struct av_sent sent[AV_WINDOW + 1];
	struct scan_job *waiting[AV_WINDOW]; /* not sent yet */
	size_t nwaiting;
	struct scan_about about;
	/*
	 * Answers have come since the last question for the version: it is asked
	 * again before anything else goes out, so that what follows a batch (the
	 * proof of life at the end of a transfer, too) follows what is known of the
	 * signatures that judged it.
	 */
	bool stale;
	bool asking;
	int64_t asked_ms;
} av;

static enum err
av_setup(struct scan *s, struct scan_about *about)
{
	enum err e = av_session_begin(&av.session, SCAN_FD_ENGINE);
	if (e != ERR_OK)
		scan_unfit(
		    s, "clamd does not answer on its socket: %s. See its log.", err_str(e));
	else
		e = av_probe(s, &av.session, about);
	av.about = *about;
	av.asked_ms = clock_mono_ms();
	return e;
}

/* --- what is under way ---------------------------------------------------------------- */

static struct av_sent *
av_find(unsigned id)
{
	for (size_t i = 0; i < AV_WINDOW + 1; i++)
		if (av.sent[i].id == id)
			return &av.sent[i];
	return NULL;
}

static bool
av_busy(void)
{
	for (size_t i = 0; i < AV_WINDOW + 1; i++)
		if (av.sent[i].id != 0)
			return true;
	return false;
}

static enum err
av_command(const char *command, struct scan_job *job)
{
	struct av_sent *sent = av_find(0);
	if (sent == NULL)
		return ERR_AGAIN;
	enum err e = av_session_send(&av.session, command, job != NULL ? job->fd : -1);
	if (e == ERR_OK)
		*sent = (struct av_sent){av.session.last_id, job == NULL, job};
	return e;
}

static bool
av_must_ask(void)
{
	return !av.asking &&
	       ((av.stale && !av_busy()) || clock_mono_ms() - av.asked_ms >= AV_VERSION_MS);
}

static enum err
av_ask_version(void)
{
	enum err e = av_command("zVERSION", NULL);
	if (e != ERR_OK)
		return e;
	av.asking = true;
	av.stale = false;
	av.asked_ms = clock_mono_ms();
	return ERR_OK;
}

/* Sends what can go now; ERR_AGAIN when the socket is full. */
static enum err
av_send_waiting(void)
{
	enum err e = ERR_OK;
	size_t done = 0;
	if (av_must_ask())
		e = av_ask_version();
	while (e == ERR_OK && !av.asking && done < av.nwaiting)
		if ((e = av_command("zFILDES", av.waiting[done])) == ERR_OK)
			done++;
	av.nwaiting -= done;
	memmove(&av.waiting[0], &av.waiting[done], av.nwaiting * sizeof(av.waiting[0]));
	return e;
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

/* Other signatures than before: it has loaded new ones meanwhile. */
static enum err
av_on_version(struct scan *s, const struct clamd_reply *r)
{
	struct scan_about now = {.engine = ""};
	if (r->kind != CLAMD_TEXT)
		return ERR_PROTO;
	clamd_version(r->text, r->len, &now);
	av.asking = false;
	if (strcmp(now.engine, av.about.engine) == 0 &&
	    strcmp(now.signatures, av.about.signatures) == 0 &&
	    strcmp(now.signature_date, av.about.signature_date) == 0)
		return ERR_OK;
	av.about = now;
	scan_changed(s, &av.about);
	return ERR_OK;
}

static enum err
av_read_replies(struct scan *s)
{
	char text[CLAMD_REPLY_BYTES];
	struct clamd_reply r;
	enum err e;
	while ((e = av_session_receive(&av.session, text, &r)) == ERR_OK) {
		struct av_sent *sent = r.id != 0 ? av_find(r.id) : NULL;
		if (sent == NULL)
			return ERR_PROTO;
		struct av_sent was = *sent;
		*sent = (struct av_sent){0, false, NULL};
		if (was.version) {
			if ((e = av_on_version(s, &r)) != ERR_OK)
				return e;
			continue;
		}
		av.stale = true;
		if (was.job != NULL)
			av_answer(s, was.job, &r);
	}
	return e == ERR_AGAIN ? ERR_OK : e;
}

/* --- the engine's side of the loop ----------------------------------------------------------
 */

static short
av_engine_events(struct scan *s)
{
	(void)s;
	bool can = av.nwaiting > 0 && !av.asking && av_find(0) != NULL;
	return (short)(POLLIN | (can || av_must_ask() ? POLLOUT : 0));
}

static enum err
av_engine_ready(struct scan *s, short revents)
{
	enum err e = ERR_OK;
	if ((revents & (POLLIN | POLLHUP | POLLERR)) != 0)
		e = av_read_replies(s);
	if (e == ERR_OK)
		e = av_send_waiting();
	return e == ERR_AGAIN ? ERR_OK : e;
}

static enum err
av_tick(struct scan *s)
{
	(void)s;
	if (av.asking && clock_mono_ms() - av.session.last_ms >= AV_PATIENCE_MS)
		return ERR_CLOSED;
	enum err e = av_send_waiting();
	return e == ERR_AGAIN ? ERR_OK : e;
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
