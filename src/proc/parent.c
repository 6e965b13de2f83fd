/* SPDX-License-Identifier: ISC */
/*
 * sallyportd, the parent.
 *
 * May:   start the programs of the station from one table, or connect to those
 *        that a service manager starts, connect them with each other, start for the
 *        stager the scanners of a scan at release, open media
 *        devices read-only for the desk, each in a short-lived process of its
 *        own, and what lies in a port for exports for writing, connect the antivirus engine's
 * socket for a scanner. Must never: parse anything foreign, speak to a terminal, hold a key,
 * touch the ledger, the vault or the share. Dies when: told to (SIGTERM, SIGINT), or when a
 * service has ended: a station without its vault, ledger, stager or desk does not work on.
 */
#include "scanners/manifest.h"
#include "src/base/buf.h"
#include "src/base/io.h"
#include "src/base/limits.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/core/portrule.h"
#include "src/ipc/channel.h"
#include "src/ipc/conf.h"
#include "src/ipc/loop.h"
#include "src/ipc/spawn.h"
#include "src/proc/parent/bridge.h"
#include "src/proc/parent/engine.h"
#include "src/proc/parent/opener.h"
#include "src/proc/parent/ports.h"
#include "src/proc/parent/services.h"
#include "src/proc/parent/trust.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define PARENT_RULES_BYTES (4 << 20)

/* A reader, unlocker, scanner, report or previewer that the desk asked for. */
struct parent_child {
	struct parent_child *next;
	struct parent *parent;
	uint64_t tag;
	size_t engine; /* which of the station's it uses; LIM_ENGINES: none */
	struct spawn_child proc;
};

/* How a child is started. */
struct parent_start {
	uint64_t tag;
	const char *program;
	const char *const *args;
	int more[4]; /* descriptors behind its control socket, as spawn.h numbers them */
	size_t nmore;
	size_t engine; /* which of the station's its scanner has; LIM_ENGINES: none */
	struct spawn_walls walls;
};

struct parent {
	struct loop *loop;
	struct station *station;
	bool crowded; /* the kernel gives no namespaces: it was told once */
	char *home, *scanners;
	struct channel *desk, *vault;
	struct services *services;
	struct opener *opener, *looker, *writer; /* of media; of those in a port for exports */
	struct bridge *bridge;
	struct parent_child *children;
};

/* --- the station's folder ------------------------------------------------------- */

static struct station *
parent_read_station(const char *home)
{
	struct station *station;
	char why[CONF_WHY_SIZE];
	enum err e = conf_read(home, &station, why);
	if (e != ERR_OK)
		log_fatal("%s%s", why,
		    e == ERR_NOTFOUND ? "; make a station with: sallyport init --admin ID"
				      : "");
	return station;
}

/* One daemon for one station: the lock lives as long as the process. */
static void
parent_lock(const char *home)
{
	MEM_FREE char *dir = mem_printf("%s/run", home);
	if (mkdir(dir, 0755) != 0 && errno != EEXIST)
		log_fatal("cannot make %s: %s", dir, strerror(errno));
	MEM_FREE char *path = mem_printf("%s/lock", dir);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		log_fatal("cannot open %s: %s", path, strerror(errno));
	if (flock(fd, LOCK_EX | LOCK_NB) != 0)
		log_fatal("the station in %s is running already", home);
}

static int
parent_listen(const char *home)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	int n = snprintf(sun.sun_path, sizeof(sun.sun_path), "%s/run/desk.sock", home);
	if (n < 0 || (size_t)n >= sizeof(sun.sun_path))
		log_fatal("the path of the station is too long for a socket: %s", home);
	unlink(sun.sun_path);
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	mode_t old = umask(0117);
	if (fd < 0 || bind(fd, (const struct sockaddr *)&sun, sizeof(sun)) != 0 ||
	    listen(fd, LIM_SESSIONS) != 0)
		log_fatal("cannot listen on %s: %s", sun.sun_path, strerror(errno));
	umask(old);
	return fd;
}

/* --- what the desk asks for -------------------------------------------------------- */

static void
parent_tell_refused(struct parent *p, uint64_t tag, const char *why)
{
	channel_send(p->desk, MSG_PARENT_REFUSED,
	    json_pack("{s:I, s:s}", "tag", (json_int_t)tag, "why", why), -1);
}

