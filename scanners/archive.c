/* SPDX-License-Identifier: ISC */
/*
 * scan-archive: opens containers and hands back what is inside.
 * May:        read the one object it was given, and of a split set the parts that
 *             it asks for; send the bytes of its members to the vault; say their
 *             names, links and findings.
 * Must never: open, connect, run anything; write anywhere but to the vault; make
 *             a file, a folder or a link of what it reads; go by a name.
 * Dies when:  the desk hangs up, a peer breaks the protocol, or memory ends.
 */
#include "scanners/archive_in.h"
#include "scanners/scan.h"
#include "scanners/unpack.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/base/pin.h"

#include <string.h>

struct archive_job {
	struct object_job object; /* first: what object_read_job wants */
	uint64_t child;           /* whose bytes are under way */
};

static uint8_t *archive_password; /* locked memory; NULL: the system gives none */

static enum err
archive_setup(struct scan *s, struct scan_about *about)
{
	(void)s;
	unpack_warm_up();
	archive_password = pin_new(LIM_UNLOCK_PASSPHRASE_BYTES);
	snprintf(about->engine, sizeof(about->engine), "%s", unpack_engine());
	return ERR_OK;
}

static bool
archive_child(void *arg, const struct scan_child *c)
{
	struct archive_job *a = arg;
	a->child = scan_put_child(a->object.scan, a->object.job, c);
	return a->child != 0;
}

static bool
archive_write(void *arg, const void *bytes, size_t n)
{
	struct archive_job *a = arg;
	return scan_child_write(a->object.scan, a->child, bytes, n);
}

static bool
archive_end(void *arg, bool whole)
{
	struct archive_job *a = arg;
	return scan_child_end(a->object.scan, a->child, whole);
}

static bool
archive_stop(void *arg, uint64_t done_bytes)
{
	struct archive_job *a = arg;
	scan_put_progress(a->object.scan, a->object.job, done_bytes);
	return scan_cancelled(a->object.scan, a->object.job);
}

static const char *
archive_secret_word(const struct unpack *u)
{
	if (u->password_used > 0)
		return u->password_wrong + u->password_unable > 0 ? "part" : "fits";
	if (u->password_wrong > 0)
		return "wrong";
	return u->password_unable > 0 || strcmp(u->why, "encrypted") == 0 ? "unable"
	                                                                  : "unneeded";
}

/* Opens it, with the password that was typed for it if one was. */
static enum err
archive_open(struct object *o, struct unpack *u, struct object_job *at)
{
	bool typed = archive_password != NULL &&
	             scan_secret(at->scan, at->job, archive_password, &u->password_len);
	u->password = typed ? archive_password : NULL;
	enum err e = unpack(o, u);
	if (typed) {
		at->job->secret = archive_secret_word(u);
		explicit_bzero(archive_password, LIM_UNLOCK_PASSPHRASE_BYTES);
	}
	u->password = NULL;
	return e;
}

static void
archive_object(struct scan *s, struct scan_job *job)
{
	struct archive_job a = {.object = {s, job}};
	struct scan_parts *parts = scan_parts(s, job);
	if (parts != NULL) {
		archive_join(s, job, parts);
		scan_parts_free(parts);
		return;
	}
	MEM_FREE struct object *o = mem_alloc(sizeof(*o));
	struct unpack u = {.child = archive_child,
	    .write = archive_write,
	    .end = archive_end,
	    .stop = archive_stop,
	    .arg = &a,
	    .room_bytes = job->room_bytes,
	    .depth = job->depth};
	object_begin(o, &a.object);
	if (archive_open(o, &u, &a.object) != ERR_OK)
		scan_result(s, job, SCAN_ERROR, "the object could not be read", 0);
	else if (u.stopped)
		scan_result(
		    s, job, SCAN_TIMEOUT, "given up before it was opened to the end", 0);
	else
		scan_result(s, job, u.verdict, u.why, u.read_bytes);
}

static const struct scan_ops archive_ops = {
    .name = "archive",
    .window = 1,
    .max_bytes = 0,
    .children = true,
    .setup = archive_setup,
    .object = archive_object,
};

int
main(int argc, char **argv)
{
	return scan_main(argc, argv, &archive_ops);
}
