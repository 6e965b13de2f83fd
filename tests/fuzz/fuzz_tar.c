/* links: src/proc/verify/tar src/base/mem src/base/err */
/* SPDX-License-Identifier: ISC */
/* What an archive says it holds lies inside of it, and is found by its path. */
#include "src/proc/verify/tar.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	const struct tar_file *f;
	struct tar *t;
	const char *why = NULL;
	if (tar_open(bytes, n, &t, &why) != ERR_OK) {
		if (why == NULL)
			abort();
		return 0;
	}
	for (size_t i = 0; (f = tar_at(t, i)) != NULL; i++) {
		if (f->bytes < bytes || f->len > n || f->bytes + f->len > bytes + n ||
		    tar_find(t, f->path) != f || f->path[0] == '/' || strstr(f->path, "../"))
			abort();
	}
	tar_close(t);
	return 0;
}
