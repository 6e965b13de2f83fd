/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/compose.h"
#include "src/base/clock.h"
#include "src/base/hex.h"
#include "src/base/mem.h"
#include "src/core/part.h"
#include "src/core/release_weigh.h"
#include "src/proc/desk/compose_in.h"

#include <stdio.h>
#include <string.h>

void
compose_check(struct compose *c, enum err e)
{
	if (c->error == ERR_OK)
		c->error = e;
}

/* --- what it goes by, besides the work ---------------------------------------------------- */

/*
 * The policy is none of it: a transfer keeps the one it was scanned under.  Of the
 * scanners only what engines are told apart by.
 */
static void
compose_key(const struct release_under *u, uint8_t out[DIGEST_SIZE])
{
	static const char *const keys[] = {"name", "kind", "engine"};
	json_t *all = json_array();
	for (size_t i = 0; i < u->nexceptions; i++)
		json_array_append_new(all, exception_print(&u->exceptions[i]));
	for (size_t i = 0; i < json_array_size(u->scanners); i++) {
		const json_t *row = json_array_get(u->scanners, i);
		json_t *said = json_object();
		for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++)
			json_object_set(said, keys[k], json_object_get(row, keys[k]));
		json_array_append_new(all, said);
	}
	MEM_FREE char *text = json_dumps(all, JSON_SORT_KEYS | JSON_COMPACT);
	digest_sha256(text, strlen(text), out);
	json_decref(all);
}

bool
compose_is_done(const struct work *w, const struct release_under *under)
{
	uint8_t key[DIGEST_SIZE];
	compose_key(under, key);
	return work_composed_is(w, key);
}

/* --- objects ------------------------------------------------------------------------ */

static unsigned
compose_scanner(struct compose *c, const char *name)
{
	unsigned i = 0;
	while (i < c->nscanners && strcmp(c->scanners[i], name) != 0)
		i++;
	if (i == c->nscanners && i < LIM_SCANNERS) {
		snprintf(c->scanners[c->nscanners++], sizeof(c->scanners[0]), "%s", name);
		c->openers[i] = work_child_is_opener(c->work, name);
	}
	return i; /* LIM_SCANNERS: there are too many */
}

/* What was said of one object, in the form of an item that holds nothing else. */
struct compose_said {
	struct compose *compose;
	struct inventory_item item;
	char sha256[HEX_DIGEST_SIZE];
	char names[LIM_SCANNERS][LIM_PERSON_ID_BYTES + 1];
};

static void
compose_verdict(void *arg, const struct work_verdict *v)
{
	struct compose_said *s = arg;
	struct inventory_item *it = &s->item;
	if (it->nscans == LIM_SCANNERS) {
		compose_check(s->compose, ERR_LIMIT);
		return;
	}
	enum verdict verdict = verdict_parse_scanner(v->verdict);
	const char *word = verdict_parts_word(verdict, v->why);
	snprintf(s->names[it->nscans], sizeof(s->names[0]), "%s", v->scanner);
	it->scans[it->nscans] = (struct inventory_scan){.scanner = s->names[it->nscans],
	    .verdict = verdict,
	    .of_bytes = v->bytes,
	    .read_bytes = v->read_bytes,
	    .why = word != NULL ? word : ""};
	it->nscans++;
}

/* An exception sets a verdict about the object aside: whoever holds it has to tell. */
static void
compose_waive(struct compose *c, const struct compose_said *s, struct contain_object *o)
{
	const struct release_under *u = c->under;
	for (size_t i = 0; i < s->item.nscans; i++) {
		const struct inventory_scan *scan = &s->item.scans[i];
		size_t x = exception_find_verdict(
		    u->exceptions, u->nexceptions, scan->scanner, scan->verdict, s->sha256);
		if (x == EXCEPTION_NONE)
			continue;
		o->finds = true;
		c->waived = mem_resize(c->waived, c->nwaived + 1, sizeof(*c->waived));
		c->waived[c->nwaived++] =
		    (struct compose_waived){contain_count(c->graph), x, scan->verdict};
	}
}

