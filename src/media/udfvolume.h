/* SPDX-License-Identifier: ISC */
/* The volume structures of UDF (ECMA-167 parts 3 and 4): from the anchor to the root. */
#ifndef MEDIA_UDFVOLUME_H
#define MEDIA_UDFVOLUME_H

#include "src/media/volume.h"

#define UDF_PARTITIONS 4   /* maps of a logical volume */
#define UDF_SPARED     512 /* packets that were moved */
#define UDF_BLOCK_MAX  4096

enum udf_tag {
	UDF_TAG_ANCHOR = 2,
	UDF_TAG_PARTITION = 5,
	UDF_TAG_LOGICAL = 6,
	UDF_TAG_END = 8,
	UDF_TAG_FILE_SET = 256,
	UDF_TAG_NAME = 257,
	UDF_TAG_FILE = 261,
	UDF_TAG_FILE_LONG = 266,
};

enum udf_map { UDF_MAP_NONE, UDF_MAP_PLAIN, UDF_MAP_SPARED, UDF_MAP_VIRTUAL, UDF_MAP_META };

struct udf_partition {
	enum udf_map map;
	uint16_t number;
	uint64_t start, blocks; /* of the partition it stands for, in blocks of the volume */

	struct udf_moved {
		uint32_t from, to; /* packets: from in the partition, to in the volume */
	} * moved;
	size_t n_moved;
	uint32_t packet_blocks;

	/* a partition that lies in a file: virtual (a table of blocks) or metadata */
	uint32_t file_block, mirror_block;
	struct runs runs;
	uint32_t *table;
	size_t n_table;
};

struct udf {
	size_t block_bytes;
	struct udf_partition parts[UDF_PARTITIONS];
	size_t n_parts;
	uint32_t root_block;
	uint16_t root_part;
	uint8_t label[128];
	bool streams;      /* that there are named streams was told */
	uint64_t followed; /* continuations of lists of blocks that were read, of all files */
};

/* ERR_SYNTAX with ret_why (may stay) when there is no valid volume. */
enum err udfvolume_open(struct volume *, struct udf *, const char **ret_why);
void udfvolume_done(struct udf *);
/*
 * Where a block of a partition lies: ret_block in the volume, and how many
 * behind it follow (at most n).  ERR_SYNTAX when outside.
 */
enum err udfvolume_place(const struct udf *, uint16_t part, uint32_t block, uint64_t n,
    uint64_t *ret_block, uint64_t *ret_n);
/* One descriptor of this tag at a block of a partition; tag 0: any file entry. */
enum err udfvolume_descriptor(struct volume *, const struct udf *, uint16_t part,
    uint32_t block, unsigned tag, uint8_t out[UDF_BLOCK_MAX]);
/* True when the tag's own sum and, where it has one, that of the rest are right. */
bool udfvolume_is_sound(const uint8_t *descriptor, size_t n);

#endif
