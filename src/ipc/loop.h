/* SPDX-License-Identifier: ISC */
/* A poll(2) loop: descriptors, timers, signals.  Nothing else waits. */
#ifndef IPC_LOOP_H
#define IPC_LOOP_H

#include "src/base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct loop;
struct channel;
struct msg;

typedef void loop_fd_fn(void *arg, int fd, short revents);
typedef void loop_timer_fn(void *arg);
/* Owns nothing: the msg is freed by the loop after the handler returns. */
typedef void loop_message_fn(void *arg, struct channel *, struct msg *);
/* The peer closed or broke the protocol; the channel was removed from the loop, not freed. */
typedef void loop_gone_fn(void *arg, struct channel *, enum err why);

struct loop *loop_new(void);
struct loop *loop_free(struct loop *);
/* One callback for each fd; events as in poll(2). Adding again replaces. */
void loop_add_fd(struct loop *, int fd, short events, loop_fd_fn *, void *arg);
void loop_del_fd(struct loop *, int fd);
/* Serves a channel: receives, checks, dispatches stashed messages, flushes. */
void loop_add_channel(
    struct loop *, struct channel *, loop_message_fn *, loop_gone_fn *, void *arg);
void loop_del_channel(struct loop *, struct channel *);
/* Fires once; returns an id > 0. */
int loop_add_timer(struct loop *, int64_t in_ms, loop_timer_fn *, void *arg);
void loop_del_timer(struct loop *, int id);
/* Signals arrive as callbacks with revents = signal number (signalfd). */
enum err loop_add_signal(struct loop *, int signum, loop_fd_fn *, void *arg);
/* Runs until loop_stop. A callback may add and delete anything. */
enum err loop_run(struct loop *);
void loop_stop(struct loop *);

#endif
