/* SPDX-License-Identifier: ISC */
/* A disk in memory, of DISK_BYTES, which who includes this defines. */
#ifndef TESTS_UNIT_DISK_H
#define TESTS_UNIT_DISK_H

#include "src/base/err.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static uint8_t disk[DISK_BYTES];

static inline enum err
read_disk(void *arg, uint64_t at, void *out, size_t n)
{
	(void)arg;
	if (at > sizeof(disk) || n > sizeof(disk) - at)
		return ERR_RANGE;
	memcpy(out, disk + at, n);
	return ERR_OK;
}

/* A number of n bytes, little endian. */
static inline void
put(uint8_t *p, uint64_t v, int n)
{
	for (int i = 0; i < n; i++)
		p[i] = (uint8_t)(v >> (8 * i));
}

#endif
