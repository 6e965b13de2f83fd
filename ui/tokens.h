/* SPDX-License-Identifier: ISC */
/*
 * The FIDO2 tokens that are plugged in, and a sallyport-token for each: opened and
 * started by who is not in a sandbox, the command line before it enters its own, or the
 * guard of the screens.  Nothing is read from one here.
 */
#ifndef UI_TOKENS_H
#define UI_TOKENS_H

#include "src/base/limits.h"

#include <stddef.h>

/* Why there is none. */
enum tokens_lack {
	TOKENS_THERE,
	TOKENS_NONE,
	TOKENS_MANY,   /* more than LIM_TOKENS */
	TOKENS_CLOSED, /* this account may not open it */
	TOKENS_STUCK,
	TOKENS_PROGRAM, /* sallyport-token does not start */
	TOKENS_LACK__MAX
};

struct tokens {
	int fds[LIM_TOKENS]; /* sockets to the programs; the caller's to close */
	size_t n;
	enum tokens_lack lack;
};

/* Those that are plugged in, or the given descriptors, which stay the caller's. */
void tokens_start(const int *given, size_t ngiven, struct tokens *ret);
/* What happened, and what to do. */
const char *tokens_why(enum tokens_lack);
const char *tokens_next(enum tokens_lack);

#endif
