/* links: scanners/digests scanners/object src/base/mem */
/* SPDX-License-Identifier: ISC */
/* Lists of digests in every form that a tool prints, and what is none. */
#include "scanners/digests.h"
#include "src/base/limits.h"
#include "src/base/mem.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

struct heard {
	const char *bytes;
	uint64_t fail_at;
	size_t findings;
	char said[2048];
};

static bool
read_bytes(void *arg, uint64_t at, void *out, size_t n)
{
	const struct heard *h = arg;
	if (at + n > h->fail_at)
		return false;
	memcpy(out, h->bytes + at, n);
	return true;
}

static void
hear_finding(void *arg, const struct scan_finding *f)
{
	struct heard *h = arg;
	(void)f;
	h->findings++;
}

static void
hear_line(void *arg, const struct digests_line *line)
{
	struct heard *h = arg;
	size_t n = strlen(h->said);
	snprintf(h->said + n, sizeof(h->said) - n, "%s%d %s %02x%02x[%zu] %.*s",
	    n > 0 ? "; " : "", (int)line->number, line->algorithm, line->digest[0],
	    line->digest[line->digest_len - 1], line->digest_len, (int)line->name_len,
	    line->name_len > 0 ? (const char *)line->name : "");
}

static struct digests
read_list(const char *text, size_t n, struct heard *h)
{
	struct object *o = mem_alloc(sizeof(*o));
	struct digests d = {.line = hear_line, .arg = h};
	*h = (struct heard){.bytes = text, .fail_at = UINT64_MAX};
	o->size_bytes = n;
	o->read = read_bytes;
	o->find = hear_finding;
	o->arg = h;
	assert_int_equal(digests(o, &d), ERR_OK);
	free(o);
	return d;
}

#define MD5    "d41d8cd98f00b204e9800998ecf8427e"
#define SHA1   "da39a3ee5e6b4b0d3255bfef95601890afd80709"
#define SHA256 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define SHA512                                                             \
	"cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce" \
	"47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e"

static void
every_form_is_read(void **state)
{
	static const struct {
		const char *text, *said;
	} rows[] = {
	    {SHA256 "  a b\n", "1 sha256 e355[32] a b"},
	    {SHA256 " *a\n" MD5 "  b\n", "1 sha256 e355[32] a; 2 md5 d47e[16] b"},
	    {SHA1 " a\n", "1 sha1 da09[20] a"},
	    {SHA512 "  a", "1 sha512|blake2b cf3e[64] a"},
	    {"E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855  a\r\n",
		"1 sha256 e355[32] a"},
	    {"\\" SHA256 "  a\\nb\\\\c\\r\n", "1 sha256 e355[32] a\nb\\c\r"},
	    {SHA256 "  a\\nb\n", "1 sha256 e355[32] a\\nb"},
	    {"SHA256 (a (1) = b) = " SHA256 "\n", "1 sha256 e355[32] a (1) = b"},
	    {"\\SHA256 (a\\nb) = " SHA256 "\n", "1 sha256 e355[32] a\nb"},
	    {"SHA2-256(a)= " SHA256 "\n", "1 sha256 e355[32] a"},
	    {"SHA3-256(a)= " SHA256 "\n", "1 sha3-256 e355[32] a"},
	    {"BLAKE2b (a) = " SHA512 "\n", "1 blake2b cf3e[64] a"},
	    {"BLAKE2b-256 (a) = " SHA256 "\n", "1 blake2b-256 e355[32] a"},
	    {"\n# made today\n; or then\n" SHA256 "  a\n\n", "4 sha256 e355[32] a"},
	    {SHA256 "\n", "1 sha256 e355[32] "},
	    {SHA256, "1 sha256 e355[32] "},
	    {"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n" SHA256 "  a\n- " MD5
	     "  b\n-----BEGIN PGP SIGNATURE-----\n\nxyz\n-----END PGP SIGNATURE-----\n",
		"4 sha256 e355[32] a; 5 md5 d47e[16] b"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct heard h;
		struct digests d = read_list(rows[i].text, strlen(rows[i].text), &h);
		assert_string_equal(h.said, rows[i].said);
		assert_int_equal(d.verdict, SCAN_CLEAN);
		assert_int_equal(d.read_bytes, strlen(rows[i].text));
	}
}

static void
what_is_no_list_is_na(void **state)
{
	static const char *const rows[] = {
	    "",
	    "\n\n",
	    "hello\n",
	    SHA256 "0  a\n",
	    SHA256 "00  a\n",
	    SHA256 "\ta\n",
	    "SHA256 (a) = " SHA1 "\n",
	    "SHA256 () = " SHA256 "\n",
	    "SHA257 (a) = " SHA256 "\n",
	    "SHA256 (a) = " SHA256 "x\n",
	    SHA256 "\n" SHA256 "\n",
	    "SHA256 =\n",
	    "(=\n",
	    "\\\n",
	    "\\" SHA256 "\n",
	    "\\" SHA256 "  a\\x\n",
	    "\\" SHA256 "  a\\\n",
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct heard h;
		struct digests d = read_list(rows[i], strlen(rows[i]), &h);
		assert_string_equal(h.said, "");
		assert_int_equal(d.verdict, SCAN_NA);
		assert_int_equal(h.findings, 0);
	}
}

static void
a_list_with_other_lines_is_invalid(void **state)
{
	static const struct {
		const char *text;
		uint64_t broken;
	} rows[] = {
	    {SHA256 "  a\nhello\n", 1},
	    {SHA256 "  a\n" SHA256 "\n" SHA256 "  \n", 2},
	    {SHA256 "  a\n\\" SHA256 "  b\\q\n" SHA256 "  c\n", 1},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct heard h;
		struct digests d = read_list(rows[i].text, strlen(rows[i].text), &h);
		assert_int_equal(d.verdict, SCAN_INVALID);
		assert_int_equal(d.broken, rows[i].broken);
		assert_int_equal(h.findings, 1);
	}
}

static void
a_nul_in_a_name_is_no_name(void **state)
{
	static const char text[] = SHA256 "  a\0b\n";
	struct heard h;
	(void)state;
	assert_int_equal(read_list(text, sizeof(text) - 1, &h).verdict, SCAN_NA);
}

/* A mark of UTF-8; names that end with NUL and hold line ends; what signify -e puts around. */
static void
lists_in_other_clothes(void **state)
{
	static const char zero[] = SHA256 "  a\nb\0" SHA256 "  c\0";
	static const char *const rows[] = {
	    "\xef\xbb\xbf" SHA256 "  a\n",
	    "untrusted comment: verify with x.pub\nRWRU\n" SHA256 "  a\n",
	};
	struct heard h;
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(read_list(rows[i], strlen(rows[i]), &h).verdict, SCAN_CLEAN);
		assert_non_null(strstr(h.said, "sha256 e355[32] a"));
		assert_true(digests_may_begin((const uint8_t *)rows[i], strlen(rows[i])));
	}
	assert_int_equal(read_list(zero, sizeof(zero) - 1, &h).verdict, SCAN_CLEAN);
	assert_string_equal(h.said, "1 sha256 e355[32] a\nb; 2 sha256 e355[32] c");
	assert_false(digests_may_begin((const uint8_t *)"", 0));
	assert_false(digests_may_begin((const uint8_t *)"\0", 1));
	assert_false(digests_may_begin((const uint8_t *)"hello", 5));
}

