/* SPDX-License-Identifier: ISC */
#include "src/base/err.h"

#include <stdarg.h>
#include <stdio.h>

static const char *const err_phrases[ERR__MAX] = {
    [ERR_OK] = "done",
    [ERR_SYNTAX] = "not in the required form",
    [ERR_LIMIT] = "over a limit",
    [ERR_RANGE] = "outside the allowed range",
    [ERR_SIGNATURE] = "signature or digest does not match",
    [ERR_DENIED] = "refused by rule",
    [ERR_STATE] = "not possible in this state",
    [ERR_NOTFOUND] = "not found",
    [ERR_EXISTS] = "exists already",
    [ERR_PROTO] = "protocol broken by peer",
    [ERR_CLOSED] = "peer has gone",
    [ERR_AGAIN] = "busy",
    [ERR_NOSPACE] = "no space left",
    [ERR_IO] = "input or output failed",
    [ERR_SANDBOX] = "sandbox not available",
};

const char *
err_str(enum err e)
{
	return (unsigned)e < ERR__MAX ? err_phrases[e] : "unknown error";
}

enum err
err_say(enum err e, char *why, size_t size, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(why, size, fmt, ap);
	va_end(ap);
	return e;
}
