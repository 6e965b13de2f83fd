/* SPDX-License-Identifier: ISC */
#include "db/ledger_backup.h"
#include "db/sql.h"

#include <sqlite3.h>
#include <stdio.h>
#include <unistd.h>

#define PAGES    256 /* between two moments in which the writer may go on */
#define PAUSE_US 2000
#define TRIES    30000 /* pauses without any progress: a minute */
#define BUSY_MS  5000

static enum err
say(enum err e, sqlite3 *db, char *why)
{
	snprintf(why, LEDGER_WHY_SIZE, "%s", db != NULL ? sqlite3_errmsg(db) : "no memory");
	return e;
}

/* A step may have to wait for the writer, and begins again when he has written. */
static int
copy_all(sqlite3_backup *b)
{
	int rc, tries = 0;
	do {
		rc = sqlite3_backup_step(b, PAGES);
		bool waits = rc == SQLITE_BUSY || rc == SQLITE_LOCKED;
		tries = waits ? tries + 1 : 0;
		if (rc == SQLITE_OK || waits)
			usleep(PAUSE_US);
		if (waits && tries < TRIES)
			rc = SQLITE_OK;
	} while (rc == SQLITE_OK);
	return rc;
}

enum err
ledger_backup(const char *from, const char *to, char why[LEDGER_WHY_SIZE])
{
	sqlite3 *source = NULL, *target = NULL;
	enum err err = ERR_OK;
	int rc =
	    sqlite3_open_v2(from, &source, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL);
	if (rc != SQLITE_OK)
		err = say(sql_err(rc), source, why);
	if (err == ERR_OK) {
		sqlite3_busy_timeout(source, BUSY_MS);
		rc = sqlite3_open_v2(to, &target,
		    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_EXCLUSIVE |
			SQLITE_OPEN_NOMUTEX,
		    NULL);
		if (rc != SQLITE_OK)
			err = say(sql_err(rc), target, why);
	}
	if (err == ERR_OK) {
		sqlite3_backup *b = sqlite3_backup_init(target, "main", source, "main");
		rc = b != NULL ? copy_all(b) : SQLITE_ERROR;
		if (b != NULL)
			(void)sqlite3_backup_finish(b);
		if (rc != SQLITE_DONE)
			err = say(rc == SQLITE_ERROR ? ERR_IO : sql_err(rc), target, why);
	}
	sqlite3_close(target);
	sqlite3_close(source);
	return err;
}
