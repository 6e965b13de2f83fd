/* SPDX-License-Identifier: ISC */
#include "src/ipc/service.h"
#include "src/base/clock.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/ipc/spawn.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* Descriptors are kept above this until they go to their places. */
#define SERVICE_FD_ASIDE 64

struct service_socket {
	int listener; /* -1 once its connection has come */
	uid_t owner;  /* of its file */
	int fd;       /* the connection, or -1 */
};

#define service_fail(why, e, ...) err_say(e, why, SERVICE_WHY_SIZE, __VA_ARGS__)

static void
service_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* --- who is there ------------------------------------------------------------------- */

static bool
service_caller(int fd, uid_t *ret_uid)
{
	struct ucred peer;
	socklen_t n = sizeof(peer);
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &n) != 0)
		return false;
	*ret_uid = peer.uid;
	return true;
}

static bool
service_has_gone(int fd)
{
	struct pollfd p = {.fd = fd};
	return poll(&p, 1, 0) > 0 && (p.revents & (POLLHUP | POLLERR)) != 0;
}

/* The user who may connect: the owner of the socket's file. */
static bool
service_owner(int listener, uid_t *ret_uid)
{
	struct sockaddr_un sun;
	socklen_t n = sizeof(sun);
	struct stat st;
	char path[sizeof(sun.sun_path) + 1];
	if (getsockname(listener, (struct sockaddr *)&sun, &n) != 0 ||
	    n <= offsetof(struct sockaddr_un, sun_path) || sun.sun_path[0] != '/')
		return false;
	snprintf(path, sizeof(path), "%.*s", (int)(n - offsetof(struct sockaddr_un, sun_path)),
	    sun.sun_path);
	if (lstat(path, &st) != 0 || !S_ISSOCK(st.st_mode))
		return false;
	*ret_uid = st.st_uid;
	return true;
}

static bool
service_is_listener(int fd)
{
	int type = 0, listens = 0;
	socklen_t n = sizeof(int);
	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &n) != 0 || type != SOCK_SEQPACKET)
		return false;
	n = sizeof(int);
	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &n) == 0 && listens == 1;
}

/* --- sockets that were passed -------------------------------------------------------- */

/* What the service manager said, in copies: the variables are gone afterwards. */
struct service_passed {
	unsigned n;
	char *names;
};

static bool
service_number(const char *text, unsigned long most, unsigned long *ret)
{
	char *end;
	if (text == NULL || text[0] < '0' || text[0] > '9')
		return false;
	errno = 0;
	*ret = strtoul(text, &end, 10);
	return errno == 0 && *end == '\0' && *ret <= most;
}

static struct service_passed
service_environment(void)
{
	struct service_passed p = {0, NULL};
	unsigned long pid, n;
	const char *names = getenv("LISTEN_FDNAMES");
	if (service_number(getenv("LISTEN_PID"), INT32_MAX, &pid) &&
	    pid == (unsigned)getpid() && service_number(getenv("LISTEN_FDS"), INT32_MAX, &n)) {
		p.n = (unsigned)n;
		p.names = mem_strdup(names != NULL ? names : "");
	}
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	return p;
}

static size_t
service_find(const struct service_peer *peers, size_t n, const char *name)
{
	size_t i = 0;
	while (i < n && strcmp(peers[i].name, name) != 0)
		i++;
	return i;
}

static enum err
service_take_one(const struct service_peer *peers, size_t n, const char *name, int fd,
    struct service_socket *sockets, char why[SERVICE_WHY_SIZE])
{
	size_t at = service_find(peers, n, name);
	if (at == n)
		return service_fail(why, ERR_SYNTAX, "a socket was passed for \"%s\": %s", name,
		    "nobody of that name speaks to this program");
	if (sockets[at].listener >= 0)
		return service_fail(why, ERR_SYNTAX, "two sockets were passed for %s", name);
	if (!service_is_listener(fd) || !service_owner(fd, &sockets[at].owner))
		return service_fail(why, ERR_SYNTAX,
		    "what was passed for %s is no listening SEQPACKET socket with a file",
		    name);
	sockets[at].listener = fcntl(fd, F_DUPFD_CLOEXEC, SERVICE_FD_ASIDE);
	if (sockets[at].listener < 0)
		return service_fail(why, ERR_IO, "no descriptor is left");
	/* nobody else waits on it as long as we do */
	(void)fcntl(sockets[at].listener, F_SETFL, O_NONBLOCK);
	close(fd);
	return ERR_OK;
}

