/* SPDX-License-Identifier: ISC */
/* Building an entry and putting a person's name to it. */
#ifndef UI_SIGN_H
#define UI_SIGN_H

#include "src/base/buf.h"
#include "ui/ui.h"

/*
 * Asks the desk where the log stands, builds the entry (steals data; NULL is
 * {}), unseals the key for this one signature and appends the entry's bytes.
 * log is "authority" or "custody".  Prints; an enum ui_status.
 */
int sign_make(struct ui *, const char *log, const char *type, const char *subj, json_t *data,
    struct buf *ret_entry);
/* The bytes as a sealed memory file; caller closes. */
int sign_memfd(const struct buf *, int *ret_fd);
/* sign_make, and the entry goes to the ledger.  ret_done may be NULL. */
int sign_entry(struct ui *, const char *log, const char *type, const char *subj, json_t *data,
    struct msg *ret_done);
/* sign_entry about a transfer in the custody log. */
int sign_transfer(
    struct ui *, const char *type, const char *transfer, json_t *data, struct msg *ret_done);
/* The root of the authority log an entry made now would name. */
int sign_root(struct ui *, const char *subj, char ret_root[HEX_DIGEST_SIZE]);

#endif
