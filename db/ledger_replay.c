/* SPDX-License-Identifier: ISC */
#include "db/ledger_replay.h"
#include "db/ledger_pool.h"
#include "src/core/note.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct replay {
	struct ledger *ledger;
	struct custody *custody;
	struct ledger_replay *out;
	enum transfer_log log;
	uint64_t notes[2];
	struct note_vkey keys[2];
	struct ledger_pool *pool; /* NULL: every signature at once, of notes the newest */
};

__attribute__((format(printf, 3, 4))) static enum err
refuse(struct replay *r, enum err e, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(r->out->why, sizeof(r->out->why), fmt, ap);
	va_end(ap);
	return e;
}

/* What SQLite could not give is unreadable; what is too long is not. */
static void
refuse_read(struct replay *r, enum err e, const char *what)
{
	if (e == ERR_LIMIT) {
		refuse(r, e, "%s is longer than one may be", what);
		return;
	}
	r->out->unreadable = true;
	r->out->at_entry = false;
	refuse(r, e, "%s cannot be read: %s", what, ledger_why(r->ledger));
}

/* --- entries ------------------------------------------------------------------------ */

/* With whatever stands behind a NUL. */
static bool
is_same(const char *stored, size_t n, const char *text)
{
	return n == strlen(text) && memcmp(stored, text, n) == 0;
}

static enum err
compare_row(struct replay *r, const struct ledger_row *row, const struct entry *e)
{
	if (row->leaf_len != sizeof(e->leaf) ||
	    memcmp(row->leaf, e->leaf, sizeof(e->leaf)) != 0)
		return refuse(r, ERR_SIGNATURE, "the stored leaf is not the hash of the entry");
	if (!is_same(row->id, row->id_len, e->id) ||
	    !is_same(row->type, row->type_len, e->type) ||
	    !is_same(row->subj, row->subj_len, e->subj))
		return refuse(
		    r, ERR_SIGNATURE, "the columns id, type and subj do not repeat the entry");
	return ERR_OK;
}

static enum err
replay_row(void *arg, const struct ledger_row *row)
{
	struct replay *r = arg;
	struct entry *e;
	r->out->seq = r->out->entries[r->log];
	if (row->seq != r->out->seq)
		return refuse(r, ERR_SIGNATURE, "entries are missing: the next one is %" PRIu64,
		    row->seq);
	enum err err = entry_parse(row->entry, row->entry_len, r->out->why, &e);
	if (err != ERR_OK)
		return err;
	err = compare_row(r, row, e);
	if (err == ERR_OK)
		err = custody_apply_parsed(r->custody, r->log, e, r->out->why);
	entry_free(e);
	if (err == ERR_OK)
		r->out->entries[r->log]++;
	return err;
}

static enum err
replay_entries(struct replay *r, enum transfer_log log)
{
	r->log = r->out->log = log;
	r->out->at_entry = true;
	r->out->seq = 0;
	enum err err = ledger_each(r->ledger, log, 0, replay_row, r);
	if (err != ERR_OK) {
		if (r->out->why[0] == 0)
			refuse_read(r, err, "the row");
		return err;
	}
	r->out->at_entry = false;
	if (r->out->entries[log] == 0)
		return refuse(r, ERR_NOTFOUND, "the log is empty");
	return ERR_OK;
}

/* --- checkpoints ---------------------------------------------------------------------- */

static enum err
check_log_row(struct replay *r, enum transfer_log log)
{
	const char *origin, *vkey;
	r->out->log = log;
	if (ledger_log(r->ledger, log, &origin, &vkey) != ERR_OK)
		return refuse(r, ERR_NOTFOUND, "the log has no row");
	if (strcmp(origin, custody_origin(r->custody, log)) != 0 ||
	    strcmp(vkey, custody_vkey(r->custody, log)) != 0)
		return refuse(
		    r, ERR_SIGNATURE, "origin or vkey are not those that genesis names");
	if (note_vkey_parse(vkey, &r->keys[log]) != ERR_OK)
		return refuse(r, ERR_SYNTAX, "the checkpoint key is malformed");
	return ERR_OK;
}

static enum err
parse_note(struct replay *r, enum transfer_log log, bool newest, const void *bytes, size_t n,
    struct note_checkpoint *ret)
{
	if (newest)
		return note_checkpoint_open(bytes, n, &r->keys[log], ret);
	/* The text alone: three lines before the blank one. */
	const char *text = bytes;
	const char *blank = memmem(text, n, "\n\n", 2);
	if (blank == NULL)
		return ERR_SYNTAX;
	return note_checkpoint_parse(text, (size_t)(blank + 1 - text), ret);
}

