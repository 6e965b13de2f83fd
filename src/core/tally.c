/* SPDX-License-Identifier: ISC */
#include "src/core/tally.h"
#include "src/base/mem.h"
#include "src/core/digest.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

struct tally_row {
	uint64_t item, count;
	struct finding_worst worst; /* of what no exception can cover */
	char sha256[HEX_DIGEST_SIZE];
	size_t maybe, nmaybe; /* its part of the findings that one might */
};

/* A finding that an exception covers if the item's object or type is the right one. */
struct tally_maybe {
	struct finding finding;
	void *memory; /* of its texts */
};

struct tally {
	struct tally_row *rows; /* sorted by item */
	size_t n, cap;
	uint64_t total;
	size_t seen;
	const struct exception *exceptions;
	size_t nexceptions;
	struct tally_maybe *maybes;
	size_t nmaybes, maybes_cap;
	struct digest *digest; /* of the last row, while it grows */
};

/* The row is complete. */
static void
tally_end_row(struct tally *t)
{
	uint8_t sum[DIGEST_SIZE];
	if (t->n == 0)
		return;
	digest_final(t->digest, sum);
	hex_encode(sum, sizeof(sum), t->rows[t->n - 1].sha256);
}

/* Whether an exception could cover it, whatever the object is. */
static bool
tally_coverable(const struct tally *t, const struct finding *f)
{
	for (size_t i = 0; i < t->nexceptions; i++)
		if (exception_covers_finding(
			&t->exceptions[i], f, t->exceptions[i].sha256, t->exceptions[i].type))
			return true;
	return false;
}

static void
tally_keep(struct tally *t, struct tally_row *row, const void *line, size_t line_len)
{
	struct tally_maybe m;
	enum err e = finding_parse(line, line_len - 1, &m.finding, &m.memory);
	assert(e == ERR_OK); /* it was parsed just before */
	(void)e;
	if (t->nmaybes == t->maybes_cap) {
		t->maybes_cap = t->maybes_cap == 0 ? 64 : t->maybes_cap * 2;
		t->maybes = mem_resize(t->maybes, t->maybes_cap, sizeof(*t->maybes));
	}
	t->maybes[t->nmaybes++] = m;
	row->nmaybe++;
}

static enum err
tally_each(void *ctx, const struct finding *f, const void *line, size_t line_len)
{
	struct tally *t = ctx;
	if (t->n == 0 || t->rows[t->n - 1].item != f->item) {
		tally_end_row(t);
		if (t->n == t->cap) {
			t->cap = t->cap == 0 ? 64 : t->cap * 2;
			t->rows = mem_resize(t->rows, t->cap, sizeof(*t->rows));
		}
		t->rows[t->n++] = (struct tally_row){.item = f->item, .maybe = t->nmaybes};
	}
	struct tally_row *row = &t->rows[t->n - 1];
	row->count++;
	t->total++;
	if (tally_coverable(t, f))
		tally_keep(t, row, line, line_len);
	else
		finding_worst_add(&row->worst, f->class, f->severity);
	digest_add(t->digest, line, line_len);
	return ERR_OK;
}

enum err
tally_new(const void *findings, size_t n, const struct exception *exceptions,
    size_t nexceptions, struct tally **ret, char ret_why[TALLY_WHY_SIZE])
{
	struct tally *t = mem_alloc(sizeof(*t));
	size_t line = 0;
	t->exceptions = exceptions;
	t->nexceptions = nexceptions;
	t->digest = digest_new();
	enum err e = finding_walk(findings, n, tally_each, t, &line);
	if (e != ERR_OK) {
		snprintf(ret_why, TALLY_WHY_SIZE, "findings line %zu: %s", line, err_str(e));
		tally_free(t);
		return e;
	}
	tally_end_row(t);
	*ret = t;
	return ERR_OK;
}

void
tally_free(struct tally *t)
{
	if (t == NULL)
		return;
	digest_free(t->digest);
	for (size_t i = 0; i < t->nmaybes; i++)
		finding_free(t->maybes[i].memory);
	free(t->maybes);
	free(t->rows);
	free(t);
}

uint64_t
tally_total(const struct tally *t)
{
	return t->total;
}

static const struct tally_row *
tally_find(const struct tally *t, uint64_t item)
{
	size_t low = 0, high = t->n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (t->rows[middle].item < item)
			low = middle + 1;
		else
			high = middle;
	}
	return low < t->n && t->rows[low].item == item ? &t->rows[low] : NULL;
}

