/* SPDX-License-Identifier: ISC */
#include "src/core/part.h"

#include <string.h>
#include <strings.h>

#define PART_DIGITS 3 /* of .001 */

/* What a part can be taken for: its begin, or nothing. */
static const char *const part_types[] = {"", "data", "other", "empty", "zip", "jar", "7z",
    "rar", "tar", "gzip", "bzip2", "xz", "zstd", "lz4", "lzip", "lzma", "compress", "cab",
    "cpio", "ar", "deb", "rpm", "lha", "arj", "iso9660", "pe", "dos", "elf", "macho"};

/* Before -aa, as split(1) is told to write it. */
static const char *const part_words[] = {"part", "zip", "7z", "rar", "tar", "gz", "tgz", "bz2",
    "tbz2", "xz", "txz", "zst", "lz4", "iso", "img", "cab", "split", "chunk"};

/* Behind a dot these two letters are a type, as in a.tar.gz, whatever stands before it. */
static const char part_suffixes[] = "gz xz lz bz br so ko db";

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

bool
part_is_opaque(const char *type)
{
	for (size_t i = 0; i < COUNT(part_types); i++)
		if (strcmp(type, part_types[i]) == 0)
			return true;
	return false;
}

static bool
part_digits(const uint8_t *p, size_t n, unsigned *ret)
{
	unsigned number = 0;
	if (n == 0 || n > 5)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (p[i] < '0' || p[i] > '9')
			return false;
		number = number * 10 + p[i] - '0';
	}
	*ret = number;
	return true;
}

static uint8_t
part_lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c - 'A' + 'a') : c;
}

/* STEM.partN.rar, for any N. */
static bool
part_rar(const uint8_t *name, size_t n, struct part *ret)
{
	size_t end = n >= 4 ? n - 4 : 0, at = end;
	if (end == 0 || strncasecmp((const char *)name + end, ".rar", 4) != 0)
		return false;
	while (at > 0 && name[at - 1] >= '0' && name[at - 1] <= '9')
		at--;
	if (at < 6 || strncasecmp((const char *)name + at - 5, ".part", 5) != 0 ||
	    !part_digits(name + at, end - at, &ret->number))
		return false;
	ret->set_len = at - 5;
	ret->stem_len = at;
	ret->way = PART_RAR;
	return true;
}

/* STEM.z01 of zip; STEM.r00, .s00 of RAR: the first file of these is .zip, .rar. */
static bool
part_letter(const uint8_t *name, size_t n, struct part *ret)
{
	size_t at = n;
	while (at > 0 && name[at - 1] >= '0' && name[at - 1] <= '9')
		at--;
	if (n - at < 2 || at < 3 || name[at - 2] != '.' ||
	    !part_digits(name + at, n - at, &ret->number))
		return false;
	ret->set_len = at - 2;
	ret->stem_len = at;
	ret->way = PART_RAR;
	switch (part_lower(name[at - 1])) {
	case 'z':
		ret->way = PART_ZIP;
		return true;
	case 'r':
		ret->number += 2;
		return true;
	case 's':
		ret->number += 102;
		return true;
	default:
		return false;
	}
}

/* STEM.001: 7z, HJSplit and others. */
static bool
part_number(const uint8_t *name, size_t n, struct part *ret)
{
	if (n < PART_DIGITS + 2 || name[n - PART_DIGITS - 1] != '.')
		return false;
	ret->set_len = n - PART_DIGITS - 1;
	ret->stem_len = n - PART_DIGITS;
	ret->way = PART_COUNTED;
	return part_digits(name + n - PART_DIGITS, PART_DIGITS, &ret->number);
}

/* xaa, STEM.part-aa, STEM.zip.aa, STEM.tgzaa: split(1). */
static bool
part_split(const uint8_t *name, size_t n, struct part *ret)
{
	if (n < 3)
		return false;
	uint8_t a = name[n - 2], b = name[n - 1];
	if (a < 'a' || a > 'z' || b < 'a' || b > 'z')
		return false;
	ret->number = (unsigned)(a - 'a') * 26 + (unsigned)(b - 'a') + 1;
	ret->set_len = ret->stem_len = n - 2;
	ret->way = PART_LETTERS;
	if (n == 3 && name[0] == 'x')
		return true;
	size_t end = n - 2;
	for (const char *s = part_suffixes; end > 0 && name[end - 1] == '.'; s += 3) {
		if (memcmp(s, name + end, 2) == 0)
			return false;
		if (s[2] == '\0')
			break;
	}
	if (end > 0 && strchr("-_.", name[end - 1]) != NULL && name[end - 1] != '\0')
		end--;
	for (size_t i = 0; i < COUNT(part_words); i++) {
		size_t k = strlen(part_words[i]);
		if (end > k &&
		    strncasecmp((const char *)name + end - k, part_words[i], k) == 0 &&
		    strchr("-_.", name[end - k - 1]) != NULL && name[end - k - 1] != '\0')
			return true;
	}
	return false;
}

bool
part_named(const uint8_t *path, size_t path_len, struct part *ret)
{
	const uint8_t *slash = path_len > 0 ? memrchr(path, '/', path_len) : NULL;
	const uint8_t *name = slash != NULL ? slash + 1 : path;
	size_t n = path_len - (size_t)(name - path);
	*ret = (struct part){.set = name};
	return part_rar(name, n, ret) || part_letter(name, n, ret) ||
	       part_number(name, n, ret) || part_split(name, n, ret);
}

bool
part_counts(const struct part *p, bool opaque)
{
	return p->number > 0 && (p->way == PART_ZIP || p->way == PART_RAR || opaque);
}

bool
part_is(const uint8_t *path, size_t path_len, const char *type, struct part *ret)
{
	return part_named(path, path_len, ret) && part_counts(ret, part_is_opaque(type));
}
