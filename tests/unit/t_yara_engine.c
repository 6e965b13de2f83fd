/* links: scanners/yara_engine src/base/err src/base/io src/base/log src/base/mem src/base/clock src/base/escape src/base/utf8 */
/* SPDX-License-Identifier: ISC */
#include "scanners/yara_engine.h"
#include "src/base/io.h"
#include "src/base/mem.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* What the last scan said: "rule severity where|..." */
static struct said {
	char text[2048];
	uint64_t at;
	unsigned hits, turns, patience;
} said;

static void
on_hit(void *arg, const struct yara_hit *h)
{
	size_t n = strlen(said.text);
	(void)arg;
	snprintf(said.text + n, sizeof(said.text) - n, "%s%s %s %s", n > 0 ? "|" : "", h->rule,
	    h->severity, h->where);
	said.at = h->at;
	said.hits++;
}

static bool
on_turn(void *arg, uint64_t done_bytes)
{
	(void)arg;
	(void)done_bytes;
	return ++said.turns < said.patience;
}

static const struct yara_sink sink = {on_hit, on_turn, NULL};

static struct yara_engine *
engine(const char *rules)
{
	char why[YARA_ENGINE_WHY_SIZE];
	struct yara_engine *y = yara_engine_new();
	if (yara_engine_add(y, "test", rules, why) != ERR_OK ||
	    yara_engine_ready(y, why) != ERR_OK)
		fail_msg("%s", why);
	return y;
}

static enum yara_end
scan_fd(struct yara_engine *y, int fd, uint64_t n, unsigned timeout_s, const char **ret_why)
{
	said = (struct said){.patience = 1000000};
	return yara_engine_scan(y, fd, n, timeout_s, &sink, ret_why);
}

static enum yara_end
scan(struct yara_engine *y, const void *bytes, size_t n)
{
	const char *why;
	int fd;
	assert_int_equal(io_memfd("object", bytes, n, &fd), ERR_OK);
	enum yara_end e = scan_fd(y, fd, n, 30, &why);
	close(fd);
	return e;
}

static void
what_matches_where(void **state)
{
	(void)state;
	struct yara_engine *y = engine(
	    "rule one { meta: severity = \"LOW\" strings: $a = \"abc\" $b = \"xyz\" condition: "
	    "#a > 0 and #b >= 0 }\n"
	    "rule two { strings: $ = \"abc\" condition: any of them }\n"
	    "rule three { meta: severity = \"whatever\" condition: filesize == 12 }\n"
	    "private rule four { condition: true }\n"
	    "rule five { strings: $never = \"nowhere\" condition: $never }\n");
	assert_int_equal(yara_engine_rules(y), 5);
	assert_int_equal(scan(y, "..abc.xyzabc", 12), YARA_WHOLE);
	assert_string_equal(
	    said.text, "one low $a at 2, 9; $b at 6|two high $ at 2|three high ");
	assert_int_equal(scan(y, "nothing", 7), YARA_WHOLE);
	assert_string_equal(said.text, "");
	yara_engine_free(y);
}

static void
many_matches_are_counted(void **state)
{
	(void)state;
	struct yara_engine *y = engine("rule many { strings: $a = \"ab\" condition: #a > 3 }");
	assert_int_equal(scan(y, "abababababab", 12), YARA_WHOLE);
	assert_string_equal(said.text, "many high $a at 0, 2, 4, 6 and 2 more");
	assert_int_equal(said.at, 0);
	yara_engine_free(y);
}

/* The test file is known whatever the site's rules are, and only where it belongs. */
static void
the_test_file(void **state)
{
	(void)state;
	struct yara_engine *y = engine("rule never { condition: false }");
	MEM_FREE char *text = mem_printf("%s%s", "X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STAND",
	    "ARD-ANTIVIRUS-TEST-FILE!$H+H*");
	assert_int_equal(strlen(text), 68);
	assert_int_equal(scan(y, text, 68), YARA_WHOLE);
	assert_string_equal(said.text, "EICAR_test_file critical $first at 0; $second at 39");
	MEM_FREE char *later = mem_printf(" %s", text);
	assert_int_equal(scan(y, later, 69), YARA_WHOLE);
	assert_int_equal(said.hits, 0);
	yara_engine_free(y);
}

