/* SPDX-License-Identifier: ISC */
/* What somebody else kept: the genesis leaf, and earlier or later checkpoints. */
#include "src/base/io.h"
#include "src/base/limits.h"
#include "src/core/note.h"
#include "src/proc/verify/verify.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

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
open_anchor(struct verify *v, const struct verify_anchor *a, enum transfer_log *ret_log,
    struct note_checkpoint *ret)
{
	uint8_t *bytes;
	size_t n;
	enum err err = io_slurp(a->fd, LIM_NOTE_BYTES, &bytes, &n);
	if (err != ERR_OK)
		return verify_fail(v, "the anchor %.100s cannot be read", a->name);
	err = ERR_NOTFOUND;
	for (unsigned log = 0; err != ERR_OK && log < 2; log++) {
		struct note_vkey key;
		*ret_log = (enum transfer_log)log;
		if (note_vkey_parse(custody_vkey(v->custody, *ret_log), &key) == ERR_OK)
			err = note_checkpoint_open(bytes, n, &key, ret);
	}
	free(bytes);
	if (err != ERR_OK)
		return verify_fail(v,
		    "the anchor %.100s is not a checkpoint signed by this station's log",
		    a->name);
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
check_anchor(struct verify *v, const struct verify_anchor *a)
{
	static const char *const names[] = {"authority", "custody"};
	enum transfer_log log = LOG_AUTHORITY;
	struct note_checkpoint cp;
	if (!open_anchor(v, a, &log, &cp))
		return false;
	uint64_t size = log == LOG_CUSTODY ? v->custody_size : custody_size(v->custody, log);
	if (cp.size > size)
		return verify_fail(v,
		    "the %s log was cut off or put back: %.100s knows %" PRIu64
		    " entries, here are %" PRIu64,
		    names[log], a->name, cp.size, size);
	const uint8_t *root = root_at(v, log, cp.size);
	if (root == NULL) {
		verify_unchecked(v,
		    "%.100s: a folder cannot show what the log was at %" PRIu64 " entries.",
		    a->name, cp.size);
		return true;
	}
	if (memcmp(root, cp.root, sizeof(cp.root)) != 0)
		return verify_fail(v,
		    "the %s log is not the one that %.100s knows: history up to entry %" PRIu64
		    " was changed. Keep both: together they prove it",
		    names[log], a->name, cp.size);
	verify_checked(v, "%.100s: the %s log had these entries up to %" PRIu64 ".", a->name,
	    names[log], cp.size);
	return true;
}

void
anchor_check(struct verify *v)
{
	if (v->bad || !check_genesis(v))
		return;
	for (size_t i = 0; i < v->anchors_count; i++) {
		if (!check_anchor(v, &v->anchors[i]))
			return;
	}
	if (v->anchors_count == 0)
		verify_unchecked(v,
		    "No --anchor was given: entries cut off at the end, or a return "
		    "to an older state, cannot be seen from inside.");
}
