/* SPDX-License-Identifier: ISC */
/* Split sets: their parts are read as one object, which is handed on as the one thing inside.
 */
#include "scanners/archive_in.h"
#include "scanners/join.h"
#include "src/base/mem.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ARCHIVE_JOIN_TICK (4u << 20)
#define ARCHIVE_JOIN_OPEN 4 /* parts */

/* A part that is open. */
struct archive_part {
	struct scan_job job; /* only its descriptor and size */
	size_t number;
	uint64_t used; /* when it was read last */
};

struct archive_set {
	struct object_job object; /* first: what object_find_job wants */
	const struct scan_parts *parts;
	uint64_t *starts; /* n + 1 */
	struct archive_part open[ARCHIVE_JOIN_OPEN];
	size_t nopen;
	uint64_t uses, child, done, ticked;
	bool stopped; /* nobody wants it any more */
};

/* The part, open; NULL when it cannot be had. */
static struct archive_part *
archive_turn_to(struct archive_set *a, size_t number)
{
	const struct scan_part *p = &a->parts->parts[number];
	struct archive_part *oldest = &a->open[0];
	uint64_t bytes;
	int fd;
	for (size_t i = 0; i < a->nopen; i++) {
		if (a->open[i].number == number)
			return &a->open[i];
		if (a->open[i].used < oldest->used)
			oldest = &a->open[i];
	}
	enum err e = scan_want(a->object.scan, a->object.job, p->sha256, &fd, &bytes);
	a->stopped |= e == ERR_CLOSED;
	if (e != ERR_OK)
		return NULL;
	if (a->nopen < ARCHIVE_JOIN_OPEN)
		oldest = &a->open[a->nopen++];
	else
		close(oldest->job.fd);
	*oldest =
	    (struct archive_part){.job = {.fd = fd, .size_bytes = bytes}, .number = number};
	return bytes == p->bytes ? oldest : NULL;
}

/* The part that holds this place. */
static size_t
archive_part_at(const struct archive_set *a, uint64_t at)
{
	size_t low = 0, high = a->parts->n;
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;
		if (a->starts[middle] <= at)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static bool
archive_read(void *arg, uint64_t at, void *out, size_t n)
{
	struct archive_set *a = arg;
	uint8_t *p = out;
	while (n > 0) {
		size_t i = archive_part_at(a, at);
		uint64_t left = a->starts[i + 1] - at;
		size_t piece = n < left ? n : (size_t)left;
		struct archive_part *part = archive_turn_to(a, i);
		if (part == NULL)
			return false;
		part->used = ++a->uses;
		struct object_job one = {a->object.scan, &part->job};
		if (!object_read_job(&one, at - a->starts[i], p, piece))
			return false;
		p += piece;
		at += piece;
		n -= piece;
	}
	return true;
}

static bool
archive_join_write(void *arg, const void *bytes, size_t n)
{
	struct archive_set *a = arg;
	a->done += n;
	if (a->done - a->ticked >= ARCHIVE_JOIN_TICK) {
		a->ticked = a->done;
		scan_put_progress(a->object.scan, a->object.job, a->done);
		a->stopped |= scan_cancelled(a->object.scan, a->object.job);
	}
	return !a->stopped && scan_child_write(a->object.scan, a->child, bytes, n);
}

/* Tells of the whole, and sends its bytes. */
static enum err
archive_hand_on(struct archive_set *a, struct object *o, struct join *j)
{
	const struct scan_child whole = {.name = a->parts->name,
	    .name_len = a->parts->name_len,
	    .kind = "file",
	    .size_bytes = j->bytes,
	    .link = "",
	    .why = ""};
	a->child = scan_put_child(a->object.scan, a->object.job, &whole);
	enum err e = join_write(o, j);
	if (!scan_child_end(a->object.scan, a->child, e == ERR_OK) && e == ERR_OK)
		e = ERR_CLOSED;
	return e;
}

static enum err
archive_run(struct archive_set *a, struct object *o, struct join *j)
{
	enum err e = ERR_OK;
	if (a->parts->zip)
		e = join_look(o, j);
	else
		join_plain(o, j);
	if (e != ERR_OK || j->verdict != SCAN_CLEAN)
		return e;
	if (j->bytes > a->object.job->room_bytes) {
		j->verdict = SCAN_INCOMPLETE;
		j->why = "The parts make more bytes than there is room for.";
		object_find(o, "archive/limit-room", "incomplete", "high", j->why, NULL, 0);
		return ERR_OK;
	}
	return archive_hand_on(a, o, j);
}

void
archive_join(struct scan *s, struct scan_job *job, const struct scan_parts *parts)
{
	struct archive_set a = {.object = {s, job}, .parts = parts};
	MEM_FREE struct object *o = mem_alloc(sizeof(*o));
	MEM_FREE uint64_t *starts = mem_array(parts->n + 1, sizeof(*starts));
	a.starts = starts;
	for (size_t i = 0; i < parts->n; i++)
		starts[i + 1] = starts[i] + parts->parts[i].bytes;
	o->size_bytes = starts[parts->n];
	o->read = archive_read;
	o->find = object_find_job;
	o->arg = &a;
	struct join j = {
	    .starts = starts, .n = parts->n, .write = archive_join_write, .arg = &a, .why = ""};
	enum err e = archive_run(&a, o, &j);
	for (size_t i = 0; i < a.nopen; i++)
		close(a.open[i].job.fd);
	if (a.stopped)
		scan_result(s, job, SCAN_TIMEOUT, "given up before it was joined", 0);
	else if (e != ERR_OK)
		scan_result(s, job, SCAN_ERROR, "a part of the set could not be read", 0);
	else
		scan_result(
		    s, job, j.verdict, j.why, j.verdict == SCAN_CLEAN ? job->size_bytes : 0);
}
