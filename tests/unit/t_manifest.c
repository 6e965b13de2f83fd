/* links: scanners/manifest src/base/mem src/base/io src/base/err */
/* SPDX-License-Identifier: ISC */
#include "scanners/manifest.h"
#include "src/base/io.h"
#include "src/base/limits.h"
#include "src/base/mem.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <unistd.h>

static const char good[] = "name = \"av\"\nversion = \"1.0\"\nprogram = \"scan-av\"\n"
			   "kind = \"av\"\nscope = \"object\"\nwindow = 16\nslots = 1\n"
			   "engine_socket = true\nmax_bytes = 5000000000L\n"
			   "timeout_base_ms = 1000\ntimeout_per_mib_ms = 10\nstall_ms = 0\n"
			   "selftest = true\n";

static void
a_good_one(void **state)
{
	(void)state;
	struct manifest m;
	char why[MANIFEST_WHY_SIZE];
	assert_int_equal(manifest_parse(good, strlen(good), &m, why), ERR_OK);
	assert_string_equal(m.name, "av");
	assert_string_equal(m.version, "1.0");
	assert_string_equal(m.program, "scan-av");
	assert_string_equal(m.kind, "av");
	assert_int_equal(m.window, 16);
	assert_int_equal(m.slots, 1);
	assert_true(m.engine_socket && m.selftest);
	assert_int_equal(m.max_bytes, 5000000000);
	char arg[21];
	manifest_limit_arg(&m, arg);
	assert_string_equal(arg, "5000000000");
	assert_int_equal(manifest_timeout_ms(&m, 0), 1000);
	assert_int_equal(manifest_timeout_ms(&m, 1), 1010);
	assert_int_equal(manifest_timeout_ms(&m, 1 << 20), 1010);
	assert_int_equal(manifest_timeout_ms(&m, (1 << 20) + 1), 1020);
	m.timeout_per_mib_ms = UINT64_MAX;
	assert_true(manifest_timeout_ms(&m, 4 << 20) == UINT64_MAX);
}

/* The line with `key` is replaced. */
static char *
with(const char *key, const char *line)
{
	const char *at = strstr(good, key), *end = strchr(at, '\n');
	return mem_printf("%.*s%s%s", (int)(at - good), good, line, end);
}

static void
every_rule(void **state)
{
	(void)state;
	static const struct {
		const char *what, *key, *line;
		enum err want;
	} cases[] = {
	    {"missing key", "selftest", "", ERR_SYNTAX},
	    {"unknown key", "selftest", "selftest = true\nshell = \"/bin/sh\"", ERR_SYNTAX},
	    {"key twice", "selftest", "selftest = true\nselftest = false", ERR_SYNTAX},
	    {"number for a text", "name", "name = 1", ERR_SYNTAX},
	    {"text for a number", "window", "window = \"8\"", ERR_SYNTAX},
	    {"fraction", "window", "window = 8.5", ERR_SYNTAX},
	    {"number for a truth", "selftest", "selftest = 1", ERR_SYNTAX},
	    {"broken syntax", "selftest", "selftest = {", ERR_SYNTAX},
	    {"another file", "selftest", "selftest = true\n@include \"/etc/passwd\"",
		ERR_SYNTAX},
	    {"program with a path", "program", "program = \"../sh\"", ERR_RANGE},
	    {"program that is an option", "program", "program = \"-sh\"", ERR_RANGE},
	    {"empty name", "name", "name = \"\"", ERR_RANGE},
	    {"capital in a name", "name", "name = \"Av\"", ERR_RANGE},
	    {"longest name", "name", "name = \"a1234567890123456789012345678901\"", ERR_OK},
	    {"name one longer", "name", "name = \"a12345678901234567890123456789012\"",
		ERR_RANGE},
	    {"unknown kind", "kind", "kind = \"fun\"", ERR_RANGE},
	    {"other scope", "scope", "scope = \"transfer\"", ERR_RANGE},
	    {"window 0", "window", "window = 0", ERR_RANGE},
	    {"window 64", "window", "window = 64", ERR_OK},
	    {"window 65", "window", "window = 65", ERR_RANGE},
	    {"slots 16 (LIM_SCAN_SLOTS)", "slots", "slots = 16", ERR_OK},
	    {"slots 17", "slots", "slots = 17", ERR_RANGE},
	    {"negative size", "max_bytes", "max_bytes = -1", ERR_RANGE},
	    {"no limit", "max_bytes", "max_bytes = 0", ERR_OK},
	    {"no deadline", "timeout_base_ms", "timeout_base_ms = 0", ERR_RANGE},
	    {"version with a control character", "version", "version = \"1\\x1b\"", ERR_RANGE},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct manifest m = {.window = 99};
		char why[MANIFEST_WHY_SIZE];
		MEM_FREE char *text = with(cases[i].key, cases[i].line);
		enum err e = manifest_parse(text, strlen(text), &m, why);
		if (e != cases[i].want || (e != ERR_OK) != (why[0] != '\0'))
			fail_msg("%s: %d %s", cases[i].what, e, why);
		if (e != ERR_OK)
			assert_int_equal(m.window, 99);
	}
}

static void
size_of_the_file(void **state)
{
	(void)state;
	struct manifest m;
	char why[MANIFEST_WHY_SIZE];
	MEM_FREE char *text = mem_alloc(LIM_MANIFEST_BYTES + 2);
	memset(text, '\n', LIM_MANIFEST_BYTES + 1);
	memcpy(text, good, strlen(good));
	assert_int_equal(manifest_parse(text, LIM_MANIFEST_BYTES, &m, why), ERR_OK);
	assert_int_equal(manifest_parse(text, LIM_MANIFEST_BYTES + 1, &m, why), ERR_LIMIT);
	assert_int_equal(manifest_parse("a\0b", 3, &m, why), ERR_SYNTAX);
	assert_int_equal(manifest_parse("", 0, &m, why), ERR_SYNTAX);
}

static void
the_ones_we_install(void **state)
{
	(void)state;
	static const char *const names[] = {"type", "av"};
	for (size_t i = 0; i < 2; i++) {
		MEM_FREE char *path = mem_printf("scanners/%s.conf", names[i]);
		int fd = open(path, O_RDONLY);
		uint8_t *bytes;
		size_t n;
		struct manifest m;
		char why[MANIFEST_WHY_SIZE];
		assert_true(fd >= 0);
		assert_int_equal(io_slurp(fd, LIM_MANIFEST_BYTES, &bytes, &n), ERR_OK);
		close(fd);
		if (manifest_parse(bytes, n, &m, why) != ERR_OK)
			fail_msg("%s: %s", path, why);
		free(bytes);
		assert_string_equal(m.name, names[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_good_one),
	    cmocka_unit_test(every_rule),
	    cmocka_unit_test(size_of_the_file),
	    cmocka_unit_test(the_ones_we_install),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
