/* SPDX-License-Identifier: ISC */
/* A transfer at work, or standing still for a reason: what progress*.c share. */
#ifndef UI_VIEW_PROGRESS_H
#define UI_VIEW_PROGRESS_H

#include "src/core/transfer.h"
#include "ui/app.h"
#include "ui/pace.h"

struct progress {
	struct view view;
	char transfer[TRANSFER_ID_SIZE];
	enum transfer_state state; /* TRANSFER__MAX until the desk said */
	json_t *status;            /* of desk.status; NULL until the desk said */
	json_t *news;              /* of the last desk.progress that is not in `pace` yet */
	char *why;                 /* of desk.progress; never NULL */
	uint64_t errors;
	bool paused;
	bool choosing; /* the reading waits for an officer: see `choosing` of the status */
	bool still;    /* nobody at the station is at work on it */
	bool pulled;   /* its medium was taken out while it was read */
	struct pace pace;
	int64_t heard_ms, asked_ms, status_ms; /* status_ms: asked for while it waits */
	uint64_t opening;                      /* the volume that was being opened, or 0 */
	bool asking_watch, asking_status;
	json_t *media;              /* ready media, while one of them is picked; else NULL */
	char *reason;               /* while it is signed for; else NULL */
	char leaf[HEX_DIGEST_SIZE]; /* of the proposal that is signed for */
};

/* Reading, scanning or releasing now. */
bool progress_at_work(const struct progress *);
/* The stages are those of a release. */
bool progress_is_release(const struct progress *);
/* In FAULT: the release has to be repeated, not the reading. */
bool progress_fault_in_release(const struct progress *);
/* In FAULT: it goes on when its medium is read again. */
bool progress_waits_for_medium(const struct progress *);
/* In a port, not of another transfer, of the size that was handed in where that is known. */
bool progress_is_its_medium(const struct progress *, const json_t *row);
/* Asks the desk where it stands and to be told of news. */
void progress_ask(struct progress *);

/* --- progress_acts.c ---------------------------------------------- */
struct progress *progress_of_view(struct view *);
/* Why nothing can be asked of the transfer now; NULL: go on. */
const char *progress_why_not_yet(struct view *);
/* Has the desk do something with the transfer; steals what is added to the request. */
void progress_send(struct progress *, enum msg_id, json_t *more);
/* Lets one of the texts be picked, or one be typed. */
void progress_pick(struct progress *, struct safe title, const char *const *choices, size_t n,
    void (*take)(struct view *, size_t choice, const char *text));
/* What was picked or typed; "" when neither. */
const char *progress_picked(
    const char *const *choices, size_t n, size_t choice, const char *text);
/* An entry can hold it; says what is wrong with it. */
bool progress_reason_ok(struct app *, const char *reason);

/* --- progress_end.c ----------------------------------------------- */
/* One signature over data (stolen), with a secret (stolen); says what came of it. */
bool progress_sign(
    struct progress *, const char *type, json_t *data, struct seal_secret *passphrase);
/* p->reason is what was picked or typed; false: it is none, and it was said why. */
bool progress_keep_picked(
    struct progress *, const char *const *choices, size_t n, size_t choice, const char *text);

/* --- progress_choose.c -------------------------------------------- */
/* What there is to choose; NULL: it does not wait, or the desk was not asked yet. */
const json_t *progress_choice(const struct progress *);
/* The status came: says how an attempt to open a volume ended. */
void progress_choose_heard(struct progress *);
/* Enter while it waits. */
const char *progress_choose_may_go(const struct progress *);
void progress_choose_go(struct progress *);

/* --- progress_wait.c ---------------------------------------------- */
/* One line after the other. */
struct progress_page {
	const struct area *a;
	struct arena *frame;
	int row;
};
#define PROGRESS_LABEL_CELLS 12
/* What there is to choose. */
void progress_wait_draw(struct progress_page *, const struct progress *);

/* --- progress_recall.c -------------------------------------------- */
/* A recall or retirement is proposed, or under way. */
bool progress_is_recall(const struct progress *);
/* What comes next in such a state; NULL: it is in another. */
const char *progress_recall_next(const struct progress *);
/* What was proposed, by whom, and where the files are. */
void progress_recall_draw(struct progress_page *, const struct progress *);

/* --- progress_draw.c ---------------------------------------------- */
void progress_draw(struct view *, const struct area *);
/* A label and words behind it, over as many rows as they need. */
void progress_draw_line(
    struct progress_page *, struct safe label, enum style, struct safe text);

#endif
