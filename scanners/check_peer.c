/* SPDX-License-Identifier: ISC */
#include "scanners/check.h"
#include "scanners/scan.h"
#include "src/base/clock.h"
#include "src/base/escape.h"
#include "src/base/hex.h"
#include "src/base/io.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/core/digest.h"
#include "src/core/finding.h"
#include "src/ipc/fdroom.h"
#include "src/ipc/frame.h"
#include "src/ipc/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define PEER_FDS      5    /* 3 to 7: desk, vault, engine, inside, manifest */
#define PEER_MANIFEST 4    /* the fifth */
#define PEER_BURY_MS  2000 /* what it started may live on so long */

/* Broken: nothing it says from here on counts. */
__attribute__((format(printf, 2, 3))) static enum check_end
peer_broke(struct check_peer *p, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(p->broke, sizeof(p->broke), fmt, ap);
	va_end(ap);
	return CHECK_BROKE;
}

/* --- starting it, as the parent does ------------------------------------------------------ */

static int
peer_connect(const char *path)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", path);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&sun, sizeof(sun)) != 0)
		log_fatal("the engine's socket %s: %s", path, strerrordesc_np(errno));
	return fd;
}

/* Sanitizers need address space without a limit: in their tree there is none. */
static void
peer_limit(const struct check *c)
{
	const rlim_t most = (rlim_t)c->manifest.memory_mib << 20;
#ifndef SALLYPORT_NO_SANDBOX
	const struct rlimit memory = {most, most};
	if (most != 0)
		(void)setrlimit(RLIMIT_AS, &memory);
#else
	(void)most;
#endif
}

_Noreturn static void
peer_child(const struct check *c, const int fds[PEER_FDS])
{
	static char m[] = "-m", lang[] = "LANG=C.UTF-8", tz[] = "TZ=UTC0", limit[21] = "0";
	char *argv[] = {c->program, m, limit, NULL}, *env[] = {lang, tz, NULL};
	int moved[PEER_FDS];
	manifest_limit_arg(&c->manifest, limit);
	for (int i = 0; i < PEER_FDS; i++)
		moved[i] = fds[i] >= 0 ? fcntl(fds[i], F_DUPFD_CLOEXEC, 64) : -1;
	for (int i = 0; i < PEER_FDS; i++)
		if (moved[i] < 0)
			close(SPAWN_FD_FIRST + i);
		else if (dup2(moved[i], SPAWN_FD_FIRST + i) < 0)
			_exit(126);
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	peer_limit(c);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)setsid();
	if (null >= 0 && dup2(null, STDIN_FILENO) == 0 &&
	    close_range(SPAWN_FD_FIRST + PEER_FDS, ~0U, 0) == 0)
		execve(c->program, argv, env);
	_exit(127);
}

/* In namespaces of its own, as the parent starts it, where the kernel gives them. */
static pid_t
peer_fork(void)
{
#ifndef SALLYPORT_NO_SANDBOX
	const unsigned long apart = CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC |
	                            CLONE_NEWUTS | CLONE_NEWNS;
	pid_t pid = (pid_t)syscall(SYS_clone, apart | SIGCHLD, NULL, NULL, NULL, NULL);
	if (pid >= 0)
		return pid;
#endif
	return fork();
}

static void
peer_pair(int ret_fds[2])
{
	if (spawn_pair(ret_fds) != ERR_OK)
		log_fatal("no socket can be made: %s", strerrordesc_np(errno));
}

