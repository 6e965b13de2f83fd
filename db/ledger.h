/* SPDX-License-Identifier: ISC */
/*
 * ledger.db: the logs as rows, append only; 0 is the authority log, n the custody log of
 * epoch n.  One writer; journal DELETE with
 * synchronous EXTRA, because anything less loses acknowledged entries when the
 * power goes.  A verifier reads from bytes it has hashed, never from a live
 * file.
 */
#ifndef DB_LEDGER_H
#define DB_LEDGER_H

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/hex.h"
#include "src/core/entry.h"
#include "src/core/transfer.h"

#include <stddef.h>
#include <stdint.h>

#define LEDGER_WHY_SIZE 256

struct ledger;

/* Once, before the sandbox: what SQLite wants of the system. */
void ledger_init(void);

/* A new file with the schema and the rows of both logs; ERR_EXISTS when there is one. */
enum err ledger_create(const char *path, const char *const origins[2],
    const char *const vkeys[2], struct ledger **ret, char why[LEDGER_WHY_SIZE]);
/*
 * Opens for writing.  ERR_RANGE when the header is not that of a ledger,
 * ERR_SIGNATURE when the schema is not ours byte for byte, ERR_SYNTAX when the
 * file is damaged.
 */
enum err ledger_open(const char *path, struct ledger **ret, char why[LEDGER_WHY_SIZE]);
/*
 * Opens bytes for reading; they stay the caller's and must outlive the ledger.
 * Errors as ledger_open.
 */
enum err ledger_load(void *bytes, size_t n, struct ledger **ret, char why[LEDGER_WHY_SIZE]);
/* NULL is fine; always returns NULL. */
struct ledger *ledger_close(struct ledger *);

/* SHA-256, in hex, of the schema that this program was built with. */
void ledger_schema(char out[HEX_DIGEST_SIZE]);

/*
 * Appends entry and checkpoint in one transaction; returns ERR_OK only when
 * both are durable.  A COMMIT that reports an error is not believed: the file
 * is opened again and looked at.  ERR_STATE: somebody else has written.
 * ERR_NOSPACE, ERR_IO: nothing was appended.
 */
enum err ledger_append(struct ledger *, unsigned log, uint64_t seq, const struct entry *,
    const void *note, size_t note_len);
/*
 * Copies the whole file, as it is between two entries, to a new file; whatever lay there is
 * removed.  Not durable: for what is handed on at once.
 */
enum err ledger_snapshot(struct ledger *, const char *path);
/* The same for the first entry of a log that has no row yet. */
enum err ledger_append_first(struct ledger *, unsigned log, const char *origin,
    const char *vkey, const struct entry *, const void *note, size_t note_len);
/* English for the last failure. */
const char *ledger_why(const struct ledger *);

enum err ledger_count(struct ledger *, unsigned log, uint64_t *ret_count);
/*
 * ERR_NOTFOUND when the log has no row, ERR_RANGE for texts that no log has.  Texts live until
 * the next call.
 */
enum err ledger_log(
    struct ledger *, unsigned log, const char **ret_origin, const char **ret_vkey);
/*
 * How many logs there are.  ERR_RANGE when the file holds no custody log, or entries of logs
 * that there are not.
 */
enum err ledger_logs(struct ledger *, unsigned *ret_count);

/* One row; everything lives until the callback returns. */
struct ledger_row {
	uint64_t seq;
	const uint8_t *entry; /* body LF base64(sig) LF, put together */
	size_t entry_len;
	const uint8_t *leaf; /* as stored */
	size_t leaf_len;
	const char *id, *type, *subj; /* the projections, as stored */
	size_t id_len, type_len, subj_len;
};
/* Anything but ERR_OK ends the walk. */
typedef enum err ledger_row_fn(void *arg, const struct ledger_row *);
enum err ledger_each(struct ledger *, unsigned log, uint64_t from, ledger_row_fn *, void *arg);
/* The same for the entries about one subject. */
enum err ledger_each_about(
    struct ledger *, unsigned log, uint64_t from, const char *subj, ledger_row_fn *, void *arg);

/* Appends the checkpoint of that size; ERR_NOTFOUND. */
enum err ledger_checkpoint(struct ledger *, unsigned log, uint64_t size, struct buf *out);
typedef enum err ledger_note_fn(
    void *arg, uint64_t log, uint64_t size, const void *note, size_t note_len);
/* All checkpoints, by log and size. */
enum err ledger_each_checkpoint(struct ledger *, ledger_note_fn *, void *arg);

#endif
