/* SPDX-License-Identifier: ISC */
#include "src/base/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void *
mem_check(void *p)
{
	if (p == NULL)
		abort();
	return p;
}

void *
mem_alloc(size_t size)
{
	return mem_check(calloc(1, size != 0 ? size : 1));
}

void *
mem_array(size_t count, size_t size)
{
	return mem_check(calloc(count != 0 ? count : 1, size != 0 ? size : 1));
}

void *
mem_resize(void *ptr, size_t count, size_t size)
{
	if (size == 0 || count > SIZE_MAX / size)
		abort();
	return mem_check(realloc(ptr, count != 0 ? count * size : 1));
}

void *
mem_dup(const void *ptr, size_t n)
{
	if (n == SIZE_MAX)
		abort();
	char *p = mem_alloc(n + 1);
	if (n > 0)
		memcpy(p, ptr, n);
	return p;
}

char *
mem_strdup(const char *s)
{
	return mem_dup(s, strlen(s));
}

char *
mem_printf(const char *fmt, ...)
{
	va_list ap;
	char *s = NULL;
	va_start(ap, fmt);
	int n = vasprintf(&s, fmt, ap);
	va_end(ap);
	return mem_check(n < 0 ? NULL : s);
}

void
mem_cleanup_free(void *pointer_to_pointer)
{
	free(*(void **)pointer_to_pointer);
}

void
mem_cleanup_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}
