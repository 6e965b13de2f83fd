/* SPDX-License-Identifier: ISC */
/*
 * scan-code: what runs, and on which machine.
 * May:        read the one object it was given.
 * Must never: open, connect, write, run anything; trust a name; say that a
 *             signature is right.
 * Dies when:  the desk hangs up, or a peer breaks the protocol.
 */
#include "scanners/exec.h"
#include "src/base/mem.h"

#include <stdio.h>

#define CODE_WINDOW 32

/* One look at a time: the objects wait in their descriptors. */
static struct object *code_object;

static enum err
code_setup(struct scan *s, struct scan_about *about)
{
	(void)s;
	code_object = mem_alloc(sizeof(*code_object));
	snprintf(about->engine, sizeof(about->engine), "code checks %s", SALLYPORT_VERSION);
	return ERR_OK;
}

static void
code_one(struct scan *s, struct scan_job *job)
{
	struct object_job j = {s, job};
	struct object *o = code_object;
	struct exec e;
	object_begin(o, &j);
	if (exec_look(o, &e) != ERR_OK) {
		scan_result(s, job, SCAN_ERROR, "the object could not be read", 0);
		return;
	}
	if (e.what[0] != '\0') {
		scan_put_fact(s, job, "code", e.what);
		object_find(o, "exec/runs", "policy", "info", "This is something that runs.",
		    e.what, 0);
	}
	scan_result(s, job, e.verdict, e.why, e.read_bytes);
}

static const struct scan_ops code_ops = {
    .name = "code",
    .window = CODE_WINDOW,
    .max_bytes = 0,
    .setup = code_setup,
    .object = code_one,
};

int
main(int argc, char **argv)
{
	return scan_main(argc, argv, &code_ops);
}
