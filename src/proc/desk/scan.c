/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/scan.h"
#include "db/work.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/core/policy.h"
#include "src/core/verdict.h"
#include "src/proc/desk/join.h"
#include "src/proc/desk/life.h"
#include "src/proc/desk/metrics.h"
#include "src/proc/desk/password.h"
#include "src/proc/desk/reuse.h"
#include "src/proc/desk/scan_in.h"
#include "src/proc/desk/stage.h"
#include "src/proc/desk/weigh.h"
#include "src/proc/desk/worker.h"

#include <stdio.h>
#include <string.h>

#define SCAN_NOT_HERE "this station has no such scanner"
#define SCAN_TICK_MS  500 /* deadlines are looked at this often */

/* --- what is known of an object ----------------------------------------------------- */

void
scan_check(struct scan *s, enum err e)
{
	/* whoever is at work here goes on with nothing; scan_pump ends it */
	if (s->lost == ERR_OK)
		s->lost = e;
}

struct scan_waiting {
	struct scan *scan;
	uint64_t n;
};

static struct scan_scanner *
scan_find(struct scan *s, const char *name)
{
	for (size_t i = 0; i < s->nscanners; i++)
		if (strcmp(s->scanners[i].manifest->name, name) == 0)
			return &s->scanners[i];
	return NULL;
}

static void
scan_queue(struct scan *s, const char *name, const uint8_t sha256[32], uint64_t bytes)
{
	struct scan_scanner *sc = scan_find(s, name);
	scan_check(s, work_todo_add(s->work, name, sha256));
	if (sc == NULL)
		return;
	sc->added++;
	sc->added_bytes += bytes;
}

/* Queues an object for what policy requires, now that its type is known. */
static void
scan_route(struct scan *s, const uint8_t sha256[32], const char *type, uint64_t bytes)
{
	struct verdict_need needs[LIM_SCANNERS];
	size_t n = policy_needs(s->policy, type, bytes, needs, LIM_SCANNERS);
	for (size_t i = 0; i < n; i++) {
		if (strcmp(needs[i].scanner, SCAN_TYPE) == 0)
			continue;
		const char *verdict = "error", *why = SCAN_NOT_HERE;
		const struct scan_scanner *sc = scan_find(s, needs[i].scanner);
		if (sc != NULL)
			verdict = scan_feed_refuses(sc, type, bytes, &why);
		if (verdict == NULL) {
			scan_queue(s, needs[i].scanner, sha256, bytes);
			continue;
		}
		struct work_verdict v = {needs[i].scanner, verdict, why, bytes, 0};
		scan_check(s, work_verdict_put(s->work, sha256, &v));
	}
}

/* The one place where a verdict about an object is kept. */
static void
scan_keep(struct scan *s, const struct work_todo *t, const struct work_verdict *v)
{
	scan_check(s, work_verdict_put(s->work, t->sha256, v));
	scan_check(s, work_todo_del(s->work, v->scanner, t->sha256));
	s->kept++;
	if (strcmp(v->scanner, SCAN_TYPE) == 0)
		scan_route(s, t->sha256, t->type, t->bytes);
}

void
scan_conclude(struct scan_scanner *sc, const struct work_todo *t, const char *verdict,
    const char *why, uint64_t bytes, uint64_t read_bytes)
{
	struct work_verdict v = {sc->manifest->name, verdict, why, bytes, read_bytes};
	join_conclude(sc, t, &v);
	scan_keep(sc->scan, t, &v);
	sc->scan->answered = true;
	sc->done++;
	sc->done_bytes += t->bytes;
}

/* --- scanners this station does not have ------------------------------------------------ */

struct scan_absent {
	struct scan *scan;
	char name[LIM_POLICY_TEXT_BYTES + 1]; /* one of them; "" for none */
};

static void
scan_note_absent(void *arg, const char *name, uint64_t n)
{
	struct scan_absent *a = arg;
	(void)n;
	if (scan_find(a->scan, name) == NULL)
		snprintf(a->name, sizeof(a->name), "%s", name);
}