/* Who has looked at all of it, and who found it too large. */
static void
compose_sets(struct compose *c, const struct compose_said *s, struct contain_object *o)
{
	struct verdict_result results[LIM_SCANNERS];
	const struct inventory_item *it = &s->item;
	for (size_t i = 0; i < it->nscans; i++)
		results[i] = (struct verdict_result){.scanner = it->scans[i].scanner,
		    .verdict = it->scans[i].verdict,
		    .of_bytes = it->scans[i].of_bytes,
		    .read_bytes = it->scans[i].read_bytes,
		    .too_large = it->scans[i].why[0] != '\0'};
	release_weigh_results(c->under, it, results);
	for (size_t i = 0; i < it->nscans; i++) {
		const struct verdict_result *r = &results[i];
		unsigned bit = compose_scanner(c, r->scanner);
		if (bit == LIM_SCANNERS || r->of_bytes != it->size_bytes)
			continue;
		if (r->verdict == VERDICT_CLEAN && r->read_bytes == it->size_bytes)
			o->clean = (uint16_t)(o->clean | 1u << bit);
		if (r->verdict == VERDICT_INCOMPLETE && r->too_large)
			o->large = (uint16_t)(o->large | 1u << bit);
	}
}

static void
compose_openers(struct compose *c, const struct compose_said *s, struct contain_object *o)
{
	o->whole = true;
	for (size_t i = 0; i < s->item.nscans; i++) {
		const struct inventory_scan *scan = &s->item.scans[i];
		unsigned bit = compose_scanner(c, scan->scanner);
		if (scan->verdict == VERDICT_NA ||
		    !(bit < LIM_SCANNERS ? c->openers[bit]
					 : work_child_is_opener(c->work, scan->scanner)))
			continue;
		o->opened = true;
		o->whole &= scan->verdict == VERDICT_CLEAN &&
		            scan->of_bytes == s->item.size_bytes &&
		            scan->read_bytes == s->item.size_bytes;
	}
	o->whole &= o->opened;
}

static enum err
compose_add(void *arg, const struct work_inside *in)
{
	struct compose *c = arg;
	struct compose_said *s = mem_alloc(sizeof(*s));
	struct contain_object o = {.finds = in->finds};
	*s = (struct compose_said){.compose = c,
	    .item = {.kind = ITEM_FILE,
		.state = ITEM_READ,
		.size_bytes = in->bytes,
		.type = in->type,
		.mime = "",
		.sha256 = s->sha256}};
	hex_encode(in->sha256, 32, s->sha256);
	o.opaque = part_is_opaque(in->type);
	memcpy(o.sha256, in->sha256, 32);
	compose_check(c, work_verdicts(c->work, o.sha256, compose_verdict, s));
	compose_openers(c, s, &o);
	compose_sets(c, s, &o);
	compose_waive(c, s, &o);
	o.verdict = release_verdict(c->under, &s->item);
	/* and if everything inside was looked at */
	s->item.inside = (struct verdict_inside){1, 0, 1, VERDICT_CLEAN, true};
	for (size_t i = 0; i < s->item.nscans; i++)
		s->item.scans[i].parts = 1;
	o.in_parts = release_verdict(c->under, &s->item);
	contain_add(c->graph, &o);
	free(s);
	return c->error;
}

/*
 * As of an item (release_verdict): what all parts make together was looked at by nobody,
 * unless they were joined, or it is a container by itself.
 */
static bool
compose_is_part(const struct contain *graph, size_t object, const struct work_child *row)
{
	struct part part;
	return part_named(row->name, row->name_len, &part) &&
	       part_counts(&part, contain_is_opaque(graph, object)) &&
	       !contain_is_whole(graph, object);
}

