/* SPDX-License-Identifier: ISC */
#include "scanners/digests.h"
#include "src/base/limits.h"
#include "src/base/mem.h"

#include <string.h>

#define SIGNED_BEGIN "-----BEGIN PGP SIGNED MESSAGE-----"
#define SIGNED_END   "-----BEGIN PGP SIGNATURE-----"
#define SIGNIFY      "untrusted comment:"

/* Words that stand before (NAME); the number of bytes decides among equal words. */
static const struct {
	const char *word, *algorithm;
	size_t bytes;
} words[] = {
    {"MD5", "md5", 16},
    {"SHA1", "sha1", 20},
    {"SHA-1", "sha1", 20},
    {"RMD160", "ripemd160", 20},
    {"RIPEMD160", "ripemd160", 20},
    {"RIPEMD-160", "ripemd160", 20},
    {"SHA224", "sha224", 28},
    {"SHA2-224", "sha224", 28},
    {"SHA256", "sha256", 32},
    {"SHA2-256", "sha256", 32},
    {"SHA384", "sha384", 48},
    {"SHA2-384", "sha384", 48},
    {"SHA512", "sha512", 64},
    {"SHA2-512", "sha512", 64},
    {"SHA512/256", "sha512-256", 32},
    {"SHA512-256", "sha512-256", 32},
    {"SHA2-512/256", "sha512-256", 32},
    {"SHA3-224", "sha3-224", 28},
    {"SHA3-256", "sha3-256", 32},
    {"SHA3-384", "sha3-384", 48},
    {"SHA3-512", "sha3-512", 64},
    {"SM3", "sm3", 32},
    {"BLAKE2b", "blake2b", 64},
    {"BLAKE2B-512", "blake2b", 64},
    {"BLAKE2b-256", "blake2b-256", 32},
    {"BLAKE2b-384", "blake2b-384", 48},
    {"BLAKE2S-256", "blake2s", 32},
};

/* A digest without a word: GNU tools tell them apart by their own name only. */
static const struct {
	size_t bytes;
	const char *algorithm;
} lengths[] = {
    {16, "md5"},
    {20, "sha1"},
    {28, "sha224"},
    {32, "sha256"},
    {48, "sha384"},
    {64, "sha512|blake2b"},
};

struct list {
	struct object *o;
	struct digests *d;
	uint64_t at, number; /* of the line at hand */
	const uint8_t *p;
	size_t n;
	bool too_long;
	uint8_t end;         /* of a line */
	bool is_list, alone; /* the first digest had no name: it must stay the only one */
	enum { PLAIN, SIGNIFY_BODY, SIGNED_HEAD, SIGNED_BODY, SIGNED_OVER } part;
	struct digests_line held;
	uint64_t broken_at;
	uint8_t *name; /* room for one that is unescaped */
};

static int
digests_digit(uint8_t c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
	                              : -1;
}

/* A digest at p: the number of its bytes, 0 when there is none. */
static size_t
digests_hex(const uint8_t *p, size_t n, uint8_t out[DIGESTS_MAX_BYTES])
{
	size_t digits = 0;
	while (digits < n && digests_digit(p[digits]) >= 0)
		digits++;
	if (digits % 2 != 0 || digits > 2 * DIGESTS_MAX_BYTES)
		return 0;
	for (size_t i = 0; i < digits; i += 2)
		out[i / 2] = (uint8_t)(digests_digit(p[i]) << 4 | digests_digit(p[i + 1]));
	return digits / 2;
}

static const char *
digests_by_length(size_t bytes)
{
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++)
		if (lengths[i].bytes == bytes)
			return lengths[i].algorithm;
	return NULL;
}

/* GNU escapes newlines, carriage returns and backslashes, when the line begins with one. */
static bool
digests_name(struct list *l, bool escaped, const uint8_t *p, size_t n, struct digests_line *ret)
{
	size_t out = 0;
	if (n == 0 || n > LIM_PATH_BYTES * 2 || memchr(p, '\0', n) != NULL)
		return false;
	for (size_t i = 0; i < n; i++) {
		uint8_t c = p[i];
		if (escaped && c == '\\') {
			if (++i == n)
				return false;
			c = p[i] == 'n'    ? '\n'
			    : p[i] == 'r'  ? '\r'
			    : p[i] == '\\' ? '\\'
			                   : '\0';
			if (c == '\0')
				return false;
		}
		l->name[out++] = c;
	}
	ret->name = l->name;
	ret->name_len = out;
	return out <= LIM_PATH_BYTES;
}

