/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/worker.h"
#include "src/base/clock.h"
#include "src/base/escape.h"
#include "src/base/hex.h"
#include "src/base/mem.h"
#include "src/core/finding.h"
#include "src/proc/desk/tag.h"

#include <stdio.h>
#include <string.h>

enum worker_state { WORKER_STARTING, WORKER_TESTING, WORKER_READY };

struct worker_job {
	uint64_t id;
	struct work_todo todo;
	int64_t deadline_ms;
	uint64_t seen; /* bytes, as it says */
	unsigned findings;
	char type[64], mime[128];
};

struct worker {
	struct desk *desk;
	const struct manifest *manifest;
	const struct worker_events *events;
	void *arg;
	enum worker_state state;
	uint64_t tag, next_id;
	struct channel *channel;
	bool sandboxed, said_ready;
	struct worker_about about;
	struct worker_job jobs[LIM_SCAN_WINDOW];
	size_t njobs;
	size_t window;
	uint64_t test_ids[2]; /* known bad, known good; 0 when answered */
	bool test_ok;
	int timer; /* start and self-test must end */
};

/* Escaped copy into a fixed field. */
static void
worker_keep(char *out, size_t size, const char *text)
{
	size_t cells = size - 1;
	escape_fit(text, strlen(text), out, size, cells, NULL);
}

/* --- self-test ------------------------------------------------------------------------ */

static void
worker_ask_test(struct worker *w, int i, const char *which)
{
	w->test_ids[i] = ++w->next_id;
	channel_send(w->desk->vault, MSG_VAULT_TEST,
	    json_pack("{s:I, s:I, s:s}", "tag", (json_int_t)w->tag, "id",
		(json_int_t)w->test_ids[i], "which", which),
	    -1);
}

static void
worker_end_test(struct worker *w, bool passed, const char *why)
{
	loop_del_timer(w->desk->loop, w->timer);
	w->timer = 0;
	w->state = passed ? WORKER_READY : WORKER_TESTING;
	w->events->tested(w->arg, w, passed, why); /* may free w */
}

static void
worker_on_patience(void *arg)
{
	struct worker *w = arg;
	w->timer = 0;
	worker_end_test(w, false, "it did not answer its self-test in time");
}

void
worker_test(struct worker *w)
{
	w->state = WORKER_TESTING;
	if (w->timer == 0)
		w->timer =
		    loop_add_timer(w->desk->loop, LIM_SCAN_TEST_MS, worker_on_patience, w);
	if (!w->manifest->selftest) {
		worker_end_test(w, true, "");
		return;
	}
	worker_ask_test(w, 0, "bad");
	worker_ask_test(w, 1, "good");
}

static void
worker_test_result(struct worker *w, int i, enum verdict verdict)
{
	static const enum verdict expected[2] = {VERDICT_MALICIOUS, VERDICT_CLEAN};
	static const char *const trouble[2] = {"it did not recognise the known-bad object",
	    "it did not pass the known-good object"};
	w->test_ids[i] = 0;
	if (verdict != expected[i]) {
		worker_end_test(w, false, trouble[i]);
		return;
	}
	if (w->test_ids[0] == 0 && w->test_ids[1] == 0)
		worker_end_test(w, true, "");
}

/* --- answers ------------------------------------------------------------------------------ */

static struct worker_job *
worker_job(struct worker *w, uint64_t id)
{
	for (size_t i = 0; i < w->njobs; i++)
		if (w->jobs[i].id == id)
			return &w->jobs[i];
	return NULL;
}

static void
worker_drop_job(struct worker *w, struct worker_job *j)
{
	*j = w->jobs[--w->njobs];
}

/* The end of this process: everything it held is lost with it. */
static void
worker_lose(struct worker *w, const char *why)
{
	struct work_todo lost[LIM_SCAN_WINDOW];
	size_t n = w->njobs;
	for (size_t i = 0; i < n; i++)
		lost[i] = w->jobs[i].todo;
	w->njobs = 0;
	w->events->lost(w->arg, w, lost, n, why); /* frees w */
}

