/* SPDX-License-Identifier: ISC */
/*
 * The password of one archive: an officer typed it, the scanner that opens
 * archives reads it, and the desk only passes the pipe on.  What is kept is that one
 * was used, by whom and for which object.
 */
#ifndef DESK_PASSWORD_H
#define DESK_PASSWORD_H

#include "src/proc/desk/scan.h"
#include "src/proc/desk/session.h"

/* ui.password */
void password_answer(struct session *, struct msg *);

/* Of an object that was opened with a password and is locked again: its scans say so. */
void password_earlier(
    const struct desk *, struct work *, const uint8_t sha256[32], json_t *scans);
/* What a scan of everything again does to passwords, as a sentence; NULL: there were none. */
const char *password_forgotten(struct work *);

/* --- for a scan ----------------------------------------------------------------- */
/* The pipe that goes with this object to this scanner, once; -1: there is none.  Caller
 * closes. */
int password_take(struct scan *, const char *scanner, const uint8_t sha256[32]);
/*
 * It handed back an object that lies on the way to an archive whose password was typed:
 * true, once, when it is to be opened again.
 */
bool password_leads(struct scan *, const char *scanner, const uint8_t sha256[32]);
/* It has answered; secret: its word about the password, or NULL.  Makes the entry. */
void password_result(
    struct scan *, const char *scanner, const uint8_t sha256[32], const char *secret);
/* The scan ends: whoever waits is told. */
void password_end(struct scan *);

#endif