/* HEX NAME, HEX  NAME, HEX *NAME, HEX */
static bool
digests_gnu(struct list *l, bool escaped, const uint8_t *p, size_t n, struct digests_line *ret)
{
	ret->digest_len = digests_hex(p, n, ret->digest);
	ret->algorithm = digests_by_length(ret->digest_len);
	if (ret->algorithm == NULL)
		return false;
	p += 2 * ret->digest_len;
	n -= 2 * ret->digest_len;
	if (n == 0)
		return !escaped;
	if (*p != ' ')
		return false;
	size_t gap = n > 1 && (p[1] == ' ' || p[1] == '*') ? 2 : 1;
	return digests_name(l, escaped, p + gap, n - gap, ret);
}

/* WORD (NAME) = HEX, WORD(NAME)= HEX */
static bool
digests_bsd(struct list *l, bool escaped, const uint8_t *p, size_t n, struct digests_line *ret)
{
	const uint8_t *open = memchr(p, '(', n < 16 ? n : 16), *close = NULL;
	if (open == NULL)
		return false;
	size_t word = (size_t)(open - p) - (open > p && open[-1] == ' ');
	/* the last one: a name may hold all of this */
	for (const uint8_t *q = p + n; q > open + 1 && close == NULL; q--)
		if (q[-1] == '=')
			close = q - 1;
	if (close == NULL)
		return false;
	const uint8_t *hex = close + 1, *name_end = close - (close[-1] == ' ');
	hex += hex < p + n && *hex == ' ';
	if (name_end <= open + 1 || *--name_end != ')')
		return false;
	ret->digest_len = digests_hex(hex, (size_t)(p + n - hex), ret->digest);
	if (ret->digest_len * 2 != (size_t)(p + n - hex))
		return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (words[i].bytes == ret->digest_len && strlen(words[i].word) == word &&
		    memcmp(words[i].word, p, word) == 0) {
			ret->algorithm = words[i].algorithm;
			return digests_name(
			    l, escaped, open + 1, (size_t)(name_end - open) - 1, ret);
		}
	return false;
}

static bool
digests_parse(struct list *l, struct digests_line *ret)
{
	const uint8_t *p = l->p;
	size_t n = l->n;
	bool escaped = n > 0 && *p == '\\';
	*ret = (struct digests_line){.number = l->number, .at = l->at};
	p += escaped;
	n -= escaped;
	return !l->too_long &&
	       (digests_gnu(l, escaped, p, n, ret) || digests_bsd(l, escaped, p, n, ret));
}

/* Behind the end of a line that no window holds. */
static uint64_t
digests_skip(struct object *o, uint64_t at, uint8_t c)
{
	const uint8_t *p, *end;
	size_t n;
	while ((p = object_some(o, at, &n)) != NULL) {
		if ((end = memchr(p, c, n)) != NULL)
			return at + (uint64_t)(end - p) + 1;
		at += n;
	}
	return at;
}

/* The line at l->at, without its end; false at the end of the object. */
static bool
digests_next(struct list *l, uint64_t *ret_next)
{
	struct object *o = l->o;
	const uint8_t *p = object_some(o, l->at, &l->n), *end;
	uint64_t left = o->size_bytes - l->at;
	if (p == NULL)
		return false;
	end = memchr(p, l->end, l->n);
	if (end == NULL && l->n < left && l->n < OBJECT_WINDOW) {
		l->n = left < OBJECT_WINDOW ? (size_t)left : OBJECT_WINDOW;
		if ((p = object_get(o, l->at, l->n)) == NULL)
			return false;
		end = memchr(p, l->end, l->n);
	}
	l->too_long = end == NULL && l->n < left;
	*ret_next = l->at + l->n;
	if (end != NULL) {
		l->n = (size_t)(end - p);
		*ret_next = l->at + l->n + 1;
	} else if (l->too_long) {
		*ret_next = digests_skip(o, *ret_next, l->end);
		l->n = 0;
	}
	l->p = p;
	if (l->n > 0 && l->end == '\n' && p[l->n - 1] == '\r')
		l->n--;
	return true;
}

