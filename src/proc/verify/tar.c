/* SPDX-License-Identifier: ISC */
#include "src/proc/verify/tar.h"
#include "src/base/limits.h"
#include "src/base/mem.h"

#include <stdio.h>
#include <string.h>

#define BLOCK 512

/* Fields of a header: where, how long. */
enum {
	NAME_AT = 0,
	NAME_LEN = 100,
	SIZE_AT = 124,
	NUMBER_LEN = 12,
	SUM_AT = 148,
	SUM_LEN = 8,
	TYPE_AT = 156,
	MAGIC_AT = 257,
	PREFIX_AT = 345,
	PREFIX_LEN = 155
};

#define PATH_SIZE (PREFIX_LEN + 1 + NAME_LEN + 1)

struct tar {
	struct tar_file *files; /* by place in the archive */
	size_t count;
	size_t *by_path; /* their numbers, sorted */
};

bool
tar_is(const uint8_t *bytes, size_t n)
{
	return n >= BLOCK && (memcmp(bytes + MAGIC_AT,
				  "ustar\0"
				  "00",
				  8) == 0 ||
				 memcmp(bytes + MAGIC_AT, "ustar  \0", 8) == 0);
}

static bool
is_zero(const uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (bytes[i] != 0)
			return false;
	}
	return true;
}

/* Octal digits, perhaps after spaces, and then NUL or space. */
static bool
parse_octal(const uint8_t *at, size_t len, uint64_t *ret)
{
	uint64_t n = 0;
	size_t i = 0, digits = 0;
	while (i < len && at[i] == ' ')
		i++;
	for (; i < len && at[i] >= '0' && at[i] <= '7'; i++, digits++)
		n = n * 8 + (uint64_t)(at[i] - '0');
	for (; i < len; i++) {
		if (at[i] != 0 && at[i] != ' ')
			return false;
	}
	*ret = n;
	return digits > 0 && digits <= NUMBER_LEN;
}

static bool
has_good_sum(const uint8_t *header)
{
	uint64_t said, sum = 0;
	for (size_t i = 0; i < BLOCK; i++)
		sum += i >= SUM_AT && i < SUM_AT + SUM_LEN ? ' ' : header[i];
	return parse_octal(header + SUM_AT, SUM_LEN, &said) && said == sum;
}

/* Relative, printable, no part of it empty or ".."; "." only as the first. */
static bool
is_good_path(const char *path)
{
	const char *part = path;
	if (*path == 0)
		return false;
	for (const char *p = path;; p++) {
		if (*p != '/' && *p != 0) {
			if (*p <= ' ' || *p > '~' || *p == '\\')
				return false;
			continue;
		}
		size_t n = (size_t)(p - part);
		bool dot = n == 1 && part[0] == '.';
		if (n == 0 || (dot && part != path) || (n == 2 && memcmp(part, "..", 2) == 0))
			return false;
		if (*p == 0)
			return true;
		part = p + 1;
	}
}

/* The whole path, without the "/" that ends a directory's. */
static bool
parse_path(const uint8_t *header, bool directory, char out[PATH_SIZE])
{
	bool gnu = header[MAGIC_AT + 5] == ' ';
	size_t prefix = gnu ? 0 : strnlen((const char *)header + PREFIX_AT, PREFIX_LEN);
	size_t name = strnlen((const char *)header + NAME_AT, NAME_LEN);
	if (gnu && !is_zero(header + PREFIX_AT, BLOCK - PREFIX_AT))
		return false;
	snprintf(out, PATH_SIZE, "%.*s%s%.*s", (int)prefix, (const char *)header + PREFIX_AT,
	    prefix > 0 ? "/" : "", (int)name, (const char *)header + NAME_AT);
	size_t n = strlen(out);
	if (directory && n > 0 && out[n - 1] == '/')
		out[n - 1] = 0;
	return is_good_path(out);
}

