/* SPDX-License-Identifier: ISC */
/* Whether a scanner can be relied on, and what becomes of what waits for one that cannot. */
#include "src/base/log.h"
#include "src/proc/desk/life.h"
#include "src/proc/desk/scan_in.h"

#include <stdio.h>
#include <string.h>

#define SCAN_DRAIN 64 /* batches for an unfit scanner in one turn */

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

void
scan_set_unfit(struct scan_scanner *sc, const char *why)
{
	if (sc->unfit)
		return;
	sc->unfit = true;
	reuse_end(sc->scan->desk, &sc->reuse, false);
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

bool
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

/* What an earlier scan of this transfer was told by others counts no more, either. */
static void
scan_recall(struct scan_scanner *sc)
{
	struct work_maker m;
	struct worker_about *was = &sc->about;
	if (sc->recalled || sc->scan->work == NULL || sc->scan->lost != ERR_OK)
		return;
	sc->recalled = true;
	enum err e = work_maker_get(sc->scan->work, sc->manifest->name, &m);
	scan_check(sc->scan, e == ERR_NOTFOUND ? ERR_OK : e);
	if (e != ERR_OK)
		return;
	sc->known = true;
	snprintf(was->engine, sizeof(was->engine), "%s", m.engine);
	snprintf(was->signatures, sizeof(was->signatures), "%s", m.signatures);
	snprintf(was->signature_date, sizeof(was->signature_date), "%s", m.date);
}

void
scan_sets_again(struct scan *s)
{
	for (size_t i = 0; i < s->nscanners; i++) {
		struct scan_scanner *sc = &s->scanners[i];
		if (!sc->manifest->transfer || sc->unfit)
			continue;
		if (sc->set == SCAN_SET_GIVEN) {
			sc->workers[0] = worker_free(sc->workers[0]);
			scan_start_worker(sc, 0);
		}
		sc->set = SCAN_SET_NOT_YET;
	}
}

/* All its processes begin anew, and what they had waits for them. */
static void
scan_restart(struct scan_scanner *sc)
{
	sc->done = 0;
	sc->done_bytes = 0;
	sc->cursor = sc->looked = 0;
	sc->kept_bytes = 0;
	sc->full = false;
	sc->before = sc->after = "";
	reuse_end(sc->scan->desk, &sc->reuse, false);
	sc->scan->testing = false;
	for (size_t i = 0; i < sc->manifest->slots; i++) {
		sc->workers[i] = worker_free(sc->workers[i]);
		scan_start_worker(sc, i);
	}
	if (sc->manifest->transfer)
		sc->set = SCAN_SET_NOT_YET;
	else
		scan_sets_again(sc->scan);
}

/*
 * One of its processes says what engine and signatures it has.  When they are others
 * than before, all that was said is forgotten and scanned again: true, and that
 * process is gone.
 */
bool
scan_changed(struct scan_scanner *sc, const struct worker_about *now)
{
	struct scan *s = sc->scan;
	struct worker_about was, is = *now;
	uint64_t n = 0;
	bool busy = false;
	scan_recall(sc);
	was = sc->about;
	bool same = !sc->known || life_same(&was, &is);
	sc->about = is;
	sc->known = true;
	if (s->work == NULL || same)
		return false;
	for (size_t i = 0; i < sc->manifest->slots; i++)
		busy |= worker_busy(sc->workers[i]);
	scan_check(s, work_scanner_again(s->work, sc->manifest->name, &n));
	if (n == 0 && !busy) {
		/* nothing is from the ones before, and nothing is kept as theirs */
		reuse_end(s->desk, &sc->reuse, false);
		return false;
	}
	life_record_change(s->desk, sc->manifest, s->transfer, &was, &is, n);
	if (sc->changes++ < LIM_SCAN_CHANGES)
		scan_restart(sc);
	else
		scan_set_unfit(sc, "its signatures changed again and again while it was at "
				   "work: see that they are left alone, then scan again");
	return true;
}

void
scan_renew(struct scan *s, const char *scanner)
{
	for (size_t i = 0; i < s->nscanners && !s->over; i++) {
		struct scan_scanner *sc = &s->scanners[i];
		if (strcmp(sc->manifest->name, scanner) != 0 || !sc->manifest->engine_socket)
			continue;
		struct worker_about now = sc->about;
		worker_name_set(s->desk, sc->manifest, &now);
		if (sc->known && !sc->unfit && scan_changed(sc, &now))
			scan_soon(s);
	}
}

/* It proved itself: what it says from here on is from these signatures. */
void
scan_trust(struct scan_scanner *sc)
{
	struct work_maker m = {
	    sc->about.engine, sc->about.signatures, sc->about.signature_date};
	scan_remember(sc, "");
	if (sc->scan->work == NULL)
		return;
	scan_check(sc->scan, work_maker_put(sc->scan->work, sc->manifest->name, &m));
	if (sc->reuse.run == 0 && sc->sandboxed)
		reuse_begin(
		    sc->scan->desk, sc->scan->policy, sc->manifest, &sc->about, &sc->reuse);
}
