/* SPDX-License-Identifier: ISC */
#include "src/proc/ledger/recover.h"
#include "db/ledger_backup.h"
#include "db/ledger_copy.h"
#include "db/ledger_replay.h"
#include "src/base/io.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/merkle.h"
#include "src/core/note.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DB_FILE    "ledger.db"
#define NOTE_BYTES 256

#define refuse(why, e, ...) err_say(e, why, CUSTODY_WHY_SIZE, __VA_ARGS__)

static enum transfer_log
kind_of(unsigned log)
{
	return log == 0 ? LOG_AUTHORITY : LOG_CUSTODY;
}

static const char *
name_of(unsigned log)
{
	return log == 0 ? "authority" : "custody";
}

static enum err
open_replayed(
    const char *path, struct ledger **ret_ledger, struct custody **ret_custody, char *why)
{
	char db_why[LEDGER_WHY_SIZE];
	struct ledger_replay r;
	struct ledger *l;
	enum err err = ledger_open(path, &l, db_why);
	if (err != ERR_OK)
		return refuse(why, err, "%s: %s", path, db_why);
	struct custody *c = custody_new();
	err = ledger_replay(l, c, false, &r);
	if (err != ERR_OK) {
		refuse(why, err, "%s, the %s log: %s", path, name_of(r.log), r.why);
		custody_free(c);
		ledger_close(l);
		return err;
	}
	*ret_ledger = l;
	*ret_custody = c;
	return ERR_OK;
}

/* --- backup ------------------------------------------------------------------------- */

static enum err
keep_checkpoint(struct ledger *l, const struct custody *c, int fd, char *why)
{
	struct buf note;
	buf_init(&note, LIM_NOTE_BYTES);
	enum err err = ledger_checkpoint(
	    l, custody_epoch_now(c)->number, custody_size(c, LOG_CUSTODY), &note);
	if (err == ERR_OK)
		err = io_create_synced(fd, "checkpoint", 0644, note.data, note.len);
	buf_done(&note);
	return err == ERR_OK
	           ? ERR_OK
	           : refuse(why, err, "the checkpoint cannot be written: %s", err_str(err));
}

enum err
recover_backup(const char *path, int fd, const char *folder, char why[CUSTODY_WHY_SIZE])
{
	char db_why[LEDGER_WHY_SIZE];
	MEM_FREE char *from = mem_printf("%s/" DB_FILE, path);
	MEM_FREE char *to = mem_printf("%s/" DB_FILE, folder);
	struct ledger *l;
	struct custody *c;
	enum err err = ledger_backup(from, to, db_why);
	if (err != ERR_OK)
		return refuse(why, err, "%s cannot be written: %s", to, db_why);
	err = open_replayed(to, &l, &c, why);
	if (err != ERR_OK)
		return err;
	err = keep_checkpoint(l, c, fd, why);
	uint64_t size = custody_size(c, LOG_CUSTODY);
	char root[HEX_DIGEST_SIZE];
	hex_encode(custody_root(c, LOG_CUSTODY, size), MERKLE_SIZE, root);
	if (err == ERR_OK)
		printf("%" PRIu64 " %s\n", size, root);
	custody_free(c);
	ledger_close(l);
	return err;
}

/* --- what the second medium has and the ledger has not ---------------------------------- */

struct tail {
	struct ledger *ledger;
	struct custody *custody;
	unsigned log; /* as ledger.db numbers them */
	char *why;
};

/*
 * The checkpoint must be of the entries up to this one, which was applied, and by the log,
 * or the record would not verify again.
 */
static enum err
check_note(const struct tail *t, const struct ledger_copy_row *row, char *why)
{
	struct note_checkpoint cp;
	const struct custody_epoch *epoch;
	const enum transfer_log kind = kind_of(t->log);
	if (custody_checkpoint_open(t->custody, row->note, row->note_len, &cp, &epoch) !=
		ERR_OK ||
	    (epoch != NULL ? epoch->number : 0) != t->log || cp.size != row->seq + 1 ||
	    custody_size(t->custody, kind) != cp.size ||
	    memcmp(cp.root, custody_root(t->custody, kind, cp.size), sizeof(cp.root)) != 0)
		return refuse(why, ERR_SIGNATURE,
		    "its checkpoint is of other entries, or not signed by the log");
	return ERR_OK;
}

static enum err
write_row(const struct tail *t, const struct ledger_copy_row *row, bool begins, char *why)
{
	struct entry *e;
	enum err err = entry_parse(row->entry, row->entry_len, why, &e);
	if (err != ERR_OK)
		return err;
	const struct custody_epoch *now = custody_epoch_now(t->custody);
	err = begins ? ledger_append_first(t->ledger, t->log, now->origin, now->vkey, e,
			   row->note, row->note_len)
	             : ledger_append(t->ledger, t->log, row->seq, e, row->note, row->note_len);
	if (err != ERR_OK)
		refuse(why, err, "%s", ledger_why(t->ledger));
	entry_free(e);
	return err;
}

