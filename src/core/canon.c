/* SPDX-License-Identifier: ISC */
#include "src/core/canon.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/base/utf8.h"

#include <string.h>

static enum err canon_value(const json_t *, struct buf *, unsigned depth);

static bool
canon_is_key(const char *key, size_t len)
{
	if (len < 1 || len > LIM_CANON_KEY_BYTES || key[0] < 'a' || key[0] > 'z')
		return false;
	for (size_t i = 1; i < len; i++) {
		char c = key[i];
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'))
			return false;
	}
	return true;
}

/* RFC 8785 section 3.2.2.2. */
static void
canon_add_escaped(struct buf *out, uint8_t c)
{
	static const char short_form[0x20] = {
	    ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r'};
	if (c == '"' || c == '\\')
		buf_addf(out, "\\%c", c);
	else if (short_form[c] != '\0')
		buf_addf(out, "\\%c", short_form[c]);
	else
		buf_addf(out, "\\u%04x", c);
}

static enum err
canon_string(const char *s, size_t len, struct buf *out)
{
	if (memchr(s, '\0', len) != NULL || !utf8_is_valid(s, len))
		return ERR_RANGE;
	buf_add_byte(out, '"');
	size_t from = 0;
	for (size_t i = 0; i < len; i++) {
		uint8_t c = (uint8_t)s[i];
		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		buf_add(out, s + from, i - from);
		canon_add_escaped(out, c);
		from = i + 1;
	}
	buf_add(out, s + from, len - from);
	return buf_add_byte(out, '"');
}

static int
canon_key_order(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static enum err
canon_members(const json_t *value, struct buf *out, unsigned depth)
{
	/* jansson's iterators want a mutable object and do not change it */
	json_t *object = (json_t *)(uintptr_t)value;
	size_t n = 0;
	MEM_FREE const char **keys = mem_array(json_object_size(object), sizeof(*keys));
	for (void *it = json_object_iter(object); it != NULL;
	     it = json_object_iter_next(object, it)) {
		keys[n] = json_object_iter_key(it);
		if (!canon_is_key(keys[n++], json_object_iter_key_len(it)))
			return ERR_RANGE;
	}
	qsort(keys, n, sizeof(*keys), canon_key_order);
	enum err e = buf_add_byte(out, '{');
	for (size_t i = 0; i < n && e == ERR_OK; i++) {
		buf_add(out, ",\"", i > 0 ? 2 : 0);
		buf_add(out, "\"", i > 0 ? 0 : 1);
		buf_add_str(out, keys[i]);
		buf_add(out, "\":", 2);
		e = canon_value(json_object_get(object, keys[i]), out, depth);
	}
	return e != ERR_OK ? e : buf_add_byte(out, '}');
}

static enum err
canon_elements(const json_t *array, struct buf *out, unsigned depth)
{
	enum err e = buf_add_byte(out, '[');
	for (size_t i = 0; i < json_array_size(array) && e == ERR_OK; i++) {
		if (i > 0)
			buf_add_byte(out, ',');
		e = canon_value(json_array_get(array, i), out, depth);
	}
	return e != ERR_OK ? e : buf_add_byte(out, ']');
}

/* depth: containers around this value. */
static enum err
canon_value(const json_t *value, struct buf *out, unsigned depth)
{
	bool container = json_is_object(value) || json_is_array(value);
	if (value == NULL || (container && depth >= LIM_CANON_DEPTH))
		return ERR_RANGE;
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return canon_members(value, out, depth + 1);
	case JSON_ARRAY:
		return canon_elements(value, out, depth + 1);
	case JSON_STRING:
		return canon_string(json_string_value(value), json_string_length(value), out);
	case JSON_INTEGER: {
		json_int_t i = json_integer_value(value);
		if (i < 0 || (uint64_t)i > CANON_UINT_MAX)
			return ERR_RANGE;
		return buf_addf(out, "%" JSON_INTEGER_FORMAT, i);
	}
	case JSON_TRUE:
		return buf_add_str(out, "true");
	case JSON_FALSE:
		return buf_add_str(out, "false");
	case JSON_REAL:
	case JSON_NULL:
		break;
	}
	return ERR_RANGE;
}

enum err
canon_print(const json_t *object, struct buf *out)
{
	struct buf form;
	if (!json_is_object(object))
		return ERR_RANGE;
	buf_init(&form, LIM_CANON_BYTES);
	enum err e = canon_value(object, &form, 0);
	if (e == ERR_OK)
		e = form.error;
	if (e == ERR_OK)
		e = buf_add(out, form.data, form.len);
	buf_done(&form);
	return e;
}

/* --- reading ------------------------------------------------------------------------ */

/* Bytes in our own spelling; anything else ends the reading with NULL. */
struct canon_reader {
	const char *at, *end;
};

static json_t *canon_read_value(struct canon_reader *, unsigned depth);

static bool
canon_take(struct canon_reader *r, const char *word)
{
	size_t n = strlen(word);
	if ((size_t)(r->end - r->at) < n || memcmp(r->at, word, n) != 0)
		return false;
	r->at += n;
	return true;
}

/* What stands behind a backslash, if it is what canon_add_escaped writes; 0 if not. */
static char
canon_read_escaped(struct canon_reader *r)
{
	static const char from[] = "\"\\btnfr", to[] = "\"\\\b\t\n\f\r",
			  hex[] = "0123456789abcdef";
	const char *known = r->at < r->end && *r->at != '\0' ? strchr(from, *r->at) : NULL;
	if (known != NULL) {
		r->at++;
		return to[known - from];
	}
	if (!canon_take(r, "u00") || r->end - r->at < 2 || (*r->at != '0' && *r->at != '1'))
		return 0;
	const char *low = memchr(hex, r->at[1], 16);
	if (low == NULL)
		return 0;
	char c = (char)((*r->at - '0') * 16 + (low - hex));
	r->at += 2;
	return c != '\0' && strchr(to + 2, c) == NULL ? c : 0;
}

/* A string with escapes, of which n bytes were read. */
static json_t *
canon_read_spelt(struct canon_reader *r, size_t n)
{
	MEM_FREE char *text = mem_alloc(n + (size_t)(r->end - r->at));
	memcpy(text, r->at - n, n);
	while (r->at < r->end && (uint8_t)*r->at >= 0x20) {
		char c = *r->at++;
		if (c == '"')
			return utf8_is_valid(text, n) ? json_stringn_nocheck(text, n) : NULL;
		text[n] = c == '\\' ? canon_read_escaped(r) : c;
		if (text[n++] == '\0')
			return NULL;
	}
	return NULL;
}

/* Past the quote that begins it. */
static json_t *
canon_read_string(struct canon_reader *r)
{
	const char *from = r->at;
	uint8_t high = 0;
	for (; r->at < r->end && (uint8_t)*r->at >= 0x20; r->at++) {
		size_t n = (size_t)(r->at - from);
		if (*r->at == '\\')
			return canon_read_spelt(r, n);
		if (*r->at == '"') {
			r->at++;
			return high < 0x80 || utf8_is_valid(from, n)
			           ? json_stringn_nocheck(from, n)
			           : NULL;
		}
		high |= (uint8_t)*r->at;
	}
	return NULL;
}

static json_t *
canon_read_integer(struct canon_reader *r)
{
	const char *from = r->at;
	json_int_t i = 0;
	for (; r->at < r->end && *r->at >= '0' && *r->at <= '9'; r->at++) {
		i = i * 10 + (*r->at - '0');
		if ((uint64_t)i > CANON_UINT_MAX)
			return NULL;
	}
	return r->at == from || (*from == '0' && r->at - from > 1) ? NULL : json_integer(i);
}

/* "key": increasing; the length is 0 when it is none. */
static size_t
canon_read_key(struct canon_reader *r, char key[LIM_CANON_KEY_BYTES + 1])
{
	char last[LIM_CANON_KEY_BYTES + 1];
	memcpy(last, key, sizeof(last));
	if (!canon_take(r, "\""))
		return 0;
	const char *quote = memchr(r->at, '"', (size_t)(r->end - r->at));
	size_t n = quote != NULL ? (size_t)(quote - r->at) : 0;
	if (!canon_is_key(r->at, n))
		return 0;
	memcpy(key, r->at, n);
	key[n] = '\0';
	r->at = quote + 1;
	return strcmp(key, last) > 0 && canon_take(r, ":") ? n : 0;
}

static json_t *
canon_read_object(struct canon_reader *r, unsigned depth)
{
	char key[LIM_CANON_KEY_BYTES + 1] = "";
	json_t *object = json_object();
	if (canon_take(r, "}"))
		return object;
	do {
		size_t n = canon_read_key(r, key);
		json_t *value = n > 0 ? canon_read_value(r, depth) : NULL;
		if (value == NULL || json_object_setn_new_nocheck(object, key, n, value) != 0) {
			json_decref(object);
			return NULL;
		}
	} while (canon_take(r, ","));
	if (canon_take(r, "}"))
		return object;
	json_decref(object);
	return NULL;
}

static json_t *
canon_read_array(struct canon_reader *r, unsigned depth)
{
	json_t *array = json_array();
	if (canon_take(r, "]"))
		return array;
	do {
		json_t *value = canon_read_value(r, depth);
		if (value == NULL || json_array_append_new(array, value) != 0) {
			json_decref(array);
			return NULL;
		}
	} while (canon_take(r, ","));
	if (canon_take(r, "]"))
		return array;
	json_decref(array);
	return NULL;
}

/* depth: containers around this value. */
static json_t *
canon_read_value(struct canon_reader *r, unsigned depth)
{
	char c = r->at < r->end ? *r->at : '\0';
	if ((c == '{' || c == '[') && depth < LIM_CANON_DEPTH) {
		r->at++;
		return c == '{' ? canon_read_object(r, depth + 1)
		                : canon_read_array(r, depth + 1);
	}
	if (c == '"') {
		r->at++;
		return canon_read_string(r);
	}
	if (c == 't')
		return canon_take(r, "true") ? json_true() : NULL;
	if (c == 'f')
		return canon_take(r, "false") ? json_false() : NULL;
	return canon_read_integer(r);
}

/* Why it was not read: not JSON, another spelling, or a value outside the profile. */
static enum err
canon_refuse(const void *bytes, size_t n)
{
	json_t *object = json_loadb(bytes, n, JSON_REJECT_DUPLICATES, NULL);
	struct buf form;
	buf_init(&form, LIM_CANON_BYTES);
	enum err e = object != NULL ? canon_print(object, &form) : ERR_SYNTAX;
	buf_done(&form);
	json_decref(object);
	/* JSON that is longer in our spelling than in theirs was spelt differently */
	return e == ERR_RANGE ? e : ERR_SYNTAX;
}

enum err
canon_parse(const void *bytes, size_t n, json_t **ret_object)
{
	struct canon_reader r = {bytes, (const char *)bytes + n};
	if (n > LIM_CANON_BYTES)
		return ERR_LIMIT;
	json_t *object = n > 0 && *r.at == '{' ? canon_read_value(&r, 0) : NULL;
	if (object == NULL || r.at != r.end) {
		json_decref(object);
		return canon_refuse(bytes, n);
	}
	*ret_object = object;
	return ERR_OK;
}

const char *
canon_str(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static bool
canon_is_display(uint32_t c)
{
	static const struct {
		uint32_t first, last;
	} refused[] = {
	    {0x00, 0x1f},
	    {0x7f, 0x9f},
	    {0x061c, 0x061c},
	    {0x200e, 0x200f},
	    {0x2028, 0x202e},
	    {0x2066, 0x2069},
	    {0xfdd0, 0xfdef},
	};
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		if (c >= refused[i].first && c <= refused[i].last)
			return false;
	return (c & 0xfffe) != 0xfffe;
}

bool
canon_is_text(const char *s)
{
	size_t left = strlen(s);
	while (left > 0) {
		uint32_t code;
		size_t len = utf8_next(s, left, &code);
		if (len == 0 || !canon_is_display(code))
			return false;
		s += len;
		left -= len;
	}
	return true;
}

const char *
canon_text(const json_t *object, const char *key)
{
	const char *s = canon_str(object, key);
	return s != NULL && canon_is_text(s) ? s : NULL;
}

bool
canon_uint(const json_t *object, const char *key, uint64_t *ret)
{
	const json_t *value = json_object_get(object, key);
	json_int_t i = json_integer_value(value);
	if (!json_is_integer(value) || i < 0 || (uint64_t)i > CANON_UINT_MAX)
		return false;
	*ret = (uint64_t)i;
	return true;
}

bool
canon_bool(const json_t *object, const char *key, bool *ret)
{
	const json_t *value = json_object_get(object, key);
	if (!json_is_boolean(value))
		return false;
	*ret = json_is_true(value);
	return true;
}

bool
canon_hex32(const json_t *object, const char *key, uint8_t ret[32])
{
	uint8_t bytes[32];
	const char *s = canon_str(object, key);
	if (s == NULL || !hex_decode(s, strlen(s), bytes, sizeof(bytes)))
		return false;
	memcpy(ret, bytes, sizeof(bytes));
	return true;
}

bool
canon_b64(const json_t *object, const char *key, size_t max_bytes, uint8_t **ret_bytes,
    size_t *ret_len)
{
	const char *s = canon_str(object, key);
	size_t text_len = s != NULL ? strlen(s) : 0, len;
	if (s == NULL || text_len / 4 > max_bytes / 3 + 1)
		return false;
	uint8_t *bytes = mem_alloc(text_len / 4 * 3 + 1);
	if (!hex_b64_decode(s, text_len, bytes, &len) || len > max_bytes) {
		free(bytes);
		return false;
	}
	bytes[len] = '\0';
	*ret_bytes = bytes;
	*ret_len = len;
	return true;
}

json_t *
canon_array(const json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);
	return json_is_array(value) ? value : NULL;
}

json_t *
canon_object(const json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);
	return json_is_object(value) ? value : NULL;
}

bool
canon_only(const json_t *object, const char *keys)
{
	size_t n = 0;
	while (*keys != '\0') {
		size_t len = strcspn(keys, " ");
		if (json_object_getn(object, keys, len) == NULL)
			return false;
		n++;
		keys += len + strspn(keys + len, " ");
	}
	return json_is_object(object) && json_object_size(object) == n;
}

json_t *
canon_hex_new(const uint8_t *bytes, size_t n)
{
	MEM_FREE char *text = mem_array(n + 1, 2);
	hex_encode(bytes, n, text);
	return json_stringn(text, 2 * n);
}

json_t *
canon_b64_new(const uint8_t *bytes, size_t n)
{
	MEM_FREE char *text = mem_alloc(HEX_B64_SIZE(n));
	size_t len = hex_b64_encode(bytes, n, text);
	return json_stringn(text, len);
}
