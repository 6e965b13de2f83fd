/* SPDX-License-Identifier: ISC */
/*
 * The scanners that are served: each has a tag and a channel, and gets one
 * fresh read-only descriptor for each object it is to judge.  What its channel
 * cannot take yet waits here, at most LIM_SCAN_WINDOW of them; descriptors are
 * opened only when they are sent.
 */
#ifndef PROC_VAULT_SUPPLY_H
#define PROC_VAULT_SUPPLY_H

#include "src/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct channel;
struct store;
struct supply;

/* One object on its way to a scanner. */
struct supply_item {
	uint64_t id;
	char *sha256; /* of a stored object; NULL for a self-test object */
	bool bad;     /* which self-test object */
	char *text;   /* or one of these words; NULL */
	char *type;
	char *mime;
	bool opens; /* it is to be opened: */
	uint64_t room_bytes, depth;
};

/* Called when a queued object could not be sent after all; gone: because the scanner has. */
typedef void supply_missing_fn(
    void *arg, uint64_t tag, const struct supply_item *, bool gone, const char *why);

struct supply *supply_new(struct store *, supply_missing_fn *, void *arg);
struct supply *supply_free(struct supply *);

/* Owns the channel when ERR_OK; ERR_LIMIT at LIM_VAULT_SCANNERS, ERR_EXISTS for a used tag. */
enum err supply_add(struct supply *, uint64_t tag, struct channel *);
/* Forgets this scanner, frees its channel and what waited for it. */
void supply_del(struct supply *, struct channel *);
/*
 * Sends or queues; takes the item's texts in every case.  ERR_NOTFOUND: no
 * scanner with this tag; ERR_LIMIT: too many wait already.  For both, and for
 * objects that cannot be opened, the missing function is called.
 */
enum err supply_give(struct supply *, uint64_t tag, struct supply_item *);
/* Sends what now fits; true while something waits. */
bool supply_pump(struct supply *);

#endif