bool
check_peer_start(struct check_peer *p, struct check *c)
{
	int desk[2], vault[2], inside[2] = {-1, -1}, fds[PEER_FDS] = {-1, -1, -1, -1, -1};
	*p = (struct check_peer){.check = c, .inside = -1, .started_ms = clock_mono_ms()};
	peer_pair(desk);
	peer_pair(vault);
	if (c->manifest.children && pipe2(inside, O_CLOEXEC) != 0)
		log_fatal("no pipe can be made: %s", strerrordesc_np(errno));
	fds[0] = desk[1];
	fds[1] = vault[1];
	fds[2] = c->engine != NULL ? peer_connect(c->engine) : -1;
	fds[3] = inside[1];
	if (c->manifest.command.n > 0)
		fds[PEER_MANIFEST] = open(c->manifest_path, O_RDONLY | O_CLOEXEC);
	p->pid = peer_fork();
	if (p->pid == 0)
		peer_child(c, fds);
	for (int i = 0; i < PEER_FDS; i++)
		if (fds[i] >= 0)
			close(fds[i]);
	p->desk = channel_new(desk[0], ROLE_DESK, ROLE_SCANNER);
	p->vault = channel_new(vault[0], ROLE_VAULT, ROLE_SCANNER);
	p->inside = inside[0];
	return p->pid > 0;
}

/* --- what it says of objects ---------------------------------------------------------------
 */

static struct check_said *
peer_find(struct check_peer *p, uint64_t id)
{
	for (size_t i = 0; i < p->nsaid; i++)
		if (p->said[i].id == id)
			return &p->said[i];
	return NULL;
}

__attribute__((format(printf, 2, 3))) static void
peer_odd(struct check_said *s, const char *fmt, ...)
{
	va_list ap;
	if (s->odd[0] != '\0')
		return;
	va_start(ap, fmt);
	vsnprintf(s->odd, sizeof(s->odd), fmt, ap);
	va_end(ap);
}

static void
peer_keep(char *out, size_t size, const char *text)
{
	escape_fit(text, strlen(text), out, size, size - 1, NULL);
}

static bool
peer_plain(const char *text)
{
	while (*text >= 0x20 && *text <= 0x7e)
		text++;
	return *text == '\0';
}

static enum check_end
peer_on_finding(struct check_peer *p, struct check_said *s, const struct msg *m)
{
	static const char *const texts[] = {"rule", "title", "detail"};
	enum finding_class class;
	enum finding_severity severity;
	s->findings++;
	if (s->findings > LIM_FINDINGS)
		return peer_broke(p, "more than %d findings of one object", LIM_FINDINGS);
	if (!finding_class_parse(msg_str(m, "class"), &class))
		peer_odd(s, "a finding's class is none of the list: it counts as tamper");
	if (!finding_severity_parse(msg_str(m, "severity"), &severity))
		peer_odd(s, "a finding's severity is none of the list: it counts as high");
	for (size_t i = 0; i < 3; i++) {
		MEM_FREE char *text = escape_checked(msg_str(m, texts[i]));
		if (strlen(text) > LIM_FINDING_TEXT)
			return peer_broke(p, "a finding's %s is longer than %d bytes", texts[i],
			    LIM_FINDING_TEXT);
		if (!peer_plain(msg_str(m, texts[i])))
			peer_odd(
			    s, "a finding's %s is not escaped: the station does it", texts[i]);
	}
	return CHECK_ANSWERED;
}

static enum check_end
peer_on_child(struct check_peer *p, struct check_said *s, const struct msg *m)
{
	static const char *const kinds[] = {"file", "directory", "link", "hardlink", "special"};
	uint64_t child = msg_uint(m, "child");
	bool known = false;
	if (!p->check->manifest.children)
		return peer_broke(p, "a child, and its manifest does not say children");
	for (size_t i = 0; i < 5; i++)
		known |= strcmp(kinds[i], msg_str(m, "kind")) == 0;
	if (!known)
		return peer_broke(p, "a child's kind is none of the list");
	if (p->ntold > 0 && child <= p->told[p->ntold - 1])
		return peer_broke(p, "the number of a child came twice");
	if (p->ntold < CHECK_BEGUN)
		p->told[p->ntold++] = child;
	s->children++;
	return CHECK_ANSWERED;
}

