/* SPDX-License-Identifier: ISC */
#include "src/core/transfer.h"

#include <string.h>

static const struct transfer_event_row events[] = {
#define EVENT(id, type, log, subjects, signers, askers, fields, meaning) \
	[EVENT_##id] = {type, log, subjects, signers, askers, fields, meaning},
#define ROW(state, event, guard, next)
#include "src/core/transfer.def"
#undef EVENT
#undef ROW
};

static const struct transfer_row rows[] = {
#define EVENT(id, type, log, subjects, signers, askers, fields, meaning)
#define ROW(state, event, guard, next) \
	{TRANSFER_##state, EVENT_##event, GUARD_##guard, TRANSFER_##next},
#include "src/core/transfer.def"
#undef EVENT
#undef ROW
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const char *const state_names[TRANSFER__MAX] = {
    [TRANSFER_NONE] = "NONE",
    [TRANSFER_OPEN] = "OPEN",
    [TRANSFER_READING] = "READING",
    [TRANSFER_SCANNING] = "SCANNING",
    [TRANSFER_REVIEW] = "REVIEW",
    [TRANSFER_SUBMITTED] = "SUBMITTED",
    [TRANSFER_APPROVED] = "APPROVED",
    [TRANSFER_RELEASED] = "RELEASED",
    [TRANSFER_CLOSED] = "CLOSED",
    [TRANSFER_RECALL] = "RECALL",
    [TRANSFER_RECALLED] = "RECALLED",
    [TRANSFER_RETIRE] = "RETIRE",
    [TRANSFER_RETIRED] = "RETIRED",
    [TRANSFER_BLOCKED] = "BLOCKED",
    [TRANSFER_ABORTED] = "ABORTED",
    [TRANSFER_FAULT] = "FAULT",
};

struct word {
	unsigned bit;
	const char *name;
};

static const struct word signer_names[] = {
    {SIGNER_STATION, "station"},
    {SIGNER_OFFICER, "officer"},
    {SIGNER_ADMIN, "admin"},
    {SIGNER_AUDITOR, "auditor"},
};

static const struct word asker_names[] = {
    {ASK_DESK, "desk"},
    {ASK_STAGER, "stager"},
    {ASK_UI, "founding terminal"},
    {ASK_LEDGER, "ledger"},
};

static const struct word subject_names[] = {
    {SUBJ_STATION, "station"},
    {SUBJ_OFFICER, "officer:"},
    {SUBJ_XFER, "xfer:"},
    {SUBJ_PERSON, "person:"},
    {SUBJ_POLICY, "policy"},
    {SUBJ_MEDIUM, "medium:"},
    {SUBJ_EXCEPTION, "exception"},
};

static bool
first_slot(const struct transfer_facts *f)
{
	return f->slots == 0;
}

static bool
more_slots(const struct transfer_facts *f)
{
	return f->slots > 0 && f->slots + 1 < f->slots_needed;
}

static bool
last_slot_files(const struct transfer_facts *f)
{
	return f->slots > 0 && f->slots + 1 >= f->slots_needed && f->files;
}

static bool
last_slot_empty(const struct transfer_facts *f)
{
	return f->slots > 0 && f->slots + 1 >= f->slots_needed && !f->files;
}

static bool
is_releasing(const struct transfer_facts *f)
{
	return f->releasing;
}

static bool
fault_after_approval(const struct transfer_facts *f)
{
	return f->fault_from == TRANSFER_APPROVED;
}

static bool
fault_before_submit(const struct transfer_facts *f)
{
	return !fault_after_approval(f);
}

static bool
is_worse(const struct transfer_facts *f)
{
	return f->worse;
}

static bool
is_not_worse(const struct transfer_facts *f)
{
	return !f->worse;
}

static bool
has_files(const struct transfer_facts *f)
{
	return f->files;
}

static bool
is_unconfirmed(const struct transfer_facts *f)
{
	return !f->confirmed;
}

static bool
is_confirmed(const struct transfer_facts *f)
{
	return f->confirmed;
}

static bool
from_released(const struct transfer_facts *f)
{
	return !f->confirmed && f->recall_from == TRANSFER_RELEASED;
}

static bool
from_closed(const struct transfer_facts *f)
{
	return !f->confirmed && f->recall_from == TRANSFER_CLOSED;
}

static bool
from_recalled(const struct transfer_facts *f)
{
	return !f->confirmed && f->recall_from == TRANSFER_RECALLED;
}

static const struct guard {
	bool (*holds)(const struct transfer_facts *);
	const char *text;
} guards[GUARD__MAX] = {
    [GUARD_ALWAYS] = {NULL, ""},
    [GUARD_FIRST_SLOT] = {first_slot, "the submission, slot 1"},
    [GUARD_MORE_SLOTS] = {more_slots, "policy asks for more approvals after this one"},
    [GUARD_LAST_SLOT_FILES] = {last_slot_files, "the last approval; files go"},
    [GUARD_LAST_SLOT_EMPTY] = {last_slot_empty, "the last approval; nothing goes"},
    [GUARD_RELEASING] = {is_releasing, "a release entry came before"},
    [GUARD_FAULT_BEFORE_SUBMIT] = {fault_before_submit, "the fault came before submission"},
    [GUARD_FAULT_AFTER_APPROVAL] = {fault_after_approval, "the fault came during release"},
    [GUARD_NOT_WORSE] = {is_not_worse, "nothing is worse than was submitted"},
    [GUARD_WORSE] = {is_worse, "something is worse than was submitted"},
    [GUARD_DELIVERED] = {has_files, "files were delivered"},
    [GUARD_UNCONFIRMED] = {is_unconfirmed, "the second signature is missing"},
    [GUARD_CONFIRMED] = {is_confirmed, "the second signature is there"},
    [GUARD_FROM_RELEASED] = {from_released, "not confirmed; it was RELEASED before"},
    [GUARD_FROM_CLOSED] = {from_closed, "not confirmed; it was CLOSED before"},
    [GUARD_FROM_RECALLED] = {from_recalled, "not confirmed; it was RECALLED before"},
};

const struct transfer_event_row *
transfer_event_row(enum transfer_event event)
{
	return &events[event];
}

enum transfer_event
transfer_event_find(enum transfer_log log, const char *type)
{
	for (unsigned i = 0; i < EVENT__MAX; i++) {
		if (events[i].log == log && strcmp(events[i].type, type) == 0)
			return (enum transfer_event)i;
	}
	return EVENT__MAX;
}

const struct transfer_row *
transfer_rows(size_t *ret_count)
{
	*ret_count = COUNT(rows);
	return rows;
}

const struct transfer_row *
transfer_find(const struct transfer_facts *facts, enum transfer_event event)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct transfer_row *r = &rows[i];
		if (r->state != facts->state || r->event != event)
			continue;
		if (guards[r->guard].holds == NULL || guards[r->guard].holds(facts))
			return r;
	}
	return NULL;
}

/* What an event does to the facts besides the state. */
static void
note_effects(struct transfer_facts *f, enum transfer_event event)
{
	if (event == EVENT_READ_START) {
		f->scanned = false;
		f->inventory = false;
	} else if (event == EVENT_SCAN) {
		f->scanned = true;
	} else if (event == EVENT_APPROVE) {
		f->slots++;
		f->inventory = true;
	} else if (event == EVENT_RELEASE) {
		f->releasing = true;
	} else if (event == EVENT_DELIVER || event == EVENT_FAULT) {
		f->releasing = false;
	} else if (event == EVENT_RECALL || event == EVENT_RETIREMENT) {
		f->recall_from = f->state;
	} else if (event == EVENT_RECALL_OK) {
		f->confirmed = true;
	} else if (event == EVENT_RECALL_KEEP || event == EVENT_RECALL_DONE ||
		   event == EVENT_RETIREMENT_DONE) {
		f->recall_from = TRANSFER_NONE;
		f->confirmed = false;
	}
}

enum err
transfer_step(struct transfer_facts *facts, enum transfer_event event)
{
	const struct transfer_row *r = transfer_find(facts, event);
	if (r == NULL)
		return ERR_STATE;
	note_effects(facts, event);
	if (event == EVENT_FAULT)
		facts->fault_from = r->state;
	else if (r->next != TRANSFER_FAULT)
		facts->fault_from = TRANSFER_NONE;
	if (r->next == TRANSFER_REVIEW && r->state != TRANSFER_REVIEW) {
		facts->slots = 0;
		facts->inventory = false;
		facts->files = false;
	}
	facts->state = r->next;
	facts->worse = false;
	return ERR_OK;
}

const char *
transfer_state_name(enum transfer_state state)
{
	return state_names[state];
}

enum transfer_state
transfer_state_find(const char *name)
{
	unsigned i = 0;
	while (i < TRANSFER__MAX && strcmp(state_names[i], name) != 0)
		i++;
	return (enum transfer_state)i;
}

bool
transfer_state_busy(enum transfer_state s)
{
	return s == TRANSFER_OPEN || s == TRANSFER_READING || s == TRANSFER_SCANNING ||
	       s == TRANSFER_APPROVED;
}

bool
transfer_state_ended(enum transfer_state s)
{
	return s == TRANSFER_CLOSED || s == TRANSFER_ABORTED || s == TRANSFER_RECALLED ||
	       s == TRANSFER_RETIRED;
}

bool
transfer_delivered(const struct transfer_facts *f)
{
	return f->state == TRANSFER_RELEASED || (f->state == TRANSFER_CLOSED && f->files) ||
	       f->state == TRANSFER_RECALL ||
	       (f->state == TRANSFER_RETIRE && f->recall_from != TRANSFER_RECALLED);
}

bool
transfer_moved(const struct transfer_facts *f)
{
	return f->state == TRANSFER_RECALLED || f->state == TRANSFER_RETIRED ||
	       (f->state == TRANSFER_RETIRE && f->recall_from == TRANSFER_RECALLED);
}

const char *
transfer_signer_name(enum transfer_signer signer)
{
	for (size_t i = 0; i < COUNT(signer_names); i++) {
		if (signer_names[i].bit == (unsigned)signer)
			return signer_names[i].name;
	}
	return "nobody";
}

enum transfer_signer
transfer_signer_find(const char *role)
{
	for (size_t i = 0; i < COUNT(signer_names); i++) {
		if (strcmp(signer_names[i].name, role) == 0)
			return (enum transfer_signer)signer_names[i].bit;
	}
	return (enum transfer_signer)0;
}

const char *
transfer_guard_text(enum transfer_guard guard)
{
	return guards[guard].text;
}

enum transfer_subject
transfer_subject_parse(const char *subj, const char **ret_id)
{
	for (size_t i = 0; i < COUNT(subject_names); i++) {
		const char *name = subject_names[i].name;
		size_t n = strlen(name);
		bool prefix = name[n - 1] == ':';
		if (prefix ? strncmp(subj, name, n) != 0 || subj[n] == 0
			   : strcmp(subj, name) != 0)
			continue;
		if (ret_id != NULL)
			*ret_id = subj + n;
		return (enum transfer_subject)subject_names[i].bit;
	}
	return (enum transfer_subject)0;
}

/* --- the table for people --------------------------------------------------- */

static void
print_set(struct buf *out, const struct word *words, size_t n, unsigned set)
{
	const char *comma = "";
	for (size_t i = 0; i < n; i++) {
		if (set & words[i].bit) {
			buf_addf(out, "%s%s", comma, words[i].name);
			comma = ", ";
		}
	}
}

static void
print_event(struct buf *out, const struct transfer_event_row *e)
{
	buf_addf(out, "| `%s` | ", e->type);
	print_set(out, subject_names, COUNT(subject_names), e->subjects);
	buf_add_str(out, " | ");
	print_set(out, signer_names, COUNT(signer_names), e->signers);
	buf_add_str(out, " | ");
	print_set(out, asker_names, COUNT(asker_names), e->askers);
	buf_addf(out, " | %s%s%s | %s |\n", e->fields[0] ? "`" : "", e->fields,
	    e->fields[0] ? "`" : "", e->meaning);
}

static void
print_row(struct buf *out, const struct transfer_row *r)
{
	const struct transfer_event_row *e = &events[r->event];
	buf_addf(
	    out, "| %s | `%s` | %s | ", state_names[r->state], e->type, guards[r->guard].text);
	print_set(out, signer_names, COUNT(signer_names), e->signers);
	buf_add_str(out, " | ");
	print_set(out, asker_names, COUNT(asker_names), e->askers);
	buf_addf(out, " | %s |\n", state_names[r->next]);
}

enum err
transfer_print(struct buf *out)
{
	static const char *const heads[] = {
	    [LOG_AUTHORITY] = "## Entries of the authority log",
	    [LOG_CUSTODY] = "## Entries of the custody log",
	};
	buf_add_str(out,
	    "# States, entries and signers\n\n"
	    "Made from `src/core/transfer.def` by `sh tests/lint/states.sh --write`; do not "
	    "edit.  What is not in these tables "
	    "is\n"
	    "refused by the ledger, and found by `sallyport-verify`.\n\n"
	    "Shapes: `s` text, `u` integer, `t` true or false, `h` 64 hex digits, `b` base64,\n"
	    "`p` person id, `k` public key line; `?` may be absent.\n");
	for (unsigned log = LOG_AUTHORITY; log <= LOG_CUSTODY; log++) {
		buf_addf(out,
		    "\n%s\n\n| entry | about | signed by | asked for by | data | meaning |\n"
		    "|---|---|---|---|---|---|\n",
		    heads[log]);
		for (unsigned i = 0; i < EVENT__MAX; i++) {
			if (events[i].log == log)
				print_event(out, &events[i]);
		}
	}
	buf_add_str(out, "\n## The life of a transfer\n\n"
			 "| state | entry | when | signed by | asked for by | next state |\n"
			 "|---|---|---|---|---|---|\n");
	for (size_t i = 0; i < COUNT(rows); i++)
		print_row(out, &rows[i]);
	return out->error;
}
