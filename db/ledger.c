/* SPDX-License-Identifier: ISC */
#include "db/ledger.h"
#include "db/ledger_form.h"
#include "db/ledger_schema.h"
#include "db/sql.h"
#include "src/base/io.h"
#include "src/base/limits.h"
#include "src/base/mem.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define APPLICATION_ID "0x43535459"
#define BUSY_MS        5000

enum statement {
#define STMT(id, text) DO_##id,
#include "db/ledger_statements.def"
#undef STMT
	DO__MAX
};

static const char *const statements[DO__MAX] = {
#define STMT(id, text) [DO_##id] = text,
#include "db/ledger_statements.def"
#undef STMT
};

struct ledger {
	sqlite3 *db;
	char *path; /* NULL when it was loaded from bytes */
	sqlite3_stmt *prepared[DO__MAX];
	char why[LEDGER_WHY_SIZE];
	char origin[256], vkey[256]; /* what ledger_log gave out */
};

/* --- connection -------------------------------------------------------------------- */

/* An entry that is there already is our own disorder; a lock that is not given up, the disk's.
 */
static enum err
err_of(int rc)
{
	enum err e = sql_err(rc);
	return e == ERR_EXISTS ? ERR_STATE : e == ERR_AGAIN ? ERR_IO : e;
}

static enum err
failed(struct ledger *l, int rc)
{
	snprintf(
	    l->why, sizeof(l->why), "%s", l->db != NULL ? sqlite3_errmsg(l->db) : "no memory");
	return err_of(rc);
}

static enum err
answered(struct ledger *l, int rc)
{
	return rc == SQLITE_OK ? ERR_OK : failed(l, rc);
}

static enum err
exec(struct ledger *l, const char *text)
{
	return answered(l, sqlite3_exec(l->db, text, NULL, NULL, NULL));
}

/* INSERT into our tables, SELECT, transactions: nothing else compiles. */
static int
authorize(
    void *arg, int action, const char *a, const char *b, const char *db, const char *inner)
{
	(void)arg;
	(void)b;
	(void)db;
	(void)inner;
	static const char *const tables[] = {"log", "entry", "checkpoint"};
	if (action == SQLITE_SELECT || action == SQLITE_READ || action == SQLITE_TRANSACTION ||
	    action == SQLITE_FUNCTION)
		return SQLITE_OK;
	for (size_t i = 0; action == SQLITE_INSERT && i < 3; i++) {
		if (strcmp(a, tables[i]) == 0)
			return SQLITE_OK;
	}
	return SQLITE_DENY;
}

static void
harden(sqlite3 *db)
{
	static const struct {
		int what, value;
	} limits[] = {
	    {SQLITE_LIMIT_LENGTH, 1 << 20},
	    {SQLITE_LIMIT_SQL_LENGTH, 4096},
	    {SQLITE_LIMIT_COLUMN, 16},
	    {SQLITE_LIMIT_EXPR_DEPTH, 20},
	    {SQLITE_LIMIT_COMPOUND_SELECT, 2},
	    {SQLITE_LIMIT_ATTACHED, 0},
	    {SQLITE_LIMIT_TRIGGER_DEPTH, 2},
	};
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		sqlite3_limit(db, limits[i].what, limits[i].value);
	sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, (int *)NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, (int *)NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, (int *)NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, (int *)NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, (int *)NULL);
	sqlite3_busy_timeout(db, BUSY_MS);
}

static enum err
set_pragmas(struct ledger *l)
{
	return exec(l,
	    "PRAGMA journal_mode=DELETE; PRAGMA synchronous=EXTRA; PRAGMA cell_size_check=ON;"
	    "PRAGMA foreign_keys=ON; PRAGMA recursive_triggers=ON; PRAGMA mmap_size=0;"
	    "PRAGMA temp_store=MEMORY");
}

static enum err
connect(struct ledger *l, int flags)
{
	int rc = sqlite3_open_v2(
	    l->path != NULL ? l->path : ":memory:", &l->db, flags | SQLITE_OPEN_NOMUTEX, NULL);
	if (rc != SQLITE_OK)
		return failed(l, rc);
	sqlite3_extended_result_codes(l->db, 1);
	harden(l->db);
	return ERR_OK;
}

