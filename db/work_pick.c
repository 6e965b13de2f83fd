/* SPDX-License-Identifier: ISC */
#include "db/work_pick.h"
#include "db/work_fit.h"
#include "db/work_in.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/where.h"

#include <assert.h>
#include <string.h>

#define WORK_PICK_BITS 11 /* of a key, sorted at once */

static const char *const work_sorts[WORK_SORT__MAX] = {
    [WORK_PATH] = "path",
    [WORK_SEVERITY] = "severity",
    [WORK_TYPE] = "type",
    [WORK_SIZE] = "size",
    [WORK_DECISION] = "decision",
    [WORK_VERDICT] = "verdict",
    [WORK_ID] = "id",
};

bool
work_sort_parse(const char *word, enum work_sort *ret)
{
	if (word[0] == '\0') {
		*ret = WORK_PATH;
		return true;
	}
	for (int i = 0; i < WORK_SORT__MAX; i++)
		if (strcmp(work_sorts[i], word) == 0) {
			*ret = (enum work_sort)i;
			return true;
		}
	return false;
}

/* --- sets -------------------------------------------------------------------------------- */

static bool
work_pick_has(const uint8_t *bits, uint32_t id)
{
	return (bits[id / 8] & 1u << id % 8) != 0;
}

enum err
work_pick_set(struct work *w, const struct where *where, uint8_t **ret_bits, uint64_t *ret_max)
{
	struct work_drafts *d;
	struct work_fit *fit;
	enum err e = work_facts(w, &d);
	if (e == ERR_OK)
		e = work_fit_new(w, where, &fit);
	if (e != ERR_OK)
		return e;
	e = work_fit_set(fit, ret_bits);
	work_fit_free(fit);
	if (e == ERR_OK)
		*ret_max = d->max;
	return e;
}

enum err
work_pick_first(struct work *w, const struct where *where, const uint32_t *ids, size_t n,
    bool back, size_t *ret_at)
{
	struct work_fit *fit;
	enum err e = work_fit_new(w, where, &fit);
	bool fits = false;
	if (e != ERR_OK)
		return e;
	for (size_t i = 0; i < n && e == ERR_OK && !fits; i++) {
		size_t at = back ? n - 1 - i : i;
		e = work_fit_item(fit, ids[at], &fits);
		if (e == ERR_OK && fits)
			*ret_at = at;
	}
	work_fit_free(fit);
	return e == ERR_OK && !fits ? ERR_NOTFOUND : e;
}

enum err
work_pick_largest(
    struct work *w, const uint32_t *ids, size_t n, uint64_t *ret_id, uint64_t *ret_bytes)
{
	struct work_drafts *d;
	uint64_t id = 0, bytes = 0;
	enum err e = work_facts(w, &d);
	if (e != ERR_OK)
		return e;
	for (size_t i = 0; i < n; i++) {
		uint64_t size = ids[i] <= d->max ? d->facts[ids[i]].size_bytes : 0;
		if (size > bytes || (size == bytes && size > 0 && ids[i] < id)) {
			id = ids[i];
			bytes = size;
		}
	}
	if (id == 0)
		return ERR_NOTFOUND;
	*ret_id = id;
	*ret_bytes = bytes;
	return ERR_OK;
}

/* --- orders ------------------------------------------------------------------------------- */

struct work_pick_row {
	uint64_t key;
	uint32_t id;
};

/* Stable, by WORK_PICK_BITS of the key at a time; bits that are all the same cost nothing. */
static void
work_pick_sort(struct work_pick_row *rows, size_t n)
{
	const unsigned buckets = 1u << WORK_PICK_BITS;
	uint64_t any = 0, all = UINT64_MAX;
	for (size_t i = 0; i < n; i++) {
		any |= rows[i].key;
		all &= rows[i].key;
	}
	MEM_FREE struct work_pick_row *other = mem_array(n + 1, sizeof(*other));
	MEM_FREE size_t *at = mem_array(buckets, sizeof(*at));
	for (unsigned shift = 0; shift < 64; shift += WORK_PICK_BITS) {
		if (((any ^ all) >> shift & (buckets - 1)) == 0)
			continue;
		memset(at, 0, buckets * sizeof(*at));
		for (size_t i = 0; i < n; i++)
			at[rows[i].key >> shift & (buckets - 1)]++;
		for (size_t b = 0, sum = 0; b < buckets; b++) {
			size_t count = at[b];
			at[b] = sum;
			sum += count;
		}
		for (size_t i = 0; i < n; i++)
			other[at[rows[i].key >> shift & (buckets - 1)]++] = rows[i];
		memcpy(rows, other, n * sizeof(*rows));
	}
}

