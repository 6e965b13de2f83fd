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
	const char *path; /* where it has to stay; borrowed; NULL: not looked at */
	int broken;       /* errno of one that could not be opened; then the others are -1 */
};

/* rootfd is duplicated.  Makes transfers/, custody/ and reports/ where they are missing. */
enum err share_open(int rootfd, uint64_t floor_bytes, struct share *ret_share);
void share_close(struct share *);

/*
 * Whether the share is there and is what it was when it was opened: not
 * unmounted, moved or replaced; else ERR_STATE and a sentence.
 */
enum err share_there(const struct share *, char why[SHARE_WHY_SIZE]);
/*
 * share_there, and whether it can be written, keeps modes, tells upper from
 * lower case and has room for so many files and bytes
 * above its floor; else a sentence.
 */
enum err share_ready(const struct share *, uint64_t files, uint64_t bytes,
    uint64_t *ret_free_bytes, char why[SHARE_WHY_SIZE]);

/* Removes what an interrupted run left: every .*.part in transfers/ and custody/. */
enum err share_sweep(const struct share *);
/* The same in one directory. */
enum err share_sweep_dir(int dir);

/* dir is share->transfers or share->custody in what follows. */

/* A new empty .<name>.part, in place of a stale one; caller closes the descriptor. */
enum err share_part_new(int dir, const char *name, int *ret_fd, char why[SHARE_WHY_SIZE]);
/* Removes .<name>.part; fine when there is none. */
enum err share_part_del(int dir, const char *name);
/*
 * .<name>.part, a directory, becomes <name>; never over something that is
 * there: ERR_EXISTS.  The directory is synced.  Where the file system has no
 * rename that refuses to replace (NFS), it is looked whether there is something
 * first; what could come between is an empty directory, for a rename puts a
 * directory over nothing else.
 */
enum err share_publish(int dir, const char *name, char why[SHARE_WHY_SIZE]);
/*
 * .<name>.part takes the place of <name>, if any, in one step; the old one is
 * removed.  Where the file system cannot exchange two names it is two steps, and
 * a crash between them leaves no <name>.
 */
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
