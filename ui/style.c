/* SPDX-License-Identifier: ISC */
#include "ui/style.h"

#include <assert.h>

char
style_letter(enum style s)
{
	static const char letters[] = {
#define STYLE(name, letter, mono, pair, colour, contrast) letter,
#include "ui/style.def"
#undef STYLE
	};
	assert(s < STYLE__MAX);
	return letters[s];
}
