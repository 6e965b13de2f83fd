/* SPDX-License-Identifier: ISC */
/* FAT12/16/32 directories: short names, long names, exactly as stored. */
#ifndef MEDIA_FATDIR_H
#define MEDIA_FATDIR_H

#include "src/media/entry.h"

#define FATDIR_ENTRY_BYTES 32
#define FATDIR_LONG_PARTS  20 /* 255 units of UTF-16 in parts of 13 */

struct fatdir {
	bool root;     /* no "." and ".." here, but the volume's label */
	bool wide;     /* FAT32: the high half of the first cluster counts */
	bool ended;    /* the end mark was seen: nothing behind it is an entry */
	uint64_t seen; /* entries fed so far */
	/* the long name being collected */
	unsigned parts, expected;
	uint8_t checksum;
	uint16_t units[FATDIR_LONG_PARTS * 13];
	uint8_t label[11]; /* of the root directory; label_len 0 when none */
	size_t label_len;
};

void fatdir_init(struct fatdir *, bool root, bool wide);
/*
 * Feeds n bytes (a multiple of 32); pieces come in the order of the directory.  Deleted
 * entries, "." and "..", and the label of the root are not reported.
 */
enum err fatdir_feed(struct fatdir *, const uint8_t *bytes, size_t n, entry_fn *, void *arg);

/* DOS date and time as seconds since 1970 without zone; false when no date. */
bool fatdir_time(uint16_t date, uint16_t time, int64_t *ret_s);

#endif
