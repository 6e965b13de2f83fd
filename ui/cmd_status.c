/* SPDX-License-Identifier: ISC */
/* Looking: transfers, media, scanners, ready checks. */
#include "ui/cmd_status.h"
#include "src/base/buf.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "ui/cmd_choose.h"
#include "ui/cmd_media.h"
#include "ui/command.h"
#include "ui/desk.h"
#include "ui/hint.h"
#include "ui/print.h"
#include "ui/scanner.h"
#include "ui/signin.h"

#include <string.h>

static void
status_json(void *arg, const json_t *row)
{
	(void)arg;
	print_json(row);
}

/* "2026-11-22T16:41:07Z" without its seconds. */
static void
status_minute(const char *at, char out[24])
{
	snprintf(out, 24, "%.16sZ", at);
	if (at[0] == '\0')
		out[0] = '\0';
}

/* --- all transfers --------------------------------------------------------------------- */

static const struct print_column status_columns[] = {
    {"TRANSFER", 12, false, 0},
    {"STATE", 9, false, 1},
    {"FOR", 12, false, 1},
    {"HELD BY", 12, false, 1},
    {"LAST ENTRY", 17, false, 1},
    {"RELEASED", 8, true, 2},
};
#define STATUS_COLUMNS (sizeof(status_columns) / sizeof(status_columns[0]))

static void
status_row(void *arg, const json_t *row)
{
	bool *any = arg;
	char changed[24], files[24];
	const char *state = row_text(row, "state");
	bool went = strcmp(state, "RELEASED") == 0 || strcmp(state, "CLOSED") == 0 ||
	            strncmp(state, "RECALL", 6) == 0 || strncmp(state, "RETIRE", 6) == 0;
	if (!*any)
		print_titles(status_columns, STATUS_COLUMNS);
	*any = true;
	status_minute(row_text(row, "changed"), changed);
	snprintf(files, sizeof(files), "%llu", (unsigned long long)row_uint(row, "files"));
	const char *texts[] = {row_text(row, "transfer"), state, row_text(row, "requester"),
	    row_text(row, "holder"), changed, went ? files : ""};
	print_row(status_columns, STATUS_COLUMNS, texts);
}

static int
status_all(struct ui *ui, bool json)
{
	bool any = false;
	const struct custody *c = ui->authority;
	if (!json)
		print_out("%sstation %s of site %s\n", desk_mark(ui), custody_station(c),
		    custody_site(c));
	int status = desk_rows(
	    ui, MSG_UI_TRANSFERS, json_object(), json ? status_json : status_row, &any, NULL);
	if (status == UI_DONE && !json && !any)
		print_out("no transfers yet\n");
	return status;
}

/* --- one transfer ------------------------------------------------------------------------- */

/* "12 clean, 1 malicious" of an object of counts, without zeros. */
static void
status_counts(const char *title, json_t *counts)
{
	const char *word;
	json_t *n;
	bool first = true;
	json_object_foreach (counts, word, n) {
		if (json_integer_value(n) == 0)
			continue;
		if (first)
			print_out("  %-10s ", title);
		print_out(
		    "%s%lld %s", first ? "" : ", ", (long long)json_integer_value(n), word);
		first = false;
	}
	if (!first)
		print_out("\n");
}

/* Of a reading that was interrupted and repeated. */
static void
status_resumed(const json_t *r)
{
	char size[PRINT_SIZE_SIZE];
	print_size(row_uint(r, "bytes"), size);
	if (r == NULL)
		return;
	if (row_text(r, "why")[0] != '\0')
		print_folded("  resumed    ", 13, "all %llu files were read again: %s",
		    (unsigned long long)row_uint(r, "read"), row_text(r, "why"));
	else
		print_folded("  resumed    ", 13,
		    "%llu files (%s) were read before and not again; %llu were read now",
		    (unsigned long long)row_uint(r, "files"), size,
		    (unsigned long long)row_uint(r, "read"));
}

static void
status_medium(const json_t *s)
{
	char size[PRINT_SIZE_SIZE];
	const json_t *read = json_object_get(s, "read"), *v;
	const json_t *medium = json_object_get(read, "medium");
	size_t i;
	print_out("  %-10s %s\n", "source",
	    row_text(json_object_get(json_object_get(s, "open"), "medium"), "source"));
	if (read == NULL)
		return;
	print_size(row_uint(medium, "bytes"), size);
	print_out("  %-10s %s, table %s\n", "medium", size, row_text(medium, "table"));
	json_array_foreach (json_object_get(medium, "volumes"), i, v) {
		print_size(row_uint(v, "bytes"), size);
		print_out("  %-10s v%llu %s, %s, \"%s\"\n", "",
		    (unsigned long long)row_uint(v, "n"), row_text(v, "kind"), size,
		    row_text(v, "label"));
	}
	print_size(row_uint(read, "bytes"), size);
	print_out("  %-10s %llu: %llu files with %s; %llu unreadable\n", "items",
	    (unsigned long long)row_uint(read, "items"),
	    (unsigned long long)row_uint(read, "files"), size,
	    (unsigned long long)row_uint(read, "unreadable"));
	status_resumed(json_object_get(read, "resumed"));
}

