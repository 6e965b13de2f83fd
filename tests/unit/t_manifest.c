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
#include <glob.h>
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

/* --- keys that may be absent ----------------------------------------------------------------
 */

static const char transfer[] = "name = \"set\"\nversion = \"1\"\nprogram = \"scan-set\"\n"
			       "kind = \"integrity\"\nscope = \"transfer\"\nwindow = 1\n"
			       "slots = 1\nengine_socket = false\nmax_bytes = 0\n"
			       "timeout_base_ms = 1000\ntimeout_per_mib_ms = 10\n"
			       "stall_ms = 0\nselftest = false\n";
static const char command[] =
    "name = \"site\"\nversion = \"1\"\nprogram = \"scan-exec\"\nkind = \"av\"\n"
    "scope = \"object\"\nwindow = 1\nslots = 2\nengine_socket = false\nmax_bytes = 0\n"
    "timeout_base_ms = 1000\ntimeout_per_mib_ms = 10\nstall_ms = 0\nselftest = true\n"
    "command = [ \"/usr/bin/site-scan\", \"--one\", \"\" ]\n"
    "exits = ( { status = 0; verdict = \"clean\"; }, { status = 1; verdict = \"malicious\"; } "
    ")\n"
    "clean_needs = \"^Scanned files: [1-9]\"\noutput = \"lines\"\n";

static const char speaks[] =
    "name = \"site\"\nversion = \"1\"\nprogram = \"scan-exec\"\nkind = \"av\"\n"
    "scope = \"object\"\nwindow = 1\nslots = 2\nengine_socket = false\nmax_bytes = 0\n"
    "timeout_base_ms = 1000\ntimeout_per_mib_ms = 10\nstall_ms = 0\nselftest = true\n"
    "command = [ \"/usr/bin/site-scan\" ]\noutput = \"protocol\"\n";

static enum err
parse(const char *base, const char *from, const char *to, struct manifest *m,
    char why[MANIFEST_WHY_SIZE])
{
	const char *at = strstr(base, from);
	assert_non_null(at);
	MEM_FREE char *text =
	    mem_printf("%.*s%s%s", (int)(at - base), base, to, at + strlen(from));
	return manifest_parse(text, strlen(text), m, why);
}

static void
what_is_absent_is_off(void **state)
{
	(void)state;
	struct manifest m;
	char why[MANIFEST_WHY_SIZE];
	assert_int_equal(manifest_parse(good, strlen(good), &m, why), ERR_OK);
	assert_false(m.transfer || m.children || m.output_lines);
	assert_int_equal(m.memory_mib, 0);
	assert_int_equal(m.recycle_objects, 0);
	assert_int_equal(m.accept.n + m.command.n + m.nexits, 0);
	assert_string_equal(m.clean_needs, "");
}

static void
every_optional_key(void **state)
{
	(void)state;
	struct manifest m;
	char why[MANIFEST_WHY_SIZE];
	assert_int_equal(parse(good, "kind",
			     "children = true\nmemory_mib = 512\n"
			     "recycle_objects = 5000\n"
			     "accept = [ \"zip\", \"tar*\" ]\nkind",
			     &m, why),
	    ERR_OK);
	assert_true(m.children);
	assert_int_equal(m.memory_mib, 512);
	assert_int_equal(m.recycle_objects, 5000);
	assert_int_equal(m.accept.n, 2);
	assert_string_equal(manifest_text(&m.accept, 0), "zip");
	assert_string_equal(manifest_text(&m.accept, 1), "tar*");
	assert_int_equal(manifest_parse(transfer, strlen(transfer), &m, why), ERR_OK);
	assert_true(m.transfer);
	assert_int_equal(manifest_parse(command, strlen(command), &m, why), ERR_OK);
	assert_int_equal(m.command.n, 3);
	assert_string_equal(manifest_text(&m.command, 0), "/usr/bin/site-scan");
	assert_string_equal(manifest_text(&m.command, 1), "--one");
	assert_string_equal(manifest_text(&m.command, 2), "");
	assert_int_equal(m.nexits, 2);
	assert_int_equal(m.exits[1].status, 1);
	assert_string_equal(m.exits[1].verdict, "malicious");
	assert_string_equal(m.clean_needs, "^Scanned files: [1-9]");
	assert_true(m.output_lines);
}