static void
disconnect(struct ledger *l)
{
	for (unsigned i = 0; i < DO__MAX; i++) {
		sqlite3_finalize(l->prepared[i]);
		l->prepared[i] = NULL;
	}
	sqlite3_close(l->db);
	l->db = NULL;
}

struct ledger *
ledger_close(struct ledger *l)
{
	if (l == NULL)
		return NULL;
	disconnect(l);
	free(l->path);
	free(l);
	return NULL;
}

/* Gives up on a half-opened ledger and tells why. */
static enum err
give_up(struct ledger *l, enum err e, char why[LEDGER_WHY_SIZE])
{
	if (why != NULL)
		snprintf(why, LEDGER_WHY_SIZE, "%s", l->why);
	ledger_close(l);
	return e;
}

void
ledger_init(void)
{
	char byte;
	sqlite3_initialize();
	/* The first random byte opens /dev/urandom. */
	sqlite3_randomness(1, &byte);
}

const char *
ledger_why(const struct ledger *l)
{
	return l->why;
}

/* --- statements ------------------------------------------------------------------------ */

static enum err
use(struct ledger *l, enum statement id, sqlite3_stmt **ret)
{
	sqlite3_stmt **s = &l->prepared[id];
	if (*s == NULL) {
		int rc = sqlite3_prepare_v3(
		    l->db, statements[id], -1, SQLITE_PREPARE_PERSISTENT, s, NULL);
		if (rc != SQLITE_OK)
			return failed(l, rc);
	}
	sqlite3_reset(*s);
	sqlite3_clear_bindings(*s);
	*ret = *s;
	return ERR_OK;
}

/* ERR_OK: a row; ERR_NOTFOUND: no more, and the statement is reset. */
static enum err
step(struct ledger *l, sqlite3_stmt *s)
{
	int rc = sqlite3_step(s);
	if (rc == SQLITE_ROW)
		return ERR_OK;
	enum err e = rc == SQLITE_DONE ? ERR_NOTFOUND : failed(l, rc);
	sqlite3_reset(s);
	return e;
}

