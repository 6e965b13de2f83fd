/* SPDX-License-Identifier: ISC */
#include "src/base/utf8.h"

size_t
utf8_next(const void *bytes, size_t n, uint32_t *ret_code)
{
	static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
	const uint8_t *p = bytes;
	if (n == 0)
		return 0;
	if (p[0] < 0x80) {
		*ret_code = p[0];
		return 1;
	}
	size_t len = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
	if (p[0] < 0xc2 || p[0] > 0xf4 || n < len)
		return 0;
	uint32_t code = p[0] & (0x7fu >> len);
	for (size_t i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (p[i] & 0x3f);
	}
	if (code < least[len] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		return 0;
	*ret_code = code;
	return len;
}

bool
utf8_is_valid(const void *bytes, size_t n)
{
	const uint8_t *p = bytes;
	while (n > 0) {
		uint32_t code;
		size_t len = utf8_next(p, n, &code);
		if (len == 0)
			return false;
		p += len;
		n -= len;
	}
	return true;
}
