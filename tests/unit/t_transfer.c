/* links: src/core/transfer src/base/buf src/base/mem */
/* SPDX-License-Identifier: ISC */
/* The published table: closed, unambiguous, and no way round the approvals. */
#include "src/core/transfer.h"
#include "src/base/limits.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

/* Everything reachable, for one number of approvals and a manifest with or without files. */
struct seen {
	struct transfer_facts facts[4096];
	size_t count;
};

static bool
same(const struct transfer_facts *a, const struct transfer_facts *b)
{
	return a->state == b->state && a->fault_from == b->fault_from && a->slots == b->slots &&
	       a->files == b->files && a->scanned == b->scanned &&
	       a->inventory == b->inventory && a->releasing == b->releasing &&
	       a->recall_from == b->recall_from && a->confirmed == b->confirmed;
}

static void
note(struct seen *s, const struct transfer_facts *f)
{
	for (size_t i = 0; i < s->count; i++) {
		if (same(&s->facts[i], f))
			return;
	}
	assert_true(s->count < sizeof(s->facts) / sizeof(s->facts[0]));
	s->facts[s->count++] = *f;
}

/* What must hold however the transfer came here. */
static void
check_invariants(const struct transfer_facts *f)
{
	bool gone = f->state == TRANSFER_RELEASED || f->state == TRANSFER_APPROVED;
	if (gone || f->state == TRANSFER_SUBMITTED || f->releasing) {
		assert_true(f->scanned);
		assert_true(f->inventory);
	}
	if (gone || f->releasing || f->state == TRANSFER_CLOSED) {
		assert_true(f->slots >= 2);
		assert_int_equal(f->slots, f->slots_needed);
	}
	if (gone)
		assert_true(f->files);
	if (f->state == TRANSFER_SUBMITTED)
		assert_true(f->slots >= 1 && f->slots < f->slots_needed);
	if (f->state == TRANSFER_REVIEW)
		assert_true(f->scanned && f->slots == 0);
	assert_int_equal(f->state == TRANSFER_FAULT, f->fault_from != TRANSFER_NONE);
	bool asked = f->state == TRANSFER_RECALL || f->state == TRANSFER_RETIRE;
	assert_int_equal(asked, f->recall_from != TRANSFER_NONE);
	if (asked || f->state == TRANSFER_RECALLED || f->state == TRANSFER_RETIRED)
		assert_true(f->files && f->slots >= 2);
	assert_true(asked || !f->confirmed);
	/* files that went are on the share or out of sight, and never both */
	assert_false(transfer_delivered(f) && transfer_moved(f));
	if (asked)
		assert_int_equal(transfer_moved(f), f->recall_from == TRANSFER_RECALLED);
}

static void
walk(unsigned needed, bool files, bool reached[TRANSFER__MAX])
{
	static struct seen s;
	struct transfer_facts start = {.slots_needed = needed};
	s.count = 0;
	note(&s, &start);
	for (size_t i = 0; i < s.count; i++) {
		check_invariants(&s.facts[i]);
		reached[s.facts[i].state] = true;
		for (unsigned e = 0; e < 2 * EVENT__MAX; e++) {
			struct transfer_facts f = s.facts[i];
			enum transfer_event event = (enum transfer_event)(e / 2);
			f.files = f.slots > 0 || event == EVENT_APPROVE ? files : false;
			f.worse = e % 2 != 0; /* looked at for an addendum, kept for nothing */
			if (transfer_step(&f, event) == ERR_OK)
				note(&s, &f);
		}
	}
}

static void
no_path_to_release_without_inventory_scanning_and_approvals(void **state)
{
	(void)state;
	for (unsigned needed = 2; needed <= LIM_APPROVALS; needed++) {
		bool with[TRANSFER__MAX] = {false}, without[TRANSFER__MAX] = {false};
		walk(needed, true, with);
		walk(needed, false, without);
		for (unsigned s = 0; s < TRANSFER__MAX; s++)
			assert_true(with[s]);
		assert_false(without[TRANSFER_APPROVED]);
		assert_false(without[TRANSFER_RELEASED]);
		assert_true(without[TRANSFER_CLOSED]);
	}
}

