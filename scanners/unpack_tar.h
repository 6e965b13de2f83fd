/* SPDX-License-Identifier: ISC */
/* Tar: what the headers in front of a member say of it. */
#ifndef SCANNERS_UNPACK_TAR_H
#define SCANNERS_UNPACK_TAR_H

#include "scanners/unpack_in.h"
#include "src/base/buf.h"

struct unpack_piece {
	uint64_t at, n;
};

/* A file with holes: where its stored bytes belong. */
struct unpack_sparse {
	bool is, has_real, has_name, half; /* half: an offset without its number */
	uint64_t major, minor, real;
	struct unpack_piece *pieces;
	size_t count, cap;
};

/* From additional headers, for the next member only. */
struct unpack_more {
	struct buf path, link;
	bool pax, gnu_path, gnu_link, has_path, has_link, has_size;
	uint64_t size;
	struct unpack_sparse sparse;
};

void unpack_more_init(struct unpack_more *);
/* Frees, and is as after init. */
void unpack_more_done(struct unpack_more *);

/*
 * The records of a pax header; UNPACK_PROBLEM__MAX when they hold.  A global
 * one may say nothing of names and sizes.
 */
enum unpack_problem unpack_pax(
    struct unpack_more *, const uint8_t *bytes, size_t n, bool global);
/* One more piece of a map; the same. */
enum unpack_problem unpack_sparse_add(struct unpack_sparse *, uint64_t at, uint64_t n);
/* The map at the beginning of the data (GNU 1.0), takes from *stored. */
enum unpack_problem unpack_sparse_read(
    struct unpack_sparse *, struct unpack_flow *, uint64_t *stored);
/* Does the map hold for so many stored bytes? */
bool unpack_sparse_holds(const struct unpack_sparse *, uint64_t stored);
/* All bytes of the file, holes too, to the open member; false: they ended, or nobody wants. */
bool unpack_sparse_pass(const struct unpack_sparse *, struct unpack_flow *);

/* A number of n decimal digits. */
bool unpack_decimal(const uint8_t *text, size_t n, uint64_t *ret);

#endif
