/* SPDX-License-Identifier: ISC */
#include "src/core/contain.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/canon.h"

#include <assert.h>
#include <string.h>

_Static_assert(LIM_SCANNERS <= 16, "scanners are bits of 16");

enum contain_flag {
	CONTAIN_OPENED = 1 << 0, /* it has a sum */
	CONTAIN_WHOLE = 1 << 1,  /* as the caller said */
	CONTAIN_FINDS = 1 << 2,
	CONTAIN_BELOW = 1 << 3, /* there are findings inside */
	CONTAIN_QUINE = 1 << 4,
	CONTAIN_LACKS = 1 << 5, /* a file in it is without its bytes, or a part */
	CONTAIN_RING = 1 << 6,  /* of the ring that is being settled */
	CONTAIN_OPAQUE = 1 << 7,
};

struct contain_node {
	uint32_t first; /* of its places; they end where the next object's begin */
	uint32_t sum;   /* of an opened object */
	uint32_t worst; /* a place where the worst is, plus 1; 0: in none */
	uint16_t clean, large;
	uint8_t own, in_parts; /* its verdict for itself */
	uint8_t all;           /* with everything inside */
	uint8_t flags;
};

/* What is inside an opened object: first what lies right in it, then all. */
struct contain_sum {
	uint64_t members, links, objects;
	uint64_t part; /* the first row that is a part; 0: none */
	uint8_t verdict;
	bool whole;
};

struct contain_place {
	uint64_t row;
	uint32_t to;
};

struct contain {
	unsigned nscanners;
	uint8_t (*digests)[32];
	struct contain_node *nodes;
	size_t n, cap;
	struct contain_place *places;
	size_t nplaces, places_cap;
	size_t filled; /* nodes whose first place is known */
	struct contain_sum *sums;
	size_t nsums, sums_cap;
	uint64_t *parts; /* nscanners for each sum */
	/* of a walk */
	uint32_t *queue, *from; /* from: the place that led to an object, plus 1 */
	uint32_t *holder;       /* and the object that has it */
	uint32_t *seen, stamp;
	uint32_t top;
	size_t head, tail; /* of the queue */
};

struct contain *
contain_new(unsigned nscanners)
{
	struct contain *c = mem_alloc(sizeof(*c));
	assert(nscanners <= LIM_SCANNERS);
	c->nscanners = nscanners;
	return c;
}

void
contain_free(struct contain *c)
{
	if (c == NULL)
		return;
	free(c->digests);
	free(c->nodes);
	free(c->places);
	free(c->sums);
	free(c->parts);
	free(c->queue);
	free(c->from);
	free(c->holder);
	free(c->seen);
	free(c);
}

/* --- building ----------------------------------------------------------------- */

static void
contain_open(struct contain *c, size_t object)
{
	struct contain_node *v = &c->nodes[object];
	if ((v->flags & CONTAIN_OPENED) != 0)
		return;
	if (c->nsums == c->sums_cap) {
		c->sums_cap = c->sums_cap == 0 ? 64 : c->sums_cap * 2;
		c->sums = mem_resize(c->sums, c->sums_cap, sizeof(*c->sums));
	}
	v->flags |= CONTAIN_OPENED;
	v->sum = (uint32_t)c->nsums;
	c->sums[c->nsums++] = (struct contain_sum){.whole = (v->flags & CONTAIN_WHOLE) != 0};
}

size_t
contain_add(struct contain *c, const struct contain_object *o)
{
	assert(c->n < UINT32_MAX - 1);
	assert(c->n == 0 || memcmp(c->digests[c->n - 1], o->sha256, 32) < 0);
	if (c->n == c->cap) {
		c->cap = c->cap == 0 ? 256 : c->cap * 2;
		c->digests = mem_resize(c->digests, c->cap, sizeof(*c->digests));
		c->nodes = mem_resize(c->nodes, c->cap, sizeof(*c->nodes));
	}
	memcpy(c->digests[c->n], o->sha256, 32);
	c->nodes[c->n] = (struct contain_node){.clean = o->clean,
	    .large = o->large,
	    .own = (uint8_t)o->verdict,
	    .in_parts = (uint8_t)o->in_parts,
	    .flags =
		(uint8_t)((o->whole ? CONTAIN_WHOLE : 0u) | (o->finds ? CONTAIN_FINDS : 0u) |
			  (o->opaque ? CONTAIN_OPAQUE : 0u))};
	if (o->opened)
		contain_open(c, c->n);
	return c->n++;
}

