/* SPDX-License-Identifier: ISC */
#include "src/proc/vault/feed.h"

#include <errno.h>
#include <unistd.h>

/* One read(2) of at least one byte. */
static enum err
feed_read(int fd, void *out, size_t n, size_t *ret_len)
{
	ssize_t r;
	do
		r = read(fd, out, n);
	while (r < 0 && errno == EINTR);
	if (r < 0)
		return ERR_IO;
	if (r == 0)
		return ERR_CLOSED;
	*ret_len = (size_t)r;
	return ERR_OK;
}

enum err
feed_take(struct feed *f, void *out, size_t n, bool read_ahead)
{
	uint8_t *p = out;
	size_t done = 0;
	while (done < n) {
		enum err e = ERR_OK;
		if (f->at < f->len) {
			size_t some = f->len - f->at < n - done ? f->len - f->at : n - done;
			memcpy(p + done, f->ahead + f->at, some);
			f->at += some;
			done += some;
		} else if (read_ahead && n - done < FEED_BYTES) {
			f->at = f->len = 0;
			e = feed_read(f->fd, f->ahead, FEED_BYTES, &f->len);
		} else {
			size_t some = 0;
			e = feed_read(f->fd, p + done, n - done, &some);
			done += some;
		}
		if (e != ERR_OK)
			return e == ERR_CLOSED && done > 0 ? ERR_SYNTAX : e;
	}
	return ERR_OK;
}
