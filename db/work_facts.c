/* SPDX-License-Identifier: ISC */
/* What is known of all items without asking the database: what can be decided, and counts. */
#include "db/work_in.h"
#include "src/base/buf.h"
#include "src/base/limits.h"
#include "src/base/mem.h"

#include <stdlib.h>
#include <string.h>

/* Adds (sign 1) or takes away (-1) an item with this decision. */
void
work_facts_count(
    struct work_counts *c, unsigned flags, enum item_decision decision, uint64_t sign)
{
	uint64_t *of[ITEM_DECISION__MAX] = {
	    [ITEM_NONE] = &c->none,
	    [ITEM_APPROVE] = &c->approve,
	    [ITEM_REJECT] = &c->reject,
	    [ITEM_HOLD] = &c->hold,
	};
	if ((flags & WORK_FILE) == 0)
		return;
	*of[decision] += sign;
	if (decision == ITEM_NONE && (flags & (WORK_READ | WORK_BLOCK)) == WORK_READ)
		c->undecided += sign;
}

static unsigned
work_facts_flags(int kind, int state)
{
	unsigned flags = WORK_THERE;
	if (kind == ITEM_FILE || kind == ITEM_LINK)
		flags |= WORK_FILE;
	if (state == ITEM_READ)
		flags |= WORK_READ;
	return flags;
}

/* A number of a closed list; what cannot be one is unknown. */
static int8_t
work_facts_word(struct sql_stmt *s, int at, uint64_t words)
{
	uint64_t v = sql_uint(s, at);
	return v < words ? (int8_t)v : -1;
}

/* From the rows of `judged`. */
static enum err
work_facts_judged(struct work *w, struct work_drafts *d)
{
	struct sql_stmt *s = sql_use(w->sql, STMT_JUDGED_EACH);
	size_t placed = 0;
	enum err e;
	while ((e = sql_step(s)) == ERR_OK) {
		uint64_t id = sql_uint(s, 0), place = sql_uint(s, 1), sort = sql_uint(s, 9);
		if (id > d->max || place >= d->n || d->by_place[place] != 0 ||
		    sort > d->nsorts) {
			sql_reset(s);
			return ERR_SYNTAX;
		}
		d->by_place[place] = (uint32_t)id;
		placed++;
		struct work_fact f = {
		    .kind = work_facts_word(s, 2, ITEM_KIND__MAX),
		    .state = work_facts_word(s, 3, ITEM_STATE__MAX),
		    .gate = work_facts_word(s, 4, POLICY_GATE__MAX),
		    .verdict = work_facts_word(s, 5, VERDICT__MAX),
		    .severity = work_facts_word(s, 6, FINDING_SEVERITY__MAX),
		    .classes = (uint32_t)sql_uint(s, 7),
		    .size_bytes = sql_uint(s, 8),
		    .sort = (uint32_t)sort,
		};
		d->facts[id] = f;
		d->flags[id] = (uint8_t)(work_facts_flags(f.kind, f.state) | WORK_JUDGED |
					 (f.gate == POLICY_PASS        ? 0u
					     : f.gate == POLICY_REASON ? (unsigned)WORK_REASON
								       : (unsigned)WORK_BLOCK));
	}
	return e == ERR_NOTFOUND && placed == d->n ? ERR_OK
	       : e == ERR_NOTFOUND                 ? ERR_SYNTAX
	                                           : e;
}

