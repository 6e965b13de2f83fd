/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/flap.h"
#include "src/base/clock.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/proc/desk/book.h"

struct flap_entry {
	struct flap_entry *next;
	const char *type; /* a literal */
	json_t *data;
	bool whole;         /* it is written as it is; another is the newest of several */
	uint64_t unwritten; /* how many others it stands for */
};

struct flap {
	struct flap *next;
	struct desk *desk;
	const struct station_port *port;
	int64_t spent_ms;           /* until then the entries that were written are paid for */
	struct flap_entry *waiting; /* oldest first, at most LIM_FLAPS + 1 */
	int64_t first_ms;           /* since when */
	int timer;                  /* 0 when none waits */
};

static void flap_later(struct flap *);

/* False when the ledger could not write it.  Written or not, it has been paid for. */
static bool
flap_record(struct flap *f, const char *type, json_t *data)
{
	char why[BOOK_WHY_SIZE];
	int64_t now_ms = clock_mono_ms();
	int64_t most_ms = now_ms + (int64_t)LIM_FLAPS * LIM_FLAP_EACH_MS;
	f->spent_ms = (f->spent_ms > now_ms ? f->spent_ms : now_ms) + LIM_FLAP_EACH_MS;
	if (f->spent_ms > most_ms)
		f->spent_ms = most_ms;
	enum err e = book_event(f->desk, type, "station", data, why);
	if (e != ERR_OK)
		log_warn("%s could not be recorded: %s", type, why);
	return e != ERR_IO;
}

static void
flap_drop(struct flap *f)
{
	struct flap_entry *e = f->waiting;
	f->waiting = e->next;
	json_decref(e->data);
	free(e);
}

/* What waits goes on waiting when the ledger cannot write it. */
static void
flap_catch_up(struct flap *f)
{
	while (f->waiting != NULL) {
		const struct flap_entry *e = f->waiting;
		json_t *data = json_copy(e->data);
		if (e->unwritten > 0)
			json_object_set_new(
			    data, "unwritten", json_integer((json_int_t)e->unwritten));
		if (!flap_record(f, e->type, data))
			return;
		flap_drop(f);
	}
	if (f->timer != 0)
		loop_del_timer(f->desk->loop, f->timer);
	f->timer = 0;
}

static void
flap_on_time(void *arg)
{
	struct flap *f = arg;
	f->timer = 0;
	flap_catch_up(f);
	if (f->waiting != NULL) {
		f->first_ms = clock_mono_ms();
		flap_later(f);
	}
}

static void
flap_later(struct flap *f)
{
	int64_t left_ms = f->first_ms + LIM_FLAP_LATEST_MS - clock_mono_ms();
	if (f->timer != 0)
		loop_del_timer(f->desk->loop, f->timer);
	f->timer = loop_add_timer(f->desk->loop,
	    left_ms < 0                  ? 0
	    : left_ms < LIM_FLAP_CALM_MS ? left_ms
					 : LIM_FLAP_CALM_MS,
	    flap_on_time, f);
}

static struct flap *
flap_of(struct desk *d, const struct station_port *port)
{
	struct flap *f = d->flaps;
	while (f != NULL && f->port != port)
		f = f->next;
	if (f != NULL)
		return f;
	f = mem_alloc(sizeof(*f));
	*f = (struct flap){.next = d->flaps, .desk = d, .port = port};
	d->flaps = f;
	return f;
}

static void
flap_keep(struct flap *f, const char *type, json_t *data, bool whole)
{
	struct flap_entry **at = &f->waiting, *last = NULL;
	size_t n = 0;
	for (; *at != NULL; at = &(*at)->next, n++)
		last = *at;
	if (last == NULL)
		f->first_ms = clock_mono_ms();
	if (n > LIM_FLAPS || (last != NULL && !last->whole && !whole)) {
		last->unwritten++;
		json_decref(last->data);
	} else {
		last = *at = mem_alloc(sizeof(*last));
		*last = (struct flap_entry){.next = NULL};
	}
	last->type = type;
	last->data = data;
	last->whole = whole;
	flap_later(f);
}

void
flap_enter(
    struct desk *d, const struct station_port *port, const char *type, json_t *data, bool sure)
{
	struct flap *f = flap_of(d, port);
	int64_t ahead_ms = f->spent_ms - clock_mono_ms();
	if (sure)
		flap_catch_up(f);
	bool now = f->waiting == NULL &&
	           (sure || ahead_ms <= (int64_t)(LIM_FLAPS - 1) * LIM_FLAP_EACH_MS);
	if (now && flap_record(f, type, json_incref(data)))
		json_decref(data);
	else
		flap_keep(f, type, data, sure || now);
}

void
flap_write(struct desk *d)
{
	for (struct flap *f = d->flaps; f != NULL; f = f->next)
		flap_catch_up(f);
}

void
flap_end(struct desk *d)
{
	if (!d->lost)
		flap_write(d);
	while (d->flaps != NULL) {
		struct flap *f = d->flaps;
		d->flaps = f->next;
		uint64_t lost = 0;
		for (; f->waiting != NULL; flap_drop(f))
			lost += 1 + f->waiting->unwritten;
		if (lost > 0)
			log_warn("%llu devices that came, went or were refused are in no entry",
			    (unsigned long long)lost);
		if (f->timer != 0)
			loop_del_timer(d->loop, f->timer);
		free(f);
	}
}
