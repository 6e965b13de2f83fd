/* SPDX-License-Identifier: ISC */
/*
 * A whole medium: its table, its volumes, everything on them, then the
 * contents in the order they lie on the medium.
 */
#ifndef MEDIA_MEDIUM_H
#define MEDIA_MEDIUM_H

#include "src/media/walk.h"

struct medium;

/*
 * fd stays the caller's.  ERR_RANGE, ERR_LIMIT or ERR_IO with ret_why, a
 * sentence part, when there is nothing to read.  Needs TZ=UTC0 (libtsk).
 */
enum err medium_open(int fd, struct medium **ret_medium, const char **ret_why);
/* NULL is fine; always returns NULL. */
struct medium *medium_close(struct medium *);

uint64_t medium_bytes(const struct medium *);
unsigned medium_sector_bytes(const struct medium *);
bool medium_write_protected(const struct medium *);
/* "none", "mbr", "gpt", "gpt (backup)". */
const char *medium_table(const struct medium *);
/* File systems that are read; regions are items. */
size_t medium_volumes(const struct medium *);
const struct volume *medium_volume(const struct medium *, size_t i);

/*
 * Sends an item for everything: first the regions (volume 0, parent 0, name
 * "v0-1" and on), then each volume.  ERR_LIMIT with ret_why, or what the
 * callback returned.
 */
enum err medium_walk(struct medium *, walk_item_fn *, void *arg, const char **ret_why);
const struct walk_totals *medium_totals(const struct medium *);

/* Each returns ERR_OK to go on; anything else stops medium_read. */
struct medium_sink {
	enum err (*begin)(void *arg, uint64_t item);
	enum err (*data)(void *arg, uint64_t item, const uint8_t *bytes, size_t n);
	enum err (*end)(void *arg, uint64_t item);
	/* begun: an object was begun and must be dropped. */
	enum err (*bad)(void *arg, uint64_t item, bool begun, const char *why, uint64_t at);
	/* Another name of an item whose bytes were sent. */
	enum err (*same)(void *arg, uint64_t item, uint64_t as);
};

/*
 * After medium_walk; at most LIM_FRAME_BYTES in one piece.  ERR_NOTFOUND when
 * the medium has gone: what was sent holds, and no file is called bad for it.
 */
enum err medium_read(struct medium *, const struct medium_sink *, void *arg);
/* Files read (links included), bytes sent, files that failed. */
struct medium_result {
	uint64_t files, bytes, unreadable;
};
const struct medium_result *medium_result(const struct medium *);
/* The medium was pulled out or died: what the walk called unreadable tells nothing. */
bool medium_gone(const struct medium *);

#endif
