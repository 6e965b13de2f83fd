/* links: src/core/seal src/core/sshsig src/core/digest src/base/buf src/base/io src/base/mem src/base/hex src/base/err */
/* SPDX-License-Identifier: ISC */
#include "src/core/seal.h"
#include "src/base/hex.h"
#include "src/base/mem.h"
#include "src/core/digest.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include <unistd.h>

#define SECRET __attribute__((cleanup(seal_secret_cleanup))) struct seal_secret

/* A pipe that holds these bytes and then ends. */
static int
pipe_with(const void *bytes, size_t n)
{
	int fd[2];
	assert_int_equal(pipe(fd), 0);
	assert_int_equal(write(fd[1], bytes, n), n);
	close(fd[1]);
	return fd[0];
}

static struct seal_secret *
passphrase(const char *text)
{
	struct seal_secret *s = NULL;
	MEM_CLOSE int fd = pipe_with(text, strlen(text));
	assert_int_equal(seal_secret_read(fd, &s), ERR_OK);
	return s;
}

/* the pairs below are written out for these limits */
_Static_assert(LIM_KEY_OPS == 16 && LIM_KEY_MEM_BYTES == 1073741824, "costs");
_Static_assert(LIM_PERSON_ID_BYTES == 32, "officer id");

/* --- passphrases and raw keys ------------------------------------------------ */

static void
seal_passphrase_is_one_line(void **state)
{
	static const struct {
		const char *what, *bytes;
		size_t n, len;
		enum err want;
	} cases[] = {
	    {"with LF", "correct horse\n", 14, 13, ERR_OK},
	    {"without LF", "correct horse", 13, 13, ERR_OK},
	    {"CR stays", "a\r\n", 3, 2, ERR_OK},
	    {"spaces stay", " a \n", 4, 3, ERR_OK},
	    {"two lines", "a\nb\n", 4, 1, ERR_OK},
	    {"nothing", "", 0, 0, ERR_RANGE},
	    {"LF alone", "\n", 1, 0, ERR_RANGE},
	    {"NUL inside", "a\0b\n", 4, 0, ERR_SYNTAX},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		SECRET *s = NULL;
		MEM_CLOSE int fd = pipe_with(cases[i].bytes, cases[i].n);
		enum err e = seal_secret_read(fd, &s);
		if (e != cases[i].want)
			fail_msg("%s: %s", cases[i].what, err_str(e));
		if (e != ERR_OK) {
			assert_null(s);
			continue;
		}
		assert_int_equal(seal_secret_len(s), cases[i].len);
		assert_memory_equal(seal_secret_bytes(s), cases[i].bytes, cases[i].len);
	}
}

static void
seal_passphrase_leaves_what_follows(void **state)
{
	char rest[8];
	SECRET *s = NULL;
	MEM_CLOSE int fd = pipe_with("one\ntwo\n", 8);
	(void)state;
	assert_int_equal(seal_secret_read(fd, &s), ERR_OK);
	assert_int_equal(read(fd, rest, sizeof(rest)), 4);
	assert_memory_equal(rest, "two\n", 4);
}

static void
seal_passphrase_limit_is_exact(void **state)
{
	char text[LIM_PASSPHRASE_BYTES + 2];
	(void)state;
	memset(text, 'p', sizeof(text));
	for (size_t extra = 0; extra < 2; extra++) {
		for (size_t lf = 0; lf < 2; lf++) {
			SECRET *s = NULL;
			size_t n = LIM_PASSPHRASE_BYTES + extra;
			text[n] = lf ? '\n' : 'p';
			MEM_CLOSE int fd = pipe_with(text, n + lf);
			assert_int_equal(
			    seal_secret_read(fd, &s), extra == 0 ? ERR_OK : ERR_LIMIT);
			text[n] = 'p';
		}
	}
}

static void
seal_unreadable_passphrase_is_an_error(void **state)
{
	SECRET *s = NULL;
	(void)state;
	assert_int_equal(seal_secret_read(-1, &s), ERR_IO);
	assert_int_equal(seal_secret_load(-1, 32, &s), ERR_IO);
}

