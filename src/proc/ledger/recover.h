/* SPDX-License-Identifier: ISC */
/*
 * What the scripts sallyport-backup and sallyport-restore have the ledger's
 * own program do: it alone touches a ledger.db.  No key is read.
 */
#ifndef LEDGER_RECOVER_H
#define LEDGER_RECOVER_H

#include "src/core/custody.h"

#define RECOVER_NOTE "backup.made" /* in HOME/ledger: what the ledger is to record */

/* path is a folder with a ledger.db, fd another folder; each prints what it did. */
/* A copy of ledger.db into the folder, and its newest checkpoint as "checkpoint". */
enum err recover_backup(
    const char *path, int fd, const char *folder, char why[CUSTODY_WHY_SIZE]);
/*
 * Appends what the copy of every entry (a second medium) holds beyond the
 * ledger, entry and checkpoint byte for byte, after the rules let each in.
 */
enum err recover_tail(const char *path, int fd, char why[CUSTODY_WHY_SIZE]);

/*
 * A backup was made and verified, says the note: {root,sha256,size} for
 * backup.made, or NULL when there is none.  The note is gone afterwards.
 */
json_t *recover_take_note(int dirfd);

#endif
