/* SPDX-License-Identifier: ISC */
/* A reading that waits for an officer: volumes are opened, parts are left out, it goes on. */
#include "ui/cmd_choose.h"
#include "src/base/hex.h"
#include "src/base/mem.h"
#include "ui/cmd_intake.h"
#include "ui/cmd_status.h"
#include "ui/command.h"
#include "ui/desk.h"
#include "ui/keyfile.h"
#include "ui/print.h"
#include "ui/secret.h"
#include "ui/volume.h"
#include "ui/waits.h"

#include <string.h>
#include <unistd.h>

/* --- how it stands ----------------------------------------------------------------------- */

static void
choose_print_why(const json_t *c)
{
	size_t i;
	const json_t *word;
	const char *title = "waits";
	json_array_foreach (json_object_get(c, "why"), i, word) {
		const char *text = waits_text(json_string_value(word));
		if (text == NULL)
			continue;
		print_out("  %-10s %s\n", title, text);
		title = "";
	}
	if (title[0] != '\0')
		print_out("  %-10s for the word to go on\n", title);
}

static void
choose_print_room(const json_t *c)
{
	char all[PRINT_SIZE_SIZE], left[PRINT_SIZE_SIZE], rest[PRINT_SIZE_SIZE],
	    room[PRINT_SIZE_SIZE], missing[PRINT_SIZE_SIZE];
	uint64_t bytes = row_uint(c, "bytes"), saved = row_uint(c, "left_saved");
	print_size(bytes, all);
	print_size(row_uint(c, "left_bytes"), left);
	print_size(bytes > saved ? bytes - saved : 0, rest);
	print_size(row_uint(c, "room"), room);
	print_size(row_uint(c, "missing"), missing);
	print_out("  %-10s %llu items: %llu files with %s\n", "on it",
	    (unsigned long long)row_uint(c, "items"), (unsigned long long)row_uint(c, "files"),
	    all);
	if (row_uint(c, "left_out") > 0)
		print_out("  %-10s %llu file%s with %s\n", "left out",
		    (unsigned long long)row_uint(c, "left_files"),
		    row_uint(c, "left_files") == 1 ? "" : "s", left);
	print_out("  %-10s %s; the vault has room for %s%s%s%s\n", "to read", rest, room,
	    row_uint(c, "missing") > 0 ? ": " : "", row_uint(c, "missing") > 0 ? missing : "",
	    row_uint(c, "missing") > 0 ? " too little" : "");
}

static void
choose_print_volumes(const json_t *c)
{
	size_t i;
	const json_t *v;
	json_array_foreach (json_object_get(c, "volumes"), i, v) {
		char size[PRINT_SIZE_SIZE];
		uint64_t n = row_uint(v, "n");
		bool locked = json_is_true(json_object_get(v, "locked"));
		print_size(row_uint(v, "bytes"), size);
		print_out("  %-10s v%llu %s, %s%s\n", i == 0 ? "volumes" : "",
		    (unsigned long long)n, row_text(v, "kind"), size,
		    !locked                       ? ""
		    : row_uint(c, "opening") == n ? ", is being opened"
						  : ", LOCKED");
	}
}

static void
choose_print_largest(const json_t *c)
{
	size_t i;
	const json_t *row;
	json_array_foreach (json_object_get(c, "largest"), i, row) {
		char size[PRINT_SIZE_SIZE], name[PRINT_FIT_SIZE];
		print_size(row_uint(row, "bytes"), size);
		print_fit(row_text(row, "name"), print_width() - 46, name);
		print_out("  %-10s %7llu  %6s in %8llu files  %s\n", i == 0 ? "largest" : "",
		    (unsigned long long)row_uint(row, "item"), size,
		    (unsigned long long)row_uint(row, "files"), name);
	}
}

/* What the request says, against what is listed: contents are not read yet. */
static void
choose_print_request(const json_t *c)
{
	const json_t *r = json_object_get(c, "request"), *name;
	char size[PRINT_SIZE_SIZE];
	size_t i;
	if (r == NULL)
		return;
	if (!json_is_true(json_object_get(r, "good"))) {
		print_folded("  request    ", 13, "%s", row_text(r, "why"));
		return;
	}
	print_size(row_uint(r, "other_bytes"), size);
	print_folded("  request    ", 13, "%s of %s, %s", row_text(r, "id"),
	    row_text(r, "requester"), row_text(r, "why"));
	print_folded("             ", 13,
	    "%llu names: %llu items are there, %llu of another size; %llu names missing",
	    (unsigned long long)row_uint(r, "names"),
	    (unsigned long long)(row_uint(r, "asked") + row_uint(r, "differ")),
	    (unsigned long long)row_uint(r, "differ"),
	    (unsigned long long)row_uint(r, "missing"));
	json_array_foreach (json_object_get(r, "missing_names"), i, name)
		print_folded("             ", 15, "missing: %s", json_string_value(name));
	print_folded("             ", 13, "nobody asked for %llu other file%s with %s",
	    (unsigned long long)row_uint(r, "other_files"),
	    row_uint(r, "other_files") == 1 ? "" : "s", size);
}