static void
what_cannot_be_compiled(void **state)
{
	(void)state;
	static const struct {
		const char *rules, *why;
	} cases[] = {
	    {"rule", "line"},
	    {"rule a { condition: true }\nrule a { condition: true }", "line 2"},
	    {"rule a { condition: filename contains \"x\" }", "filename"},
	    {"include \"/etc/passwd\"\nrule a { condition: true }", "include"},
	    {"import \"nothing\"\nrule a { condition: true }", "nothing"},
	    {"rule a { strings: $a = /(/ condition: $a }", "line 1"},
	    {"YARA\x0c", "line"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char why[YARA_ENGINE_WHY_SIZE] = "";
		struct yara_engine *y = yara_engine_new();
		enum err e = yara_engine_add(y, "the.yar", cases[i].rules, why);
		if (e != ERR_SYNTAX || strstr(why, "the.yar") == NULL ||
		    strstr(why, cases[i].why) == NULL)
			fail_msg("%s: %s", cases[i].rules, why);
		yara_engine_free(y);
	}
}

/* Two files may use one name for a rule. */
static void
files_are_apart(void **state)
{
	(void)state;
	char why[YARA_ENGINE_WHY_SIZE];
	struct yara_engine *y = yara_engine_new();
	assert_int_equal(yara_engine_add(y, "1", "rule a { condition: true }", why), ERR_OK);
	assert_int_equal(
	    yara_engine_add(
		y, "2", "global rule g { condition: false } rule a { condition: true }", why),
	    ERR_OK);
	assert_int_equal(yara_engine_ready(y, why), ERR_OK);
	assert_int_equal(scan(y, "x", 1), YARA_WHOLE);
	assert_string_equal(said.text, "a high ");
	yara_engine_free(y);
}

static void
modules(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		enum err e;
	} cases[] = {
	    {"pe", ERR_OK},
	    {"elf", ERR_OK},
	    {"math", ERR_OK},
	    {"hash", ERR_OK},
	    {"magic", ERR_DENIED},
	    {"cuckoo", ERR_DENIED},
	    {"time", ERR_DENIED},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char why[YARA_ENGINE_WHY_SIZE] = "";
		struct yara_engine *y = yara_engine_new();
		MEM_FREE char *rules =
		    mem_printf("import \"%s\"\nrule a { condition: false }", cases[i].name);
		assert_int_equal(yara_engine_add(y, "test", rules, why), ERR_OK);
		enum err e = yara_engine_ready(y, why);
		if (e != cases[i].e || (e != ERR_OK && strstr(why, cases[i].name) == NULL))
			fail_msg("%s: %d %s", cases[i].name, e, why);
		yara_engine_free(y);
	}
}

/* More matches of one string than the library counts: not all was looked at. */
static void
too_many_matches(void **state)
{
	(void)state;
	struct yara_engine *y = engine("rule over { strings: $a = \"ab\" condition: #a < 0 }\n"
				       "rule last { strings: $z = \"zz\" condition: $z }");
	size_t n = 2 << 20;
	char *text = mem_alloc(n + 2);
	for (size_t i = 0; i < n; i++)
		text[i] = i % 2 == 0 ? 'a' : 'b';
	memcpy(text + n, "zz", 2);
	assert_int_equal(scan(y, text, n + 2), YARA_PART);
	/* the other rules are held against it all the same */
	assert_string_equal(said.text, "last high $z at 2097152");
	assert_int_equal(scan(y, "abab", 4), YARA_WHOLE);
	free(text);
	yara_engine_free(y);
}

