/* SPDX-License-Identifier: ISC */
/* Dates as file systems write them down, as seconds since 1970. */
#ifndef MEDIA_MOMENT_H
#define MEDIA_MOMENT_H

#include <stdbool.h>
#include <stdint.h>

/* Days since 1970 of a date of the Gregorian calendar that exists. */
static inline bool
moment_days(int year, unsigned month, unsigned day, int64_t *ret_days)
{
	static const uint8_t last[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 ||
	    day > last[month - 1] + (month == 2 && leap ? 1u : 0u))
		return false;
	int64_t y = year - 1, n = y * 365 + y / 4 - y / 100 + y / 400 - 719162;
	for (unsigned m = 1; m < month; m++)
		n += last[m - 1] + (m == 2 && leap ? 1 : 0);
	*ret_days = n + day - 1;
	return true;
}

/* parts: month, day, hour, minute, second; east: minutes the clock was ahead of UTC. */
static inline bool
moment_utc(int year, const uint8_t parts[5], int east_minutes, int64_t *ret_s)
{
	int64_t days;

	if (!moment_days(year, parts[0], parts[1], &days) || parts[2] > 23 || parts[3] > 59 ||
	    parts[4] > 60)
		return false;
	*ret_s = days * 86400 + parts[2] * 3600 + parts[3] * 60 + parts[4] -
	         (int64_t)east_minutes * 60;
	return true;
}

#endif