/* There is a list to go by, and something that is not on it. */
static bool
choose_may_request(const json_t *c)
{
	const json_t *r = json_object_get(c, "request");
	return json_is_true(json_object_get(r, "good")) && row_uint(r, "names") > 0 &&
	       row_uint(r, "other_files") > 0;
}

static size_t
choose_count_locked(const json_t *c)
{
	size_t i, n = 0;
	const json_t *v;
	json_array_foreach (json_object_get(c, "volumes"), i, v)
		n += json_is_true(json_object_get(v, "locked"));
	return n;
}

void
cmd_choose_print(const json_t *c, const char *transfer)
{
	const json_t *tried = json_object_get(c, "tried");
	choose_print_why(c);
	choose_print_room(c);
	choose_print_request(c);
	choose_print_volumes(c);
	choose_print_largest(c);
	if (tried != NULL && !json_is_true(json_object_get(tried, "ok"))) {
		print_folded("  not opened ", 13, "v%llu: %s",
		    (unsigned long long)row_uint(tried, "volume"), row_text(tried, "why"));
	}
	const char *title = "  next       ";
	if (choose_count_locked(c) > 0) {
		print_folded(
		    title, 13, "open the volume: sallyport --as ID unlock %s", transfer);
		title = "             ";
	}
	if (choose_may_request(c)) {
		print_folded(title, 13,
		    "leave out what nobody asked for: sallyport --as ID scope %s --requested",
		    transfer);
		title = "             ";
	}
	print_folded(
	    title, 13, "leave a part out: sallyport --as ID scope %s --leave PATH", transfer);
	print_folded("             ", 13, "%s: sallyport --as ID go %s",
	    row_uint(c, "missing") > 0 ? "when the rest has room, read it"
				       : "read the contents",
	    transfer);
}

/* --- unlock --------------------------------------------------------------------------------
 */

/* The volume that is meant: named, or the only one that is locked. */
static int
choose_volume(const json_t *status, const char *named, json_t **ret_volume)
{
	json_t *c = json_object_get(status, "choosing"), *v, *found = NULL;
	const char *transfer = row_text(status, "transfer");
	size_t i, locked = 0;
	unsigned long n = named != NULL ? strtoul(named + (named[0] == 'v'), NULL, 10) : 0;
	if (c == NULL) {
		print_problemf("sallyport status tells where it stands",
		    "%s does not wait for anything to be opened", transfer);
		return UI_NO;
	}
	json_array_foreach (json_object_get(c, "volumes"), i, v) {
		bool is = json_is_true(json_object_get(v, "locked"));
		locked += is;
		if (named != NULL ? row_uint(v, "n") == n : is)
			found = v;
	}
	if (found == NULL || !json_is_true(json_object_get(found, "locked"))) {
		print_problemf("sallyport status lists the volumes",
		    locked == 0 ? "no volume of %s is locked" : "%s has no locked volume %s",
		    transfer, named != NULL ? named : "");
		return UI_NO;
	}
	if (named == NULL && locked > 1) {
		print_problemf("say which: sallyport unlock TRANSFER VOLUME",
		    "%zu volumes of %s are locked", locked, transfer);
		return UI_USAGE;
	}
	*ret_volume = found;
	return UI_DONE;
}

/* The key files that were named. */
static int
choose_key_files(const struct args *a, struct keyfiles *files)
{
	const struct arg *file;
	for (size_t i = 0; (file = args_at(a, "key-file", i)) != NULL; i++) {
		enum err e = keyfile_add(files, file->fd);
		if (e == ERR_OK)
			continue;
		print_problem(keyfile_why(e), "see sallyport(1), unlock");
		return e == ERR_IO ? UI_FAULT : UI_USAGE;
	}
	return UI_DONE;
}

static int
choose_pipe(struct seal_secret *passphrase, const struct keyfiles *files, int *ret_fd)
{
	enum err e = secret_pipe(passphrase != NULL ? seal_secret_bytes(passphrase) : NULL,
	    passphrase != NULL ? seal_secret_len(passphrase) : 0, files->v, files->n, ret_fd);
	if (e == ERR_OK)
		return UI_DONE;
	if (e == ERR_LIMIT)
		print_problemf("give the secret the volume was made with",
		    "a passphrase has at most %d bytes", LIM_UNLOCK_PASSPHRASE_BYTES);
	else
		print_problem("the secret cannot be handed over: the system gives no pipe or "
			      "no locked memory for it",
		    "try again");
	return e == ERR_LIMIT ? UI_USAGE : UI_FAULT;
}

