/* SPDX-License-Identifier: ISC */
#include "ui/cmd_inside.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "ui/desk.h"
#include "ui/inside.h"
#include "ui/print.h"

#include <string.h>

#define INSIDE_SHOWN 100000 /* rows; a bomb of copies would print for ever */
#define INSIDE_DEEP  (LIM_ARCHIVE_DEPTH + 1)

static const struct print_column inside_columns[] = {
    {"SIZE", 6, true, 2},
    {"TYPE", 12, false, 2},
    {"VERDICT", 10, false, 1},
    {"MIME", 0, false, 2},
};
#define INSIDE_COLUMNS (sizeof(inside_columns) / sizeof(inside_columns[0]))

struct cmd_inside {
	struct ui *ui;
	const char *transfer;
	uint64_t item;
	bool json;
	json_t *way;   /* rows from the item down to where we are */
	json_t *names; /* of the same */
	uint64_t shown;
	bool cut;
	int status;
};

static int cmd_inside_level(struct cmd_inside *);

/* "a.zip > b.tar > c.exe" */
static char *
cmd_inside_way(const struct cmd_inside *c, const char *last)
{
	char *text = mem_strdup("");
	size_t i;
	json_t *name;
	json_array_foreach (c->names, i, name) {
		char *more = mem_printf("%s%s > ", text, json_string_value(name));
		free(text);
		text = more;
	}
	char *all = mem_printf("%s%s", text, last);
	free(text);
	return all;
}

static void
cmd_inside_json(const struct cmd_inside *c, const json_t *row)
{
	json_t *all = json_deep_copy(row), *way = json_deep_copy(c->names);
	json_array_append_new(way, json_string(row_text(row, "name")));
	json_object_set_new(all, "way", way);
	print_json(all);
	json_decref(all);
}

static void
cmd_inside_print(const struct cmd_inside *c, const json_t *row)
{
	static const struct print_column way_column = {"", 0, false, 10};
	const char *kind = row_text(row, "kind"), *type = row_text(row, "type");
	const char *why = row_text(row, "why"), *link = row_text(row, "link");
	char size[PRINT_SIZE_SIZE];
	print_size(row_uint(row, "size"), size);
	const char *texts[] = {strcmp(kind, "file") == 0 ? size : "-",
	    type[0] != '\0' ? type : kind, row_text(row, "verdict"), row_text(row, "mime")};
	print_row(inside_columns, INSIDE_COLUMNS, texts);
	MEM_FREE char *way = cmd_inside_way(c, row_text(row, "name"));
	const char *line = way;
	print_row(&way_column, 1, &line);
	if (link[0] != '\0')
		print_out("%10sto %s\n", "", link);
	if (why[0] != '\0')
		print_out("%10snot there: %s\n", "", why);
}

static void
cmd_inside_row(void *arg, const json_t *row)
{
	struct cmd_inside *c = arg;
	c->cut |= c->shown == INSIDE_SHOWN;
	if (c->status != UI_DONE || c->cut)
		return;
	c->shown++;
	if (c->json)
		cmd_inside_json(c, row);
	else
		cmd_inside_print(c, row);
	if (json_object_get(row, "inside") == NULL || json_array_size(c->way) >= INSIDE_DEEP)
		return;
	json_array_append(c->way, json_object_get(row, "n"));
	json_array_append_new(c->names, json_string(row_text(row, "name")));
	c->status = cmd_inside_level(c);
	json_array_remove(c->way, json_array_size(c->way) - 1);
	json_array_remove(c->names, json_array_size(c->names) - 1);
}

/* What lies right in one thing, and below each of it what that holds: at most INSIDE_DEEP deep.
 */
static int
cmd_inside_level(struct cmd_inside *c)
{
	int status = desk_rows(c->ui, MSG_UI_INSIDE,
	    json_pack("{s:s, s:I, s:O, s:I}", "transfer", c->transfer, "item",
		(json_int_t)c->item, "way", c->way, "from", (json_int_t)0),
	    cmd_inside_row, c, NULL);
	return c->status != UI_DONE ? c->status : status;
}

int
cmd_inside(struct ui *ui, const char *transfer, const json_t *item, bool json)
{
	struct cmd_inside c = {.ui = ui,
	    .transfer = transfer,
	    .item = row_uint(item, "id"),
	    .json = json,
	    .way = json_array(),
	    .names = json_array(),
	    .status = UI_DONE};
	char words[INSIDE_WORDS_SIZE];
	inside_words(item, words);
	json_array_append_new(c.names, json_string(row_text(item, "base")));
	if (!json)
		print_out("%sinside item %llu of %s\n", desk_mark(ui),
		    (unsigned long long)c.item, transfer);
	if (!json && words[0] == '\0')
		print_out("  it was not opened: it holds nothing else, or could not be "
			  "opened; see its scans\n");
	else if (!json)
		print_wrapped(2, words);
	if (!json && words[0] != '\0')
		print_titles(inside_columns, INSIDE_COLUMNS);
	int status = words[0] != '\0' ? cmd_inside_level(&c) : UI_DONE;
	if (!json && c.cut)
		print_out("and more: the first %d are shown\n", INSIDE_SHOWN);
	json_decref(c.way);
	json_decref(c.names);
	return status;
}
