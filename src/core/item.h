/* SPDX-License-Identifier: ISC */
/*
 * Items: anything found on a medium.  The closed word lists that inventories,
 * messages, screens and reports share.  Each list has a print (never NULL for
 * a value of the enum) and a parse (false and untouched result for any other
 * word).
 */
#ifndef CORE_ITEM_H
#define CORE_ITEM_H

#include <stdbool.h>

enum item_kind {
	ITEM_FILE,
	ITEM_DIRECTORY,
	ITEM_LINK,
	ITEM_FIFO,
	ITEM_SOCKET,
	ITEM_CHAR,
	ITEM_BLOCK,
	ITEM_REGION, /* bytes no volume covers, or a volume nobody can read */
	ITEM_OTHER,
	ITEM_KIND__MAX
};

/* How far reading got. */
enum item_state {
	ITEM_UNREAD, /* not read (yet, or at all): the value of zeroed memory */
	ITEM_READ,
	ITEM_UNREADABLE,
	ITEM_ENCRYPTED,
	ITEM_EXCLUDED, /* outside the scope of the transfer */
	ITEM_STATE__MAX
};

/* An officer's draft. */
enum item_decision { ITEM_NONE, ITEM_APPROVE, ITEM_REJECT, ITEM_HOLD, ITEM_DECISION__MAX };

/* What became of an item. */
enum item_outcome {
	ITEM_OUT_BLOCKED, /* the value of zeroed memory */
	ITEM_OUT_RELEASED,
	ITEM_OUT_REJECTED,
	ITEM_OUT_HELD,
	ITEM_OUT_UNREADABLE,
	ITEM_OUT_ENCRYPTED,
	ITEM_OUT_UNREAD,
	ITEM_OUT_EXCLUDED,
	ITEM_OUT_STRUCTURAL, /* directories, counted apart */
	ITEM_OUTCOME__MAX
};

const char *item_kind_print(enum item_kind);
bool item_kind_parse(const char *word, enum item_kind *ret);
const char *item_state_print(enum item_state);
bool item_state_parse(const char *word, enum item_state *ret);
const char *item_decision_print(enum item_decision);
bool item_decision_parse(const char *word, enum item_decision *ret);
const char *item_outcome_print(enum item_outcome);
bool item_outcome_parse(const char *word, enum item_outcome *ret);

#endif
