/* SPDX-License-Identifier: ISC */
/* The screens: each made here, shown by app_push or app_replace, freed when it closes. */
#ifndef UI_VIEWS_H
#define UI_VIEWS_H

#include "ui/app.h"

struct view *login_view(struct app *);
struct view *lock_view(struct app *);
struct view *home_view(struct app *);
/* The keys of the view below. */
struct view *help_view(struct app *);
/* The messages said so far. */
struct view *said_view(struct app *);
/* The form for a medium in a port: a row of ui.media. */
struct view *intake_view(struct app *, const json_t *medium);
/* A transfer at work: reading, scanning, release. */
struct view *progress_view(struct app *, const char *transfer);
/* The form for the secret of a volume: a row of `choosing` in a status. */
struct view *unlock_view(struct app *, const char *transfer, const json_t *volume);
/* What lies in a folder of a medium whose reading waits (0, "": at its top). */
struct view *scope_view(
    struct app *, const char *transfer, uint64_t folder, struct safe name, bool out);
/* What was found inside an item; way (stolen): rows down to where to look. */
struct view *members_view(
    struct app *, const char *transfer, uint64_t item, json_t *way, struct safe name);
/* The form for the password of an archive; way: the names to it inside the item, or "". */
struct view *password_view(
    struct app *app, const char *transfer, uint64_t item, const char *way, struct safe name);
/* What was asked for, against what is there. */
struct view *wanted_view(struct app *, const char *transfer);
/* The form of a transfer that is not submitted. */
struct view *fields_view(struct app *, const char *transfer);
struct view *review_view(struct app *, const char *transfer);
/* The screen that fits the state of a transfer: progress, review, sign, timeline. */
struct view *transfers_view_of(struct app *, const char *transfer, const char *state);
struct view *preview_view(
    struct app *, const char *transfer, uint64_t item, struct safe name, const char *mode);
struct view *signature_view(struct app *, const char *transfer);
struct view *transfers_view(struct app *);
struct view *timeline_view(struct app *, const char *transfer);
/* What leaves the station: of this transfer, or (NULL) of the record. */
struct view *sending_view(struct app *, const char *transfer);
/* Why nothing may leave by the officer who is signed in; NULL: it may. */
const char *sending_why_not(const struct app *);
/* Reports of a period, and of people. */
struct view *report_view(struct app *);
/* Media with a control number. */
struct view *register_view(struct app *);
/* What is anchored of the record; words in, a page out. */
struct view *anchors_view(struct app *);
/* Who may do what, and which acts wait. */
struct view *people_view(struct app *);

#endif
