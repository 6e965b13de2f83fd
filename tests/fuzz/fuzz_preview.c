/* links: src/proc/preview/peek src/proc/preview/window src/proc/preview/hexview src/proc/preview/textview src/proc/preview/search src/base/escape src/base/utf8 src/base/mem */
/* SPDX-License-Identifier: ISC */
/*
 * Windows into an object of any bytes: printable, without a gap, the same
 * pieces forward and back.  The first two bytes say how often the rest is
 * repeated (long lines) and where to begin.
 */
#include "src/base/mem.h"
#include "src/proc/preview/hexview.h"
#include "src/proc/preview/search.h"
#include "src/proc/preview/textview.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define LARGEST 24576
#define ROOM    (LIM_MESSAGE_BYTES - 512)

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
check(bool ok)
{
	if (!ok)
		abort();
}

static void
check_window(const struct window *w, uint64_t size)
{
	for (size_t i = 0; i < w->n; i++) {
		const struct window_line *l = &w->lines[i];
		check(l->end > l->at && l->end <= size);
		check(i == 0 || l->at == w->lines[i - 1].end);
		check(strlen(l->text) <= 4 * (l->end - l->at) + 128);
		for (const char *p = l->text; *p != '\0'; p++)
			check(*p >= 0x20 && *p <= 0x7e);
	}
}

/* All pieces from the beginning; returns how many. */
static size_t
forward(struct textview *t, uint64_t size, uint64_t *places)
{
	size_t n = 0;
	for (uint64_t at = 0; at < size;) {
		struct window w;
		window_init(&w, LIM_PREVIEW_LINES, ROOM);
		check(textview_window(t, at, false, &w) == ERR_OK && w.n > 0);
		check_window(&w, size);
		check(w.lines[0].at == at);
		for (size_t i = 0; i < w.n; i++)
			places[n++] = w.lines[i].at;
		at = window_next(&w, at);
		window_done(&w);
	}
	return n;
}

static void
backward(struct textview *t, uint64_t size, const uint64_t *places, size_t n)
{
	for (uint64_t at = size; at > 0;) {
		struct window w;
		window_init(&w, 16, ROOM);
		check(textview_window(t, at, true, &w) == ERR_OK && w.n > 0 && w.n <= n);
		check_window(&w, size);
		check(window_next(&w, 0) == at);
		n -= w.n;
		for (size_t i = 0; i < w.n; i++)
			check(w.lines[i].at == places[n + i]);
		at = window_at(&w, at);
		window_done(&w);
	}
	check(n == 0);
}

static void
anywhere(const struct peek *p, uint64_t at)
{
	for (int i = 0; i < 4; i++) {
		struct textview t;
		struct window w;
		textview_init(&t, p);
		window_init(&w, 16, ROOM);
		enum err e = i < 2 ? textview_window(&t, at, i == 1, &w)
		                   : hexview_window(p, at, i == 3, &w);
		check(e == ERR_OK);
		check_window(&w, p->size_bytes);
		check(at >= p->size_bytes || i % 2 == 1 ||
		      (window_at(&w, at) <= at && window_next(&w, at) > at));
		window_done(&w);
	}
}

static void
find(const struct peek *p, const uint8_t *object, const uint8_t *what, size_t n)
{
	struct search s = {.peek = p, .what = what, .what_len = n};
	for (int back = 0; back < 2; back++) {
		bool found = false;
		s.back = back == 1;
		s.at = s.back ? p->size_bytes : 0;
		while (!found && !search_over(&s))
			check(search_step(&s, &found) == ERR_OK);
		/* it is taken from the object, so that it is there */
		check(found && memcmp(object + s.at, what, n) == 0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static uint64_t places[LARGEST + 1];
	if (n < 3 || n - 2 > LARGEST)
		return 0;
	size_t part = n - 2, times = 1 + data[0], size = 0;
	MEM_FREE uint8_t *object = mem_alloc(LARGEST);
	for (; times > 0 && size + part <= LARGEST; times--, size += part)
		memcpy(object + size, data + 2, part);
	MEM_CLOSE int fd = memfd_create("object", MFD_CLOEXEC);
	struct peek p;
	struct textview t;
	check(fd >= 0 && pwrite(fd, object, size, 0) == (ssize_t)size);
	check(peek_open(fd, size, &p) == ERR_OK);
	textview_init(&t, &p);
	size_t pieces = forward(&t, size, places);
	if (data[1] % 2 == 0)
		textview_init(&t, &p);
	backward(&t, size, places, pieces);
	anywhere(&p, size * data[1] / 255);
	find(&p, object, object + size / 2, 1 + (size - size / 2 - 1) % LIM_PREVIEW_FIND_BYTES);
	return 0;
}
