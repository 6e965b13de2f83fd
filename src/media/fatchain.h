/* SPDX-License-Identifier: ISC */
/*
 * Cluster chains of FAT12/16/32 and exFAT.  Ours, because libtsk 4.11 searches
 * a list of all clusters for each cluster: one file of 150,000 pieces keeps it
 * busy for minutes.  This is one pass whatever the chain looks like.
 */
#ifndef MEDIA_FATCHAIN_H
#define MEDIA_FATCHAIN_H

#include "src/media/runs.h"
#include "src/media/table.h"

struct fatchain {
	table_read_fn *read; /* bytes of the volume */
	void *arg;
	unsigned bits;     /* 12, 16, 32; 64 stands for exFAT */
	uint64_t table_at; /* first table, in bytes of the volume */
	uint64_t table_bytes;
	uint32_t n_clusters; /* numbered from 2 */
	uint64_t heap_block; /* where cluster 2 lies */
	unsigned cluster_blocks;
	uint64_t followed; /* links, of all chains */
	uint8_t *cache;    /* owned; see fatchain.c */
	uint64_t *cached;
};

/* ERR_SYNTAX when the numbers of the boot sector contradict each other. */
enum err fatchain_init(struct fatchain *, const uint8_t boot[512], bool exfat, unsigned bits,
    table_read_fn *, void *arg);
void fatchain_done(struct fatchain *);
/*
 * Adds the chain that begins with cluster `first`: so many clusters, or until
 * its end when clusters is 0.  contiguous: exFAT, the table does not count.
 * ERR_SYNTAX when it ends too early or leads outside (runs then holds what
 * came before), ERR_STATE when it runs in a circle among those it needs;
 * ERR_LIMIT when all chains together are longer than they can be.
 */
enum err fatchain_load(
    struct fatchain *, uint32_t first, uint64_t clusters, bool contiguous, struct runs *);

#endif
