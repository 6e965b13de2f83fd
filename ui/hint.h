/* SPDX-License-Identifier: ISC */
/* The command for what the desk says is to be done next. */
#ifndef UI_HINT_H
#define UI_HINT_H

/* "sallyport status" for NEXT_TRANSFERS; NULL: no command belongs to these words. */
const char *hint_command(const char *next);

#endif
