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

enum err
canon_parse(const void *bytes, size_t n, json_t **ret_object)
{
	if (n > LIM_CANON_BYTES)
		return ERR_LIMIT;
	json_t *object = json_loadb(bytes, n, JSON_REJECT_DUPLICATES, NULL);
	if (object == NULL)
		return ERR_SYNTAX;
	struct buf form;
	buf_init(&form, LIM_CANON_BYTES);
	enum err e = canon_print(object, &form);
	/* JSON that is longer in our spelling than in theirs was spelt differently */
	if (e == ERR_LIMIT ||
	    (e == ERR_OK && (form.len != n || memcmp(form.data, bytes, n) != 0)))
		e = ERR_SYNTAX;
	buf_done(&form);
	if (e == ERR_OK)
		*ret_object = object;
	else
		json_decref(object);
	return e;
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
