/* links: scanners/gpgv scanners/adapter_box scanners/adapter_run scanners/manifest src/ipc/sandbox src/ipc/landlock src/base/err src/base/escape src/base/io src/base/log src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/* A program in gpgv's place, which does what gpgv should never do. */
#include "scanners/gpgv.h"
#include "src/base/io.h"
#include "src/base/mem.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/sp-gpgv.XXXXXX", program[64];

/* Puts a script in its place. */
static void
become(const char *script)
{
	MEM_CLOSE int fd = open(program, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
	assert_true(fd >= 0);
	assert_int_equal(io_write_all(fd, script, strlen(script)), ERR_OK);
	assert_int_equal(fchmod(fd, 0755), 0);
}

static int
object(const char *text)
{
	int fd = -1;
	assert_int_equal(io_memfd("object", text, strlen(text), &fd), ERR_OK);
	return fd;
}

static bool
unwanted(void *arg)
{
	unsigned *asked = arg;
	return ++*asked > 0;
}

/* What the script says of the signature "sig" over the object "data", or NULL. */
static enum err
ask(const char *script, const char *data, int hung_up, struct sums_pgp_said *said)
{
	char why[MANIFEST_WHY_SIZE];
	struct gpgv *g = NULL;
	unsigned asked = 0;
	become(script);
	assert_int_equal(gpgv_start(program, "keys", 4, &g, why), ERR_OK);
	MEM_CLOSE int sig = object("sig");
	MEM_CLOSE int fd = data != NULL ? object(data) : -1;
	const struct gpgv_wait wait = {hung_up, unwanted, &asked};
	/* a second answer is of the second question */
	for (int i = 0; i < 2; i++) {
		enum err e = gpgv_ask(g, sig, fd, &wait, said);
		if (e != ERR_OK || i == 1) {
			gpgv_free(g);
			return e;
		}
	}
	return ERR_OK;
}

static void
it_gets_keys_signature_and_object(void **state)
{
	struct sums_pgp_said said;
	(void)state;
	assert_int_equal(ask("#!/bin/sh\ncat /proc/self/fd/3; cat <&4; cat; echo \"$8 $#\"; "
			     "echo no >&2\nexit 7\n",
			     "data", -1, &said),
	    ERR_OK);
	assert_int_equal(said.exit, 7);
	assert_true(said.whole);
	assert_false(said.cut);
	assert_memory_equal(said.text, "keyssigdata- 8\n", said.n);
	assert_int_equal(said.n, 15);
	assert_int_equal(ask("#!/bin/sh\ncat /proc/self/fd/3; cat; [ ! -e /proc/self/fd/4 ] && "
			     "echo \"$#\"\n",
			     NULL, -1, &said),
	    ERR_OK);
	assert_int_equal(said.exit, 0);
	assert_true(said.whole);
	assert_memory_equal(said.text, "keyssig7\n", said.n);
	assert_int_equal(said.n, 9);
}

static void
what_it_did_not_do_is_seen(void **state)
{
	struct sums_pgp_said said;
	(void)state;
	assert_int_equal(ask("#!/bin/sh\nhead -c 2 >&2\n", "data", -1, &said), ERR_OK);
	assert_false(said.whole);
	assert_int_equal(said.n, 0);
	assert_int_equal(ask("#!/bin/sh\ncat >&2; kill -9 $$\n", "data", -1, &said), ERR_OK);
	assert_int_equal(said.exit, -1);
	assert_int_equal(
	    ask("#!/bin/sh\nhead -c 16384 /dev/zero\n", "data", -1, &said), ERR_OK);
	assert_false(said.cut);
	assert_int_equal(said.n, LIM_SUMS_PGP_BYTES);
	assert_int_equal(
	    ask("#!/bin/sh\nhead -c 16385 /dev/zero\n", "data", -1, &said), ERR_OK);
	assert_true(said.cut);
}

static void
one_that_never_ends_is_stopped(void **state)
{
	struct sums_pgp_said said;
	int ends[2];
	(void)state;
	assert_int_equal(pipe(ends), 0);
	close(ends[1]);
	assert_int_equal(
	    ask("#!/bin/sh\nexec tail -f /dev/null\n", "data", ends[0], &said), ERR_CLOSED);
	close(ends[0]);
}

static void
without_a_program_it_says_so(void **state)
{
	char why[MANIFEST_WHY_SIZE] = "";
	struct gpgv *g = NULL;
	struct sums_pgp_said said;
	unsigned asked = 0;
	const struct gpgv_wait wait = {-1, unwanted, &asked};
	(void)state;
	assert_int_equal(gpgv_start("/nonexistent/gpgv", "keys", 4, &g, why), ERR_DENIED);
	assert_non_null(strstr(why, "there is no program /nonexistent/gpgv"));
	assert_null(g);
	become("#!/bin/sh\n");
	assert_int_equal(chmod(program, 0777), 0);
	assert_int_equal(gpgv_start(program, "keys", 4, &g, why), ERR_DENIED);
	assert_non_null(strstr(why, "others can write it"));
	/* gone in the middle of a day */
	assert_int_equal(chmod(program, 0755), 0);
	assert_int_equal(gpgv_start(program, "keys", 4, &g, why), ERR_OK);
	assert_int_equal(unlink(program), 0);
	MEM_CLOSE int sig = object("sig");
	assert_int_equal(gpgv_ask(g, sig, -1, &wait, &said), ERR_IO);
	gpgv_free(g);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(it_gets_keys_signature_and_object),
	    cmocka_unit_test(what_it_did_not_do_is_seen),
	    cmocka_unit_test(one_that_never_ends_is_stopped),
	    cmocka_unit_test(without_a_program_it_says_so),
	};
	if (mkdtemp(folder) == NULL)
		return 1;
	snprintf(program, sizeof(program), "%s/gpgv", folder);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	(void)unlink(program);
	(void)rmdir(folder);
	return failed;
}
