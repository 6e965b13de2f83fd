/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/scan.h"
#include "db/work.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/core/policy.h"
#include "src/core/verdict.h"
#include "src/proc/desk/book.h"
#include "src/proc/desk/stage.h"
#include "src/proc/desk/worker.h"

#include <stdio.h>
#include <string.h>

#define SCAN_TYPE     "type" /* the scanner that says what an object is */
#define SCAN_NOT_HERE "this station has no such scanner"
#define SCAN_DRAIN    64  /* batches for an unfit scanner in one turn */
#define SCAN_TICK_MS  500 /* deadlines are looked at this often */

/* One scanner and its workers. */
struct scan_scanner {
	struct scan *scan;
	const struct manifest *manifest;
	struct worker *workers[LIM_SCAN_SLOTS];
	uint64_t cursor; /* position in the queue up to which objects were given */
	/* of objects: queued ever and answered */
	uint64_t added, added_bytes, done, done_bytes;
	unsigned respawns;
	const char *before, *after; /* "pass", "fail", or "" */
	bool unfit;
	char why[SCAN_WHY_SIZE];
	struct worker_about about; /* of its first worker */
	bool sandboxed;
};

/* An object that was with a worker when it died. */
struct scan_suspect {
	uint8_t sha256[32];
	unsigned tries;
};

struct scan {
	struct desk *desk;
	struct work *work;
	const struct policy *policy;
	scan_done_fn *done;
	void *arg;
	const char *when; /* of entries; NULL: before and after the work */
	struct scan_scanner scanners[LIM_SCANNERS];
	size_t nscanners;
	struct scan_suspect *suspects;
	size_t nsuspects;
	bool no_more; /* no objects will come */
	bool paused;
	bool unsized; /* objects were queued before, nobody knows how many bytes */
	bool testing; /* proof of life at the end has begun */
	bool over;
	enum err lost; /* the work database has failed */
	int timer;
};

static void scan_pump(struct scan *);
static void scan_start_worker(struct scan_scanner *, size_t slot);

/* --- what is known of an object ----------------------------------------------------- */

static void
scan_check(struct scan *s, enum err e)
{
	/* whoever is at work here goes on with nothing; scan_pump ends it */
	if (s->lost == ERR_OK)
		s->lost = e;
}

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
		if (scan_find(s, needs[i].scanner) != NULL) {
			scan_queue(s, needs[i].scanner, sha256, bytes);
			continue;
		}
		struct work_verdict v = {needs[i].scanner, "error", SCAN_NOT_HERE, bytes, 0};
		scan_check(s, work_verdict_put(s->work, sha256, &v));
	}
}

/* The one place where a verdict about an object is kept. */
static void
scan_keep(struct scan *s, const struct work_todo *t, const struct work_verdict *v)
{
	scan_check(s, work_verdict_put(s->work, t->sha256, v));
	scan_check(s, work_todo_del(s->work, v->scanner, t->sha256));
	if (strcmp(v->scanner, SCAN_TYPE) == 0)
		scan_route(s, t->sha256, t->type, t->bytes);
}

