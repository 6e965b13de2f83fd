/* SPDX-License-Identifier: ISC */
#include "src/media/ntfsdir.h"
#include "src/media/le.h"
#include "src/media/wtf8.h"

#include <string.h>

#define ENTRY_HEAD   16
#define NAME_HEAD    66 /* FILE_NAME up to its characters */
#define FLAG_NODE    1
#define FLAG_LAST    2
#define NAMESPACE_AT 65
#define DOS          2
#define SECTOR       512

/* One FILE_NAME key. */
static enum err
ntfsdir_key(uint64_t ref, const uint8_t *key, size_t n, entry_fn *fn, void *arg)
{
	uint8_t name[WTF8_SIZE(255)];

	if (n < NAME_HEAD || n < NAME_HEAD + 2u * key[64])
		return ERR_SYNTAX;
	struct entry entry = {
	    .name = name,
	    .name_len = wtf8_put(key + NAME_HEAD, key[64], name),
	    .record = ref & 0xFFFFFFFFFFFFu,
	    .sequence = (uint16_t)(ref >> 48),
	    .dos_name = key[NAMESPACE_AT] == DOS,
	    .bad = wtf8_is_name(key + NAME_HEAD, key[64]) ? NULL : ENTRY_BAD_NAME,
	};
	return fn(arg, &entry);
}

/* A node: its header at p, n bytes until the end of what holds it. */
static enum err
ntfsdir_node(const uint8_t *p, size_t n, entry_fn *fn, void *arg)
{
	if (n < 16)
		return ERR_SYNTAX;
	size_t at = le32(p), used = le32(p + 4);
	if (used > n || at < 16 || at > used)
		return ERR_SYNTAX;
	while (at + ENTRY_HEAD <= used) {
		const uint8_t *e = p + at;
		size_t len = le16(e + 8), key = le16(e + 10);
		if (len < ENTRY_HEAD || len > used - at || len % 8 != 0)
			return ERR_SYNTAX;
		if (le16(e + 12) & FLAG_LAST)
			return ERR_OK;
		if (key > len - ENTRY_HEAD)
			return ERR_SYNTAX;
		enum err err = ntfsdir_key(le64(e), e + ENTRY_HEAD, key, fn, arg);
		if (err != ERR_OK)
			return err;
		at += len;
	}
	return ERR_SYNTAX; /* no last entry */
}

enum err
ntfsdir_root(
    const uint8_t *value, size_t n, uint32_t *ret_record_bytes, entry_fn *fn, void *arg)
{
	if (n < 32 || le32(value) != 0x30)
		return ERR_SYNTAX;
	uint32_t record = le32(value + 8);
	if (record < SECTOR || record > 65536 || record % SECTOR != 0)
		return ERR_SYNTAX;
	*ret_record_bytes = record;
	return ntfsdir_node(value + 16, n - 16, fn, arg);
}

enum err
ntfsdir_fixup(uint8_t *r, size_t n)
{
	size_t at = le16(r + 4), count = le16(r + 6);

	if (count != n / SECTOR + 1 || at < 8 || n < SECTOR || at + 2 * count > SECTOR - 2)
		return ERR_SYNTAX;
	for (size_t i = 1; i < count; i++) {
		uint8_t *tail = r + i * SECTOR - 2;
		if (memcmp(tail, r + at, 2) != 0)
			return ERR_SYNTAX; /* torn write */
		memcpy(tail, r + at + 2 * i, 2);
	}
	return ERR_OK;
}

enum err
ntfsdir_record(uint8_t *r, size_t n, entry_fn *fn, void *arg)
{
	if (n < SECTOR || n % SECTOR != 0 || memcmp(r, "INDX", 4) != 0)
		return ERR_SYNTAX;
	enum err err = ntfsdir_fixup(r, n);
	if (err != ERR_OK)
		return err;
	return ntfsdir_node(r + 24, n - 24, fn, arg);
}

void
ntfsdir_children(const uint8_t *p, size_t n, void (*fn)(void *arg, uint64_t vcn), void *arg)
{
	size_t at = n < 16 ? n : le32(p), used = n < 16 ? 0 : le32(p + 4);

	for (size_t len; used <= n && at <= used && used - at >= ENTRY_HEAD; at += len) {
		len = le16(p + at + 8);
		if (len < ENTRY_HEAD || len > used - at)
			return; /* ntfsdir_node has told it */
		unsigned flags = le16(p + at + 12);
		if ((flags & FLAG_NODE) && len >= ENTRY_HEAD + 8)
			fn(arg, le64(p + at + len - 8));
		if (flags & FLAG_LAST)
			return;
	}
}
