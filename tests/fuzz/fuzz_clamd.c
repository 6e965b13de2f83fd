/* links: scanners/clamd src/base/clock src/base/escape src/base/utf8 src/base/mem */
/* SPDX-License-Identifier: ISC */
#include "scanners/clamd.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct clamd_reply r;
	struct scan_about about = {.engine = ""};
	const char *text = (const char *)data;
	if (clamd_parse(text, n, &r) == ERR_OK) {
		if (r.text < text || r.len > n || r.text + r.len > text + n)
			abort();
		if (clamd_meaning(r.text, r.len)->verdict == SCAN_CLEAN)
			abort();
	}
	clamd_version(text, n, &about);
	return 0;
}
