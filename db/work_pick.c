/* SPDX-License-Identifier: ISC */
#include "db/work_pick.h"
#include "db/work_in.h"
#include "db/work_where.h"
#include "src/base/buf.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/where.h"

#include <assert.h>
#include <string.h>

#define WORK_PICK_SQL_BYTES ((size_t)LIM_WHERE_BYTES * 256) /* text of a statement */
#define WORK_PICK_BITS      11                              /* of a key, sorted at once */

static const struct {
	const char *name;
	const char *column; /* of `judged` that makes the key, or NULL */
	uint64_t from;      /* the key is this less the column; 0: the column */
} work_sorts[WORK_SORT__MAX] = {
    [WORK_PATH] = {"path", NULL, 0},
    [WORK_SEVERITY] = {"severity", "judged.severity", FINDING_SEVERITY__MAX},
    [WORK_TYPE] = {"type", "judged.sort", 0},
    [WORK_SIZE] = {"size", "judged.size", INT64_MAX},
    [WORK_DECISION] = {"decision", NULL, 0},
    [WORK_VERDICT] = {"verdict", "judged.verdict", VERDICT__MAX},
    [WORK_ID] = {"id", NULL, 0},
};

bool
work_sort_parse(const char *word, enum work_sort *ret)
{
	if (word[0] == '\0') {
		*ret = WORK_PATH;
		return true;
	}
	for (int i = 0; i < WORK_SORT__MAX; i++)
		if (strcmp(work_sorts[i].name, word) == 0) {
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

static void
work_pick_add(uint8_t *bits, uint32_t id)
{
	bits[id / 8] = (uint8_t)(bits[id / 8] | 1u << id % 8);
}

/* "SELECT <what> FROM ... WHERE <where><tail>", its values bound. */
static enum err
work_pick_prepare(struct work *w, bool judged, const char *what, const struct where *where,
    const char *tail, struct sql_stmt **ret_stmt)
{
	struct buf text;
	buf_init(&text, WORK_PICK_SQL_BYTES);
	buf_addf(&text, "SELECT %s", what);
	work_where_print(where, judged, &text);
	buf_add_str(&text, tail);
	enum err e = text.error;
	if (e == ERR_OK)
		e = sql_prepare(w->sql, buf_str(&text), ret_stmt);
	if (e == ERR_OK && where != NULL)
		work_where_bind(where, *ret_stmt);
	buf_done(&text);
	return e;
}

/* The items that fit, and of each what `column` says (NULL: nothing). */
static enum err
work_pick_query(struct work *w, const struct work_drafts *d, const struct where *where,
    const char *column, uint8_t *bits, uint64_t *keys)
{
	struct sql_stmt *s;
	MEM_FREE char *what = mem_printf("%s%s%s", work_where_id(d->judged),
	    column != NULL ? ", " : "", column != NULL ? column : "");
	enum err e = work_pick_prepare(w, d->judged, what, where, "", &s);
	if (e != ERR_OK)
		return e;
	while ((e = sql_step(s)) == ERR_OK) {
		uint64_t id = sql_uint(s, 0);
		if (id > d->max)
			continue;
		work_pick_add(bits, (uint32_t)id);
		if (column != NULL)
			keys[id] = sql_uint(s, 1);
	}
	sql_drop(s);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

enum err
work_pick_set(struct work *w, const struct where *where, uint8_t **ret_bits, uint64_t *ret_max)
{
	struct work_drafts *d;
	enum err e = work_facts(w, &d);
	if (e != ERR_OK)
		return e;
	uint8_t *bits = mem_alloc(d->max / 8 + 1);
	e = work_pick_query(w, d, where, NULL, bits, NULL);
	if (e != ERR_OK) {
		free(bits);
		return e;
	}
	*ret_bits = bits;
	*ret_max = d->max;
	return ERR_OK;
}

enum err
work_pick_first(struct work *w, const struct where *where, const uint32_t *ids, size_t n,
    bool back, size_t *ret_at)
{
	struct work_drafts *d;
	struct sql_stmt *s;
	enum err e = work_facts(w, &d);
	if (e != ERR_OK)
		return e;
	MEM_FREE char *tail =
	    mem_printf(" AND %s = ?%d", work_where_id(d->judged), WORK_WHERE_PARAMETERS + 1);
	e = work_pick_prepare(w, d->judged, "1", where, tail, &s);
	if (e != ERR_OK)
		return e;
	e = ERR_NOTFOUND;
	for (size_t i = 0; i < n && e == ERR_NOTFOUND; i++) {
		size_t at = back ? n - 1 - i : i;
		sql_reset(s);
		sql_bind_uint(s, WORK_WHERE_PARAMETERS + 1, ids[at]);
		e = sql_step(s);
		if (e == ERR_OK)
			*ret_at = at;
	}
	sql_drop(s);
	return e;
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
	MEM_FREE uint8_t *bits = mem_alloc(d->max / 8 + 1);
	for (size_t i = 0; i < n; i++)
		if (ids[i] <= d->max)
			work_pick_add(bits, ids[i]);
	struct sql_stmt *s = sql_use(w->sql, STMT_JUDGED_SIZE);
	sql_bind_uint(s, 1, 0);
	while ((e = sql_step(s)) == ERR_OK) {
		uint64_t item = sql_uint(s, 0), size = sql_uint(s, 1);
		if (size > bytes && item <= d->max && work_pick_has(bits, (uint32_t)item)) {
			id = item;
			bytes = size;
		}
	}
	if (e != ERR_NOTFOUND || id == 0)
		return e;
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

/* Numbers of `sort` become the places of their types among all types. */
static enum err
work_pick_types(struct work *w, const struct work_drafts *d, uint64_t *keys)
{
	uint64_t last, rank = 0;
	enum err e = work_numbers(w, STMT_SORT_LAST, &last, 1);
	if (e != ERR_OK)
		return e;
	if (last > (uint64_t)LIM_ITEMS * 4) /* every item judged a few times over */
		return ERR_LIMIT;
	MEM_FREE uint64_t *ranks = mem_array(last + 1, sizeof(*ranks));
	MEM_FREE char *type = mem_strdup("");
	struct sql_stmt *s = sql_use(w->sql, STMT_SORT_EACH);
	while ((e = sql_step(s)) == ERR_OK) {
		if (strcmp(sql_text(s, 1), type) != 0) {
			free(type);
			type = mem_strdup(sql_text(s, 1));
			rank++;
		}
		if (sql_uint(s, 0) <= last)
			ranks[sql_uint(s, 0)] = rank;
	}
	for (size_t id = 0; id <= d->max; id++)
		keys[id] = keys[id] <= last ? ranks[keys[id]] : 0;
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

/* The keys of all items in bits, by item number. */
static enum err
work_pick_keys(struct work *w, const struct work_drafts *d, const struct where *where,
    enum work_sort sort, uint8_t *bits, uint64_t *keys)
{
	const char *column = d->judged ? work_sorts[sort].column : NULL;
	uint64_t from = work_sorts[sort].from;
	if (sort == WORK_SIZE && !d->judged)
		column = "item.size";
	enum err e = work_pick_query(w, d, where, column, bits, keys);
	if (e == ERR_OK && sort == WORK_TYPE)
		e = work_pick_types(w, d, keys);
	for (size_t id = 0; id <= d->max && e == ERR_OK; id++) {
		if (from != 0)
			keys[id] = from - keys[id];
		else if (sort == WORK_ID)
			keys[id] = id;
		else if (sort == WORK_DECISION)
			keys[id] = work_draft_of(d, id)->decision;
	}
	return e;
}

/* Fills ids from rows in the order of paths, sorted by their keys. */
static void
work_pick_order(const struct work_drafts *d, const uint8_t *bits, const uint64_t *keys,
    uint32_t *ids, size_t *ret_n)
{
	size_t n = 0;
	MEM_FREE struct work_pick_row *rows = mem_array(d->n + 1, sizeof(*rows));
	for (size_t i = 0; i < d->n; i++)
		if (work_pick_has(bits, d->by_place[i]))
			rows[n++] =
			    (struct work_pick_row){keys[d->by_place[i]], d->by_place[i]};
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
	size_t n = 0;
	assert(sort < WORK_SORT__MAX);
	enum err e = work_facts(w, &d);
	if (e != ERR_OK)
		return e;
	uint32_t *ids = mem_array(d->n + 1, sizeof(*ids));
	MEM_FREE uint8_t *bits = mem_alloc(d->max / 8 + 1);
	if (sort == WORK_PATH && where == NULL) {
		memcpy(ids, d->by_place, d->n * sizeof(*ids));
		n = d->n;
	} else if (sort == WORK_PATH) {
		e = work_pick_query(w, d, where, NULL, bits, NULL);
		for (size_t i = 0; i < d->n && e == ERR_OK; i++)
			if (work_pick_has(bits, d->by_place[i]))
				ids[n++] = d->by_place[i];
	} else {
		MEM_FREE uint64_t *keys = mem_array(d->max + 1, sizeof(*keys));
		e = work_pick_keys(w, d, where, sort, bits, keys);
		if (e == ERR_OK)
			work_pick_order(d, bits, keys, ids, &n);
	}
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
