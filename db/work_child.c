/* SPDX-License-Identifier: ISC */
#include "db/work_child.h"
#include "db/work_in.h"
#include "src/base/mem.h"

#include <stdio.h>
#include <string.h>

/* --- while it is scanned ------------------------------------------------------- */

enum err
work_child_add(struct work *w, const struct work_child *c)
{
	struct sql_stmt *s = work_change(w, STMT_CHILD_ADD);
	sql_bind_bytes(s, 1, c->parent, 32);
	sql_bind_text(s, 2, c->scanner);
	sql_bind_bytes(s, 3, c->name, c->name_len);
	sql_bind_text(s, 4, c->kind);
	sql_bind_uint(s, 5, c->size_bytes);
	sql_bind_uint(s, 6, c->mode);
	sql_bind_bytes(s, 7, c->link, c->link_len);
	sql_bind_text(s, 8, c->why);
	if (c->sha256 != NULL)
		sql_bind_bytes(s, 9, c->sha256, 32);
	return sql_run(s);
}

enum err
work_child_cut(struct work *w, const uint8_t parent[32], const char *scanner, uint64_t *ret_n)
{
	struct sql_stmt *s = work_change(w, STMT_CHILD_CUT);
	sql_bind_bytes(s, 1, parent, 32);
	sql_bind_text(s, 2, scanner);
	enum err e = sql_run(s);
	if (e == ERR_OK)
		*ret_n = sql_changes(w->sql);
	return e;
}

enum err
work_child_count(struct work *w, uint64_t *ret_n)
{
	return work_numbers(w, STMT_CHILD_COUNT, ret_n, 1);
}

enum err
work_child_object(
    struct work *w, const uint8_t sha256[32], uint64_t bytes, uint64_t depth, bool *ret_new)
{
	struct sql_stmt *s = work_change(w, STMT_CHILD_OBJECT);
	sql_bind_bytes(s, 1, sha256, 32);
	sql_bind_uint(s, 2, bytes);
	sql_bind_uint(s, 3, depth);
	enum err e = sql_run(s);
	bool is_new = e == ERR_OK && sql_changes(w->sql) == 1;
	if (depth >= WORK_CHILD_UNASKED) {
		*ret_new = false;
		return e;
	}
	if (e == ERR_OK && !is_new)
		e = work_object_ask(w, sha256, depth, &is_new);
	if (e == ERR_OK && !is_new) {
		s = work_change(w, STMT_CHILD_SHALLOW);
		sql_bind_bytes(s, 1, sha256, 32);
		sql_bind_uint(s, 2, depth);
		e = sql_run(s);
	}
	if (e == ERR_OK)
		*ret_new = is_new;
	return e;
}

enum err
work_child_depth(struct work *w, const uint8_t sha256[32], uint64_t *ret_depth)
{
	struct sql_stmt *s = sql_use(w->sql, STMT_CHILD_DEPTH);
	sql_bind_bytes(s, 1, sha256, 32);
	enum err e = sql_step(s);
	if (e == ERR_OK)
		*ret_depth = sql_uint(s, 0);
	sql_reset(s);
	return e;
}

enum err
work_child_deep(struct work *w, const char *why, uint64_t most, uint64_t *ret_n)
{
	/* the verdicts go last: they say what the others are about */
	static const enum work_stmt steps[] = {
	    STMT_DEEP_FINDINGS, STMT_DEEP_TODO, STMT_DEEP_VERDICTS};
	enum err e = ERR_OK;
	for (uint64_t depth = 0; depth < most && e == ERR_OK; depth++) {
		struct sql_stmt *s = work_change(w, STMT_DEEP_LOWER);
		sql_bind_uint(s, 1, depth);
		e = sql_run(s);
	}
	for (size_t i = 0; i < 3 && e == ERR_OK; i++) {
		struct sql_stmt *s = work_change(w, steps[i]);
		sql_bind_text(s, 1, why);
		sql_bind_uint(s, 2, most);
		e = sql_run(s);
	}
	if (e == ERR_OK)
		*ret_n = sql_changes(w->sql);
	return e;
}

