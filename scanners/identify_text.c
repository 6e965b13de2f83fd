/* SPDX-License-Identifier: ISC */
/* Text, and what kind of text, by its beginning. */
#include "scanners/identify_in.h"
#include "src/base/utf8.h"

#include <string.h>
#include <strings.h>

#define JSON_MAX_DEPTH 64

/* The bytes libmagic takes for text: so that both call the same things text. */
static bool
text_is_plain(uint8_t c)
{
	return (c >= 0x20 && c != 0x7f) || (c >= 0x07 && c <= 0x0d) || c == 0x1b;
}

/* UTF-8 throughout; the last code point may be cut by the end of the window. */
static bool
text_is_utf8(const uint8_t *p, size_t n, bool whole)
{
	for (size_t i = 0; i < n;) {
		uint32_t code;
		size_t used = utf8_next(p + i, n - i, &code);
		if (used == 0)
			return !whole && n - i < 4 && p[i] >= 0xc2;
		if (used == 1 && !text_is_plain(p[i]))
			return false;
		i += used;
	}
	return true;
}

/* --- JSON: is the beginning that of a valid text? ------------------------------- */

enum json_want {
	WANT_VALUE,
	WANT_VALUE_OR_END,
	WANT_KEY,
	WANT_KEY_OR_END,
	WANT_COLON,
	WANT_COMMA
};

struct json_scan {
	const uint8_t *p, *end;
	uint8_t open[JSON_MAX_DEPTH]; /* '{' or '[' */
	size_t depth;
	enum json_want want;
	size_t values; /* complete texts at the top */
};

/* Past a string whose quote was read; false when it cannot be one. */
static bool
json_string(struct json_scan *s)
{
	for (; s->p < s->end; s->p++) {
		if (*s->p < 0x20)
			return false;
		if (*s->p == '\\')
			s->p++;
		else if (*s->p == '"') {
			s->p++;
			return true;
		}
	}
	s->p = s->end;
	return true;
}

static bool
json_scalar(struct json_scan *s)
{
	static const char *const words[] = {"true", "false", "null"};
	const uint8_t *from = s->p;
	while (s->p < s->end &&
	       strchr("+-.0123456789abcdefghijklmnopqrstuvwxyzE", *s->p) != NULL &&
	       *s->p != '\0')
		s->p++;
	size_t n = (size_t)(s->p - from);
	for (size_t i = 0; i < 3; i++)
		if (n == strlen(words[i]) ? memcmp(from, words[i], n) == 0
					  : s->p == s->end && n < strlen(words[i]) &&
						memcmp(from, words[i], n) == 0)
			return n > 0;
	for (size_t i = 0; i < n; i++)
		if (strchr("+-.0123456789eE", from[i]) == NULL)
			return false;
	return n > 0 && (*from == '-' || (*from >= '0' && *from <= '9'));
}

static bool
json_open(struct json_scan *s, uint8_t c)
{
	if (s->depth == JSON_MAX_DEPTH)
		return false;
	s->open[s->depth++] = c;
	s->want = c == '{' ? WANT_KEY_OR_END : WANT_VALUE_OR_END;
	return true;
}

static bool
json_close(struct json_scan *s, uint8_t c)
{
	bool may =
	    s->want == WANT_COMMA || s->want == WANT_KEY_OR_END || s->want == WANT_VALUE_OR_END;
	if (!may || s->depth == 0 || s->open[s->depth - 1] != (c == '}' ? '{' : '['))
		return false;
	s->depth--;
	s->want = WANT_COMMA;
	s->values += s->depth == 0;
	return true;
}

