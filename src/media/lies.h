/* SPDX-License-Identifier: ISC */
/*
 * Media that say they are larger than they are.  Two rules, neither of which
 * an ordinary medium meets by chance:
 *
 * It repeats itself.  Blocks of 4 KiB from the beginnings of the medium and of
 * its partitions, each of more than one byte value and no two of them equal,
 * are looked for `period` bytes further on, for every period of 1, 3, 5, 7 or
 * 15 times a power of two from 1 MiB on.  Only when at least LIES_NEEDED of them could be
 * compared, the first of all among them, and every one of them is there again, the medium is
 * said to repeat itself.  (Copies of superblocks, tables and boot sectors repeat one block or a
 * few; a copy of them all, at one distance, is the medium again.)
 *
 * Its end is empty.  Files are read in the order in which they lie.  When the
 * last LIES_FILES or more of them, with LIES_BYTES or more, hold nothing but
 * one byte value, 00 or FF, and others in front of them hold something else,
 * that is said with the place where it begins.
 */
#ifndef MEDIA_LIES_H
#define MEDIA_LIES_H

#include "src/media/table.h"

#define LIES_BLOCK  4096
#define LIES_NEEDED 3
#define LIES_FILES  3
#define LIES_BYTES  (1u << 20)

/* The period with which the medium repeats itself, or 0.  starts: of its partitions. */
uint64_t lies_period(
    table_read_fn *, void *arg, uint64_t medium_bytes, const uint64_t *starts, size_t n_starts);

/* What is known of the files read last. */
struct lies_tail {
	uint64_t files, bytes; /* of one value alone, one after the other */
	uint64_t from;         /* where the first of them lies */
	bool something;        /* a file in front of them holds something */
	/* the file being read */
	uint64_t at, length;
	bool same;
	uint8_t value;
};

void lies_begin(struct lies_tail *, uint64_t at);
void lies_data(struct lies_tail *, const uint8_t *bytes, size_t n);
/* The file was read to its end. */
void lies_end(struct lies_tail *);
/* A file at this place that was read before, and holds something. */
void lies_other(struct lies_tail *, uint64_t at);
/* True when the end of the medium is empty as described. */
bool lies_is_empty(const struct lies_tail *);
/* All n bytes have this value. */
bool lies_is_all(const uint8_t *bytes, size_t n, uint8_t value);

#endif