static void
what_does_not_fit_together(void **state)
{
	(void)state;
	static const struct {
		const char *what, *base, *from, *to;
		enum err want;
	} cases[] = {
	    {"memory 64", good, "kind", "memory_mib = 64\nkind", ERR_OK},
	    {"memory 63", good, "kind", "memory_mib = 63\nkind", ERR_RANGE},
	    {"memory 65536", good, "kind", "memory_mib = 65536\nkind", ERR_OK},
	    {"memory 65537", good, "kind", "memory_mib = 65537\nkind", ERR_RANGE},
	    {"recycle 1", good, "kind", "recycle_objects = 1\nkind", ERR_OK},
	    {"recycle 0", good, "kind", "recycle_objects = 0\nkind", ERR_RANGE},
	    {"accept nothing", good, "kind", "accept = [ ]\nkind", ERR_RANGE},
	    {"accept a text", good, "kind", "accept = \"zip\"\nkind", ERR_SYNTAX},
	    {"accept numbers", good, "kind", "accept = [ 1 ]\nkind", ERR_SYNTAX},
	    {"accept an empty glob", good, "kind", "accept = [ \"\" ]\nkind", ERR_RANGE},
	    {"accept ESC", good, "kind", "accept = [ \"\\x1b\" ]\nkind", ERR_RANGE},
	    {"the type scanner is choosy", good, "kind = \"av\"",
		"kind = \"type\"\naccept = [ \"zip\" ]", ERR_RANGE},
	    {"scope nobody knows", good, "\"object\"", "\"medium\"", ERR_RANGE},
	    {"set and window", transfer, "window = 1", "window = 2", ERR_RANGE},
	    {"set and slots", transfer, "slots = 1", "slots = 2", ERR_RANGE},
	    {"set and selftest", transfer, "selftest = false", "selftest = true", ERR_RANGE},
	    {"set and children", transfer, "kind", "children = true\nkind", ERR_RANGE},
	    {"joins", good, "window = 16", "window = 1\nchildren = true\njoins = true", ERR_OK},
	    {"joins and a window", good, "window = 16",
		"window = 2\nchildren = true\njoins = true", ERR_RANGE},
	    {"joins and no children", good, "window = 16", "window = 1\njoins = true",
		ERR_RANGE},
	    {"command of another program", command, "scan-exec", "scan-av", ERR_SYNTAX},
	    {"adapter without a command", good, "scan-av", "scan-exec", ERR_SYNTAX},
	    {"exits without a command", good, "kind",
		"exits = ( { status = 0; verdict = \"na\"; } )\nkind", ERR_SYNTAX},
	    {"a command by its name", command, "/usr/bin/", "", ERR_RANGE},
	    {"no output", command, "output = \"lines\"", "", ERR_SYNTAX},
	    {"output elsewhere", command, "output = \"lines\"", "output = \"file\"", ERR_RANGE},
	    {"it speaks, and has exits", command, "output = \"lines\"", "output = \"protocol\"",
		ERR_SYNTAX},
	    {"it speaks, and proves", speaks, "kind = \"av\"",
		"kind = \"av\"\nclean_needs = \"x\"", ERR_SYNTAX},
	    {"it speaks by itself", speaks, "kind = \"av\"", "kind = \"code\"", ERR_OK},
	    {"clean by status alone", command, "clean_needs = \"^Scanned files: [1-9]\"", "",
		ERR_SYNTAX},
	    {"nothing is clean", command, "verdict = \"clean\"", "verdict = \"na\"", ERR_OK},
	    {"no regular expression", command, "files: [1-9]", "files: [1-", ERR_SYNTAX},
	    {"status 255", command, "status = 1", "status = 255", ERR_OK},
	    {"status 256", command, "status = 1", "status = 256", ERR_RANGE},
	    {"status -1", command, "status = 1", "status = -1", ERR_RANGE},
	    {"status twice", command, "status = 1", "status = 0", ERR_RANGE},
	    {"verdict nobody knows", command, "\"malicious\"", "\"bad\"", ERR_RANGE},
	    {"verdict of the station", command, "\"malicious\"", "\"unscanned\"", ERR_RANGE},
	    {"verdict timeout", command, "\"malicious\"", "\"timeout\"", ERR_RANGE},
	    {"exit with more in it", command, "status = 1;", "status = 1; signal = 9;",
		ERR_SYNTAX},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct manifest m = {.window = 99};
		char why[MANIFEST_WHY_SIZE];
		enum err e = parse(cases[i].base, cases[i].from, cases[i].to, &m, why);
		if (e != cases[i].want || (e != ERR_OK) != (why[0] != '\0'))
			fail_msg("%s: %d %s", cases[i].what, e, why);
		if (e != ERR_OK)
			assert_int_equal(m.window, 99);
	}
}

