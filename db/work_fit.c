/* SPDX-License-Identifier: ISC */
#include "db/work_fit.h"
#include "db/work_in.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/where.h"

#include <assert.h>
#include <string.h>

#define WORK_FIT_SQL_BYTES 4096 /* text of a statement about one comparison */
#define WORK_FIT_UNKNOWN   (-1) /* as a number: no value of its field */

/*
 * One comparison: a number of the item, a flag of its sort, its name, or a
 * question to the database.
 */
struct work_fit_leaf {
	int64_t (*number)(const struct work_drafts *, uint64_t id);
	bool *sorts;          /* by number of the sort */
	char *name;           /* as it is compared: a text, or a pattern */
	struct sql_stmt *all; /* the items that fit */
	struct sql_stmt *one; /* whether item ?2 is one of them */
};

struct work_fit {
	struct work *work;
	const struct work_drafts *facts;
	const struct where *where;
	struct work_fit_leaf leaves[LIM_WHERE_NODES];
};

/* --- numbers that are in memory -------------------------------------------------------- */

static int64_t
work_fit_id(const struct work_drafts *d, uint64_t id)
{
	(void)d;
	return (int64_t)id;
}

#define WORK_FIT_WORD(word)                                                      \
	static int64_t work_fit_##word(const struct work_drafts *d, uint64_t id) \
	{                                                                        \
		return d->facts[id].word;                                        \
	}
WORK_FIT_WORD(kind)
WORK_FIT_WORD(state)
WORK_FIT_WORD(gate)
WORK_FIT_WORD(verdict)
WORK_FIT_WORD(severity)

static int64_t
work_fit_size(const struct work_drafts *d, uint64_t id)
{
	return (int64_t)d->facts[id].size_bytes;
}

static int64_t
work_fit_decision(const struct work_drafts *d, uint64_t id)
{
	return work_draft_of(d, id)->decision;
}

/* The outcome as it would be now; unknown while a decision is missing. */
static int64_t
work_fit_outcome(const struct work_drafts *d, uint64_t id)
{
	static const int8_t states[ITEM_STATE__MAX] = {
	    [ITEM_READ] = WORK_FIT_UNKNOWN,
	    [ITEM_UNREAD] = ITEM_OUT_UNREAD,
	    [ITEM_UNREADABLE] = ITEM_OUT_UNREADABLE,
	    [ITEM_ENCRYPTED] = ITEM_OUT_ENCRYPTED,
	    [ITEM_EXCLUDED] = ITEM_OUT_EXCLUDED,
	};
	static const int8_t decisions[ITEM_DECISION__MAX] = {
	    [ITEM_NONE] = WORK_FIT_UNKNOWN,
	    [ITEM_APPROVE] = ITEM_OUT_RELEASED,
	    [ITEM_REJECT] = ITEM_OUT_REJECTED,
	    [ITEM_HOLD] = ITEM_OUT_HELD,
	};
	const struct work_fact *f = &d->facts[id];
	if (f->state >= 0 && states[f->state] != WORK_FIT_UNKNOWN)
		return states[f->state];
	if (f->kind == ITEM_DIRECTORY)
		return ITEM_OUT_STRUCTURAL;
	if (f->gate == POLICY_BLOCK)
		return ITEM_OUT_BLOCKED;
	return decisions[work_draft_of(d, id)->decision];
}

static int64_t (*const work_fit_numbers[WHERE_FIELD__MAX])(
    const struct work_drafts *, uint64_t id) = {
    [WHERE_ID] = work_fit_id,
    [WHERE_SIZE] = work_fit_size,
    [WHERE_VERDICT] = work_fit_verdict,
    [WHERE_DECISION] = work_fit_decision,
    [WHERE_OUTCOME] = work_fit_outcome,
    [WHERE_KIND] = work_fit_kind,
    [WHERE_STATE] = work_fit_state,
    [WHERE_SEVERITY] = work_fit_severity,
    [WHERE_GATE] = work_fit_gate,
};

