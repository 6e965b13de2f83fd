/* SPDX-License-Identifier: ISC */
/*
 * The bytes of one object, looked at through one window, so that a check of
 * 50 GiB needs no more memory than a check of 50 bytes.  Checks are pure: they
 * are given a struct object and say what they find through it, in a scanner, a
 * unit test and a fuzz target alike.
 */
#ifndef SCANNERS_OBJECT_H
#define SCANNERS_OBJECT_H

#include "scanners/scan.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OBJECT_WINDOW 65536 /* the most bytes that can be looked at in one piece */

struct object {
	uint64_t size_bytes;
	/* Exactly n bytes at `at`, inside the object; false: storage failed. */
	bool (*read)(void *arg, uint64_t at, void *out, size_t n);
	/* Receives each finding; texts live for the call. */
	void (*find)(void *arg, const struct scan_finding *);
	void *arg;
	bool failed;  /* reading failed: whatever was concluded is worth nothing */
	uint64_t at;  /* what the window shows */
	size_t shown; /* how many bytes of it */
	uint8_t window[OBJECT_WINDOW];
};

/*
 * n bytes at `at`, n at most OBJECT_WINDOW; they stay until the next call.
 * NULL when the object ends before, or reading failed (o->failed says which).
 */
const uint8_t *object_get(struct object *o, uint64_t at, size_t n);
/*
 * As many bytes at `at` as there are, 1..OBJECT_WINDOW, *ret_n; NULL at the end
 * of the object, or when reading failed.
 */
const uint8_t *object_some(struct object *o, uint64_t at, size_t *ret_n);
/* A finding without fuss; detail may be hostile, NULL for none. */
void object_find(struct object *o, const char *rule, const char *class, const char *severity,
    const char *title, const char *detail, uint64_t at);

/* Callbacks for a scanner: arg is a struct object_job. */
struct object_job {
	struct scan *scan;
	struct scan_job *job;
};
/* The object of a job, from its beginning; j must outlive what is done with it. */
void object_begin(struct object *, struct object_job *j);
bool object_read_job(void *arg, uint64_t at, void *out, size_t n);
void object_find_job(void *arg, const struct scan_finding *);

#endif
