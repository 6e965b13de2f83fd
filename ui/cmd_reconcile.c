/* SPDX-License-Identifier: ISC */
/* The ledger against the share and the medium register. */
#include "src/base/mem.h"
#include "ui/command.h"
#include "ui/desk.h"
#include "ui/print.h"

#include <string.h>

struct reconcile {
	struct ui *ui;
	json_t *transfers; /* ids */
	json_t *rows;      /* what was found */
	size_t differ;
};

static const struct print_column reconcile_columns[] = {
    {"TRANSFER", 14, false, 0},
    {"PART", 9, false, 1},
    {"FINDING", 8, false, 1},
};
#define RECONCILE_COLUMNS (sizeof(reconcile_columns) / sizeof(reconcile_columns[0]))

static void
reconcile_take_transfer(void *arg, const json_t *row)
{
	struct reconcile *r = arg;
	json_array_append(r->transfers, json_object_get(row, "transfer"));
}

static void
reconcile_take(void *arg, const json_t *row)
{
	struct reconcile *r = arg;
	const char *finding = row_text(row, "finding");
	r->differ += strcmp(finding, "same") != 0 && strcmp(finding, "open") != 0;
	json_array_append_new(r->rows, json_deep_copy(row));
}

/* A medium that is still at the station: nothing differs, and somebody has to see to it. */
static void
reconcile_take_medium(void *arg, const json_t *row)
{
	struct reconcile *r = arg;
	json_array_append_new(r->rows,
	    json_pack("{s:s, s:s, s:s, s:s}", "transfer", row_text(row, "number"), "part",
		"register", "finding", "open", "why", "the medium is still at the station"));
}

static int
reconcile_all(struct reconcile *r, bool quiet)
{
	size_t i;
	json_t *id;
	int status =
	    desk_rows(r->ui, MSG_UI_TRANSFERS, json_object(), reconcile_take_transfer, r, NULL);
	/* what is on the share and in no ledger */
	if (status == UI_DONE)
		status = desk_rows(r->ui, MSG_UI_RECONCILE, json_pack("{s:s}", "transfer", ""),
		    reconcile_take, r, NULL);
	json_array_foreach (r->transfers, i, id) {
		if (status != UI_DONE)
			break;
		if (!quiet) {
			MEM_FREE char *line = mem_printf("%s: %zu of %zu transfers",
			    json_string_value(id), i + 1, json_array_size(r->transfers));
			print_progress(line);
		}
		status = desk_rows(r->ui, MSG_UI_RECONCILE, json_pack("{s:O}", "transfer", id),
		    reconcile_take, r, NULL);
	}
	if (status == UI_DONE)
		status = desk_rows(
		    r->ui, MSG_UI_REGISTER, json_object(), reconcile_take_medium, r, NULL);
	return status;
}

static void
reconcile_print(const struct reconcile *r)
{
	size_t i, same = 0;
	json_t *row;
	bool any = false;
	json_array_foreach (r->rows, i, row) {
		if (strcmp(row_text(row, "finding"), "same") == 0) {
			same++;
			continue;
		}
		if (!any)
			print_titles(reconcile_columns, RECONCILE_COLUMNS);
		any = true;
		const char *texts[] = {
		    row_text(row, "transfer"), row_text(row, "part"), row_text(row, "finding")};
		print_row(reconcile_columns, RECONCILE_COLUMNS, texts);
		print_folded("  ", 2, "%s", row_text(row, "why"));
	}
	print_out("%s%zu transfers, %zu parts are as recorded, %zu differ\n", desk_mark(r->ui),
	    json_array_size(r->transfers), same, r->differ);
}

int
cmd_reconcile(struct ui *ui, struct args *a)
{
	struct reconcile r = {ui, json_array(), json_array(), 0};
	bool json = args_has(a, "json");
	int status = reconcile_all(&r, json);
	if (status == UI_DONE && json) {
		char *text = json_dumps(r.rows, JSON_INDENT(2) | JSON_SORT_KEYS);
		print_out("%s\n", text);
		free(text);
	} else if (status == UI_DONE) {
		reconcile_print(&r);
	}
	if (status == UI_DONE && r.differ > 0)
		status = UI_NO;
	json_decref(r.transfers);
	json_decref(r.rows);
	return status;
}
