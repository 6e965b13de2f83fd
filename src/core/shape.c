/* SPDX-License-Identifier: ISC */
#include "src/core/shape.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/core/canon.h"
#include "src/core/sshsig.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

struct walk {
	const char *at; /* next character of the shape */
	char *path;     /* where in the value we are */
	size_t path_size;
};

static bool check_type(struct walk *, const json_t *);

bool
shape_person_ok(const char *id)
{
	size_t n = strlen(id);
	if (n == 0 || n > LIM_PERSON_ID_BYTES || id[0] < 'a' || id[0] > 'z')
		return false;
	return strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789._-") == n;
}

static bool
text_ok(const json_t *v)
{
	return json_is_string(v) && json_string_length(v) <= LIM_ENTRY_TEXT_BYTES &&
	       canon_is_text(json_string_value(v));
}

static bool
hex_ok(const json_t *v)
{
	uint8_t out[32];
	return json_is_string(v) &&
	       hex_decode(json_string_value(v), json_string_length(v), out, sizeof(out));
}

static bool
base64_ok(const json_t *v)
{
	uint8_t out[LIM_ENTRY_SIG_BYTES];
	size_t len;
	return json_is_string(v) && json_string_length(v) <= sizeof(out) &&
	       hex_b64_decode(json_string_value(v), json_string_length(v), out, &len);
}

static bool
check_scalar(char type, const json_t *v)
{
	uint8_t public[SSHSIG_PUBLIC_SIZE];
	switch (type) {
	case 's':
		return text_ok(v);
	case 'u':
		return json_is_integer(v);
	case 't':
		return json_is_boolean(v);
	case 'h':
		return hex_ok(v);
	case 'b':
		return base64_ok(v);
	case 'p':
		return json_is_string(v) && shape_person_ok(json_string_value(v));
	case 'k':
		return json_is_string(v) &&
		       sshsig_public_parse(json_string_value(v), public) == ERR_OK;
	default:
		assert(false); /* our tables hold known types only */
		return false;
	}
}

/* Moves behind one type without looking at a value. */
static void
skip_type(struct walk *w)
{
	int depth = 0;
	do {
		char c = *w->at++;
		assert(c != 0);
		if (c == '{' || c == '[')
			depth++;
		else if (c == '}' || c == ']')
			depth--;
	} while (depth > 0);
}

/* The field's name, copied; moves behind the colon. */
static void
take_name(struct walk *w, char out[LIM_CANON_KEY_BYTES + 1])
{
	size_t n = strcspn(w->at, ":");
	assert(n > 0 && n <= LIM_CANON_KEY_BYTES && w->at[n] == ':');
	memcpy(out, w->at, n);
	out[n] = 0;
	w->at += n + 1;
}

static bool
is_optional(const char *type)
{
	struct walk ahead = {type, NULL, 0};
	skip_type(&ahead);
	return *ahead.at == '?';
}

static bool
check_fields(struct walk *w, const json_t *v, char end)
{
	size_t known = 0;
	size_t base = strlen(w->path);
	while (*w->at != end) {
		char name[LIM_CANON_KEY_BYTES + 1];
		take_name(w, name);
		snprintf(
		    w->path + base, w->path_size - base, "%s%s", base > 0 ? "." : "", name);
		const json_t *field = json_object_get(v, name);
		if (field != NULL) {
			known++;
			if (!check_type(w, field))
				return false;
		} else {
			if (!is_optional(w->at))
				return false;
			skip_type(w);
		}
		w->at += *w->at == '?';
		w->at += *w->at == ' ';
		w->path[base] = 0;
	}
	if (json_object_size(v) != known) {
		snprintf(w->path + base, w->path_size - base, "%s(a field too many)",
		    base > 0 ? "." : "");
		return false;
	}
	return true;
}

static bool
check_object(struct walk *w, const json_t *v)
{
	w->at++;
	if (!json_is_object(v) || !check_fields(w, v, '}'))
		return false;
	w->at++;
	return true;
}

static bool
check_array(struct walk *w, const json_t *v)
{
	if (!json_is_array(v))
		return false;
	const char *element = w->at + 1;
	for (size_t i = 0; i < json_array_size(v); i++) {
		w->at = element;
		if (!check_type(w, json_array_get(v, i)))
			return false;
	}
	w->at = element;
	skip_type(w);
	assert(*w->at == ']');
	w->at++;
	return true;
}

static bool
check_type(struct walk *w, const json_t *v)
{
	if (*w->at == '{')
		return check_object(w, v);
	if (*w->at == '[')
		return check_array(w, v);
	return check_scalar(*w->at++, v);
}

bool
shape_check(const char *shape, const json_t *value, char *ret_field, size_t field_size)
{
	struct walk w = {shape, ret_field, field_size};
	ret_field[0] = 0;
	return json_is_object(value) && check_fields(&w, value, 0);
}