static void
seal_raw_key_has_its_exact_size(void **state)
{
	static const uint8_t bytes[33] = {1, 2, 0, '\n'};
	(void)state;
	for (size_t n = 31; n <= 33; n++) {
		SECRET *s = NULL;
		MEM_CLOSE int fd = pipe_with(bytes, n);
		assert_int_equal(seal_secret_load(fd, 32, &s), n == 32 ? ERR_OK : ERR_SYNTAX);
		if (s != NULL)
			assert_memory_equal(seal_secret_bytes(s), bytes, 32);
	}
}

static void
seal_secret_of_any_size_is_zeroed(void **state)
{
	static const size_t sizes[] = {1, 7, 8, 9, LIM_SECRET_BYTES};
	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		SECRET *s = NULL;
		assert_int_equal(seal_secret_new(sizes[i], &s), ERR_OK);
		assert_int_equal(seal_secret_len(s), sizes[i]);
		for (size_t k = 0; k < sizes[i]; k++)
			assert_int_equal(seal_secret_bytes(s)[k], 0);
		memset(seal_secret_bytes(s), 0xff, sizes[i]);
	}
}

static void
seal_random_differs_and_wipe_wipes(void **state)
{
	uint8_t a[32], b[32], zero[32] = {0};
	(void)state;
	seal_random(a, sizeof(a));
	seal_random(b, sizeof(b));
	assert_memory_not_equal(a, b, sizeof(a));
	seal_wipe(a, sizeof(a));
	assert_memory_equal(a, zero, sizeof(a));
}

/* --- key files ---------------------------------------------------------------- */

static struct buf seal_file;
static struct seal_secret *seal_seed;

static int
seal_setup(void **state)
{
	(void)state;
	buf_init(&seal_file, LIM_KEY_FILE_BYTES);
	if (seal_init() != ERR_OK || seal_seed_new(&seal_seed) != ERR_OK)
		return -1;
	SECRET *p = passphrase("correct horse");
	return seal_close(seal_seed, p, "ada", SEAL_COST_FLOOR, &seal_file) == ERR_OK ? 0 : -1;
}

static int
seal_teardown(void **state)
{
	(void)state;
	buf_done(&seal_file);
	seal_secret_free(seal_seed);
	seal_secret_free(NULL);
	return 0;
}

static void
seal_opens_with_its_passphrase_only(void **state)
{
	static const struct {
		const char *passphrase;
		enum err want;
	} cases[] = {
	    {"correct horse", ERR_OK},
	    {"correct horsf", ERR_DENIED},
	    {"correct horse ", ERR_DENIED},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct seal_header h = {.officer = "nobody"};
		SECRET *p = passphrase(cases[i].passphrase), *seed = NULL;
		enum err e = seal_open(seal_file.data, seal_file.len, p, &h, &seed);
		assert_int_equal(e, cases[i].want);
		if (e != ERR_OK) {
			assert_null(seed);
			assert_string_equal(h.officer, "nobody");
			continue;
		}
		assert_string_equal(h.officer, "ada");
		assert_int_equal(h.ops, 2);
		assert_int_equal(h.mem_bytes, 64 << 20);
		assert_memory_equal(
		    seal_secret_bytes(seed), seal_secret_bytes(seal_seed), SSHSIG_SEED_SIZE);
	}
}

/* The seed that comes out signs for the public key that the header shows. */
static void
seal_seed_signs_for_the_header(void **state)
{
	struct seal_header h;
	struct sshsig_key *key;
	struct buf blob;
	uint8_t who[SSHSIG_PUBLIC_SIZE];
	(void)state;
	buf_init(&blob, SSHSIG_BLOB_SIZE);
	assert_int_equal(seal_header_parse(seal_file.data, seal_file.len, &h), ERR_OK);
	assert_int_equal(seal_seed_key(seal_seed, &key), ERR_OK);
	assert_int_equal(sshsig_sign(key, "m", 1, &blob), ERR_OK);
	sshsig_key_free(key);
	assert_int_equal(sshsig_verify(blob.data, blob.len, "m", 1, who), ERR_OK);
	assert_memory_equal(who, h.public, sizeof(who));
	buf_done(&blob);
}