static void
parent_child_ended(void *arg, int fd, short revents)
{
	struct parent_child *c = arg, **at;
	struct parent *p = c->parent;
	int status;
	(void)revents;
	loop_del_fd(p->loop, fd);
	/* what it started goes with it, while its number is still its own */
	spawn_kill(&c->proc);
	waitpid(c->proc.pid, &status, 0);
	channel_send(p->desk, MSG_PARENT_EXITED,
	    json_pack("{s:I, s:i, s:i}", "tag", (json_int_t)c->tag, "status",
		WIFEXITED(status) ? WEXITSTATUS(status) : 0, "signal",
		WIFSIGNALED(status) ? WTERMSIG(status) : 0),
	    -1);
	close(fd);
	for (at = &p->children; *at != c; at = &(*at)->next)
		;
	*at = c->next;
	free(c);
}

/* Gives the vault its end of a pipe or socket and waits until it listens. */
static enum err
parent_attach(struct parent *p, uint64_t tag, const char *kind, int fd)
{
	static const enum msg_id answers[] = {MSG_VAULT_ATTACHED, MSG_NONE};
	struct msg answer;
	enum err e = channel_call(p->vault, MSG_VAULT_ATTACH,
	    json_pack("{s:I, s:s}", "tag", (json_int_t)tag, "kind", kind), fd, answers,
	    &answer);
	if (e == ERR_OK)
		msg_done(&answer);
	return e;
}

/* A station must know that a wall is missing; one line of the log is enough. */
static void
parent_note_crowded(void *arg)
{
	struct parent *p = arg;
	if (!p->crowded)
		log_warn("the kernel gives scanners no namespaces of their own: what one of "
			 "them starts can outlive it, and only its own sandbox keeps it from "
			 "a network; see user.max_user_namespaces and "
			 "kernel.unprivileged_userns_clone (sysctl)");
	p->crowded = true;
}

static void
parent_tell_spawned(struct parent *p, const struct parent_start *start,
    const struct spawn_child *proc, int socket)
{
	json_t *body =
	    json_pack("{s:I, s:i}", "tag", (json_int_t)start->tag, "pid", (int)proc->pid);
	if (start->walls.apart) {
		json_object_set_new(body, "apart", json_boolean(proc->apart));
		if (!proc->apart)
			parent_note_crowded(p);
	}
	channel_send(p->desk, MSG_PARENT_SPAWNED, body, socket);
}

/*
 * Starts a child with its control socket as descriptor 3 and `more` behind it;
 * tells the desk the other end.
 */
static void
parent_start_child(struct parent *p, const struct parent_start *start)
{
	int pair[2], fds[5];
	struct spawn_child proc;
	if (spawn_pair(pair) != ERR_OK) {
		parent_tell_refused(p, start->tag, "no socket can be made");
		return;
	}
	fds[0] = pair[1];
	for (size_t i = 0; i < start->nmore; i++)
		fds[i + 1] = start->more[i];
	enum err e = spawn_start_apart(
	    start->program, start->args, fds, start->nmore + 1, &start->walls, &proc);
	close(pair[1]);
	if (e != ERR_OK) {
		close(pair[0]);
		log_warn("cannot start %s: %s", start->program, strerror(errno));
		parent_tell_refused(p, start->tag, "the program cannot be started");
		return;
	}
	struct parent_child *c = mem_alloc(sizeof(*c));
	*c = (struct parent_child){.next = p->children,
	    .parent = p,
	    .tag = start->tag,
	    .engine = start->engine,
	    .proc = proc};
	p->children = c;
	loop_add_fd(p->loop, proc.pidfd, POLLIN, parent_child_ended, c);
	parent_tell_spawned(p, start, &proc, pair[0]);
	close(pair[0]);
}

/* A socket of the engine that has the fewest of our scanners, or -1 with a sentence. */
static int
parent_connect_engine(struct parent *p, size_t *ret_which, char ret_why[ENGINE_WHY_SIZE])
{
	size_t users[LIM_ENGINES] = {0};
	for (struct parent_child *c = p->children; c != NULL; c = c->next)
		if (c->engine < LIM_ENGINES)
			users[c->engine]++;
	return engine_connect(p->station, users, ret_which, ret_why);
}

/* A child that gets objects from the vault, by descriptor 4. */
static void
parent_start_fed(struct parent *p, struct parent_start *start, const char *kind)
{
	int pair[2];
	if (spawn_pair(pair) != ERR_OK) {
		parent_tell_refused(p, start->tag, "no socket can be made");
		return;
	}
	if (parent_attach(p, start->tag, kind, pair[0]) == ERR_OK) {
		start->more[0] = pair[1];
		if (start->nmore == 0)
			start->nmore = 1;
		parent_start_child(p, start);
	} else {
		parent_tell_refused(p, start->tag, "the vault does not answer");
	}
	close(pair[0]);
	close(pair[1]);
}