/* What is typed: always, but for key files alone. */
static int
choose_passphrase(
    struct ui *ui, const struct args *a, const json_t *volume, struct seal_secret **ret)
{
	int fd = args_number(a, "volume-passphrase-fd", -1);
	if (args_has(a, "key-file") && fd < 0)
		return UI_DONE;
	MEM_FREE char *prompt = mem_printf(
	    "%s of volume %llu (%s): ", args_has(a, "recovery") ? "Recovery key" : "Passphrase",
	    (unsigned long long)row_uint(volume, "n"), row_text(volume, "kind"));
	return secret_ask_text(ui, fd, prompt, "volume-passphrase-fd", ret);
}

static int
choose_secret(struct ui *ui, const struct args *a, const json_t *volume, int *ret_fd)
{
	__attribute__((cleanup(seal_secret_cleanup))) struct seal_secret *passphrase = NULL;
	struct keyfiles files = {.n = 0};
	int status = choose_passphrase(ui, a, volume, &passphrase);
	if (status == UI_DONE)
		status = choose_key_files(a, &files);
	if (status == UI_DONE)
		status = choose_pipe(passphrase, &files, ret_fd);
	keyfile_done(&files);
	return status;
}

int
cmd_choose_unlock(struct ui *ui, struct args *a)
{
	const char *transfer = args_text(a, "TRANSFER");
	json_t *status_row, *volume;
	int fd = -1, status = desk_status(ui, transfer, &status_row);
	if (status != UI_DONE)
		return status;
	status = choose_volume(status_row, args_text(a, "VOLUME"), &volume);
	if (status == UI_DONE)
		status = choose_secret(ui, a, volume, &fd);
	if (status == UI_DONE) {
		json_t *body = json_pack("{s:s, s:I, s:s, s:b}", "transfer", transfer, "volume",
		    (json_int_t)row_uint(volume, "n"), "kind",
		    volume_kind(row_text(volume, "kind"), args_has(a, "backup-header")), "wait",
		    1);
		if (args_has(a, "pim"))
			json_object_set_new(
			    body, "pim", json_integer(args_number(a, "pim", 0)));
		print_err("The volume is being opened; this can take a minute.\n");
		status = desk_call(ui, MSG_UI_UNLOCK, body, fd, MSG_DESK_DONE, NULL);
		close(fd);
	}
	json_decref(status_row);
	return status == UI_DONE ? cmd_status_print(ui, transfer) : status;
}

/* --- scope ---------------------------------------------------------------------------------
 */

static void
choose_take_item(void *arg, const json_t *row)
{
	*(uint64_t *)arg = row_uint(row, "item");
}

/*
 * A number with a sign before it is that of an item, anything else a path on the
 * medium: folders are called 2024.
 */
static int
choose_item(struct ui *ui, const char *transfer, const char *what, uint64_t *ret_item)
{
	size_t n = strlen(what);
	if (what[0] == '@' && n > 1 && n <= 10 && strspn(what + 1, "0123456789") == n - 1) {
		*ret_item = strtoull(what + 1, NULL, 10);
		return UI_DONE;
	}
	if (strncmp(what, "./", 2) == 0)
		what += 2;
	what += what[0] == '/';
	for (n = strlen(what); n > 0 && what[n - 1] == '/';)
		n--;
	MEM_FREE char *path = mem_alloc(HEX_B64_SIZE(n));
	hex_b64_encode((const uint8_t *)what, n, path);
	*ret_item = 0;
	return desk_rows(ui, MSG_UI_FOLDERS,
	    json_pack(
		"{s:s, s:i, s:i, s:s}", "transfer", transfer, "in", 0, "from", 0, "path", path),
	    choose_take_item, ret_item, NULL);
}

static int
choose_set_item(struct ui *ui, const struct args *a, uint64_t item, bool include)
{
	char size[PRINT_SIZE_SIZE];
	struct msg m;
	int status = desk_call(ui, MSG_UI_SCOPE,
	    json_pack("{s:s, s:I, s:b}", "transfer", args_text(a, "TRANSFER"), "item",
		(json_int_t)item, "include", (int)include),
	    -1, MSG_DESK_DONE, &m);
	if (status != UI_DONE)
		return status;
	print_size(msg_uint(&m, "bytes"), size);
	if (!args_has(a, "json"))
		print_out("%s: %s, %llu file%s with %s\n", include ? "taken back" : "left out",
		    msg_str(&m, "text"), (unsigned long long)msg_uint(&m, "count"),
		    msg_uint(&m, "count") == 1 ? "" : "s", size);
	msg_done(&m);
	return UI_DONE;
}

