/* SPDX-License-Identifier: ISC */
/* After the release: a delivery is recalled or retired by two officers, or stays. */
#include "src/base/mem.h"
#include "ui/command.h"
#include "ui/desk.h"
#include "ui/print.h"
#include "ui/secret.h"
#include "ui/sign.h"
#include "ui/signin.h"
#include "ui/watch.h"

#include <string.h>

/* What differs between the two. */
static const struct recall_kind {
	const char *type, *asked, *over, *noun, *command;
} recall_kinds[] = {
    {"xfer.recall", "RECALL", "RECALLED", "recall", "recall"},
    {"xfer.retire", "RETIRE", "RETIRED", "retirement", "retire"},
};

/* The second signature was given: the stager moves the delivery. */
static int
recall_follow(struct ui *ui, const struct recall_kind *kind, const char *transfer)
{
	struct watch w;
	int status = watch(ui, transfer, &w);
	if (status != UI_DONE || w.left)
		return status;
	print_out("%s%s  %s\n", desk_mark(ui), transfer, w.state);
	if (strcmp(w.state, kind->over) == 0)
		return UI_DONE;
	print_problemf("it is tried again by itself; see sallyport doctor and the share",
	    "the %s of %s is signed and not done yet: %s", kind->noun, transfer,
	    w.why[0] != '\0' ? w.why : "see the log of sallyportd");
	return UI_FAULT;
}

static void
recall_show(const struct recall_kind *kind, const char *transfer, const json_t *status)
{
	const json_t *r = json_object_get(status, "recall");
	print_out("%s of %s, %llu files\n", kind->noun, transfer,
	    (unsigned long long)row_uint(status, "files"));
	print_folded("  reason     ", 13, "%s", row_text(r, "reason"));
	print_out("  proposed   %s (%s), %s\n", row_text(r, "by"), row_text(r, "name"),
	    row_text(r, "at"));
}

/* On a terminal the id is typed, and the passphrase asked for again. */
static int
recall_confirm(struct ui *ui, const struct args *a)
{
	if (ui->passphrase_fd >= 0 || ui->tty < 0)
		return UI_DONE;
	if (!args_has(a, "yes") &&
	    !secret_confirm(ui, "Type the transfer id to sign, anything else stops: ",
		args_text(a, "TRANSFER"))) {
		print_problem("not confirmed: nothing was signed", NULL);
		return UI_NO;
	}
	signin_forget(ui);
	return UI_DONE;
}

static int
recall_agree(
    struct ui *ui, const struct args *a, const struct recall_kind *kind, const json_t *status)
{
	const char *transfer = args_text(a, "TRANSFER");
	const json_t *r = json_object_get(status, "recall");
	if (args_text(a, "reason") != NULL) {
		print_problemf("leave --reason away to sign as the second person",
		    "a %s of %s is proposed already", kind->noun, transfer);
		return UI_NO;
	}
	recall_show(kind, transfer, status);
	int done = recall_confirm(ui, a);
	if (done == UI_DONE)
		done = sign_transfer(ui, "xfer.confirm", transfer,
		    json_pack("{s:s}", "leaf", row_text(r, "leaf")), NULL);
	return done == UI_DONE ? recall_follow(ui, kind, transfer) : done;
}

static int
recall_propose(struct ui *ui, const struct args *a, const struct recall_kind *kind)
{
	const char *transfer = args_text(a, "TRANSFER"), *reason = args_text(a, "reason");
	if (reason == NULL) {
		print_problemf("give the reason: --reason TEXT; another officer then signs it",
		    "no %s of %s is proposed yet", kind->noun, transfer);
		return UI_NO;
	}
	int done = recall_confirm(ui, a);
	if (done == UI_DONE)
		done = sign_transfer(
		    ui, kind->type, transfer, json_pack("{s:s}", "reason", reason), NULL);
	if (done != UI_DONE)
		return done;
	print_out("%s%s  %s\n", desk_mark(ui), transfer, kind->asked);
	print_folded("  next: ", 8,
	    "another officer signs: sallyport --as ID %s %s (or: keep %s --reason TEXT)",
	    kind->command, transfer, transfer);
	return UI_DONE;
}

static int
recall_sign(struct ui *ui, const struct args *a, const struct recall_kind *kind)
{
	json_t *s;
	int status = desk_status(ui, args_text(a, "TRANSFER"), &s);
	if (status != UI_DONE)
		return status;
	if (strcmp(row_text(s, "state"), kind->asked) == 0)
		status = recall_agree(ui, a, kind, s);
	else
		status = recall_propose(ui, a, kind);
	json_decref(s);
	return status;
}

int
cmd_recall(struct ui *ui, struct args *a)
{
	return recall_sign(ui, a, &recall_kinds[0]);
}

int
cmd_recall_retire(struct ui *ui, struct args *a)
{
	return recall_sign(ui, a, &recall_kinds[1]);
}

int
cmd_recall_keep(struct ui *ui, struct args *a)
{
	struct msg m;
	json_t *s;
	const char *transfer = args_text(a, "TRANSFER");
	int status = desk_status(ui, transfer, &s);
	if (status != UI_DONE)
		return status;
	MEM_FREE char *leaf = mem_strdup(row_text(json_object_get(s, "recall"), "leaf"));
	MEM_FREE char *state = mem_strdup(row_text(s, "state"));
	json_decref(s);
	if (leaf[0] == '\0') {
		print_problemf("sallyport status tells where it stands",
		    "%s is %s: no recall or retirement of it is proposed", transfer, state);
		return UI_NO;
	}
	status = sign_transfer(ui, "xfer.keep", transfer,
	    json_pack("{s:s, s:s}", "leaf", leaf, "reason", args_text(a, "reason")), &m);
	if (status != UI_DONE)
		return status;
	print_out("%s%s  %s\n", desk_mark(ui), transfer, msg_str(&m, "state"));
	msg_done(&m);
	return UI_DONE;
}
