/* SPDX-License-Identifier: ISC */
/* A container in memory, and what unpack says of it, in one text. */
#ifndef TESTS_UNIT_UNPACKED_H
#define TESTS_UNIT_UNPACKED_H

#include "scanners/unpack.h"
#include "src/base/buf.h"
#include "src/base/limits.h"
#include "src/base/mem.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

struct unpacked {
	/* asked */
	const uint8_t *bytes;
	size_t n;
	uint64_t room, depth, fail_at; /* room 0: nobody said */
	uint64_t stop_after;           /* of stops; 0: never */
	uint64_t refuse_child;         /* nobody takes this one; 0: all */
	struct unpack_limits limits;
	const char *password; /* NULL: none */
	/* heard */
	struct unpack u;
	enum err e;
	struct buf said;  /* "name=contents " of files, "name:kind>link(why) " of others */
	struct buf rules; /* of the findings, one blank between */
	struct buf details;
	uint64_t stops, children, ended, written;
	bool open;
};

static bool
unpacked_read(void *arg, uint64_t at, void *out, size_t n)
{
	const struct unpacked *x = arg;
	assert_true(n > 0 && at <= x->n && n <= x->n - at);
	if (x->fail_at > 0 && at + n > x->fail_at)
		return false;
	memcpy(out, x->bytes + at, n);
	return true;
}

static void
unpacked_find(void *arg, const struct scan_finding *f)
{
	struct unpacked *x = arg;
	buf_addf(&x->rules, "%s%s", x->rules.len > 0 ? " " : "", f->rule);
	(void)buf_add(&x->details, f->detail, f->detail_len);
	(void)buf_add_str(&x->details, "|");
}

static bool
unpacked_child(void *arg, const struct scan_child *c)
{
	struct unpacked *x = arg;
	assert_false(x->open);
	x->children++;
	x->open = strcmp(c->kind, "file") == 0 && c->why[0] == '\0';
	(void)buf_add(&x->said, c->name, c->name_len);
	if (x->open)
		(void)buf_add_str(&x->said, "=");
	else {
		buf_addf(&x->said, ":%s", c->kind);
		if (c->link_len > 0) {
			(void)buf_add_str(&x->said, ">");
			(void)buf_add(&x->said, c->link, c->link_len);
		}
		buf_addf(&x->said, "%s%s%s ", c->why[0] != '\0' ? "(" : "", c->why,
		    c->why[0] != '\0' ? ")" : "");
	}
	bool taken = x->children != x->refuse_child;
	x->open = x->open && taken;
	return taken;
}

static bool
unpacked_write(void *arg, const void *bytes, size_t n)
{
	struct unpacked *x = arg;
	assert_true(x->open && n > 0);
	x->written += n;
	(void)buf_add(&x->said, bytes, n);
	return true;
}

static bool
unpacked_end(void *arg, bool whole)
{
	struct unpacked *x = arg;
	assert_true(x->open);
	x->open = false;
	x->ended++;
	(void)buf_add_str(&x->said, whole ? " " : "(broken) ");
	return true;
}

static bool
unpacked_stop(void *arg, uint64_t done_bytes)
{
	struct unpacked *x = arg;
	assert_true(done_bytes <= x->n);
	return ++x->stops == x->stop_after;
}

static inline void
unpacked_run(struct unpacked *x)
{
	MEM_FREE struct object *o = mem_alloc(sizeof(*o));
	buf_init(&x->said, 1 << 20);
	buf_init(&x->rules, 1 << 20);
	buf_init(&x->details, 1 << 20);
	x->u = (struct unpack){.child = unpacked_child,
	    .write = unpacked_write,
	    .end = unpacked_end,
	    .stop = unpacked_stop,
	    .arg = x,
	    .room_bytes = x->room != 0 ? x->room : UINT64_MAX,
	    .depth = x->depth,
	    .limits = x->limits,
	    .password = (const uint8_t *)x->password,
	    .password_len = x->password != NULL ? strlen(x->password) : 0};
	o->size_bytes = x->n;
	o->read = unpacked_read;
	o->find = unpacked_find;
	o->arg = x;
	x->e = unpack(o, &x->u);
	assert_false(x->open);
}

static inline void
unpacked_done(struct unpacked *x)
{
	buf_done(&x->said);
	buf_done(&x->rules);
	buf_done(&x->details);
}

/* said NULL: whatever */
static inline void
assert_unpacked(const char *what, const struct unpacked *x, enum scan_verdict verdict,
    const char *rules, const char *said)
{
	if (x->e != ERR_OK || x->u.verdict != verdict ||
	    strcmp(buf_str(&x->rules), rules) != 0 ||
	    (said != NULL && strcmp(buf_str(&x->said), said) != 0))
		fail_msg("%s: %s, verdict %d (%s), rules \"%s\" (%s), said \"%s\"", what,
		    err_str(x->e), (int)x->u.verdict, x->u.why, buf_str(&x->rules),
		    buf_str(&x->details), buf_str(&x->said));
	/* what is called clean was looked at to the last byte, and told to the end */
	if (verdict == SCAN_CLEAN)
		assert_int_equal(x->u.read_bytes, x->n);
	assert_true(x->u.read_bytes <= x->n);
	assert_true((verdict == SCAN_CLEAN || verdict == SCAN_NA) == (x->u.why[0] == '\0'));
	assert_int_equal(x->u.bytes, x->written);
}

#endif
