/* SPDX-License-Identifier: ISC */
/* Parts of the record that leave the station as they are. */
#include "ui/command.h"
#include "ui/desk.h"
#include "ui/print.h"

#include <string.h>

static int
export_ask(struct ui *ui, json_t *body)
{
	struct msg m;
	int status = desk_call(ui, MSG_UI_COPY, body, -1, MSG_DESK_DONE, &m);
	if (status != UI_DONE)
		return status;
	print_out("%son the share: %s\n", desk_mark(ui),
	    msg_str(&m, "text") != NULL ? msg_str(&m, "text") : "");
	msg_done(&m);
	return UI_DONE;
}

int
cmd_export_bundle(struct ui *ui, struct args *a)
{
	return export_ask(ui,
	    json_pack("{s:s, s:s}", "what", "bundle", "transfer", args_text(a, "TRANSFER")));
}

int
cmd_export_ledger(struct ui *ui, struct args *a)
{
	const struct arg *arg;
	json_t *documents = json_array();
	for (size_t i = 0; (arg = args_at(a, "documents", i)) != NULL; i++)
		json_array_append_new(documents, json_string(arg->value));
	return export_ask(
	    ui, json_pack("{s:s, s:o}", "what", "ledger", "documents", documents));
}

int
cmd_export_leaves(struct ui *ui, struct args *a)
{
	const char *log = args_text(a, "log");
	return export_ask(ui,
	    json_pack("{s:s, s:s}", "what", "leaves", "log", log != NULL ? log : "custody"));
}
