/* SPDX-License-Identifier: ISC */
/* Who may do what, now or as of an entry; and approvals to look at again. */
#include "src/base/clock.h"
#include "src/base/io.h"
#include "src/base/mem.h"
#include "ui/command.h"
#include "ui/desk.h"
#include "ui/people.h"
#include "ui/print.h"

#include <stdlib.h>
#include <string.h>

/* --- people ------------------------------------------------------ */

static int
people_moment(const struct ui *ui, const struct args *a, struct custody_moment *ret)
{
	const char *at = args_text(a, "at");
	*ret = custody_moment_now(ui->authority, LOG_AUTHORITY, clock_wall_s());
	if (at == NULL)
		return UI_DONE;
	if (custody_moment_of(ui->authority, LOG_AUTHORITY, strtoull(at, NULL, 10), ret))
		return UI_DONE;
	print_problemf("give the number of one of its entries; the first is 0",
	    "the authority log has %llu entries",
	    (unsigned long long)custody_size(ui->authority, LOG_AUTHORITY));
	return UI_NO;
}

static void
people_print_held(const json_t *row)
{
	size_t i;
	const json_t *h, *held = json_object_get(row, "held");
	json_array_foreach (held, i, h) {
		const json_t *since = json_object_get(h, "since"),
			     *until = json_object_get(h, "until");
		const char *expires = row_text(h, "expires"), *why = row_text(since, "why");
		print_out("    %-9s  since %s (entry %llu)", row_text(h, "role"),
		    row_text(since, "at"), (unsigned long long)row_uint(since, "size") - 1);
		if (until != NULL)
			print_out(", until %s", row_text(until, "at"));
		else if (expires[0] != '\0')
			print_out(", to the end of %s", expires);
		print_out("\n");
		if (why[0] != '\0')
			print_folded("               ", 15, "%s", why);
	}
}

static void
people_print_row(const json_t *row)
{
	struct buf roles;
	size_t i;
	const json_t *word;
	buf_init(&roles, 256);
	json_array_foreach (json_object_get(row, "roles"), i, word)
		buf_addf(&roles, "%s%s", i > 0 ? ", " : "", json_string_value(word));
	print_out("  %s  %s  %s: %s\n", row_text(row, "id"), row_text(row, "name"),
	    row_text(row, "standing"), roles.len > 0 ? buf_str(&roles) : "may do nothing");
	print_out("    key        %s\n",
	    row_text(row, "key")[0] != '\0' ? row_text(row, "key") : "none in force");
	people_print_held(row);
	buf_done(&roles);
}

int
cmd_people_list(struct ui *ui, struct args *a)
{
	struct custody_moment m;
	int status = people_moment(ui, a, &m);
	if (status != UI_DONE)
		return status;
	if (!args_has(a, "json"))
		print_out("%speople, as of %llu entries of the authority log; %u admins stand "
			  "behind each act\n",
		    desk_mark(ui), (unsigned long long)m.auth_size,
		    custody_threshold(ui->authority));
	for (size_t i = 0; i < custody_person_count(ui->authority); i++) {
		const struct custody_person *p = custody_person_at(ui->authority, i);
		if (custody_person_standing(p, m.auth_size) == CUSTODY_NOBODY)
			continue;
		json_t *row = people_row(p, m);
		if (args_has(a, "json"))
			print_json(row);
		else
			people_print_row(row);
		json_decref(row);
	}
	return UI_DONE;
}

/* --- what a compromised key approved ----------------------------- */

/* The whole record as the station gives it; its signatures are the ledger's word. */
static int
suspects_read(struct ui *ui)
{
	struct msg m;
	uint8_t *list;
	size_t n;
	char why[CUSTODY_WHY_SIZE];
	int status = desk_call(
	    ui, MSG_UI_EXPORT, json_pack("{s:s}", "log", "custody"), -1, MSG_DESK_EXPORT, &m);
	if (status != UI_DONE)
		return status;
	enum err e = io_memfd_read(m.fd, LIM_SEALED_BYTES, &list, &n);
	msg_done(&m);
	if (e != ERR_OK)
		return desk_lost(ui, ERR_PROTO);
	custody_trust_signatures(ui->authority, true);
	e = custody_apply_list(ui->authority, LOG_CUSTODY, list, n, why);
	custody_trust_signatures(ui->authority, false);
	free(list);
	if (e == ERR_OK)
		return UI_DONE;
	print_problem(why, "sallyport verify tells more");
	return UI_FAULT;
}

int
cmd_people_suspects(struct ui *ui, struct args *a)
{
	int status = suspects_read(ui);
	if (status != UI_DONE)
		return status;
	size_t n = custody_suspect_count(ui->authority);
	if (!args_has(a, "json"))
		print_out("%sapprovals by keys that are said to be compromised: %zu\n",
		    desk_mark(ui), n);
	for (size_t i = 0; i < n; i++) {
		const struct custody_suspect *s = custody_suspect_at(ui->authority, i);
		json_t *row =
		    json_pack("{s:I, s:s, s:s, s:s, s:s, s:s, s:I}", "seq", (json_int_t)s->seq,
			"leaf", s->leaf, "at", s->at, "transfer", s->transfer, "officer",
			s->officer, "key", s->key, "suspect_from", (json_int_t)s->suspect_from);
		if (args_has(a, "json"))
			print_json(row);
		else
			print_out("  %s  signed by %s, %s (entry %llu)\n    %s\n", s->transfer,
			    s->officer, s->at, (unsigned long long)s->seq, s->key);
		json_decref(row);
	}
	if (n > 0 && !args_has(a, "json"))
		print_wrapped(2,
		    "They stay valid: look at each transfer again, and recall what "
		    "should not have gone.");
	return UI_DONE;
}