static void
tally_put_maybes(const struct tally *t, const struct tally_row *row, struct inventory_item *it)
{
	for (size_t i = row->maybe; i < row->maybe + row->nmaybe; i++) {
		const struct finding *f = &t->maybes[i].finding;
		bool own = f->object[0] == '\0';
		size_t x = exception_find_finding(t->exceptions, t->nexceptions, f,
		    own ? it->sha256 : f->object, own ? it->type : f->type);
		if (x == EXCEPTION_NONE)
			finding_worst_add(&it->worst, f->class, f->severity);
		else
			inventory_except(it, t->exceptions[x].leaf, VERDICT_NA, 1);
	}
}

void
tally_put(const struct tally *t, struct inventory_item *it)
{
	const struct tally_row *row = tally_find(t, it->id);
	uint8_t empty[DIGEST_SIZE];
	it->finds = row != NULL ? row->count : 0;
	it->worst = row != NULL ? row->worst : (struct finding_worst){0};
	if (row != NULL) {
		tally_put_maybes(t, row, it);
		memcpy(it->finds_sha256, row->sha256, HEX_DIGEST_SIZE);
		return;
	}
	digest_sha256("", 0, empty);
	hex_encode(empty, sizeof(empty), it->finds_sha256);
}

/* The findings that each exception covers; of the verdicts the release rule sees. */
static bool
tally_same_exceptions(const struct inventory_item *mine, const struct inventory_item *sealed)
{
	size_t found = 0;
	for (size_t i = 0; i < sealed->nexceptions; i++) {
		const struct inventory_exception *x = &sealed->exceptions[i];
		uint64_t finds = 0;
		for (size_t k = 0; k < mine->nexceptions; k++)
			if (strcmp(mine->exceptions[k].leaf, x->leaf) == 0) {
				finds = mine->exceptions[k].finds;
				found++;
			}
		if (finds != x->finds)
			return false;
	}
	return found == mine->nexceptions;
}

bool
tally_agrees(struct tally *t, const struct inventory_item *it)
{
	struct inventory_item mine = {.id = it->id, .sha256 = it->sha256, .type = it->type};
	tally_put(t, &mine);
	t->seen += mine.finds > 0;
	return tally_same_exceptions(&mine, it) && mine.finds == it->finds &&
	       strcmp(mine.finds_sha256, it->finds_sha256) == 0 &&
	       memcmp(&mine.worst, &it->worst, sizeof(mine.worst)) == 0;
}

bool
tally_all_seen(const struct tally *t)
{
	return t->seen == t->n;
}

static enum err
tally_check_items(struct inventory *inv, struct tally *t, char ret_why[INVENTORY_WHY_SIZE])
{
	const struct inventory_item *it;
	enum err e;
	while ((e = inventory_next(inv, &it)) == ERR_OK)
		if (!tally_agrees(t, it)) {
			snprintf(ret_why, INVENTORY_WHY_SIZE,
			    "item %" PRIu64
			    " is sealed with other findings than the document has",
			    it->id);
			return ERR_DENIED;
		}
	if (e != ERR_NOTFOUND) {
		snprintf(ret_why, INVENTORY_WHY_SIZE, "%s", inventory_why(inv));
		return e;
	}
	if (!tally_all_seen(t)) {
		snprintf(ret_why, INVENTORY_WHY_SIZE,
		    "there are findings about items that the inventory does not have");
		return ERR_DENIED;
	}
	return ERR_OK;
}

enum err
tally_check(const void *inventory, size_t inventory_len, const void *findings,
    size_t findings_len, char ret_why[INVENTORY_WHY_SIZE])
{
	struct inventory *inv = NULL;
	struct tally *t = NULL;
	char why[TALLY_WHY_SIZE];
	enum err e = inventory_open(inventory, inventory_len, &inv, ret_why);
	if (e == ERR_OK) {
		const struct inventory_header *h = inventory_header(inv);
		e = tally_new(findings, findings_len, h->exceptions, h->nexceptions, &t, why);
		if (e != ERR_OK)
			snprintf(ret_why, INVENTORY_WHY_SIZE, "%s", why);
	}
	if (e == ERR_OK)
		e = tally_check_items(inv, t, ret_why);
	inventory_free(inv);
	tally_free(t);
	return e;
}