static int
choose_set(struct ui *ui, const struct args *a, const char *option, bool include)
{
	const char *transfer = args_text(a, "TRANSFER");
	const struct arg *what;
	int status = UI_DONE;
	for (size_t i = 0; status == UI_DONE && (what = args_at(a, option, i)) != NULL; i++) {
		uint64_t item;
		status = choose_item(ui, transfer, what->value, &item);
		if (status == UI_DONE)
			status = choose_set_item(ui, a, item, include);
	}
	return status;
}

/* The requester's list, or all of the medium; says what is left out then. */
static int
choose_set_all(struct ui *ui, const struct args *a)
{
	static const struct {
		const char *option;
		bool take;
	} ways[] = {{"everything", true}, {"requested", false}};
	int status = UI_DONE;
	for (size_t i = 0; i < 2 && status == UI_DONE; i++) {
		struct msg m;
		char size[PRINT_SIZE_SIZE];
		if (!args_has(a, ways[i].option))
			continue;
		status = desk_call(ui, MSG_UI_REQUESTED,
		    json_pack("{s:s, s:b}", "transfer", args_text(a, "TRANSFER"), "take",
			(int)ways[i].take),
		    -1, MSG_DESK_DONE, &m);
		if (status != UI_DONE)
			break;
		print_size(msg_uint(&m, "bytes"), size);
		if (!args_has(a, "json") && msg_uint(&m, "count") > 0)
			print_out("left out: %llu folders and files with %s\n",
			    (unsigned long long)msg_uint(&m, "count"), size);
		else if (!args_has(a, "json"))
			print_out("nothing is left out\n");
		msg_done(&m);
	}
	return status;
}

static const struct print_column choose_columns[] = {
    {"ITEM", 7, true, 0},
    {"SIZE", 6, true, 1},
    {"FILES", 8, true, 1},
    {"TO READ", 8, false, 2},
    {"NAME", 0, false, 1},
};
#define CHOOSE_COLUMNS (sizeof(choose_columns) / sizeof(choose_columns[0]))

struct choose_shown {
	bool json, any;
};

static void
choose_row(void *arg, const json_t *row)
{
	struct choose_shown *shown = arg;
	char item[24], files[24], size[PRINT_SIZE_SIZE];
	bool folder = strcmp(row_text(row, "kind"), "directory") == 0;
	if (shown->json) {
		print_json(row);
		return;
	}
	if (!shown->any)
		print_titles(choose_columns, CHOOSE_COLUMNS);
	shown->any = true;
	snprintf(item, sizeof(item), "@%llu", (unsigned long long)row_uint(row, "item"));
	snprintf(files, sizeof(files), "%llu", (unsigned long long)row_uint(row, "files"));
	print_size(row_uint(row, "bytes"), size);
	MEM_FREE char *name = mem_printf("%s%s", row_text(row, "name"), folder ? "/" : "");
	const char *out = row_text(row, "out");
	const char *texts[] = {
	    item, size, folder ? files : "", out[0] == '\0' ? "yes" : out, name};
	print_row(choose_columns, CHOOSE_COLUMNS, texts);
}

int
cmd_choose_scope(struct ui *ui, struct args *a)
{
	const char *transfer = args_text(a, "TRANSFER"), *in = args_text(a, "in");
	struct choose_shown shown = {.json = args_has(a, "json")};
	uint64_t folder = 0;
	int status = choose_set_all(ui, a);
	if (status == UI_DONE)
		status = choose_set(ui, a, "leave", false);
	if (status == UI_DONE)
		status = choose_set(ui, a, "take", true);
	if (status == UI_DONE && in != NULL)
		status = choose_item(ui, transfer, in, &folder);
	if (status != UI_DONE)
		return status;
	status = desk_rows(ui, MSG_UI_FOLDERS,
	    json_pack(
		"{s:s, s:I, s:i}", "transfer", transfer, "in", (json_int_t)folder, "from", 0),
	    choose_row, &shown, NULL);
	if (status == UI_DONE && !shown.json && !shown.any)
		print_out("no files and folders %s\n", in != NULL ? "in it" : "on the medium");
	return status;
}

int
cmd_choose_go(struct ui *ui, struct args *a)
{
	const char *transfer = args_text(a, "TRANSFER");
	int status = desk_call(
	    ui, MSG_UI_GO, json_pack("{s:s}", "transfer", transfer), -1, MSG_DESK_DONE, NULL);
	if (status != UI_DONE)
		return status;
	print_out("%s%s goes on\n", desk_mark(ui), transfer);
	return args_has(a, "no-wait") ? UI_DONE : cmd_intake_follow(ui, transfer);
}
