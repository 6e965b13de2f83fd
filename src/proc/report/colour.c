/* SPDX-License-Identifier: ISC */
#include "src/proc/report/colour.h"

#include <stddef.h>
#include <string.h>

unsigned
colour_of(const char *word)
{
	static const struct {
		const char *word;
		unsigned rgb;
	} colours[] = {
	    {"released", 0x1b7837},
	    {"delivered", 0x1b7837},
	    {"rejected", 0xd6604d},
	    {"refused", 0xd6604d},
	    {"held", 0xfdb863},
	    {"blocked", 0x67001f},
	    {"aborted", 0x67001f},
	    {"unreadable", 0x5e3c99},
	    {"encrypted", 0x9d8ec7},
	    {"unread", 0x4393c3},
	    {"excluded", 0x92c5de},
	    {"structural", 0xe0e0e0},
	    /* states of a transfer */
	    {"RELEASED", 0x1b7837},
	    {"CLOSED", 0x7fbf7b},
	    {"ABORTED", 0x67001f},
	    {"BLOCKED", 0xd6604d},
	    {"FAULT", 0xb2182b},
	    {"REVIEW", 0x4393c3},
	    {"SUBMITTED", 0x2166ac},
	    {"APPROVED", 0xfdb863},
	    {"RECALLED", 0x5e3c99},
	    {"RETIRED", 0x9d8ec7},
	};
	for (size_t i = 0; i < sizeof(colours) / sizeof(colours[0]); i++)
		if (strcmp(colours[i].word, word) == 0)
			return colours[i].rgb;
	return 0x999999;
}