/* As long files are cut, in small. */
static const struct yara_cut cut = {16 * 4096, 8 * 4096, 4096};

static int
sparse(uint64_t bytes, const char *text, uint64_t at)
{
	int fd = memfd_create("object", MFD_CLOEXEC);
	assert_true(fd >= 0 && ftruncate(fd, (off_t)bytes) == 0);
	assert_int_equal(pwrite(fd, text, strlen(text), (off_t)at), (ssize_t)strlen(text));
	return fd;
}

/* What is too long for one piece is looked at in several, and nothing falls between them. */
static void
in_pieces(void **state)
{
	(void)state;
	const uint64_t bytes = cut.whole_bytes + 1, step = cut.piece_bytes - cut.overlap_bytes;
	const uint64_t places[] = {0, cut.piece_bytes - 3, step - 3, step, step + 1,
	    2 * step + cut.overlap_bytes - 1, bytes - 6};
	struct yara_engine *y =
	    engine("rule a { strings: $a = \"needle\" condition: #a == 1 }");
	yara_engine_cut(y, &cut);
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		const char *why;
		char where[64];
		int fd = sparse(bytes, "needle", places[i]);
		snprintf(where, sizeof(where), "a high $a at %ju", (uintmax_t)places[i]);
		assert_int_equal(scan_fd(y, fd, bytes, 300, &why), YARA_WHOLE);
		assert_string_equal(said.text, where);
		assert_int_equal(said.turns, 2);
		close(fd);
	}
	yara_engine_free(y);
}

static void
modules_need_one_piece(void **state)
{
	(void)state;
	const char *why;
	struct yara_engine *y = engine("import \"elf\"\nrule a { condition: false }");
	yara_engine_cut(y, &cut);
	int fd = sparse(cut.whole_bytes + 1, "x", 0);
	assert_int_equal(scan_fd(y, fd, cut.whole_bytes, 300, &why), YARA_WHOLE);
	assert_int_equal(scan_fd(y, fd, cut.whole_bytes + 1, 300, &why), YARA_TOO_LARGE);
	close(fd);
	yara_engine_free(y);
}

static void
nobody_wants_it_any_more(void **state)
{
	(void)state;
	const char *why;
	struct yara_engine *y = engine("rule a { condition: true }");
	yara_engine_cut(y, &cut);
	int fd = sparse(cut.whole_bytes + 1, "x", 0);
	said = (struct said){.patience = 2};
	assert_int_equal(
	    yara_engine_scan(y, fd, cut.whole_bytes + 1, 300, &sink, &why), YARA_STOPPED);
	assert_int_equal(said.hits, 0);
	assert_int_equal(scan(y, "x", 1), YARA_WHOLE);
	close(fd);
	yara_engine_free(y);
}

static void
rules_that_take_too_long(void **state)
{
	(void)state;
	const char *why;
	struct yara_engine *y = engine("rule slow { condition: filesize > 68 and for any i in "
				       "(0..2000000000) : (uint8(i) == 257) }");
	int fd = sparse(1 << 20, "x", 0);
	assert_int_equal(scan_fd(y, fd, 1 << 20, 1, &why), YARA_TIMEOUT);
	assert_true(strlen(why) > 0);
	assert_int_equal(said.hits, 0);
	close(fd);
	yara_engine_free(y);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_matches_where),
	    cmocka_unit_test(many_matches_are_counted),
	    cmocka_unit_test(the_test_file),
	    cmocka_unit_test(what_cannot_be_compiled),
	    cmocka_unit_test(files_are_apart),
	    cmocka_unit_test(modules),
	    cmocka_unit_test(too_many_matches),
	    cmocka_unit_test(in_pieces),
	    cmocka_unit_test(modules_need_one_piece),
	    cmocka_unit_test(nobody_wants_it_any_more),
	    cmocka_unit_test(rules_that_take_too_long),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
