/* SPDX-License-Identifier: ISC */
#include "scanners/object.h"

#include <string.h>

/* Fills the window from `at`. */
static bool
object_show(struct object *o, uint64_t at)
{
	uint64_t left = o->size_bytes - at;
	size_t n = left < OBJECT_WINDOW ? (size_t)left : OBJECT_WINDOW;
	o->shown = 0;
	if (!o->read(o->arg, at, o->window, n)) {
		o->failed = true;
		return false;
	}
	o->at = at;
	o->shown = n;
	return true;
}

const uint8_t *
object_get(struct object *o, uint64_t at, size_t n)
{
	if (o->failed || n > OBJECT_WINDOW || at > o->size_bytes || n > o->size_bytes - at)
		return NULL;
	if (at >= o->at && at - o->at <= o->shown && n <= o->shown - (size_t)(at - o->at))
		return o->window + (at - o->at);
	return object_show(o, at) ? o->window : NULL;
}

const uint8_t *
object_some(struct object *o, uint64_t at, size_t *ret_n)
{
	if (o->failed || at >= o->size_bytes)
		return NULL;
	if ((at < o->at || at - o->at >= o->shown) && !object_show(o, at))
		return NULL;
	*ret_n = o->shown - (size_t)(at - o->at);
	return o->window + (at - o->at);
}

void
object_find(struct object *o, const char *rule, const char *class, const char *severity,
    const char *title, const char *detail, uint64_t at)
{
	const struct scan_finding f = {.rule = rule,
	    .class = class,
	    .severity = severity,
	    .title = title,
	    .detail = detail,
	    .detail_len = detail != NULL ? strlen(detail) : 0,
	    .at = at};
	o->find(o->arg, &f);
}
