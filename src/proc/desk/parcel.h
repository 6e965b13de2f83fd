/* SPDX-License-Identifier: ISC */
/* Documents that a session has had made and that will go to a medium together. */
#ifndef DESK_PARCEL_H
#define DESK_PARCEL_H

#include "src/proc/desk/desk.h"

struct parcel_file {
	char *path, *format; /* path: "folder/file" */
	int fd;              /* sealed */
};

struct parcel {
	struct parcel_file *files;
	size_t n;
};

/* Adds one, of which fd is duplicated, and answers; the session may be gone (NULL). */
void parcel_answer(
    struct session *, const char *folder, const char *name, const char *format, int fd);
/* NULL is fine; always returns NULL. */
struct parcel *parcel_free(struct parcel *);

#endif
