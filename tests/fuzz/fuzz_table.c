/* links: src/media/table src/media/table_gpt src/media/table_types src/media/probe src/media/cover src/media/wtf8 src/base/mem */
/* SPDX-License-Identifier: ISC */
/* Partition tables and magic numbers: the first sectors, then the last ones. */
#include "src/media/cover.h"
#include "src/media/probe.h"
#include "src/media/table.h"

#include <stdlib.h>

#define MEDIUM_BYTES (1u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct input {
	const uint8_t *data;
	size_t n;
};

/* The first half of the input begins the medium, the rest ends it. */
static enum err
read_input(void *arg, uint64_t at, void *out, size_t n)
{
	const struct input *in = arg;
	uint8_t *to = out;
	size_t head = in->n / 2, tail = in->n - head;

	if (at > MEDIUM_BYTES || n > MEDIUM_BYTES - at)
		return ERR_RANGE;
	for (size_t i = 0; i < n; i++) {
		uint64_t p = at + i;
		to[i] = 0;
		if (p < head)
			to[i] = in->data[p];
		else if (p >= MEDIUM_BYTES - tail)
			to[i] = in->data[head + (p - (MEDIUM_BYTES - tail))];
	}
	return ERR_OK;
}

/* Whatever a table says, each byte belongs to it, to a partition or to a gap. */
static void
check_cover(const struct table *t)
{
	struct cover c = {0};
	uint64_t bytes[COVER_KIND__MAX];

	for (size_t i = 0; i < t->n_places; i++)
		cover_add(&c, COVER_TABLE, t->places[i].offset_bytes, t->places[i].bytes);
	for (size_t i = 0; i < t->n; i++)
		cover_add(&c, t->extents[i].partition ? COVER_VOLUME : COVER_REGION,
		    t->extents[i].offset_bytes, t->extents[i].bytes);
	cover_count(&c, MEDIUM_BYTES, bytes);
	if (bytes[COVER_NONE] != 0 || t->n_notes > TABLE_NOTES)
		abort();
	cover_done(&c);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct input in = {data, n < MEDIUM_BYTES ? n : MEDIUM_BYTES};
	enum probe_kind kinds[PROBE_KIND__MAX];
	struct table t;

	(void)probe_volume(read_input, &in, 0, MEDIUM_BYTES, kinds);
	if (table_parse(read_input, &in, MEDIUM_BYTES, 512, &t) != ERR_OK)
		return 0;
	for (size_t i = 0; i < t.n; i++)
		if (t.extents[i].offset_bytes > MEDIUM_BYTES ||
		    t.extents[i].bytes > MEDIUM_BYTES - t.extents[i].offset_bytes)
			abort();
	check_cover(&t);
	table_done(&t);
	(void)table_is_nested(read_input, &in, 0, MEDIUM_BYTES, 512);
	return 0;
}
