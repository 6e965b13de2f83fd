/* SPDX-License-Identifier: ISC */
/* Scanners of scope "transfer": the set, and objects of it that they ask for. */
#include "scanners/scan_in.h"
#include "src/base/clock.h"
#include "src/base/io.h"
#include "src/base/log.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

void
scan_on_set(struct scan *s, struct msg *m)
{
	if (s->ops->set == NULL)
		log_fatal("the desk gave a set to a scanner of single objects");
	struct scan_slot *slot = scan_take_slot(s, msg_uint(m, "id"));
	slot->set = true;
	slot->job.size_bytes = msg_uint(m, "bytes");
	slot->job.fd = msg_take_fd(m);
	snprintf(slot->job.sha256, sizeof(slot->job.sha256), "%s", msg_str(m, "sha256"));
	/* one that could be changed while it is read is none */
	if (!scan_size_holds(&slot->job) || !io_memfd_is_sealed(slot->job.fd)) {
		scan_result(s, &slot->job, SCAN_ERROR, "the set is not what the desk says", 0);
		return;
	}
	s->busy = slot;
	s->ops->set(s, &slot->job);
	s->busy = NULL;
	assert(!slot->used); /* answered */
}

/* The vault's answer, when it is here. */
static enum err
scan_set_take(struct scan *s, const char *sha256, int *ret_fd, uint64_t *ret_bytes)
{
	struct msg m;
	enum err e = channel_recv(s->vault, &m);
	if (e == ERR_PROTO)
		log_fatal("%s", channel_why(s->vault));
	if (e != ERR_OK)
		return e;
	if (m.id != MSG_SCAN_OBJECT || msg_uint(&m, "id") != s->wants ||
	    strcmp(msg_str(&m, "sha256"), sha256) != 0)
		log_fatal("the vault gave another object than was asked for");
	struct scan_job job = {.size_bytes = msg_uint(&m, "size"), .fd = msg_take_fd(&m)};
	msg_done(&m);
	if (!scan_size_holds(&job))
		log_fatal("an object is not as long as the vault says");
	*ret_fd = job.fd;
	*ret_bytes = job.size_bytes;
	return ERR_OK;
}

/* What the desk says meanwhile; ERR_NOTFOUND: the object cannot be had. */
static enum err
scan_set_hear(struct scan *s)
{
	struct msg m;
	enum err e;
	while ((e = channel_recv(s->desk, &m)) == ERR_OK) {
		bool missing = m.id == MSG_SCAN_MISSING && msg_uint(&m, "want") == s->wants;
		if (!missing)
			scan_on_desk(s, &m);
		msg_done(&m);
		if (missing)
			return ERR_NOTFOUND;
	}
	if (e == ERR_PROTO)
		log_fatal("%s", channel_why(s->desk));
	s->ended |= e == ERR_CLOSED;
	return s->ended || s->busy->cancelled ? ERR_CLOSED : ERR_AGAIN;
}

enum err
scan_want(
    struct scan *s, struct scan_job *set, const char *sha256, int *ret_fd, uint64_t *ret_bytes)
{
	assert(s->busy != NULL && &s->busy->job == set);
	scan_say(s, MSG_SCAN_WANT,
	    json_pack("{s:I, s:I, s:s}", "id", (json_int_t)set->id, "want",
		(json_int_t)++s->wants, "sha256", sha256));
	for (;;) {
		struct pollfd p[2] = {
		    {channel_fd(s->desk), POLLIN, 0}, {channel_fd(s->vault), POLLIN, 0}};
		enum err e = scan_set_take(s, sha256, ret_fd, ret_bytes);
		if (e == ERR_AGAIN)
			e = scan_set_hear(s);
		if (e != ERR_AGAIN)
			return e;
		if (poll(p, 2, -1) < 0 && errno != EINTR)
			log_fatal("poll: %s", strerrordesc_np(errno));
	}
}

void
scan_put_object_verdict(struct scan *s, struct scan_job *set, const char *sha256,
    enum scan_verdict verdict, const char *why, uint64_t read_bytes)
{
	char text[LIM_FINDING_TEXT + 1];
	json_t *body = json_pack("{s:I, s:s, s:s, s:s}", "id", (json_int_t)set->id, "sha256",
	    sha256, "verdict", scan_verdict_word(verdict), "why",
	    scan_text(why, strlen(why), text));
	if (read_bytes > 0)
		json_object_set_new(body, "read", json_integer((json_int_t)read_bytes));
	scan_say(s, MSG_SCAN_OBJECT_VERDICT, body);
}
