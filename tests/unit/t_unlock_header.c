/* links: src/proc/unlock/header src/proc/unlock/bitlocker src/proc/unlock/recovery src/proc/unlock/volkey src/proc/unlock/volkey_truecrypt src/proc/unlock/nokernel src/media/layout src/base/pin src/base/mem */
/* SPDX-License-Identifier: ISC */
/* What of an encrypted volume's header is copied, and what one try may cost. */
#include "src/base/mem.h"
#include "src/proc/unlock/header.h"
#include "src/proc/unlock/volkey.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <sys/stat.h>
#include <unistd.h>

static struct medium {
	uint8_t head[4096];
	uint64_t bad_from, bad_to; /* cannot be read */
	uint64_t most;             /* the furthest byte that was asked for */
} medium;

static enum err
read_medium(void *arg, uint64_t at, void *out, size_t n)
{
	(void)arg;
	if (at + n > medium.most)
		medium.most = at + n;
	if (at < medium.bad_to && medium.bad_from < at + n)
		return ERR_IO;
	memset(out, 'x', n);
	if (at < sizeof(medium.head))
		memcpy(out, medium.head + at,
		    n < sizeof(medium.head) - at ? n : sizeof(medium.head) - at);
	return ERR_OK;
}

static enum err
copy(enum header_kind kind, uint64_t bytes, struct header *h)
{
	const char *why = NULL;
	medium.most = 0;
	enum err e = header_copy(read_medium, NULL, kind, bytes, h, &why);
	assert_non_null(why);
	return e;
}

static uint8_t
byte_at(const struct header *h, uint64_t at)
{
	uint8_t b = 0;
	assert_int_equal(pread(h->fd, &b, 1, (off_t)at), 1);
	return b;
}

static void
a_header_and_no_more_is_copied(void **state)
{
	struct header h;
	struct stat st;
	uint64_t large = 1ull << 40;
	(void)state;
	medium = (struct medium){.head = "LUKS\xba\xbe\0\2"};
	assert_int_equal(copy(HEADER_LUKS, large, &h), ERR_OK);
	assert_int_equal(medium.most, LIM_UNLOCK_HEADER_BYTES);
	assert_int_equal(fstat(h.fd, &st), 0);
	assert_int_equal(st.st_size, large);
	assert_int_equal(byte_at(&h, 0), 'L');
	assert_int_equal(byte_at(&h, LIM_UNLOCK_HEADER_BYTES - 1), 'x');
	assert_int_equal(byte_at(&h, LIM_UNLOCK_HEADER_BYTES), 0);
	header_done(&h);
	/* the volume ends first */
	assert_int_equal(copy(HEADER_LUKS, 5000, &h), ERR_OK);
	assert_int_equal(medium.most, 5000);
	header_done(&h);
	/* both ends of one that has headers there */
	assert_int_equal(copy(HEADER_VERACRYPT, large, &h), ERR_OK);
	assert_int_equal(medium.most, large);
	assert_int_equal(byte_at(&h, 131071), 'x');
	assert_int_equal(byte_at(&h, 131072), 0);
	assert_int_equal(byte_at(&h, large - 131072), 'x');
	header_done(&h);
	assert_int_equal(copy(HEADER_VERACRYPT, 511, &h), ERR_RANGE);
	assert_int_equal(copy(HEADER_VERACRYPT, (uint64_t)INT64_MAX + 1, &h), ERR_RANGE);
}

/* A bad sector costs its page: the rest may be enough. */
static void
what_cannot_be_read_stays_zero(void **state)
{
	struct header h;
	(void)state;
	medium = (struct medium){.bad_from = 70000, .bad_to = 70512};
	assert_int_equal(copy(HEADER_LUKS, 1 << 20, &h), ERR_OK);
	assert_int_equal(byte_at(&h, 69631), 'x');
	assert_int_equal(byte_at(&h, 69632), 0);
	assert_int_equal(byte_at(&h, 73727), 0);
	assert_int_equal(byte_at(&h, 73728), 'x');
	header_done(&h);
	medium = (struct medium){.bad_from = 0, .bad_to = 1};
	assert_int_equal(copy(HEADER_BITLOCKER, 1 << 20, &h), ERR_SYNTAX);
}

static void
rounds_of_luks1_have_a_limit(void **state)
{
	struct header h;
	(void)state;
	medium = (struct medium){.head = "LUKS\xba\xbe\0\1"};
	for (uint32_t over = 0; over < 2; over++) {
		uint32_t n = LIM_UNLOCK_KDF_ROUNDS + over;
		for (int i = 0; i < 4; i++)
			medium.head[164 + i] = (uint8_t)(n >> (8 * (3 - i)));
		assert_int_equal(copy(HEADER_LUKS, 1 << 20, &h), over ? ERR_RANGE : ERR_OK);
		if (!over)
			header_done(&h);
	}
}

static void
one_try_has_a_price(void **state)
{
	static const struct {
		const char *type;
		uint32_t passes, kib;
		bool fits;
	} rows[] = {
	    {"pbkdf2", LIM_UNLOCK_KDF_ROUNDS, 0, true},
	    {"pbkdf2", LIM_UNLOCK_KDF_ROUNDS + 1, 0, false},
	    {"argon2id", 4, LIM_UNLOCK_KDF_KIB, true},
	    {"argon2id", 4, LIM_UNLOCK_KDF_KIB + 1, false},
	    {"argon2i", LIM_UNLOCK_KDF_WORK / 1024, 1024, true},
	    {"argon2i", LIM_UNLOCK_KDF_WORK / 1024 + 1, 1024, false},
	    {"argon2id", UINT32_MAX, UINT32_MAX, false},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(
		    volkey_kdf_fits(rows[i].type, rows[i].passes, rows[i].kib), rows[i].fits);
}

/* One over the limit is refused before any work; LIM_UNLOCK_PIM itself takes minutes. */
static void
a_pim_has_a_limit(void **state)
{
	struct secret none = {.passphrase = (const uint8_t *)"x", .passphrase_len = 1};
	struct header h;
	struct volkey k;
	(void)state;
	medium = (struct medium){.head = ""};
	assert_int_equal(copy(HEADER_VERACRYPT, 1 << 20, &h), ERR_OK);
	assert_int_equal(volkey_find(&h, &none, LIM_UNLOCK_PIM + 1, &k), ERR_LIMIT);
	assert_non_null(strstr(k.why, "2000 at most"));
	volkey_done(&k);
	assert_int_equal(volkey_find(&h, &none, 1, &k), ERR_DENIED);
	assert_true(k.wrong);
	volkey_done(&k);
	header_done(&h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_header_and_no_more_is_copied),
	    cmocka_unit_test(what_cannot_be_read_stays_zero),
	    cmocka_unit_test(rounds_of_luks1_have_a_limit),
	    cmocka_unit_test(one_try_has_a_price),
	    cmocka_unit_test(a_pim_has_a_limit),
	};
	volkey_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
