/* SPDX-License-Identifier: ISC */
#include "src/proc/parent/bridge.h"
#include "src/base/limits.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/ipc/channel.h"
#include "src/ipc/loop.h"
#include "src/ipc/spawn.h"
#include "src/proc/parent/engine.h"
#include "src/proc/parent/trust.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define BRIDGE_PROGRAM  "sallyport-rescan"
#define BRIDGE_WHY_SIZE 640
#define BRIDGE_FDS      3 /* of each scanner: its desk's, its vault's, its manifest */

/* One process of a scan. */
struct bridge_child {
	struct bridge_child *next;
	struct bridge *bridge;
	uint64_t run; /* those of one scan have one number */
	bool leader;  /* the one that speaks with the scanners: the others go with it */
	struct spawn_child proc;
};

struct bridge {
	struct bridge_plan plan;
	struct channel *stager;
	struct bridge_child *children;
	uint64_t runs;
};

/* What is being started. */
struct bridge_run {
	struct bridge *bridge;
	int fds[1 + LIM_SCANNERS * BRIDGE_FDS]; /* of the leader, as spawn.h numbers them */
	size_t nfds;
	char why[BRIDGE_WHY_SIZE];
};

static void
bridge_kill(struct bridge *b, uint64_t run)
{
	for (struct bridge_child *c = b->children; c != NULL; c = c->next)
		if (c->run == run)
			spawn_kill(&c->proc);
}

static void
bridge_on_end(void *arg, int fd, short revents)
{
	struct bridge_child *c = arg, **at;
	struct bridge *b = c->bridge;
	int status;
	(void)revents;
	loop_del_fd(b->plan.loop, fd);
	spawn_kill(&c->proc);
	waitpid(c->proc.pid, &status, 0);
	close(fd);
	for (at = &b->children; *at != c; at = &(*at)->next)
		;
	*at = c->next;
	if (c->leader)
		bridge_kill(b, c->run);
	free(c);
}

static void
bridge_add(struct bridge *b, const struct spawn_child *proc, bool leader)
{
	struct bridge_child *c = mem_alloc(sizeof(*c));
	*c = (struct bridge_child){b->children, b, b->runs, leader, *proc};
	b->children = c;
	loop_add_fd(b->plan.loop, proc->pidfd, POLLIN, bridge_on_end, c);
}

static bool
bridge_say(struct bridge_run *r, const char *name, const char *why)
{
	snprintf(r->why, sizeof(r->why), "the scanner %.64s cannot be started: %s", name, why);
	return false;
}

/* The leader's ends stay in r; the scanner's are closed here. */
static bool
bridge_spawn(struct bridge_run *r, const struct manifest *m, int engine, int file)
{
	int desk[2], vault[2] = {-1, -1};
	char limit[21];
	const char *args[] = {"-m", limit, NULL};
	struct spawn_child proc;
	const struct spawn_walls walls = {
	    .apart = true, .memory_bytes = manifest_memory_bytes(m)};
	manifest_limit_arg(m, limit);
	if (spawn_pair(desk) != ERR_OK)
		return bridge_say(r, m->name, "no socket can be made");
	if (spawn_pair(vault) != ERR_OK) {
		close(desk[0]);
		close(desk[1]);
		return bridge_say(r, m->name, "no socket can be made");
	}
	const int fds[] = {desk[1], vault[1], engine, -1, m->command.n > 0 ? file : -1};
	r->fds[r->nfds] = desk[0];
	r->fds[r->nfds + 1] = vault[0];
	enum err e = spawn_start_apart(
	    m->program, args, fds, sizeof(fds) / sizeof(fds[0]), &walls, &proc);
	close(desk[1]);
	close(vault[1]);
	if (e != ERR_OK)
		return bridge_say(r, m->name, "there is no such program, or no room for it");
	if (!proc.apart)
		r->bridge->plan.crowded(r->bridge->plan.arg);
	bridge_add(r->bridge, &proc, false);
	return true;
}

/*
 * A scanner that opens containers, or judges the whole set, is not asked again: of it
 * there is the manifest alone.
 */
