/* SPDX-License-Identifier: ISC */
#include "src/core/slip.h"
#include "src/core/fact.h"
#include "src/core/field.h"
#include "src/core/fold.h"
#include "src/core/report_exceptions.h"

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

static void
slip_more(struct buf *out, const json_t *list, size_t shown, const char *where)
{
	char digits[32];
	size_t n = json_array_size(json_object_get(list, "rows"));
	uint64_t more = fact_num(list, "left_out") + (n > shown ? n - shown : 0);
	if (more > 0)
		buf_addf(out, "  and %s more: %s\n", fold_number(more, digits), where);
}

static uint64_t
slip_not_gone_count(const json_t *tree)
{
	const json_t *list = json_object_get(tree, "not_gone");
	return json_array_size(json_object_get(list, "rows")) + fact_num(list, "left_out");
}

static void
slip_went(const json_t *tree, struct buf *out)
{
	const json_t *d = json_object_get(tree, "delivery"),
		     *manifest = json_object_get(d, "manifest");
	const json_t *list = json_object_get(tree, "went"),
		     *rows = json_object_get(list, "rows");
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
	for (size_t i = 0; i < json_array_size(rows) && i < SLIP_WENT; i++)
		slip_name(out, fact_str(json_array_get(rows, i), "dest"));
	slip_more(out, list, SLIP_WENT, "see MANIFEST.sha256");
}

/* In full, unlike what went: this is where the requester looks for what is missing. */
static void
slip_not_gone(const json_t *tree, struct buf *out)
{
	const json_t *list = json_object_get(tree, "not_gone"),
		     *rows = json_object_get(list, "rows");
	char digits[32];
	fold_heading(out, "Did not go, and why");
	if (slip_not_gone_count(tree) == 0)
		buf_add_str(out, "  nothing: everything on the medium went\n");
	else
		buf_addf(out, "%s items\n\n", fold_number(slip_not_gone_count(tree), digits));
	for (size_t i = 0; i < json_array_size(rows); i++) {
		const json_t *r = json_array_get(rows, i);
		slip_name(out, fact_str(r, "name"));
		fold_printf(
		    out, "      ", 6, "%s: %s", fact_str(r, "outcome"), fact_str(r, "why"));
	}
	slip_more(out, list, json_array_size(rows), "see the inventory");
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
	const json_t *classes = json_object_get(tree, "classes"), *c;
	size_t k;
	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
		const char *value = field_value(fields, shown[i][0]);
		if (value != NULL)
			fold_printf(out, "", 2, "%s: %s", shown[i][1], value);
	}
	json_array_foreach (classes, k, c)
		fold_printf(
		    out, "", 2, "%s: what %s picks", fact_str(c, "word"), fact_str(c, "limit"));
}

enum err
slip_print(const json_t *tree, struct buf *out)
{
	bool demo = json_is_true(json_object_get(tree, "demo"));
	if (demo)
		buf_add_str(out, "*** DEMO: made by a demo station, proves nothing ***\n");
	fold_printf(out, "", 0, "TRANSFER SLIP  %s", fact_str(tree, "transfer"));
	fold_printf(out, "", 0, "for %s, opened %s, log %s", fact_str(tree, "requester"),
	    fact_str(tree, "opened"), fact_str(tree, "origin"));
	slip_fields(tree, out);
	slip_went(tree, out);
	slip_stops(tree, out);
	if (json_is_true(json_object_get(tree, "sealed")))
		slip_not_gone(tree, out);
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
	return out->error;
}
