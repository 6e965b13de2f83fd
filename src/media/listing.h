/* SPDX-License-Identifier: ISC */
/* The names in one directory of any file system, from its raw bytes. */
#ifndef MEDIA_LISTING_H
#define MEDIA_LISTING_H

#include "src/media/content.h"
#include "src/media/entry.h"

/*
 * Reports every live entry of a directory (inum and size as content_open has
 * them) but "." and "..".  Damage does
 * not end it: what can be found is reported and ret_why tells (NULL: none).
 * Returns only what the callback returned.
 */
enum err listing_run(struct volume *, uint64_t inum, uint64_t size_bytes, entry_fn *, void *arg,
    const char **ret_why);
/* Puts the volume's own name into v->label. */
void listing_label(struct volume *);

/* --- for families -------------------------------------------------------------- */

#define LISTING_PIECE_BYTES 65536
#define LISTING_DAMAGED     "its list of names is damaged: some may be missing"

struct listing {
	struct volume *v;
	uint64_t inum;
	bool root;
	entry_fn *fn;
	void *arg;
	enum err err;    /* what the callback returned */
	const char *why; /* first damage */
	uint8_t *buf;    /* LISTING_PIECE_BYTES */
};

void listing_damage(struct listing *, const char *why);
/* What the parsers call (arg is the listing): remembers an error of the callback. */
enum err listing_entry(void *arg, const struct entry *);
/* Next piece of the directory into buf; false at its end or when something broke. */
bool listing_piece(struct listing *, struct content *, size_t *ret_n);

#endif
