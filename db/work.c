/* SPDX-License-Identifier: ISC */
#include "db/work.h"
#include "db/work_child.h"
#include "db/work_in.h"
#include "src/base/mem.h"

#include <stdio.h>
#include <string.h>

#define WORK_VERSION 7 /* of the schema */

static const char *const work_texts[STMT__MAX] = {
#define STMT(id, text) [STMT_##id] = text,
#include "db/work_statements.def"
#undef STMT
};

static const char work_schema[] =
#include "db/work_schema.def"
    ;

enum err
work_open(const char *path, struct work **ret_work)
{
	struct sql *sql;
	enum err e = sql_open(path, work_texts, STMT__MAX, &sql);
	if (e != ERR_OK)
		return e;
	e = sql_form(sql, work_schema, WORK_VERSION);
	if (e != ERR_OK) {
		sql_close(sql);
		return e;
	}
	struct work *w = mem_alloc(sizeof(*w));
	w->sql = sql;
	w->generation = w->facts = w->inputs = work_draft_stamp();
	*ret_work = w;
	return ERR_OK;
}

struct work *
work_close(struct work *w)
{
	if (w == NULL)
		return NULL;
	work_commit(w);
	work_draft_drop(w);
	sql_close(w->sql);
	free(w);
	return NULL;
}

const char *
work_why(const struct work *w)
{
	return sql_why(w->sql);
}

enum err
work_begin(struct work *w)
{
	return sql_in_transaction(w->sql) ? ERR_OK : sql_exec(w->sql, "BEGIN");
}

enum err
work_commit(struct work *w)
{
	if (!sql_in_transaction(w->sql))
		return ERR_OK;
	/* a row that is still open would keep the write-ahead log growing */
	sql_reset_all(w->sql);
	enum err e = sql_exec(w->sql, "COMMIT");
	if (e != ERR_OK) {
		(void)sql_exec(w->sql, "ROLLBACK");
		work_inputs_changed(w);
	}
	return e;
}

enum err
work_durable(struct work *w)
{
	enum err e = work_commit(w);
	return e == ERR_OK ? sql_exec(w->sql, "PRAGMA synchronous=FULL") : e;
}

struct sql_stmt *
work_derive(struct work *w, enum work_stmt id)
{
	work_begin(w);
	return sql_use(w->sql, id);
}

struct sql_stmt *
work_judge(struct work *w, enum work_stmt id)
{
	work_draft_stale(w);
	return work_derive(w, id);
}

struct sql_stmt *
work_change(struct work *w, enum work_stmt id)
{
	work_inputs_changed(w);
	return work_judge(w, id);
}

/* --- what was composed ------------------------------------------------------- */

void
work_inputs_changed(struct work *w)
{
	w->inputs = work_draft_stamp();
}

uint64_t
work_inputs(const struct work *w)
{
	return w->inputs;
}

enum err
work_composed_set(struct work *w, const uint8_t key[32])
{
	/* what a full disk takes back must not count as composed */
	enum err e = work_commit(w);
	if (e == ERR_OK) {
		w->composed = w->inputs;
		memcpy(w->composed_key, key, sizeof(w->composed_key));
	}
	return e;
}

bool
work_composed_is(const struct work *w, const uint8_t key[32])
{
	return w->composed == w->inputs &&
	       memcmp(w->composed_key, key, sizeof(w->composed_key)) == 0;
}

/* --- facts ------------------------------------------------------------------ */

enum err
work_item_add(struct work *w, const struct work_item *it, const void *fold, size_t fold_len)
{
	struct sql_stmt *s = work_change(w, STMT_ITEM_ADD);
	sql_bind_uint(s, 1, it->id);
	sql_bind_uint(s, 2, it->parent);
	sql_bind_uint(s, 3, it->volume);
	sql_bind_bytes(s, 4, it->path, it->path_len);
	sql_bind_text(s, 5, it->name);
	sql_bind_text(s, 6, it->ext);
	sql_bind_text(s, 17, it->base);
	sql_bind_bytes(s, 7, fold, fold_len);
	sql_bind_text(s, 8, it->kind);
	sql_bind_text(s, 9, it->state);
	sql_bind_text(s, 10, it->why);
	sql_bind_uint(s, 11, it->size_bytes);
	sql_bind_uint(s, 12, it->mode);
	sql_bind_text(s, 13, it->mtime);
	sql_bind_text(s, 14, it->zone);
	sql_bind_bytes(s, 15, it->link, it->link_len);
	sql_bind_uint(s, 16, it->links);
	sql_bind_uint(s, 18, it->place);
	return sql_run(s);
}

