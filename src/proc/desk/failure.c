/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/failure.h"
#include "src/base/clock.h"
#include "src/base/escape.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/proc/desk/book.h"

struct failure {
	int64_t last_ms; /* of the last entry */
	uint64_t waiting;
	char *officer, *why; /* of the newest that waits; escaped */
	int timer;           /* 0 when none waits */
};

static void
failure_record(struct desk *d)
{
	struct failure *f = d->failure;
	char refused[BOOK_WHY_SIZE];
	MEM_FREE char *why = f->waiting > 1
	                         ? mem_printf("%s (and %llu more refused since the last entry)",
				       f->why, (unsigned long long)f->waiting - 1)
	                         : mem_strdup(f->why);
	f->last_ms = clock_mono_ms();
	f->waiting = 0;
	if (book_event(d, "sess.fail", "station",
		json_pack("{s:s, s:s}", "officer", f->officer, "why", why), refused) != ERR_OK)
		log_warn("a refused sign-in could not be recorded: %s", refused);
}

static void
failure_on_time(void *arg)
{
	struct desk *d = arg;
	d->failure->timer = 0;
	failure_record(d);
}

void
failure_add(struct desk *d, const char *officer, const char *why)
{
	if (d->failure == NULL) {
		d->failure = mem_alloc(sizeof(*d->failure));
		d->failure->last_ms = clock_mono_ms() - LIM_FAILURE_MS;
	}
	struct failure *f = d->failure;
	free(f->officer);
	free(f->why);
	f->officer = escape_dup(officer);
	f->why = escape_dup(why);
	f->waiting++;
	int64_t left_ms = f->last_ms + LIM_FAILURE_MS - clock_mono_ms();
	if (left_ms <= 0 && f->timer == 0)
		failure_record(d);
	else if (f->timer == 0)
		f->timer = loop_add_timer(d->loop, (int)left_ms, failure_on_time, d);
}

void
failure_end(struct desk *d)
{
	struct failure *f = d->failure;
	if (f == NULL)
		return;
	if (f->timer != 0)
		loop_del_timer(d->loop, f->timer);
	if (f->waiting > 0 && !d->lost)
		failure_record(d);
	free(f->officer);
	free(f->why);
	free(f);
	d->failure = NULL;
}
