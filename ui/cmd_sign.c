/* SPDX-License-Identifier: ISC */
/* Entries an officer signs that say little: return, withdraw, take, close, abort. */
#include "src/base/mem.h"
#include "ui/command.h"
#include "ui/desk.h"
#include "ui/print.h"
#include "ui/sign.h"

#include <string.h>

/* Signs, and says where the transfer stands now. */
static int
sign_simple(struct ui *ui, const struct args *a, const char *type, json_t *data)
{
	struct msg m;
	const char *transfer = args_text(a, "TRANSFER");
	int status = sign_transfer(ui, type, transfer, data, &m);
	if (status != UI_DONE)
		return status;
	const char *state = msg_str(&m, "state");
	print_out("%s%s  %s\n", desk_mark(ui), transfer, state != NULL ? state : "");
	msg_done(&m);
	return UI_DONE;
}

static json_t *
sign_reason(const struct args *a, const char *otherwise)
{
	const char *reason = args_text(a, "reason");
	return json_pack("{s:s}", "reason", reason != NULL ? reason : otherwise);
}

/* Who submitted it, "" when nobody did. */
static int
sign_submitter(struct ui *ui, const char *transfer, char ret[LIM_PERSON_ID_BYTES + 1])
{
	json_t *s;
	int status = desk_status(ui, transfer, &s);
	if (status != UI_DONE)
		return status;
	snprintf(ret, LIM_PERSON_ID_BYTES + 1, "%s",
	    row_text(json_array_get(json_object_get(s, "approvals"), 0), "officer"));
	json_decref(s);
	return UI_DONE;
}

/* The submitter takes back what is his; the ledger keeps the two acts apart. */
int
cmd_sign_return(struct ui *ui, struct args *a)
{
	char submitter[LIM_PERSON_ID_BYTES + 1];
	int status = sign_submitter(ui, args_text(a, "TRANSFER"), submitter);
	if (status != UI_DONE)
		return status;
	bool own = strcmp(submitter, ui->as) == 0;
	return sign_simple(ui, a, own ? "xfer.withdraw" : "xfer.return",
	    sign_reason(a, own ? "withdrawn" : "returned"));
}

int
cmd_sign_withdraw(struct ui *ui, struct args *a)
{
	return sign_simple(ui, a, "xfer.withdraw", sign_reason(a, "withdrawn"));
}

int
cmd_sign_take(struct ui *ui, struct args *a)
{
	return sign_simple(ui, a, "xfer.take", NULL);
}

int
cmd_sign_abort(struct ui *ui, struct args *a)
{
	return sign_simple(ui, a, "xfer.abort", sign_reason(a, ""));
}

int
cmd_sign_close(struct ui *ui, struct args *a)
{
	return sign_simple(ui, a, "xfer.close",
	    json_pack("{s:s}", "disposition", args_text(a, "disposition")));
}
