/* SPDX-License-Identifier: ISC */
#include "src/proc/parent/opener.h"
#include "src/base/limits.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/ipc/channel.h"
#include "src/ipc/spawn.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* One process; it stays until it has ended, which may be never. */
struct opener_child {
	struct opener_child *next;
	struct opener *opener;
	pid_t pid;
	int pidfd;
	int timer;               /* 0 when it was told */
	struct channel *channel; /* NULL when it was told */
	opener_told_fn *told;
	void *arg;
};

struct opener {
	struct opener_plan plan;
	struct opener_child *children;
};

/* --- in the child ------------------------------------------------------------------- */

/* Nothing of the parent's stays open in it: it may outlive the station. */
_Noreturn static void
opener_child_main(const struct opener *o, const char *source, size_t n, int fd, pid_t parent)
{
	sigset_t none;
	const char *why;
	int medium = -1;
	uint64_t diskseq = 0;
	sigemptyset(&none);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent ||
	    sigprocmask(SIG_SETMASK, &none, NULL) != 0 || dup2(fd, SPAWN_FD_FIRST) < 0 ||
	    close_range(SPAWN_FD_FIRST + 1, ~0U, 0) != 0)
		_exit(1);
	struct channel *c = channel_new(SPAWN_FD_FIRST, ROLE_PARENT, ROLE_DESK);
	channel_set_phase(c, PH_OPEN);
	if (o->plan.open(
		o->plan.station, STATION_BY_PATH, source, n, &medium, &diskseq, &why) == ERR_OK)
		channel_send_wait(c, MSG_PARENT_OPENED,
		    diskseq > 0 ? json_pack("{s:I}", "diskseq", (json_int_t)diskseq) : NULL,
		    medium);
	else
		channel_send_wait(c, MSG_PARENT_NOT_OPENED, json_pack("{s:s}", "why", why), -1);
	_exit(0);
}

/* --- in the parent -------------------------------------------------------------------- */

/* Its channel goes with what may still come through it. */
static void
opener_tell(struct opener_child *c, int fd, uint64_t diskseq, const char *why)
{
	struct loop *loop = c->opener->plan.loop;
	loop_del_timer(loop, c->timer);
	loop_del_channel(loop, c->channel);
	c->channel = channel_free(c->channel);
	c->timer = 0;
	c->told(c->arg, fd, diskseq, why);
}

static void
opener_on_message(void *arg, struct channel *ch, struct msg *m)
{
	(void)ch;
	if (m->id == MSG_PARENT_OPENED)
		opener_tell(arg, m->fd,
		    json_object_get(m->body, "diskseq") != NULL ? msg_uint(m, "diskseq") : 0,
		    NULL);
	else
		opener_tell(arg, -1, 0, msg_str(m, "why"));
}

static void
opener_on_gone(void *arg, struct channel *ch, enum err why)
{
	(void)ch;
	(void)why;
	opener_tell(arg, -1, 0, "the process that opens it has failed");
}

static void
opener_on_time(void *arg)
{
	struct opener_child *c = arg;
	log_warn("a medium did not answer within %lld s: it is not waited for any longer",
	    (long long)c->opener->plan.limit_ms / 1000);
	kill(c->pid, SIGKILL);
	opener_tell(c, -1, 0, OPENER_SILENT);
}

/* Its last words may still be unread: then it stays until they are. */
static void
opener_on_ended(void *arg, int fd, short revents)
{
	struct opener_child *c = arg, **at = &c->opener->children;
	(void)revents;
	if (c->channel != NULL)
		return;
	loop_del_fd(c->opener->plan.loop, fd);
	waitpid(c->pid, NULL, 0);
	close(fd);
	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
	free(c);
}

/* False, with errno, when there can be no process. */
static bool
opener_start(struct opener *o, struct opener_child *c, const char *source, size_t n)
{
	int pair[2];
	pid_t parent = getpid();
	if (spawn_pair(pair) != ERR_OK)
		return false;
	c->pid = fork();
	if (c->pid == 0)
		opener_child_main(o, source, n, pair[1], parent);
	int why = errno;
	close(pair[1]);
	c->pidfd = c->pid > 0 ? pidfd_open(c->pid, 0) : -1;
	if (c->pidfd >= 0) {
		c->channel = channel_new(pair[0], ROLE_DESK, ROLE_PARENT);
		channel_set_phase(c->channel, PH_OPEN);
		return true;
	}
	close(pair[0]);
	if (c->pid > 0) {
		why = errno;
		kill(c->pid, SIGKILL);
		waitpid(c->pid, NULL, 0);
	}
	errno = why;
	return false;
}

void
opener_ask(struct opener *o, const char *source, size_t n, opener_told_fn *told, void *arg)
{
	size_t silent = 0;
	for (const struct opener_child *c = o->children; c != NULL; c = c->next)
		silent++;
	if (silent >= LIM_OPENERS) {
		told(arg, -1, 0,
		    "too many media do not answer; take them out, and start the machine again");
		return;
	}
	struct opener_child *c = mem_alloc(sizeof(*c));
	*c = (struct opener_child){.next = o->children, .opener = o, .told = told, .arg = arg};
	if (!opener_start(o, c, source, n)) {
		log_warn("no process to open a medium: %s", strerror(errno));
		free(c);
		told(arg, -1, 0, "the station has no process left to open it");
		return;
	}
	o->children = c;
	c->timer = loop_add_timer(o->plan.loop, o->plan.limit_ms, opener_on_time, c);
	loop_add_channel(o->plan.loop, c->channel, opener_on_message, opener_on_gone, c);
	loop_add_fd(o->plan.loop, c->pidfd, POLLIN, opener_on_ended, c);
}

struct opener *
opener_new(const struct opener_plan *plan)
{
	struct opener *o = mem_alloc(sizeof(*o));
	*o = (struct opener){.plan = *plan};
	return o;
}

struct opener *
opener_free(struct opener *o)
{
	while (o != NULL && o->children != NULL) {
		struct opener_child *c = o->children;
		o->children = c->next;
		kill(c->pid, SIGKILL);
		close(c->pidfd);
		channel_free(c->channel);
		free(c);
	}
	free(o);
	return NULL;
}
