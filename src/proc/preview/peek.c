/* SPDX-License-Identifier: ISC */
#include "src/proc/preview/peek.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

enum err
peek_open(int fd, uint64_t size_bytes, struct peek *ret)
{
	struct stat st;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size < 0 ||
	    (uint64_t)st.st_size != size_bytes)
		return ERR_PROTO;
	*ret = (struct peek){fd, size_bytes};
	return ERR_OK;
}

enum err
peek_read(const struct peek *p, uint64_t at, void *out, size_t n, size_t *ret_n)
{
	uint8_t *to = out;
	size_t got = 0;
	if (at >= p->size_bytes)
		n = 0;
	else if (n > p->size_bytes - at)
		n = (size_t)(p->size_bytes - at);
	while (got < n) {
		ssize_t k = pread(p->fd, to + got, n - got, (off_t)(at + got));
		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return ERR_IO;
		got += (size_t)k;
	}
	*ret_n = got;
	return ERR_OK;
}
