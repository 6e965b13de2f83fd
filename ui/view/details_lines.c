/* SPDX-License-Identifier: ISC */
/* What is known of an item, in lines. */
#include "src/base/escape.h"
#include "src/base/hex.h"
#include "src/base/mem.h"
#include "ui/inside.h"
#include "ui/view/details.h"
#include "ui/view/review.h"
#include "ui/wrap.h"

#include <string.h>

#define DETAILS_LABEL  11 /* cells of the labels, with the blank before the text */
#define DETAILS_BRIEF  6  /* the same in the pane below the list */
#define DETAILS_HEX    16 /* bytes of a name on one line */
#define DETAILS_GROUPS 8  /* of four digits of a digest on one line */

static void
details_add(struct details_lines *d, struct safe label, enum style style, struct safe text)
{
	if (d->n < DETAILS_LINES)
		d->line[d->n++] = (struct details_line){label, text, style, false};
}

/* Text from outside, whole: on as many lines as it takes. */
static void
details_add_foreign(struct details_lines *d, struct arena *frame, struct safe label,
    int label_cells, enum style style, struct safe text)
{
	int room = d->cells - label_cells > 8 ? d->cells - label_cells : 8;
	do {
		size_t next, n = wrap_words(text, room, &next);
		details_add(d, label, style, wrap_head(frame, text, n));
		if (d->n > 0)
			d->line[d->n - 1].foreign = true;
		label = SAFE("");
		text = safe_from(text, next);
	} while (!safe_empty(text) && d->n < DETAILS_LINES);
}

/* The same, when there is any. */
static void
details_add_member(struct details_lines *d, struct arena *frame, struct safe label,
    const json_t *item, const char *key)
{
	struct safe text = safe_member(frame, item, key);
	if (!safe_empty(text))
		details_add_foreign(d, frame, label, DETAILS_LABEL, STYLE_PLAIN, text);
}

/* --- the name as bytes --------------------------------------------------- */

/* The last component of a path given in base64. */
static void
details_add_bytes(
    struct details_lines *d, struct arena *frame, struct safe label, const char *base64)
{
	size_t n = strlen(base64), len = 0;
	unsigned flags;
	MEM_FREE uint8_t *raw = mem_alloc(n + 1);
	if (n == 0 || !hex_b64_decode(base64, n, raw, &len))
		return;
	const uint8_t *slash = memrchr(raw, '/', len);
	const uint8_t *name = slash != NULL ? slash + 1 : raw;
	len -= (size_t)(name - raw);
	MEM_FREE char *text = mem_alloc(ESCAPE_SIZE(len));
	escape_bytes(name, len, text, ESCAPE_SIZE(len), &flags);
	details_add_foreign(d, frame, label, DETAILS_LABEL, STYLE_PLAIN,
	    safe_printf(frame, "%zu bytes: %s", len, details_letters(frame, flags).text));
	size_t per =
	    d->cells >= DETAILS_LABEL + DETAILS_HEX * 3 ? DETAILS_HEX : DETAILS_HEX / 2;
	for (size_t at = 0; at < len; at += per)
		details_add(d, SAFE(""), STYLE_PLAIN,
		    details_hex(frame, name + at, len - at < per ? len - at : per));
}

/* --- judgement ----------------------------------------------------------- */

static void
details_add_scan(
    struct details_lines *d, struct arena *frame, const json_t *item, const json_t *scan)
{
	const char *verdict = row_text(scan, "verdict");
	uint64_t read = row_uint(scan, "read"), of = row_uint(scan, "bytes");
	char parts[INSIDE_WORDS_SIZE];
	/* too large for it, and every part of it was looked at: that is as good as clean */
	if (inside_parts(item, scan, parts)[0] != '\0') {
		details_add_foreign(d, frame,
		    safe_fit(frame, safe_member(frame, scan, "scanner"), 10), DETAILS_LABEL,
		    STYLE_PLAIN, safe_printf(frame, "%s, each of them clean", parts));
		return;
	}
	/* what is not its business it has not read, and nobody misses that */
	bool none = read == 0 && strcmp(verdict, "na") == 0;
	struct safe words = SAFE("not applicable");
	if (!none)
		words = safe_printf(frame, "%s   read %s of %s bytes%s",
		    verdict[0] != '\0' ? row_verdict_words(verdict) : "no verdict",
		    safe_count(frame, read).text, safe_count(frame, of).text,
		    read < of ? ", not all" : "");
	details_add_foreign(d, frame, safe_fit(frame, safe_member(frame, scan, "scanner"), 10),
	    DETAILS_LABEL, details_verdict_style(verdict), words);
	details_add_member(d, frame, SAFE(""), scan, "why");
	details_add_member(d, frame, SAFE("  before"), scan, "earlier");
}

static void
details_add_finding(struct details_lines *d, struct arena *frame, const json_t *f)
{
	enum style style;
	struct safe word = review_severity(frame, row_text(f, "severity"), &style);
	details_add_foreign(d, frame, word, DETAILS_LABEL, style, details_finding(frame, f));
	details_add_member(d, frame, SAFE(""), f, "detail");
	details_add_foreign(d, frame, SAFE(""), DETAILS_LABEL, STYLE_PLAIN,
	    safe_printf(frame, "by %s, %s", safe_member(frame, f, "scanner").text,
		safe_member(frame, f, "rule").text));
}