static void
worker_on_hello(struct worker *w, struct msg *m)
{
	if (channel_accept_hello(w->channel, m, &w->sandboxed) != ERR_OK)
		worker_lose(w, "it speaks another protocol");
}

static void
worker_on_ready(struct worker *w, struct msg *m)
{
	if (w->said_ready || strcmp(msg_str(m, "name"), w->manifest->name) != 0) {
		worker_lose(w, "it is not the scanner its manifest names");
		return;
	}
	w->said_ready = true;
	worker_keep(w->about.version, sizeof(w->about.version), msg_str(m, "version"));
	worker_keep(w->about.engine, sizeof(w->about.engine), msg_str(m, "engine"));
	worker_keep(w->about.signatures, sizeof(w->about.signatures), msg_str(m, "signatures"));
	worker_keep(w->about.signature_date, sizeof(w->about.signature_date),
	    msg_str(m, "signature_date"));
	uint64_t window = msg_uint(m, "window");
	w->window = window < w->manifest->window ? (size_t)window : w->manifest->window;
	if (w->window == 0) {
		worker_lose(w, "it does not take objects");
		return;
	}
	worker_test(w);
}

static void
worker_on_unfit(struct worker *w, struct msg *m)
{
	MEM_FREE char *why = escape_checked(msg_str(m, "why"));
	w->events->refused(w->arg, w, why); /* frees w */
}

static void
worker_on_finding(struct worker *w, struct msg *m)
{
	struct worker_job *j = worker_job(w, msg_uint(m, "id"));
	if (j == NULL)
		return; /* of a self-test */
	if (++j->findings > LIM_FINDINGS) {
		worker_lose(w, "it reported more findings than one object can have");
		return;
	}
	MEM_FREE char *rule = escape_checked(msg_str(m, "rule"));
	MEM_FREE char *title = escape_checked(msg_str(m, "title"));
	MEM_FREE char *detail = escape_checked(msg_str(m, "detail"));
	if (strlen(rule) > LIM_FINDING_TEXT || strlen(title) > LIM_FINDING_TEXT ||
	    strlen(detail) > LIM_FINDING_TEXT) {
		worker_lose(w, "it reported a text over the limit");
		return;
	}
	/* a word nobody knows counts as the worst: it is not for the scanner to choose */
	enum finding_class class = FINDING_TAMPER;
	enum finding_severity severity = FINDING_HIGH;
	finding_class_parse(msg_str(m, "class"), &class);
	finding_severity_parse(msg_str(m, "severity"), &severity);
	struct work_finding f = {.sha256 = j->todo.sha256,
	    .scanner = w->manifest->name,
	    .rule = rule,
	    .class = finding_class_print(class),
	    .severity = finding_severity_print(severity),
	    .title = title,
	    .detail = detail,
	    .at = msg_uint(m, "at")};
	w->events->finding(w->arg, &f);
}

static void
worker_on_fact(struct worker *w, struct msg *m)
{
	struct worker_job *j = worker_job(w, msg_uint(m, "id"));
	if (j == NULL)
		return;
	if (strcmp(msg_str(m, "key"), "type") == 0)
		worker_keep(j->type, sizeof(j->type), msg_str(m, "value"));
	if (strcmp(msg_str(m, "key"), "mime") == 0)
		worker_keep(j->mime, sizeof(j->mime), msg_str(m, "value"));
}

