/* SPDX-License-Identifier: ISC */
#include "src/media/cover.h"
#include "src/base/mem.h"

void
cover_add(struct cover *c, enum cover_kind kind, uint64_t offset, uint64_t bytes)
{
	if (bytes == 0)
		return;
	if (c->n == c->cap) {
		c->cap = c->cap == 0 ? 32 : c->cap * 2;
		c->parts = mem_resize(c->parts, c->cap, sizeof(*c->parts));
	}
	c->parts[c->n++] = (struct cover_part){offset, bytes, kind};
}

static uint64_t
cover_end(const struct cover_part *p)
{
	return p->bytes > UINT64_MAX - p->offset_bytes ? UINT64_MAX
	                                               : p->offset_bytes + p->bytes;
}

/* What the byte at `at` belongs to, and the next byte where that may be something else. */
static enum cover_kind
cover_at(const struct cover *c, uint64_t at, uint64_t *ret_next)
{
	enum cover_kind best = COVER_NONE;

	for (size_t i = 0; i < c->n; i++) {
		const struct cover_part *p = &c->parts[i];
		uint64_t end = cover_end(p);
		if (p->offset_bytes > at) {
			if (p->offset_bytes < *ret_next)
				*ret_next = p->offset_bytes;
		} else if (end > at) {
			if (end < *ret_next)
				*ret_next = end;
			if (p->kind < best)
				best = p->kind;
		}
	}
	return best;
}

void
cover_count(const struct cover *c, uint64_t medium_bytes, uint64_t ret_bytes[COVER_KIND__MAX])
{
	for (int k = 0; k < COVER_KIND__MAX; k++)
		ret_bytes[k] = 0;
	for (uint64_t at = 0, next; at < medium_bytes; at = next) {
		next = medium_bytes;
		enum cover_kind kind = cover_at(c, at, &next);
		ret_bytes[kind] += next - at;
	}
}

void
cover_done(struct cover *c)
{
	free(c->parts);
	*c = (struct cover){0};
}
