/* SPDX-License-Identifier: ISC */
/*
 * sallyport-signatures: one set of signatures or rules, brought in or swapped.
 *
 * Holds:  descriptors 3 desk, 4 vault; write access to HOME/signatures, where each
 *         set is a folder and `current` points to the one in use; read-only
 *         descriptors of the objects the vault gives it.
 * May:    read the list and check its signature; copy the files that it names,
 *         byte for byte as their digests say, into a folder of their own; point
 *         `current` to a set that is there whole.
 * Must never: interpret a file of a set; say whose key it is: that is in the
 *         authority log, which it does not see; open anything else, connect,
 *         start a program.
 * Dies when: it has answered, the desk hangs up, a peer breaks the protocol.
 */
#include "src/proc/signatures/shelf.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/core/digest.h"
#include "src/core/seal.h"
#include "src/core/sigset.h"
#include "src/core/setmark.h"
#include "src/ipc/channel.h"
#include "src/ipc/sandbox.h"
#include "src/ipc/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SIGNATURES_PROGRAM "sallyport-signatures"

struct signatures {
	struct channel *desk, *vault;
	int dir;           /* HOME/signatures */
	uint8_t *texts[2]; /* the list and its signature */
	size_t lens[2];
	struct sigset *set; /* once it was checked */
	char name[HEX_DIGEST_SIZE];
	struct shelf_copy copy;
	size_t files;
};

static void
signatures_say(struct signatures *s, enum msg_id id, json_t *body)
{
	if (channel_send_wait(s->desk, id, body, -1) != ERR_OK)
		log_fatal("the desk does not take the answer");
}

/* --- the list ------------------------------------------------------------------------- */

static json_t *
signatures_rows(const struct sigset *set)
{
	json_t *rows = json_array();
	for (size_t i = 0; i < set->nfiles; i++) {
		char hex[HEX_DIGEST_SIZE];
		hex_encode(set->files[i].sha256, sizeof(set->files[i].sha256), hex);
		json_array_append_new(
		    rows, json_pack("{s:s, s:s}", "name", set->files[i].name, "sha256", hex));
	}
	return rows;
}

static void
signatures_answer(struct signatures *s)
{
	static const struct sigset none;
	const struct sigset *set = &none;
	uint8_t public[SSHSIG_PUBLIC_SIZE], digest[DIGEST_SIZE];
	char key[SSHSIG_LINE_SIZE] = "", why[SIGSET_WHY_SIZE] = "";
	digest_sha256(s->texts[0], s->lens[0], digest);
	hex_encode(digest, sizeof(digest), s->name);
	/* the signature first: nothing is parsed before it */
	if (sigset_verify(s->texts[0], s->lens[0], s->texts[1], s->lens[1], public) != ERR_OK)
		snprintf(why, sizeof(why), "%s is not a signature of %s", SIGSET_SIGNATURE,
		    SIGSET_FILE);
	else if (sigset_parse(s->texts[0], s->lens[0], &s->set, why) == ERR_OK)
		set = s->set;
	if (set == s->set)
		sshsig_public_line(public, key);
	signatures_say(s, MSG_LOAD_SAYS,
	    json_pack("{s:b, s:s, s:s, s:s, s:s, s:s, s:s, s:o}", "ok", s->set != NULL, "why",
		why, "scanner", set->scanner, "version", set->version, "date", set->date, "key",
		key, "set", s->name, "files", signatures_rows(set)));
}

static void
signatures_take_text(struct signatures *s, size_t i, int fd)
{
	struct stat st;
	size_t n = 0;
	if (fstat(fd, &st) != 0 || st.st_size < 0)
		log_fatal("an input cannot be read");
	/* one that is too long is refused for what it is then: not whole */
	size_t size =
	    st.st_size < LIM_SIGSET_BYTES + 1 ? (size_t)st.st_size : LIM_SIGSET_BYTES + 1;
	s->texts[i] = mem_alloc(size + 1);
	while (n < size) {
		ssize_t got = pread(fd, s->texts[i] + n, size - n, (off_t)n);
		if (got <= 0)
			log_fatal("an input cannot be read");
		n += (size_t)got;
	}
	s->lens[i] = n;
}

/* One signature more, by which it can be seen that an engine has loaded, or refused, the set.
 */
static enum err
signatures_add_mark(struct signatures *s, bool refused, char why[SHELF_WHY_SIZE])
{
	char text[SETMARK_TEXT_SIZE], hex[HEX_DIGEST_SIZE];
	uint8_t digest[DIGEST_SIZE];
	setmark_print(s->name, refused, text);
	digest_sha256(text, strlen(text), digest);
	hex_encode(digest, sizeof(digest), hex);
	MEM_FREE char *line = mem_printf("%s:%zu:Sallyport.%s.%.16s:73\n", hex, strlen(text),
	    refused ? "Refused" : "Set", s->name);
	return shelf_add_text(
	    &s->copy, refused ? SETMARK_REFUSED : SETMARK_LOADED, line, strlen(line), why);
}

/* --- the files --------------------------------------------------------------------------- */

static void
signatures_kept(struct signatures *s, const char *why)
{
	signatures_say(s, MSG_LOAD_KEPT,
	    json_pack("{s:b, s:s, s:I}", "ok", why[0] == '\0', "why", why, "bytes",
		(json_int_t)s->copy.bytes));
}