/* The place of each sort's type among all types, by the number of the sort. */
static enum err
work_pick_types(struct work *w, const struct work_drafts *d, uint32_t *ranks)
{
	uint32_t rank = 0;
	enum err e;
	MEM_FREE char *type = mem_strdup("");
	struct sql_stmt *s = sql_use(w->sql, STMT_SORT_EACH);
	while ((e = sql_step(s)) == ERR_OK) {
		if (strcmp(sql_text(s, 1), type) != 0) {
			free(type);
			type = mem_strdup(sql_text(s, 1));
			rank++;
		}
		if (sql_uint(s, 0) <= d->nsorts)
			ranks[sql_uint(s, 0)] = rank;
	}
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

/* Smaller comes first; what is not known yet is alike. */
static uint64_t
work_pick_key(
    const struct work_drafts *d, enum work_sort sort, const uint32_t *ranks, uint32_t id)
{
	const struct work_fact *f = &d->facts[id];
	const uint64_t keys[WORK_SORT__MAX] = {
	    [WORK_SEVERITY] = (uint64_t)(FINDING_SEVERITY__MAX - f->severity),
	    [WORK_TYPE] = ranks[f->sort],
	    [WORK_SIZE] = INT64_MAX - f->size_bytes,
	    [WORK_DECISION] = work_draft_of(d, id)->decision,
	    [WORK_VERDICT] = (uint64_t)(VERDICT__MAX - f->verdict),
	    [WORK_ID] = id,
	};
	return keys[sort];
}

/* Fills ids from rows in the order of paths, sorted by their keys. */
static void
work_pick_order(const struct work_drafts *d, const uint8_t *bits, enum work_sort sort,
    const uint32_t *ranks, uint32_t *ids, size_t *ret_n)
{
	size_t n = 0;
	MEM_FREE struct work_pick_row *rows = mem_array(d->n + 1, sizeof(*rows));
	for (size_t i = 0; i < d->n; i++) {
		uint32_t id = d->by_place[i];
		if (work_pick_has(bits, id))
			rows[n++] =
			    (struct work_pick_row){work_pick_key(d, sort, ranks, id), id};
	}
	work_pick_sort(rows, n);
	for (size_t i = 0; i < n; i++)
		ids[i] = rows[i].id;
	*ret_n = n;
}

static void
work_pick_reverse(uint32_t *ids, size_t n)
{
	for (size_t i = 0; i < n / 2; i++) {
		uint32_t id = ids[i];
		ids[i] = ids[n - 1 - i];
		ids[n - 1 - i] = id;
	}
}

enum err
work_pick(struct work *w, const struct where *where, enum work_sort sort, bool reverse,
    uint32_t **ret_ids, size_t *ret_n)
{
	struct work_drafts *d;
	uint8_t *bits;
	uint64_t max;
	size_t n = 0;
	assert(sort < WORK_SORT__MAX);
	enum err e = work_facts(w, &d);
	if (e == ERR_OK)
		e = work_pick_set(w, where, &bits, &max);
	if (e != ERR_OK)
		return e;
	uint32_t *ids = mem_array(d->n + 1, sizeof(*ids));
	MEM_FREE uint32_t *ranks = mem_array(d->nsorts + 1, sizeof(*ranks));
	if (sort == WORK_TYPE)
		e = work_pick_types(w, d, ranks);
	if (sort == WORK_PATH)
		for (size_t i = 0; i < d->n; i++) {
			ids[n] = d->by_place[i];
			n += work_pick_has(bits, d->by_place[i]);
		}
	else if (e == ERR_OK)
		work_pick_order(d, bits, sort, ranks, ids, &n);
	free(bits);
	if (e != ERR_OK) {
		free(ids);
		return e;
	}
	if (reverse)
		work_pick_reverse(ids, n);
	*ret_ids = ids;
	*ret_n = n;
	return ERR_OK;
}
