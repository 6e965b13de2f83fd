/* SPDX-License-Identifier: ISC */
/* Why a reading waits between list and contents, for a person. */
#ifndef UI_WAITS_H
#define UI_WAITS_H

/* The sentence for one word of the desk's "why"; static, NULL for a word nobody knows. */
const char *waits_text(const char *word);

#endif
