/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/failure.h"
#include "src/base/clock.h"
#include "src/base/escape.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/core/canon.h"
#include "src/core/entry.h"
#include "src/core/guess.h"
#include "src/proc/desk/book.h"

#include <string.h>

struct failure {
	int64_t last_ms; /* of the last entry */
	uint64_t waiting;
	char *officer, *why;     /* of the newest that waits; escaped */
	int timer;               /* 0 when none waits */
	struct guess_book *book; /* of what is recorded */
};

static struct failure *
failure_get(struct desk *d)
{
	if (d->failure == NULL) {
		d->failure = mem_alloc(sizeof(*d->failure));
		d->failure->last_ms = clock_mono_ms() - LIM_FAILURE_MS;
		d->failure->book = guess_new();
	}
	return d->failure;
}

void
failure_replay(struct desk *d, const uint8_t *list, size_t n)
{
	size_t cursor = 0, len;
	const uint8_t *bytes;
	while (entry_list_next(list, n, &cursor, &bytes, &len) == ERR_OK) {
		struct entry *e;
		/* canonical JSON has one way to say it: few entries need be taken apart */
		if (memmem(bytes, len, "\"type\":\"sess.", 13) == NULL ||
		    entry_parse(bytes, len, NULL, &e) != ERR_OK)
			continue;
		uint64_t count = 1;
		canon_uint(e->data, "count", &count);
		if (strcmp(e->type, "sess.fail") == 0)
			guess_add(failure_get(d)->book, canon_str(e->data, "officer"), count);
		else if (strcmp(e->type, "sess.login") == 0)
			guess_clear(failure_get(d)->book, e->actor_id);
		entry_free(e);
	}
}

uint64_t
failure_count(const struct desk *d, const char *officer)
{
	const struct failure *f = d->failure;
	MEM_FREE char *name = escape_dup(officer);
	if (f == NULL)
		return 0;
	bool waits = f->waiting > 0 && strcmp(f->officer, name) == 0;
	return guess_count(f->book, name) + (waits ? f->waiting : 0);
}

static void
failure_record(struct desk *d)
{
	struct failure *f = d->failure;
	char refused[BOOK_WHY_SIZE];
	json_t *data = json_pack("{s:s, s:s}", "officer", f->officer, "why", f->why);
	if (f->waiting > 1)
		json_object_set_new(data, "count", json_integer((json_int_t)f->waiting));
	f->last_ms = clock_mono_ms();
	f->waiting = 0;
	if (book_event(d, "sess.fail", "station", data, refused) != ERR_OK)
		log_warn("a refused sign-in could not be recorded: %s", refused);
}

static void
failure_on_time(void *arg)
{
	struct desk *d = arg;
	d->failure->timer = 0;
	if (d->failure->waiting > 0)
		failure_record(d);
}

void
failure_add(struct desk *d, const char *officer, const char *why)
{
	struct failure *f = failure_get(d);
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
failure_settle(struct desk *d, const char *officer)
{
	const struct failure *f = d->failure;
	if (f != NULL && f->waiting > 0 && strcmp(f->officer, officer) == 0)
		failure_record(d);
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
	guess_free(f->book);
	free(f);
	d->failure = NULL;
}
