/* SPDX-License-Identifier: ISC */
/* exFAT directories (Microsoft's exFAT specification, sections 6 and 7). */
#ifndef MEDIA_EXFATDIR_H
#define MEDIA_EXFATDIR_H

#include "src/media/entry.h"

#define EXFATDIR_SET_MAX 19 /* file, stream, 17 names */

struct exfatdir {
	bool ended;
	unsigned have, expected; /* entries of the set being collected */
	uint8_t set[EXFATDIR_SET_MAX * 32];
	unsigned extra;     /* vendor entries of the set that are skipped */
	uint8_t checked[2]; /* running checksum of the set */
	uint16_t label[15];
	size_t label_units;
};

void exfatdir_init(struct exfatdir *);
/* As fatdir_feed. */
enum err exfatdir_feed(
    struct exfatdir *, const uint8_t *bytes, size_t n, entry_fn *, void *arg);
/* After the last byte: reports a set that the directory's end cut off. */
enum err exfatdir_end(struct exfatdir *, entry_fn *, void *arg);

#endif
