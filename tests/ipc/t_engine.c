/* links: src/proc/parent/engine src/base/clock src/base/escape src/base/log src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/* Which engine a scanner gets, and what is said of those that cannot be had. */
#include "src/proc/parent/engine.h"
#include "src/base/mem.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static char folder[64], paths[LIM_ENGINES][80];
static const char *names[LIM_ENGINES];
static int servers[LIM_ENGINES];

static int
before(void **state)
{
	(void)state;
	snprintf(folder, sizeof(folder), "/tmp/engine.XXXXXX");
	if (mkdtemp(folder) == NULL)
		return -1;
	for (size_t i = 0; i < LIM_ENGINES; i++) {
		snprintf(paths[i], sizeof(paths[i]), "%s/%zu", folder, i);
		names[i] = paths[i];
		servers[i] = -1;
	}
	return 0;
}

static void
stop(size_t i)
{
	if (servers[i] >= 0)
		close(servers[i]);
	servers[i] = -1;
}

static int
after(void **state)
{
	(void)state;
	for (size_t i = 0; i < LIM_ENGINES; i++) {
		stop(i);
		unlink(paths[i]);
	}
	return rmdir(folder);
}

static void
start(size_t i)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", paths[i]);
	unlink(paths[i]);
	servers[i] = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(servers[i], (const struct sockaddr *)&sun, sizeof(sun)), 0);
	assert_int_equal(listen(servers[i], 30), 0);
}

/* Which one was given; LIM_ENGINES: none. */
static size_t
choose(size_t n, const size_t users[LIM_ENGINES], char why[ENGINE_WHY_SIZE])
{
	const struct station s = {.clamd = names, .nclamd = n};
	size_t which = LIM_ENGINES;
	int fd = engine_connect(&s, users, &which, why);
	if (fd >= 0)
		close(fd);
	return fd >= 0 ? which : LIM_ENGINES;
}

static void
the_one_with_the_fewest(void **state)
{
	(void)state;
	static const struct {
		size_t users[LIM_ENGINES], which;
	} cases[] = {
	    {{0, 0, 0}, 0}, {{1, 0, 0}, 1}, {{1, 1, 0}, 2}, {{1, 1, 1}, 0}, {{2, 1, 1}, 1}};
	char why[ENGINE_WHY_SIZE];
	for (size_t i = 0; i < 3; i++)
		start(i);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(choose(3, cases[i].users, why), cases[i].which);
}

/* A dead one does not stop the others. */
static void
a_dead_one_is_passed_over(void **state)
{
	(void)state;
	static const size_t none[LIM_ENGINES] = {0}, first[LIM_ENGINES] = {1};
	char why[ENGINE_WHY_SIZE];
	start(0);
	start(1);
	stop(0);
	assert_int_equal(choose(2, none, why), 1);
	start(0);
	stop(1);
	assert_int_equal(choose(2, first, why), 0);
	unlink(paths[1]);
	assert_int_equal(choose(2, first, why), 0);
	stop(0);
	assert_int_equal(choose(2, first, why), LIM_ENGINES);
	assert_non_null(strstr(why, "there is no such socket"));
}

static void
what_is_said(void **state)
{
	(void)state;
	static const size_t none[LIM_ENGINES] = {0};
	char why[ENGINE_WHY_SIZE];
	assert_int_equal(choose(0, none, why), LIM_ENGINES);
	assert_non_null(strstr(why, "names no socket"));
	assert_int_equal(choose(1, none, why), LIM_ENGINES);
	assert_non_null(strstr(why, paths[0]));
	assert_non_null(strstr(why, "there is no such socket"));
	start(0);
	stop(0);
	assert_int_equal(choose(1, none, why), LIM_ENGINES);
	assert_non_null(strstr(why, "nobody listens there"));
	char path[200];
	memset(path, 'x', sizeof(path));
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	names[0] = path;
	assert_int_equal(choose(1, none, why), LIM_ENGINES);
	assert_non_null(strstr(why, "too long"));
	names[0] = paths[0];
	if (geteuid() == 0)
		return; /* who may do everything sees no permission */
	start(0);
	assert_int_equal(chmod(paths[0], 0), 0);
	assert_int_equal(choose(1, none, why), LIM_ENGINES);
	assert_non_null(strstr(why, "may not be used"));
}

/* One that takes no connections holds up nobody. */
static void
a_full_queue(void **state)
{
	(void)state;
	static const size_t none[LIM_ENGINES] = {0};
	const struct station s = {.clamd = names, .nclamd = 1};
	char why[ENGINE_WHY_SIZE];
	int held[64];
	size_t n = 0, which;
	start(0);
	while (n < 64 && (held[n] = engine_connect(&s, none, &which, why)) >= 0)
		n++;
	assert_true(n < 64);
	assert_non_null(strstr(why, "takes no connections"));
	while (n > 0)
		close(held[--n]);
}

static void
all_of_them(void **state)
{
	(void)state;
	const struct station s = {.clamd = names, .nclamd = 2};
	start(1);
	json_t *rows = engine_list(&s);
	assert_int_equal(json_array_size(rows), 2);
	json_t *dead = json_array_get(rows, 0), *good = json_array_get(rows, 1);
	assert_string_equal(json_string_value(json_object_get(dead, "socket")), paths[0]);
	assert_string_not_equal(json_string_value(json_object_get(dead, "why")), "");
	assert_string_equal(json_string_value(json_object_get(good, "why")), "");
	json_decref(rows);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, before, after)
	const struct CMUnitTest tests[] = {
	    TEST(the_one_with_the_fewest),
	    TEST(a_dead_one_is_passed_over),
	    TEST(what_is_said),
	    TEST(a_full_queue),
	    TEST(all_of_them),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
