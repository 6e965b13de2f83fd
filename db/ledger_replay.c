/* SPDX-License-Identifier: ISC */
#include "db/ledger_replay.h"
#include "src/base/mem.h"
#include "src/core/note.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
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
};

/*
 * Signatures of checkpoints are half of the work and need nothing of the other
 * half: a thread verifies them beside the entries, and who is done with the
 * entries helps.
 */
struct signatures {
	struct note_vkey keys[2];
	struct {
		unsigned log;
		uint64_t size;
		void *bytes;
		size_t len;
	} * notes;
	size_t count;
	atomic_size_t next; /* to be looked at */
	atomic_size_t bad;  /* index of the first bad one; count when there is none */
	pthread_t thread;
	bool threaded;
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

/* --- entries ------------------------------------------------------------------------ */

static enum err
compare_row(struct replay *r, const struct ledger_row *row, const struct entry *e)
{
	if (row->leaf_len != sizeof(e->leaf) ||
	    memcmp(row->leaf, e->leaf, sizeof(e->leaf)) != 0)
		return refuse(r, ERR_SIGNATURE, "the stored leaf is not the hash of the entry");
	if (strcmp(row->id, e->id) != 0 || strcmp(row->type, e->type) != 0 ||
	    strcmp(row->subj, e->subj) != 0)
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
			refuse(r, err, "the row cannot be read: %s", ledger_why(r->ledger));
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
			refuse(
			    r, err, "a checkpoint cannot be read: %s", ledger_why(r->ledger));
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

static enum err
collect_note(void *arg, uint64_t row, uint64_t size, const void *bytes, size_t n)
{
	struct signatures *s = arg;
	/* A log that there is not: the walk over the notes says so. */
	if (row > LOG_CUSTODY)
		return ERR_OK;
	if ((s->count & (s->count - 1)) == 0)
		s->notes =
		    mem_resize(s->notes, s->count > 0 ? 2 * s->count : 1, sizeof(*s->notes));
	s->notes[s->count].log = (unsigned)row;
	s->notes[s->count].size = size;
	s->notes[s->count].bytes = mem_dup(bytes, n);
	s->notes[s->count++].len = n;
	return ERR_OK;
}

static void *
verify_signatures(void *arg)
{
	struct signatures *s = arg;
	struct note_checkpoint cp;
	size_t i;
	while ((i = atomic_fetch_add(&s->next, 1)) < atomic_load(&s->bad)) {
		if (note_checkpoint_open(s->notes[i].bytes, s->notes[i].len,
			&s->keys[s->notes[i].log], &cp) == ERR_OK)
			continue;
		size_t bad = atomic_load(&s->bad);
		while (i < bad && !atomic_compare_exchange_weak(&s->bad, &bad, i))
			;
	}
	return NULL;
}

/* The keys are those of the file; that genesis names the same is checked apart. */
static void
start_signatures(struct signatures *s, struct ledger *l)
{
	const char *origin, *vkey;
	for (unsigned log = 0; log < 2; log++) {
		if (ledger_log(l, (enum transfer_log)log, &origin, &vkey) != ERR_OK ||
		    note_vkey_parse(vkey, &s->keys[log]) != ERR_OK)
			return;
	}
	if (ledger_each_checkpoint(l, collect_note, s) != ERR_OK)
		return;
	atomic_store(&s->bad, s->count);
	s->threaded = pthread_create(&s->thread, NULL, verify_signatures, s) == 0;
}

static enum err
finish_signatures(struct signatures *s, struct replay *r, enum err so_far)
{
	if (so_far == ERR_OK)
		verify_signatures(s);
	else
		atomic_store(&s->next, s->count);
	if (s->threaded)
		pthread_join(s->thread, NULL);
	size_t bad = atomic_load(&s->bad);
	if (so_far == ERR_OK && bad < s->count) {
		r->out->log = (enum transfer_log)s->notes[bad].log;
		so_far = refuse(r, ERR_SIGNATURE,
		    "the checkpoint of size %" PRIu64 " is malformed or not signed by the log",
		    s->notes[bad].size);
	}
	for (size_t i = 0; i < s->count; i++)
		free(s->notes[i].bytes);
	free(s->notes);
	return so_far;
}

enum err
ledger_replay(struct ledger *l, struct custody *c, bool all_notes, struct ledger_replay *ret)
{
	struct replay r = {.ledger = l, .custody = c, .out = ret};
	struct signatures s = {.notes = NULL};
	*ret = (struct ledger_replay){.log = LOG_AUTHORITY};
	enum err err = ledger_no_strangers(l);
	if (err != ERR_OK)
		return refuse(&r, err, "the file holds entries of logs that there are not");
	if (all_notes)
		start_signatures(&s, l);
	err = replay_entries(&r, LOG_AUTHORITY);
	if (err == ERR_OK)
		err = replay_entries(&r, LOG_CUSTODY);
	if (err == ERR_OK)
		err = replay_notes(&r);
	return finish_signatures(&s, &r, err);
}