size_t
contain_find(const struct contain *c, const uint8_t sha256[32])
{
	size_t low = 0, high = c->n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = memcmp(c->digests[middle], sha256, 32);
		if (order == 0)
			return middle;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return CONTAIN_NONE;
}

size_t
contain_count(const struct contain *c)
{
	return c->n;
}

const uint8_t *
contain_sha256(const struct contain *c, size_t object)
{
	return c->digests[object];
}

void
contain_put(struct contain *c, size_t container, size_t object, uint64_t row)
{
	assert(container < c->n && object < c->n && container + 1 >= c->filled);
	assert(c->nplaces < UINT32_MAX - 1);
	if (c->nplaces == c->places_cap) {
		c->places_cap = c->places_cap == 0 ? 256 : c->places_cap * 2;
		c->places = mem_resize(c->places, c->places_cap, sizeof(*c->places));
	}
	while (c->filled <= container)
		c->nodes[c->filled++].first = (uint32_t)c->nplaces;
	c->places[c->nplaces++] = (struct contain_place){row, (uint32_t)object};
	contain_open(c, container);
	c->sums[c->nodes[container].sum].members++;
}

void
contain_put_bare(struct contain *c, size_t container, bool link, bool lacks_bytes)
{
	contain_open(c, container);
	struct contain_sum *sum = &c->sums[c->nodes[container].sum];
	sum->members++;
	sum->links += link;
	if (lacks_bytes)
		c->nodes[container].flags |= CONTAIN_LACKS;
}

void
contain_lacks(struct contain *c, size_t container, uint64_t row)
{
	contain_open(c, container);
	struct contain_sum *sum = &c->sums[c->nodes[container].sum];
	c->nodes[container].flags |= CONTAIN_LACKS;
	if (sum->part == 0)
		sum->part = row;
}

bool
contain_is_opaque(const struct contain *c, size_t object)
{
	return (c->nodes[object].flags & CONTAIN_OPAQUE) != 0;
}

bool
contain_is_whole(const struct contain *c, size_t object)
{
	return (c->nodes[object].flags & CONTAIN_WHOLE) != 0;
}

/* --- sums --------------------------------------------------------------------- */

static size_t
contain_end(const struct contain *c, size_t object)
{
	return object + 1 < c->n ? c->nodes[object + 1].first : c->nplaces;
}

/* Counts of hostile graphs grow beyond all bounds: they stop, and nothing is whole then. */
static void
contain_count_add(uint64_t *count, uint64_t more, bool *whole)
{
	if (more > CANON_UINT_MAX - *count) {
		*count = CANON_UINT_MAX;
		*whole = false;
	} else {
		*count += more;
	}
}

static void
contain_worse(struct contain_sum *sum, uint8_t verdict)
{
	if (verdict > sum->verdict)
		sum->verdict = verdict;
}

