/* SPDX-License-Identifier: ISC */
/*
 * The share as directories: what is being made is `.<name>.part` beside where
 * it will be; it becomes visible whole, by one rename, or not at all.  Names
 * are ids of transfers that the ledger knows.
 */
#ifndef PROC_STAGER_SHARE_H
#define PROC_STAGER_SHARE_H

#include "src/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SHARE_WHY_SIZE 512

struct share {
	int root, transfers, custody, reports; /* directories; the share's own descriptors */
	uint64_t floor_bytes;                  /* stays free */
};

/* rootfd is duplicated.  Makes transfers/, custody/ and reports/ where they are missing. */
enum err share_open(int rootfd, uint64_t floor_bytes, struct share *ret_share);
void share_close(struct share *);

/*
 * Whether the share can be written and has room for so many files and bytes
 * above its floor; else a sentence.
 */
enum err share_ready(const struct share *, uint64_t files, uint64_t bytes,
    uint64_t *ret_free_bytes, char why[SHARE_WHY_SIZE]);

/* Removes what an interrupted run left: every .*.part in transfers/ and custody/. */
enum err share_sweep(const struct share *);

/* dir is share->transfers or share->custody in what follows. */

/* A new empty .<name>.part, in place of a stale one; caller closes the descriptor. */
enum err share_part_new(int dir, const char *name, int *ret_fd, char why[SHARE_WHY_SIZE]);
/* Removes .<name>.part; fine when there is none. */
enum err share_part_del(int dir, const char *name);
/*
 * .<name>.part becomes <name>; never over something that is there.  ERR_EXISTS,
 * or ERR_IO where the file system cannot promise that: a rename that could
 * replace is not tried.  The directory is synced.
 */
enum err share_publish(int dir, const char *name, char why[SHARE_WHY_SIZE]);
/* .<name>.part takes the place of <name>, if any, in one step; the old one is removed. */
enum err share_swap(int dir, const char *name, char why[SHARE_WHY_SIZE]);
/* Opens <name> as a directory, no link; ERR_NOTFOUND.  Caller closes. */
enum err share_find(int dir, const char *name, int *ret_fd);

/*
 * Removes a file or a whole tree without following links, read-only
 * directories too; fine when there is none.
 */
enum err share_remove(int dir, const char *name);
/* "what: system error" as a sentence into why; ERR_NOSPACE for a full disk, else ERR_IO. */
enum err share_errno(char why[SHARE_WHY_SIZE], const char *what);

#endif
