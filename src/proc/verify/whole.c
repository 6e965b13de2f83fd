/* SPDX-License-Identifier: ISC */
/* Whole logs: a ledger.db with its documents, or lists of entries. */
#include "db/ledger.h"
#include "db/ledger_replay.h"
#include "src/base/io.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/digest.h"
#include "src/proc/verify/verify.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* SQLite's locks: the pending byte, and the range that readers share. */
#define LOCK_PENDING 0x40000000
#define LOCK_SHARED  (LOCK_PENDING + 2)
#define LOCK_LENGTH  510
#define LOCK_TRIES   100
#define LOCK_WAIT_US 50000

bool
whole_lock(int fd)
{
	struct flock pending = {
	    .l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = LOCK_PENDING, .l_len = 1};
	struct flock shared = {.l_type = F_RDLCK,
	    .l_whence = SEEK_SET,
	    .l_start = LOCK_SHARED,
	    .l_len = LOCK_LENGTH};
	for (int i = 0; i < LOCK_TRIES; i++) {
		if (fcntl(fd, F_SETLK, &pending) == 0 && fcntl(fd, F_SETLK, &shared) == 0) {
			pending.l_type = F_UNLCK;
			(void)fcntl(fd, F_SETLK, &pending);
			return true;
		}
		/* No locks on this file system: nobody can be writing with them either. */
		if (errno != EAGAIN && errno != EACCES)
			return true;
		usleep(LOCK_WAIT_US);
	}
	return false;
}

