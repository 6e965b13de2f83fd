/* SPDX-License-Identifier: ISC */
/* What is known of an item, in words. */
#include "src/base/escape.h"
#include "ui/inside.h"
#include "ui/view/details.h"
#include "ui/view/review.h"

#include <string.h>

/* What an escaped name hides, one word for each class of characters. */
struct safe
details_letters(struct arena *frame, unsigned flags)
{
	static const struct {
		unsigned flags;
		const char *word;
	} words[] = {
	    {ESCAPE_CONTROL, "control characters"},
	    {ESCAPE_BIDI, "characters that turn the direction of writing"},
	    {ESCAPE_INVISIBLE, "invisible characters"},
	    {ESCAPE_PRIVATE, "private characters"},
	    {ESCAPE_INVALID, "bytes that are not UTF-8"},
	    {ESCAPE_UNASSIGNED, "characters that do not exist"},
	    {ESCAPE_COMPAT | ESCAPE_LOOKALIKE, "look-alike characters"},
	    {ESCAPE_MIXED, "mixed scripts"},
	    {ESCAPE_COMBINING, "combining marks"},
	    {ESCAPE_SPACE, "misleading blanks"},
	    {ESCAPE_RESERVED, "characters reserved on other systems"},
	    {ESCAPE_WIDE | ESCAPE_NON_ASCII, "letters outside ASCII"},
	};
	struct safe out = SAFE("");
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if ((flags & words[i].flags) != 0)
			out = safe_printf(frame, "%s%s%s", out.text,
			    safe_empty(out) ? "" : ", ", words[i].word);
	return safe_empty(out) ? SAFE("plain ASCII") : out;
}

struct safe
details_hex(struct arena *frame, const uint8_t *bytes, size_t n)
{
	char *out = arena_alloc(frame, n * 3 + 1);
	for (size_t i = 0; i < n; i++) {
		out[i * 3] = "0123456789ABCDEF"[bytes[i] >> 4];
		out[i * 3 + 1] = "0123456789ABCDEF"[bytes[i] & 15];
		out[i * 3 + 2] = i + 1 < n ? ' ' : '\0';
	}
	return safe_text(frame, out);
}

struct safe
details_gate(struct arena *frame, const json_t *row)
{
	const char *gate = row_text(row, "gate"), *state = row_text(row, "state");
	if (state[0] != '\0' && strcmp(state, "read") != 0)
		return safe_printf(frame, "%s: it stays behind, named in the record", state);
	if (strcmp(gate, "block") == 0)
		return SAFE("blocked: the policy lets nobody approve it");
	if (strcmp(gate, "reason") == 0)
		return SAFE("an approval needs a reason in writing");
	if (strcmp(gate, "pass") == 0)
		return SAFE("may be approved");
	return SAFE("not judged yet");
}

/* The same in few words. */
static struct safe
details_gate_brief(struct arena *frame, const json_t *row)
{
	const char *gate = row_text(row, "gate"), *state = row_text(row, "state");
	if (state[0] != '\0' && strcmp(state, "read") != 0)
		return safe_printf(frame, "%s, stays behind", state);
	return strcmp(gate, "block") == 0    ? SAFE("blocked by the policy")
	       : strcmp(gate, "reason") == 0 ? SAFE("approve only with a reason")
	       : strcmp(gate, "pass") == 0   ? SAFE("may be approved")
	                                     : SAFE("not judged yet");
}

enum style
details_gate_style(const json_t *row)
{
	const char *gate = row_text(row, "gate");
	return strcmp(row_text(row, "state"), "read") != 0 || strcmp(gate, "block") == 0
	           ? STYLE_FAIL
	       : strcmp(gate, "reason") == 0 ? STYLE_MEDIUM
	                                     : STYLE_PLAIN;
}

/* "REJ by anna: reason" */
struct safe
details_decision(struct arena *frame, const json_t *row, enum style *ret_style)
{
	struct safe word = review_decision_word(frame, row, ret_style);
	struct safe by = safe_member(frame, row, "by"), why = safe_member(frame, row, "reason");
	if (safe_empty(word))
		return strcmp(row_text(row, "state"), "read") != 0
		           ? SAFE("none: it was not read")
		           : SAFE("none: items of this kind are not decided");
	if (strcmp(word.text, "----") == 0)
		return SAFE("---- undecided");
	return safe_printf(frame, "%s%s%s%s%s", word.text, safe_empty(by) ? "" : " by ",
	    by.text, safe_empty(why) ? "" : ": ", why.text);
}

