/* SPDX-License-Identifier: ISC */
#include "src/proc/rescan/crew.h"
#include "src/base/clock.h"
#include "src/base/escape.h"
#include "src/base/io.h"
#include "src/base/mem.h"
#include "src/core/digest.h"
#include "src/core/policy.h"
#include "src/ipc/channel.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define CREW_TICK_MS 1000

struct member {
	struct manifest manifest;
	struct channel *desk, *vault; /* our ends; NULL: it is not asked */
	bool met[2];                  /* its hello came, by either socket */
	bool ready, sandboxed;
	uint64_t max_bytes;
	char version[64], engine[256], signatures[256], date[64];
	const char *before, *after;
	/* the object that it has */
	uint64_t id;
	size_t findings;
	bool waits;
	int64_t until_ms;
};

struct crew {
	const struct crew_events *events;
	void *arg;
	struct member *members;
	size_t n;
	uint64_t last_id;
	int64_t told_ms;                  /* that it takes long */
	const struct crew_object *object; /* what is shown now */
	struct crew_said *said;
	bool test; /* and it is one of ours: findings mean nothing */
	char *why; /* where the first trouble is told */
	bool broken;
};

/* What every engine must call bad; in no file of ours as a whole. */
static const char *const eicar_halves[2] = {
    "X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STAND", "ARD-ANTIVIRUS-TEST-FILE!$H+H*"};
static const char crew_good[] =
    "This text is harmless. A scanner that is fit calls it clean.\n";

static void
crew_keep(char *out, size_t size, const char *text)
{
	escape_fit(text != NULL ? text : "", text != NULL ? strlen(text) : 0, out, size,
	    size - 1, NULL);
}

/* It cannot be relied on; only the first such word is kept. */
static void
crew_break(struct crew *c, const struct member *m, const char *what)
{
	if (!c->broken)
		snprintf(
		    c->why, CREW_WHY_SIZE, "the scanner %s: %.400s", m->manifest.name, what);
	c->broken = true;
}

/* --- what they say ---------------------------------------------------------------------- */

static void
crew_on_hello(struct crew *c, struct member *m, const struct msg *msg)
{
	if (channel_accept_hello(m->desk, msg, &m->sandboxed) != ERR_OK)
		crew_break(c, m, "it speaks another protocol");
	m->met[0] = true;
}

static void
crew_on_ready(struct crew *c, struct member *m, const struct msg *msg)
{
	if (m->ready || strcmp(msg_str(msg, "name"), m->manifest.name) != 0)
		crew_break(c, m, "it is not the scanner its manifest names");
	m->ready = true;
	m->waits = false;
	m->max_bytes = msg_uint(msg, "max_bytes");
	crew_keep(m->version, sizeof(m->version), msg_str(msg, "version"));
	crew_keep(m->engine, sizeof(m->engine), msg_str(msg, "engine"));
	crew_keep(m->signatures, sizeof(m->signatures), msg_str(msg, "signatures"));
	crew_keep(m->date, sizeof(m->date), msg_str(msg, "signature_date"));
}

static void
crew_on_unfit(struct crew *c, struct member *m, const struct msg *msg)
{
	MEM_FREE char *why = escape_checked(msg_str(msg, "why"));
	crew_break(c, m, why);
}

/* What was scanned was scanned by others than the record would say. */
static void
crew_on_changed(struct crew *c, struct member *m, const struct msg *msg)
{
	(void)msg;
	crew_break(c, m, "its signatures changed while it was at work; release once more");
}

static bool
crew_is_its(struct crew *c, struct member *m, const struct msg *msg)
{
	if (m->waits && m->ready && msg_uint(msg, "id") == m->id)
		return true;
	crew_break(c, m, "it spoke of an object that it does not have");
	return false;
}

static void
crew_on_finding(struct crew *c, struct member *m, const struct msg *msg)
{
	if (!crew_is_its(c, m, msg) || c->test)
		return;
	MEM_FREE char *rule = escape_checked(msg_str(msg, "rule"));
	MEM_FREE char *title = escape_checked(msg_str(msg, "title"));
	MEM_FREE char *detail = escape_checked(msg_str(msg, "detail"));
	/* a word nobody knows counts as the worst: it is not for the scanner to choose */
	struct finding f = {.class = FINDING_TAMPER,
	    .severity = FINDING_HIGH,
	    .scanner = m->manifest.name,
	    .rule = rule,
	    .title = title,
	    .detail = detail};
	enum finding_class class;
	if (finding_class_parse(msg_str(msg, "class"), &class)) {
		f.class = class;
		finding_severity_parse(msg_str(msg, "severity"), &f.severity);
	}
	if (++m->findings > LIM_FINDINGS)
		crew_break(c, m, "it reported more findings than one object can have");
	else if (json_object_get(msg->body, "sha256") != NULL ||
		 json_object_get(msg->body, "path") != NULL)
		crew_break(c, m, "it reported a finding about something it was not given");
	else
		c->events->finding(c->arg, &f);
}

