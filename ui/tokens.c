/* SPDX-License-Identifier: ISC */
#include "ui/tokens.h"
#include "src/base/mem.h"
#include "src/ipc/spawn.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define TOKENS_HIDRAW     "/sys/class/hidraw"
#define TOKENS_USAGE_PAGE "\x06\xd0\xf1" /* FIDO alliance, in a report descriptor */
#define TOKENS_USAGE      3

static const struct {
	const char *why, *next;
} tokens_lacks[TOKENS_LACK__MAX] = {
    [TOKENS_THERE] = {"", ""},
    [TOKENS_NONE] = {"there is no token", "put it in, and try again"},
    [TOKENS_MANY] = {"there are five tokens or more",
	"take out all but the one that is meant, and try again"},
    [TOKENS_CLOSED] = {"the token cannot be opened",
	"its device belongs to who sits at the terminal; an administrator looks at the rules "
	"of udev"},
    [TOKENS_STUCK] = {"the token cannot be opened", "take it out, put it in, and try again"},
    [TOKENS_PROGRAM] = {"sallyport-token does not start", "check the installation"},
};

const char *
tokens_why(enum tokens_lack lack)
{
	return tokens_lacks[lack].why;
}

const char *
tokens_next(enum tokens_lack lack)
{
	return tokens_lacks[lack].next;
}

static bool
tokens_is_fido(const char *name)
{
	MEM_FREE char *path = mem_printf(TOKENS_HIDRAW "/%s/device/report_descriptor", name);
	uint8_t head[TOKENS_USAGE];
	MEM_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd >= 0 && read(fd, head, sizeof(head)) == (ssize_t)sizeof(head) &&
	       memcmp(head, TOKENS_USAGE_PAGE, sizeof(head)) == 0;
}

/* Opens what is plugged in; how many. */
static size_t
tokens_open(int out[LIM_TOKENS], enum tokens_lack *ret_lack)
{
	size_t n = 0, count = 0;
	DIR *d = opendir(TOKENS_HIDRAW);
	const struct dirent *e;
	*ret_lack = TOKENS_NONE;
	while (d != NULL && (e = readdir(d)) != NULL) {
		char path[64];
		if (strncmp(e->d_name, "hidraw", 6) != 0 || !tokens_is_fido(e->d_name) ||
		    ++count > LIM_TOKENS)
			continue;
		snprintf(path, sizeof(path), "/dev/%.40s", e->d_name);
		out[n] = open(path, O_RDWR | O_CLOEXEC);
		if (out[n] >= 0)
			n++;
		else
			*ret_lack = errno == EACCES ? TOKENS_CLOSED : TOKENS_STUCK;
	}
	if (d != NULL)
		closedir(d);
	if (count <= LIM_TOKENS)
		return n;
	while (n > 0)
		close(out[--n]);
	*ret_lack = TOKENS_MANY;
	return 0;
}

/* The other end of sallyport-token for this device, or -1. */
static int
tokens_start_one(int device)
{
	int pair[2];
	struct spawn_child child;
	if (spawn_pair(pair) != ERR_OK)
		return -1;
	const int fds[] = {pair[1], device};
	enum err e = spawn_start("sallyport-token", NULL, fds, 2, &child);
	close(pair[1]);
	if (e != ERR_OK) {
		close(pair[0]);
		return -1;
	}
	close(child.pidfd);
	return pair[0];
}

void
tokens_start(const int *given, size_t ngiven, struct tokens *ret)
{
	int found[LIM_TOKENS];
	*ret = (struct tokens){.lack = TOKENS_PROGRAM};
	size_t nfound = ngiven == 0 ? tokens_open(found, &ret->lack) : 0;
	const int *devices = ngiven == 0 ? found : given;
	size_t n = ngiven == 0 ? nfound : ngiven;
	for (size_t i = 0; i < n && i < LIM_TOKENS; i++) {
		int fd = tokens_start_one(devices[i]);
		if (fd >= 0)
			ret->fds[ret->n++] = fd;
		else
			ret->lack = TOKENS_PROGRAM;
	}
	if (ret->n > 0)
		ret->lack = TOKENS_THERE;
	while (nfound > 0)
		close(found[--nfound]);
}
