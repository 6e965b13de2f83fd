/* SPDX-License-Identifier: ISC */
#include "src/media/runs.h"
#include "src/base/limits.h"
#include "src/base/mem.h"

static enum err
runs_append(struct runs *r, uint64_t addr, uint64_t len)
{
	struct run *last = r->n > 0 ? &r->v[r->n - 1] : NULL;
	bool hole = addr == RUNS_HOLE;

	if (last != NULL && hole == (last->addr == RUNS_HOLE) &&
	    (hole || last->addr + last->len == addr)) {
		last->len += len;
	} else {
		if (r->n >= LIM_RUNS)
			return ERR_LIMIT;
		if (r->n == r->cap) {
			r->cap = r->cap == 0 ? 4 : r->cap * 2;
			r->v = mem_resize(r->v, r->cap, sizeof(*r->v));
		}
		r->v[r->n++] = (struct run){r->end, addr, len};
	}
	r->end += len;
	r->stored += hole ? 0 : len;
	return ERR_OK;
}

enum err
runs_add(struct runs *r, uint64_t offset, uint64_t addr, uint64_t len)
{
	enum err err = ERR_OK;

	if (offset < r->end || offset > INT64_MAX || len > INT64_MAX - offset)
		return ERR_SYNTAX;
	if (addr != RUNS_HOLE && (addr > INT64_MAX || len > INT64_MAX - addr))
		return ERR_SYNTAX;
	if (offset > r->end)
		err = runs_append(r, RUNS_HOLE, offset - r->end);
	return err == ERR_OK && len > 0 ? runs_append(r, addr, len) : err;
}

const struct run *
runs_find(const struct runs *r, uint64_t offset)
{
	size_t low = 0, high = r->n;

	if (offset >= r->end)
		return NULL;
	while (high - low > 1) {
		size_t mid = low + (high - low) / 2;
		if (r->v[mid].offset <= offset)
			low = mid;
		else
			high = mid;
	}
	return &r->v[low];
}

void
runs_done(struct runs *r)
{
	free(r->v);
	*r = (struct runs){0};
}
