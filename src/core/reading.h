/* SPDX-License-Identifier: ISC */
/* A name as a person reads it, beside its escaped form. */
#ifndef CORE_READING_H
#define CORE_READING_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Whether these bytes, drawn as text, show what they are: UTF-8 with letters
 * of some script, no control, direction mark, invisible or unassigned code point,
 * no odd space, not more than a few marks on one letter, at most
 * LIM_READING_BYTES.  False for what is ASCII: its escaped form reads as well.
 */
bool reading_is_safe(const void *bytes, size_t n);

#endif