/* The worst first. */
static void
details_add_findings(struct details_lines *d, struct arena *frame, const json_t *item)
{
	size_t i;
	json_t *f;
	const json_t *list = json_object_get(item, "findings");
	uint64_t all = row_uint(item, "finds"), shown = json_array_size(list);
	for (size_t s = 0; details_severity_at(s) != NULL; s++)
		json_array_foreach (list, i, f)
			if (strcmp(row_text(f, "severity"), details_severity_at(s)) == 0)
				details_add_finding(d, frame, f);
	/* a word that nobody knows hides no finding */
	json_array_foreach (list, i, f)
		if (!details_severity_known(row_text(f, "severity")))
			details_add_finding(d, frame, f);
	if (all == 0 && shown == 0)
		details_add(d, SAFE("Findings"), STYLE_PLAIN, SAFE("none"));
	if (all > shown)
		details_add(d, SAFE(""), STYLE_PLAIN,
		    safe_printf(frame, "%s in all; the report has every one",
			safe_count(frame, all).text));
}

/* --- whole --------------------------------------------------------------- */

static void
details_add_digest(struct details_lines *d, struct arena *frame, const char *hex)
{
	int groups = d->cells >= DETAILS_LABEL + DETAILS_GROUPS * 5 ? DETAILS_GROUPS : 4;
	size_t n = strlen(hex), per = (size_t)groups * 4;
	for (size_t at = 0; at < n; at += per)
		details_add(d, at == 0 ? SAFE("sha256") : SAFE(""), STYLE_PLAIN,
		    safe_digest(frame, hex + at, groups));
}

/* What an archive holds, and the worst of it. */
static void
details_add_inside(struct details_lines *d, struct arena *frame, const json_t *item)
{
	char words[INSIDE_WORDS_SIZE];
	if (inside_words(item, words)[0] == '\0')
		return;
	details_add_foreign(d, frame, SAFE("Inside"), DETAILS_LABEL,
	    inside_is_fine(item) ? STYLE_PLAIN : STYLE_FAIL, safe_text(frame, words));
}

/* What somebody who decides looks at first. */
static void
details_add_first(struct details_lines *d, struct arena *frame, const json_t *item)
{
	enum style style;
	const char *mime = row_text(item, "mime"), *verdict = row_text(item, "verdict");
	struct safe folder = wrap_folder(frame, safe_member(frame, item, "name"));
	struct safe decision = details_decision(frame, item, &style);
	bool file = strcmp(row_text(item, "kind"), "file") == 0;
	details_add_foreign(
	    d, frame, SAFE("Name"), DETAILS_LABEL, STYLE_STRONG, review_name(frame, item));
	details_add_bytes(d, frame, SAFE("Bytes"), row_text(item, "path"));
	details_add_foreign(d, frame, SAFE("Folder"), DETAILS_LABEL, STYLE_PLAIN,
	    safe_empty(folder) ? SAFE("(top of the medium)") : folder);
	details_add_foreign(d, frame, SAFE("Type"), DETAILS_LABEL, STYLE_PLAIN,
	    safe_printf(frame, "%s%s%s", review_type_word(item), mime[0] != '\0' ? ", " : "",
		safe_text(frame, mime).text));
	if (file)
		details_add_foreign(d, frame, SAFE("Size"), DETAILS_LABEL, STYLE_PLAIN,
		    details_size(frame, item));
	details_add_foreign(d, frame, SAFE("Decision"), DETAILS_LABEL, style, decision);
	details_add_foreign(d, frame, SAFE("Policy"), DETAILS_LABEL, details_gate_style(item),
	    details_gate(frame, item));
	details_add_member(d, frame, SAFE("Class"), item, "classification");
	details_add_member(d, frame, SAFE("Why"), item, "why");
	if (file)
		details_add_foreign(d, frame, SAFE("Verdict"), DETAILS_LABEL,
		    details_verdict_style(verdict),
		    verdict[0] != '\0' ? safe_text(frame, row_verdict_words(verdict))
				       : SAFE("unscanned"));
	details_add_inside(d, frame, item);
}

/* And what can wait. */
static void
details_add_rest(struct details_lines *d, struct arena *frame, const json_t *item)
{
	details_add_bytes(d, frame, SAFE("Target"), row_text(item, "link"));
	details_add_digest(d, frame, row_text(item, "sha256"));
	details_add(d, SAFE("Kind"), STYLE_PLAIN,
	    safe_printf(frame, "%s, %s, mode %04llo", row_text(item, "kind"),
		row_text(item, "state"), (unsigned long long)row_uint(item, "mode")));
}

