/* links: scanners/sums scanners/sums_index scanners/sums_compare scanners/sums_tell scanners/sums_keys scanners/sums_pgp scanners/sums_ask scanners/sums_signed scanners/digests scanners/object src/core/sshsig src/core/seal src/core/digest src/base/buf src/base/err src/base/hex src/base/io src/base/mem src/base/escape src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/* Files against the lists of digests that came with them. */
#include "tests/unit/sums_world.h"
#include "src/base/mem.h"
#include "src/core/digest.h"
#include "src/core/seal.h"

/* A text; its digests are made when the test begins. */
#define A "alpha\n"

static char a256[65], amd5[33], a512[129], ab2[129];

static void
hash_named(const char *name, const char *text, char *out)
{
	uint8_t digest[DIGEST_SHA512_SIZE];
	struct digest *d = digest_new_named(name);
	assert_non_null(d);
	digest_add(d, text, strlen(text));
	hex_encode(digest, digest_final_named(d, digest), out);
	digest_free(d);
}

/* Signs in a list stand for digests of A: @ SHA-256, ^ MD5, ~ SHA-512, & BLAKE2b. */
static char *
list_of(const char *text)
{
	char *out = mem_alloc(4096);
	for (size_t n = 0; *text != '\0'; text++) {
		const char *more = *text == '@'   ? a256
		                   : *text == '^' ? amd5
		                   : *text == '~' ? a512
		                   : *text == '&' ? ab2
		                                  : NULL;
		if (more != NULL)
			n += (size_t)snprintf(out + n, 4096 - n, "%s", more);
		else
			out[n++] = *text;
	}
	return out;
}

#define ZERO "0000000000000000000000000000000000000000000000000000000000000000"

