/* SPDX-License-Identifier: ISC */
#include "src/media/content.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/media/family.h"

#include <string.h>

static const char *const why_medium = "the medium could not be read";

static const char *const why_behind = "it lies behind the end of the medium";

enum err
content_open(struct volume *v, uint64_t inum, uint64_t size_bytes, struct content *c)
{
	uint64_t failures = image_failures(v->image);

	*c = (struct content){.volume = v,
	    .inum = inum,
	    .listed_bytes = size_bytes,
	    .links = 1,
	    .kind = ITEM_OTHER,
	    .why = "its record is damaged"};
	enum err err = v->family->file_open(c, size_bytes);
	if (err == ERR_IO || image_failures(v->image) != failures) {
		c->why = why_medium;
		err = ERR_SYNTAX;
	}
	if (err != ERR_OK)
		content_close(c);
	return err;
}

void
content_close(struct content *c)
{
	if (c->volume != NULL && c->volume->family->file_close != NULL)
		c->volume->family->file_close(c);
	c->file = NULL;
	c->attr = NULL;
	c->resident = NULL;
	free(c->own);
	c->own = NULL;
	runs_done(&c->runs);
}

enum err
content_check_runs(struct content *c)
{
	uint64_t block = c->volume->block_bytes;
	uint64_t counts = c->valid_bytes < c->size_bytes ? c->valid_bytes : c->size_bytes;

	if (c->runs.end > INT64_MAX / block)
		return ERR_SYNTAX;
	if (c->runs.stored > c->volume->n_blocks) {
		c->why = "it claims more blocks than the volume has";
		return ERR_SYNTAX;
	}
	uint64_t there = image_bytes(c->volume->image) - c->volume->offset_bytes;
	for (size_t i = 0; i < c->runs.n; i++) {
		const struct run *r = &c->runs.v[i];
		if (r->addr != RUNS_HOLE && r->addr + r->len > there / block + 1) {
			c->why = why_behind;
			return ERR_SYNTAX;
		}
	}
	uint64_t needs = c->size_bytes / block;
	if (needs > c->runs.stored && needs - c->runs.stored > LIM_SPARSE_BYTES / block) {
		c->why = "nearly all of it is holes";
		return ERR_LIMIT;
	}
	if (c->runs.end < counts / block + (counts % block != 0)) {
		c->why = "its chain of blocks ends too early";
		return ERR_SYNTAX;
	}
	return ERR_OK;
}

enum err
content_part(struct content *c, enum content_part part)
{
	uint64_t failures = image_failures(c->volume->image);

	c->attr = NULL;
	c->resident = NULL;
	c->packed = false;
	runs_done(&c->runs);
	c->run = 0;
	c->size_bytes = c->valid_bytes = c->at = c->where = 0;
	c->why = "its list of blocks is damaged";
	enum err err = c->volume->family->file_part(c, part);
	if (image_failures(c->volume->image) != failures || err == ERR_IO || err == ERR_RANGE) {
		c->why = why_medium;
		err = ERR_SYNTAX;
	}
	if (err != ERR_OK) { /* only what runs say may still be read */
		c->resident = NULL;
		c->packed = false;
	}
	return err;
}

/* One piece of the run where `at` lies. */
static enum err
content_read_run(struct content *c, uint8_t *out, size_t *n)
{
	uint64_t block = c->volume->block_bytes;

	while (c->run < c->runs.n &&
	       (c->runs.v[c->run].offset + c->runs.v[c->run].len) * block <= c->at)
		c->run++;
	if (c->run == c->runs.n) {
		c->why = "its chain of blocks ends too early";
		return ERR_SYNTAX;
	}
	const struct run *r = &c->runs.v[c->run];
	uint64_t in = c->at - r->offset * block, left = r->len * block - in;
	if (*n > left)
		*n = (size_t)left;
	if (r->addr == RUNS_HOLE) {
		memset(out, 0, *n);
		return ERR_OK;
	}
	c->where = r->addr * block + in;
	enum err err = volume_read(c->volume, c->where, out, *n);
	if (err != ERR_OK)
		c->why = err == ERR_RANGE ? why_behind : why_medium;
	return err == ERR_OK ? ERR_OK : ERR_IO;
}

static enum err
content_unpack(struct content *c, uint8_t *out, size_t *n)
{
	uint64_t failures = image_failures(c->volume->image);
	enum err err = c->volume->family->file_unpack(c, out, n);

	if (image_failures(c->volume->image) != failures) {
		c->why = why_medium;
		return ERR_IO;
	}
	if (err != ERR_OK)
		c->why = "its compressed data is damaged";
	return err;
}

enum err
content_read(struct content *c, uint8_t *out, size_t n, size_t *ret_n)
{
	enum err err = ERR_OK;

	if (n > c->size_bytes - c->at)
		n = (size_t)(c->size_bytes - c->at);
	c->where = 0;
	if (n > 0 && c->at >= c->valid_bytes) {
		memset(out, 0, n);
	} else if (n > 0) {
		if (n > c->valid_bytes - c->at)
			n = (size_t)(c->valid_bytes - c->at);
		if (c->resident != NULL)
			memcpy(out, c->resident + c->at, n);
		else if (c->packed)
			err = content_unpack(c, out, &n);
		else
			err = content_read_run(c, out, &n);
	}
	if (err != ERR_OK)
		return err;
	c->at += n;
	*ret_n = n;
	return ERR_OK;
}

enum err
content_fill(struct content *c, uint8_t *out, size_t n, size_t *ret_n)
{
	size_t got = 0;

	while (got < n) {
		size_t piece = 0;
		enum err err = content_read(c, out + got, n - got, &piece);
		if (err != ERR_OK)
			return err;
		if (piece == 0)
			break;
		got += piece;
	}
	*ret_n = got;
	return ERR_OK;
}

void
content_seek(struct content *c, uint64_t at)
{
	c->at = at < c->size_bytes ? at : c->size_bytes;
	const struct run *r = runs_find(&c->runs, c->at / c->volume->block_bytes);
	c->run = r == NULL ? 0 : (size_t)(r - c->runs.v);
}

uint64_t
content_first(const struct content *c)
{
	for (size_t i = 0; i < c->runs.n; i++)
		if (c->runs.v[i].addr != RUNS_HOLE)
			return c->runs.v[i].addr * c->volume->block_bytes;
	return 0;
}

bool
content_stream(const struct content *c, size_t i, struct content_stream *ret)
{
	return c->volume->family->file_stream != NULL &&
	       c->volume->family->file_stream(c, i, ret);
}