static enum err
run(struct ledger *l, sqlite3_stmt *s)
{
	enum err e = step(l, s);
	if (e == ERR_OK)
		sqlite3_reset(s);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

static enum err
run_plain(struct ledger *l, enum statement id)
{
	sqlite3_stmt *s;
	enum err e = use(l, id, &s);
	return e != ERR_OK ? e : run(l, s);
}

static sqlite3_int64
row_of(unsigned log)
{
	return (sqlite3_int64)log + 1;
}

static const char *
column_text(sqlite3_stmt *s, int at)
{
	const unsigned char *t = sqlite3_column_text(s, at);
	return t != NULL ? (const char *)t : "";
}

static const uint8_t *
column_bytes(sqlite3_stmt *s, int at, size_t *ret_len)
{
	const uint8_t *b = sqlite3_column_blob(s, at);
	*ret_len = (size_t)sqlite3_column_bytes(s, at);
	return b != NULL ? b : (const uint8_t *)"";
}

/* --- form --------------------------------------------------------------------------------- */

static enum err
check_integrity(struct ledger *l)
{
	sqlite3_stmt *s;
	int rc = sqlite3_prepare_v2(l->db, "PRAGMA integrity_check(1)", -1, &s, NULL);
	if (rc != SQLITE_OK)
		return failed(l, rc);
	rc = sqlite3_step(s);
	bool good = rc == SQLITE_ROW && strcmp(column_text(s, 0), "ok") == 0;
	if (!good)
		snprintf(l->why, sizeof(l->why), "integrity check: %s",
		    rc == SQLITE_ROW ? column_text(s, 0) : sqlite3_errmsg(l->db));
	sqlite3_finalize(s);
	return good ? ERR_OK : ERR_SYNTAX;
}

static enum err
add_log(struct ledger *l, unsigned log, const char *origin, const char *vkey)
{
	sqlite3_stmt *s;
	enum err e = use(l, DO_LOG_ADD, &s);
	if (e != ERR_OK)
		return e;
	sqlite3_bind_int64(s, 1, row_of(log));
	sqlite3_bind_text(s, 2, origin, -1, SQLITE_TRANSIENT);
	sqlite3_bind_text(s, 3, vkey, -1, SQLITE_TRANSIENT);
	return run(l, s);
}

static enum err
make_schema(struct ledger *l, const char *const origins[2], const char *const vkeys[2])
{
	enum err e = exec(l, "PRAGMA encoding='UTF-8'; PRAGMA page_size=4096;"
			     "PRAGMA application_id=" APPLICATION_ID "; PRAGMA user_version=1");
	if (e == ERR_OK)
		e = set_pragmas(l);
	if (e == ERR_OK)
		e = exec(l, "BEGIN IMMEDIATE");
	for (size_t i = 0; e == ERR_OK && ledger_schema_text(i) != NULL; i++)
		e = exec(l, ledger_schema_text(i));
	for (unsigned i = 0; e == ERR_OK && i < 2; i++)
		e = add_log(l, i, origins[i], vkeys[i]);
	return e == ERR_OK ? exec(l, "COMMIT") : e;
}

enum err
ledger_create(const char *path, const char *const origins[2], const char *const vkeys[2],
    struct ledger **ret, char why[LEDGER_WHY_SIZE])
{
	struct ledger *l = mem_alloc(sizeof(*l));
	l->path = mem_strdup(path);
	enum err e =
	    connect(l, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_EXCLUSIVE);
	if (e == ERR_OK)
		e = make_schema(l, origins, vkeys);
	if (e != ERR_OK)
		return give_up(l, e, why);
	sqlite3_set_authorizer(l->db, authorize, NULL);
	*ret = l;
	return ERR_OK;
}

/*
 * The header of the file as it lies there; before SQLite opens it, because closing a file
 * drops the locks that this process has on it.  A file without any is SQLite's to refuse.
 */
static enum err
check_header(struct ledger *l)
{
	uint8_t header[LEDGER_FORM_HEADER];
	const char *why;
	MEM_CLOSE int fd = open(l->path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || io_read_all(fd, header, sizeof(header)) != ERR_OK)
		return ERR_OK;
	enum err err = ledger_form_header(header, &why);
	if (err != ERR_OK)
		snprintf(l->why, sizeof(l->why), "%s", why);
	return err;
}

static enum err
open_checked(struct ledger *l)
{
	enum err e = check_header(l);
	if (e == ERR_OK)
		e = connect(l, SQLITE_OPEN_READWRITE);
	if (e == ERR_OK)
		e = set_pragmas(l);
	if (e == ERR_OK)
		e = ledger_schema_compare(l->db, l->why, sizeof(l->why));
	if (e == ERR_OK)
		sqlite3_set_authorizer(l->db, authorize, NULL);
	return e;
}

enum err
ledger_open(const char *path, struct ledger **ret, char why[LEDGER_WHY_SIZE])
{
	struct ledger *l = mem_alloc(sizeof(*l));
	l->path = mem_strdup(path);
	enum err e = open_checked(l);
	if (e == ERR_OK) {
		sqlite3_set_authorizer(l->db, NULL, NULL);
		e = check_integrity(l);
		sqlite3_set_authorizer(l->db, authorize, NULL);
	}
	if (e != ERR_OK)
		return give_up(l, e, why);
	*ret = l;
	return ERR_OK;
}

enum err
ledger_load(void *bytes, size_t n, struct ledger **ret, char why[LEDGER_WHY_SIZE])
{
	struct ledger *l = mem_alloc(sizeof(*l));
	const char *form;
	enum err e = ledger_form_file(bytes, n, &form);
	if (e != ERR_OK)
		snprintf(l->why, sizeof(l->why), "%s", form);
	else
		e = connect(l, SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY);
	if (e == ERR_OK)
		e = answered(l, sqlite3_deserialize(l->db, "main", bytes, (sqlite3_int64)n,
				    (sqlite3_int64)n, SQLITE_DESERIALIZE_READONLY));
	if (e == ERR_OK)
		e = exec(l, "PRAGMA cell_size_check=ON; PRAGMA temp_store=MEMORY");
	if (e == ERR_OK)
		e = ledger_schema_compare(l->db, l->why, sizeof(l->why));
	if (e == ERR_OK)
		e = check_integrity(l);
	if (e != ERR_OK)
		return give_up(l, e, why);
	sqlite3_set_authorizer(l->db, authorize, NULL);
	*ret = l;
	return ERR_OK;
}

/* --- appending -----------------------------------------------------------------------------
 */

static enum err
insert_entry(struct ledger *l, unsigned log, uint64_t seq, const struct entry *e)
{
	sqlite3_stmt *s;
	enum err err = use(l, DO_ENTRY_ADD, &s);
	if (err != ERR_OK)
		return err;
	sqlite3_bind_int64(s, 1, row_of(log));
	sqlite3_bind_int64(s, 2, (sqlite3_int64)seq);
	sqlite3_bind_text(s, 3, e->text, (int)e->text_len, SQLITE_TRANSIENT);
	sqlite3_bind_blob(s, 4, e->sig, (int)e->sig_len, SQLITE_TRANSIENT);
	sqlite3_bind_blob(s, 5, e->leaf, sizeof(e->leaf), SQLITE_TRANSIENT);
	sqlite3_bind_text(s, 6, e->id, -1, SQLITE_TRANSIENT);
	sqlite3_bind_text(s, 7, e->type, -1, SQLITE_TRANSIENT);
	sqlite3_bind_text(s, 8, e->subj, -1, SQLITE_TRANSIENT);
	return run(l, s);
}

static enum err
insert_checkpoint(
    struct ledger *l, unsigned log, uint64_t size, const void *note, size_t note_len)
{
	sqlite3_stmt *s;
	enum err err = use(l, DO_CHECKPOINT_ADD, &s);
	if (err != ERR_OK)
		return err;
	sqlite3_bind_int64(s, 1, row_of(log));
	sqlite3_bind_int64(s, 2, (sqlite3_int64)size);
	sqlite3_bind_text(s, 3, note, (int)note_len, SQLITE_TRANSIENT);
	return run(l, s);
}

/* The file is what counts: is our entry its last, or is all as it was? */
static enum err
look_again(struct ledger *l, unsigned log, uint64_t seq, const struct entry *e, enum err was)
{
	sqlite3_stmt *s;
	uint64_t count;
	size_t n = 0;
	char why[LEDGER_WHY_SIZE];
	memcpy(why, l->why, sizeof(why));
	disconnect(l);
	if (open_checked(l) != ERR_OK || ledger_count(l, log, &count) != ERR_OK)
		return ERR_STATE;
	if (count == seq) {
		memcpy(l->why, why, sizeof(why));
		return was == ERR_OK ? ERR_IO : was;
	}
	enum err err = use(l, DO_LEAF, &s);
	if (err != ERR_OK)
		return ERR_STATE;
	sqlite3_bind_int64(s, 1, row_of(log));
	sqlite3_bind_int64(s, 2, (sqlite3_int64)seq);
	bool ours = count == seq + 1 && step(l, s) == ERR_OK &&
	            memcmp(column_bytes(s, 0, &n), e->leaf, sizeof(e->leaf)) == 0 &&
	            n == sizeof(e->leaf);
	sqlite3_reset(s);
	return ours ? ERR_OK : ERR_STATE;
}

/* A log that has no row yet. */
struct new_log {
	const char *origin, *vkey;
};

static enum err
insert_all(struct ledger *l, unsigned log, const struct new_log *new, uint64_t seq,
    const struct entry *e, const void *note, size_t note_len)
{
	uint64_t count = 0;
	enum err err = ledger_count(l, log, &count);
	if (err == ERR_OK && count != seq) {
		snprintf(l->why, sizeof(l->why), "somebody else has written to the ledger");
		err = ERR_STATE;
	}
	if (err == ERR_OK && new != NULL)
		err = add_log(l, log, new->origin, new->vkey);
	if (err == ERR_OK)
		err = insert_entry(l, log, seq, e);
	return err == ERR_OK ? insert_checkpoint(l, log, seq + 1, note, note_len) : err;
}

static enum err
append(struct ledger *l, unsigned log, const struct new_log *new, uint64_t seq,
    const struct entry *e, const void *note, size_t note_len)
{
	enum err err = run_plain(l, DO_BEGIN);
	if (err != ERR_OK)
		return err;
	err = insert_all(l, log, new, seq, e, note, note_len);
	if (err != ERR_OK) {
		char why[LEDGER_WHY_SIZE];
		memcpy(why, l->why, sizeof(why));
		run_plain(l, DO_ROLLBACK);
		memcpy(l->why, why, sizeof(why));
		return err;
	}
	err = run_plain(l, DO_COMMIT);
	return err == ERR_OK ? ERR_OK : look_again(l, log, seq, e, err);
}

enum err
ledger_append(struct ledger *l, unsigned log, uint64_t seq, const struct entry *e,
    const void *note, size_t note_len)
{
	return append(l, log, NULL, seq, e, note, note_len);
}

enum err
ledger_append_first(struct ledger *l, unsigned log, const char *origin, const char *vkey,
    const struct entry *e, const void *note, size_t note_len)
{
	const struct new_log new = {origin, vkey};
	return append(l, log, &new, 0, e, note, note_len);
}

/* --- reading ---------------------------------------------------------------------------------
 */

enum err
ledger_count(struct ledger *l, unsigned log, uint64_t *ret_count)
{
	sqlite3_stmt *s;
	enum err err = use(l, DO_COUNT, &s);
	if (err != ERR_OK)
		return err;
	sqlite3_bind_int64(s, 1, row_of(log));
	err = step(l, s);
	if (err == ERR_OK)
		*ret_count = (uint64_t)sqlite3_column_int64(s, 0);
	sqlite3_reset(s);
	return err;
}

/* Pages as they are, by SQLite itself: nothing else may read a file that is in use. */
static enum err
copy_pages(struct ledger *l, sqlite3 *to)
{
	sqlite3_backup *b = sqlite3_backup_init(to, "main", l->db, "main");
	int rc = b == NULL ? sqlite3_errcode(to) : sqlite3_backup_step(b, -1);
	int end = b == NULL ? rc : sqlite3_backup_finish(b);
	if (rc == SQLITE_DONE && end == SQLITE_OK)
		return ERR_OK;
	snprintf(l->why, sizeof(l->why), "%s", sqlite3_errmsg(to));
	return err_of(end != SQLITE_OK ? end : rc);
}

enum err
ledger_snapshot(struct ledger *l, const char *path)
{
	sqlite3 *to = NULL;
	unlink(path);
	int rc = sqlite3_open_v2(path, &to,
	    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_EXCLUSIVE |
		SQLITE_OPEN_NOMUTEX,
	    NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(
		    to, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF", NULL, NULL, NULL);
	enum err err = rc == SQLITE_OK ? copy_pages(l, to) : err_of(rc);
	if (rc != SQLITE_OK)
		snprintf(l->why, sizeof(l->why), "%s", sqlite3_errstr(rc));
	sqlite3_close(to);
	return err;
}

/* False when it is too long, or has something behind a NUL. */
static bool
copy_text(sqlite3_stmt *s, int at, char *out, size_t size)
{
	const char *text = column_text(s, at);
	size_t n = (size_t)sqlite3_column_bytes(s, at);
	snprintf(out, size, "%s", text);
	return strlen(text) == n && n < size;
}

enum err
ledger_log(struct ledger *l, unsigned log, const char **ret_origin, const char **ret_vkey)
{
	sqlite3_stmt *s;
	enum err err = use(l, DO_LOG_GET, &s);
	if (err != ERR_OK)
		return err;
	sqlite3_bind_int64(s, 1, row_of(log));
	err = step(l, s);
	if (err != ERR_OK)
		return err;
	bool whole = copy_text(s, 0, l->origin, sizeof(l->origin)) &&
	             copy_text(s, 1, l->vkey, sizeof(l->vkey));
	sqlite3_reset(s);
	*ret_origin = l->origin;
	*ret_vkey = l->vkey;
	return whole ? ERR_OK : ERR_RANGE;
}

enum err
ledger_logs(struct ledger *l, unsigned *ret_count)
{
	sqlite3_stmt *s;
	sqlite3_int64 count = 0;
	enum err err = use(l, DO_LOG_COUNT, &s);
	if (err != ERR_OK)
		return err;
	err = step(l, s);
	if (err == ERR_OK)
		count = sqlite3_column_int64(s, 0);
	bool ours = err == ERR_OK && count >= 2 && count <= UINT16_MAX &&
	            count == sqlite3_column_int64(s, 1);
	sqlite3_reset(s);
	if (err == ERR_OK)
		err = use(l, DO_ENTRY_TOTAL, &s);
	if (err == ERR_OK)
		err = step(l, s);
	if (err != ERR_OK)
		return err;
	ours = ours && sqlite3_column_int64(s, 0) == 0;
	sqlite3_reset(s);
	*ret_count = (unsigned)count;
	return ours ? ERR_OK : ERR_RANGE;
}

static enum err
give_row(sqlite3_stmt *s, struct buf *entry, ledger_row_fn *fn, void *arg)
{
	size_t body_len, sig_len;
	struct ledger_row row = {.seq = (uint64_t)sqlite3_column_int64(s, 0)};
	const uint8_t *body = column_bytes(s, 1, &body_len);
	const uint8_t *sig = column_bytes(s, 2, &sig_len);
	char text[HEX_B64_SIZE(LIM_ENTRY_SIG_BYTES)];
	if (sig_len > LIM_ENTRY_SIG_BYTES)
		return ERR_LIMIT;
	entry->len = 0;
	buf_add(entry, body, body_len);
	buf_add_byte(entry, '\n');
	buf_add(entry, text, hex_b64_encode(sig, sig_len, text));
	if (buf_add_byte(entry, '\n') != ERR_OK)
		return ERR_LIMIT;
	row.entry = entry->data;
	row.entry_len = entry->len;
	row.leaf = column_bytes(s, 3, &row.leaf_len);
	row.id = column_text(s, 4);
	row.type = column_text(s, 5);
	row.subj = column_text(s, 6);
	row.id_len = (size_t)sqlite3_column_bytes(s, 4);
	row.type_len = (size_t)sqlite3_column_bytes(s, 5);
	row.subj_len = (size_t)sqlite3_column_bytes(s, 6);
	return fn(arg, &row);
}

static enum err
each_row(struct ledger *l, sqlite3_stmt *s, ledger_row_fn *fn, void *arg)
{
	struct buf entry;
	enum err err = ERR_OK;
	buf_init(&entry, 2 * LIM_ENTRY_BYTES);
	/* What fn says is not the end of the rows, whatever it is. */
	enum err told = ERR_OK;
	while (told == ERR_OK && (err = step(l, s)) == ERR_OK)
		told = give_row(s, &entry, fn, arg);
	sqlite3_reset(s);
	buf_done(&entry);
	return told != ERR_OK ? told : err == ERR_NOTFOUND ? ERR_OK : err;
}

enum err
ledger_each(struct ledger *l, unsigned log, uint64_t from, ledger_row_fn *fn, void *arg)
{
	sqlite3_stmt *s;
	enum err err = use(l, DO_ENTRY_EACH, &s);
	if (err != ERR_OK)
		return err;
	sqlite3_bind_int64(s, 1, row_of(log));
	sqlite3_bind_int64(s, 2, (sqlite3_int64)from);
	return each_row(l, s, fn, arg);
}

enum err
ledger_each_about(struct ledger *l, unsigned log, uint64_t from, const char *subj,
    ledger_row_fn *fn, void *arg)
{
	sqlite3_stmt *s;
	enum err err = use(l, DO_ENTRY_ABOUT, &s);
	if (err != ERR_OK)
		return err;
	sqlite3_bind_int64(s, 1, row_of(log));
	sqlite3_bind_int64(s, 2, (sqlite3_int64)from);
	sqlite3_bind_text(s, 3, subj, -1, SQLITE_TRANSIENT);
	return each_row(l, s, fn, arg);
}

enum err
ledger_checkpoint(struct ledger *l, unsigned log, uint64_t size, struct buf *out)
{
	sqlite3_stmt *s;
	size_t n;
	enum err err = use(l, DO_CHECKPOINT_GET, &s);
	if (err != ERR_OK)
		return err;
	sqlite3_bind_int64(s, 1, row_of(log));
	sqlite3_bind_int64(s, 2, (sqlite3_int64)size);
	err = step(l, s);
	if (err != ERR_OK)
		return err;
	const uint8_t *note = column_bytes(s, 0, &n);
	err = buf_add(out, note, n);
	sqlite3_reset(s);
	return err;
}

enum err
ledger_each_checkpoint(struct ledger *l, ledger_note_fn *fn, void *arg)
{
	sqlite3_stmt *s;
	size_t n;
	enum err err = use(l, DO_CHECKPOINT_EACH, &s);
	if (err != ERR_OK)
		return err;
	enum err told = ERR_OK;
	while (told == ERR_OK && (err = step(l, s)) == ERR_OK) {
		const uint8_t *note = column_bytes(s, 2, &n);
		told = fn(arg, (uint64_t)(sqlite3_column_int64(s, 0) - 1),
		    (uint64_t)sqlite3_column_int64(s, 1), note, n);
	}
	sqlite3_reset(s);
	return told != ERR_OK ? told : err == ERR_NOTFOUND ? ERR_OK : err;
}
