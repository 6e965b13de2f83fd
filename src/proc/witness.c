/* SPDX-License-Identifier: ISC */
/*
 * sallyport-witness: makes any second machine a witness of a station's log.
 *
 * May:   keep one key and, for each log, the largest checkpoint it has cosigned, all in the
 *        folder it is given; read one request, write one answer.
 * Must never: cosign a checkpoint that is not proved to continue the last one; cosign
 *        before that is on the disk; go on after its state has gone back.
 * Dies when: it has answered.  Status 0: cosigned, 1: refused, 2: usage, 3: fault.
 */
#include "src/base/io.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/core/digest.h"
#include "src/core/seal.h"
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

static int
do_init(int dir, char **argv)
{
	char why[STATE_WHY_SIZE], vkey[NOTE_VKEY_SIZE];
	enum err e = state_init(dir, argv[0], vkey, why);
	if (e != ERR_OK)
		return refuse(e, why);
	printf("%s\n", vkey);
	return 0;
}

static int
do_add(int dir, char **argv)
{
	char why[STATE_WHY_SIZE];
	enum err e = state_add(dir, argv[0], why);
	return e == ERR_OK ? 0 : refuse(e, why);
}

/* The answer: the line, or, when the request begins at another size, that size. */
static int
do_sign(int dir, char **argv)
{
	char why[STATE_WHY_SIZE];
	uint8_t *bytes;
	size_t n;
	struct buf answer;
	MEM_CLOSE int in = open(argv[0], O_RDONLY | O_CLOEXEC);
	if (in < 0 || io_slurp(in, LIM_TLOG_BYTES, &bytes, &n) != ERR_OK)
		return refuse(ERR_IO, "the request cannot be read, or is too long");
	MEM_CLOSE int out =
	    open(argv[1], O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (out < 0) {
		free(bytes);
		return refuse(
		    ERR_IO, "the answer cannot be written: name a file that is not there");
	}
	buf_init(&answer, LIM_NOTE_BYTES);
	enum err e = state_sign(dir, bytes, n, (uint64_t)time(NULL), &answer, why);
	free(bytes);
	if (answer.len > 0 &&
	    (write(out, answer.data, answer.len) != (ssize_t)answer.len || fsync(out) != 0))
		e = err_say(ERR_IO, why, STATE_WHY_SIZE, "the answer cannot be written");
	if (answer.len == 0)
		unlink(argv[1]);
	buf_done(&answer);
	return e == ERR_OK ? 0 : refuse(e, why);
}

static int
do_status(int dir, char **argv)
{
	char why[STATE_WHY_SIZE];
	struct buf out;
	(void)argv;
	buf_init(&out, LIM_SEALED_BYTES);
	enum err e = state_print(dir, &out, why);
	if (e == ERR_OK)
		fputs(buf_str(&out), stdout);
	buf_done(&out);
	return e == ERR_OK ? 0 : refuse(e, why);
}

static const struct act {
	const char *name;
	int args;
	int (*fn)(int dir, char **argv);
} acts[] = {
    {"init", 1, do_init},
    {"add", 1, do_add},
    {"sign", 2, do_sign},
    {"status", 0, do_status},
};

int
main(int argc, char **argv)
{
	log_init(WITNESS_PROGRAM);
	digest_init();
	if (seal_init() != ERR_OK)
		log_fatal("The cryptographic library does not start.");
	for (size_t i = 0; argc >= 3 && i < sizeof(acts) / sizeof(acts[0]); i++) {
		if (strcmp(argv[2], acts[i].name) != 0 || argc != 3 + acts[i].args)
			continue;
		MEM_CLOSE int dir = open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (dir < 0)
			log_fatal("%s: %s. Make the folder, for you alone.", argv[1],
			    strerrordesc_np(errno));
		return acts[i].fn(dir, argv + 3);
	}
	usage();
}
