/* SPDX-License-Identifier: ISC */
#include "src/core/slip.h"
#include "src/core/fact.h"
#include "src/core/field.h"
#include "src/core/fold.h"
#include "src/core/report_exceptions.h"
#include "src/core/report_items.h"
#include "src/core/report_recall.h"

#include <inttypes.h>
#include <string.h>

#define SLIP_WENT 20 /* of what went: the manifest has the rest */

/* Printable ASCII, at most so many cells, cut in the middle. */
static void
slip_name(struct buf *out, const char *name)
{
	const size_t cells = FOLD_CELLS - 4;
	size_t n = strlen(name);
	if (n <= cells) {
		fold_text(out, "  ", 4, name);
		return;
	}
	buf_add_str(out, "  ");
	buf_add(out, name, cells / 2 - 3);
	buf_add_str(out, " ... ");
	buf_add_str(out, name + n - (cells / 2 - 3));
	buf_add_byte(out, '\n');
}

struct slip_list {
	struct sheet *sheet;
	uint64_t rows;
};

static enum err
slip_went_row(void *ctx, const json_t *row, const void *name, size_t name_len)
{
	struct slip_list *l = ctx;
	(void)name;
	(void)name_len;
	if (l->rows++ < SLIP_WENT)
		slip_name(&l->sheet->out, fact_str(row, "dest"));
	return ERR_OK;
}

static enum err
slip_not_gone_row(void *ctx, const json_t *row, const void *name, size_t name_len)
{
	struct slip_list *l = ctx;
	(void)name;
	(void)name_len;
	l->rows++;
	slip_name(&l->sheet->out, fact_str(row, "name"));
	fold_printf(&l->sheet->out, "      ", 6, "%s: %s", fact_str(row, "outcome"),
	    fact_str(row, "why"));
	return sheet_pass(l->sheet);
}

/* Items with a decision against them, and all else that did not go; directories are no loss. */
static uint64_t
slip_not_gone_count(const json_t *tree)
{
	const json_t *outcomes = json_object_get(json_object_get(tree, "account"), "outcomes");
	uint64_t n = 0;
	for (size_t i = 0; i < json_array_size(outcomes); i++) {
		const json_t *o = json_array_get(outcomes, i);
		const char *word = fact_str(o, "outcome");
		if (strcmp(word, "released") != 0 && strcmp(word, "structural") != 0)
			n += fact_num(o, "items");
	}
	return n;
}

static void
slip_went(const struct report_input *in, const json_t *tree, struct sheet *sheet)
{
	struct buf *out = &sheet->out;
	struct slip_list l = {.sheet = sheet};
	const json_t *d = json_object_get(tree, "delivery"),
		     *manifest = json_object_get(d, "manifest");
	char files[32], bytes[32];
	if (d == NULL) {
		fold_heading(out, "Nothing has been delivered");
		fold_printf(
		    out, "", 0, "The transfer is in the state %s.", fact_str(tree, "state"));
		return;
	}
	fold_heading(out, "On the share");
	fold_printf(out, "", 0,
	    "%s files, %s bytes, since %s:", fold_number(fact_num(manifest, "files"), files),
	    fold_number(fact_num(manifest, "bytes"), bytes), fact_str(d, "at"));
	fold_printf(out, "  ", 4, "%s/files", fact_str(d, "dest"));
	fold_text(out, "", 0, "To check it: cd there, then sha256sum -c ../MANIFEST.sha256");
	buf_add_byte(out, '\n');
	sheet_fail(sheet, report_items_each(in, REPORT_WENT, slip_went_row, &l));
	if (l.rows > SLIP_WENT)
		buf_addf(out, "  and %s more: see MANIFEST.sha256\n",
		    fold_number(l.rows - SLIP_WENT, files));
}

/* In full, unlike what went: this is where the requester looks for what is missing. */
static void
slip_not_gone(const struct report_input *in, const json_t *tree, struct sheet *sheet)
{
	struct buf *out = &sheet->out;
	struct slip_list l = {.sheet = sheet};
	char digits[32];
	fold_heading(out, "Did not go, and why");
	if (slip_not_gone_count(tree) == 0)
		buf_add_str(out, "  nothing: everything on the medium went\n");
	else
		buf_addf(out, "%s items\n\n", fold_number(slip_not_gone_count(tree), digits));
	sheet_fail(sheet, report_items_each(in, REPORT_NOT_GONE, slip_not_gone_row, &l));
}

