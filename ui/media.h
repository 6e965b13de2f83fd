/* SPDX-License-Identifier: ISC */
/*
 * What lies in the ports, as the desk tells it: the rows of ui.media, and the
 * news of what comes, goes or is refused.  It is followed while somebody is
 * signed in, on every connection again.  Views are told by their `media`; what
 * none of them answers for is one line of the message row.
 */
#ifndef UI_MEDIA_H
#define UI_MEDIA_H

#include "src/ipc/channel.h"
#include "ui/safe.h"

struct app;
struct media;

enum media_event { MEDIA_INSERTED, MEDIA_REMOVED, MEDIA_REFUSED };

struct media_news {
	enum media_event event;
	const json_t *said; /* desk.media_news: port, source, name, why; drawn by safe_member */
	/* Of ui.media: what came, as it is now; what went, as it was; NULL: not known. */
	const json_t *row;
};

struct media *media_new(struct app *);
void media_free(struct media *); /* NULL is allowed, here and below: nothing is known */
/* Asks what lies in the ports, and to be told from now on. */
void media_ask(struct media *);
/* A desk.media_news; nothing is done with it while nobody is signed in. */
void media_hear(struct media *, struct msg *);
/* The connection broke: what is known stays, and is followed anew on the next. */
void media_lost(struct media *);
void media_tick(struct media *);

/*
 * Rows, until they change: what needs somebody first, the refused behind, the
 * newest of them first.  NULL: not known.
 */
const json_t *media_rows(const struct media *);
/* There was more than the answer holds. */
bool media_more(const struct media *);
/* Called whenever the rows are new ones; one at a time. */
void media_on_change(struct media *, void *arg, void (*changed)(void *arg));
/* No more calls with this arg. */
void media_forget(struct media *, const void *arg);
/* The row of a source (as ui.intake_device wants it), or NULL. */
const json_t *media_find(const struct media *, const char *source);

/* Of what was removed: it was being read. */
bool media_is_pulled(const json_t *row);
/* The row can be read now. */
bool media_is_ready(const json_t *row);
/* What it calls itself, or for an image its name; escaped. */
struct safe media_name(struct arena *, const json_t *row);
/* "64,023,257,088 bytes: 64 GB on a label", "" when it is not known. */
struct safe media_size(struct arena *, const json_t *row);

#endif
