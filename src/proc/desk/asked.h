/* SPDX-License-Identifier: ISC */
/*
 * What was asked for against what was read.  The request is the one the officer
 * gave, else the one that lies at the root of a volume; sallyport-request takes
 * it apart, and here its names and digests are held against the items.
 */
#ifndef DESK_ASKED_H
#define DESK_ASKED_H

#include "src/core/policy.h"
#include "src/core/request.h"
#include "src/proc/desk/desk.h"

struct asked;
struct work_item;

/* The items of a request on the medium, as its names tell, and of its signature, or 0. */
bool asked_find(struct work *, bool several, uint64_t ret_items[2]);
/*
 * Begins to read the request of a transfer: the one that was given, else the one
 * on the medium, when the vault has it; fn is called when that is over.  NULL, and
 * fn is not called, when there is none.  several: volumes, so that paths begin
 * with v1/.
 */
struct asked *asked_start(struct desk *, struct work *, const struct custody_transfer *,
    bool several, void (*fn)(void *arg), void *arg);
/* NULL is fine; always returns NULL. */
struct asked *asked_free(struct asked *);

/* A new round over all items, and each of them in any order: findings, counts. */
void asked_begin(struct asked *);
enum err asked_item(struct asked *, const struct work_item *);
/*
 * The same before contents are read: what its name and size tell, and no finding.
 * A folder is asked for when it is named, or lies in one that is.
 */
enum request_match asked_foresee(struct asked *, const struct work_item *);
/* What it says; NULL: it is still being read, or cannot be. */
const struct request *asked_request(const struct asked *);
/* Whose it is, or why it cannot be read. */
const char *asked_why(const struct asked *);
/* As xfer.scan records it; caller decrefs. */
json_t *asked_summary(const struct asked *);

/*
 * What it says of the transfer, as rows of fields; none when it is somebody else's or could
 * not be read.  Caller decrefs.
 */
json_t *asked_fields(const struct asked *);

#endif