static bool
digests_is(const struct list *l, const char *words_)
{
	return l->n == strlen(words_) && memcmp(l->p, words_, l->n) == 0;
}

/* Lines that say nothing: blank, comments, and what a signature puts around the text. */
static bool
digests_silent(struct list *l)
{
	if (l->part == PLAIN && !l->is_list && digests_is(l, SIGNED_BEGIN)) {
		l->part = SIGNED_HEAD;
		return true;
	}
	/* signify -e: a comment, the signature, and what it signs */
	if (l->part == PLAIN && l->number == 1 && l->n >= strlen(SIGNIFY) &&
	    memcmp(l->p, SIGNIFY, strlen(SIGNIFY)) == 0) {
		l->part = SIGNIFY_BODY;
		return true;
	}
	if (l->part == SIGNIFY_BODY && l->number == 2)
		return true;
	if (l->part == SIGNED_HEAD) {
		if (l->n == 0 && !l->too_long)
			l->part = SIGNED_BODY;
		return true;
	}
	if (l->part == SIGNED_BODY && digests_is(l, SIGNED_END))
		l->part = SIGNED_OVER;
	if (l->part == SIGNED_OVER)
		return true;
	if (l->part == SIGNED_BODY && l->n >= 2 && memcmp(l->p, "- ", 2) == 0) {
		l->p += 2;
		l->n -= 2;
	}
	return !l->too_long && (l->n == 0 || *l->p == '#' || *l->p == ';');
}

static void
digests_tell(struct list *l, const struct digests_line *line)
{
	l->d->lines++;
	if (l->d->line != NULL)
		l->d->line(l->d->arg, line);
}

/* One line that says something; false when this cannot be a list. */
static bool
digests_take(struct list *l)
{
	struct digests_line line;
	bool is = digests_parse(l, &line);
	if (!l->is_list) {
		l->is_list = is;
		l->alone = is && line.name_len == 0;
		if (l->alone)
			l->held = line;
		else if (is)
			digests_tell(l, &line);
		return is;
	}
	/* digests one below the other without names are somebody's data */
	if (l->alone)
		return false;
	if (is && line.name_len > 0)
		digests_tell(l, &line);
	else if (l->d->broken++ == 0)
		l->broken_at = l->at;
	return true;
}

/* A mark of UTF-8 before the first line; and what ends a line. */
static void
digests_begin(struct list *l)
{
	size_t n;
	const uint8_t *p = object_some(l->o, 0, &n), *nul;
	l->end = '\n';
	if (p == NULL)
		return;
	if (n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0)
		l->at = 3;
	nul = memchr(p, '\0', n);
	bool zero = nul != NULL && digests_digit(p[l->at]) >= 0;
	/* every name ends so, the last one, too; in it may be what else ends lines */
	if (zero && (p = object_get(l->o, l->o->size_bytes - 1, 1)) != NULL && *p == '\0')
		l->end = '\0';
}

bool
digests_may_begin(const uint8_t *p, size_t n)
{
	if (n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0) {
		p += 3;
		n -= 3;
	}
	return n > 0 && *p != '\0' &&
	       (digests_digit(*p) >= 0 || strchr("\\#;\r\n-MSRBu", *p) != NULL);
}

enum err
digests(struct object *o, struct digests *d)
{
	struct list l = {.o = o, .d = d};
	uint64_t next = 0;
	bool list = true;
	MEM_FREE uint8_t *name = mem_alloc(LIM_PATH_BYTES * 2);
	l.name = name;
	d->lines = d->broken = 0;
	digests_begin(&l);
	for (l.number = 1; list && digests_next(&l, &next); l.at = next, l.number++)
		list = digests_silent(&l) || digests_take(&l);
	if (o->failed)
		return ERR_IO;
	d->read_bytes = list ? o->size_bytes : next;
	d->verdict = SCAN_NA;
	d->why = "";
	if (!list || !l.is_list)
		return ERR_OK;
	d->verdict = SCAN_CLEAN;
	if (l.alone)
		digests_tell(&l, &l.held);
	if (d->broken > 0) {
		d->verdict = SCAN_INVALID;
		d->why = "The list of digests has lines that are none.";
		object_find(
		    o, "checksum/line", "corruption", "high", d->why, NULL, l.broken_at);
	}
	return ERR_OK;
}
