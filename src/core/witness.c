/* SPDX-License-Identifier: ISC */
#include "src/core/witness.h"

#include <stdio.h>

void
witness_print(const char *set, bool refused, char out[WITNESS_TEXT_SIZE])
{
	snprintf(out, WITNESS_TEXT_SIZE, "Sallyport: the set of signatures %.64s is %s.\n", set,
	    refused ? "refused" : "loaded");
}
