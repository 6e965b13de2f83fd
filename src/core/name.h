/* SPDX-License-Identifier: ISC */
/*
 * Names.  What is worth saying about an item's name, judged for each item (two
 * names of the same bytes are two judgements), and the name a released file
 * bears on the share.  Pure: bytes in, findings and bytes out.
 */
#ifndef CORE_NAME_H
#define CORE_NAME_H

#include "src/base/buf.h"
#include "src/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of one component on the share, at most (NAME_MAX of Linux). */
#define NAME_DEST_BYTES 255

struct name_item {
	const uint8_t *path; /* raw, components joined by "/", no leading slash */
	size_t path_len;
	const char *kind; /* "file", "directory", ...: word of the inventory */
	const char *type; /* our type name; "" or NULL when there is none */
	const char *mime; /* the same for the MIME type */
	bool executable;  /* an executable bit is set */
};

/* One thing said.  The strings belong to name.c and last for the call. */
struct name_finding {
	const char *rule;     /* "name/bidi", "mismatch/type", ... */
	const char *class;    /* "name", "mismatch", "incomplete" or "policy" */
	const char *severity; /* "info", "low", "medium", "high" */
	const char *title;    /* a sentence of ours */
	const char *detail;   /* printable ASCII, escaped, below LIM_FINDING_TEXT; may be "" */
};

typedef void name_finding_fn(void *arg, const struct name_finding *);

/*
 * Judges the last component of the path, and the agreement of its extension
 * with the type.  Calls fn for each finding, in a fixed order.  Returns the
 * escape flags (src/base/escape.h) of the component.
 */
unsigned name_judge(const struct name_item *, name_finding_fn *fn, void *arg);

/*
 * The finding for an item whose name_fold key another item of the same
 * directory has too; other is that item's raw name, for the detail.
 */
void name_collision(const void *other, size_t other_len, name_finding_fn *fn, void *arg);

/*
 * Appends the key under which names collide on systems that ignore case or
 * normalise (NFKC with case folding, ignorable code points and trailing dots
 * and spaces left out).  One component in; equal keys in one directory collide.
 */
enum err name_fold(const void *name, size_t n, struct buf *out);

/*
 * Appends the path below files/ under which this path is released.  Each
 * component stays verbatim when it is UTF-8, at most NAME_DEST_BYTES long and
 * has only harmless code points and no backslash; else it is its escaped form,
 * which always has a backslash, so that two paths never meet.  One that is too
 * long becomes "<begin>\..{<16 hex digits of its SHA-256>}<extension>": two of
 * those can meet only by an attack on 64 bits, so whoever builds an inventory
 * refuses equal destinations.
 * ERR_RANGE, and nothing appended: an empty, "." or ".." component.
 * ERR_LIMIT: longer than LIM_PATH_BYTES.
 */
enum err name_dest(const void *path, size_t n, struct buf *out);

#endif
