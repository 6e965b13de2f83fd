/* SPDX-License-Identifier: ISC */
#include "ui/look.h"
#include "src/base/escape.h"
#include "src/base/mem.h"
#include "src/core/digest.h"

#include <string.h>

/* What makes a name mislead; wide, foreign and reserved characters do not. */
#define LOOK_MISLEADS                                                                      \
	(ESCAPE_INVALID | ESCAPE_CONTROL | ESCAPE_BIDI | ESCAPE_INVISIBLE | ESCAPE_SPACE | \
	    ESCAPE_PRIVATE | ESCAPE_UNASSIGNED | ESCAPE_COMBINING | ESCAPE_COMPAT |        \
	    ESCAPE_LOOKALIKE | ESCAPE_MIXED)

struct look_list {
	uint32_t *at;  /* offset of the item's line; an inventory has at most 2^30 bytes */
	uint8_t *seen; /* a bit for each item */
	size_t n, cap, nseen;
};

struct look_draw { /* one of the sample, by its lot */
	uint64_t lot;
	uint32_t at;
};

struct look {
	const struct sealed *sealed;
	struct inventory *inventory; /* of the header and the item handed out last */
	struct inventory *header;
	size_t header_len, next; /* bytes; where the next item's line begins */
	struct look_list lists[LOOK__MAX];
	struct look_draw sample[LOOK_SAMPLE_ITEMS];
	size_t nsample;
	uint64_t seed;
	uint8_t line[2 * LIM_INVENTORY_LINE_BYTES + 2];
};

static const struct {
	const char *title, *help;
} look_rows[LOOK__MAX] = {
#define LOOK(id, title, help) [LOOK_##id] = {title, help},
#include "ui/look.def"
#undef LOOK
};

const char *
look_title(enum look_group g)
{
	return look_rows[g].title;
}

const char *
look_help(enum look_group g)
{
	return look_rows[g].help;
}

/* --- filling ---------------------------------------------------------------------- */

static void
look_add(struct look *l, enum look_group g, uint32_t at)
{
	struct look_list *list = &l->lists[g];
	if (list->n == list->cap) {
		list->cap = list->cap > 0 ? 2 * list->cap : 64;
		list->at = mem_resize(list->at, list->cap, sizeof(*list->at));
	}
	list->at[list->n++] = at;
}

