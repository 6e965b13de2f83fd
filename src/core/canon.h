/* SPDX-License-Identifier: ISC */
/*
 * Canonical JSON, profile CJ1 (restricted RFC 8785): the bytes that are
 * signed.  One object on one line; keys [a-z][a-z0-9_]*, at most
 * LIM_CANON_KEY_BYTES, increasing bytewise; values are strings, arrays,
 * objects, true, false and integers from 0 to 2^53-1; nesting at most
 * LIM_CANON_DEPTH, the outermost object counted.
 *
 * Stricter than RFC 8785 in one more point: U+0000 in a string is refused, so
 * that a C string is the whole string.
 */
#ifndef CORE_CANON_H
#define CORE_CANON_H

#include "src/base/buf.h"
#include "src/base/err.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CANON_UINT_MAX UINT64_C(9007199254740991) /* 2^53 - 1 */

/*
 * Accepts exactly what canon_print writes (no LF after it); 2 to
 * LIM_CANON_BYTES bytes.  ERR_LIMIT: too long; ERR_SYNTAX: not JSON, or
 * another spelling; ERR_RANGE: JSON outside the profile.  Caller json_decref()s.
 */
enum err canon_parse(const void *bytes, size_t n, json_t **ret_object);
/*
 * Appends the canonical form, without LF.  ERR_RANGE when the value is outside
 * the profile, ERR_LIMIT when the buffer ends or the form is longer than
 * LIM_CANON_BYTES; in both cases the contents of the buffer are as before.
 */
enum err canon_print(const json_t *object, struct buf *);

/*
 * Typed getters.  Absent fields, wrong types and a NULL object give NULL or
 * false, and leave ret_ untouched.  What is returned belongs to the object.
 */
const char *canon_str(const json_t *object, const char *key);
/* A string fit for display: no control, bidi control or noncharacter. */
const char *canon_text(const json_t *object, const char *key);
bool canon_uint(const json_t *object, const char *key, uint64_t *ret);
bool canon_bool(const json_t *object, const char *key, bool *ret);
/* Exactly 64 lower-case hex digits. */
bool canon_hex32(const json_t *object, const char *key, uint8_t ret[32]);
/* Base64 of at most max_bytes; caller frees ret_bytes, a NUL follows uncounted. */
bool canon_b64(const json_t *object, const char *key, size_t max_bytes, uint8_t **ret_bytes,
    size_t *ret_len);
json_t *canon_array(const json_t *object, const char *key);
json_t *canon_object(const json_t *object, const char *key);
/* True when the object has exactly these keys (names separated by one space). */
bool canon_only(const json_t *object, const char *keys);
/* The test behind canon_text, for a string from elsewhere. */
bool canon_is_text(const char *);

/* New string values; caller owns the reference. */
json_t *canon_hex_new(const uint8_t *bytes, size_t n);
json_t *canon_b64_new(const uint8_t *bytes, size_t n);

#endif
