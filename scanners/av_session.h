/* SPDX-License-Identifier: ISC */
/*
 * One session with clamd (clamd(8), IDSESSION): commands go out without
 * waiting, replies come back with the number of their command, in any order.
 * Nothing here waits, but for av_session_ask.
 */
#ifndef SCANNERS_AV_SESSION_H
#define SCANNERS_AV_SESSION_H

#include "scanners/clamd.h"

#include <stdint.h>

struct av_session {
	int fd;
	unsigned last_id; /* clamd numbers commands from 1 */
	int64_t last_ms;  /* when something was last sent or received */
	size_t reply_len;
	char reply[CLAMD_REPLY_BYTES];
};

/* Opens the session on a connected socket, which stays the caller's. */
enum err av_session_begin(struct av_session *, int fd);
/*
 * A command, and a descriptor (-1: none) with it; last_id is its number then.
 * ERR_AGAIN when the socket is full, ERR_CLOSED when clamd has gone.
 */
enum err av_session_send(struct av_session *, const char *command, int fd);
/*
 * The next reply, parsed; its text is in out.  ERR_AGAIN when there is none
 * yet, ERR_PROTO when it is not a reply.
 */
enum err av_session_receive(
    struct av_session *, char out[CLAMD_REPLY_BYTES], struct clamd_reply *ret);
/* A command and its answer, for an idle session.  ERR_STATE when none comes in time. */
enum err av_session_ask(struct av_session *, const char *command, int fd,
    char out[CLAMD_REPLY_BYTES], struct clamd_reply *ret);

#endif