enum err
work_opener_add(struct work *w, const char *scanner)
{
	struct sql_stmt *s = work_change(w, STMT_OPENER_ADD);
	sql_bind_text(s, 1, scanner);
	return sql_run(s);
}

/* --- afterwards ------------------------------------------------------------------ */

enum err
work_child_tidy(struct work *w)
{
	/* what is inside what goes is left over only then */
	enum err e;
	do
		e = sql_run(work_change(w, STMT_CHILD_TIDY));
	while (e == ERR_OK && sql_changes(w->sql) > 0 &&
	       (e = sql_run(work_change(w, STMT_CHILD_TIDY_PLACES))) == ERR_OK);
	return e == ERR_OK ? sql_run(work_change(w, STMT_CHILD_TIDY_TODO)) : e;
}

/* Rows that are digests. */
static enum err
work_child_digests(struct sql_stmt *s, uint8_t (*ret)[32], size_t max, size_t *ret_n)
{
	size_t n = 0, len;
	enum err e = ERR_NOTFOUND;
	sql_bind_uint(s, 2, max);
	while (n < max && (e = sql_step(s)) == ERR_OK) {
		const uint8_t *sha256 = sql_bytes(s, 0, &len);
		if (len == 32)
			memcpy(ret[n++], sha256, 32);
	}
	sql_reset(s);
	*ret_n = n;
	return n == max || e == ERR_NOTFOUND ? ERR_OK : e;
}

enum err
work_child_objects(
    struct work *w, const uint8_t after[32], uint8_t (*ret)[32], size_t max, size_t *ret_n)
{
	struct sql_stmt *s = sql_use(w->sql, STMT_CHILD_OBJECTS);
	sql_bind_bytes(s, 1, after, 32);
	return work_child_digests(s, ret, max, ret_n);
}

enum err
work_child_again(struct work *w, bool *ret_any)
{
	/* the objects go last: they say what the others are about */
	static const enum work_stmt steps[] = {STMT_REOPEN_TODO, STMT_REOPEN_FINDINGS,
	    STMT_REOPEN_FACTS, STMT_REOPEN_VERDICTS, STMT_INSIDE_TODO_CLEAR,
	    STMT_INSIDE_FINDINGS_CLEAR, STMT_INSIDE_FACTS_CLEAR, STMT_INSIDE_VERDICTS_CLEAR,
	    STMT_INSIDE_OBJECTS_CLEAR, STMT_CHILD_CLEAR};
	uint64_t waiting = 0;
	enum err e = work_numbers(w, STMT_CHILD_WAITING, &waiting, 1);
	if (e == ERR_OK && waiting > 0)
		e = work_run_all(w, steps, sizeof(steps) / sizeof(steps[0]));
	if (e == ERR_OK)
		*ret_any = waiting > 0;
	return e;
}

/* --- judging ----------------------------------------------------------------------- */

/* A digest to go on behind; NULL is before the first. */
static void
work_child_bind_after(struct sql_stmt *s, int at, const uint8_t *sha256)
{
	sql_bind_bytes(s, at, sha256, sha256 != NULL ? 32 : 0);
}

