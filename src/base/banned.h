/* SPDX-License-Identifier: ISC */
/* Force-included: functions that cannot be used safely do not compile. */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#pragma GCC poison strcpy strcat sprintf vsprintf strncpy strncat strtok gets
#pragma GCC poison gmtime localtime ctime asctime atoi atol atof tmpnam tempnam mktemp
#undef alloca
#pragma GCC poison system popen alloca

#endif
