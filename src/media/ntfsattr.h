/* SPDX-License-Identifier: ISC */
/*
 * Names of attributes in an NTFS file record, exactly as stored: libtsk puts
 * '^' where a byte is not to its liking.
 */
#ifndef MEDIA_NTFSATTR_H
#define MEDIA_NTFSATTR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ntfsattr {
	uint32_t type;
	uint16_t id;
	const uint8_t *units; /* UTF-16, in what was parsed */
	size_t n_units;
	bool first;      /* not the continuation of an earlier one */
	uint64_t bytes;  /* of its value, as it says (in a record) */
	uint64_t record; /* which file record holds it (in a list) */
};

/* The attribute at *at of a record whose fixups are undone; 0: the first. */
bool ntfsattr_next(const uint8_t *record, size_t n, size_t *at, struct ntfsattr *ret);
/* The same for the value of an $ATTRIBUTE_LIST; *at 0 is the first. */
bool ntfsattr_listed(const uint8_t *value, size_t n, size_t *at, struct ntfsattr *ret);
/* How long the record says its $ATTRIBUTE_LIST is; 0: it has none. */
uint64_t ntfsattr_list_bytes(const uint8_t *record, size_t n);
/*
 * True when libtsk can follow a list: it knows 255 attributes of one file and
 * 256 records, drops what is behind and mixes attributes up.
 */
bool ntfsattr_list_fits(const uint8_t *value, size_t n);

#endif
