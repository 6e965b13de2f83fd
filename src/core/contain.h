/* SPDX-License-Identifier: ISC */
/*
 * What objects contain, at any depth, as one graph: each object once, however
 * often and wherever it lies.  Pure, and safe for hostile graphs: no recursion,
 * time linear in objects and places, an object inside itself is found out.
 *
 * Add all objects in ascending order of their digests, then all places in
 * ascending order of their containers, then settle; then ask.
 */
#ifndef CORE_CONTAIN_H
#define CORE_CONTAIN_H

#include "src/core/verdict.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONTAIN_NONE SIZE_MAX

/* An object for itself.  Scanners are bits of a set, the same ones for all objects. */
struct contain_object {
	uint8_t sha256[32];
	enum verdict verdict;  /* verdict_object */
	enum verdict in_parts; /* the same, if all that is too large for counted as clean */
	uint16_t clean;        /* scanners that called it clean after looking at all of it */
	uint16_t large;        /* scanners it was too large for */
	bool opened;           /* somebody looked into it */
	bool whole;            /* to its end */
	bool finds;            /* there are findings about it */
	bool opaque;           /* its type tells nothing of what it is a part of (part.h) */
};

struct contain;

struct contain *contain_new(unsigned nscanners);
void contain_free(struct contain *);

/* The number of the object, from 0. */
size_t contain_add(struct contain *, const struct contain_object *);
/* CONTAIN_NONE when it is not there. */
size_t contain_find(const struct contain *, const uint8_t sha256[32]);
size_t contain_count(const struct contain *);
const uint8_t *contain_sha256(const struct contain *, size_t object);
/* A member with its bytes; row is the caller's number for this place. */
void contain_put(struct contain *, size_t container, size_t object, uint64_t row);
/* A member without: a link, a file that could not be had, ... */
void contain_put_bare(struct contain *, size_t container, bool link, bool lacks_bytes);

/* This one, with its bytes, tells nothing without others that are not there. */
void contain_lacks(struct contain *, size_t container, uint64_t row);
/* An object, as it was added. */
bool contain_is_opaque(const struct contain *, size_t object);
bool contain_is_whole(const struct contain *, size_t object);

void contain_settle(struct contain *);

/* --- after settling ----------------------------------------------------------- */

/* Somebody looked into it, or it has members. */
bool contain_is_opened(const struct contain *, size_t object);
/* It is inside itself. */
bool contain_is_quine(const struct contain *, size_t object);
/* What is inside it; parts has room for nscanners. */
void contain_inside(
    const struct contain *, size_t object, struct verdict_inside *ret, uint64_t *ret_parts);
/* Its verdict with everything inside. */
enum verdict contain_verdict(const struct contain *, size_t object);

/*
 * From an opened object down to the worst inside it: the rows of the places on
 * the way, at most max, and the object there.  ret_bare: the worst is a member of
 * that object which has no bytes, or is a part.  0 when nothing is inside that has a verdict.
 */
size_t contain_worst(const struct contain *, size_t object, uint64_t *ret_rows, size_t max,
    size_t *ret_object, bool *ret_bare);

/* The row of a place that contain_lacks was told of, or 0. */
uint64_t contain_lacking(const struct contain *, size_t object);

/* There are findings about it itself, or it is inside itself. */
bool contain_has_finds(const struct contain *, size_t object);
/*
 * Everything inside an object that there are findings about, or that is inside
 * itself, nearest first, each object once.  After fn has returned false the walk rests;
 * contain_walk_on takes it up behind that.  True: it is over.  Until then contain_way
 * tells how it came to what it found.
 */
bool contain_walk(
    struct contain *, size_t object, bool (*fn)(void *arg, size_t found), void *arg);
bool contain_walk_on(struct contain *, bool (*fn)(void *arg, size_t found), void *arg);
/* The rows of the places on the way to what the walk found: their number, at most max are
 * written, the nearest to the top first. */
size_t contain_way(const struct contain *, size_t found, uint64_t *ret_rows, size_t max);

#endif
