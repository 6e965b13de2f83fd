/* SPDX-License-Identifier: ISC */
/*
 * Metadata of one volume: every name below its root becomes an item, parents
 * before their children.
 *
 * A directory is listed twice.  Whether all of it can be listed is said by its own
 * item, which is sent before its entries: so it is looked into first (walk_look).
 * Its entries become items when its turn comes (walk_list), and when they are not
 * the same ones then, that is told.
 */
#ifndef MEDIA_WALK_H
#define MEDIA_WALK_H

#include "src/base/clock.h"
#include "src/core/item.h"
#include "src/media/volume.h"

struct walk_item {
	uint64_t id;     /* from 1, in the order of finding */
	uint64_t parent; /* 0: the root of its volume */
	unsigned volume; /* 0: a region */
	const uint8_t *name;
	size_t name_len; /* 1..LIM_NAME_BYTES; never holds NUL or slash */
	enum item_kind kind;
	enum item_state state; /* READ: its bytes will be read */
	const char *why;       /* "" or why the state is not READ */
	uint64_t size_bytes;
	unsigned mode;               /* permission bits; 0 where the file system has none */
	char mtime[CLOCK_TEXT_SIZE]; /* "" when unknown */
	bool utc;                    /* false: the time has no zone */
	const uint8_t *link;
	size_t link_len;
	uint64_t links; /* names of the same file */
	uint64_t place; /* where its first byte lies in its volume; 0: nowhere of its own */
};

/* Anything but ERR_OK stops the walk, which returns it. */
typedef enum err walk_item_fn(void *arg, const struct walk_item *);

/* One file whose bytes are to be read. */
struct walk_file {
	uint64_t inum;
	uint64_t first; /* where its first byte lies: the order of reading */
	uint64_t size_bytes;
	uint64_t valid_bytes;
	uint32_t id;
	uint32_t same_as; /* another name of this item: nothing to read; or 0 */
	unsigned volume;
	bool had; /* its bytes are in the vault already */
};

struct walk_plan {
	struct walk_file *files;
	size_t n, cap;
};

struct walk_totals {
	uint64_t items, files; /* files: those that will be read, links included */
	uint64_t bytes;        /* of those, each file once */
	uint64_t unreadable;
};

struct walk {
	walk_item_fn *item;
	void *arg;
	struct walk_plan plan;
	struct walk_totals totals;
	unsigned regions;       /* sent so far */
	unsigned region_volume; /* of the next regions: an encrypted volume, or 0 */
	const char *why;        /* after ERR_LIMIT: which, static text */
};

/*
 * Walks one volume.  Damage in it becomes items; errors are only ERR_LIMIT
 * (LIM_ITEMS) and what the callback returned.
 */
enum err walk_volume(struct walk *, struct volume *);
/*
 * Sends a region: bytes no volume covers, or a volume that cannot be read.
 * Its name is "v0-<n>", its parent 0, its volume 0.
 */
enum err walk_region(struct walk *, uint64_t bytes, enum item_state, const char *why);
/* Frees the plan. */
void walk_done(struct walk *);

#endif
