/* SPDX-License-Identifier: ISC */
#include "ui/key.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define KEY_NAME_SIZE 10

static const struct {
	int key;
	const char *name;
} key_names[] = {
    {K_ESC, "Esc"},
    {K_TAB, "Tab"},
    {K_ENTER, "Enter"},
    {K_SPACE, "Space"},
    {0x7f, "Ctrl-?"},
    {K_NONE, "none"},
    {K_UP, "Up"},
    {K_DOWN, "Down"},
    {K_LEFT, "Left"},
    {K_RIGHT, "Right"},
    {K_HOME, "Home"},
    {K_END, "End"},
    {K_PAGE_UP, "PgUp"},
    {K_PAGE_DOWN, "PgDn"},
    {K_INSERT, "Ins"},
    {K_DELETE, "Del"},
    {K_BACKSPACE, "Backspace"},
    {K_BACK_TAB, "Shift-Tab"},
    {K_F1, "F1"},
    {K_F2, "F2"},
    {K_F3, "F3"},
    {K_F4, "F4"},
    {K_F5, "F5"},
    {K_F6, "F6"},
    {K_F7, "F7"},
    {K_F8, "F8"},
    {K_F9, "F9"},
    {K_F10, "F10"},
    {K_F11, "F11"},
    {K_F12, "F12"},
    {K_SIZE, "size"},
    {K_OTHER, "other"},
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

const char *
key_name(int key, char out[KEY_NAME_SIZE])
{
	for (size_t i = 0; i < COUNT(key_names); i++)
		if (key_names[i].key == key) {
			snprintf(out, KEY_NAME_SIZE, "%s", key_names[i].name);
			return out;
		}
	if (key > K_SPACE && key < 0x7f)
		snprintf(out, KEY_NAME_SIZE, "%c", key);
	else if (key >= 0 && key < K_SPACE)
		snprintf(out, KEY_NAME_SIZE, "Ctrl-%c", key + '@');
	else if (key > 0x7f && key < 0x100)
		snprintf(out, KEY_NAME_SIZE, "0x%02X", (unsigned)key);
	else
		return key_name(K_OTHER, out);
	return out;
}

int
key_parse(const char *name)
{
	char out[KEY_NAME_SIZE];
	for (int key = 0; key < K__MAX; key++)
		if (strcmp(name, key_name(key, out)) == 0)
			return key;
	return K_NONE;
}
