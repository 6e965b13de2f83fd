/* links: src/core/cosign src/core/note src/core/sshsig src/core/digest src/core/seal src/base/buf src/base/io src/base/mem src/base/hex src/base/utf8 src/base/err src/core/note_why */
/* SPDX-License-Identifier: ISC */
#include "src/core/cosign.h"
#include "src/base/hex.h"
#include "src/base/mem.h"
#include "src/core/seal.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#define SEED "gQoUAtUUbI2E8kQzMPVAgOv5juF9nHT2JS/F1ccoMXM=" /* of Go's sumdb tests */
#define NAME "witness.example.com/w1"
#define VKEY NAME "+d46a2b1b+BBpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
#define TEXT                                                            \
	"example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/" \
	"Xajj7h2fB2MPA3j2jxq2I=\n"
#define TIME 1679315147
/* made with openssl pkeyutl over the same text and time */
#define BLOB                                                                               \
	"1GorGwAAAABkGFDLJeR//pqzhnEKVvEm2wWbh2RJ6oru5+cUUfm5X9NnlaGr8aSH9QE5RVZD4QGlxl2F" \
	"5UpVIIi94p178KLfqPPsAA=="
#define LINE NOTE_DASH NAME " " BLOB "\n"

static struct note_vkey cosign_key;
static struct sshsig_key *cosign_secret;

static int
cosign_setup(void **state)
{
	uint8_t seed[48];
	size_t len = 0;
	(void)state;
	return seal_init() == ERR_OK && cosign_vkey_parse(VKEY, &cosign_key) == ERR_OK &&
	               hex_b64_decode(SEED, strlen(SEED), seed, &len) &&
	               sshsig_key_new(seed, &cosign_secret) == ERR_OK
	           ? 0
	           : -1;
}

static int
cosign_teardown(void **state)
{
	(void)state;
	sshsig_key_free(cosign_secret);
	return 0;
}

static void
cosign_line_is_what_openssl_makes(void **state)
{
	struct buf out;
	(void)state;
	buf_init(&out, 1024);
	assert_int_equal(
	    cosign_sign(TEXT, strlen(TEXT), TIME, NAME, cosign_secret, &out), ERR_OK);
	assert_string_equal(buf_str(&out), LINE);
	buf_done(&out);
}

/* Keys of public witnesses, as transparency.dev's tests have them, and what is none. */
static const struct {
	const char *vkey;
	enum err err;
} cosign_keys[] = {
    {"remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2", ERR_OK},
    {VKEY, ERR_OK},
    {"TEST+7997405c+AQcC+FTVKf0jlTdHDY3rbevmnKxxPjigCXlVtGe6RIr6", ERR_RANGE},
    {"remora.n621.de+da77ade8+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2", ERR_SIGNATURE},
    {"remora.n621.dE+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2", ERR_SIGNATURE},
    {"remora.n621.de+da77ade7+BOvN63jn", ERR_SYNTAX},
    {"remora.n621.de+da77ade7", ERR_SYNTAX},
    {"remora.n621.de+DA77ADE7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2", ERR_SYNTAX},
    {"", ERR_SYNTAX},
};

static void
cosign_keys_are_of_one_type(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cosign_keys) / sizeof(cosign_keys[0]); i++) {
		struct note_vkey key;
		char again[NOTE_VKEY_SIZE];
		enum err e = cosign_vkey_parse(cosign_keys[i].vkey, &key);
		if (e != cosign_keys[i].err)
			fail_msg("%s: %s", cosign_keys[i].vkey, err_str(e));
		if (e != ERR_OK)
			continue;
		note_vkey_print(&key, again);
		assert_string_equal(again, cosign_keys[i].vkey);
		assert_int_equal(note_vkey_parse(cosign_keys[i].vkey, &key), ERR_RANGE);
	}
}

