/* SPDX-License-Identifier: ISC */
/* Colours of outcomes in bars: apart in grey, too, and never the only sign. */
#ifndef REPORT_COLOUR_H
#define REPORT_COLOUR_H

/* 0xRRGGBB; grey for a word without a colour of its own. */
unsigned colour_of(const char *word);

#endif
