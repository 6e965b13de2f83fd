/* SPDX-License-Identifier: ISC */
/* A scanner process as the desk sees it: clock, sockets, parent and vault are played. */
#ifndef TESTS_IPC_PLAYED_H
#define TESTS_IPC_PLAYED_H

#include "src/base/clock.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/proc/desk/tag.h"
#include "src/proc/desk/worker.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- what is played ---------------------------------------------------------------------- */

struct channel {
	int nobody;
};

static struct {
	int64_t now_ms;
	const struct tag_handler *tag;
	void *arg;
	loop_message_fn *message;
	loop_gone_fn *gone;
	struct channel desk_vault, scanner;
	size_t vault_room;
	unsigned kills;
	char sent[4096]; /* to anybody: name and fields */
	char said[4096]; /* what the worker made of it */
	bool dead;       /* the worker was freed by a handler */
} world;

int64_t
clock_mono_ms(void)
{
	return world.now_ms;
}
uint64_t
clock_mono_ns(void)
{
	return (uint64_t)world.now_ms * 1000000;
}
uint64_t
tag_new(struct desk *d, const struct tag_handler *h, void *arg)
{
	(void)d;
	world.tag = h;
	world.arg = arg;
	return 5;
}
void
tag_drop(struct desk *d, uint64_t tag)
{
	(void)d;
	(void)tag;
}
void
tag_kill(struct desk *d, uint64_t tag)
{
	(void)d;
	(void)tag;
	world.kills++;
}
int
loop_add_timer(struct loop *l, int64_t in_ms, loop_timer_fn *fn, void *arg)
{
	(void)l;
	(void)in_ms;
	(void)fn;
	(void)arg;
	return 1;
}
void
loop_del_timer(struct loop *l, int id)
{
	(void)l;
	(void)id;
}
void
loop_add_channel(
    struct loop *l, struct channel *c, loop_message_fn *message, loop_gone_fn *gone, void *arg)
{
	(void)l;
	(void)c;
	(void)arg;
	world.message = message;
	world.gone = gone;
}
void
loop_del_channel(struct loop *l, struct channel *c)
{
	(void)l;
	(void)c;
}
struct channel *
channel_new(int fd, enum role self, enum role peer)
{
	(void)fd;
	(void)self;
	(void)peer;
	return &world.scanner;
}
struct channel *
channel_free(struct channel *c)
{
	(void)c;
	return NULL;
}
enum err
channel_hello(struct channel *c, const char *program, bool sandboxed)
{
	(void)c;
	(void)program;
	(void)sandboxed;
	return ERR_OK;
}
enum err
channel_accept_hello(struct channel *c, const struct msg *m, bool *ret_sandboxed)
{
	(void)c;
	(void)m;
	*ret_sandboxed = true;
	return ERR_OK;
}
size_t
channel_room(const struct channel *c)
{
	return c == &world.desk_vault ? world.vault_room : 32;
}
enum err
channel_send(struct channel *c, enum msg_id id, json_t *body, int fd)
{
	(void)c;
	(void)fd;
	MEM_FREE char *text = json_dumps(body, JSON_COMPACT | JSON_SORT_KEYS);
	size_t n = strlen(world.sent);
	snprintf(world.sent + n, sizeof(world.sent) - n, "%d %s\n", (int)id, text);
	json_decref(body);
	return ERR_OK;
}

/* --- what the worker tells */

__attribute__((format(printf, 1, 2))) static void
say(const char *fmt, ...)
{
	va_list ap;
	size_t n = strlen(world.said);
	va_start(ap, fmt);
	vsnprintf(world.said + n, sizeof(world.said) - n, fmt, ap);
	va_end(ap);
}

