/* SPDX-License-Identifier: ISC */
/* What an officer leaves out before the contents are read. */
#include "src/base/mem.h"
#include "src/media/medium_in.h"

#include <string.h>

bool
medium_is_left_out(const struct medium *m, uint64_t item)
{
	return m->left_out != NULL && item > 0 && item <= m->n_scoped &&
	       m->left_out[item - 1] != 0;
}

/* The planned file with this id: ids grow in the plan. */
static size_t
medium_scope_find(const struct walk_plan *p, uint32_t id)
{
	size_t low = 0, high = p->n;

	while (high - low > 1) {
		size_t mid = low + (high - low) / 2;
		if (p->files[mid].id <= id)
			low = mid;
		else
			high = mid;
	}
	return low;
}

/* Of a file with several names the first one that is left is read. */
static void
medium_scope_heirs(struct medium *m)
{
	struct walk_plan *p = &m->walk.plan;
	MEM_FREE uint32_t *heir = mem_array(p->n, sizeof(*heir));

	for (size_t i = 0; i < p->n; i++) {
		struct walk_file *f = &p->files[i];
		if (f->same_as == 0 || medium_is_left_out(m, f->id) ||
		    !medium_is_left_out(m, f->same_as))
			continue;
		size_t first = medium_scope_find(p, f->same_as);
		if (heir[first] == 0)
			heir[first] = f->id;
		f->same_as = heir[first] == f->id ? 0 : heir[first];
	}
}

/* The plan without what was left out, and its totals. */
static void
medium_scope_plan(struct medium *m)
{
	struct walk_plan *p = &m->walk.plan;
	size_t n = 0;

	m->totals.files = m->totals.bytes = 0;
	for (size_t i = 0; i < p->n; i++) {
		const struct walk_file f = p->files[i];
		if (medium_is_left_out(m, f.id))
			continue;
		m->totals.files++;
		m->totals.bytes += f.same_as == 0 ? f.size_bytes : 0;
		p->files[n++] = f;
	}
	p->n = n;
}

void
medium_leave_out(struct medium *m, const uint64_t *items, size_t n)
{
	uint64_t left = 0;

	/* more items may have come since the last time */
	m->left_out = mem_resize(m->left_out, m->n_items, 1);
	if (m->n_items > m->n_scoped)
		memset(m->left_out + m->n_scoped, 0, m->n_items - m->n_scoped);
	m->n_scoped = m->n_items;
	for (size_t i = 0; i < n; i++)
		if (items[i] > 0 && items[i] <= m->n_items)
			m->left_out[items[i] - 1] = 1;
	/* parents come before what lies in them */
	for (size_t i = 0; i < m->n_items; i++) {
		if (m->parents[i] > 0 && m->left_out[m->parents[i] - 1] != 0)
			m->left_out[i] = 1;
		left += m->left_out[i] == 0;
	}
	m->totals.items = left;
	medium_scope_heirs(m);
	medium_scope_plan(m);
}

static bool
medium_is_had(const uint8_t *bits, size_t len, uint32_t id)
{
	return id > 0 && (id - 1) / 8 < len && (bits[(id - 1) / 8] & 1u << (id - 1) % 8) != 0;
}

void
medium_have(struct medium *m, const uint8_t *bits, size_t len)
{
	struct walk_plan *p = &m->walk.plan;

	for (size_t i = 0; i < p->n; i++) {
		struct walk_file *f = &p->files[i];
		if (f->had || !medium_is_had(bits, len, f->id) ||
		    (f->same_as != 0 && !medium_is_had(bits, len, f->same_as)))
			continue;
		f->had = true;
		m->totals.files--;
		m->totals.bytes -= f->same_as == 0 ? f->size_bytes : 0;
	}
}
