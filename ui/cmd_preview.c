/* SPDX-License-Identifier: ISC */
/* A window into an item's object, printed. */
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "ui/command.h"
#include "ui/desk.h"
#include "ui/print.h"

#include <stdlib.h>
#include <string.h>

#define PREVIEW_LINES 20                  /* unless --lines says otherwise */
#define PREVIEW_END   ((uint64_t)1 << 52) /* behind every object: its end */

struct preview_shown {
	bool hex;
	uint64_t first, next, total; /* bytes */
	int lines;
};

static json_t *
preview_body(struct args *a, uint64_t at, int lines, bool find, bool back)
{
	json_t *body =
	    json_pack("{s:s, s:I, s:s, s:I, s:i, s:b}", "transfer", args_text(a, "TRANSFER"),
		"item", (json_int_t)strtoll(args_text(a, "ITEM"), NULL, 10), "mode",
		args_has(a, "hex") ? "hex" : "text", "at", (json_int_t)at, "lines",
		lines < LIM_PREVIEW_LINES ? lines : LIM_PREVIEW_LINES, "back", (int)back);
	const char *text = args_text(a, "find");
	if (find && strlen(text) <= LIM_PREVIEW_FIND_BYTES) {
		char bytes[HEX_B64_SIZE(LIM_PREVIEW_FIND_BYTES)];
		hex_b64_encode((const uint8_t *)text, strlen(text), bytes);
		json_object_set_new(body, "find", json_string(bytes));
	}
	return body;
}

/* "   12 |text": whatever the text says, it says it behind the bar. */
static void
preview_line(const struct preview_shown *shown, const json_t *line)
{
	char number[24] = "";
	if (shown->hex) {
		print_out("%s\n", row_text(line, "text"));
		return;
	}
	if (row_uint(line, "number") != 0)
		snprintf(number, sizeof(number), "%llu",
		    (unsigned long long)row_uint(line, "number"));
	if (json_is_true(json_object_get(line, "goes_on")))
		number[0] = '\0';
	else if (number[0] == '\0')
		number[0] = '?', number[1] = '\0';
	print_out("%6s |%s\n", number, row_text(line, "text"));
}

static void
preview_print(struct ui *ui, struct args *a, struct preview_shown *shown, struct msg *m)
{
	json_t *line;
	size_t i;
	if (shown->lines == 0) {
		shown->first = msg_uint(m, "at");
		print_out("%sUNTRUSTED CONTENT of item %s of %s, %s\n", desk_mark(ui),
		    args_text(a, "ITEM"), args_text(a, "TRANSFER"), msg_str(m, "mode"));
	}
	json_array_foreach (json_object_get(m->body, "lines"), i, line) {
		preview_line(shown, line);
		shown->lines++;
	}
	shown->next = msg_uint(m, "next");
	shown->total = msg_uint(m, "total");
}

/* Searches to the place, or to the end; *ret_at gets it. */
static int
preview_find(struct ui *ui, struct args *a, uint64_t *ret_at)
{
	bool back = args_has(a, "back"), found = false, over = false;
	while (!found && !over) {
		struct msg m;
		int status = desk_call(ui, MSG_UI_PREVIEW,
		    preview_body(a, *ret_at, 1, true, back), -1, MSG_DESK_PREVIEW, &m);
		if (status != UI_DONE)
			return status;
		found = msg_bool(&m, "found");
		*ret_at = found ? msg_uint(&m, "at") : msg_uint(&m, "next");
		over = *ret_at == (back ? 0 : msg_uint(&m, "total"));
		msg_done(&m);
	}
	if (found) {
		print_out("found at offset %llu\n", (unsigned long long)*ret_at);
		return UI_DONE;
	}
	print_problem("the text is not there", "capitals and small letters differ; --at and "
					       "--back say where to begin and which way");
	return UI_NO;
}

/* Window after window, until there are enough lines. */
static int
preview_show(struct ui *ui, struct args *a, uint64_t at, int lines, struct preview_shown *shown)
{
	bool back = args_has(a, "back") && !args_has(a, "find");
	do {
		struct msg m;
		int status = desk_call(ui, MSG_UI_PREVIEW,
		    preview_body(a, at, lines - shown->lines, false, back), -1,
		    MSG_DESK_PREVIEW, &m);
		if (status != UI_DONE)
			return status;
		int before = shown->lines;
		preview_print(ui, a, shown, &m);
		at = shown->next;
		msg_done(&m);
		if (shown->lines == before)
			break;
	} while (!back && shown->lines < lines && shown->next < shown->total);
	return UI_DONE;
}

int
cmd_preview(struct ui *ui, struct args *a)
{
	const char *offset = args_text(a, "at");
	struct preview_shown shown = {.hex = args_has(a, "hex")};
	bool end = args_has(a, "back") && offset == NULL;
	uint64_t at = end ? PREVIEW_END : 0;
	int lines = args_number(a, "lines", PREVIEW_LINES);
	if (offset != NULL)
		at = strtoull(offset, NULL, strncmp(offset, "0x", 2) == 0 ? 16 : 10);
	if (lines == 0) {
		print_problem("no lines were asked for", "give --lines a number from 1 on");
		return UI_USAGE;
	}
	if (args_has(a, "find")) {
		if (strlen(args_text(a, "find")) > LIM_PREVIEW_FIND_BYTES) {
			print_problem("what is searched for has at most 256 bytes",
			    "search for less of it");
			return UI_USAGE;
		}
		int status = preview_find(ui, a, &at);
		if (status != UI_DONE)
			return status;
	}
	int status = preview_show(ui, a, at, lines, &shown);
	if (status == UI_DONE)
		print_out("bytes %llu to %llu of %llu\n", (unsigned long long)shown.first,
		    (unsigned long long)shown.next, (unsigned long long)shown.total);
	return status;
}
