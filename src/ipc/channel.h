/* SPDX-License-Identifier: ISC */
/*
 * One SEQPACKET socket to one peer of a known role.  Every message is checked
 * against messages.def in both directions: a wrong send is our bug (assert), a
 * wrong receive is ERR_PROTO and the end of that peer.
 */
#ifndef IPC_CHANNEL_H
#define IPC_CHANNEL_H

#include "src/ipc/message.h"

#include <stdint.h>

struct channel;

struct msg {
	enum msg_id id;
	json_t *body; /* owned by the msg */
	int fd;       /* owned by the msg, or -1 */
};

/* Frees body and closes fd; to keep fd, take it and set it to -1. */
void msg_done(struct msg *);
const char *msg_str(const struct msg *, const char *field); /* NULL when absent */
uint64_t msg_uint(const struct msg *, const char *field);   /* 0 when absent */
bool msg_bool(const struct msg *, const char *field);       /* false when absent */
/* Base64 field as bytes; caller frees; NULL when absent. */
uint8_t *msg_bytes(const struct msg *, const char *field, size_t *ret_len);
/* Takes the descriptor out of the message; caller closes. */
int msg_take_fd(struct msg *);

/* Owns fd (made non-blocking).  Starts in PH_HELLO. */
struct channel *channel_new(int fd, enum role self, enum role peer);
/* Closes; NULL is fine.  Always returns NULL. */
struct channel *channel_free(struct channel *);
int channel_fd(const struct channel *);
enum role channel_peer(const struct channel *);
void channel_set_phase(struct channel *, enum phase);
enum phase channel_phase(const struct channel *);

/*
 * Queues a message; steals body (NULL for no fields), also when it fails; fd is
 * duplicated, the caller keeps its own (-1 for none).  Never blocks: ERR_AGAIN
 * when LIM_IN_FLIGHT are queued, ERR_CLOSED when the peer has gone, ERR_LIMIT
 * when the text is longer than the row allows.  Fields, roles, phase and
 * descriptor that do not fit the row are our bug: assert.
 */
enum err channel_send(struct channel *, enum msg_id, json_t *body, int fd);
/* channel_send for programs without a loop: waits until the peer takes it. */
enum err channel_send_wait(struct channel *, enum msg_id, json_t *body, int fd);
/* Writes what is queued; ERR_AGAIN while something is left. */
enum err channel_flush(struct channel *);
/* True when the queue holds something: poll for POLLOUT. */
bool channel_wants_write(const struct channel *);
/* How many more messages may be queued now. */
size_t channel_room(const struct channel *);

/*
 * Takes the next message without blocking: stashed ones first.  ERR_AGAIN when
 * there is none, ERR_CLOSED at the end, ERR_PROTO when the peer broke a rule
 * (channel_why tells which).  Caller calls msg_done.  After ERR_CLOSED or
 * ERR_PROTO the channel gives nothing more.
 */
enum err channel_recv(struct channel *, struct msg *ret_msg);
/* Waits for the next message; timeout_ms < 0 is for ever, else ERR_AGAIN. */
enum err channel_recv_wait(struct channel *, struct msg *ret_msg, int timeout_ms);
/*
 * Sends and waits for one of the answers (array ended by MSG_NONE); other
 * messages that arrive are stashed for channel_recv.  At most one call at a
 * time.  A peer silent for LIM_CALL_MS is ERR_CLOSED.
 */
enum err channel_call(struct channel *, enum msg_id, json_t *body, int fd,
    const enum msg_id *answers, struct msg *ret_msg);
/* True when channel_recv has news without reading: a stashed message, or the end. */
bool channel_has_stash(const struct channel *);
/* Why the last ERR_PROTO: a sentence, never hostile text. */
const char *channel_why(const struct channel *);

/* First words: sends hello, and with it whether this process is sandboxed. */
enum err channel_hello(struct channel *, const char *program, bool sandboxed);
/*
 * Waits for the peer's hello (timeout_ms), checks its protocol and moves to PH_OPEN.
 * ret_sandboxed may be NULL.
 */
enum err channel_greet(struct channel *, int timeout_ms, bool *ret_sandboxed);
/* The same for a hello that a loop has received already. */
enum err channel_accept_hello(struct channel *, const struct msg *, bool *ret_sandboxed);

#endif
