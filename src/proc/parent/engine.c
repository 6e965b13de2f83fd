/* SPDX-License-Identifier: ISC */
#include "src/proc/parent/engine.h"
#include "src/base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* What it means that the engine's socket cannot be connected. */
static const char *
engine_trouble(int error)
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
	    {ENAMETOOLONG, "its path is too long for a socket"},
	};
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].error == error)
			return known[i].words;
	return strerrordesc_np(error);
}

/* One socket, or -1 with errno. */
static int
engine_open(const char *path)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	if (strlen(path) >= sizeof(sun.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(sun.sun_path, path, strlen(path) + 1);
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

int
engine_connect(const struct station *s, const size_t users[LIM_ENGINES], size_t *ret_which,
    char ret_why[ENGINE_WHY_SIZE])
{
	bool tried[LIM_ENGINES] = {false};
	snprintf(ret_why, ENGINE_WHY_SIZE, "station.conf names no socket of an engine (clamd)");
	for (size_t turn = 0; turn < s->nclamd; turn++) {
		size_t least = s->nclamd;
		for (size_t i = 0; i < s->nclamd; i++)
			if (!tried[i] && (least == s->nclamd || users[i] < users[least]))
				least = i;
		tried[least] = true;
		int fd = engine_open(s->clamd[least]);
		if (fd >= 0) {
			*ret_which = least;
			return fd;
		}
		const char *words = engine_trouble(errno);
		if (turn == 0)
			snprintf(ret_why, ENGINE_WHY_SIZE, "its engine's socket %.200s: %s",
			    s->clamd[least], words);
		if (s->nclamd > 1)
			log_warn("the engine's socket %s: %s", s->clamd[least], words);
	}
	return -1;
}

json_t *
engine_list(const struct station *s)
{
	json_t *rows = json_array();
	for (size_t i = 0; i < s->nclamd; i++) {
		int fd = engine_open(s->clamd[i]);
		const char *why = fd >= 0 ? "" : engine_trouble(errno);
		if (fd >= 0)
			close(fd);
		json_array_append_new(
		    rows, json_pack("{s:s, s:s}", "socket", s->clamd[i], "why", why));
	}
	return rows;
}
