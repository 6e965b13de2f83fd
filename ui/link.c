/* SPDX-License-Identifier: ISC */
#include "ui/link.h"
#include "src/base/clock.h"
#include "src/base/limits.h"
#include "src/base/mem.h"

#include <poll.h>
#include <unistd.h>

struct link_question {
	struct link_question *next;
	const void *owner; /* NULL: nobody wants the answer any more */
	link_fn *fn;
	enum msg_id id, answer;
	json_t *body;
	int fd;          /* to be sent with it, or -1 */
	int64_t sent_ms; /* 0: not sent yet */
};

struct link {
	struct ui *ui;
	struct link_question *first; /* under way when sent_ms is set */
	size_t count;
	int64_t now_ms; /* of the last link_pump: time comes in by calls */
	bool held;
	link_fn *news;
	void *news_arg;
};

struct link *
link_new(struct ui *ui)
{
	struct link *l = mem_alloc(sizeof(*l));
	l->ui = ui;
	return l;
}

static void
link_question_free(struct link_question *q)
{
	json_decref(q->body);
	if (q->fd >= 0)
		close(q->fd);
	free(q);
}

/* Calls back, once. */
static void
link_tell(struct link_question *q, struct msg *m)
{
	union {
		const void *kept;
		void *given;
	} owner = {.kept = q->owner};
	q->owner = NULL;
	if (owner.kept != NULL)
		q->fn(owner.given, m);
}

/* Takes the first question out of the queue and hands over its answer. */
static void
link_answer(struct link *l, struct msg *m)
{
	struct link_question *q = l->first;
	l->first = q->next;
	l->count--;
	link_tell(q, m);
	link_question_free(q);
}

void
link_free(struct link *l)
{
	if (l == NULL)
		return;
	while (l->first != NULL) {
		struct link_question *next = l->first->next;
		link_question_free(l->first);
		l->first = next;
	}
	free(l);
}

void
link_forget(struct link *l, const void *owner)
{
	for (struct link_question *q = l->first; q != NULL; q = q->next)
		if (q->owner == owner)
			q->owner = NULL;
}

void
link_on_news(struct link *l, void *arg, link_fn *fn)
{
	l->news = fn;
	l->news_arg = arg;
}

void
link_cancel(struct link *l)
{
	/* of what is under way the answer will come, and be dropped */
	bool sent = l->first != NULL && l->first->sent_ms != 0;
	size_t n = l->count - sent; /* what is asked meanwhile stays */
	bool held = l->held;
	l->held = true;
	if (sent)
		link_tell(l->first, NULL);
	for (; n > 0; n--) {
		/* in the queue until it is told: an owner may go away before that */
		struct link_question **at = sent ? &l->first->next : &l->first;
		struct link_question *q = *at;
		link_tell(q, NULL);
		*at = q->next;
		l->count--;
		link_question_free(q);
	}
	l->held = held;
}

int
link_fd(const struct link *l)
{
	return l->ui->desk != NULL ? channel_fd(l->ui->desk) : -1;
}

short
link_events(const struct link *l)
{
	return l->ui->desk != NULL && channel_wants_write(l->ui->desk) ? POLLIN | POLLOUT
	                                                               : POLLIN;
}

void
link_down(struct link *l)
{
	l->ui->desk = channel_free(l->ui->desk);
	while (l->first != NULL)
		link_answer(l, NULL);
}

/* Its descriptor is the other's alone from here on. */
static void
link_sent(struct link_question *q, int64_t now_ms)
{
	q->sent_ms = now_ms > 0 ? now_ms : 1;
	if (q->fd >= 0)
		close(q->fd);
	q->fd = -1;
}

