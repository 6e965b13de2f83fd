/* SPDX-License-Identifier: ISC */
#include "src/base/clock.h"
#include "src/base/limits.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define CLOCK_EARLIEST_S 1704067200 /* 2024-01-01: no clock of ours can be before */

static int64_t clock_frozen = -1;

int64_t
clock_wall_s(void)
{
	struct timespec ts;
	if (clock_frozen >= 0)
		return clock_frozen;
	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec;
}

uint64_t
clock_mono_ns(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_BOOTTIME, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

int64_t
clock_mono_ms(void)
{
	return (int64_t)(clock_mono_ns() / 1000000u);
}

enum clock_state
clock_judge(int64_t now_s, int64_t newest_s)
{
	if (now_s < CLOCK_EARLIEST_S)
		return CLOCK_UNSET;
	return newest_s - now_s >= LIM_CLOCK_BACK_S ? CLOCK_BACK : CLOCK_RIGHT;
}

void
clock_set_wall_s(int64_t wall_s)
{
	clock_frozen = wall_s;
}

/* Days since 1970-01-01 of a proleptic Gregorian date (H. Hinnant's days_from_civil). */
static int64_t
clock_days(int64_t y, int64_t m, int64_t d)
{
	y -= m <= 2;
	int64_t era = y / 400, yoe = y % 400;
	int64_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

bool
clock_format(int64_t wall_s, char out[CLOCK_TEXT_SIZE])
{
	struct tm tm;
	time_t t = (time_t)wall_s;
	out[0] = '\0';
	if (wall_s < 0 || wall_s > INT64_C(253402300799) || gmtime_r(&t, &tm) == NULL)
		return false;
	return strftime(out, CLOCK_TEXT_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm) == CLOCK_TEXT_SIZE - 1;
}

bool
clock_parse(const char *text, int64_t *ret_wall_s)
{
	unsigned y, mo, d, h, mi, s;
	char again[CLOCK_TEXT_SIZE];
	if (strlen(text) != CLOCK_TEXT_SIZE - 1)
		return false;
	if (sscanf(text, "%4u-%2u-%2uT%2u:%2u:%2uZ", &y, &mo, &d, &h, &mi, &s) != 6)
		return false;
	if (y < 1970 || mo < 1 || mo > 12 || d < 1 || d > 31 || h > 23 || mi > 59 || s > 59)
		return false;
	int64_t t = clock_days(y, mo, d) * 86400 + h * 3600 + mi * 60 + s;
	/* the round trip refuses 30 February and every other spelling */
	if (!clock_format(t, again) || strcmp(again, text) != 0)
		return false;
	*ret_wall_s = t;
	return true;
}
