/* SPDX-License-Identifier: ISC */
/* Contents, in the order in which they lie on the medium. */
#include "src/base/mem.h"
#include "src/media/content.h"
#include "src/media/medium_in.h"
#include "src/media/mend.h"

#include <stdio.h>
#include <string.h>

#define MEDIUM_GIVEN_UP "an officer gave it up because the medium did not answer"

/* One file while its bytes are sent. */
struct medium_file {
	struct medium *m;
	const struct medium_sink *sink;
	void *arg;
	const struct walk_file *f;
	struct content *c;
	uint8_t *buf;
	struct mend mend;
	bool good;
};

static int
medium_order(const void *a, const void *b)
{
	const struct walk_file *x = a, *y = b;

	if (x->volume != y->volume)
		return x->volume < y->volume ? -1 : 1;
	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	if (x->inum != y->inum)
		return x->inum < y->inum ? -1 : 1;
	return x->id < y->id ? -1 : x->id > y->id;
}

static enum err
medium_bad(struct medium_file *w, bool begun, const char *why, uint64_t at)
{
	if (image_gone(w->m->image))
		return ERR_NOTFOUND;
	w->m->result.unreadable++;
	return w->sink->bad(w->arg, w->f->id, begun, why, at);
}

/* --- bad sectors ------------------------------------------------------------------ */

/* Exactly n bytes of the file, for mend_read. */
static enum err
medium_part(void *arg, uint64_t at, void *out, size_t n)
{
	struct medium_file *w = arg;
	size_t got = 0;

	content_seek(w->c, at);
	enum err err = content_fill(w->c, out, n, &got);
	return err == ERR_OK && got != n ? ERR_SYNTAX : err;
}

/* A read has failed: is there still a medium, and what do the others say meanwhile? */
static enum err
medium_between(void *arg)
{
	struct medium_file *w = arg;

	if (image_gone(w->m->image))
		return ERR_NOTFOUND;
	return w->sink->tick(w->arg, 0);
}

/* One piece at `at`, with everything that can be done about bad sectors in it. */
static enum err
medium_piece(struct medium_file *w, uint64_t at, size_t *ret_n)
{
	size_t want = w->f->size_bytes - at < LIM_FRAME_BYTES ? (size_t)(w->f->size_bytes - at)
	                                                      : LIM_FRAME_BYTES;
	enum err err = content_fill(w->c, w->buf, want, ret_n);

	if (err != ERR_IO)
		return err;
	err = medium_between(w);
	if (err != ERR_OK)
		return err;
	err = mend_read(&w->mend, medium_part, medium_between, w, at, w->buf, want);
	if (err != ERR_OK)
		return err;
	content_seek(w->c, at + want);
	*ret_n = want;
	return ERR_OK;
}

/* Sends all bytes of an opened file; when some are missing the rest is only looked at. */
static enum err
medium_pieces(struct medium_file *w, uint64_t *ret_at)
{
	enum err err = ERR_OK;

	while (err == ERR_OK && *ret_at < w->f->size_bytes) {
		size_t n = 0;
		err = medium_piece(w, *ret_at, &n);
		if (err == ERR_OK && n == 0) {
			w->c->why = "it ends too early";
			err = ERR_SYNTAX;
		}
		if (err != ERR_OK)
			break;
		*ret_at += n;
		if (w->mend.n > 0) {
			err = w->sink->tick(w->arg, 0);
			continue;
		}
		w->m->result.bytes += n;
		lies_data(&w->m->tail, w->buf, n);
		err = w->sink->data(w->arg, w->f->id, w->buf, n);
	}
	return err;
}

static enum err
medium_stream(struct medium_file *w)
{
	char text[MEND_TEXT_SIZE];
	uint64_t at = 0;
	enum err err = w->sink->begin(w->arg, w->f->id);

	if (err != ERR_OK)
		return err;
	err = medium_pieces(w, &at);
	/* what was sent is half a file: never its end */
	if (err == ERR_OK && w->mend.n == 0) {
		w->good = true;
		lies_end(&w->m->tail);
		return w->sink->end(w->arg, w->f->id);
	}
	if (err == ERR_STATE)
		return medium_bad(w, true, MEDIUM_GIVEN_UP, at);
	if (err == ERR_OK || err == ERR_LIMIT) {
		mend_print(&w->mend, w->f->size_bytes, text);
		return medium_bad(w, true, text, w->mend.n > 0 ? w->mend.bad[0].from : at);
	}
	if (err == ERR_SYNTAX || err == ERR_RANGE || err == ERR_IO)
		return medium_bad(w, true, w->c->why, at);
	return err; /* the sink's, or the medium has gone */
}

static enum err
medium_file(struct medium_file *w)
{
	struct medium *m = w->m;
	const struct walk_file *f = w->f;
	struct volume *v = &m->volumes[f->volume - 1];
	struct content c = {.volume = v};
	enum err err;

	lies_begin(
	    &m->tail, f->first > 0 ? m->spans[f->volume - 1].offset_bytes + f->first : 0);
	w->c = &c;
	medium_at(m, f->volume, m->spans[f->volume - 1].offset_bytes);
	if (f->size_bytes == 0)
		return medium_stream(w);
	if (content_open(v, f->inum, f->size_bytes, &c) != ERR_OK)
		return medium_bad(w, false, c.why, 0);
	if (content_part(&c, CONTENT_DATA) != ERR_OK || c.size_bytes != f->size_bytes) {
		err = medium_bad(w, false, "the medium changed while it was read", 0);
	} else {
		if (f->valid_bytes < c.valid_bytes)
			c.valid_bytes = f->valid_bytes;
		err = medium_stream(w);
	}
	content_close(&c);
	return err;
}

