/* SPDX-License-Identifier: ISC */
/*
 * Scanning of one transfer: workers, queues, proof of life, retries.
 *
 * Each object goes to the type scanner first, then to every scanner that the
 * policy requires for its type and size.  A scanner that cannot be started,
 * fails its known-bad or known-good object, or keeps dying is unfit: whatever
 * needs it gets the verdict `error`, never nothing.
 */
#ifndef DESK_SCAN_H
#define DESK_SCAN_H

#include "src/proc/desk/desk.h"

struct scan;
struct work;

#define SCAN_WHY_SIZE DESK_UNFIT_SIZE

/* Called when nothing is left to do: see scan_unfit, scan_print. */
typedef void scan_done_fn(void *arg, struct scan *);

/* Starts the scanners that policy mentions, and `type`.  Borrows work and policy. */
struct scan *scan_new(
    struct desk *, struct work *, const struct policy *, scan_done_fn *, void *arg);
/* The transfer it is for, as entries name it. */
void scan_for(struct scan *, const char *transfer);
/*
 * Those of the desk's scanners (NULL: all) only prove themselves, one process
 * of each; when goes into the entry, a literal.  There must be one.
 */
struct scan *scan_try(
    struct desk *, const bool *which, const char *when, scan_done_fn *, void *arg);
/* Ends the workers; NULL is fine; always returns NULL. */
struct scan *scan_free(struct scan *);
/* A new object is in the vault. */
void scan_object(struct scan *, const uint8_t sha256[32], uint64_t bytes);
/* Another set of signatures is in use: what this scanner said before is forgotten, unless
 * the scanning is over. */
void scan_renew(struct scan *, const char *scanner);
/*
 * What the scanner said of an object is forgotten, and it waits for it again.  False:
 * the scanning is about to end.
 */
bool scan_again(struct scan *, const char *scanner, const uint8_t sha256[32], uint64_t bytes);
/* While paused, scanners end what they have and get nothing new. */
void scan_pause(struct scan *, bool paused);
/* No more objects will come: proof of life again at the end, then done. */
void scan_finish(struct scan *);
/*
 * Adds a stage for each scanner.  `files` and `bytes` may still come: each of
 * them is an object more, or one that was there before.
 */
void scan_stages(const struct scan *, uint64_t files, uint64_t bytes, json_t *stages);
/* Marks those of the desk's scanners that were never shown anything: no process came so far. */
void scan_untried(const struct scan *, bool ret_which[LIM_SCANNERS]);
/* Why a scanner that is needed cannot be relied on, or NULL; the text lives with the scan. */
const char *scan_unfit(const struct scan *);
/* ERR_OK, or why nothing more could be kept of what the scanners said: then it is over. */
enum err scan_lost(const struct scan *);
/* True when every worker said that it is in its sandbox. */
bool scan_sandboxed(const struct scan *);
/* What xfer.scan records of the scanners; caller decrefs. */
json_t *scan_print(const struct scan *);

#endif
