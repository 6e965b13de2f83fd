/* links: scanners/digests scanners/object src/base/mem */
/* SPDX-License-Identifier: ISC */
#include "scanners/digests.h"
#include "src/base/limits.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

struct list {
	const uint8_t *bytes;
	size_t n;
	uint64_t lines, at;
};

static bool
read_list(void *arg, uint64_t at, void *out, size_t n)
{
	const struct list *l = arg;
	if (n == 0 || at > l->n || n > l->n - at)
		abort();
	memcpy(out, l->bytes + at, n);
	return true;
}

static void
hear_finding(void *arg, const struct scan_finding *f)
{
	(void)arg;
	if (f->rule == NULL || f->title == NULL)
		abort();
}

static void
hear_line(void *arg, const struct digests_line *line)
{
	struct list *l = arg;
	if ((l->lines++ > 0 && line->at <= l->at) || line->algorithm == NULL ||
	    line->digest_len < 16 || line->digest_len > DIGESTS_MAX_BYTES ||
	    line->name_len > LIM_PATH_BYTES ||
	    (line->name_len > 0 && memchr(line->name, 0, line->name_len) != NULL))
		abort();
	l->at = line->at;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct list l = {.bytes = data, .n = n};
	struct object *o = calloc(1, sizeof(*o));
	struct digests d = {.line = hear_line, .arg = &l};
	if (o == NULL)
		abort();
	o->size_bytes = n;
	o->read = read_list;
	o->find = hear_finding;
	o->arg = &l;
	if (digests(o, &d) != ERR_OK || d.lines != l.lines || d.read_bytes > n)
		abort();
	free(o);
	return 0;
}
