/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/watch.h"
#include "src/base/clock.h"
#include "src/base/mem.h"
#include "src/proc/desk/worker.h"

#include <stdio.h>
#include <string.h>

#define WATCH_AGAIN_MS 500

/* One process for each engine: they connect to those that are used least. */
struct watch {
	struct desk *desk;
	const struct manifest *manifest;
	char set[HEX_DIGEST_SIZE];
	bool loaded;
	watch_done_fn *done;
	void *arg;
	struct worker *workers[LIM_SCAN_SLOTS];
	unsigned wait; /* processes that have not said anything */
	unsigned seen; /* in this turn */
	bool refused;
	int64_t until_ms;
	int timer;
	char why[WATCH_WHY_SIZE]; /* what was wrong last */
};

static void watch_look(void *);

struct watch *
watch_free(struct watch *w)
{
	if (w == NULL)
		return NULL;
	if (w->timer != 0)
		loop_del_timer(w->desk->loop, w->timer);
	for (unsigned i = 0; i < LIM_SCAN_SLOTS; i++)
		worker_free(w->workers[i]);
	free(w);
	return NULL;
}

static void
watch_finish(struct watch *w, enum watch_end end, const char *words)
{
	watch_done_fn *done = w->done;
	void *arg = w->arg;
	char why[2 * WATCH_WHY_SIZE];
	snprintf(why, sizeof(why), "%s%s%s", words, w->why[0] != '\0' ? ": " : "", w->why);
	watch_free(w);
	done(arg, end, end == WATCH_SEEN ? "" : why);
}

/* All have spoken. */
static void
watch_judge(struct watch *w)
{
	if (w->seen == w->manifest->slots)
		watch_finish(w, WATCH_SEEN, "");
	else if (w->loaded && w->refused)
		watch_finish(w, WATCH_REFUSED,
		    "the engine cannot load the set, or it does not pass its trial: journalctl "
		    "-u sallyport-clamd-sets says why");
	else if (clock_mono_ms() >= w->until_ms)
		watch_finish(w, WATCH_LATE,
		    w->loaded ? "the engine was not seen to have loaded the set in time"
			      : "the engine was seen to have the set still");
	else
		w->timer = loop_add_timer(w->desk->loop, WATCH_AGAIN_MS, watch_look, w);
}

/* Of one process, which goes. */
static void
watch_heard(struct watch *w, struct worker *one, bool seen, const char *why)
{
	for (unsigned i = 0; i < LIM_SCAN_SLOTS; i++)
		if (w->workers[i] == one)
			w->workers[i] = worker_free(one);
	if (seen)
		w->seen++;
	else if (why[0] != '\0')
		snprintf(w->why, sizeof(w->why), "%s", why);
	if (--w->wait == 0)
		watch_judge(w);
}

static void
watch_on_tested(void *arg, struct worker *one, bool passed, const char *why)
{
	struct watch *w = arg;
	enum worker_mark said = worker_mark(one);
	(void)passed;
	w->refused |= said == WORKER_HAS_REFUSED;
	/* a process that answered nothing has not said that the set is gone */
	bool answered = passed || said != WORKER_UNSEEN;
	watch_heard(
	    w, one, answered && (said == WORKER_HAS_LOADED) == w->loaded, passed ? "" : why);
}

static void
watch_on_lost(
    void *arg, struct worker *one, const struct work_todo *lost, size_t n, const char *why)
{
	(void)lost;
	(void)n;
	watch_heard(arg, one, false, why);
}

static void
watch_on_refused(void *arg, struct worker *one, const char *why)
{
	watch_heard(arg, one, false, why);
}

static const struct worker_events watch_events = {
    .tested = watch_on_tested,
    .lost = watch_on_lost,
    .refused = watch_on_refused,
    .disbelieved = watch_on_refused,
};

static void
watch_look(void *arg)
{
	struct watch *w = arg;
	w->timer = 0;
	w->seen = 0;
	w->refused = false;
	w->wait = w->manifest->slots;
	for (unsigned i = 0; i < w->manifest->slots; i++) {
		w->workers[i] = worker_new(w->desk, w->manifest, &watch_events, w);
		worker_watch(w->workers[i], w->set);
	}
}

struct watch *
watch_new(struct desk *d, const struct manifest *m, const char *set, bool loaded,
    watch_done_fn *done, void *arg)
{
	struct watch *w = mem_alloc(sizeof(*w));
	*w = (struct watch){
	    .desk = d, .manifest = m, .loaded = loaded, .done = done, .arg = arg};
	snprintf(w->set, sizeof(w->set), "%s", set);
	w->until_ms = clock_mono_ms() + LIM_SIGSET_LOAD_MS;
	watch_look(w);
	return w;
}
