/* SPDX-License-Identifier: ISC */
/* Acts that wait for endorsements: listed, endorsed one by one, and taken back. */
#include "src/base/escape.h"
#include "src/base/mem.h"
#include "ui/cmd_exception.h"
#include "ui/cmd_people.h"
#include "ui/command.h"
#include "ui/desk.h"
#include "ui/people.h"
#include "ui/print.h"

#include <string.h>

#define PENDING_WORDS_BYTES 8192

static void
pending_print(const struct ui *ui, const struct custody_proposal *p)
{
	struct buf words;
	MEM_FREE char *reason = escape_dup(people_act_reason(p));
	buf_init(&words, PENDING_WORDS_BYTES);
	people_act_print(p, &words);
	print_folded(desk_mark(ui), 2, "%s", buf_str(&words));
	if (strcmp(p->subj, "exception") == 0)
		cmd_exception_show(p->type, p->data);
	else if (reason[0] != '\0')
		print_folded("  reason  ", 10, "%s", reason);
	print_out("  by      %s, %s\n", p->by, p->at);
	buf_done(&words);
	buf_init(&words, PENDING_WORDS_BYTES);
	people_act_waits(ui->authority, p, &words);
	print_folded("  waits   ", 10, "%s", buf_str(&words));
	print_out("  %s\n", p->leaf);
	buf_done(&words);
}

static void
pending_print_json(const struct ui *ui, const struct custody_proposal *p)
{
	json_t *row = json_pack("{s:s, s:s, s:s, s:s, s:s, s:O, s:I, s:I}", "leaf", p->leaf,
	    "type", p->type, "subj", p->subj, "by", p->by, "at", p->at, "data", p->data, "has",
	    (json_int_t)p->has, "needs", (json_int_t)p->needs);
	if (p->new_needs > 0) {
		json_object_set_new(row, "new_has", json_integer(p->new_has));
		json_object_set_new(row, "new_needs", json_integer(p->new_needs));
	}
	json_t *against = json_array();
	const char *id;
	for (size_t i = 0; (id = custody_pending_against(ui->authority, p->leaf, i)) != NULL;
	     i++)
		json_array_append_new(against, json_string(id));
	json_object_set_new(row, "against", against);
	print_json(row);
	json_decref(row);
}

int
cmd_pending_list(struct ui *ui, struct args *a)
{
	struct custody_proposal p;
	size_t n = 0;
	for (; custody_pending_at(ui->authority, n, &p); n++)
		(args_has(a, "json") ? pending_print_json : pending_print)(ui, &p);
	if (n == 0 && !args_has(a, "json"))
		print_out("%snothing awaits an endorsement\n", desk_mark(ui));
	return UI_DONE;
}

int
cmd_pending_endorse(struct ui *ui, struct args *a)
{
	const char *leaf = args_text(a, "LEAF");
	char why[CUSTODY_WHY_SIZE], ignored[HEX_DIGEST_SIZE];
	struct custody_proposal p;
	struct buf words;
	if (!custody_may_endorse(ui->authority, leaf, ui->as, why)) {
		print_problem(why,
		    "sallyport --as ADMIN authority pending lists what waits, and "
		    "for whom");
		return UI_NO;
	}
	custody_pending_find(ui->authority, leaf, &p);
	MEM_FREE char *subj = mem_strdup(p.subj);
	buf_init(&words, PENDING_WORDS_BYTES);
	people_act_print(&p, &words);
	int status = cmd_people_sign(
	    ui, "authority.endorse", subj, json_pack("{s:s}", "leaf", leaf), ignored);
	if (status == UI_DONE)
		status = cmd_people_say(ui, leaf, buf_str(&words));
	buf_done(&words);
	return status;
}

/* What became of it: it has ended, or more have to say so. */
static int
pending_say_withdrawn(struct ui *ui, const char *leaf, const char *words)
{
	struct custody_proposal p;
	int status = desk_refresh(ui);
	if (status != UI_DONE)
		return status;
	if (custody_pending_find(ui->authority, leaf, &p))
		print_folded(desk_mark(ui), 2,
		    "%s: %u of %u admins speak against it; it waits until as many do", words,
		    p.against, p.needs);
	else
		print_folded(desk_mark(ui), 2, "%s: taken back, and never in force", words);
	return UI_DONE;
}

int
cmd_pending_withdraw(struct ui *ui, struct args *a)
{
	const char *leaf = args_text(a, "LEAF");
	char why[CUSTODY_WHY_SIZE], ignored[HEX_DIGEST_SIZE];
	struct custody_proposal p;
	struct buf words;
	if (!custody_may_withdraw(ui->authority, leaf, ui->as, why)) {
		print_problem(why, "sallyport authority pending lists what waits; what is in "
				   "force is undone by another act");
		return UI_NO;
	}
	custody_pending_find(ui->authority, leaf, &p);
	MEM_FREE char *subj = mem_strdup(p.subj);
	buf_init(&words, PENDING_WORDS_BYTES);
	people_act_print(&p, &words);
	int status = cmd_people_sign(ui, "authority.withdraw", subj,
	    json_pack("{s:s, s:s}", "leaf", leaf, "reason", args_text(a, "reason")), ignored);
	if (status == UI_DONE)
		status = pending_say_withdrawn(ui, leaf, buf_str(&words));
	buf_done(&words);
	return status;
}