static enum check_end
peer_on_result(struct check_peer *p, struct check_said *s, const struct msg *m)
{
	static const char *const verdicts[] = {"clean", "suspicious", "malicious", "invalid",
	    "incomplete", "error", "timeout", "na"};
	peer_keep(s->verdict, sizeof(s->verdict), msg_str(m, "verdict"));
	peer_keep(s->why, sizeof(s->why), msg_str(m, "why"));
	s->bytes = msg_uint(m, "bytes");
	s->read_bytes = msg_uint(m, "read");
	bool known = false;
	for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++)
		known |= strcmp(verdicts[i], s->verdict) == 0;
	if (strcmp(msg_str(m, "sha256"), s->sha256) != 0)
		return peer_broke(p, "a result for an object it was not given");
	if (!known)
		return peer_broke(p, "a verdict that is none: %s", s->verdict);
	if (strlen(msg_str(m, "why")) > LIM_SCAN_WHY_BYTES)
		peer_odd(s, "why is longer than %d bytes: it is cut", LIM_SCAN_WHY_BYTES);
	s->answered = true;
	return CHECK_ANSWERED;
}

/* An object of the set: the vault gives it, or the desk says that it cannot be had. */
static enum check_end
peer_on_want(struct check_peer *p, const struct msg *m)
{
	const json_int_t id = (json_int_t)msg_uint(m, "id"),
			 want = (json_int_t)msg_uint(m, "want");
	if (msg_uint(m, "want") != p->wants + 1u)
		return peer_broke(p, "the numbers of what it wants do not go up by one");
	p->wants++;
	for (size_t i = 0; i < p->nset; i++) {
		const struct check_object *o = &p->set[i];
		if (strcmp(o->sha256, msg_str(m, "sha256")) != 0)
			continue;
		MEM_CLOSE int fd = check_object_open(o);
		(void)channel_send_wait(p->vault, MSG_SCAN_OBJECT,
		    json_pack("{s:I, s:s, s:I, s:s, s:s}", "id", want, "sha256", o->sha256,
			"size", (json_int_t)o->size_bytes, "type", "text", "mime",
			"text/plain"),
		    fd);
		return CHECK_ANSWERED;
	}
	(void)channel_send_wait(p->desk, MSG_SCAN_MISSING,
	    json_pack("{s:I, s:I, s:s}", "id", id, "want", want, "why", "it is not in the set"),
	    -1);
	return CHECK_ANSWERED;
}

static enum check_end
peer_on_message(struct check_peer *p, const struct msg *m)
{
	if (m->id == MSG_SCAN_CHANGED)
		return CHECK_ANSWERED;
	struct check_said *s = peer_find(p, msg_uint(m, "id"));
	if (m->id == MSG_HELLO || m->id == MSG_SCAN_READY || m->id == MSG_SCAN_UNFIT)
		return peer_broke(p, "%s came again", message_row(m->id)->name);
	if (s == NULL)
		return peer_broke(
		    p, "%s about an object it was not given", message_row(m->id)->name);
	if (s->answered)
		return peer_broke(
		    p, "%s behind the result of its object", message_row(m->id)->name);
	if (m->id == MSG_SCAN_RESULT)
		return peer_on_result(p, s, m);
	if (p->set == NULL && (m->id == MSG_SCAN_WANT || m->id == MSG_SCAN_OBJECT_VERDICT))
		return peer_broke(
		    p, "%s from a scanner of single objects", message_row(m->id)->name);
	if (m->id == MSG_SCAN_WANT)
		return peer_on_want(p, m);
	if (m->id == MSG_SCAN_OBJECT_VERDICT)
		peer_keep(s->one, sizeof(s->one), msg_str(m, "verdict"));
	if (m->id == MSG_SCAN_FINDING)
		return peer_on_finding(p, s, m);
	if (m->id == MSG_SCAN_CHILD)
		return peer_on_child(p, s, m);
	s->facts += m->id == MSG_SCAN_FACT;
	s->progress += m->id == MSG_SCAN_PROGRESS;
	return CHECK_ANSWERED;
}

/* --- what comes through the pipe -------------------------------------------------------------
 */