static void
names_up_to_the_limit(void **state)
{
	(void)state;
	for (size_t more = 0; more <= 1; more++) {
		struct heard h;
		char *text = mem_alloc(66 + LIM_PATH_BYTES + 2);
		memcpy(text, SHA256 "  ", 66);
		memset(text + 66, 'x', LIM_PATH_BYTES + more);
		struct digests d = read_list(text, strlen(text), &h);
		assert_int_equal(d.verdict, more == 0 ? SCAN_CLEAN : SCAN_NA);
		free(text);
	}
}

/* Lines that cross the window, and one that no window holds. */
static void
lines_longer_than_a_window_are_broken(void **state)
{
	static const char line[] = SHA256 "  name\n";
	size_t n = sizeof(line) - 1, many = 5000, at = many * n;
	char *text = mem_alloc(at + 2 * OBJECT_WINDOW + n + 2);
	struct object *o = mem_alloc(sizeof(*o));
	struct heard h = {.bytes = text, .fail_at = UINT64_MAX};
	struct digests d = {0};
	(void)state;
	for (size_t i = 0; i < many; i++)
		memcpy(text + i * n, line, n);
	*o = (struct object){
	    .size_bytes = at, .read = read_bytes, .find = hear_finding, .arg = &h};
	assert_int_equal(digests(o, &d), ERR_OK);
	assert_int_equal(d.verdict, SCAN_CLEAN);
	assert_int_equal(d.lines, many);
	memset(text + at, 'e', 2 * OBJECT_WINDOW);
	text[at + 2 * OBJECT_WINDOW] = '\n';
	memcpy(text + at + 2 * OBJECT_WINDOW + 1, line, n);
	*o = (struct object){.size_bytes = at + 2 * OBJECT_WINDOW + 1 + n,
	    .read = read_bytes,
	    .find = hear_finding,
	    .arg = &h};
	assert_int_equal(digests(o, &d), ERR_OK);
	assert_int_equal(d.verdict, SCAN_INVALID);
	assert_int_equal(d.lines, many + 1);
	assert_int_equal(d.broken, 1);
	h.fail_at = at;
	*o = (struct object){
	    .size_bytes = at + 1, .read = read_bytes, .find = hear_finding, .arg = &h};
	assert_int_equal(digests(o, &d), ERR_IO);
	free(o);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_form_is_read),
	    cmocka_unit_test(what_is_no_list_is_na),
	    cmocka_unit_test(a_list_with_other_lines_is_invalid),
	    cmocka_unit_test(a_nul_in_a_name_is_no_name),
	    cmocka_unit_test(lists_in_other_clothes),
	    cmocka_unit_test(names_up_to_the_limit),
	    cmocka_unit_test(lines_longer_than_a_window_are_broken),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
