/* SPDX-License-Identifier: ISC */
/*
 * Keyboards, mice and the like.  Whoever plugs one in could type in an
 * officer's name, so that each one that appears while the station works is an
 * entry and locks every screen; a kiosk's own keyboard, plugged in again, too.
 */
#ifndef DESK_KEYBOARD_H
#define DESK_KEYBOARD_H

#include "src/core/device.h"
#include "src/proc/desk/desk.h"

struct keyboards;

struct keyboards *keyboard_new(void);
void keyboard_free(struct keyboards *);
/* As udev tells of them (udev.h); with news: it was not there from the beginning. */
void keyboard_seen(
    struct desk *, struct keyboards *, const char *place, const struct device *, bool news);
void keyboard_gone(struct keyboards *, const char *place);
void keyboard_all(struct keyboards *, bool begin);
/* Locks the screens, whose line of news then names this device. */
void keyboard_lock(struct desk *, const struct device *);

#endif