static void
signatures_take_file(struct signatures *s, size_t i, int fd)
{
	char why[SHELF_WHY_SIZE] = "";
	if (i >= s->set->nfiles || i != s->files)
		log_fatal("the vault gives what was not asked for");
	enum err e = ERR_OK;
	if (i == 0)
		e = shelf_begin(s->dir, s->set->scanner, s->name, &s->copy, why);
	if (e == ERR_OK)
		e = shelf_add(
		    &s->copy, s->set->files[i].name, fd, s->set->files[i].sha256, why);
	s->files++;
	if (e == ERR_OK && s->files < s->set->nfiles)
		return;
	if (e == ERR_OK)
		e = shelf_add_text(&s->copy, SIGSET_FILE, s->texts[0], s->lens[0], why);
	if (e == ERR_OK)
		e = shelf_add_text(&s->copy, SIGSET_SIGNATURE, s->texts[1], s->lens[1], why);
	if (sigset_has_mark(s->set->scanner))
		for (int refused = 0; refused < 2 && e == ERR_OK; refused++)
			e = signatures_add_mark(s, refused != 0, why);
	if (e == ERR_OK)
		e = shelf_end(&s->copy, why);
	signatures_kept(s, e == ERR_OK ? "" : why);
}

static void
signatures_on_object(struct signatures *s, struct msg *m)
{
	uint64_t id = msg_uint(m, "id");
	if (id == 1 || id == 2) {
		signatures_take_text(s, (size_t)id - 1, m->fd);
		if (s->texts[0] != NULL && s->texts[1] != NULL)
			signatures_answer(s);
	} else if (id >= 3 && s->set != NULL) {
		signatures_take_file(s, (size_t)id - 3, m->fd);
	}
}

static void
signatures_on_swap(struct signatures *s, const struct msg *m)
{
	char was[SHELF_NAME_SIZE] = "", why[SHELF_WHY_SIZE] = "";
	enum err e = shelf_swap(s->dir, msg_str(m, "scanner"), msg_str(m, "set"), was, why);
	signatures_say(s, MSG_LOAD_SWAPPED,
	    json_pack("{s:b, s:s, s:s}", "ok", e == ERR_OK, "why", why, "was", was));
}

/* --- life -----------------------------------------------------------------------------------
 */

static struct channel *
signatures_meet(int fd, enum role peer)
{
	struct channel *c = channel_new(fd, ROLE_LOADER, peer);
	if (channel_hello(c, SIGNATURES_PROGRAM, sandbox_active()) != ERR_OK ||
	    channel_greet(c, LIM_CALL_MS, NULL) != ERR_OK)
		log_fatal("the %s does not answer", message_role_name(peer));
	return c;
}

/* What waits on one channel; false when that peer has gone. */
static bool
signatures_receive(struct signatures *s, struct channel *c)
{
	struct msg m;
	enum err e;
	while ((e = channel_recv(c, &m)) == ERR_OK) {
		if (m.id == MSG_SCAN_OBJECT)
			signatures_on_object(s, &m);
		else if (m.id == MSG_LOAD_SWAP)
			signatures_on_swap(s, &m);
		msg_done(&m);
	}
	if (e == ERR_PROTO)
		log_fatal("%s", channel_why(c));
	return e == ERR_AGAIN;
}

static void
signatures_serve(struct signatures *s)
{
	for (;;) {
		struct pollfd p[2] = {
		    {channel_fd(s->desk), POLLIN, 0}, {channel_fd(s->vault), POLLIN, 0}};
		if (poll(p, 2, -1) < 0 && errno != EINTR)
			log_fatal("poll: %s", strerrordesc_np(errno));
		if (p[0].revents != 0 && !signatures_receive(s, s->desk))
			return;
		if (p[1].revents != 0 && !signatures_receive(s, s->vault))
			return;
	}
}

static int
signatures_open(const char *home)
{
	MEM_FREE char *path = mem_printf("%s/signatures", home);
	if (mkdir(path, 0755) != 0 && errno != EEXIST)
		log_fatal("cannot make %s: %s", path, strerror(errno));
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		log_fatal("cannot open %s: %s", path, strerror(errno));
	return fd;
}

int
main(int argc, char **argv)
{
	struct signatures s = {.dir = -1};
	const char *home = NULL, *act = NULL, *why = NULL;
	int c;
	log_init(SIGNATURES_PROGRAM);
	while ((c = getopt(argc, argv, "d:T:")) != -1) {
		if (c == 'd')
			home = optarg;
		else if (c == 'T')
			act = optarg;
		else
			argc = 0;
	}
	if (optind != argc || (home == NULL && act == NULL)) {
		fprintf(stderr,
		    "usage: %s -d HOME\nStarted by sallyportd with descriptors 3 desk, 4 "
		    "vault.\n",
		    SIGNATURES_PROGRAM);
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	umask(022); /* what engines of other users read */
	json_object_seed(0);
	digest_init();
	if (seal_init() != ERR_OK)
		log_fatal("the cryptographic library cannot be set up");
	if (home != NULL)
		s.dir = signatures_open(home);
	struct sandbox_path paths[] = {{s.dir, SANDBOX_READ | SANDBOX_WRITE}};
	if (sandbox_enter(ROLE_LOADER, paths, home != NULL ? 1 : 0, &why) != ERR_OK)
		log_fatal("no sandbox: %s", why);
	if (act != NULL)
		sandbox_probe(act);
	s.desk = signatures_meet(SPAWN_FD_FIRST, ROLE_DESK);
	s.vault = signatures_meet(SPAWN_FD_FIRST + 1, ROLE_VAULT);
	signatures_serve(&s);
	shelf_drop(&s.copy);
	sigset_free(s.set);
	free(s.texts[0]);
	free(s.texts[1]);
	channel_free(s.desk);
	channel_free(s.vault);
	close(s.dir);
	return 0;
}
