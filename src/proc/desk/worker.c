/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/worker.h"
#include "src/base/clock.h"
#include "src/base/escape.h"
#include "src/base/hex.h"
#include "src/base/mem.h"
#include "src/core/finding.h"
#include "src/proc/desk/inside.h"
#include "src/proc/desk/tag.h"
#include "src/proc/desk/worker_in.h"

#include <stdio.h>
#include <string.h>

#define WORKER_SET "+set-" /* behind the signatures that an engine names itself */

void
worker_keep(char *out, size_t size, const char *text)
{
	size_t cells = size - 1;
	escape_fit(text, strlen(text), out, size, cells, NULL);
}

/* --- self-test ------------------------------------------------------------------------ */

static void
worker_ask_test(struct worker *w, enum worker_test i)
{
	static const char *const words[WORKER_TESTS] = {"bad", "good", "loaded", "refused"};
	w->test_ids[i] = ++w->next_id;
	json_t *body = json_pack("{s:I, s:I, s:s}", "tag", (json_int_t)w->tag, "id",
	    (json_int_t)w->test_ids[i], "which", words[i]);
	if (i >= WORKER_LOADED)
		json_object_set_new(body, "set", json_string(w->mark));
	channel_send(w->desk->vault, MSG_VAULT_TEST, body, -1);
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
	w->trouble = NULL;
	if (w->timer == 0)
		w->timer =
		    loop_add_timer(w->desk->loop, LIM_SCAN_TEST_MS, worker_on_patience, w);
	if (!w->manifest->selftest && w->mark == NULL) {
		worker_end_test(w, true, "");
		return;
	}
	int tests = w->mark != NULL ? WORKER_TESTS : WORKER_LOADED;
	for (int i = 0; i < tests; i++)
		worker_ask_test(w, (enum worker_test)i);
}

