/* SPDX-License-Identifier: ISC */
/* The copy on a second medium against the ledger it is a copy of. */
#include "db/ledger_copy.h"
#include "src/base/mem.h"
#include "src/proc/verify/verify.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

static void
tell_missing(struct verify *v, const char *name, uint64_t records, uint64_t size, bool torn)
{
	verify_unchecked(v,
	    "The copy's file %s ends %s%" PRIu64 " of %" PRIu64
	    " entries: a station that is started puts the others there.",
	    name, torn ? "in a record that was cut, behind " : "behind ", records, size);
}

static bool
judge(struct verify *v, unsigned log, const char *name, const struct ledger_copy_found *found)
{
	const uint64_t size = log == 0 ? custody_size(v->custody, LOG_AUTHORITY)
	                               : custody_epoch_at(v->custody, log - 1)->size;
	if (found->fit == LEDGER_COPY_AHEAD)
		return verify_fail(v,
		    "the copy's file %s goes on where this log ends, behind %" PRIu64
		    " entries: the ledger is older than its copy",
		    name, found->records);
	if (found->fit == LEDGER_COPY_ANOTHER || found->fit == LEDGER_COPY_CHANGED)
		return verify_fail(v,
		    "the copy's file %s is not of this ledger at entry %" PRIu64 ": %s", name,
		    found->records,
		    found->fit == LEDGER_COPY_CHANGED ? "its bytes were changed"
						      : "it is of another history");
	if (found->fit != LEDGER_COPY_FITS || found->records < size)
		tell_missing(v, name, found->records, size, found->fit == LEDGER_COPY_TORN);
	else
		verify_checked(v,
		    "The copy's file %s holds the same %" PRIu64
		    " entries and their checkpoints, byte for byte.",
		    name, size);
	return true;
}

static bool
check_log(struct verify *v, struct ledger *l, unsigned log)
{
	struct ledger_copy_found found;
	char name[LEDGER_COPY_NAME_SIZE];
	const char *origin, *vkey;
	if (ledger_log(l, log, &origin, &vkey) != ERR_OK ||
	    ledger_copy_name(origin, name) != ERR_OK)
		return verify_fail(v, "the origin of a log has another form");
	MEM_CLOSE int fd = openat(v->copy_fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return verify_fail(
		    v, "the copy has no file %s: %s", name, strerrordesc_np(errno));
	if (ledger_copy_compare(l, log, custody_genesis(v->custody), fd, &found) != ERR_OK)
		return verify_unreadable(v, "the copy's file %s cannot be read", name);
	free(found.next);
	return judge(v, log, name, &found);
}

void
copy_check(struct verify *v, struct ledger *l)
{
	unsigned logs = 0;
	bool good = v->copy_fd >= 0 && ledger_logs(l, &logs) == ERR_OK;
	for (unsigned log = 0; good && log < logs; log++)
		good = check_log(v, l, log);
}
