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
	unsigned log;
	uint64_t taken;           /* entries of this log */
	uint64_t notes;           /* checkpoints of it */
	struct note_vkey first;   /* of the log whose checkpoints are looked at */
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

static enum transfer_log
kind_of(unsigned log)
{
	return log == 0 ? LOG_AUTHORITY : LOG_CUSTODY;
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
	r->out->seq = r->taken;
	if (row->seq != r->out->seq)
		return refuse(r, ERR_SIGNATURE, "entries are missing: the next one is %" PRIu64,
		    row->seq);
	enum err err = entry_parse(row->entry, row->entry_len, r->out->why, &e);
	if (err != ERR_OK)
		return err;
	err = compare_row(r, row, e);
	if (err == ERR_OK)
		err = custody_apply_parsed(r->custody, kind_of(r->log), e, r->out->why);
	entry_free(e);
	if (err == ERR_OK) {
		r->taken++;
		r->out->entries[kind_of(r->log)]++;
	}
	return err;
}

static enum err
replay_entries(struct replay *r, unsigned log)
{
	r->log = r->out->log = log;
	r->taken = 0;
	r->out->at_entry = true;
	r->out->seq = 0;
	enum err err = ledger_each(r->ledger, log, 0, replay_row, r);
	if (err != ERR_OK) {
		if (r->out->why[0] == 0)
			refuse_read(r, err, "the row");
		return err;
	}
	r->out->at_entry = false;
	if (r->taken == 0)
		return refuse(r, ERR_NOTFOUND, "the log is empty");
	return ERR_OK;
}

/* --- checkpoints ---------------------------------------------------------------------- */

static uint64_t
size_of(const struct replay *r, unsigned log)
{
	if (log == 0)
		return custody_size(r->custody, LOG_AUTHORITY);
	const struct custody_epoch *e = custody_epoch_at(r->custody, log - 1);
	return e != NULL ? e->size : 0;
}

static const uint8_t *
root_of(const struct replay *r, unsigned log, uint64_t size)
{
	return log == 0 ? custody_root(r->custody, LOG_AUTHORITY, size)
	                : custody_epoch_root(r->custody, log - 1, size);
}

static enum err
check_log_row(struct replay *r, unsigned log)
{
	const char *origin, *vkey;
	const struct custody_epoch *e = custody_epoch_at(r->custody, log > 0 ? log - 1 : 0);
	r->out->log = log;
	if (ledger_log(r->ledger, log, &origin, &vkey) != ERR_OK)
		return refuse(r, ERR_NOTFOUND, "the log has no row");
	if (e == NULL)
		return refuse(r, ERR_RANGE, "there is a log that was never opened");
	const char *name = log > 0 ? e->origin : custody_origin(r->custody, LOG_AUTHORITY);
	if (strcmp(origin, name) != 0 ||
	    strcmp(vkey, log > 0 ? e->vkey : e->authority_vkey) != 0)
		return refuse(
		    r, ERR_SIGNATURE, "origin or vkey are not those that genesis names");
	if (note_vkey_parse(vkey, &r->first) != ERR_OK)
		return refuse(r, ERR_SYNTAX, "the checkpoint key is malformed");
	return ERR_OK;
}

/* Of several keys that may sign the authority log's, the one that did. */
static struct note_vkey
key_of(const struct replay *r, unsigned log, uint64_t size, const void *bytes, size_t n)
{
	struct note_vkey key = r->first;
	struct note_checkpoint cp;
	const uint8_t *public_key;
	if (log > 0)
		return key;
	for (size_t i = 0; (public_key = custody_authority_signer(r->custody, size, i)) != NULL;
	     i++)
		if (note_vkey_new(r->first.name, public_key, &key) == ERR_OK &&
		    custody_authority_signer(r->custody, size, i + 1) != NULL &&
		    note_checkpoint_open(bytes, n, &key, &cp) == ERR_OK)
			break;
	return key;
}

