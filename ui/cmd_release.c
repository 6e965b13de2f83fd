/* SPDX-License-Identifier: ISC */
/* What the station does by itself when asked: release again, hand-over of the medium, purge. */
#include "ui/command.h"
#include "ui/desk.h"
#include "ui/print.h"
#include "ui/release.h"

int
cmd_release(struct ui *ui, struct args *a)
{
	const char *transfer = args_text(a, "TRANSFER");
	int status = desk_call(ui, MSG_UI_RELEASE, json_pack("{s:s}", "transfer", transfer), -1,
	    MSG_DESK_DONE, NULL);
	return status == UI_DONE ? release_follow(ui, transfer) : status;
}

int
cmd_release_medium(struct ui *ui, struct args *a)
{
	const char *transfer = args_text(a, "TRANSFER");
	int status = desk_call(ui, MSG_UI_MEDIUM,
	    json_pack(
		"{s:s, s:s}", "transfer", transfer, "disposition", args_text(a, "disposition")),
	    -1, MSG_DESK_DONE, NULL);
	if (status == UI_DONE)
		print_out("%s%s: recorded that the medium left the station\n", desk_mark(ui),
		    transfer);
	return status;
}

int
cmd_release_purge(struct ui *ui, struct args *a)
{
	struct msg m;
	char size[PRINT_SIZE_SIZE];
	(void)a;
	int status = desk_call(ui, MSG_UI_PURGE, NULL, -1, MSG_DESK_DONE, &m);
	if (status != UI_DONE)
		return status;
	print_size(msg_uint(&m, "bytes"), size);
	print_out("%s%llu objects (%s) removed from the vault\n", desk_mark(ui),
	    (unsigned long long)msg_uint(&m, "count"), size);
	msg_done(&m);
	return UI_DONE;
}