/* From the items alone, before they were judged. */
static enum err
work_facts_raw(struct work *w, struct work_drafts *d)
{
	struct sql_stmt *s = sql_use(w->sql, STMT_ITEM_BY_PATH);
	size_t n = 0;
	enum err e;
	while (n < d->n && (e = sql_step(s)) == ERR_OK)
		d->by_place[n++] = (uint32_t)sql_uint(s, 0);
	sql_reset(s);
	s = sql_use(w->sql, STMT_ITEM_STATES);
	while ((e = sql_step(s)) == ERR_OK) {
		uint64_t id = sql_uint(s, 0);
		enum item_kind kind = ITEM_OTHER;
		enum item_state state = ITEM_UNREAD;
		item_kind_parse(sql_text(s, 1), &kind);
		item_state_parse(sql_text(s, 2), &state);
		if (id > d->max)
			continue;
		d->flags[id] = (uint8_t)work_facts_flags((int)kind, (int)state);
		d->facts[id] = (struct work_fact){.size_bytes = sql_uint(s, 3),
		    .kind = (int8_t)kind,
		    .state = (int8_t)state,
		    .gate = -1,
		    .verdict = -1,
		    .severity = -1};
	}
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

static void
work_facts_names_drop(struct work_drafts *d)
{
	free(d->names);
	free(d->name_at);
	d->names = NULL;
	d->name_at = NULL;
}

/* The names, one after the other, when there is room for all. */
static enum err
work_facts_names(struct work *w, struct work_drafts *d)
{
	struct sql_stmt *s = sql_use(w->sql, STMT_ITEM_BASES);
	struct buf names;
	enum err e;
	size_t n;
	work_facts_names_drop(d);
	buf_init(&names, LIM_NAMES_BYTES);
	buf_add_byte(&names, '\0'); /* of those that are not there */
	d->name_at = mem_array(d->max + 1, sizeof(*d->name_at));
	while ((e = sql_step(s)) == ERR_OK && names.error == ERR_OK) {
		uint64_t id = sql_uint(s, 0);
		const char *base = sql_text(s, 1);
		if (id > d->max)
			continue;
		d->name_at[id] = (uint32_t)names.len;
		buf_add(&names, base, strlen(base) + 1);
	}
	sql_reset(s);
	if (names.error == ERR_OK && e == ERR_NOTFOUND)
		d->names = (char *)buf_steal(&names, &n);
	else
		work_facts_names_drop(d);
	buf_done(&names);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

static void
work_facts_count_all(struct work_drafts *d)
{
	struct work_counts *c = &d->counts;
	*c = (struct work_counts){.items = d->n};
	for (size_t id = 0; id <= d->max; id++) {
		unsigned flags = d->flags[id];
		if ((flags & WORK_FILE) == 0)
			continue;
		c->files++;
		c->unread += (flags & WORK_READ) == 0;
		c->blocked += (flags & (WORK_READ | WORK_BLOCK)) == (WORK_READ | WORK_BLOCK);
		work_facts_count(c, flags, work_draft_of(d, id)->decision, 1);
	}
}

enum err
work_facts(struct work *w, struct work_drafts **ret_drafts)
{
	struct work_drafts *d;
	uint64_t items[2], judged;
	enum err e = work_draft_get(w, &d);
	if (e == ERR_OK && d->known) {
		*ret_drafts = d;
		return ERR_OK;
	}
	if (e == ERR_OK)
		e = work_numbers(w, STMT_ITEM_COUNT, items, 2);
	if (e == ERR_OK)
		e = work_numbers(w, STMT_JUDGED_COUNT, &judged, 1);
	if (e == ERR_OK)
		e = work_numbers(w, STMT_SORT_LAST, &d->nsorts, 1);
	if (e == ERR_OK && (items[1] > LIM_ITEMS || d->nsorts > UINT32_MAX - 1))
		e = ERR_LIMIT;
	if (e != ERR_OK)
		return e;
	d->n = items[0];
	d->max = items[1];
	d->judged = judged == d->n;
	work_draft_room(d, d->max);
	free(d->flags);
	free(d->facts);
	free(d->by_place);
	d->flags = mem_array(d->max + 1, sizeof(*d->flags));
	d->facts = mem_array(d->max + 1, sizeof(*d->facts));
	d->by_place = mem_array(d->n + 1, sizeof(*d->by_place));
	work_facts_names_drop(d);
	e = d->judged ? work_facts_judged(w, d) : work_facts_raw(w, d);
	if (e == ERR_OK && d->judged)
		e = work_facts_names(w, d);
	if (e != ERR_OK)
		return e;
	work_facts_count_all(d);
	w->generation = work_draft_stamp();
	d->known = true;
	*ret_drafts = d;
	return ERR_OK;
}

enum err
work_counts(struct work *w, struct work_counts *ret_counts)
{
	struct work_drafts *d;
	enum err e = work_facts(w, &d);
	if (e != ERR_OK)
		return e;
	*ret_counts = d->counts;
	ret_counts->undo = d->undo;
	ret_counts->redo = d->redo;
	return ERR_OK;
}

/* --- who and how many
 * --------------------------------------------------------------------------
 */

static int
work_facts_compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

enum err
work_deciders(struct work *w, void (*fn)(void *arg, const char *by), void *arg)
{
	struct work_drafts *d;
	size_t n = 0;
	enum err e = work_draft_get(w, &d);
	if (e != ERR_OK)
		return e;
	MEM_FREE bool *used = mem_array(d->nchoices, sizeof(*used));
	MEM_FREE const char **by = mem_array(d->nchoices, sizeof(*by));
	for (size_t id = 0; id < d->cap; id++)
		used[d->of[id]] = true;
	for (size_t i = 1; i < d->nchoices; i++)
		if (used[i])
			by[n++] = d->choices[i].by;
	qsort(by, n, sizeof(*by), work_facts_compare);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || strcmp(by[i], by[i - 1]) != 0)
			fn(arg, by[i]);
	return ERR_OK;
}

enum err
work_tally_decisions(
    struct work *w, void (*fn)(void *arg, const char *word, uint64_t n), void *arg)
{
	struct work_counts c;
	enum err e = work_counts(w, &c);
	if (e != ERR_OK)
		return e;
	const uint64_t of[ITEM_DECISION__MAX] = {
	    [ITEM_NONE] = c.none,
	    [ITEM_APPROVE] = c.approve,
	    [ITEM_REJECT] = c.reject,
	    [ITEM_HOLD] = c.hold,
	};
	for (int i = 0; i < ITEM_DECISION__MAX; i++)
		if (of[i] > 0)
			fn(arg, item_decision_print((enum item_decision)i), of[i]);
	return ERR_OK;
}
