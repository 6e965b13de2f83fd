/* SPDX-License-Identifier: ISC */
#include "src/core/report_exceptions.h"
#include "src/core/fact.h"
#include "src/core/fold.h"

#include <inttypes.h>
#include <string.h>

#define REPORT_EXCEPTIONS_NAMED 20 /* items that one row names */

/* --- the tree ------------------------------------------------------------------------------
 */

static const json_t *
report_exceptions_known(const json_t *known, const char *leaf)
{
	for (size_t i = 0; i < json_array_size(known); i++)
		if (strcmp(fact_str(json_array_get(known, i), "leaf"), leaf) == 0)
			return json_array_get(known, i);
	return NULL;
}

json_t *
report_exceptions_new(const struct inventory_header *h, const json_t *known)
{
	json_t *rows = json_array();
	for (size_t i = 0; i < h->nexceptions; i++) {
		const struct exception *x = &h->exceptions[i];
		json_t *said = exception_print(x), *row = fact_value(said);
		struct buf words;
		buf_init(&words, 1024);
		exception_words(x, &words);
		fact_text(row, "words", buf_str(&words));
		fact_copy(row, report_exceptions_known(known, x->leaf), "by in_force_by at");
		fact_uint(row, "items", 0);
		fact_uint(row, "findings", 0);
		fact_put(row, "names", json_array());
		json_array_append_new(rows, row);
		json_decref(said);
		buf_done(&words);
	}
	return rows;
}

void
report_exceptions_note(json_t *rows, const struct inventory_item *it)
{
	for (size_t i = 0; i < it->nexceptions; i++) {
		const struct inventory_exception *x = &it->exceptions[i];
		for (size_t k = 0; k < json_array_size(rows); k++) {
			json_t *row = json_array_get(rows, k);
			json_t *names = json_object_get(row, "names");
			if (strcmp(fact_str(row, "leaf"), x->leaf) != 0)
				continue;
			fact_uint(row, "items", fact_num(row, "items") + 1);
			fact_uint(row, "findings", fact_num(row, "findings") + x->finds);
			if (json_array_size(names) < REPORT_EXCEPTIONS_NAMED)
				json_array_append_new(names, json_string(it->name));
		}
	}
}

json_t *
report_exceptions_addendum(const json_t *data, const char *at)
{
	json_t *row = json_object();
	fact_copy(row, data, "objects changed worse why officer");
	fact_text(row, "at", at);
	return row;
}

/* --- for people ----------------------------------------------------------------------------
 */

static void
report_exceptions_row(const json_t *row, struct sheet *out)
{
	const json_t *names = json_object_get(row, "names");
	const char *by = fact_str(row, "by");
	uint64_t items = fact_num(row, "items");
	sheet_line(out, 0, "%s", fact_str(row, "words"));
	sheet_line(out, 1, "because: %s", fact_str(row, "reason"));
	sheet_line(out, 1, "signed by %s%s%s, until %s; entry leaf %s",
	    by[0] != '\0' ? by : "an administrator", by[0] != '\0' ? " at " : "",
	    fact_str(row, "at"), fact_str(row, "expires"), fact_str(row, "leaf"));
	sheet_line(out, 1, "used for %" PRIu64 " items, %" PRIu64 " findings:", items,
	    fact_num(row, "findings"));
	for (size_t i = 0; i < json_array_size(names); i++)
		sheet_line(out, 2, "%s", json_string_value(json_array_get(names, i)));
	if (items > json_array_size(names))
		sheet_line(out, 2, "and %" PRIu64 " more: see the inventory",
		    items - json_array_size(names));
}

void
report_exceptions_tell(const json_t *tree, struct sheet *out)
{
	const json_t *rows = json_object_get(tree, "exceptions");
	const json_t *addenda = json_object_get(tree, "addenda");
	if (json_array_size(rows) > 0)
		sheet_section(out, "Exceptions: what scanners said and does not count");
	for (size_t i = 0; i < json_array_size(rows); i++)
		report_exceptions_row(json_array_get(rows, i), out);
	if (json_array_size(addenda) > 0)
		sheet_section(out, "Scanned again after it was submitted");
	for (size_t i = 0; i < json_array_size(addenda); i++) {
		const json_t *a = json_array_get(addenda, i);
		sheet_line(out, 0,
		    "%s: %" PRIu64 " objects; %" PRIu64 " items are judged otherwise, %" PRIu64
		    " of them worse%s%s",
		    fact_str(a, "at"), fact_num(a, "objects"), fact_num(a, "changed"),
		    fact_num(a, "worse"), fact_str(a, "why")[0] != '\0' ? ": " : "",
		    fact_str(a, "why"));
	}
}

void
report_exceptions_slip(const json_t *tree, struct buf *out)
{
	const json_t *rows = json_object_get(tree, "exceptions");
	if (json_array_size(rows) == 0)
		return;
	fold_heading(out, "Judged with exceptions");
	for (size_t i = 0; i < json_array_size(rows); i++) {
		const json_t *row = json_array_get(rows, i);
		fold_printf(out, "  ", 4, "%s does not count, until %s, because: %s",
		    fact_str(row, "words"), fact_str(row, "expires"), fact_str(row, "reason"));
	}
}
