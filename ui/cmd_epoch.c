/* SPDX-License-Identifier: ISC */
/* authority epoch: a custody log that cannot go on is continued by another. */
#include "src/base/io.h"
#include "src/base/mem.h"
#include "ui/cmd_people.h"
#include "ui/command.h"
#include "ui/desk.h"
#include "ui/print.h"
#include "ui/secret.h"

#include <inttypes.h>
#include <string.h>

/* What is continued: what the ledger holds, or more that somebody knows of. */
struct epoch_plan {
	uint64_t number, held, size, transfers;
	const char *origin;
	char root[HEX_DIGEST_SIZE];
};

/* A checkpoint of that log that was kept elsewhere, and that is larger. */
static int
epoch_take_anchor(struct ui *ui, const struct arg *file, struct epoch_plan *p)
{
	struct note_checkpoint c;
	uint8_t *bytes;
	size_t n;
	if (file == NULL)
		return UI_DONE;
	enum err e = io_slurp(file->fd, LIM_NOTE_BYTES, &bytes, &n);
	if (e == ERR_OK) {
		e = custody_checkpoint_open(ui->authority, bytes, n, &c, NULL);
		free(bytes);
	}
	if (e != ERR_OK || strcmp(c.origin, p->origin) != 0) {
		print_problemf("give the newest one that somebody holds: from the share, from "
			       "paper, from a witness",
		    "%s is not a checkpoint of %s", file->value, p->origin);
		return UI_NO;
	}
	if (c.size > p->size) {
		p->size = c.size;
		hex_encode(c.root, sizeof(c.root), p->root);
	}
	return UI_DONE;
}

static int
epoch_take_numbers(const struct args *a, struct epoch_plan *p)
{
	const int said = args_number(a, "transfers", -1);
	if (said < 0 && p->size > p->held) {
		print_problemf("give --transfers N: look at the share, at slips and at the "
			       "paper log for the highest",
		    "entries are missing, and which numbers of transfers they used is not "
		    "known here");
		return UI_USAGE;
	}
	if (said >= 0 && (uint64_t)said < p->transfers) {
		print_problemf("give the highest number that was ever used",
		    "%" PRIu64 " numbers of transfers are used", p->transfers);
		return UI_USAGE;
	}
	if (said >= 0)
		p->transfers = (uint64_t)said;
	return UI_DONE;
}

static void
epoch_say(struct ui *ui, const struct epoch_plan *p)
{
	print_out("%sEPOCH %" PRIu64 "\n\n", desk_mark(ui), p->number);
	print_folded("  ", 2,
	    "The log %s ends, for good, and another begins under new keys of log and station. "
	    "It says that it continues %" PRIu64 " entries of that log, with the root %s.",
	    p->origin, p->size, p->root);
	if (p->size > p->held)
		print_folded("  ", 2,
		    "THIS STATION HOLDS ONLY %" PRIu64 " OF THEM: %" PRIu64
		    " entries are missing, and every verifier will say so, with your name. If "
		    "a "
		    "copy of them exists, stop here and bring it first.",
		    p->held, p->size - p->held);
	print_folded("  ", 2,
	    "Every transfer that was not delivered ends (ABORTED, epoch), and its approvals "
	    "with "
	    "it. The next transfer has the number %06" PRIu64
	    ". People, keys, policy, exceptions and the register of media stay as they are; "
	    "anchors and witnesses begin anew.",
	    p->transfers + 1);
}

static json_t *
epoch_data(const struct epoch_plan *p, const struct args *a, struct msg *m)
{
	return json_pack("{s:{s:s, s:s, s:I}, s:I, s:s, s:s, s:s, s:I, s:s}", "continues",
	    "origin", p->origin, "root", p->root, "size", (json_int_t)p->size, "epoch",
	    (json_int_t)p->number, "log", msg_str(m, "log"), "reason", args_text(a, "reason"),
	    "station", msg_str(m, "station"), "transfers", (json_int_t)p->transfers, "why",
	    args_text(a, "why"));
}

static int
epoch_propose(struct ui *ui, const struct args *a, struct msg *m)
{
	char leaf[HEX_DIGEST_SIZE];
	struct epoch_plan p = {.number = msg_uint(m, "epoch"),
	    .held = msg_uint(m, "size"),
	    .size = msg_uint(m, "size"),
	    .transfers = msg_uint(m, "transfers"),
	    .origin = msg_str(m, "origin")};
	snprintf(p.root, sizeof(p.root), "%s", msg_str(m, "root"));
	int status = epoch_take_anchor(ui, args_at(a, "checkpoint", 0), &p);
	if (status == UI_DONE)
		status = epoch_take_numbers(a, &p);
	if (status != UI_DONE)
		return status;
	epoch_say(ui, &p);
	if (ui->passphrase_fd < 0 && ui->tty >= 0 && !args_has(a, "yes") &&
	    !secret_confirm(
		ui, "Type the word epoch to sign, anything else stops: ", "epoch")) {
		print_problem("not confirmed: nothing was signed", NULL);
		return UI_NO;
	}
	status = cmd_people_sign(ui, "epoch.open", "station", epoch_data(&p, a, m), leaf);
	if (status != UI_DONE)
		return status;
	MEM_FREE char *done = mem_printf("epoch %" PRIu64, p.number);
	return cmd_people_say(ui, leaf, done);
}

int
cmd_epoch_open(struct ui *ui, struct args *a)
{
	struct msg m;
	int status = desk_refresh(ui);
	if (status == UI_DONE)
		status = desk_call(ui, MSG_UI_EPOCH, json_object(), -1, MSG_DESK_EPOCH, &m);
	if (status != UI_DONE)
		return status;
	status = epoch_propose(ui, a, &m);
	msg_done(&m);
	return status;
}
