/* SPDX-License-Identifier: ISC */
#include "scanners/set.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/base/mem.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>
#include <unistd.h>

#define SET_CHUNK 65536

struct set {
	int fd;
	uint64_t at, bytes; /* read so far; all */
	char *text;         /* a window: what was read and not yet given out */
	size_t len, first, cap;
	json_t *line;
	struct set_row row;
};

struct set *
set_open(int fd, uint64_t bytes)
{
	struct set *s = mem_alloc(sizeof(*s));
	*s = (struct set){.fd = fd, .bytes = bytes, .cap = SET_CHUNK};
	s->text = mem_alloc(s->cap);
	return s;
}

static void
set_drop_row(struct set *s)
{
	free(s->row.path.bytes);
	for (size_t i = 0; i < s->row.ninside; i++)
		free(s->row.inside[i].bytes);
	free(s->row.inside);
	s->row = (struct set_row){0};
	json_decref(s->line);
	s->line = NULL;
}

struct set *
set_free(struct set *s)
{
	if (s == NULL)
		return NULL;
	set_drop_row(s);
	free(s->text);
	free(s);
	return NULL;
}

/* More of the file behind what is there; ERR_NOTFOUND at its end. */
static enum err
set_fill(struct set *s)
{
	if (s->at == s->bytes)
		return ERR_NOTFOUND;
	memmove(s->text, s->text + s->first, s->len - s->first);
	s->len -= s->first;
	s->first = 0;
	if (s->len == s->cap) {
		if (s->cap >= LIM_SET_LINE_BYTES + SET_CHUNK)
			return ERR_LIMIT;
		s->cap += SET_CHUNK;
		s->text = mem_resize(s->text, s->cap, 1);
	}
	size_t want = s->cap - s->len;
	if (want > s->bytes - s->at)
		want = (size_t)(s->bytes - s->at);
	ssize_t n = pread(s->fd, s->text + s->len, want, (off_t)s->at);
	if (n < 0 && errno == EINTR)
		return ERR_OK;
	if (n <= 0)
		return ERR_IO;
	s->at += (uint64_t)n;
	s->len += (size_t)n;
	return ERR_OK;
}

/* The next line without its end. */
static enum err
set_line(struct set *s, const char **ret_text, size_t *ret_len)
{
	size_t seen = 0;
	for (;;) {
		const char *from = s->text + s->first;
		const size_t n = s->len - s->first;
		const char *end = memchr(from + seen, '\n', n - seen);
		const size_t length = end != NULL ? (size_t)(end - from) : n;
		if (length > LIM_SET_LINE_BYTES)
			return ERR_LIMIT;
		if (end != NULL) {
			*ret_text = from;
			*ret_len = length;
			s->first += length + 1;
			return ERR_OK;
		}
		seen = n;
		enum err e = set_fill(s);
		if (e == ERR_NOTFOUND && n > 0)
			return ERR_SYNTAX; /* the last line does not end */
		if (e != ERR_OK)
			return e;
	}
}

/* --- one line ------------------------------------------------------------------------ */

static bool
set_take_text(const json_t *line, const char *key, const char **ret)
{
	*ret = json_string_value(json_object_get(line, key));
	return *ret != NULL;
}

static bool
set_take_bytes(const json_t *text, struct set_name *ret)
{
	const size_t n = json_string_length(text);
	if (!json_is_string(text))
		return false;
	ret->bytes = mem_alloc(n / 4 * 3 + 1);
	return hex_b64_decode(json_string_value(text), n, ret->bytes, &ret->len);
}

static bool
set_take_file(const json_t *line, struct set_row *row)
{
	const json_t *inside = json_object_get(line, "inside"), *name;
	const json_t *size = json_object_get(line, "size");
	size_t i;
	if (!set_take_bytes(json_object_get(line, "path"), &row->path) ||
	    !set_take_text(line, "type", &row->type) || !json_is_integer(size) ||
	    json_integer_value(size) < 0 || !json_is_array(inside) ||
	    json_array_size(inside) > LIM_ARCHIVE_DEPTH + 1 || json_object_size(line) != 5)
		return false;
	row->size_bytes = (uint64_t)json_integer_value(size);
	row->inside = mem_array(json_array_size(inside), sizeof(*row->inside));
	json_array_foreach (inside, i, name) {
		row->ninside = i + 1;
		if (!set_take_bytes(name, &row->inside[i]))
			return false;
	}
	return true;
}

static bool
set_take_fact(const json_t *line, struct set_row *row)
{
	row->is_fact = true;
	return set_take_text(line, "scanner", &row->scanner) &&
	       set_take_text(line, "key", &row->key) &&
	       set_take_text(line, "value", &row->value) && json_object_size(line) == 4;
}

enum err
set_next(struct set *s, const struct set_row **ret_row)
{
	const char *text;
	size_t n;
	uint8_t digest[32];
	set_drop_row(s);
	enum err e = set_line(s, &text, &n);
	if (e != ERR_OK)
		return e;
	s->line = json_loadb(text, n, JSON_REJECT_DUPLICATES, NULL);
	if (!set_take_text(s->line, "sha256", &s->row.sha256) ||
	    !hex_decode(s->row.sha256, strlen(s->row.sha256), digest, sizeof(digest)))
		return ERR_SYNTAX;
	bool ok = json_object_get(s->line, "key") != NULL ? set_take_fact(s->line, &s->row)
	                                                  : set_take_file(s->line, &s->row);
	if (!ok)
		return ERR_SYNTAX;
	*ret_row = &s->row;
	return ERR_OK;
}
