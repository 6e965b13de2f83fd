/* SPDX-License-Identifier: ISC */
/*
 * Anchors: checkpoints that go to paper, to the share and to witnesses, and the
 * station held against them when it begins to work.
 */
#ifndef DESK_ANCHOR_H
#define DESK_ANCHOR_H

#include "src/proc/desk/session.h"

/* Somebody signed in: the first one since the start sees the station held against the share. */
void anchor_begin(struct desk *, const char *officer);
/*
 * Why nothing may be read, submitted, approved or released now; NULL: nothing stands
 * against it.  The text lives until the next call.
 */
const char *anchor_bar(struct desk *, const char **ret_next);
/* Whether the witnesses that the policy of this transfer asks for have cosigned it. */
bool anchor_witnessed(struct desk *, const struct custody_transfer *, char why[256]);

/* ui.anchor_out, ui.anchor_in, ui.anchors, ui.witness */
void anchor_out(struct session *, struct msg *);
void anchor_in(struct session *, struct msg *);
void anchor_state(struct session *, struct msg *);
void anchor_witness(struct session *, struct msg *);

#endif
