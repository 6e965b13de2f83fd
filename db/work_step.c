/* SPDX-License-Identifier: ISC */
/*
 * Decisions, one or many at once, that can be taken back: each step keeps for
 * runs of items the choice they had before.
 */
#include "db/work_in.h"

#include <string.h>

static void
work_step_run_end(struct work_runs *r)
{
	uint8_t bytes[WORK_RUN_BYTES];
	if (r->count == 0)
		return;
	work_draft_store(bytes, r->first);
	work_draft_store(bytes + 4, r->count);
	work_draft_store(bytes + 8, r->choice);
	buf_add(&r->out, bytes, sizeof(bytes));
	r->count = 0;
}

void
work_step_run_add(struct work_runs *r, uint32_t id, uint32_t choice)
{
	if (r->count == 0 || id != r->first + r->count || choice != r->choice) {
		work_step_run_end(r);
		r->first = id;
		r->choice = choice;
	}
	r->count++;
	r->items++;
}

enum err
work_step_add(
    struct work *w, struct work_drafts *d, struct work_runs *r, uint32_t choice, const char *by)
{
	work_step_run_end(r);
	if (r->out.error != ERR_OK)
		return r->out.error;
	struct sql_stmt *s = sql_use(w->sql, STMT_STEP_CUT);
	enum err e = sql_run(s);
	if (e != ERR_OK)
		return e;
	s = sql_use(w->sql, STMT_STEP_ADD);
	sql_bind_uint(s, 1, choice);
	sql_bind_uint(s, 2, r->items);
	sql_bind_bytes(s, 3, r->out.data, r->out.len);
	sql_bind_text(s, 4, by);
	e = sql_run(s);
	if (e == ERR_OK)
		e = work_draft_write(w, d);
	d->undo++;
	d->redo = 0;
	return e;
}

/*
 * Gives the items of a step their choices: those before it, or (again) its own.
 * by: none but this officer's; NULL for everybody's.
 */
static enum err
work_step_apply(struct work_drafts *d, const uint8_t *runs, size_t n, bool again,
    uint32_t choice, const char *by)
{
	if (n % WORK_RUN_BYTES != 0 || choice >= d->nchoices)
		return ERR_SYNTAX;
	for (const uint8_t *r = runs; r < runs + n; r += WORK_RUN_BYTES) {
		size_t first = work_draft_load(r), count = work_draft_load(r + 4);
		uint32_t before = work_draft_load(r + 8);
		if (first > d->max || count > d->max + 1 - first || before >= d->nchoices)
			return ERR_SYNTAX;
		uint32_t then = again ? choice : before;
		if (then != 0 && by != NULL && strcmp(d->choices[then].by, by) != 0)
			return ERR_DENIED;
		for (size_t i = 0; i < count; i++)
			work_draft_set(d, first + i, then);
	}
	return ERR_OK;
}

enum err
work_undo(struct work *w, bool redo, const char *by, struct work_step *ret_step)
{
	struct work_drafts *d;
	struct work_step step;
	enum err e = work_facts(w, &d);
	if (e == ERR_OK && (redo ? d->redo : d->undo) == 0)
		e = ERR_NOTFOUND;
	if (e == ERR_OK)
		e = work_draft_begin(w);
	if (e != ERR_OK)
		return e;
	struct sql_stmt *s = sql_use(w->sql, redo ? STMT_STEP_NEXT : STMT_STEP_LAST);
	e = sql_step(s);
	if (e == ERR_OK) {
		size_t n;
		/* what somebody else took away, nobody gives back in their name */
		bool own = strcmp(sql_text(s, 4), by) == 0;
		uint64_t number = sql_uint(s, 0);
		uint32_t choice = (uint32_t)sql_uint(s, 1);
		const uint8_t *runs = sql_bytes(s, 3, &n);
		e = work_step_apply(d, runs, n, redo, choice, own ? NULL : by);
		if (e == ERR_OK)
			step = (struct work_step){d->choices[choice].decision, sql_uint(s, 2),
			    n == WORK_RUN_BYTES && work_draft_load(runs + 4) == 1
				? work_draft_load(runs)
				: 0};
		sql_reset(s);
		s = sql_use(w->sql, STMT_STEP_MARK);
		sql_bind_uint(s, 1, number);
		sql_bind_uint(s, 2, !redo);
	} else if (e == ERR_NOTFOUND) {
		e = ERR_SYNTAX;
	}
	if (e == ERR_OK)
		e = sql_run(s);
	if (e == ERR_OK)
		e = work_draft_write(w, d);
	e = work_draft_end(w, e);
	if (e != ERR_OK)
		return e;
	d->undo += redo ? 1 : UINT64_MAX;
	d->redo += redo ? UINT64_MAX : 1;
	*ret_step = step;
	return ERR_OK;
}

enum err
work_settle(struct work *w)
{
	struct work_drafts *d;
	enum err e = work_draft_get(w, &d);
	if (e == ERR_OK)
		e = work_draft_begin(w);
	if (e != ERR_OK)
		return e;
	e = work_draft_end(w, sql_run(sql_use(w->sql, STMT_STEP_FORGET)));
	if (e == ERR_OK)
		d->undo = d->redo = 0;
	return e;
}
