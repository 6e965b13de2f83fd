/* SPDX-License-Identifier: ISC */
/* What somebody else kept: the genesis leaf, and earlier or later checkpoints. */
#include "src/base/io.h"
#include "src/base/limits.h"
#include "src/core/note.h"
#include "src/proc/verify/verify.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char *const log_names[] = {"authority", "custody"};

struct opened {
	enum transfer_log log;
	struct note_checkpoint cp;
};

static bool
check_genesis(struct verify *v)
{
	const char *genesis = custody_genesis(v->custody);
	if (v->genesis == NULL) {
		verify_unchecked(v,
		    "No --genesis was given: that this is the station it claims to "
		    "be. Compare the genesis leaf with the founding page.");
		return true;
	}
	if (strcmp(v->genesis, genesis) != 0)
		return verify_fail(
		    v, "the genesis is another one than was given: the leaf is %s", genesis);
	verify_checked(v, "The genesis is the one that was given.");
	return true;
}

static bool
open_bytes(struct verify *v, const char *name, const uint8_t *bytes, size_t n,
    enum transfer_log *ret_log, struct note_checkpoint *ret)
{
	struct note_vkey key;
	const char *why = "genesis names no key";
	for (unsigned log = LOG_AUTHORITY; log <= LOG_CUSTODY; log++) {
		if (note_vkey_parse(custody_vkey(v->custody, (enum transfer_log)log), &key) !=
		    ERR_OK)
			continue;
		*ret_log = (enum transfer_log)log;
		enum err err = note_checkpoint_open(bytes, n, &key, ret);
		if (err == ERR_OK)
			return true;
		/* What one of both keys did sign says more than that the other did not. */
		if (log == LOG_AUTHORITY || err != ERR_NOTFOUND)
			why = note_why(bytes, n, &key);
		if (err != ERR_NOTFOUND)
			break;
	}
	return verify_fail(v,
	    "the anchor %.100s is not a checkpoint signed by this station's log: %s", name,
	    why);
}

static bool
open_anchor(struct verify *v, const struct verify_anchor *a, enum transfer_log *ret_log,
    struct note_checkpoint *ret)
{
	uint8_t *bytes;
	size_t n;
	if (io_slurp(a->fd, LIM_NOTE_BYTES, &bytes, &n) != ERR_OK)
		return verify_unreadable(v,
		    "the anchor %.100s cannot be read, or is longer than a checkpoint may be",
		    a->name);
	bool good = open_bytes(v, a->name, bytes, n, ret_log, ret);
	if (good && *ret_log == LOG_CUSTODY &&
	    when_note(v->when, v->custody, bytes, n, ret->size) != ERR_OK)
		good = verify_fail(v,
		    "the anchor %.100s has a line by a witness that is no cosignature of this "
		    "checkpoint",
		    a->name);
	free(bytes);
	return good;
}

/*
 * Two checkpoints of one log, signed by its key, for the same number of entries
 * and with different roots: whichever record they come from, they are evidence.
 */
static bool
check_fork(struct verify *v, const struct opened *all, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		for (size_t k = 0; k < i; k++) {
			if (all[i].log != all[k].log || all[i].cp.size != all[k].cp.size ||
			    memcmp(all[i].cp.root, all[k].cp.root, NOTE_ROOT_SIZE) == 0)
				continue;
			return verify_fail(v,
			    "FORK: %.60s and %.60s are both signed by the %s log for %" PRIu64
			    " entries and have different roots: it showed two histories. Keep "
			    "both files; together they prove it to anybody",
			    v->anchors[k].name, v->anchors[i].name, log_names[all[i].log],
			    all[i].cp.size);
		}
	}
	return true;
}

/* The root the record has at that size; NULL when it cannot tell. */
static const uint8_t *
root_at(const struct verify *v, enum transfer_log log, uint64_t size)
{
	if (log == LOG_CUSTODY && size == v->custody_size)
		return v->custody_root;
	bool whole = log == LOG_AUTHORITY || custody_size(v->custody, log) == v->custody_size;
	return whole ? custody_root(v->custody, log, size) : NULL;
}

static bool
check_anchor(struct verify *v, const struct verify_anchor *a, const struct opened *o)
{
	enum transfer_log log = o->log;
	struct note_checkpoint cp = o->cp;
	uint64_t size = log == LOG_CUSTODY ? v->custody_size : custody_size(v->custody, log);
	if (cp.size > size)
		return verify_fail(v,
		    "the %s log was cut off or put back: %.100s knows %" PRIu64
		    " entries, here are %" PRIu64,
		    log_names[log], a->name, cp.size, size);
	const uint8_t *root = root_at(v, log, cp.size);
	if (root == NULL) {
		verify_unchecked(v,
		    "%.100s: a folder cannot show what the log was at %" PRIu64 " entries.",
		    a->name, cp.size);
		return true;
	}
	if (memcmp(root, cp.root, sizeof(cp.root)) != 0)
		return verify_fail(v,
		    "FORK: the %s log is not the one that %.100s knows: history up to entry "
		    "%" PRIu64 " was changed. Keep both: together they prove it",
		    log_names[log], a->name, cp.size);
	verify_checked(v, "%.100s: the %s log had these entries up to %" PRIu64 ".", a->name,
	    log_names[log], cp.size);
	return true;
}

void
anchor_check(struct verify *v)
{
	struct opened opened[VERIFY_ANCHORS];
	if (v->bad || !check_genesis(v))
		return;
	for (size_t i = 0; i < v->anchors_count; i++) {
		if (!open_anchor(v, &v->anchors[i], &opened[i].log, &opened[i].cp))
			return;
	}
	if (!check_fork(v, opened, v->anchors_count))
		return;
	for (size_t i = 0; i < v->anchors_count; i++) {
		if (!check_anchor(v, &v->anchors[i], &opened[i]))
			return;
	}
	if (v->anchors_count == 0)
		verify_unchecked(v,
		    "No --anchor was given: entries cut off at the end, or a return "
		    "to an older state, are not detectable without an anchor.");
}