enum style
details_verdict_style(const char *verdict)
{
	return strcmp(verdict, "clean") == 0 || strcmp(verdict, "na") == 0 ? STYLE_PLAIN
	                                                                   : STYLE_FAIL;
}

/* "mismatch: name says pdf, content is pe-exe" */
struct safe
details_finding(struct arena *frame, const json_t *f)
{
	struct safe title = safe_member(frame, f, "title");
	return safe_printf(frame, "%s: %s", safe_member(frame, f, "class").text,
	    safe_empty(title) ? safe_member(frame, f, "rule").text : title.text);
}

/* The same behind its severity. */
struct safe
details_finding_line(struct arena *frame, const json_t *f, enum style *ret_style)
{
	struct safe word = review_severity(frame, row_text(f, "severity"), ret_style);
	return safe_printf(frame, "%s %s", word.text, details_finding(frame, f).text);
}

static const char *const details_severities[] = {"critical", "high", "medium", "low", "info"};
#define DETAILS_SEVERITIES (sizeof(details_severities) / sizeof(details_severities[0]))

const char *
details_severity_at(size_t i)
{
	return i < DETAILS_SEVERITIES ? details_severities[i] : NULL;
}

bool
details_severity_known(const char *severity)
{
	for (size_t s = 0; s < DETAILS_SEVERITIES; s++)
		if (strcmp(severity, details_severities[s]) == 0)
			return true;
	return false;
}

const json_t *
details_worst(const json_t *item)
{
	size_t i;
	json_t *f;
	for (size_t s = 0; s < DETAILS_SEVERITIES; s++)
		json_array_foreach (json_object_get(item, "findings"), i, f)
			if (strcmp(row_text(f, "severity"), details_severities[s]) == 0)
				return f;
	return NULL;
}

/* "4,096 bytes, changed 2024-03-05 10:30:00 (the medium says, no zone)" */
struct safe
details_size(struct arena *frame, const json_t *item)
{
	const char *at = row_text(item, "mtime"), *zone = row_text(item, "zone");
	struct safe size = safe_count(frame, row_uint(item, "size"));
	if (strlen(at) < 19)
		return safe_printf(frame, "%s bytes", size.text);
	return safe_printf(frame, "%s bytes, changed %.10s %.8s (from the medium, %s)",
	    size.text, at, at + 11, strcmp(zone, "utc") == 0 ? "UTC" : "no zone");
}

struct safe
details_what(struct arena *frame, const json_t *row)
{
	const char *mime = row_text(row, "mime"), *sha256 = row_text(row, "sha256");
	if (strcmp(row_text(row, "kind"), "file") != 0)
		return safe_text(frame, row_text(row, "kind"));
	return safe_printf(frame, "%s bytes, sha256 %s, %s%s%s",
	    safe_count(frame, row_uint(row, "size")).text,
	    sha256[0] != '\0' ? safe_digest(frame, sha256, 3).text : "none",
	    review_type_word(row), mime[0] != '\0' ? ", " : "", safe_text(frame, mime).text);
}

/*
 * The policy's word, then what came from outside: the reader's why, or the
 * first finding.  One blank between them, as the escaper's cut wants it.
 */
struct safe
details_why(struct arena *frame, const json_t *row, const json_t *item)
{
	const json_t *first = details_worst(item);
	const char *verdict = row_verdict(row, "verdict");
	uint64_t n = row_uint(row, "finds");
	enum style style;
	char inside[INSIDE_WORDS_SIZE];
	struct safe why = safe_member(frame, row, "why");
	struct safe gate = details_gate_brief(frame, row);
	if (!safe_empty(why))
		return safe_printf(frame, "%s; %s", gate.text, why.text);
	if (item != NULL && !inside_is_fine(item))
		return safe_printf(frame, "%s; %s", gate.text, inside_words(item, inside));
	if (first != NULL)
		return safe_printf(frame, "%s; %s", gate.text,
		    details_finding_line(frame, first, &style).text);
	return safe_printf(frame, "%s; verdict %s, %s finding%s", gate.text,
	    verdict[0] != '\0' ? verdict : "none", safe_count(frame, n).text,
	    n == 1 ? "" : "s");
}
