/* SPDX-License-Identifier: ISC */
/*
 * What officers drafted.  Decisions of all items are an array in memory and
 * chunks of it on the disk, so that a million of them can be made, or taken
 * back, in one step; work_facts.c knows what can be decided at all.
 */
#include "db/work_in.h"
#include "src/base/buf.h"
#include "src/base/limits.h"
#include "src/base/mem.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

uint64_t
work_draft_stamp(void)
{
	static uint64_t last;
	return ++last;
}

void
work_draft_drop(struct work *w)
{
	struct work_drafts *d = w->drafts;
	w->generation = w->facts = work_draft_stamp();
	if (d == NULL)
		return;
	for (size_t i = 0; i < d->nchoices; i++) {
		free(d->choices[i].reason);
		free(d->choices[i].by);
	}
	free(d->choices);
	free(d->of);
	free(d->dirty);
	free(d->flags);
	free(d->facts);
	free(d->names);
	free(d->name_at);
	free(d->by_place);
	free(d);
	w->drafts = NULL;
}

void
work_draft_stale(struct work *w)
{
	w->facts = work_draft_stamp();
	if (w->drafts != NULL)
		w->drafts->known = false;
}

uint64_t
work_generation(const struct work *w)
{
	return w->generation;
}

uint64_t
work_facts_generation(const struct work *w)
{
	return w->facts;
}

const struct work_choice *
work_draft_of(const struct work_drafts *d, uint64_t item)
{
	return &d->choices[item < d->cap ? d->of[item] : 0];
}

/* --- bytes ---------------------------------------------------------------------------- */

void
work_draft_store(uint8_t *to, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		to[i] = (uint8_t)(v >> (8 * i));
}

uint32_t
work_draft_load(const uint8_t *from)
{
	return (uint32_t)from[0] | (uint32_t)from[1] << 8 | (uint32_t)from[2] << 16 |
	       (uint32_t)from[3] << 24;
}

/* --- reading ---------------------------------------------------------------------------- */

/* Room for choices of items below n. */
void
work_draft_room(struct work_drafts *d, size_t n)
{
	size_t cap = (n / WORK_CHUNK + 1) * WORK_CHUNK;
	if (cap <= d->cap)
		return;
	d->of = mem_resize(d->of, cap, sizeof(*d->of));
	memset(d->of + d->cap, 0, (cap - d->cap) * sizeof(*d->of));
	d->dirty = mem_resize(d->dirty, cap / WORK_CHUNK, sizeof(*d->dirty));
	memset(d->dirty + d->cap / WORK_CHUNK, 0, (cap - d->cap) / WORK_CHUNK);
	d->cap = cap;
}

static uint32_t
work_draft_choice_add(
    struct work_drafts *d, enum item_decision decision, const char *reason, const char *by)
{
	/* doubled when it is a power of two */
	if ((d->nchoices & (d->nchoices - 1)) == 0)
		d->choices = mem_resize(
		    d->choices, d->nchoices == 0 ? 1 : d->nchoices * 2, sizeof(*d->choices));
	d->choices[d->nchoices] =
	    (struct work_choice){decision, mem_strdup(reason), mem_strdup(by)};
	return (uint32_t)d->nchoices++;
}