/* What lies in an object, and what is inside that. */
static void
contain_sum_place(struct contain *c, struct contain_node *v, uint32_t place)
{
	struct contain_sum *sum = &c->sums[v->sum];
	const struct contain_node *w = &c->nodes[c->places[place].to];
	uint64_t *parts = &c->parts[(size_t)v->sum * c->nscanners];
	contain_count_add(&sum->objects, 1, &sum->whole);
	if (w->all > sum->verdict)
		v->worst = place + 1;
	contain_worse(sum, w->all);
	if ((w->flags & (CONTAIN_FINDS | CONTAIN_BELOW)) != 0)
		v->flags |= CONTAIN_BELOW;
	for (unsigned set = w->clean; set != 0; set &= set - 1)
		contain_count_add(&parts[__builtin_ctz(set)], 1, &sum->whole);
	if ((w->flags & CONTAIN_OPENED) == 0)
		return;
	const struct contain_sum *more = &c->sums[w->sum];
	contain_count_add(&sum->members, more->members, &sum->whole);
	contain_count_add(&sum->links, more->links, &sum->whole);
	contain_count_add(&sum->objects, more->objects, &sum->whole);
	for (unsigned s = 0; s < c->nscanners; s++)
		contain_count_add(
		    &parts[s], c->parts[(size_t)w->sum * c->nscanners + s], &sum->whole);
	sum->whole = sum->whole && more->whole;
}

/* Scanners that it was too large for, and that have read it in parts. */
static uint16_t
contain_read_in_parts(const struct contain *c, const struct contain_node *v)
{
	const struct contain_sum *sum = &c->sums[v->sum];
	uint16_t set = 0;
	for (unsigned s = 0; s < c->nscanners; s++) {
		const struct verdict_inside inside = {sum->members, sum->links, sum->objects,
		    (enum verdict)sum->verdict, sum->whole};
		const struct verdict_result r = {.verdict = VERDICT_INCOMPLETE,
		    .too_large = true,
		    .parts = c->parts[(size_t)v->sum * c->nscanners + s]};
		if ((v->large >> s & 1) != 0 && verdict_in_parts(&r, &inside))
			set = (uint16_t)(set | 1u << s);
	}
	return set;
}

/* Everything inside is settled: so is this. */
static void
contain_settle_one(struct contain *c, size_t object)
{
	struct contain_node *v = &c->nodes[object];
	v->all = v->own;
	if ((v->flags & CONTAIN_OPENED) == 0)
		return;
	struct contain_sum *sum = &c->sums[v->sum];
	if ((v->flags & CONTAIN_LACKS) != 0) {
		sum->whole = false;
		contain_worse(sum, VERDICT_INCOMPLETE);
	}
	for (size_t i = v->first; i < contain_end(c, object); i++)
		contain_sum_place(c, v, (uint32_t)i);
	uint16_t read = contain_read_in_parts(c, v);
	v->clean |= read;
	if (v->large != 0 && read == v->large)
		v->own = v->in_parts;
	v->all = v->own > sum->verdict ? v->own : sum->verdict;
}

/* Objects that are inside each other: none is whole, and all are as bad as the worst. */
static void
contain_settle_ring(struct contain *c, const uint32_t *ring, size_t n)
{
	uint8_t worst = VERDICT_INCOMPLETE;
	for (size_t i = 0; i < n; i++) {
		struct contain_node *v = &c->nodes[ring[i]];
		v->flags |= CONTAIN_QUINE | CONTAIN_RING | CONTAIN_FINDS;
		v->all = v->own;
		if (v->own > worst)
			worst = v->own;
	}
	for (size_t i = 0; i < n; i++) {
		struct contain_node *v = &c->nodes[ring[i]];
		for (size_t k = v->first; k < contain_end(c, ring[i]); k++) {
			const struct contain_node *w = &c->nodes[c->places[k].to];
			if ((w->flags & CONTAIN_RING) != 0)
				contain_count_add(
				    &c->sums[v->sum].objects, 1, &c->sums[v->sum].whole);
			else
				contain_sum_place(c, v, (uint32_t)k);
		}
		contain_worse(&c->sums[v->sum], worst);
		worst = c->sums[v->sum].verdict;
	}
	for (size_t i = 0; i < n; i++) {
		struct contain_node *v = &c->nodes[ring[i]];
		struct contain_sum *sum = &c->sums[v->sum];
		sum->whole = false;
		contain_worse(sum, worst);
		v->all = sum->verdict;
		v->flags = (uint8_t)((v->flags & ~CONTAIN_RING) | CONTAIN_BELOW);
	}
}

