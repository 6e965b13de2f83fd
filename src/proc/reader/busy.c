/* SPDX-License-Identifier: ISC */
#include "src/proc/reader/busy.h"
#include "src/base/clock.h"

#include <sys/time.h>

#define BUSY_AGAIN_MS 1000 /* the timer is not set anew more often */

static unsigned busy_seconds; /* 0: nobody looks */
static int64_t busy_set_ms;

static void
busy_set(void)
{
	struct itimerval t = {.it_value = {.tv_sec = (time_t)busy_seconds}};
	(void)setitimer(ITIMER_PROF, &t, NULL);
	busy_set_ms = clock_mono_ms();
}

void
busy_begin(unsigned seconds)
{
	busy_seconds = seconds;
	busy_set();
}

void
busy_given(void)
{
	if (busy_seconds > 0 && clock_mono_ms() - busy_set_ms >= BUSY_AGAIN_MS)
		busy_set();
}
