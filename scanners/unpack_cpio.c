/* SPDX-License-Identifier: ISC */
/*
 * The headers of a cpio archive, walked without unpacking: libarchive looks for
 * the next header when it is not where it should be and says nothing of what it
 * passed over, while other programs find members there.
 */
#include "scanners/unpack_in.h"
#include "src/media/le.h"

#define CPIO_NEW_BYTES    110u
#define CPIO_OCTAL_BYTES  76u
#define CPIO_BINARY_BYTES 26u
#define CPIO_LAST         "TRAILER!!!"
#define CPIO_KIND         0170000u
#define CPIO_FILE         0100000u
#define CPIO_LINK         0120000u

struct cpio_header {
	uint64_t name_bytes, bytes;
	unsigned head_bytes, pad; /* what names and data are filled up to */
	uint64_t mode;
};

/* A number of n digits; false for anything else. */
static bool
cpio_digits(const uint8_t *p, size_t n, unsigned base, uint64_t *ret)
{
	static const char digits[] = "0123456789abcdef";
	uint64_t v = 0;
	for (size_t i = 0; i < n; i++) {
		uint8_t c = p[i] >= 'A' && p[i] <= 'F' ? (uint8_t)(p[i] | 0x20) : p[i];
		const char *at = c != 0 ? strchr(digits, c) : NULL;
		if (at == NULL || at - digits >= (long)base)
			return false;
		v = v * base + (uint64_t)(at - digits);
	}
	*ret = v;
	return true;
}

static bool
cpio_text(struct object *o, uint64_t at, struct cpio_header *h)
{
	const uint8_t *p = object_get(o, at, 6);
	bool octal = p != NULL && memcmp(p, "070707", 6) == 0;
	if (p == NULL || (!octal && memcmp(p, "070701", 6) != 0 && memcmp(p, "070702", 6) != 0))
		return false;
	h->head_bytes = octal ? CPIO_OCTAL_BYTES : CPIO_NEW_BYTES;
	h->pad = octal ? 1 : 4;
	if ((p = object_get(o, at, h->head_bytes)) == NULL)
		return false;
	return octal ? cpio_digits(p + 18, 6, 8, &h->mode) &&
	                   cpio_digits(p + 59, 6, 8, &h->name_bytes) &&
	                   cpio_digits(p + 65, 11, 8, &h->bytes)
	             : cpio_digits(p + 14, 8, 16, &h->mode) &&
	                   cpio_digits(p + 54, 8, 16, &h->bytes) &&
	                   cpio_digits(p + 94, 8, 16, &h->name_bytes);
}

static unsigned
cpio_word(const uint8_t *p, bool big)
{
	return big ? (unsigned)(p[0] << 8 | p[1]) : le16(p);
}

/* Words of 16 bits, either way round; of two the higher comes first. */
static bool
cpio_binary(struct object *o, uint64_t at, struct cpio_header *h)
{
	const uint8_t *p = object_get(o, at, CPIO_BINARY_BYTES);
	bool big = p != NULL && p[0] == 0x71;
	if (p == NULL || cpio_word(p, big) != 070707)
		return false;
	h->head_bytes = CPIO_BINARY_BYTES;
	h->pad = 2;
	h->mode = cpio_word(p + 6, big);
	h->name_bytes = cpio_word(p + 20, big);
	h->bytes = (uint64_t)cpio_word(p + 22, big) << 16 | cpio_word(p + 24, big);
	return true;
}

static uint64_t
cpio_filled(uint64_t n, unsigned pad)
{
	return (n + pad - 1) / pad * pad;
}

void
unpack_cpio_edges(struct unpack_run *r)
{
	uint64_t at = 0;
	struct cpio_header h;
	while (unpack_tick(r, at) && (cpio_text(r->o, at, &h) || cpio_binary(r->o, at, &h))) {
		uint64_t name = at + h.head_bytes;
		const uint8_t *p = object_get(r->o, name, sizeof(CPIO_LAST));
		bool last = h.name_bytes == sizeof(CPIO_LAST) && p != NULL &&
		            memcmp(p, CPIO_LAST, sizeof(CPIO_LAST)) == 0;
		uint64_t kind = h.mode & CPIO_KIND;
		if (h.bytes != 0 && (last || (kind != CPIO_FILE && kind != CPIO_LINK)))
			unpack_problem(r, UNPACK_TAR_DATA, NULL, 0, at);
		at = name + cpio_filled(h.head_bytes + h.name_bytes, h.pad) - h.head_bytes;
		at += cpio_filled(h.bytes, h.pad);
		if (last) {
			unpack_after(r, at < r->o->size_bytes ? at : r->o->size_bytes);
			return;
		}
		r->nheaders++;
	}
	if (r->over || r->o->failed)
		return;
	unpack_problem(r, at < r->o->size_bytes ? UNPACK_BROKEN : UNPACK_CUT, "cpio", 4, at);
}
