/* SPDX-License-Identifier: ISC */
/* Hexadecimal and base64, both strict: one spelling for each value. */
#ifndef BASE_HEX_H
#define BASE_HEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HEX_DIGEST_SIZE 65 /* 32 bytes in hex, with NUL */

/* Writes 2 * n lower-case digits and a NUL; out holds 2 * n + 1 bytes. */
void hex_encode(const uint8_t *bytes, size_t n, char *out);
/* Exactly 2 * n lower-case digits; anything else is false. */
bool hex_decode(const char *text, size_t text_len, uint8_t *out, size_t n);

/* Bytes that hex_b64_encode writes for n input bytes, NUL included. */
#define HEX_B64_SIZE(n) (((n) + 2) / 3 * 4 + 1)
/* RFC 4648 section 4, padded, on one line; returns the length without NUL. */
size_t hex_b64_encode(const uint8_t *bytes, size_t n, char *out);
/*
 * Accepts only what hex_b64_encode writes: padding complete, unused bits
 * zero, no white space.  out holds at least text_len / 4 * 3 bytes.
 */
bool hex_b64_decode(const char *text, size_t text_len, uint8_t *out, size_t *ret_len);

#endif
