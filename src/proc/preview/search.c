/* SPDX-License-Identifier: ISC */
#include "src/proc/preview/search.h"
#include "src/base/limits.h"

#include <assert.h>
#include <string.h>

#define SEARCH_BLOCK (64 << 10) /* starts looked at in one read */

bool
search_over(const struct search *s)
{
	return s->at == (s->back ? 0 : s->peek->size_bytes);
}

/* The first place of n bytes, or the last; NULL when there is none. */
static const uint8_t *
search_block(const struct search *s, const uint8_t *bytes, size_t n)
{
	const uint8_t *hit = memmem(bytes, n, s->what, s->what_len), *next = hit;
	while (s->back && next != NULL) {
		hit = next++;
		next = memmem(next, n - (size_t)(next - bytes), s->what, s->what_len);
	}
	return hit;
}

/* Places in one block, at the front or at the back of what is left. */
static enum err
search_read(struct search *s, bool *ret_found)
{
	uint8_t bytes[SEARCH_BLOCK + LIM_PREVIEW_FIND_BYTES];
	uint64_t left = s->back ? s->at : s->peek->size_bytes - s->at;
	size_t starts = left < SEARCH_BLOCK ? (size_t)left : SEARCH_BLOCK, n;
	uint64_t first = s->back ? s->at - starts : s->at;
	enum err e = peek_read(s->peek, first, bytes, starts + s->what_len - 1, &n);
	if (e != ERR_OK)
		return e;
	const uint8_t *hit = search_block(s, bytes, n);
	*ret_found = hit != NULL;
	if (hit != NULL)
		s->at = first + (uint64_t)(hit - bytes);
	else
		s->at = s->back ? first : first + starts;
	return ERR_OK;
}

enum err
search_step(struct search *s, bool *ret_found)
{
	assert(s->what_len > 0 && s->what_len <= LIM_PREVIEW_FIND_BYTES);
	bool found = false;
	if (s->at > s->peek->size_bytes)
		s->at = s->peek->size_bytes;
	for (int i = 0; i < SEARCH_STEP_BYTES / SEARCH_BLOCK && !found && !search_over(s);
	     i++) {
		enum err e = search_read(s, &found);
		if (e != ERR_OK)
			return e;
	}
	*ret_found = found;
	return ERR_OK;
}
