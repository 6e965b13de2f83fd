/* SPDX-License-Identifier: ISC */
/*
 * The one vocabulary of failure.  Libraries return a code and never print;
 * the edge of a process logs once.  Three classes, handled differently:
 * hostile input becomes a finding, a peer that breaks the protocol is cut
 * off, and our own bugs are assert()ed and never get a code.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stddef.h>

enum err {
	ERR_OK = 0,
	ERR_SYNTAX,    /* bytes do not have the required form */
	ERR_LIMIT,     /* a limit of limits.h was reached */
	ERR_RANGE,     /* well-formed, but outside what is allowed */
	ERR_SIGNATURE, /* a signature or digest does not match */
	ERR_DENIED,    /* the rule says no */
	ERR_STATE,     /* not now: wrong phase or order */
	ERR_NOTFOUND,
	ERR_EXISTS,
	ERR_PROTO,   /* a peer broke the protocol */
	ERR_CLOSED,  /* the peer has gone */
	ERR_AGAIN,   /* would block, or the queue is full */
	ERR_NOSPACE, /* a disk is full */
	ERR_IO,      /* the system said so; errno tells which */
	ERR_SANDBOX, /* a sandbox could not be entered */
	ERR__MAX
};

/* A short English phrase without full stop; never NULL. */
const char *err_str(enum err);
/* Puts the sentence into why, cut at size, and returns e: "return err_say(...)". */
__attribute__((format(printf, 4, 5))) enum err err_say(
    enum err e, char *why, size_t size, const char *fmt, ...);

#endif