static inline void
on_tested(void *arg, struct worker *w, bool passed, const char *why)
{
	(void)arg;
	(void)w;
	say("tested %d %s\n", passed, why);
}
static inline void
on_finding(void *arg, const struct work_finding *f)
{
	(void)arg;
	say("finding %d %ju %s %s\n", f->sha256 != NULL ? f->sha256[0] : -1, (uintmax_t)f->item,
	    f->class, f->title);
}
static inline void
on_fact(void *arg, const struct work_scan_fact *f)
{
	(void)arg;
	say("fact %d %s=%s\n", f->sha256[0], f->key, f->value);
}
static inline void
on_result(void *arg, struct work_todo *t, const struct worker_result *r)
{
	(void)arg;
	say("result %d %s %s\n", t->sha256[0], verdict_print(r->verdict), r->type);
}
static inline void
on_lost(void *arg, struct worker *w, const struct work_todo *lost, size_t n, const char *why)
{
	(void)arg;
	say("lost");
	for (size_t i = 0; i < n; i++)
		say(" %d", lost[i].sha256[0]);
	say(": %s\n", why);
	worker_free(w);
	world.dead = true;
}
static inline void
on_refused(void *arg, struct worker *w, const char *why)
{
	(void)arg;
	say("refused %s\n", why);
	worker_free(w);
	world.dead = true;
}
static inline bool
on_has(void *arg, const uint8_t sha256[32], uint64_t *ret_bytes)
{
	(void)arg;
	*ret_bytes = 100;
	return sha256[0] < 100;
}
static inline bool
on_has_path(void *arg, const uint8_t *path, size_t n, uint64_t *ret_item)
{
	(void)arg;
	*ret_item = 7;
	return n == 1 && path[0] == 'p';
}
static inline bool
on_object(void *arg, const uint8_t sha256[32], const struct worker_result *r)
{
	static uint8_t last;
	bool fresh = sha256[0] != last;
	(void)arg;
	last = sha256[0];
	say("object %d %s %ju\n", sha256[0], verdict_print(r->verdict),
	    (uintmax_t)r->read_bytes);
	return fresh;
}
static inline void
on_set(void *arg, const struct worker_result *r)
{
	(void)arg;
	say("set %s %s\n", verdict_print(r->verdict), r->why);
}

static const struct worker_events events = {.tested = on_tested,
    .finding = on_finding,
    .fact = on_fact,
    .result = on_result,
    .lost = on_lost,
    .refused = on_refused,
    .has = on_has,
    .has_path = on_has_path,
    .object = on_object,
    .set = on_set};

/* --- a process
 * -------------------------------------------------------------------------------- */

static struct desk desk;
static struct manifest manifest;

static inline const char *
hex(unsigned object)
{
	static char out[2][HEX_DIGEST_SIZE];
	static unsigned turn;
	uint8_t sha256[32] = {(uint8_t)object};
	hex_encode(sha256, 32, out[turn ^= 1]);
	return out[turn];
}

static inline void
hear(enum msg_id id, json_t *body)
{
	struct msg m = {id, body, -1};
	assert_non_null(body);
	world.message(world.arg, &world.scanner, &m);
	json_decref(body);
}

/* Says what the worker told since the last time. */
static inline void
expect(const char *text)
{
	assert_string_equal(text, world.said);
	world.said[0] = '\0';
}

static inline struct worker *
start(bool transfer)
{
	memset(&world, 0, sizeof(world));
	world.now_ms = 1000;
	world.vault_room = 32;
	desk = (struct desk){.vault = &world.desk_vault};
	manifest = (struct manifest){.name = "code",
	    .window = transfer ? 1 : 8,
	    .slots = 1,
	    .timeout_base_ms = 1000,
	    .timeout_per_mib_ms = 100,
	    .stall_ms = 400,
	    .transfer = transfer};
	struct worker *w = worker_new(&desk, &manifest, &events, NULL);
	world.tag->spawned(world.arg, 5, 99);
	hear(MSG_SCAN_READY,
	    json_pack("{s:s,s:s,s:s,s:s,s:s,s:i,s:i}", "name", "code", "version", "1", "engine",
		"e", "signatures", "", "signature_date", "", "window", 64, "max_bytes", 9));
	expect("tested 1 \n");
	assert_int_equal(worker_room(w), transfer ? 1 : 8);
	assert_int_equal(worker_about(w)->max_bytes, 9);
	world.sent[0] = '\0';
	return w;
}

static inline void
give(struct worker *w, unsigned object, uint64_t bytes)
{
	struct work_todo t = {.n = object, .sha256 = {(uint8_t)object}, .bytes = bytes};
	assert_true(worker_give(w, &t, NULL));
}

static inline void
result(unsigned id, unsigned object, const char *verdict, uint64_t bytes, uint64_t read)
{
	hear(
	    MSG_SCAN_RESULT, json_pack("{s:i,s:s,s:s,s:s,s:I,s:I,s:i}", "id", id, "sha256",
				 hex(object), "verdict", verdict, "why", "", "bytes",
				 (json_int_t)bytes, "read", (json_int_t)read, "elapsed_ms", 1));
}

static inline void
progress(unsigned id, unsigned bytes)
{
	hear(MSG_SCAN_PROGRESS, json_pack("{s:i,s:i}", "id", id, "bytes", bytes));
}

static inline void
finding(unsigned id, const char *key, const char *value)
{
	json_t *body = json_pack("{s:i,s:s,s:s,s:s,s:s,s:s}", "id", id, "rule", "r", "class",
	    "policy", "severity", "low", "title", "t", "detail", "");
	if (key != NULL)
		json_object_set_new(body, key, json_string(value));
	hear(MSG_SCAN_FINDING, body);
}

#endif
