/* links: @media src/core/item src/core/digest src/base/buf src/base/clock src/base/err src/base/escape src/base/hex src/base/log src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/* What is said of an encrypted volume when it was opened. */
/* libcrypto has an ERR_STATE of its own. */
/* clang-format off */
#define ERR_STATE openssl_err_state
#include <openssl/evp.h>
#undef ERR_STATE
/* clang-format on */

#include "src/media/medium.h"
#include "src/base/mem.h"
#include "src/media/medium_locked.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>

#define SECTOR 512
#define VIEW   ((size_t)64 * SECTOR)
#define HEADER LIM_UNLOCK_HEADER_BYTES
#define TAIL   131072

static const uint8_t key[64] = {1, 2, 3, [32] = 4, 5, 6};

/* A FAT12 without a file, as AES-XTS stores it. */
static void
make_view(uint8_t view[VIEW], bool ext_too)
{
	static const uint8_t boot[] = {0xEB, 0x3C, 0x90, 'M', 'S', 'D', 'O', 'S', '5', '.', '0',
	    0, 2, 1, 1, 0, 1, 16, 0, 64, 0, 0xF8, 1, 0};

	memset(view, 0, VIEW);
	memcpy(view, boot, sizeof(boot));
	memcpy(view + 54, "FAT12   ", 8);
	view[510] = 0x55;
	view[511] = 0xAA;
	memcpy(view + SECTOR, "\xF8\xFF\xFF", 3);
	if (ext_too)
		memcpy(view + 1080, "\x53\xEF", 2);
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	for (size_t i = 0; i < VIEW / SECTOR; i++) {
		uint8_t iv[16] = {(uint8_t)i};
		int n = 0;
		assert_int_equal(EVP_EncryptInit_ex(c, EVP_aes_256_xts(), NULL, key, iv), 1);
		assert_int_equal(
		    EVP_EncryptUpdate(c, view + SECTOR * i, &n, view + SECTOR * i, SECTOR), 1);
		assert_int_equal(n, SECTOR);
	}
	EVP_CIPHER_CTX_free(c);
}

static enum err
on_item(void *arg, const struct walk_item *it)
{
	char *told = arg;

	if (it->kind == ITEM_REGION)
		snprintf(told, 300, "%s", it->why);
	return ERR_OK;
}

/* What is told of a LUKS volume with so many bytes in front of its view and behind. */
static void
open_one(uint64_t head, uint64_t tail, bool ext_too, char told[300])
{
	struct layout l = {.cipher = LAYOUT_AES_XTS,
	    .iv = LAYOUT_PLAIN64,
	    .key_bytes = sizeof(key),
	    .sector_bytes = SECTOR,
	    .offset_bytes = head,
	    .bytes = VIEW};
	MEM_FREE uint8_t *view = mem_alloc(VIEW);
	struct medium *m;
	const char *why = "";
	char first[300] = "";
	int fd = memfd_create("medium", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, (off_t)(head + VIEW + tail)), 0);
	assert_int_equal(pwrite(fd, "LUKS\xBA\xBE\0\2", 8, 0), 8);
	make_view(view, ext_too);
	assert_int_equal(pwrite(fd, view, VIEW, (off_t)head), VIEW);
	assert_int_equal(medium_open(fd, &m, &why), ERR_OK);
	assert_true(medium_locked(m, 0));
	assert_int_equal(medium_walk(m, on_item, first, &why), ERR_OK);
	assert_non_null(strstr(first, "an encrypted volume (LUKS)"));
	assert_int_equal(medium_unlock(m, 1, &l, key, &why), ERR_OK);
	told[0] = first[0] = '\0';
	assert_int_equal(medium_walk_unlocked(m, 1, &why), ERR_OK);
	snprintf(told, 300, "%s", first);
	medium_close(m);
	close(fd);
}

static void
bytes_that_are_neither_header_nor_contents_are_told(void **state)
{
	(void)state;
	static const struct {
		uint64_t head, tail, bytes;
	} rows[] = {
	    {HEADER, 0, 0},
	    {HEADER, TAIL, 0},
	    {HEADER + SECTOR, TAIL, SECTOR},
	    {HEADER, TAIL + SECTOR, TAIL + SECTOR},
	    {HEADER + 4096, TAIL + 4096, TAIL + 8192},
	    {SECTOR, 0, 0},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char told[300], wanted[64];
		open_one(rows[i].head, rows[i].tail, false, told);
		snprintf(wanted, sizeof(wanted), "volume 1: %llu bytes of its partition",
		    (unsigned long long)rows[i].bytes);
		if (rows[i].bytes == 0)
			assert_string_equal(told, "");
		else
			assert_int_equal(strncmp(told, wanted, strlen(wanted)), 0);
	}
}

static void
another_mark_inside_is_told(void **state)
{
	(void)state;
	char told[300];
	open_one(HEADER, 0, true, told);
	assert_non_null(strstr(told, "volume 1 also bears the mark of ext"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(bytes_that_are_neither_header_nor_contents_are_told),
	    cmocka_unit_test(another_mark_inside_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