/* What waits for them would wait for ever: it gets the verdict it deserves. */
static void
scan_settle_absent(struct scan *s)
{
	for (;;) {
		struct scan_absent a = {.scan = s};
		struct work_todo todo[LIM_SCAN_WINDOW];
		size_t n;
		scan_check(s, work_tally_todo(s->work, scan_note_absent, &a));
		if (a.name[0] == '\0' || s->lost != ERR_OK)
			return;
		do {
			n = 0;
			scan_check(
			    s, work_todo_next(s->work, a.name, 0, todo, LIM_SCAN_WINDOW, &n));
			for (size_t i = 0; i < n && s->lost == ERR_OK; i++) {
				struct work_verdict v = {
				    a.name, "error", SCAN_NOT_HERE, todo[i].bytes, 0};
				scan_keep(s, &todo[i], &v);
			}
		} while (n > 0 && s->lost == ERR_OK);
	}
}

/* --- what workers report (worker.h) ------------------------------------------------------ */

/* One of its last tests is over, "" when its process has gone: the worst of them counts. */
static void
scan_tested(struct scan_scanner *sc, const char *how)
{
	if (how == NULL || sc->tests == 0)
		return;
	sc->tests--;
	if (how[0] != '\0' && strcmp(sc->last, "fail") != 0)
		sc->last = how;
	if (sc->tests == 0)
		sc->after = sc->last[0] != '\0' ? sc->last : "fail";
}

static void
scan_on_tested(void *arg, struct worker *w, bool passed, const char *why)
{
	struct scan_scanner *sc = arg;
	const char *when = sc->scan->when != NULL ? sc->scan->when
	                   : sc->scan->testing    ? "after"
	                                          : "before";
	struct worker_about about = *worker_about(w);
	char life[LIFE_WHY_SIZE] = "";
	sc->sandboxed &= worker_sandboxed(w);
	/* signatures that change while it is judged are for the next scan, as in review */
	if (sc->scan->over)
		return;
	if (passed &&
	    !life_judge(sc->scan->desk, sc->scan->policy, sc->manifest, &about, life)) {
		passed = false;
		why = life;
	}
	life_record_test(sc->scan->desk, sc->manifest, &about, passed, when, why);
	metrics_tested(sc->scan->desk, sc->manifest, &about, passed, life);
	if (passed && scan_changed(sc, &about)) {
		scan_pump(sc->scan);
		return;
	}
	sc->about = about;
	if (sc->scan->testing)
		scan_tested(sc, passed ? "pass" : "fail");
	else if (sc->before[0] == '\0' || !passed)
		sc->before = passed ? "pass" : "fail";
	if (passed)
		scan_trust(sc);
	else
		scan_set_unfit(sc, why);
	scan_pump(sc->scan);
}

/* There is room for a finding or a fact with so long texts. */
static bool
scan_keeps(struct scan_scanner *sc, size_t bytes)
{
	uint64_t left = LIM_SCAN_KEPT_BYTES - sc->kept_bytes;
	if (!sc->full && bytes + SCAN_ROW_BYTES > left) {
		log_warn("transfer %s: scanner %s: %s", sc->scan->transfer, sc->manifest->name,
		    SCAN_FULL);
		sc->full = true;
	}
	if (!sc->full)
		sc->kept_bytes += bytes + SCAN_ROW_BYTES;
	return !sc->full;
}

static void
scan_on_finding(void *arg, const struct work_finding *f)
{
	struct scan_scanner *sc = arg;
	if (!scan_keeps(sc, strlen(f->rule) + strlen(f->title) + strlen(f->detail)))
		return;
	scan_check(sc->scan, work_finding_add(sc->scan->work, f));
}

