/* SPDX-License-Identifier: ISC */
#include "src/media/lies.h"
#include "src/base/mem.h"

#include <string.h>

#define LIES_LOOK    64 /* blocks looked at behind each start */
#define LIES_EACH    4  /* samples taken there */
#define LIES_SAMPLES 16
#define LIES_LEAST   (UINT64_C(1) << 20)

struct lies_sample {
	uint64_t at;
	uint8_t bytes[LIES_BLOCK];
};

bool
lies_is_all(const uint8_t *bytes, size_t n, uint8_t value)
{
	return n == 0 || (bytes[0] == value && memcmp(bytes, bytes + 1, n - 1) == 0);
}

/* --- it repeats itself ------------------------------------------------------------ */

static bool
lies_is_new(const struct lies_sample *s, size_t n, uint64_t at, const uint8_t *block)
{
	for (size_t i = 0; i < n; i++)
		if (s[i].at == at || memcmp(s[i].bytes, block, LIES_BLOCK) == 0)
			return false;
	return !lies_is_all(block, LIES_BLOCK, block[0]);
}

/* Samples behind one start; returns how many there are now. */
static size_t
lies_take(table_read_fn *read, void *arg, uint64_t bytes, uint64_t start, struct lies_sample *s,
    size_t n)
{
	uint8_t block[LIES_BLOCK];
	size_t most = n + LIES_EACH;

	start -= start % LIES_BLOCK;
	for (int i = 0; i < LIES_LOOK && n < most && n < LIES_SAMPLES; i++) {
		uint64_t at = start + (uint64_t)i * LIES_BLOCK;
		if (at >= bytes || bytes - at < LIES_BLOCK ||
		    read(arg, at, block, sizeof(block)) != ERR_OK)
			break;
		if (!lies_is_new(s, n, at, block))
			continue;
		s[n].at = at;
		memcpy(s[n++].bytes, block, LIES_BLOCK);
	}
	return n;
}

static bool
lies_repeats(table_read_fn *read, void *arg, uint64_t bytes, uint64_t period,
    const struct lies_sample *s, size_t n)
{
	uint8_t block[LIES_BLOCK];
	size_t compared = 0;

	for (size_t i = 0; i < n; i++) {
		if (s[i].at >= period || s[i].at + LIES_BLOCK > bytes - period) {
			if (i == 0)
				return false;
			continue;
		}
		if (read(arg, s[i].at + period, block, sizeof(block)) != ERR_OK ||
		    memcmp(block, s[i].bytes, LIES_BLOCK) != 0)
			return false;
		compared++;
	}
	return compared >= LIES_NEEDED;
}

uint64_t
lies_period(
    table_read_fn *read, void *arg, uint64_t bytes, const uint64_t *starts, size_t n_starts)
{
	static const uint64_t odd[] = {1, 3, 5, 7, 15};
	MEM_FREE struct lies_sample *s = mem_array(LIES_SAMPLES, sizeof(*s));
	size_t n = lies_take(read, arg, bytes, 0, s, 0);
	uint64_t least = 0;

	for (size_t i = 0; i < n_starts && n < LIES_SAMPLES; i++)
		n = lies_take(read, arg, bytes, starts[i], s, n);
	if (n < LIES_NEEDED)
		return 0;
	for (int k = 16; k < 56; k++) {
		for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
			uint64_t period = odd[i] << k;
			if (period >= LIES_LEAST && period < bytes &&
			    (least == 0 || period < least) &&
			    lies_repeats(read, arg, bytes, period, s, n))
				least = period;
		}
	}
	return least;
}

/* --- its end is empty ------------------------------------------------------------- */

void
lies_begin(struct lies_tail *t, uint64_t at)
{
	t->at = at;
	t->length = 0;
	t->same = true;
}

void
lies_data(struct lies_tail *t, const uint8_t *bytes, size_t n)
{
	if (n == 0)
		return;
	if (t->length == 0) {
		t->value = bytes[0];
		t->same = bytes[0] == 0x00 || bytes[0] == 0xFF;
	}
	t->length += n;
	if (t->same)
		t->same = lies_is_all(bytes, n, t->value);
}

void
lies_end(struct lies_tail *t)
{
	if (t->length == 0 || t->at == 0) /* stored nowhere of its own */
		return;
	if (!t->same) {
		t->something = true;
		t->files = t->bytes = 0;
		return;
	}
	if (t->files == 0)
		t->from = t->at;
	t->files++;
	t->bytes += t->length;
}

void
lies_other(struct lies_tail *t, uint64_t at)
{
	static const uint8_t something[] = {0, 1};
	lies_begin(t, at);
	lies_data(t, something, sizeof(something));
	lies_end(t);
}

bool
lies_is_empty(const struct lies_tail *t)
{
	return t->something && t->files >= LIES_FILES && t->bytes >= LIES_BYTES;
}