static enum err
replay_note(void *arg, uint64_t row, uint64_t size, const void *bytes, size_t n)
{
	struct replay *r = arg;
	struct note_checkpoint cp;
	if (row > LOG_CUSTODY)
		return refuse(r, ERR_RANGE, "there is a checkpoint of a log that there is not");
	enum transfer_log log = (enum transfer_log)row;
	r->out->log = log;
	if (size != r->notes[log] + 1 || size > r->out->entries[log])
		return refuse(r, ERR_SIGNATURE, "the checkpoint of size %" PRIu64 " is missing",
		    r->notes[log] + 1);
	bool newest = size == r->out->entries[log];
	if (r->pool != NULL)
		ledger_pool_add_note(r->pool, log, size, &r->keys[log], bytes, n);
	if (parse_note(r, log, newest, bytes, n, &cp) != ERR_OK)
		return refuse(r, ERR_SIGNATURE,
		    "the checkpoint of size %" PRIu64 " is malformed or not signed by the log",
		    size);
	const uint8_t *root = custody_root(r->custody, log, size);
	if (cp.size != size || strcmp(cp.origin, r->keys[log].name) != 0 ||
	    memcmp(cp.root, root, sizeof(cp.root)) != 0)
		return refuse(r, ERR_SIGNATURE,
		    "the checkpoint of size %" PRIu64 " is about other entries", size);
	r->notes[log]++;
	r->out->checkpoints++;
	return ERR_OK;
}

static enum err
replay_notes(struct replay *r)
{
	enum err err = check_log_row(r, LOG_AUTHORITY);
	if (err == ERR_OK)
		err = check_log_row(r, LOG_CUSTODY);
	if (err == ERR_OK) {
		err = ledger_each_checkpoint(r->ledger, replay_note, r);
		if (err != ERR_OK && r->out->why[0] == 0)
			refuse_read(r, err, "a checkpoint");
	}
	for (unsigned log = 0; err == ERR_OK && log < 2; log++) {
		r->out->log = (enum transfer_log)log;
		if (r->notes[log] != r->out->entries[log])
			err = refuse(r, ERR_SIGNATURE,
			    "the checkpoint of size %" PRIu64 " is missing", r->notes[log] + 1);
	}
	return err;
}

/* --- signatures beside ----------------------------------------------------------------- */

static void
defer_signature(void *arg, enum transfer_log log, uint64_t seq, const struct entry *e,
    const uint8_t public_key[SSHSIG_PUBLIC_SIZE])
{
	struct replay *r = arg;
	ledger_pool_add_entry(r->pool, log, seq, e, public_key);
}

/* A bad signature counts when it comes before what else was found. */
static enum err
finish_pool(struct replay *r, enum err so_far)
{
	struct ledger_replay *out = r->out;
	struct ledger_pool_bad bad = ledger_pool_finish(r->pool);
	custody_defer_signatures(r->custody, NULL, NULL);
	if (!bad.any)
		return so_far;
	bool later =
	    so_far != ERR_OK && out->at_entry &&
	    (bad.note || bad.log > out->log || (bad.log == out->log && bad.seq > out->seq));
	if (later)
		return so_far;
	out->log = bad.log;
	out->seq = bad.seq;
	out->at_entry = !bad.note;
	if (bad.note)
		return refuse(r, ERR_SIGNATURE,
		    "the checkpoint of size %" PRIu64 " is malformed or not signed by the log",
		    bad.seq);
	return refuse(
	    r, ERR_SIGNATURE, "the signature is not one by %s over these bytes", bad.who);
}

enum err
ledger_replay(struct ledger *l, struct custody *c, bool all_notes, struct ledger_replay *ret)
{
	struct replay r = {.ledger = l, .custody = c, .out = ret};
	*ret = (struct ledger_replay){.log = LOG_AUTHORITY};
	enum err err = ledger_no_strangers(l);
	if (err == ERR_RANGE)
		return refuse(&r, err, "the file holds entries of logs that there are not");
	if (err != ERR_OK) {
		refuse_read(&r, err, "the file");
		return err;
	}
	if (all_notes) {
		r.pool = ledger_pool_new();
		custody_defer_signatures(c, defer_signature, &r);
	}
	err = replay_entries(&r, LOG_AUTHORITY);
	if (err == ERR_OK)
		err = replay_entries(&r, LOG_CUSTODY);
	if (err == ERR_OK)
		err = replay_notes(&r);
	return r.pool != NULL ? finish_pool(&r, err) : err;
}
