/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/composing.h"
#include "src/base/clock.h"
#include "src/base/mem.h"
#include "src/proc/desk/compose.h"
#include "src/proc/desk/excepted.h"

struct composing {
	struct desk *desk;
	struct work *work;
	const struct policy *policy;
	json_t *scanners;
	json_t *rows;      /* of the exceptions: the record may move them between two slices */
	struct excepted x; /* texts in rows */
	struct compose *compose;
	composing_fn *done;
	void *arg;
	int timer;
};

/* What holds now, as it was said by now. */
static void
composing_renew(struct composing *c)
{
	json_t *old = c->rows;
	compose_free(c->compose);
	excepted_under(c->desk, c->policy, c->scanners, &c->x);
	c->rows = json_array();
	for (size_t i = 0; i < c->x.under.nexceptions; i++) {
		json_t *row = exception_print(&c->x.list[i]);
		exception_parse(row, &c->x.list[i]);
		json_array_append_new(c->rows, row);
	}
	json_decref(old);
	c->compose = compose_new(c->work, &c->x.under);
}

/* An exception came, ended or is over since it began. */
static bool
composing_is_old(const struct composing *c)
{
	MEM_FREE struct excepted *now = mem_alloc(sizeof(*now));
	excepted_under(c->desk, c->policy, c->scanners, now);
	return !compose_is_done(c->work, &now->under);
}

static void
composing_tick(void *arg)
{
	struct composing *c = arg;
	c->timer = 0;
	enum err e = compose_run(c->compose, clock_mono_ms() + LIM_COMPOSE_MS);
	if (e == ERR_OK && composing_is_old(c)) {
		composing_renew(c);
		e = ERR_AGAIN;
	}
	if (e == ERR_AGAIN)
		c->timer = loop_add_timer(c->desk->loop, 0, composing_tick, c);
	else
		c->done(c->arg, e);
}

struct composing *
composing_start(struct desk *d, struct work *w, const struct policy *policy, json_t *scanners,
    composing_fn *done, void *arg)
{
	struct composing *c = mem_alloc(sizeof(*c));
	*c = (struct composing){.desk = d,
	    .work = w,
	    .policy = policy,
	    .scanners = json_incref(scanners),
	    .done = done,
	    .arg = arg};
	composing_renew(c);
	c->timer = loop_add_timer(d->loop, 0, composing_tick, c);
	return c;
}

struct composing *
composing_end(struct composing *c)
{
	if (c == NULL)
		return NULL;
	if (c->timer != 0)
		loop_del_timer(c->desk->loop, c->timer);
	compose_free(c->compose);
	json_decref(c->rows);
	json_decref(c->scanners);
	free(c);
	return NULL;
}
