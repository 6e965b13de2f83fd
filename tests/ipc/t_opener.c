/* links: src/proc/parent/opener src/ipc/spawn src/ipc/channel src/ipc/loop src/ipc/msg src/ipc/message src/base/buf src/base/clock src/base/err src/base/escape src/base/hex src/base/io src/base/log src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/* Media are opened in processes of their own: one that hangs holds up nobody. */
#include "src/proc/parent/opener.h"
#include "src/base/clock.h"
#include "src/base/limits.h"
#include "src/base/mem.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static struct loop *loop;
static size_t asked, told;

struct answer {
	char text[16], why[256];
	uint64_t diskseq;
	int told;
};

/* In the process of its own: what it does is the name of the source. */
static enum err
play_open(const struct station *s, const char *by_path, const char *source, size_t n,
    int *ret_fd, uint64_t *ret_diskseq, const char **ret_why)
{
	int ends[2];
	(void)s;
	(void)by_path;
	assert_int_equal(n, strlen(source));
	while (strcmp(source, "hangs") == 0)
		pause();
	if (strcmp(source, "dies") == 0)
		_exit(9);
	*ret_why = "it is not there";
	if (strcmp(source, "opens") != 0 || pipe(ends) != 0 || write(ends[1], "bytes", 6) != 6)
		return ERR_DENIED;
	/* all that the parent had open but its end of the socket is closed */
	for (int fd = 4; fd < 64; fd++)
		if (fd != ends[0] && fd != ends[1] && fcntl(fd, F_GETFD) >= 0)
			return ERR_DENIED;
	*ret_fd = ends[0];
	*ret_diskseq = 7;
	return ERR_OK;
}

static void
on_told(void *arg, int fd, uint64_t diskseq, const char *why)
{
	struct answer *a = arg;
	a->told++;
	a->diskseq = diskseq;
	if (fd >= 0)
		assert_true(read(fd, a->text, sizeof(a->text)) > 0);
	else
		snprintf(a->why, sizeof(a->why), "%s", why);
	if (++told == asked)
		loop_stop(loop);
}

static struct opener *
begin(int64_t limit_ms)
{
	loop = loop_new();
	asked = told = 0;
	const struct opener_plan plan = {loop, NULL, play_open, limit_ms};
	return opener_new(&plan);
}

static void
ask(struct opener *o, const char *source, struct answer *ret)
{
	*ret = (struct answer){.told = 0};
	asked++;
	opener_ask(o, source, strlen(source), on_told, ret);
}

static void
end(struct opener *o)
{
	opener_free(o);
	loop_free(loop);
	while (waitpid(-1, NULL, 0) > 0)
		;
}

static void
what_was_opened_comes_back_and_what_was_not_says_why(void **state)
{
	static const struct {
		const char *source, *text, *why;
		uint64_t diskseq;
	} cases[] = {
	    {"opens", "bytes", "", 7},
	    {"gone", "", "it is not there", 0},
	    {"dies", "", "has failed", 0},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct answer a;
		struct opener *o = begin(LIM_OPEN_MS);
		MEM_CLOSE int secret = open("/dev/null", O_RDONLY); /* even without CLOEXEC */
		assert_true(secret >= 0);
		ask(o, cases[i].source, &a);
		assert_int_equal(loop_run(loop), ERR_OK);
		if (a.told != 1 || strcmp(a.text, cases[i].text) != 0 ||
		    strstr(a.why, cases[i].why) == NULL || a.diskseq != cases[i].diskseq)
			fail_msg("%s: %d, %s, %s", cases[i].source, a.told, a.text, a.why);
		end(o);
	}
}

static void
a_medium_that_hangs_is_given_up_and_holds_up_no_other(void **state)
{
	struct answer hangs, opens;
	(void)state;
	int64_t since_ms = clock_mono_ms();
	struct opener *o = begin(300);
	ask(o, "hangs", &hangs);
	ask(o, "opens", &opens);
	assert_int_equal(loop_run(loop), ERR_OK);
	assert_string_equal(hangs.why, OPENER_SILENT);
	assert_string_equal(opens.text, "bytes");
	assert_true(clock_mono_ms() - since_ms >= 300);
	assert_int_equal(hangs.told, 1);
	end(o);
}

static void
at_most_so_many_hang_at_once(void **state)
{
	struct answer hang[LIM_OPENERS], one_more;
	(void)state;
	struct opener *o = begin(LIM_OPEN_MS);
	for (int i = 0; i < LIM_OPENERS; i++)
		ask(o, "hangs", &hang[i]);
	assert_int_equal(told, 0);
	ask(o, "opens", &one_more);
	assert_int_equal(told, 1);
	assert_non_null(strstr(one_more.why, "too many media"));
	end(o); /* and those under way are given up without a word */
	assert_int_equal(told, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_was_opened_comes_back_and_what_was_not_says_why),
	    cmocka_unit_test(a_medium_that_hangs_is_given_up_and_holds_up_no_other),
	    cmocka_unit_test(at_most_so_many_hang_at_once),
	};
	return cmocka_run_group_tests_name("opener", tests, NULL, NULL);
}