/* What was asked for against what was read. */
static void
status_request(const json_t *s)
{
	const json_t *r = json_object_get(json_object_get(s, "scan"), "request"), *name;
	const char *control = row_text(json_object_get(s, "open"), "control");
	size_t i;
	if (control[0] != '\0')
		print_out("  %-10s %s\n", "register", control);
	if (r == NULL)
		return;
	print_folded("  request    ", 13, "%s%s%s, %s", row_text(r, "id"),
	    row_text(r, "id")[0] != '\0' ? " of " : "", row_text(r, "requester"),
	    row_text(r, "why"));
	if (row_text(r, "id")[0] == '\0')
		return;
	print_folded("             ", 13,
	    "%llu names: %llu items asked for, %llu differ, %llu not asked for; %llu names "
	    "missing",
	    (unsigned long long)row_uint(r, "names"), (unsigned long long)row_uint(r, "asked"),
	    (unsigned long long)row_uint(r, "differ"), (unsigned long long)row_uint(r, "other"),
	    (unsigned long long)row_uint(r, "missing"));
	if (row_uint(r, "left") > 0)
		print_folded("             ", 13,
		    "%llu names are on it and were left out by an officer",
		    (unsigned long long)row_uint(r, "left"));
	json_array_foreach (json_object_get(r, "missing_names"), i, name)
		print_folded("             ", 15, "missing: %s", json_string_value(name));
}

void
cmd_status_fields(const json_t *s)
{
	const json_t *row;
	size_t i;
	json_array_foreach (json_object_get(s, "fields"), i, row)
		print_folded(i == 0 ? "  fields     " : "             ", 15, "%s = %s%s",
		    row_text(row, "name"), row_text(row, "value"),
		    row_text(row, "from")[0] != '\0' ? " (from the request)" : "");
	json_array_foreach (json_object_get(s, "classes"), i, row)
		print_folded(i == 0 ? "  marked     " : "             ", 15,
		    "%s: %s  (%llu items)", row_text(row, "word"), row_text(row, "limit"),
		    (unsigned long long)row_uint(row, "items"));
	json_array_foreach (json_object_get(s, "missing"), i, row)
		print_out("%s%s", i == 0 ? "  missing    " : ", ", json_string_value(row));
	if (i > 0)
		print_out("\n");
	if (i > 0)
		print_folded("             ", 13,
		    "the policy asks for them: sallyport --as ID fields %s --set NAME=VALUE",
		    row_text(s, "transfer"));
}

static void
status_approvals(const json_t *s)
{
	const json_t *list = json_object_get(s, "approvals"), *a;
	size_t i;
	print_out("  %-10s %zu of %llu\n", "signatures", json_array_size(list),
	    (unsigned long long)row_uint(s, "approvals_needed"));
	json_array_foreach (list, i, a)
		print_out("  %-10s %zu. %s (%s), %s\n", "", i + 1, row_text(a, "officer"),
		    row_text(a, "name"), row_text(a, "at"));
}

/* What comes next, by state; %s is the transfer. */
static const struct {
	const char *state, *next;
} status_next[] = {
    {"OPEN", "it is being opened: sallyport --as ID watch %s"},
    {"READING", "it is being read: sallyport --as ID watch %s"},
    {"SCANNING", "it is being scanned: sallyport --as ID watch %s"},
    {"REVIEW", "decide the items, then: sallyport --as ID submit %s"},
    {"SUBMITTED", "another officer signs: sallyport --as ID approve %s (or return)"},
    {"APPROVED", "it is being released; after an interruption: sallyport --as ID release %s"},
    {"RELEASED", "hand the medium back, then: sallyport --as ID close %s --disposition TEXT"},
    {"RECALL", "another officer signs the recall: sallyport --as ID recall %s (or keep)"},
    {"RETIRE", "another officer signs the retirement: sallyport --as ID retire %s (or keep)"},
    {"BLOCKED", "remove the cause, then: sallyport --as ID rescan %s (or abort)"},
};

/* Read, and there is nothing to decide. */
static bool
status_empty(const json_t *s)
{
	const json_t *read = json_object_get(s, "read");
	return strcmp(row_text(s, "state"), "REVIEW") == 0 && read != NULL &&
	       row_uint(read, "files") == 0;
}

