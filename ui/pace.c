/* SPDX-License-Identifier: ISC */
#include "ui/pace.h"
#include "src/base/clock.h"

#include <stdio.h>
#include <string.h>

#define PACE_STEP_MS   1000 /* between two samples of the ring */
#define PACE_SETTLE_MS 3000 /* before this nothing is guessed */
#define PACE_SPREAD    0.05 /* a guess is never better than this */

#define PACE_TIE 0.1 /* stages this near to each other are as slow as each other */

/* What the reading of a stage that waits costs, against the one that runs: cached or not. */
#define PACE_CHEAP 0.25
#define PACE_DEAR  1.25

void
pace_init(struct pace *p, bool in_turn, int64_t now_ms)
{
	memset(p, 0, sizeof(*p));
	p->in_turn = in_turn;
	p->changed_ms = now_ms;
}

enum pace_state
pace_state_find(const char *word)
{
	static const char *const words[] = {
	    [PACE_WAITING] = "waiting",
	    [PACE_RUNNING] = "running",
	    [PACE_DONE] = "done",
	    [PACE_PAUSED] = "paused",
	    [PACE_FAILED] = "failed",
	};
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i], word) == 0)
			return (enum pace_state)i;
	return PACE_WAITING;
}

/* --- what comes in ----------------------------------------------- */

static struct pace_stage *
pace_stage(struct pace *p, const char *name)
{
	char cut[PACE_NAME_SIZE];
	snprintf(cut, sizeof(cut), "%s", name);
	for (size_t i = 0; i < p->n; i++)
		if (strcmp(p->stages[i].name, cut) == 0)
			return &p->stages[i];
	if (p->n == PACE_STAGES)
		return NULL;
	struct pace_stage *s = &p->stages[p->n++];
	memcpy(s->name, cut, sizeof(cut));
	return s;
}

static const struct pace_sample *
pace_sample_at(const struct pace_stage *s, size_t i)
{
	return &s->samples[i % PACE_SAMPLES];
}

/* The newest sample is written over until the one before it is a second old. */
static void
pace_sample_add(struct pace_stage *s, int64_t now_ms, const struct pace_count *c)
{
	struct pace_sample sample = {now_ms, c->done, c->bytes};
	if (s->n == 0)
		s->first = sample;
	bool again = s->n >= 2 && now_ms - pace_sample_at(s, s->n - 2)->at_ms < PACE_STEP_MS;
	if (!again)
		s->n++;
	s->samples[(s->n - 1) % PACE_SAMPLES] = sample;
}

void
pace_note(struct pace *p, int64_t now_ms, const char *name, enum pace_state state,
    const struct pace_count *c)
{
	struct pace_stage *s = pace_stage(p, name);
	if (s == NULL)
		return;
	bool back = c->done < s->now.done || c->bytes < s->now.bytes;
	if (back || (s->state == PACE_PAUSED && state != PACE_PAUSED))
		s->n = 0;
	if (s->state != state || memcmp(&s->now, c, sizeof(*c)) != 0)
		p->changed_ms = now_ms;
	s->state = state;
	s->now = *c;
	if (state == PACE_RUNNING)
		pace_sample_add(s, now_ms, c);
}

int64_t
pace_idle_ms(const struct pace *p, int64_t now_ms)
{
	return now_ms > p->changed_ms ? now_ms - p->changed_ms : 0;
}

/* --- rates ------------------------------------------------------- */

/* Between a sample and now. */
static struct pace_rate
pace_rate_since(const struct pace_stage *s, const struct pace_sample *from, int64_t now_ms)
{
	int64_t ms = now_ms - from->at_ms;
	if (ms < PACE_STEP_MS || s->now.done < from->done || s->now.bytes < from->bytes)
		return (struct pace_rate){false, 0, 0};
	double seconds = (double)ms / 1000;
	return (struct pace_rate){true, (double)(s->now.done - from->done) / seconds,
	    (double)(s->now.bytes - from->bytes) / seconds};
}

struct pace_rate
pace_rate(const struct pace_stage *s, int64_t now_ms)
{
	size_t kept = s->n < PACE_SAMPLES ? s->n : PACE_SAMPLES;
	if (s->state != PACE_RUNNING || kept == 0)
		return (struct pace_rate){false, 0, 0};
	for (size_t i = s->n - kept; i < s->n; i++) {
		const struct pace_sample *from = pace_sample_at(s, i);
		if (now_ms - from->at_ms <= PACE_WINDOW_MS)
			return pace_rate_since(s, from, now_ms);
	}
	/* nothing was heard for a minute */
	return (struct pace_rate){true, 0, 0};
}

/* --- when it may be over ----------------------------------------- */

/* Seconds, at least low and at most high. */
struct pace_guess {
	bool any;
	double low, high;
};

