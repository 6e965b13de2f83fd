/* SPDX-License-Identifier: ISC */
/* Passphrases: from a descriptor, or from the terminal without echo. */
#ifndef UI_SECRET_H
#define UI_SECRET_H

#include "src/core/seal.h"
#include "ui/ui.h"

/*
 * A passphrase that exists: one line of fd, or with -1 of the terminal.
 * Prints what is wrong; an enum ui_status.
 */
int secret_ask(struct ui *, int fd, const char *who, struct seal_secret **ret);
/* The secret of something else; option: the one that would name a descriptor. */
int secret_ask_text(
    struct ui *, int fd, const char *prompt, const char *option, struct seal_secret **ret);
/* A new one: with -1 the terminal is asked twice. */
int secret_ask_new(struct ui *, int fd, const char *who, struct seal_secret **ret);
/* Whether two are the same text. */
bool secret_same(struct seal_secret *, struct seal_secret *);
/* The answer must be the same text; nothing else is yes.  False without a terminal. */
bool secret_confirm(struct ui *, const char *question, const char *answer);

#endif