/* --- regions ---------------------------------------------------------------------- */

static uint64_t
medium_starts_at(const struct medium *m, const struct walk_file *f)
{
	return m->spans[f->volume - 1].offset_bytes + f->first;
}

/* Looks through the regions in front of this byte that were not yet. */
static enum err
medium_regions_to(struct medium *m, uint64_t before, size_t *at, const struct medium_sink *sink,
    void *arg, uint8_t *buf)
{
	enum err err = ERR_OK;

	for (; err == ERR_OK && *at < m->n_regions; ++*at) {
		struct medium_region *r = &m->regions[*at];
		if (r->look && r->offset_bytes >= before)
			return ERR_OK;
		medium_at(m, 0, 0);
		err = medium_look(m, r, sink, arg, buf);
	}
	return err;
}

/* Said when all files were read. */
static enum err
medium_tail(struct medium *m)
{
	char why[240];

	if (!lies_is_empty(&m->tail))
		return ERR_OK;
	snprintf(why, sizeof(why),
	    "the last %llu files, from byte %llu of the medium on, hold nothing but one value "
	    "(%llu bytes): the medium may be smaller than it says",
	    (unsigned long long)m->tail.files, (unsigned long long)m->tail.from,
	    (unsigned long long)m->tail.bytes);
	return walk_region(&m->walk, 0, ITEM_UNREADABLE, why);
}

static int
medium_region_order(const void *a, const void *b)
{
	const struct medium_region *x = a, *y = b;
	return x->offset_bytes < y->offset_bytes ? -1 : x->offset_bytes > y->offset_bytes;
}

/* --- before the others --------------------------------------------------------------- */

static const struct medium_first *
medium_find_first(const struct medium *m, uint32_t id)
{
	for (size_t i = 0; i < m->n_first; i++)
		if (m->first[i].id == id)
			return &m->first[i];
	return NULL;
}

enum err
medium_read_first(struct medium *m, uint64_t item, const struct medium_sink *sink, void *arg)
{
	const struct walk_plan *p = &m->walk.plan;
	const struct walk_file *f = NULL;

	for (size_t i = 0; i < p->n && f == NULL; i++)
		if (p->files[i].id == item && p->files[i].same_as == 0)
			f = &p->files[i];
	if (f == NULL || m->n_first == MEDIUM_FIRST || medium_find_first(m, f->id) != NULL)
		return ERR_EXISTS;
	MEM_FREE uint8_t *buf = mem_alloc(LIM_FRAME_BYTES);
	struct medium_file w = {.m = m, .sink = sink, .arg = arg, .f = f, .buf = buf};
	/* the end of the medium is told by what is read in its order */
	struct lies_tail tail = m->tail;
	enum err err = medium_file(&w);
	m->tail = tail;
	if (err != ERR_OK)
		return err;
	m->first[m->n_first++] = (struct medium_first){f->id, w.good};
	m->result.files += w.good;
	return ERR_OK;
}

/* --- the whole -------------------------------------------------------------------- */

/* It was read: before the others, or by an earlier reading.  good: its other names are. */
static bool
medium_passes_over(struct medium *m, const struct walk_file *f, bool *good)
{
	const struct medium_first *first = medium_find_first(m, f->id);

	if (first != NULL) {
		*good = first->good;
		return true;
	}
	if (f->had && f->same_as == 0) {
		*good = true;
		if (f->size_bytes > 0 && f->first > 0)
			lies_other(&m->tail, medium_starts_at(m, f));
	}
	return f->had;
}

enum err
medium_read(struct medium *m, const struct medium_sink *sink, void *arg)
{
	struct walk_plan *p = &m->walk.plan;
	MEM_FREE uint8_t *buf = mem_alloc(LIM_FRAME_BYTES);
	enum err err = ERR_OK;
	size_t region = 0;
	bool good = false;

	if (p->n > 0)
		qsort(p->files, p->n, sizeof(p->files[0]), medium_order);
	if (m->n_regions > 0)
		qsort(m->regions, m->n_regions, sizeof(m->regions[0]), medium_region_order);
	for (size_t i = 0; i < p->n && err == ERR_OK; i++) {
		struct medium_file w = {.m = m, .sink = sink, .arg = arg, .f = &p->files[i]};
		w.buf = buf;
		err = medium_regions_to(m, medium_starts_at(m, w.f), &region, sink, arg, buf);
		if (err != ERR_OK)
			break;
		/* other names follow their first one: same record, larger id */
		if (medium_passes_over(m, w.f, &good))
			continue;
		if (w.f->same_as == 0) {
			err = medium_file(&w);
			good = w.good;
		} else if (good) {
			err = sink->same(arg, w.f->id, w.f->same_as);
		} else {
			err = medium_bad(&w, false, "its other name could not be read", 0);
		}
		m->result.files += good;
	}
	medium_at(m, 0, 0);
	if (err == ERR_OK)
		err = medium_regions_to(m, UINT64_MAX, &region, sink, arg, buf);
	return err == ERR_OK ? medium_tail(m) : err;
}

bool
medium_gone(const struct medium *m)
{
	return image_gone(m->image);
}

const struct medium_result *
medium_result(const struct medium *m)
{
	return &m->result;
}
