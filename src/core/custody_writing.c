/* SPDX-License-Identifier: ISC */
/* Exports that go to a medium, and how that ended: audit.export with a medium, export.written.
 */
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/canon.h"
#include "src/core/custody_state.h"

#include <stdio.h>
#include <string.h>

static const char *const writing_ends[] = {
    [CUSTODY_WRITTEN] = "written",
    [CUSTODY_UNWRITTEN] = "unwritten",
    [CUSTODY_FAILED] = "failed",
    [CUSTODY_CANCELLED] = "cancelled",
    [CUSTODY_INTERRUPTED] = "interrupted",
};

const char *
custody_writing_word(enum custody_writing_end how)
{
	return writing_ends[how];
}

const struct custody_writing *
custody_writing_at(const struct custody *c, size_t i)
{
	return i < c->writings_count ? &c->writings[i] : NULL;
}

static struct custody_writing *
writing_find(const struct custody *c, const char *port)
{
	for (size_t i = 0; i < c->writings_count; i++)
		if (strcmp(c->writings[i].port, port) == 0)
			return &c->writings[i];
	return NULL;
}

enum err
custody_writing_check_export(
    const struct custody *c, const json_t *medium, const struct custody_act *act)
{
	const char *port = canon_str(medium, "port");
	if (port[0] == '\0' || strlen(port) > LIM_PERSON_ID_BYTES)
		return custody_refuse(act, ERR_SYNTAX, "a medium is in a port that has a name");
	const struct custody_writing *w = writing_find(c, port);
	if (w == NULL || c->partial)
		return ERR_OK;
	return strcmp(w->image, canon_str(medium, "image")) == 0 &&
	               strcmp(w->officer, canon_str(act->e->data, "officer")) == 0
	           ? ERR_OK
	           : custody_refuse(act, ERR_STATE,
			 "something else is being written to the port %s: it has not ended",
			 port);
}

/* What an outcome says goes together. */
static enum err
check_outcome(const json_t *data, size_t how, const struct custody_act *act)
{
	const char *why = canon_str(data, "why"), *readback = canon_str(data, "readback");
	const bool wordless = how == CUSTODY_WRITTEN || how == CUSTODY_CANCELLED;
	uint64_t bytes = 0;
	canon_uint(data, "bytes", &bytes);
	if ((readback != NULL) != (how == CUSTODY_WRITTEN) ||
	    (readback != NULL && strcmp(readback, canon_str(data, "image")) != 0))
		return custody_refuse(act, ERR_SYNTAX,
		    "what was written was read back as the image, and nothing else was");
	if ((why[0] == '\0') != wordless || strlen(why) > LIM_WRITING_WHY_BYTES)
		return custody_refuse(act, ERR_RANGE,
		    "why has 1 to %d bytes, and none when it was written or cancelled",
		    LIM_WRITING_WHY_BYTES);
	return bytes > 0 || how == CUSTODY_INTERRUPTED
	           ? ERR_OK
	           : custody_refuse(act, ERR_RANGE, "an image of no bytes");
}

enum err
custody_writing_check(const struct custody *c, const struct custody_act *act)
{
	const json_t *data = act->e->data;
	size_t how = 0;
	uint64_t files = 0;
	if (act->event != EVENT_WRITTEN)
		return ERR_OK;
	while (how < CUSTODY_WRITING__MAX &&
	       strcmp(canon_str(data, "how"), writing_ends[how]) != 0)
		how++;
	if (how == CUSTODY_WRITING__MAX)
		return custody_refuse(act, ERR_SYNTAX, "no export ends like that");
	enum err e = check_outcome(data, how, act);
	if (e != ERR_OK || c->partial)
		return e;
	const struct custody_writing *w = writing_find(c, canon_str(data, "port"));
	canon_uint(data, "files", &files);
	if (w == NULL)
		return custody_refuse(act, ERR_STATE, "nothing is being written to this port");
	return strcmp(w->image, canon_str(data, "image")) == 0 &&
	               strcmp(w->officer, canon_str(data, "officer")) == 0 && w->files == files
	           ? ERR_OK
	           : custody_refuse(act, ERR_STATE,
			 "image, officer or files are not those of what was being written");
}

static void
writing_begin(struct custody *c, const json_t *medium, const char *officer)
{
	struct custody_writing *w = writing_find(c, canon_str(medium, "port"));
	if (w == NULL) {
		c->writings =
		    mem_resize(c->writings, c->writings_count + 1, sizeof(*c->writings));
		w = &c->writings[c->writings_count++];
		*w = (struct custody_writing){.files = 0};
		snprintf(w->port, sizeof(w->port), "%s", canon_str(medium, "port"));
		snprintf(w->image, sizeof(w->image), "%s", canon_str(medium, "image"));
		snprintf(w->officer, sizeof(w->officer), "%s", officer);
	}
	w->files++;
}

void
custody_writing_apply(struct custody *c, const struct custody_act *act)
{
	const json_t *medium =
	    act->event == EVENT_EXPORT ? canon_object(act->e->data, "medium") : NULL;
	if (medium != NULL)
		writing_begin(c, medium, canon_str(act->e->data, "officer"));
	struct custody_writing *w = act->event == EVENT_WRITTEN
	                                ? writing_find(c, canon_str(act->e->data, "port"))
	                                : NULL;
	if (w != NULL)
		*w = c->writings[--c->writings_count];
}

void
custody_writing_forget(struct custody *c)
{
	free(c->writings);
	c->writings = NULL;
	c->writings_count = 0;
}