static void
pace_guess_add(struct pace_guess *g, double left, double per_s)
{
	if (per_s <= 0)
		return;
	double s = left / per_s;
	g->low = !g->any || s < g->low ? s : g->low;
	g->high = !g->any || s > g->high ? s : g->high;
	g->any = true;
}

static double
pace_left(uint64_t done, uint64_t total)
{
	return total > done ? (double)(total - done) : 0;
}

/* By one rate: bytes and files, whichever are counted. */
static void
pace_guess_by(struct pace_guess *g, const struct pace_stage *s, const struct pace_rate *r)
{
	const struct pace_count *c = &s->now;
	if (!r->known)
		return;
	if (c->bytes_total > 0 && c->bytes < c->bytes_total)
		pace_guess_add(g, pace_left(c->bytes, c->bytes_total), r->bytes_s);
	if (c->total > 0 && c->done < c->total)
		pace_guess_add(g, pace_left(c->done, c->total), r->items_s);
}

static bool
pace_counted(const struct pace_stage *s)
{
	return s->now.total > 0 || s->now.bytes_total > 0;
}

static struct pace_guess
pace_guess_stage(const struct pace_stage *s, int64_t now_ms)
{
	struct pace_guess g = {false, 0, 0};
	struct pace_rate now = pace_rate(s, now_ms);
	if (s->state != PACE_RUNNING || s->n == 0 || now_ms - s->first.at_ms < PACE_SETTLE_MS)
		return g;
	const struct pace_count *c = &s->now;
	if (pace_counted(s) && c->done >= c->total && c->bytes >= c->bytes_total)
		return (struct pace_guess){true, 0, 0};
	/* what stands still has no end that could be guessed */
	if (now.known && now.items_s <= 0 && now.bytes_s <= 0)
		return g;
	struct pace_rate whole = pace_rate_since(s, &s->first, now_ms);
	pace_guess_by(&g, s, &now);
	pace_guess_by(&g, s, &whole);
	return g;
}

/* A stage that waits for its turn, at the pace of the one that runs. */
static struct pace_guess
pace_guess_turn(const struct pace_stage *waits, const struct pace_rate *pace)
{
	struct pace_guess g = {false, 0, 0};
	pace_guess_by(&g, waits, pace);
	g.low *= PACE_CHEAP;
	g.high *= PACE_DEAR;
	return g;
}

static void
pace_finish_in_turn(const struct pace *p, int64_t now_ms, size_t runs, struct pace_guess *g,
    size_t *ret_slowest)
{
	struct pace_rate pace = pace_rate(&p->stages[runs], now_ms);
	*g = pace_guess_stage(&p->stages[runs], now_ms);
	*ret_slowest = runs;
	for (size_t i = 0; g->any && i < p->n; i++) {
		if (p->stages[i].state != PACE_WAITING)
			continue;
		struct pace_guess more = pace_guess_turn(&p->stages[i], &pace);
		g->low += more.low;
		g->high += more.high;
	}
}

/* How much of a stage is done, 0 to 1. */
static double
pace_share(const struct pace_stage *s)
{
	const struct pace_count *c = &s->now;
	double share = 1;
	if (s->state == PACE_DONE)
		return 1;
	if (c->total == 0 && c->bytes_total == 0)
		return 0;
	if (c->total > 0)
		share = (double)c->done / (double)c->total;
	if (c->bytes_total > 0 && (double)c->bytes / (double)c->bytes_total < share)
		share = (double)c->bytes / (double)c->bytes_total;
	return share < 1 ? share : 1;
}

/* The running stage that is least done; of those about the same, the first. */
static size_t
pace_behind(const struct pace *p)
{
	double least = 2;
	size_t behind = PACE_STAGES;
	for (size_t i = 0; i < p->n; i++) {
		const struct pace_stage *s = &p->stages[i];
		if (s->state != PACE_RUNNING || pace_share(s) >= least * (1 - PACE_TIE))
			continue;
		least = pace_share(s);
		behind = i;
	}
	return behind;
}

/* All at once: the whole ends with the one that ends last; without a guess, the least done. */
static void
pace_finish_at_once(
    const struct pace *p, int64_t now_ms, struct pace_guess *g, size_t *ret_slowest)
{
	size_t last = PACE_STAGES;
	double high = 0;
	for (size_t i = 0; i < p->n; i++) {
		const struct pace_stage *s = &p->stages[i];
		if (s->state != PACE_RUNNING)
			continue;
		struct pace_guess one = pace_guess_stage(s, now_ms);
		if (!one.any && pace_counted(s)) {
			g->any = false;
			*ret_slowest = pace_behind(p);
			return;
		}
		if (!one.any)
			continue;
		/* a name that changes all the time would say nothing */
		if (last == PACE_STAGES || one.high > high * (1 + PACE_TIE)) {
			last = i;
			high = one.high;
		}
		g->low = !g->any || one.low > g->low ? one.low : g->low;
		g->high = !g->any || one.high > g->high ? one.high : g->high;
		g->any = true;
	}
	*ret_slowest = g->any ? last : pace_behind(p);
}

