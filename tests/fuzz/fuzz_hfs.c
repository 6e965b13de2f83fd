/* links: tests/fuzz/whole @media src/core/item src/base/buf src/base/clock src/base/err src/base/escape src/base/hex src/base/log src/base/mem src/base/utf8 src/core/digest */
/* SPDX-License-Identifier: ISC */
/* Whole HFS+ volumes: the catalog is ours, the bytes of files are found by libtsk. */
#include "tests/fuzz/whole.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	uint8_t *image = calloc(1, WHOLE_BYTES);

	if (image == NULL)
		abort();
	whole_fill(image, data, n);
	whole_read(image);
	free(image);
	return 0;
}