/* n members in a list, each with its number between before and behind. */
static char *
list_of(unsigned n, const char *open, const char *before, const char *behind, const char *shut)
{
	char *text = mem_strdup(open);
	for (unsigned i = 0; i < n; i++) {
		char *more =
		    mem_printf("%s%s%s%u%s", text, i > 0 ? "," : "", before, i, behind);
		free(text);
		text = more;
	}
	char *whole = mem_printf("%s%s", text, shut);
	free(text);
	return whole;
}

static void
length_of_lists(void **state)
{
	(void)state;
	for (unsigned more = 0; more < 2; more++) {
		struct manifest m;
		char why[MANIFEST_WHY_SIZE];
		enum err want = more == 0 ? ERR_OK : ERR_RANGE;
		MEM_FREE char *types =
		    list_of(LIM_MANIFEST_TEXTS + more, "accept = [", "\"t", "\"", "]\nkind");
		assert_int_equal(parse(good, "kind", types, &m, why), want);
		MEM_FREE char *exits = list_of(LIM_MANIFEST_EXITS + more, "exits = (",
		    "{ status = ", "; verdict = \"na\"; }", ")\n");
		assert_int_equal(
		    parse(command,
			"exits = ( { status = 0; verdict = \"clean\"; }, { status = 1; "
			"verdict = \"malicious\"; } )\n",
			exits, &m, why),
		    want);
		/* 2 texts of 1023 and their NULs fill the list */
		MEM_FREE char *words =
		    mem_printf("\"/%01022d\", \"%01023d\"%s", 1, 2, more > 0 ? ", \"\"" : "");
		assert_int_equal(
		    parse(command, "\"/usr/bin/site-scan\", \"--one\", \"\"", words, &m, why),
		    more == 0 ? ERR_OK : ERR_LIMIT);
	}
}

static void
the_ones_we_install(void **state)
{
	(void)state;
	glob_t found;
	assert_int_equal(glob("scanners/*.conf", 0, NULL, &found), 0);
	assert_true(found.gl_pathc >= 2);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		int fd = open(found.gl_pathv[i], O_RDONLY);
		uint8_t *bytes;
		size_t n;
		struct manifest m;
		char why[MANIFEST_WHY_SIZE];
		assert_true(fd >= 0);
		assert_int_equal(io_slurp(fd, LIM_MANIFEST_BYTES, &bytes, &n), ERR_OK);
		close(fd);
		if (manifest_parse(bytes, n, &m, why) != ERR_OK)
			fail_msg("%s: %s", found.gl_pathv[i], why);
		free(bytes);
		/* the file is found by the name in it */
		MEM_FREE char *path = mem_printf("scanners/%s.conf", m.name);
		assert_string_equal(path, found.gl_pathv[i]);
	}
	globfree(&found);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_good_one),
	    cmocka_unit_test(every_rule),
	    cmocka_unit_test(size_of_the_file),
	    cmocka_unit_test(what_is_absent_is_off),
	    cmocka_unit_test(every_optional_key),
	    cmocka_unit_test(what_does_not_fit_together),
	    cmocka_unit_test(length_of_lists),
	    cmocka_unit_test(the_ones_we_install),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
