/* SPDX-License-Identifier: ISC */
#include "src/ipc/secret.h"
#include "src/base/io.h"
#include "src/base/pin.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#define SECRET_MAGIC      "SPSECRT2"
#define SECRET_HEAD_BYTES 16
#define SECRET_LEN_BYTES  4 /* for each key file, behind the head */
#define SECRET_PAGE_BYTES 4096

static void
secret_put32(uint8_t *p, size_t n)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(n >> (8 * i));
}

static size_t
secret_get32(const uint8_t *p)
{
	return (size_t)p[0] | (size_t)p[1] << 8 | (size_t)p[2] << 16 | (size_t)p[3] << 24;
}

static enum err
secret_check(size_t passphrase_len, const struct secret_file *files, size_t n, size_t *ret_len)
{
	size_t len = passphrase_len;
	bool empty = passphrase_len + n == 0;

	if (passphrase_len > LIM_UNLOCK_PASSPHRASE_BYTES || n > LIM_UNLOCK_KEY_FILES)
		return ERR_LIMIT;
	for (size_t i = 0; i < n; i++) {
		if (files[i].len > LIM_UNLOCK_KEY_FILE_BYTES - (len - passphrase_len))
			return ERR_LIMIT;
		empty |= files[i].len == 0;
		len += files[i].len;
	}
	if (empty)
		return ERR_RANGE;
	*ret_len = len;
	return ERR_OK;
}

/* All in one write: it fits the empty pipe, or nobody would ever come to read it. */
static enum err
secret_fill(int fd, const uint8_t *frame, size_t n)
{
	size_t needs = (n + SECRET_PAGE_BYTES - 1) / SECRET_PAGE_BYTES * SECRET_PAGE_BYTES;
	int room = fcntl(fd, F_GETPIPE_SZ);

	if (room >= 0 && (size_t)room < needs)
		room = fcntl(fd, F_SETPIPE_SZ, (int)needs);
	if (room < 0 || (size_t)room < needs)
		return ERR_IO;
	return write(fd, frame, n) == (ssize_t)n ? ERR_OK : ERR_IO;
}

/* All of it, as it goes into the pipe. */
static void
secret_frame(uint8_t *p, const void *passphrase, size_t passphrase_len,
    const struct secret_file *files, size_t n_files)
{
	memcpy(p, SECRET_MAGIC, 8);
	secret_put32(p + 8, passphrase_len);
	secret_put32(p + 12, n_files);
	p += SECRET_HEAD_BYTES;
	for (size_t i = 0; i < n_files; i++, p += SECRET_LEN_BYTES)
		secret_put32(p, files[i].len);
	if (passphrase_len > 0)
		memcpy(p, passphrase, passphrase_len);
	p += passphrase_len;
	for (size_t i = 0; i < n_files; p += files[i++].len)
		memcpy(p, files[i].bytes, files[i].len);
}

enum err
secret_pipe(const void *passphrase, size_t passphrase_len, const struct secret_file *files,
    size_t n_files, int *ret_fd)
{
	size_t n = 0;
	enum err e = secret_check(passphrase_len, files, n_files, &n);
	int ends[2];

	if (e != ERR_OK)
		return e;
	n += SECRET_HEAD_BYTES + n_files * SECRET_LEN_BYTES;
	uint8_t *frame = pin_new(n);
	if (frame == NULL)
		return ERR_IO;
	if (pipe2(ends, O_CLOEXEC) != 0) {
		pin_free(frame, n);
		return ERR_IO;
	}
	secret_frame(frame, passphrase, passphrase_len, files, n_files);
	e = secret_fill(ends[1], frame, n);
	pin_free(frame, n);
	close(ends[1]);
	if (e == ERR_OK)
		*ret_fd = ends[0];
	else
		close(ends[0]);
	return e;
}

/* Nothing may follow. */
static enum err
secret_end(int fd)
{
	uint8_t more;
	ssize_t r;

	do
		r = read(fd, &more, 1);
	while (r < 0 && errno == EINTR);
	return r == 0 ? ERR_OK : r > 0 ? ERR_SYNTAX : ERR_IO;
}

/* Head and lengths: what is to come, *ret_len bytes of it. */
static enum err
secret_read_head(int fd, struct secret *s, size_t *ret_len)
{
	uint8_t head[SECRET_HEAD_BYTES], lens[LIM_UNLOCK_KEY_FILES * SECRET_LEN_BYTES];
	enum err e = io_read_all(fd, head, sizeof(head));

	if (e != ERR_OK)
		return e;
	if (memcmp(head, SECRET_MAGIC, 8) != 0)
		return ERR_SYNTAX;
	*s = (struct secret){
	    .passphrase_len = secret_get32(head + 8), .n_files = secret_get32(head + 12)};
	if (s->n_files > LIM_UNLOCK_KEY_FILES)
		return ERR_LIMIT;
	if (s->n_files > 0)
		e = io_read_all(fd, lens, s->n_files * SECRET_LEN_BYTES);
	if (e != ERR_OK)
		return e;
	for (size_t i = 0; i < s->n_files; i++)
		s->files[i].len = secret_get32(lens + i * SECRET_LEN_BYTES);
	return secret_check(s->passphrase_len, s->files, s->n_files, ret_len);
}

enum err
secret_read(int fd, struct secret *ret)
{
	struct secret s;
	size_t len = 0;
	enum err e = secret_read_head(fd, &s, &len);

	if (e != ERR_OK)
		return e;
	/* each ends with a NUL that is not counted */
	s.pinned_len = len + 1 + s.n_files;
	s.pinned = pin_new(s.pinned_len);
	if (s.pinned == NULL)
		return ERR_IO;
	uint8_t *p = s.pinned;
	if (s.passphrase_len > 0) {
		s.passphrase = p;
		e = io_read_all(fd, p, s.passphrase_len);
	}
	p += s.passphrase_len + 1;
	for (size_t i = 0; i < s.n_files && e == ERR_OK; i++) {
		s.files[i].bytes = p;
		e = io_read_all(fd, p, s.files[i].len);
		p += s.files[i].len + 1;
	}
	if (e == ERR_OK)
		e = secret_end(fd);
	if (e == ERR_OK)
		*ret = s;
	else
		secret_done(&s);
	return e;
}

enum err
secret_read_text(int fd, uint8_t *room, size_t *ret_len)
{
	struct secret s;
	size_t len = 0;
	enum err e = secret_read_head(fd, &s, &len);

	if (e == ERR_OK && s.n_files > 0)
		e = ERR_SYNTAX;
	if (e == ERR_OK)
		e = io_read_all(fd, room, s.passphrase_len);
	if (e == ERR_OK)
		e = secret_end(fd);
	if (e == ERR_OK)
		*ret_len = s.passphrase_len;
	else
		explicit_bzero(room, LIM_UNLOCK_PASSPHRASE_BYTES);
	return e;
}

void
secret_done(struct secret *s)
{
	pin_free(s->pinned, s->pinned_len);
	*s = (struct secret){0};
}
