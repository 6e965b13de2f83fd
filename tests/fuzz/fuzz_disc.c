/* links: tests/fuzz/whole @media src/core/item src/base/buf src/base/clock src/base/err src/base/escape src/base/hex src/base/log src/base/mem src/base/utf8 src/core/digest */
/* SPDX-License-Identifier: ISC */
/* Whole discs: ISO 9660 with all its names, UDF whose sums are made right first. */
#include "tests/fuzz/whole.h"

#include <stdlib.h>
#include <string.h>

#define SECTOR 512

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static uint16_t
fuzz_crc(const uint8_t *p, size_t n)
{
	uint16_t crc = 0;

	for (size_t i = 0; i < n; i++) {
		crc = (uint16_t)(crc ^ p[i] << 8);
		for (int b = 0; b < 8; b++)
			crc = (uint16_t)(crc << 1 ^ (crc & 0x8000 ? 0x1021 : 0));
	}
	return crc;
}

/* A descriptor of UDF is believed only with the right sums. */
static void
fuzz_sums(uint8_t *d, size_t left)
{
	unsigned tag = d[0] | (unsigned)d[1] << 8;
	size_t n = d[10] | (size_t)d[11] << 8;
	uint8_t sum = 0;

	if (d[2] != 2 && d[2] != 3)
		return;
	if (!(tag >= 1 && tag <= 9) && !(tag >= 256 && tag <= 266))
		return;
	if (n > left - 16) {
		n = 0;
		d[10] = d[11] = 0;
	}
	uint16_t crc = fuzz_crc(d + 16, n);
	d[8] = (uint8_t)crc;
	d[9] = (uint8_t)(crc >> 8);
	for (size_t i = 0; i < 16; i++)
		sum = (uint8_t)(sum + (i == 4 ? 0 : d[i]));
	d[4] = sum;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	uint8_t *image = calloc(1, WHOLE_BYTES);

	if (image == NULL)
		abort();
	whole_fill(image, data, n);
	for (size_t at = 0; at < WHOLE_BYTES; at += SECTOR)
		fuzz_sums(image + at, SECTOR);
	whole_read(image);
	free(image);
	return 0;
}
