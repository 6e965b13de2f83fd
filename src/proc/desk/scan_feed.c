/* SPDX-License-Identifier: ISC */
/*
 * Objects on their way to the processes of a scanner: dealt out evenly, moved
 * from a slow process to an idle one, and given once more, alone, when a
 * process ended while it had them.
 */
#include "src/base/mem.h"
#include "src/proc/desk/join.h"
#include "src/proc/desk/metrics.h"
#include "src/proc/desk/password.h"
#include "src/proc/desk/reuse.h"
#include "src/proc/desk/scan_in.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- what is not for this scanner ------------------------------------------------------ */

const char *
scan_feed_refuses(
    const struct scan_scanner *sc, const char *type, uint64_t bytes, const char **ret_why)
{
	const struct manifest *m = sc->manifest;
	const uint64_t most[2] = {m->max_bytes, sc->about.max_bytes};
	bool accepted = m->accept.n == 0;
	for (unsigned i = 0; i < m->accept.n && !accepted; i++)
		accepted = policy_glob(manifest_text(&m->accept, i), type);
	if (!accepted) {
		*ret_why = "it does not look at objects of this type";
		return "na";
	}
	if (sc->full) {
		*ret_why = SCAN_FULL;
		return "error";
	}
	for (size_t i = 0; i < 2 && !m->transfer; i++)
		if (most[i] != 0 && bytes > most[i]) {
			*ret_why = SCAN_TOO_LARGE;
			return "incomplete";
		}
	return NULL;
}

/* --- suspects ---------------------------------------------------------------------------- */

static struct scan_suspect *
scan_feed_suspect(const struct scan_scanner *sc, const uint8_t sha256[32])
{
	for (size_t i = 0; i < sc->nsuspects; i++)
		if (memcmp(sc->suspects[i].todo.sha256, sha256, 32) == 0)
			return &sc->suspects[i];
	return NULL;
}

static struct scan_suspect *
scan_feed_accuse(struct scan_scanner *sc, const struct work_todo *t)
{
	struct scan_suspect *suspect = scan_feed_suspect(sc, t->sha256);
	if (suspect == NULL) {
		sc->suspects =
		    mem_resize(sc->suspects, sc->nsuspects + 1, sizeof(*sc->suspects));
		suspect = &sc->suspects[sc->nsuspects++];
		*suspect = (struct scan_suspect){.todo = *t};
	}
	return suspect;
}

void
scan_feed_acquit(struct scan_scanner *sc, const uint8_t sha256[32])
{
	struct scan_suspect *suspect = scan_feed_suspect(sc, sha256);
	if (suspect != NULL)
		*suspect = sc->suspects[--sc->nsuspects];
}

/* Nobody else was there: it was this object. */
static void
scan_feed_strike(
    struct scan_scanner *sc, struct scan_suspect *suspect, const char *verdict, const char *why)
{
	struct scan *s = sc->scan;
	const struct work_todo t = suspect->todo;
	unsigned times = 0;
	scan_check(s, work_strike_add(s->work, t.sha256, sc->manifest->name, why, &times));
	metrics_strike(s->desk, sc->manifest);
	sc->strikes++;
	if (sc->deaths > 0 && suspect->crowd)
		sc->deaths--; /* that one is explained now */
	suspect->crowd = false;
	if (suspect->tries <= LIM_SCAN_RETRIES)
		return;
	scan_feed_acquit(sc, t.sha256);
	scan_conclude(sc, &t, verdict, why, t.bytes, 0);
}

void
scan_feed_back(struct scan_scanner *sc, const struct work_todo *lost, size_t n,
    const char *verdict, const char *why)
{
	for (size_t i = 0; i < n; i++) {
		scan_check(sc->scan,
		    work_verdict_clear(sc->scan->work, lost[i].sha256, sc->manifest->name));
		if (sc->manifest->children)
			inside_cut(sc->scan->inside, lost[i].sha256, sc->manifest->name);
		struct scan_suspect *suspect = scan_feed_suspect(sc, lost[i].sha256);
		if (why[0] == '\0') {
			if (suspect != NULL)
				suspect->waits = true;
			else if (lost[i].n <= sc->cursor)
				sc->cursor = lost[i].n - 1; /* given again, as if nothing was */
			continue;
		}
		suspect = scan_feed_accuse(sc, &lost[i]);
		/* it works on one after the other: the rest may not have been begun */
		suspect->tries += i == 0;
		suspect->waits = true;
		suspect->crowd |= n > 1;
		if (n == 1)
			scan_feed_strike(sc, suspect, verdict, why);
	}
}

