/* SPDX-License-Identifier: ISC */
/*
 * The copy of a log on a second medium: a file of records, one for each entry
 * with its checkpoint, in their order.  A record says how long it is and what
 * its digest is, so that what a cut write left is never taken for one:
 *
 *   sallyport-copy v1 ORIGIN GENESIS LF
 *   SEQ ENTRYBYTES NOTEBYTES SHA256 LF entry note
 *   ...
 */
#ifndef DB_LEDGER_COPY_H
#define DB_LEDGER_COPY_H

#include "db/ledger.h"

#define LEDGER_COPY_NAME_SIZE 64

/* The file of this log in the folder of the copy; ERR_RANGE when no origin has that form. */
enum err ledger_copy_name(const char *origin, char out[LEDGER_COPY_NAME_SIZE]);

struct ledger_copy_row {
	uint64_t seq;
	const uint8_t *entry, *note;
	size_t entry_len, note_len;
};
/* Append the first line, and a record. */
enum err ledger_copy_print_head(const char *origin, const char *genesis, struct buf *out);
enum err ledger_copy_print(const struct ledger_copy_row *, struct buf *out);

/* A file that is read from its beginning; fd stays the caller's. */
struct ledger_copy;
/* ERR_SYNTAX when it does not begin with this head, ERR_NOTFOUND when it ends within it. */
enum err ledger_copy_open(
    int fd, const char *origin, const char *genesis, struct ledger_copy **ret);
struct ledger_copy *ledger_copy_close(struct ledger_copy *);
/*
 * The next record, which lives until the next call.  ERR_NOTFOUND: the file
 * ends here; ERR_SYNTAX: there is no whole record here; ERR_IO.
 */
enum err ledger_copy_next(struct ledger_copy *, struct ledger_copy_row *ret);
/* Where the next record begins. */
uint64_t ledger_copy_at(const struct ledger_copy *);

enum ledger_copy_fit {
	LEDGER_COPY_FITS,    /* so many records, all of this log; the rest is missing */
	LEDGER_COPY_TORN,    /* the same, and behind them what a cut write left */
	LEDGER_COPY_ABSENT,  /* empty, or a first line that was cut */
	LEDGER_COPY_AHEAD,   /* all of this log, and more records */
	LEDGER_COPY_CHANGED, /* some bytes are not what was written */
	LEDGER_COPY_ANOTHER, /* of another ledger, or of another history of this one */
};
struct ledger_copy_found {
	enum ledger_copy_fit fit;
	uint64_t records; /* that agree with the log */
	uint64_t bytes;   /* up to where they do */
	uint8_t *next;    /* of AHEAD: the first entry that the log has not; caller frees */
	size_t next_len;
};
/* The whole file against the log; anything but ERR_OK: one of the two cannot be read. */
enum err ledger_copy_compare(
    struct ledger *, unsigned log, const char *genesis, int fd, struct ledger_copy_found *ret);

#endif