static void
scan_on_fact(void *arg, const struct work_scan_fact *f)
{
	struct scan_scanner *sc = arg;
	if (!scan_keeps(sc, strlen(f->key) + strlen(f->value)))
		return;
	scan_check(sc->scan, work_scan_fact_add(sc->scan->work, f));
}

void
scan_full(const struct scan_scanner *sc, struct worker_result *r)
{
	/* which of those under way it told more of than was kept, nobody asks */
	if (!sc->full || verdict_worst(r->verdict, VERDICT_INCOMPLETE) != VERDICT_INCOMPLETE)
		return;
	r->verdict = VERDICT_INCOMPLETE;
	r->why = SCAN_FULL;
}

void
scan_typed(struct scan_scanner *sc, struct work_todo *t, const struct worker_result *r)
{
	struct scan *s = sc->scan;
	if (strcmp(sc->manifest->name, SCAN_TYPE) != 0 || r->type[0] == '\0')
		return;
	bool other = t->type[0] != '\0' && strcmp(t->type, r->type) != 0;
	for (size_t i = 0; i < s->nscanners && other; i++)
		if (&s->scanners[i] != sc)
			scan_check(s, work_verdict_clear(
					  s->work, t->sha256, s->scanners[i].manifest->name));
	scan_check(s, work_object_type(s->work, t->sha256, r->type, r->mime));
	snprintf(t->type, sizeof(t->type), "%s", r->type);
}

static void
scan_on_result(void *arg, struct work_todo *t, const struct worker_result *r)
{
	struct scan_scanner *sc = arg;
	metrics_object(sc->scan->desk, sc->manifest, r->from_ns);
	password_result(sc->scan, sc->manifest->name, t->sha256, r->secret);
	scan_feed_acquit(sc, t->sha256);
	scan_typed(sc, t, r);
	char words[WEIGH_WHY_SIZE];
	struct worker_result all = *r;
	weigh_result(sc->scan->policy, sc->manifest, t, &all, words);
	scan_full(sc, &all);
	/* of a set: it is not about these bytes alone */
	if (join_of(sc, t->sha256) == NULL && !sc->full)
		reuse_keep(sc->scan->desk, &sc->reuse, sc->manifest, sc->scan->work, t, &all);
	if (sc->manifest->children)
		inside_end(sc->scan->inside, t->sha256, sc->manifest->name, &all);
	scan_conclude(sc, t, verdict_print(all.verdict), all.why, all.bytes, all.read_bytes);
	scan_pump(sc->scan);
}

/*
 * The process ended.  Over one object it is the object's fault, for it had proved
 * itself before; what nothing explains is its own, and it cannot go on for ever.
 */
static void
scan_on_lost(
    void *arg, struct worker *w, const struct work_todo *lost, size_t n, const char *why)
{
	struct scan_scanner *sc = arg;
	struct scan *s = sc->scan;
	size_t slot = 0;
	bool given = sc->set == SCAN_SET_GIVEN;
	while (slot < sc->manifest->slots && sc->workers[slot] != w)
		slot++;
	if (sc->hold == w)
		sc->hold = NULL;
	scan_feed_back(sc, lost, n, "error", why);
	if (given)
		scan_set_lost(sc, VERDICT_ERROR, why);
	if (slot < sc->manifest->slots)
		sc->workers[slot] = worker_free(sc->workers[slot]);
	if (why[0] != '\0' && n != 1 && !given)
		sc->deaths++;
	if (sc->deaths > LIM_SCAN_RESPAWNS)
		scan_set_unfit(sc, why);
	else if (sc->strikes > LIM_SCAN_STRIKES)
		scan_set_unfit(sc, "more objects than can be put up with made it end");
	else if (!s->over && slot < sc->manifest->slots)
		scan_start_worker(sc, slot);
	scan_pump(s);
}

static void
scan_on_disbelieved(void *arg, struct worker *w, const char *why)
{
	struct scan_scanner *sc = arg;
	(void)w; /* it goes with the others */
	scan_set_unfit(sc, why);
	scan_pump(sc->scan);
}

