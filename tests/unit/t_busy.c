/* links: src/proc/reader/busy src/base/clock */
/* SPDX-License-Identifier: ISC */
/* A process that is only busy ends; one that waits, or gives something, does not. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "src/base/clock.h"
#include "src/base/limits.h"
#include "src/proc/reader/busy.h"

#include <signal.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int64_t
busy_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* How a process ends that is busy for so long, with or without giving something. */
static int
end_of(int64_t ms, bool gives, bool waits)
{
	int status = 0;
	pid_t pid = fork();
	if (pid == 0) {
		busy_begin(2);
		int64_t until = clock_mono_ms() + ms;
		while (waits && clock_mono_ms() < until)
			usleep(50000);
		while (!waits && busy_ms() < ms)
			if (gives)
				busy_given();
		_exit(7);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void
who_is_only_busy_ends(void **state)
{
	(void)state;
	int status = end_of(60000, false, false);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGPROF);
}

static void
who_gives_something_goes_on(void **state)
{
	(void)state;
	int status = end_of(3500, true, false);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 7);
}

/* A medium that does not answer may take as long as it likes. */
static void
who_waits_goes_on(void **state)
{
	(void)state;
	int status = end_of(3000, false, true);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 7);
}

static void
what_is_given_before_anybody_looks_does_nothing(void **state)
{
	(void)state;
	struct rusage r;
	busy_given();
	assert_int_equal(getrusage(RUSAGE_SELF, &r), 0);
	assert_true(LIM_READER_BUSY_S >= 30);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_given_before_anybody_looks_does_nothing),
	    cmocka_unit_test(who_is_only_busy_ends),
	    cmocka_unit_test(who_gives_something_goes_on),
	    cmocka_unit_test(who_waits_goes_on),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