/* [0] clean [3] invalid [4] incomplete [7] na: enum scan_verdict */
static const struct {
	const char *what;
	struct file files[6]; /* the first is the list */
	const char *said;
} compared[] = {
    {"match",
	{{"d/SUMS", "@  a\n@  b/c\n", true, false, ""}, {"d/a", A, false, false, ""},
	    {"d/b/c", A, false, false, ""}},
	"d/SUMS: match 2 of them\nd/a: [7]\nd/SUMS: [0]\n"},
    {"mismatch", {{"S", ZERO "  a\n", true, false, ""}, {"a", A, false, false, ""}},
	"a: mismatch S, line 1, sha256\nS: list-mismatch 1 of them: a\na: [3]\nS: "
	"[3]\n"},
    {"missing", {{"S", "@  a\n@  gone\n", true, false, ""}, {"a", A, false, false, ""}},
	"S: match 1 of them\nS: missing 1 of them: gone\na: [7]\nS: [3]\n"},
    {"extra",
	{{"S", "@  a\n@  b\n", true, false, ""}, {"a", A, false, false, ""},
	    {"b", A, false, false, ""}, {"x", "x", false, false, ""},
	    {"d/x", "x", false, false, ""}},
	"S: match 2 of them\nS: extra 1 of them: x\na: [7]\nS: [0]\n"},
    {"a list of one file speaks for no folder",
	{{"a.sha256", "@  a\n", true, false, ""}, {"a", A, false, false, ""},
	    {"x", "x", false, false, ""}},
	"a.sha256: match 1 of them\na: [7]\na.sha256: [0]\n"},
    {"a digest alone", {{"a.sha256", "@\n", true, false, ""}, {"a", A, false, false, ""}},
	"a.sha256: match 1 of them\na: [7]\na.sha256: [0]\n"},
    {"a digest alone, of nothing",
	{{"b.sha256", "@\n", true, false, ""}, {"a", A, false, false, ""}},
	"b.sha256: elsewhere 1 of them\nb.sha256: [0]\n"},
    {"a list that names itself",
	{{"S", "@  a\n" ZERO "  S\n", true, false, ""}, {"a", A, false, false, ""}},
	"S: match 1 of them\na: [7]\nS: [0]\n"},
    {"names of all kinds",
	{{"d/S", "@  ./a\n@  ../e\n@  /etc/a\n@  ../../x\n@  x\\y\n", true, false, ""},
	    {"d/a", A, false, false, ""}, {"e", A, false, false, ""},
	    {"d/x/y", A, false, false, ""}},
	"d/S: match 3 of them\nd/S: elsewhere 2 of them: /etc/a, ../../x\nd/a: "
	"[7]\nd/S: [0]\n"},
    {"inside an archive",
	{{"x.zip > ./d/S", "@  a\n@  b\n", true, false, ""},
	    {"x.zip > d/a", A, false, false, ""}, {"d/b", A, false, false, ""}},
	"x.zip > ./d/S: match 1 of them\nx.zip > ./d/S: missing 1 of them: b\nx.zip > "
	"d/a: [7]\nx.zip > ./d/S: [3]\n"},
    {"a Debian package's own list speaks of what the package unpacks",
	{{"d/p.deb > control.tar.xz > ./md5sums", "^  usr/bin/a\n^  b\n", true, false, ""},
	    {"d/p.deb > control.tar.xz > ./postinst", "x", false, false, ""},
	    {"d/p.deb > data.tar.zst", "y", false, false, ""},
	    {"d/p.deb > data.tar.zst > ./usr/bin/a", A, false, false, ""},
	    {"d/p.deb > data.tar.zst > ./b", A, false, false, ""}},
	"d/p.deb > control.tar.xz > ./md5sums: match 2 of them\n"
	"d/p.deb > data.tar.zst > ./usr/bin/a: [7]\n"
	"d/p.deb > control.tar.xz > ./md5sums: [0]\n"},
    {"and a file that a package lacks is missing",
	{{"p.deb > control.tar > md5sums", "^  a\n^  ../control\n", true, false, ""},
	    {"p.deb > control.tar > a", A, false, false, ""},
	    {"p.deb > data.tar", "y", false, false, ""}},
	"p.deb > control.tar > md5sums: missing 1 of them: a\n"
	"p.deb > control.tar > md5sums: elsewhere 1 of them: ../control\n"
	"p.deb > control.tar > md5sums: [3]\n"},
    {"without a package around it, it is like any other",
	{{"x.zip > md5sums", "^  a\n", true, false, ""}, {"x.zip > a", A, false, false, ""},
	    {"x.zip > data.tar", "y", false, false, ""}},
	"x.zip > md5sums: match 1 of them\nx.zip > md5sums: weak\nx.zip > a: [7]\n"
	"x.zip > md5sums: [0]\n"},
    {"does not look out of its archive",
	{{"x.zip > y.tar > S", "@  ../a\n", true, false, ""}, {"a", A, false, false, ""},
	    {"x.zip > a", A, false, false, ""}},
	"x.zip > y.tar > S: elsewhere 1 of them: ../a\nx.zip > y.tar > S: [0]\n"},
    {"other lines", {{"S", "@  a\nhello\n", true, false, ""}, {"a", A, false, false, ""}},
	"S: line\nS: match 1 of them\na: [7]\nS: [3]\n"},
    {"weak", {{"S", "^  a\n", true, false, ""}, {"a", A, false, false, ""}},
	"S: match 1 of them\nS: weak\na: [7]\nS: [0]\n"},
    {"sha512 and blake2b look alike",
	{{"S", "~  a\n&  a\n", true, false, ""}, {"a", A, false, false, ""}},
	"S: match 2 of them\na: [7]\nS: [0]\n"},
    {"a kind that nobody computes",
	{{"S", "BLAKE2b-256 (a) = @\n", true, false, ""}, {"a", A, false, false, ""}},
	"S: algorithm 1 of them: blake2b-256\nS: [4]\n"},
    {"not to be had", {{"S", "^  a\n", true, false, ""}, {"a", A, false, true, ""}},
	"S: unread 1 of them\nS: [4]\n"},
    {"no list to be had", {{"S", "@  a\n", true, true, ""}, {"a", A, false, false, ""}},
	"S: unread 1 of them\nS: [4]\n"},
    {"two lists that differ",
	{{"S", "@  a\n", true, false, ""}, {"T", ZERO "  a\n", true, false, ""},
	    {"a", A, false, false, ""}},
	"a: mismatch T, line 1, sha256\nS: match 1 of them\nT: list-mismatch 1 of "
	"them: a\n"
	"a: [3]\nS: [0]\nT: [3]\n"},
};

static void
match_mismatch_missing_extra(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(compared) / sizeof(compared[0]); i++) {
		struct world w = {.n = 0};
		char want[4096] = "";
		memcpy(w.files, compared[i].files, sizeof(compared[i].files));
		for (size_t k = 0; k < 2; k++)
			if (w.files[k].list)
				w.files[k].text = list_of(w.files[k].text);
		struct sums_result r = compare(&w, NULL);
		assert_int_equal(r.verdict, SCAN_NA);
		/* verdicts come in the order of digests: any will do */
		snprintf(want, sizeof(want), "%s", compared[i].said);
		for (char *p = want, *end; *p != '\0'; p = end + 1) {
			end = strchr(p, '\n');
			*end = '\0';
			char *hit = strstr(w.said, p);
			if (hit == NULL || hit[strlen(p)] != '\n')
				fail_msg("%s: no \"%s\" in:\n%s", compared[i].what, p, w.said);
		}
		if (strlen(w.said) != strlen(compared[i].said))
			fail_msg("%s: more than wanted:\n%s", compared[i].what, w.said);
		for (size_t k = 0; k < 2; k++)
			if (w.files[k].list)
				free((void *)(uintptr_t)w.files[k].text);
	}
}