static bool
work_fit_compare(enum where_op op, int64_t a, int64_t b)
{
	/* in brackets, or clang-format takes < and > for a pair */
	const bool fits[WHERE_OP__MAX] = {
	    [WHERE_EQ] = (a == b),
	    [WHERE_NE] = (a != b),
	    [WHERE_LT] = (a < b),
	    [WHERE_LE] = (a <= b),
	    [WHERE_GT] = (a > b),
	    [WHERE_GE] = (a >= b),
	};
	return fits[op];
}

/* --- what is asked of the database ------------------------------------------------------- */

#define OBJECT_SAYS(column, otherwise) \
	"coalesce((SELECT " column     \
	" FROM object WHERE object.sha256 = item.sha256), " otherwise ")"

/* Texts, by the rows of `item`. */
static const char *const work_fit_columns[WHERE_FIELD__MAX] = {
    [WHERE_NAME] = "item.base",
    [WHERE_PATH] = "item.name",
    [WHERE_EXT] = "item.ext",
    [WHERE_TYPE] = OBJECT_SAYS("type", "item.type"),
    [WHERE_MIME] = OBJECT_SAYS("mime", "''"),
};

static const char *const work_fit_ops[WHERE_OP__MAX] = {
    [WHERE_EQ] = " = ?1",
    [WHERE_NE] = " <> ?1",
    [WHERE_LT] = " < ?1",
    [WHERE_LE] = " <= ?1",
    [WHERE_GT] = " > ?1",
    [WHERE_GE] = " >= ?1",
    [WHERE_LIKE] = " LIKE ?1 ESCAPE '\\'",
    [WHERE_NOT_LIKE] = " NOT LIKE ?1 ESCAPE '\\'",
};

/* "contains", or a pattern over the whole; ASCII case does not matter to LIKE. */
static char *
work_fit_pattern(const char *text)
{
	bool whole = strpbrk(text, "*?") != NULL;
	struct buf b;
	size_t n;
	buf_init(&b, (size_t)LIM_WHERE_BYTES * 2 + 2);
	if (!whole)
		buf_add_byte(&b, '%');
	for (const char *p = text; *p != '\0'; p++) {
		if (strchr("\\%_", *p) != NULL)
			buf_add_byte(&b, '\\');
		buf_add_byte(&b, (uint8_t)(*p == '*' ? '%' : *p == '?' ? '_' : *p));
	}
	if (!whole)
		buf_add_byte(&b, '%');
	return (char *)buf_steal(&b, &n);
}

static bool
work_fit_likes(const struct where_node *n)
{
	return n->op == WHERE_LIKE || n->op == WHERE_NOT_LIKE;
}

/* What a text is compared with.  Caller frees. */
static char *
work_fit_text(const struct where_node *n)
{
	return work_fit_likes(n) ? work_fit_pattern(n->text) : mem_strdup(n->text);
}

/* "SELECT <what> WHERE (<comparison>)<tail>", its value bound. */
static enum err
work_fit_ask(struct work_fit *f, const struct where_node *n, const char *column,
    const char *what, const char *tail, struct sql_stmt **ret_stmt)
{
	struct buf text;
	buf_init(&text, WORK_FIT_SQL_BYTES);
	buf_addf(&text, "SELECT %s WHERE (", what);
	if (n->field == WHERE_CLASS)
		buf_addf(&text,
		    "%sEXISTS(SELECT 1 FROM finding WHERE (finding.item = item.id OR"
		    " finding.sha256 = item.sha256) AND class = ?1)",
		    n->op == WHERE_NE ? "NOT " : "");
	else
		buf_addf(&text, "%s%s", column, work_fit_ops[n->op]);
	buf_addf(&text, ")%s", tail);
	enum err e = text.error;
	if (e == ERR_OK)
		e = sql_prepare(f->work->sql, buf_str(&text), ret_stmt);
	buf_done(&text);
	if (e != ERR_OK)
		return e;
	if (n->field == WHERE_CLASS) {
		sql_bind_text(*ret_stmt, 1, where_word_print(WHERE_CLASS, n->number));
		return ERR_OK;
	}
	MEM_FREE char *compared = work_fit_text(n);
	sql_bind_text(*ret_stmt, 1, compared);
	return ERR_OK;
}

