/* SPDX-License-Identifier: ISC */
#include "src/core/where.h"
#include "src/base/mem.h"
#include "src/core/finding.h"
#include "src/core/item.h"
#include "src/core/policy.h"
#include "src/core/verdict.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

struct where_parser {
	const char *text;
	size_t n, at;
	struct where *where;
	size_t depth; /* of brackets and nots */
	size_t *ret_at;
	char *ret_why;
	enum err error;
};

/* --- words of closed lists ------------------------------------------------------ */

static const char *
where_word_verdict(uint64_t v)
{
	return v < VERDICT__MAX ? verdict_print((enum verdict)v) : NULL;
}

static const char *
where_word_decision(uint64_t v)
{
	return v < ITEM_DECISION__MAX ? item_decision_print((enum item_decision)v) : NULL;
}

static const char *
where_word_outcome(uint64_t v)
{
	return v < ITEM_OUTCOME__MAX ? item_outcome_print((enum item_outcome)v) : NULL;
}

static const char *
where_word_kind(uint64_t v)
{
	return v < ITEM_KIND__MAX ? item_kind_print((enum item_kind)v) : NULL;
}

static const char *
where_word_state(uint64_t v)
{
	return v < ITEM_STATE__MAX ? item_state_print((enum item_state)v) : NULL;
}

static const char *
where_word_severity(uint64_t v)
{
	return v < FINDING_SEVERITY__MAX ? finding_severity_print((enum finding_severity)v)
	                                 : NULL;
}

static const char *
where_word_class(uint64_t v)
{
	return v < FINDING_CLASS__MAX ? finding_class_print((enum finding_class)v) : NULL;
}

static const char *
where_word_gate(uint64_t v)
{
	return v < POLICY_GATE__MAX ? policy_gate_print((enum policy_gate)v) : NULL;
}

#define WHERE_EQUAL (1u << WHERE_EQ | 1u << WHERE_NE)
#define WHERE_MATCH (WHERE_EQUAL | 1u << WHERE_LIKE | 1u << WHERE_NOT_LIKE)
#define WHERE_ORDER \
	(WHERE_EQUAL | 1u << WHERE_LT | 1u << WHERE_LE | 1u << WHERE_GT | 1u << WHERE_GE)

static const struct {
	const char *name;
	enum where_type type;
	unsigned ops; /* set of enum where_op */
	const char *(*word)(uint64_t);
} where_fields[WHERE_FIELD__MAX] = {
    [WHERE_ID] = {"id", WHERE_NUMBER, WHERE_ORDER, NULL},
    [WHERE_SIZE] = {"size", WHERE_NUMBER, WHERE_ORDER, NULL},
    [WHERE_NAME] = {"name", WHERE_TEXT, WHERE_MATCH, NULL},
    [WHERE_PATH] = {"path", WHERE_TEXT, WHERE_MATCH, NULL},
    [WHERE_EXT] = {"ext", WHERE_TEXT, WHERE_MATCH, NULL},
    [WHERE_TYPE] = {"type", WHERE_TEXT, WHERE_MATCH, NULL},
    [WHERE_MIME] = {"mime", WHERE_TEXT, WHERE_MATCH, NULL},
    [WHERE_VERDICT] = {"verdict", WHERE_WORD, WHERE_ORDER, where_word_verdict},
    [WHERE_DECISION] = {"decision", WHERE_WORD, WHERE_EQUAL, where_word_decision},
    [WHERE_OUTCOME] = {"outcome", WHERE_WORD, WHERE_EQUAL, where_word_outcome},
    [WHERE_KIND] = {"kind", WHERE_WORD, WHERE_EQUAL, where_word_kind},
    [WHERE_STATE] = {"state", WHERE_WORD, WHERE_EQUAL, where_word_state},
    [WHERE_SEVERITY] = {"severity", WHERE_WORD, WHERE_ORDER, where_word_severity},
    [WHERE_CLASS] = {"class", WHERE_WORD, WHERE_EQUAL, where_word_class},
    [WHERE_GATE] = {"gate", WHERE_WORD, WHERE_EQUAL, where_word_gate},
};

