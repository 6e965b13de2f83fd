/* SPDX-License-Identifier: ISC */
#include "src/base/buf.h"
#include "src/base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void
buf_init(struct buf *b, size_t max_bytes)
{
	*b = (struct buf){.max = max_bytes};
}

void
buf_done(struct buf *b)
{
	free(b->data);
	buf_init(b, b->max);
}

/* Room for n more bytes and the NUL. */
static enum err
buf_reserve(struct buf *b, size_t n)
{
	if (b->error != ERR_OK)
		return b->error;
	if (n > b->max - b->len)
		return b->error = ERR_LIMIT;
	if (b->cap >= b->len + n + 1)
		return ERR_OK;
	size_t cap = b->cap < 64 ? 64 : b->cap;
	while (cap < b->len + n + 1)
		cap = cap > SIZE_MAX / 2 ? b->len + n + 1 : cap * 2;
	b->data = mem_resize(b->data, cap, 1);
	b->cap = cap;
	return ERR_OK;
}

enum err
buf_add(struct buf *b, const void *bytes, size_t n)
{
	enum err e = buf_reserve(b, n);
	if (e != ERR_OK)
		return e;
	if (n > 0)
		memcpy(b->data + b->len, bytes, n);
	b->len += n;
	b->data[b->len] = '\0';
	return ERR_OK;
}

enum err
buf_add_str(struct buf *b, const char *s)
{
	return buf_add(b, s, strlen(s));
}

enum err
buf_add_byte(struct buf *b, uint8_t byte)
{
	return buf_add(b, &byte, 1);
}

enum err
buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		return b->error = ERR_SYNTAX;
	enum err e = buf_reserve(b, (size_t)n);
	if (e != ERR_OK)
		return e;
	va_start(ap, fmt);
	vsnprintf((char *)b->data + b->len, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->len += (size_t)n;
	return ERR_OK;
}

enum err
buf_add_u32be(struct buf *b, uint32_t v)
{
	uint8_t be[4] = {(uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v};
	return buf_add(b, be, sizeof(be));
}

const char *
buf_str(const struct buf *b)
{
	return b->data != NULL ? (const char *)b->data : "";
}

uint8_t *
buf_steal(struct buf *b, size_t *ret_len)
{
	uint8_t *data = b->data != NULL ? b->data : mem_alloc(1);
	*ret_len = b->len;
	buf_init(b, b->max);
	return data;
}
