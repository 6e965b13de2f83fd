/* SPDX-License-Identifier: ISC */
/* What a cell is; how it looks is the theme's and the terminal's. */
#ifndef UI_STYLE_H
#define UI_STYLE_H

enum style {
#define STYLE(name, letter, mono, pair, colour, contrast) STYLE_##name,
#include "ui/style.def"
#undef STYLE
	STYLE__MAX
};

/* The letter of the style plane in dumps. */
char style_letter(enum style);

#endif
