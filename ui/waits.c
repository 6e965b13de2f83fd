/* SPDX-License-Identifier: ISC */
#include "ui/waits.h"

#include <stddef.h>
#include <string.h>

static const struct {
	const char *word, *text;
} waits[] = {
    {"asked", "it was asked for"},
    {"locked", "a volume is encrypted, and nobody has opened it"},
    {"room", "the vault has not room for all of it"},
    {"request", "a request says what was asked for"},
};

const char *
waits_text(const char *word)
{
	for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++)
		if (strcmp(word, waits[i].word) == 0)
			return waits[i].text;
	return NULL;
}