static void
seal_moderate_is_recorded(void **state)
{
	struct seal_header h;
	struct buf file;
	SECRET *p = passphrase("x"), *seed = NULL;
	(void)state;
	buf_init(&file, LIM_KEY_FILE_BYTES);
	assert_int_equal(seal_close(seal_seed, p, "ada", SEAL_COST_MODERATE, &file), ERR_OK);
	assert_int_equal(seal_open(file.data, file.len, p, &h, &seed), ERR_OK);
	assert_int_equal(h.ops, 3);
	assert_int_equal(h.mem_bytes, 256 << 20);
	buf_done(&file);
}

static void
seal_damaged_file_is_not_a_wrong_passphrase(void **state)
{
	struct seal_header h;
	(void)state;
	for (size_t i = 0; i < seal_file.len; i++) {
		seal_file.data[i] ^= 1;
		if (seal_header_parse(seal_file.data, seal_file.len, &h) != ERR_SYNTAX)
			fail_msg("byte %zu", i);
		seal_file.data[i] ^= 1;
	}
	for (size_t n = 0; n < seal_file.len; n++) {
		MEM_FREE uint8_t *cut = mem_array(1, n);
		memcpy(cut, seal_file.data, n);
		assert_int_equal(seal_header_parse(cut, n, &h), ERR_SYNTAX);
	}
	/* one byte after the end: the NUL that follows the buffer's contents */
	assert_int_equal(seal_header_parse(seal_file.data, seal_file.len + 1, &h), ERR_SYNTAX);
}

/* Replaces text in the file and puts the sum right again. */
static void
forge(const char *from, const char *to, struct buf *out)
{
	uint8_t sum[DIGEST_SIZE];
	char hex[HEX_DIGEST_SIZE];
	const char *all = buf_str(&seal_file), *at = strstr(all, from);
	const char *end = strstr(all, "\nsum ") + 1;
	assert_non_null(at);
	buf_init(out, 2 * LIM_KEY_FILE_BYTES);
	buf_add(out, all, (size_t)(at - all));
	buf_add_str(out, to);
	buf_add(out, at + strlen(from), (size_t)(end - at) - strlen(from));
	digest_sha256(out->data, out->len, sum);
	hex_encode(sum, sizeof(sum), hex);
	buf_addf(out, "sum %s\n", hex);
}

static void
seal_forged_header_does_not_open(void **state)
{
	static const struct {
		const char *what, *from, *to;
		enum err want;
	} cases[] = {
	    {"not forged", "officer ada\n", "officer ada\n", ERR_OK},
	    {"other officer", "officer ada\n", "officer bob\n", ERR_DENIED},
	    {"other cost", "ops 2\n", "ops 3\n", ERR_DENIED},
	    {"no passes", "ops 2\n", "ops 0\n", ERR_SYNTAX},
	    {"leading zero", "ops 2\n", "ops 02\n", ERR_SYNTAX},
	    {"number over 64 bits", "ops 2\n", "ops 99999999999999999999\n", ERR_SYNTAX},
	    {"other function", "kdf argon2id13\n", "kdf scrypt\n", ERR_SYNTAX},
	    {"other version", "key-v1\n", "key-v2\n", ERR_SYNTAX},
	    {"officer id too long", "officer ada\n",
		"officer a23456789012345678901234567890123\n", ERR_SYNTAX},
	    {"officer id not an id", "officer ada\n", "officer Ada\n", ERR_SYNTAX},
	    {"line added", "ops 2\n", "ops 2\nops 2\n", ERR_SYNTAX},
	};
	SECRET *p = passphrase("correct horse");
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		SECRET *seed = NULL;
		struct buf file;
		forge(cases[i].from, cases[i].to, &file);
		enum err e = seal_open(file.data, file.len, p, NULL, &seed);
		if (e != cases[i].want)
			fail_msg("%s: %s", cases[i].what, err_str(e));
		buf_done(&file);
	}
}

