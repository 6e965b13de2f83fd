/* SPDX-License-Identifier: ISC */
/*
 * How it is seen that an engine has loaded a set of signatures: with the set goes
 * one signature more, which finds a text that no other set finds.
 */
#ifndef CORE_WITNESS_H
#define CORE_WITNESS_H

#include <stdbool.h>

#define WITNESS_TEXT_SIZE 128
/* Beside the files of a set: one is loaded with them, the other in their place. */
#define WITNESS_LOADED  "sallyport-set.hsb"
#define WITNESS_REFUSED "sallyport-refused.hsb"

/* The text that the engine finds while this set (its digest in hex) is loaded, or refused. */
void witness_print(const char *set, bool refused, char out[WITNESS_TEXT_SIZE]);

#endif