static void
scan_on_refused(void *arg, struct worker *w, const char *why)
{
	struct scan_scanner *sc = arg;
	size_t slot = LIM_SCAN_SLOTS, others = 0;
	for (size_t i = 0; i < sc->manifest->slots; i++) {
		if (sc->workers[i] == w)
			slot = i;
		else if (sc->workers[i] != NULL)
			others++;
	}
	/* each process may have an engine of its own: what the others do is as good as before
	 */
	if (sc->manifest->engine_socket && slot < LIM_SCAN_SLOTS && others > 0) {
		log_warn("scanner %s goes on with %zu of %u processes: %s", sc->manifest->name,
		    others, sc->manifest->slots, why);
		sc->workers[slot] = worker_free(w);
		scan_tested(sc, sc->scan->testing ? "" : NULL);
	} else {
		scan_set_unfit(sc, why);
	}
	scan_pump(sc->scan);
}

/* What is new is typed first, as everything. */
static void
scan_on_member(void *arg, const struct work_todo *t, const struct work_child *child)
{
	struct scan_scanner *sc = arg;
	struct scan *s = sc->scan;
	bool is_new = inside_member(s->inside, t->sha256, sc->manifest->name, child);
	if (is_new)
		scan_queue(s, SCAN_TYPE, child->sha256, child->size_bytes);
	if (child->sha256 != NULL && password_leads(s, sc->manifest->name, child->sha256) &&
	    !is_new)
		is_new = scan_again(s, sc->manifest->name, child->sha256, child->size_bytes);
	scan_check(s, inside_lost(s->inside));
	if (is_new || s->lost != ERR_OK)
		scan_soon(s);
}

static const struct worker_events scan_events = {
    .tested = scan_on_tested,
    .finding = scan_on_finding,
    .fact = scan_on_fact,
    .member = scan_on_member,
    .result = scan_on_result,
    .lost = scan_on_lost,
    .refused = scan_on_refused,
    .disbelieved = scan_on_disbelieved,
    .has = scan_set_on_has,
    .has_path = scan_set_on_path,
    .object = scan_set_on_object,
    .set = scan_set_on_result,
};

void
scan_start_worker(struct scan_scanner *sc, size_t slot)
{
	sc->workers[slot] = worker_new(sc->scan->desk, sc->manifest, &scan_events, sc);
}

/* --- the pump
 * --------------------------------------------------------------------------------- */

/* Objects that wait for scanners of single objects. */
static void
scan_note_waiting(void *arg, const char *name, uint64_t n)
{
	struct scan_waiting *w = arg;
	const struct scan_scanner *sc = scan_find(w->scan, name);
	if (sc == NULL || !sc->manifest->transfer)
		w->n += n;
}

/* True while an object waits or is under way. */
static bool
scan_objects_wait(struct scan *s)
{
	struct scan_waiting w = {s, 0};
	bool busy = false;
	for (size_t i = 0; i < s->nscanners; i++) {
		struct scan_scanner *sc = &s->scanners[i];
		if (!sc->manifest->transfer)
			busy |= sc->unfit ? scan_drain_unfit(sc) : scan_feed(sc);
	}
	if (s->lost != ERR_OK || busy || !s->no_more || s->over || s->paused)
		return true;
	scan_check(s, work_tally_todo(s->work, scan_note_waiting, &w));
	if (w.n == 0 && (inside_deeper(s->inside) || join_look(s))) {
		scan_soon(s);
		return true;
	}
	scan_check(s, inside_lost(s->inside));
	return w.n > 0; /* the tick looks again */
}

static bool
scan_sets_wait(struct scan *s)
{
	bool busy = false;
	for (size_t i = 0; i < s->nscanners; i++)
		if (s->scanners[i].manifest->transfer)
			busy |= scan_set_run(&s->scanners[i]);
	return busy;
}

