/* SPDX-License-Identifier: ISC */
/* Exceptions: an admin answers for what a scanner said by mistake. */
#include "ui/cmd_exception.h"
#include "src/base/mem.h"
#include "ui/command.h"
#include "ui/desk.h"
#include "ui/print.h"
#include "ui/sign.h"

#include <string.h>

#define EXCEPTION_SUBJECT "exception"

/* --- one of them ---------------------------------------------------------------------------
 */

static void
exception_say(const struct exception *x)
{
	struct buf words;
	buf_init(&words, 4096);
	exception_words(x, &words);
	print_folded("  ", 4, "%s", buf_str(&words));
	buf_done(&words);
	if (x->sha256[0] != '\0')
		print_out("    object  %s\n", x->sha256);
	print_folded("    reason  ", 12, "%s", x->reason);
	print_out("    until   %s, in UTC\n", x->expires);
}

void
cmd_exception_show(const char *type, const json_t *data)
{
	struct exception x;
	if (strcmp(type, "exception.end") == 0) {
		print_out("  ends the exception\n  %s\n", row_text(data, "leaf"));
		print_folded("    reason  ", 12, "%s", row_text(data, "reason"));
		return;
	}
	exception_of_entry(data, "", &x);
	exception_say(&x);
}

/* In force, or what it waits for: the authority log was read again. */
static void
exception_say_force(struct ui *ui, const char *leaf, const char *done)
{
	struct custody_proposal p;
	if (custody_pending_find(ui->authority, leaf, &p))
		print_out("%sproposed; %u admins must stand behind it:\n"
			  "  sallyport --as ADMIN authority endorse %s\n",
		    desk_mark(ui), p.needs, leaf);
	else
		print_out("%s%s\n", desk_mark(ui), done);
}

static int
exception_sign(struct ui *ui, const char *type, json_t *data, const char *done)
{
	struct msg m;
	int status = sign_entry(ui, "authority", type, EXCEPTION_SUBJECT, data, &m);
	if (status != UI_DONE)
		return status;
	MEM_FREE char *leaf = mem_strdup(msg_str(&m, "leaf"));
	msg_done(&m);
	status = desk_refresh(ui);
	if (status == UI_DONE) {
		exception_say_force(ui, leaf, done);
		print_out("  leaf %s\n", leaf);
	}
	return status;
}

static const char *
exception_option(const struct args *a, const char *name)
{
	const char *text = args_text(a, name);
	return text != NULL ? text : "";
}

int
cmd_exception_add(struct ui *ui, struct args *a)
{
	const struct exception x = {.leaf = "",
	    .scanner = exception_option(a, "scanner"),
	    .sha256 = exception_option(a, "object"),
	    .rule = exception_option(a, "rule"),
	    .type = exception_option(a, "type"),
	    .reason = exception_option(a, "reason"),
	    .expires = exception_option(a, "until")};
	const char *wrong = exception_wrong(&x);
	if (wrong != NULL) {
		print_problem(wrong,
		    "give --object SHA256, or --rule RULE and --type TYPE, as sallyport item "
		    "shows them; nothing was signed");
		return UI_NO;
	}
	int status = exception_sign(ui, "exception.add", exception_entry(&x),
	    "exception: in force; transfers in review are judged with it");
	if (status == UI_DONE)
		exception_say(&x);
	return status;
}

int
cmd_exception_end(struct ui *ui, struct args *a)
{
	return exception_sign(ui, "exception.end",
	    json_pack(
		"{s:s, s:s}", "leaf", args_text(a, "LEAF"), "reason", args_text(a, "reason")),
	    "exception: ended; what it covered counts again");
}

/* --- all of them ---------------------------------------------------------------------------
 */

struct exception_list {
	bool all;
	size_t shown, left;
	json_t *rows; /* NULL: print */
};

static void
exception_print_used(const json_t *row)
{
	const json_t *used = json_object_get(row, "used");
	size_t n = json_array_size(used);
	struct buf list;
	buf_init(&list, 1 << 16);
	for (size_t i = 0; i < n; i++)
		buf_addf(&list, "%s%s", i > 0 ? ", " : "",
		    json_string_value(json_array_get(used, i)));
	print_folded("    used    ", 12, "%s", n > 0 ? buf_str(&list) : "nowhere yet");
	buf_done(&list);
}

static void
exception_print_row(const json_t *row)
{
	struct exception x;
	const char *by = row_text(row, "by"), *second = row_text(row, "in_force_by");
	exception_of_entry(row, row_text(row, "leaf"), &x);
	print_out("%s  %s\n", row_text(row, "state"), row_text(row, "leaf"));
	exception_say(&x);
	print_out("    signed  %s%s%s, %s\n", by, strcmp(by, second) != 0 ? " and " : "",
	    strcmp(by, second) != 0 ? second : "", row_text(row, "at"));
	if (row_text(row, "ended_by")[0] != '\0')
		print_folded("    ended   ", 12, "%s, %s: %s", row_text(row, "ended_by"),
		    row_text(row, "ended_at"), row_text(row, "ended_why"));
	exception_print_used(row);
}

static void
exception_take_row(void *arg, const json_t *row)
{
	struct exception_list *l = arg;
	if (!l->all && strcmp(row_text(row, "state"), "in force") != 0) {
		l->left++;
		return;
	}
	l->shown++;
	if (l->rows != NULL)
		json_array_append_new(l->rows, json_deep_copy(row));
	else
		exception_print_row(row);
}

int
cmd_exception_list(struct ui *ui, struct args *a)
{
	struct exception_list l = {
	    .all = args_has(a, "all"), .rows = args_has(a, "json") ? json_array() : NULL};
	if (l.rows == NULL)
		print_out("%sexceptions%s\n", desk_mark(ui), l.all ? "" : " in force");
	int status =
	    desk_rows(ui, MSG_UI_EXCEPTIONS, json_object(), exception_take_row, &l, NULL);
	if (status == UI_DONE && l.rows != NULL)
		print_json(l.rows);
	else if (status == UI_DONE && l.shown == 0)
		print_out("  none: whatever scanners say counts\n");
	if (status == UI_DONE && l.rows == NULL && l.left > 0)
		print_out(
		    "  and %zu that ended or are over: sallyport exceptions --all\n", l.left);
	json_decref(l.rows);
	return status;
}
