/* SPDX-License-Identifier: ISC */
/*
 * Exceptions at the desk: under which of them items are judged, what becomes of
 * transfers in review when one takes force or ends, and the list for people.
 */
#ifndef DESK_EXCEPTED_H
#define DESK_EXCEPTED_H

#include "src/core/release.h"
#include "src/proc/desk/desk.h"
#include "src/proc/desk/session.h"

struct work;

/* What items are judged under now. */
struct excepted {
	struct exception list[LIM_EXCEPTIONS_KEPT]; /* texts live until the next entry */
	struct release_under under;
};

/* The policy and the scanners (rows as in xfer.scan, or NULL) stay the caller's. */
void excepted_under(
    struct desk *, const struct policy *, const json_t *scanners, struct excepted *ret);
/* An entry of the authority log came: transfers in review are judged anew if need be. */
void excepted_changed(struct desk *);

/* The transfer is in review again: the same for it alone. */
void excepted_returned(struct desk *, const char *transfer);

/*
 * What exceptions set aside of an item, for people: rows {expires, finds, leaf, reason,
 * scanner, verdict ("" for none), words}.  In review those that hold now, after it was
 * submitted those it was sealed with.
 */
json_t *excepted_item(struct desk *, const struct custody_transfer *, struct work *,
    const uint8_t *sha256, uint64_t item, const char *type);

/* ui.exceptions */
void excepted_answer(struct session *, struct msg *);

#endif
