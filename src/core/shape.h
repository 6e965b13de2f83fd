/* SPDX-License-Identifier: ISC */
/*
 * Shapes: which fields an entry's data has, written as text.
 *
 *   shape = field *( SP field )      an object with exactly these fields
 *   field = name ":" type [ "?" ]    "?" may be absent
 *   type  = "s" text   "u" integer   "t" true or false   "h" 64 hex digits
 *         | "b" base64 "p" person id "k" ssh-ed25519 public key line
 *         | "{" shape "}" | "[" type "]"
 */
#ifndef CORE_SHAPE_H
#define CORE_SHAPE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * True when the value is an object of this shape.  Else ret_field gets the
 * path of the first field that is wrong, missing or too many, as printable
 * ASCII.  The shape itself must be well-formed (our tables).
 */
bool shape_check(const char *shape, const json_t *value, char *ret_field, size_t field_size);

/* [a-z][a-z0-9._-]{0,31} */
bool shape_person_ok(const char *id);

#endif
