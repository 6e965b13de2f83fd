/* links: src/core/canon src/base/buf src/base/mem src/base/hex src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/*
 * canon_parse accepts what another parser reads and canon_print writes again
 * byte for byte, and nothing else.
 */
#include "src/core/canon.h"
#include "src/base/limits.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

/* The same object by another parser; NULL when that is not canonical. */
static json_t *
reference(const uint8_t *bytes, size_t n)
{
	json_t *object = json_loadb((const char *)bytes, n, JSON_REJECT_DUPLICATES, NULL);
	struct buf out;
	buf_init(&out, LIM_CANON_BYTES);
	if (canon_print(object, &out) != ERR_OK || out.len != n ||
	    memcmp(out.data, bytes, n) != 0) {
		json_decref(object);
		object = NULL;
	}
	buf_done(&out);
	return object;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	json_t *object = NULL, *other = reference(bytes, n);
	if ((canon_parse(bytes, n, &object) == ERR_OK) != (other != NULL) ||
	    (other != NULL && !json_equal(object, other)))
		abort();
	json_decref(object);
	json_decref(other);
	return 0;
}
