/* SPDX-License-Identifier: ISC */
/*
 * sallyport-unlock: the key of one encrypted volume, from one secret.
 *
 * Holds     one read-only descriptor of a medium (5), the socket to the desk
 *           (3), and the officer's passphrase or key file while it tries them:
 *           in locked memory, wiped after.
 * May       read the header of the volume, copy it into a memfd, have
 *           libcryptsetup find the volume's key in that, and hand the key to
 *           the desk in a pipe, which the desk forwards to the reader unread.
 * Must never open anything but that memfd, write to the medium, reach device
 *           mapper, keyring, sockets or a network; say or log a secret or a
 *           key; try a second secret.
 * Dies      after its one answer, when the desk has gone or breaks the
 *           protocol, after LIM_UNLOCK_CPU_S of processor time.  A hostile
 *           header that crashes it costs one try and nothing else.
 */
#include "src/base/limits.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/ipc/channel.h"
#include "src/ipc/sandbox.h"
#include "src/ipc/secret.h"
#include "src/proc/unlock/header.h"
#include "src/proc/unlock/volkey.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define UNLOCK_PROGRAM   "sallyport-unlock"
#define UNLOCK_DESK_FD   3
#define UNLOCK_MEDIUM_FD 5

/* The volume on the medium. */
struct unlock {
	struct channel *desk;
	uint64_t offset, bytes;
};

/* Exactly n bytes of the volume, or an error. */
static enum err
unlock_read(void *arg, uint64_t offset, void *out, size_t n)
{
	const struct unlock *u = arg;
	uint8_t *p = out;

	if (offset > u->bytes || n > u->bytes - offset)
		return ERR_RANGE;
	while (n > 0) {
		ssize_t r = pread(UNLOCK_MEDIUM_FD, p, n, (off_t)(u->offset + offset));
		if (r < 0 && errno == EINTR)
			continue;
		if (r <= 0)
			return ERR_IO;
		p += r;
		offset += (uint64_t)r;
		n -= (size_t)r;
	}
	return ERR_OK;
}

static enum err
unlock_failed(struct unlock *u, const char *why, bool wrong)
{
	return channel_send_wait(u->desk, MSG_UNLOCK_FAILED,
	    json_pack("{s:s, s:b}", "why", why, "wrong", (int)wrong), -1);
}

/* The key goes into a pipe that holds it whole. */
static enum err
unlock_opened(struct unlock *u, const struct volkey *k)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) != 0)
		return unlock_failed(u,
		    "The volume opened, but the system gives no pipe for its key. Try again "
		    "later.",
		    false);
	ssize_t w = write(ends[1], k->key, k->layout.key_bytes);
	close(ends[1]);
	enum err e = ERR_IO;
	if (w == (ssize_t)k->layout.key_bytes)
		e = channel_send_wait(u->desk, MSG_UNLOCK_KEY,
		    json_pack("{s:o}", "layout", layout_print(&k->layout)), ends[0]);
	close(ends[0]);
	return e;
}

static enum err
unlock_try(struct unlock *u, enum header_kind kind, const struct secret *s, uint64_t pim)
{
	struct header h;
	struct volkey k;
	const char *why = "";
	unsigned small_pim = pim > UINT32_MAX ? UINT32_MAX : (unsigned)pim;

	if (header_copy(unlock_read, u, kind, u->bytes, &h, &why) != ERR_OK)
		return unlock_failed(u, why, false);
	enum err e = volkey_find(&h, s, small_pim, &k);
	header_done(&h);
	e = e == ERR_OK ? unlock_opened(u, &k) : unlock_failed(u, k.why, k.wrong);
	volkey_done(&k);
	return e;
}

static const char *
unlock_secret_why(enum err e)
{
	if (e == ERR_IO)
		return "The station has no locked memory free for the secret. Try again when "
		       "other transfers have ended.";
	if (e == ERR_LIMIT)
		return "The passphrase or key file is longer than a station takes: 512 bytes, "
		       "1,044,480 bytes.";
	return "The secret did not arrive whole. Give it again.";
}

static enum err
unlock_serve(struct unlock *u)
{
	struct msg m;
	struct secret s = {0};
	enum header_kind kind;
	enum err e = channel_greet(u->desk, LIM_CALL_MS, NULL);

	if (e == ERR_OK)
		e = channel_recv_wait(u->desk, &m, -1);
	if (e != ERR_OK)
		return e;
	MEM_CLOSE int pipe = m.id == MSG_UNLOCK_OPEN ? msg_take_fd(&m) : -1;
	u->offset = msg_uint(&m, "offset");
	u->bytes = msg_uint(&m, "bytes");
	uint64_t pim = msg_uint(&m, "pim");
	bool known = m.id == MSG_UNLOCK_OPEN && header_kind_parse(msg_str(&m, "kind"), &kind);
	bool asked = m.id == MSG_UNLOCK_OPEN;
	msg_done(&m);
	if (!asked)
		return ERR_PROTO;
	if (!known)
		return unlock_failed(
		    u, "This station opens no encrypted volumes of that kind.", false);
	e = secret_read(pipe, &s);
	e = e != ERR_OK ? unlock_failed(u, unlock_secret_why(e), false)
	                : unlock_try(u, kind, &s, pim);
	secret_done(&s);
	return e;
}

static _Noreturn void
unlock_usage(void)
{
	fprintf(stderr, "usage: " UNLOCK_PROGRAM "\n"
			"Started by sallyportd with descriptors 3 desk, 5 medium.\n");
	exit(2);
}

int
main(int argc, char **argv)
{
	struct unlock u = {.desk = NULL};
	const char *act = NULL, *why = "";
	int option;

	while ((option = getopt(argc, argv, "T:")) != -1) {
		if (option != 'T')
			unlock_usage();
		act = optarg;
	}
	if (optind != argc)
		unlock_usage();
	log_init(UNLOCK_PROGRAM);
	signal(SIGPIPE, SIG_IGN);
	json_object_seed(0);
	volkey_init();
	if (sandbox_enter(ROLE_UNLOCK, NULL, 0, &why) != ERR_OK)
		log_fatal("no sandbox: %s", why);
	if (act != NULL) {
		sandbox_probe(act);
		log_fatal("this program could do what its contract forbids: %s", act);
	}
	u.desk = channel_new(UNLOCK_DESK_FD, ROLE_UNLOCK, ROLE_DESK);
	enum err e = channel_hello(u.desk, UNLOCK_PROGRAM, sandbox_active());
	if (e == ERR_OK)
		e = unlock_serve(&u);
	if (e == ERR_PROTO)
		log_warn("%s", channel_why(u.desk));
	else if (e != ERR_OK)
		log_warn("stopped: %s", err_str(e));
	channel_free(u.desk);
	return e == ERR_OK ? 0 : 1;
}
