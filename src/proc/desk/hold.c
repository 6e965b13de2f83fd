/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/hold.h"
#include "src/base/limits.h"

#include <string.h>

static const struct {
	const char *word; /* of the request; NULL: it says nothing */
	unsigned counts;  /* reasons that make it wait */
} hold_modes[HOLD_MODE__MAX] = {
    [HOLD_NEVER] = {NULL, 0},
    [HOLD_IF_NEEDED] = {"locked", HOLD_LOCKED | HOLD_ROOM | HOLD_REQUEST},
    [HOLD_ALWAYS] = {"always", HOLD_ASKED | HOLD_LOCKED | HOLD_ROOM | HOLD_REQUEST},
};

static const struct {
	enum hold_why why;
	const char *word;
} hold_words[] = {{HOLD_ASKED, "asked"}, {HOLD_LOCKED, "locked"}, {HOLD_ROOM, "room"},
    {HOLD_REQUEST, "request"}};

bool
hold_parse(const char *word, enum hold_mode *ret)
{
	for (enum hold_mode m = HOLD_NEVER; m < HOLD_MODE__MAX; m++) {
		const char *own = hold_modes[m].word;
		bool same = word == NULL || own == NULL ? word == own : strcmp(word, own) == 0;
		if (!same)
			continue;
		*ret = m;
		return true;
	}
	return false;
}

uint64_t
hold_missing(uint64_t bytes, uint64_t room_bytes)
{
	return bytes > room_bytes ? bytes - room_bytes : 0;
}

unsigned
hold_judge(
    enum hold_mode mode, size_t locked, uint64_t bytes, uint64_t room_bytes, bool request)
{
	unsigned there = HOLD_ASKED;
	if (locked > 0)
		there |= HOLD_LOCKED;
	if (hold_missing(bytes, room_bytes) > 0)
		there |= HOLD_ROOM;
	if (request)
		there |= HOLD_REQUEST;
	return there & hold_modes[mode].counts;
}

int64_t
hold_slow_ms(unsigned wrong, int64_t since_ms)
{
	return wrong < LIM_UNLOCK_WRONG || since_ms >= LIM_UNLOCK_SLOW_MS
	           ? 0
	           : LIM_UNLOCK_SLOW_MS - since_ms;
}

const char *
hold_word(unsigned why, size_t i)
{
	for (size_t k = 0; k < sizeof(hold_words) / sizeof(hold_words[0]); k++)
		if ((why & hold_words[k].why) != 0 && i-- == 0)
			return hold_words[k].word;
	return NULL;
}
