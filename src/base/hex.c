/* SPDX-License-Identifier: ISC */
#include "src/base/hex.h"

#include <string.h>

void
hex_encode(const uint8_t *bytes, size_t n, char *out)
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < n; i++) {
		*out++ = digits[bytes[i] >> 4];
		*out++ = digits[bytes[i] & 15];
	}
	*out = '\0';
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

bool
hex_decode(const char *text, size_t text_len, uint8_t *out, size_t n)
{
	if (text_len / 2 != n || text_len % 2 != 0)
		return false;
	for (size_t i = 0; i < n; i++) {
		int hi = hex_digit(text[2 * i]), lo = hex_digit(text[2 * i + 1]);
		if (hi < 0 || lo < 0)
			return false;
		out[i] = (uint8_t)(hi << 4 | lo);
	}
	return true;
}

static const char b64_alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

size_t
hex_b64_encode(const uint8_t *bytes, size_t n, char *out)
{
	char *p = out;
	for (size_t i = 0; i < n; i += 3) {
		size_t left = n - i;
		uint32_t v = (uint32_t)bytes[i] << 16;
		if (left > 1)
			v |= (uint32_t)bytes[i + 1] << 8;
		if (left > 2)
			v |= bytes[i + 2];
		*p++ = b64_alphabet[v >> 18 & 63];
		*p++ = b64_alphabet[v >> 12 & 63];
		*p++ = left > 1 ? b64_alphabet[v >> 6 & 63] : '=';
		*p++ = left > 2 ? b64_alphabet[v & 63] : '=';
	}
	*p = '\0';
	return (size_t)(p - out);
}

bool
hex_b64_decode(const char *text, size_t text_len, uint8_t *out, size_t *ret_len)
{
	size_t len = 0;
	if (text_len % 4 != 0)
		return false;
	for (size_t i = 0; i < text_len; i += 4) {
		uint32_t v = 0;
		size_t pad = 0;
		for (size_t k = 0; k < 4; k++) {
			char c = text[i + k];
			const char *at = c != '\0' ? strchr(b64_alphabet, c) : NULL;
			if (c == '=' && i + 4 == text_len && k >= 2)
				pad++;
			else if (at == NULL || pad > 0)
				return false;
			v = v << 6 | (at != NULL ? (uint32_t)(at - b64_alphabet) : 0);
		}
		if ((pad == 1 && (v & 0xff) != 0) || (pad == 2 && (v & 0xffff) != 0))
			return false;
		out[len++] = (uint8_t)(v >> 16);
		if (pad < 2)
			out[len++] = (uint8_t)(v >> 8);
		if (pad < 1)
			out[len++] = (uint8_t)v;
	}
	*ret_len = len;
	return true;
}
