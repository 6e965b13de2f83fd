/* SPDX-License-Identifier: ISC */
#include "src/media/wtf8.h"
#include "src/media/le.h"

static size_t
wtf8_code(uint32_t c, uint8_t *out)
{
	if (c == 0 || c == '/') {
		out[0] = 0xC0;
		out[1] = (uint8_t)(0x80 | c);
		return 2;
	}
	if (c < 0x80) {
		out[0] = (uint8_t)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (uint8_t)(0xC0 | c >> 6);
		out[1] = (uint8_t)(0x80 | (c & 0x3F));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (uint8_t)(0xE0 | c >> 12);
		out[1] = (uint8_t)(0x80 | (c >> 6 & 0x3F));
		out[2] = (uint8_t)(0x80 | (c & 0x3F));
		return 3;
	}
	out[0] = (uint8_t)(0xF0 | c >> 18);
	out[1] = (uint8_t)(0x80 | (c >> 12 & 0x3F));
	out[2] = (uint8_t)(0x80 | (c >> 6 & 0x3F));
	out[3] = (uint8_t)(0x80 | (c & 0x3F));
	return 4;
}

size_t
wtf8_put(const uint8_t *units, size_t n, uint8_t *out)
{
	size_t len = 0;

	for (size_t i = 0; i < n; i++) {
		uint32_t c = le16(units + 2 * i);
		if (c >= 0xD800 && c < 0xDC00 && i + 1 < n) {
			uint32_t low = le16(units + 2 * i + 2);
			if (low >= 0xDC00 && low < 0xE000) {
				c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
				i++;
			}
		}
		len += wtf8_code(c, out + len);
	}
	return len;
}

size_t
wtf8_put_bytes(const uint8_t *bytes, size_t n, uint8_t *out)
{
	size_t len = 0;

	for (size_t i = 0; i < n; i++) {
		if (bytes[i] == 0 || bytes[i] == '/')
			len += wtf8_code(bytes[i], out + len);
		else
			out[len++] = bytes[i];
	}
	return len;
}

bool
wtf8_is_name(const uint8_t *units, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (le16(units + 2 * i) == 0 || le16(units + 2 * i) == '/')
			return false;
	return true;
}
