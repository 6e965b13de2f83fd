/* links: src/core/entry src/core/transfer src/core/canon src/core/digest src/core/merkle src/core/seal src/core/sshsig src/base/buf src/base/clock src/base/hex src/base/mem src/base/utf8 src/base/err src/base/io */
/* SPDX-License-Identifier: ISC */
/* One entry: made, taken apart, verified; and everything that is not one. */
#include "src/core/entry.h"
#include "src/base/clock.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/canon.h"
#include "src/core/merkle.h"
#include "src/core/seal.h"
#include "src/core/sshsig.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static struct sshsig_key *key;
static char fingerprint[SSHSIG_FINGERPRINT_SIZE];

static int
set_up(void **state)
{
	static const uint8_t seed[SSHSIG_SEED_SIZE] = {7};
	(void)state;
	if (seal_init() != ERR_OK || sshsig_key_new(seed, &key) != ERR_OK)
		return -1;
	sshsig_fingerprint(sshsig_key_public(key), fingerprint);
	clock_set_wall_s(1700000000);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	sshsig_key_free(key);
	return 0;
}

static json_t *
make_body(void)
{
	json_t *head = json_pack("{s:s,s:i}", "root", ENTRY_ZEROS, "size", 3);
	json_t *data = json_pack("{s:s}", "reason", "a sentence");
	struct entry_new n = {
	    .log = "demo/K1/custody/1",
	    .type = "xfer.abort",
	    .subj = "xfer:K1-000001",
	    .prev = ENTRY_ZEROS,
	    .head = head,
	    .auth = head,
	    .actor_id = "anna",
	    .actor_key = fingerprint,
	    .actor_name = "Anna Berg",
	    .actor_role = "officer",
	    .boot = "boot",
	    .data = data,
	};
	json_t *body = entry_body_new(&n);
	json_decref(head);
	json_decref(data);
	return body;
}

static void
sign_text(const char *text, size_t n, struct buf *out)
{
	struct buf blob;
	char b64[HEX_B64_SIZE(SSHSIG_BLOB_SIZE)];
	char *line = mem_alloc(n + 2);
	memcpy(line, text, n);
	line[n] = '\n';
	buf_init(&blob, 1024);
	assert_int_equal(sshsig_sign(key, line, n + 1, &blob), ERR_OK);
	hex_b64_encode(blob.data, blob.len, b64);
	buf_add(out, line, n + 1);
	buf_addf(out, "%s\n", b64);
	buf_done(&blob);
	free(line);
}

static void
made_entry_parses_verifies_and_prints_the_same(void **state)
{
	struct buf out, again;
	struct entry *e;
	uint8_t leaf[32];
	(void)state;
	buf_init(&out, LIM_ENTRY_BYTES);
	buf_init(&again, LIM_ENTRY_BYTES);
	json_t *body = make_body();
	assert_int_equal(entry_sign(body, key, &out), ERR_OK);
	json_decref(body);
	assert_int_equal(entry_parse(out.data, out.len, NULL, &e), ERR_OK);
	assert_string_equal(e->type, "xfer.abort");
	assert_string_equal(e->at, "2023-11-14T22:13:20Z");
	assert_string_equal(e->meaning, "I end this transfer without a release.");
	assert_int_equal(e->head.size, 3);
	assert_int_equal(entry_verify(e, sshsig_key_public(key)), ERR_OK);
	merkle_leaf(out.data, out.len, leaf);
	assert_memory_equal(leaf, e->leaf, 32);
	assert_int_equal(entry_print(e, &again), ERR_OK);
	assert_int_equal(again.len, out.len);
	assert_memory_equal(again.data, out.data, out.len);
	entry_free(e);
	buf_done(&out);
	buf_done(&again);
}

static void
ids_are_fresh(void **state)
{
	(void)state;
	json_t *a = make_body(), *b = make_body();
	assert_string_not_equal(json_string_value(json_object_get(a, "id")),
	    json_string_value(json_object_get(b, "id")));
	json_decref(a);
	json_decref(b);
}

static void
every_flipped_bit_is_noticed(void **state)
{
	struct buf out;
	(void)state;
	buf_init(&out, LIM_ENTRY_BYTES);
	json_t *body = make_body();
	assert_int_equal(entry_sign(body, key, &out), ERR_OK);
	json_decref(body);
	for (size_t bit = 0; bit < out.len * 8; bit++) {
		struct entry *e;
		out.data[bit / 8] ^= (uint8_t)(1u << (bit % 8));
		if (entry_parse(out.data, out.len, NULL, &e) == ERR_OK) {
			if (entry_verify(e, sshsig_key_public(key)) == ERR_OK)
				fail_msg("bit %zu", bit);
			entry_free(e);
		}
		out.data[bit / 8] ^= (uint8_t)(1u << (bit % 8));
	}
	buf_done(&out);
}

