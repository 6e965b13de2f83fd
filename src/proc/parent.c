/* SPDX-License-Identifier: ISC */
/*
 * sallyportd, the parent.
 *
 * May:   start the programs of the station from one table, or connect to those
 *        that a service manager starts, connect them with each other, open media
 *        devices read-only for the desk, each in a short-lived process of its
 *        own, connect the antivirus engine's socket for a scanner.
 * Must never: parse anything foreign, speak to a terminal, hold a key, touch the
 *        ledger, the vault or the share.
 * Dies when: told to (SIGTERM, SIGINT), or when a service has ended: a station
 *        without its vault, ledger, stager or desk does not work on.
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
#include "src/proc/parent/opener.h"
#include "src/proc/parent/ports.h"
#include "src/proc/parent/services.h"

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
	struct spawn_child proc;
};

struct parent {
	struct loop *loop;
	struct station *station;
	char *home, *scanners;
	struct channel *desk, *vault;
	struct services *services;
	struct opener *opener;
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

/*
 * Starts a child with its control socket as descriptor 3 and `more` behind it;
 * tells the desk the other end.
 */
static void
parent_start_child(struct parent *p, uint64_t tag, const char *program, const char *const *args,
    const int *more, size_t nmore)
{
	int pair[2], fds[4];
	struct spawn_child proc;
	if (spawn_pair(pair) != ERR_OK) {
		parent_tell_refused(p, tag, "no socket can be made");
		return;
	}
	fds[0] = pair[1];
	for (size_t i = 0; i < nmore; i++)
		fds[i + 1] = more[i];
	enum err e = spawn_start(program, args, fds, nmore + 1, &proc);
	close(pair[1]);
	if (e != ERR_OK) {
		close(pair[0]);
		log_warn("cannot start %s: %s", program, strerror(errno));
		parent_tell_refused(p, tag, "the program cannot be started");
		return;
	}
	struct parent_child *c = mem_alloc(sizeof(*c));
	*c = (struct parent_child){.next = p->children, .parent = p, .tag = tag, .proc = proc};
	p->children = c;
	loop_add_fd(p->loop, proc.pidfd, POLLIN, parent_child_ended, c);
	channel_send(p->desk, MSG_PARENT_SPAWNED,
	    json_pack("{s:I, s:i}", "tag", (json_int_t)tag, "pid", (int)proc.pid), pair[0]);
	close(pair[0]);
}

static bool
parent_read_manifest(
    struct parent *p, const char *name, struct manifest *ret, const char **ret_why)
{
	struct stat st;
	uint8_t *text;
	size_t n;
	char why[MANIFEST_WHY_SIZE];
	*ret_why = "there is no such scanner";
	if (strchr(name, '/') != NULL || name[0] == '.')
		return false;
	MEM_FREE char *path = mem_printf("%s/%s.conf", p->scanners, name);
	MEM_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 || fstat(fd, &st) != 0)
		return false;
	*ret_why =
	    "its manifest is not owned by root or the station's user, or others can write it";
	if ((st.st_uid != 0 && st.st_uid != geteuid()) || (st.st_mode & 022) != 0)
		return false;
	*ret_why = "its manifest cannot be read";
	if (io_slurp(fd, LIM_MANIFEST_BYTES, &text, &n) != ERR_OK)
		return false;
	bool ok = manifest_parse(text, n, ret, why) == ERR_OK;
	if (!ok)
		log_warn("%s: %s", path, why);
	free(text);
	return ok;
}

/* What it means that the engine's socket cannot be connected. */
static const char *
parent_engine_trouble(int error)
{
	static const struct {
		int error;
		const char *words;
	} known[] = {
	    {ENOENT, "there is no such socket: clamd is not running, or uses another one "
		     "(LocalSocket in clamd.conf)"},
	    {ECONNREFUSED, "nobody listens there: clamd has ended; start it again"},
	    {EACCES, "it may not be used: see its owner and mode (LocalSocketGroup and "
		     "LocalSocketMode in clamd.conf) and AppArmor's log"},
	    {EAGAIN, "clamd takes no connections: it hangs; start it again"},
	};
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].error == error)
			return known[i].words;
	return strerrordesc_np(error);
}

