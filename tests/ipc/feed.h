/* SPDX-License-Identifier: ISC */
/* A scan whose processes do what the test says, and whose desk is played. */
#ifndef TESTS_IPC_FEED_H
#define TESTS_IPC_FEED_H

#include "db/work_child.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/policy.h"
#include "src/proc/desk/inside.h"
#include "src/proc/desk/scan.h"
#include "src/proc/desk/scan_in.h"
#include "src/proc/desk/worker.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- processes that do what the test says ------------------------------------------------ */

struct worker {
	struct worker *next;
	const struct manifest *manifest;
	const struct worker_events *events;
	void *arg;
	bool ready, set, slow;
	unsigned had;
	struct work_todo jobs[LIM_SCAN_WINDOW];
	size_t njobs;
	const char *late; /* why its first object is */
	struct worker_about about;
};

static struct {
	struct worker *workers;
	unsigned started, over;
	loop_timer_fn *tick;
	void *tick_arg;
	size_t vault_room;
	const struct worker_parts *parts; /* of the object that was given last, or NULL */
} world;

struct worker *
worker_new(
    struct desk *d, const struct manifest *m, const struct worker_events *events, void *arg)
{
	struct worker *w = mem_alloc(sizeof(*w)), **at = &world.workers;
	(void)d;
	*w = (struct worker){.manifest = m, .events = events, .arg = arg};
	while (*at != NULL)
		at = &(*at)->next;
	*at = w;
	world.started++;
	return w;
}

struct worker *
worker_free(struct worker *w)
{
	struct worker **at = &world.workers;
	if (w == NULL)
		return NULL;
	while (*at != w)
		at = &(*at)->next;
	*at = w->next;
	free(w);
	return NULL;
}

void
worker_test(struct worker *w)
{
	w->ready = false;
}

bool
worker_spent(const struct worker *w)
{
	return w != NULL && w->manifest->recycle_objects != 0 &&
	       w->had >= w->manifest->recycle_objects;
}

size_t
worker_room(const struct worker *w)
{
	return w != NULL && w->ready && !worker_spent(w) ? w->manifest->window - w->njobs : 0;
}

bool
worker_give(struct worker *w, const struct work_todo *t, const struct inside_room *room)
{
	(void)room;
	if (world.vault_room == 0)
		return false;
	w->jobs[w->njobs++] = *t;
	w->had++;
	return true;
}

bool
worker_give_parts(struct worker *w, const struct worker_parts *p)
{
	(void)w;
	world.parts = p;
	return true;
}

bool
worker_has(const struct worker *w, const uint8_t sha256[32])
{
	for (size_t i = 0; w != NULL && i < w->njobs; i++)
		if (memcmp(w->jobs[i].sha256, sha256, 32) == 0)
			return true;
	return false;
}

uint64_t
worker_load(const struct worker *w)
{
	uint64_t n = 0;
	for (size_t i = 0; i < w->njobs; i++)
		n += w->jobs[i].bytes + 65536;
	return n;
}

bool
worker_yield(struct worker *w, struct work_todo *ret_todo)
{
	if (w == NULL || !w->slow || w->njobs < 2)
		return false;
	*ret_todo = w->jobs[--w->njobs];
	return true;
}

void
worker_give_set(struct worker *w, int fd, const uint8_t sha256[32], uint64_t bytes)
{
	(void)fd;
	(void)sha256;
	(void)bytes;
	w->set = true;
}

const char *
worker_set_late(struct worker *w)
{
	const char *why = w != NULL && w->set ? w->late : NULL;
	if (why != NULL)
		w->late = NULL;
	return why;
}

bool
worker_ready(const struct worker *w)
{
	return w == NULL || w->ready;
}

bool
worker_busy(const struct worker *w)
{
	return w != NULL && (w->njobs > 0 || w->set);
}

uint64_t
worker_seen(const struct worker *w)
{
	(void)w;
	return 0;
}

const char *
worker_late(struct worker *w, struct work_todo *ret_todo)
{
	if (w == NULL || w->late == NULL || w->njobs == 0)
		return NULL;
	const char *why = w->late;
	*ret_todo = w->jobs[0];
	memmove(w->jobs, w->jobs + 1, --w->njobs * sizeof(w->jobs[0]));
	w->late = NULL;
	w->ready = false;
	return why;
}

