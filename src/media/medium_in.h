/* SPDX-License-Identifier: ISC */
/* What the files of medium.h share. */
#ifndef MEDIA_MEDIUM_IN_H
#define MEDIA_MEDIUM_IN_H

#include "src/media/lies.h"
#include "src/media/medium.h"

/* Found while opening, sent by medium_walk. */
struct medium_region {
	uint64_t offset_bytes, bytes; /* bytes 0: a word about the medium, no place */
	uint32_t id;                  /* of its item; 0: not sent (yet) */
	enum item_state state;
	unsigned volume; /* which it stands for until that is opened; or 0 */
	bool look;       /* nothing says what is in it: medium_read looks through it */
	bool gone; /* a volume was opened in its place: it is no item and no bytes any more */
	char why[240];
};

/* Where the volume of the same index lies, and how much of that it covers. */
struct medium_span {
	uint64_t offset_bytes, bytes;
	bool locked;  /* not opened: its bytes are those of region */
	bool stopped; /* and never to be: a reader stopped on it */
	size_t region;
};

struct medium {
	struct image *image;
	struct medium_how how;
	unsigned at; /* the volume that work is done on, as was told; 0: none */
	struct table table;
	struct volume *volumes; /* LIM_VOLUMES of them at most */
	struct medium_span spans[LIM_VOLUMES];
	struct image *views[LIM_VOLUMES]; /* of volumes that were unlocked */
	bool vendor;                      /* a stick encrypted by its maker was told of */
	size_t n_volumes;
	struct medium_region *regions;
	size_t n_regions, cap_regions;
	struct walk walk;
	struct medium_result result;

	/* items: who listens, what lies in what, what was left out */
	walk_item_fn *item;
	void *item_arg;
	uint32_t *parents; /* by id - 1 */
	uint8_t *left_out; /* by id - 1, n_scoped of them; NULL: nothing was left out */
	size_t n_items, cap_items, n_scoped;
	struct walk_totals totals;

	uint64_t look_bytes; /* of each region */
	struct medium_first {
		uint32_t id;
		bool good;
	} first[MEDIUM_FIRST]; /* read before the others */
	size_t n_first;
	struct lies_tail tail;
};

/* Adds a region; returns its index. */
size_t medium_region_add(struct medium *, uint64_t offset_bytes, uint64_t bytes,
    enum item_state, const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/* Says what work is done on from here on: volume 0 is none. */
void medium_at(struct medium *, unsigned volume, uint64_t offset_bytes);
/* Sends the regions that were not sent yet. */
enum err medium_walk_regions(struct medium *);
/* True when an officer left the item, or what it lies in, out. */
bool medium_is_left_out(const struct medium *, uint64_t item);
/* Reads through one region, and says what is in it. */
enum err medium_look(struct medium *, struct medium_region *, const struct medium_sink *,
    void *arg, uint8_t *buf);

#endif