static enum check_end
peer_on_frame(struct check_peer *p)
{
	const struct frame f = frame_get(p->header);
	bool open = p->left_bytes > 0;
	p->header_len = 0;
	if (f.kind < FRAME_BEGIN || f.kind > FRAME_ABORT ||
	    (f.kind == FRAME_DATA) != (f.len_bytes > 0) || f.len_bytes > LIM_FRAME_BYTES ||
	    open)
		return peer_broke(
		    p, "what comes through descriptor %d is no frame", SCAN_FD_CHILDREN);
	p->left_bytes = f.len_bytes;
	if (f.kind == FRAME_BEGIN && p->nbegun < CHECK_BEGUN)
		p->begun[p->nbegun++] = f.item;
	return CHECK_ANSWERED;
}

static enum check_end
peer_on_pipe(struct check_peer *p)
{
	static uint8_t bytes[65536];
	ssize_t n = read(p->inside, bytes, sizeof(bytes));
	enum check_end e = CHECK_ANSWERED;
	if (n <= 0) {
		close(p->inside);
		p->inside = -1;
		return CHECK_ANSWERED;
	}
	for (size_t i = 0; i < (size_t)n && e == CHECK_ANSWERED;) {
		if (p->left_bytes > 0) {
			uint64_t step =
			    (uint64_t)n - i < p->left_bytes ? (uint64_t)n - i : p->left_bytes;
			p->left_bytes -= step;
			p->inside_bytes += step;
			i += (size_t)step;
			continue;
		}
		p->header[p->header_len++] = bytes[i++];
		if (p->header_len == FRAME_HEADER_BYTES)
			e = peer_on_frame(p);
	}
	return e;
}

/* --- waiting
 * ----------------------------------------------------------------------------------- */

/* The next message; the pipe is emptied meanwhile, as the vault does. */
static enum check_end
peer_next(struct check_peer *p, int64_t until_ms, struct msg *ret)
{
	for (;;) {
		enum err e = channel_recv(p->desk, ret);
		if (e == ERR_OK)
			return CHECK_ANSWERED;
		if (e == ERR_PROTO)
			return peer_broke(p, "%.200s", channel_why(p->desk));
		if (e != ERR_AGAIN)
			return CHECK_GONE;
		int64_t left = until_ms - clock_mono_ms();
		struct pollfd fds[] = {
		    {channel_fd(p->desk), POLLIN, 0}, {p->inside, POLLIN, 0}};
		if (left <= 0 || poll(fds, 2, (int)left) == 0)
			return CHECK_SILENT;
		if (p->inside >= 0 && fds[1].revents != 0) {
			enum check_end end = peer_on_pipe(p);
			if (end != CHECK_ANSWERED)
				return end;
		}
	}
}

/* It answers when all is in the pipe, and both arrive by ways of their own. */
static enum check_end
peer_empty_pipe(struct check_peer *p)
{
	struct pollfd fd = {p->inside, POLLIN, 0};
	enum check_end e = CHECK_ANSWERED;
	while (e == CHECK_ANSWERED && p->inside >= 0 && poll(&fd, 1, 0) > 0)
		e = peer_on_pipe(p);
	return e;
}

/* Everything begun was announced. */
static enum check_end
peer_check_inside(struct check_peer *p)
{
	enum check_end e = peer_empty_pipe(p);
	if (e != CHECK_ANSWERED)
		return e;
	for (size_t i = 0; i < p->nbegun; i++) {
		bool told = false;
		for (size_t k = 0; k < p->ntold && !told; k++)
			told = p->told[k] == p->begun[i];
		if (!told)
			return peer_broke(
			    p, "bytes of something inside that it did not announce");
	}
	return CHECK_ANSWERED;
}

enum check_end
check_peer_wait(struct check_peer *p, int64_t timeout_ms)
{
	int64_t until_ms = clock_mono_ms() + timeout_ms;
	for (;;) {
		size_t open = 0;
		struct msg m;
		for (size_t i = 0; i < p->nsaid; i++)
			open += !p->said[i].answered;
		if (open == 0)
			return peer_check_inside(p);
		enum check_end e = peer_next(p, until_ms, &m);
		if (e != CHECK_ANSWERED)
			return e;
		e = peer_on_message(p, &m);
		msg_done(&m);
		if (e != CHECK_ANSWERED)
			return e;
	}
}