/* The engine's socket, or -1 with errno.  One that hangs must not make the parent wait. */
static int
parent_connect_engine(struct parent *p)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	if (p->station->clamd[0] == '\0' || strlen(p->station->clamd) >= sizeof(sun.sun_path)) {
		errno = ENOENT;
		return -1;
	}
	memcpy(sun.sun_path, p->station->clamd, strlen(p->station->clamd) + 1);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 && (connect(fd, (const struct sockaddr *)&sun, sizeof(sun)) != 0 ||
			   fcntl(fd, F_SETFL, 0) != 0)) {
		int why = errno;
		close(fd);
		errno = why;
		fd = -1;
	}
	return fd;
}

/* A child that gets objects from the vault; engine: one more descriptor, or -1. */
static void
parent_start_fed(struct parent *p, uint64_t tag, const char *kind, const char *program,
    const char *const *args, int engine)
{
	int pair[2];
	if (spawn_pair(pair) != ERR_OK) {
		parent_tell_refused(p, tag, "no socket can be made");
		return;
	}
	if (parent_attach(p, tag, kind, pair[0]) == ERR_OK) {
		int more[2] = {pair[1], engine};
		parent_start_child(p, tag, program, args, more, engine >= 0 ? 2 : 1);
	} else {
		parent_tell_refused(p, tag, "the vault does not answer");
	}
	close(pair[0]);
	close(pair[1]);
}

static void
parent_on_scanner(struct parent *p, uint64_t tag, const char *name)
{
	struct manifest m;
	const char *why;
	char limit[21];
	if (!parent_read_manifest(p, name, &m, &why)) {
		parent_tell_refused(p, tag, why);
		return;
	}
	MEM_CLOSE int engine = m.engine_socket ? parent_connect_engine(p) : -1;
	if (m.engine_socket && engine < 0) {
		MEM_FREE char *words = mem_printf("its engine's socket %.200s: %s",
		    p->station->clamd, parent_engine_trouble(errno));
		parent_tell_refused(p, tag, words);
		return;
	}
	manifest_limit_arg(&m, limit);
	const char *args[] = {"-m", limit, NULL};
	parent_start_fed(p, tag, "scanner", m.program, args, engine);
}

static void
parent_on_spawn(struct parent *p, struct msg *m)
{
	uint64_t tag = msg_uint(m, "tag");
	const char *role = msg_str(m, "role");
	if (strcmp(role, "scanner") == 0)
		parent_on_scanner(p, tag, msg_str(m, "name"));
	else if (strcmp(role, "report") == 0)
		parent_start_child(p, tag, "sallyport-report", NULL, NULL, 0);
	else if (strcmp(role, "preview") == 0)
		parent_start_fed(p, tag, "preview", "sallyport-preview", NULL, -1);
	else if (strcmp(role, "request") == 0)
		parent_start_fed(p, tag, "preview", "sallyport-request", NULL, -1);
	else
		parent_tell_refused(p, tag, "there is no such role");
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
		int more[2] = {ends[1], device};
		parent_start_child(p, tag, "sallyport-reader", NULL, more, 2);
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
	const int more[2] = {-1, device};
	if (refused != NULL)
		parent_tell_refused(p, tag, refused);
	else
		parent_start_child(p, tag, "sallyport-unlock", NULL, more, 2);
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

static void
parent_on_ports(struct parent *p, struct msg *m)
{
	(void)m;
	channel_send(p->desk, MSG_PARENT_PORTS,
	    json_pack("{s:o}", "rows", ports_list(p->station, STATION_BY_PATH)), -1);
}

static void
parent_on_kill(struct parent *p, struct msg *m)
{
	for (struct parent_child *c = p->children; c != NULL; c = c->next)
		if (c->tag == msg_uint(m, "tag"))
			kill(c->proc.pid, SIGKILL);
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
    {MSG_DESK_PORTS, parent_on_ports},
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
	int desk_fd, vault_fd;
	services_start(p->services, &desk_fd, &vault_fd);
	p->desk = channel_new(desk_fd, ROLE_PARENT, ROLE_DESK);
	p->vault = channel_new(vault_fd, ROLE_PARENT, ROLE_VAULT);
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
	const struct opener_plan opening = {p->loop, p->station, ports_open, LIM_OPEN_MS};
	p->opener = opener_new(&opening);
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
	channel_free(p.desk);
	channel_free(p.vault);
	services_free(p.services);
	loop_free(p.loop);
	station_free(p.station);
	free(p.scanners);
	free(p.home);
	return failed ? 3 : 0;
}