static void
compose_place(void *arg, const struct work_child *row)
{
	struct compose *c = arg;
	memcpy(c->after, row->parent, sizeof(c->after));
	c->after_row = row->n;
	bool link = strcmp(row->kind, "link") == 0 || strcmp(row->kind, "hardlink") == 0;
	if (c->parent == CONTAIN_NONE ||
	    memcmp(contain_sha256(c->graph, c->parent), row->parent, 32) != 0)
		c->parent = contain_find(c->graph, row->parent);
	size_t object =
	    row->sha256 != NULL ? contain_find(c->graph, row->sha256) : CONTAIN_NONE;
	if (c->parent == CONTAIN_NONE || (row->sha256 != NULL && object == CONTAIN_NONE)) {
		compose_check(c, ERR_SYNTAX);
	} else if (object != CONTAIN_NONE) {
		contain_put(c->graph, c->parent, object, row->n);
		if (compose_is_part(c->graph, object, row))
			contain_lacks(c->graph, c->parent, row->n);
	} else {
		contain_put_bare(c->graph, c->parent, link, strcmp(row->kind, "file") == 0);
	}
}

static void
compose_put(struct compose *c, size_t object)
{
	struct verdict_inside in;
	uint64_t parts[LIM_SCANNERS];
	char way[LIM_INSIDE_WAY_BYTES + 1] = "";
	const uint8_t *sha256 = contain_sha256(c->graph, object);
	contain_inside(c->graph, object, &in, parts);
	if (in.verdict > VERDICT_CLEAN)
		compose_item_worst(c, object, way);
	compose_check(c, work_opened_put(c->work, sha256, &in, way));
	for (unsigned s = 0; s < c->nscanners; s++)
		if (parts[s] > 0)
			compose_check(
			    c, work_opened_part(c->work, sha256, c->scanners[s], parts[s]));
}

/* --- slices ------------------------------------------------------------------------------ */

/* Each does a page; true when there is no more of its kind. */
typedef bool compose_step_fn(struct compose *);

static bool
compose_objects(struct compose *c)
{
	size_t n = 0;
	compose_check(c, work_inside_each(c->work, c->behind ? c->after : NULL, COMPOSE_PAGE,
			     c->after, &n, compose_add, c));
	c->behind = true;
	return n < COMPOSE_PAGE;
}

static bool
compose_places(struct compose *c)
{
	size_t n = 0;
	compose_check(c, work_child_each(c->work, c->behind ? c->after : NULL, c->after_row,
			     COMPOSE_PAGE, &n, compose_place, c));
	c->behind = true;
	return n < COMPOSE_PAGE;
}

static bool
compose_findings(struct compose *c)
{
	size_t n = contain_count(c->graph);
	for (size_t i = 0; i < COMPOSE_PAGE && c->object < n; i++)
		if (!contain_has_finds(c->graph, c->object) ||
		    !compose_item_load(c, c->object)) {
			c->object++;
			c->after_row = 0;
		}
	return c->object == n;
}

/* In memory, without a word to the database: a million objects take a tenth of a second. */
static bool
compose_settle(struct compose *c)
{
	contain_settle(c->graph);
	return true;
}

static bool
compose_answers(struct compose *c)
{
	size_t n = contain_count(c->graph);
	for (size_t i = 0; i < COMPOSE_PAGE && c->object < n; i++, c->object++)
		if (contain_is_opened(c->graph, c->object))
			compose_put(c, c->object);
	return c->object == n;
}

/* What was opened when it was composed before, and is not any more. */
static bool
compose_stale(struct compose *c)
{
	uint8_t found[COMPOSE_PAGE][32];
	size_t n = 0;
	compose_check(
	    c, work_opened_next(c->work, c->behind ? c->after : NULL, found, COMPOSE_PAGE, &n));
	for (size_t i = 0; i < n; i++) {
		size_t object = contain_find(c->graph, found[i]);
		if (object == CONTAIN_NONE || !contain_is_opened(c->graph, object))
			compose_check(c, work_opened_cut(c->work, found[i]));
		memcpy(c->after, found[i], sizeof(c->after));
		c->behind = true;
	}
	return n < COMPOSE_PAGE;
}

static bool
compose_clear(struct compose *c)
{
	bool more = false;
	compose_check(c, work_opened_clear(c->work, COMPOSE_PAGE, &more));
	return !more;
}

