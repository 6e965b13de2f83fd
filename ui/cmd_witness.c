/* SPDX-License-Identifier: ISC */
/* witness: who they are, what they are asked, what they answered. */
#include "src/base/io.h"
#include "src/base/mem.h"
#include "src/core/cosign.h"
#include "ui/command.h"
#include "ui/desk.h"
#include "ui/print.h"
#include "ui/sign.h"

#include <stdio.h>
#include <string.h>

#define WITNESS_FILE "add-checkpoint"

int
cmd_witness_set(struct ui *ui, struct args *a)
{
	json_t *rows = json_array();
	const struct arg *one;
	for (size_t i = 0; (one = args_at(a, "VKEY", i)) != NULL; i++) {
		struct note_vkey key;
		if (cosign_vkey_parse(one->value, &key) != ERR_OK) {
			print_problemf("sallyport-witness init prints it: name+8 digits+base64",
			    "this is no verifier key of a witness: %.80s", one->value);
			json_decref(rows);
			return UI_USAGE;
		}
		json_array_append_new(
		    rows, json_pack("{s:s, s:s}", "name", key.name, "vkey", one->value));
	}
	int status = sign_entry(ui, "authority", "witness.set", "station",
	    json_pack("{s:o}", "witnesses", rows), NULL);
	if (status == UI_DONE)
		status = desk_refresh(ui);
	if (status == UI_DONE)
		print_out(
		    "%ssigned; see sallyport witness, and sallyport endorse when it waits\n",
		    desk_mark(ui));
	return status;
}

int
cmd_witness_request(struct ui *ui, struct args *a)
{
	const struct arg *out = args_at(a, "out", 0);
	struct msg m;
	uint8_t *bytes;
	size_t n;
	int status = desk_call(ui, MSG_UI_ANCHOR_OUT,
	    json_pack("{s:s, s:s}", "to", "witness", "witness", args_text(a, "NAME")), -1,
	    MSG_DESK_ANCHOR, &m);
	if (status != UI_DONE)
		return status;
	enum err e = io_memfd_read(m.fd, LIM_TLOG_BYTES, &bytes, &n);
	msg_done(&m);
	if (e != ERR_OK)
		return desk_lost(ui, ERR_PROTO);
	e = io_replace_synced(out->fd, WITNESS_FILE, 0644, bytes, n);
	free(bytes);
	if (e != ERR_OK) {
		print_problemf("see that the folder is yours and has room",
		    "the request cannot be written to %s: %s", out->value, err_str(e));
		return UI_FAULT;
	}
	print_out("%s%s/%s\n", desk_mark(ui), out->value, WITNESS_FILE);
	return UI_DONE;
}

/* Each line of the answer; the witness may have written several. */
int
cmd_witness_accept(struct ui *ui, struct args *a)
{
	uint8_t *bytes;
	size_t n;
	int status = UI_DONE;
	if (io_slurp(args_at(a, "FILE", 0)->fd, LIM_NOTE_BYTES, &bytes, &n) != ERR_OK) {
		print_problem("the answer cannot be read, or is too long",
		    "give the file that sallyport-witness wrote");
		return UI_NO;
	}
	for (size_t at = 0; status == UI_DONE && at < n;) {
		const uint8_t *lf = memchr(bytes + at, '\n', n - at);
		size_t len = lf != NULL ? (size_t)(lf - bytes) - at : n - at;
		json_t *line = len < LIM_COSIGNATURE_BYTES
		                   ? json_stringn((const char *)bytes + at, len)
		                   : NULL;
		if (line == NULL) {
			print_problem("this is no answer of a witness",
			    "give the file that sallyport-witness wrote");
			status = UI_NO;
		} else {
			status = desk_call(ui, MSG_UI_WITNESS, json_pack("{s:o}", "line", line),
			    -1, MSG_DESK_DONE, NULL);
		}
		at += len + 1;
	}
	free(bytes);
	if (status == UI_DONE)
		print_out("%srecorded\n", desk_mark(ui));
	return status;
}

int
cmd_witness(struct ui *ui, struct args *a)
{
	struct msg m;
	size_t i;
	const json_t *row;
	int status = desk_call(ui, MSG_UI_ANCHORS, json_object(), -1, MSG_DESK_ANCHORS, &m);
	if (status != UI_DONE)
		return status;
	const json_t *rows = json_object_get(m.body, "witnesses");
	const size_t epochs = json_array_size(json_object_get(m.body, "epochs"));
	bool behind = false;
	if (args_has(a, "json")) {
		print_json(rows);
		msg_done(&m);
		return UI_DONE;
	}
	print_out("%slog %s\n", desk_mark(ui), msg_str(&m, "vkey"));
	json_array_foreach (rows, i, row) {
		json_int_t size = json_integer_value(json_object_get(row, "size"));
		print_out("%s\n  ", row_text(row, "name"));
		if (size > 0)
			print_out("cosigned %lld entries, recorded %s\n", (long long)size,
			    row_text(row, "at"));
		else
			print_out("has cosigned nothing %s\n",
			    epochs > 1 ? "of this epoch yet" : "yet");
		behind |= size == 0;
	}
	if (epochs > 1 && behind)
		print_wrapped(0,
		    "A new epoch has a log and a key of its own: each witness adds it once "
		    "(sallyport-witness DIR add LOG), from the log.vkey of a custody folder "
		    "that "
		    "verifies, or as an administrator hands it over.");
	if (json_array_size(rows) == 0)
		print_out("no witnesses; an admin names them: sallyport witness set\n");
	msg_done(&m);
	return UI_DONE;
}