static void
worker_test_result(struct worker *w, int i, enum verdict verdict)
{
	static const enum verdict expected[2] = {VERDICT_MALICIOUS, VERDICT_CLEAN};
	static const char *const trouble[2] = {"it did not recognise the known-bad object",
	    "it did not pass the known-good object"};
	w->test_ids[i] = 0;
	w->found[i] = verdict == VERDICT_MALICIOUS;
	if (i < WORKER_LOADED && verdict != expected[i])
		w->trouble = trouble[i];
	/* a set that makes the engine call everything bad is seen all the same */
	for (i = 0; i < WORKER_TESTS; i++)
		if (w->test_ids[i] != 0 && (w->trouble == NULL || w->mark != NULL))
			return;
	worker_end_test(w, w->trouble == NULL, w->trouble != NULL ? w->trouble : "");
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

/* The one whose time runs: it works on one after the other, or at most as long on all. */
static struct worker_job *
worker_first(struct worker *w)
{
	for (size_t i = 0; i < w->njobs; i++)
		if (!w->jobs[i].answered)
			return &w->jobs[i];
	return NULL;
}

static void
worker_start_clock(struct worker *w)
{
	struct worker_job *first = worker_first(w);
	if (first != NULL && first->since_ms == 0)
		first->since_ms = first->heard_ms = clock_mono_ms();
}

static void
worker_drop_job(struct worker *w, struct worker_job *j)
{
	size_t behind = (size_t)(&w->jobs[--w->njobs] - j);
	memmove(j, j + 1, behind * sizeof(*j));
	worker_start_clock(w);
}

void
worker_lose(struct worker *w, const char *why)
{
	struct work_todo lost[LIM_SCAN_WINDOW];
	size_t n = 0;
	for (size_t i = 0; i < w->njobs; i++)
		if (!w->jobs[i].moved)
			lost[n++] = w->jobs[i].todo;
	w->njobs = 0;
	/* it was ended over something else: nobody knows anything against these */
	if (w->state == WORKER_ENDING)
		why = "";
	w->events->lost(w->arg, w, lost, n, why); /* frees w */
}

void
worker_name_set(const struct desk *d, const struct manifest *m, struct worker_about *a)
{
	const struct custody_set *set = custody_set_find(d->custody, m->name, CUSTODY_SET_USED);
	char *named = strstr(a->signatures, WORKER_SET);
	if (named != NULL)
		*named = '\0';
	size_t n = strlen(a->signatures);
	if (m->engine_socket && set != NULL)
		snprintf(
		    a->signatures + n, sizeof(a->signatures) - n, WORKER_SET "%.16s", set->set);
}

static void
worker_keep_signatures(struct worker *w, const struct msg *m)
{
	struct worker_about *a = &w->about;
	worker_keep(a->signatures, sizeof(a->signatures), msg_str(m, "signatures"));
	worker_keep(a->signature_date, sizeof(a->signature_date), msg_str(m, "signature_date"));
	if (w->manifest->engine_socket)
		worker_name_set(w->desk, w->manifest, a);
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
	worker_keep_signatures(w, m);
	uint64_t window = msg_uint(m, "window");
	w->window = window < w->manifest->window ? (size_t)window : w->manifest->window;
	w->about.max_bytes = msg_uint(m, "max_bytes");
	if (msg_str(m, "advice") != NULL)
		worker_keep(w->about.advice, sizeof(w->about.advice), msg_str(m, "advice"));
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
	/* then it may hold objects, which are given again */
	if (w->said_ready)
		worker_lose(w, "it gave up in the middle of its work");
	else
		w->events->refused(w->arg, w, why); /* frees w */
}

void
worker_tell_finding(struct worker *w, struct msg *m, const uint8_t *sha256, uint64_t item)
{
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
	if (finding_class_parse(msg_str(m, "class"), &class))
		finding_severity_parse(msg_str(m, "severity"), &severity);
	struct work_finding f = {.sha256 = sha256,
	    .item = item,
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
worker_on_finding(struct worker *w, struct msg *m)
{
	struct worker_job *j = worker_job(w, msg_uint(m, "id"));
	if (j == NULL || j->moved)
		return; /* of a self-test */
	if (json_object_get(m->body, "sha256") != NULL ||
	    json_object_get(m->body, "path") != NULL) {
		worker_lose(w, "it reported a finding about something it was not given");
		return;
	}
	if (++j->findings > LIM_FINDINGS) {
		worker_lose(w, "it reported more findings than one object can have");
		return;
	}
	worker_tell_finding(w, m, j->todo.sha256, 0);
}

static bool
worker_is_fact_key(const char *key)
{
	size_t n = strlen(key);
	return n >= 1 && n <= LIM_FACT_KEY_BYTES && key[0] >= 'a' && key[0] <= 'z' &&
	       strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789_.-") == n;
}

static void
worker_on_fact(struct worker *w, struct msg *m)
{
	struct worker_job *j = worker_job(w, msg_uint(m, "id"));
	const char *key = msg_str(m, "key");
	if (j == NULL || j->moved)
		return;
	/* what the type scanner says of every object has its own place */
	if (strcmp(key, "type") == 0) {
		worker_keep(j->type, sizeof(j->type), msg_str(m, "value"));
		return;
	}
	if (strcmp(key, "mime") == 0) {
		worker_keep(j->mime, sizeof(j->mime), msg_str(m, "value"));
		return;
	}
	MEM_FREE char *value = escape_checked(msg_str(m, "value"));
	if (++j->facts > LIM_SCAN_FACTS) {
		worker_lose(w, "it reported more facts than one object can have");
		return;
	}
	if (!worker_is_fact_key(key) || strlen(value) > LIM_FACT_BYTES) {
		worker_lose(w, "it reported a fact that is none");
		return;
	}
	const struct work_scan_fact f = {j->todo.sha256, w->manifest->name, key, value};
	w->events->fact(w->arg, &f);
}

/* The answer about an object, with all that belongs to it. */
static void
worker_deliver(struct worker *w, struct worker_job *found)
{
	struct worker_job j = *found;
	worker_drop_job(w, found);
	j.answer.why = j.why;
	j.answer.secret = j.secret[0] != '\0' ? j.secret : NULL;
	j.answer.type = j.type;
	j.answer.mime = j.mime;
	w->events->result(w->arg, &j.todo, &j.answer); /* may free w */
}

static void
worker_on_result(struct worker *w, struct msg *m)
{
	uint64_t id = msg_uint(m, "id");
	enum verdict verdict = verdict_parse_scanner(msg_str(m, "verdict"));
	for (int i = 0; i < WORKER_TESTS; i++)
		if (id != 0 && id == w->test_ids[i]) {
			worker_test_result(w, i, verdict);
			return;
		}
	struct worker_job *found = worker_job(w, id);
	uint8_t sha256[32];
	if (w->state == WORKER_ENDING && found == NULL)
		return; /* what it was given up over */
	if (found == NULL ? id >= 1 && id <= w->next_id : found->answered) {
		w->events->disbelieved(w->arg, w, "it answered twice for one object");
		return;
	}
	if (found == NULL || !hex_decode(msg_str(m, "sha256"), 64, sha256, 32) ||
	    memcmp(sha256, found->todo.sha256, 32) != 0) {
		worker_lose(w, "it answered for an object it was not given");
		return;
	}
	if (found->moved) {
		worker_drop_job(w, found);
		return;
	}
	worker_keep(found->why, sizeof(found->why),
	    verdict_parse(msg_str(m, "verdict"), &(enum verdict){VERDICT_ERROR})
		? msg_str(m, "why")
		: "it said a verdict that nobody knows");
	uint64_t from_ns = w->answered_ns > found->given_ns ? w->answered_ns : found->given_ns;
	found->answered = true;
	found->answer = (struct worker_result){
	    verdict, "", "", "", msg_uint(m, "bytes"), msg_uint(m, "read"), from_ns, NULL};
	if (msg_str(m, "secret") != NULL)
		worker_keep(found->secret, sizeof(found->secret), msg_str(m, "secret"));
	w->answered_ns = clock_mono_ns();
	if (w->members == NULL || members_settled(w->members, id))
		worker_deliver(w, found);
}

/* --- what is inside objects ----------------------------------------------------------- */

static void
worker_on_child(struct worker *w, struct msg *m)
{
	if (w->members == NULL)
		worker_lose(w, "it told of what is inside, and its manifest does not allow it");
	else
		members_tell(w->members, m);
}

static void
worker_on_member(void *arg, uint64_t job, const struct work_child *child)
{
	struct worker *w = arg;
	const struct worker_job *j = worker_job(w, job);
	/* of a self-test, or of something it was too late for */
	if (j != NULL && !j->moved)
		w->events->member(w->arg, &j->todo, child);
}

static struct worker_job *
worker_settled(struct worker *w)
{
	for (size_t i = 0; i < w->njobs; i++)
		if (w->jobs[i].answered && members_settled(w->members, w->jobs[i].id))
			return &w->jobs[i];
	return NULL;
}

/* One at a time: whoever hears of it may end the process. */
static void
worker_on_settled(void *arg)
{
	struct worker *w = arg;
	w->settled = 0;
	struct worker_job *j = worker_settled(w);
	if (j == NULL)
		return;
	w->settled = loop_add_timer(w->desk->loop, 0, worker_on_settled, w);
	worker_deliver(w, j);
}

static void
worker_on_members(void *arg)
{
	struct worker *w = arg;
	if (w->settled == 0 && worker_settled(w) != NULL)
		w->settled = loop_add_timer(w->desk->loop, 0, worker_on_settled, w);
}

static void
worker_on_broken(void *arg, const char *why)
{
	worker_lose(arg, why);
}

static const struct members_events worker_members = {
    .member = worker_on_member,
    .settled = worker_on_members,
    .broken = worker_on_broken,
};

/* Its engine loaded other signatures: it proves itself before it gets anything more. */
static void
worker_on_changed(struct worker *w, struct msg *m)
{
	if (!w->said_ready) {
		worker_lose(w, "it changed before it was ready");
		return;
	}
	worker_keep(w->about.engine, sizeof(w->about.engine), msg_str(m, "engine"));
	worker_keep_signatures(w, m);
	if (w->state == WORKER_READY)
		worker_test(w);
}

/* It gets on: only that is heard, and no word of it moves the deadline that the size sets. */
static void
worker_on_progress(struct worker *w, struct msg *m)
{
	struct worker_job *j = worker_job(w, msg_uint(m, "id"));
	uint64_t bytes = msg_uint(m, "bytes");
	/* of what is inside, more may be looked at than the object is long */
	if (j == NULL || bytes <= j->said)
		return;
	j->said = bytes;
	j->seen = bytes < j->todo.bytes ? bytes : j->todo.bytes;
	j->heard_ms = clock_mono_ms();
}

static const struct {
	enum msg_id id;
	void (*fn)(struct worker *, struct msg *);
} worker_handlers[] = {
    {MSG_HELLO, worker_on_hello},
    {MSG_SCAN_READY, worker_on_ready},
    {MSG_SCAN_UNFIT, worker_on_unfit},
    {MSG_SCAN_CHANGED, worker_on_changed},
    {MSG_SCAN_FINDING, worker_on_finding},
    {MSG_SCAN_FACT, worker_on_fact},
    {MSG_SCAN_CHILD, worker_on_child},
    {MSG_SCAN_RESULT, worker_on_result},
    {MSG_SCAN_PROGRESS, worker_on_progress},
};

static void
worker_on_message(void *arg, struct channel *ch, struct msg *m)
{
	(void)ch;
	if (worker_parts_takes(arg, m) || worker_set_takes(arg, m))
		return;
	for (size_t i = 0; i < sizeof(worker_handlers) / sizeof(worker_handlers[0]); i++)
		if (worker_handlers[i].id == m->id) {
			worker_handlers[i].fn(arg, m);
			return;
		}
}

/*
 * Its socket is closed.  How it ended the parent says, after all it started has
 * ended, too; a process that only closed its socket is ended for it.
 */
static void
worker_on_gone(void *arg, struct channel *ch, enum err why)
{
	struct worker *w = arg;
	char ended[sizeof(w->ended)];
	(void)ch;
	if (why != ERR_PROTO && w->ended[0] == '\0') {
		w->silent = true;
		tag_kill(w->desk, w->tag);
		return;
	}
	snprintf(ended, sizeof(ended), "%s",
	    why == ERR_PROTO ? "it broke the scan protocol" : w->ended);
	worker_lose(w, ended);
}

/* --- tag handlers */

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
	if (w->channel == NULL || w->silent)
		worker_lose(w, why);
	else
		snprintf(w->ended, sizeof(w->ended), "%s", why);
}

static void
worker_on_vault(void *arg, uint64_t tag, struct msg *m)
{
	struct worker *w = arg;
	(void)tag;
	if (m->id == MSG_VAULT_MISSING &&
	    (worker_set_missing(w, m) || worker_parts_missing(w, m)))
		return;
	struct worker_job *found = worker_job(w, msg_uint(m, "id"));
	if (m->id != MSG_VAULT_MISSING || found == NULL)
		return;
	/* the worker died: its end is on the way, and what it held is given to a fresh one */
	if (json_object_get(m->body, "gone") != NULL && msg_bool(m, "gone"))
		return;
	struct worker_job j = *found;
	worker_drop_job(w, found);
	struct worker_result r = {VERDICT_ERROR, "the vault does not give this object", "", "",
	    j.todo.bytes, 0, UINT64_MAX, NULL};
	w->events->result(w->arg, &j.todo, &r);
}

static const struct tag_handler worker_tag = {
    .spawned = worker_on_spawned,
    .refused = worker_on_refused,
    .exited = worker_on_exited,
    .vault = worker_on_vault,
};

/* --- interface */

struct worker *
worker_new(
    struct desk *d, const struct manifest *m, const struct worker_events *events, void *arg)
{
	struct worker *w = mem_alloc(sizeof(*w));
	*w = (struct worker){.desk = d, .manifest = m, .events = events, .arg = arg};
	w->tag = tag_new(d, &worker_tag, w);
	w->timer = loop_add_timer(d->loop, LIM_SCAN_TEST_MS, worker_on_patience, w);
	json_t *spawn = json_pack(
	    "{s:I, s:s, s:s}", "tag", (json_int_t)w->tag, "role", "scanner", "name", m->name);
	if (m->children) {
		w->members = members_new(d, &worker_members, w);
		json_object_set_new(
		    spawn, "children", json_integer((json_int_t)members_tag(w->members)));
	}
	channel_send(d->parent, MSG_DESK_SPAWN, spawn, -1);
	return w;
}

void
worker_watch(struct worker *w, const char *set)
{
	w->mark = set;
}

enum worker_mark
worker_mark(const struct worker *w)
{
	return w->found[WORKER_LOADED]    ? WORKER_HAS_LOADED
	       : w->found[WORKER_REFUSED] ? WORKER_HAS_REFUSED
	                                  : WORKER_UNSEEN;
}

struct worker *
worker_free(struct worker *w)
{
	if (w == NULL)
		return NULL;
	if (w->timer != 0)
		loop_del_timer(w->desk->loop, w->timer);
	if (w->settled != 0)
		loop_del_timer(w->desk->loop, w->settled);
	if (w->channel != NULL)
		loop_del_channel(w->desk->loop, w->channel);
	channel_free(w->channel);
	members_free(w->members);
	worker_set_free(w);
	if (w->tag != 0) {
		tag_kill(w->desk, w->tag);
		tag_drop(w->desk, w->tag);
	}
	free(w);
	return NULL;
}

bool
worker_spent(const struct worker *w)
{
	uint64_t most = w != NULL ? w->manifest->recycle_objects : 0;
	return most != 0 && w->given >= most;
}

uint64_t
worker_load(const struct worker *w)
{
	uint64_t load = 0;
	for (size_t i = 0; i < w->njobs; i++)
		load += w->jobs[i].todo.bytes + WORKER_OBJECT_BYTES;
	return load;
}

size_t
worker_room(const struct worker *w)
{
	if (w == NULL || w->state != WORKER_READY || w->silent || worker_spent(w))
		return 0;
	return w->window - w->njobs;
}

bool
worker_give(struct worker *w, const struct work_todo *t, const struct inside_room *room)
{
	char sha256[HEX_DIGEST_SIZE];
	if (channel_room(w->desk->vault) < 4)
		return false;
	struct worker_job *j = &w->jobs[w->njobs++];
	*j = (struct worker_job){.id = ++w->next_id, .todo = *t, .parts = w->parts};
	w->parts = NULL;
	j->given_ns = clock_mono_ns();
	w->given++;
	worker_start_clock(w);
	hex_encode(t->sha256, 32, sha256);
	json_t *give = json_pack("{s:I, s:I, s:s, s:s, s:s}", "tag", (json_int_t)w->tag, "id",
	    (json_int_t)j->id, "sha256", sha256, "type", t->type, "mime", t->mime);
	if (room != NULL)
		inside_room_add(room, give);
	channel_send(w->desk->vault, MSG_VAULT_GIVE, give, -1);
	return true;
}

void
worker_give_secret(struct worker *w, const uint8_t sha256[32], int fd)
{
	char text[HEX_DIGEST_SIZE];
	hex_encode(sha256, 32, text);
	channel_send(w->channel, MSG_SCAN_SECRET, json_pack("{s:s}", "sha256", text), fd);
}

bool
worker_has(const struct worker *w, const uint8_t sha256[32])
{
	for (size_t i = 0; w != NULL && i < w->njobs; i++)
		if (!w->jobs[i].moved && memcmp(w->jobs[i].todo.sha256, sha256, 32) == 0)
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
	return w != NULL && (w->njobs > 0 || w->set != NULL);
}

uint64_t
worker_seen(const struct worker *w)
{
	uint64_t n = 0;
	for (size_t i = 0; w != NULL && i < w->njobs; i++)
		n += w->jobs[i].moved ? 0 : w->jobs[i].seen;
	return n;
}

void
worker_end(struct worker *w)
{
	w->state = WORKER_ENDING;
	tag_kill(w->desk, w->tag);
}

const char *
worker_late(struct worker *w, struct work_todo *ret_todo)
{
	struct worker_job *j = w != NULL && w->state != WORKER_ENDING ? worker_first(w) : NULL;
	if (j == NULL)
		return NULL;
	const int64_t now = clock_mono_ms();
	const uint64_t stall = w->manifest->stall_ms;
	const char *why = NULL;
	if (j->want_waits)
		worker_parts_ask(w, j);
	if ((uint64_t)(now - j->since_ms) >=
	    manifest_timeout_ms(w->manifest, j->todo.bytes + worker_parts_bytes(j)))
		why = "no answer within the time its size allows";
	else if (stall != 0 && (uint64_t)(now - j->heard_ms) >= stall)
		why = "the scanner did not get on with it";
	if (why == NULL)
		return NULL;
	bool moved = j->moved;
	*ret_todo = j->todo;
	worker_drop_job(w, j);
	worker_end(w);
	return moved ? NULL : why;
}

bool
worker_yield(struct worker *w, struct work_todo *ret_todo)
{
	const struct worker_job *first = w != NULL ? worker_first(w) : NULL;
	if (first == NULL || w->state != WORKER_READY || w->manifest->children ||
	    clock_mono_ms() - first->since_ms < WORKER_WAIT_MS)
		return false;
	for (size_t i = w->njobs; i-- > 0 && &w->jobs[i] != first;)
		if (!w->jobs[i].moved && !w->jobs[i].answered) {
			w->jobs[i].moved = true;
			*ret_todo = w->jobs[i].todo;
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
