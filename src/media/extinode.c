/* SPDX-License-Identifier: ISC */
#include "src/media/extinode.h"
#include "src/base/mem.h"
#include "src/media/le.h"

#include <string.h>

#define INCOMPAT_64BIT  0x80u
#define INODE_BYTES_MIN 128
#define INODE_BYTES_MAX 4096
#define GROUP_BYTES     32
#define GROUP_WIDE      64
#define GROUP_MAX       1024
#define EXTRA_AT        128 /* how far the fixed part goes on behind it */
#define ATTR_MAGIC      0xEA020000u
#define ATTR_HEAD       16
#define ATTR_SYSTEM     7
#define I_BLOCK_AT      0x28
#define I_BLOCK_BYTES   60
#define INLINE_MAX      65536 /* what a program may have made of a file with data inline */

/* --- the table ------------------------------------------------------------------- */

enum err
extinode_table_init(struct extinode_table *t, const uint8_t *s)
{
	bool wide = (le32(s + 96) & INCOMPAT_64BIT) != 0;
	uint32_t log_block = le32(s + 24), revision = le32(s + 76);

	if (log_block > 6)
		return ERR_SYNTAX;
	*t = (struct extinode_table){.n_inodes = le32(s),
	    .per_group = le32(s + 40),
	    .n_blocks = le32(s + 4),
	    .block_bytes = 1024u << log_block,
	    .inode_bytes = revision == 0 ? INODE_BYTES_MIN : le16(s + 88),
	    .group_bytes = wide ? le16(s + 254) : GROUP_BYTES,
	    .wide = wide};
	if (wide)
		t->n_blocks |= (uint64_t)le32(s + 336) << 32;
	t->groups_at =
	    t->block_bytes < 2 * EXTINODE_SUPER_AT ? 2 * EXTINODE_SUPER_AT : t->block_bytes;
	if (t->inode_bytes < INODE_BYTES_MIN || t->inode_bytes > INODE_BYTES_MAX ||
	    t->inode_bytes > t->block_bytes)
		return ERR_SYNTAX;
	if (wide && (t->group_bytes < GROUP_WIDE || t->group_bytes > GROUP_MAX))
		return ERR_SYNTAX;
	if (t->per_group == 0 || t->per_group > 8 * t->block_bytes || t->n_blocks == 0 ||
	    t->n_blocks > INT64_MAX / t->block_bytes / 2)
		return ERR_SYNTAX;
	return ERR_OK;
}

void
extinode_table_done(struct extinode_table *t)
{
	free(t->used);
	t->used = NULL;
	t->group = 0;
}

/* Where the records of this group are, and which of them are in use. */
static enum err
extinode_group(struct extinode_table *t, table_read_fn *read, void *arg, uint64_t group)
{
	uint8_t g[GROUP_WIDE];

	if (t->group == group + 1)
		return ERR_OK;
	t->group = 0;
	enum err err = read(
	    arg, t->groups_at + group * t->group_bytes, g, t->wide ? GROUP_WIDE : GROUP_BYTES);
	if (err != ERR_OK)
		return err;
	uint64_t map = le32(g + 4), inodes = le32(g + 8);
	if (t->wide) {
		map |= (uint64_t)le32(g + 36) << 32;
		inodes |= (uint64_t)le32(g + 40) << 32;
	}
	if (map >= t->n_blocks || inodes >= t->n_blocks)
		return ERR_SYNTAX;
	if (t->used == NULL)
		t->used = mem_alloc(t->block_bytes);
	err = read(arg, map * t->block_bytes, t->used, t->block_bytes);
	if (err != ERR_OK)
		return err;
	t->inodes = inodes;
	t->group = group + 1;
	return ERR_OK;
}

/* --- one record ------------------------------------------------------------------- */

