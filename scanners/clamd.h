/* SPDX-License-Identifier: ISC */
/*
 * What clamd says, parsed: replies of a session (clamd(8), IDSESSION with
 * NUL-terminated commands) and what a detection's name means for us.  Pure.
 */
#ifndef SCANNERS_CLAMD_H
#define SCANNERS_CLAMD_H

#include "scanners/scan.h"
#include "src/base/err.h"

#include <stddef.h>

#define CLAMD_REPLY_BYTES 4096 /* the longest reply taken */

enum clamd_kind {
	CLAMD_OK,    /* "fd[7]: OK" */
	CLAMD_FOUND, /* "fd[7]: NAME FOUND" */
	CLAMD_ERROR, /* "fd[7]: TEXT ERROR", with or without the descriptor */
	CLAMD_TEXT,  /* anything else: PONG, a version */
};

struct clamd_reply {
	unsigned id;
	enum clamd_kind kind;
	const char *text; /* in the caller's reply: name, error or whole text; may be hostile */
	size_t len;
};

/* One reply without its NUL.  ERR_SYNTAX when it has no number in front. */
enum err clamd_parse(const char *reply, size_t n, struct clamd_reply *ret);

/* What a name that was found stands for. */
struct clamd_meaning {
	enum scan_verdict verdict;
	const char *why;  /* of the result */
	const char *rule; /* of the finding */
	const char *class;
	const char *severity;
	const char *title;
};

/*
 * By the name's beginning: what the engine skipped is incomplete, what it only
 * dislikes is suspicious or invalid, everything else is malicious.
 */
const struct clamd_meaning *clamd_meaning(const char *name, size_t n);

/*
 * "ClamAV 1.4.6/27000/Thu Nov 21 09:31:02 2024", or the first part alone.
 * Fills the texts, escaped; the date is "" when there is none that can be read.
 */
void clamd_version(const char *text, size_t n, struct scan_about *about);

#endif
