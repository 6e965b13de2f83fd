/* SPDX-License-Identifier: ISC */
/*
 * The published table (transfer.def): which entry may be recorded in which
 * state, who signs it, over whose channel it may come, and what state follows.
 * Ledger, desk, stager and verifier all ask here.
 */
#ifndef CORE_TRANSFER_H
#define CORE_TRANSFER_H

#include "src/base/buf.h"
#include "src/base/err.h"

#include <stdbool.h>
#include <stddef.h>

#define TRANSFER_ID_SIZE 64 /* "<station>-000042" and NUL */

enum transfer_log {
	LOG_AUTHORITY,
	LOG_CUSTODY,
};

enum transfer_state {
	TRANSFER_NONE,
	TRANSFER_OPEN,
	TRANSFER_READING,
	TRANSFER_SCANNING,
	TRANSFER_REVIEW,
	TRANSFER_SUBMITTED,
	TRANSFER_APPROVED,
	TRANSFER_RELEASED,
	TRANSFER_CLOSED,
	TRANSFER_RECALL, /* a delivery's recall was proposed; facts say whether it is agreed */
	TRANSFER_RECALLED,
	TRANSFER_RETIRE, /* the same of its retirement */
	TRANSFER_RETIRED,
	TRANSFER_BLOCKED,
	TRANSFER_ABORTED,
	TRANSFER_FAULT,
	TRANSFER__MAX
};

enum transfer_event {
#define EVENT(id, type, log, subjects, signers, askers, fields, meaning) EVENT_##id,
#define ROW(state, event, guard, next)
#include "src/core/transfer.def"
#undef EVENT
#undef ROW
	EVENT__MAX /* also: no such event */
};

/* What an entry is about, by the form of its subj. */
enum transfer_subject {
	SUBJ_STATION = 1 << 0,   /* "station" */
	SUBJ_OFFICER = 1 << 1,   /* "officer:<id>": a session */
	SUBJ_XFER = 1 << 2,      /* "xfer:<transfer>" */
	SUBJ_PERSON = 1 << 3,    /* "person:<id>": an enrolment */
	SUBJ_POLICY = 1 << 4,    /* "policy" */
	SUBJ_MEDIUM = 1 << 5,    /* "medium:<control number>" */
	SUBJ_EXCEPTION = 1 << 6, /* "exception" */
};

enum transfer_signer {
	SIGNER_STATION = 1 << 0,
	SIGNER_OFFICER = 1 << 1,
	SIGNER_ADMIN = 1 << 2,
	SIGNER_AUDITOR = 1 << 3,
};

/* Over whose channel the ledger takes an entry, or the wish for one. */
enum transfer_asker {
	ASK_DESK = 1 << 0,
	ASK_STAGER = 1 << 1,
	ASK_UI = 1 << 2,     /* while a station is being founded */
	ASK_LEDGER = 1 << 3, /* the ledger by itself */
};

enum transfer_guard {
	GUARD_ALWAYS,
	GUARD_FIRST_SLOT,           /* the submission: no approval yet */
	GUARD_MORE_SLOTS,           /* policy asks for more approvals after this one */
	GUARD_LAST_SLOT_FILES,      /* the last approval, and the manifest names files */
	GUARD_LAST_SLOT_EMPTY,      /* the last approval, and nothing goes */
	GUARD_RELEASING,            /* a release entry followed the last approval or fault */
	GUARD_FAULT_BEFORE_SUBMIT,  /* the fault came before submission: read again */
	GUARD_FAULT_AFTER_APPROVAL, /* the fault came during release: release again */
	GUARD_NOT_WORSE,            /* scanned again, nothing is worse than was submitted */
	GUARD_WORSE,                /* scanned again, and something is */
	GUARD_DELIVERED,            /* the manifest named files */
	GUARD_UNCONFIRMED,          /* recall or retirement has one signature */
	GUARD_CONFIRMED,            /* it has both */
	GUARD_FROM_RELEASED,        /* it has one, and the transfer was RELEASED before */
	GUARD_FROM_CLOSED,          /* it has one, and the transfer was CLOSED before */
	GUARD_FROM_RECALLED,        /* it has one, and the delivery was RECALLED before */
	GUARD__MAX
};

struct transfer_event_row {
	const char *type;
	enum transfer_log log;
	unsigned subjects; /* set of enum transfer_subject */
	unsigned signers;  /* set of enum transfer_signer */
	unsigned askers;   /* set of enum transfer_asker */
	const char *fields;
	const char *meaning;
};

struct transfer_row {
	enum transfer_state state;
	enum transfer_event event;
	enum transfer_guard guard;
	enum transfer_state next;
};

/* All that the guards look at; zero-initialised it is a transfer not yet opened. */
struct transfer_facts {
	enum transfer_state state;
	enum transfer_state fault_from;  /* TRANSFER_NONE unless state is FAULT */
	unsigned slots_needed;           /* policy's approvals, >= 2; set at open */
	unsigned slots;                  /* approvals that count now */
	bool files;                      /* the submitted manifest names files; set at slot 1 */
	bool scanned;                    /* complete scanning since the last reading */
	bool inventory;                  /* an inventory was sealed since then */
	bool releasing;                  /* release began and was not delivered */
	enum transfer_state recall_from; /* TRANSFER_NONE unless state is RECALL or RETIRE */
	bool confirmed;                  /* of those: the second signature is there */
	bool worse;                      /* of an addendum on its way in, never kept */
};

/* The row of a real event. */
const struct transfer_event_row *transfer_event_row(enum transfer_event);
/* EVENT__MAX when that log knows no such type. */
enum transfer_event transfer_event_find(enum transfer_log, const char *type);
/* The rows in the order of the file. */
const struct transfer_row *transfer_rows(size_t *ret_count);

/* The one row that applies, or NULL: this event is refused now. */
const struct transfer_row *transfer_find(const struct transfer_facts *, enum transfer_event);
/* Moves the facts by the row that applies; ERR_STATE, and nothing moved, without one. */
enum err transfer_step(struct transfer_facts *, enum transfer_event);

/* "REVIEW"; never NULL for a real state. */
const char *transfer_state_name(enum transfer_state);
/* TRANSFER__MAX when there is none. */
enum transfer_state transfer_state_find(const char *name);
/* A transfer in this state was at work when everything stopped. */
bool transfer_state_busy(enum transfer_state);
/* CLOSED, RECALLED, RETIRED and ABORTED. */
bool transfer_state_ended(enum transfer_state);
/* Files of it were published, and nobody has moved them since: RELEASED to RETIRE. */
bool transfer_delivered(const struct transfer_facts *);
/* They were published, and moved out of sight since. */
bool transfer_moved(const struct transfer_facts *);
const char *transfer_signer_name(enum transfer_signer);
/* 0 when role is none of station, officer, admin, auditor. */
enum transfer_signer transfer_signer_find(const char *role);
const char *transfer_guard_text(enum transfer_guard);

/* Which subject a subj is, 0 when malformed; ret_id (may be NULL) points behind the colon. */
enum transfer_subject transfer_subject_parse(const char *subj, const char **ret_id);
/* The table as Markdown: share/doc/STATES.md. */
enum err transfer_print(struct buf *out);

#endif