static void
seal_key_file_over_the_limit_is_refused(void **state)
{
	struct seal_header h;
	char text[LIM_KEY_FILE_BYTES + 1];
	(void)state;
	memset(text, 'x', sizeof(text));
	memcpy(text, seal_file.data, seal_file.len);
	assert_int_equal(seal_header_parse(text, LIM_KEY_FILE_BYTES, &h), ERR_SYNTAX);
	assert_int_equal(seal_header_parse(text, LIM_KEY_FILE_BYTES + 1, &h), ERR_LIMIT);
}

static void
seal_officer_id_is_checked(void **state)
{
	static const struct {
		const char *id;
		enum err want;
	} cases[] = {
	    {"a2345678901234567890123456789012", ERR_OK},
	    {"a23456789012345678901234567890123", ERR_RANGE},
	    {"", ERR_RANGE},
	    {"Ada", ERR_RANGE},
	    {"1ada", ERR_RANGE},
	    {"ada\n", ERR_RANGE},
	    {"ada b", ERR_RANGE},
	};
	SECRET *p = passphrase("x");
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf file;
		buf_init(&file, LIM_KEY_FILE_BYTES);
		assert_int_equal(seal_close(seal_seed, p, cases[i].id, SEAL_COST_FLOOR, &file),
		    cases[i].want);
		buf_done(&file);
	}
}

/* Two files for the same seed and passphrase share neither salt nor nonce. */
static void
seal_never_repeats_itself(void **state)
{
	struct buf file;
	SECRET *p = passphrase("correct horse");
	(void)state;
	buf_init(&file, LIM_KEY_FILE_BYTES);
	assert_int_equal(seal_close(seal_seed, p, "ada", SEAL_COST_FLOOR, &file), ERR_OK);
	static const char *const words[] = {"\nsalt ", "\nnonce ", "\nbox "};
	for (size_t i = 0; i < 3; i++) {
		const char *a = strstr(buf_str(&seal_file), words[i]);
		const char *b = strstr(buf_str(&file), words[i]);
		assert_memory_not_equal(a + 7, b + 7, 16);
	}
	buf_done(&file);
}

/* Else a key file could be passed off with a public key that others trust. */
static void
seal_forged_public_key_does_not_open(void **state)
{
	struct seal_header h;
	struct buf file;
	char line[SSHSIG_LINE_SIZE];
	SECRET *p = passphrase("correct horse"), *seed = NULL;
	(void)state;
	assert_int_equal(seal_header_parse(seal_file.data, seal_file.len, &h), ERR_OK);
	sshsig_public_line(h.public, line);
	forge(line,
	    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4",
	    &file);
	assert_int_equal(seal_open(file.data, file.len, p, NULL, &seed), ERR_DENIED);
	assert_null(seed);
	buf_done(&file);
}

static void
seal_cost_limits_are_exact(void **state)
{
	static const struct {
		const char *from, *to;
		enum err want;
	} cases[] = {
	    {"ops 2\n", "ops 1\n", ERR_RANGE},
	    {"ops 2\n", "ops 2\n", ERR_OK},
	    {"ops 2\n", "ops 16\n", ERR_OK},
	    {"ops 2\n", "ops 17\n", ERR_RANGE},
	    {"mem_bytes 67108864\n", "mem_bytes 67108863\n", ERR_RANGE},
	    {"mem_bytes 67108864\n", "mem_bytes 67108864\n", ERR_OK},
	    {"mem_bytes 67108864\n", "mem_bytes 1073741824\n", ERR_OK},
	    {"mem_bytes 67108864\n", "mem_bytes 1073741825\n", ERR_RANGE},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct seal_header h;
		struct buf file;
		forge(cases[i].from, cases[i].to, &file);
		if (seal_header_parse(file.data, file.len, &h) != cases[i].want)
			fail_msg("%s", cases[i].to);
		buf_done(&file);
	}
}

