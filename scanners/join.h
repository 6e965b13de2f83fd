/* SPDX-License-Identifier: ISC */
/*
 * The bytes of a split set as those of one object.  The object that is looked at is all
 * parts, one behind the other.  Of most sets that is what they make.  A zip in parts is
 * not: its directory says in which part each member begins, and where in that.  So its
 * directory is written anew, as that of the one file it was cut from; everything else
 * stays as it is, and whoever opens the result judges it as any other zip.
 */
#ifndef SCANNERS_JOIN_H
#define SCANNERS_JOIN_H

#include "scanners/object.h"

struct join {
	const uint64_t *starts; /* where each part begins, and the last one ends: n + 1 */
	size_t n;               /* at least 2 */
	/* False: nobody takes any more. */
	bool (*write)(void *arg, const void *bytes, size_t n);
	void *arg;
	/* What came of it. */
	enum scan_verdict verdict; /* clean: there is one way to join them */
	const char *why;           /* a sentence of ours, "" when clean */
	uint64_t bytes;            /* of what they make */
	/* of a zip: what join_look found */
	uint64_t skip, directory_at, end_at;
	uint16_t members;
};

/* Whether the parts of a zip fit together; findings through o.  ERR_IO: it could not be read.
 */
enum err join_look(struct object *o, struct join *j);
/* Everything as it is, when it is no zip. */
void join_plain(const struct object *o, struct join *j);
/* After either, when it is clean: writes it.  ERR_CLOSED: nobody takes any more. */
enum err join_write(struct object *o, struct join *j);

#endif
