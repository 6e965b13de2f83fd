/* SPDX-License-Identifier: ISC */
/*
 * How it is seen that an engine has loaded a set of signatures: with the set goes
 * one signature more, which finds a text that no other set finds.
 */
#ifndef CORE_SETMARK_H
#define CORE_SETMARK_H

#include <stdbool.h>

#define SETMARK_TEXT_SIZE 128
/* Beside the files of a set: one is loaded with them, the other in their place. */
#define SETMARK_LOADED  "sallyport-set.hsb"
#define SETMARK_REFUSED "sallyport-refused.hsb"

/* The text that the engine finds while this set (its digest in hex) is loaded, or refused. */
void setmark_print(const char *set, bool refused, char out[SETMARK_TEXT_SIZE]);

#endif