/* The same seed; the new passphrase opens it and the old one does not; never cheaper. */
static void
seal_change_never_lowers_the_cost(void **state)
{
	static const struct {
		enum seal_cost was, least;
		uint64_t ops, mem_bytes;
	} cases[] = {
	    {SEAL_COST_FLOOR, SEAL_COST_FLOOR, 2, 64 << 20},
	    {SEAL_COST_FLOOR, SEAL_COST_MODERATE, 3, 256 << 20},
	    {SEAL_COST_MODERATE, SEAL_COST_FLOOR, 3, 256 << 20},
	};
	SECRET *old = passphrase("correct horse"), *new = passphrase("battery staple");
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct seal_header was, is;
		struct buf file, changed;
		SECRET *seed = NULL, *none = NULL;
		buf_init(&file, LIM_KEY_FILE_BYTES);
		buf_init(&changed, LIM_KEY_FILE_BYTES);
		assert_int_equal(
		    seal_close(seal_seed, old, "ada", cases[i].was, &file), ERR_OK);
		assert_int_equal(seal_header_parse(file.data, file.len, &was), ERR_OK);
		assert_int_equal(
		    seal_change(file.data, file.len, new, new, cases[i].least, &changed),
		    ERR_DENIED);
		assert_int_equal(changed.len, 0);
		assert_int_equal(
		    seal_change(file.data, file.len, old, new, cases[i].least, &changed),
		    ERR_OK);
		assert_int_equal(
		    seal_open(changed.data, changed.len, old, NULL, &none), ERR_DENIED);
		assert_int_equal(seal_open(changed.data, changed.len, new, &is, &seed), ERR_OK);
		assert_string_equal(is.officer, "ada");
		assert_memory_equal(is.public, was.public, sizeof(is.public));
		assert_int_equal(is.ops, cases[i].ops);
		assert_int_equal(is.mem_bytes, cases[i].mem_bytes);
		assert_true(seal_header_meets(&is, SEAL_COST_FLOOR));
		assert_int_equal(seal_header_meets(&is, SEAL_COST_MODERATE), is.ops == 3);
		buf_done(&file);
		buf_done(&changed);
	}
}

/* Either part that is below is enough. */
static void
a_cost_is_met_by_both_of_its_parts(void **state)
{
	static const struct {
		uint64_t ops, mem_bytes;
		bool meets;
	} cases[] = {
	    {3, 256 << 20, true},
	    {4, 512 << 20, true},
	    {2, 256 << 20, false},
	    {3, (256 << 20) - 1, false},
	    {2, 64 << 20, false},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct seal_header h = {
		    .ops = cases[i].ops, .mem_bytes = cases[i].mem_bytes};
		assert_int_equal(seal_header_meets(&h, SEAL_COST_MODERATE), cases[i].meets);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(seal_passphrase_is_one_line),
	    cmocka_unit_test(seal_passphrase_leaves_what_follows),
	    cmocka_unit_test(seal_passphrase_limit_is_exact),
	    cmocka_unit_test(seal_unreadable_passphrase_is_an_error),
	    cmocka_unit_test(seal_raw_key_has_its_exact_size),
	    cmocka_unit_test(seal_secret_of_any_size_is_zeroed),
	    cmocka_unit_test(seal_random_differs_and_wipe_wipes),
	    cmocka_unit_test(seal_opens_with_its_passphrase_only),
	    cmocka_unit_test(seal_seed_signs_for_the_header),
	    cmocka_unit_test(seal_moderate_is_recorded),
	    cmocka_unit_test(seal_damaged_file_is_not_a_wrong_passphrase),
	    cmocka_unit_test(seal_forged_header_does_not_open),
	    cmocka_unit_test(seal_forged_public_key_does_not_open),
	    cmocka_unit_test(seal_cost_limits_are_exact),
	    cmocka_unit_test(seal_key_file_over_the_limit_is_refused),
	    cmocka_unit_test(seal_officer_id_is_checked),
	    cmocka_unit_test(seal_never_repeats_itself),
	    cmocka_unit_test(seal_change_never_lowers_the_cost),
	    cmocka_unit_test(a_cost_is_met_by_both_of_its_parts),
	};
	return cmocka_run_group_tests_name("seal", tests, seal_setup, seal_teardown);
}
