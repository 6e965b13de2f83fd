/* SPDX-License-Identifier: ISC */
/* Everything about one item, as lines: a screen of its own, and a part of the review. */
#ifndef UI_VIEW_DETAILS_H
#define UI_VIEW_DETAILS_H

#include "ui/app.h"

#include <jansson.h>

struct review;

#define DETAILS_LINES 2048 /* most lines; a name of LIM_PATH_BYTES takes a part of them */

struct details_line {
	struct safe label; /* at the left */
	struct safe text;
	enum style style;
	bool foreign; /* the text came from outside: escapes are marked */
};

struct details_lines {
	struct details_line line[DETAILS_LINES];
	size_t n;
	int cells; /* of a row */
};

/* The item under the review's cursor.  The review stays its owner and lies below. */
struct view *details_view(struct review *);
struct review *details_review(struct view *);

/* Four lines, and findings: what a row says, and the whole item when it is there (else NULL).
 */
void details_brief(struct arena *, const json_t *row, const json_t *item, int cells,
    struct details_lines *ret);
/* Everything, in one column. */
void details_full(struct arena *, const json_t *item, int cells, struct details_lines *ret);
/* The two parts of it, for two columns. */
void details_facts(struct arena *, const json_t *item, int cells, struct details_lines *ret);
void details_looks(struct arena *, const json_t *item, int cells, struct details_lines *ret);
void details_draw_lines(
    const struct details_lines *, const struct area *, struct arena *, uint64_t top, int rows);

/* --- details_word.c ------------------------------------------------------ */
/* What a name hides, by the flags of escape.h. */
struct safe details_letters(struct arena *, unsigned flags);
/* "70 6C 61" */
struct safe details_hex(struct arena *, const uint8_t *bytes, size_t n);
/* What the policy says of a row, or that it was not read. */
struct safe details_gate(struct arena *, const json_t *row);
enum style details_gate_style(const json_t *row);
/* "REJ by anna: reason" */
struct safe details_decision(struct arena *, const json_t *row, enum style *ret_style);
enum style details_verdict_style(const char *verdict);
/* "mismatch: name says pdf, content is pe-exe", and behind its severity */
struct safe details_finding(struct arena *, const json_t *finding);
struct safe details_finding_line(struct arena *, const json_t *finding, enum style *ret_style);
/* The words of severities from the worst on; NULL at the end. */
const char *details_severity_at(size_t i);
bool details_severity_known(const char *severity);
/* The worst finding of an item; NULL when there is none. */
const json_t *details_worst(const json_t *item);
/* Bytes and time. */
struct safe details_size(struct arena *, const json_t *item);
/* Bytes, digest, type of a row, and why it is as it is; item may be NULL. */
struct safe details_what(struct arena *, const json_t *row);
struct safe details_why(struct arena *, const json_t *row, const json_t *item);

#endif
