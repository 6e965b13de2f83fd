/* SPDX-License-Identifier: ISC */
/*
 * The review of one transfer: a list of its items in a frozen order, the item
 * under the cursor, and what may be done with it.  Details and bulk stand on
 * top of it and work on the same list.
 */
#ifndef UI_VIEW_REVIEW_H
#define UI_VIEW_REVIEW_H

#include "src/base/limits.h"
#include "src/core/transfer.h"
#include "ui/app.h"
#include "ui/desk.h"
#include "ui/window.h"

/* Items that a decision is missing for, as the desk counts them. */
#define REVIEW_UNDECIDED \
	"decision=none and gate!=block and state=read and (kind=file or kind=link)"

/* And those that policy lets pass without a reason. */
#define REVIEW_PROPOSED \
	"decision=none and gate=pass and state=read and (kind=file or kind=link)"

struct review_order {
	char where[LIM_WHERE_BYTES + 1]; /* "": all */
	char sort[16];
	bool reverse;
};

struct review {
	struct view view;
	struct cursor cursor;
	char transfer[TRANSFER_ID_SIZE];
	struct window *window;
	struct review_order order;  /* of the list that is shown */
	struct review_order wanted; /* of the list that was asked for */
	uint64_t list;              /* the desk's number of it */
	bool listed, listing;       /* there is a list; another one was asked for */
	bool next; /* a limit was typed meanwhile: it is the next one asked for */
	char next_where[LIM_WHERE_BYTES + 1];
	bool lost;         /* it is to be asked for again once the desk is there */
	bool told;         /* what was wrong with it was said */
	bool limiting;     /* a limit is being typed: what it may hold is shown */
	bool here;         /* the officer is in the list, and not in details */
	uint64_t keep;     /* item that gets the cursor back; 0: none */
	json_t *status;    /* desk.status; NULL: not known yet */
	int64_t status_ms; /* when it was asked for last */
	bool status_asked; /* it is under way */
	json_t *plan;      /* desk.bulk of what the policy proposes; NULL: not asked */
	json_t *counts;    /* of the transfer; NULL: not known yet */
	json_t *item;      /* desk.item of the item under the cursor, or an older one */
	bool item_asked, item_stale;    /* it is under way; what is here may be old */
	uint64_t item_refused;          /* id the desk does not tell about */
	char find[LIM_WHERE_BYTES + 1]; /* the last search, as an expression */
	const char *nothing;            /* said when a search found nothing; a literal */
	/* The decision that a reason is asked for, or that is on its way to the desk. */
	bool busy;
	uint64_t busy_item;
	char busy_decision[16], busy_reason[LIM_REASON_BYTES + 1];
};

/* Another list of the same transfer: shown at once with this limit (for other screens). */
struct view *review_view_limited(struct app *, const char *transfer, const char *where);
/* The review that a view works on: itself, or what details and bulk stand on. */
struct review *review_of(struct view *);

/* --- review.c ---------------------------------------------------------------- */
/* Makes the list anew with r->wanted; the cursor stays on its item when it can. */
void review_list(struct review *);
/* The same with the limit that was typed while a list was made; nothing without one. */
void review_list_next(struct review *);
/* Asks how the transfer stands. */
void review_ask_status(struct review *);
/* Asks for the item under the cursor, unless it is here. */
void review_ask_item(struct review *);
/* What is known of an item's decision, or with 0 of all, is old: asks again. */
void review_expire(struct review *, uint64_t item);
/* An item was decided just now. */
void review_patch(struct review *, uint64_t item, const char *decision, const char *reason);
/* The row under the cursor; NULL when there is none, or it is not here yet. */
const json_t *review_row(const struct review *);
uint64_t review_row_id(const struct review *); /* 0: none */
/* The item under the cursor in full; NULL until it came. */
const json_t *review_item(const struct review *);
/* Moves the cursor, and has the rows around it fetched. */
void review_to(struct review *, uint64_t pos);
/* Counts of an answer become those of the transfer. */
void review_take_counts(struct review *, const struct msg *);
uint64_t review_count(const struct review *, const char *word); /* 0 when not known */

/* --- review_decide.c ------------------------------------------------------------ */
/* Decides the item under the cursor; asks for a reason where one is needed. */
void review_decide(struct view *, const char *decision);
/*
 * To the next row (back: the one before) that fits, as the desk finds it.
 * nothing: the sentence when there is none, a literal.
 */
void review_seek(struct review *, const char *where, bool back, const char *nothing);
/* The same from another place than the cursor. */
void review_seek_from(
    struct review *, const char *where, uint64_t from, bool back, const char *nothing);
/* The site's reasons for a decision, to choose from; returns their number. */
size_t review_reasons(
    struct app *, const char *decision, struct arena *, struct safe ret[LIM_REASONS]);
/* What prompt_pick gave: one of them as it was written, or what was typed. */
const char *review_reason(struct app *, const char *decision, size_t choice, const char *text);

/* --- review_find.c ------------------------------------------------------------------ */
/* What a limit may hold. */
void review_draw_fields(struct review *, const struct area *);

/* --- review_may.c ------------------------------------------------------------------ */
/* Why nobody here may change the transfer's decisions now; NULL: go on. */
const char *review_why_fixed(struct review *);
/* Somebody else has it: his id, else NULL. */
const char *review_other_holder(const struct review *);

/* --- review_draw.c ------------------------------------------------------------------ */
void review_draw(struct view *, const struct area *);
struct safe review_status(struct view *, struct arena *);

/* --- review_word.c ------------------------------------------------------------------ */
/* "APPR", "REJ ", "HOLD", "BLCK", "----", or blank: nothing to decide. */
struct safe review_decision_word(struct arena *, const json_t *row, enum style *ret_style);
/* "HIGH", "MED"..., of a finding. */
struct safe review_severity(struct arena *, const char *severity, enum style *ret_style);
/* The same of a row, or what is wrong with a row that has no such finding. */
struct safe review_severity_word(struct arena *, const json_t *row, enum style *ret_style);
/* The verdict of a file is anything but clean; *ret_style only then. */
bool review_verdict_bad(const json_t *row, enum style *ret_style);
/* Its name without the folder. */
struct safe review_name(struct arena *, const json_t *row);
/* The row is of a kind that is decided, and was read. */
bool review_decidable(const json_t *row);
/* Its type, or for what is no file its kind; not escaped. */
const char *review_type_word(const json_t *row);

#endif
