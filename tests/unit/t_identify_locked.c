/* links: scanners/identify scanners/identify_zip scanners/identify_pickle scanners/identify_line scanners/identify_locked scanners/identify_model scanners/identify_more scanners/identify_note scanners/identify_source scanners/identify_text scanners/identify_trailing scanners/identify_mime scanners/digests scanners/object src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/* Encrypted files are named; what only begins like one is not. */
#include "scanners/identify.h"
#include "src/base/mem.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define BYTES 4096

static uint8_t object[BYTES];

static bool
read_object(void *arg, uint64_t at, void *out, size_t n)
{
	(void)arg;
	assert_true(at <= BYTES && n <= BYTES - at);
	memcpy(out, object + at, n);
	return true;
}

/* What is said of an object that begins so and goes on with noise; NULL: nothing. */
static const char *
said(const void *bytes, size_t n)
{
	static struct identify_result r;
	const struct identify_input in = {BYTES, read_object, NULL};
	uint32_t x = 1;
	for (size_t i = 0; i < BYTES; i++) {
		x = x * 1664525 + 1013904223;
		object[i] = (uint8_t)(x >> 24);
	}
	memcpy(object, bytes, n);
	assert_int_equal(identify(&in, &r), ERR_OK);
	for (size_t i = 0; i < r.findings; i++) {
		if (strcmp(r.finding[i].rule, "type/encrypted") != 0)
			continue;
		assert_string_equal(r.finding[i].class, "incomplete");
		return r.finding[i].detail;
	}
	return NULL;
}

#define S(s) s, sizeof(s) - 1

static void
encrypted_files_are_named(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		const char *word;
	} rows[] = {
	    /* gpg --symmetric, as GnuPG 2.2 begins */
	    {S("\x8c\x0d\x04\x09\x03\x02\x8f\x5b\xc1\x12\x6a\xcc\x6d\x92\xff\xd2\x40\x01\x55"),
		"OpenPGP"},
	    /* to two keys: one packet of 268 bytes, then another one */
	    {S("\xc1\xc0\x4c\x03\x11\x22\x33\x44\x55\x66\x77\x88\x01"), NULL},
	    {S("-----BEGIN PGP MESSAGE-----\n\nhQ"), "OpenPGP message"},
	    {S("age-encryption.org/v1\n-> scrypt x 18\n"), "age encrypted it"},
	    {S("-----BEGIN AGE ENCRYPTED FILE-----\n"), "age encrypted it"},
	    {S("Salted__12345678"), "openssl"}, {S("U2FsdGVkX18AAAA"), "openssl"},
	    {S("LUKS\xba\xbe\0\1"), "LUKS"}, {S("LUKS\xba\xbe\0\2"), "LUKS"},
	    {S("\xeb\x58\x90-FVE-FS-"), "BitLocker"}, {S("AES\2\0\0\x1b"), "AES Crypt"},
	    {S("$ANSIBLE_VAULT;1.1;AES256\n"), "ansible-vault"},
	    {S("PK\3\4\x14\0\1\0\x08\0"), "archive"}, {S("PK\3\4\x14\0\0\0\x08\0"), NULL},
	    {S("LUKS\xba\xbe\0\3"), NULL}, {S("salted__"), NULL}, {S("AESOP\n"), NULL},
	    {S("\x8c\x0d\x09\x09\x03\x02"), NULL}, /* version 9 */
	    {S("\x8c\x02\x04\x09\xd2\x40"), NULL}, /* too short for a key */
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *what = said(rows[i].bytes, rows[i].n);
		if (rows[i].word == NULL) {
			assert_null(what);
			continue;
		}
		assert_non_null(what);
		assert_non_null(strstr(what, rows[i].word));
	}
}

/* A session key packet, and behind it what cannot follow one. */
static void
a_packet_alone_is_no_message(void **state)
{
	uint8_t bytes[] = {0x85, 0x01, 0x0c, 3, [1 + 2 + 268] = 0xd2, 1};
	(void)state;
	assert_non_null(said(bytes, sizeof(bytes)));
	bytes[1 + 2 + 268] = 0x0a;
	assert_null(said(bytes, sizeof(bytes)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(encrypted_files_are_named),
	    cmocka_unit_test(a_packet_alone_is_no_message),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
