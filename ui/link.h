/* SPDX-License-Identifier: ISC */
/*
 * Questions to the desk that the screens do not wait for.  One is under way at
 * a time, the others queue; answers come to a function of the one who asked.
 * What waits for an answer in a line of code (signatures) uses ui/desk.h, after
 * link_settle.
 */
#ifndef UI_LINK_H
#define UI_LINK_H

#include "src/ipc/channel.h"
#include "ui/ui.h"

struct link;

enum link_state {
	LINK_DOWN, /* no connection */
	LINK_UP,
	LINK_SLOW, /* a question has had no answer for LIM_SLOW_MS */
};

/*
 * m: the answer, or MSG_DESK_REFUSED, or NULL when the desk has gone first.
 * Borrowed; take what is needed (msg_take_fd, json_incref).
 */
typedef void link_fn(void *owner, struct msg *m);

struct link *link_new(struct ui *);
void link_free(struct link *); /* the channel stays the ui's; NULL is allowed */
/*
 * Asks; steals body.  Answers of an owner that called link_forget are dropped.
 * Without a connection, or before sign-in when the question needs one, fn gets
 * NULL before link_ask returns.
 */
void link_ask(
    struct link *, void *owner, enum msg_id, json_t *body, enum msg_id answer, link_fn *);
/* The same with a descriptor, taken over. */
void link_ask_fd(struct link *, void *owner, enum msg_id, json_t *body, int fd,
    enum msg_id answer, link_fn *);
void link_forget(struct link *, const void *owner);
/* Gives up what is asked: everybody is told with NULL; a late answer is dropped. */
void link_cancel(struct link *);
/* Somebody who is told of messages nobody asked for (desk.progress). */
void link_on_news(struct link *, void *arg, link_fn *);
/* For poll(2); -1 when down. */
int link_fd(const struct link *);
/* poll(2) events wanted. */
short link_events(const struct link *);
/* Reads and writes what is possible without waiting; calls back. */
void link_pump(struct link *, int64_t now_ms);
enum link_state link_state(const struct link *, int64_t now_ms);
/* Questions that have no answer yet. */
size_t link_pending(const struct link *);
/* Waits until nothing is under way; false when that took longer. */
bool link_settle(struct link *, int timeout_ms);
/* Nothing is sent while it is held: the answer would come to somebody who waits for another. */
void link_hold(struct link *, bool);
/* The connection broke: everybody is told with NULL, the channel is freed. */
void link_down(struct link *);

#endif
