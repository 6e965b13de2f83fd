/* links: src/core/where src/core/finding src/core/item src/core/verdict src/core/policy src/core/field src/core/fieldrule src/core/digest src/core/setting src/core/canon src/base/utf8 src/base/hex src/base/buf src/base/mem */
/* SPDX-License-Identifier: ISC */
/* A limit that is accepted means the same when it is printed and read again. */
#include "src/core/where.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct where *w, *again;
	struct buf one, two;
	size_t at = 0;
	char why[WHERE_WHY_SIZE] = "";
	if (where_parse((const char *)bytes, n, &w, &at, why) != ERR_OK) {
		if (why[0] == '\0' || at > n)
			abort();
		return 0;
	}
	buf_init(&one, 1 << 16);
	buf_init(&two, 1 << 16);
	if (where_print(w, &one) != ERR_OK)
		abort();
	/* Brackets and quotes can make it too long to be read again. */
	if (one.len <= LIM_WHERE_BYTES) {
		if (where_parse(buf_str(&one), one.len, &again, &at, why) != ERR_OK ||
		    where_print(again, &two) != ERR_OK ||
		    strcmp(buf_str(&one), buf_str(&two)) != 0)
			abort();
		free(again);
	}
	free(w);
	buf_done(&one);
	buf_done(&two);
	return 0;
}
