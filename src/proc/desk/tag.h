/* SPDX-License-Identifier: ISC */
/* Children the desk asked the parent for, each known by a number. */
#ifndef DESK_TAG_H
#define DESK_TAG_H

#include "src/proc/desk/desk.h"

struct tag_handler {
	/* The parent's answer: the child's control socket (taken over), or why not. */
	void (*spawned)(void *arg, uint64_t tag, int fd);
	void (*refused)(void *arg, uint64_t tag, const char *why);
	/* The child has ended; the vault may still have things to say of it. */
	void (*exited)(void *arg, uint64_t tag, int status, int signum);
	/* What the vault says about this child's pipe or objects; may be NULL. */
	void (*vault)(void *arg, uint64_t tag, struct msg *);
};

/* A new number, bound to these handlers until tag_drop or a refusal. */
uint64_t tag_new(struct desk *, const struct tag_handler *, void *arg);
void tag_drop(struct desk *, uint64_t tag);
/* Kills the child; its end is told as always. */
void tag_kill(struct desk *, uint64_t tag);
/* Hands a message of the parent or the vault to whom it concerns. */
void tag_dispatch(struct desk *, uint64_t tag, struct msg *);

#endif
