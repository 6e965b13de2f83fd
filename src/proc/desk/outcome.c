/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/outcome.h"
#include "src/base/log.h"
#include "src/proc/desk/book.h"
#include "src/proc/desk/session.h"
#include "src/proc/desk/writing.h"

#include <stdio.h>
#include <string.h>

static const struct custody_writing *
outcome_find(const struct desk *d, const char *port)
{
	const struct custody_writing *w = NULL;
	for (size_t i = 0; (w = custody_writing_at(d->custody, i)) != NULL; i++)
		if (strcmp(w->port, port) == 0)
			return w;
	return NULL;
}

void
outcome_enter(struct desk *d, const char *port, enum custody_writing_end how, uint64_t bytes,
    const char *why)
{
	char said[LIM_WRITING_WHY_BYTES + 1], refused[BOOK_WHY_SIZE];
	const struct custody_writing *w = outcome_find(d, port);
	if (w == NULL)
		return;
	snprintf(said, sizeof(said), "%s", why);
	json_t *data = json_pack("{s:I, s:I, s:s, s:s, s:s, s:s, s:s}", "bytes",
	    (json_int_t)bytes, "files", (json_int_t)w->files, "how", custody_writing_word(how),
	    "image", w->image, "officer", w->officer, "port", w->port, "why", said);
	if (how == CUSTODY_WRITTEN)
		json_object_set_new(data, "readback", json_string(w->image));
	if (book_event(d, "export.written", "station", data, refused) != ERR_OK)
		log_warn("how the export to %s ended cannot be entered: %s", port, refused);
}

static bool
outcome_is_awaited(const struct desk *d, const char *port)
{
	for (const struct session *s = d->sessions; s != NULL; s = s->next)
		if (writing_is_to(s->writing, port))
			return true;
	return false;
}

void
outcome_settle(struct desk *d, const char *port)
{
	char ports[LIM_PORTS][LIM_PERSON_ID_BYTES + 1];
	const struct custody_writing *w;
	size_t n = 0;
	for (size_t i = 0; n < LIM_PORTS && (w = custody_writing_at(d->custody, i)) != NULL;
	     i++)
		if ((port == NULL || strcmp(w->port, port) == 0) &&
		    !outcome_is_awaited(d, w->port))
			snprintf(ports[n++], sizeof(ports[0]), "%s", w->port);
	for (size_t i = 0; i < n; i++)
		outcome_enter(
		    d, ports[i], CUSTODY_INTERRUPTED, 0, "the station ended before it knew");
}
