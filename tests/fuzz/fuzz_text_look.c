/* links: scanners/text_look scanners/text_look_code scanners/text_look_cell scanners/paper scanners/object src/base/escape src/base/utf8 src/base/mem */
/* SPDX-License-Identifier: ISC */
#include "scanners/text_look.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

struct text {
	const uint8_t *bytes;
	size_t n, findings;
};

static bool
read_text(void *arg, uint64_t at, void *out, size_t n)
{
	const struct text *t = arg;
	if (n == 0 || at > t->n || n > t->n - at)
		abort();
	memcpy(out, t->bytes + at, n);
	return true;
}

/* One of each kind, at a place that is there. */
static void
hear_finding(void *arg, const struct scan_finding *f)
{
	struct text *t = arg;
	if (++t->findings > 32 || f->at > t->n || strncmp(f->rule, "text/", 5) != 0 ||
	    f->detail == NULL || f->title == NULL)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct text t = {.bytes = data, .n = n};
	struct object *o = calloc(1, sizeof(*o));
	struct text_look look;
	if (o == NULL)
		abort();
	o->size_bytes = n;
	o->read = read_text;
	o->find = hear_finding;
	o->arg = &t;
	if (text_look(o, &look) != ERR_OK)
		abort();
	if (look.verdict == SCAN_NA ? t.findings != 0 || look.read_bytes != 0
				    : look.read_bytes != n || look.encoding[0] == '\0')
		abort();
	free(o);
	return 0;
}
