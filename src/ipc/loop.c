/* SPDX-License-Identifier: ISC */
#include "src/ipc/loop.h"
#include "src/base/clock.h"
#include "src/base/mem.h"
#include "src/ipc/channel.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define LOOP_TURN_MESSAGES 64 /* of one channel, before the others get their turn */

/*
 * Sources are never freed while callbacks run: deleting marks them dead, and
 * the next turn sweeps.  So a callback may delete itself or any other.
 */
struct loop_source {
	int fd;
	short events;
	bool dead;
	loop_fd_fn *on_fd;
	struct channel *channel; /* instead of on_fd */
	loop_message_fn *on_message;
	loop_gone_fn *on_gone;
	void *arg;
};

struct loop_timer {
	int id;
	int64_t at_ms;
	loop_timer_fn *fn;
	void *arg;
};

struct loop_signal {
	int signum;
	loop_fd_fn *fn;
	void *arg;
};

struct loop {
	struct loop_source **sources;
	size_t nsources, sources_cap;
	struct pollfd *polls; /* one for each source of this turn */
	size_t polls_cap;
	struct loop_timer *timers; /* the next to fire is the last */
	size_t ntimers, timers_cap;
	int last_timer_id;
	struct loop_signal *signals;
	size_t nsignals;
	int signal_fd;
	sigset_t signal_set;
	bool stopped;
	bool running;
};

struct loop *
loop_new(void)
{
	struct loop *l = mem_alloc(sizeof(*l));
	l->signal_fd = -1;
	sigemptyset(&l->signal_set);
	return l;
}

struct loop *
loop_free(struct loop *l)
{
	if (l == NULL)
		return NULL;
	for (size_t i = 0; i < l->nsources; i++)
		free(l->sources[i]);
	free(l->sources);
	free(l->polls);
	free(l->timers);
	free(l->signals);
	if (l->signal_fd >= 0)
		close(l->signal_fd);
	free(l);
	return NULL;
}

/* --- sources ----------------------------------------------------------------- */

static struct loop_source *
loop_add_source(struct loop *l, int fd, void *arg)
{
	if (l->nsources == l->sources_cap) {
		l->sources_cap = l->sources_cap != 0 ? l->sources_cap * 2 : 16;
		l->sources = mem_resize(l->sources, l->sources_cap, sizeof(*l->sources));
	}
	struct loop_source *s = mem_alloc(sizeof(*s));
	s->fd = fd;
	s->arg = arg;
	l->sources[l->nsources++] = s;
	return s;
}

void
loop_add_fd(struct loop *l, int fd, short events, loop_fd_fn *fn, void *arg)
{
	loop_del_fd(l, fd);
	struct loop_source *s = loop_add_source(l, fd, arg);
	s->events = events;
	s->on_fd = fn;
}

void
loop_del_fd(struct loop *l, int fd)
{
	for (size_t i = 0; i < l->nsources; i++)
		if (l->sources[i]->fd == fd && l->sources[i]->channel == NULL)
			l->sources[i]->dead = true;
}

void
loop_add_channel(struct loop *l, struct channel *c, loop_message_fn *on_message,
    loop_gone_fn *on_gone, void *arg)
{
	loop_del_channel(l, c);
	struct loop_source *s = loop_add_source(l, channel_fd(c), arg);
	s->channel = c;
	s->on_message = on_message;
	s->on_gone = on_gone;
}

void
loop_del_channel(struct loop *l, struct channel *c)
{
	for (size_t i = 0; i < l->nsources; i++)
		if (l->sources[i]->channel == c)
			l->sources[i]->dead = true;
}

static void
loop_sweep(struct loop *l)
{
	size_t kept = 0;
	for (size_t i = 0; i < l->nsources; i++) {
		if (l->sources[i]->dead)
			free(l->sources[i]);
		else
			l->sources[kept++] = l->sources[i];
	}
	l->nsources = kept;
}

/* --- timers ------------------------------------------------------------------ */

int
loop_add_timer(struct loop *l, int64_t in_ms, loop_timer_fn *fn, void *arg)
{
	int64_t at_ms = clock_mono_ms() + (in_ms > 0 ? in_ms : 0);
	size_t i = l->ntimers++;

	if (l->ntimers > l->timers_cap) {
		l->timers_cap = l->timers_cap != 0 ? l->timers_cap * 2 : 16;
		l->timers = mem_resize(l->timers, l->timers_cap, sizeof(*l->timers));
	}
	for (; i > 0 && l->timers[i - 1].at_ms <= at_ms; i--)
		l->timers[i] = l->timers[i - 1];
	l->last_timer_id = l->last_timer_id == INT_MAX ? 1 : l->last_timer_id + 1;
	l->timers[i] = (struct loop_timer){l->last_timer_id, at_ms, fn, arg};
	return l->last_timer_id;
}

void
loop_del_timer(struct loop *l, int id)
{
	for (size_t i = 0; i < l->ntimers; i++) {
		if (l->timers[i].id != id)
			continue;
		memmove(&l->timers[i], &l->timers[i + 1],
		    (l->ntimers - i - 1) * sizeof(*l->timers));
		l->ntimers--;
		return;
	}
}

