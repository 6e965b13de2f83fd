/* SPDX-License-Identifier: ISC */
#include "src/base/pin.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

uint8_t *
pin_new(size_t n)
{
	void *p = mmap(
	    NULL, n != 0 ? n : 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return NULL;
	if (mlock(p, n != 0 ? n : 1) != 0 || madvise(p, n != 0 ? n : 1, MADV_DONTDUMP) != 0) {
		int why = errno;
		munmap(p, n != 0 ? n : 1);
		errno = why;
		return NULL;
	}
	return p;
}

void
pin_free(uint8_t *p, size_t n)
{
	if (p == NULL)
		return;
	explicit_bzero(p, n);
	munmap(p, n != 0 ? n : 1);
}
