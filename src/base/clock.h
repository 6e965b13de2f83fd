/* SPDX-License-Identifier: ISC */
/*
 * The one clock.  Everything that needs the time asks here, so that a test
 * can put the hands where it wants.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#define CLOCK_TEXT_SIZE 21 /* "YYYY-MM-DDTHH:MM:SSZ" and NUL */

/* Wall clock, seconds since 1970 UTC. */
int64_t clock_wall_s(void);
/* CLOCK_BOOTTIME in milliseconds and nanoseconds: for deadlines and entries. */
int64_t clock_mono_ms(void);
uint64_t clock_mono_ns(void);
/* What can be said of a wall clock. */
enum clock_state {
	CLOCK_RIGHT,
	CLOCK_UNSET, /* before the first day of these programs: a dead battery */
	CLOCK_BACK,  /* LIM_CLOCK_BACK_S or more before newest_s, a time that was recorded */
};
enum clock_state clock_judge(int64_t now_s, int64_t newest_s);
/* Replaces the wall clock until called with a negative value. Tests only. */
void clock_set_wall_s(int64_t);
/* RFC 3339 in UTC with seconds; years 1970 to 9999, else "" and false. */
bool clock_format(int64_t wall_s, char out[CLOCK_TEXT_SIZE]);
/* Exactly the form of clock_format, and a date that exists (no second 60). */
bool clock_parse(const char *text, int64_t *ret_wall_s);

#endif
