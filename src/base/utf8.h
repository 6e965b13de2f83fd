/* SPDX-License-Identifier: ISC */
/* UTF-8, strict (RFC 3629): no surrogates, no long spellings, at most U+10FFFF. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of the first code point, 1 to 4; 0 when n is 0 or the bytes are not UTF-8. */
size_t utf8_next(const void *bytes, size_t n, uint32_t *ret_code);
bool utf8_is_valid(const void *bytes, size_t n);

#endif