/* Nothing moves a delivery but two signatures, and nothing brings one back that was moved. */
static void
recall_and_retirement_take_two_signatures(void **state)
{
	static const struct {
		enum transfer_event ask, done, other;
		enum transfer_state asked, over;
	} kinds[] = {
	    {EVENT_RECALL, EVENT_RECALL_DONE, EVENT_RETIREMENT_DONE, TRANSFER_RECALL,
		TRANSFER_RECALLED},
	    {EVENT_RETIREMENT, EVENT_RETIREMENT_DONE, EVENT_RECALL_DONE, TRANSFER_RETIRE,
		TRANSFER_RETIRED},
	};
	static const enum transfer_state from[] = {TRANSFER_RELEASED, TRANSFER_CLOSED};
	(void)state;
	for (size_t k = 0; k < 4; k++) {
		struct transfer_facts f = {.state = from[k / 2], .slots = 2, .files = true};
		const size_t i = k % 2;
		assert_int_equal(transfer_step(&f, kinds[i].ask), ERR_OK);
		assert_true(f.state == kinds[i].asked && transfer_delivered(&f));
		struct transfer_facts kept = f;
		assert_int_equal(transfer_step(&kept, EVENT_RECALL_KEEP), ERR_OK);
		assert_int_equal(kept.state, from[k / 2]);
		assert_int_equal(transfer_step(&kept, kinds[i].ask), ERR_OK);
		assert_int_equal(transfer_step(&f, kinds[i].ask), ERR_STATE);
		assert_int_equal(transfer_step(&f, kinds[i].done), ERR_STATE);
		assert_int_equal(transfer_step(&f, EVENT_RECALL_OK), ERR_OK);
		assert_int_equal(transfer_step(&f, EVENT_RECALL_OK), ERR_STATE);
		assert_int_equal(transfer_step(&f, EVENT_RECALL_KEEP), ERR_STATE);
		assert_int_equal(transfer_step(&f, kinds[i].other), ERR_STATE);
		assert_int_equal(transfer_step(&f, kinds[i].done), ERR_OK);
		assert_true(f.state == kinds[i].over && transfer_state_ended(f.state));
		assert_false(transfer_delivered(&f) || f.confirmed);
		assert_int_equal(transfer_step(&f, EVENT_RELEASE), ERR_STATE);
		assert_int_equal(transfer_step(&f, kinds[i].ask), ERR_STATE);
	}
	struct transfer_facts nothing = {.state = TRANSFER_CLOSED, .slots = 2};
	assert_int_equal(transfer_step(&nothing, EVENT_RECALL), ERR_STATE);
	assert_int_equal(transfer_step(&nothing, EVENT_RETIREMENT), ERR_STATE);
	assert_false(transfer_delivered(&nothing));
}

static void
an_addendum_returns_only_what_is_worse(void **state)
{
	(void)state;
	struct transfer_facts f = {.state = TRANSFER_SUBMITTED,
	    .slots_needed = 2,
	    .slots = 1,
	    .files = true,
	    .scanned = true,
	    .inventory = true};
	assert_int_equal(transfer_step(&f, EVENT_ADDENDUM), ERR_OK);
	assert_int_equal(f.state, TRANSFER_SUBMITTED);
	assert_int_equal(f.slots, 1);
	f.worse = true;
	assert_int_equal(transfer_step(&f, EVENT_ADDENDUM), ERR_OK);
	assert_int_equal(f.state, TRANSFER_REVIEW);
	assert_int_equal(f.slots, 0);
	assert_false(f.inventory || f.worse);
	for (unsigned s = 0; s < TRANSFER__MAX; s++) {
		f = (struct transfer_facts){.state = (enum transfer_state)s};
		assert_int_equal(
		    transfer_find(&f, EVENT_ADDENDUM) != NULL, s == TRANSFER_SUBMITTED);
	}
}

static void
one_row_at_most_applies(void **state)
{
	size_t n;
	const struct transfer_row *rows = transfer_rows(&n);
	(void)state;
	for (size_t i = 0; i < n; i++) {
		for (size_t k = i + 1; k < n; k++) {
			if (rows[i].state != rows[k].state || rows[i].event != rows[k].event)
				continue;
			/* Two rows for one event need guards, and different ones. */
			assert_int_not_equal(rows[i].guard, GUARD_ALWAYS);
			assert_int_not_equal(rows[k].guard, GUARD_ALWAYS);
			assert_int_not_equal(rows[i].guard, rows[k].guard);
		}
	}
}

static void
ended_transfers_stay_ended(void **state)
{
	size_t n;
	const struct transfer_row *rows = transfer_rows(&n);
	(void)state;
	for (size_t i = 0; i < n; i++) {
		/* a delivery can be recalled or retired, whatever was closed about it */
		if (transfer_state_ended(rows[i].state) && rows[i].event != EVENT_RECALL &&
		    rows[i].event != EVENT_RETIREMENT)
			assert_int_equal(rows[i].next, rows[i].state);
		assert_int_not_equal(rows[i].next, TRANSFER_NONE);
		assert_int_equal(transfer_event_row(rows[i].event)->subjects, SUBJ_XFER);
	}
}