static void
worker_on_result(struct worker *w, struct msg *m)
{
	uint64_t id = msg_uint(m, "id");
	enum verdict verdict = verdict_parse_scanner(msg_str(m, "verdict"));
	for (int i = 0; i < 2; i++)
		if (id != 0 && id == w->test_ids[i]) {
			worker_test_result(w, i, verdict);
			return;
		}
	struct worker_job *found = worker_job(w, id);
	uint8_t sha256[32];
	if (found == NULL || !hex_decode(msg_str(m, "sha256"), 64, sha256, 32) ||
	    memcmp(sha256, found->todo.sha256, 32) != 0) {
		worker_lose(w, "it answered for an object it was not given");
		return;
	}
	struct worker_job j = *found;
	worker_drop_job(w, found);
	char why[256];
	worker_keep(why, sizeof(why), msg_str(m, "why"));
	struct worker_result r = {
	    verdict, why, j.type, j.mime, msg_uint(m, "bytes"), msg_uint(m, "read")};
	w->events->result(w->arg, &j.todo, &r);
}

/* Still alive: the deadline moves with real progress only up to the stall limit. */
static void
worker_on_progress(struct worker *w, struct msg *m)
{
	struct worker_job *j = worker_job(w, msg_uint(m, "id"));
	int64_t stall = clock_mono_ms() + (int64_t)w->manifest->stall_ms;
	if (j != NULL)
		j->seen =
		    msg_uint(m, "bytes") < j->todo.bytes ? msg_uint(m, "bytes") : j->todo.bytes;
	if (j != NULL && w->manifest->stall_ms != 0 && stall > j->deadline_ms)
		j->deadline_ms = stall;
}

static const struct {
	enum msg_id id;
	void (*fn)(struct worker *, struct msg *);
} worker_handlers[] = {
    {MSG_HELLO, worker_on_hello},
    {MSG_SCAN_READY, worker_on_ready},
    {MSG_SCAN_UNFIT, worker_on_unfit},
    {MSG_SCAN_FINDING, worker_on_finding},
    {MSG_SCAN_FACT, worker_on_fact},
    {MSG_SCAN_RESULT, worker_on_result},
    {MSG_SCAN_PROGRESS, worker_on_progress},
};

static void
worker_on_message(void *arg, struct channel *ch, struct msg *m)
{
	(void)ch;
	for (size_t i = 0; i < sizeof(worker_handlers) / sizeof(worker_handlers[0]); i++)
		if (worker_handlers[i].id == m->id) {
			worker_handlers[i].fn(arg, m);
			return;
		}
}

static void
worker_on_gone(void *arg, struct channel *ch, enum err why)
{
	(void)ch;
	worker_lose(
	    arg, why == ERR_PROTO ? "it broke the scan protocol" : "it ended while at work");
}

/* --- tag handlers --------------------------------------------------------------------------
 */

static void
worker_on_spawned(void *arg, uint64_t tag, int fd)
{
	struct worker *w = arg;
	(void)tag;
	w->channel = channel_new(fd, ROLE_DESK, ROLE_SCANNER);
	channel_hello(w->channel, "sallyport-desk", true);
	loop_add_channel(w->desk->loop, w->channel, worker_on_message, worker_on_gone, w);
}

static void
worker_on_refused(void *arg, uint64_t tag, const char *why)
{
	struct worker *w = arg;
	(void)tag;
	w->tag = 0;
	w->events->refused(w->arg, w, why);
}

static void
worker_on_exited(void *arg, uint64_t tag, int status, int signum)
{
	struct worker *w = arg;
	char why[96];
	(void)tag;
	snprintf(why, sizeof(why), "it ended with %s %d", signum != 0 ? "signal" : "status",
	    signum != 0 ? signum : status);
	/* what it said last is still in the socket */
	if (w->channel == NULL)
		worker_lose(w, why);
}

static void
worker_on_vault(void *arg, uint64_t tag, struct msg *m)
{
	struct worker *w = arg;
	(void)tag;
	struct worker_job *found = worker_job(w, msg_uint(m, "id"));
	if (m->id != MSG_VAULT_MISSING || found == NULL)
		return;
	/* the worker died: its end is on the way, and what it held is given to a fresh one */
	if (json_object_get(m->body, "gone") != NULL && msg_bool(m, "gone"))
		return;
	struct worker_job j = *found;
	worker_drop_job(w, found);
	struct worker_result r = {
	    VERDICT_ERROR, "the vault does not give this object", "", "", j.todo.bytes, 0};
	w->events->result(w->arg, &j.todo, &r);
}