const char *
check_peer_end_words(enum check_end e, const struct check_peer *p)
{
	static const char *const words[] = {
	    [CHECK_ANSWERED] = "it answered",
	    [CHECK_GONE] = "it ended without an answer",
	    [CHECK_BROKE] = "",
	    [CHECK_SILENT] = "it did not answer in time",
	};
	return e == CHECK_BROKE ? p->broke : words[e];
}

/* --- giving
 * --------------------------------------------------------------------------------------- */

struct check_said *
check_peer_give(struct check_peer *p, const struct check_object *o, uint64_t said_bytes, int fd)
{
	if (p->nsaid == CHECK_MANY)
		p->nsaid = 0; /* all were answered */
	struct check_said *s = &p->said[p->nsaid++];
	*s = (struct check_said){.id = ++p->next_id, .size_bytes = said_bytes};
	memcpy(s->sha256, o->sha256, sizeof(s->sha256));
	/* one that has gone is seen when its answer is waited for */
	(void)channel_send_wait(p->vault, MSG_SCAN_OBJECT,
	    json_pack("{s:I, s:s, s:I, s:s, s:s, s:I, s:I}", "id", (json_int_t)s->id, "sha256",
		s->sha256, "size", (json_int_t)said_bytes, "type", "data", "mime",
		"application/octet-stream", "room", (json_int_t)1 << 30, "depth",
		(json_int_t)0),
	    fd);
	return s;
}

struct check_said *
check_peer_set(struct check_peer *p, const char *text, size_t n,
    const struct check_object *objects, size_t nobjects)
{
	uint8_t digest[DIGEST_SIZE];
	struct check_said *s = &p->said[0];
	int fd;
	p->nsaid = 1;
	*s = (struct check_said){.id = ++p->next_id, .size_bytes = n};
	p->set = objects;
	p->nset = nobjects;
	digest_sha256(text, n, digest);
	hex_encode(digest, sizeof(digest), s->sha256);
	if (io_memfd("set", text, n, &fd) != ERR_OK)
		log_fatal("no memory for a set: %s", strerrordesc_np(errno));
	(void)channel_send_wait(p->desk, MSG_SCAN_SET,
	    json_pack("{s:I, s:s, s:I}", "id", (json_int_t)s->id, "sha256", s->sha256, "bytes",
		(json_int_t)n),
	    fd);
	close(fd);
	return s;
}

struct check_said *
check_peer_ask(struct check_peer *p, const struct check_object *o)
{
	MEM_CLOSE int fd = check_object_open(o);
	return check_peer_give(p, o, o->size_bytes, fd);
}

void
check_peer_raw(struct channel *c, const char *text, size_t n, int fd)
{
	union fdroom room;
	union {
		const char *in;
		void *out;
	} bytes = {.in = text};
	struct iovec iov = {bytes.out, n};
	struct msghdr h = {.msg_iov = &iov, .msg_iovlen = 1};
	fdroom_put(&h, &room, fd);
	(void)sendmsg(channel_fd(c), &h, MSG_NOSIGNAL);
}

/* --- first words
 * ------------------------------------------------------------------------------------ */

static bool
peer_ready(struct check_peer *p, const struct msg *m)
{
	if (m->id == MSG_SCAN_UNFIT) {
		MEM_FREE char *why = escape_checked(msg_str(m, "why"));
		peer_broke(p, "it says that it is unfit: %.200s", why);
		return false;
	}
	if (m->id != MSG_SCAN_READY) {
		peer_broke(p, "%s came before scan.ready", message_row(m->id)->name);
		return false;
	}
	p->window =
	    (unsigned)(msg_uint(m, "window") < CHECK_MANY ? msg_uint(m, "window") : CHECK_MANY);
	p->max_bytes = msg_uint(m, "max_bytes");
	peer_keep(p->name, sizeof(p->name), msg_str(m, "name"));
	peer_keep(p->engine, sizeof(p->engine), msg_str(m, "engine"));
	peer_keep(p->signatures, sizeof(p->signatures), msg_str(m, "signatures"));
	peer_keep(p->date, sizeof(p->date), msg_str(m, "signature_date"));
	return true;
}

