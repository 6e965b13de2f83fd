/* SPDX-License-Identifier: ISC */
#include "src/media/layout.h"

#include <string.h>

#define LAYOUT_IV_MAX ((uint64_t)1 << 54) /* sectors: far behind the end of any medium */

static const struct {
	const char *word;
	unsigned keys; /* lengths in bytes, as a set of 1 << (length / 8) */
} layout_ciphers[LAYOUT_CIPHER__MAX] = {
    [LAYOUT_AES_XTS] = {"aes-xts", 1u << 4 | 1u << 8},
    [LAYOUT_AES_CBC] = {"aes-cbc", 1u << 2 | 1u << 3 | 1u << 4},
};

static const char *const layout_ivs[LAYOUT_IV__MAX] = {
    [LAYOUT_PLAIN] = "plain",
    [LAYOUT_PLAIN64] = "plain64",
    [LAYOUT_PLAIN64BE] = "plain64be",
    [LAYOUT_ESSIV] = "essiv:sha256",
    [LAYOUT_PLAIN64_LARGE] = "plain64-large",
    [LAYOUT_EBOIV] = "eboiv",
};

bool
layout_cipher_parse(const char *word, enum layout_cipher *ret)
{
	for (int i = 0; i < LAYOUT_CIPHER__MAX; i++) {
		if (strcmp(layout_ciphers[i].word, word) != 0)
			continue;
		*ret = (enum layout_cipher)i;
		return true;
	}
	return false;
}

bool
layout_iv_parse(const char *word, enum layout_iv *ret)
{
	for (int i = 0; i < LAYOUT_IV__MAX; i++) {
		if (strcmp(layout_ivs[i], word) != 0)
			continue;
		*ret = (enum layout_iv)i;
		return true;
	}
	return false;
}

/* --- what is possible --------------------------------------------------------- */

/* In order, apart from each other, whole sectors inside the view. */
static bool
layout_parts_ok(const struct layout *l, const struct layout_part *p, size_t n, bool moved)
{
	uint64_t end = 0;

	if (n > LIM_LAYOUT_PARTS)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (p[i].bytes == 0 || p[i].at < end || p[i].at > l->bytes ||
		    p[i].bytes > l->bytes - p[i].at)
			return false;
		if (p[i].at % l->sector_bytes != 0 || p[i].bytes % l->sector_bytes != 0)
			return false;
		end = p[i].at + p[i].bytes;
		if (!moved)
			continue;
		if (p[i].from % l->sector_bytes != 0 || p[i].from > l->bytes ||
		    p[i].bytes > l->bytes - p[i].from)
			return false;
	}
	return true;
}

static bool
layout_parts_meet(const struct layout *l)
{
	for (size_t i = 0; i < l->n_moved; i++)
		for (size_t k = 0; k < l->n_zeros; k++)
			if (l->moved[i].at < l->zeros[k].at + l->zeros[k].bytes &&
			    l->zeros[k].at < l->moved[i].at + l->moved[i].bytes)
				return true;
	return false;
}

enum err
layout_check(const struct layout *l, uint64_t partition, const char **ret_why)
{
	unsigned sector = l->sector_bytes;

	*ret_why = "its cipher is not read";
	if (l->cipher < 0 || l->cipher >= LAYOUT_CIPHER__MAX || l->iv < 0 ||
	    l->iv >= LAYOUT_IV__MAX)
		return ERR_RANGE;
	*ret_why = "its key has an impossible length";
	if (l->key_bytes % 8 != 0 || l->key_bytes > LIM_VOLUME_KEY_BYTES ||
	    (layout_ciphers[l->cipher].keys >> (l->key_bytes / 8) & 1) == 0)
		return ERR_RANGE;
	/* both encrypt the number with the key: XTS has two */
	if (l->cipher == LAYOUT_AES_XTS && (l->iv == LAYOUT_EBOIV || l->iv == LAYOUT_ESSIV))
		return ERR_RANGE;
	*ret_why = "its sectors have an impossible size";
	if (sector < 512 || sector > 4096 || (sector & (sector - 1)) != 0)
		return ERR_RANGE;
	*ret_why = "it claims bytes outside its partition";
	if (l->offset_bytes % 512 != 0 || l->offset_bytes > partition || l->bytes == 0 ||
	    l->bytes % sector != 0 || l->bytes > partition - l->offset_bytes)
		return ERR_RANGE;
	*ret_why = "its sectors have impossible numbers";
	if (l->iv_offset > LAYOUT_IV_MAX || l->bytes / 512 > LAYOUT_IV_MAX)
		return ERR_RANGE;
	if ((l->iv == LAYOUT_EBOIV || l->iv == LAYOUT_PLAIN64_LARGE) &&
	    l->iv_offset % (sector / 512) != 0)
		return ERR_RANGE;
	*ret_why = "its moved parts are impossible";
	if (!layout_parts_ok(l, l->moved, l->n_moved, true) ||
	    !layout_parts_ok(l, l->zeros, l->n_zeros, false) || layout_parts_meet(l))
		return ERR_RANGE;
	*ret_why = "";
	return ERR_OK;
}

