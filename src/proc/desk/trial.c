/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/trial.h"
#include "src/base/clock.h"
#include "src/proc/desk/scan.h"

static void trial_begin(struct desk *, const bool *which, const char *when);

/* Again, what has not been tried elsewhere meanwhile. */
static void
trial_on_time(void *arg)
{
	struct desk *d = arg;
	bool any = false;
	d->trial_timer = 0;
	for (size_t i = 0; i < d->nscanners; i++) {
		d->untried[i] &= d->unfit[i][0] != '\0';
		any |= d->untried[i];
	}
	if (any)
		trial_begin(d, d->untried, "start");
}

static void
trial_on_over(void *arg, struct scan *s)
{
	struct desk *d = arg;
	scan_untried(s, d->untried);
	d->trial = scan_free(s);
	d->trial_timer = loop_add_timer(d->loop, d->trial_ms, trial_on_time, d);
	d->trial_ms = d->trial_ms * 2 < LIM_TRIAL_MOST_MS ? d->trial_ms * 2 : LIM_TRIAL_MOST_MS;
}

static void
trial_begin(struct desk *d, const bool *which, const char *when)
{
	if (which == NULL)
		d->proved_s = clock_mono_ms() / 1000;
	d->trial = scan_try(d, which, when, trial_on_over, d);
}

void
trial_start(struct desk *d)
{
	d->trial_ms = LIM_TRIAL_MS;
	if (d->nscanners > 0)
		trial_begin(d, NULL, "start");
}

void
trial_shift(struct desk *d)
{
	bool lately = clock_mono_ms() / 1000 - d->proved_s < LIM_SHIFT_S;
	if (lately || d->nscanners == 0 || d->trial != NULL)
		return;
	if (d->trial_timer != 0)
		loop_del_timer(d->loop, d->trial_timer);
	d->trial_timer = 0;
	d->trial_ms = LIM_TRIAL_MS;
	trial_begin(d, NULL, "shift");
}

void
trial_end(struct desk *d)
{
	if (d->trial_timer != 0)
		loop_del_timer(d->loop, d->trial_timer);
	d->trial_timer = 0;
	d->trial = scan_free(d->trial);
}