static bool
bridge_start(struct bridge_run *r, const char *name)
{
	static const size_t nobody[LIM_ENGINES];
	struct manifest m;
	const char *why;
	char words[ENGINE_WHY_SIZE], untrusted[TRUST_WHY_SIZE];
	size_t which;
	MEM_CLOSE int engine = -1;
	int file = -1;
	const struct bridge_plan *p = &r->bridge->plan;
	if (!trust_manifest(p->scanners, name, &m, &file, &why))
		return bridge_say(r, name, why);
	r->fds[r->nfds] = r->fds[r->nfds + 1] = -1;
	r->fds[r->nfds + 2] = file;
	bool ok = true;
	if (!m.children && !m.transfer) {
		if (!trust_command(&m.command, untrusted))
			ok = bridge_say(r, name, untrusted);
		else if (m.engine_socket &&
			 (engine = engine_connect(p->station, nobody, &which, words)) < 0)
			ok = bridge_say(r, name, words);
		else
			ok = bridge_spawn(r, &m, engine, file);
	}
	r->nfds += BRIDGE_FDS;
	return ok;
}

static bool
bridge_start_all(struct bridge_run *r, const json_t *names)
{
	size_t i;
	json_t *name;
	if (json_array_size(names) == 0 || json_array_size(names) > LIM_SCANNERS) {
		snprintf(
		    r->why, sizeof(r->why), "the stager asked for no scanner, or too many");
		return false;
	}
	json_array_foreach (names, i, name)
		if (!json_is_string(name) || !bridge_start(r, json_string_value(name)))
			return false;
	return true;
}

/* The leader; ret_fd is the stager's end of its socket. */
static bool
bridge_lead(struct bridge_run *r, struct spawn_child *ret, int *ret_fd)
{
	int pair[2];
	char count[21];
	const char *args[] = {"-n", count, NULL};
	snprintf(r->why, sizeof(r->why), "%s cannot be started", BRIDGE_PROGRAM);
	if (spawn_pair(pair) != ERR_OK)
		return false;
	snprintf(count, sizeof(count), "%zu", (r->nfds - 1) / BRIDGE_FDS);
	r->fds[0] = pair[1];
	if (spawn_start(BRIDGE_PROGRAM, args, r->fds, r->nfds, ret) != ERR_OK) {
		log_warn("cannot start %s: %s", BRIDGE_PROGRAM, strerror(errno));
		close(pair[0]);
		return false;
	}
	bridge_add(r->bridge, ret, true);
	*ret_fd = pair[0];
	return true;
}

static void
bridge_on_rescan(struct bridge *b, const struct msg *m)
{
	struct bridge_run r = {.bridge = b, .nfds = 1};
	struct spawn_child leader = {.pid = 0};
	MEM_CLOSE int fd = -1;
	r.fds[0] = -1;
	b->runs++;
	if (bridge_start_all(&r, json_object_get(m->body, "scanners")) &&
	    bridge_lead(&r, &leader, &fd)) {
		channel_send(b->stager, MSG_PARENT_RESCAN,
		    json_pack("{s:i}", "pid", (int)leader.pid), fd);
	} else {
		bridge_kill(b, b->runs);
		channel_send(
		    b->stager, MSG_PARENT_NO_RESCAN, json_pack("{s:s}", "why", r.why), -1);
	}
	for (size_t i = 0; i < r.nfds; i++)
		if (r.fds[i] >= 0)
			close(r.fds[i]);
}

static void
bridge_on_message(void *arg, struct channel *ch, struct msg *m)
{
	struct bridge *b = arg;
	if (m->id == MSG_HELLO && channel_accept_hello(ch, m, NULL) != ERR_OK)
		log_warn("the stager speaks another protocol");
	if (m->id == MSG_STAGE_RESCAN)
		bridge_on_rescan(b, m);
}

/* The station stops without its stager: others see to that. */
static void
bridge_on_gone(void *arg, struct channel *ch, enum err why)
{
	(void)arg;
	if (why == ERR_PROTO)
		log_warn("the stager broke the protocol: %s", channel_why(ch));
}

struct bridge *
bridge_new(const struct bridge_plan *plan)
{
	struct bridge *b = mem_alloc(sizeof(*b));
	*b = (struct bridge){.plan = *plan};
	b->stager = channel_new(plan->stager_fd, ROLE_PARENT, ROLE_STAGER);
	channel_hello(b->stager, "sallyportd", false);
	loop_add_channel(plan->loop, b->stager, bridge_on_message, bridge_on_gone, b);
	return b;
}

struct bridge *
bridge_free(struct bridge *b)
{
	if (b == NULL)
		return NULL;
	loop_del_channel(b->plan.loop, b->stager);
	channel_free(b->stager);
	while (b->children != NULL) {
		struct bridge_child *c = b->children;
		b->children = c->next;
		spawn_kill(&c->proc);
		loop_del_fd(b->plan.loop, c->proc.pidfd);
		close(c->proc.pidfd);
		free(c);
	}
	free(b);
	return NULL;
}
