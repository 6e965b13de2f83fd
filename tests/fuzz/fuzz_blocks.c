/* links: src/media/extents src/media/blockmap src/media/fatchain src/media/runs src/base/mem */
/* SPDX-License-Identifier: ISC */
/* Extent trees and block pointers of ext, cluster chains of FAT: 60 bytes of the
 * inode or its like, then the volume. */
#include "src/media/blockmap.h"
#include "src/media/extents.h"
#include "src/media/fatchain.h"

#include <stdlib.h>
#include <string.h>

#define BLOCK    1024
#define N_BLOCKS 256

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct input {
	const uint8_t *data;
	size_t n;
};

static enum err
read_input(void *arg, uint64_t at, void *out, size_t n)
{
	const struct input *in = arg;
	memset(out, 0, n);
	if (at > N_BLOCKS * BLOCK || n > N_BLOCKS * BLOCK - at)
		abort();
	if (at < in->n)
		memcpy(out, in->data + at, in->n - at < n ? in->n - at : n);
	return ERR_OK;
}

static void
check(struct runs *r)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->v[i].addr != RUNS_HOLE &&
		    (r->v[i].addr >= N_BLOCKS || r->v[i].len > N_BLOCKS - r->v[i].addr))
			abort();
	runs_done(r);
}

static void
fuzz_chain(const uint8_t *data, const struct input *in)
{
	static const unsigned bits[] = {12, 16, 32, 64};
	struct input copy = *in;
	struct fatchain f = {.read = read_input,
	    .arg = &copy,
	    .bits = bits[data[0] & 3],
	    .table_bytes = 16384,
	    .n_clusters = 200,
	    .cluster_blocks = 1};
	uint64_t cached[256] = {0};
	struct runs r = {0};

	f.cache = malloc(256 * 4096);
	f.cached = cached;
	if (f.cache == NULL)
		abort();
	(void)fatchain_load(&f, data[1], data[2] % 201, (data[3] & 1) != 0, &r);
	check(&r);
	free(f.cache);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct runs r = {0};

	if (n < EXTENTS_ROOT_BYTES + 2)
		return 0;
	struct input in = {data + EXTENTS_ROOT_BYTES + 2, n - EXTENTS_ROOT_BYTES - 2};
	(void)extents_load(data + 2, read_input, &in, BLOCK, N_BLOCKS, &r);
	check(&r);
	(void)blockmap_load(
	    data + 2, read_input, &in, BLOCK, N_BLOCKS, (uint64_t)data[0] << data[1] % 40, &r);
	check(&r);
	fuzz_chain(data + 2, &in);
	return 0;
}