/* --- as a message --------------------------------------------------------------- */

static bool
layout_uint(const json_t *o, const char *field, uint64_t *ret)
{
	const json_t *v = json_object_get(o, field);

	if (!json_is_integer(v) || json_integer_value(v) < 0)
		return false;
	*ret = (uint64_t)json_integer_value(v);
	return true;
}

static bool
layout_parts_parse(const json_t *list, struct layout_part *parts, size_t *ret_n, bool moved)
{
	size_t n = json_array_size(list);

	if (!json_is_array(list) || n > LIM_LAYOUT_PARTS)
		return false;
	for (size_t i = 0; i < n; i++) {
		const json_t *o = json_array_get(list, i);
		if (json_object_size(o) != (moved ? 3 : 2) ||
		    !layout_uint(o, "at", &parts[i].at) ||
		    !layout_uint(o, "bytes", &parts[i].bytes) ||
		    (moved && !layout_uint(o, "from", &parts[i].from)))
			return false;
	}
	*ret_n = n;
	return true;
}

enum err
layout_parse(const json_t *o, struct layout *ret)
{
	struct layout l = {.n_moved = 0};
	const char *cipher = json_string_value(json_object_get(o, "cipher"));
	const char *iv = json_string_value(json_object_get(o, "iv"));
	uint64_t key = 0, sector = 0;

	if (json_object_size(o) != 9 || cipher == NULL || iv == NULL ||
	    !layout_cipher_parse(cipher, &l.cipher) || !layout_iv_parse(iv, &l.iv))
		return ERR_SYNTAX;
	if (!layout_uint(o, "key_bytes", &key) || key > LIM_VOLUME_KEY_BYTES ||
	    !layout_uint(o, "sector", &sector) || sector > UINT32_MAX ||
	    !layout_uint(o, "offset", &l.offset_bytes) || !layout_uint(o, "bytes", &l.bytes) ||
	    !layout_uint(o, "iv_offset", &l.iv_offset) ||
	    !layout_parts_parse(json_object_get(o, "moved"), l.moved, &l.n_moved, true) ||
	    !layout_parts_parse(json_object_get(o, "zeros"), l.zeros, &l.n_zeros, false))
		return ERR_SYNTAX;
	l.key_bytes = (unsigned)key;
	l.sector_bytes = (unsigned)sector;
	*ret = l;
	return ERR_OK;
}

static json_t *
layout_parts_print(const struct layout_part *parts, size_t n, bool moved)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++) {
		json_t *o = json_pack("{s:I, s:I}", "at", (json_int_t)parts[i].at, "bytes",
		    (json_int_t)parts[i].bytes);
		if (moved)
			json_object_set_new(o, "from", json_integer((json_int_t)parts[i].from));
		json_array_append_new(list, o);
	}
	return list;
}

json_t *
layout_print(const struct layout *l)
{
	return json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:o, s:o}", "cipher",
	    layout_ciphers[l->cipher].word, "iv", layout_ivs[l->iv], "key_bytes",
	    (json_int_t)l->key_bytes, "sector", (json_int_t)l->sector_bytes, "offset",
	    (json_int_t)l->offset_bytes, "bytes", (json_int_t)l->bytes, "iv_offset",
	    (json_int_t)l->iv_offset, "moved", layout_parts_print(l->moved, l->n_moved, true),
	    "zeros", layout_parts_print(l->zeros, l->n_zeros, false));
}

/* --- where a byte is -------------------------------------------------------------- */

/* The part that holds `at`, or NULL; *n shrinks to what lies before the next one. */
static const struct layout_part *
layout_part(const struct layout_part *parts, size_t n_parts, uint64_t at, uint64_t *n)
{
	for (size_t i = 0; i < n_parts; i++) {
		const struct layout_part *p = &parts[i];
		if (at < p->at) { /* behind it they only lie further away */
			if (p->at - at < *n)
				*n = p->at - at;
			return NULL;
		}
		if (at - p->at < p->bytes) {
			if (p->bytes - (at - p->at) < *n)
				*n = p->bytes - (at - p->at);
			return p;
		}
	}
	return NULL;
}

bool
layout_find(
    const struct layout *l, uint64_t at, uint64_t n, uint64_t *ret_place, uint64_t *ret_n)
{
	const struct layout_part *zero = layout_part(l->zeros, l->n_zeros, at, &n);
	const struct layout_part *moved = NULL;

	if (zero == NULL)
		moved = layout_part(l->moved, l->n_moved, at, &n);
	*ret_n = n;
	*ret_place = moved != NULL ? moved->from + (at - moved->at) : at;
	return zero == NULL;
}