/* A listener for each of the n peers, and nothing more. */
static enum err
service_take(const struct service_passed *p, const struct service_peer *peers, size_t n,
    struct service_socket *sockets, char why[SERVICE_WHY_SIZE])
{
	enum err e = ERR_OK;
	char *rest = p->names, *name;
	if (p->n != n)
		return service_fail(why, ERR_SYNTAX,
		    "%u sockets were passed, and %zu are needed; see its .socket units", p->n,
		    n);
	for (int i = 0; i < (int)n && e == ERR_OK; i++) {
		name = strsep(&rest, ":");
		if (name == NULL || name[0] == '\0')
			return service_fail(why, ERR_SYNTAX,
			    "a socket was passed without a name; see FileDescriptorName=");
		e = service_take_one(peers, n, name, SPAWN_FD_FIRST + i, sockets, why);
	}
	return e;
}

/* --- waiting -------------------------------------------------------------------------- */

/* The next one that counts, or -1 with errno. */
static int
service_accept_next(const struct service_socket *s)
{
	uid_t uid;
	int low = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC);
	if (low < 0)
		return -1;
	int fd = fcntl(low, F_DUPFD_CLOEXEC, SERVICE_FD_ASIDE);
	int why = errno;
	close(low);
	errno = why;
	if (fd >= 0 && (!service_caller(fd, &uid) || uid != s->owner || service_has_gone(fd))) {
		close(fd);
		errno = EAGAIN;
		return -1;
	}
	return fd;
}

/* Waits for peer `at`, but not longer than those before it stay. */
static enum err
service_await_peer(const struct service_peer *peers, struct service_socket *sockets, size_t at,
    char why[SERVICE_WHY_SIZE])
{
	struct service_socket *s = &sockets[at];
	struct pollfd p[SERVICE_PEERS_MAX];
	for (size_t i = 0; i < at; i++)
		p[i] = (struct pollfd){.fd = sockets[i].fd};
	p[at] = (struct pollfd){.fd = s->listener, .events = POLLIN};
	while (s->fd < 0) {
		if (poll(p, at + 1, -1) < 0 && errno != EINTR)
			return service_fail(why, ERR_IO, "waiting failed: %s", strerror(errno));
		for (size_t i = 0; i < at; i++)
			if ((p[i].revents & (POLLHUP | POLLERR)) != 0)
				return service_fail(why, ERR_CLOSED,
				    "the %s has gone before the %s came", peers[i].name,
				    peers[at].name);
		s->fd = service_accept_next(s);
		if (s->fd < 0 && errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
			return service_fail(why, ERR_IO, "no connection of the %s: %s",
			    peers[at].name, strerror(errno));
	}
	service_close(&s->listener);
	return ERR_OK;
}

/* Waits until each of fds from `first` on has words to read; ERR_CLOSED when any has gone. */
static enum err
service_await_words(const int *fds, const char *const *names, size_t n, size_t first,
    int64_t until_ms, char why[SERVICE_WHY_SIZE])
{
	struct pollfd p[SERVICE_PEERS_MAX];
	size_t silent = n - first;
	for (size_t i = 0; i < n; i++)
		p[i] = (struct pollfd){.fd = fds[i], .events = i < first ? 0 : POLLIN};
	while (silent > 0) {
		int64_t left = until_ms < 0 ? -1 : until_ms - clock_mono_ms();
		int got = until_ms >= 0 && left <= 0 ? 0 : poll(p, n, (int)left);
		if (got < 0 && errno != EINTR)
			return service_fail(why, ERR_IO, "waiting failed: %s", strerror(errno));
		for (size_t i = 0; i < n && got > 0; i++) {
			if ((p[i].revents & (POLLHUP | POLLERR)) != 0)
				return service_fail(why, ERR_CLOSED,
				    "%s has gone before the work began", names[i]);
			if ((p[i].revents & POLLIN) == 0)
				continue;
			p[i].events = 0;
			silent--;
		}
		for (size_t i = first; i < n && got == 0; i++)
			if (p[i].events != 0)
				return service_fail(
				    why, ERR_CLOSED, "%s does not answer", names[i]);
	}
	return ERR_OK;
}

/* --- connecting ----------------------------------------------------------------------- */

static enum err
service_connect_one(const char *dir, const char *at, int *ret_fd, char why[SERVICE_WHY_SIZE])
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	uid_t uid;
	int n = snprintf(sun.sun_path, sizeof(sun.sun_path), "%s/%s", dir, at);
	if (n < 0 || (size_t)n >= sizeof(sun.sun_path))
		return service_fail(
		    why, ERR_LIMIT, "the path of the sockets is too long: %.100s", dir);
	/* not blocking: a queue that is full is a service that never takes anybody */
	int low = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int fd = low < 0 ? -1 : fcntl(low, F_DUPFD_CLOEXEC, SERVICE_FD_ASIDE);
	if (low >= 0)
		close(low);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&sun, sizeof(sun)) != 0) {
		int error = errno;
		service_close(&fd);
		return service_fail(why, error == ENOENT ? ERR_NOTFOUND : ERR_IO,
		    "cannot connect to %s: %s", sun.sun_path, strerror(error));
	}
	if (!service_caller(fd, &uid) || (uid != 0 && uid != geteuid())) {
		service_close(&fd);
		return service_fail(why, ERR_DENIED,
		    "%s is neither the service manager's socket nor our own", sun.sun_path);
	}
	*ret_fd = fd;
	return ERR_OK;
}

