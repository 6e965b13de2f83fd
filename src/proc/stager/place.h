/* SPDX-License-Identifier: ISC */
/*
 * Where a released name goes: the open directory it is in and its last
 * component.  Directories are opened component by component and links are
 * never followed; the directory of the last name is kept, since names come
 * sorted.
 */
#ifndef PROC_STAGER_PLACE_H
#define PROC_STAGER_PLACE_H

#include "src/base/err.h"
#include "src/base/limits.h"

#include <stddef.h>
#include <stdint.h>

struct place {
	int root;  /* the caller's */
	int dirfd; /* of the present name; root itself, or ours */
	char dir[LIM_PATH_BYTES + 1];
	char name[LIM_PATH_BYTES + 1];
};

void place_init(struct place *, int root);
void place_done(struct place *);
/*
 * Makes path (n bytes, components joined by '/') the present name: dirfd and
 * name are set.  ERR_RANGE for a path that is absolute, too long, too deep or
 * has an empty, "." or ".." component or a NUL; ERR_IO with errno.
 */
enum err place_set(struct place *, const uint8_t *path, size_t n);

#endif