static const char *const where_ops[WHERE_OP__MAX] = {
    [WHERE_EQ] = "=",
    [WHERE_NE] = "!=",
    [WHERE_LIKE] = "~",
    [WHERE_NOT_LIKE] = "!~",
    [WHERE_LT] = "<",
    [WHERE_LE] = "<=",
    [WHERE_GT] = ">",
    [WHERE_GE] = ">=",
    [WHERE_AND] = "and",
    [WHERE_OR] = "or",
    [WHERE_NOT] = "not",
};

const char *
where_field_print(enum where_field field)
{
	assert((unsigned)field < WHERE_FIELD__MAX);
	return where_fields[field].name;
}

enum where_type
where_field_type(enum where_field field)
{
	assert((unsigned)field < WHERE_FIELD__MAX);
	return where_fields[field].type;
}

const char *
where_word_print(enum where_field field, uint64_t value)
{
	assert((unsigned)field < WHERE_FIELD__MAX && where_fields[field].word != NULL);
	return where_fields[field].word(value);
}

/* --- parsing ---------------------------------------------------------------------- */

static bool where_fail(struct where_parser *, size_t at, enum err, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

static bool
where_fail(struct where_parser *p, size_t at, enum err error, const char *fmt, ...)
{
	if (p->error != ERR_OK)
		return false;
	p->error = error;
	*p->ret_at = at;
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(p->ret_why, WHERE_WHY_SIZE, fmt, ap);
	va_end(ap);
	return false;
}

static bool
where_word_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c != '\0' && strchr("._/+*?@:-", c) != NULL);
}

static void
where_skip(struct where_parser *p)
{
	while (p->at < p->n && p->text[p->at] == ' ')
		p->at++;
}

/* The length of the bare word here; 0 when there is none. */
static size_t
where_peek(struct where_parser *p)
{
	where_skip(p);
	size_t end = p->at;
	while (end < p->n && where_word_char(p->text[end]))
		end++;
	return end - p->at;
}

static bool
where_take(struct where_parser *p, const char *word)
{
	size_t n = where_peek(p);
	if (n != strlen(word) || memcmp(p->text + p->at, word, n) != 0)
		return false;
	p->at += n;
	return true;
}

static bool
where_take_byte(struct where_parser *p, char c)
{
	where_skip(p);
	if (p->at >= p->n || p->text[p->at] != c)
		return false;
	p->at++;
	return true;
}

static bool
where_node_add(struct where_parser *p, struct where_node node, unsigned *ret)
{
	if (p->where->count == LIM_WHERE_NODES)
		return where_fail(
		    p, p->at, ERR_LIMIT, "the limit has more than %d parts", LIM_WHERE_NODES);
	p->where->nodes[p->where->count] = node;
	*ret = p->where->count++;
	return true;
}

/* The value here, copied into the expression's own memory. */
static bool
where_value(struct where_parser *p, const char **ret)
{
	struct where *w = p->where;
	char *out = w->text + w->text_len;
	size_t n = where_peek(p), start = p->at;
	/* Each value and its NUL takes no more than what was read of the text. */
	if (n > 0) {
		memcpy(out, p->text + p->at, n);
		p->at += n;
	} else if (!where_take_byte(p, '"')) {
		return where_fail(p, p->at, ERR_SYNTAX, "a value is missing here");
	} else {
		while (p->at < p->n && p->text[p->at] != '"') {
			if (p->text[p->at] == '\\')
				p->at++;
			if (p->at < p->n)
				out[n++] = p->text[p->at++];
		}
		if (p->at >= p->n)
			return where_fail(
			    p, start, ERR_SYNTAX, "the quotation mark is not closed");
		p->at++;
	}
	out[n] = '\0';
	w->text_len += n + 1;
	*ret = out;
	return true;
}