/* --- giving */

/* False when the vault's line is full. */
static bool
scan_feed_give(struct scan_scanner *sc, struct worker *w, const struct work_todo *t)
{
	struct inside_room room;
	if (!sc->manifest->children)
		return worker_give(w, t, NULL);
	if (channel_room(sc->scan->desk->vault) < 4)
		return false;
	const struct worker_parts *parts = join_of(sc, t->sha256);
	if (parts != NULL && !worker_give_parts(w, parts))
		return false;
	inside_open(sc->scan->inside, t, sc->manifest->name, &room);
	MEM_CLOSE int secret = password_take(sc->scan, sc->manifest->name, t->sha256);
	if (secret >= 0)
		worker_give_secret(w, t->sha256, secret);
	return worker_give(w, t, &room);
}

/* --- who has what */

static bool
scan_feed_is_given(const struct scan_scanner *sc, const uint8_t sha256[32])
{
	for (size_t i = 0; i < sc->manifest->slots; i++)
		if (worker_has(sc->workers[i], sha256))
			return true;
	return false;
}

/* It has a suspect, which must be alone. */
static bool
scan_feed_is_held(const struct scan_scanner *sc, const struct worker *w)
{
	if (w == sc->hold)
		return true;
	for (size_t i = 0; i < sc->nsuspects; i++)
		if (!sc->suspects[i].waits && worker_has(w, sc->suspects[i].todo.sha256))
			return true;
	return false;
}

/* The one with room that has the least to do, or NULL. */
static struct worker *
scan_feed_choose(const struct scan_scanner *sc)
{
	struct worker *best = NULL;
	for (size_t i = 0; i < sc->manifest->slots; i++) {
		struct worker *w = sc->workers[i];
		if (worker_room(w) > 0 && !scan_feed_is_held(sc, w) &&
		    (best == NULL || worker_load(w) < worker_load(best)))
			best = w;
	}
	return best;
}

/* The first suspect gets a process for itself: one that is held back until it is idle. */
static bool
scan_feed_try_suspect(struct scan_scanner *sc)
{
	struct scan_suspect *suspect = NULL;
	for (size_t i = 0; i < sc->nsuspects && suspect == NULL; i++)
		if (sc->suspects[i].waits)
			suspect = &sc->suspects[i];
	sc->hold = NULL;
	if (suspect == NULL)
		return false;
	struct worker *w = scan_feed_choose(sc);
	if (w != NULL && !worker_busy(w) && scan_feed_give(sc, w, &suspect->todo))
		suspect->waits = false;
	else
		sc->hold = w;
	return true;
}

/* --- verdicts of earlier transfers (reuse.h) */

static void
scan_feed_on_soon(void *arg)
{
	struct scan *s = arg;
	s->soon = 0;
	scan_pump(s);
}

void
scan_soon(struct scan *s)
{
	if (s->soon == 0)
		s->soon = loop_add_timer(s->desk->loop, 0, scan_feed_on_soon, s);
}

/* An earlier transfer's verdict stands for this object. */
static void
scan_feed_use(struct scan_scanner *sc, struct work_todo *t, const struct reuse_said *said)
{
	const struct worker_result *r = &said->result;
	scan_typed(sc, t, r);
	scan_conclude(sc, t, verdict_print(r->verdict), r->why, r->bytes, r->read_bytes);
}

/* Looks for earlier verdicts of what waits; true when there is more to look for. */
static bool
scan_feed_reuse(struct scan_scanner *sc)
{
	struct scan *s = sc->scan;
	size_t n = LIM_SCAN_WINDOW;
	if (sc->reuse.mode != POLICY_REUSE_USE || s->paused)
		return false;
	for (int turn = 0; turn < SCAN_LOOKS && n == LIM_SCAN_WINDOW; turn++) {
		struct work_todo todo[LIM_SCAN_WINDOW];
		struct reuse_said said;
		n = 0;
		scan_check(s, work_todo_next(s->work, sc->manifest->name, sc->looked, todo,
				  LIM_SCAN_WINDOW, &n));
		for (size_t i = 0; i < n; i++) {
			sc->looked = todo[i].n;
			if (!scan_feed_is_given(sc, todo[i].sha256) &&
			    scan_feed_suspect(sc, todo[i].sha256) == NULL &&
			    join_of(sc, todo[i].sha256) == NULL &&
			    reuse_find(
				s->desk, &sc->reuse, sc->manifest, s->work, &todo[i], &said))
				scan_feed_use(sc, &todo[i], &said);
		}
	}
	/* others have their turn in between */
	if (n == LIM_SCAN_WINDOW)
		scan_soon(s);
	return n == LIM_SCAN_WINDOW;
}

