/* links: scanners/zipwalk scanners/object src/base/mem */
/* SPDX-License-Identifier: ISC */
#include "scanners/zipwalk.h"
#include "src/base/limits.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

struct archive {
	const uint8_t *bytes;
	size_t n;
	uint64_t end, members; /* where the member before ended */
};

static bool
read_archive(void *arg, uint64_t at, void *out, size_t n)
{
	const struct archive *a = arg;
	if (n == 0 || at > a->n || n > a->n - at)
		abort();
	memcpy(out, a->bytes + at, n);
	return true;
}

static void
hear_finding(void *arg, const struct scan_finding *f)
{
	(void)arg;
	if (f->rule == NULL || f->title == NULL || f->detail_len > 2 * LIM_FINDING_TEXT)
		abort();
}

/* What is told lies one behind the other, inside. */
static void
hear_member(void *arg, const struct zipwalk_member *m)
{
	struct archive *a = arg;
	if (m->number != a->members++ || m->data_at < a->end || m->data_at > a->n ||
	    m->packed_bytes > a->n - m->data_at || m->name_len == 0 ||
	    m->name_len > LIM_PATH_BYTES)
		abort();
	a->end = m->data_at + m->packed_bytes;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct archive a = {.bytes = data, .n = n};
	struct object *o = calloc(1, sizeof(*o));
	struct zipwalk z = {
	    .member = hear_member, .arg = &a, .members_max = LIM_ARCHIVE_MEMBERS};
	if (o == NULL)
		abort();
	o->size_bytes = n;
	o->read = read_archive;
	o->find = hear_finding;
	o->arg = &a;
	if (zipwalk(o, &z) != ERR_OK || (z.verdict == SCAN_INVALID && a.members > 0) ||
	    (z.verdict == SCAN_CLEAN && a.members != z.members))
		abort();
	free(o);
	return 0;
}