enum err
work_item_path(struct work *w, uint64_t id, const uint8_t **ret_path, size_t *ret_len)
{
	struct sql_stmt *s = sql_use(w->sql, STMT_ITEM_PATH);
	sql_bind_uint(s, 1, id);
	enum err e = sql_step(s);
	if (e == ERR_OK)
		*ret_path = sql_bytes(s, 0, ret_len);
	return e;
}

enum err
work_object_ask(struct work *w, const uint8_t sha256[32], uint64_t depth, bool *ret_new)
{
	struct sql_stmt *s = work_change(w, STMT_CHILD_ASK);
	sql_bind_bytes(s, 1, sha256, 32);
	sql_bind_uint(s, 2, depth);
	sql_bind_uint(s, 3, WORK_CHILD_UNASKED);
	enum err e = sql_run(s);
	if (e == ERR_OK)
		*ret_new = sql_changes(w->sql) == 1;
	return e;
}

enum err
work_item_kept(
    struct work *w, uint64_t id, const uint8_t sha256[32], uint64_t bytes, bool *ret_new)
{
	struct sql_stmt *s = work_change(w, STMT_OBJECT_ADD);
	sql_bind_bytes(s, 1, sha256, 32);
	sql_bind_uint(s, 2, bytes);
	enum err e = sql_run(s);
	if (e != ERR_OK)
		return e;
	bool is_new = sql_changes(w->sql) == 1;
	if (!is_new && (e = work_object_ask(w, sha256, 0, &is_new)) != ERR_OK)
		return e;
	if (!is_new) {
		/* so far it was known only from inside something */
		s = work_change(w, STMT_OBJECT_ITEM);
		sql_bind_bytes(s, 1, sha256, 32);
		if ((e = sql_run(s)) != ERR_OK)
			return e;
	}
	s = work_change(w, STMT_ITEM_KEPT);
	sql_bind_uint(s, 1, id);
	sql_bind_bytes(s, 2, sha256, 32);
	sql_bind_uint(s, 3, bytes);
	e = sql_run(s);
	if (e == ERR_OK && sql_changes(w->sql) == 0)
		return ERR_NOTFOUND;
	if (e == ERR_OK)
		*ret_new = is_new;
	return e;
}

enum err
work_run_all(struct work *w, const enum work_stmt *steps, size_t n)
{
	enum err e = ERR_OK;
	for (size_t i = 0; i < n && e == ERR_OK; i++)
		e = sql_run(work_change(w, steps[i]));
	return e;
}

enum err
work_run_all_of(struct work *w, const enum work_stmt *steps, size_t n, const char *scanner)
{
	enum err e = ERR_OK;
	for (size_t i = 0; i < n && e == ERR_OK; i++) {
		struct sql_stmt *s = work_change(w, steps[i]);
		sql_bind_text(s, 1, scanner);
		e = sql_run(s);
	}
	return e;
}

enum err
work_run_found(struct work *w, struct sql_stmt *s)
{
	enum err e = sql_run(s);
	return e == ERR_OK && sql_changes(w->sql) == 0 ? ERR_NOTFOUND : e;
}

enum err
work_item_same(struct work *w, uint64_t id, uint64_t as)
{
	struct sql_stmt *s = work_change(w, STMT_ITEM_SAME);
	sql_bind_uint(s, 1, id);
	sql_bind_uint(s, 2, as);
	return work_run_found(w, s);
}

enum err
work_item_bad(struct work *w, uint64_t id, const char *state, const char *why)
{
	struct sql_stmt *s = work_change(w, STMT_ITEM_BAD);
	sql_bind_uint(s, 1, id);
	sql_bind_text(s, 2, state);
	sql_bind_text(s, 3, why);
	return work_run_found(w, s);
}

enum err
work_item_looked(struct work *w, uint64_t id, const char *type, const char *why)
{
	struct sql_stmt *s = work_change(w, STMT_ITEM_LOOKED);
	sql_bind_uint(s, 1, id);
	sql_bind_text(s, 2, type);
	sql_bind_text(s, 3, why);
	return work_run_found(w, s);
}

enum err
work_items_lost(struct work *w, const char *why, uint64_t *ret_n)
{
	struct sql_stmt *s = work_change(w, STMT_ITEM_LOST);
	sql_bind_text(s, 1, why);
	enum err e = sql_run(s);
	if (e == ERR_OK)
		*ret_n = sql_changes(w->sql);
	return e;
}

enum err
work_numbers(struct work *w, enum work_stmt id, uint64_t *out, int n)
{
	struct sql_stmt *s = sql_use(w->sql, id);
	enum err e = sql_step(s);
	if (e != ERR_OK)
		return e;
	for (int i = 0; i < n; i++)
		out[i] = sql_uint(s, i);
	sql_reset(s);
	return ERR_OK;
}

