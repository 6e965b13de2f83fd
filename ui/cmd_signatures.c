/* SPDX-License-Identifier: ISC */
/* Signatures by stick: sets are signed, brought in, confirmed, gone back from. */
#include "src/base/clock.h"
#include "src/base/hex.h"
#include "src/base/io.h"
#include "src/base/mem.h"
#include "src/core/digest.h"
#include "src/core/sigset.h"
#include "ui/command.h"
#include "ui/desk.h"
#include "ui/print.h"
#include "ui/sign.h"
#include "ui/signin.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- the sets of the record ----------------------------------------------------------- */

struct signatures_rows {
	json_t *rows;
};

static void
signatures_keep_row(void *arg, const json_t *row)
{
	struct signatures_rows *all = arg;
	json_array_append_new(all->rows, json_deep_copy(row));
}

/* All sets, newest first; caller decrefs. */
static int
signatures_ask(struct ui *ui, json_t **ret_rows)
{
	struct signatures_rows all = {json_array()};
	int status =
	    desk_rows(ui, MSG_UI_SIGNATURES, json_object(), signatures_keep_row, &all, NULL);
	if (status == UI_DONE)
		*ret_rows = all.rows;
	else
		json_decref(all.rows);
	return status;
}

static void
signatures_print_row(const json_t *row)
{
	bool now = json_is_true(json_object_get(row, "now"));
	print_out("%-8s %-12s of %.10s  %s%s%s\n", row_text(row, "scanner"),
	    row_text(row, "version"), row_text(row, "date"),
	    now ? "in use" : row_text(row, "state"),
	    json_is_true(json_object_get(row, "back")) ? ", gone back to" : "",
	    strcmp(row_text(row, "state"), "waits") == 0 ? " for a second signature" : "");
	print_out("  set %s\n", row_text(row, "set"));
	print_out("  by %s, %.10s\n", row_text(row, "by"), row_text(row, "at"));
	if (row_text(row, "why")[0] != '\0')
		print_folded("  refused: ", 11, "%s", row_text(row, "why"));
}

int
cmd_signatures(struct ui *ui, struct args *a)
{
	json_t *rows = NULL, *row;
	size_t i;
	int status = signatures_ask(ui, &rows);
	if (status != UI_DONE)
		return status;
	json_array_foreach (rows, i, row) {
		if (args_has(a, "json"))
			print_json(row);
		else
			signatures_print_row(row);
	}
	if (json_array_size(rows) == 0 && !args_has(a, "json"))
		print_out("%sno set of signatures was brought in\n", desk_mark(ui));
	json_decref(rows);
	return UI_DONE;
}

/* --- signing a set for another station ------------------------------------------------------
 */

static int
signatures_compare(const void *a, const void *b)
{
	const struct sigset_file *x = a, *y = b;
	return strcmp(x->name, y->name);
}

/* The digest of a file that the command line opened; its name without the folder. */
static int
signatures_read_file(const struct arg *a, struct sigset_file *ret)
{
	MEM_FREE uint8_t *piece = mem_alloc(65536);
	const char *slash = strrchr(a->value, '/');
	const char *name = slash != NULL ? slash + 1 : a->value;
	ssize_t n;
	if (strlen(name) >= sizeof(ret->name)) {
		print_problemf("give it a shorter name", "%s is too long a name", name);
		return UI_NO;
	}
	snprintf(ret->name, sizeof(ret->name), "%s", name);
	struct digest *d = digest_new();
	while ((n = read(a->fd, piece, 65536)) > 0)
		digest_add(d, piece, (size_t)n);
	digest_final(d, ret->sha256);
	digest_free(d);
	if (n == 0)
		return UI_DONE;
	print_problemf("see who may read it", "%s cannot be read", a->value);
	return UI_NO;
}

static int
signatures_write(const struct arg *out, const char *name, const struct buf *text)
{
	if (io_replace_synced(out->fd, name, 0644, text->data, text->len) == ERR_OK) {
		print_out("%s/%s\n", out->value, name);
		return UI_DONE;
	}
	print_problemf("give a folder that can be written", "%s cannot be written to %s", name,
	    out->value);
	return UI_FAULT;
}

static int
signatures_seal(struct ui *ui, const struct arg *out, const struct buf *text)
{
	struct sshsig_key *key;
	struct buf armoured;
	int status = signin_key(ui, &key);
	if (status != UI_DONE)
		return status;
	buf_init(&armoured, LIM_ENTRY_SIG_BYTES);
	enum err e = sigset_sign(key, text->data, text->len, &armoured);
	sshsig_key_free(key);
	status = e == ERR_OK ? signatures_write(out, SIGSET_FILE, text) : UI_FAULT;
	if (status == UI_DONE)
		status = signatures_write(out, SIGSET_SIGNATURE, &armoured);
	buf_done(&armoured);
	return status;
}

int
cmd_signatures_sign(struct ui *ui, struct args *a)
{
	struct sigset_file files[LIM_SIGSET_FILES];
	struct sigset set = {.files = files}, *check = NULL;
	struct buf text;
	char date[CLOCK_TEXT_SIZE], why[SIGSET_WHY_SIZE] = "";
	const struct arg *file;
	int status = UI_DONE;
	snprintf(set.scanner, sizeof(set.scanner), "%s", args_text(a, "SCANNER"));
	snprintf(set.version, sizeof(set.version), "%s", args_text(a, "version"));
	clock_format(clock_wall_s(), date);
	snprintf(set.date, sizeof(set.date), "%s", date);
	while (status == UI_DONE && set.nfiles < LIM_SIGSET_FILES &&
	       (file = args_at(a, "file", set.nfiles)) != NULL)
		status = signatures_read_file(file, &files[set.nfiles++]);
	if (status != UI_DONE)
		return status;
	if (set.nfiles > 0)
		qsort(files, set.nfiles, sizeof(files[0]), signatures_compare);
	buf_init(&text, LIM_SIGSET_BYTES);
	enum err e = sigset_print(&set, &text);
	if (e == ERR_OK)
		e = sigset_parse(text.data, text.len, &check, why);
	sigset_free(check);
	if (e == ERR_OK)
		status = signatures_seal(ui, args_at(a, "out", 0), &text);
	else
		print_problemf("sallyport(1) says what a set may hold; nothing was signed",
		    "this is no set of signatures: %s", why[0] != '\0' ? why : err_str(e));
	buf_done(&text);
	return e == ERR_OK ? status : UI_NO;
}

