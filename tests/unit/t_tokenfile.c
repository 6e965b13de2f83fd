/* links: src/core/tokenfile src/core/shape src/core/canon src/core/sshsig src/core/digest src/core/seal src/base/buf src/base/clock src/base/io src/base/mem src/base/hex src/base/err src/base/utf8 src/base/escape */
/* SPDX-License-Identifier: ISC */
/* Key files of people whose key is in a token. */
#include "src/base/hex.h"
#include "src/base/mem.h"
#include "src/core/tokenfile.h"
#include "tests/unit/softtoken.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

static struct tokenfile good;

static int
set_up(void **state)
{
	struct softtoken token;
	struct sshsig_key *key;
	(void)state;
	if (seal_init() != ERR_OK || softtoken_new(&token, 1, 1, &key) != ERR_OK)
		return -1;
	snprintf(good.officer, sizeof(good.officer), "tess");
	memcpy(good.public, sshsig_key_public(key), sizeof(good.public));
	good.credential_len = 64;
	for (size_t i = 0; i < sizeof(good.credential); i++)
		good.credential[i] = (uint8_t)i;
	sshsig_key_free(key);
	sshsig_key_free(token.pair);
	return 0;
}

static void
print(const struct tokenfile *f, struct buf *out)
{
	buf_init(out, LIM_KEY_FILE_BYTES);
	assert_int_equal(tokenfile_print(f, out), ERR_OK);
}

static void
what_is_printed_is_read(void **state)
{
	struct buf text;
	struct tokenfile f;
	(void)state;
	print(&good, &text);
	assert_true(tokenfile_is(text.data, text.len));
	assert_int_equal(tokenfile_parse(text.data, text.len, &f), ERR_OK);
	assert_string_equal(f.officer, good.officer);
	assert_memory_equal(f.public, good.public, sizeof(f.public));
	assert_int_equal(f.credential_len, good.credential_len);
	assert_memory_equal(f.credential, good.credential, f.credential_len);
	buf_done(&text);
}

/* The text with one line changed, and its sum made right again. */
static enum err
parse_changed(const char *from, const char *to)
{
	struct buf text;
	struct tokenfile f;
	uint8_t sum[DIGEST_SIZE];
	char hex[HEX_DIGEST_SIZE];
	print(&good, &text);
	buf_add_byte(&text, 0);
	char *at = strstr((char *)text.data, from);
	assert_non_null(at);
	char *end = strstr((char *)text.data, "sum ");
	MEM_FREE char *body = mem_printf("%.*s%s%.*s", (int)(at - (char *)text.data),
	    (char *)text.data, to, (int)(end - at - (long)strlen(from)), at + strlen(from));
	digest_sha256(body, strlen(body), sum);
	hex_encode(sum, sizeof(sum), hex);
	MEM_FREE char *whole = mem_printf("%ssum %s\n", body, hex);
	buf_done(&text);
	return tokenfile_parse(whole, strlen(whole), &f);
}

static void
another_form_is_refused(void **state)
{
	static const struct {
		const char *from, *to;
		enum err want;
	} rows[] = {
	    {"tess", "tess", ERR_OK},
	    {"officer tess", "officer Tess", ERR_SYNTAX},
	    {"officer tess", "officer ", ERR_SYNTAX},
	    {"officer tess", "officer  tess", ERR_SYNTAX},
	    {"token-v1", "token-v2", ERR_SYNTAX},
	    {"public sk-ssh", "public ssh", ERR_SYNTAX},
	    {"credential ", "credential", ERR_SYNTAX},
	    {"credential AA", "credential A", ERR_SYNTAX},
	    {"credential ", "resident yes\ncredential ", ERR_SYNTAX},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (parse_changed(rows[i].from, rows[i].to) != rows[i].want)
			fail_msg("%s -> %s", rows[i].from, rows[i].to);
}

static void
a_damaged_file_is_refused(void **state)
{
	struct buf text;
	struct tokenfile f;
	(void)state;
	print(&good, &text);
	for (size_t n = 0; n < text.len; n++)
		if (tokenfile_parse(text.data, n, &f) == ERR_OK)
			fail_msg("cut to %zu bytes", n);
	for (size_t i = 0; i < text.len; i++) {
		text.data[i] ^= 1;
		if (tokenfile_parse(text.data, text.len, &f) == ERR_OK)
			fail_msg("byte %zu", i);
		text.data[i] ^= 1;
	}
	buf_add_byte(&text, '\n');
	assert_int_equal(tokenfile_parse(text.data, text.len, &f), ERR_SYNTAX);
	buf_done(&text);
}

static void
a_credential_has_its_limit(void **state)
{
	struct buf text, more;
	struct tokenfile f = good;
	char b64[HEX_B64_SIZE(LIM_TOKEN_CREDENTIAL_BYTES + 1)], hex[HEX_DIGEST_SIZE];
	char line[SSHSIG_LINE_SIZE];
	uint8_t bytes[LIM_TOKEN_CREDENTIAL_BYTES + 1] = {0}, sum[DIGEST_SIZE];
	(void)state;
	f.credential_len = LIM_TOKEN_CREDENTIAL_BYTES;
	print(&f, &text);
	assert_int_equal(tokenfile_parse(text.data, text.len, &f), ERR_OK);
	assert_int_equal(f.credential_len, LIM_TOKEN_CREDENTIAL_BYTES);
	hex_b64_encode(bytes, sizeof(bytes), b64);
	sshsig_public_line(good.public, line);
	buf_init(&more, LIM_KEY_FILE_BYTES);
	buf_addf(
	    &more, "sallyport-token-v1\nofficer tess\npublic %s\ncredential %s\n", line, b64);
	digest_sha256(more.data, more.len, sum);
	hex_encode(sum, sizeof(sum), hex);
	buf_addf(&more, "sum %s\n", hex);
	assert_int_equal(tokenfile_parse(more.data, more.len, &f), ERR_SYNTAX);
	buf_done(&more);
	buf_done(&text);
	uint8_t *long_one = mem_alloc(LIM_KEY_FILE_BYTES + 1);
	assert_int_equal(tokenfile_parse(long_one, LIM_KEY_FILE_BYTES + 1, &f), ERR_LIMIT);
	free(long_one);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_printed_is_read),
	    cmocka_unit_test(another_form_is_refused),
	    cmocka_unit_test(a_damaged_file_is_refused),
	    cmocka_unit_test(a_credential_has_its_limit),
	};
	return cmocka_run_group_tests(tests, set_up, NULL);
}
