/* SPDX-License-Identifier: ISC */
#include "src/proc/ledger/copy.h"
#include "src/base/io.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/policy.h"
#include "src/proc/ledger/docs.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PART ".part"

struct copy_file {
	char name[LEDGER_COPY_NAME_SIZE];
	int fd; /* or -1 */
	uint64_t records, bytes;
};

struct copy {
	int dirfd;
	char *path;
	struct copy_file *files; /* by the number of the log */
	unsigned logs;
	enum copy_state state;
	char why[COPY_WHY_SIZE];
};

static const char *const copy_names[COPY_STATE__MAX] = {
    [COPY_WHOLE] = "whole",
    [COPY_UNWRITTEN] = "write",
    [COPY_CHANGED] = "changed",
    [COPY_ANOTHER] = "another",
    [COPY_AHEAD] = "ahead",
};

const char *
copy_state_name(enum copy_state state)
{
	return copy_names[state];
}

__attribute__((format(printf, 3, 4))) static enum err
copy_fail(struct copy *c, enum copy_state state, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(c->why, sizeof(c->why), fmt, ap);
	va_end(ap);
	c->state = state;
	return ERR_STATE;
}

static enum err
copy_fail_errno(struct copy *c, const struct copy_file *f, const char *what)
{
	return copy_fail(c, COPY_UNWRITTEN, "%.160s/%s cannot be %s: %s", c->path, f->name,
	    what, strerrordesc_np(errno));
}

struct copy *
copy_new(int dirfd, const char *path, const char *why)
{
	struct copy *c = mem_alloc(sizeof(*c));
	c->dirfd = dirfd;
	c->path = mem_strdup(path);
	copy_fail(c, COPY_UNWRITTEN, "%s", why);
	return c;
}

static void
copy_shut(struct copy *c)
{
	for (unsigned i = 0; i < c->logs; i++) {
		if (c->files[i].fd >= 0)
			close(c->files[i].fd);
	}
	free(c->files);
	c->files = NULL;
	c->logs = 0;
}

struct copy *
copy_free(struct copy *c)
{
	if (c == NULL)
		return NULL;
	copy_shut(c);
	free(c->path);
	free(c);
	return NULL;
}

enum copy_state
copy_state(const struct copy *c, const char **ret_why)
{
	*ret_why = c->state == COPY_WHOLE ? "" : c->why;
	return c->state;
}

uint64_t
copy_entries(const struct copy *c)
{
	uint64_t n = 0;
	for (unsigned i = 0; i < c->logs; i++)
		n += c->files[i].records;
	return n;
}

/* --- writing ------------------------------------------------------------------------- */

static enum err
copy_write(struct copy *c, struct copy_file *f, const void *bytes, size_t n)
{
	const uint8_t *at = bytes;
	size_t done = 0;
	while (done < n) {
		ssize_t w = pwrite(f->fd, at + done, n - done, (off_t)(f->bytes + done));
		if (w < 0 && errno == EINTR)
			continue;
		if (w <= 0)
			return copy_fail_errno(c, f, "written");
		done += (size_t)w;
	}
	f->bytes += n;
	return ERR_OK;
}

static enum err
copy_record(
    struct copy *c, struct copy_file *f, const struct ledger_copy_row *row, bool durable)
{
	struct buf record;
	buf_init(&record, 2 * (LIM_ENTRY_BYTES + LIM_NOTE_BYTES));
	enum err err = ledger_copy_print(row, &record);
	assert(err == ERR_OK);
	err = copy_write(c, f, record.data, record.len);
	if (err == ERR_OK && durable && fsync(f->fd) != 0)
		err = copy_fail_errno(c, f, "synced");
	if (err == ERR_OK)
		f->records++;
	buf_done(&record);
	return err;
}

void
copy_add(struct copy *c, unsigned log, const struct ledger_copy_row *row)
{
	if (c->state != COPY_WHOLE)
		return;
	assert(log < c->logs);
	struct copy_file *f = &c->files[log];
	assert(row->seq == f->records);
	(void)copy_record(c, f, row, true);
}