static enum err
fetch_doc(void *arg, const char *sha256, uint8_t **ret_bytes, size_t *ret_len)
{
	const int *docs_fd = arg;
	MEM_CLOSE int fd = openat(*docs_fd, sha256, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return ERR_NOTFOUND;
	return io_slurp(fd, LIM_SEALED_BYTES, ret_bytes, ret_len);
}

static void
check_documents(struct verify *v, int docs_fd)
{
	size_t n = custody_transfer_count(v->custody), good = 0;
	char why[CUSTODY_WHY_SIZE];
	if (docs_fd < 0) {
		verify_unchecked(v,
		    "There is no folder docs beside the entries: that the signed "
		    "manifests follow from inventories and policies.");
		return;
	}
	custody_set_docs(v->custody, fetch_doc, &docs_fd);
	for (size_t i = 0; i < n; i++) {
		const struct custody_transfer *t = custody_transfer_at(v->custody, i);
		if (t->approvals_count == 0)
			continue;
		if (custody_check_documents(v->custody, t, why) != ERR_OK) {
			verify_fail(v, "the documents of %s: %s", t->id, why);
			break;
		}
		good++;
	}
	custody_set_docs(v->custody, NULL, NULL);
	if (!v->bad)
		verify_checked(v,
		    "Inventory, findings, policy and manifest of %zu submitted transfers agree "
		    "with what was signed.",
		    good);
}

/* Times are claims; an order that they contradict is worth knowing. */
static void
note_times(struct verify *v)
{
	const struct custody_clock *k = custody_clock(v->custody);
	if (k->back > 0)
		verify_unchecked(v,
		    "The machine's clock was set back: %" PRIu64 " custody entries, the first "
		    "of them %" PRIu64 ", claim a time before one that was recorded earlier. "
		    "Their order is certain, their times are not.",
		    k->back, k->back_seq);
}

/* What was lost before an epoch stays lost: nobody may overlook it. */
static void
note_gap(struct verify *v, size_t i)
{
	const struct custody_epoch *e = custody_epoch_at(v->custody, i), *was = e - 1;
	const uint64_t lost = custody_epoch_lost(v->custody, i);
	if (lost == 0)
		return;
	verify_unchecked(v,
	    "ENTRIES ARE MISSING, AND IT IS DECLARED: of %s, entries %" PRIu64 " to %" PRIu64
	    " (%" PRIu64
	    " of them) are not in this record. By %s, in force by %s (leaf %s): %s. "
	    "Whoever holds a copy of them, or an anchor of that log, can say more.",
	    was->origin, was->size, e->continues_size - 1, lost, e->opened.by,
	    e->opened.in_force_by, e->opened.leaf, e->opened.why);
}

static void
note_epochs(struct verify *v)
{
	const struct custody_epoch *e;
	for (size_t i = 1; (e = custody_epoch_at(v->custody, i)) != NULL; i++) {
		if (!e->begun) {
			verify_unchecked(v,
			    "Epoch %u was opened by the administrators, and its log has not "
			    "begun.",
			    e->number);
			continue;
		}
		verify_checked(v,
		    "Epoch %u (%s, %s) continues %s at %" PRIu64 " entries; by %s, in force by "
		    "%s.",
		    e->number, e->reason, e->opened.at, (e - 1)->origin, e->continues_size,
		    e->opened.by, e->opened.in_force_by);
		note_gap(v, i);
	}
}

static void
note_heads(struct verify *v)
{
	note_times(v);
	note_epochs(v);
	v->epoch = custody_epoch_now(v->custody);
	uint64_t size = custody_size(v->custody, LOG_CUSTODY);
	v->custody_size = size;
	memcpy(v->custody_root, custody_root(v->custody, LOG_CUSTODY, size), 32);
}

/* --- ledger.db ------------------------------------------------------------------------ */

static bool
replay_ledger(struct verify *v, struct ledger *l)
{
	struct ledger_replay r;
	char schema[HEX_DIGEST_SIZE];
	if (ledger_replay(l, v->custody, true, &r) != ERR_OK) {
		if (r.unreadable)
			return verify_unreadable(v, "%s", r.why);
		if (r.at_entry)
			return verify_fail_entry(v, r.log, r.seq, r.why);
		return r.log > 1
		           ? verify_fail(v, "the custody log of epoch %u: %s", r.log, r.why)
		           : verify_fail(v, "the %s log: %s",
				 r.log == 0 ? "authority" : "custody", r.why);
	}
	ledger_schema(schema);
	if (strcmp(schema, custody_schema(v->custody)) != 0)
		return verify_fail(v, "genesis names another schema than the published one");
	verify_checked(v, "Every entry: canonical form, signature, place, rights and rules.");
	verify_checked(
	    v, "All %" PRIu64 " checkpoints are of these entries and signed.", r.checkpoints);
	return true;
}

void
whole_ledger(struct verify *v, int fd, int docs_fd)
{
	uint8_t *bytes, digest[DIGEST_SIZE];
	size_t n;
	char why[LEDGER_WHY_SIZE];
	struct ledger *l;
	v->kind = "ledger";
	if (io_slurp(fd, SIZE_MAX / 2, &bytes, &n) != ERR_OK) {
		verify_unreadable(v, "the file cannot be read");
		return;
	}
	digest_sha256(bytes, n, digest);
	hex_encode(digest, sizeof(digest), v->sha256);
	enum err err = ledger_load(bytes, n, &l, why);
	if (err == ERR_RANGE || err == ERR_SIGNATURE) {
		verify_fail(v, "the file is not a ledger as published: %s", why);
	} else if (err != ERR_OK) {
		verify_unreadable(v, "the file cannot be read as a ledger: %s", why);
	} else {
		if (replay_ledger(v, l)) {
			note_heads(v);
			check_documents(v, docs_fd);
			copy_check(v, l);
		}
		ledger_close(l);
	}
	free(bytes);
}

/* --- lists of entries --------------------------------------------------------------------- */

struct list {
	uint8_t *bytes;
	size_t len;
	enum transfer_log log;
};

/* By its first entry; an authority log begins with a genesis of that kind. */
static bool
read_list(struct verify *v, int fd, struct list *ret)
{
	size_t cursor = 0, n;
	const uint8_t *bytes;
	struct entry *e;
	char why[ENTRY_WHY_SIZE];
	if (io_slurp(fd, SIZE_MAX / 2, &ret->bytes, &ret->len) != ERR_OK)
		return verify_unreadable(v, "a list of entries cannot be read");
	if (ret->len == 0)
		return verify_unreadable(v, "the file is empty");
	if (ret->bytes[0] != '{')
		return verify_unreadable(v,
		    "the file is neither a ledger, nor a custody folder packed by tar, nor a "
		    "list of entries");
	if (entry_list_next(ret->bytes, ret->len, &cursor, &bytes, &n) != ERR_OK)
		return verify_fail(v, "a file is not a list of entries");
	if (entry_parse(bytes, n, why, &e) != ERR_OK)
		return verify_fail(v, "a file is not a list of entries: %s", why);
	const char *slash = strrchr(e->log, '/');
	ret->log =
	    slash != NULL && strcmp(slash, "/authority") == 0 ? LOG_AUTHORITY : LOG_CUSTODY;
	entry_free(e);
	return true;
}

static bool
replay_list(struct verify *v, const struct list *lists, size_t n, enum transfer_log log)
{
	char why[CUSTODY_WHY_SIZE];
	for (size_t i = 0; i < n; i++) {
		if (lists[i].log != log)
			continue;
		if (custody_apply_list(v->custody, log, lists[i].bytes, lists[i].len, why) !=
		    ERR_OK)
			return verify_fail_entry(v, log, custody_places(v->custody, log), why);
	}
	return true;
}

void
whole_entries(struct verify *v, const int *fds, size_t n)
{
	struct list *lists = mem_array(n, sizeof(*lists));
	bool good = true;
	v->kind = "entries";
	for (size_t i = 0; good && i < n; i++)
		good = read_list(v, fds[i], &lists[i]);
	good = good && replay_list(v, lists, n, LOG_AUTHORITY);
	if (good && custody_size(v->custody, LOG_AUTHORITY) == 0)
		good = verify_fail(v, "the entries of the authority log are missing");
	good = good && replay_list(v, lists, n, LOG_CUSTODY);
	if (good) {
		note_heads(v);
		verify_checked(
		    v, "Every entry: canonical form, signature, place, rights and rules.");
		verify_unchecked(v,
		    "Lists of entries carry no checkpoints: that the log itself "
		    "vouches for them.");
		check_documents(v, -1);
	}
	for (size_t i = 0; i < n; i++)
		free(lists[i].bytes);
	free(lists);
}
