/* links: scanners/exec scanners/exec_elf scanners/exec_pe scanners/exec_macho scanners/exec_jar scanners/exec_link scanners/exec_small scanners/paper scanners/object src/base/mem */
/* SPDX-License-Identifier: ISC */
#include "scanners/exec.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

struct file {
	const uint8_t *bytes;
	size_t n, findings;
};

static bool
read_file(void *arg, uint64_t at, void *out, size_t n)
{
	const struct file *f = arg;
	if (n == 0 || at > f->n || n > f->n - at)
		abort();
	memcpy(out, f->bytes + at, n);
	return true;
}

static void
hear_finding(void *arg, const struct scan_finding *f)
{
	struct file *file = arg;
	if (++file->findings > 16 || f->at > file->n || strncmp(f->rule, "exec/", 5) != 0 ||
	    f->title == NULL)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct file f = {.bytes = data, .n = n};
	struct object *o = calloc(1, sizeof(*o));
	struct exec e;
	if (o == NULL)
		abort();
	o->size_bytes = n;
	o->read = read_file;
	o->find = hear_finding;
	o->arg = &f;
	if (exec_look(o, &e) != ERR_OK || e.why == NULL || e.read_bytes > n ||
	    strnlen(e.what, sizeof(e.what)) == sizeof(e.what))
		abort();
	if (e.verdict == SCAN_NA && (f.findings != 0 || e.what[0] != '\0'))
		abort();
	free(o);
	return 0;
}