static bool
where_number(const char *text, bool units, uint64_t *ret)
{
	static const char letters[] = "KMGT";
	uint64_t v = 0;
	const char *c = text;
	for (; *c >= '0' && *c <= '9'; c++)
		if (__builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(*c - '0'), &v))
			return false;
	if (c == text)
		return false;
	if (*c != '\0') {
		const char *unit = units ? strchr(letters, *c) : NULL;
		if (unit == NULL || c[1] != '\0')
			return false;
		unsigned shift = (unsigned)(unit - letters + 1) * 10;
		if (v > (uint64_t)INT64_MAX >> shift)
			return false;
		v <<= shift;
	}
	*ret = v;
	return v <= INT64_MAX; /* SQL has no larger numbers */
}

static bool
where_node_value(struct where_parser *p, struct where_node *node, size_t at)
{
	const char *text = NULL;
	if (!where_value(p, &text))
		return false;
	enum where_type type = where_fields[node->field].type;
	if (type == WHERE_TEXT) {
		node->text = text;
		return true;
	}
	if (type == WHERE_NUMBER) {
		if (where_number(text, node->field == WHERE_SIZE, &node->number))
			return true;
		return where_fail(p, at, ERR_SYNTAX, "%s wants a number%s",
		    where_fields[node->field].name,
		    node->field == WHERE_SIZE ? ", such as 500 or 10M" : "");
	}
	const char *word;
	for (uint64_t v = 0; (word = where_fields[node->field].word(v)) != NULL; v++)
		if (strcmp(word, text) == 0) {
			node->number = v;
			return true;
		}
	return where_fail(
	    p, at, ERR_SYNTAX, "%s has no such value", where_fields[node->field].name);
}

static bool
where_operator(struct where_parser *p, enum where_op *ret)
{
	/* Longer ones first. */
	static const enum where_op order[] = {WHERE_NE, WHERE_NOT_LIKE, WHERE_LE, WHERE_GE,
	    WHERE_EQ, WHERE_LIKE, WHERE_LT, WHERE_GT};
	where_skip(p);
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		size_t n = strlen(where_ops[order[i]]);
		if (p->n - p->at >= n && memcmp(p->text + p->at, where_ops[order[i]], n) == 0) {
			p->at += n;
			*ret = order[i];
			return true;
		}
	}
	return where_fail(p, p->at, ERR_SYNTAX, "an operator is missing: = != ~ !~ < <= > >=");
}

static bool
where_comparison(struct where_parser *p, unsigned *ret)
{
	struct where_node node = {0};
	size_t n = where_peek(p), start = p->at;
	unsigned f = 0;
	if (n == 0)
		return where_fail(p, start, ERR_SYNTAX, "a field is missing here");
	while (
	    f < WHERE_FIELD__MAX && (strlen(where_fields[f].name) != n ||
					memcmp(where_fields[f].name, p->text + start, n) != 0))
		f++;
	if (f == WHERE_FIELD__MAX)
		return where_fail(p, start, ERR_SYNTAX, "there is no such field");
	node.field = (enum where_field)f;
	p->at += n;
	where_skip(p);
	size_t op_at = p->at;
	if (!where_operator(p, &node.op))
		return false;
	if ((where_fields[f].ops & 1u << node.op) == 0)
		return where_fail(p, op_at, ERR_SYNTAX, "%s cannot be compared by %s",
		    where_fields[f].name, where_ops[node.op]);
	where_skip(p);
	return where_node_value(p, &node, p->at) && where_node_add(p, node, ret);
}

static bool where_or(struct where_parser *, unsigned *ret);

