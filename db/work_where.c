/* SPDX-License-Identifier: ISC */
#include "db/work_where.h"
#include "db/sql.h"
#include "src/base/mem.h"
#include "src/core/item.h"
#include "src/core/policy.h"
#include "src/core/where.h"

#include <assert.h>
#include <string.h>

_Static_assert(LIM_WHERE_NODES <= WORK_WHERE_PARAMETERS, "a parameter for each node");

/* Word columns hold the number of the word in its closed list. */
static const char *const work_where_judged[WHERE_FIELD__MAX] = {
    [WHERE_ID] = "judged.item",
    [WHERE_SIZE] = "judged.size",
    [WHERE_NAME] = "item.base",
    [WHERE_PATH] = "item.name",
    [WHERE_EXT] = "item.ext",
    [WHERE_VERDICT] = "judged.verdict",
    [WHERE_DECISION] = "decision(judged.item)",
    [WHERE_KIND] = "judged.kind",
    [WHERE_STATE] = "judged.state",
    [WHERE_SEVERITY] = "judged.severity",
    [WHERE_GATE] = "judged.gate",
};

/* Before judging: what is not known yet is no word at all. */
static const char *const work_where_raw[WHERE_FIELD__MAX] = {
    [WHERE_ID] = "item.id",
    [WHERE_SIZE] = "item.size",
    [WHERE_NAME] = "item.base",
    [WHERE_PATH] = "item.name",
    [WHERE_EXT] = "item.ext",
    [WHERE_TYPE] = "coalesce((SELECT type FROM object WHERE object.sha256 = item.sha256), '')",
    [WHERE_MIME] = "coalesce((SELECT mime FROM object WHERE object.sha256 = item.sha256), '')",
    [WHERE_VERDICT] = "-1",
    [WHERE_DECISION] = "decision(item.id)",
    [WHERE_SEVERITY] = "-1",
    [WHERE_GATE] = "-1",
};

static const char *const work_where_ops[WHERE_OP__MAX] = {
    [WHERE_EQ] = "=",
    [WHERE_NE] = "<>",
    [WHERE_LT] = "<",
    [WHERE_LE] = "<=",
    [WHERE_GT] = ">",
    [WHERE_GE] = ">=",
    [WHERE_LIKE] = "LIKE",
    [WHERE_NOT_LIKE] = "NOT LIKE",
};

const char *
work_where_id(bool judged)
{
	return judged ? "judged.item" : "item.id";
}

/* CASE column WHEN word THEN number ... END, for words kept as text. */
static void
work_where_number(enum where_field field, const char *column, struct buf *out)
{
	buf_addf(out, "(CASE %s", column);
	for (uint64_t v = 0; where_word_print(field, v) != NULL; v++)
		buf_addf(out, " WHEN '%s' THEN %llu", where_word_print(field, v),
		    (unsigned long long)v);
	buf_add_str(out, " ELSE -1 END)");
}

static void
work_where_column(enum where_field field, bool judged, struct buf *out)
{
	if (field == WHERE_KIND && !judged)
		work_where_number(field, "item.kind", out);
	else if (field == WHERE_STATE && !judged)
		work_where_number(field, "item.state", out);
	else
		buf_add_str(out, judged ? work_where_judged[field] : work_where_raw[field]);
}

/* The outcome as it would be now; -1 while a decision is missing. */
static void
work_where_outcome(bool judged, struct buf *out)
{
	static const struct {
		enum item_state state;
		enum item_outcome outcome;
	} states[] = {
	    {ITEM_UNREAD, ITEM_OUT_UNREAD},
	    {ITEM_UNREADABLE, ITEM_OUT_UNREADABLE},
	    {ITEM_ENCRYPTED, ITEM_OUT_ENCRYPTED},
	    {ITEM_EXCLUDED, ITEM_OUT_EXCLUDED},
	};
	buf_add_str(out, "(CASE");
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		buf_add_str(out, " WHEN ");
		work_where_column(WHERE_STATE, judged, out);
		buf_addf(out, " = %d THEN %d", states[i].state, states[i].outcome);
	}
	buf_add_str(out, " WHEN ");
	work_where_column(WHERE_KIND, judged, out);
	buf_addf(out, " = %d THEN %d WHEN ", ITEM_DIRECTORY, ITEM_OUT_STRUCTURAL);
	work_where_column(WHERE_GATE, judged, out);
	buf_addf(out, " = %d THEN %d ELSE CASE ", POLICY_BLOCK, ITEM_OUT_BLOCKED);
	work_where_column(WHERE_DECISION, judged, out);
	buf_addf(out, " WHEN %d THEN %d WHEN %d THEN %d WHEN %d THEN %d ELSE -1 END END)",
	    ITEM_APPROVE, ITEM_OUT_RELEASED, ITEM_REJECT, ITEM_OUT_REJECTED, ITEM_HOLD,
	    ITEM_OUT_HELD);
}

