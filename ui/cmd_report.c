/* SPDX-License-Identifier: ISC */
/* Custody report and slip, written into a folder. */
#include "src/base/io.h"
#include "src/base/mem.h"
#include "src/core/seal.h"
#include "ui/command.h"
#include "ui/commitment.h"
#include "ui/desk.h"
#include "ui/print.h"
#include "ui/writing.h"

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
report_asked(const struct args *a, const char *format, size_t n, const char *key)
{
	const char *transfer = args_text(a, "TRANSFER"), *from = args_text(a, "from"),
		   *to = args_text(a, "to"), *at = args_text(a, "at");
	const bool people = args_has(a, "people"), days = from != NULL && to != NULL;
	if ((transfer != NULL) + people + days != 1 || (from != NULL) != (to != NULL) ||
	    (at != NULL && !people) || (args_has(a, "releasable") && transfer == NULL) ||
	    args_has(a, "key"))
		return NULL;
	json_t *body = json_pack("{s:s, s:s%}", "transfer",
	    transfer != NULL ? transfer
	    : people         ? "people"
			     : "period",
	    "format", format, n);
	if (days)
		json_object_update_new(body, json_pack("{s:s, s:s}", "from", from, "to", to));
	if (key[0] != '\0')
		json_object_set_new(body, "key", json_string(key));
	if (at != NULL)
		json_object_set_new(
		    body, "at", json_integer((json_int_t)strtoull(at, NULL, 10)));
	return body;
}

static int
report_one(struct ui *ui, const struct args *a, const char *format, size_t n, const char *key)
{
	const bool port = args_has(a, "port"), share = args_has(a, "share") || port;
	struct msg m;
	json_t *asked = report_asked(a, format, n, key);
	if (port)
		json_object_set_new(asked, "medium", json_true());
	int status = desk_call(ui, share ? MSG_UI_PUBLISH : MSG_UI_REPORT, asked, -1,
	    share ? MSG_DESK_DONE : MSG_DESK_REPORT, &m);
	if (status != UI_DONE)
		return status;
	if (port)
		status = UI_DONE; /* it is kept until all of them are made */
	else if (share)
		print_out("%son the share: %s\n", desk_mark(ui),
		    msg_str(&m, "text") != NULL ? msg_str(&m, "text") : "");
	else
		status = report_write(ui, args_at(a, "out", 0), &m);
	msg_done(&m);
	return status;
}

/* What is made when it is not said; a slip is for who was given the files: it has their names.
 */
static const char *
report_formats(const struct args *a)
{
	const char *formats = args_text(a, "format");
	if (formats == NULL && args_has(a, "releasable"))
		return "text,json,pdf";
	if (formats == NULL)
		return args_has(a, "TRANSFER") ? "text,json,pdf,slip"
		                               : "text,json,csv,html,pdf";
	return args_has(a, "releasable") && strstr(formats, "slip") != NULL ? NULL : formats;
}

static bool
report_usage_ok(const struct args *a)
{
	json_t *asked = report_asked(a, "text", 4, "");
	const int places = args_has(a, "out") + args_has(a, "share") + args_has(a, "port");
	if (places != 1)
		print_problem("it is not said where the report goes",
		    "give a folder with --out DIR, or --share, or --port PORT");
	else if (asked == NULL)
		print_problem("it is not said what the report is about",
		    "give a transfer, which may be --releasable, or --from DAY --to DAY, or "
		    "--people [--at ENTRY]");
	else if (report_formats(a) == NULL)
		print_problem("a slip is not releasable: it is for who was given the files",
		    "use text, json, csv, csv-findings, html or pdf");
	bool ok = places == 1 && asked != NULL && report_formats(a) != NULL;
	json_decref(asked);
	return ok;
}

int
cmd_report(struct ui *ui, struct args *a)
{
	char key[HEX_DIGEST_SIZE] = "";
	int status = UI_DONE;
	if (args_has(a, "open"))
		return commitment_open(a);
	if (!report_usage_ok(a))
		return UI_USAGE;
	const char *formats = report_formats(a);
	if (args_has(a, "releasable"))
		status = commitment_key(ui, a, key);
	while (status == UI_DONE && *formats != '\0') {
		size_t n = strcspn(formats, ",");
		status = report_one(ui, a, formats, n, key);
		formats += n + (formats[n] == ',');
	}
	seal_wipe(key, sizeof(key));
	return status == UI_DONE && args_has(a, "port")
	           ? writing_run(ui, a, args_text(a, "port"))
	           : status;
}
