/* SPDX-License-Identifier: ISC */
/*
 * What one scanner's process hands back of what is inside objects: told to the
 * desk, its bytes sent to the vault.  Both are brought together here, in the order
 * in which the process told them; each member is handed on once, when its bytes
 * are kept or will not come.
 */
#ifndef DESK_MEMBERS_H
#define DESK_MEMBERS_H

#include "db/work_child.h"
#include "src/proc/desk/desk.h"

struct members;
struct msg;

struct members_events {
	/* Of job (scan.child's id); parent and scanner of the child are not set. */
	void (*member)(void *arg, uint64_t job, const struct work_child *);
	/* What was waited for has come: another look at the jobs. */
	void (*settled)(void *arg);
	/* The process broke the rules and has to go; the callee frees. */
	void (*broken)(void *arg, const char *why);
};

struct members *members_new(struct desk *, const struct members_events *, void *arg);
/* NULL is fine; always returns NULL. */
struct members *members_free(struct members *);
/* By which parent and vault know its pipe. */
uint64_t members_tag(const struct members *);
/* A scan.child; may end this. */
void members_tell(struct members *, struct msg *);
/* No bytes of this job are on the way. */
bool members_settled(const struct members *, uint64_t job);

/* --- the queue alone, for tests ------------------------------------------------ */

/* What the vault says of child; sha256 NULL: its bytes did not come, and why. */
void members_kept(
    struct members *, uint64_t child, const uint8_t *sha256, uint64_t bytes, const char *why);
/* The pipe has ended. */
void members_ended(struct members *);

#endif
