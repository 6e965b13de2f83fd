/* SPDX-License-Identifier: ISC */
/*
 * Compressed streams: those that are objects (gzip, bzip2, xz, LZMA, lzip, zstd,
 * LZ4), where several may lie one behind the other, and the data of one member
 * of a zip archive, where nothing may.
 */
#include "scanners/unpack_codec.h"
#include "scanners/unpack_in.h"
#include "src/base/mem.h"
#include "src/media/le.h"

#include <assert.h>

#define SKIP_MAGIC 0x184d2a50u /* and the 15 behind it: frames to pass over */
#define SKIP_FREE  16u         /* a mark or a short table is no reason for a word */
#define NAME_SIZE  1024

#define HEADER_FREE 64u /* bytes in the header of gzip: a note is no longer */

#define ZIP_LZMA       14u
#define ZIP_LZMA_BYTES 9u      /* version, length and properties before the data */
#define ZIP_LZMA_ENDS  0x0002u /* flag: the data have an end mark */
#define LZMA_BYTES     13u     /* the header of a stream of its own */

struct stream {
	struct unpack_flow flow; /* first */
	const struct unpack_codec *codec;
	void *state; /* of the codec; NULL: between two streams */
	struct object *o;
	uint64_t at, end; /* of the object: what is read next, where it ends */
	uint64_t before;  /* bytes of the container before it, when it is not the container */
	bool member;      /* of a zip: one stream, and it is not counted here */
	bool ended;
	uint8_t head[LZMA_BYTES]; /* bytes that come before */
	size_t head_at, head_len;
	uint64_t streams;
	uint8_t out[65536];
};

static const uint8_t *
stream_broke(struct stream *s, enum unpack_problem p)
{
	static const char what[] = "the compressed data";
	s->flow.broke = true;
	unpack_problem(s->flow.run, p, what, strlen(what), s->at);
	return NULL;
}

static bool
stream_begins(struct stream *s)
{
	const struct unpack_codec *c = s->codec;
	const uint8_t *p = c->magic != NULL && s->end - s->at >= c->magic_len
	                       ? object_get(s->o, s->at, c->magic_len)
	                       : NULL;
	return p != NULL && memcmp(p, c->magic, c->magic_len) == 0;
}

/* Frames that programs pass over carry whatever somebody put there. */
static void
stream_skip(struct stream *s)
{
	const uint8_t *p;
	while (s->codec->frames && s->end - s->at >= 8 &&
	       (p = object_get(s->o, s->at, 8)) != NULL &&
	       (le32(p) & 0xfffffff0u) == SKIP_MAGIC) {
		uint64_t n = 8 + (uint64_t)le32(p + 4);
		if (n > 8 + SKIP_FREE)
			unpack_problem(s->flow.run, UNPACK_SKIPPED, NULL, 0, s->at);
		if (n > s->end - s->at) {
			(void)stream_broke(s, UNPACK_CUT);
			return;
		}
		s->at += n;
	}
}

/* xz pads between streams with zeros, four at a time. */
static void
stream_pad(struct stream *s)
{
	struct object *o = s->o;
	const uint8_t *p;
	while (s->codec->code == 'x' && s->end - s->at > 4 &&
	       (p = object_get(o, s->at, 4)) != NULL && le32(p) == 0 &&
	       unpack_tick(s->flow.run, s->at))
		s->at += 4;
}

/* gzip has room in its header that programs pass over. */
static void
stream_header(struct stream *s)
{
	const uint8_t *p =
	    s->codec->code == 'g' && s->end - s->at >= 12 ? object_get(s->o, s->at, 12) : NULL;
	if (p != NULL && (p[3] & 4) != 0 && le16(p + 10) > HEADER_FREE)
		unpack_problem(s->flow.run, UNPACK_HEADER, NULL, 0, s->at);
}

/* Begins the next stream; false: there is none, or it cannot be. */
static bool
stream_next(struct stream *s)
{
	struct unpack_run *r = s->flow.run;
	uint64_t before = s->at;
	if (s->streams > 0 && s->member)
		return false;
	stream_skip(s);
	if (s->streams > 0)
		stream_pad(s);
	if (s->flow.broke || s->o->failed)
		return false;
	if (s->streams > 0 && !stream_begins(s)) {
		unpack_after(r, s->codec->code == 'x' ? before : s->at);
		return false;
	}
	stream_header(s);
	s->state = s->codec->begin();
	if (s->state == NULL)
		(void)stream_broke(s, UNPACK_MEMORY);
	if (++s->streams == 2)
		unpack_problem(r, UNPACK_STREAMS, NULL, 0, s->at);
	return s->state != NULL;
}

/* What the codec reads next; nothing at the end. */
static void
stream_feed(struct stream *s, struct unpack_turn *t)
{
	size_t n = 0;
	if (s->head_at < s->head_len) {
		t->in = s->head + s->head_at;
		t->in_len = s->head_len - s->head_at;
	} else if (s->at < s->end) {
		t->in = object_some(s->o, s->at, &n);
		t->in_len = n < s->end - s->at ? n : (size_t)(s->end - s->at);
		if (t->in == NULL)
			t->in_len = 0;
	}
}

static void
stream_used(struct stream *s, size_t n)
{
	if (s->head_at < s->head_len)
		s->head_at += n;
	else
		s->at += n;
}

