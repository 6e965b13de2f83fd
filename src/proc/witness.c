/* SPDX-License-Identifier: ISC */
/*
 * sallyport-witness: makes any second machine a witness of a station's log.
 *
 * May:   keep one key and, for each log, the largest checkpoint it has cosigned, all in the
 *        folder it is given; read one request, write one answer.
 * Must never: open anything but that folder, and the answer's once it has begun; cosign a
 * checkpoint that is not proved to continue the last one; cosign before that is on the disk; go
 * on after its state has gone back. Dies when: it has answered.  Status 0: cosigned, 1:
 * refused, 2: usage, 3: fault.
 */
#include "src/base/io.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/core/digest.h"
#include "src/core/seal.h"
#include "src/ipc/sandbox.h"
#include "src/proc/witness/state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define WITNESS_PROGRAM "sallyport-witness"

static _Noreturn void
usage(void)
{
	fprintf(stderr,
	    "usage: %s DIR init NAME\n"
	    "       %s DIR add VKEY\n"
	    "       %s DIR sign REQUEST ANSWER\n"
	    "       %s DIR status\n",
	    WITNESS_PROGRAM, WITNESS_PROGRAM, WITNESS_PROGRAM, WITNESS_PROGRAM);
	exit(2);
}

static int
refuse(enum err e, const char *why)
{
	fprintf(stderr, "%s: %s\n", WITNESS_PROGRAM, why);
	return e == ERR_IO || e == ERR_NOSPACE ? 3 : 1;
}

/* What is opened before the sandbox closes: no path is looked up in the open afterwards. */
struct given {
	int dir;      /* the witness's folder */
	int request;  /* sign alone, as the rest; -1 otherwise */
	int beside;   /* the folder of the answer */
	char *answer; /* its name there */
};

static int
do_init(const struct given *g, char **argv)
{
	char why[STATE_WHY_SIZE], vkey[NOTE_VKEY_SIZE];
	enum err e = state_init(g->dir, argv[0], vkey, why);
	if (e != ERR_OK)
		return refuse(e, why);
	printf("%s\n", vkey);
	return 0;
}

static int
do_add(const struct given *g, char **argv)
{
	char why[STATE_WHY_SIZE];
	enum err e = state_add(g->dir, argv[0], why);
	return e == ERR_OK ? 0 : refuse(e, why);
}

/* The answer: the line, or, when the request begins at another size, that size. */
static int
do_sign(const struct given *g, char **argv)
{
	char why[STATE_WHY_SIZE];
	uint8_t *bytes;
	size_t n;
	struct buf answer;
	(void)argv;
	if (g->request < 0 || io_slurp(g->request, LIM_TLOG_BYTES, &bytes, &n) != ERR_OK)
		return refuse(ERR_IO, "the request cannot be read, or is too long");
	MEM_CLOSE int out =
	    g->beside < 0 ? -1
			  : openat(g->beside, g->answer,
				O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (out < 0) {
		free(bytes);
		return refuse(
		    ERR_IO, "the answer cannot be written: name a file that is not there");
	}
	buf_init(&answer, LIM_NOTE_BYTES);
	enum err e = state_sign(g->dir, bytes, n, (uint64_t)time(NULL), &answer, why);
	free(bytes);
	if (answer.len > 0 &&
	    (write(out, answer.data, answer.len) != (ssize_t)answer.len || fsync(out) != 0))
		e = err_say(ERR_IO, why, STATE_WHY_SIZE, "the answer cannot be written");
	if (answer.len == 0)
		unlinkat(g->beside, g->answer, 0);
	buf_done(&answer);
	return e == ERR_OK ? 0 : refuse(e, why);
}

static int
do_status(const struct given *g, char **argv)
{
	char why[STATE_WHY_SIZE];
	struct buf out;
	(void)argv;
	buf_init(&out, LIM_SEALED_BYTES);
	enum err e = state_print(g->dir, &out, why);
	if (e == ERR_OK)
		fputs(buf_str(&out), stdout);
	buf_done(&out);
	return e == ERR_OK ? 0 : refuse(e, why);
}

static const struct act {
	const char *name;
	int args;
	bool writes; /* to the witness's folder */
	int (*fn)(const struct given *, char **argv);
} acts[] = {
    {"init", 1, true, do_init},
    {"add", 1, true, do_add},
    {"sign", 2, true, do_sign},
    {"status", 0, false, do_status},
};

/* --- before the sandbox ------------------------------------------------------------------ */

static void
open_given(struct given *g, const char *folder, const struct act *act, char **argv)
{
	g->dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (g->dir < 0)
		log_fatal(
		    "%s: %s. Make the folder, for you alone.", folder, strerrordesc_np(errno));
	if (act->fn != do_sign)
		return;
	char *slash = strrchr(argv[1], '/');
	g->answer = slash != NULL ? slash + 1 : argv[1];
	g->request = open(argv[0], O_RDONLY | O_CLOEXEC);
	MEM_FREE char *beside = slash != NULL
	                            ? mem_printf("%.*s/", (int)(slash - argv[1]), argv[1])
	                            : mem_strdup(".");
	g->beside = open(beside, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void
confine(const struct given *g, const struct act *act, const char *probe)
{
	struct sandbox_path paths[2];
	const char *why = "";
	size_t n = 0;
	if (g->dir >= 0)
		paths[n++] = (struct sandbox_path){
		    g->dir, SANDBOX_READ | (act->writes ? (unsigned)SANDBOX_WRITE : 0)};
	if (g->beside >= 0)
		paths[n++] = (struct sandbox_path){g->beside, SANDBOX_WRITE};
	if (sandbox_enter(ROLE_WITNESS, paths, n, &why) != ERR_OK)
		log_fatal("The sandbox cannot be entered: %s.", why);
	if (probe == NULL)
		return;
	sandbox_probe(probe);
	log_fatal("The witness could do what its contract forbids: %s.", probe);
}

static const struct act *
find_act(int argc, char **argv)
{
	for (size_t i = 0; argc >= 3 && i < sizeof(acts) / sizeof(acts[0]); i++)
		if (strcmp(argv[2], acts[i].name) == 0 && argc == 3 + acts[i].args)
			return &acts[i];
	return NULL;
}

int
main(int argc, char **argv)
{
	struct given g = {.dir = -1, .request = -1, .beside = -1};
	const char *probe = argc == 3 && strcmp(argv[1], "-T") == 0 ? argv[2] : NULL;
	const struct act *act = probe == NULL ? find_act(argc, argv) : &acts[0];
	log_init(WITNESS_PROGRAM);
	if (act == NULL)
		usage();
	digest_init();
	if (seal_init() != ERR_OK)
		log_fatal("The cryptographic library does not start.");
	if (probe == NULL)
		open_given(&g, argv[1], act, argv + 3);
	confine(&g, act, probe);
	int status = act->fn(&g, argv + 3);
	if (fflush(stdout) != 0)
		status = 3;
	close(g.dir);
	if (g.request >= 0)
		close(g.request);
	if (g.beside >= 0)
		close(g.beside);
	return status;
}