/* Those that are due now; what they add waits for the next turn. */
static void
loop_fire(struct loop *l)
{
	int64_t now_ms = clock_mono_ms();
	int newest = l->last_timer_id;

	while (!l->stopped && l->ntimers > 0) {
		struct loop_timer t = l->timers[l->ntimers - 1];
		if (t.at_ms > now_ms || t.id > newest)
			return;
		l->ntimers--;
		t.fn(t.arg);
	}
}

static int
loop_timeout_ms(const struct loop *l)
{
	if (l->ntimers == 0)
		return -1;
	int64_t left = l->timers[l->ntimers - 1].at_ms - clock_mono_ms();
	return left < 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left;
}

/* --- signals ------------------------------------------------------------------- */

static void
loop_on_signal(void *arg, int fd, short revents)
{
	struct loop *l = arg;
	struct signalfd_siginfo info;

	(void)revents;
	while (read(fd, &info, sizeof(info)) == (ssize_t)sizeof(info))
		for (size_t i = 0; i < l->nsignals; i++)
			if ((uint32_t)l->signals[i].signum == info.ssi_signo)
				l->signals[i].fn(l->signals[i].arg, fd, (short)info.ssi_signo);
}

enum err
loop_add_signal(struct loop *l, int signum, loop_fd_fn *fn, void *arg)
{
	sigaddset(&l->signal_set, signum);
	if (sigprocmask(SIG_BLOCK, &l->signal_set, NULL) != 0)
		return ERR_IO;
	int fd = signalfd(l->signal_fd, &l->signal_set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (fd < 0)
		return ERR_IO;
	if (l->signal_fd < 0)
		loop_add_fd(l, fd, POLLIN, loop_on_signal, l);
	l->signal_fd = fd;
	l->signals = mem_resize(l->signals, l->nsignals + 1, sizeof(*l->signals));
	l->signals[l->nsignals++] = (struct loop_signal){signum, fn, arg};
	return ERR_OK;
}

/* --- turns ---------------------------------------------------------------------- */

/* The channel may be freed by any callback: the source tells, before each use. */
static void
loop_serve(struct loop *l, struct loop_source *s)
{
	struct channel *c = s->channel;

	for (int i = 0; i < LOOP_TURN_MESSAGES && !s->dead && !l->stopped; i++) {
		struct msg m;
		enum err e = channel_recv(c, &m);
		if (e == ERR_AGAIN)
			break;
		if (e != ERR_OK) {
			s->dead = true;
			s->on_gone(s->arg, c, e);
			return;
		}
		s->on_message(s->arg, c, &m);
		msg_done(&m);
	}
}

static void
loop_dispatch(struct loop *l, struct loop_source *s, short revents)
{
	if (s->channel == NULL) {
		if (revents != 0)
			s->on_fd(s->arg, s->fd, revents);
		return;
	}
	if ((revents & POLLOUT) != 0)
		(void)channel_flush(s->channel);
	if ((revents & ~POLLOUT) != 0 || channel_has_stash(s->channel))
		loop_serve(l, s);
}

/* Fills polls from the sources; true when a stash makes waiting wrong. */
static bool
loop_prepare(struct loop *l)
{
	bool stash = false;

	if (l->polls_cap < l->nsources) {
		l->polls_cap = l->sources_cap;
		l->polls = mem_resize(l->polls, l->polls_cap, sizeof(*l->polls));
	}
	for (size_t i = 0; i < l->nsources; i++) {
		const struct loop_source *s = l->sources[i];
		struct pollfd *p = &l->polls[i];
		*p = (struct pollfd){.fd = s->dead ? -1 : s->fd, .events = s->events};
		if (s->dead || s->channel == NULL)
			continue;
		p->events = POLLIN;
		if (channel_wants_write(s->channel))
			p->events |= POLLOUT;
		if (channel_has_stash(s->channel))
			stash = true;
	}
	return stash;
}

static enum err
loop_turn(struct loop *l)
{
	bool stash = loop_prepare(l);
	size_t n = l->nsources;

	if (poll(l->polls, n, stash ? 0 : loop_timeout_ms(l)) < 0)
		return errno == EINTR ? ERR_OK : ERR_IO;
	loop_fire(l);
	for (size_t i = 0; i < n && !l->stopped; i++) {
		struct loop_source *s = l->sources[i];
		/* closed without loop_del_fd: our bug, and an endless turn */
		assert(s->dead || (l->polls[i].revents & POLLNVAL) == 0);
		if (!s->dead)
			loop_dispatch(l, s, l->polls[i].revents);
	}
	return ERR_OK;
}

enum err
loop_run(struct loop *l)
{
	enum err e = ERR_OK;

	assert(!l->running);
	l->running = true;
	l->stopped = false;
	while (!l->stopped && e == ERR_OK) {
		loop_sweep(l);
		e = loop_turn(l);
	}
	l->running = false;
	return e;
}

void
loop_stop(struct loop *l)
{
	l->stopped = true;
}
