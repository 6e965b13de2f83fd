/* SPDX-License-Identifier: ISC */
/* What somebody else kept: the genesis leaf, and earlier or later checkpoints. */
#include "src/base/io.h"
#include "src/base/limits.h"
#include "src/core/note.h"
#include "src/proc/verify/leaves.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char *const log_names[] = {"authority", "custody"};

struct opened {
	const struct custody_epoch *epoch; /* NULL: of the authority log */
	struct note_checkpoint cp;
};

static const char *
name_of(const struct opened *o)
{
	return log_names[o->epoch != NULL];
}

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

/* What is wrong with it, by the key that comes nearest. */
static const char *
why_not(const struct verify *v, const uint8_t *bytes, size_t n)
{
	struct note_vkey key;
	struct note_checkpoint cp;
	const struct custody_epoch *e;
	const char *why = "genesis names no key";
	for (size_t i = 0; (e = custody_epoch_at(v->custody, i)) != NULL; i++) {
		const char *const keys[] = {e->authority_vkey, e->vkey};
		for (size_t k = 0; k < 2; k++) {
			if (note_vkey_parse(keys[k], &key) != ERR_OK)
				continue;
			enum err err = note_checkpoint_open(bytes, n, &key, &cp);
			/* What one of the keys did sign says more than that another did not. */
			if (err != ERR_NOTFOUND || (i == 0 && k == 0))
				why = note_why(bytes, n, &key);
			if (err != ERR_NOTFOUND)
				return why;
		}
	}
	return why;
}

static bool
open_bytes(
    struct verify *v, const char *name, const uint8_t *bytes, size_t n, struct opened *ret)
{
	if (custody_checkpoint_open(v->custody, bytes, n, &ret->cp, &ret->epoch) == ERR_OK)
		return true;
	return verify_fail(v,
	    "the anchor %.100s is not a checkpoint signed by this station's log: %s", name,
	    why_not(v, bytes, n));
}

static bool
open_anchor(struct verify *v, const struct verify_anchor *a, struct opened *ret)
{
	uint8_t *bytes;
	size_t n;
	if (io_slurp(a->fd, LIM_NOTE_BYTES, &bytes, &n) != ERR_OK)
		return verify_unreadable(v,
		    "the anchor %.100s cannot be read, or is longer than a checkpoint may be",
		    a->name);
	bool good = open_bytes(v, a->name, bytes, n, ret);
	if (good && ret->epoch != NULL &&
	    when_note(v->when, v->custody, bytes, n, ret->epoch->base + ret->cp.size) != ERR_OK)
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
			if (all[i].epoch != all[k].epoch || all[i].cp.size != all[k].cp.size ||
			    memcmp(all[i].cp.root, all[k].cp.root, NOTE_ROOT_SIZE) == 0)
				continue;
			return verify_fail(v,
			    "FORK: %.60s and %.60s are both signed by the %s log for %" PRIu64
			    " entries and have different roots: it showed two histories. Keep "
			    "both files; together they prove it to anybody",
			    v->anchors[k].name, v->anchors[i].name, name_of(&all[i]),
			    all[i].cp.size);
		}
	}
	return true;
}

/* In a folder of the custody logs nothing is known but one head. */
static bool
is_whole(const struct verify *v)
{
	return v->epoch == NULL || v->epoch->size == v->custody_size;
}

static uint64_t
size_of(const struct verify *v, const struct opened *o)
{
	if (o->epoch == NULL)
		return custody_size(v->custody, LOG_AUTHORITY);
	return o->epoch == v->epoch ? v->custody_size : o->epoch->size;
}

/* The root the record has at that size; NULL when it cannot tell. */
static const uint8_t *
root_at(const struct verify *v, const struct opened *o)
{
	if (o->epoch == NULL)
		return custody_root(v->custody, LOG_AUTHORITY, o->cp.size);
	if (o->epoch == v->epoch && o->cp.size == v->custody_size)
		return v->custody_root;
	return is_whole(v) ? custody_epoch_root(v->custody, o->epoch->number - 1, o->cp.size)
	                   : leaves_root(v->leaves, o->epoch->origin, o->cp.size);
}

/* An anchor within what the next epoch says is lost: that is what it continues, or less. */
static bool
check_lost(struct verify *v, const struct verify_anchor *a, const struct opened *o)
{
	const struct custody_epoch *next = custody_epoch_at(v->custody, o->epoch->number);
	if (next == NULL || !next->begun || o->cp.size > next->continues_size)
		return verify_fail(v,
		    "the custody log was cut off or put back: %.100s knows %" PRIu64
		    " entries, here are %" PRIu64,
		    a->name, o->cp.size, size_of(v, o));
	if (o->cp.size == next->continues_size &&
	    memcmp(o->cp.root, next->continues_root, NOTE_ROOT_SIZE) != 0)
		return verify_fail(v,
		    "FORK: epoch %u continues another history of %s than %.100s knows",
		    next->number, o->epoch->origin, a->name);
	verify_unchecked(v,
	    "%.100s: it knows %" PRIu64 " entries of %s, of which %" PRIu64
	    " are here; what is missing is declared by epoch %u.",
	    a->name, o->cp.size, o->epoch->origin, size_of(v, o), next->number);
	return true;
}

static bool
check_anchor(struct verify *v, const struct verify_anchor *a, const struct opened *o)
{
	const struct note_checkpoint cp = o->cp;
	if (cp.size > size_of(v, o) && o->epoch != NULL && is_whole(v))
		return check_lost(v, a, o);
	if (cp.size > size_of(v, o) && (o->epoch == NULL || o->epoch == v->epoch))
		return verify_fail(v,
		    "the %s log was cut off or put back: %.100s knows %" PRIu64
		    " entries, here are %" PRIu64,
		    name_of(o), a->name, cp.size, size_of(v, o));
	const uint8_t *root = root_at(v, o);
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
		    name_of(o), a->name, cp.size);
	verify_checked(v, "%.100s: the %s log had these entries up to %" PRIu64 ".", a->name,
	    name_of(o), cp.size);
	return true;
}

void
anchor_check(struct verify *v)
{
	struct opened opened[VERIFY_ANCHORS];
	if (v->bad || !check_genesis(v))
		return;
	leaves_check(v, is_whole(v));
	if (v->bad)
		return;
	for (size_t i = 0; i < v->anchors_count; i++) {
		if (!open_anchor(v, &v->anchors[i], &opened[i]))
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
