/* SPDX-License-Identifier: ISC */
/* The items of a transfer: the list, and one of them in full. */
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "ui/cmd_inside.h"
#include "ui/command.h"
#include "ui/desk.h"
#include "ui/inside.h"
#include "ui/print.h"

#include <string.h>

/* Facts first, then the name on a line of its own, so that nothing it says can
 * pass for a fact and little of it is cut. */
static const struct print_column items_columns[] = {
    {"ITEM", 6, true, 0},
    {"SIZE", 6, true, 1},
    {"TYPE", 12, false, 2},
    {"VERDICT", 10, false, 1},
    {"POLICY", 6, false, 1},
    {"DECISION", 8, false, 1},
    {"MIME", 0, false, 2},
};
#define ITEMS_COLUMNS (sizeof(items_columns) / sizeof(items_columns[0]))

struct items_shown {
	bool json;
	uint64_t n;
};

/* A MIME type says most at its beginning: what does not fit is cut at the end. */
static void
items_mime(const char *mime, char out[PRINT_FIT_SIZE])
{
	int cells = print_width();
	for (size_t i = 0; i < ITEMS_COLUMNS; i++)
		cells -= items_columns[i].gap + items_columns[i].cells;
	if ((int)strlen(mime) <= cells || cells >= PRINT_FIT_SIZE)
		snprintf(out, PRINT_FIT_SIZE, "%s", mime);
	else
		snprintf(out, PRINT_FIT_SIZE, "%.*s..", cells - 2, mime);
}

static void
items_row(void *arg, const json_t *row)
{
	struct items_shown *shown = arg;
	static const struct print_column name_column = {"NAME", 0, false, 7};
	char id[24], size[PRINT_SIZE_SIZE], mime[PRINT_FIT_SIZE];
	const char *type = row_text(row, "type"), *kind = row_text(row, "kind");
	const char *state = row_text(row, "state"), *why = row_text(row, "why");
	if (shown->json) {
		print_json(row);
		return;
	}
	if (shown->n++ == 0)
		print_titles(items_columns, ITEMS_COLUMNS);
	snprintf(id, sizeof(id), "%llu", (unsigned long long)row_uint(row, "id"));
	print_size(row_uint(row, "size"), size);
	items_mime(row_text(row, "mime"), mime);
	const char *texts[] = {id, size, type[0] != '\0' ? type : kind,
	    row_text(row, "verdict"), row_text(row, "gate"), row_text(row, "decision"), mime};
	print_row(items_columns, ITEMS_COLUMNS, texts);
	const char *name = row_text(row, "name");
	print_row(&name_column, 1, &name);
	if (strcmp(state, "read") != 0)
		print_out("%7s%s%s%s\n", "", state, why[0] != '\0' ? ": " : "", why);
	if (row_text(row, "reason")[0] != '\0')
		print_out("%7sreason: %s\n", "", row_text(row, "reason"));
}

/* Has the desk make the list; its number. */
static int
items_list(struct ui *ui, struct args *a, uint64_t *ret_list)
{
	struct msg m;
	const char *where = args_text(a, "where"), *sort = args_text(a, "sort");
	int status = desk_call(ui, MSG_UI_LIST,
	    json_pack("{s:s, s:s, s:s, s:b}", "transfer", args_text(a, "TRANSFER"), "where",
		where != NULL ? where : "", "sort", sort != NULL ? sort : "", "reverse",
		args_has(a, "reverse")),
	    -1, MSG_DESK_LIST, &m);
	if (status != UI_DONE)
		return status;
	*ret_list = msg_uint(&m, "list");
	msg_done(&m);
	return UI_DONE;
}

int
cmd_items(struct ui *ui, struct args *a)
{
	struct items_shown shown = {args_has(a, "json"), 0};
	uint64_t total = 0, list;
	int status = items_list(ui, a, &list);
	if (status != UI_DONE)
		return status;
	if (!shown.json)
		print_out("%sitems of %s\n", desk_mark(ui), args_text(a, "TRANSFER"));
	status = desk_rows(ui, MSG_UI_PAGE,
	    json_pack("{s:I, s:I, s:I}", "list", (json_int_t)list, "from", (json_int_t)0,
		"count", (json_int_t)LIM_PAGE_ITEMS),
	    items_row, &shown, &total);
	if (status == UI_DONE && !shown.json)
		print_out("%llu item%s\n", (unsigned long long)total, total == 1 ? "" : "s");
	return status;
}

/* --- one item ----------------------------------------------------------------------------- */

static void
items_line(const char *title, const char *text)
{
	if (text[0] != '\0')
		print_out("  %-9s %s\n", title, text);
}

/* Base64 as bytes in hex: what a name really is. */
static void
items_bytes(const char *title, const char *base64)
{
	size_t n = strlen(base64), len = 0;
	MEM_FREE uint8_t *raw = mem_alloc(n + 1);
	if (n == 0 || !hex_b64_decode(base64, n, raw, &len))
		return;
	for (size_t at = 0; at < len; at += 32) {
		char hex[65];
		hex_encode(raw + at, len - at < 32 ? len - at : 32, hex);
		print_out("  %-9s %s\n", at == 0 ? title : "", hex);
	}
}

