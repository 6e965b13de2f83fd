/* SPDX-License-Identifier: ISC */
#include "ui/writing.h"
#include "ui/desk.h"
#include "ui/print.h"
#include "ui/secret.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void
writing_show(const struct ui *ui, const struct msg *m)
{
	const char *label = msg_str(m, "label");
	print_out("%smedium   %s: %s, %" PRIu64 " bytes\n", desk_mark(ui), msg_str(m, "port"),
	    msg_str(m, "medium"), msg_uint(m, "bytes"));
	print_out("holds    %s%s%s%s\n", msg_str(m, "holds"),
	    label[0] != '\0' ? ", named " : "", label, "; it will be lost");
	print_out("image    %" PRIu64 " files, %" PRIu64 " bytes, %s\n", msg_uint(m, "files"),
	    msg_uint(m, "needs"), msg_str(m, "image"));
}

static bool
writing_confirmed(struct ui *ui, const struct args *a, const char *port)
{
	if (args_has(a, "yes"))
		return true;
	return ui->passphrase_fd < 0 && ui->tty >= 0 &&
	       secret_confirm(ui,
		   "Type the name of the port to overwrite what is in it, anything else "
		   "stops: ",
		   port);
}

/* Until it is over; each step in a line of its own. */
static int
writing_wait(struct ui *ui)
{
	struct msg m;
	char step[32] = "write"; /* was printed with the answer */
	for (;;) {
		enum err e = desk_next(ui, &m, -1);
		if (e != ERR_OK)
			return desk_lost(ui, e);
		const bool over = m.id == MSG_DESK_WRITTEN;
		const int status = over ? (int)msg_uint(&m, "status") : UI_DONE;
		if (m.id == MSG_DESK_WRITING && strcmp(step, msg_str(&m, "step")) != 0) {
			snprintf(step, sizeof(step), "%s", msg_str(&m, "step"));
			print_out("%s ...\n", step);
		} else if (over && status == UI_DONE) {
			print_out("%s%s\n", desk_mark(ui), msg_str(&m, "text"));
		} else if (over) {
			print_problem(msg_str(&m, "why"), msg_str(&m, "next"));
		}
		msg_done(&m);
		if (over)
			return status;
	}
}

int
writing_run(struct ui *ui, const struct args *a, const char *port)
{
	struct msg m;
	int status = desk_call(
	    ui, MSG_UI_WRITE, json_pack("{s:s}", "port", port), -1, MSG_DESK_WRITE, &m);
	if (status != UI_DONE)
		return status;
	writing_show(ui, &m);
	json_t *go = json_pack("{s:s}", "image", msg_str(&m, "image"));
	msg_done(&m);
	if (!writing_confirmed(ui, a, port)) {
		json_decref(go);
		print_problem("not confirmed: nothing was written",
		    "look at what the medium holds, and say --yes");
		return UI_NO;
	}
	status = desk_call(ui, MSG_UI_WRITE_DO, go, -1, MSG_DESK_WRITING, &m);
	if (status != UI_DONE)
		return status;
	print_out("%s ...\n", msg_str(&m, "step"));
	msg_done(&m);
	return writing_wait(ui);
}
