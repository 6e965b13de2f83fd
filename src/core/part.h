/* SPDX-License-Identifier: ISC */
/*
 * Parts of split sets, by their names.  A part says nothing by itself: it is incomplete,
 * whatever scanners say of its bytes, until the set was joined (split.h) and opened.
 */
#ifndef CORE_PART_H
#define CORE_PART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How a set was cut. */
enum part_way {
	PART_COUNTED, /* .001 */
	PART_LETTERS, /* -aa */
	PART_ZIP,     /* .z01, and .zip as the last */
	PART_RAR,     /* .part1.rar, .r00: each volume has headers of its own */
};

struct part {
	const uint8_t *set; /* how all names of the set begin */
	size_t set_len;
	size_t stem_len; /* all before the number, which no two parts have otherwise */
	unsigned number; /* from 1 */
	enum part_way way;
};

/* The last component of a raw path; by its name alone, and number 0 is one, too. */
bool part_named(const uint8_t *path, size_t path_len, struct part *ret);

/*
 * The last component of a raw path, and our type of the contents ("" when there is
 * none).  Names that only zip and RAR give count for any type; .001 and -aa only when
 * the bytes tell nothing by themselves, or are (the begin of) a container or a program.
 */
bool part_is(const uint8_t *path, size_t path_len, const char *type, struct part *ret);

/* The two halves of that, for whoever has them at different times. */
bool part_is_opaque(const char *type);
bool part_counts(const struct part *, bool opaque);

#endif