static void
crew_on_fact(struct crew *c, struct member *m, const struct msg *msg)
{
	if (!crew_is_its(c, m, msg))
		return;
	struct crew_said *said = &c->said[m - c->members];
	if (strcmp(msg_str(msg, "key"), "type") == 0)
		crew_keep(said->type, sizeof(said->type), msg_str(msg, "value"));
	else if (strcmp(msg_str(msg, "key"), "mime") == 0)
		crew_keep(said->mime, sizeof(said->mime), msg_str(msg, "value"));
}

static void
crew_on_progress(struct crew *c, struct member *m, const struct msg *msg)
{
	crew_is_its(c, m, msg);
}

static void
crew_on_result(struct crew *c, struct member *m, const struct msg *msg)
{
	if (!crew_is_its(c, m, msg))
		return;
	struct crew_said *said = &c->said[m - c->members];
	if (strcmp(msg_str(msg, "sha256"), c->object->sha256) != 0)
		crew_break(c, m, "it answered for an object it was not given");
	said->verdict = verdict_parse_scanner(msg_str(msg, "verdict"));
	said->of_bytes = msg_uint(msg, "bytes");
	said->read_bytes = msg_uint(msg, "read");
	crew_keep(said->why, sizeof(said->why), msg_str(msg, "why"));
	m->waits = false;
}

static const struct {
	enum msg_id id;
	void (*fn)(struct crew *, struct member *, const struct msg *);
} crew_handlers[] = {
    {MSG_HELLO, crew_on_hello},
    {MSG_SCAN_READY, crew_on_ready},
    {MSG_SCAN_UNFIT, crew_on_unfit},
    {MSG_SCAN_CHANGED, crew_on_changed},
    {MSG_SCAN_FINDING, crew_on_finding},
    {MSG_SCAN_FACT, crew_on_fact},
    {MSG_SCAN_PROGRESS, crew_on_progress},
    {MSG_SCAN_RESULT, crew_on_result},
};

static void
crew_on_message(struct crew *c, struct member *m, const struct msg *msg)
{
	for (size_t i = 0; i < sizeof(crew_handlers) / sizeof(crew_handlers[0]); i++)
		if (crew_handlers[i].id == msg->id) {
			crew_handlers[i].fn(c, m, msg);
			return;
		}
	crew_break(c, m, "it said what such a scanner has no reason to say");
}

/* --- waiting -------------------------------------------------------------------------------
 */

static void
crew_gone(struct crew *c, struct member *m, struct channel *ch, enum err e)
{
	if (e == ERR_PROTO)
		crew_break(c, m, channel_why(ch));
	else if (e != ERR_AGAIN)
		crew_break(c, m, "it ended in the middle of its work");
}

static void
crew_hear(struct crew *c, struct member *m)
{
	struct msg msg;
	enum err e = ERR_OK;
	while (!c->broken && (e = channel_recv(m->desk, &msg)) == ERR_OK) {
		crew_on_message(c, m, &msg);
		msg_done(&msg);
	}
	if (!c->broken)
		crew_gone(c, m, m->desk, e);
	/* as the vault it hears nothing but hello */
	while (!c->broken && (e = channel_recv(m->vault, &msg)) == ERR_OK) {
		if (msg.id != MSG_HELLO || m->met[1] ||
		    channel_accept_hello(m->vault, &msg, NULL) != ERR_OK)
			crew_break(c, m, "it speaks another protocol");
		m->met[1] = true;
		msg_done(&msg);
	}
	if (!c->broken && e != ERR_CLOSED)
		crew_gone(c, m, m->vault, e);
}

/* Until none of them has anything left to say, and all deadlines hold. */
static bool
crew_wait(struct crew *c)
{
	while (!c->broken) {
		struct pollfd fds[2 * LIM_SCANNERS];
		nfds_t n = 0;
		bool any = false;
		int64_t now_ms = clock_mono_ms();
		for (size_t i = 0; i < c->n; i++) {
			struct member *m = &c->members[i];
			if (m->desk == NULL)
				continue;
			any |= m->waits;
			if (m->waits && now_ms >= m->until_ms)
				crew_break(c, m,
				    m->ready ? "no answer within the time its size allows"
					     : "it did not begin in time");
			fds[n++] = (struct pollfd){channel_fd(m->desk), POLLIN, 0};
			fds[n++] = (struct pollfd){channel_fd(m->vault), POLLIN, 0};
		}
		if (!any || c->broken)
			break;
		(void)poll(fds, n, CREW_TICK_MS);
		if (clock_mono_ms() - c->told_ms >= CREW_TICK_MS) {
			c->events->waiting(c->arg);
			c->told_ms = clock_mono_ms();
		}
		for (size_t i = 0; i < c->n; i++)
			if (c->members[i].desk != NULL)
				crew_hear(c, &c->members[i]);
	}
	return !c->broken;
}

