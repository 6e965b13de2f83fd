/* SPDX-License-Identifier: ISC */
/*
 * What an object is, by its structure.  Pure and bounded: reads through a
 * callback, at most IDENTIFY_WINDOW bytes at a few places, a zip directory, a
 * pickle's opcodes; follows no reference further.
 */
#ifndef SCANNERS_IDENTIFY_H
#define SCANNERS_IDENTIFY_H

#include "src/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IDENTIFY_WINDOW   65536 /* bytes looked at, at the beginning and at the end */
#define IDENTIFY_FINDINGS 8     /* of one object, at most */
#define IDENTIFY_FACTS    4     /* of one object, at most, besides its type */

/*
 * Reads exactly n bytes at `at`; the caller of identify() promises that size is
 * right, so every failure is an error of the medium of storage.
 */
typedef bool identify_read_fn(void *arg, uint64_t at, void *out, size_t n);

struct identify_input {
	uint64_t size_bytes;
	identify_read_fn *read;
	void *arg;
};

struct identify_finding {
	const char *rule;     /* "type/eicar", ... */
	const char *class;    /* words of the finding classes */
	const char *severity; /* info, low, medium, high, critical */
	const char *title;
	char detail[256]; /* hostile bytes may be in it: not escaped yet; NUL-terminated */
	uint64_t at;      /* offset in bytes; 0 when there is none */
};

/* Something other checks, or names, are judged by. */
struct identify_fact {
	const char *key; /* static */
	char value[80];  /* printable */
};

struct identify_result {
	const char *type; /* our type name, static; never NULL; "data" when unknown */
	const char *mime; /* static; NULL: libmagic may know better ("data", "text") */
	/* Without mime: what the lines of a text say, static; NULL: only libmagic can tell. */
	const char *text_mime;
	bool certain;   /* the structure says so; false: libmagic may name the type */
	bool malicious; /* the EICAR test file */
	size_t findings;
	struct identify_finding finding[IDENTIFY_FINDINGS];
	size_t facts;
	struct identify_fact fact[IDENTIFY_FACTS];
};

/* ERR_IO when the callback failed; *ret is filled otherwise. */
enum err identify(const struct identify_input *, struct identify_result *ret);

/*
 * The MIME type of a text of which these are the first n bytes, by its lines;
 * static.  NULL when it begins like a format that libmagic has a name for.
 */
const char *identify_source(const uint8_t *bytes, size_t n);

/*
 * Our type name for a MIME type that libmagic found; NULL when we have none.
 * The string is static.
 */
const char *identify_mime_type(const char *mime);

#endif
