/* SPDX-License-Identifier: ISC */
#include "src/media/fatchain.h"
#include "src/base/mem.h"
#include "src/media/le.h"

#include <string.h>

#define EXFAT        64
#define CACHE_PAGES  256 /* pages of the table, each at its number modulo this */
#define PAGE_BYTES   4096
#define FOLLOWED_MIN (1u << 24) /* links that may be followed on the smallest medium */
#define FIRST        2          /* number of the first cluster */

/* BIOS parameter block: FAT specification 3.1 to 3.3. */
static enum err
fatchain_init_fat(struct fatchain *f, const uint8_t *b)
{
	uint64_t sector = le16(b + 11), reserved = le16(b + 14);
	uint64_t table = le16(b + 22) != 0 ? le16(b + 22) : le32(b + 36);
	uint64_t total = le16(b + 19) != 0 ? le16(b + 19) : le32(b + 32);
	if (sector < 512 || b[13] == 0 || b[16] == 0)
		return ERR_SYNTAX;
	uint64_t root = (le16(b + 17) * 32u + sector - 1) / sector;
	f->heap_block = reserved + b[16] * table + root;
	f->cluster_blocks = b[13];
	f->table_at = reserved * sector;
	f->table_bytes = table * sector;
	if (total <= f->heap_block)
		return ERR_SYNTAX;
	f->n_clusters = (uint32_t)((total - f->heap_block) / f->cluster_blocks);
	return ERR_OK;
}

/* Main boot sector: exFAT specification 3.1. */
static enum err
fatchain_init_exfat(struct fatchain *f, const uint8_t *b)
{
	if (b[108] < 9 || b[108] > 12 || b[109] > 25 - b[108])
		return ERR_SYNTAX;
	f->heap_block = le32(b + 88);
	f->cluster_blocks = 1u << b[109];
	f->table_at = (uint64_t)le32(b + 80) << b[108];
	f->table_bytes = (uint64_t)le32(b + 84) << b[108];
	f->n_clusters = le32(b + 92);
	return f->n_clusters <= 0xFFFFFFF5u ? ERR_OK : ERR_SYNTAX;
}

enum err
fatchain_init(struct fatchain *f, const uint8_t boot[512], bool exfat, unsigned bits,
    table_read_fn *read, void *arg)
{
	*f = (struct fatchain){.read = read, .arg = arg, .bits = exfat ? EXFAT : bits};
	enum err err = exfat ? fatchain_init_exfat(f, boot) : fatchain_init_fat(f, boot);
	if (err != ERR_OK)
		return err;
	uint64_t entries = f->bits == 12   ? f->table_bytes * 2 / 3
	                   : f->bits == 16 ? f->table_bytes / 2
	                                   : f->table_bytes / 4;
	if (entries < FIRST)
		return ERR_SYNTAX;
	if (f->n_clusters > entries - FIRST) /* the rest has no place in the table */
		f->n_clusters = (uint32_t)(entries - FIRST);
	f->cache = mem_array(CACHE_PAGES, PAGE_BYTES);
	f->cached = mem_array(CACHE_PAGES, sizeof(*f->cached));
	return ERR_OK;
}

void
fatchain_done(struct fatchain *f)
{
	free(f->cache);
	free(f->cached);
	*f = (struct fatchain){0};
}

/* Up to PAGE_BYTES of the table that hold the byte at; page + 1 in cached marks it. */
static enum err
fatchain_byte(struct fatchain *f, uint64_t at, uint8_t *ret)
{
	uint64_t page = at / PAGE_BYTES, slot = page % CACHE_PAGES;
	uint8_t *p = f->cache + slot * PAGE_BYTES;

	if (f->cached[slot] != page + 1) {
		uint64_t left = f->table_bytes - page * PAGE_BYTES;
		size_t n = left < PAGE_BYTES ? (size_t)left : PAGE_BYTES;
		f->cached[slot] = 0;
		enum err err = f->read(f->arg, f->table_at + page * PAGE_BYTES, p, n);
		if (err != ERR_OK)
			return err;
		f->cached[slot] = page + 1;
	}
	*ret = p[at % PAGE_BYTES];
	return ERR_OK;
}

/* What follows cluster c; c is a real one.  0 stands for the end of the chain. */
static enum err
fatchain_next(struct fatchain *f, uint32_t c, uint32_t *ret_next)
{
	static const struct {
		unsigned bits, bytes;
		uint32_t mask, end;
	} kinds[] = {
	    {12, 2, 0xFFF, 0xFF8},
	    {16, 2, 0xFFFF, 0xFFF8},
	    {32, 4, 0x0FFFFFFF, 0x0FFFFFF8},
	    {EXFAT, 4, 0xFFFFFFFF, 0xFFFFFFF8},
	};
	size_t k = 0;
	uint8_t b[4] = {0};

	while (kinds[k].bits != f->bits)
		k++;
	uint64_t at = f->bits == 12 ? c + (uint64_t)c / 2 : (uint64_t)c * kinds[k].bytes;
	for (unsigned i = 0; i < kinds[k].bytes; i++) {
		enum err err = fatchain_byte(f, at + i, &b[i]);
		if (err != ERR_OK)
			return err;
	}
	uint32_t v = le32(b);
	if (f->bits == 12 && c % 2 == 1)
		v >>= 4;
	v &= kinds[k].mask;
	if (v < kinds[k].end && (v < FIRST || v - FIRST >= f->n_clusters))
		return ERR_SYNTAX; /* free, bad, or outside */
	*ret_next = v >= kinds[k].end ? 0 : v;
	return ERR_OK;
}

static enum err
fatchain_add(const struct fatchain *f, uint32_t c, uint64_t n, struct runs *r)
{
	uint64_t len = n * f->cluster_blocks;
	return runs_add(
	    r, r->end, f->heap_block + (uint64_t)(c - FIRST) * f->cluster_blocks, len);
}

enum err
fatchain_load(
    struct fatchain *f, uint32_t first, uint64_t clusters, bool contiguous, struct runs *r)
{
	uint64_t most = clusters == 0 ? f->n_clusters : clusters, have = 0;
	uint64_t lap = 0, power = 1; /* Brent: a mark that moves ever more rarely */
	uint32_t c = first, mark = first;

	if (c < FIRST || c - FIRST >= f->n_clusters || most > f->n_clusters)
		return ERR_SYNTAX;
	if (contiguous)
		return most <= f->n_clusters - (c - FIRST) ? fatchain_add(f, c, most, r)
		                                           : ERR_SYNTAX;
	for (;;) {
		uint32_t next = 0;
		enum err err = have < most ? fatchain_add(f, c, 1, r) : ERR_OK;
		have++;
		if (err == ERR_OK)
			err = fatchain_next(f, c, &next);
		if (err == ERR_SYNTAX && clusters != 0 && have >= clusters)
			return ERR_OK; /* damage behind the end of the file is nobody's */
		if (err != ERR_OK)
			return err;
		/* a circle among the first of them would have shown by now (Brent) */
		if (clusters != 0 && have > 4 * clusters)
			return ERR_OK;
		if (next == 0)
			return have >= clusters ? ERR_OK : ERR_SYNTAX;
		if (next == mark)
			return ERR_STATE; /* a circle */
		if (++f->followed > FOLLOWED_MIN + (uint64_t)LIM_CHAIN_TIMES * f->n_clusters)
			return ERR_LIMIT;
		if (++lap == power) {
			mark = next;
			power *= 2;
			lap = 0;
		}
		c = next;
	}
}