enum err
work_totals(struct work *w, struct work_totals *ret_totals)
{
	uint64_t items[4], objects[2];
	enum err e = work_numbers(w, STMT_ITEM_TOTALS, items, 4);
	if (e == ERR_OK)
		e = work_numbers(w, STMT_OBJECT_COUNT, objects, 2);
	if (e == ERR_OK)
		*ret_totals = (struct work_totals){
		    items[0], items[1], items[2], items[3], objects[0], objects[1]};
	return e;
}

/* --- objects, scanners -------------------------------------------------------- */

enum err
work_object_type(struct work *w, const uint8_t sha256[32], const char *type, const char *mime)
{
	struct sql_stmt *s = work_change(w, STMT_OBJECT_TYPE);
	sql_bind_bytes(s, 1, sha256, 32);
	sql_bind_text(s, 2, type);
	sql_bind_text(s, 3, mime);
	return sql_run(s);
}

/* Columns from `at`: sha256, bytes, type, mime. */
static void
work_todo_fill(struct sql_stmt *s, int at, struct work_todo *t)
{
	size_t n;
	const uint8_t *sha256 = sql_bytes(s, at, &n);
	if (n == sizeof(t->sha256))
		memcpy(t->sha256, sha256, n);
	t->bytes = sql_uint(s, at + 1);
	snprintf(t->type, sizeof(t->type), "%s", sql_text(s, at + 2));
	snprintf(t->mime, sizeof(t->mime), "%s", sql_text(s, at + 3));
}

enum err
work_object_get(struct work *w, const uint8_t sha256[32], struct work_todo *ret_object)
{
	struct sql_stmt *s = sql_use(w->sql, STMT_OBJECT_GET);
	sql_bind_bytes(s, 1, sha256, 32);
	enum err e = sql_step(s);
	if (e != ERR_OK)
		return e;
	*ret_object = (struct work_todo){.bytes = sql_uint(s, 0)};
	memcpy(ret_object->sha256, sha256, 32);
	snprintf(ret_object->type, sizeof(ret_object->type), "%s", sql_text(s, 1));
	snprintf(ret_object->mime, sizeof(ret_object->mime), "%s", sql_text(s, 2));
	sql_reset(s);
	return ERR_OK;
}

enum err
work_todo_add(struct work *w, const char *scanner, const uint8_t sha256[32])
{
	struct sql_stmt *s = work_change(w, STMT_TODO_ADD);
	sql_bind_text(s, 1, scanner);
	sql_bind_bytes(s, 2, sha256, 32);
	return sql_run(s);
}

enum err
work_todo_del(struct work *w, const char *scanner, const uint8_t sha256[32])
{
	struct sql_stmt *s = work_change(w, STMT_TODO_DEL);
	sql_bind_text(s, 1, scanner);
	sql_bind_bytes(s, 2, sha256, 32);
	return sql_run(s);
}

enum err
work_todo_next(struct work *w, const char *scanner, uint64_t n, struct work_todo *ret_todo,
    size_t max, size_t *ret_n)
{
	struct sql_stmt *s = sql_use(w->sql, STMT_TODO_NEXT);
	sql_bind_text(s, 1, scanner);
	sql_bind_uint(s, 2, n);
	sql_bind_uint(s, 3, max);
	size_t found = 0;
	enum err e;
	while (found < max && (e = sql_step(s)) == ERR_OK) {
		ret_todo[found].n = sql_uint(s, 0);
		work_todo_fill(s, 1, &ret_todo[found]);
		found++;
	}
	sql_reset(s);
	*ret_n = found;
	return found == max || e == ERR_NOTFOUND ? ERR_OK : e;
}

enum err
work_todo_count(struct work *w, uint64_t *ret_n)
{
	return work_numbers(w, STMT_TODO_COUNT, ret_n, 1);
}

enum err
work_verdict_put(struct work *w, const uint8_t sha256[32], const struct work_verdict *v)
{
	struct sql_stmt *s = work_change(w, STMT_VERDICT_PUT);
	sql_bind_bytes(s, 1, sha256, 32);
	sql_bind_text(s, 2, v->scanner);
	sql_bind_text(s, 3, v->verdict);
	sql_bind_text(s, 4, v->why);
	sql_bind_uint(s, 5, v->bytes);
	sql_bind_uint(s, 6, v->read_bytes);
	return sql_run(s);
}