const struct worker_about *
worker_about(const struct worker *w)
{
	return &w->about;
}

void
worker_give_secret(struct worker *w, const uint8_t sha256[32], int fd)
{
	(void)w;
	(void)sha256;
	(void)fd;
}

void
worker_name_set(const struct desk *d, const struct manifest *m, struct worker_about *a)
{
	(void)d;
	(void)m;
	(void)a;
}

bool
worker_sandboxed(const struct worker *w)
{
	(void)w;
	return true;
}

/* --- the rest of the desk */

int
loop_add_timer(struct loop *l, int64_t in_ms, loop_timer_fn *fn, void *arg)
{
	(void)l;
	if (in_ms > 0) {
		world.tick = fn;
		world.tick_arg = arg;
	}
	return 1;
}
void
loop_del_timer(struct loop *l, int id)
{
	(void)l;
	(void)id;
}
size_t
channel_room(const struct channel *c)
{
	(void)c;
	return world.vault_room;
}

/* --- a transfer
 * ---------------------------------------------------------------------------------- */

struct rig {
	struct desk desk;
	struct work *work;
	struct policy *policy;
	struct scan *scan;
};

static const char type_manifest[] =
    "name = \"type\"\nversion = \"1\"\nprogram = \"scan-type\"\nkind = \"type\"\n"
    "scope = \"object\"\nwindow = 64\nslots = 1\nengine_socket = false\nmax_bytes = 0\n"
    "timeout_base_ms = 1\ntimeout_per_mib_ms = 1\nstall_ms = 0\nselftest = true\n";
static const char code_manifest[] =
    "name = \"code\"\nversion = \"1\"\nprogram = \"scan-code\"\nkind = \"code\"\n"
    "scope = \"object\"\nwindow = 4\nslots = 2\nengine_socket = false\nmax_bytes = 1000\n"
    "timeout_base_ms = 1\ntimeout_per_mib_ms = 1\nstall_ms = 0\nselftest = true\n"
    "accept = [ \"data\" ]\n";
static const char set_manifest[] =
    "name = \"set\"\nversion = \"1\"\nprogram = \"scan-set\"\nkind = \"integrity\"\n"
    "scope = \"transfer\"\nwindow = 1\nslots = 1\nengine_socket = false\nmax_bytes = 0\n"
    "timeout_base_ms = 1\ntimeout_per_mib_ms = 1\nstall_ms = 0\nselftest = false\n";
static const char policy_text[] =
    "name = \"p\"; required = ( { scanner = \"type\"; types = \"*\"; part = true; },\n"
    "{ scanner = \"code\"; types = \"*\"; } ); rules = ();\n";
static const char policy_set[] =
    "name = \"p\"; required = ( { scanner = \"type\"; types = \"*\"; part = true; },\n"
    "{ scanner = \"set\"; types = \"*\"; part = true; } ); rules = ();\n";

static void
done(void *arg, struct scan *s)
{
	(void)arg;
	(void)s;
	world.over++;
}

static void
digest_of(unsigned object, uint8_t out[32])
{
	memset(out, 0, 32);
	out[0] = (uint8_t)(object >> 8);
	out[1] = (uint8_t)object;
	out[31] = 1;
}

static void
begin(struct rig *r, const char *policy)
{
	static const char *const texts[] = {type_manifest, code_manifest, set_manifest};
	char why[MANIFEST_WHY_SIZE > POLICY_WHY_SIZE ? MANIFEST_WHY_SIZE : POLICY_WHY_SIZE];
	memset(r, 0, sizeof(*r));
	memset(&world, 0, sizeof(world));
	world.vault_room = 32;
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(
		    manifest_parse(texts[i], strlen(texts[i]), &r->desk.scanners[i], why),
		    ERR_OK);
	r->desk.nscanners = 3;
	if (policy_parse(policy, strlen(policy), &r->policy, why) != ERR_OK)
		fail_msg("%s", why);
	assert_int_equal(work_open(":memory:", &r->work), ERR_OK);
	r->scan = scan_new(&r->desk, r->work, r->policy, done, NULL);
}