/* At the very end: every scanner shows once more that it still sees. */
static void
scan_test_again(struct scan *s)
{
	s->testing = true;
	for (size_t i = 0; i < s->nscanners; i++) {
		struct scan_scanner *sc = &s->scanners[i];
		sc->after = sc->last = "";
		sc->tests = 0;
		if (sc->unfit || !sc->manifest->selftest) {
			sc->after = sc->unfit ? "fail" : "pass";
			continue;
		}
		/* each of its processes, for each may have an engine of its own */
		for (size_t k = 0; k < sc->manifest->slots; k++)
			sc->tests += sc->workers[k] != NULL;
		for (size_t k = 0; k < sc->manifest->slots; k++)
			if (sc->workers[k] != NULL)
				worker_test(sc->workers[k]);
	}
}

static bool
scan_tests_over(const struct scan *s)
{
	for (size_t i = 0; i < s->nscanners; i++)
		if (!s->scanners[i].unfit && s->scanners[i].after[0] == '\0')
			return false;
	return true;
}

static void
scan_end(struct scan *s)
{
	if (s->over)
		return;
	s->over = true;
	for (size_t i = 0; i < s->nscanners; i++) {
		struct scan_scanner *sc = &s->scanners[i];
		bool proved = strcmp(sc->after, "pass") == 0 && !sc->unfit;
		reuse_end(s->desk, &sc->reuse, proved && s->lost == ERR_OK);
	}
	s->done(s->arg, s);
}

void
scan_pump(struct scan *s)
{
	bool busy = false;
	if (s->over)
		return;
	if (s->work == NULL) {
		for (size_t i = 0; i < s->nscanners; i++)
			busy |= !s->scanners[i].unfit && s->scanners[i].before[0] == '\0';
		if (!busy)
			scan_end(s);
		return;
	}
	busy = s->lost == ERR_OK && (scan_objects_wait(s) || scan_sets_wait(s));
	if (s->lost != ERR_OK) {
		scan_end(s);
		return;
	}
	if (busy)
		return;
	if (!s->testing)
		scan_test_again(s);
	if (scan_tests_over(s))
		scan_end(s);
}

/* Deadlines, and whatever a full queue delayed. */
static void
scan_tick(void *arg)
{
	struct scan *s = arg;
	s->timer = loop_add_timer(s->desk->loop, SCAN_TICK_MS, scan_tick, s);
	for (size_t i = 0; i < s->nscanners; i++) {
		struct scan_scanner *sc = &s->scanners[i];
		for (size_t k = 0; k < sc->manifest->slots; k++) {
			struct work_todo late;
			const char *why = worker_late(sc->workers[k], &late);
			if (why != NULL)
				scan_feed_back(sc, &late, 1, "timeout", why);
			why = worker_set_late(sc->workers[k]);
			if (why != NULL)
				scan_set_lost(sc, VERDICT_TIMEOUT, why);
		}
	}
	scan_pump(s);
}

/* --- life */

/* What an earlier scan left. */
static void
scan_note_queued(void *arg, const char *name, uint64_t n)
{
	struct scan *s = arg;
	struct scan_scanner *sc = scan_find(s, name);
	if (sc != NULL)
		sc->added += n;
	s->unsized |= n > 0;
}

static void
scan_add(struct scan *s, const struct manifest *m, size_t slots)
{
	struct scan_scanner *sc = &s->scanners[s->nscanners++];
	*sc = (struct scan_scanner){
	    .scan = s, .manifest = m, .before = "", .after = "", .sandboxed = true};
	for (size_t k = 0; k < slots; k++)
		scan_start_worker(sc, k);
}

