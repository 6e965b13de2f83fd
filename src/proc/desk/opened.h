/* SPDX-License-Identifier: ISC */
/* What is inside items, for people. */
#ifndef DESK_OPENED_H
#define DESK_OPENED_H

#include "src/proc/desk/session.h"

struct work;

/*
 * Of an object that was opened: "inside" {links, members, objects, verdict, whole,
 * worst} to its row, and "parts" to the scans that called objects inside clean.
 */
void opened_add(struct work *, const uint8_t sha256[32], json_t *row, json_t *scans);
/* ui.inside */
void opened_answer(struct session *, struct msg *);

#endif
