/* SPDX-License-Identifier: ISC */
/*
 * A whole medium: its table, its volumes, everything on them, then the
 * contents in the order they lie on the medium.  Every byte of it belongs to
 * the table, to a volume or to a region, and regions are items.
 */
#ifndef MEDIA_MEDIUM_H
#define MEDIA_MEDIUM_H

#include "src/media/walk.h"

struct medium;

/* While something takes long: anything but ERR_OK stops it. */
typedef enum err medium_tick_fn(void *arg, uint64_t done_bytes, uint64_t total_bytes);

/* How a medium is opened when somebody listens. */
struct medium_how {
	/*
	 * From here on work is done on the file system that begins at *offset, which
	 * has this number or will have it; NULL: on none.
	 */
	void (*at)(void *arg, unsigned volume, const uint64_t *offset);
	void *arg;
	const uint64_t *without; /* partitions that begin here are not looked into */
	size_t n_without;
};

/*
 * fd stays the caller's.  ERR_RANGE, ERR_LIMIT or ERR_IO with ret_why, a
 * sentence part, when there is nothing to read.  Needs TZ=UTC0 (libtsk).
 */
enum err medium_open(int fd, struct medium **ret_medium, const char **ret_why);
/* The same; what how points to outlives the medium. */
enum err medium_open_how(
    int fd, const struct medium_how *, struct medium **ret_medium, const char **ret_why);
/* NULL is fine; always returns NULL. */
struct medium *medium_close(struct medium *);
/* fn is called after every read that came back from the medium. */
void medium_watch(struct medium *, void (*fn)(void *arg), void *arg);

uint64_t medium_bytes(const struct medium *);
unsigned medium_sector_bytes(const struct medium *);
bool medium_write_protected(const struct medium *);
/* "none", "mbr", "gpt", "gpt (backup)". */
const char *medium_table(const struct medium *);
/* File systems that are read; regions are items. */
size_t medium_volumes(const struct medium *);
const struct volume *medium_volume(const struct medium *, size_t i);
/* Volume i was not looked into (medium_how). */
bool medium_stopped(const struct medium *, size_t i);

/* What the bytes of the medium belong to; the sum is always medium_bytes. */
struct medium_account {
	uint64_t tables, volumes, regions;
};
void medium_account(const struct medium *, struct medium_account *ret_account);

/* --- digest (medium_digest.c) -------------------------------------------------- */

/*
 * What of the medium is hashed, before it is read and after.
 *
 * metadata: SHA-256 over these pieces, each of which goes in as its offset and
 * its length (8 bytes each, little endian) and its bytes, in this order:
 *   the first MiB of the medium;
 *   the last MiB of the medium (what of it is behind the first);
 *   every place the partition table occupies, as table.h gives them;
 *   of every partition, in order of offset, the first MiB;
 * each cut at the end of the medium.  full: the whole medium as one piece.
 *
 * Of a piece that cannot be read, 64 KiB at a time, the word "unreadable"
 * goes in for its bytes.  The bytes come from the medium and not from memory,
 * as far as the kernel forgets them (image_forget).
 */
enum medium_digest {
	MEDIUM_DIGEST_NONE,
	MEDIUM_DIGEST_METADATA,
	MEDIUM_DIGEST_FULL,
	MEDIUM_DIGEST__MAX
};
#define MEDIUM_DIGEST_SIZE 80
/* "none", "metadata", "full". */
bool medium_digest_parse(const char *word, enum medium_digest *ret);
/* "none:", "metadata:<hex>" or "full:<hex>"; an error is the tick's. */
enum err medium_digest(struct medium *, enum medium_digest, medium_tick_fn *, void *arg,
    char out[MEDIUM_DIGEST_SIZE]);

/* --- metadata --------------------------------------------------------------------- */

/*
 * Sends an item for everything: first the regions (volume 0, parent 0, name
 * "v0-1" and on), then each volume.  ERR_LIMIT with ret_why, or what the
 * callback returned.
 */
enum err medium_walk(struct medium *, walk_item_fn *, void *arg, const char **ret_why);
/* Of what is left. */
const struct walk_totals *medium_totals(const struct medium *);
/* Leaves items out, and all that lies below them; after medium_walk. */
void medium_leave_out(struct medium *, const uint64_t *items, size_t n);

/*
 * Files whose bytes nobody needs again: bit n of byte n/8 for item n+1, len bytes.
 * Another name of a file is passed over only with the name that is read.
 */
void medium_have(struct medium *, const uint8_t *bits, size_t len);

/* --- contents (medium_read.c) ------------------------------------------------------ */

/* Each returns ERR_OK to go on; anything else stops medium_read, unless it says otherwise. */
struct medium_sink {
	enum err (*begin)(void *arg, uint64_t item);
	/* ERR_STATE: the item is given up. */
	enum err (*data)(void *arg, uint64_t item, const uint8_t *bytes, size_t n);
	enum err (*end)(void *arg, uint64_t item);
	/* begun: an object was begun and must be dropped. */
	enum err (*bad)(void *arg, uint64_t item, bool begun, const char *why, uint64_t at);
	/* Another name of an item whose bytes were sent. */
	enum err (*same)(void *arg, uint64_t item, uint64_t as);
	/*
	 * A region was looked through: words that follow its why.  zero: every
	 * byte of it was read and is zero; at: the byte of the medium that the
	 * words are about, or where looking ended.
	 */
	enum err (*region)(void *arg, uint64_t item, bool zero, uint64_t at, const char *why);
	/*
	 * Between two looks at the medium that send nothing; bytes: of a region, since
	 * the last one.  ERR_STATE: the item is given up.
	 */
	enum err (*tick)(void *arg, uint64_t bytes);
};

/* At most so many bytes of each region are looked at; all, unless this says otherwise. */
void medium_look_at_most(struct medium *, uint64_t bytes);
/* Bytes of regions that medium_read will look at. */
uint64_t medium_to_look(const struct medium *);

/*
 * After medium_walk; at most LIM_FRAME_BYTES in one piece.  Files and regions
 * in the order in which they begin.  ERR_NOTFOUND when the medium has gone:
 * what was sent holds, and no file is called bad for it.  What only the
 * contents tell of the whole medium is sent as one more region, to where
 * medium_walk sent its items.
 */
enum err medium_read(struct medium *, const struct medium_sink *, void *arg);
/*
 * Reads one file before all others; medium_read passes it over.  ERR_EXISTS, and
 * nothing is sent, for what medium_read has to read in its turn: another name of a
 * file, what is no file, and more than MEDIUM_FIRST of them.
 */
#define MEDIUM_FIRST 8
enum err medium_read_first(
    struct medium *, uint64_t item, const struct medium_sink *, void *arg);
/* Files read (links included), bytes sent, files that failed. */
struct medium_result {
	uint64_t files, bytes, unreadable;
};
const struct medium_result *medium_result(const struct medium *);
/* The medium was pulled out or died: what the walk called unreadable tells nothing. */
bool medium_gone(const struct medium *);

#endif
