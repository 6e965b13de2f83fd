/* SPDX-License-Identifier: ISC */
/* Scanners of scope "transfer": each is given the set when all objects have been scanned. */
#include "src/base/log.h"
#include "src/proc/desk/gather.h"
#include "src/proc/desk/scan_in.h"

#include <string.h>
#include <unistd.h>

struct scan_set_count {
	const char *scanner;
	uint64_t n;
};

static void
scan_set_count(void *arg, const char *scanner, uint64_t n)
{
	struct scan_set_count *c = arg;
	if (strcmp(scanner, c->scanner) == 0)
		c->n += n;
}

/* How many objects wait for its word. */
static uint64_t
scan_set_waiting(struct scan_scanner *sc)
{
	struct scan_set_count c = {sc->manifest->name, 0};
	scan_check(sc->scan, work_tally_todo(sc->scan->work, scan_set_count, &c));
	return c.n;
}

static void
scan_set_end(struct scan_scanner *sc, enum verdict verdict, const char *why)
{
	scan_check(sc->scan, work_set_end(sc->scan->work, sc->manifest->name, verdict, why));
	sc->set = SCAN_SET_DONE;
	sc->done = sc->added;
	sc->done_bytes = sc->added_bytes;
}

/* The set is made anew each time: what was said before counts no more. */
static void
scan_set_give(struct scan_scanner *sc)
{
	struct scan *s = sc->scan;
	struct gather_set set;
	/* what it told of the set before is forgotten */
	sc->kept_bytes = 0;
	sc->full = false;
	scan_check(s, work_set_begin(s->work, sc->manifest->name));
	if (scan_set_waiting(sc) == 0 || s->lost != ERR_OK) {
		sc->set = SCAN_SET_DONE;
		return;
	}
	enum err e = gather_set(s->work, &set);
	if (e == ERR_LIMIT) {
		scan_set_end(sc, VERDICT_ERROR, "the set of all objects is over a limit");
		return;
	}
	scan_check(s, e);
	if (e != ERR_OK)
		return;
	sc->set = SCAN_SET_GIVEN;
	worker_give_set(sc->workers[0], set.fd, set.sha256, set.bytes);
}

bool
scan_set_run(struct scan_scanner *sc)
{
	if (sc->unfit)
		return scan_drain_unfit(sc);
	if (sc->set == SCAN_SET_GIVEN || !worker_ready(sc->workers[0]))
		return true;
	/* nothing of what it was told has changed, and nothing waits */
	if (sc->set == SCAN_SET_NOT_YET && !sc->scan->answered && scan_set_waiting(sc) == 0)
		sc->set = SCAN_SET_DONE;
	if (sc->set == SCAN_SET_NOT_YET)
		scan_set_give(sc);
	return sc->set != SCAN_SET_DONE;
}

void
scan_set_lost(struct scan_scanner *sc, enum verdict verdict, const char *why)
{
	if (sc->set != SCAN_SET_GIVEN || why[0] == '\0')
		return;
	sc->strikes++;
	sc->set = SCAN_SET_NOT_YET;
	if (sc->set_tries++ >= LIM_SCAN_RETRIES)
		scan_set_end(sc, verdict, why);
}

/* --- what its worker asks and says (worker.h) -------------------------------------------- */

bool
scan_set_on_has(void *arg, const uint8_t sha256[32], uint64_t *ret_bytes)
{
	struct scan_scanner *sc = arg;
	struct work_todo t;
	enum err e = work_object_get(sc->scan->work, sha256, &t);
	scan_check(sc->scan, e == ERR_NOTFOUND ? ERR_OK : e);
	if (e == ERR_OK)
		*ret_bytes = t.bytes;
	return e == ERR_OK;
}

bool
scan_set_on_path(void *arg, const uint8_t *path, size_t n, uint64_t *ret_item)
{
	struct scan_scanner *sc = arg;
	enum err e = work_item_find(sc->scan->work, path, n, ret_item);
	scan_check(sc->scan, e == ERR_NOTFOUND ? ERR_OK : e);
	return e == ERR_OK;
}

static void
scan_set_note(void *arg, const struct work_verdict *v)
{
	struct scan_set_count *c = arg;
	c->n += strcmp(v->scanner, c->scanner) == 0;
}

bool
scan_set_on_object(void *arg, const uint8_t sha256[32], const struct worker_result *r)
{
	struct scan_scanner *sc = arg;
	struct scan_set_count said = {sc->manifest->name, 0};
	const struct work_verdict v = {
	    sc->manifest->name, verdict_print(r->verdict), r->why, r->bytes, r->read_bytes};
	scan_check(sc->scan, work_verdicts(sc->scan->work, sha256, scan_set_note, &said));
	if (said.n > 0)
		return false;
	scan_check(sc->scan, work_verdict_put(sc->scan->work, sha256, &v));
	scan_check(sc->scan, work_todo_del(sc->scan->work, sc->manifest->name, sha256));
	return true;
}

void
scan_set_on_result(void *arg, const struct worker_result *r)
{
	struct scan_scanner *sc = arg;
	struct worker_result all = *r;
	scan_full(sc, &all);
	scan_set_end(sc, all.verdict, all.why);
	scan_pump(sc->scan);
}
