/* SPDX-License-Identifier: ISC */
/* Reports that go to the share: the desk has no access to it, the stager writes them. */
#ifndef DESK_PUBLISH_H
#define DESK_PUBLISH_H

#include "src/proc/desk/book.h"
#include "src/proc/desk/desk.h"

/* SHA-256, in hex, of a sealed memfd. */
enum err publish_digest(int fd, char ret_sha256[HEX_DIGEST_SIZE]);
/*
 * audit.export: nothing leaves before its entry is in the record.  fd: the document, a sealed
 * memfd; path: as export_is_name has it; officer: who asked.
 */
enum err publish_enter(struct desk *, const char *officer, const char *format, const char *path,
    int fd, char why[BOOK_WHY_SIZE]);

/*
 * Hands a finished report (a sealed memfd, borrowed) to the stager; the
 * session, if it is still there, hears when it is written, or why not.
 */
void publish(struct desk *, uint64_t session, const char *transfer, const char *name, int fd);
/* The stager's answer about a report. */
void publish_over(struct desk *, struct msg *, bool written);
void publish_end_all(struct desk *);

#endif
