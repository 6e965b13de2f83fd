/* SPDX-License-Identifier: ISC */
/* Bytes that come one after the other: of the object, or out of a compressed stream. */
#include "scanners/unpack_in.h"

#include <assert.h>

const uint8_t *
unpack_flow_take(struct unpack_flow *f, uint64_t max, size_t *ret_n)
{
	const uint8_t *p;
	size_t n;
	assert(max > 0);
	if (f->ahead_at < f->ahead_len) {
		n = f->ahead_len - f->ahead_at;
		n = n < max ? n : (size_t)max;
		p = f->ahead + f->ahead_at;
		f->ahead_at += n;
	} else {
		if (f->left == 0 && (f->piece = f->more(f, &f->left)) == NULL) {
			f->left = 0;
			return NULL;
		}
		n = f->left < max ? f->left : (size_t)max;
		p = f->piece;
		f->piece += n;
		f->left -= n;
	}
	f->taken += n;
	*ret_n = n;
	return p;
}

bool
unpack_flow_copy(struct unpack_flow *f, void *out, size_t n)
{
	uint8_t *to = out;
	while (n > 0) {
		size_t part = 0;
		const uint8_t *p = unpack_flow_take(f, n, &part);
		if (p == NULL)
			return false;
		memcpy(to, p, part);
		to += part;
		n -= part;
	}
	return true;
}

bool
unpack_flow_skip(struct unpack_flow *f, uint64_t n)
{
	while (n > 0) {
		size_t part = 0;
		if (unpack_flow_take(f, n, &part) == NULL)
			return false;
		n -= part;
	}
	return true;
}

size_t
unpack_flow_peek(struct unpack_flow *f, const uint8_t **ret_bytes)
{
	assert(f->taken == 0 && f->ahead_len == 0);
	while (f->ahead_len < sizeof(f->ahead)) {
		if (f->left == 0 && (f->piece = f->more(f, &f->left)) == NULL) {
			f->left = 0;
			break;
		}
		size_t n = sizeof(f->ahead) - f->ahead_len;
		n = n < f->left ? n : f->left;
		memcpy(f->ahead + f->ahead_len, f->piece, n);
		f->ahead_len += n;
		f->piece += n;
		f->left -= n;
	}
	*ret_bytes = f->ahead;
	return f->ahead_len;
}

bool
unpack_flow_pass(struct unpack_flow *f, uint64_t n)
{
	while (n > 0) {
		size_t part = 0;
		const uint8_t *p = unpack_flow_take(f, n, &part);
		if (p == NULL || !unpack_put(f->run, p, part))
			return false;
		n -= part;
	}
	return true;
}

static const uint8_t *
unpack_flow_object_more(struct unpack_flow *f, size_t *ret_n)
{
	struct unpack_object_flow *of = (struct unpack_object_flow *)f;
	const uint8_t *p = object_some(f->run->o, of->at, ret_n);
	if (p == NULL) {
		f->broke = f->run->o->failed;
		return NULL;
	}
	of->at += *ret_n;
	return unpack_tick(f->run, of->at - *ret_n) ? p : NULL;
}

void
unpack_flow_object(struct unpack_object_flow *of, struct unpack_run *r)
{
	*of = (struct unpack_object_flow){.flow.run = r, .flow.more = unpack_flow_object_more};
}

/* All of the flow as one file. */
static void
unpack_flow_file(struct unpack_flow *f, const void *name, size_t name_len)
{
	static const char unnamed[] = "contents";
	struct unpack_run *r = f->run;
	const struct scan_child c = {.name = name_len > 0 ? name : unnamed,
	    .name_len = name_len > 0 ? name_len : strlen(unnamed),
	    .kind = "file",
	    .link = "",
	    .why = ""};
	const uint8_t *p;
	size_t n = 0;
	bool wanted = true;
	if (!unpack_begin(r, &c) || !r->open)
		return;
	while (wanted && (p = unpack_flow_take(f, UINT64_MAX, &n)) != NULL)
		wanted = unpack_put(r, p, n);
	(void)unpack_end(r, wanted && !f->broke && !r->over);
}

void
unpack_flow_contents(struct unpack_flow *f, const void *name, size_t name_len)
{
	const uint8_t *p;
	size_t n = unpack_flow_peek(f, &p);
	if (n == 0 && f->broke)
		return;
	if (n == UNPACK_BLOCK && unpack_tar_is(p))
		unpack_tar(f->run, f);
	else
		unpack_flow_file(f, name, name_len);
}
