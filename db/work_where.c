/* SPDX-License-Identifier: ISC */
#include "db/work_where.h"
#include "db/sql.h"
#include "src/base/mem.h"
#include "src/core/where.h"

#include <assert.h>
#include <string.h>

_Static_assert(LIM_WHERE_NODES <= WORK_WHERE_PARAMETERS, "a parameter for each node");

/* Columns of `seen`.  Words are compared by their rank: what where.h gives as number. */
static const char *const work_where_columns[WHERE_FIELD__MAX] = {
    [WHERE_ID] = "id",
    [WHERE_SIZE] = "size",
    [WHERE_NAME] = "base",
    [WHERE_PATH] = "name",
    [WHERE_EXT] = "ext",
    [WHERE_TYPE] = "type",
    [WHERE_MIME] = "mime",
    [WHERE_VERDICT] = "verdict",
    [WHERE_DECISION] = "decision",
    [WHERE_OUTCOME] = "outcome",
    [WHERE_KIND] = "kind",
    [WHERE_STATE] = "state",
    [WHERE_SEVERITY] = "severity",
    [WHERE_GATE] = "gate",
};

static const char *const work_where_ops[WHERE_OP__MAX] = {
    [WHERE_EQ] = "=",
    [WHERE_NE] = "<>",
    [WHERE_LT] = "<",
    [WHERE_LE] = "<=",
    [WHERE_GT] = ">",
    [WHERE_GE] = ">=",
};

/* CASE column WHEN word THEN rank ... END, for words that have an order. */
static void
work_where_rank(enum where_field field, const char *column, struct buf *out)
{
	buf_addf(out, "(CASE %s", column);
	for (uint64_t v = 0; where_word_print(field, v) != NULL; v++)
		buf_addf(out, " WHEN '%s' THEN %llu", where_word_print(field, v),
		    (unsigned long long)v);
	buf_add_str(out, " ELSE 0 END)");
}

static void
work_where_leaf(const struct where *w, unsigned i, struct buf *out)
{
	const struct where_node *n = &w->nodes[i];
	const char *column = work_where_columns[n->field];
	int at = (int)i + 1;
	if (n->field == WHERE_CLASS) {
		buf_addf(out,
		    "(%sEXISTS(SELECT 1 FROM finding WHERE class = ?%d AND"
		    " (finding.item = seen.id OR finding.sha256 = seen.sha256)))",
		    n->op == WHERE_NE ? "NOT " : "", at);
		return;
	}
	if (n->op == WHERE_LIKE || n->op == WHERE_NOT_LIKE) {
		buf_addf(out, "(lower(%s) %sGLOB ?%d)", column,
		    n->op == WHERE_NOT_LIKE ? "NOT " : "", at);
		return;
	}
	buf_add_byte(out, '(');
	if (where_field_type(n->field) == WHERE_WORD)
		work_where_rank(n->field, column, out);
	else
		buf_add_str(out, column);
	buf_addf(out, " %s ?%d)", work_where_ops[n->op], at);
}

static void
work_where_node(const struct where *w, unsigned i, struct buf *out)
{
	const struct where_node *n = &w->nodes[i];
	if (n->op != WHERE_AND && n->op != WHERE_OR && n->op != WHERE_NOT) {
		work_where_leaf(w, i, out);
		return;
	}
	/* children have smaller indexes, so this ends */
	buf_add_str(out, n->op == WHERE_NOT ? "(NOT " : "(");
	work_where_node(w, n->left, out);
	if (n->op != WHERE_NOT) {
		buf_add_str(out, n->op == WHERE_AND ? " AND " : " OR ");
		work_where_node(w, n->right, out);
	}
	buf_add_byte(out, ')');
}

enum err
work_where_print(const struct where *w, struct buf *out)
{
	work_where_node(w, w->count - 1, out);
	return out->error;
}

/* "contains" or a glob over the whole, in lower case; [ is no class here. */
static char *
work_where_glob(const char *text)
{
	bool whole = strpbrk(text, "*?") != NULL;
	struct buf b;
	size_t n;
	buf_init(&b, (size_t)LIM_WHERE_BYTES * 4);
	if (!whole)
		buf_add_byte(&b, '*');
	for (const char *p = text; *p != '\0'; p++) {
		if (*p == '[')
			buf_add_str(&b, "[[]");
		else
			buf_add_byte(
			    &b, (uint8_t)(*p >= 'A' && *p <= 'Z' ? *p - 'A' + 'a' : *p));
	}
	if (!whole)
		buf_add_byte(&b, '*');
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
			sql_bind_text(s, at, where_word_print(n->field, n->number));
		} else if (n->op == WHERE_LIKE || n->op == WHERE_NOT_LIKE) {
			MEM_FREE char *glob = work_where_glob(n->text);
			sql_bind_text(s, at, glob);
		} else if (where_field_type(n->field) == WHERE_TEXT) {
			sql_bind_text(s, at, n->text);
		} else {
			sql_bind_uint(s, at, n->number);
		}
	}
}
