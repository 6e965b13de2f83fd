/* SPDX-License-Identifier: ISC */
#include "src/proc/parent/services.h"
#include "src/base/limits.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/ipc/loop.h"
#include "src/ipc/service.h"
#include "src/ipc/spawn.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum service { SERVICE_LEDGER, SERVICE_VAULT, SERVICE_STAGER, SERVICE_DESK, SERVICE__MAX };

/* Ends of the pairs that connect the services; see spawn.h for the numbers. */
enum wire {
	WIRE_DESK_LEDGER,
	WIRE_DESK_VAULT,
	WIRE_DESK_STAGER,
	WIRE_PARENT_VAULT,
	WIRE_PARENT_STAGER,
	WIRE__MET, /* those before it are connected when services are met */
	WIRE_STAGER_LEDGER = WIRE__MET,
	WIRE_STAGER_VAULT,
	WIRE_PARENT_DESK,
	WIRE__MAX
};

#define WIRE_LISTEN    -2 /* the socket terminals connect to */
#define SERVICES_WIRES 6

static const struct {
	const char *program;
	struct {
		int wire; /* enum wire, WIRE_LISTEN, or -1 at the end */
		int end;
	} fds[SERVICES_WIRES];
} services_rows[SERVICE__MAX] = {
    [SERVICE_LEDGER] = {"sallyport-ledger",
	{{WIRE_DESK_LEDGER, 1}, {WIRE_STAGER_LEDGER, 1}, {-1, 0}}},
    [SERVICE_VAULT] = {"sallyport-vault",
	{{WIRE_DESK_VAULT, 1}, {WIRE_STAGER_VAULT, 1}, {WIRE_PARENT_VAULT, 1}, {-1, 0}}},
    [SERVICE_STAGER] = {"sallyport-stager",
	{{WIRE_DESK_STAGER, 1}, {WIRE_PARENT_STAGER, 1}, {WIRE_STAGER_LEDGER, 0},
	    {WIRE_STAGER_VAULT, 0}, {-1, 0}}},
    [SERVICE_DESK] = {"sallyport-desk",
	{{WIRE_PARENT_DESK, 1}, {WIRE_DESK_LEDGER, 0}, {WIRE_DESK_VAULT, 0},
	    {WIRE_DESK_STAGER, 0}, {WIRE_LISTEN, 0}, {-1, 0}}},
};

/* Where the other end of a wire listens when services are met. */
static const char *const services_sockets[WIRE__MET] = {
    [WIRE_DESK_LEDGER] = "ledger-desk",
    [WIRE_DESK_VAULT] = "vault-desk",
    [WIRE_DESK_STAGER] = "stager-desk",
    [WIRE_PARENT_VAULT] = "vault-parent",
    [WIRE_PARENT_STAGER] = "stager-parent",
};

struct services {
	struct services_plan plan;
	struct spawn_child children[SERVICE__MAX];
	int wires[WIRE__MAX][2]; /* -1 for an end that is not ours */
	bool stopping, failed;
};

/* Services that do not end in time are ended. */
static void
services_on_patience(void *arg)
{
	struct services *s = arg;
	for (int i = 0; i < SERVICE__MAX; i++)
		if (s->children[i].pidfd >= 0)
			kill(s->children[i].pid, SIGKILL);
}

void
services_stop(struct services *s)
{
	if (s->stopping)
		return;
	s->stopping = true;
	/* the others end when the desk's sockets close; the ledger writes its last entry */
	if (s->children[SERVICE_DESK].pidfd >= 0)
		kill(s->children[SERVICE_DESK].pid, SIGTERM);
	loop_add_timer(s->plan.loop, LIM_STOP_MS, services_on_patience, s);
}