static void
finish(struct rig *r)
{
	scan_free(r->scan);
	work_close(r->work);
	policy_free(r->policy);
}

/* The n-th process of a scanner, in the order in which they were started; or NULL. */
static struct worker *
process(const char *scanner, unsigned n)
{
	for (struct worker *w = world.workers; w != NULL; w = w->next)
		if (strcmp(w->manifest->name, scanner) == 0 && n-- == 0)
			return w;
	return NULL;
}

static void
get_ready(struct worker *w)
{
	w->ready = true;
	w->events->tested(w->arg, w, true, "");
}

static void
all_ready(void)
{
	for (bool any = true; any;) {
		any = false;
		for (struct worker *w = world.workers; w != NULL && !any; w = w->next)
			if (!w->ready && w->late == NULL) {
				any = true;
				get_ready(w);
			}
	}
}

static void
answer_type(struct worker *w, size_t i, enum verdict verdict, const char *type)
{
	struct work_todo t = w->jobs[i];
	const struct worker_result r = {.verdict = verdict,
	    .why = "",
	    .type = type,
	    .mime = "",
	    .bytes = t.bytes,
	    .read_bytes = t.bytes};
	memmove(&w->jobs[i], &w->jobs[i + 1], (--w->njobs - i) * sizeof(w->jobs[0]));
	w->events->result(w->arg, &t, &r);
}

static void
answer(struct worker *w, size_t i, enum verdict verdict)
{
	answer_type(w, i, verdict, "data");
}

/* Its engine says that it has other signatures now, and proves itself: it may be gone. */
static void
change(struct worker *w, const char *signatures)
{
	snprintf(w->about.signatures, sizeof(w->about.signatures), "%s", signatures);
	get_ready(w);
}

/* Objects are in the vault, and typed. */
static void
add(struct rig *r, unsigned first, unsigned n, uint64_t bytes)
{
	for (unsigned i = first; i < first + n; i++) {
		uint8_t sha256[32];
		char name[16];
		bool is_new;
		digest_of(i, sha256);
		snprintf(name, sizeof(name), "f%u", i);
		const struct work_item it = {.id = i,
		    .volume = 1,
		    .path = (const uint8_t *)name,
		    .path_len = strlen(name),
		    .name = name,
		    .base = name,
		    .ext = "",
		    .kind = "file",
		    .state = "read",
		    .why = "",
		    .mtime = "",
		    .zone = "",
		    .link = (const uint8_t *)"",
		    .links = 1};
		assert_int_equal(work_item_add(r->work, &it, name, strlen(name)), ERR_OK);
		assert_int_equal(work_item_kept(r->work, i, sha256, bytes, &is_new), ERR_OK);
		scan_object(r->scan, sha256, bytes);
		struct worker *type = process("type", 0);
		while (type->njobs > 0)
			answer(type, 0, VERDICT_CLEAN);
	}
}

static void
lose(struct worker *w, const char *why)
{
	struct work_todo lost[LIM_SCAN_WINDOW];
	size_t n = w->njobs;
	memcpy(lost, w->jobs, sizeof(lost));
	w->njobs = 0;
	w->events->lost(w->arg, w, lost, n, why);
}

static void
note(void *arg, const struct work_verdict *v)
{
	char *out = arg;
	if (strcmp(v->scanner, "type") != 0)
		snprintf(out, 128, "%s%s%s", v->verdict, v->why[0] != '\0' ? ": " : "", v->why);
}

static const char *
verdict(struct rig *r, unsigned object)
{
	static char out[128];
	uint8_t sha256[32];
	out[0] = '\0';
	digest_of(object, sha256);
	assert_int_equal(work_verdicts(r->work, sha256, note, out), ERR_OK);
	return out;
}

/* Which object a process has in this place; 0 for none. */
static unsigned
has(const struct worker *w, size_t i)
{
	return i < w->njobs ? (unsigned)w->jobs[i].sha256[0] << 8 | w->jobs[i].sha256[1] : 0;
}

#endif
