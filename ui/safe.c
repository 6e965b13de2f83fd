/* SPDX-License-Identifier: ISC */
#include "ui/safe.h"
#include "src/base/escape.h"
#include "src/base/mem.h"
#include "ui/print.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct safe
safe_bytes(struct arena *a, const void *bytes, size_t n)
{
	char *text = arena_alloc(a, ESCAPE_SIZE(n));
	escape_bytes(bytes, n, text, ESCAPE_SIZE(n), NULL);
	return (struct safe){text};
}

struct safe
safe_text(struct arena *a, const char *text)
{
	if (text == NULL)
		return SAFE("");
	for (const char *p = text; *p != '\0'; p++)
		if (*p < 0x20 || *p > 0x7e)
			return safe_bytes(a, text, strlen(text));
	return (struct safe){arena_strdup(a, text)};
}

struct safe
safe_member(struct arena *a, const json_t *row, const char *key)
{
	return safe_text(a, json_string_value(json_object_get(row, key)));
}

struct safe
safe_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap, again;
	va_start(ap, fmt);
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	char *text = arena_alloc(a, (size_t)(n > 0 ? n : 0) + 1);
	vsnprintf(text, (size_t)(n > 0 ? n : 0) + 1, fmt, ap);
	va_end(ap);
	return safe_text(a, text);
}

struct safe
safe_fit(struct arena *a, struct safe s, int cells)
{
	size_t n = strlen(s.text), room = cells > 0 ? (size_t)cells : 0;
	if (n <= room)
		return s;
	char *out = arena_alloc(a, room + 1);
	escape_shorten(s.text, n, out, room + 1, room);
	return (struct safe){out};
}

struct safe
safe_from(struct safe s, size_t skip)
{
	size_t n = strlen(s.text);
	return (struct safe){s.text + (skip < n ? skip : n)};
}

int
safe_cells(struct safe s)
{
	size_t n = strlen(s.text);
	return n < INT32_MAX ? (int)n : INT32_MAX;
}

bool
safe_empty(struct safe s)
{
	return s.text[0] == '\0';
}

struct safe
safe_count(struct arena *a, uint64_t n)
{
	char digits[32], *out = arena_alloc(a, 32);
	size_t len = (size_t)snprintf(digits, sizeof(digits), "%llu", (unsigned long long)n);
	size_t at = 0;
	for (size_t i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			out[at++] = ',';
		out[at++] = digits[i];
	}
	return (struct safe){out};
}

struct safe
safe_size(struct arena *a, uint64_t bytes)
{
	char *out = arena_alloc(a, PRINT_SIZE_SIZE);
	print_size(bytes, out);
	return (struct safe){out};
}

struct safe
safe_minute(struct arena *a, const char *at)
{
	if (at == NULL || strlen(at) < 16)
		return SAFE("");
	return safe_printf(a, "%.5s %.5s", at + 5, at + 11);
}

struct safe
safe_digest(struct arena *a, const char *hex, int groups)
{
	char *out = arena_alloc(a, (size_t)groups * 5 + 1);
	size_t n = strlen(hex), at = 0;
	for (size_t g = 0; g < (size_t)groups && g * 4 + 4 <= n; g++) {
		if (g > 0)
			out[at++] = ' ';
		memcpy(out + at, hex + g * 4, 4);
		at += 4;
	}
	return safe_text(a, out);
}
