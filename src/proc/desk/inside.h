/* SPDX-License-Identifier: ISC */
/*
 * The books of one scan about what is inside objects: rows of what was found, new
 * objects, and what bounds it all (room, depth, number).  Bytes of what is only
 * inside others lie in the vault as long as the scan lives.
 */
#ifndef DESK_INSIDE_H
#define DESK_INSIDE_H

#include "db/work_child.h"
#include "src/proc/desk/desk.h"

struct inside;
struct worker_result;

/* What the vault tells an opener with an object. */
struct inside_room {
	uint64_t room_bytes; /* that may come out of it */
	uint64_t depth;
	uint64_t spare_bytes; /* that must stay free besides: media are being read */
};

/* Puts it into a vault.give. */
void inside_room_add(const struct inside_room *, json_t *give);

/* Borrows the work.  What waits inside objects since an earlier scan is made to wait for them.
 */
struct inside *inside_new(struct desk *, struct work *);
/* Lets go of the bytes; NULL is fine; always returns NULL.  All processes have been ended. */
struct inside *inside_free(struct inside *);
/* ERR_OK, or why the rows cannot be kept. */
enum err inside_lost(const struct inside *);

/* So many bytes more were read from the medium. */
void inside_read(struct inside *, uint64_t bytes);
/* This scanner opens objects. */
void inside_opener(struct inside *, const char *scanner);

/* Why an object is not to be opened, with a finding; NULL: it may be.  Its verdict is
 * incomplete. */
const char *inside_refuses(struct inside *, const struct work_todo *, const char *scanner);
/* It is opened by this scanner: what was found in it before is forgotten. */
void inside_open(struct inside *, const struct work_todo *, const char *scanner,
    struct inside_room *ret_room);
/* Something inside it; true when there is a new object to be scanned, of so many bytes. */
bool inside_member(
    struct inside *, const uint8_t parent[32], const char *scanner, const struct work_child *);
/* All of it was told: what did not arrive makes the result no better than incomplete. */
void inside_end(
    struct inside *, const uint8_t parent[32], const char *scanner, struct worker_result *);
/* What was found in one object is in another one, too, and nothing else. */
void inside_share(
    struct inside *, const uint8_t from[32], const uint8_t to[32], const char *scanner);
/* The process died of it, or was too late: when it is opened again, all of it is told again. */
void inside_cut(struct inside *, const uint8_t parent[32], const char *scanner);

/*
 * Nothing waits any more.  True when something does now: an object that was too deep
 * lies nearer to the top, too.
 */
bool inside_deeper(struct inside *);

#endif