/* An even spread of 64 bits (splitmix64). */
static uint64_t
look_lot(uint64_t seed, uint64_t id)
{
	uint64_t x = seed + (id + 1) * UINT64_C(0x9e3779b97f4a7c15);
	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

/* Keeps the lowest lots, in rising order. */
static void
look_draw_one(struct look *l, uint64_t id, uint32_t at)
{
	uint64_t lot = look_lot(l->seed, id);
	size_t i = l->nsample;
	if (i == LOOK_SAMPLE_ITEMS && l->sample[i - 1].lot <= lot)
		return;
	if (i == LOOK_SAMPLE_ITEMS)
		i--;
	else
		l->nsample++;
	for (; i > 0 && l->sample[i - 1].lot > lot; i--)
		l->sample[i] = l->sample[i - 1];
	l->sample[i] = (struct look_draw){lot, at};
}

unsigned
look_flags(const struct inventory_item *it)
{
	char name[ESCAPE_SIZE(LIM_PATH_BYTES)];
	unsigned flags;
	size_t from = it->path.len;
	while (from > 0 && it->path.data[from - 1] != '/')
		from--;
	escape_bytes(it->path.data + from, it->path.len - from, name, sizeof(name), &flags);
	return flags;
}

static void
look_sort(struct look *l, const struct inventory_item *it, uint32_t at)
{
	static const enum look_group by_outcome[ITEM_OUTCOME__MAX] = {
	    [ITEM_OUT_BLOCKED] = LOOK_BLOCKED,
	    [ITEM_OUT_RELEASED] = LOOK__MAX,
	    [ITEM_OUT_REJECTED] = LOOK_REJECTED,
	    [ITEM_OUT_HELD] = LOOK_HELD,
	    [ITEM_OUT_UNREADABLE] = LOOK_UNREADABLE,
	    [ITEM_OUT_ENCRYPTED] = LOOK_ENCRYPTED,
	    [ITEM_OUT_UNREAD] = LOOK_UNREAD,
	    [ITEM_OUT_EXCLUDED] = LOOK_EXCLUDED,
	    [ITEM_OUT_STRUCTURAL] = LOOK__MAX,
	};
	enum look_group g = by_outcome[it->outcome];
	if (g != LOOK__MAX)
		look_add(l, g, at);
	else if (it->outcome == ITEM_OUT_RELEASED && it->nexceptions > 0)
		look_add(l, LOOK_EXCEPTED, at);
	else if (sealed_must_look(it))
		look_add(l,
		    finding_worst_severity(&it->worst) >= FINDING_MEDIUM ? LOOK_FINDINGS
									 : LOOK_REASON,
		    at);
	else if (it->outcome == ITEM_OUT_RELEASED && it->kind == ITEM_FILE)
		look_draw_one(l, it->id, at);
	if ((look_flags(it) & LOOK_MISLEADS) != 0)
		look_add(l, LOOK_NAMES, at);
	if (sealed_loss(it) != NULL)
		look_add(l, LOOK_LOSSES, at);
}

static int
look_draw_order(const void *a, const void *b)
{
	const struct look_draw *x = a, *y = b;
	return x->at < y->at ? -1 : x->at > y->at;
}

/* Bytes of the line at an offset, its LF included. */
static size_t
look_line_len(const struct sealed *s, size_t at)
{
	const uint8_t *lf = memchr(s->inventory + at, '\n', s->inventory_len - at);
	return lf != NULL ? (size_t)(lf - s->inventory) - at + 1 : s->inventory_len - at;
}

void
look_take(struct look *l, const struct inventory_item *it)
{
	look_sort(l, it, (uint32_t)l->next);
	l->next += look_line_len(l->sealed, l->next);
}

void
look_settle(struct look *l)
{
	qsort(l->sample, l->nsample, sizeof(l->sample[0]), look_draw_order);
	for (size_t i = 0; i < l->nsample; i++)
		look_add(l, LOOK_SAMPLE, l->sample[i].at);
	for (unsigned g = 0; g < LOOK__MAX; g++)
		l->lists[g].seen = mem_alloc(l->lists[g].n / 8 + 1);
}

static uint64_t
look_seed(const struct sealed *s, const char *officer)
{
	uint8_t sha256[DIGEST_SIZE];
	uint64_t seed = 0;
	MEM_FREE char *text = mem_printf("%s %s", s->inventory_hex, officer);
	digest_sha256(text, strlen(text), sha256);
	for (unsigned i = 0; i < 8; i++)
		seed = seed << 8 | sha256[i];
	return seed;
}

struct look *
look_new(const struct sealed *s, const char *officer)
{
	char why[INVENTORY_WHY_SIZE];
	struct look *l = mem_alloc(sizeof(*l));
	l->sealed = s;
	l->seed = look_seed(s, officer);
	if (inventory_open(s->inventory, s->inventory_len, &l->header, why) != ERR_OK) {
		free(l);
		return NULL;
	}
	l->header_len = look_line_len(s, 0);
	l->next = l->header_len;
	memcpy(l->line, s->inventory, l->header_len);
	return l;
}

void
look_free(struct look *l)
{
	if (l == NULL)
		return;
	for (unsigned g = 0; g < LOOK__MAX; g++) {
		free(l->lists[g].at);
		free(l->lists[g].seen);
	}
	inventory_free(l->inventory);
	inventory_free(l->header);
	free(l);
}

/* --- what was seen, for later -------------------------------------------------------- */

struct look_memory {
	uint64_t seed; /* of the inventory and the officer: the same groups and sample */
	char inventory_hex[HEX_DIGEST_SIZE];
	uint8_t *seen[LOOK__MAX];
	size_t n[LOOK__MAX];
};

struct look_memory *
look_remember(const struct look *l)
{
	struct look_memory *m = mem_alloc(sizeof(*m));
	m->seed = l->seed;
	memcpy(m->inventory_hex, l->sealed->inventory_hex, sizeof(m->inventory_hex));
	for (unsigned g = 0; g < LOOK__MAX; g++) {
		size_t bytes = l->lists[g].n / 8 + 1;
		m->n[g] = l->lists[g].n;
		m->seen[g] = mem_alloc(bytes);
		if (l->lists[g].seen != NULL)
			memcpy(m->seen[g], l->lists[g].seen, bytes);
	}
	return m;
}

void
look_memory_free(struct look_memory *m)
{
	if (m == NULL)
		return;
	for (unsigned g = 0; g < LOOK__MAX; g++)
		free(m->seen[g]);
	free(m);
}

void
look_recall(struct look *l, const struct look_memory *m)
{
	if (m == NULL || m->seed != l->seed ||
	    strcmp(m->inventory_hex, l->sealed->inventory_hex) != 0)
		return;
	for (unsigned g = 0; g < LOOK__MAX; g++)
		for (size_t i = 0; i < l->lists[g].n && i < m->n[g]; i++)
			if ((m->seen[g][i / 8] & 1u << i % 8) != 0)
				look_see(l, (enum look_group)g, i, i + 1);
}

/* --- asking ------------------------------------------------------------------------ */

size_t
look_count(const struct look *l, enum look_group g)
{
	return l->lists[g].n;
}

/* The header and one line are an inventory whose first item is that line. */
const struct inventory_item *
look_item(struct look *l, enum look_group g, size_t i)
{
	const struct inventory_item *it;
	char why[INVENTORY_WHY_SIZE];
	if (i >= l->lists[g].n)
		return NULL;
	size_t at = l->lists[g].at[i], n = look_line_len(l->sealed, at);
	memcpy(l->line + l->header_len, l->sealed->inventory + at, n);
	inventory_free(l->inventory);
	l->inventory = NULL;
	if (inventory_open(l->line, l->header_len + n, &l->inventory, why) != ERR_OK ||
	    inventory_next(l->inventory, &it) != ERR_OK)
		return NULL;
	return it;
}

void
look_see(struct look *l, enum look_group g, size_t from, size_t to)
{
	struct look_list *list = &l->lists[g];
	for (size_t i = from; i < to && i < list->n; i++) {
		uint8_t bit = (uint8_t)(1u << i % 8);
		list->nseen += (list->seen[i / 8] & bit) == 0;
		list->seen[i / 8] |= bit;
	}
}

size_t
look_seen(const struct look *l, enum look_group g)
{
	return l->lists[g].nseen;
}

unsigned
look_left(const struct look *l)
{
	unsigned left = 0;
	for (unsigned g = 0; g < LOOK__MAX; g++)
		left += l->lists[g].n > 0 && l->lists[g].nseen == 0;
	return left;
}

const struct inventory_header *
look_header(struct look *l)
{
	return inventory_header(l->header);
}