static enum item_kind
extinode_kind(unsigned mode)
{
	static const struct {
		unsigned type;
		enum item_kind kind;
	} kinds[] = {
	    {0x1, ITEM_FIFO},
	    {0x2, ITEM_CHAR},
	    {0x4, ITEM_DIRECTORY},
	    {0x6, ITEM_BLOCK},
	    {0x8, ITEM_FILE},
	    {0xA, ITEM_LINK},
	    {0xC, ITEM_SOCKET},
	};
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (mode >> 12 == kinds[i].type)
			return kinds[i].kind;
	return ITEM_OTHER;
}

/*
 * The rest of data that lies inline: the value of the attribute system.data in
 * the record.  NULL when there is none.
 */
static const uint8_t *
extinode_rest(const uint8_t *raw, size_t n, size_t *ret_n)
{
	size_t head = n > EXTRA_AT + 2 ? EXTRA_AT + (size_t)le16(raw + EXTRA_AT) : n;

	if (head > n || n - head < 4 || le32(raw + head) != ATTR_MAGIC)
		return NULL;
	size_t first = head + 4;
	for (size_t at = first; n - at >= ATTR_HEAD && (raw[at] != 0 || raw[at + 1] != 0);) {
		size_t name = raw[at], value = le16(raw + at + 2), size = le32(raw + at + 8);
		if (name > n - at - ATTR_HEAD)
			return NULL;
		if (raw[at + 1] == ATTR_SYSTEM && name == 4 &&
		    memcmp(raw + at + ATTR_HEAD, "data", 4) == 0) {
			if (value > n - first || size > n - first - value)
				return NULL;
			*ret_n = size;
			return raw + first + value;
		}
		at += (ATTR_HEAD + name + 3) / 4 * 4;
		if (at > n)
			return NULL;
	}
	return NULL;
}

static enum err
extinode_parse(const uint8_t *raw, size_t n, struct extinode **ret)
{
	struct extinode in = {
	    .mode = le16(raw),
	    .kind = extinode_kind(le16(raw)),
	    .links = le16(raw + 26),
	    .flags = le32(raw + 32),
	    .mtime_s = (int32_t)le32(raw + 16),
	    .size_bytes = le32(raw + 4) | (uint64_t)le32(raw + 108) << 32,
	};
	const uint8_t *rest = NULL;
	size_t n_rest = 0;

	if (n > 0x8C && le16(raw + EXTRA_AT) >= 12)
		in.mtime_s += (int64_t)(le32(raw + 0x88) & 3) << 32;
	memcpy(in.i_block, raw + I_BLOCK_AT, I_BLOCK_BYTES);
	if (in.flags & EXTINODE_INLINE) {
		rest = extinode_rest(raw, n, &n_rest);
		if (in.size_bytes > INLINE_MAX ||
		    (rest == NULL && in.size_bytes > I_BLOCK_BYTES))
			return ERR_SYNTAX;
		in.n_inline = I_BLOCK_BYTES + n_rest;
		if (in.n_inline > in.size_bytes)
			in.n_inline = (size_t)in.size_bytes;
	}
	struct extinode *out = mem_alloc(sizeof(*out) + I_BLOCK_BYTES + n_rest);
	*out = in;
	memcpy(out->inline_data, in.i_block, I_BLOCK_BYTES);
	if (n_rest > 0)
		memcpy(out->inline_data + I_BLOCK_BYTES, rest, n_rest);
	*ret = out;
	return ERR_OK;
}

enum err
extinode_read(struct extinode_table *t, table_read_fn *read, void *arg, uint64_t inum,
    struct extinode **ret)
{
	uint8_t raw[INODE_BYTES_MAX];

	if (inum == 0 || inum > t->n_inodes)
		return ERR_RANGE;
	uint64_t in = (inum - 1) % t->per_group;
	enum err err = extinode_group(t, read, arg, (inum - 1) / t->per_group);
	if (err == ERR_OK)
		err = read(
		    arg, t->inodes * t->block_bytes + in * t->inode_bytes, raw, t->inode_bytes);
	if (err == ERR_OK)
		err = extinode_parse(raw, t->inode_bytes, ret);
	if (err == ERR_OK)
		(*ret)->used = (t->used[in / 8] >> (in % 8) & 1) != 0;
	return err;
}
