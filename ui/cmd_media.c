/* SPDX-License-Identifier: ISC */
/* The medium register: what an officer signs about a medium with a control number. */
#include "src/base/mem.h"
#include "ui/command.h"
#include "ui/desk.h"
#include "ui/prefill.h"
#include "ui/print.h"
#include "ui/cmd_media.h"
#include "ui/sign.h"

#include <string.h>

/* --- moves ------------------------------------------------------------------------ */

static json_t *
media_text(const struct args *a, const char *option)
{
	const char *text = args_text(a, option);
	return json_string(text != NULL ? text : "");
}

/* The row of one medium; NULL when the register has none. */
struct media_find {
	const char *number;
	json_t *row;
};

static void
media_find_row(void *arg, const json_t *row)
{
	struct media_find *f = arg;
	if (strcmp(row_text(row, "number"), f->number) == 0 && f->row == NULL)
		f->row = json_deep_copy(row);
}

/* Signs, and says where the medium stands now. */
static int
media_sign(struct ui *ui, const struct args *a, const char *type, json_t *data)
{
	struct media_find f = {args_text(a, "NUMBER"), NULL};
	MEM_FREE char *subj = mem_printf("medium:%s", f.number);
	int status = sign_entry(ui, "custody", type, subj, data, NULL);
	if (status == UI_DONE)
		status = desk_rows(ui, MSG_UI_REGISTER, json_pack("{s:b}", "all", 1),
		    media_find_row, &f, NULL);
	if (status == UI_DONE && f.row != NULL) {
		print_out("%s%s  %s\n", desk_mark(ui), f.number, row_text(f.row, "state"));
		print_folded("  next       ", 13, "%s", row_text(f.row, "next"));
	}
	json_decref(f.row);
	return status;
}

/* Vendor, model and serial of what is in a port, as the station says them. */
struct media_port {
	const char *port;
	json_t *device;
};

static void
media_port_row(void *arg, const json_t *row)
{
	struct media_port *p = arg;
	if (strcmp(row_text(row, "port"), p->port) != 0 ||
	    json_object_get(row, "serial") == NULL || p->device != NULL)
		return;
	p->device = json_pack("{s:s, s:s, s:s}", "model", row_text(row, "model"), "serial",
	    row_text(row, "serial"), "vendor", row_text(row, "vendor"));
}

static int
media_device(struct ui *ui, const char *port, json_t *data)
{
	struct media_port p = {port, NULL};
	int status = desk_rows(ui, MSG_UI_MEDIA, json_object(), media_port_row, &p, NULL);
	if (status == UI_DONE && p.device == NULL) {
		print_problemf("put the medium in, or leave --port out; sallyport media lists "
			       "the ports",
		    "there is no device in the port %s that tells what it is", port);
		return UI_NO;
	}
	if (p.device != NULL)
		json_object_set_new(data, "device", p.device);
	return status;
}

int
cmd_media_register(struct ui *ui, struct args *a)
{
	json_t *data = json_pack("{s:o, s:o, s:o, s:o, s:o, s:b}", "classification",
	    media_text(a, "classification"), "from", media_text(a, "from"), "label",
	    media_text(a, "label"), "owner", media_text(a, "owner"), "seal",
	    media_text(a, "seal"), "sealed", (int)args_has(a, "seal"));
	int status =
	    args_has(a, "port") ? media_device(ui, args_text(a, "port"), data) : UI_DONE;
	if (status == UI_DONE)
		return media_sign(ui, a, "medium.register", data);
	json_decref(data);
	return status;
}

int
cmd_media_return(struct ui *ui, struct args *a)
{
	return media_sign(ui, a, "medium.return",
	    json_pack("{s:o, s:o}", "seal", media_text(a, "seal"), "to", media_text(a, "to")));
}

int
cmd_media_retain(struct ui *ui, struct args *a)
{
	return media_sign(ui, a, "medium.retain",
	    json_pack(
		"{s:o, s:o}", "place", media_text(a, "place"), "seal", media_text(a, "seal")));
}

static json_t *
media_ending(const struct args *a)
{
	return json_pack("{s:o, s:o}", "certificate", media_text(a, "certificate"), "method",
	    media_text(a, "method"));
}

