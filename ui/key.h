/* SPDX-License-Identifier: ISC */
/* Keys, whatever terminal they come from: bytes 0 to 255, and those below. */
#ifndef UI_KEY_H
#define UI_KEY_H

#define K_CTRL(c) ((c)&0x1f)
#define K_ESC     0x1b
#define K_TAB     0x09
#define K_ENTER   0x0d
#define K_SPACE   0x20

enum key_code {
	K_NONE = -1, /* nothing was pressed */
	K_UP = 256,
	K_DOWN,
	K_LEFT,
	K_RIGHT,
	K_HOME,
	K_END,
	K_PAGE_UP,
	K_PAGE_DOWN,
	K_INSERT,
	K_DELETE,
	K_BACKSPACE, /* 0x08 and 0x7f, too: term.c makes them this */
	K_BACK_TAB,
	K_F1,
	K_F2,
	K_F3,
	K_F4,
	K_F5,
	K_F6,
	K_F7,
	K_F8,
	K_F9,
	K_F10,
	K_F11,
	K_F12,
	K_SIZE,  /* the terminal has another size now */
	K_OTHER, /* a key that has no name here */
	K__MAX
};

/* "F8", "Ctrl-D", "PgDn", "Enter", "a"; printable ASCII, at most 9 cells. */
const char *key_name(int key, char out[10]);
/* The key of such a name, or K_NONE. */
int key_parse(const char *name);

#endif
