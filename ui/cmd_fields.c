/* SPDX-License-Identifier: ISC */
/* Fields of a transfer after its beginning, and limits with a marking of their own. */
#include "ui/cmd_status.h"
#include "ui/command.h"
#include "ui/desk.h"
#include "ui/print.h"

#include <string.h>

/* A=B as {left: A, right: B}; "" on the right takes it away. */
static json_t *
fields_pairs(const struct args *a, const char *option, const char *left, const char *right)
{
	json_t *rows = json_array();
	const struct arg *one;
	for (size_t i = 0; (one = args_at(a, option, i)) != NULL; i++) {
		size_t n = strcspn(one->value, "=");
		const char *rest = one->value[n] == '=' ? one->value + n + 1 : "";
		json_array_append_new(
		    rows, json_pack("{s:s%, s:s}", left, one->value, n, right, rest));
	}
	return rows;
}

int
cmd_fields(struct ui *ui, struct args *a)
{
	const char *transfer = args_text(a, "TRANSFER");
	json_t *status, *body;
	if (!args_has(a, "set") && !args_has(a, "mark")) {
		print_problem("nothing is to be changed",
		    "say what: --set NAME=VALUE or --mark WORD=LIMIT");
		return UI_USAGE;
	}
	body = json_pack("{s:s, s:o}", "transfer", transfer, "fields",
	    fields_pairs(a, "set", "name", "value"));
	if (args_has(a, "mark"))
		json_object_set_new(body, "classes", fields_pairs(a, "mark", "word", "limit"));
	int answer = desk_call(ui, MSG_UI_FIELDS, body, -1, MSG_DESK_DONE, NULL);
	if (answer == UI_DONE)
		answer = desk_status(ui, transfer, &status);
	if (answer != UI_DONE)
		return answer;
	print_out("%s%s: %zu fields\n", desk_mark(ui), transfer,
	    json_array_size(json_object_get(status, "fields")));
	cmd_status_fields(status);
	json_decref(status);
	return UI_DONE;
}
