/* SPDX-License-Identifier: ISC */
/*
 * A member of a zip archive that is locked, as an object of its own: what comes
 * out when it is unlocked with the password that an officer typed.  It is read
 * once, from its begin to its end.
 */
#include "scanners/unpack_lock.h"
#include "scanners/zipcrypt.h"
#include "src/base/mem.h"

#include <string.h>

#define METHOD_AES 99u
#define FLAG_LATER                                                                 \
	0x0008u /* sum and sizes come behind the data: the time knows the password \
	         */

struct unpack_lock {
	struct object plain; /* first */
	struct object *from;
	struct zipcrypt *cipher;
	uint64_t at;      /* of the first locked byte in the container */
	uint64_t made;    /* bytes that were unlocked */
	uint64_t kept_at; /* those that are still here */
	size_t kept;
	uint8_t bytes[OBJECT_WINDOW];
	unsigned strength;
};

static bool
lock_more(struct unpack_lock *l)
{
	size_t n = 0, room = sizeof(l->bytes) - l->kept;
	const uint8_t *p = object_some(l->from, l->at + l->made, &n);
	if (p == NULL || room == 0)
		return false;
	if (n > l->plain.size_bytes - l->made)
		n = (size_t)(l->plain.size_bytes - l->made);
	n = n < room ? n : room;
	memcpy(l->bytes + l->kept, p, n);
	zipcrypt_step(l->cipher, l->bytes + l->kept, n);
	l->kept += n;
	l->made += n;
	return n > 0;
}

/* Forgets what lies before `at`; whoever reads does not go back. */
static bool
lock_read(void *arg, uint64_t at, void *out, size_t n)
{
	struct unpack_lock *l = arg;
	if (at < l->kept_at)
		return false;
	while (l->kept_at < at || l->kept < n) {
		uint64_t before = at - l->kept_at;
		size_t gone = before < l->kept ? (size_t)before : l->kept;
		memmove(l->bytes, l->bytes + gone, l->kept - gone);
		l->kept_at += gone;
		l->kept -= gone;
		if ((l->kept_at < at || l->kept < n) && !lock_more(l))
			return false;
	}
	memcpy(out, l->bytes, n);
	return true;
}

static void
lock_find(void *arg, const struct scan_finding *f)
{
	(void)arg;
	(void)f;
}

/* False: nobody could unlock it, whatever the password. */
static bool
lock_is_known(const struct zipwalk_member *m)
{
	return m->method != METHOD_AES ||
	       (m->lock.strength >= 1 && m->lock.strength <= ZIPCRYPT_AES_MAX);
}

struct unpack_lock *
unpack_lock_open(struct unpack_run *r, const struct zipwalk_member *m)
{
	unsigned strength = m->method == METHOD_AES ? m->lock.strength : ZIPCRYPT_OLD;
	struct unpack *u = r->u;
	if (u->password == NULL || !lock_is_known(m)) {
		u->password_unable += u->password != NULL;
		return NULL;
	}
	const size_t around = zipcrypt_head(strength) + zipcrypt_tail(strength);
	const uint8_t *head = m->packed_bytes >= around
	                          ? object_get(r->o, m->data_at, zipcrypt_head(strength))
	                          : NULL;
	uint8_t check = (uint8_t)((m->flags & FLAG_LATER) != 0 ? m->time >> 8 : m->crc32 >> 24);
	struct zipcrypt *cipher =
	    head != NULL ? zipcrypt_new(strength, u->password, u->password_len, head, check)
			 : NULL;
	if (cipher == NULL) {
		u->password_wrong++;
		return NULL;
	}
	struct unpack_lock *l = mem_alloc(sizeof(*l));
	l->plain.size_bytes = m->packed_bytes - around;
	l->plain.read = lock_read;
	l->plain.find = lock_find;
	l->plain.arg = l;
	l->from = r->o;
	l->cipher = cipher;
	l->at = m->data_at + zipcrypt_head(strength);
	l->strength = strength;
	return l;
}

struct object *
unpack_lock_object(struct unpack_lock *l)
{
	return &l->plain;
}

uint64_t
unpack_lock_at(const struct unpack_lock *l)
{
	return l->at;
}

bool
unpack_lock_done(struct unpack_run *r, struct unpack_lock *l, bool whole)
{
	const size_t n = zipcrypt_tail(l->strength);
	static const uint8_t nothing[1];
	const uint8_t *tail =
	    n > 0 ? object_get(r->o, l->at + l->plain.size_bytes, n) : nothing;
	whole = whole && tail != NULL && l->made == l->plain.size_bytes &&
	        zipcrypt_ends(l->cipher, tail);
	if (whole)
		r->u->password_used++;
	else
		r->u->password_wrong++;
	unpack_lock_free(l);
	return whole;
}

void
unpack_lock_free(struct unpack_lock *l)
{
	zipcrypt_free(l->cipher);
	free(l);
}