struct scan *
scan_new(struct desk *d, struct work *work, const struct policy *policy, scan_done_fn *done,
    void *arg)
{
	struct scan *s = mem_alloc(sizeof(*s));
	*s = (struct scan){.desk = d, .work = work, .policy = policy, .done = done, .arg = arg};
	for (size_t i = 0; i < d->nscanners; i++) {
		const struct manifest *m = &d->scanners[i];
		if (policy_mentions(policy, m->name) || strcmp(m->name, SCAN_TYPE) == 0)
			scan_add(s, m, m->slots);
	}
	s->inside = inside_new(d, work);
	for (size_t i = 0; i < s->nscanners; i++)
		if (s->scanners[i].manifest->children)
			inside_opener(s->inside, s->scanners[i].manifest->name);
	scan_check(s, inside_lost(s->inside));
	scan_check(s, work_tally_todo(work, scan_note_queued, s));
	s->timer = loop_add_timer(d->loop, SCAN_TICK_MS, scan_tick, s);
	return s;
}

void
scan_for(struct scan *s, const char *transfer)
{
	snprintf(s->transfer, sizeof(s->transfer), "%s", transfer);
}

struct scan *
scan_try(struct desk *d, const bool *which, const char *when, scan_done_fn *done, void *arg)
{
	struct scan *s = mem_alloc(sizeof(*s));
	*s = (struct scan){.desk = d, .when = when, .done = done, .arg = arg};
	for (size_t i = 0; i < d->nscanners; i++)
		if (which == NULL || which[i])
			scan_add(s, &d->scanners[i], 1);
	s->timer = loop_add_timer(d->loop, SCAN_TICK_MS, scan_tick, s);
	return s;
}

struct scan *
scan_free(struct scan *s)
{
	if (s == NULL)
		return NULL;
	s->over = true;
	password_end(s);
	loop_del_timer(s->desk->loop, s->timer);
	if (s->soon != 0)
		loop_del_timer(s->desk->loop, s->soon);
	for (size_t i = 0; i < s->nscanners; i++) {
		reuse_end(s->desk, &s->scanners[i].reuse, false);
		for (size_t k = 0; k < s->scanners[i].manifest->slots; k++)
			worker_free(s->scanners[i].workers[k]);
	}
	for (size_t i = 0; i < s->nscanners; i++)
		free(s->scanners[i].suspects);
	inside_free(s->inside);
	join_end(s);
	free(s);
	return NULL;
}

void
scan_object(struct scan *s, const uint8_t sha256[32], uint64_t bytes)
{
	inside_read(s->inside, bytes);
	scan_queue(s, SCAN_TYPE, sha256, bytes);
	scan_pump(s);
}

bool
scan_again(struct scan *s, const char *scanner, const uint8_t sha256[32], uint64_t bytes)
{
	/* its processes are proving themselves after the last object */
	if (s->over || s->testing)
		return false;
	scan_check(s, work_verdict_clear(s->work, sha256, scanner));
	scan_queue(s, scanner, sha256, bytes);
	scan_sets_again(s);
	return true;
}

void
scan_pause(struct scan *s, bool paused)
{
	s->paused = paused;
	scan_pump(s);
}

void
scan_finish(struct scan *s)
{
	s->no_more = true;
	scan_settle_absent(s);
	scan_pump(s);
}

void
scan_untried(const struct scan *s, bool ret_which[LIM_SCANNERS])
{
	memset(ret_which, 0, LIM_SCANNERS * sizeof(*ret_which));
	for (size_t i = 0; i < s->nscanners; i++) {
		const struct scan_scanner *sc = &s->scanners[i];
		ret_which[sc->manifest - s->desk->scanners] =
		    sc->unfit && sc->before[0] == '\0';
	}
}

const char *
scan_unfit(const struct scan *s)
{
	for (size_t i = 0; i < s->nscanners; i++)
		if (s->scanners[i].unfit)
			return s->scanners[i].why;
	return NULL;
}

enum err
scan_lost(const struct scan *s)
{
	return s->lost;
}

bool
scan_sandboxed(const struct scan *s)
{
	for (size_t i = 0; i < s->nscanners; i++)
		if (!s->scanners[i].sandboxed)
			return false;
	return true;
}