static void
status_say_next(const json_t *s)
{
	const char *state = row_text(s, "state"), *transfer = row_text(s, "transfer");
	if (row_uint(s, "undecided") > 0 && strcmp(state, "REVIEW") == 0)
		print_folded("  undecided  ", 13,
		    "%llu items that submit needs decided: sallyport --as ID items %s --where "
		    "'decision=none and gate!=block'",
		    (unsigned long long)row_uint(s, "undecided"), transfer);
	if (strcmp(state, "FAULT") == 0)
		print_folded("  next       ", 13,
		    strcmp(row_text(s, "step"), "release") == 0
			? "repeat: sallyport --as ID release %s"
			: "repeat: sallyport --as ID intake SOURCE --resume %s; what was read "
			  "is "
			  "not read again (or abort)",
		    transfer);
	for (size_t i = 0; i < sizeof(status_next) / sizeof(status_next[0]); i++) {
		if (strcmp(status_next[i].state, state) != 0)
			continue;
		if (status_empty(s)) {
			print_folded("  next       ", 13,
			    "no file was found on it: sallyport --as ID items %s tells why; "
			    "then abort, or submit for a slip",
			    transfer);
			return;
		}
		const char *gap = strstr(status_next[i].next, "%s");
		print_folded("  next       ", 13, "%.*s%s%s", (int)(gap - status_next[i].next),
		    status_next[i].next, transfer, gap + 2);
	}
}

static void
status_text(struct ui *ui, const json_t *s)
{
	const char *state = row_text(s, "state"), *why = row_text(s, "why");
	bool stopped = strcmp(state, "BLOCKED") == 0 || strcmp(state, "FAULT") == 0 ||
	               strcmp(state, "ABORTED") == 0;
	/* a return sends it to review, and its reason matters there */
	bool review = strcmp(state, "REVIEW") == 0;
	char size[PRINT_SIZE_SIZE];
	const json_t *choosing = json_object_get(s, "choosing");
	print_out("%s%s  %s%s\n", desk_mark(ui), row_text(s, "transfer"), state,
	    choosing != NULL ? ", choosing: it waits for an officer" : "");
	print_out("  %-10s %s\n", "for", row_text(s, "requester"));
	print_out("  %-10s %s\n", "held by", row_text(s, "holder"));
	print_out("  %-10s %s, last entry %s\n", "opened", row_text(s, "opened"),
	    row_text(s, "changed"));
	status_medium(s);
	status_request(s);
	cmd_status_fields(s);
	status_counts("verdicts", json_object_get(s, "verdicts"));
	status_counts("decisions", json_object_get(s, "decisions"));
	if (row_uint(s, "items") > 0) {
		print_size(row_uint(s, "bytes"), size);
		print_out("  %-10s %llu files, %s, of %llu items\n", "manifest",
		    (unsigned long long)row_uint(s, "files"), size,
		    (unsigned long long)row_uint(s, "items"));
	}
	status_approvals(s);
	if (!json_is_true(json_object_get(s, "sandboxed")))
		print_out("  %-10s a program served it without its sandbox: it can never be "
			  "released\n",
		    "sandbox");
	if (row_text(s, "disposition")[0] != '\0')
		print_out("  %-10s %s\n", "medium", row_text(s, "disposition"));
	if ((stopped || review) && why[0] != '\0')
		print_out("  %-10s %s\n", stopped ? "why" : "before", why);
	if (choosing != NULL)
		cmd_choose_print(choosing, row_text(s, "transfer"));
	else
		status_say_next(s);
}

int
cmd_status_print(struct ui *ui, const char *transfer)
{
	json_t *s;
	int status = desk_status(ui, transfer, &s);
	if (status != UI_DONE)
		return status;
	status_text(ui, s);
	json_decref(s);
	return UI_DONE;
}

int
cmd_status(struct ui *ui, struct args *a)
{
	const char *transfer = args_text(a, "TRANSFER");
	json_t *s;
	if (transfer == NULL)
		return status_all(ui, args_has(a, "json"));
	if (!args_has(a, "json"))
		return cmd_status_print(ui, transfer);
	int status = desk_status(ui, transfer, &s);
	if (status == UI_DONE) {
		print_json(s);
		json_decref(s);
	}
	return status;
}

/* --- media and scanners
 * ------------------------------------------------------------------------ */

/* "K1-000001, it was read to its end": what is known beyond the state. */
static void
status_medium_words(const json_t *row, struct buf *out)
{
	const char *const keys[] = {"transfer", "why"};
	char at[24];
	for (size_t i = 0; i < 2; i++) {
		const char *text = row_text(row, keys[i]);
		if (text[0] != '\0')
			buf_addf(out, "%s%s", out->len > 0 ? ", " : "", text);
	}
	status_minute(row_text(row, "at"), at);
	if (at[0] != '\0')
		buf_addf(out, "%s%s", out->len > 0 ? ", " : "", at);
}

