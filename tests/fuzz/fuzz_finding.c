/* links: src/core/finding src/core/canon src/base/utf8 src/base/hex src/base/buf src/base/mem */
/* SPDX-License-Identifier: ISC */
/* A line of findings that is accepted is what the printer writes. */
#include "src/core/finding.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static enum err
fuzz_each(void *ctx, const struct finding *f, const void *line, size_t line_len)
{
	struct buf again;
	(void)ctx;
	buf_init(&again, 1 << 20);
	if (finding_print(f, &again) != ERR_OK || again.len != line_len ||
	    memcmp(again.data, line, line_len) != 0)
		abort();
	buf_done(&again);
	return ERR_OK;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	size_t line = 0;
	if (finding_walk(bytes, n, fuzz_each, NULL, &line) != ERR_OK && line == 0)
		abort();
	return 0;
}
