/* SPDX-License-Identifier: ISC */
/* An object that the vault has handed to a scanner. */
#include "scanners/object.h"

#include <errno.h>
#include <unistd.h>

bool
object_read_job(void *arg, uint64_t at, void *out, size_t n)
{
	const struct object_job *j = arg;
	char *p = out;
	while (n > 0) {
		ssize_t r = pread(j->job->fd, p, n, (off_t)at);
		if (r < 0 && errno == EINTR)
			continue;
		if (r <= 0)
			return false;
		p += r;
		at += (uint64_t)r;
		n -= (size_t)r;
	}
	return true;
}

void
object_begin(struct object *o, struct object_job *j)
{
	o->size_bytes = j->job->size_bytes;
	o->read = object_read_job;
	o->find = object_find_job;
	o->arg = j;
	o->failed = false;
	o->at = 0;
	o->shown = 0;
}

void
object_find_job(void *arg, const struct scan_finding *f)
{
	const struct object_job *j = arg;
	scan_put_finding(j->scan, j->job, f);
}
