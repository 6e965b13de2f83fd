/* links: src/core/canon src/base/buf src/base/mem src/base/hex src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/* What canon_parse accepts, canon_print writes again byte for byte. */
#include "src/core/canon.h"
#include "src/base/limits.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	json_t *object = NULL;
	struct buf out;
	if (canon_parse(bytes, n, &object) != ERR_OK)
		return 0;
	buf_init(&out, LIM_CANON_BYTES);
	if (canon_print(object, &out) != ERR_OK || out.len != n ||
	    memcmp(out.data, bytes, n) != 0)
		abort();
	buf_done(&out);
	json_decref(object);
	return 0;
}
