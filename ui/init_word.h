/* SPDX-License-Identifier: ISC */
/* The word of the founding page, which init and its option --word take. */
#ifndef UI_INIT_WORD_H
#define UI_INIT_WORD_H

#include "ui/ui.h"

#define INIT_WAITING "station.conf.waits" /* until the word was typed */

/* From here on only HOME can be opened.  Prints; an enum ui_status. */
int cmd_init_confine(int home_fd);
/* Which group of four digits of the genesis (hex) is asked for: 1 to 16. */
unsigned init_word_group(const char *genesis);
/* Asks for it at the terminal; UI_NO after some wrong answers. */
int init_word_ask(const struct ui *, const char *genesis);
/* init --word: of the station that waits in HOME. */
int init_word_given(struct ui *, const char *word);
/* The station may work. */
int init_word_accept(const struct ui *, int home_fd);

#endif
