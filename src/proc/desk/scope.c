/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/scope.h"
#include "src/base/mem.h"

#include <stdlib.h>

struct scope_item {
	/* after scope_sum with what is below and not left out by itself */
	uint64_t bytes, saved;
	uint32_t parent, files, below;
	uint8_t kind; /* enum scope_kind */
	bool there, out;
};

/* Where the sorting looks: qsort(3) has no argument of its own. */
struct scope_row {
	uint64_t id, bytes;
};

struct scope {
	struct scope_item *items; /* by number; 0 is what lies at the top */
	size_t n, cap;
	size_t nout;
	struct scope_row *rows; /* of the folder that was listed last, in order; or NULL */
	size_t nrows;
	uint64_t rows_of;
};

struct scope *
scope_new(void)
{
	struct scope *s = mem_alloc(sizeof(*s));
	s->cap = 1024;
	s->items = mem_array(s->cap, sizeof(*s->items));
	s->n = 1;
	return s;
}

struct scope *
scope_free(struct scope *s)
{
	if (s != NULL) {
		free(s->items);
		free(s->rows);
	}
	free(s);
	return NULL;
}

/* What is below has another weight: the list is made anew. */
static void
scope_forget(struct scope *s)
{
	free(s->rows);
	s->rows = NULL;
}

void
scope_add(struct scope *s, uint64_t id, uint64_t parent, enum scope_kind kind, uint64_t bytes,
    uint64_t saved)
{
	if (id == 0 || id > LIM_ITEMS)
		return;
	while (id >= s->cap) {
		s->items = mem_resize(s->items, s->cap * 2, sizeof(*s->items));
		s->cap *= 2;
	}
	for (; s->n <= id; s->n++)
		s->items[s->n] = (struct scope_item){.there = false};
	scope_forget(s);
	bool known = parent < id && s->items[parent].there;
	s->items[id] = (struct scope_item){.bytes = kind == SCOPE_FILE ? bytes : 0,
	    .saved = kind == SCOPE_FILE ? saved : 0,
	    .parent = known ? (uint32_t)parent : 0,
	    .files = kind == SCOPE_FILE,
	    .kind = (uint8_t)kind,
	    .there = true};
}

void
scope_sum(struct scope *s)
{
	/* a parent has a lower number */
	for (size_t i = s->n - 1; i > 0; i--) {
		const struct scope_item *it = &s->items[i];
		struct scope_item *up = &s->items[it->parent];
		if (!it->there || it->parent == 0)
			continue;
		up->bytes += it->bytes;
		up->saved += it->saved;
		up->files += it->files;
		up->below += it->below + 1;
	}
}

static const struct scope_item *
scope_find(const struct scope *s, uint64_t id)
{
	return id > 0 && id < s->n && s->items[id].there ? &s->items[id] : NULL;
}

struct scope_weight
scope_weight(const struct scope *s, uint64_t id)
{
	const struct scope_item *it = scope_find(s, id);
	return it != NULL ? (struct scope_weight){it->files, it->bytes, it->saved, it->below}
	                  : (struct scope_weight){0};
}

uint64_t
scope_out(const struct scope *s, uint64_t id)
{
	for (const struct scope_item *it = scope_find(s, id); it != NULL;
	     id = it->parent, it = scope_find(s, id))
		if (it->out)
			return id;
	return 0;
}

/* --- left out ------------------------------------------------------------------------ */

static bool
scope_is_in(const struct scope *s, uint64_t id, uint64_t folder)
{
	while (id > folder)
		id = s->items[id].parent;
	return id == folder;
}

/* Takes an item's weight from the folders it is in, or gives it back. */
static void
scope_move(struct scope *s, uint64_t id, bool out)
{
	const struct scope_item *it = &s->items[id];
	uint32_t sign = out ? UINT32_MAX : 1; /* as a number without a sign: -1 */
	uint64_t bytes = out ? 0 - it->bytes : it->bytes;
	uint64_t saved = out ? 0 - it->saved : it->saved;
	for (uint64_t up = it->parent; up != 0; up = s->items[up].parent) {
		s->items[up].bytes += bytes;
		s->items[up].saved += saved;
		s->items[up].files += it->files * sign;
		s->items[up].below += (it->below + 1) * sign;
	}
	s->items[id].out = out;
	/* those beside it weigh what they did */
	if (it->parent != s->rows_of)
		scope_forget(s);
	s->nout += out ? 1 : (size_t)-1;
}

enum err
scope_leave(struct scope *s, uint64_t id)
{
	const struct scope_item *it = scope_find(s, id);
	size_t within = 0;
	if (it == NULL || it->kind == SCOPE_OTHER)
		return ERR_NOTFOUND;
	if (it->kind == SCOPE_FILE)
		return scope_leave_apart(s, id);
	if (scope_out(s, id) != 0)
		return ERR_EXISTS;
	/* what is below has a higher number */
	for (size_t i = id + 1; s->nout > 0 && i < s->n; i++)
		within += s->items[i].out && scope_is_in(s, i, id);
	if (s->nout - within >= LIM_SCOPE)
		return ERR_LIMIT;
	for (size_t i = id + 1; within > 0 && i < s->n; i++)
		if (s->items[i].out && scope_is_in(s, i, id)) {
			scope_move(s, i, false);
			within--;
		}
	scope_move(s, id, true);
	return ERR_OK;
}

enum err
scope_leave_apart(struct scope *s, uint64_t id)
{
	const struct scope_item *it = scope_find(s, id);
	if (it == NULL || it->kind == SCOPE_OTHER)
		return ERR_NOTFOUND;
	if (scope_out(s, id) != 0)
		return ERR_EXISTS;
	if (s->nout >= LIM_SCOPE)
		return ERR_LIMIT;
	scope_move(s, id, true);
	return ERR_OK;
}