/* --- the order: what is inside first, and rings (Tarjan's, with a stack of our own) ------ */

struct contain_visit {
	uint32_t object, place;
};

struct contain_order {
	uint32_t *index, *low; /* index 0: not met; low UINT32_MAX: settled */
	uint32_t *open;        /* met and not settled, in order */
	struct contain_visit *way;
	size_t nopen, nway;
	uint32_t next;
};

static void
contain_meet(struct contain *c, struct contain_order *o, uint32_t object)
{
	o->index[object] = o->low[object] = ++o->next;
	o->open[o->nopen++] = object;
	o->way[o->nway++] = (struct contain_visit){object, c->nodes[object].first};
}

static bool
contain_is_in_itself(const struct contain *c, size_t object)
{
	for (size_t i = c->nodes[object].first; i < contain_end(c, object); i++)
		if (c->places[i].to == object)
			return true;
	return false;
}

/* All places of the last object on the way were seen. */
static void
contain_leave(struct contain *c, struct contain_order *o)
{
	uint32_t object = o->way[--o->nway].object;
	if (o->nway > 0) {
		uint32_t above = o->way[o->nway - 1].object;
		if (o->low[object] < o->low[above])
			o->low[above] = o->low[object];
	}
	if (o->low[object] != o->index[object])
		return;
	size_t from = o->nopen;
	while (o->open[--from] != object)
		;
	size_t n = o->nopen - from;
	if (n == 1 && !contain_is_in_itself(c, object))
		contain_settle_one(c, object);
	else
		contain_settle_ring(c, o->open + from, n);
	while (o->nopen > from)
		o->low[o->open[--o->nopen]] = UINT32_MAX;
}

static void
contain_visit_all(struct contain *c, struct contain_order *o, uint32_t object)
{
	contain_meet(c, o, object);
	while (o->nway > 0) {
		struct contain_visit *v = &o->way[o->nway - 1];
		if (v->place == contain_end(c, v->object)) {
			contain_leave(c, o);
			continue;
		}
		uint32_t from = v->object, to = c->places[v->place++].to;
		if (o->index[to] == 0)
			contain_meet(c, o, to);
		else if (o->low[to] != UINT32_MAX && o->index[to] < o->low[from])
			o->low[from] = o->index[to];
	}
}

void
contain_settle(struct contain *c)
{
	struct contain_order o = {.index = mem_array(c->n + 1, sizeof(uint32_t)),
	    .low = mem_array(c->n + 1, sizeof(uint32_t)),
	    .open = mem_array(c->n + 1, sizeof(uint32_t)),
	    .way = mem_array(c->n + 1, sizeof(struct contain_visit))};
	while (c->filled < c->n)
		c->nodes[c->filled++].first = (uint32_t)c->nplaces;
	c->parts = mem_array(c->nsums * c->nscanners + 1, sizeof(*c->parts));
	for (size_t i = 0; i < c->n; i++)
		if (o.index[i] == 0)
			contain_visit_all(c, &o, (uint32_t)i);
	free(o.index);
	free(o.low);
	free(o.open);
	free(o.way);
}

/* --- answers ------------------------------------------------------------------ */

bool
contain_is_opened(const struct contain *c, size_t object)
{
	return (c->nodes[object].flags & CONTAIN_OPENED) != 0;
}

bool
contain_is_quine(const struct contain *c, size_t object)
{
	return (c->nodes[object].flags & CONTAIN_QUINE) != 0;
}

void
contain_inside(
    const struct contain *c, size_t object, struct verdict_inside *ret, uint64_t *ret_parts)
{
	const struct contain_node *v = &c->nodes[object];
	*ret = (struct verdict_inside){0};
	memset(ret_parts, 0, c->nscanners * sizeof(*ret_parts));
	if ((v->flags & CONTAIN_OPENED) == 0)
		return;
	const struct contain_sum *sum = &c->sums[v->sum];
	*ret = (struct verdict_inside){
	    sum->members, sum->links, sum->objects, (enum verdict)sum->verdict, sum->whole};
	for (unsigned s = 0; s < c->nscanners; s++)
		ret_parts[s] = c->parts[(size_t)v->sum * c->nscanners + s];
}