/* Three lists by other algorithms: each object is opened once. */
static void
an_object_is_hashed_once(void **state)
{
	struct world w = {.files = {{"M", list_of("^  a\n^  b\n"), true, false, ""},
			      {"T", list_of("~  a\n"), true, false, ""},
			      {"a", A, false, false, ""}, {"b", A, false, false, ""}}};
	(void)state;
	struct sums_result r = compare(&w, NULL);
	assert_int_equal(r.matched, 3);
	assert_int_equal(r.lists, 2);
	assert_int_equal(w.wants, 3);
	free((void *)(uintptr_t)w.files[0].text);
	free((void *)(uintptr_t)w.files[1].text);
}

static void
lists_up_to_the_limit(void **state)
{
	(void)state;
	for (size_t more = 0; more <= 1; more++) {
		struct world w = {.n = 0};
		const struct sums_ops ops = {open_object, close_object, NULL, hear, judge, &w};
		struct sums *s = sums_new(&ops, NULL);
		struct sums_result r;
		char hex[65];
		for (size_t i = 0; i < LIM_SUMS_LISTS + more; i++) {
			snprintf(hex, sizeof(hex), "%064zx", i);
			sums_list(s, hex);
		}
		assert_int_equal(sums_run(s, &r), ERR_OK);
		assert_int_equal(r.verdict, more == 0 ? SCAN_NA : SCAN_INCOMPLETE);
		sums_free(s);
	}
}

/* What one line, or one object, more than the last does. */
static void
lines_and_objects_up_to_the_limit(void **state)
{
	struct world w = {.files = {{"S", "", true, false, ""}, {"a", A, false, false, ""}}};
	const struct sums_ops ops = {open_object, close_object, NULL, hear, judge, &w};
	struct sums *s = sums_new(&ops, NULL);
	struct digests_line line = {.algorithm = "sha256", .digest_len = 32, .name_len = 1};
	(void)state;
	line.name = (const uint8_t *)"a";
	w.n = 2;
	put(&w, s, 0);
	put(&w, s, 1);
	sums_index_sort(&s->index);
	s->lists = mem_array(1, sizeof(*s->lists));
	s->nlists = 1;
	s->lines = LIM_SUMS_LINES - 1;
	sums_compare_line(s, 0, &line);
	assert_null(s->limit);
	assert_int_equal(s->lists[0].differs.n, 1);
	sums_compare_line(s, 0, &line);
	assert_non_null(s->limit);
	assert_int_equal(s->lists[0].differs.n, 1);
	s->limit = NULL;
	s->opened = LIM_SCAN_WANTS - 1;
	assert_int_equal(sums_open(s, 1), ERR_OK);
	assert_null(s->limit);
	assert_int_equal(sums_open(s, 1), ERR_NOTFOUND);
	assert_non_null(s->limit);
	/* a mirror of packages does not make a whole transfer incomplete */
	s->limit = NULL;
	s->lines = 0;
	s->lists[0].package = true;
	s->packaged = LIM_SUMS_PACKAGED - 1;
	line.algorithm = "md5";
	sums_compare_line(s, 0, &line);
	assert_int_equal(s->njobs, 1);
	assert_int_equal(s->lists[0].passed.n, 0);
	sums_compare_line(s, 0, &line);
	assert_int_equal(s->njobs, 1);
	assert_int_equal(s->lists[0].passed.n, 1);
	assert_null(s->limit);
	sums_free(s);
}

static char *
long_text(size_t n)
{
	char *text = mem_alloc(n + 1);
	memset(text, 'x', n);
	memcpy(text, SIGNIFY, n < strlen(SIGNIFY) ? n : strlen(SIGNIFY));
	return text;
}

static void
sizes_up_to_the_limit(void **state)
{
	(void)state;
	for (size_t more = 0; more <= 1; more++) {
		char *sig = long_text(LIM_SUMS_SIG_BYTES + more);
		struct world w = {
		    .files = {{"S", EMPTY, true, false, ""}, {"S.sig", sig, false, false, ""}}};
		(void)compare(&w, NULL);
		assert_int_equal(strstr(w.said, "signature-lost") != NULL, more == 1);
		free(sig);
		char *list = long_text(LIM_SUMS_LIST_BYTES + more);
		w = (struct world){.files = {{"S", list, true, false, ""}}};
		struct sums_result r = compare(&w, NULL);
		assert_int_equal(r.verdict, more == 1 ? SCAN_INCOMPLETE : SCAN_NA);
		assert_int_equal(strstr(w.said, "unread") != NULL, more == 1);
		free(list);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(match_mismatch_missing_extra),
	    cmocka_unit_test(an_object_is_hashed_once),
	    cmocka_unit_test(lists_up_to_the_limit),
	    cmocka_unit_test(lines_and_objects_up_to_the_limit),
	    cmocka_unit_test(sizes_up_to_the_limit),
	};
	if (seal_init() != ERR_OK)
		return 1;
	hash_named("sha256", A, a256);
	hash_named("md5", A, amd5);
	hash_named("sha512", A, a512);
	hash_named("blake2b", A, ab2);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
