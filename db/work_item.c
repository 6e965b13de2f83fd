/* SPDX-License-Identifier: ISC */
/* Items as reader, scanners, policy and officers left them. */
#include "db/work_in.h"

#include <string.h>

enum err
work_collisions(struct work *w, uint64_t parent, uint64_t volume, const void *fold,
    size_t fold_len, uint64_t *ret_n)
{
	struct sql_stmt *s = sql_use(w->sql, STMT_COLLISIONS);
	sql_bind_uint(s, 1, parent);
	sql_bind_uint(s, 2, volume);
	sql_bind_bytes(s, 3, fold, fold_len);
	enum err e = sql_step(s);
	if (e == ERR_OK) {
		*ret_n = sql_uint(s, 0);
		sql_reset(s);
	}
	return e;
}

enum err
work_judged_put(struct work *w, const struct work_judged *j)
{
	struct sql_stmt *s = work_judge(w, STMT_SORT_ADD);
	sql_bind_text(s, 1, j->type);
	sql_bind_text(s, 2, j->mime);
	sql_bind_uint(s, 3, j->item);
	enum err e = sql_run(s);
	if (e != ERR_OK)
		return e;
	s = work_judge(w, STMT_JUDGED_PUT);
	sql_bind_uint(s, 1, j->item);
	sql_bind_uint(s, 2, j->place);
	sql_bind_uint(s, 3, j->kind);
	sql_bind_uint(s, 4, j->state);
	sql_bind_uint(s, 5, j->gate);
	sql_bind_uint(s, 6, j->verdict);
	sql_bind_uint(s, 7, j->severity);
	sql_bind_uint(s, 8, j->classes);
	sql_bind_uint(s, 9, j->finds);
	sql_bind_uint(s, 10, j->size_bytes);
	sql_bind_text(s, 11, j->type);
	sql_bind_text(s, 12, j->mime);
	return sql_run(s);
}

enum err
work_judged_void(struct work *w)
{
	struct sql_stmt *s = work_judge(w, STMT_JUDGED_VOID);
	sql_bind_uint(s, 1, VERDICT_ERROR);
	sql_bind_uint(s, 2, POLICY_BLOCK);
	return sql_run(s);
}

static const char *
work_item_verdict(uint64_t v)
{
	return v < VERDICT__MAX ? verdict_print((enum verdict)v) : "unknown";
}

static const char *
work_item_gate(uint64_t v)
{
	return v < POLICY_GATE__MAX ? policy_gate_print((enum policy_gate)v) : "unknown";
}

static const char *
work_item_severity(uint64_t v)
{
	return v < FINDING_SEVERITY__MAX ? finding_severity_print((enum finding_severity)v)
	                                 : "unknown";
}

static const char *
work_item_word(struct sql_stmt *s, int at, const char *(*print)(uint64_t))
{
	return sql_is_null(s, at) ? "" : print(sql_uint(s, at));
}

/* A row of the view `seen`, and the draft. */
static void
work_item_fill(struct sql_stmt *s, const struct work_drafts *d, struct work_item *it)
{
	size_t sha_len;
	*it = (struct work_item){.id = sql_uint(s, 0)};
	const struct work_choice *c = work_draft_of(d, it->id);
	it->path = sql_bytes(s, 1, &it->path_len);
	it->name = sql_text(s, 2);
	it->kind = sql_text(s, 3);
	it->state = sql_text(s, 4);
	it->why = sql_text(s, 5);
	it->size_bytes = sql_uint(s, 6);
	it->mode = sql_uint(s, 7);
	it->mtime = sql_text(s, 8);
	it->zone = sql_text(s, 9);
	it->link = sql_bytes(s, 10, &it->link_len);
	it->links = sql_uint(s, 11);
	it->sha256 = sql_bytes(s, 12, &sha_len);
	if (sha_len != 32)
		it->sha256 = NULL;
	it->type = sql_text(s, 13);
	it->mime = sql_text(s, 14);
	it->verdict = work_item_word(s, 15, work_item_verdict);
	it->gate = work_item_word(s, 16, work_item_gate);
	it->finds = sql_uint(s, 17);
	it->severity = work_item_word(s, 18, work_item_severity);
	it->parent = sql_uint(s, 19);
	it->volume = sql_uint(s, 20);
	it->base = sql_text(s, 21);
	it->classes = (unsigned)sql_uint(s, 22);
	it->decision = item_decision_print(c->decision);
	it->reason = c->reason;
	it->by = c->by;
}

/* Steps s and fills the row. */
static enum err
work_item_step(struct work *w, struct sql_stmt *s, struct work_item *ret_item)
{
	struct work_drafts *d;
	enum err e = work_draft_get(w, &d);
	if (e == ERR_OK)
		e = sql_step(s);
	if (e == ERR_OK)
		work_item_fill(s, d, ret_item);
	return e;
}

enum err
work_item_after(
    struct work *w, const uint8_t *path, size_t path_len, struct work_item *ret_item)
{
	struct sql_stmt *s = sql_use(w->sql, STMT_SEEN_BY_PATH);
	sql_bind_bytes(s, 1, path, path_len);
	return work_item_step(w, s, ret_item);
}

enum err
work_item_get(struct work *w, uint64_t id, struct work_item *ret_item)
{
	struct sql_stmt *s = sql_use(w->sql, STMT_SEEN_ONE);
	sql_bind_uint(s, 1, id);
	return work_item_step(w, s, ret_item);
}

enum err
work_items(struct work *w, bool (*fn)(void *arg, const struct work_item *), void *arg)
{
	struct sql_stmt *s = sql_use(w->sql, STMT_SEEN_EACH);
	struct work_item it;
	enum err e;
	while ((e = work_item_step(w, s, &it)) == ERR_OK)
		if (!fn(arg, &it)) {
			sql_reset(s);
			return ERR_OK;
		}
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

enum err
work_tally(struct work *w, void (*fn)(void *arg, const char *word, uint64_t n), void *arg)
{
	struct sql_stmt *s = sql_use(w->sql, STMT_TALLY);
	enum err e;
	while ((e = sql_step(s)) == ERR_OK)
		fn(arg, work_item_verdict(sql_uint(s, 0)), sql_uint(s, 1));
	return e == ERR_NOTFOUND ? ERR_OK : e;
}