static void
services_on_end(void *arg, int fd, short revents)
{
	struct services *s = arg;
	(void)revents;
	loop_del_fd(s->plan.loop, fd);
	bool any = false;
	for (int i = 0; i < SERVICE__MAX; i++) {
		struct spawn_child *c = &s->children[i];
		int status;
		if (c->pidfd == fd) {
			waitpid(c->pid, &status, 0);
			bool clean = WIFEXITED(status) && WEXITSTATUS(status) == 0;
			if (!clean || !s->stopping) {
				log_warn("%s has ended (%s %d); the station stops",
				    services_rows[i].program,
				    WIFSIGNALED(status) ? "signal" : "status",
				    WIFSIGNALED(status) ? WTERMSIG(status)
							: WEXITSTATUS(status));
				s->failed = true;
			}
			c->pidfd = -1;
		}
		any |= c->pidfd >= 0;
	}
	services_stop(s);
	if (!any)
		loop_stop(s->plan.loop);
}

static void
services_start_one(struct services *s, enum service id)
{
	const char *args[] = {"-d", s->plan.home, "-s", s->plan.scanners, NULL};
	int fds[SERVICES_WIRES];
	size_t n = 0;
	if (id != SERVICE_DESK)
		args[2] = NULL;
	for (; services_rows[id].fds[n].wire != -1; n++) {
		int wire = services_rows[id].fds[n].wire;
		fds[n] = wire == WIRE_LISTEN ? s->plan.listen_fd
		                             : s->wires[wire][services_rows[id].fds[n].end];
	}
	if (spawn_start(services_rows[id].program, args, fds, n, &s->children[id]) != ERR_OK)
		log_fatal("cannot start %s: %s", services_rows[id].program, strerror(errno));
	loop_add_fd(s->plan.loop, s->children[id].pidfd, POLLIN, services_on_end, s);
}

static void
services_meet(struct services *s)
{
	char why[SERVICE_WHY_SIZE];
	int fds[WIRE__MET];
	if (service_connect(s->plan.meet, services_sockets, WIRE__MET, fds, why) != ERR_OK)
		log_fatal("the services of the station cannot be met: %s", why);
	for (int i = 0; i < WIRE__MET; i++)
		s->wires[i][0] = fds[i];
}

struct services *
services_new(const struct services_plan *plan)
{
	struct services *s = mem_alloc(sizeof(*s));
	s->plan = *plan;
	for (int i = 0; i < SERVICE__MAX; i++)
		s->children[i].pidfd = -1;
	for (int i = 0; i < WIRE__MAX; i++)
		s->wires[i][0] = s->wires[i][1] = -1;
	if (plan->meet != NULL)
		services_meet(s);
	return s;
}

void
services_start(struct services *s, struct services_ends *ret_ends)
{
	int first = s->plan.meet != NULL ? SERVICE_DESK : SERVICE_LEDGER;
	for (int i = 0; i < WIRE__MAX; i++)
		if ((s->plan.meet == NULL || i == WIRE_PARENT_DESK) &&
		    spawn_pair(s->wires[i]) != ERR_OK)
			log_fatal("no sockets can be made: %s", strerror(errno));
	for (int i = first; i < SERVICE__MAX; i++)
		services_start_one(s, (enum service)i);
	*ret_ends = (struct services_ends){s->wires[WIRE_PARENT_DESK][0],
	    s->wires[WIRE_PARENT_VAULT][0], s->wires[WIRE_PARENT_STAGER][0]};
	s->wires[WIRE_PARENT_DESK][0] = s->wires[WIRE_PARENT_VAULT][0] =
	    s->wires[WIRE_PARENT_STAGER][0] = -1;
	for (int i = 0; i < WIRE__MAX; i++)
		for (int end = 0; end < 2; end++)
			if (s->wires[i][end] >= 0)
				close(s->wires[i][end]);
	close(s->plan.listen_fd);
}

bool
services_failed(const struct services *s)
{
	return s->failed;
}

struct services *
services_free(struct services *s)
{
	free(s);
	return NULL;
}