/* --- dealing ------------------------------------------------------------------------------ */

/* One from the queue; false when it has to stay there for now. */
static bool
scan_feed_one(struct scan_scanner *sc, const struct work_todo *t)
{
	const char *why = "";
	const char *refused = scan_feed_refuses(sc, t->type, t->bytes, &why);
	if (scan_feed_is_given(sc, t->sha256) || scan_feed_suspect(sc, t->sha256) != NULL)
		return true;
	if (refused == NULL && sc->manifest->children) {
		why = inside_refuses(sc->scan->inside, t, sc->manifest->name);
		refused = why != NULL ? "incomplete" : NULL;
	}
	if (refused != NULL) {
		scan_conclude(sc, t, refused, why, t->bytes, 0);
		return true;
	}
	struct worker *w = scan_feed_choose(sc);
	return w != NULL && scan_feed_give(sc, w, t);
}

/* Up to this place in the queue; true when it is empty. */
static bool
scan_feed_deal(struct scan_scanner *sc, uint64_t last)
{
	for (;;) {
		struct work_todo todo[LIM_SCAN_WINDOW];
		size_t room = 0, n = 0;
		for (size_t i = 0; i < sc->manifest->slots; i++)
			if (!scan_feed_is_held(sc, sc->workers[i]))
				room += worker_room(sc->workers[i]);
		if (room == 0)
			return false;
		room = room < LIM_SCAN_WINDOW ? room : LIM_SCAN_WINDOW;
		scan_check(sc->scan, work_todo_next(sc->scan->work, sc->manifest->name,
					 sc->cursor, todo, room, &n));
		for (size_t k = 0; k < n; k++) {
			if (todo[k].n > last || !scan_feed_one(sc, &todo[k]))
				return false;
			sc->cursor = todo[k].n;
		}
		if (n < room || sc->scan->lost != ERR_OK)
			return true;
	}
}

/* What waits behind a slow object goes to processes that have nothing to do. */
static void
scan_feed_level(struct scan_scanner *sc)
{
	for (size_t i = 0; i < sc->manifest->slots; i++) {
		struct worker *idle = sc->workers[i];
		struct work_todo t;
		if (worker_room(idle) == 0 || worker_busy(idle) || scan_feed_is_held(sc, idle))
			continue;
		for (size_t k = 0; k < sc->manifest->slots; k++) {
			if (k == i || channel_room(sc->scan->desk->vault) < 4 ||
			    !worker_yield(sc->workers[k], &t))
				continue;
			scan_check(sc->scan,
			    work_verdict_clear(sc->scan->work, t.sha256, sc->manifest->name));
			worker_give(idle, &t, NULL); /* nothing that opens objects yields */
			break;
		}
	}
}

static void
scan_feed_recycle(struct scan_scanner *sc)
{
	for (size_t i = 0; i < sc->manifest->slots; i++)
		if (worker_spent(sc->workers[i]) && !worker_busy(sc->workers[i])) {
			sc->workers[i] = worker_free(sc->workers[i]);
			scan_start_worker(sc, i);
		}
}

bool
scan_feed(struct scan_scanner *sc)
{
	bool more = scan_feed_reuse(sc), busy = more;
	if (!sc->scan->paused) {
		scan_feed_recycle(sc);
		busy |= scan_feed_try_suspect(sc);
		if (scan_feed_deal(sc, more ? sc->looked : UINT64_MAX))
			scan_feed_level(sc);
	}
	for (size_t i = 0; i < sc->manifest->slots; i++)
		busy |= worker_busy(sc->workers[i]) || !worker_ready(sc->workers[i]);
	return busy;
}