static enum err
add_row(const struct tail *t, const struct ledger_copy_row *row)
{
	char why[CUSTODY_WHY_SIZE] = "";
	const bool begins = t->log > 0 && !custody_epoch_at(t->custody, t->log - 1)->begun;
	enum err err =
	    custody_apply(t->custody, kind_of(t->log), row->entry, row->entry_len, why);
	if (err == ERR_OK)
		err = check_note(t, row, why);
	if (err == ERR_OK)
		err = write_row(t, row, begins, why);
	return err == ERR_OK ? ERR_OK
	                     : refuse(t->why, err, "entry %" PRIu64 " of the copy's %s log: %s",
				   row->seq, name_of(t->log), why);
}

static const char *
origin_of(const struct tail *t)
{
	return t->log == 0 ? custody_origin(t->custody, LOG_AUTHORITY)
	                   : custody_epoch_at(t->custody, t->log - 1)->origin;
}

/* All records from the log's end on, to the end of the file or a record that was cut. */
static enum err
add_rest(const struct tail *t, int fd, uint64_t from)
{
	struct ledger_copy *copy = NULL;
	struct ledger_copy_row row;
	enum err err = ledger_copy_open(fd, origin_of(t), custody_genesis(t->custody), &copy);
	while (err == ERR_OK && (err = ledger_copy_next(copy, &row)) == ERR_OK)
		if (row.seq >= from)
			err = add_row(t, &row);
	ledger_copy_close(copy);
	return err == ERR_NOTFOUND || err == ERR_SYNTAX ? ERR_OK : err;
}

/* What the copy's file holds beyond the log as it is here. */
static enum err
add_more(const struct tail *t, int fd, const char *name)
{
	struct ledger_copy_found found;
	const struct custody_epoch *next = custody_epoch_at(t->custody, t->log);
	if (t->log > 0 && !custody_epoch_at(t->custody, t->log - 1)->begun)
		return add_rest(t, fd, 0);
	if (ledger_copy_compare(t->ledger, t->log, custody_genesis(t->custody), fd, &found) !=
	    ERR_OK)
		return ERR_IO;
	free(found.next);
	if (found.fit == LEDGER_COPY_ANOTHER || found.fit == LEDGER_COPY_CHANGED)
		return refuse(t->why, ERR_SIGNATURE,
		    "the copy's file %s is not of this ledger at entry %" PRIu64, name,
		    found.records);
	if (found.fit != LEDGER_COPY_AHEAD)
		return ERR_OK;
	if (t->log > 0 && next != NULL && next->begun)
		return refuse(t->why, ERR_STATE,
		    "the copy's file %s goes on behind entry %" PRIu64
		    ", where epoch %u of this ledger begins",
		    name, found.records, next->number);
	return add_rest(t, fd, found.records);
}

static uint64_t
size_of(const struct tail *t)
{
	return t->log == 0 ? custody_size(t->custody, LOG_AUTHORITY)
	                   : custody_epoch_at(t->custody, t->log - 1)->size;
}

static enum err
add_tail(const struct tail *t, int dirfd)
{
	char name[LEDGER_COPY_NAME_SIZE];
	const uint64_t size = size_of(t);
	if (ledger_copy_name(origin_of(t), name) != ERR_OK)
		return refuse(t->why, ERR_RANGE, "the origin of a log has another form");
	MEM_CLOSE int fd = openat(dirfd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	/* A log that was opened and not begun has no file. */
	if (fd < 0 && errno == ENOENT && t->log > 0 && size == 0)
		return ERR_OK;
	if (fd < 0)
		return refuse(t->why, ERR_NOTFOUND, "the copy has no file %s: %s", name,
		    strerrordesc_np(errno));
	enum err err = add_more(t, fd, name);
	if (err != ERR_OK && t->why[0] == '\0')
		return refuse(t->why, err, "the copy's file %s cannot be read", name);
	if (err == ERR_OK)
		printf("%s %" PRIu64 " %" PRIu64 "\n", name, size, size_of(t));
	return err;
}

enum err
recover_tail(const char *path, int fd, char why[CUSTODY_WHY_SIZE])
{
	MEM_FREE char *file = mem_printf("%s/" DB_FILE, path);
	struct tail t = {.log = 0, .why = why};
	enum err err = open_replayed(file, &t.ledger, &t.custody, why);
	if (err != ERR_OK)
		return err;
	why[0] = '\0';
	/* The authority log's tail may open epochs. */
	for (; err == ERR_OK && t.log <= custody_epoch_count(t.custody); t.log++)
		err = add_tail(&t, fd);
	custody_free(t.custody);
	ledger_close(t.ledger);
	return err;
}

/* --- the note ------------------------------------------------------------------------- */

json_t *
recover_take_note(int dirfd)
{
	char text[NOTE_BYTES + 1], root[HEX_DIGEST_SIZE], sha256[HEX_DIGEST_SIZE];
	uint64_t size;
	MEM_CLOSE int fd = openat(dirfd, RECOVER_NOTE, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	ssize_t n = read(fd, text, NOTE_BYTES);
	(void)unlinkat(dirfd, RECOVER_NOTE, 0);
	text[n > 0 ? n : 0] = '\0';
	if (sscanf(text, "%" SCNu64 " %64[0-9a-f] %64[0-9a-f]", &size, root, sha256) != 3 ||
	    strlen(root) != HEX_DIGEST_SIZE - 1 || strlen(sha256) != HEX_DIGEST_SIZE - 1)
		return NULL;
	return json_pack(
	    "{s:s,s:s,s:I}", "root", root, "sha256", sha256, "size", (json_int_t)size);
}
