/* SPDX-License-Identifier: ISC */
/*
 * Key files of encrypted volumes, in locked memory.  On a command line they are
 * files that it names; at the screens, which may open nothing else, files in
 * keys/volumes of the station, where an administrator puts them.
 */
#ifndef UI_KEYFILE_H
#define UI_KEYFILE_H

#include "src/ipc/secret.h"

#include <stdbool.h>

#define KEYFILE_FOLDER     "volumes" /* in keys/ of the station */
#define KEYFILE_NAME_BYTES 255
#define KEYFILE_WHY_SIZE   400

struct keyfiles {
	struct secret_file v[LIM_UNLOCK_KEY_FILES];
	size_t n;
};

/* Reads one more.  ERR_LIMIT: too many or too much; ERR_RANGE: it is empty; ERR_IO. */
enum err keyfile_add(struct keyfiles *, int fd);
/* What that error means: a sentence. */
const char *keyfile_why(enum err);
/*
 * Reads those of the station that are named, with commas between; keys_fd is
 * keys/ or -1.  False with a sentence or two, whose names are the officer's words.
 */
bool keyfile_add_named(
    struct keyfiles *, int keys_fd, const char *names, char why[KEYFILE_WHY_SIZE]);
/* Wipes. */
void keyfile_done(struct keyfiles *);

#endif