static void
every_transfer_event_has_a_row(void **state)
{
	size_t n;
	const struct transfer_row *rows = transfer_rows(&n);
	(void)state;
	for (unsigned e = 0; e < EVENT__MAX; e++) {
		const struct transfer_event_row *r = transfer_event_row((enum transfer_event)e);
		bool used = false;
		for (size_t i = 0; i < n; i++)
			used |= rows[i].event == (enum transfer_event)e;
		assert_int_equal(used, r->subjects == SUBJ_XFER);
		assert_int_equal(transfer_event_find(r->log, r->type), e);
		assert_true(r->signers != 0 && r->askers != 0 && r->meaning[0] != 0);
	}
	assert_int_equal(transfer_event_find(LOG_CUSTODY, "xfer.bless"), EVENT__MAX);
	assert_int_equal(transfer_event_find(LOG_AUTHORITY, "xfer.open"), EVENT__MAX);
}

static void
stager_asks_for_what_it_does_only(void **state)
{
	(void)state;
	for (unsigned e = 0; e < EVENT__MAX; e++) {
		const struct transfer_event_row *r = transfer_event_row((enum transfer_event)e);
		bool moves = e == EVENT_RECALL_DONE || e == EVENT_RETIREMENT_DONE;
		bool his =
		    e == EVENT_RELEASE || e == EVENT_DELIVER || e == EVENT_FAULT || moves;
		assert_int_equal((r->askers & ASK_STAGER) != 0, his);
		/* What the station signs for release is nobody else's wish. */
		if (e == EVENT_RELEASE || e == EVENT_DELIVER || moves)
			assert_int_equal(r->askers, ASK_STAGER);
		if (e == EVENT_APPROVE)
			assert_int_equal(r->signers, SIGNER_OFFICER);
	}
}

static void
subjects_are_strict(void **state)
{
	static const struct {
		const char *what, *subj;
		unsigned want;
	} cases[] = {
	    {"station", "station", SUBJ_STATION},
	    {"transfer", "xfer:K1-000042", SUBJ_XFER},
	    {"session", "officer:anna", SUBJ_OFFICER},
	    {"person", "person:anna", SUBJ_PERSON},
	    {"policy", "policy", SUBJ_POLICY},
	    {"exception", "exception", SUBJ_EXCEPTION},
	    {"something behind exception", "exception:1", 0},
	    {"empty", "", 0},
	    {"nothing behind the colon", "xfer:", 0},
	    {"something behind station", "stationary", 0},
	    {"colon behind policy", "policy:", 0},
	    {"capital", "Xfer:K1-000042", 0},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *id = NULL;
		if (transfer_subject_parse(cases[i].subj, &id) != cases[i].want)
			fail_msg("%s", cases[i].what);
	}
}

static void
names_go_both_ways(void **state)
{
	(void)state;
	for (unsigned s = 0; s < TRANSFER__MAX; s++)
		assert_int_equal(
		    transfer_state_find(transfer_state_name((enum transfer_state)s)), s);
	assert_int_equal(transfer_state_find("GONE"), TRANSFER__MAX);
	for (unsigned s = SIGNER_STATION; s <= SIGNER_AUDITOR; s <<= 1)
		assert_int_equal(
		    transfer_signer_find(transfer_signer_name((enum transfer_signer)s)), s);
	assert_int_equal(transfer_signer_find("requester"), 0);
}

static void
table_prints_every_row(void **state)
{
	struct buf out;
	size_t n, lines = 0, rows = 0;
	(void)state;
	buf_init(&out, 1 << 20);
	assert_int_equal(transfer_print(&out), ERR_OK);
	for (const char *p = buf_str(&out); (p = strstr(p, "\n| ")) != NULL; p++)
		lines++;
	transfer_rows(&n);
	rows = n + EVENT__MAX + 3;
	assert_int_equal(lines, rows);
	assert_null(strstr(buf_str(&out), "| |"));
	buf_done(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(no_path_to_release_without_inventory_scanning_and_approvals),
	    cmocka_unit_test(recall_and_retirement_take_two_signatures),
	    cmocka_unit_test(an_addendum_returns_only_what_is_worse),
	    cmocka_unit_test(one_row_at_most_applies),
	    cmocka_unit_test(ended_transfers_stay_ended),
	    cmocka_unit_test(every_transfer_event_has_a_row),
	    cmocka_unit_test(stager_asks_for_what_it_does_only),
	    cmocka_unit_test(subjects_are_strict),
	    cmocka_unit_test(names_go_both_ways),
	    cmocka_unit_test(table_prints_every_row),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
