/* links: scanners/unpack scanners/unpack_codec scanners/unpack_flow scanners/unpack_iso scanners/unpack_kind scanners/unpack_lib scanners/unpack_pax scanners/unpack_cpio scanners/unpack_rar scanners/unpack_stream scanners/unpack_tar scanners/unpack_tree scanners/unpack_lock scanners/unpack_zip scanners/zipcrypt scanners/zipwalk scanners/object src/core/name src/core/name_type src/core/digest src/base/buf src/base/err src/base/escape src/base/hex src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
#include "scanners/unpack.h"
#include "src/base/limits.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/*
 * libarchive asks for as much memory as a header says before it reads: in a
 * scanner it is refused, here it is granted and never touched.
 */
int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static char limit[] = "-malloc_limit_mb=65536";
	char **more = calloc((size_t)*argc + 2, sizeof(*more));
	if (more == NULL)
		abort();
	memcpy(more, *argv, (size_t)*argc * sizeof(*more));
	more[(*argc)++] = limit;
	*argv = more;
	return 0;
}

/* The first byte says how much may come out of the rest. */
#define MOST_BYTES (1u << 22)

struct container {
	const uint8_t *bytes;
	size_t n;
	bool open, broken;
	uint64_t members, written, done, turns;
};

static bool
read_container(void *arg, uint64_t at, void *out, size_t n)
{
	const struct container *c = arg;
	if (n == 0 || at > c->n || n > c->n - at)
		abort();
	memcpy(out, c->bytes + at, n);
	return true;
}

static void
hear_finding(void *arg, const struct scan_finding *f)
{
	(void)arg;
	if (f->rule == NULL || f->title == NULL || f->detail_len > LIM_FINDING_TEXT)
		abort();
}

static bool
hear_child(void *arg, const struct scan_child *child)
{
	static const char *const kinds[] = {"file", "directory", "link", "hardlink", "special"};
	struct container *c = arg;
	bool known = false;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		known |= strcmp(child->kind, kinds[i]) == 0;
	if (c->open || !known || child->name_len == 0 || child->why == NULL)
		abort();
	c->open = strcmp(child->kind, "file") == 0 && child->why[0] == '\0';
	c->members++;
	return true;
}

static bool
hear_bytes(void *arg, const void *bytes, size_t n)
{
	struct container *c = arg;
	if (!c->open || n == 0 || bytes == NULL)
		abort();
	c->written += n;
	return true;
}

static bool
hear_end(void *arg, bool whole)
{
	struct container *c = arg;
	if (!c->open)
		abort();
	c->open = false;
	c->broken |= !whole;
	return true;
}

static bool
hear_stop(void *arg, uint64_t done_bytes)
{
	struct container *c = arg;
	if (done_bytes > c->n || done_bytes < c->done)
		abort();
	c->done = done_bytes;
	return ++c->turns > 10000;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static bool warm;
	if (!warm)
		unpack_warm_up();
	warm = true;
	if (n == 0)
		return 0;
	struct container c = {.bytes = data + 1, .n = n - 1};
	struct object *o = calloc(1, sizeof(*o));
	struct unpack u = {.child = hear_child,
	    .write = hear_bytes,
	    .end = hear_end,
	    .stop = hear_stop,
	    .arg = &c,
	    .room_bytes = (uint64_t)data[0] * MOST_BYTES / 255,
	    .limits = {.members = 1000, .nodes = 5000, .steps = 100000}};
	if (o == NULL)
		abort();
	o->size_bytes = n - 1;
	o->read = read_container;
	o->find = hear_finding;
	o->arg = &c;
	if (unpack(o, &u) != ERR_OK || c.open || c.written != u.bytes ||
	    u.bytes > u.room_bytes || u.members != c.members || u.members > 1000 ||
	    u.read_bytes > n - 1)
		abort();
	/* clean is: all of it, whole */
	if (u.verdict == SCAN_CLEAN && (c.broken || u.stopped || u.read_bytes != n - 1))
		abort();
	if (u.verdict == SCAN_NA && (c.members > 0 || u.kind[0] != '\0'))
		abort();
	free(o);
	return 0;
}
