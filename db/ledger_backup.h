/* SPDX-License-Identifier: ISC */
/* A copy of a ledger.db that is at work: by SQLite's backup, to a fresh file. */
#ifndef DB_LEDGER_BACKUP_H
#define DB_LEDGER_BACKUP_H

#include "db/ledger.h"

/*
 * Copies from to the file to, which must not be there.  The ledger goes on
 * meanwhile; the copy is of one moment.  ERR_NOSPACE, ERR_IO; what was begun is
 * the caller's to remove.
 */
enum err ledger_backup(const char *from, const char *to, char why[LEDGER_WHY_SIZE]);

#endif
