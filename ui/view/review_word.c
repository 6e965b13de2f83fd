/* SPDX-License-Identifier: ISC */
/* The short words of a row: what was decided, how bad it is, what it is. */
#include "ui/view/review.h"
#include "ui/wrap.h"

#include <string.h>

struct review_word {
	const char *of;
	const char *word; /* four cells at most */
	enum style style;
};

static const struct review_word review_decisions[] = {
    {"approve", "APPR", STYLE_APPROVE},
    {"reject", "REJ", STYLE_REJECT},
    {"hold", "HOLD", STYLE_HOLD},
};

static const struct review_word review_severities[] = {
    {"info", "INFO", STYLE_PLAIN},
    {"low", "LOW", STYLE_PLAIN},
    {"medium", "MED", STYLE_MEDIUM},
    {"high", "HIGH", STYLE_FAIL},
    {"critical", "CRIT", STYLE_FAIL},
};

/* Verdicts that are no good news; anything that is not in this table and not clean is "?". */
static const struct review_word review_verdicts[] = {
    {"na", "N/A", STYLE_MEDIUM},
    {"unscanned", "UNSC", STYLE_FAIL},
    {"suspicious", "SUSP", STYLE_MEDIUM},
    {"incomplete", "PART", STYLE_MEDIUM},
    {"timeout", "TIME", STYLE_FAIL},
    {"error", "ERR", STYLE_FAIL},
    {"invalid", "INV", STYLE_MEDIUM},
    {"malicious", "MAL", STYLE_FAIL},
};

static const struct review_word review_states[] = {
    {"unread", "UNRD", STYLE_FAIL},
    {"unreadable", "UNRD", STYLE_FAIL},
    {"encrypted", "ENCR", STYLE_FAIL},
    {"excluded", "EXCL", STYLE_PLAIN},
};

static const struct review_word review_kinds[] = {
    {"directory", "dir", STYLE_PLAIN},
};

#define REVIEW_LOOK_UP(table, text) \
	review_look_up(table, sizeof(table) / sizeof((table)[0]), text)

static const struct review_word *
review_look_up(const struct review_word *table, size_t n, const char *text)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(table[i].of, text) == 0)
			return &table[i];
	return NULL;
}

struct safe
review_name(struct arena *frame, const json_t *row)
{
	struct safe base = safe_member(frame, row, "base");
	return safe_empty(base) ? wrap_base(frame, safe_member(frame, row, "name")) : base;
}

bool
review_decidable(const json_t *row)
{
	static const char *const kinds[] = {"file", "link"};
	const char *kind = row_text(row, "kind");
	if (strcmp(row_text(row, "state"), "read") != 0)
		return false;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kind, kinds[i]) == 0)
			return true;
	return false;
}

struct safe
review_decision_word(struct arena *frame, const json_t *row, enum style *ret_style)
{
	const struct review_word *w =
	    REVIEW_LOOK_UP(review_decisions, row_text(row, "decision"));
	*ret_style = w != NULL ? w->style : STYLE_PLAIN;
	if (w != NULL)
		return safe_text(frame, w->word);
	if (strcmp(row_text(row, "gate"), "block") == 0 && review_decidable(row)) {
		*ret_style = STYLE_FAIL;
		return SAFE("BLCK");
	}
	return review_decidable(row) ? SAFE("----") : SAFE("");
}

/* Files only: what else there is has no bytes that anybody could look at. */
static const struct review_word *
review_verdict_word(const json_t *row)
{
	static const struct review_word unknown = {"", "?", STYLE_FAIL};
	const char *verdict = row_text(row, "verdict");
	if (strcmp(row_text(row, "kind"), "file") != 0 || strcmp(verdict, "clean") == 0)
		return NULL;
	const struct review_word *w = REVIEW_LOOK_UP(review_verdicts, verdict);
	return w != NULL ? w : &unknown;
}

/* A word that is not known is no good news. */
static const struct review_word *
review_severity_find(const char *severity)
{
	static const struct review_word unknown = {"", "?", STYLE_FAIL};
	const struct review_word *w = REVIEW_LOOK_UP(review_severities, severity);
	bool none = severity[0] == '\0' || strcmp(severity, "none") == 0;
	return w != NULL || none ? w : &unknown;
}

struct safe
review_severity(struct arena *frame, const char *severity, enum style *ret_style)
{
	const struct review_word *w = review_severity_find(severity);
	*ret_style = w != NULL ? w->style : STYLE_PLAIN;
	return w != NULL ? safe_text(frame, w->word) : SAFE("-");
}

/* A verdict that is no good news wins over a finding that is none, or only for information. */
struct safe
review_severity_word(struct arena *frame, const json_t *row, enum style *ret_style)
{
	const char *severity = row_text(row, "severity");
	const struct review_word *w = REVIEW_LOOK_UP(review_states, row_text(row, "state"));
	if (w == NULL && strcmp(severity, "info") != 0)
		w = review_severity_find(severity);
	if (w == NULL)
		w = review_verdict_word(row);
	if (w == NULL)
		w = review_severity_find(severity);
	*ret_style = w != NULL ? w->style : STYLE_PLAIN;
	return w != NULL ? safe_text(frame, w->word) : SAFE("-");
}

bool
review_verdict_bad(const json_t *row, enum style *ret_style)
{
	const struct review_word *w = review_verdict_word(row);
	if (w != NULL)
		*ret_style = w->style;
	return w != NULL;
}

const char *
review_type_word(const json_t *row)
{
	const char *kind = row_text(row, "kind"), *type = row_text(row, "type");
	const struct review_word *w = REVIEW_LOOK_UP(review_kinds, kind);
	if (strcmp(kind, "file") != 0)
		return w != NULL ? w->word : kind;
	return type[0] != '\0' ? type : "unknown";
}
