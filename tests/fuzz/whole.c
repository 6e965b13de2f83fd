/* SPDX-License-Identifier: ISC */
#include "tests/fuzz/whole.h"
#include "src/media/content.h"
#include "src/media/medium_in.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define SECTOR     512
#define ITEMS_MAX  5000
#define PIECES_MAX 2000

const char *__lsan_default_suppressions(void);

/* libtsk forgets some memory when a volume is damaged; the reader ends with the medium. */
const char *
__lsan_default_suppressions(void)
{
	return "leak:libtsk\n";
}

struct whole {
	unsigned items, pieces;
};

void
whole_fill(uint8_t *image, const uint8_t *data, size_t n)
{
	for (size_t at = 0; n - at > 4;) {
		size_t sector = data[at] | (size_t)data[at + 1] << 8;
		size_t len = data[at + 2] | (size_t)data[at + 3] << 8;
		at += 4;
		len = len < n - at ? len : n - at;
		sector = sector * SECTOR % WHOLE_BYTES;
		size_t fits = len < WHOLE_BYTES - sector ? len : WHOLE_BYTES - sector;
		memcpy(image + sector, data + at, fits);
		at += len;
	}
}

static enum err
whole_item(void *arg, const struct walk_item *it)
{
	struct whole *w = arg;

	if (it->name_len == 0 || it->name_len > LIM_NAME_BYTES || it->link_len > LIM_LINK_BYTES)
		abort();
	if (memchr(it->name, '/', it->name_len) != NULL ||
	    memchr(it->name, 0, it->name_len) != NULL)
		abort();
	return ++w->items > ITEMS_MAX ? ERR_LIMIT : ERR_OK;
}

static enum err
whole_begin(void *arg, uint64_t item)
{
	(void)arg;
	(void)item;
	return ERR_OK;
}

static enum err
whole_data(void *arg, uint64_t item, const uint8_t *bytes, size_t n)
{
	struct whole *w = arg;

	(void)item;
	(void)bytes;
	if (n > LIM_FRAME_BYTES)
		abort();
	return ++w->pieces > PIECES_MAX ? ERR_LIMIT : ERR_OK;
}

static enum err
whole_bad(void *arg, uint64_t item, bool begun, const char *why, uint64_t at)
{
	(void)arg;
	(void)item;
	(void)begun;
	(void)at;
	return why == NULL ? ERR_STATE : ERR_OK;
}

static enum err
whole_same(void *arg, uint64_t item, uint64_t as)
{
	(void)arg;
	return as >= item ? ERR_STATE : ERR_OK;
}

static enum err
whole_region(void *arg, uint64_t item, bool zero, uint64_t at, const char *why)
{
	(void)arg;
	(void)item;
	(void)zero;
	(void)at;
	return why == NULL ? ERR_STATE : ERR_OK;
}

static enum err
whole_tick(void *arg, uint64_t bytes)
{
	(void)arg;
	(void)bytes;
	return ERR_OK;
}

/* The medium in memory: a file that is emptied before each input. */
static struct {
	int fd;
	uint8_t *map;
} whole = {.fd = -1};

uint8_t *
whole_medium(uint64_t bytes)
{
	if (whole.fd < 0) {
		setenv("TZ", "UTC0", 1);
		whole.fd = memfd_create("whole", MFD_CLOEXEC);
		whole.map =
		    mmap(NULL, WHOLE_MOST, PROT_READ | PROT_WRITE, MAP_SHARED, whole.fd, 0);
	}
	if (whole.fd < 0 || whole.map == MAP_FAILED || bytes > WHOLE_MOST ||
	    ftruncate(whole.fd, 0) != 0 || ftruncate(whole.fd, (off_t)bytes) != 0)
		abort();
	return whole.map;
}

/* The beginning and the end of one file. */
static void
whole_ends(struct volume *v, const struct walk_file *f)
{
	uint8_t buf[4096];
	struct content c;
	size_t n = 0;

	if (content_open(v, f->inum, f->size_bytes, &c) != ERR_OK)
		return;
	if (content_part(&c, CONTENT_DATA) == ERR_OK) {
		enum err err = content_fill(&c, buf, sizeof(buf), &n);
		if (c.at > c.size_bytes || (err == ERR_OK && n > c.size_bytes) ||
		    (err != ERR_OK && c.why == NULL))
			abort();
		content_seek(&c, c.size_bytes > 700 ? c.size_bytes - 700 : 0);
		err = content_fill(&c, buf, sizeof(buf), &n);
		if (err == ERR_OK && (n > 700 || c.at != c.size_bytes))
			abort();
	}
	content_close(&c);
}

static void
whole_open(struct medium *m, bool all)
{
	static const struct medium_sink sink = {
	    .begin = whole_begin,
	    .data = whole_data,
	    .end = whole_begin,
	    .bad = whole_bad,
	    .same = whole_same,
	    .region = whole_region,
	    .tick = whole_tick,
	};
	struct whole w = {0};
	const char *why;

	enum err err = medium_walk(m, whole_item, &w, &why);
	for (size_t i = 0; !all && i < m->walk.plan.n; i++) {
		const struct walk_file *f = &m->walk.plan.files[i];
		if (f->volume == 0 || f->volume > m->n_volumes)
			abort();
		whole_ends(&m->volumes[f->volume - 1], f);
	}
	if (err == ERR_OK && all)
		err = medium_read(m, &sink, &w);
	if (err == ERR_STATE)
		abort();
}

void
whole_look(void)
{
	struct medium *m;
	const char *why;

	if (medium_open(whole.fd, &m, &why) != ERR_OK)
		return;
	whole_open(m, false);
	medium_close(m);
}

void
whole_read(const uint8_t *image)
{
	struct medium *m;
	const char *why;

	memcpy(whole_medium(WHOLE_BYTES), image, WHOLE_BYTES);
	if (medium_open(whole.fd, &m, &why) != ERR_OK)
		return;
	whole_open(m, true);
	medium_close(m);
}
