/* SPDX-License-Identifier: ISC */
/*
 * The program in front of a person, for one run: where the station is, who
 * sits here, and the line to the desk.
 */
#ifndef UI_UI_H
#define UI_UI_H

#include "src/base/boot.h"
#include "src/core/custody.h"
#include "src/core/seal.h"
#include "src/core/signin.h"
#include "src/ipc/channel.h"

#include <stdbool.h>

/* What every command answers; the program's exit status. */
enum ui_status {
	UI_DONE = 0,
	UI_NO = 1, /* the answer is no */
	UI_USAGE = 2,
	UI_FAULT = 3,
};

struct tokens; /* tokens.h */

struct ui {
	const char *home;          /* absolute */
	const char *as;            /* who signs in; NULL: nobody */
	int passphrase_fd;         /* -1: the terminal is asked */
	int tty;                   /* the terminal, or -1 */
	int token_fds[LIM_TOKENS]; /* tokens that are open already; none: those plugged in */
	size_t ntoken_fds;
	int keys_fd;           /* HOME/keys, or -1 */
	bool batch;            /* many commands under one sign-in */
	bool writes_keys;      /* the command may make or change key files */
	uint64_t refused;      /* sign-ins of who signs in here, since the last good one */
	bool gone;             /* the desk does not answer any more */
	enum signin_end ended; /* the station ended the sign-in */
	struct seal_secret *passphrase; /* once it was given */
	struct channel *desk;
	struct token *token; /* see token.h; NULL: none is asked */
	/* The screens: told every quarter of a second that an answer is waited for; false gives
	 * up. */
	bool (*waiting)(void *arg);
	/* The screens: a message that is no answer, as progress; borrowed. */
	void (*stray)(void *arg, struct msg *);
	/* The screens: the tokens that are plugged in now; and that a touch of somebody is
	 * waited for, so long (NULL: not any more). */
	void (*fetch_tokens)(void *arg, struct tokens *ret);
	void (*touch)(void *arg, const char *who, int left_s);
	bool token_spoke; /* what a token, or its absence, says was printed */
	void *screens;
	struct custody *authority; /* the authority log, replayed here */
	char boot[BOOT_ID_SIZE];
};

#endif