/* One token that begins with c. */
static bool
json_token(struct json_scan *s, uint8_t c)
{
	bool value = s->want == WANT_VALUE || s->want == WANT_VALUE_OR_END;
	/* the next line of a file of lines */
	if (s->depth == 0 && s->values > 0)
		value = c == '{' || c == '[';
	if (c == '{' || c == '[')
		return value && json_open(s, c);
	if (c == '}' || c == ']')
		return json_close(s, c);
	if (s->depth == 0)
		return false; /* nothing but objects and arrays at the top */
	if (c == ',' && s->want == WANT_COMMA) {
		s->want = s->open[s->depth - 1] == '{' ? WANT_KEY : WANT_VALUE;
		return true;
	}
	if (c == ':' && s->want == WANT_COLON) {
		s->want = WANT_VALUE;
		return true;
	}
	if (c == '"' && (s->want == WANT_KEY || s->want == WANT_KEY_OR_END)) {
		s->want = WANT_COLON;
		return json_string(s);
	}
	if (!value)
		return false;
	s->want = WANT_COMMA;
	if (c == '"')
		return json_string(s);
	s->p--;
	return json_scalar(s);
}

/* The number of texts: 0 when it is no JSON; a cut one counts. */
static size_t
text_json(const uint8_t *p, size_t n, bool whole)
{
	struct json_scan s = {.p = p, .end = p + n, .want = WANT_VALUE};
	while (s.p < s.end) {
		uint8_t c = *s.p++;
		if (c == ' ' || c == '\t' || c == '\n' || c == '\r')
			continue;
		if (!json_token(&s, c))
			return 0;
	}
	if (whole && s.depth > 0)
		return 0;
	return s.values + (s.depth > 0);
}

/* --- which text --------------------------------------------------------------------- */

static bool
text_begins(const uint8_t *p, size_t n, const char *word)
{
	size_t len = strlen(word);
	return n >= len && strncasecmp((const char *)p, word, len) == 0;
}

/* A Git LFS pointer: a small text that stands for the content. */
static bool
text_is_pointer(struct identify_look *l)
{
	static const char first[] = "version https://git-lfs.github.com/spec/v1\n";
	char detail[160];
	if (l->in->size_bytes >= 1024 || !identify_has(l, 0, first, sizeof(first) - 1))
		return false;
	size_t n = l->head_len - (sizeof(first) - 1);
	snprintf(detail, sizeof(detail), "%.*s", (int)(n < 150 ? n : 150),
	    (const char *)l->head + sizeof(first) - 1);
	for (char *p = detail; *p != '\0'; p++)
		if (*p == '\n')
			*p = p[1] == '\0' ? '\0' : ' ';
	identify_set(l, "lfs-pointer", "text/plain", true);
	identify_find(l, "type/lfs-pointer", "incomplete", "medium",
	    "A Git LFS pointer in place of the content", detail, 0);
	return true;
}

bool
identify_text(struct identify_look *l)
{
	const uint8_t *p = l->head;
	size_t n = l->head_len;
	bool whole = n == l->in->size_bytes;
	if (n >= 4 && ((p[0] == 0xff && p[1] == 0xfe) || (p[0] == 0xfe && p[1] == 0xff))) {
		/* a mark of UTF-16: libmagic looks at the rest */
		identify_set(l, "data", NULL, false);
		return true;
	}
	if (!text_is_utf8(p, n, whole))
		return false;
	if (text_is_pointer(l))
		return true;
	if (n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0) {
		p += 3;
		n -= 3;
	}
	l->ret->text_mime = identify_source(p, n);
	if (text_begins(p, n, "#!")) {
		identify_set(l, "script", NULL, true);
		return true;
	}
	while (n > 0 && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r')) {
		p++;
		n--;
	}
	size_t json = n > 0 && (*p == '{' || *p == '[') ? text_json(p, n, whole) : 0;
	if (text_begins(p, n, "<!doctype html") || text_begins(p, n, "<html"))
		identify_set(l, "html", "text/html", true);
	else if (text_begins(p, n, "<?xml"))
		identify_set(l, "xml", NULL, false);
	else if (json == 1)
		identify_set(l, "json", "application/json", true);
	else if (json > 1)
		identify_set(l, "json", "application/x-ndjson", true);
	else
		identify_set(l, "text", NULL, false);
	return true;
}
