/* SPDX-License-Identifier: ISC */
/* Draft decisions. */
#include "src/base/mem.h"
#include "ui/command.h"
#include "ui/desk.h"
#include "ui/print.h"

#include <string.h>

struct decide_count {
	uint64_t changed, skipped;
};

/* One request; steals the selection. */
static int
decide_ask(struct ui *ui, const struct args *a, json_t *selection, struct decide_count *count)
{
	struct msg m;
	const char *reason = args_text(a, "reason");
	json_t *body = json_pack("{s:s, s:s, s:s}", "transfer", args_text(a, "TRANSFER"),
	    "decision", args_text(a, "DECISION"), "reason", reason != NULL ? reason : "");
	json_object_update(body, selection);
	json_decref(selection);
	int status = desk_call(ui, MSG_UI_DECIDE, body, -1, MSG_DESK_DONE, &m);
	if (status != UI_DONE)
		return status;
	count->changed += msg_uint(&m, "count");
	count->skipped += msg_uint(&m, "skipped");
	msg_done(&m);
	return UI_DONE;
}

/* --item 3,17: one request for each. */
static int
decide_items(struct ui *ui, const struct args *a, struct decide_count *count)
{
	const struct arg *list;
	for (size_t i = 0; (list = args_at(a, "item", i)) != NULL; i++) {
		for (const char *p = list->value; *p != '\0';) {
			char *end;
			json_int_t id = strtoll(p, &end, 10);
			uint64_t before = count->changed + count->skipped;
			int status = decide_ask(ui, a, json_pack("{s:I}", "item", id), count);
			if (status != UI_DONE)
				return status;
			if (count->changed + count->skipped == before) {
				print_problemf("sallyport items lists them; those before it "
					       "are decided",
				    "%s has no item %lld", args_text(a, "TRANSFER"),
				    (long long)id);
				return UI_NO;
			}
			p = end + (*end == ',');
		}
	}
	return UI_DONE;
}

static int
decide_selection(const struct args *a)
{
	int picked = args_has(a, "item") + args_has(a, "where") + args_has(a, "proposed");
	const char *decision = args_text(a, "DECISION");
	if (picked != 1) {
		print_problem(
		    picked == 0 ? "no items are picked" : "items are picked in two ways",
		    "give one of --item ID, --where EXPR, --proposed");
		return UI_USAGE;
	}
	if (args_has(a, "proposed") &&
	    (strcmp(decision, "approve") != 0 || args_has(a, "reason"))) {
		print_problem("--proposed goes with approve, without a reason",
		    "what needs a reason is decided with --where or --item");
		return UI_USAGE;
	}
	return UI_DONE;
}

/* What was left out, and why; that nothing at all was done is a no. */
static int
decide_result(struct ui *ui, const struct args *a, const struct decide_count *count)
{
	bool approve = strcmp(args_text(a, "DECISION"), "approve") == 0;
	bool proposed = args_has(a, "proposed");
	print_out("%s%s: %llu decided", desk_mark(ui), args_text(a, "TRANSFER"),
	    (unsigned long long)count->changed);
	if (proposed)
		print_out(" as the policy proposes, %llu still without a decision\n",
		    (unsigned long long)count->skipped);
	else
		print_out(", %llu left as they were\n", (unsigned long long)count->skipped);
	if (count->skipped == 0)
		return UI_DONE;
	if (proposed) {
		print_folded("  ", 2,
		    "the rest needs a reason in writing, or is rejected or held: sallyport "
		    "--as ID items %s --where 'decision=none and gate=reason'",
		    args_text(a, "TRANSFER"));
		return UI_DONE;
	}
	const char *why =
	    !approve ? "they cannot be decided: not read, or of a kind that never goes"
	    : args_has(a, "reason")
		? "the policy blocks them, or they were not read"
		: "the policy blocks them or asks for a reason, or they were not read";
	if (count->changed > 0) {
		print_out("  left: %s\n", why);
		return UI_DONE;
	}
	print_problemf(approve && !args_has(a, "reason")
			   ? "sallyport items shows POLICY; for reason, give --reason TEXT"
			   : "sallyport item TRANSFER ID tells why",
	    "nothing was decided: %s", why);
	return UI_NO;
}

int
cmd_decide(struct ui *ui, struct args *a)
{
	struct decide_count count = {0, 0};
	int status = decide_selection(a);
	if (status != UI_DONE)
		return status;
	if (args_has(a, "item"))
		status = decide_items(ui, a, &count);
	else if (args_has(a, "where"))
		status = decide_ask(
		    ui, a, json_pack("{s:s}", "where", args_text(a, "where")), &count);
	else
		status = decide_ask(ui, a, json_pack("{s:b}", "proposed", 1), &count);
	return status == UI_DONE ? decide_result(ui, a, &count) : status;
}

/* --- taking back -------------------------------------------------------------------------- */

static int
decide_step(struct ui *ui, const struct args *a, bool redo)
{
	struct msg m;
	int status = desk_call(ui, MSG_UI_UNDO,
	    json_pack("{s:s, s:b}", "transfer", args_text(a, "TRANSFER"), "redo", redo), -1,
	    MSG_DESK_DONE, &m);
	if (status != UI_DONE)
		return status;
	const json_t *counts = json_object_get(m.body, "counts");
	print_out("%s: %s\n", args_text(a, "TRANSFER"), msg_str(&m, "text"));
	print_out("  %llu more can be taken back, %llu made again; %llu undecided\n",
	    (unsigned long long)row_uint(counts, "undo"),
	    (unsigned long long)row_uint(counts, "redo"),
	    (unsigned long long)row_uint(counts, "undecided"));
	msg_done(&m);
	return UI_DONE;
}

int
cmd_decide_undo(struct ui *ui, struct args *a)
{
	return decide_step(ui, a, false);
}

int
cmd_decide_redo(struct ui *ui, struct args *a)
{
	return decide_step(ui, a, true);
}