int
cmd_media_sanitise(struct ui *ui, struct args *a)
{
	return media_sign(ui, a, "medium.sanitise", media_ending(a));
}

int
cmd_media_destroy(struct ui *ui, struct args *a)
{
	return media_sign(ui, a, "medium.destroy", media_ending(a));
}

int
cmd_media_confirm(struct ui *ui, struct args *a)
{
	return media_sign(
	    ui, a, "medium.confirm", json_pack("{s:o}", "note", media_text(a, "note")));
}

/* --- the list ----------------------------------------------------------------------- */

static void
media_list_row(void *arg, const json_t *row)
{
	static const struct print_column columns[] = {
	    {"NUMBER", 14, false, 0},
	    {"STATE", 9, false, 1},
	    {"SINCE", 17, false, 1},
	    {"OFFICER", 10, false, 1},
	    {"LABEL", 0, false, 1},
	};
	bool *any = arg;
	char since[24], line[LIM_REASON_BYTES * 2];
	if (!*any)
		print_titles(columns, 5);
	*any = true;
	snprintf(since, sizeof(since), "%.16sZ", row_text(row, "changed"));
	const char *texts[] = {row_text(row, "number"), row_text(row, "state"), since,
	    row_text(row, "officer"), row_text(row, "label")};
	print_row(columns, 5, texts);
	const char *seal = row_text(row, "seal"), *serial = row_text(row, "serial");
	bool sealed = json_is_true(json_object_get(row, "sealed"));
	snprintf(line, sizeof(line), "%.16sZ from %s%s%s%s%s%s%s%s%s%s%s",
	    row_text(row, "received"), row_text(row, "from"),
	    row_text(row, "owner")[0] ? ", of " : "", row_text(row, "owner"),
	    row_text(row, "classification")[0] ? ", " : "", row_text(row, "classification"),
	    sealed ? ", sealed " : "", sealed ? seal : "", serial[0] ? ", serial " : "", serial,
	    row_text(row, "transfer")[0] ? ", " : "", row_text(row, "transfer"));
	print_wrapped(15, line);
	if (strcmp(row_text(row, "state"), "HELD") != 0 && row_text(row, "words")[0] != '\0')
		print_wrapped(15, row_text(row, "words"));
	if (row_text(row, "witness")[0] != '\0') {
		snprintf(line, sizeof(line), "seen by %s", row_text(row, "witness"));
		print_wrapped(15, line);
	}
}

static void
media_list_json(void *arg, const json_t *row)
{
	(void)arg;
	print_json(row);
}

int
cmd_media_list(struct ui *ui, const struct args *a)
{
	bool any = false, json = args_has(a, "json"), all = args_has(a, "all");
	if (!json)
		print_out("%smedium register of station %s%s\n", desk_mark(ui),
		    custody_station(ui->authority), all ? "" : ", what is here");
	int status = desk_rows(ui, MSG_UI_REGISTER, json_pack("{s:b}", "all", (int)all),
	    json ? media_list_json : media_list_row, &any, NULL);
	if (status == UI_DONE && !json && !any)
		print_out("none\n");
	return status;
}

/* --- a request for a blocked transfer ------------------------------------------------ */

int
cmd_media_request(struct ui *ui, struct args *a)
{
	struct prefill p = {.fields = json_array()};
	const char *transfer = args_text(a, "TRANSFER");
	int status = prefill_request(ui, a, "FILE", &p);
	if (status == UI_DONE) {
		json_t *body =
		    json_pack("{s:s, s:s}", "transfer", transfer, "request", p.request);
		if (p.signature[0] != '\0')
			json_object_set_new(body, "signature", json_string(p.signature));
		status = desk_call(ui, MSG_UI_REQUEST, body, -1, MSG_DESK_DONE, NULL);
	}
	json_decref(p.fields);
	if (status != UI_DONE)
		return status;
	print_out("%s%s: the request was laid to it\n", desk_mark(ui), transfer);
	print_folded("  next       ", 13, "sallyport --as ID rescan %s", transfer);
	return UI_DONE;
}