enum err
scope_take(struct scope *s, uint64_t id)
{
	const struct scope_item *it = scope_find(s, id);
	if (it == NULL || !it->out)
		return ERR_NOTFOUND;
	scope_move(s, id, false);
	return ERR_OK;
}

/* One byte for each item: kept itself, or something in it is. */
static bool *
scope_kept(const struct scope *s, const bool *keep, size_t n)
{
	bool *kept = mem_array(s->n, sizeof(*kept));
	/* a parent has a lower number */
	for (size_t i = s->n - 1; i > 0; i--) {
		kept[i] |= s->items[i].there && i < n && keep[i];
		if (kept[i])
			kept[s->items[i].parent] = true;
	}
	kept[0] = true;
	return kept;
}

/* Nothing of it is kept, something of what it lies in is, and neither is left out. */
static bool
scope_is_stray(const struct scope *s, const bool *kept, size_t id)
{
	const struct scope_item *it = &s->items[id];
	return it->there && it->kind != SCOPE_OTHER && !kept[id] && kept[it->parent] &&
	       scope_out(s, id) == 0;
}

enum err
scope_leave_others(
    struct scope *s, const bool *keep, size_t n, uint64_t *ret_ids, size_t *ret_n)
{
	MEM_FREE bool *kept = scope_kept(s, keep, n);
	size_t more = 0, within = 0;
	/* of what is left out, what lies in what is not kept becomes part of that */
	for (size_t i = 1; s->nout > 0 && i < s->n; i++)
		within += s->items[i].out && !kept[s->items[i].parent];
	for (size_t i = 1; i < s->n; i++)
		more += scope_is_stray(s, kept, i);
	if (s->nout - within + more > LIM_SCOPE)
		return ERR_LIMIT;
	for (size_t i = 1; within > 0 && i < s->n; i++)
		if (s->items[i].out && !kept[s->items[i].parent]) {
			scope_move(s, i, false);
			within--;
		}
	*ret_n = 0;
	for (size_t i = 1; i < s->n && more > 0; i++)
		if (scope_is_stray(s, kept, i)) {
			scope_move(s, i, true);
			ret_ids[(*ret_n)++] = i;
		}
	return ERR_OK;
}

void
scope_take_all(struct scope *s)
{
	for (size_t i = 1; s->nout > 0 && i < s->n; i++)
		if (s->items[i].out)
			scope_move(s, i, false);
}

size_t
scope_count(const struct scope *s)
{
	return s->nout;
}

struct scope_weight
scope_left_weight(const struct scope *s)
{
	struct scope_weight all = {0};
	for (size_t id = 1; s->nout > 0 && id < s->n; id++) {
		const struct scope_item *it = &s->items[id];
		if (!it->out)
			continue;
		all.files += it->files;
		all.bytes += it->bytes;
		all.saved += it->saved;
		all.below += it->below + (it->kind == SCOPE_FOLDER);
	}
	return all;
}

/* --- lists --------------------------------------------------------------------------- */

static int
scope_compare(const void *pa, const void *pb)
{
	const struct scope_row *a = pa, *b = pb;
	if (a->bytes != b->bytes)
		return a->bytes < b->bytes ? 1 : -1;
	return a->id < b->id ? -1 : a->id > b->id;
}

/* Sorted once: a folder of a million files is asked for in thousands of pages. */
static void
scope_sort(struct scope *s, uint64_t folder)
{
	size_t count = 0;
	for (int pass = 0; pass < 2; pass++) {
		if (pass == 1)
			s->rows = mem_array(count + 1, sizeof(*s->rows));
		count = 0;
		for (size_t id = 1; id < s->n; id++) {
			const struct scope_item *it = &s->items[id];
			if (!it->there || it->parent != folder || it->kind == SCOPE_OTHER)
				continue;
			if (pass == 1)
				s->rows[count] = (struct scope_row){id, it->bytes};
			count++;
		}
	}
	qsort(s->rows, count, sizeof(*s->rows), scope_compare);
	s->nrows = count;
	s->rows_of = folder;
}

size_t
scope_list(struct scope *s, uint64_t folder, size_t from, uint64_t *ret_ids, size_t n)
{
	if (s->rows != NULL && s->rows_of != folder)
		scope_forget(s);
	if (s->rows == NULL)
		scope_sort(s, folder);
	for (size_t i = 0; i < n && from + i < s->nrows; i++)
		ret_ids[i] = s->rows[from + i].id;
	return s->nrows;
}

/* The folder it is in holds nothing else to read. */
static bool
scope_is_alone(const struct scope *s, const struct scope_item *it)
{
	return it->parent != 0 && s->items[it->parent].bytes == it->bytes;
}

size_t
scope_largest(const struct scope *s, uint64_t *ret_ids, size_t n)
{
	size_t count = 0;
	for (size_t id = 1; n > 0 && id < s->n; id++) {
		const struct scope_item *it = &s->items[id];
		bool full = count == n && s->items[ret_ids[n - 1]].bytes >= it->bytes;
		if (full || !it->there || it->kind == SCOPE_OTHER || it->bytes == 0 ||
		    scope_is_alone(s, it) || scope_out(s, id) != 0)
			continue;
		size_t at = count < n ? count++ : n - 1;
		for (; at > 0 && s->items[ret_ids[at - 1]].bytes < it->bytes; at--)
			ret_ids[at] = ret_ids[at - 1];
		ret_ids[at] = id;
	}
	return count;
}