static void
items_scans(const json_t *item)
{
	size_t i;
	json_t *s;
	json_array_foreach (json_object_get(item, "scans"), i, s) {
		char parts[INSIDE_WORDS_SIZE];
		if (inside_parts(item, s, parts)[0] != '\0') {
			print_out("  %-9s %s: %s, each of them clean\n", "scan",
			    row_text(s, "scanner"), parts);
			continue;
		}
		/* what is not its business it has not read, and nobody misses that */
		if (row_uint(s, "read") == 0 && strcmp(row_text(s, "verdict"), "na") == 0)
			print_out("  %-9s %s: na\n", "scan", row_text(s, "scanner"));
		else
			print_out("  %-9s %s: %s, %llu of %llu bytes looked at\n", "scan",
			    row_text(s, "scanner"), row_text(s, "verdict"),
			    (unsigned long long)row_uint(s, "read"),
			    (unsigned long long)row_uint(s, "bytes"));
		if (row_text(s, "why")[0] != '\0')
			print_wrapped(12, row_text(s, "why"));
		if (row_text(s, "earlier")[0] != '\0')
			print_folded("            before: ", 12, "%s", row_text(s, "earlier"));
	}
	json_array_foreach (json_object_get(item, "findings"), i, s) {
		print_out("  %-9s %s %s by %s, %s\n", "finding", row_text(s, "severity"),
		    row_text(s, "class"), row_text(s, "scanner"), row_text(s, "rule"));
		print_wrapped(12, row_text(s, "title"));
		if (row_text(s, "detail")[0] != '\0')
			print_wrapped(12, row_text(s, "detail"));
	}
	uint64_t all = row_uint(item, "finds");
	if (all > json_array_size(json_object_get(item, "findings")))
		print_out("  %-9s %llu in all; the report has every one\n", "findings",
		    (unsigned long long)all);
}

static void
items_exceptions(const json_t *item)
{
	size_t i;
	json_t *x;
	json_array_foreach (json_object_get(item, "exceptions"), i, x) {
		const char *verdict = row_text(x, "verdict");
		print_folded("  exception ", 12, "%s does not count, until %s: %s",
		    row_text(x, "words"), row_text(x, "expires"), row_text(x, "reason"));
		print_folded("            ", 12, "sets aside: %s%s%llu findings; leaf %s",
		    verdict, verdict[0] != '\0' ? ", " : "",
		    (unsigned long long)row_uint(x, "finds"), row_text(x, "leaf"));
	}
}

static void
items_details(struct ui *ui, const json_t *item)
{
	char text[64], inside[INSIDE_WORDS_SIZE];
	print_out("%sitem %llu, %s\n", desk_mark(ui), (unsigned long long)row_uint(item, "id"),
	    row_text(item, "kind"));
	items_line("name", row_text(item, "name"));
	items_bytes("bytes", row_text(item, "path"));
	items_bytes("target", row_text(item, "link"));
	items_line("state", row_text(item, "state"));
	items_line("why", row_text(item, "why"));
	snprintf(text, sizeof(text), "%llu bytes, mode %04llo",
	    (unsigned long long)row_uint(item, "size"),
	    (unsigned long long)row_uint(item, "mode"));
	items_line("size", text);
	snprintf(text, sizeof(text), "%.24s, zone %.8s", row_text(item, "mtime"),
	    row_text(item, "zone"));
	items_line("time", row_text(item, "mtime")[0] != '\0' ? text : "");
	items_line("sha256", row_text(item, "sha256"));
	items_line("type", row_text(item, "type"));
	items_line("MIME", row_text(item, "mime"));
	items_line("verdict", row_text(item, "verdict"));
	if (inside_words(item, inside)[0] != '\0')
		print_folded("  inside    ", 12, "%s", inside);
	items_exceptions(item);
	items_scans(item);
	items_line("policy", row_text(item, "gate"));
	items_line("class", row_text(item, "classification"));
	items_line("decision", row_text(item, "decision"));
	items_line("by", row_text(item, "by"));
	items_line("reason", row_text(item, "reason"));
}

int
cmd_items_one(struct ui *ui, struct args *a)
{
	struct msg m;
	int status = desk_call(ui, MSG_UI_ITEM,
	    json_pack("{s:s, s:I}", "transfer", args_text(a, "TRANSFER"), "item",
		(json_int_t)strtoll(args_text(a, "ITEM"), NULL, 10)),
	    -1, MSG_DESK_ITEM, &m);
	if (status != UI_DONE)
		return status;
	const json_t *item = json_object_get(m.body, "item");
	if (args_has(a, "inside"))
		status = cmd_inside(ui, args_text(a, "TRANSFER"), item, args_has(a, "json"));
	else if (args_has(a, "json"))
		print_json(item);
	else
		items_details(ui, item);
	msg_done(&m);
	return status;
}