static void
scan_conclude(struct scan_scanner *sc, const struct work_todo *t, const char *verdict,
    const char *why, uint64_t bytes, uint64_t read_bytes)
{
	struct work_verdict v = {sc->manifest->name, verdict, why, bytes, read_bytes};
	scan_keep(sc->scan, t, &v);
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

static struct scan_suspect *
scan_suspect(struct scan *s, const uint8_t sha256[32])
{
	for (size_t i = 0; i < s->nsuspects; i++)
		if (memcmp(s->suspects[i].sha256, sha256, 32) == 0)
			return &s->suspects[i];
	s->suspects = mem_resize(s->suspects, s->nsuspects + 1, sizeof(*s->suspects));
	struct scan_suspect *new = &s->suspects[s->nsuspects++];
	memcpy(new->sha256, sha256, 32);
	new->tries = 0;
	return new;
}

/* --- fitness ---------------------------------------------------------------------------- */

/* Where the desk keeps why it is unfit, or "". */
static char *
scan_known(const struct scan_scanner *sc)
{
	return sc->scan->desk->unfit[sc->manifest - sc->scan->desk->scanners];
}

/* For doctor: what is known of this scanner now. */
static void
scan_remember(const struct scan_scanner *sc, const char *why)
{
	snprintf(scan_known(sc), DESK_UNFIT_SIZE, "%s", why);
}

static void
scan_set_unfit(struct scan_scanner *sc, const char *why)
{
	if (sc->unfit)
		return;
	sc->unfit = true;
	snprintf(sc->why, sizeof(sc->why), "%s: %s", sc->manifest->name, why);
	/* what is tried again and again is told once */
	if (sc->scan->work != NULL || strncmp(scan_known(sc), why, DESK_UNFIT_SIZE - 1) != 0)
		log_warn("scanner %s is unfit: %s", sc->manifest->name, why);
	scan_remember(sc, why);
	if (sc->scan->work != NULL)
		scan_check(
		    sc->scan, work_distrust(sc->scan->work, sc->manifest->name, sc->why));
	for (size_t i = 0; i < sc->manifest->slots; i++)
		sc->workers[i] = worker_free(sc->workers[i]);
}

/* What waits for an unfit scanner gets the verdict it deserves; true when more may wait. */
static bool
scan_drain_unfit(struct scan_scanner *sc)
{
	struct work_todo todo[LIM_SCAN_WINDOW];
	size_t n = LIM_SCAN_WINDOW;
	for (int turn = 0; turn < SCAN_DRAIN && n == LIM_SCAN_WINDOW; turn++) {
		n = 0;
		scan_check(sc->scan, work_todo_next(sc->scan->work, sc->manifest->name, 0, todo,
					 LIM_SCAN_WINDOW, &n));
		for (size_t i = 0; i < n; i++)
			scan_conclude(sc, &todo[i], "error", sc->why, todo[i].bytes, 0);
	}
	return n > 0;
}

static void
scan_record_test(struct scan_scanner *sc, bool passed, const char *when)
{
	struct scan *s = sc->scan;
	char refused[BOOK_WHY_SIZE];
	json_t *data = json_pack("{s:s, s:b, s:s, s:s, s:s}", "scanner", sc->manifest->name,
	    "pass", passed, "when", when, "engine", sc->about.engine, "signatures",
	    sc->about.signatures);
	if (book_event(s->desk, "scan.selftest", "station", data, refused) != ERR_OK)
		log_warn("a self-test could not be recorded: %s", refused);
}

/* --- what workers report (worker.h) ------------------------------------------------------ */

static void
scan_on_tested(void *arg, struct worker *w, bool passed, const char *why)
{
	struct scan_scanner *sc = arg;
	const char *when = sc->scan->when != NULL ? sc->scan->when
	                   : sc->scan->testing    ? "after"
	                                          : "before";
	sc->about = *worker_about(w);
	sc->sandboxed &= worker_sandboxed(w);
	if (sc->scan->testing)
		sc->after = passed ? "pass" : "fail";
	else if (sc->before[0] == '\0' || !passed)
		sc->before = passed ? "pass" : "fail";
	scan_record_test(sc, passed, when);
	if (passed)
		scan_remember(sc, "");
	else
		scan_set_unfit(sc, why);
	scan_pump(sc->scan);
}

static void
scan_on_finding(void *arg, const struct work_finding *f)
{
	struct scan_scanner *sc = arg;
	scan_check(sc->scan, work_finding_add(sc->scan->work, f));
}

static void
scan_on_result(void *arg, struct work_todo *t, const struct worker_result *r)
{
	struct scan_scanner *sc = arg;
	if (strcmp(sc->manifest->name, SCAN_TYPE) == 0 && r->type[0] != '\0') {
		scan_check(
		    sc->scan, work_object_type(sc->scan->work, t->sha256, r->type, r->mime));
		snprintf(t->type, sizeof(t->type), "%s", r->type);
	}
	scan_conclude(sc, t, verdict_print(r->verdict), r->why, r->bytes, r->read_bytes);
	scan_pump(sc->scan);
}

/* The worker died with these objects; each gets a fresh worker once. */
static void
scan_on_lost(
    void *arg, struct worker *w, const struct work_todo *lost, size_t n, const char *why)
{
	struct scan_scanner *sc = arg;
	struct scan *s = sc->scan;
	size_t slot = 0;
	while (slot < sc->manifest->slots && sc->workers[slot] != w)
		slot++;
	for (size_t i = 0; i < n; i++) {
		struct scan_suspect *suspect = scan_suspect(s, lost[i].sha256);
		scan_check(s, work_verdict_clear(s->work, lost[i].sha256, sc->manifest->name));
		if (suspect->tries++ >= LIM_SCAN_RETRIES)
			scan_conclude(sc, &lost[i], "error", why, lost[i].bytes, 0);
		else if (lost[i].n <= sc->cursor)
			sc->cursor = lost[i].n - 1; /* given again */
	}
	if (slot < sc->manifest->slots)
		sc->workers[slot] = worker_free(sc->workers[slot]);
	if (sc->respawns++ >= LIM_SCAN_RESPAWNS)
		scan_set_unfit(sc, why);
	else if (!s->over && slot < sc->manifest->slots)
		scan_start_worker(sc, slot);
	scan_pump(s);
}

static void
scan_on_refused(void *arg, struct worker *w, const char *why)
{
	struct scan_scanner *sc = arg;
	(void)w;
	scan_set_unfit(sc, why);
	scan_pump(sc->scan);
}

static const struct worker_events scan_events = {
    .tested = scan_on_tested,
    .finding = scan_on_finding,
    .result = scan_on_result,
    .lost = scan_on_lost,
    .refused = scan_on_refused,
};

static void
scan_start_worker(struct scan_scanner *sc, size_t slot)
{
	sc->workers[slot] = worker_new(sc->scan->desk, sc->manifest, &scan_events, sc);
}

/* --- the pump
 * --------------------------------------------------------------------------------- */

static bool
scan_is_with_a_worker(const struct scan_scanner *sc, const uint8_t sha256[32])
{
	for (size_t i = 0; i < sc->manifest->slots; i++)
		if (worker_has(sc->workers[i], sha256))
			return true;
	return false;
}

/* Gives waiting objects to workers with room; true when something is under way or waits. */
static bool
scan_feed(struct scan_scanner *sc)
{
	bool busy = false;
	if (sc->unfit)
		return scan_drain_unfit(sc);
	for (size_t i = 0; i < sc->manifest->slots; i++) {
		struct work_todo todo[LIM_SCAN_WINDOW];
		size_t room = sc->scan->paused ? 0 : worker_room(sc->workers[i]), n = 0;
		if (room > 0)
			scan_check(sc->scan, work_todo_next(sc->scan->work, sc->manifest->name,
						 sc->cursor, todo, room, &n));
		for (size_t k = 0; k < n; k++) {
			if (!scan_is_with_a_worker(sc, todo[k].sha256) &&
			    !worker_give(sc->workers[i], &todo[k]))
				break;
			sc->cursor = todo[k].n;
		}
		busy |= worker_busy(sc->workers[i]) || !worker_ready(sc->workers[i]);
	}
	return busy;
}

/* At the very end: every scanner shows once more that it still sees. */
static void
scan_test_again(struct scan *s)
{
	s->testing = true;
	for (size_t i = 0; i < s->nscanners; i++) {
		struct scan_scanner *sc = &s->scanners[i];
		if (!sc->unfit && sc->manifest->selftest)
			worker_test(sc->workers[0]);
		else
			sc->after = sc->unfit ? "fail" : "pass";
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
	s->done(s->arg, s);
}

static void
scan_pump(struct scan *s)
{
	uint64_t waiting = 0;
	bool busy = false;
	if (s->over)
		return;
	if (s->lost != ERR_OK) {
		scan_end(s);
		return;
	}
	if (s->work == NULL) {
		for (size_t i = 0; i < s->nscanners; i++)
			busy |= !s->scanners[i].unfit && s->scanners[i].before[0] == '\0';
		if (!busy)
			scan_end(s);
		return;
	}
	for (size_t i = 0; i < s->nscanners; i++)
		busy |= scan_feed(&s->scanners[i]);
	if (s->lost == ERR_OK && (busy || !s->no_more || s->over || s->paused))
		return;
	scan_check(s, work_todo_count(s->work, &waiting));
	if (s->lost != ERR_OK) {
		scan_end(s);
		return;
	}
	if (waiting > 0)
		return; /* the tick looks again */
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
			if (worker_late(sc->workers[k], &late))
				scan_conclude(sc, &late, "timeout",
				    "no answer within the time its size allows", late.bytes, 0);
		}
	}
	scan_pump(s);
}