/* One header and its file; *at goes on behind it. */
static const char *
take_file(struct tar *t, const uint8_t *bytes, size_t n, size_t *at)
{
	const uint8_t *header = bytes + *at;
	char path[PATH_SIZE];
	uint64_t size;
	uint8_t type = header[TYPE_AT];
	if (!tar_is(header, n - *at) || !has_good_sum(header))
		return "a header in it is damaged";
	if (type != '0' && type != 0 && type != '5')
		return "it holds something other than files and directories; pack the folder "
		       "with tar --format=ustar";
	if (!parse_path(header, type == '5', path))
		return "it holds a name that no custody folder has";
	if (!parse_octal(header + SIZE_AT, NUMBER_LEN, &size) || (type == '5' && size != 0))
		return "a header in it is damaged";
	*at += BLOCK;
	if (size > n - *at)
		return "it ends in the middle of a file";
	if (t->count == LIM_TAR_FILES)
		return "it holds more files than a custody folder may have";
	if (type != '5') {
		if ((t->count & (t->count - 1)) == 0)
			t->files = mem_resize(
			    t->files, t->count > 0 ? 2 * t->count : 1, sizeof(*t->files));
		t->files[t->count++] =
		    (struct tar_file){mem_strdup(path), bytes + *at, (size_t)size};
	}
	size_t room = (size_t)((size + BLOCK - 1) / BLOCK * BLOCK);
	if (room > n - *at || !is_zero(bytes + *at + size, room - (size_t)size))
		return "it ends in the middle of a file, or has something behind one";
	*at += room;
	return NULL;
}

/* --- names ------------------------------------------------------------------------------ */

/* What all paths begin with, "/" included, when none lies at the top. */
static size_t
common_folder(const struct tar *t)
{
	const char *slash = t->count > 0 ? strchr(t->files[0].path, '/') : NULL;
	size_t len = slash != NULL ? (size_t)(slash - t->files[0].path) + 1 : 0;
	for (size_t i = 0; i < t->count; i++) {
		if (strcmp(t->files[i].path, "SHA256SUMS") == 0 ||
		    strncmp(t->files[i].path, t->files[0].path, len) != 0)
			return 0;
	}
	return len;
}

static int
compare_paths(const void *a, const void *b, void *arg)
{
	const struct tar *t = arg;
	return strcmp(t->files[*(const size_t *)a].path, t->files[*(const size_t *)b].path);
}

static const char *
sort_paths(struct tar *t)
{
	size_t strip = common_folder(t);
	t->by_path = mem_array(t->count + 1, sizeof(*t->by_path));
	for (size_t i = 0; i < t->count; i++) {
		char *path = t->files[i].path;
		memmove(path, path + strip, strlen(path + strip) + 1);
		t->by_path[i] = i;
	}
	if (t->count > 0)
		qsort_r(t->by_path, t->count, sizeof(*t->by_path), compare_paths, t);
	for (size_t i = 1; i < t->count; i++) {
		if (compare_paths(&t->by_path[i - 1], &t->by_path[i], t) == 0)
			return "it holds a name twice";
	}
	return NULL;
}

enum err
tar_open(const uint8_t *bytes, size_t n, struct tar **ret, const char **ret_why)
{
	struct tar *t = mem_alloc(sizeof(*t));
	size_t at = 0;
	const char *why = NULL;
	while (why == NULL && n - at >= BLOCK && !is_zero(bytes + at, BLOCK))
		why = take_file(t, bytes, n, &at);
	if (why == NULL && (n - at < (size_t)2 * BLOCK || n % BLOCK != 0))
		why = "it was cut off: its end is missing";
	if (why == NULL && !is_zero(bytes + at, n - at))
		why = "something follows its end";
	if (why == NULL)
		why = sort_paths(t);
	if (why != NULL) {
		*ret_why = why;
		tar_close(t);
		return ERR_SYNTAX;
	}
	*ret = t;
	return ERR_OK;
}

struct tar *
tar_close(struct tar *t)
{
	if (t == NULL)
		return NULL;
	for (size_t i = 0; i < t->count; i++)
		free(t->files[i].path);
	free(t->files);
	free(t->by_path);
	free(t);
	return NULL;
}

const struct tar_file *
tar_at(const struct tar *t, size_t i)
{
	return i < t->count ? &t->files[i] : NULL;
}

const struct tar_file *
tar_find(const struct tar *t, const char *path)
{
	size_t low = 0, high = t->count;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct tar_file *f = &t->files[t->by_path[mid]];
		int c = strcmp(path, f->path);
		if (c == 0)
			return f;
		if (c < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}