/* What of the scanners' words does not count, and who answers for that. */
static void
details_add_exceptions(struct details_lines *d, struct arena *frame, const json_t *item)
{
	size_t i;
	json_t *x;
	json_array_foreach (json_object_get(item, "exceptions"), i, x) {
		struct safe verdict = safe_member(frame, x, "verdict");
		details_add_foreign(d, frame, SAFE("Exception"), DETAILS_LABEL, STYLE_MEDIUM,
		    safe_printf(frame, "%s does not count, until %s: %s",
			safe_member(frame, x, "words").text,
			safe_member(frame, x, "expires").text,
			safe_member(frame, x, "reason").text));
		details_add_foreign(d, frame, SAFE(""), DETAILS_LABEL, STYLE_PLAIN,
		    safe_printf(frame, "sets aside: %s%s%s findings; leaf %.16s...",
			verdict.text, safe_empty(verdict) ? "" : ", ",
			safe_count(frame, row_uint(x, "finds")).text,
			safe_member(frame, x, "leaf").text));
	}
}

static void
details_add_looks(struct details_lines *d, struct arena *frame, const json_t *item)
{
	size_t i;
	json_t *scan;
	details_add_exceptions(d, frame, item);
	json_array_foreach (json_object_get(item, "scans"), i, scan)
		details_add_scan(d, frame, item, scan);
	if (i == 0 && strcmp(row_text(item, "kind"), "file") == 0)
		details_add(d, SAFE("Scanners"), STYLE_FAIL, SAFE("none has looked at it"));
	details_add_findings(d, frame, item);
}

void
details_facts(struct arena *frame, const json_t *item, int cells, struct details_lines *d)
{
	d->n = 0;
	d->cells = cells;
	details_add_first(d, frame, item);
	details_add_rest(d, frame, item);
}

void
details_looks(struct arena *frame, const json_t *item, int cells, struct details_lines *d)
{
	d->n = 0;
	d->cells = cells;
	details_add_looks(d, frame, item);
}

void
details_full(struct arena *frame, const json_t *item, int cells, struct details_lines *d)
{
	d->n = 0;
	d->cells = cells;
	details_add_first(d, frame, item);
	details_add_looks(d, frame, item);
	details_add_rest(d, frame, item);
}

/* --- the pane of the review ---------------------------------------------- */

/* One line. */
static void
details_add_line(struct details_lines *d, struct safe label, enum style style, struct safe text)
{
	details_add(d, label, style, text);
	if (d->n > 0)
		d->line[d->n - 1].foreign = true;
}

/* One line that loses its end when it is too long. */
static void
details_add_cut(struct details_lines *d, struct arena *frame, struct safe label,
    enum style style, struct safe text)
{
	int room = d->cells - DETAILS_BRIEF;
	size_t next;
	if (safe_cells(text) > room)
		text = safe_printf(frame, "%s..",
		    wrap_head(frame, text, wrap_words(text, room - 2, &next)).text);
	details_add_line(d, label, style, text);
}

void
details_brief(struct arena *frame, const json_t *row, const json_t *item, int cells,
    struct details_lines *d)
{
	enum style style;
	struct safe folder = wrap_folder(frame, safe_member(frame, row, "name"));
	const json_t *findings = json_object_get(item, "findings");
	d->n = 0;
	d->cells = cells;
	details_add_line(d, SAFE("in"), STYLE_PLAIN,
	    safe_empty(folder) ? SAFE("(top of the medium)")
			       : safe_fit(frame, folder, cells - DETAILS_BRIEF));
	struct safe what = details_what(frame, row);
	if (safe_cells(what) > cells - DETAILS_BRIEF)
		what = safe_printf(frame, "%s..",
		    wrap_head(frame, what, wrap_cut(what, cells - DETAILS_BRIEF - 2)).text);
	details_add_line(d, SAFE("is"), STYLE_PLAIN, what);
	details_add_cut(
	    d, frame, SAFE("why"), details_gate_style(row), details_why(frame, row, item));
	struct safe decision = details_decision(frame, row, &style);
	details_add_cut(d, frame, SAFE("dec"), style, decision);
	for (size_t i = 0; i < json_array_size(findings) && d->n < 12; i++) {
		const json_t *f = json_array_get(findings, i);
		if (f == details_worst(item))
			continue; /* it stands behind why */
		struct safe text = details_finding_line(frame, f, &style);
		details_add_cut(d, frame, d->n == 4 ? SAFE("and") : SAFE(""), style, text);
	}
}

void
details_draw_lines(const struct details_lines *d, const struct area *a, struct arena *frame,
    uint64_t top, int rows)
{
	int label = DETAILS_BRIEF;
	for (size_t i = 0; i < d->n; i++)
		if (safe_cells(d->line[i].label) >= label)
			label = DETAILS_LABEL;
	for (int i = 0; i < rows && top + (uint64_t)i < d->n; i++) {
		const struct details_line *l = &d->line[top + (uint64_t)i];
		area_put(a, i, 1, STYLE_HEAD, l->label);
		if (l->foreign)
			area_name(
			    a, frame, i, 1 + label, a->cols - label - 1, l->style, l->text);
		else
			area_put(a, i, 1 + label, l->style, l->text);
	}
}
