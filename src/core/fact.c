/* SPDX-License-Identifier: ISC */
#include "src/core/fact.h"
#include "src/base/escape.h"
#include "src/base/hex.h"
#include "src/base/mem.h"

#include <string.h>

static bool
fact_printable(const char *text)
{
	for (const char *p = text; *p != '\0'; p++)
		if (*p < 0x20 || *p > 0x7e)
			return false;
	return true;
}

static json_t *
fact_string(const char *text)
{
	if (fact_printable(text))
		return json_string(text);
	char *shown = escape_dup(text);
	json_t *s = json_string(shown);
	free(shown);
	return s;
}

void
fact_put(json_t *object, const char *key, json_t *value)
{
	json_object_set_new(object, key, value);
}

void
fact_text(json_t *object, const char *key, const char *text)
{
	fact_put(object, key, fact_string(text != NULL ? text : ""));
}

void
fact_uint(json_t *object, const char *key, uint64_t value)
{
	fact_put(object, key, json_integer((json_int_t)value));
}

void
fact_bool(json_t *object, const char *key, bool value)
{
	fact_put(object, key, json_boolean(value));
}

void
fact_hex(json_t *object, const char *key, const uint8_t digest[32])
{
	char hex[HEX_DIGEST_SIZE];
	hex_encode(digest, 32, hex);
	fact_put(object, key, json_string(hex));
}

json_t *
fact_value(const json_t *value)
{
	if (json_is_string(value))
		return fact_string(json_string_value(value));
	if (json_is_array(value)) {
		json_t *copy = json_array();
		for (size_t i = 0; i < json_array_size(value); i++)
			json_array_append_new(copy, fact_value(json_array_get(value, i)));
		return copy;
	}
	if (json_is_object(value)) {
		json_t *copy = json_object(), *from = (json_t *)(uintptr_t)value;
		const char *key;
		json_t *member;
		json_object_foreach (from, key, member)
			fact_put(copy, key, fact_value(member));
		return copy;
	}
	return json_deep_copy(value);
}

void
fact_copy(json_t *object, const json_t *from, const char *keys)
{
	for (const char *p = keys; *p != '\0';) {
		char key[64];
		size_t n = strcspn(p, " ");
		if (n < sizeof(key)) {
			memcpy(key, p, n);
			key[n] = '\0';
			const json_t *value = json_object_get(from, key);
			if (value != NULL)
				fact_put(object, key, fact_value(value));
		}
		p += n;
		p += strspn(p, " ");
	}
}

const char *
fact_str(const json_t *object, const char *key)
{
	const char *s = json_string_value(json_object_get(object, key));
	return s != NULL ? s : "";
}

uint64_t
fact_num(const json_t *object, const char *key)
{
	json_int_t v = json_integer_value(json_object_get(object, key));
	return v > 0 ? (uint64_t)v : 0;
}
