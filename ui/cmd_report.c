/* SPDX-License-Identifier: ISC */
/* Custody report and slip, written into a folder. */
#include "src/base/io.h"
#include "src/base/mem.h"
#include "ui/command.h"
#include "ui/desk.h"
#include "ui/print.h"

#include <string.h>

/* A name the report program may give a file in somebody's folder. */
static bool
report_name_ok(const char *name)
{
	size_t n = strlen(name);
	return n > 0 && n <= 64 && name[0] != '.' && name[0] != '-' &&
	       strspn(name,
		   "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == n;
}

static int
report_write(struct ui *ui, const struct arg *out, struct msg *m)
{
	uint8_t *bytes;
	size_t n;
	const char *name = msg_str(m, "name");
	if (!report_name_ok(name) ||
	    io_memfd_read(m->fd, LIM_SEALED_BYTES, &bytes, &n) != ERR_OK)
		return desk_lost(ui, ERR_PROTO);
	enum err e = io_replace_synced(out->fd, name, 0644, bytes, n);
	free(bytes);
	if (e != ERR_OK) {
		print_problemf("see that the folder is yours and has room",
		    "%s cannot be written to %s: %s", name, out->value, err_str(e));
		return UI_FAULT;
	}
	print_out("%s%s/%s\n", desk_mark(ui), out->value, name);
	return UI_DONE;
}

/* What ui.report is asked for; NULL when it is not clear what. */
static json_t *
report_asked(const struct args *a, const char *format, size_t n)
{
	const char *transfer = args_text(a, "TRANSFER"), *from = args_text(a, "from"),
		   *to = args_text(a, "to"), *at = args_text(a, "at");
	const bool people = args_has(a, "people"), days = from != NULL && to != NULL;
	if ((transfer != NULL) + people + days != 1 || (from != NULL) != (to != NULL) ||
	    (at != NULL && !people))
		return NULL;
	json_t *body = json_pack("{s:s, s:s%}", "transfer",
	    transfer != NULL ? transfer
	    : people         ? "people"
			     : "period",
	    "format", format, n);
	if (days)
		json_object_update_new(body, json_pack("{s:s, s:s}", "from", from, "to", to));
	if (at != NULL)
		json_object_set_new(
		    body, "at", json_integer((json_int_t)strtoull(at, NULL, 10)));
	return body;
}

static int
report_one(struct ui *ui, const struct args *a, const char *format, size_t n)
{
	bool share = args_has(a, "share");
	struct msg m;
	int status = desk_call(ui, share ? MSG_UI_PUBLISH : MSG_UI_REPORT,
	    report_asked(a, format, n), -1, share ? MSG_DESK_DONE : MSG_DESK_REPORT, &m);
	if (status != UI_DONE)
		return status;
	if (share)
		print_out("%son the share: %s\n", desk_mark(ui),
		    msg_str(&m, "text") != NULL ? msg_str(&m, "text") : "");
	else
		status = report_write(ui, args_at(a, "out", 0), &m);
	msg_done(&m);
	return status;
}

int
cmd_report(struct ui *ui, struct args *a)
{
	const char *formats = args_text(a, "format");
	int status = UI_DONE;
	if (args_has(a, "out") == args_has(a, "share")) {
		print_problem("it is not said where the report goes",
		    "give a folder with --out DIR, or --share");
		return UI_USAGE;
	}
	json_t *asked = report_asked(a, "text", 4);
	if (asked == NULL) {
		print_problem("it is not said what the report is about",
		    "give a transfer, or --from DAY --to DAY, or --people [--at ENTRY]");
		return UI_USAGE;
	}
	json_decref(asked);
	if (formats == NULL)
		formats =
		    args_has(a, "TRANSFER") ? "text,json,pdf,slip" : "text,json,csv,html,pdf";
	while (status == UI_DONE && *formats != '\0') {
		size_t n = strcspn(formats, ",");
		status = report_one(ui, a, formats, n);
		formats += n + (formats[n] == ',');
	}
	return status;
}