static void
work_where_class(const struct where_node *n, int at, bool judged, struct buf *out)
{
	if (judged) {
		buf_addf(
		    out, "(judged.classes & ?%d %s 0)", at, n->op == WHERE_NE ? "=" : "<>");
		return;
	}
	buf_addf(out,
	    "(%sEXISTS(SELECT 1 FROM finding WHERE"
	    " (finding.item = item.id OR finding.sha256 = item.sha256) AND (1 << ",
	    n->op == WHERE_NE ? "NOT " : "");
	work_where_number(WHERE_CLASS, "class", out);
	buf_addf(out, ") = ?%d))", at);
}

static void
work_where_leaf(const struct where *w, unsigned i, bool judged, struct buf *out)
{
	const struct where_node *n = &w->nodes[i];
	bool like = n->op == WHERE_LIKE || n->op == WHERE_NOT_LIKE;
	int at = (int)i + 1;
	if (n->field == WHERE_CLASS) {
		work_where_class(n, at, judged, out);
		return;
	}
	buf_add_byte(out, '(');
	bool sort = judged && (n->field == WHERE_TYPE || n->field == WHERE_MIME);
	if (sort)
		buf_addf(out, "judged.sort IN (SELECT n FROM sort WHERE %s",
		    where_field_print(n->field));
	else if (n->field == WHERE_OUTCOME)
		work_where_outcome(judged, out);
	else
		work_where_column(n->field, judged, out);
	buf_addf(out, " %s ?%d%s%s)", work_where_ops[n->op], at, like ? " ESCAPE '\\'" : "",
	    sort ? ")" : "");
}

static void
work_where_node(const struct where *w, unsigned i, bool judged, struct buf *out)
{
	const struct where_node *n = &w->nodes[i];
	if (n->op != WHERE_AND && n->op != WHERE_OR && n->op != WHERE_NOT) {
		work_where_leaf(w, i, judged, out);
		return;
	}
	/* children have smaller indexes, so this ends */
	buf_add_str(out, n->op == WHERE_NOT ? "(NOT " : "(");
	work_where_node(w, n->left, judged, out);
	if (n->op != WHERE_NOT) {
		buf_add_str(out, n->op == WHERE_AND ? " AND " : " OR ");
		work_where_node(w, n->right, judged, out);
	}
	buf_add_byte(out, ')');
}

/* It has a comparison with one of these fields. */
static bool
work_where_has(const struct where *w, unsigned fields)
{
	for (unsigned i = 0; i < w->count; i++) {
		const struct where_node *n = &w->nodes[i];
		if (n->op != WHERE_AND && n->op != WHERE_OR && n->op != WHERE_NOT &&
		    (fields & 1u << n->field) != 0)
			return true;
	}
	return false;
}

bool
work_where_drafts(const struct where *w)
{
	return work_where_has(w, 1u << WHERE_DECISION | 1u << WHERE_OUTCOME);
}

enum err
work_where_print(const struct where *w, bool judged, struct buf *out)
{
	const unsigned names = 1u << WHERE_NAME | 1u << WHERE_PATH | 1u << WHERE_EXT;
	buf_add_str(out, judged ? " FROM judged" : " FROM item");
	/* the wide rows are only visited for their texts; CROSS keeps the order of the loops */
	if (judged && w != NULL && work_where_has(w, names))
		buf_add_str(out, " CROSS JOIN item ON item.id = judged.item");
	buf_add_str(out, " WHERE ");
	if (w != NULL)
		work_where_node(w, w->count - 1, judged, out);
	else
		buf_add_str(out, "1");
	return out->error;
}

/* "contains", or a pattern over the whole; ASCII case does not matter to LIKE. */
static char *
work_where_pattern(const char *text)
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

void
work_where_bind(const struct where *w, struct sql_stmt *s)
{
	for (unsigned i = 0; i < w->count; i++) {
		const struct where_node *n = &w->nodes[i];
		int at = (int)i + 1;
		if (n->op == WHERE_AND || n->op == WHERE_OR || n->op == WHERE_NOT)
			continue;
		if (n->field == WHERE_CLASS) {
			sql_bind_uint(s, at, 1ull << n->number);
		} else if (n->op == WHERE_LIKE || n->op == WHERE_NOT_LIKE) {
			MEM_FREE char *pattern = work_where_pattern(n->text);
			sql_bind_text(s, at, pattern);
		} else if (where_field_type(n->field) == WHERE_TEXT) {
			sql_bind_text(s, at, n->text);
		} else {
			sql_bind_uint(s, at, n->number);
		}
	}
}
