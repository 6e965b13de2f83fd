/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/metrics.h"
#include "src/base/clock.h"
#include "src/base/histogram.h"
#include "src/base/mem.h"
#include "src/core/signature.h"
#include "src/proc/desk/life.h"

#include <stdio.h>

struct metrics_scanner {
	struct histogram took_us; /* each object, with its process */
	uint64_t last_ns;         /* the last answer of any process of it */
	uint64_t busy_us;         /* some process of it was at work */
	uint64_t strikes, reused;
	bool known, passed;
	struct worker_about about;
	int64_t tested_s; /* when it was tried last; 0: not yet */
	char warning[SIGNATURE_WHY_SIZE];
};

struct metrics {
	struct metrics_scanner of[LIM_SCANNERS];
};

struct metrics *
metrics_new(void)
{
	return mem_alloc(sizeof(struct metrics));
}

struct metrics *
metrics_free(struct metrics *m)
{
	free(m);
	return NULL;
}

static struct metrics_scanner *
metrics_of(struct desk *d, const struct manifest *m)
{
	return &d->metrics->of[m - d->scanners];
}

void
metrics_object(struct desk *d, const struct manifest *m, uint64_t from_ns)
{
	struct metrics_scanner *s = metrics_of(d, m);
	uint64_t now_ns = clock_mono_ns();
	uint64_t since_ns = s->last_ns > from_ns ? s->last_ns : from_ns;
	if (from_ns > now_ns)
		return;
	histogram_add(&s->took_us, (now_ns - from_ns) / 1000);
	s->busy_us += (now_ns - since_ns) / 1000;
	s->last_ns = now_ns;
}

void
metrics_strike(struct desk *d, const struct manifest *m)
{
	metrics_of(d, m)->strikes++;
}

void
metrics_reused(struct desk *d, const struct manifest *m)
{
	metrics_of(d, m)->reused++;
}

void
metrics_tested(struct desk *d, const struct manifest *m, const struct worker_about *about,
    bool passed, const char *why)
{
	struct metrics_scanner *s = metrics_of(d, m);
	s->known = true;
	s->passed = passed;
	s->about = *about;
	s->tested_s = clock_wall_s();
	snprintf(s->warning, sizeof(s->warning), "%s", passed ? why : "");
}

const struct worker_about *
metrics_about(const struct desk *d, size_t scanner)
{
	const struct metrics_scanner *s = &d->metrics->of[scanner];
	return s->known ? &s->about : NULL;
}

const char *
metrics_warning(const struct desk *d, size_t scanner)
{
	return d->metrics->of[scanner].warning;
}

/* When it was tried last: here, or as the record has it. */
static void
metrics_print_test(const struct desk *d, size_t scanner, json_t *row)
{
	const struct metrics_scanner *s = &d->metrics->of[scanner];
	const struct custody_selftest *t = life_recorded(d, d->scanners[scanner].name);
	char at[CLOCK_TEXT_SIZE] = "";
	bool passed = s->passed;
	if (s->tested_s != 0) {
		clock_format(s->tested_s, at);
	} else if (t != NULL) {
		snprintf(at, sizeof(at), "%s", t->at);
		passed = t->pass;
	}
	json_object_set_new(row, "tested", json_string(at));
	json_object_set_new(row, "passed", json_boolean(passed));
}

void
metrics_print(const struct desk *d, size_t scanner, json_t *row)
{
	const struct metrics_scanner *s = &d->metrics->of[scanner];
	const struct histogram *h = &s->took_us;
	uint64_t per_s = s->busy_us > 0 ? h->count * 1000000 / s->busy_us : 0;
	unsigned days;
	metrics_print_test(d, scanner, row);
	json_object_set_new(row, "date", json_string(s->known ? s->about.signature_date : ""));
	if (s->known && life_age(d, s->about.signature_date, &days))
		json_object_set_new(row, "age_days", json_integer((json_int_t)days));
	const struct {
		const char *name;
		uint64_t value;
	} numbers[] = {{"objects", h->count}, {"median_us", histogram_at(h, 500)},
	    {"p99_us", histogram_at(h, 990)}, {"per_s", per_s}, {"strikes", s->strikes},
	    {"reused", s->reused}};
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		json_object_set_new(
		    row, numbers[i].name, json_integer((json_int_t)numbers[i].value));
}

static void
metrics_add_time(struct buf *out, const char *what, uint64_t us)
{
	if (us < 100)
		buf_addf(out, ", %s under 0.1 ms", what);
	else
		buf_addf(out, ", %s %llu.%llu ms", what, (unsigned long long)(us / 1000),
		    (unsigned long long)(us / 100 % 10));
}

void
metrics_add_pace(const struct desk *d, size_t scanner, struct buf *out)
{
	const struct metrics_scanner *s = &d->metrics->of[scanner];
	if (s->took_us.count > 0) {
		metrics_add_time(out, "median", histogram_at(&s->took_us, 500));
		metrics_add_time(out, "99 % within", histogram_at(&s->took_us, 990));
	}
	if (s->strikes > 0)
		buf_addf(out, ", %llu strike%s", (unsigned long long)s->strikes,
		    s->strikes == 1 ? "" : "s");
}
