/* SPDX-License-Identifier: ISC */
/* The signatures under a release: the first by submit, the others by approve. */
#include "src/base/mem.h"
#include "ui/command.h"
#include "ui/desk.h"
#include "ui/print.h"
#include "ui/release.h"
#include "ui/sealed_print.h"
#include "ui/secret.h"
#include "ui/sign.h"
#include "ui/signin.h"

#include <string.h>

struct approve_slots {
	unsigned given, needed;
};

/* Is it the time for this kind of signature? */
static int
approve_ready(struct ui *ui, const char *transfer, bool first, struct approve_slots *ret)
{
	json_t *s;
	int status = desk_status(ui, transfer, &s);
	if (status != UI_DONE)
		return status;
	MEM_FREE char *state = mem_strdup(row_text(s, "state"));
	ret->given = (unsigned)json_array_size(json_object_get(s, "approvals"));
	ret->needed = (unsigned)row_uint(s, "approvals_needed");
	json_decref(s);
	if (strcmp(state, first ? "REVIEW" : "SUBMITTED") == 0)
		return UI_DONE;
	const char *next = "sallyport status tells what comes next";
	if (first && strcmp(state, "SUBMITTED") == 0)
		next = "the next signature is given with approve";
	if (!first && strcmp(state, "REVIEW") == 0)
		next = "the first signature is given with submit";
	print_problemf(next, "%s is %s and cannot be %s now", transfer, state,
	    first ? "submitted" : "approved");
	return UI_NO;
}

/* On a terminal the id is typed, and the passphrase asked for again. */
static int
approve_confirm(struct ui *ui, const struct args *a)
{
	const char *transfer = args_text(a, "TRANSFER");
	if (ui->passphrase_fd >= 0 || ui->tty < 0)
		return UI_DONE;
	if (!args_has(a, "yes") &&
	    !secret_confirm(
		ui, "Type the transfer id to sign, anything else stops: ", transfer)) {
		print_problem("not confirmed: nothing was signed", NULL);
		return UI_NO;
	}
	signin_forget(ui);
	return UI_DONE;
}

static int
approve_sign(
    struct ui *ui, const struct args *a, const struct approve_slots *slots, char ret_state[16])
{
	struct sealed sealed;
	struct msg m;
	const char *transfer = args_text(a, "TRANSFER");
	int status = sealed_get(ui, transfer, &sealed);
	if (status == UI_DONE) {
		sealed_print(ui, transfer, &sealed);
		print_out("Signature %u of %u, by %s (%s).\n", slots->given + 1, slots->needed,
		    ui->as, signin_person(ui)->name);
		status = approve_confirm(ui, a);
	}
	if (status == UI_DONE)
		status = sign_transfer(ui, "xfer.approve", transfer,
		    sealed_approval(&sealed, slots->given + 1), &m);
	if (status == UI_DONE) {
		const char *state = msg_str(&m, "state");
		snprintf(ret_state, 16, "%s", state != NULL ? state : "");
		print_out("signed: entry %llu, leaf\n  %s\n",
		    (unsigned long long)msg_uint(&m, "seq"), msg_str(&m, "leaf"));
		msg_done(&m);
	}
	sealed_done(&sealed);
	return status;
}

static int
approve_give(struct ui *ui, const struct args *a, bool first)
{
	struct approve_slots slots;
	char state[16];
	const char *transfer = args_text(a, "TRANSFER");
	int status = approve_ready(ui, transfer, first, &slots);
	if (status == UI_DONE)
		status = approve_sign(ui, a, &slots, state);
	if (status != UI_DONE)
		return status;
	if (strcmp(state, "APPROVED") == 0)
		return release_follow(ui, transfer);
	print_out("%s%s  %s\n", desk_mark(ui), transfer, state);
	if (strcmp(state, "SUBMITTED") == 0)
		print_out(
		    "  next: another officer signs: sallyport --as ID approve %s\n", transfer);
	return UI_DONE;
}

int
cmd_approve_submit(struct ui *ui, struct args *a)
{
	return approve_give(ui, a, true);
}

int
cmd_approve(struct ui *ui, struct args *a)
{
	return approve_give(ui, a, false);
}