/* --- giving ----------------------------------------------------------------------------------
 */

/* Why it is not given this object: then it has answered. */
static bool
crew_declines(const struct member *m, const struct crew_object *o, struct crew_said *said)
{
	const uint64_t most[2] = {m->manifest.max_bytes, m->max_bytes};
	bool accepted = m->manifest.accept.n == 0;
	for (unsigned i = 0; i < m->manifest.accept.n && !accepted; i++)
		accepted = policy_glob(manifest_text(&m->manifest.accept, i), o->type);
	*said = (struct crew_said){.asked = true, .of_bytes = o->size_bytes};
	if (!accepted) {
		said->verdict = VERDICT_NA;
		snprintf(
		    said->why, sizeof(said->why), "it does not look at objects of this type");
		return true;
	}
	for (size_t i = 0; i < 2; i++)
		if (most[i] != 0 && o->size_bytes > most[i]) {
			said->verdict = VERDICT_INCOMPLETE;
			snprintf(said->why, sizeof(said->why), "%s", VERDICT_TOO_LARGE);
			return true;
		}
	said->verdict = VERDICT_ERROR;
	return false;
}

static void
crew_give(struct crew *c, struct member *m, const struct crew_object *o)
{
	m->id = ++c->last_id;
	m->waits = true;
	m->findings = 0;
	m->until_ms =
	    clock_mono_ms() + (int64_t)manifest_timeout_ms(&m->manifest, o->size_bytes);
	if (channel_send_wait(m->vault, MSG_SCAN_OBJECT,
		json_pack("{s:I, s:s, s:I, s:s, s:s}", "id", (json_int_t)m->id, "sha256",
		    o->sha256, "size", (json_int_t)o->size_bytes, "type", o->type, "mime",
		    o->mime),
		o->fds[m - c->members]) != ERR_OK)
		crew_break(c, m, "it ended in the middle of its work");
}

bool
crew_show(struct crew *c, const struct crew_object *o, struct crew_said said[LIM_SCANNERS],
    char ret_why[CREW_WHY_SIZE])
{
	c->why = ret_why;
	c->object = o;
	c->said = said;
	for (size_t i = 0; i < c->n && !c->broken; i++)
		if (said[i].asked && c->members[i].desk != NULL &&
		    !crew_declines(&c->members[i], o, &said[i]))
			crew_give(c, &c->members[i], o);
	return crew_wait(c);
}

/* --- self-test
 * --------------------------------------------------------------------------------- */

static bool
crew_show_test(struct crew *c, bool bad, char why[CREW_WHY_SIZE])
{
	static const enum verdict expected[2] = {VERDICT_CLEAN, VERDICT_MALICIOUS};
	static const char *const trouble[2] = {"it did not pass the known-good object",
	    "it did not recognise the known-bad object"};
	MEM_FREE char *text =
	    bad ? mem_printf("%s%s", eicar_halves[0], eicar_halves[1]) : mem_strdup(crew_good);
	struct crew_object o = {.size_bytes = strlen(text), .type = "text"};
	struct crew_said said[LIM_SCANNERS] = {{.asked = false}};
	uint8_t digest[DIGEST_SIZE];
	digest_sha256(text, strlen(text), digest);
	hex_encode(digest, sizeof(digest), o.sha256);
	for (size_t i = 0; i < c->n; i++) {
		MEM_CLOSE int fd = -1;
		if (c->broken || !crew_asks(c, i) || !c->members[i].manifest.selftest)
			continue;
		if (io_memfd("selftest", text, strlen(text), &fd) != ERR_OK)
			return false;
		o.fds[i] = fd;
		c->why = why;
		c->object = &o;
		c->said = said;
		said[i].asked = true;
		crew_give(c, &c->members[i], &o);
		if (!crew_wait(c))
			return false;
		if (said[i].verdict != expected[bad])
			crew_break(c, &c->members[i], trouble[bad]);
	}
	return !c->broken;
}