/* The pipe for what a scanner finds inside objects: the vault has the other end. */
static bool
parent_make_children(struct parent *p, uint64_t tag, int *ret_fd)
{
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) != 0)
		return false;
	fcntl(ends[1], F_SETPIPE_SZ, 1 << 20);
	bool ok = parent_attach(p, tag, "children", ends[0]) == ERR_OK;
	close(ends[0]);
	if (ok)
		*ret_fd = ends[1];
	else
		close(ends[1]);
	return ok;
}

static void
parent_on_scanner(struct parent *p, struct msg *msg)
{
	struct manifest m;
	const char *why;
	char limit[21], words[ENGINE_WHY_SIZE], untrusted[TRUST_WHY_SIZE];
	size_t which = LIM_ENGINES;
	MEM_CLOSE int engine = -1, children = -1, file = -1;
	const uint64_t tag = msg_uint(msg, "tag"), inside = msg_uint(msg, "children");
	if (!trust_manifest(p->scanners, msg_str(msg, "name"), &m, &file, &why)) {
		parent_tell_refused(p, tag, why);
		return;
	}
	if (!trust_command(&m.command, untrusted)) {
		parent_tell_refused(p, tag, untrusted);
		return;
	}
	if (m.engine_socket && (engine = parent_connect_engine(p, &which, words)) < 0) {
		parent_tell_refused(p, tag, words);
		return;
	}
	if (m.children && inside != 0 && !parent_make_children(p, inside, &children)) {
		parent_tell_refused(p, tag, "no pipe can be made");
		return;
	}
	manifest_limit_arg(&m, limit);
	const char *args[] = {"-m", limit, NULL};
	struct parent_start start = {.tag = tag,
	    .program = m.program,
	    .args = args,
	    .more = {-1, engine, children, m.command.n > 0 ? file : -1},
	    .nmore = 4,
	    .engine = which,
	    .walls = {.apart = true, .memory_bytes = manifest_memory_bytes(&m)}};
	parent_start_fed(p, &start, "scanner");
}

static void
parent_on_spawn(struct parent *p, struct msg *m)
{
	struct parent_start start = {.tag = msg_uint(m, "tag"), .engine = LIM_ENGINES};
	const char *role = msg_str(m, "role");
	if (strcmp(role, "scanner") == 0) {
		parent_on_scanner(p, m);
	} else if (strcmp(role, "report") == 0) {
		start.program = "sallyport-report";
		parent_start_child(p, &start);
	} else if (strcmp(role, "writer") == 0) {
		start.program = "sallyport-writer";
		parent_start_child(p, &start);
	} else if (strcmp(role, "preview") == 0) {
		start.program = "sallyport-preview";
		parent_start_fed(p, &start, "preview");
	} else if (strcmp(role, "request") == 0) {
		start.program = "sallyport-request";
		parent_start_fed(p, &start, "preview");
	} else if (strcmp(role, "signatures") == 0) {
		const char *args[] = {"-d", p->home, NULL};
		start.program = "sallyport-signatures";
		start.args = args;
		parent_start_fed(p, &start, "loader");
	} else {
		parent_tell_refused(p, start.tag, "there is no such role");
	}
}

/* What may be read as a medium: an image, or a device outside a demo station. */
static const char *
parent_refuse_medium(struct parent *p, int fd)
{
	struct stat st;
	int flags = fcntl(fd, F_GETFL);
	if (fstat(fd, &st) != 0 || flags < 0)
		return "it cannot be looked at";
	if ((flags & O_ACCMODE) != O_RDONLY)
		return "it was opened for writing; an inbound medium is only ever read";
	if (S_ISBLK(st.st_mode))
		return p->station->demo
		           ? "this is a demo station; it reads images, never a real device"
		           : NULL;
	return S_ISREG(st.st_mode) ? NULL : "it is neither a disk image nor a block device";
}

static void
parent_on_reader(struct parent *p, struct msg *m)
{
	uint64_t tag = msg_uint(m, "tag");
	MEM_CLOSE int device = msg_take_fd(m);
	const char *refused = parent_refuse_medium(p, device);
	int ends[2];
	if (refused != NULL) {
		parent_tell_refused(p, tag, refused);
		return;
	}
	if (pipe2(ends, O_CLOEXEC) != 0) {
		parent_tell_refused(p, tag, "no pipe can be made");
		return;
	}
	fcntl(ends[1], F_SETPIPE_SZ, 1 << 20);
	if (parent_attach(p, tag, "pipe", ends[0]) == ERR_OK) {
		const struct parent_start start = {.tag = tag,
		    .program = "sallyport-reader",
		    .more = {ends[1], device},
		    .nmore = 2,
		    .engine = LIM_ENGINES};
		parent_start_child(p, &start);
	} else {
		parent_tell_refused(p, tag, "the vault does not answer");
	}
	close(ends[0]);
	close(ends[1]);
}