/* Changes the body's text before it is signed: only the form can object. */
static const struct {
	const char *what, *from, *to;
	enum err want;
} spoilt[] = {
    {"blank after a comma", ",\"at\"", ", \"at\"", ERR_SYNTAX},
    {"duplicate key", "\"v\":1", "\"v\":1,\"v\":1", ERR_SYNTAX},
    {"keys out of order", "\"data\":{\"reason\":\"a sentence\"},\"head\"",
	"\"head\":1,\"data\":{}", ERR_SYNTAX},
    {"field too many", "\"v\":1", "\"v\":1,\"w\":1", ERR_SYNTAX},
    {"field missing", ",\"v\":1", "", ERR_SYNTAX},
    {"version 2", "\"v\":1", "\"v\":2", ERR_SYNTAX},
    {"float", "\"v\":1", "\"v\":1.0", ERR_RANGE},
    {"null", "\"reason\":\"a sentence\"", "\"reason\":null", ERR_RANGE},
    {"escaped letter", "a sentence", "\\u0061 sentence", ERR_SYNTAX},
    {"short prev", "\"prev\":\"00", "\"prev\":\"0", ERR_SYNTAX},
    {"head without size", "\"size\":3},\"id\"", "\"site\":3},\"id\"", ERR_SYNTAX},
    {"impossible date", "2023-11-14", "2023-02-30", ERR_SYNTAX},
    {"time with zone", "20Z", "20+00:00", ERR_SYNTAX},
    {"control in the actor's name", "Anna Berg", "Anna\\u0008Berg", ERR_SYNTAX},
    {"bidi control in the subject", "xfer:K1", "xfer:\xe2\x80\xaeK1", ERR_SYNTAX},
    {"actor without role", ",\"role\":\"officer\"", "", ERR_SYNTAX},
    {"data is text", "{\"reason\":\"a sentence\"}", "\"a sentence\"", ERR_SYNTAX},
};

static void
other_spellings_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(spoilt) / sizeof(spoilt[0]); i++) {
		struct buf text, out;
		struct entry *e;
		char why[ENTRY_WHY_SIZE] = "";
		buf_init(&text, LIM_ENTRY_BODY_BYTES);
		buf_init(&out, LIM_ENTRY_BYTES);
		json_t *body = make_body();
		assert_int_equal(canon_print(body, &text), ERR_OK);
		json_decref(body);
		const char *at = strstr(buf_str(&text), spoilt[i].from);
		if (at == NULL)
			fail_msg(
			    "%s: %s not in %s", spoilt[i].what, spoilt[i].from, buf_str(&text));
		char *changed = mem_printf("%.*s%s%s", (int)(at - buf_str(&text)),
		    buf_str(&text), spoilt[i].to, at + strlen(spoilt[i].from));
		sign_text(changed, strlen(changed), &out);
		if (entry_parse(out.data, out.len, why, &e) != spoilt[i].want)
			fail_msg("%s", spoilt[i].what);
		assert_string_not_equal(why, "");
		free(changed);
		buf_done(&text);
		buf_done(&out);
	}
}

static void
lines_must_be_two(void **state)
{
	struct buf good;
	(void)state;
	buf_init(&good, LIM_ENTRY_BYTES);
	json_t *body = make_body();
	assert_int_equal(entry_sign(body, key, &good), ERR_OK);
	json_decref(body);
	size_t body_len = (size_t)(strchr(buf_str(&good), '\n') - buf_str(&good));
	const struct {
		const char *what;
		char *text;
	} cases[] = {
	    {"nothing", mem_printf("%s", "")},
	    {"one line feed", mem_printf("\n")},
	    {"no signature", mem_printf("%.*s\n", (int)body_len, buf_str(&good))},
	    {"empty signature", mem_printf("%.*s\n\n", (int)body_len, buf_str(&good))},
	    {"no last line feed", mem_printf("%.*s", (int)good.len - 1, buf_str(&good))},
	    {"line feed too many", mem_printf("%s\n", buf_str(&good))},
	    {"carriage returns", mem_printf("%.*s\r\n%s", (int)body_len, buf_str(&good),
				     buf_str(&good) + body_len + 1)},
	    {"base64 without padding",
		mem_printf("%.*sQQ\n", (int)body_len + 1, buf_str(&good))},
	    {"base64 with loose bits",
		mem_printf("%.*sQR==\n", (int)body_len + 1, buf_str(&good))},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct entry *e;
		if (entry_parse(cases[i].text, strlen(cases[i].text), NULL, &e) == ERR_OK)
			fail_msg("%s", cases[i].what);
		free(cases[i].text);
	}
	buf_done(&good);
}

