/* SPDX-License-Identifier: ISC */
/*
 * The object store: one file for each digest, `ab/<sha256>`, mode 0400, below
 * the vault's directory; files being written are in `tmp`.  What was found inside
 * objects is in `inside`, for as long as it is scanned: it is let go at a word,
 * and never outlives the process.  Nothing here looks at what the objects hold.
 * All functions may be called from any thread.
 */
#ifndef PROC_VAULT_STORE_H
#define PROC_VAULT_STORE_H

#include "src/base/err.h"
#include "src/base/hex.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct store;

/* A file being written; fd is -1 when there is none. */
struct store_temp {
	int fd;
	char name[64]; /* "tmp/<tag>-<item>" */
};

struct store_space {
	uint64_t free_bytes;  /* what this user may still write */
	uint64_t floor_bytes; /* what must stay free */
	uint64_t objects;
	uint64_t bytes; /* of all objects */
};

struct store_purged {
	uint64_t objects;
	uint64_t bytes;
	uint64_t missing; /* named, but not there */
	uint64_t in_use;  /* kept again since `before`: stays */
};

/*
 * Opens the store in dirfd (duplicated), creates its directories and removes
 * what an earlier run left in tmp.  floor_bytes stay free on the disk.
 */
enum err store_open(int dirfd, uint64_t floor_bytes, struct store **ret_store);
struct store *store_free(struct store *);

/* ERR_NOSPACE when writing more_bytes would leave less than the floor. */
enum err store_room(struct store *, uint64_t more_bytes, uint64_t *ret_free_bytes);
uint64_t store_floor(const struct store *);

/* A new empty temporary file; (tag, item) must not be in use. */
enum err store_begin(struct store *, uint64_t tag, uint64_t item, struct store_temp *ret_temp);
/* Closes and removes the temporary file; nothing when there is none. */
void store_drop(struct store *, struct store_temp *);
/*
 * The room for what is inside objects: so many bytes more have to stay free than for
 * everything else, for what is still to come from media.
 */
void store_spare(struct store *, uint64_t bytes);
/* What may be written there; 0: nothing. */
uint64_t store_room_inside(struct store *);
/* The temporary file becomes the object `sha256` in `inside`; it is gone in every case. */
enum err store_keep_inside(struct store *, struct store_temp *,
    const char sha256[HEX_DIGEST_SIZE], unsigned *ret_kept);
/*
 * The desk is told of an object in `inside`, as the told-th of all it is told of in this
 * run; kept is from store_keep_inside: when it was kept again since, that is to be told, too.
 */
void store_told(
    struct store *, const char sha256[HEX_DIGEST_SIZE], unsigned kept, uint64_t told);
/*
 * Lets go of what is in `inside`, and what the desk was told of when it had heard of so many:
 * the objects of a list, one digest a line, LF after each; all of it when the list is
 * empty.  What is on its way to the desk stays.  ERR_SYNTAX, and nothing goes, when it is
 * no list.
 */
enum err store_let_go(struct store *, const char *list, size_t list_len, uint64_t told);

/*
 * The temporary file becomes the object `sha256` (64 hex digits), or goes when
 * the object is there already.  An object of another size, or one of an earlier
 * run with other bytes, was damaged (power lost before it was synced) and is
 * replaced: the bytes at hand have just been hashed.  The temporary file is gone in every case.
 */
enum err store_keep(
    struct store *, struct store_temp *, const char sha256[HEX_DIGEST_SIZE], uint64_t bytes);

/*
 * Hashes the object.  ERR_NOTFOUND when there is none; ERR_SYNTAX, and it is gone,
 * when its bytes are not those of its name.  ret_blank: it holds nothing but 00,
 * or nothing but FF.  It counts as kept now.
 */
enum err store_check(struct store *, const char *sha256, bool *ret_blank);

/*
 * A fresh descriptor for reading; caller closes.  ERR_NOTFOUND, or ERR_SYNTAX
 * when the name is not 64 lower-case hex digits.
 */
enum err store_get(struct store *, const char *sha256, int *ret_fd, uint64_t *ret_bytes);

/* Everything kept before the call is on the disk after it. */
enum err store_sync(struct store *);

/*
 * Removes the objects of a list, one digest a line, LF after each; anything
 * else is ERR_SYNTAX and nothing is removed.  Objects kept at or after
 * `before` stay.  The directories are synced.
 */
enum err store_purge(struct store *, const char *list, size_t list_len, time_t before,
    struct store_purged *ret_purged);

/* Counts the objects at the first call, keeps count afterwards. */
enum err store_space(struct store *, struct store_space *ret_space);

#endif
