/* SPDX-License-Identifier: ISC */
/*
 * scan-text: what in a text deceives whoever reads it.
 * May:        read the one object it was given, from its first byte to its last.
 * Must never: open, connect, write, run anything; trust a name.
 * Dies when:  the desk hangs up, or a peer breaks the protocol.
 */
#include "scanners/text_look.h"

#include "src/base/mem.h"

#include <stdio.h>

#define TEXT_WINDOW 32

/* One look at a time: the objects wait in their descriptors. */
static struct object *text_object;

static enum err
text_setup(struct scan *s, struct scan_about *about)
{
	(void)s;
	text_object = mem_alloc(sizeof(*text_object));
	snprintf(about->engine, sizeof(about->engine), "text checks %s", SALLYPORT_VERSION);
	return ERR_OK;
}

static void
text_one(struct scan *s, struct scan_job *job)
{
	struct object_job j = {s, job};
	struct object *o = text_object;
	struct text_look t;
	object_begin(o, &j);
	if (text_look(o, &t) != ERR_OK)
		scan_result(s, job, SCAN_ERROR, "the object could not be read", 0);
	else
		scan_result(s, job, t.verdict, t.why, t.read_bytes);
}

static const struct scan_ops text_ops = {
    .name = "text",
    .window = TEXT_WINDOW,
    .max_bytes = 0,
    .setup = text_setup,
    .object = text_one,
};

int
main(int argc, char **argv)
{
	return scan_main(argc, argv, &text_ops);
}