static void
status_medium_row(void *arg, const json_t *row)
{
	static const struct print_column columns[] = {
	    {"PORT", 8, false, 0},
	    {"STATE", 8, false, 1},
	    {"BYTES", 8, true, 2},
	    {"NAME", 0, false, 2},
	};
	bool *any = arg;
	char size[PRINT_SIZE_SIZE] = "";
	struct buf words;
	if (!*any)
		print_titles(columns, 4);
	*any = true;
	if (row_uint(row, "bytes") > 0)
		print_size(row_uint(row, "bytes"), size);
	const char *texts[] = {
	    row_text(row, "port"), row_text(row, "state"), size, row_text(row, "name")};
	print_row(columns, 4, texts);
	buf_init(&words, LIM_MESSAGE_BYTES);
	status_medium_words(row, &words);
	if (words.len > 0)
		print_wrapped(9, buf_str(&words));
	buf_done(&words);
}

int
cmd_status_media(struct ui *ui, struct args *a)
{
	bool any = false, json = args_has(a, "json");
	if (args_has(a, "register")) {
		int signed_in = signin(ui);
		return signed_in == UI_DONE ? cmd_media_list(ui, a) : signed_in;
	}
	if (!json)
		print_out(
		    "%sports of station %s\n", desk_mark(ui), custody_station(ui->authority));
	int status = desk_rows(ui, MSG_UI_MEDIA, json_object(),
	    json ? status_json : status_medium_row, &any, NULL);
	if (status == UI_DONE && !json && !any)
		print_out("no ports; station.conf names them\n");
	return status;
}

/* What the rows said beside being printed. */
struct status_seen {
	bool json, bad;
};

static void
status_scanner_row(void *arg, const json_t *row)
{
	static const struct {
		const char *first;
		void (*words)(const json_t *, char[SCANNER_TEXT_SIZE]);
	} lines[] = {{"  signatures ", scanner_signatures}, {"  tested     ", scanner_tested},
	    {"  work       ", scanner_pace}};
	char text[SCANNER_TEXT_SIZE];
	struct status_seen *seen = arg;
	const char *state = row_text(row, "state"), *why = row_text(row, "why");
	seen->bad |= strcmp(state, "UNFIT") == 0;
	if (seen->json) {
		print_json(row);
		return;
	}
	print_out("%-12s %s\n", row_text(row, "name"), state);
	if (row_text(row, "engine")[0] != '\0')
		print_out("  engine     %s\n", row_text(row, "engine"));
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		lines[i].words(row, text);
		if (text[0] != '\0')
			print_folded(lines[i].first, 13, "%s", text);
	}
	if (why[0] != '\0')
		print_wrapped(2, why);
}

int
cmd_status_scanners(struct ui *ui, struct args *a)
{
	struct status_seen seen = {args_has(a, "json"), false};
	if (args_has(a, "check")) {
		print_problem("--check starts a program, which no command of a batch can",
		    "as a command of its own: sallyport scanners --check PATH");
		return UI_USAGE;
	}
	if (!seen.json)
		print_out("%sscanners of station %s\n", desk_mark(ui),
		    custody_station(ui->authority));
	int status = desk_rows(ui, MSG_UI_SCANNERS,
	    json_pack("{s:b, s:b}", "selftest", (int)args_has(a, "selftest"), "wait", 1),
	    status_scanner_row, &seen, NULL);
	if (status != UI_DONE || !seen.bad)
		return status;
	print_problem("a scanner is unfit: nothing that needs it can be approved",
	    "see to its engine and signatures, then: sallyport scanners --selftest");
	return UI_NO;
}

static void
status_remedy(const char *remedy)
{
	const char *command = hint_command(remedy);
	MEM_FREE char *both = command != NULL ? mem_printf("%s: %s", remedy, command) : NULL;
	print_wrapped(17, both != NULL ? both : remedy);
}

static void
status_check_row(void *arg, const json_t *row)
{
	struct status_seen *seen = arg;
	bool bad = strcmp(row_text(row, "state"), "OK") != 0;
	seen->bad |= strcmp(row_text(row, "state"), "FAIL") == 0;
	if (seen->json) {
		print_json(row);
		return;
	}
	print_out("%-4s %-11s %s\n", row_text(row, "state"), row_text(row, "check"),
	    row_text(row, "text"));
	if (bad)
		status_remedy(row_text(row, "remedy"));
}

int
cmd_status_doctor(struct ui *ui, struct args *a)
{
	struct status_seen seen = {args_has(a, "json"), false};
	if (!seen.json)
		print_out("%sstation %s\n", desk_mark(ui), custody_station(ui->authority));
	int status = desk_rows(ui, MSG_UI_DOCTOR, json_object(), status_check_row, &seen, NULL);
	return status == UI_DONE && seen.bad ? UI_NO : status;
}