/* --- life ------------------------------------------------------------------------------------
 */

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
	scan_check(s, work_tally_todo(work, scan_note_queued, s));
	s->timer = loop_add_timer(d->loop, SCAN_TICK_MS, scan_tick, s);
	return s;
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
	loop_del_timer(s->desk->loop, s->timer);
	for (size_t i = 0; i < s->nscanners; i++)
		for (size_t k = 0; k < s->scanners[i].manifest->slots; k++)
			worker_free(s->scanners[i].workers[k]);
	free(s->suspects);
	free(s);
	return NULL;
}

void
scan_object(struct scan *s, const uint8_t sha256[32], uint64_t bytes)
{
	scan_queue(s, SCAN_TYPE, sha256, bytes);
	scan_pump(s);
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

static enum stage_state
scan_state(const struct scan_scanner *sc, uint64_t total)
{
	const struct scan *s = sc->scan;
	if (sc->unfit)
		return STAGE_HAS_FAILED;
	if (s->no_more && sc->done >= total)
		return STAGE_IS_DONE;
	if (s->paused)
		return STAGE_IS_PAUSED;
	return sc->added > 0 ? STAGE_RUNS : STAGE_WAITS;
}

void
scan_stages(const struct scan *s, uint64_t files, uint64_t bytes, json_t *stages)
{
	/* what the type scanner has still to see may be for any of the others, too */
	uint64_t typing = 0, typing_bytes = 0;
	for (size_t i = 0; i < s->nscanners; i++) {
		const struct scan_scanner *sc = &s->scanners[i];
		if (strcmp(sc->manifest->name, SCAN_TYPE) == 0) {
			typing = sc->added - sc->done;
			typing_bytes = sc->added_bytes - sc->done_bytes;
		}
	}
	for (size_t i = 0; i < s->nscanners; i++) {
		const struct scan_scanner *sc = &s->scanners[i];
		bool first = strcmp(sc->manifest->name, SCAN_TYPE) == 0;
		MEM_FREE char *name = mem_printf("scan-%s", sc->manifest->name);
		uint64_t total = sc->added + files + (first ? 0 : typing), seen = 0;
		for (size_t k = 0; k < sc->manifest->slots; k++)
			seen += worker_seen(sc->workers[k]);
		struct stage stage = {name, scan_state(sc, total), sc->done, total,
		    sc->done_bytes + seen,
		    sc->added_bytes + bytes + (first ? 0 : typing_bytes)};
		if (s->unsized)
			stage.bytes = stage.bytes_total = 0;
		stage_add(stages, &stage);
	}
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

json_t *
scan_print(const struct scan *s)
{
	json_t *rows = json_array();
	for (size_t i = 0; i < s->nscanners; i++) {
		const struct scan_scanner *sc = &s->scanners[i];
		json_array_append_new(rows,
		    json_pack("{s:s, s:s, s:s, s:s, s:b, s:s, s:s}", "name", sc->manifest->name,
			"version", sc->about.version, "engine", sc->about.engine, "signatures",
			sc->about.signatures, "sandbox", sc->sandboxed, "before",
			sc->before[0] != '\0' ? sc->before : "fail", "after",
			sc->after[0] != '\0' ? sc->after : "fail"));
	}
	return rows;
}

json_t *
scan_rows(const struct scan *s)
{
	json_t *rows = json_array();
	for (size_t i = 0; i < s->nscanners; i++) {
		const struct scan_scanner *sc = &s->scanners[i];
		json_array_append_new(rows,
		    json_pack("{s:s, s:s, s:s, s:s, s:s, s:b, s:s}", "name", sc->manifest->name,
			"version", sc->about.version, "engine", sc->about.engine, "signatures",
			sc->about.signatures, "state", sc->unfit ? "UNFIT" : "fit", "sandbox",
			sc->sandboxed, "why", sc->why));
	}
	return rows;
}
