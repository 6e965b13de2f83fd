/* SPDX-License-Identifier: ISC */
/*
 * Lists of leaves, as `sallyport export leaves` writes them: nobody signs one, but
 * whoever has a root that the log signed can hold it against the list, without a word
 * of what the entries say.
 */
#ifndef VERIFY_LEAVES_H
#define VERIFY_LEAVES_H

#include "src/proc/verify/verify.h"

struct leaves;

struct leaves *leaves_new(void);
struct leaves *leaves_free(struct leaves *);
/* Files with a list of a log of the record, and with the key for a list alone. */
bool leaves_add(struct leaves *, const char *name, int fd);
bool leaves_key(struct leaves *, int fd);
bool leaves_has_key(const struct leaves *);

/* In a folder: the head that the signer of this entry was shown. */
void leaves_shown(struct leaves *, uint64_t place, const struct entry *);
/* After the record was replayed; whole: every entry of its logs is there. */
void leaves_check(struct verify *, bool whole);
/* After that: the root of this log at this size; NULL when no list tells. */
const uint8_t *leaves_root(const struct leaves *, const char *origin, uint64_t size);
/* The list is the record: it is held against the anchors. */
void leaves_check_alone(struct verify *, int fd);

#endif
