/* SPDX-License-Identifier: ISC */
/* Connected terminals: who signed in on which, and what each asked for. */
#ifndef DESK_SESSION_H
#define DESK_SESSION_H

#include "src/proc/desk/desk.h"
#include "src/proc/desk/shown.h"

struct bulk;
struct look;
struct orders;

struct session {
	struct session *next;
	struct desk *desk;
	uint64_t number;
	struct channel *channel;
	char officer[LIM_PERSON_ID_BYTES + 1]; /* "" before sign-in */
	char key[CUSTODY_KEY_SIZE];            /* the fingerprint he signed in with */
	char nonce[HEX_DIGEST_SIZE];           /* to be signed; "" when used up */
	char watching[TRANSFER_ID_SIZE];       /* told of its progress; "" for none */
	bool follows;                          /* wants news of media */
	struct scan *selftest;                 /* it asked for one */
	bool selftest_waits;                   /* and waits for its end */
	struct look *look;                     /* its previewer, or NULL */
	struct orders *orders;                 /* lists it looks at (order.h), or NULL */
	struct bulk *bulk;                     /* the bulk decision it was shown, or NULL */
	struct shown shown;                    /* the inventory it was given to sign */
};

/* A terminal connected; owns fd. */
void session_new(struct desk *, int fd);
void session_end_all(struct desk *);
/* NULL when that terminal has gone. */
struct session *session_find(struct desk *, uint64_t number);

/* Tells watchers how far a transfer is, or, when nobody works on it, that it stands still. */
void session_progress(struct desk *, const char *transfer);

/* --- answers -------------------------------------------------------------------- */
void session_done(struct session *, json_t *body);
/* status is the exit status: 1 the answer is no, 2 usage, 3 fault. */
void session_refuse(struct session *, int status, const char *why, const char *next);
/* The same for an error: the answer is no, or a fault. */
void session_fail(struct session *, enum err, const char *why, const char *next);

/* --- who may, and when: refuse by themselves ------------------------------------- */
bool session_is_officer(struct session *);
/* The transfer, in one of these states and with nobody at work on it, or NULL. */
const struct custody_transfer *session_transfer(
    struct session *, const char *id, unsigned states);

#endif