static size_t
pace_running(const struct pace *p)
{
	size_t i = 0;
	while (i < p->n && p->stages[i].state != PACE_RUNNING)
		i++;
	return i;
}

struct pace_finish
pace_finish(const struct pace *p, int64_t now_ms)
{
	struct pace_finish f = {.slowest = PACE_STAGES};
	struct pace_guess g = {false, 0, 0};
	size_t runs = pace_running(p);
	if (runs == p->n)
		return f;
	if (p->in_turn)
		pace_finish_in_turn(p, now_ms, runs, &g, &f.slowest);
	else
		pace_finish_at_once(p, now_ms, &g, &f.slowest);
	g.low *= 1 - PACE_SPREAD;
	g.high *= 1 + PACE_SPREAD;
	if (!g.any || g.high > PACE_LONGEST_S)
		return f;
	f.known = true;
	f.low_s = (uint64_t)g.low;
	f.high_s = (uint64_t)g.high;
	return f;
}

/* --- percent ----------------------------------------------------- */

static unsigned
pace_percent_of(double share)
{
	unsigned percent = share > 0 ? (unsigned)(share * 100) : 0;
	return percent < 99 ? percent : 99;
}

unsigned
pace_stage_percent(const struct pace_stage *s)
{
	return s->state == PACE_DONE ? 100 : pace_percent_of(pace_share(s));
}

unsigned
pace_percent(const struct pace *p)
{
	double least = 2, sum = 0, weights = 0;
	bool done = p->n > 0;
	for (size_t i = 0; i < p->n; i++) {
		const struct pace_stage *s = &p->stages[i];
		double share = pace_share(s);
		/* in turn, a stage weighs what it moves; one that moves nothing, nothing */
		double weight =
		    (double)(s->now.bytes_total > 0 ? s->now.bytes_total : s->now.total);
		done &= s->state == PACE_DONE;
		/* what is not counted says nothing, neither for nor against */
		if (pace_counted(s) && share < least)
			least = share;
		sum += share * weight;
		weights += weight;
	}
	if (done)
		return 100;
	if (p->in_turn)
		return weights > 0 ? pace_percent_of(sum / weights) : 0;
	return least <= 1 ? pace_percent_of(least) : 0;
}

/* --- in words ---------------------------------------------------- */

static void
pace_print_span(const struct pace_finish *f, char out[PACE_TEXT_SIZE])
{
	/* the low end is rounded down and the high end up */
	uint64_t low = f->low_s / 60, high = (f->high_s + 59) / 60;
	if (f->high_s <= 60)
		snprintf(out, PACE_TEXT_SIZE, "less than 1 min");
	else if (f->high_s < 7200)
		snprintf(out, PACE_TEXT_SIZE, "%llu-%llu min", (unsigned long long)low,
		    (unsigned long long)high);
	else
		snprintf(out, PACE_TEXT_SIZE, "%llu:%02llu-%llu:%02llu h",
		    (unsigned long long)(low / 60), (unsigned long long)(low % 60),
		    (unsigned long long)(high / 60), (unsigned long long)(high % 60));
}

void
pace_print_finish(const struct pace_finish *f, int64_t wall_s, char out[PACE_TEXT_SIZE])
{
	char span[PACE_TEXT_SIZE], at[CLOCK_TEXT_SIZE];
	if (!f->known) {
		snprintf(out, PACE_TEXT_SIZE, "not known yet");
		return;
	}
	pace_print_span(f, span);
	if (!clock_format(wall_s + (int64_t)((f->low_s + f->high_s) / 2), at)) {
		snprintf(out, PACE_TEXT_SIZE, "in %.40s", span);
		return;
	}
	/* a day that is not today is said */
	char today[CLOCK_TEXT_SIZE];
	bool other = clock_format(wall_s, today) && memcmp(today, at, 10) != 0;
	snprintf(out, PACE_TEXT_SIZE, "about %.*s%s%.5s UTC (%.36s)", other ? 5 : 0, at + 5,
	    other ? " " : "", at + 11, span);
}

void
pace_print_ago(int64_t ms, char out[PACE_TEXT_SIZE])
{
	int64_t s = ms / 1000;
	if (s < 10)
		snprintf(out, PACE_TEXT_SIZE, "just now");
	else if (s < 60)
		snprintf(out, PACE_TEXT_SIZE, "%lld s", (long long)(s / 10 * 10));
	else if (s < 3600)
		snprintf(out, PACE_TEXT_SIZE, "%lld min", (long long)(s / 60));
	else
		snprintf(out, PACE_TEXT_SIZE, "%lld h", (long long)(s / 3600));
}