/* Sends the first question, when it was not sent. */
static enum err
link_send(struct link *l, int64_t now_ms)
{
	while (!l->held && l->first != NULL && l->first->sent_ms == 0) {
		struct link_question *q = l->first;
		enum err e = ERR_STATE;
		if (message_row(q->id)->phase <= channel_phase(l->ui->desk))
			e = channel_send(l->ui->desk, q->id, json_incref(q->body), q->fd);
		if (e == ERR_AGAIN || e == ERR_CLOSED)
			return e;
		if (e != ERR_OK)
			link_answer(l, NULL); /* nobody is signed in, or it is too long */
		else
			link_sent(q, now_ms);
	}
	return ERR_OK;
}

void
link_ask(
    struct link *l, void *owner, enum msg_id id, json_t *body, enum msg_id answer, link_fn *fn)
{
	link_ask_fd(l, owner, id, body, -1, answer, fn);
}

void
link_ask_fd(struct link *l, void *owner, enum msg_id id, json_t *body, int fd,
    enum msg_id answer, link_fn *fn)
{
	struct link_question **at = &l->first;
	if (l->ui->desk == NULL || l->count == LIM_ASKS) {
		json_decref(body);
		if (fd >= 0)
			close(fd);
		fn(owner, NULL);
		return;
	}
	while (*at != NULL)
		at = &(*at)->next;
	struct link_question *q = mem_alloc(sizeof(*q));
	*q = (struct link_question){
	    .owner = owner, .fn = fn, .id = id, .answer = answer, .body = body, .fd = fd};
	*at = q;
	l->count++;
	(void)link_send(l, l->now_ms); /* link_pump meets the error again */
}

static void
link_take(struct link *l, struct msg *m)
{
	struct link_question *q = l->first;
	if (q != NULL && q->sent_ms != 0 && (m->id == q->answer || m->id == MSG_DESK_REFUSED))
		link_answer(l, m);
	else if (l->news != NULL)
		l->news(l->news_arg, m);
}

/* One message, when there is one. */
static enum err
link_receive(struct link *l, int timeout_ms)
{
	struct msg m;
	enum err e = timeout_ms == 0 ? channel_recv(l->ui->desk, &m)
	                             : channel_recv_wait(l->ui->desk, &m, timeout_ms);
	if (e != ERR_OK)
		return e;
	link_take(l, &m);
	msg_done(&m);
	return ERR_OK;
}

void
link_hold(struct link *l, bool held)
{
	l->held = held;
}

void
link_pump(struct link *l, int64_t now_ms)
{
	enum err e = ERR_OK;
	l->now_ms = now_ms;
	/* so many at once: a flood does not keep the keys and the lock waiting */
	for (int n = 0; l->ui->desk != NULL && e == ERR_OK && n < LIM_LINK_MESSAGES; n++) {
		e = link_send(l, now_ms);
		if (e == ERR_OK && channel_wants_write(l->ui->desk))
			e = channel_flush(l->ui->desk);
		if (e == ERR_OK || e == ERR_AGAIN)
			e = link_receive(l, 0);
	}
	if (l->ui->desk != NULL && e != ERR_AGAIN && e != ERR_OK)
		link_down(l);
}

enum link_state
link_state(const struct link *l, int64_t now_ms)
{
	if (l->ui->desk == NULL)
		return LINK_DOWN;
	return l->first != NULL && l->first->sent_ms != 0 &&
	               now_ms - l->first->sent_ms > LIM_SLOW_MS
	           ? LINK_SLOW
	           : LINK_UP;
}

size_t
link_pending(const struct link *l)
{
	return l->count;
}

bool
link_settle(struct link *l, int timeout_ms)
{
	int64_t until_ms = clock_mono_ms() + timeout_ms;
	while (l->ui->desk != NULL && l->first != NULL) {
		int64_t left_ms = until_ms - clock_mono_ms();
		enum err e = link_send(l, l->now_ms);
		if (e == ERR_OK && l->first != NULL)
			e = link_receive(l, left_ms > 0 ? (int)left_ms : 1);
		if (e == ERR_AGAIN && left_ms <= 0)
			return false;
		if (e != ERR_OK && e != ERR_AGAIN)
			link_down(l);
	}
	return l->ui->desk != NULL;
}