/* The longest body, and one byte more. */
static void
body_of_65536_bytes_and_one_more(void **state)
{
	(void)state;
	for (size_t over = 0; over < 2; over++) {
		struct buf text, out;
		struct entry *e;
		json_t *body = make_body();
		buf_init(&text, 2 * LIM_ENTRY_BODY_BYTES);
		buf_init(&out, 2 * LIM_ENTRY_BYTES);
		assert_int_equal(canon_print(body, &text), ERR_OK);
		size_t missing = LIM_ENTRY_BODY_BYTES + over - text.len;
		char *long_text = mem_alloc(missing + strlen("a sentence") + 1);
		memset(long_text, 'a', missing + strlen("a sentence"));
		char *changed = mem_printf("%.*s%s%s",
		    (int)(strstr(buf_str(&text), "a sentence") - buf_str(&text)),
		    buf_str(&text), long_text,
		    strstr(buf_str(&text), "a sentence") + strlen("a sentence"));
		assert_int_equal(strlen(changed), LIM_ENTRY_BODY_BYTES + over);
		sign_text(changed, strlen(changed), &out);
		enum err want = over ? ERR_LIMIT : ERR_OK;
		assert_int_equal(entry_parse(out.data, out.len, NULL, &e), want);
		if (!over)
			entry_free(e);
		json_decref(body);
		free(long_text);
		free(changed);
		buf_done(&text);
		buf_done(&out);
	}
}

static void
signature_of_4096_bytes_and_one_more(void **state)
{
	(void)state;
	for (size_t over = 0; over < 2; over++) {
		struct buf text, out;
		struct entry *e;
		static uint8_t blob[LIM_ENTRY_SIG_BYTES + 3];
		char b64[HEX_B64_SIZE(sizeof(blob))];
		size_t n = LIM_ENTRY_SIG_BYTES + over * 3; /* base64 counts in threes */
		json_t *body = make_body();
		buf_init(&text, LIM_ENTRY_BODY_BYTES);
		buf_init(&out, 2 * LIM_ENTRY_BYTES);
		assert_int_equal(canon_print(body, &text), ERR_OK);
		hex_b64_encode(blob, n, b64);
		buf_addf(&out, "%s\n%s\n", buf_str(&text), b64);
		assert_int_equal(
		    entry_parse(out.data, out.len, NULL, &e), over ? ERR_LIMIT : ERR_OK);
		if (!over) {
			assert_int_not_equal(entry_verify(e, sshsig_key_public(key)), ERR_OK);
			entry_free(e);
		}
		json_decref(body);
		buf_done(&text);
		buf_done(&out);
	}
}

static void
lists_take_blank_lines_between_only(void **state)
{
	static const struct {
		const char *what, *list;
		size_t count;
		enum err end;
	} cases[] = {
	    {"empty", "", 0, ERR_NOTFOUND},
	    {"one", "a\nb\n", 1, ERR_NOTFOUND},
	    {"two", "a\nb\n\nc\nd\n", 2, ERR_NOTFOUND},
	    {"no blank line", "a\nb\nc\nd\n", 0, ERR_SYNTAX},
	    {"blank line at the end", "a\nb\n\n", 0, ERR_SYNTAX},
	    {"half an entry", "a\nb\n\nc\n", 1, ERR_SYNTAX},
	    {"no line feed", "a\nb", 0, ERR_SYNTAX},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t cursor = 0, len, count = 0;
		const uint8_t *entry;
		enum err err;
		while ((err = entry_list_next((const uint8_t *)cases[i].list,
			    strlen(cases[i].list), &cursor, &entry, &len)) == ERR_OK) {
			assert_int_equal(len, 4);
			count++;
		}
		if (err != cases[i].end || count != cases[i].count)
			fail_msg("%s", cases[i].what);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(made_entry_parses_verifies_and_prints_the_same),
	    cmocka_unit_test(ids_are_fresh),
	    cmocka_unit_test(every_flipped_bit_is_noticed),
	    cmocka_unit_test(other_spellings_are_refused),
	    cmocka_unit_test(lines_must_be_two),
	    cmocka_unit_test(body_of_65536_bytes_and_one_more),
	    cmocka_unit_test(signature_of_4096_bytes_and_one_more),
	    cmocka_unit_test(lists_take_blank_lines_between_only),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
