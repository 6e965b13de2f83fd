/* SPDX-License-Identifier: ISC */
#include "src/proc/unlock/recovery.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define RECOVERY_GROUPS 8
#define RECOVERY_DIGITS 6
#define RECOVERY_ALL    (RECOVERY_GROUPS * RECOVERY_DIGITS)
#define RECOVERY_LEAST  36 /* digits that are no passphrase any more: two groups are missing */
#define RECOVERY_FACTOR 11

/* Digits that lie together, and how many are in each of the first groups. */
struct recovery_shape {
	size_t digits, groups;
	size_t in[RECOVERY_GROUPS];
};

/* False: other characters are in it. */
static bool
recovery_look(const uint8_t *typed, size_t n, struct recovery_shape *s)
{
	bool apart = true;

	*s = (struct recovery_shape){.digits = 0};
	for (size_t i = 0; i < n; i++) {
		bool digit = typed[i] >= '0' && typed[i] <= '9';
		if (!digit && typed[i] != '-' && typed[i] != ' ')
			return false;
		if (digit) {
			s->groups += apart;
			s->digits++;
			if (s->groups <= RECOVERY_GROUPS)
				s->in[s->groups - 1]++;
		}
		apart = !digit;
	}
	return true;
}

/* All 48 digits as eight groups. */
static void
recovery_print(const uint8_t *typed, size_t n, uint8_t out[RECOVERY_BYTES])
{
	size_t digit = 0;

	for (size_t i = 0; i < n; i++) {
		if (typed[i] < '0' || typed[i] > '9')
			continue;
		out[digit + digit / RECOVERY_DIGITS] = typed[i];
		digit++;
	}
	for (size_t i = 1; i < RECOVERY_GROUPS; i++)
		out[i * (RECOVERY_DIGITS + 1) - 1] = '-';
}

static bool
recovery_group_is_good(const uint8_t *group)
{
	uint32_t v = 0;

	for (size_t i = 0; i < RECOVERY_DIGITS; i++)
		v = v * 10 + (uint32_t)(group[i] - '0');
	return v % RECOVERY_FACTOR == 0 && v / RECOVERY_FACTOR <= UINT16_MAX;
}

enum recovery
recovery_parse(
    const uint8_t *typed, size_t n, uint8_t out[RECOVERY_BYTES], char why[RECOVERY_WHY_SIZE])
{
	struct recovery_shape s;

	if (!recovery_look(typed, n, &s) || s.digits < RECOVERY_LEAST)
		return RECOVERY_NONE;
	for (size_t i = 0; s.groups == RECOVERY_GROUPS && i < RECOVERY_GROUPS; i++) {
		if (s.in[i] == RECOVERY_DIGITS)
			continue;
		snprintf(why, RECOVERY_WHY_SIZE,
		    "Group %zu of the recovery key has %zu digits; each has six. Type it "
		    "again.",
		    i + 1, s.in[i]);
		return RECOVERY_WRONG;
	}
	if (s.digits != RECOVERY_ALL) {
		snprintf(why, RECOVERY_WHY_SIZE,
		    "A recovery key has eight groups of six digits, 48 in all; %zu were typed.",
		    s.digits);
		return RECOVERY_WRONG;
	}
	recovery_print(typed, n, out);
	for (size_t i = 0; i < RECOVERY_GROUPS; i++) {
		if (recovery_group_is_good(out + i * (RECOVERY_DIGITS + 1)))
			continue;
		snprintf(why, RECOVERY_WHY_SIZE,
		    "Group %zu of the recovery key was typed wrongly: no recovery key has such "
		    "a "
		    "group. Compare it and type it again.",
		    i + 1);
		return RECOVERY_WRONG;
	}
	return RECOVERY_GOOD;
}