static const struct tag_handler worker_tag = {
    .spawned = worker_on_spawned,
    .refused = worker_on_refused,
    .exited = worker_on_exited,
    .vault = worker_on_vault,
};

/* --- interface -------------------------------------------------------------------------------
 */

struct worker *
worker_new(
    struct desk *d, const struct manifest *m, const struct worker_events *events, void *arg)
{
	struct worker *w = mem_alloc(sizeof(*w));
	*w = (struct worker){.desk = d, .manifest = m, .events = events, .arg = arg};
	w->tag = tag_new(d, &worker_tag, w);
	w->timer = loop_add_timer(d->loop, LIM_SCAN_TEST_MS, worker_on_patience, w);
	channel_send(d->parent, MSG_DESK_SPAWN,
	    json_pack("{s:I, s:s, s:s}", "tag", (json_int_t)w->tag, "role", "scanner", "name",
		m->name),
	    -1);
	return w;
}

struct worker *
worker_free(struct worker *w)
{
	if (w == NULL)
		return NULL;
	if (w->timer != 0)
		loop_del_timer(w->desk->loop, w->timer);
	if (w->channel != NULL)
		loop_del_channel(w->desk->loop, w->channel);
	channel_free(w->channel);
	if (w->tag != 0) {
		tag_kill(w->desk, w->tag);
		tag_drop(w->desk, w->tag);
	}
	free(w);
	return NULL;
}

size_t
worker_room(const struct worker *w)
{
	return w != NULL && w->state == WORKER_READY ? w->window - w->njobs : 0;
}

bool
worker_give(struct worker *w, const struct work_todo *t)
{
	char sha256[HEX_DIGEST_SIZE];
	if (channel_room(w->desk->vault) < 4)
		return false;
	struct worker_job *j = &w->jobs[w->njobs++];
	*j = (struct worker_job){.id = ++w->next_id, .todo = *t};
	j->deadline_ms = clock_mono_ms() + (int64_t)manifest_timeout_ms(w->manifest, t->bytes);
	hex_encode(t->sha256, 32, sha256);
	channel_send(w->desk->vault, MSG_VAULT_GIVE,
	    json_pack("{s:I, s:I, s:s, s:s, s:s}", "tag", (json_int_t)w->tag, "id",
		(json_int_t)j->id, "sha256", sha256, "type", t->type, "mime", t->mime),
	    -1);
	return true;
}

bool
worker_has(const struct worker *w, const uint8_t sha256[32])
{
	for (size_t i = 0; w != NULL && i < w->njobs; i++)
		if (memcmp(w->jobs[i].todo.sha256, sha256, 32) == 0)
			return true;
	return false;
}

bool
worker_ready(const struct worker *w)
{
	return w == NULL || w->state == WORKER_READY;
}

bool
worker_busy(const struct worker *w)
{
	return w != NULL && w->njobs > 0;
}

uint64_t
worker_seen(const struct worker *w)
{
	uint64_t n = 0;
	for (size_t i = 0; w != NULL && i < w->njobs; i++)
		n += w->jobs[i].seen;
	return n;
}

bool
worker_late(struct worker *w, struct work_todo *ret_todo)
{
	int64_t now = clock_mono_ms();
	for (size_t i = 0; w != NULL && i < w->njobs; i++) {
		if (w->jobs[i].deadline_ms > now)
			continue;
		*ret_todo = w->jobs[i].todo;
		worker_drop_job(w, &w->jobs[i]);
		tag_kill(w->desk, w->tag);
		return true;
	}
	return false;
}

const struct worker_about *
worker_about(const struct worker *w)
{
	return &w->about;
}

bool
worker_sandboxed(const struct worker *w)
{
	return w->sandboxed;
}
