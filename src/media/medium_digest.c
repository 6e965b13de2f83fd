/* SPDX-License-Identifier: ISC */
/* What of a medium is hashed before and after it is read: medium.h says which bytes. */
#include "src/base/hex.h"
#include "src/base/mem.h"
#include "src/core/digest.h"
#include "src/media/medium_in.h"

#include <stdio.h>
#include <string.h>

#define DIGEST_HEAD  (1u << 20)
#define DIGEST_PIECE 65536

static const char *const digest_words[MEDIUM_DIGEST__MAX] = {
    [MEDIUM_DIGEST_NONE] = "none",
    [MEDIUM_DIGEST_METADATA] = "metadata",
    [MEDIUM_DIGEST_FULL] = "full",
};

bool
medium_digest_parse(const char *word, enum medium_digest *ret)
{
	for (int i = 0; i < MEDIUM_DIGEST__MAX; i++) {
		if (strcmp(word, digest_words[i]) != 0)
			continue;
		*ret = (enum medium_digest)i;
		return true;
	}
	return false;
}

struct medium_hash {
	struct medium *m;
	medium_tick_fn *tick;
	void *arg;
	struct digest *digest;
	uint8_t *buf;
	uint64_t done, total;
};

static uint64_t
medium_digest_cut(const struct medium *m, uint64_t at, uint64_t bytes)
{
	uint64_t all = image_bytes(m->image), left = at < all ? all - at : 0;
	return bytes < left ? bytes : left;
}

static enum err
medium_digest_piece(struct medium_hash *h, uint64_t at, uint64_t bytes)
{
	static const char bad[] = "unreadable";
	uint8_t head[16];
	enum err err = ERR_OK;

	bytes = medium_digest_cut(h->m, at, bytes);
	for (int i = 0; i < 8; i++) {
		head[i] = (uint8_t)(at >> (8 * i));
		head[8 + i] = (uint8_t)(bytes >> (8 * i));
	}
	digest_add(h->digest, head, sizeof(head));
	/* once, not piece by piece: the kernel reads ahead */
	image_forget(h->m->image, at, bytes);
	for (uint64_t done = 0; done < bytes && err == ERR_OK;) {
		size_t n = bytes - done < DIGEST_PIECE ? (size_t)(bytes - done) : DIGEST_PIECE;
		if (image_read(h->m->image, at + done, h->buf, n) == ERR_OK)
			digest_add(h->digest, h->buf, n);
		else if (image_gone(h->m->image))
			return ERR_NOTFOUND;
		else
			digest_add(h->digest, bad, strlen(bad));
		done += n;
		h->done += n;
		err = h->tick(h->arg, h->done, h->total);
	}
	return err;
}

static enum err
medium_digest_metadata(struct medium_hash *h)
{
	const struct table *t = &h->m->table;
	uint64_t all = image_bytes(h->m->image);
	uint64_t last = all > 2 * DIGEST_HEAD ? all - DIGEST_HEAD : DIGEST_HEAD;
	enum err err = medium_digest_piece(h, 0, DIGEST_HEAD);

	if (err == ERR_OK && last < all)
		err = medium_digest_piece(h, last, DIGEST_HEAD);
	for (size_t i = 0; i < t->n_places && err == ERR_OK; i++)
		err = medium_digest_piece(h, t->places[i].offset_bytes, t->places[i].bytes);
	for (size_t i = 0; i < t->n && err == ERR_OK; i++) {
		const struct table_extent *x = &t->extents[i];
		if (x->partition && x->offset_bytes < all)
			err = medium_digest_piece(h, x->offset_bytes,
			    x->bytes < DIGEST_HEAD ? x->bytes : DIGEST_HEAD);
	}
	return err;
}

enum err
medium_digest(struct medium *m, enum medium_digest kind, medium_tick_fn *tick, void *arg,
    char out[MEDIUM_DIGEST_SIZE])
{
	struct medium_hash h = {.m = m, .tick = tick, .arg = arg};
	char hex[HEX_DIGEST_SIZE] = "";
	uint8_t sum[DIGEST_SIZE];
	enum err err = ERR_OK;

	if (kind != MEDIUM_DIGEST_NONE) {
		h.buf = mem_alloc(DIGEST_PIECE);
		h.digest = digest_new();
		h.total = kind == MEDIUM_DIGEST_FULL ? image_bytes(m->image) : 0;
		err = kind == MEDIUM_DIGEST_FULL ? medium_digest_piece(&h, 0, UINT64_MAX)
		                                 : medium_digest_metadata(&h);
		digest_final(h.digest, sum);
		hex_encode(sum, sizeof(sum), hex);
		digest_free(h.digest);
		free(h.buf);
	}
	if (err == ERR_OK)
		snprintf(out, MEDIUM_DIGEST_SIZE, "%s:%s", digest_words[kind], hex);
	return err;
}
