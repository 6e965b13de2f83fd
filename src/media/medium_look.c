/* SPDX-License-Identifier: ISC */
/* What lies outside every file system: all zero, or not. */
#include "src/media/medium_in.h"

#include <stdio.h>
#include <string.h>

#define MEDIUM_LOOK_PART 4096

/* One region while it is looked through. */
struct medium_looking {
	struct medium *m;
	const struct medium_sink *sink;
	void *arg;
	uint64_t at, end; /* of the medium */
	uint64_t other;   /* the first byte that is not zero; UINT64_MAX: none so far */
	uint64_t bad;     /* the first that could not be read; the same */
	uint64_t bad_bytes;
	uint64_t untried; /* bytes behind so many that it was given up */
	unsigned failed;
	bool given_up;
};

void
medium_look_at_most(struct medium *m, uint64_t bytes)
{
	m->look_bytes = bytes;
}

static uint64_t
medium_look_bytes(const struct medium *m, const struct medium_region *r)
{
	if (!r->look || r->gone || r->id == 0 || medium_is_left_out(m, r->id))
		return 0;
	return r->bytes < m->look_bytes ? r->bytes : m->look_bytes;
}

uint64_t
medium_to_look(const struct medium *m)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < m->n_regions; i++)
		bytes += medium_look_bytes(m, &m->regions[i]);
	return bytes;
}

static size_t
medium_first_other(const uint8_t *buf, size_t n)
{
	size_t i = 0;

	if (lies_is_all(buf, n, 0))
		return n;
	while (buf[i] == 0)
		i++;
	return i;
}

/* A piece that could not be read at once: part by part, and what stays unread is told. */
static enum err
medium_look_parts(struct medium_looking *l, uint8_t *buf, size_t n)
{
	enum err err = ERR_OK;

	for (size_t done = 0; done < n && err == ERR_OK; done += MEDIUM_LOOK_PART) {
		size_t part = n - done < MEDIUM_LOOK_PART ? n - done : MEDIUM_LOOK_PART;
		bool tried = l->failed < LIM_BAD_READS;
		if (tried && image_read(l->m->image, l->at + done, buf + done, part) == ERR_OK)
			continue;
		l->failed += tried;
		if (l->bad == UINT64_MAX)
			l->bad = l->at + done;
		l->bad_bytes += part;
		memset(buf + done, 0, part);
		err = image_gone(l->m->image) ? ERR_NOTFOUND : l->sink->tick(l->arg, 0);
	}
	return err;
}

static enum err
medium_look_piece(struct medium_looking *l, uint8_t *buf)
{
	size_t n =
	    l->end - l->at < LIM_FRAME_BYTES ? (size_t)(l->end - l->at) : LIM_FRAME_BYTES;
	enum err err = ERR_OK;

	if (image_read(l->m->image, l->at, buf, n) != ERR_OK) {
		err = image_gone(l->m->image) ? ERR_NOTFOUND : medium_look_parts(l, buf, n);
		if (err != ERR_OK)
			return err;
	}
	size_t other = medium_first_other(buf, n);
	if (other < n)
		l->other = l->at + other;
	l->at += n;
	return l->sink->tick(l->arg, n);
}

/* The words, and whether the region is proved to be all zero. */
static bool
medium_look_words(
    const struct medium_looking *l, uint64_t left, char *why, size_t size, uint64_t *ret_at)
{
	unsigned long long bad = l->bad, bad_bytes = l->bad_bytes, behind = left;

	if (l->other != UINT64_MAX) {
		*ret_at = l->other;
		snprintf(why, size,
		    "not empty: byte %llu of the medium is the first that is not zero",
		    (unsigned long long)l->other);
	} else if (l->given_up) {
		*ret_at = l->at;
		snprintf(why, size,
		    "zero up to byte %llu of the medium, where an officer gave up looking",
		    (unsigned long long)l->at);
	} else if (bad_bytes > 0) {
		*ret_at = l->bad;
		snprintf(why, size,
		    "zero as far as it can be read: %llu bytes, from byte %llu of the medium "
		    "on, cannot",
		    bad_bytes, bad);
		if (l->untried > 0)
			snprintf(why, size,
			    "zero as far as it can be read: from byte %llu of the medium on "
			    "%u reads failed, and the last %llu bytes were not tried",
			    bad, l->failed, (unsigned long long)l->untried);
	} else if (behind > 0) {
		*ret_at = l->at;
		snprintf(why, size,
		    "zero up to byte %llu of the medium; policy has the %llu bytes behind it "
		    "not looked at",
		    (unsigned long long)l->at, behind);
	} else {
		*ret_at = l->end;
		snprintf(why, size, "all zero");
	}
	return l->other == UINT64_MAX && !l->given_up && bad_bytes == 0 && left == 0;
}

enum err
medium_look(struct medium *m, struct medium_region *r, const struct medium_sink *sink,
    void *arg, uint8_t *buf)
{
	struct medium_looking l = {.m = m,
	    .sink = sink,
	    .arg = arg,
	    .at = r->offset_bytes,
	    .other = UINT64_MAX,
	    .bad = UINT64_MAX};
	char why[200];
	uint64_t at, bytes = medium_look_bytes(m, r);
	enum err err = ERR_OK;

	if (!r->look || r->gone || r->id == 0 || medium_is_left_out(m, r->id))
		return ERR_OK;
	l.end = r->offset_bytes + bytes;
	while (
	    err == ERR_OK && l.at < l.end && l.other == UINT64_MAX && l.failed < LIM_BAD_READS)
		err = medium_look_piece(&l, buf);
	if (err == ERR_OK && l.failed >= LIM_BAD_READS && l.other == UINT64_MAX) {
		/* each read of a dead place takes seconds */
		l.untried = l.end - l.at;
		l.at = l.end;
		err = l.untried > 0 ? sink->tick(arg, l.untried) : ERR_OK;
	}
	l.given_up = err == ERR_STATE;
	if (err != ERR_OK && err != ERR_STATE)
		return err;
	bool zero = medium_look_words(&l, r->bytes - bytes, why, sizeof(why), &at);
	return sink->region(arg, r->id, zero, at, why);
}
