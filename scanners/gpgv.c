/* SPDX-License-Identifier: ISC */
#include "scanners/gpgv.h"
#include "scanners/adapter_run.h"
#include "src/base/io.h"
#include "src/base/mem.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct gpgv {
	int runner, keys;
};

/* The keyring is descriptor 3; a signature beside its object, which is 0, is 4. */
static void
gpgv_words(struct manifest_list *l, const char *program, bool clear)
{
	const char *const words[] = {program, "--status-fd", "1", "--homedir=/nonexistent",
	    "--enable-special-filenames", "--keyring=/proc/self/fd/3", "--",
	    clear ? "-" : "-&4", "-"};
	size_t at = 0;
	*l = (struct manifest_list){.n = 0};
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]) - clear; i++) {
		at +=
		    (size_t)snprintf(l->texts + at, sizeof(l->texts) - at, "%s", words[i]) + 1;
		l->n++;
	}
}

enum err
gpgv_start(const char *program, const void *keys, size_t n, struct gpgv **ret,
    char why[MANIFEST_WHY_SIZE])
{
	struct manifest_list beside, clear;
	struct gpgv *g = mem_alloc(sizeof(*g));
	gpgv_words(&beside, program, false);
	gpgv_words(&clear, program, true);
	g->keys = g->runner = -1;
	enum err e = io_memfd("keys", keys, n, &g->keys);
	if (e != ERR_OK)
		(void)err_say(e, why, MANIFEST_WHY_SIZE, "its keys cannot be held in memory");
	else
		e = adapter_run_start(&beside, &clear, &g->runner, why);
	if (e == ERR_OK)
		*ret = g;
	else
		gpgv_free(g);
	return e;
}

void
gpgv_free(struct gpgv *g)
{
	if (g == NULL)
		return;
	if (g->runner >= 0)
		close(g->runner);
	if (g->keys >= 0)
		close(g->keys);
	free(g);
}

static void
gpgv_take(struct sums_pgp_said *said, const char *bytes, size_t n)
{
	size_t room = sizeof(said->text) - said->n;
	said->cut |= n > room;
	if (n > room)
		n = room;
	memcpy(said->text + said->n, bytes, n);
	said->n += n;
}

/* How it ended. */
static enum err
gpgv_ended(struct sums_pgp_said *said, const struct adapter_ran *ran, int object)
{
	struct stat st;
	off_t at = lseek(object, 0, SEEK_CUR);
	if (ran->start_error != 0) {
		errno = ran->start_error;
		return ERR_IO;
	}
	/* a file that breaks off in the middle looks to gpgv like one that was changed */
	said->whole = fstat(object, &st) == 0 && at >= 0 && at == st.st_size;
	said->exit = WIFEXITED(ran->wait_status) ? WEXITSTATUS(ran->wait_status) : -1;
	return ERR_OK;
}

/* One message of the runner; ERR_AGAIN: there is more to come. */
static enum err
gpgv_hear(struct gpgv *g, int object, struct sums_pgp_said *said)
{
	char text[1 + ADAPTER_CHUNK];
	struct adapter_ran ran;
	ssize_t n = recv(g->runner, text, sizeof(text), MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return ERR_AGAIN;
	if (n <= 0)
		return ERR_IO;
	if (text[0] == 'o')
		gpgv_take(said, text + 1, (size_t)n - 1);
	if (text[0] != 'x' || n != 1 + (ssize_t)sizeof(ran))
		return ERR_AGAIN;
	memcpy(&ran, text + 1, sizeof(ran));
	return gpgv_ended(said, &ran, object);
}

enum err
gpgv_ask(struct gpgv *g, int signature, int object, const struct gpgv_wait *wait,
    struct sums_pgp_said *ret)
{
	const bool clear = object < 0;
	const int fds[ADAPTER_FDS] = {clear ? signature : object, g->keys, signature};
	bool stopped = false;
	enum err e = ERR_AGAIN;
	ret->n = 0;
	ret->cut = ret->whole = false;
	ret->exit = -1;
	if (lseek(signature, 0, SEEK_SET) != 0 || lseek(fds[0], 0, SEEK_SET) != 0 ||
	    !adapter_run_order(g->runner, clear ? 'R' : 'r', fds, clear ? 2 : 3))
		return ERR_IO;
	while (e == ERR_AGAIN) {
		struct pollfd p[2] = {
		    {g->runner, POLLIN, 0}, {stopped ? -1 : wait->fd, POLLIN, 0}};
		if (poll(p, 2, -1) < 0)
			continue;
		if (p[1].revents != 0 && wait->unwanted(wait->arg)) {
			stopped = true;
			(void)adapter_run_order(g->runner, 's', NULL, 0);
		}
		if (p[0].revents != 0)
			e = gpgv_hear(g, fds[0], ret);
	}
	/* what it was stopped in is not an answer */
	return stopped && e == ERR_OK ? ERR_CLOSED : e;
}