static enum err
work_draft_read_choices(struct work *w, struct work_drafts *d)
{
	struct sql_stmt *s = sql_use(w->sql, STMT_CHOICE_EACH);
	enum err e;
	work_draft_choice_add(d, ITEM_NONE, "", "");
	while ((e = sql_step(s)) == ERR_OK) {
		uint64_t decision = sql_uint(s, 1);
		if (sql_uint(s, 0) != d->nchoices || decision == ITEM_NONE ||
		    decision >= ITEM_DECISION__MAX || d->nchoices > UINT32_MAX - 1) {
			sql_reset(s);
			return ERR_SYNTAX;
		}
		work_draft_choice_add(
		    d, (enum item_decision)decision, sql_text(s, 2), sql_text(s, 3));
	}
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

static enum err
work_draft_read_chunks(struct work *w, struct work_drafts *d)
{
	struct sql_stmt *s = sql_use(w->sql, STMT_DRAFT_EACH);
	enum err e;
	work_draft_room(d, 0);
	while ((e = sql_step(s)) == ERR_OK) {
		size_t n, first = sql_uint(s, 0) * WORK_CHUNK;
		const uint8_t *bytes = sql_bytes(s, 1, &n);
		bool bad = first > LIM_ITEMS || n != (size_t)WORK_CHUNK * 4;
		if (!bad)
			work_draft_room(d, first);
		for (size_t i = 0; i < WORK_CHUNK && !bad; i++) {
			uint32_t choice = work_draft_load(bytes + i * 4);
			bad = choice >= d->nchoices;
			d->of[first + i] = choice;
		}
		if (bad) {
			sql_reset(s);
			return ERR_SYNTAX;
		}
	}
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

enum err
work_draft_get(struct work *w, struct work_drafts **ret_drafts)
{
	uint64_t steps[2];
	enum err e = ERR_OK;
	if (w->drafts == NULL) {
		w->drafts = mem_alloc(sizeof(*w->drafts));
		e = work_draft_read_choices(w, w->drafts);
		if (e == ERR_OK)
			e = work_draft_read_chunks(w, w->drafts);
		if (e == ERR_OK)
			e = work_numbers(w, STMT_STEP_COUNT, steps, 2);
		if (e == ERR_OK) {
			w->drafts->undo = steps[0];
			w->drafts->redo = steps[1];
		} else {
			work_draft_drop(w);
		}
	}
	if (e == ERR_OK)
		*ret_drafts = w->drafts;
	return e;
}

/* --- writing ---------------------------------------------------------------------------- */

/* One transaction, on the disk when it ends; drafts only. */
enum err
work_draft_begin(struct work *w)
{
	enum err e = work_commit(w);
	if (e == ERR_OK && !w->durable) {
		e = work_durable(w);
		w->durable = e == ERR_OK;
	}
	return e == ERR_OK ? work_begin(w) : e;
}

/* After a failure what is in memory is wrong: it is read again. */
enum err
work_draft_end(struct work *w, enum err e)
{
	if (e == ERR_OK)
		e = work_commit(w);
	else if (sql_in_transaction(w->sql))
		(void)sql_exec(w->sql, "ROLLBACK");
	if (e != ERR_OK)
		work_draft_drop(w);
	w->generation = work_draft_stamp();
	return e;
}

void
work_draft_set(struct work_drafts *d, size_t id, uint32_t choice)
{
	work_facts_count(&d->counts, d->flags[id], d->choices[d->of[id]].decision, UINT64_MAX);
	d->of[id] = choice;
	d->dirty[id / WORK_CHUNK] = true;
	work_facts_count(&d->counts, d->flags[id], d->choices[choice].decision, 1);
}

enum err
work_draft_write(struct work *w, struct work_drafts *d)
{
	uint8_t bytes[WORK_CHUNK * 4];
	enum err e = ERR_OK;
	for (size_t c = 0; c < d->cap / WORK_CHUNK && e == ERR_OK; c++) {
		if (!d->dirty[c])
			continue;
		for (size_t i = 0; i < WORK_CHUNK; i++)
			work_draft_store(bytes + i * 4, d->of[c * WORK_CHUNK + i]);
		struct sql_stmt *s = sql_use(w->sql, STMT_DRAFT_PUT);
		sql_bind_uint(s, 1, c);
		sql_bind_bytes(s, 2, bytes, sizeof(bytes));
		e = sql_run(s);
		d->dirty[c] = false;
	}
	return e;
}

/* The number of a choice, made when it is new. */
static enum err
work_draft_choice(struct work *w, struct work_drafts *d, enum item_decision decision,
    const char *reason, const char *by, uint32_t *ret_choice)
{
	if (decision == ITEM_NONE) {
		*ret_choice = 0;
		return ERR_OK;
	}
	struct sql_stmt *s = sql_use(w->sql, STMT_CHOICE_FIND);
	sql_bind_uint(s, 1, decision);
	sql_bind_text(s, 2, reason);
	sql_bind_text(s, 3, by);
	enum err e = sql_step(s);
	if (e == ERR_OK) {
		*ret_choice = (uint32_t)sql_uint(s, 0);
		sql_reset(s);
		return *ret_choice < d->nchoices ? ERR_OK : ERR_SYNTAX;
	}
	if (e != ERR_NOTFOUND)
		return e;
	s = sql_use(w->sql, STMT_CHOICE_ADD);
	sql_bind_uint(s, 1, d->nchoices);
	sql_bind_uint(s, 2, decision);
	sql_bind_text(s, 3, reason);
	sql_bind_text(s, 4, by);
	e = sql_run(s);
	if (e == ERR_OK)
		*ret_choice = work_draft_choice_add(d, decision, reason, by);
	return e;
}

static bool
work_draft_may(
    const struct work_drafts *d, uint32_t id, enum item_decision decision, bool reason)
{
	unsigned need = WORK_FILE | WORK_READ, forbidden = 0;
	if (decision == ITEM_APPROVE) {
		need |= WORK_JUDGED;
		forbidden = reason ? (unsigned)WORK_BLOCK : WORK_BLOCK | WORK_REASON;
	}
	return id <= d->max && (d->flags[id] & (need | forbidden)) == need;
}

/* Gives them the choice, and makes it a step. */
static enum err
work_draft_decide(struct work *w, struct work_drafts *d, const uint32_t *ids, size_t n,
    uint32_t choice, const char *by)
{
	struct work_runs runs = {.items = 0};
	enum err e = ERR_OK;
	buf_init(&runs.out, (size_t)LIM_ITEMS * WORK_RUN_BYTES);
	for (size_t i = 0; i < n; i++) {
		if (d->of[ids[i]] == choice)
			continue;
		work_step_run_add(&runs, ids[i], d->of[ids[i]]);
		work_draft_set(d, ids[i], choice);
	}
	if (runs.items > 0)
		e = work_step_add(w, d, &runs, choice, by);
	buf_done(&runs.out);
	return e;
}

enum err
work_decide(struct work *w, const uint32_t *ids, size_t n, enum item_decision decision,
    const char *by, const char *reason, uint64_t *ret_changed)
{
	struct work_drafts *d;
	size_t changed = 0;
	uint32_t choice = 0;
	assert(decision < ITEM_DECISION__MAX);
	enum err e = work_facts(w, &d);
	if (e != ERR_OK)
		return e;
	MEM_FREE uint32_t *can = mem_array(n + 1, sizeof(*can));
	for (size_t i = 0; i < n; i++)
		if (work_draft_may(d, ids[i], decision, reason[0] != '\0'))
			can[changed++] = ids[i];
	if (changed > 0) {
		e = work_draft_begin(w);
		if (e != ERR_OK)
			return e;
		e = work_draft_choice(w, d, decision, reason, by, &choice);
		if (e == ERR_OK)
			e = work_draft_decide(w, d, can, changed, choice, by);
		e = work_draft_end(w, e);
	}
	if (e == ERR_OK)
		*ret_changed = changed;
	return e;
}

enum err
work_decide_proposed(struct work *w, const char *by, uint64_t *ret_changed, uint64_t *ret_left)
{
	struct work_drafts *d;
	uint64_t changed;
	size_t n = 0;
	enum err e = work_facts(w, &d);
	if (e != ERR_OK)
		return e;
	MEM_FREE uint32_t *ids = mem_array(d->n + 1, sizeof(*ids));
	for (uint32_t id = 0; id <= d->max; id++)
		if (work_draft_may(d, id, ITEM_APPROVE, false) && d->of[id] == 0)
			ids[n++] = id;
	e = work_decide(w, ids, n, ITEM_APPROVE, by, "", &changed);
	if (e != ERR_OK)
		return e;
	*ret_changed = changed;
	*ret_left = d->counts.undecided;
	return ERR_OK;
}

enum err
work_weigh(struct work *w, const uint32_t *ids, size_t n, enum item_decision decision,
    struct work_weight *ret_weight, uint32_t *ret_ids)
{
	struct work_drafts *d;
	struct work_weight sum = {0};
	enum err e = work_facts(w, &d);
	if (e != ERR_OK)
		return e;
	for (size_t i = 0; i < n; i++) {
		unsigned flags = ids[i] <= d->max ? d->flags[ids[i]] : 0;
		enum item_decision had = work_draft_of(d, ids[i])->decision;
		bool could = work_draft_may(d, ids[i], ITEM_HOLD, true);
		if (!could) {
			sum.other++;
		} else if (had == decision) {
			sum.same++;
		} else if (!work_draft_may(d, ids[i], decision, true)) {
			sum.blocked++;
		} else {
			sum.before[had]++;
			sum.reasons += decision == ITEM_APPROVE && (flags & WORK_REASON) != 0;
			ret_ids[sum.change++] = ids[i];
		}
	}
	*ret_weight = sum;
	return ERR_OK;
}