static const struct {
	const char *what, *text, *line;
	enum err err;
} cosign_cases[] = {
    {"as it was made", TEXT, LINE, ERR_OK},
    {"another size",
	"example.com/behind-the-sofa\n20852164\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
	LINE, ERR_SIGNATURE},
    {"text without its last LF",
	"example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=",
	LINE, ERR_SIGNATURE},
    {"another witness", TEXT, NOTE_DASH "witness.example.com/w2 " BLOB "\n", ERR_NOTFOUND},
    {"another key id", TEXT,
	NOTE_DASH NAME
	" 1GorGgAAAABkGFDLJeR//pqzhnEKVvEm2wWbh2RJ6oru5+cUUfm5X9NnlaGr8aSH9QE5RVZD"
	"4QGlxl2F5UpVIIi94p178KLfqPPsAA==\n",
	ERR_NOTFOUND},
    {"another time", TEXT,
	NOTE_DASH NAME
	" 1GorGwAAAABkGFDMJeR//pqzhnEKVvEm2wWbh2RJ6oru5+cUUfm5X9NnlaGr8aSH9QE5RVZD"
	"4QGlxl2F5UpVIIi94p178KLfqPPsAA==\n",
	ERR_SIGNATURE},
    {"time above 2^53", TEXT,
	NOTE_DASH NAME
	" 1GorGwAgAABkGFDLJeR//pqzhnEKVvEm2wWbh2RJ6oru5+cUUfm5X9NnlaGr8aSH9QE5RVZD"
	"4QGlxl2F5UpVIIi94p178KLfqPPsAA==\n",
	ERR_SIGNATURE},
    {"a signature without a time", TEXT, NOTE_DASH NAME " 1GorGwAAAABkGFDL\n", ERR_SIGNATURE},
    {"no LF", TEXT, NOTE_DASH NAME " " BLOB, ERR_SYNTAX},
    {"CRLF", TEXT, NOTE_DASH NAME " " BLOB "\r\n", ERR_SYNTAX},
    {"two spaces", TEXT, NOTE_DASH NAME "  " BLOB "\n", ERR_SYNTAX},
    {"two lines", TEXT, LINE LINE, ERR_SYNTAX},
    {"hyphen for the dash", TEXT, "- " NAME " " BLOB "\n", ERR_SYNTAX},
    {"nothing", TEXT, "", ERR_SYNTAX},
};

static void
cosign_check_is_strict(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cosign_cases) / sizeof(cosign_cases[0]); i++) {
		uint64_t time_s = 0;
		const char *text = cosign_cases[i].text, *line = cosign_cases[i].line;
		enum err e =
		    cosign_check(&cosign_key, text, strlen(text), line, strlen(line), &time_s);
		if (e != cosign_cases[i].err)
			fail_msg("%s: %s", cosign_cases[i].what, err_str(e));
		assert_int_equal(time_s, e == ERR_OK ? TIME : 0);
	}
}

static void
cosign_limits_are_exact(void **state)
{
	const uint64_t last = (UINT64_C(1) << 53) - 1;
	char name[LIM_NOTE_NAME_BYTES + 2];
	uint64_t time_s = 0;
	struct buf out;
	struct note_vkey key;
	(void)state;
	memset(name, 'w', sizeof(name));
	name[LIM_NOTE_NAME_BYTES] = '\0';
	buf_init(&out, 1024);
	assert_int_equal(
	    cosign_sign(TEXT, strlen(TEXT), last, name, cosign_secret, &out), ERR_OK);
	assert_int_equal(cosign_vkey_new(name, sshsig_key_public(cosign_secret), &key), ERR_OK);
	assert_in_range(out.len, 1, LIM_COSIGNATURE_BYTES);
	assert_int_equal(
	    cosign_check(&key, TEXT, strlen(TEXT), buf_str(&out), out.len, &time_s), ERR_OK);
	assert_int_equal(time_s, last);
	assert_int_equal(
	    cosign_sign(TEXT, strlen(TEXT), last + 1, name, cosign_secret, &out), ERR_RANGE);
	name[LIM_NOTE_NAME_BYTES] = 'w';
	name[LIM_NOTE_NAME_BYTES + 1] = '\0';
	assert_int_equal(
	    cosign_sign(TEXT, strlen(TEXT), last, name, cosign_secret, &out), ERR_SYNTAX);
	buf_done(&out);
	/* one byte more than any line can have is not looked at */
	buf_init(&out, 1024);
	buf_add_str(&out, NOTE_DASH NAME " ");
	while (out.len < LIM_COSIGNATURE_BYTES)
		buf_add_byte(&out, 'A');
	buf_add_byte(&out, '\n');
	assert_int_equal(
	    cosign_check(&cosign_key, TEXT, strlen(TEXT), buf_str(&out), out.len, &time_s),
	    ERR_SYNTAX);
	buf_done(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(cosign_line_is_what_openssl_makes),
	    cmocka_unit_test(cosign_keys_are_of_one_type),
	    cmocka_unit_test(cosign_check_is_strict),
	    cmocka_unit_test(cosign_limits_are_exact),
	};
	return cmocka_run_group_tests_name("cosign", tests, cosign_setup, cosign_teardown);
}
