/* SPDX-License-Identifier: ISC */
/*
 * Limits: expressions that pick items, such as
 *     verdict=malicious and not decision=none
 *     (size>=10M or type~"pe-*") and name~setup
 * Grammar: or < and < not < ( ) < comparison; comparison is FIELD OP VALUE.
 *   OP     =  !=  ~ (contains; with * or ? a glob over the whole; ASCII case
 *          is ignored)  !~  <  <=  >  >=
 *   VALUE  a word of [A-Za-z0-9._/+*?@:-], or "text" with \" and \\
 * Closed-list fields check their words here; verdict and severity are ordered
 * from best to worst.  Sizes take K, M, G, T (powers of 1024).  Only printable
 * ASCII: names are compared in their escaped form.
 */
#ifndef CORE_WHERE_H
#define CORE_WHERE_H

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/limits.h"

#include <stddef.h>
#include <stdint.h>

#define WHERE_WHY_SIZE 160

enum where_field {
	WHERE_ID,       /* number */
	WHERE_SIZE,     /* number, bytes */
	WHERE_NAME,     /* text: last component of the escaped path */
	WHERE_PATH,     /* text: the escaped path */
	WHERE_EXT,      /* text: what follows the last dot of the name, lower case */
	WHERE_TYPE,     /* text */
	WHERE_MIME,     /* text */
	WHERE_VERDICT,  /* enum verdict */
	WHERE_DECISION, /* enum item_decision */
	WHERE_OUTCOME,  /* enum item_outcome */
	WHERE_KIND,     /* enum item_kind */
	WHERE_STATE,    /* enum item_state */
	WHERE_SEVERITY, /* enum finding_severity: the worst finding of the item ("none" too) */
	WHERE_CLASS,    /* enum finding_class: = when the item has a finding of the class */
	WHERE_GATE,     /* enum policy_gate; words pass reason block */
	WHERE_FIELD__MAX
};

enum where_op {
	WHERE_EQ,
	WHERE_NE,
	WHERE_LIKE,     /* ~ */
	WHERE_NOT_LIKE, /* !~ */
	WHERE_LT,
	WHERE_LE,
	WHERE_GT,
	WHERE_GE,
	WHERE_AND, /* left, right */
	WHERE_OR,  /* left, right */
	WHERE_NOT, /* left */
	WHERE_OP__MAX
};

enum where_type { WHERE_NUMBER, WHERE_TEXT, WHERE_WORD };

struct where_node {
	enum where_op op;
	unsigned left, right; /* indexes of nodes; both less than this node's own */
	enum where_field field;
	uint64_t number;  /* number fields; word fields: the enum's value */
	const char *text; /* text fields; owned by the expression */
};

struct where {
	struct where_node nodes[LIM_WHERE_NODES];
	unsigned count;                 /* >= 1; the root is nodes[count - 1] */
	char text[LIM_WHERE_BYTES * 2]; /* private: texts of the nodes */
	size_t text_len;
};

/*
 * Parses n bytes, at most LIM_WHERE_BYTES.  On failure ret_at is the position
 * (0-based byte) of the trouble and ret_why a sentence.  Caller frees with
 * free(3).
 */
enum err where_parse(const char *text, size_t n, struct where **ret, size_t *ret_at,
    char ret_why[WHERE_WHY_SIZE]);
/* Appends the expression in full brackets; parsing it again gives the same. */
enum err where_print(const struct where *, struct buf *out);

const char *where_field_print(enum where_field);
enum where_type where_field_type(enum where_field);
/* The word of a value of a word field; NULL when there is none. */
const char *where_word_print(enum where_field, uint64_t value);

#endif
