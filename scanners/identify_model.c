/* SPDX-License-Identifier: ISC */
/* Models in containers that others use, too, or that have no mark of their own. */
#include "scanners/identify_in.h"

#include <stdlib.h>
#include <string.h>

#define TAR_BLOCK   512
#define TAR_MEMBERS 16 /* PyTorch writes four */

/* A varint at *at, which moves on; false at the end of the head. */
static bool
model_varint(const struct identify_look *l, size_t *at, uint64_t *ret)
{
	uint64_t v = 0;
	for (unsigned shift = 0; shift <= 63 && *at < l->head_len; shift += 7) {
		uint8_t c = l->head[(*at)++];
		v |= (uint64_t)(c & 0x7f) << shift;
		if ((c & 0x80) == 0) {
			*ret = v;
			return true;
		}
	}
	return false;
}

/* SavedModel: its version 1, then graphs one behind the other, up to the end. */
bool
identify_is_saved_model(const struct identify_look *l)
{
	size_t at = 3;
	uint64_t n;
	if (!identify_has(l, 0, "\x08\1\x12", 3) || !model_varint(l, &at, &n) || n < 2)
		return false;
	uint64_t end = at + n;
	if (end < n || end > l->in->size_bytes || at >= l->head_len || l->head[at] != 0x0a)
		return false;
	/* what the graph says of itself comes first in it, and another graph behind it */
	at++;
	if (!model_varint(l, &at, &n) || n == 0 || n > end - at)
		return false;
	return end == l->in->size_bytes || end >= l->head_len || l->head[end] == 0x12;
}

bool
identify_is_torch_old(const struct identify_look *l)
{
	static const uint8_t number[15] = {0x80, 2, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9,
	    0x20, 0x6a, 0xa8, 0x50, 0x19, '.'};
	return identify_has(l, 0, number, sizeof(number));
}

bool
identify_is_torch_tar(struct identify_look *l)
{
	static const char *const names[] = {"pickle", "storages", "tensors", "sys_info"};
	uint8_t h[TAR_BLOCK];
	uint64_t at = 0;
	unsigned seen = 0;
	for (int i = 0; i < TAR_MEMBERS && identify_get(l, at, h, sizeof(h)) && h[0] != 0;
	     i++) {
		char digits[13] = "";
		memcpy(digits, h + 124, 12);
		for (unsigned k = 0; k < 4; k++)
			if (strncmp((const char *)h, names[k], 100) == 0)
				seen |= 1u << k;
		uint64_t n = strtoull(digits, NULL, 8);
		if (n > l->in->size_bytes)
			return false;
		at += TAR_BLOCK + (n + TAR_BLOCK - 1) / TAR_BLOCK * TAR_BLOCK;
	}
	return seen == 15;
}