/* --- bringing in, confirming, going back
 * ------------------------------------------------------ */

/* Steals data. */
static int
signatures_sign_entry(struct ui *ui, const char *type, json_t *data)
{
	return sign_entry(ui, "custody", type, "station", data, NULL);
}

static json_t *
signatures_data(const json_t *row, bool back, const char *transfer)
{
	return json_pack("{s:b, s:I, s:s, s:I, s:s, s:s, s:s, s:s, s:s}", "back", (int)back,
	    "bytes", (json_int_t)row_uint(row, "bytes"), "date", row_text(row, "date"), "files",
	    (json_int_t)row_uint(row, "files"), "scanner", row_text(row, "scanner"), "set",
	    row_text(row, "set"), "signer", row_text(row, "signer"), "transfer", transfer,
	    "version", row_text(row, "version"));
}

static void
signatures_say_waits(const struct ui *ui, const json_t *row)
{
	print_out("%s%s %s of %.10s: waits for the signature of another person\n"
		  "  set %s\n  sallyport --as ID signatures confirm %s\n",
	    desk_mark(ui), row_text(row, "scanner"), row_text(row, "version"),
	    row_text(row, "date"), row_text(row, "set"), row_text(row, "scanner"));
}

int
cmd_signatures_import(struct ui *ui, struct args *a)
{
	struct msg m;
	const char *transfer = args_text(a, "TRANSFER"), *folder = args_text(a, "folder");
	json_t *body = json_pack("{s:s}", "transfer", transfer);
	if (folder != NULL) {
		size_t n = strlen(folder);
		while (n > 0 && folder[n - 1] == '/')
			n--;
		MEM_FREE char *path = mem_printf("%.*s%s", (int)n, folder, n > 0 ? "/" : "");
		MEM_FREE char *base64 = mem_alloc(HEX_B64_SIZE(strlen(path)));
		hex_b64_encode((const uint8_t *)path, strlen(path), base64);
		json_object_set_new(body, "folder", json_string(base64));
	}
	int status = desk_call(ui, MSG_UI_SIGNATURES, body, -1, MSG_DESK_SIGNATURES, &m);
	if (status != UI_DONE)
		return status;
	print_out("%sa set for %s, signed by %s: %llu files, %llu bytes\n", desk_mark(ui),
	    row_text(m.body, "scanner"), row_text(m.body, "signer"),
	    (unsigned long long)row_uint(m.body, "files"),
	    (unsigned long long)row_uint(m.body, "bytes"));
	status = signatures_sign_entry(
	    ui, "signatures.import", signatures_data(m.body, false, transfer));
	if (status == UI_DONE)
		signatures_say_waits(ui, m.body);
	msg_done(&m);
	return status;
}

/* The newest set of a scanner in this state; NULL when there is none. */
static const json_t *
signatures_find(const json_t *rows, const char *scanner, const char *state, const char * not )
{
	const json_t *row;
	size_t i;
	json_array_foreach (rows, i, row)
		if (strcmp(row_text(row, "scanner"), scanner) == 0 &&
		    strcmp(row_text(row, "state"), state) == 0 &&
		    strcmp(row_text(row, "set"), not ) != 0)
			return row;
	return NULL;
}

int
cmd_signatures_confirm(struct ui *ui, struct args *a)
{
	const char *scanner = args_text(a, "SCANNER");
	json_t *rows = NULL;
	int status = signatures_ask(ui, &rows);
	if (status != UI_DONE)
		return status;
	const json_t *row = signatures_find(rows, scanner, "waits", "");
	if (row == NULL) {
		print_problemf("sallyport --as ID signatures lists them",
		    "no set for %s waits for a second signature", scanner);
		status = UI_NO;
	} else {
		signatures_print_row(row);
		status = signatures_sign_entry(ui, "signatures.confirm",
		    json_pack("{s:s, s:s, s:s}", "leaf", row_text(row, "leaf"), "scanner",
			scanner, "set", row_text(row, "set")));
		if (status == UI_DONE)
			print_out("%sit is being tried: sallyport --as ID signatures\n",
			    desk_mark(ui));
	}
	json_decref(rows);
	return status;
}

int
cmd_signatures_back(struct ui *ui, struct args *a)
{
	const char *scanner = args_text(a, "SCANNER");
	json_t *rows = NULL;
	int status = signatures_ask(ui, &rows);
	if (status != UI_DONE)
		return status;
	const json_t *now = signatures_find(rows, scanner, "used", "");
	const json_t *before =
	    now != NULL ? signatures_find(rows, scanner, "used", row_text(now, "set")) : NULL;
	if (before == NULL) {
		print_problemf("bring in the set that is wanted, from a transfer",
		    "there was no other set for %s before", scanner);
		status = UI_NO;
	} else {
		status = signatures_sign_entry(
		    ui, "signatures.import", signatures_data(before, true, ""));
		if (status == UI_DONE)
			signatures_say_waits(ui, before);
	}
	json_decref(rows);
	return status;
}
