/* links: scanners/join scanners/object src/base/mem */
/* SPDX-License-Identifier: ISC */
/*
 * A zip in parts: what fits is written once and whole, and is not of parts any more.  The
 * first byte says how many parts, then two for the length of each but the last.
 */
#include "scanners/join.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

struct set {
	const uint8_t *bytes;
	size_t n;
	uint64_t written;
};

static bool
read_set(void *arg, uint64_t at, void *out, size_t n)
{
	const struct set *s = arg;
	if (at > s->n || n > s->n - at)
		abort();
	memcpy(out, s->bytes + at, n);
	return true;
}

static void
hear_finding(void *arg, const struct scan_finding *f)
{
	(void)arg;
	if (f->rule == NULL || f->title == NULL)
		abort();
}

static bool
take(void *arg, const void *bytes, size_t n)
{
	struct set *s = arg;
	if (n > 0 && bytes == NULL)
		abort();
	s->written += n;
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	uint64_t starts[18] = {0};
	if (n < 1)
		return 0;
	size_t parts = 2 + data[0] % 16, head = 1 + 2 * (parts - 1);
	if (n < head)
		return 0;
	struct set s = {.bytes = data + head, .n = n - head};
	for (size_t i = 1; i < parts; i++) {
		uint64_t length = data[2 * i - 1] | (uint64_t)data[2 * i] << 8;
		starts[i] = starts[i - 1] + length;
		if (starts[i] > s.n)
			return 0;
	}
	starts[parts] = s.n;
	struct object *o = calloc(1, sizeof(*o));
	struct join j = {.starts = starts, .n = parts, .write = take, .arg = &s, .why = ""};
	if (o == NULL)
		abort();
	o->size_bytes = s.n;
	o->read = read_set;
	o->find = hear_finding;
	o->arg = &s;
	if (join_look(o, &j) != ERR_OK || (j.verdict == SCAN_CLEAN) != (j.why[0] == '\0'))
		abort();
	if (j.verdict == SCAN_CLEAN && (join_write(o, &j) != ERR_OK || s.written != j.bytes))
		abort();
	free(o);
	return 0;
}
