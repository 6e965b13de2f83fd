/* SPDX-License-Identifier: ISC */
#include "src/core/report_epochs.h"
#include "src/base/hex.h"
#include "src/base/mem.h"
#include "src/core/fact.h"

#include <inttypes.h>
#include <stdio.h>

#define EPOCHS_ROOT_BYTES 32

/* How many entries about the transfer are of this epoch. */
static uint64_t
epochs_here(const json_t *entries, const json_t *row)
{
	const uint64_t first = fact_num(row, "first"), size = fact_num(row, "size");
	uint64_t n = 0;
	for (size_t i = 0; i < json_array_size(entries); i++) {
		const uint64_t seq = fact_num(json_array_get(entries, i), "seq");
		n += seq >= first && seq - first < size;
	}
	return n;
}

void
report_epochs_add(json_t *tree, const json_t *rows)
{
	const json_t *entries = json_object_get(tree, "entries");
	if (rows == NULL)
		return;
	json_t *out = fact_value(rows);
	for (size_t i = 0; entries != NULL && i < json_array_size(out); i++) {
		json_t *row = json_array_get(out, i);
		fact_uint(row, "entries_here", epochs_here(entries, row));
		if (fact_num(row, "entries_here") > 0 && fact_num(tree, "epoch") == 0) {
			fact_uint(tree, "epoch", fact_num(row, "epoch"));
			fact_text(tree, "origin", fact_str(row, "origin"));
		}
	}
	fact_put(tree, "epochs", out);
}

static void
epochs_gap(const json_t *row, const json_t *was, struct sheet *out)
{
	const uint64_t missing = fact_num(row, "missing"), size = fact_num(was, "size");
	if (missing == 0)
		return;
	MEM_FREE char *text = mem_printf("entries %" PRIu64 " to %" PRIu64 " (%" PRIu64
					 " of them) of %s, as epoch %" PRIu64
					 " declares by %s, in force by %s: %s",
	    size, size + missing - 1, missing, fact_str(was, "origin"), fact_num(row, "epoch"),
	    fact_str(row, "by"), fact_str(row, "in_force_by"), fact_str(row, "why"));
	sheet_field(out, "MISSING", text);
}

void
report_epochs_warn(const json_t *tree, struct sheet *out)
{
	const json_t *rows = json_object_get(tree, "epochs");
	const size_t n = json_array_size(rows);
	if (n > 1 && fact_num(tree, "epoch") > 0) {
		MEM_FREE char *text = mem_printf(
		    "%" PRIu64 ", of %zu: see Epochs below", fact_num(tree, "epoch"), n);
		sheet_field(out, "epoch", text);
	}
	for (size_t i = 1; i < n; i++)
		epochs_gap(json_array_get(rows, i), json_array_get(rows, i - 1), out);
}

/* A head that is not the newest, to be held against an anchor. */
static void
epochs_code(const json_t *row, struct sheet *out)
{
	uint8_t root[EPOCHS_ROOT_BYTES];
	char b64[HEX_B64_SIZE(EPOCHS_ROOT_BYTES)];
	const char *hex = fact_str(row, "root");
	if (fact_num(row, "entries_here") == 0 ||
	    !hex_decode(hex, HEX_DIGEST_SIZE - 1, root, sizeof(root)))
		return;
	hex_b64_encode(root, sizeof(root), b64);
	MEM_FREE char *note = mem_printf(
	    "%s\n%" PRIu64 "\n%s\n", fact_str(row, "origin"), fact_num(row, "size"), b64);
	sheet_code(out, note);
}

static void
epochs_opened(const json_t *row, struct sheet *out)
{
	MEM_FREE char *text = mem_printf("%s by %s, in force by %s: %s, %s",
	    fact_str(row, "at"), fact_str(row, "by"), fact_str(row, "in_force_by"),
	    fact_str(row, "reason"), fact_str(row, "why"));
	MEM_FREE char *continues =
	    mem_printf("the epoch before at %" PRIu64 " entries", fact_num(row, "continues"));
	sheet_field(out, "opened", text);
	sheet_field(out, "continues", continues);
}

void
report_epochs_tell(const json_t *tree, struct sheet *out)
{
	const json_t *rows = json_object_get(tree, "epochs");
	const size_t n = json_array_size(rows);
	const bool one = json_object_get(tree, "entries") != NULL; /* transfer */
	if (n < 2)
		return;
	sheet_section(out, "Epochs");
	sheet_line(out, 0,
	    "The custody log was continued in another one, by the administrators. Together "
	    "they are one history; each has keys and checkpoints of its own.");
	for (size_t i = 0; i < n; i++) {
		const json_t *row = json_array_get(rows, i);
		char label[32];
		MEM_FREE char *size = mem_printf("%" PRIu64 " entries%s", fact_num(row, "size"),
		    json_is_true(json_object_get(row, "begun")) ? "" : ": it has not begun");
		MEM_FREE char *here = mem_printf(
		    "%" PRIu64 " about this transfer", fact_num(row, "entries_here"));
		snprintf(label, sizeof(label), "epoch %" PRIu64, fact_num(row, "epoch"));
		sheet_field_of(out, label, row, "origin");
		sheet_field(out, "log size", size);
		if (one)
			sheet_field(out, "of them", here);
		sheet_field_of(out, "log root", row, "root");
		if (i > 0) {
			epochs_opened(row, out);
			epochs_gap(row, json_array_get(rows, i - 1), out);
		}
		if (one && i + 1 < n)
			epochs_code(row, out);
	}
}
