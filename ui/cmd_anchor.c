/* SPDX-License-Identifier: ISC */
/* anchor: the newest checkpoint to paper or to the share, and the record held against them. */
#include "src/base/clock.h"
#include "src/base/escape.h"
#include "src/base/io.h"
#include "src/base/mem.h"
#include "src/core/note.h"
#include "src/core/sixwords.h"
#include "ui/blocks.h"
#include "ui/command.h"
#include "ui/desk.h"
#include "ui/print.h"

#include <stdio.h>
#include <string.h>

#define ANCHOR_INDENT 2

/* The text that was signed is what the words are of. */
static enum err
anchor_words(const uint8_t *note_bytes, size_t n, char words[SIXWORDS_SIZE])
{
	struct note *note;
	enum err e = note_parse(note_bytes, n, &note);
	if (e != ERR_OK)
		return e;
	sixwords_print(note->text, note->text_len, words);
	note_free(note);
	return ERR_OK;
}

static void
anchor_print_page(struct ui *ui, const uint8_t *note, size_t n, const char *words, bool qr)
{
	struct buf code;
	struct note_checkpoint c;
	char at[CLOCK_TEXT_SIZE];
	if (custody_checkpoint_open(ui->authority, note, n, &c, NULL) != ERR_OK)
		return;
	clock_format(clock_wall_s(), at);
	print_out("%sANCHOR of %s\n\n", desk_mark(ui), c.origin);
	print_out("  %ju entries, printed %s for %s\n\n", (uintmax_t)c.size, at, ui->as);
	print_out("  Six words:  %s\n\n", words);
	MEM_FREE char *text = mem_printf("%.*s", (int)n, (const char *)note);
	MEM_FREE struct qr *dots = mem_alloc(sizeof(*dots));
	buf_init(&code, LIM_SEALED_BYTES);
	if (qr && qr_make(text, dots) == ERR_OK &&
	    blocks_print(dots, ANCHOR_INDENT, &code) == ERR_OK)
		print_marks(buf_str(&code));
	buf_done(&code);
	print_out("\n  Checkpoint (what the QR code holds):\n\n");
	print_marks(text);
	print_out("\n  Keep this page where nobody who can reach the station can change it.\n"
		  "  Name: ______________________  Signature: ______________________\n");
}

static int
anchor_paper(struct ui *ui, const struct args *a)
{
	struct msg m;
	uint8_t *note;
	size_t n;
	char words[SIXWORDS_SIZE];
	int status = desk_call(
	    ui, MSG_UI_ANCHOR_OUT, json_pack("{s:s}", "to", "paper"), -1, MSG_DESK_ANCHOR, &m);
	if (status != UI_DONE)
		return status;
	if (io_memfd_read(m.fd, LIM_TLOG_BYTES, &note, &n) != ERR_OK) {
		msg_done(&m);
		return desk_lost(ui, ERR_PROTO);
	}
	msg_done(&m);
	if (anchor_words(note, n, words) == ERR_OK)
		anchor_print_page(ui, note, n, words, !args_has(a, "text"));
	else
		status = desk_lost(ui, ERR_PROTO);
	free(note);
	return status;
}

int
cmd_anchor_out(struct ui *ui, struct args *a)
{
	struct msg m;
	if (!args_has(a, "share"))
		return anchor_paper(ui, a);
	int status = desk_call(
	    ui, MSG_UI_ANCHOR_OUT, json_pack("{s:s}", "to", "share"), -1, MSG_DESK_DONE, &m);
	if (status != UI_DONE)
		return status;
	print_out("%son the share: %s, %ju entries\n", desk_mark(ui),
	    msg_str(&m, "text") != NULL ? msg_str(&m, "text") : "",
	    (uintmax_t)msg_uint(&m, "count"));
	msg_done(&m);
	return UI_DONE;
}

int
cmd_anchor_in(struct ui *ui, struct args *a)
{
	struct msg m;
	const char *words = args_text(a, "words");
	if ((words != NULL) == args_has(a, "share")) {
		print_problem("it is not said what the record is held against",
		    "give the six words of the newest page with --words, or --share");
		return UI_USAGE;
	}
	json_t *body = json_object();
	if (words != NULL)
		json_object_set_new(body, "words", json_string(words));
	int status = desk_call(ui, MSG_UI_ANCHOR_IN, body, -1, MSG_DESK_DONE, &m);
	if (status != UI_DONE)
		return status;
	uintmax_t size = msg_uint(&m, "count");
	if (size > 0)
		print_out("%sthe record agrees with the %s at %ju entries\n", desk_mark(ui),
		    words != NULL ? "paper" : "share", size);
	else
		print_out("%sthere is no checkpoint on the share yet\n", desk_mark(ui));
	msg_done(&m);
	return UI_DONE;
}

/* --- looking ---------------------------------------------------------------------- */

/* The epoch of the record, when it is not the first, and what each of them declares missing. */
static void
anchor_print_epochs(const json_t *rows)
{
	const size_t n = json_array_size(rows);
	for (size_t i = 1; i < n; i++) {
		const json_t *row = json_array_get(rows, i), *was = json_array_get(rows, i - 1);
		const uint64_t missing = row_uint(row, "missing"), held = row_uint(was, "size");
		MEM_FREE char *why = escape_dup(row_text(row, "why"));
		MEM_FREE char *since =
		    mem_printf("epoch %llu since %s (%s), by %s, in force by %s: %s",
			(unsigned long long)row_uint(row, "epoch"), row_text(row, "at"),
			row_text(row, "reason"), row_text(row, "by"),
			row_text(row, "in_force_by"), why);
		MEM_FREE char *gap = mem_printf(
		    "ENTRIES ARE MISSING, as epoch %llu declares: %llu of epoch %llu, from "
		    "%llu to %llu",
		    (unsigned long long)row_uint(row, "epoch"), (unsigned long long)missing,
		    (unsigned long long)row_uint(was, "epoch"), (unsigned long long)held,
		    (unsigned long long)(held + missing - 1));
		print_wrapped(0, since);
		if (missing > 0)
			print_wrapped(0, gap);
	}
}

int
cmd_anchor(struct ui *ui, struct args *a)
{
	struct msg m;
	int status = desk_call(ui, MSG_UI_ANCHORS, json_object(), -1, MSG_DESK_ANCHORS, &m);
	if (status != UI_DONE)
		return status;
	uintmax_t size = msg_uint(&m, "size"), anchored = msg_uint(&m, "anchored");
	if (args_has(a, "json"))
		print_json(m.body);
	else if (anchored == 0)
		print_out("%s%ju entries, none of them anchored\n", desk_mark(ui), size);
	else
		print_out("%s%ju entries since the last anchor (%s, %ju entries, %s)\n",
		    desk_mark(ui), size - anchored, msg_str(&m, "kind"), anchored,
		    msg_str(&m, "at"));
	if (!args_has(a, "json"))
		anchor_print_epochs(json_object_get(m.body, "epochs"));
	if (!args_has(a, "json") && msg_str(&m, "restored")[0] != '\0')
		print_out("AN ANCHOR DOES NOT AGREE: %s\n", msg_str(&m, "restored"));
	if (!args_has(a, "json") && msg_bool(&m, "words"))
		print_out("The words of the newest page are asked for: sallyport anchor in\n");
	status = msg_str(&m, "restored")[0] != '\0' ? UI_NO : UI_DONE;
	msg_done(&m);
	return status;
}
