/* SPDX-License-Identifier: ISC */
#include "src/core/reading.h"
#include "src/base/escape.h"
#include "src/base/limits.h"
#include "src/base/utf8.h"

#define READING_NEVER                                                                      \
	(ESCAPE_INVALID | ESCAPE_CONTROL | ESCAPE_BIDI | ESCAPE_INVISIBLE | ESCAPE_SPACE | \
	    ESCAPE_PRIVATE | ESCAPE_UNASSIGNED)

bool
reading_is_safe(const void *bytes, size_t n)
{
	const unsigned char *p = bytes;
	size_t marks = 0;
	bool more = false;
	if (n > LIM_READING_BYTES)
		return false;
	for (size_t i = 0, k; i < n; i += k) {
		uint32_t code;
		k = utf8_next(p + i, n - i, &code);
		if (k == 0 || (code != ' ' && (escape_class(code) & READING_NEVER) != 0))
			return false;
		marks = (escape_class(code) & ESCAPE_COMBINING) != 0 ? marks + 1 : 0;
		if (marks > LIM_READING_MARKS)
			return false;
		more |= code > 0x7e;
	}
	return more;
}
