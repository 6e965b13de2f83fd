/* SPDX-License-Identifier: ISC */
/*
 * Why a reading waits between the list of what is there and the contents.
 * Pure: no desk, no messages.
 */
#ifndef DESK_HOLD_H
#define DESK_HOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What whoever handed the medium in asked for. */
enum hold_mode {
	HOLD_NEVER,     /* too little room is a fault, locked volumes stay locked */
	HOLD_IF_NEEDED, /* waits when an officer has something to choose */
	HOLD_ALWAYS,
	HOLD_MODE__MAX
};

/* Reasons, as a set. */
enum hold_why {
	HOLD_ASKED = 1 << 0,
	HOLD_LOCKED = 1 << 1,  /* a volume that nobody has opened */
	HOLD_ROOM = 1 << 2,    /* more is to be read than the vault has room for */
	HOLD_REQUEST = 1 << 3, /* a request says what was asked for */
};

/* The word of a request: NULL, "locked", "always"; false for any other. */
bool hold_parse(const char *word, enum hold_mode *ret);
/* A set of enum hold_why; 0: it goes on. */
unsigned hold_judge(
    enum hold_mode, size_t locked, uint64_t bytes, uint64_t room_bytes, bool request);
/* Bytes that do not fit; 0 when all do. */
uint64_t hold_missing(uint64_t bytes, uint64_t room_bytes);
/* After so many secrets that did not fit, the last of them so long ago: until the next try. */
int64_t hold_slow_ms(unsigned wrong, int64_t since_ms);
/* The i-th word of a set, "asked", "locked", "room" or "request"; NULL at the end. */
const char *hold_word(unsigned why, size_t i);

#endif
