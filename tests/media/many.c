/* links: src/base/mem */
/* SPDX-License-Identifier: ISC */
/* many COUNT: so many exFAT entry sets of empty files on standard output, for exfat.pl. */
#include "src/base/mem.h"

#include <stdint.h>
#include <stdio.h>

#define SET 96

static void
many_seal(uint8_t *set, const char *name)
{
	uint16_t hash = 0, sum = 0;

	for (const char *p = name; *p != '\0'; p++) { /* two bytes a unit, the high one 0 */
		hash = (uint16_t)((uint16_t)(hash << 15 | hash >> 1) + *p);
		hash = (uint16_t)(hash << 15 | hash >> 1);
	}
	set[36] = (uint8_t)hash;
	set[37] = (uint8_t)(hash >> 8);
	for (int i = 0; i < SET; i++)
		if (i != 2 && i != 3)
			sum = (uint16_t)((uint16_t)(sum << 15 | sum >> 1) + set[i]);
	set[2] = (uint8_t)sum;
	set[3] = (uint8_t)(sum >> 8);
}

int
main(int argc, char **argv)
{
	unsigned long count = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;

	for (unsigned long i = 0; i < count; i++) {
		uint8_t set[SET] = {0x85, 2, 0, 0, 0x20};
		char name[16];
		int n = snprintf(name, sizeof(name), "%07lu", i);
		set[32] = 0xC0;
		set[33] = 1;
		set[35] = (uint8_t)n;
		set[64] = 0xC1;
		for (int k = 0; k < n; k++)
			set[66 + 2 * k] = (uint8_t)name[k];
		many_seal(set, name);
		if (fwrite(set, SET, 1, stdout) != 1)
			return 1;
	}
	return fflush(stdout) == 0 ? 0 : 1;
}