/* Types, MIME and extensions of judged items: the few that there are, once each. */
static enum err
work_fit_sorts(struct work_fit *f, const struct where_node *n, struct work_fit_leaf *leaf)
{
	struct sql_stmt *s;
	enum err e = work_fit_ask(f, n, where_field_print(n->field), "n FROM sort", "", &s);
	if (e != ERR_OK)
		return e;
	leaf->sorts = mem_array(f->facts->nsorts + 1, sizeof(*leaf->sorts));
	while ((e = sql_step(s)) == ERR_OK)
		if (sql_uint(s, 0) <= f->facts->nsorts)
			leaf->sorts[sql_uint(s, 0)] = true;
	sql_drop(s);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

static bool
work_fit_joins(const struct where_node *n)
{
	return n->op == WHERE_AND || n->op == WHERE_OR || n->op == WHERE_NOT;
}

static enum err
work_fit_leaf(struct work_fit *f, unsigned i)
{
	const struct where_node *n = &f->where->nodes[i];
	struct work_fit_leaf *leaf = &f->leaves[i];
	if (work_fit_joins(n) || (n->field == WHERE_CLASS && f->facts->judged))
		return ERR_OK;
	leaf->number = work_fit_numbers[n->field];
	if (leaf->number != NULL)
		return ERR_OK;
	if (f->facts->judged &&
	    (n->field == WHERE_TYPE || n->field == WHERE_MIME || n->field == WHERE_EXT))
		return work_fit_sorts(f, n, leaf);
	if (n->field == WHERE_NAME && f->facts->names != NULL) {
		leaf->name = work_fit_text(n);
		return ERR_OK;
	}
	const char *column = work_fit_columns[n->field];
	enum err e = work_fit_ask(f, n, column, "id FROM item", "", &leaf->all);
	if (e == ERR_OK)
		e = work_fit_ask(f, n, column, "1 FROM item", " AND id = ?2", &leaf->one);
	return e;
}

/* --- the whole expression ------------------------------------------------------------------
 */

enum err
work_fit_new(struct work *w, const struct where *where, struct work_fit **ret_fit)
{
	struct work_drafts *d;
	enum err e = work_facts(w, &d);
	if (e != ERR_OK)
		return e;
	struct work_fit *f = mem_alloc(sizeof(*f));
	f->work = w;
	f->facts = d;
	f->where = where;
	for (unsigned i = 0; where != NULL && i < where->count && e == ERR_OK; i++)
		e = work_fit_leaf(f, i);
	if (e != ERR_OK) {
		work_fit_free(f);
		return e;
	}
	*ret_fit = f;
	return ERR_OK;
}

void
work_fit_free(struct work_fit *f)
{
	if (f == NULL)
		return;
	for (size_t i = 0; i < LIM_WHERE_NODES; i++) {
		free(f->leaves[i].sorts);
		free(f->leaves[i].name);
		sql_drop(f->leaves[i].all);
		sql_drop(f->leaves[i].one);
	}
	free(f);
}

/* A comparison of an item that can be told from memory. */
static bool
work_fit_known(const struct work_fit *f, unsigned i, uint64_t id)
{
	const struct where_node *n = &f->where->nodes[i];
	const struct work_fit_leaf *leaf = &f->leaves[i];
	const struct work_fact *fact = &f->facts->facts[id];
	if (leaf->number != NULL)
		return work_fit_compare(n->op, leaf->number(f->facts, id),
		    n->number > INT64_MAX ? INT64_MAX : (int64_t)n->number);
	if (leaf->sorts != NULL)
		return leaf->sorts[fact->sort];
	if (leaf->name != NULL) {
		const char *name = f->facts->names + f->facts->name_at[id];
		bool alike = work_fit_likes(n) ? sql_like(leaf->name, name)
		                               : strcmp(leaf->name, name) == 0;
		return alike == (n->op == WHERE_LIKE || n->op == WHERE_EQ);
	}
	return ((fact->classes & 1u << n->number) != 0) == (n->op == WHERE_EQ);
}

static enum err
work_fit_node(struct work_fit *f, unsigned i, uint64_t id, bool *ret_fits)
{
	const struct where_node *n = &f->where->nodes[i];
	struct sql_stmt *one = f->leaves[i].one;
	enum err e;
	if (work_fit_joins(n)) {
		/* children have smaller indexes, so this ends */
		e = work_fit_node(f, n->left, id, ret_fits);
		if (n->op == WHERE_NOT)
			*ret_fits = !*ret_fits;
		else if (e == ERR_OK && *ret_fits == (n->op == WHERE_AND))
			e = work_fit_node(f, n->right, id, ret_fits);
		return e;
	}
	if (one == NULL) {
		*ret_fits = work_fit_known(f, i, id);
		return ERR_OK;
	}
	sql_bind_uint(one, 2, id);
	e = sql_step(one);
	*ret_fits = e == ERR_OK;
	sql_reset(one);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

enum err
work_fit_item(struct work_fit *f, uint64_t id, bool *ret_fits)
{
	bool fits = id <= f->facts->max && (f->facts->flags[id] & WORK_THERE) != 0;
	enum err e = ERR_OK;
	if (fits && f->where != NULL)
		e = work_fit_node(f, f->where->count - 1, id, &fits);
	if (e == ERR_OK)
		*ret_fits = fits;
	return e;
}

static void
work_fit_add(uint8_t *bits, uint64_t id)
{
	bits[id / 8] = (uint8_t)(bits[id / 8] | 1u << id % 8);
}

static enum err
work_fit_leaf_set(struct work_fit *f, unsigned i, uint8_t *bits)
{
	const struct work_drafts *d = f->facts;
	struct sql_stmt *all = f->leaves[i].all;
	enum err e;
	for (uint64_t id = 0; all == NULL && id <= d->max; id++)
		if ((d->flags[id] & WORK_THERE) != 0 && work_fit_known(f, i, id))
			work_fit_add(bits, id);
	if (all == NULL)
		return ERR_OK;
	while ((e = sql_step(all)) == ERR_OK)
		if (sql_uint(all, 0) <= d->max)
			work_fit_add(bits, sql_uint(all, 0));
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

/* Sets in bits, which is empty, the items that fit node i. */
static enum err
work_fit_node_set(struct work_fit *f, unsigned i, uint8_t *bits)
{
	const struct where_node *n = &f->where->nodes[i];
	size_t bytes = f->facts->max / 8 + 1;
	if (!work_fit_joins(n))
		return work_fit_leaf_set(f, i, bits);
	enum err e = work_fit_node_set(f, n->left, bits);
	if (e != ERR_OK)
		return e;
	if (n->op == WHERE_NOT) {
		for (uint64_t id = 0; id <= f->facts->max; id++)
			if ((f->facts->flags[id] & WORK_THERE) != 0)
				bits[id / 8] = (uint8_t)(bits[id / 8] ^ 1u << id % 8);
		return ERR_OK;
	}
	MEM_FREE uint8_t *right = mem_alloc(bytes);
	e = work_fit_node_set(f, n->right, right);
	for (size_t k = 0; k < bytes && e == ERR_OK; k++)
		bits[k] =
		    (uint8_t)(n->op == WHERE_AND ? bits[k] & right[k] : bits[k] | right[k]);
	return e;
}

enum err
work_fit_set(struct work_fit *f, uint8_t **ret_bits)
{
	const struct work_drafts *d = f->facts;
	uint8_t *bits = mem_alloc(d->max / 8 + 1);
	enum err e = ERR_OK;
	for (uint64_t id = 0; f->where == NULL && id <= d->max; id++)
		if ((d->flags[id] & WORK_THERE) != 0)
			work_fit_add(bits, id);
	if (f->where != NULL)
		e = work_fit_node_set(f, f->where->count - 1, bits);
	if (e != ERR_OK) {
		free(bits);
		return e;
	}
	*ret_bits = bits;
	return ERR_OK;
}

bool
work_fit_drafts(const struct where *w)
{
	for (unsigned i = 0; i < w->count; i++) {
		const struct where_node *n = &w->nodes[i];
		if (!work_fit_joins(n) &&
		    (n->field == WHERE_DECISION || n->field == WHERE_OUTCOME))
			return true;
	}
	return false;
}