static bool
compose_items(struct compose *c)
{
	c->left = COMPOSE_PAGE;
	while (c->item < c->nitems && c->left > 0 && c->error == ERR_OK)
		c->item += compose_item_tell(c, c->items[c->item]);
	if (c->item < c->nitems)
		return false;
	c->item = 0;
	compose_check(c, work_opened_items(c->work, c->after_row, c->items, COMPOSE_PAGE,
			     &c->nitems, &c->after_row));
	return c->after_row == 0;
}

static compose_step_fn *const compose_steps[] = {
    compose_objects,
    compose_places,
    compose_findings,
    compose_settle,
    compose_answers,
    compose_stale,
    compose_clear,
    compose_items,
};

#define COMPOSE_STEPS (sizeof(compose_steps) / sizeof(compose_steps[0]))

/* --- life ------------------------------------------------------------------------------- */

/* From the beginning of a step. */
static void
compose_go(struct compose *c, unsigned step)
{
	c->step = step;
	c->behind = false;
	memset(c->after, 0, sizeof(c->after));
	c->after_row = 0;
	c->object = 0;
}

static void
compose_begin(struct compose *c)
{
	contain_free(c->graph);
	c->graph = contain_new(LIM_SCANNERS);
	c->nscanners = 0;
	c->nwaived = c->nfinds = 0;
	c->parent = CONTAIN_NONE;
	c->nitems = c->item = 0;
	compose_item_end(c);
	compose_item_begin(c);
	c->inputs = work_inputs(c->work);
	compose_go(c, 0);
}

struct compose *
compose_new(struct work *w, const struct release_under *under)
{
	struct compose *c = mem_alloc(sizeof(*c));
	*c = (struct compose){.work = w, .under = under};
	compose_key(under, c->key);
	return c;
}

struct compose *
compose_free(struct compose *c)
{
	if (c == NULL)
		return NULL;
	compose_item_end(c);
	contain_free(c->graph);
	free(c->finds);
	free(c->waived);
	free(c);
	return NULL;
}

enum err
compose_run(struct compose *c, int64_t until_ms)
{
	if (c->error == ERR_OK && work_composed_is(c->work, c->key))
		return ERR_OK;
	if (c->graph == NULL || c->inputs != work_inputs(c->work))
		compose_begin(c);
	do {
		if (compose_steps[c->step](c))
			compose_go(c, c->step + 1);
	} while (c->error == ERR_OK && c->step < COMPOSE_STEPS && clock_mono_ms() < until_ms);
	if (c->error == ERR_OK && c->step < COMPOSE_STEPS)
		return ERR_AGAIN;
	if (c->error == ERR_OK)
		compose_check(c, work_composed_set(c->work, c->key));
	return c->error;
}

/* --- one object, later ---------------------------------------------------------------- */

static void
compose_parts(void *arg, const char *scanner, uint64_t parts)
{
	struct compose_said *s = arg;
	for (size_t i = 0; i < s->item.nscans; i++)
		if (strcmp(s->names[i], scanner) == 0)
			s->item.scans[i].parts = parts;
}

enum verdict
compose_object(
    struct work *w, const struct release_under *under, const struct work_todo *object)
{
	struct compose c = {.work = w, .under = under};
	char way[LIM_INSIDE_WAY_BYTES + 1];
	struct compose_said *s = mem_alloc(sizeof(*s));
	*s = (struct compose_said){.compose = &c,
	    .item = {.kind = ITEM_FILE,
		.state = ITEM_READ,
		.size_bytes = object->bytes,
		.type = object->type,
		.mime = "",
		.sha256 = s->sha256}};
	hex_encode(object->sha256, 32, s->sha256);
	compose_check(&c, work_verdicts(w, object->sha256, compose_verdict, s));
	enum err e = work_opened_get(w, object->sha256, &s->item.inside, way);
	if (e == ERR_OK)
		compose_check(&c, work_opened_parts(w, object->sha256, compose_parts, s));
	else if (e != ERR_NOTFOUND)
		compose_check(&c, e);
	enum verdict v = release_verdict(under, &s->item);
	free(s);
	return c.error == ERR_OK ? v : VERDICT_ERROR;
}
