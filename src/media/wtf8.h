/* SPDX-License-Identifier: ISC */
/*
 * Names stored as UTF-16 units, as bytes: UTF-8, and a lone surrogate as the
 * three bytes its number would have.  One-to-one, so two different names on a
 * medium stay different.  A NUL or a slash, which no path can hold, becomes
 * the long spelling C0 80 or C0 AF, which nothing else becomes.
 */
#ifndef MEDIA_WTF8_H
#define MEDIA_WTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes that n units may need. */
#define WTF8_SIZE(n) ((n)*3)

/* units are little endian pairs of bytes; returns the length written. */
size_t wtf8_put(const uint8_t *units_le, size_t n_units, uint8_t *out);
/* True when none of the units is a NUL or a slash. */
bool wtf8_is_name(const uint8_t *units_le, size_t n_units);
/* The same rule for NUL and slash in names stored as bytes; out holds 2 * n. */
size_t wtf8_put_bytes(const uint8_t *bytes, size_t n, uint8_t *out);

#endif
