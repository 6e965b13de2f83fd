/* SPDX-License-Identifier: ISC */
/* The password of one archive, from the terminal to the scanner that opens it. */
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/ipc/secret.h"
#include "ui/cmd_intake.h"
#include "ui/command.h"
#include "ui/desk.h"
#include "ui/print.h"
#include "ui/secret.h"

#include <stdlib.h>
#include <unistd.h>

static int
password_pipe(struct seal_secret *typed, int *ret_fd)
{
	enum err e =
	    secret_pipe(seal_secret_bytes(typed), seal_secret_len(typed), NULL, 0, ret_fd);
	if (e == ERR_OK)
		return UI_DONE;
	if (e == ERR_LIMIT || e == ERR_RANGE)
		print_problemf("type the password of the archive",
		    "a password has 1 to %d bytes", LIM_UNLOCK_PASSPHRASE_BYTES);
	else
		print_problem("the password cannot be handed over: the system gives no pipe or "
			      "no locked memory for it",
		    "try again");
	return e == ERR_IO ? UI_FAULT : UI_USAGE;
}

static int
password_ask(struct ui *ui, const struct args *a, int *ret_fd)
{
	__attribute__((cleanup(seal_secret_cleanup))) struct seal_secret *typed = NULL;
	MEM_FREE char *prompt = mem_printf("Password of item %s: ", args_text(a, "ITEM"));
	int status = secret_ask_text(
	    ui, args_number(a, "password-fd", -1), prompt, "password-fd", &typed);
	return status == UI_DONE ? password_pipe(typed, ret_fd) : status;
}

int
cmd_password(struct ui *ui, struct args *a)
{
	const char *transfer = args_text(a, "TRANSFER"), *inside = args_text(a, "inside");
	int fd = -1, status = password_ask(ui, a, &fd);
	if (status != UI_DONE)
		return status;
	json_t *body = json_pack("{s:s, s:I, s:b}", "transfer", transfer, "item",
	    (json_int_t)strtoll(args_text(a, "ITEM"), NULL, 10), "wait", 1);
	if (inside != NULL)
		json_object_set_new(body, "inside", json_string(inside));
	print_err("The archive is being opened; what is in it is scanned then.\n");
	status = desk_call(ui, MSG_UI_PASSWORD, body, fd, MSG_DESK_DONE, NULL);
	close(fd);
	return status == UI_DONE ? cmd_intake_follow(ui, transfer) : status;
}