enum err
service_connect(const char *dir, const char *const *at, size_t n, int *ret_fds,
    char ret_why[SERVICE_WHY_SIZE])
{
	int fds[SERVICE_PEERS_MAX] = {-1, -1, -1, -1};
	size_t made = 0;
	enum err e = ERR_OK;
	assert(n <= SERVICE_PEERS_MAX);
	for (; made < n && e == ERR_OK; made += e == ERR_OK ? 1 : 0)
		e = service_connect_one(dir, at[made], &fds[made], ret_why);
	if (e == ERR_OK)
		e = service_await_words(fds, at, n, 0, clock_mono_ms() + LIM_CALL_MS, ret_why);
	for (size_t i = 0; i < made && e != ERR_OK; i++)
		close(fds[i]);
	if (e == ERR_OK)
		memcpy(ret_fds, fds, n * sizeof(*fds));
	return e;
}

/* --- a service's beginning -------------------------------------------------------------- */

static enum err
service_meet(const struct service_passed *passed, const struct service_peer *peers, size_t n,
    const char *dir, struct service_socket *sockets, char why[SERVICE_WHY_SIZE])
{
	const char *names[SERVICE_PEERS_MAX] = {NULL};
	int fds[SERVICE_PEERS_MAX] = {-1, -1, -1, -1};
	size_t come = 0;
	while (come < n && peers[come].at == NULL)
		come++;
	enum err e = service_take(passed, peers, come, sockets, why);
	for (size_t i = 0; i < come && e == ERR_OK; i++)
		e = service_await_peer(peers, sockets, i, why);
	for (size_t i = come; i < n && e == ERR_OK; i++)
		e = service_connect_one(dir, peers[i].at, &sockets[i].fd, why);
	for (size_t i = 0; i < n; i++) {
		names[i] = peers[i].name;
		fds[i] = sockets[i].fd;
	}
	return e == ERR_OK ? service_await_words(fds, names, n, come, -1, why) : e;
}

enum err
service_begin(
    const struct service_peer *peers, size_t n, const char *dir, char ret_why[SERVICE_WHY_SIZE])
{
	struct service_socket sockets[SERVICE_PEERS_MAX];
	struct service_passed passed = service_environment();
	assert(n <= SERVICE_PEERS_MAX);
	if (passed.names == NULL)
		return service_fail(ret_why, ERR_NOTFOUND,
		    "no sockets were passed: it is started by sallyportd or by its socket");
	for (size_t i = 0; i < n; i++)
		sockets[i] = (struct service_socket){.listener = -1, .fd = -1};
	enum err e = service_meet(&passed, peers, n, dir, sockets, ret_why);
	for (size_t i = 0; i < n; i++) {
		service_close(&sockets[i].listener);
		if (e == ERR_OK && dup2(sockets[i].fd, SPAWN_FD_FIRST + (int)i) < 0)
			e = service_fail(ret_why, ERR_IO, "no descriptor is left");
		service_close(&sockets[i].fd);
	}
	free(passed.names);
	return e;
}