/* What came out of it is too much. */
static bool
stream_counts(struct stream *s, size_t n)
{
	struct unpack_run *r = s->flow.run;
	if (s->member)
		return true;
	if (n > r->limits.bytes - r->flow_bytes) {
		(void)stream_broke(s, r->bytes_problem);
		r->over = true;
		return false;
	}
	r->flow_bytes += n;
	return true;
}

static const enum unpack_problem stream_problems[] = {
    [UNPACK_STREAM_BROKEN] = UNPACK_BROKEN,
    [UNPACK_STREAM_MEMORY] = UNPACK_MEMORY,
    [UNPACK_STREAM_METHOD] = UNPACK_METHOD,
};

static const uint8_t *
stream_more(struct unpack_flow *f, size_t *ret_n)
{
	struct stream *s = (struct stream *)f;
	struct unpack_run *r = f->run;
	for (;;) {
		struct unpack_turn t = {
		    .in = s->out, .out = s->out, .out_room = sizeof(s->out)};
		if (s->ended || f->broke || !unpack_tick(r, s->before + s->at))
			return NULL;
		if (s->state == NULL && !stream_next(s)) {
			s->ended = true;
			return NULL;
		}
		stream_feed(s, &t);
		if (s->o->failed)
			return stream_broke(s, UNPACK_CUT);
		enum unpack_status status = s->codec->step(s->state, &t);
		stream_used(s, t.in_used);
		if (status == UNPACK_STREAM_END) {
			s->codec->end(s->state);
			s->state = NULL;
		} else if (status != UNPACK_STREAM_MORE)
			return stream_broke(s, stream_problems[status]);
		else if (t.in_used == 0 && t.out_len == 0)
			return stream_broke(s, t.in_len > 0 ? UNPACK_BROKEN
					       : s->member  ? UNPACK_SIZE_LIES
							    : UNPACK_CUT);
		if (!stream_counts(s, t.out_len))
			return NULL;
		*ret_n = t.out_len;
		if (t.out_len > 0)
			return s->out;
	}
}

static void
stream_free(struct stream *s)
{
	if (s->state != NULL)
		s->codec->end(s->state);
	free(s);
}

/* The name in the header of a gzip stream (FNAME); its length, 0 when there is none. */
static size_t
stream_gzip_name(struct object *o, uint8_t out[NAME_SIZE])
{
	size_t n = 0, at = 10, len = 0;
	const uint8_t *p = object_some(o, 0, &n);
	if (p == NULL || n < 12 || (p[3] & 8) == 0)
		return 0;
	if ((p[3] & 4) != 0)
		at += 2u + p[10] + ((size_t)p[11] << 8);
	for (; at + len < n && len < NAME_SIZE && p[at + len] != '\0'; len++)
		out[len] = p[at + len];
	return len;
}

void
unpack_stream(struct unpack_run *r, const struct unpack_kind *kind)
{
	struct stream *s = mem_alloc(sizeof(*s));
	uint8_t name[NAME_SIZE];
	size_t n = kind->code == 'g' ? stream_gzip_name(r->o, name) : 0;
	s->flow.run = r;
	s->flow.more = stream_more;
	s->codec = unpack_codec_kind(kind->code);
	s->o = r->o;
	s->end = r->o->size_bytes;
	assert(s->codec != NULL);
	unpack_flow_contents(&s->flow, name, n);
	stream_free(s);
}

/* --- data of a member of a zip archive ------------------------------------------------- */

/* The properties of LZMA are in another order there. */
static bool
stream_zip_lzma(struct stream *s, uint64_t bytes, unsigned flags)
{
	const uint8_t *p =
	    s->end - s->at >= ZIP_LZMA_BYTES ? object_get(s->o, s->at, ZIP_LZMA_BYTES) : NULL;
	if (p == NULL || le16(p + 2) != 5)
		return false;
	memcpy(s->head, p + 4, 5);
	for (size_t i = 0; i < 8; i++)
		s->head[5 + i] =
		    (flags & ZIP_LZMA_ENDS) != 0 ? 0xff : (uint8_t)(bytes >> (8 * i));
	s->head_len = LZMA_BYTES;
	s->at += ZIP_LZMA_BYTES;
	return true;
}

bool
unpack_stream_knows(unsigned method)
{
	return unpack_codec_method(method) != NULL;
}

struct unpack_flow *
unpack_stream_member(struct unpack_run *r, const struct unpack_part *part)
{
	struct stream *s = mem_alloc(sizeof(*s));
	s->flow.run = r;
	s->flow.more = stream_more;
	s->codec = unpack_codec_method(part->method);
	s->o = part->o;
	s->at = part->at;
	s->end = part->at + part->packed_bytes;
	s->before = part->before_bytes;
	s->member = true;
	assert(s->codec != NULL);
	if (part->method == ZIP_LZMA && !stream_zip_lzma(s, part->bytes, part->flags))
		(void)stream_broke(s, UNPACK_BROKEN);
	return &s->flow;
}

bool
unpack_stream_done(struct unpack_flow *f)
{
	struct stream *s = (struct stream *)f;
	bool all = s->ended && s->at == s->end;
	stream_free(s);
	return all;
}