bool
check_peer_meet(struct check_peer *p, struct check *c)
{
	struct msg m;
	bool ignored;
	if (!check_peer_start(p, c))
		return false;
	(void)channel_hello(p->desk, "sallyport-desk", true);
	(void)channel_hello(p->vault, "sallyport-vault", true);
	int64_t until_ms = clock_mono_ms() + LIM_SCAN_TEST_MS;
	enum err e = channel_greet(p->desk, LIM_SCAN_TEST_MS, &p->sandboxed);
	if (e == ERR_OK)
		e = channel_greet(p->vault, LIM_SCAN_TEST_MS, &ignored);
	if (e != ERR_OK) {
		peer_broke(p, "no hello: %.200s",
		    e == ERR_PROTO   ? channel_why(p->desk)
		    : e == ERR_AGAIN ? "nothing was said in time"
				     : "it ended");
		return false;
	}
	enum check_end end = peer_next(p, until_ms, &m);
	if (end != CHECK_ANSWERED) {
		if (end != CHECK_BROKE)
			peer_broke(p, "no scan.ready: %s", check_peer_end_words(end, p));
		return false;
	}
	bool ok = peer_ready(p, &m);
	msg_done(&m);
	return ok;
}

/* --- its end
 * ------------------------------------------------------------------------------------------ */

static void
peer_status_words(int status, char how[CHECK_TEXT])
{
	if (WIFSIGNALED(status))
		snprintf(how, CHECK_TEXT, "signal %d", WTERMSIG(status));
	else
		snprintf(how, CHECK_TEXT, "status %d", WEXITSTATUS(status));
}

bool
check_peer_ended(struct check_peer *p, int64_t timeout_ms, char how[CHECK_TEXT])
{
	int64_t until_ms = clock_mono_ms() + timeout_ms;
	int status;
	if (p->pid <= 0) {
		snprintf(how, CHECK_TEXT, "it was not started");
		return true;
	}
	for (;;) {
		pid_t pid = waitpid(p->pid, &status, WNOHANG);
		if (pid == p->pid)
			break;
		if (clock_mono_ms() >= until_ms)
			return false;
		if (p->inside >= 0) {
			struct pollfd fd = {p->inside, POLLIN, 0};
			if (poll(&fd, 1, 5) > 0)
				(void)peer_on_pipe(p);
		} else {
			poll(NULL, 0, 5);
		}
	}
	p->pid = 0;
	peer_status_words(status, how);
	return true;
}

/* Children of ours: of a scanner that has ended, whatever it has left behind. */
static pid_t
peer_orphan(void)
{
	char path[64], text[32];
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)getpid());
	MEM_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, text, sizeof(text) - 1) : 0;
	text[n > 0 ? n : 0] = '\0';
	return (pid_t)strtol(text, NULL, 10);
}

/* True when something had to be killed: it did not end of itself. */
static bool
peer_bury(void)
{
	int64_t until_ms = clock_mono_ms() + PEER_BURY_MS;
	bool killed = false;
	for (pid_t pid; (pid = peer_orphan()) > 0;) {
		if (clock_mono_ms() < until_ms) {
			poll(NULL, 0, 5);
			continue;
		}
		killed = true;
		kill(pid, SIGKILL);
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	return killed;
}

bool
check_peer_done(struct check_peer *p)
{
	char how[CHECK_TEXT];
	p->desk = channel_free(p->desk);
	p->vault = channel_free(p->vault);
	bool by_itself = check_peer_ended(p, p->check->patience_ms, how);
	if (!by_itself) {
		kill(p->pid, SIGKILL);
		while (waitpid(p->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	if (p->inside >= 0)
		close(p->inside);
	return !peer_bury() && by_itself;
}