enum verdict
contain_verdict(const struct contain *c, size_t object)
{
	return (enum verdict)c->nodes[object].all;
}

size_t
contain_worst(const struct contain *c, size_t object, uint64_t *ret_rows, size_t max,
    size_t *ret_object, bool *ret_bare)
{
	const struct contain_node *v = &c->nodes[object];
	size_t n = 0;
	if ((v->flags & CONTAIN_OPENED) == 0)
		return 0;
	const uint8_t target = c->sums[v->sum].verdict;
	while (n < max && v->worst != 0) {
		const struct contain_place *p = &c->places[v->worst - 1];
		ret_rows[n++] = p->row;
		object = p->to;
		v = &c->nodes[object];
		/* as deep as it goes: what holds the worst is as bad only because of it */
		if ((v->flags & (CONTAIN_QUINE | CONTAIN_OPENED)) != CONTAIN_OPENED ||
		    c->sums[v->sum].verdict != target)
			break;
	}
	*ret_object = object;
	*ret_bare = v->worst == 0 && (v->flags & CONTAIN_LACKS) != 0 &&
	            (v->flags & CONTAIN_QUINE) == 0 && target == VERDICT_INCOMPLETE;
	return n;
}

uint64_t
contain_lacking(const struct contain *c, size_t object)
{
	const struct contain_node *v = &c->nodes[object];
	return (v->flags & CONTAIN_OPENED) != 0 ? c->sums[v->sum].part : 0;
}

/* --- walks -------------------------------------------------------------------- */

bool
contain_has_finds(const struct contain *c, size_t object)
{
	return (c->nodes[object].flags & CONTAIN_FINDS) != 0;
}

bool
contain_walk(struct contain *c, size_t object, bool (*fn)(void *arg, size_t found), void *arg)
{
	if (c->queue == NULL) {
		c->queue = mem_array(c->n + 1, sizeof(uint32_t));
		c->from = mem_array(c->n + 1, sizeof(uint32_t));
		c->holder = mem_array(c->n + 1, sizeof(uint32_t));
		c->seen = mem_array(c->n + 1, sizeof(uint32_t));
	}
	c->stamp++;
	c->seen[object] = c->stamp;
	c->from[object] = 0;
	c->queue[0] = c->top = (uint32_t)object;
	c->head = 0;
	c->tail = 1;
	return contain_walk_on(c, fn, arg);
}

bool
contain_walk_on(struct contain *c, bool (*fn)(void *arg, size_t found), void *arg)
{
	bool go_on = true;
	while (go_on && c->head < c->tail) {
		uint32_t at = c->queue[c->head++];
		if (at != c->top && (c->nodes[at].flags & CONTAIN_FINDS) != 0)
			go_on = fn(arg, at);
		if ((c->nodes[at].flags & CONTAIN_BELOW) == 0)
			continue;
		for (size_t i = c->nodes[at].first; i < contain_end(c, at); i++) {
			uint32_t to = c->places[i].to;
			if (c->seen[to] == c->stamp ||
			    (c->nodes[to].flags & (CONTAIN_FINDS | CONTAIN_BELOW)) == 0)
				continue;
			c->seen[to] = c->stamp;
			c->from[to] = (uint32_t)i + 1;
			c->holder[to] = at;
			c->queue[c->tail++] = to;
		}
	}
	return c->head == c->tail;
}

size_t
contain_way(const struct contain *c, size_t found, uint64_t *ret_rows, size_t max)
{
	size_t n = 0;
	for (size_t at = found; c->from[at] != 0; at = c->holder[at])
		n++;
	size_t i = n;
	for (size_t at = found; c->from[at] != 0; at = c->holder[at])
		if (--i < max)
			ret_rows[i] = c->places[c->from[at] - 1].row;
	return n;
}
