/* links: scanners/identify scanners/identify_zip scanners/identify_pickle scanners/identify_line scanners/identify_locked scanners/identify_model scanners/identify_more scanners/identify_note scanners/identify_source scanners/identify_text scanners/identify_trailing scanners/identify_mime scanners/digests scanners/object src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
#include "scanners/identify.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

struct object {
	const uint8_t *bytes;
	size_t n;
};

static bool
read_object(void *arg, uint64_t at, void *out, size_t n)
{
	const struct object *o = arg;
	if (at > o->n || n > o->n - at)
		abort();
	memcpy(out, o->bytes + at, n);
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct object o = {data, n};
	const struct identify_input in = {n, read_object, &o};
	struct identify_result r;
	if (identify(&in, &r) != ERR_OK || r.type == NULL || r.findings > IDENTIFY_FINDINGS)
		abort();
	if (r.mime != NULL)
		(void)identify_mime_type(r.mime);
	return 0;
}