enum err
work_inside_each(struct work *w, const uint8_t *after, size_t max, uint8_t ret_last[32],
    size_t *ret_n, enum err (*fn)(void *arg, const struct work_inside *), void *arg)
{
	struct sql_stmt *s = sql_use(w->sql, STMT_INSIDE_EACH);
	enum err e = ERR_NOTFOUND;
	size_t n, rows = 0;
	work_child_bind_after(s, 1, after);
	sql_bind_uint(s, 2, max);
	while (rows < max && (e = sql_step(s)) == ERR_OK) {
		struct work_inside in = {.sha256 = sql_bytes(s, 0, &n),
		    .bytes = sql_uint(s, 1),
		    .type = sql_text(s, 2),
		    .finds = sql_uint(s, 3) != 0};
		rows++;
		if (n != 32)
			e = ERR_SYNTAX;
		else
			memcpy(ret_last, in.sha256, 32);
		if (e == ERR_OK && sql_uint(s, 4) != 0)
			e = fn(arg, &in);
		if (e != ERR_OK)
			break;
	}
	sql_reset(s);
	*ret_n = rows;
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

static enum err
work_child_rows(struct sql_stmt *s, size_t max, size_t *ret_n,
    void (*fn)(void *arg, const struct work_child *), void *arg)
{
	enum err e = ERR_NOTFOUND;
	size_t len, rows = 0;
	while (rows < max && (e = sql_step(s)) == ERR_OK) {
		struct work_child c = {.n = sql_uint(s, 0),
		    .parent = sql_bytes(s, 1, &len),
		    .kind = sql_text(s, 2),
		    .why = sql_text(s, 3)};
		c.name = sql_bytes(s, 5, &c.name_len);
		if (!sql_is_null(s, 4))
			c.sha256 = sql_bytes(s, 4, &len);
		rows++;
		fn(arg, &c);
	}
	sql_reset(s);
	*ret_n += rows;
	return rows == max || e == ERR_NOTFOUND ? ERR_OK : e;
}

enum err
work_child_each(struct work *w, const uint8_t *parent, uint64_t n, size_t max, size_t *ret_n,
    void (*fn)(void *arg, const struct work_child *), void *arg)
{
	static const enum work_stmt parts[] = {STMT_CHILD_MORE, STMT_CHILD_EACH};
	uint8_t from[32];
	enum err e = ERR_OK;
	*ret_n = 0;
	/* fn may be writing where parent points to */
	if (parent != NULL)
		memcpy(from, parent, sizeof(from));
	for (size_t i = parent == NULL; i < 2 && e == ERR_OK && *ret_n < max; i++) {
		struct sql_stmt *s = sql_use(w->sql, parts[i]);
		work_child_bind_after(s, 1, parent != NULL ? from : NULL);
		if (parts[i] == STMT_CHILD_MORE)
			sql_bind_uint(s, 2, n);
		sql_bind_uint(s, 3, max - *ret_n);
		e = work_child_rows(s, max - *ret_n, ret_n, fn, arg);
	}
	return e;
}

/* Columns: n, sha256, scanner, rule, class, severity, title, detail, at. */
static void
work_finding_fill(struct sql_stmt *s, struct work_finding *f)
{
	size_t n;
	*f = (struct work_finding){.sha256 = sql_bytes(s, 1, &n),
	    .scanner = sql_text(s, 2),
	    .rule = sql_text(s, 3),
	    .class = sql_text(s, 4),
	    .severity = sql_text(s, 5),
	    .title = sql_text(s, 6),
	    .detail = sql_text(s, 7),
	    .at = sql_uint(s, 8)};
}

enum err
work_inside_findings(struct work *w, const uint8_t sha256[32], uint64_t after, size_t max,
    size_t *ret_n, void (*fn)(void *arg, uint64_t n, const struct work_finding *), void *arg)
{
	struct sql_stmt *s = sql_use(w->sql, STMT_INSIDE_FINDINGS);
	struct work_finding f;
	enum err e = ERR_NOTFOUND;
	size_t rows = 0;
	sql_bind_bytes(s, 1, sha256, 32);
	sql_bind_uint(s, 2, after);
	sql_bind_uint(s, 3, max);
	while (rows < max && (e = sql_step(s)) == ERR_OK) {
		work_finding_fill(s, &f);
		rows++;
		fn(arg, sql_uint(s, 0), &f);
	}
	sql_reset(s);
	*ret_n = rows;
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

enum err
work_finding_get(struct work *w, uint64_t n, struct work_finding *ret_finding)
{
	struct sql_stmt *s = sql_use(w->sql, STMT_FINDING_GET);
	sql_bind_uint(s, 1, n);
	enum err e = sql_step(s);
	if (e == ERR_OK)
		work_finding_fill(s, ret_finding);
	return e;
}

bool
work_child_is_opener(struct work *w, const char *scanner)
{
	struct sql_stmt *s = sql_use(w->sql, STMT_OPENER_IS);
	sql_bind_text(s, 1, scanner);
	bool is = sql_step(s) == ERR_OK;
	sql_reset(s);
	return is;
}

/* Columns: n, parent, scanner, name, kind, size, mode, link, why, sha256. */
static void
work_child_fill(struct sql_stmt *s, struct work_child *c)
{
	size_t n;
	*c = (struct work_child){.n = sql_uint(s, 0),
	    .parent = sql_bytes(s, 1, &n),
	    .scanner = sql_text(s, 2),
	    .kind = sql_text(s, 4),
	    .size_bytes = sql_uint(s, 5),
	    .mode = sql_uint(s, 6),
	    .why = sql_text(s, 8)};
	c->name = sql_bytes(s, 3, &c->name_len);
	c->link = sql_bytes(s, 7, &c->link_len);
	if (!sql_is_null(s, 9))
		c->sha256 = sql_bytes(s, 9, &n);
}

enum err
work_child_get(struct work *w, uint64_t n, struct work_child *ret_child)
{
	struct sql_stmt *s = sql_use(w->sql, STMT_CHILD_GET);
	sql_bind_uint(s, 1, n);
	enum err e = sql_step(s);
	if (e == ERR_OK)
		work_child_fill(s, ret_child);
	return e;
}

enum err
work_child_lacking(struct work *w, const uint8_t parent[32], struct work_child *ret_child)
{
	struct sql_stmt *s = sql_use(w->sql, STMT_CHILD_LACKING);
	sql_bind_bytes(s, 1, parent, 32);
	enum err e = sql_step(s);
	if (e == ERR_OK)
		work_child_fill(s, ret_child);
	return e;
}

/* --- what was judged ----------------------------------------------------------------- */

enum err
work_opened_clear(struct work *w, size_t max, bool *ret_more)
{
	struct sql_stmt *s = work_derive(w, STMT_FINDING_CLEAR_INSIDE);
	sql_bind_uint(s, 1, max);
	enum err e = sql_run(s);
	if (e != ERR_OK)
		return e;
	*ret_more = sql_changes(w->sql) > 0;
	return *ret_more ? ERR_OK : sql_run(work_derive(w, STMT_WAIVED_CLEAR));
}

enum err
work_opened_items(struct work *w, uint64_t after, uint64_t *ret, size_t max, size_t *ret_n,
    uint64_t *ret_last)
{
	struct sql_stmt *s = sql_use(w->sql, STMT_OPENED_ITEMS);
	enum err e = ERR_NOTFOUND;
	size_t n = 0, rows = 0;
	uint64_t last = 0;
	sql_bind_uint(s, 1, after);
	sql_bind_uint(s, 2, max);
	for (; rows < max && (e = sql_step(s)) == ERR_OK; rows++) {
		last = sql_uint(s, 0);
		if (sql_uint(s, 1) != 0)
			ret[n++] = last;
	}
	sql_reset(s);
	*ret_n = n;
	*ret_last = last;
	return rows == max || e == ERR_NOTFOUND ? ERR_OK : e;
}

enum err
work_opened_next(
    struct work *w, const uint8_t *after, uint8_t (*ret)[32], size_t max, size_t *ret_n)
{
	struct sql_stmt *s = sql_use(w->sql, STMT_OPENED_NEXT);
	work_child_bind_after(s, 1, after);
	return work_child_digests(s, ret, max, ret_n);
}

enum err
work_opened_cut(struct work *w, const uint8_t sha256[32])
{
	static const enum work_stmt all[] = {STMT_OPENED_CUT, STMT_PART_CUT};
	enum err e = ERR_OK;
	for (size_t i = 0; i < 2 && e == ERR_OK; i++) {
		struct sql_stmt *s = work_derive(w, all[i]);
		sql_bind_bytes(s, 1, sha256, 32);
		e = sql_run(s);
	}
	return e;
}

enum err
work_waived_put(struct work *w, uint64_t item, const char *leaf, enum verdict verdict)
{
	struct sql_stmt *s = work_derive(w, STMT_WAIVED_PUT);
	sql_bind_uint(s, 1, item);
	sql_bind_text(s, 2, leaf);
	sql_bind_text(s, 3, verdict_print(verdict));
	return sql_run(s);
}

enum err
work_waived_each(struct work *w, uint64_t item,
    void (*fn)(void *arg, const char *leaf, enum verdict), void *arg)
{
	struct sql_stmt *s = sql_use(w->sql, STMT_WAIVED_OF);
	enum err e;
	sql_bind_uint(s, 1, item);
	while ((e = sql_step(s)) == ERR_OK)
		fn(arg, sql_text(s, 0), verdict_parse_scanner(sql_text(s, 1)));
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

enum err
work_opened_put(
    struct work *w, const uint8_t sha256[32], const struct verdict_inside *in, const char *way)
{
	/* with what was counted of it before: the rows of an object are of one composition */
	struct sql_stmt *s = work_derive(w, STMT_PART_CUT);
	sql_bind_bytes(s, 1, sha256, 32);
	enum err e = sql_run(s);
	if (e != ERR_OK)
		return e;
	s = work_derive(w, STMT_OPENED_PUT);
	sql_bind_bytes(s, 1, sha256, 32);
	sql_bind_uint(s, 2, in->members);
	sql_bind_uint(s, 3, in->links);
	sql_bind_uint(s, 4, in->objects);
	sql_bind_text(s, 5, verdict_print(in->verdict));
	sql_bind_uint(s, 6, in->whole);
	sql_bind_text(s, 7, way);
	return sql_run(s);
}

enum err
work_opened_part(struct work *w, const uint8_t sha256[32], const char *scanner, uint64_t parts)
{
	struct sql_stmt *s = work_derive(w, STMT_PART_PUT);
	sql_bind_bytes(s, 1, sha256, 32);
	sql_bind_text(s, 2, scanner);
	sql_bind_uint(s, 3, parts);
	return sql_run(s);
}

enum err
work_opened_get(struct work *w, const uint8_t sha256[32], struct verdict_inside *ret_inside,
    char ret_way[LIM_INSIDE_WAY_BYTES + 1])
{
	struct sql_stmt *s = sql_use(w->sql, STMT_OPENED_GET);
	sql_bind_bytes(s, 1, sha256, 32);
	enum err e = sql_step(s);
	if (e == ERR_OK) {
		*ret_inside = (struct verdict_inside){.members = sql_uint(s, 0),
		    .links = sql_uint(s, 1),
		    .objects = sql_uint(s, 2),
		    .verdict = VERDICT_ERROR,
		    .whole = sql_uint(s, 4) != 0};
		verdict_parse(sql_text(s, 3), &ret_inside->verdict);
		snprintf(ret_way, LIM_INSIDE_WAY_BYTES + 1, "%s", sql_text(s, 5));
	}
	sql_reset(s);
	return e;
}

enum err
work_opened_parts(struct work *w, const uint8_t sha256[32],
    void (*fn)(void *arg, const char *scanner, uint64_t parts), void *arg)
{
	struct sql_stmt *s = sql_use(w->sql, STMT_PART_OF);
	sql_bind_bytes(s, 1, sha256, 32);
	enum err e;
	while ((e = sql_step(s)) == ERR_OK)
		fn(arg, sql_text(s, 0), sql_uint(s, 1));
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

enum err
work_child_inside(struct work *w, const uint8_t parent[32], uint64_t *ret_n)
{
	struct sql_stmt *s = sql_use(w->sql, STMT_CHILD_INSIDE);
	sql_bind_bytes(s, 1, parent, 32);
	enum err e = sql_step(s);
	if (e == ERR_OK)
		*ret_n = sql_uint(s, 0);
	sql_reset(s);
	return e;
}

enum err
work_child_page(struct work *w, const uint8_t parent[32], uint64_t n,
    bool (*fn)(void *arg, const struct work_child *), void *arg)
{
	struct sql_stmt *s = sql_use(w->sql, STMT_CHILD_PAGE);
	struct work_child c;
	sql_bind_bytes(s, 1, parent, 32);
	sql_bind_uint(s, 2, n);
	enum err e;
	while ((e = sql_step(s)) == ERR_OK) {
		work_child_fill(s, &c);
		if (!fn(arg, &c))
			break;
	}
	sql_reset(s);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}