/* What was asked for and is nowhere on the medium: nobody else tells the requester. */
static void
slip_missing(const json_t *tree, struct buf *out)
{
	const json_t *r = json_object_get(json_object_get(tree, "scan"), "request");
	const json_t *names = json_object_get(r, "missing_names");
	uint64_t missing = fact_num(r, "missing"), left = fact_num(r, "left");
	char digits[32];
	if (left > 0)
		fold_printf(out, "", 0,
		    "Asked for, on the medium, and left out by an officer: %s of the names in "
		    "the request %s.",
		    fold_number(left, digits), fact_str(r, "id"));
	if (missing == 0)
		return;
	fold_heading(out, "Asked for, and not found on the medium");
	fold_printf(out, "", 0,
	    "%s of the names in the request %s:", fold_number(missing, digits),
	    fact_str(r, "id"));
	for (size_t i = 0; i < json_array_size(names); i++)
		slip_name(out, json_string_value(json_array_get(names, i)));
	if (missing > json_array_size(names))
		fold_text(out, "", 0, "and more of them");
}

static void
slip_stops(const json_t *tree, struct buf *out)
{
	const json_t *stops = json_object_get(tree, "stops");
	size_t n = json_array_size(stops);
	if (n == 0 || json_object_get(tree, "delivery") != NULL)
		return;
	const json_t *s = json_array_get(stops, n - 1);
	fold_printf(out, "", 0, "Last: %s by %s: %s", fact_str(s, "type"), fact_str(s, "who"),
	    fact_str(s, "why"));
}

/* The request it answers, and how the data is marked. */
static void
slip_fields(const json_t *tree, struct buf *out)
{
	static const char *const shown[][2] = {{"request", "request"}, {"purpose", "purpose"},
	    {"target", "target"}, {"classification", "classification"}};
	const json_t *fields = json_object_get(tree, "fields");
	const json_t *marked = json_object_get(tree, "classification");
	const json_t *classes = json_object_get(tree, "classes"), *c;
	char digits[32];
	size_t k;
	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
		const char *value = field_value(fields, shown[i][0]);
		if (value != NULL)
			fold_printf(out, "", 2, "%s: %s", shown[i][1], value);
	}
	json_array_foreach (classes, k, c)
		fold_printf(
		    out, "", 2, "%s: what %s picks", fact_str(c, "word"), fact_str(c, "limit"));
	json_array_foreach (json_object_get(marked, "items"), k, c)
		fold_printf(out, "", 2, "%s bear the classification %s",
		    fold_number(fact_num(c, "items"), digits), fact_str(c, "word"));
	if (json_array_size(json_object_get(marked, "items")) > 0)
		fold_printf(
		    out, "", 2, "The highest of what goes is %s.", fact_str(marked, "highest"));
}

enum err
slip_tell(const struct report_input *in, const json_t *tree, struct sheet *sheet)
{
	struct buf *out = &sheet->out;
	bool demo = json_is_true(json_object_get(tree, "demo"));
	if (demo)
		buf_add_str(out, "*** DEMO: made by a demo station, proves nothing ***\n");
	fold_printf(out, "", 0, "TRANSFER SLIP  %s", fact_str(tree, "transfer"));
	fold_printf(out, "", 0, "for %s, opened %s, log %s", fact_str(tree, "requester"),
	    fact_str(tree, "opened"), fact_str(tree, "origin"));
	report_recall_slip(tree, out);
	slip_fields(tree, out);
	slip_went(in, tree, sheet);
	slip_stops(tree, out);
	if (json_is_true(json_object_get(tree, "sealed")))
		slip_not_gone(in, tree, sheet);
	slip_missing(tree, out);
	report_exceptions_slip(tree, out);
	const json_t *signatures = json_object_get(tree, "signatures");
	fold_heading(out, "Decided by");
	for (size_t i = 0; i < json_array_size(signatures); i++) {
		const json_t *s = json_array_get(signatures, i);
		if (json_is_true(json_object_get(s, "stands")))
			fold_printf(out, "  ", 4, "%s (%s) at %s", fact_str(s, "name"),
			    fact_str(s, "id"), fact_str(s, "at"));
	}
	fold_printf(out, "", 0, "The medium: %s",
	    fact_str(json_object_get(tree, "medium"), "disposition")[0] != '\0'
		? fact_str(json_object_get(tree, "medium"), "disposition")
		: "no disposition recorded yet");
	if (demo)
		buf_add_str(out, "*** DEMO ***\n");
	return sheet_pass(sheet);
}
