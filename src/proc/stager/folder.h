/* SPDX-License-Identifier: ISC */
/*
 * A directory tree of read-only files made from memory, and SHA256SUMS over
 * all of them.
 */
#ifndef PROC_STAGER_FOLDER_H
#define PROC_STAGER_FOLDER_H

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/proc/stager/share.h"

#include <stddef.h>
#include <stdint.h>

struct folder;

/* dirfd is empty and stays the caller's. */
struct folder *folder_new(int dirfd);
/* The same as an archive of tar in a buffer, which stays the caller's. */
struct folder *folder_new_packed(struct buf *);
/*
 * Makes file `path` ("name" or "dir/name"; of our own making) with these
 * bytes.  The first failure sticks and is told by folder_close.
 */
void folder_put(struct folder *, const char *path, const void *bytes, size_t n);
/*
 * Writes SHA256SUMS, makes the directories read-only, syncs the file system
 * and frees the folder.
 */
enum err folder_close(struct folder *, char why[SHARE_WHY_SIZE]);

#endif