static bool
where_factor(struct where_parser *p, unsigned *ret)
{
	if (p->depth == LIM_WHERE_NODES)
		return where_fail(p, p->at, ERR_LIMIT, "nested too deeply");
	if (where_take(p, "not")) {
		struct where_node node = {.op = WHERE_NOT};
		p->depth++;
		bool ok = where_factor(p, &node.left) && where_node_add(p, node, ret);
		p->depth--;
		return ok;
	}
	if (where_take_byte(p, '(')) {
		size_t open = p->at - 1;
		p->depth++;
		if (!where_or(p, ret))
			return false;
		p->depth--;
		return where_take_byte(p, ')') ||
		       where_fail(p, open, ERR_SYNTAX, "the bracket is not closed");
	}
	return where_comparison(p, ret);
}

/* left OP right OP right ... */
static bool
where_chain(struct where_parser *p, enum where_op op,
    bool (*part)(struct where_parser *, unsigned *), unsigned *ret)
{
	if (!part(p, ret))
		return false;
	while (where_take(p, where_ops[op])) {
		struct where_node node = {.op = op, .left = *ret};
		if (!part(p, &node.right) || !where_node_add(p, node, ret))
			return false;
	}
	return true;
}

static bool
where_and(struct where_parser *p, unsigned *ret)
{
	return where_chain(p, WHERE_AND, where_factor, ret);
}

static bool
where_or(struct where_parser *p, unsigned *ret)
{
	return where_chain(p, WHERE_OR, where_and, ret);
}

static bool
where_whole(struct where_parser *p)
{
	unsigned root;
	if (p->n > LIM_WHERE_BYTES)
		return where_fail(p, LIM_WHERE_BYTES, ERR_LIMIT,
		    "the limit is longer than %d bytes", LIM_WHERE_BYTES);
	for (size_t i = 0; i < p->n; i++)
		if (p->text[i] < 0x20 || p->text[i] > 0x7e)
			return where_fail(
			    p, i, ERR_SYNTAX, "only printable ASCII is possible here");
	if (!where_or(p, &root))
		return false;
	where_skip(p);
	if (p->at < p->n)
		return where_fail(
		    p, p->at, ERR_SYNTAX, "and, or, or the end was expected here");
	return true;
}

enum err
where_parse(const char *text, size_t n, struct where **ret, size_t *ret_at,
    char ret_why[WHERE_WHY_SIZE])
{
	struct where_parser p = {.text = text,
	    .n = n,
	    .where = mem_alloc(sizeof(struct where)),
	    .ret_at = ret_at,
	    .ret_why = ret_why};
	if (!where_whole(&p)) {
		free(p.where);
		return p.error;
	}
	*ret = p.where;
	return ERR_OK;
}

/* --- printing --------------------------------------------------------------------- */

static void
where_print_value(const struct where_node *node, struct buf *out)
{
	enum where_type type = where_fields[node->field].type;
	if (type == WHERE_NUMBER) {
		buf_addf(out, "%" PRIu64, node->number);
		return;
	}
	if (type == WHERE_WORD) {
		buf_add_str(out, where_fields[node->field].word(node->number));
		return;
	}
	buf_add_byte(out, '"');
	for (const char *c = node->text; *c != '\0'; c++) {
		if (*c == '"' || *c == '\\')
			buf_add_byte(out, '\\');
		buf_add_byte(out, (uint8_t)*c);
	}
	buf_add_byte(out, '"');
}

static void
where_print_node(const struct where *w, unsigned i, struct buf *out)
{
	const struct where_node *node = &w->nodes[i];
	if (node->op == WHERE_AND || node->op == WHERE_OR) {
		buf_add_byte(out, '(');
		where_print_node(w, node->left, out);
		buf_addf(out, " %s ", where_ops[node->op]);
		where_print_node(w, node->right, out);
		buf_add_byte(out, ')');
	} else if (node->op == WHERE_NOT) {
		buf_add_str(out, "not ");
		where_print_node(w, node->left, out);
	} else {
		buf_addf(out, "%s%s", where_fields[node->field].name, where_ops[node->op]);
		where_print_value(node, out);
	}
}

enum err
where_print(const struct where *w, struct buf *out)
{
	where_print_node(w, w->count - 1, out);
	return out->error;
}
