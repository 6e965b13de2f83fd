/* SPDX-License-Identifier: ISC */
/*
 * The screens' one state: who is signed in, the stack of views, the message
 * line.  Time, keys and messages come in by calls, a frame goes out as a grid:
 * a test is in the same position as the terminal.
 */
#ifndef UI_APP_H
#define UI_APP_H

#include "src/base/buf.h"
#include "ui/act.h"
#include "ui/burn.h"
#include "ui/form.h"
#include "ui/link.h"
#include "ui/view.h"

#define APP_SAY_SIZE 256
#define APP_SAID     64 /* messages kept for the m key */
#define APP_ROWS     24
#define APP_COLS     80

enum app_end { APP_GOES_ON, APP_SIGNED_OUT, APP_LEFT };

struct app_said {
	char text[APP_SAY_SIZE];
	char at[24];
	bool warn;
	bool below_lock; /* said by a screen while it was locked: not shown on the lock */
};

/* What the desk told of the station (desk.site). */
struct app_site {
	bool known, demo;
	char *site, *station, *banner, *contact; /* escaped */
	json_t *reasons;                         /* decision: array of texts */
	json_t *fields;                          /* of a transfer, as the policy asks */
	json_t *presets;                         /* [{name, requester, fields}], or NULL */
	uint64_t lock_s, approvals;
};

struct app {
	struct ui *ui; /* ui->as: who is signed in; ui->desk: the connection */
	struct link *link;
	struct media *media;     /* what lies in the ports */
	struct anchors *anchors; /* of the record */
	struct burn burn;        /* what is being written to a medium */
	struct arena *frame;     /* until the next app_draw */
	struct view *top;
	struct app_site site;
	int64_t now_ms;  /* monotonic */
	int64_t now_s;   /* wall clock, UTC */
	int64_t key_ms;  /* when the last key came */
	int64_t lost_ms; /* when the connection was lost; 0: it is there */
	int rows, cols;  /* of the last frame */
	bool flush;      /* what was typed so far is to be thrown away */
	bool redraw;     /* the whole screen is to be written */
	enum app_end end;
	bool kiosk;     /* leaving the sign-in screen is not possible */
	bool want_desk; /* somebody outside should connect and call app_connected */
	struct app_said said[APP_SAID]; /* a ring; the newest at (nsaid - 1) % APP_SAID */
	size_t nsaid;
	bool said_seen;     /* the message line is empty again */
	bool hush;          /* who speaks now is below the lock */
	size_t hushed;      /* messages said below it since it is locked */
	int64_t keyboard_s; /* wall clock: one was plugged in, which locked it; or 0 */
	bool keyboard;      /* one was plugged in: locks as soon as no call waits */
	char complaint[APP_SAY_SIZE]; /* why the desk that answered is of no use yet; "" */
	char hint[APP_SAY_SIZE]; /* why the last key did nothing; never kept: it may be of a
	                            secret */
	void (*show)(
	    struct app *); /* draws at once, before something that takes time; or NULL */
	struct look_memory
	    *looked; /* what this officer has seen of the last inventory; or NULL */
	char problem[APP_SAY_SIZE],
	    remedy[APP_SAY_SIZE]; /* of app_calls_begin to app_calls_end */
	const char *touch_who;    /* whose token is waited for, NULL: nobody's */
	int touch_left_s;
	int64_t tick_ms; /* the last one the views had */
};

/* Starts with the sign-in view.  ui lives longer. */
struct app *app_new(struct ui *, int64_t now_ms, int64_t now_s);
void app_free(struct app *);

/* --- what comes in --------------------------------------------------------- */
void app_key(struct app *, int key);
/* A byte of a paste or of a terminal's mischief is a key like any other. */
void app_tick(struct app *, int64_t now_ms, int64_t now_s);
/* ui->desk is a fresh connection that was greeted. */
void app_connected(struct app *);
/* Draws the frame.  Below APP_ROWS x APP_COLS a short word, and keys but F9 do nothing. */
void app_draw(struct app *, struct grid *, int rows, int cols);

/* --- for views ------------------------------------------------------------- */
/* Shows a view on top; what was typed ahead is thrown away. */
void app_push(struct app *, struct view *);
/* Closes the top view (never the last). */
void app_pop(struct app *);
/* Closes this view and all above it but a lock, and shows another in its place. */
void app_replace(struct app *, struct view *old, struct view *new);
/* Back to the home screen; a lock stays. */
void app_home(struct app *);
/* The message line, and the history: what happened, why, what to do next. */
void app_say(struct app *, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void app_warn(struct app *, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The message line until the next key, and not the history: what a key would need. */
void app_hint(struct app *, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The words of a MSG_DESK_REFUSED; NULL: the desk has gone. */
void app_refused(struct app *, const struct msg *);
/* Asks the desk on behalf of a view, which is `owner` of the answer. */
void app_ask(struct view *, enum msg_id, json_t *body, enum msg_id answer, link_fn *);
/* Why nothing that needs the desk is possible now; NULL: it is there. */
const char *app_why_no_desk(const struct app *);
/*
 * Runs calls of ui/desk.h, ui/sign.h, ui/signin.h: waits for what is under
 * way, and gathers what they would print as a problem into *ret_why (at most
 * APP_SAY_SIZE) instead.  Begin and end in the same function.
 */
bool app_calls_begin(struct app *, const char *doing); /* false: it was said why */
void app_calls_end(struct app *, char ret_why[APP_SAY_SIZE], char ret_next[APP_SAY_SIZE]);
/* A key for the fields of a view; says when one of them takes no more. */
enum form_event app_form_key(struct app *, struct form *, int key);
/* Seconds until the screen locks when no key comes. */
int64_t app_left_s(const struct app *);
/* "DEMO ", or "". */
struct safe app_mark(const struct app *);
/* A transfer and the label of its medium, escaped and in quotes; status: of desk.status, or
 * NULL.
 */
struct safe app_subject(struct arena *, const char *transfer, const json_t *status);

/* --- between app.c and app_*.c ---------------------------------------------- */
/* The lock, wherever it is in the stack; NULL: it is open. */
struct view *app_find_lock(const struct app *);
/* Locks, when somebody is signed in. */
void app_lock(struct app *);
/* The connection broke: all stays as it was, and is tried again. */
void app_lost(struct app *);
void app_site_done(struct app_site *);

#endif