static enum err
parse_note(
    const struct note_vkey *key, const void *bytes, size_t n, struct note_checkpoint *ret)
{
	if (key != NULL)
		return note_checkpoint_open(bytes, n, key, ret);
	/* The text alone: three lines before the blank one. */
	const char *text = bytes;
	const char *blank = memmem(text, n, "\n\n", 2);
	if (blank == NULL)
		return ERR_SYNTAX;
	return note_checkpoint_parse(text, (size_t)(blank + 1 - text), ret);
}

/* All of a log are there when the next begins. */
static enum err
end_notes(struct replay *r)
{
	if (r->notes == size_of(r, r->log))
		return ERR_OK;
	r->out->log = r->log;
	return refuse(
	    r, ERR_SIGNATURE, "the checkpoint of size %" PRIu64 " is missing", r->notes + 1);
}

static enum err
next_log(struct replay *r, uint64_t log)
{
	while (r->log < log) {
		enum err err = end_notes(r);
		if (err != ERR_OK)
			return err;
		r->log++;
		r->notes = 0;
		err = size_of(r, r->log) > 0 ? check_log_row(r, r->log) : ERR_RANGE;
		if (err == ERR_RANGE)
			return refuse(
			    r, err, "there is a checkpoint of a log that there is not");
		if (err != ERR_OK)
			return err;
	}
	return ERR_OK;
}

static enum err
replay_note(void *arg, uint64_t log, uint64_t size, const void *bytes, size_t n)
{
	struct replay *r = arg;
	struct note_checkpoint cp;
	enum err err =
	    log > UINT16_MAX
		? refuse(r, ERR_RANGE, "there is a checkpoint of a log that there is not")
		: next_log(r, log);
	if (err != ERR_OK)
		return err;
	r->out->log = r->log;
	if (size != r->notes + 1 || size > size_of(r, r->log))
		return refuse(r, ERR_SIGNATURE, "the checkpoint of size %" PRIu64 " is missing",
		    r->notes + 1);
	bool newest = size == size_of(r, r->log);
	struct note_vkey key = key_of(r, r->log, size, bytes, n);
	if (r->pool != NULL)
		ledger_pool_add_note(r->pool, r->log, size, &key, bytes, n);
	if (parse_note(newest ? &key : NULL, bytes, n, &cp) != ERR_OK)
		return refuse(r, ERR_SIGNATURE,
		    "the checkpoint of size %" PRIu64 " is malformed or not signed by the log",
		    size);
	if (cp.size != size || strcmp(cp.origin, r->first.name) != 0 ||
	    memcmp(cp.root, root_of(r, r->log, size), sizeof(cp.root)) != 0)
		return refuse(r, ERR_SIGNATURE,
		    "the checkpoint of size %" PRIu64 " is about other entries", size);
	r->notes++;
	r->out->checkpoints++;
	return ERR_OK;
}

static enum err
replay_notes(struct replay *r, unsigned logs)
{
	enum err err = ERR_OK;
	for (unsigned log = logs; err == ERR_OK && log-- > 0;)
		err = check_log_row(r, log);
	r->log = 0;
	r->notes = 0;
	if (err != ERR_OK)
		return err;
	err = ledger_each_checkpoint(r->ledger, replay_note, r);
	if (err != ERR_OK && r->out->why[0] == 0)
		refuse_read(r, err, "a checkpoint");
	if (err == ERR_OK)
		err = end_notes(r);
	for (unsigned log = r->log + 1; err == ERR_OK && log < logs; log++) {
		r->log = r->out->log = log;
		r->notes = 0;
		err = end_notes(r);
	}
	return err;
}

/* --- signatures beside ----------------------------------------------------------------- */

static void
defer_signature(void *arg, enum transfer_log log, uint64_t seq, const struct entry *e,
    const uint8_t public_key[SSHSIG_PUBLIC_SIZE])
{
	struct replay *r = arg;
	(void)log;
	(void)seq;
	ledger_pool_add_entry(r->pool, r->log, r->taken, e, public_key);
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
	unsigned logs = 0;
	enum err err = ledger_logs(l, &logs);
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
	err = ERR_OK;
	for (unsigned log = 0; err == ERR_OK && log < logs; log++)
		err = replay_entries(&r, log);
	if (err == ERR_OK)
		err = replay_notes(&r, logs);
	return r.pool != NULL ? finish_pool(&r, err) : err;
}