/* Its own descriptor of the medium is number 5, as the reader's. */
static void
parent_on_unlock(struct parent *p, struct msg *m)
{
	uint64_t tag = msg_uint(m, "tag");
	MEM_CLOSE int device = msg_take_fd(m);
	const char *refused = parent_refuse_medium(p, device);
	const struct parent_start start = {.tag = tag,
	    .program = "sallyport-unlock",
	    .more = {-1, device},
	    .nmore = 2,
	    .engine = LIM_ENGINES};
	if (refused != NULL)
		parent_tell_refused(p, tag, refused);
	else
		parent_start_child(p, &start);
}

static void
parent_tell_not_opened(struct parent *p, const char *why)
{
	channel_send(p->desk, MSG_PARENT_NOT_OPENED, json_pack("{s:s}", "why", why), -1);
}

static void
parent_on_opened(void *arg, int fd, uint64_t diskseq, const char *why)
{
	struct parent *p = arg;
	if (fd >= 0)
		channel_send(p->desk, MSG_PARENT_OPENED,
		    diskseq > 0 ? json_pack("{s:I}", "diskseq", (json_int_t)diskseq) : NULL,
		    fd);
	else
		parent_tell_not_opened(p, why);
}

/* Opens a medium in a configured port, never anything else; the desk asks for one at a time. */
static void
parent_on_open(struct parent *p, struct msg *m)
{
	size_t n;
	MEM_FREE char *source = (char *)msg_bytes(m, "source", &n);
	opener_ask(p->opener, source, n, parent_on_opened, p);
}

/* The one way to a descriptor that can be written to: in a port for exports, for the writer. */
static void
parent_on_open_export(struct parent *p, struct msg *m)
{
	size_t n;
	MEM_FREE char *source = (char *)msg_bytes(m, "source", &n);
	opener_ask(
	    msg_bool(m, "write") ? p->writer : p->looker, source, n, parent_on_opened, p);
}

static void
parent_on_ports(struct parent *p, struct msg *m)
{
	(void)m;
	channel_send(p->desk, MSG_PARENT_PORTS,
	    json_pack("{s:o}", "rows", ports_list(p->station, STATION_BY_PATH)), -1);
}

static void
parent_on_engines(struct parent *p, struct msg *m)
{
	(void)m;
	channel_send(p->desk, MSG_PARENT_ENGINES,
	    json_pack("{s:o}", "rows", engine_list(p->station)), -1);
}

static void
parent_on_kill(struct parent *p, struct msg *m)
{
	for (struct parent_child *c = p->children; c != NULL; c = c->next)
		if (c->tag == msg_uint(m, "tag"))
			spawn_kill(&c->proc);
}

static void
parent_on_hello(struct parent *p, struct msg *m)
{
	if (channel_accept_hello(p->desk, m, NULL) != ERR_OK)
		log_warn("the desk speaks another protocol");
}

static const struct {
	enum msg_id id;
	void (*fn)(struct parent *, struct msg *);
} parent_requests[] = {
    {MSG_HELLO, parent_on_hello},
    {MSG_DESK_SPAWN, parent_on_spawn},
    {MSG_DESK_SPAWN_READER, parent_on_reader},
    {MSG_DESK_SPAWN_UNLOCK, parent_on_unlock},
    {MSG_DESK_OPEN, parent_on_open},
    {MSG_DESK_OPEN_EXPORT, parent_on_open_export},
    {MSG_DESK_PORTS, parent_on_ports},
    {MSG_DESK_ENGINES, parent_on_engines},
    {MSG_DESK_KILL, parent_on_kill},
};

static void
parent_on_message(void *arg, struct channel *ch, struct msg *m)
{
	(void)ch;
	for (size_t i = 0; i < sizeof(parent_requests) / sizeof(parent_requests[0]); i++)
		if (parent_requests[i].id == m->id)
			parent_requests[i].fn(arg, m);
}

static void
parent_on_gone(void *arg, struct channel *ch, enum err why)
{
	struct parent *p = arg;
	if (why == ERR_PROTO)
		log_warn("the desk broke the protocol: %s", channel_why(ch));
	services_stop(p->services);
}

/* --- life ------------------------------------------------------------------------------ */