static bool
crew_test(struct crew *c, char why[CREW_WHY_SIZE])
{
	snprintf(why, CREW_WHY_SIZE, "the self-test cannot be made");
	c->test = true;
	bool ok = crew_show_test(c, true, why) && crew_show_test(c, false, why);
	c->test = false;
	return ok;
}

bool
crew_begin(struct crew *c, char ret_why[CREW_WHY_SIZE])
{
	const int64_t until_ms = clock_mono_ms() + LIM_SCAN_TEST_MS;
	c->why = ret_why;
	for (size_t i = 0; i < c->n; i++) {
		struct member *m = &c->members[i];
		if (m->desk == NULL)
			continue;
		m->waits = true;
		m->until_ms = until_ms;
		channel_hello(m->desk, "sallyport-rescan", true);
		channel_hello(m->vault, "sallyport-rescan", true);
	}
	if (!crew_wait(c) || !crew_test(c, ret_why))
		return false;
	for (size_t i = 0; i < c->n; i++)
		c->members[i].before = "pass";
	return true;
}

bool
crew_end(struct crew *c, char ret_why[CREW_WHY_SIZE])
{
	c->why = ret_why;
	if (!crew_test(c, ret_why))
		return false;
	/* what came behind the last answer */
	for (size_t i = 0; i < c->n && !c->broken; i++)
		if (c->members[i].desk != NULL)
			crew_hear(c, &c->members[i]);
	if (c->broken)
		return false;
	for (size_t i = 0; i < c->n; i++)
		c->members[i].after = "pass";
	return true;
}

/* --- life ------------------------------------------------------------------------------------
 */

static struct channel *
crew_channel(int fd, enum role self)
{
	return channel_new(fd, self, ROLE_SCANNER);
}

static bool
crew_read_manifest(struct member *m, int fd, char ret_why[CREW_WHY_SIZE])
{
	uint8_t *text;
	size_t n;
	char why[MANIFEST_WHY_SIZE] = "it cannot be read";
	enum err e = io_slurp(fd, LIM_MANIFEST_BYTES, &text, &n);
	if (e == ERR_OK) {
		e = manifest_parse(text, n, &m->manifest, why);
		free(text);
	}
	if (e != ERR_OK)
		snprintf(ret_why, CREW_WHY_SIZE, "a scanner's manifest: %.200s", why);
	return e == ERR_OK;
}

struct crew *
crew_new(int first_fd, size_t n, const struct crew_events *events, void *arg,
    char ret_why[CREW_WHY_SIZE])
{
	struct crew *c = mem_alloc(sizeof(*c));
	*c = (struct crew){.events = events, .arg = arg, .n = n};
	c->members = mem_array(n, sizeof(*c->members));
	for (size_t i = 0; i < n; i++) {
		struct member *m = &c->members[i];
		int fd = first_fd + 3 * (int)i;
		m->before = m->after = "";
		bool ok = crew_read_manifest(m, fd + 2, ret_why);
		close(fd + 2);
		if (!ok)
			return crew_free(c);
		if (m->manifest.transfer || m->manifest.children)
			continue;
		m->desk = crew_channel(fd, ROLE_DESK);
		m->vault = crew_channel(fd + 1, ROLE_VAULT);
	}
	return c;
}

struct crew *
crew_free(struct crew *c)
{
	for (size_t i = 0; c != NULL && i < c->n; i++) {
		channel_free(c->members[i].desk);
		channel_free(c->members[i].vault);
	}
	if (c != NULL)
		free(c->members);
	free(c);
	return NULL;
}

size_t
crew_count(const struct crew *c)
{
	return c->n;
}

const struct manifest *
crew_manifest(const struct crew *c, size_t i)
{
	return &c->members[i].manifest;
}

size_t
crew_find(const struct crew *c, const char *name)
{
	size_t i = 0;
	while (i < c->n && strcmp(c->members[i].manifest.name, name) != 0)
		i++;
	return i;
}

bool
crew_asks(const struct crew *c, size_t i)
{
	return c->members[i].desk != NULL;
}

json_t *
crew_rows(const struct crew *c)
{
	json_t *rows = json_array();
	for (size_t i = 0; i < c->n; i++) {
		const struct member *m = &c->members[i];
		if (m->desk == NULL)
			continue;
		json_t *row = json_pack("{s:s, s:s, s:s, s:s, s:s, s:b, s:s, s:s}", "after",
		    m->after, "before", m->before, "engine", m->engine, "kind",
		    m->manifest.kind, "name", m->manifest.name, "sandbox", (int)m->sandboxed,
		    "signatures", m->signatures, "version", m->version);
		if (m->date[0] != '\0')
			json_object_set_new(row, "date", json_string(m->date));
		json_array_append_new(rows, row);
	}
	return rows;
}