enum err
work_verdict_clear(struct work *w, const uint8_t sha256[32], const char *scanner)
{
	static const enum work_stmt all[] = {
	    STMT_VERDICT_CLEAR, STMT_FINDING_CLEAR, STMT_FACT_CLEAR};
	enum err e = ERR_OK;
	for (size_t i = 0; i < 3 && e == ERR_OK; i++) {
		struct sql_stmt *s = work_change(w, all[i]);
		sql_bind_bytes(s, 1, sha256, 32);
		sql_bind_text(s, 2, scanner);
		e = sql_run(s);
	}
	return e;
}

enum err
work_distrust(struct work *w, const char *scanner, const char *why)
{
	struct sql_stmt *s = work_change(w, STMT_VERDICT_DISTRUST);
	sql_bind_text(s, 1, scanner);
	sql_bind_text(s, 2, why);
	return sql_run(s);
}

enum err
work_verdicts(struct work *w, const uint8_t sha256[32],
    void (*fn)(void *arg, const struct work_verdict *), void *arg)
{
	struct sql_stmt *s = sql_use(w->sql, STMT_VERDICT_OF);
	sql_bind_bytes(s, 1, sha256, 32);
	enum err e;
	while ((e = sql_step(s)) == ERR_OK) {
		struct work_verdict v = {sql_text(s, 0), sql_text(s, 1), sql_text(s, 2),
		    sql_uint(s, 3), sql_uint(s, 4)};
		fn(arg, &v);
	}
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

enum err
work_retry_errors(struct work *w, uint64_t *ret_n)
{
	/* the verdicts go last: they say what the others are about */
	static const enum work_stmt steps[] = {
	    STMT_RETRY_TODO, STMT_RETRY_FINDINGS, STMT_RETRY_FACTS, STMT_RETRY_VERDICTS};
	enum err e = work_run_all(w, steps, sizeof(steps) / sizeof(steps[0]));
	if (e == ERR_OK)
		*ret_n = sql_changes(w->sql);
	return e;
}

enum err
work_finding_add(struct work *w, const struct work_finding *f)
{
	/* what is said of items is no part of what is composed, and comes from it */
	if (f->sha256 != NULL)
		work_inputs_changed(w);
	struct sql_stmt *s =
	    f->inside ? work_derive(w, STMT_FINDING_ADD) : work_judge(w, STMT_FINDING_ADD);
	if (f->sha256 != NULL)
		sql_bind_bytes(s, 1, f->sha256, 32);
	if (f->item != 0)
		sql_bind_uint(s, 2, f->item);
	sql_bind_text(s, 3, f->scanner);
	sql_bind_text(s, 4, f->rule);
	sql_bind_text(s, 5, f->class);
	sql_bind_text(s, 6, f->severity);
	sql_bind_text(s, 7, f->title);
	sql_bind_text(s, 8, f->detail);
	sql_bind_uint(s, 9, f->at);
	if (f->inside)
		sql_bind_bytes(s, 10, f->about, f->about != NULL ? 32 : 0);
	return sql_run(s);
}

enum err
work_findings_clear_items(struct work *w)
{
	return sql_run(work_judge(w, STMT_FINDING_CLEAR_ITEMS));
}

enum err
work_finding_cut(struct work *w, uint64_t item, const char *scanner)
{
	struct sql_stmt *s = work_judge(w, STMT_FINDING_CUT);
	sql_bind_uint(s, 1, item);
	sql_bind_text(s, 2, scanner);
	return sql_run(s);
}

enum err
work_findings(struct work *w, const uint8_t *sha256, uint64_t item,
    void (*fn)(void *arg, const struct work_finding *), void *arg)
{
	struct sql_stmt *s = sql_use(w->sql, STMT_FINDING_OF);
	if (sha256 != NULL)
		sql_bind_bytes(s, 1, sha256, 32);
	sql_bind_uint(s, 2, item);
	enum err e;
	while ((e = sql_step(s)) == ERR_OK) {
		struct work_finding f = {sha256, item, sql_text(s, 0), sql_text(s, 1),
		    sql_text(s, 2), sql_text(s, 3), sql_text(s, 4), sql_text(s, 5),
		    sql_uint(s, 6), !sql_is_null(s, 7), NULL, sql_text(s, 8)};
		size_t n = 0;
		const uint8_t *about = sql_bytes(s, 7, &n);
		if (n == 32)
			f.about = about;
		fn(arg, &f);
	}
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

enum err
work_tally_todo(
    struct work *w, void (*fn)(void *arg, const char *scanner, uint64_t n), void *arg)
{
	struct sql_stmt *s = sql_use(w->sql, STMT_TALLY_TODO);
	enum err e;
	while ((e = sql_step(s)) == ERR_OK)
		fn(arg, sql_text(s, 0), sql_uint(s, 1));
	return e == ERR_NOTFOUND ? ERR_OK : e;
}