static void
parent_on_signal(void *arg, int signum, short revents)
{
	struct parent *p = arg;
	(void)signum;
	(void)revents;
	services_stop(p->services);
}

static void
parent_start(struct parent *p)
{
	struct services_ends ends;
	services_start(p->services, &ends);
	p->desk = channel_new(ends.desk, ROLE_PARENT, ROLE_DESK);
	p->vault = channel_new(ends.vault, ROLE_PARENT, ROLE_VAULT);
	const struct bridge_plan bridge = {
	    p->loop, p->station, p->scanners, ends.stager, parent_note_crowded, p};
	p->bridge = bridge_new(&bridge);
	if (channel_hello(p->vault, "sallyportd", false) != ERR_OK ||
	    channel_greet(p->vault, LIM_CALL_MS, NULL) != ERR_OK)
		log_fatal("the vault does not answer");
	channel_hello(p->desk, "sallyportd", false);
	loop_add_channel(p->loop, p->desk, parent_on_message, parent_on_gone, p);
}

/* Where the manifests of scanners are: named, or beside the installed programs. */
static char *
parent_scanners(const char *named)
{
	if (named != NULL)
		return mem_strdup(named);
	MEM_FREE char *self = spawn_path("sallyportd");
	*strrchr(self, '/') = '\0';
	return mem_printf("%s/../share/sallyport/scanners.d", self);
}

static void
parent_run(struct parent *p, const char *meet)
{
	p->loop = loop_new();
	const struct services_plan plan = {
	    p->loop, p->home, p->scanners, meet, parent_listen(p->home)};
	p->services = services_new(&plan);
	loop_add_signal(p->loop, SIGTERM, parent_on_signal, p);
	loop_add_signal(p->loop, SIGINT, parent_on_signal, p);
	struct opener_plan opening = {p->loop, p->station, ports_open, LIM_OPEN_MS};
	p->opener = opener_new(&opening);
	opening.open = ports_look_export;
	p->looker = opener_new(&opening);
	opening.open = ports_open_export;
	p->writer = opener_new(&opening);
	parent_start(p);
	log_info("station %s/%s%s is up", p->station->site, p->station->station,
	    p->station->demo ? " (DEMO)" : "");
	loop_run(p->loop);
}

/* What sallyport-ports(8) hands to udev. */
static int
parent_print_rules(const char *home)
{
	struct buf out;
	MEM_FREE char *path = realpath(home, NULL);
	if (path == NULL)
		log_fatal("there is no station in %s: %s", home, strerror(errno));
	struct station *station = parent_read_station(path);
	buf_init(&out, PARENT_RULES_BYTES);
	enum err e = portrule_print(station, &out);
	if (e == ERR_OK)
		e = io_write_all(STDOUT_FILENO, out.data, out.len);
	buf_done(&out);
	station_free(station);
	return e == ERR_OK ? 0 : 3;
}

int
main(int argc, char **argv)
{
	struct parent p = {.loop = NULL};
	const char *env = getenv("SALLYPORT_HOME");
	const char *home = env != NULL ? env : "/var/lib/sallyport";
	const char *scanners = NULL, *meet = NULL;
	bool rules = false;
	int c;
	log_init("sallyportd");
	while ((c = getopt(argc, argv, "d:s:S:Rh")) != -1) {
		if (c == 'd') {
			home = optarg;
		} else if (c == 's') {
			scanners = optarg;
		} else if (c == 'S') {
			meet = optarg;
		} else if (c == 'R') {
			rules = true;
		} else {
			fprintf(c == 'h' ? stdout : stderr,
			    "usage: sallyportd [-d HOME] [-s SCANNERS] [-S DIR]\n"
			    "       sallyportd [-d HOME] -R\n");
			return c == 'h' ? 0 : 2;
		}
	}
	if (rules)
		return parent_print_rules(home);
	p.home = realpath(home, NULL);
	if (p.home == NULL)
		log_fatal("there is no station in %s: %s; name another with -d, or make one: "
			  "sallyport init --admin ID",
		    home, strerror(errno));
	setenv("SALLYPORT_HOME", p.home, 1);
	p.scanners = parent_scanners(scanners);
	p.station = parent_read_station(p.home);
	parent_lock(p.home);
	parent_run(&p, meet);
	bool failed = services_failed(p.services);
	opener_free(p.opener);
	opener_free(p.looker);
	opener_free(p.writer);
	bridge_free(p.bridge);
	channel_free(p.desk);
	channel_free(p.vault);
	services_free(p.services);
	loop_free(p.loop);
	station_free(p.station);
	free(p.scanners);
	free(p.home);
	return failed ? 3 : 0;
}
