/* SPDX-License-Identifier: ISC */
/*
 * The medium register: every medium that was given a control number, where it
 * is, and who answered for it.  A fold over entries about "medium:<number>"
 * and over what transfers say became of theirs; custody.c keeps it, so ledger,
 * desk, stager and verifier refuse the same moves.
 *
 * Two persons stand behind each move.  The officer who makes it signs with his
 * key; of what a transfer says became of its medium before it is closed
 * (xfer.medium) the station signs, and names him.  The other one of a receipt or a return is a
 * courier or a custodian, who has no key here: the officer names him.  The other one of a
 * sanitising or a destruction must be an officer too, who signs that he saw it
 * (medium.confirm): nothing but his word will be left of the medium.
 */
#ifndef CORE_REGISTER_H
#define CORE_REGISTER_H

#include "src/base/err.h"
#include "src/base/limits.h"
#include "src/core/transfer.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REGISTER_WHY_SIZE 512

enum register_state {
	REGISTER_NONE, /* nobody was given this number */
	REGISTER_HELD, /* received, and in use */
	REGISTER_RETAINED,
	REGISTER_WIPED,     /* sanitised, and nobody has confirmed it */
	REGISTER_SANITISED, /* and still here */
	REGISTER_RETURNED,
	REGISTER_ENDING, /* destroyed, and nobody has confirmed it */
	REGISTER_DESTROYED,
	REGISTER__MAX
};

enum register_move {
	REGISTER_REGISTER,
	REGISTER_RETURN,
	REGISTER_RETAIN,
	REGISTER_SANITISE,
	REGISTER_DESTROY,
	REGISTER_CONFIRM,
	REGISTER_MOVE__MAX
};

/* One medium.  Texts are owned by the book and never NULL. */
struct register_medium {
	char number[LIM_CONTROL_BYTES + 1];
	enum register_state state;
	char *label, *owner, *classification, *from, *seal; /* of the last receipt */
	char *vendor, *model, *serial;                      /* "" when not known */
	bool sealed;
	char *words;                           /* of the last move: to whom, where, how */
	char officer[LIM_PERSON_ID_BYTES + 1]; /* who made it */
	char witness[LIM_PERSON_ID_BYTES + 1]; /* who confirmed it, or "" */
	char transfer[TRANSFER_ID_SIZE];       /* the last one that read it, or "" */
	char received_at[21], changed_at[21];
	uint64_t received_seq; /* of the last receipt in the custody log */
};

/* One act: who, when, on which medium. */
struct register_act {
	const char *number, *officer, *at;
	uint64_t seq;
	const json_t *data;
};

struct register_book;

struct register_book *register_new(void);
struct register_book *register_free(struct register_book *);

/* REGISTER_MOVE__MAX: the event is no move. */
enum register_move register_move_of(enum transfer_event);
const char *register_move_name(enum register_move);   /* "return" */
const char *register_state_name(enum register_state); /* "HELD" */
/* The one table of moves; REGISTER_NONE: this one is illegal. */
enum register_state register_next(enum register_state, enum register_move);
/* What a state allows, in words: "return, retain, sanitise or destroy it". */
const char *register_state_next(enum register_state);
/* It is at the station, or was not seen to its end. */
bool register_is_open(enum register_state);
/* A transfer may read it. */
bool register_is_readable(enum register_state);
/* [A-Z0-9][A-Z0-9._-]{0,31} */
bool register_number_ok(const char *);
/*
 * The move that a disposition in an officer's words begins with: "returned to
 * K. Ode".  REGISTER_MOVE__MAX when it is none; ret_words (may be NULL) gets the
 * rest.
 */
enum register_move register_disposition(const char *text, const char **ret_words);

/* ERR_DENIED or ERR_STATE with a sentence when the move is refused. */
enum err register_check(const struct register_book *, enum register_move,
    const struct register_act *, char why[REGISTER_WHY_SIZE]);
/* The move; it was checked. */
void register_apply(struct register_book *, enum register_move, const struct register_act *);

/* Whether a transfer may be opened for it; device (may be NULL) is that of its xfer.open. */
enum err register_check_open(const struct register_book *, const char *number,
    const json_t *device, char why[REGISTER_WHY_SIZE]);
void register_open(struct register_book *, const char *number, const char *transfer);
/*
 * What a transfer that was opened at opened_seq says became of its medium: a
 * move, as long as the medium is here since before it was opened.
 */
enum err register_check_leave(const struct register_book *, uint64_t opened_seq,
    const char *disposition, const struct register_act *, char why[REGISTER_WHY_SIZE]);
void register_leave(struct register_book *, uint64_t opened_seq, const char *disposition,
    const struct register_act *);

const struct register_medium *register_find(const struct register_book *, const char *number);
size_t register_count(const struct register_book *);
/* In the order they were first registered.  Pointers live until the next apply. */
const struct register_medium *register_at(const struct register_book *, size_t i);
/* As lists and reports show it; caller decrefs. */
json_t *register_row(const struct register_medium *);

#endif