/* --- catching up ---------------------------------------------------------------------- */

struct catching {
	struct copy *copy;
	struct copy_file *file;
	struct ledger *ledger;
	struct custody *custody;
	unsigned log;
	bool durable;
};

static enum err
catch_row(void *arg, const struct ledger_row *row)
{
	struct catching *k = arg;
	struct buf note;
	buf_init(&note, LIM_NOTE_BYTES);
	enum err err = ledger_checkpoint(k->ledger, k->log, row->seq + 1, &note);
	struct ledger_copy_row record = {.seq = row->seq,
	    .entry = row->entry,
	    .entry_len = row->entry_len,
	    .note = note.data,
	    .note_len = note.len};
	if (err == ERR_OK)
		err = copy_record(k->copy, k->file, &record, k->durable);
	buf_done(&note);
	return err;
}

static enum err
copy_rows(struct catching *k)
{
	enum err err = ledger_each(k->ledger, k->log, k->file->records, catch_row, k);
	if (err != ERR_OK && err != ERR_STATE)
		return copy_fail(
		    k->copy, COPY_UNWRITTEN, "the ledger cannot be read: %s", err_str(err));
	return err;
}

/* Beside the name, and renamed when all of it is on the medium. */
static enum err
copy_make(struct catching *k, const char *origin, const char *genesis)
{
	struct copy *c = k->copy;
	struct copy_file *f = k->file;
	char part[LEDGER_COPY_NAME_SIZE + sizeof(PART)];
	struct buf head;
	snprintf(part, sizeof(part), "%s" PART, f->name);
	if (unlinkat(c->dirfd, part, 0) != 0 && errno != ENOENT)
		return copy_fail_errno(c, f, "begun");
	f->fd =
	    openat(c->dirfd, part, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (f->fd < 0)
		return copy_fail_errno(c, f, "begun");
	f->records = f->bytes = 0;
	buf_init(&head, LIM_NOTE_BYTES);
	enum err err = ledger_copy_print_head(origin, genesis, &head);
	assert(err == ERR_OK);
	err = copy_write(c, f, head.data, head.len);
	buf_done(&head);
	k->durable = false;
	if (err == ERR_OK)
		err = copy_rows(k);
	if (err == ERR_OK &&
	    (fsync(f->fd) != 0 || renameat(c->dirfd, part, c->dirfd, f->name) != 0 ||
		fsync(c->dirfd) != 0))
		err = copy_fail_errno(c, f, "finished");
	return err;
}

/*
 * A record beyond the ledger's end is a later one of this ledger, or no record of it.  A
 * custody log that another follows has its end for good.
 */
static enum err
copy_judge_ahead(struct catching *k, const struct ledger_copy_found *found)
{
	char why[CUSTODY_WHY_SIZE];
	struct copy *c = k->copy;
	const struct copy_file *f = k->file;
	if (k->log != 0 && k->log + 1 < c->logs)
		return copy_fail(c, COPY_ANOTHER,
		    "%.140s/%s goes on behind entry %" PRIu64
		    ", where the next epoch of this ledger begins",
		    c->path, f->name, found->records);
	if (custody_check(k->custody, k->log == 0 ? LOG_AUTHORITY : LOG_CUSTODY, found->next,
		found->next_len, why) != ERR_OK)
		return copy_fail(c, COPY_CHANGED,
		    "%.120s/%s goes on behind entry %" PRIu64
		    " with something that is no entry of this ledger",
		    c->path, f->name, found->records);
	return copy_fail(c, COPY_AHEAD,
	    "%.160s/%s holds the %s log beyond its %" PRIu64 " entries here", c->path, f->name,
	    k->log == 0 ? "authority" : "custody", found->records);
}

/* What was found of a file that is there; ERR_OK: go on behind found->bytes. */
static enum err
copy_judge(struct catching *k, const struct ledger_copy_found *found)
{
	struct copy *c = k->copy;
	struct copy_file *f = k->file;
	if (found->fit == LEDGER_COPY_AHEAD)
		return copy_judge_ahead(k, found);
	if (found->fit == LEDGER_COPY_ANOTHER)
		return copy_fail(c, COPY_ANOTHER,
		    "%.140s/%s is of another ledger, or of another history of this one: entry "
		    "%" PRIu64 " is not the one here",
		    c->path, f->name, found->records);
	if (found->fit == LEDGER_COPY_CHANGED)
		return copy_fail(c, COPY_CHANGED,
		    "%.140s/%s was changed: what stands there as entry %" PRIu64
		    " is not what was written",
		    c->path, f->name, found->records);
	f->records = found->records;
	f->bytes = found->bytes;
	if (ftruncate(f->fd, (off_t)f->bytes) != 0)
		return copy_fail_errno(c, f, "written");
	k->durable = true;
	return copy_rows(k);
}

static enum err
copy_catch_up_log(struct catching *k)
{
	struct ledger_copy_found found = {.fit = LEDGER_COPY_ABSENT};
	struct copy *c = k->copy;
	struct copy_file *f = k->file;
	const char *name, *vkey, *genesis = custody_genesis(k->custody);
	if (ledger_log(k->ledger, k->log, &name, &vkey) != ERR_OK ||
	    ledger_copy_name(name, f->name) != ERR_OK)
		return copy_fail(c, COPY_UNWRITTEN, "the origin of a log has another form");
	MEM_FREE char *origin = mem_strdup(name);
	f->fd = openat(c->dirfd, f->name, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	if (f->fd < 0 && errno != ENOENT)
		return copy_fail_errno(c, f, "opened");
	if (f->fd >= 0 &&
	    ledger_copy_compare(k->ledger, k->log, genesis, f->fd, &found) != ERR_OK)
		return copy_fail(
		    c, COPY_UNWRITTEN, "%.160s/%s cannot be read", c->path, f->name);
	if (found.fit != LEDGER_COPY_ABSENT) {
		enum err err = copy_judge(k, &found);
		free(found.next);
		return err;
	}
	if (f->fd >= 0)
		close(f->fd);
	return copy_make(k, origin, genesis);
}

/* Nothing is added any more to a custody log that another follows. */
static void
copy_end(struct copy *c)
{
	for (unsigned log = 1; log + 1 < c->logs; log++) {
		close(c->files[log].fd);
		c->files[log].fd = -1;
	}
}

enum copy_state
copy_catch_up(struct copy *c, struct ledger *l, struct custody *custody)
{
	unsigned logs = 0;
	if (c->dirfd < 0)
		return c->state;
	copy_shut(c);
	c->state = COPY_WHOLE;
	enum err err = ledger_logs(l, &logs);
	if (err != ERR_OK)
		err =
		    copy_fail(c, COPY_UNWRITTEN, "the ledger cannot be read: %s", err_str(err));
	c->files = mem_array(logs, sizeof(*c->files));
	c->logs = logs;
	for (unsigned log = 0; log < logs; log++)
		c->files[log].fd = -1;
	for (unsigned log = 0; err == ERR_OK && log < logs; log++) {
		struct catching k = {.copy = c,
		    .file = &c->files[log],
		    .ledger = l,
		    .custody = custody,
		    .log = log};
		err = copy_catch_up_log(&k);
	}
	if (err == ERR_OK)
		copy_end(c);
	return c->state;
}

bool
copy_is_required(const struct custody *custody, int docs_fd)
{
	const char *sha256 = custody_policy(custody);
	struct policy *policy;
	MEM_FREE uint8_t *bytes = NULL;
	size_t n;
	char why[POLICY_WHY_SIZE];
	if (sha256[0] == '\0' || docs_get(docs_fd, sha256, &bytes, &n) != ERR_OK ||
	    policy_parse(bytes, n, &policy, why) != ERR_OK)
		return false;
	const bool required = policy->copy_required;
	policy_free(policy);
	return required;
}
