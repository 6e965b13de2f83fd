/* SPDX-License-Identifier: ISC */
#include "src/core/setmark.h"

#include <stdio.h>

void
setmark_print(const char *set, bool refused, char out[SETMARK_TEXT_SIZE])
{
	snprintf(out, SETMARK_TEXT_SIZE, "Sallyport: the set of signatures %.64s is %s.\n", set,
	    refused ? "refused" : "loaded");
}
