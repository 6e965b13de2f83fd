/* SPDX-License-Identifier: ISC */
#include "scanners/scan.h"
#include "scanners/scan_in.h"
#include "src/base/clock.h"
#include "src/base/escape.h"
#include "src/base/hex.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/ipc/sandbox.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define SCAN_TICK_MS 1000

static const char *const scan_words[] = {
    [SCAN_CLEAN] = "clean",
    [SCAN_SUSPICIOUS] = "suspicious",
    [SCAN_MALICIOUS] = "malicious",
    [SCAN_INVALID] = "invalid",
    [SCAN_INCOMPLETE] = "incomplete",
    [SCAN_ERROR] = "error",
    [SCAN_TIMEOUT] = "timeout",
    [SCAN_NA] = "na",
};

const char *
scan_verdict_word(enum scan_verdict v)
{
	return scan_words[v];
}

void
scan_unfit(struct scan *s, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(s->unfit, sizeof(s->unfit), fmt, ap);
	va_end(ap);
}

uint64_t
scan_max_bytes(const struct scan *s)
{
	return s->max_bytes;
}

void
scan_set_max_bytes(struct scan *s, uint64_t max_bytes)
{
	s->max_bytes = max_bytes;
}

/* --- to the desk -------------------------------------------------------------- */

void
scan_say(struct scan *s, enum msg_id id, json_t *body)
{
	enum err e = s->ended ? ERR_CLOSED : channel_send_wait(s->desk, id, body, -1);
	if (e == ERR_CLOSED)
		s->ended = true; /* nobody is left to tell */
	else if (e != ERR_OK)
		log_fatal("cannot speak to the desk: %s", err_str(e));
}

const char *
scan_text(const char *text, size_t n, char out[LIM_FINDING_TEXT + 1])
{
	escape_fit(text, n, out, LIM_FINDING_TEXT + 1, LIM_FINDING_TEXT, NULL);
	return out;
}

json_t *
scan_bytes(const void *bytes, size_t n)
{
	MEM_FREE char *text = mem_alloc(HEX_B64_SIZE(n));
	hex_b64_encode(bytes, n, text);
	return json_string(text);
}

void
scan_put_finding(struct scan *s, struct scan_job *job, const struct scan_finding *f)
{
	struct scan_slot *slot = (struct scan_slot *)job;
	char title[LIM_FINDING_TEXT + 1], detail[LIM_FINDING_TEXT + 1],
	    rule[LIM_FINDING_TEXT + 1];
	if (slot->findings > LIM_FINDINGS || ++slot->findings > LIM_FINDINGS)
		return;
	json_t *body = json_pack("{s:I, s:s, s:s, s:s, s:s, s:s}", "id", (json_int_t)job->id,
	    "rule", scan_text(f->rule, strlen(f->rule), rule), "class", f->class, "severity",
	    f->severity, "title", scan_text(f->title, strlen(f->title), title), "detail",
	    scan_text(f->detail != NULL ? f->detail : "", f->detail != NULL ? f->detail_len : 0,
		detail));
	if (f->at > 0)
		json_object_set_new(body, "at", json_integer((json_int_t)f->at));
	if (f->sha256 != NULL)
		json_object_set_new(body, "sha256", json_string(f->sha256));
	else if (f->path != NULL)
		json_object_set_new(body, "path", scan_bytes(f->path, f->path_len));
	scan_say(s, MSG_SCAN_FINDING, body);
}

void
scan_put_fact_bytes(
    struct scan *s, struct scan_job *job, const char *key, const void *value, size_t n)
{
	struct scan_slot *slot = (struct scan_slot *)job;
	char text[ESCAPE_SIZE(LIM_FACT_BYTES)];
	if (n > LIM_FACT_BYTES || slot->facts >= LIM_SCAN_FACTS ||
	    escape_bytes(value, n, text, sizeof(text), NULL) > LIM_FACT_BYTES) {
		slot->facts_cut = true;
		return;
	}
	slot->facts++;
	scan_say(s, MSG_SCAN_FACT,
	    json_pack("{s:I, s:s, s:s}", "id", (json_int_t)job->id, "key", key, "value", text));
}

void
scan_put_fact(struct scan *s, struct scan_job *job, const char *key, const char *value)
{
	scan_put_fact_bytes(s, job, key, value, strlen(value));
}

void
scan_changed(struct scan *s, const struct scan_about *about)
{
	scan_say(s, MSG_SCAN_CHANGED,
	    json_pack("{s:s, s:s, s:s}", "engine", about->engine, "signatures",
		about->signatures, "signature_date", about->signature_date));
}

void
scan_put_progress(struct scan *s, struct scan_job *job, uint64_t done_bytes)
{
	scan_say(s, MSG_SCAN_PROGRESS,
	    json_pack(
		"{s:I, s:I}", "id", (json_int_t)job->id, "bytes", (json_int_t)done_bytes));
}

bool
scan_size_holds(const struct scan_job *job)
{
	struct stat st;
	return fstat(job->fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size >= 0 &&
	       (uint64_t)st.st_size == job->size_bytes;
}

void
scan_result(struct scan *s, struct scan_job *job, enum scan_verdict verdict, const char *why,
    uint64_t read_bytes)
{
	struct scan_slot *slot = (struct scan_slot *)job;
	assert(slot->used && read_bytes <= job->size_bytes);
	if (!scan_size_holds(job)) {
		verdict = SCAN_ERROR;
		why = "the object is not as long as the vault says";
		read_bytes = 0;
	}
	if ((slot->findings > LIM_FINDINGS || slot->facts_cut) &&
	    (verdict == SCAN_CLEAN || verdict == SCAN_SUSPICIOUS || verdict == SCAN_NA)) {
		verdict = SCAN_INCOMPLETE;
		why = slot->facts_cut ? "more facts than are kept"
		                      : "more findings than are kept";
	}
	json_t *body = json_pack("{s:I, s:s, s:s, s:s, s:I, s:I, s:I}", "id",
	    (json_int_t)job->id, "sha256", job->sha256, "verdict", scan_words[verdict], "why",
	    why, "bytes", (json_int_t)job->size_bytes, "read", (json_int_t)read_bytes,
	    "elapsed_ms", (json_int_t)(clock_mono_ms() - slot->began_ms));
	if (job->secret != NULL)
		json_object_set_new(body, "secret", json_string(job->secret));
	scan_say(s, MSG_SCAN_RESULT, body);
	close(job->fd);
	*slot = (struct scan_slot){.job.fd = -1};
}

/* --- from the vault and the desk ------------------------------------------------ */

static struct scan_slot *
scan_find(struct scan *s, uint64_t id)
{
	for (size_t i = 0; i < LIM_SCAN_WINDOW; i++)
		if (s->slots[i].used && s->slots[i].job.id == id)
			return &s->slots[i];
	return NULL;
}

struct scan_slot *
scan_take_slot(struct scan *s, uint64_t id)
{
	size_t used = 0;
	struct scan_slot *slot = NULL;
	if (scan_find(s, id) != NULL)
		log_fatal("two objects have one id");
	for (size_t i = 0; i < LIM_SCAN_WINDOW; i++) {
		used += s->slots[i].used;
		if (!s->slots[i].used)
			slot = &s->slots[i];
	}
	if (used >= s->ops->window)
		log_fatal("more objects were given than the window holds");
	*slot = (struct scan_slot){.used = true, .began_ms = clock_mono_ms(), .job.id = id};
	return slot;
}

static void
scan_on_object(struct scan *s, struct msg *m)
{
	if (s->ops->object == NULL)
		log_fatal("the vault gave an object that was not asked for");
	struct scan_slot *slot = scan_take_slot(s, msg_uint(m, "id"));
	struct scan_job *job = &slot->job;
	job->size_bytes = msg_uint(m, "size");
	job->room_bytes =
	    json_object_get(m->body, "room") != NULL ? msg_uint(m, "room") : UINT64_MAX;
	job->depth = msg_uint(m, "depth");
	job->fd = msg_take_fd(m);
	snprintf(job->sha256, sizeof(job->sha256), "%s", msg_str(m, "sha256"));
	snprintf(job->type, sizeof(job->type), "%s", msg_str(m, "type"));
	snprintf(job->mime, sizeof(job->mime), "%s", msg_str(m, "mime"));
	if (!scan_size_holds(job)) {
		scan_result(s, job, SCAN_ERROR, "", 0);
	} else if (s->max_bytes != 0 && job->size_bytes > s->max_bytes) {
		scan_result(s, job, SCAN_INCOMPLETE, SCAN_WHY_TOO_LARGE, 0);
	} else {
		s->busy = slot;
		s->ops->object(s, job);
		s->busy = NULL;
	}
}

static void
scan_on_secret(struct scan *s, struct msg *m)
{
	if (s->secret_fd >= 0)
		close(s->secret_fd);
	s->secret_fd = msg_take_fd(m);
	snprintf(s->secret_of, sizeof(s->secret_of), "%s", msg_str(m, "sha256"));
}

static void
scan_on_cancel(struct scan *s, const struct msg *m)
{
	struct scan_slot *slot = scan_find(s, msg_uint(m, "id"));
	/* it may have been answered while the message was on its way */
	if (slot == NULL)
		return;
	if (slot == s->busy) {
		slot->cancelled = true;
		return;
	}
	if (s->ops->cancel != NULL)
		s->ops->cancel(s, &slot->job);
	scan_result(s, &slot->job, SCAN_TIMEOUT, "given up by the desk", 0);
}

void
scan_on_desk(struct scan *s, struct msg *m)
{
	if (m->id == MSG_SCAN_CANCEL)
		scan_on_cancel(s, m);
	else if (m->id == MSG_SCAN_SECRET)
		scan_on_secret(s, m);
	else if (m->id == MSG_SCAN_PARTS)
		scan_on_parts(s, m);
	else if (m->id == MSG_SCAN_SET && s->busy == NULL)
		scan_on_set(s, m);
	else if (m->id != MSG_SCAN_MISSING) /* of something given up meanwhile */
		log_fatal("the desk spoke out of turn");
}

/* Everything that waits on one channel; false when its peer has gone. */
static bool
scan_receive(struct scan *s, struct channel *c)
{
	struct msg m;
	enum err e = ERR_OK;
	while (!s->ended && (e = channel_recv(c, &m)) == ERR_OK) {
		if (c == s->desk)
			scan_on_desk(s, &m);
		else
			scan_on_object(s, &m);
		msg_done(&m);
	}
	if (e == ERR_PROTO)
		log_fatal("%s", channel_why(c));
	return !s->ended && e == ERR_AGAIN;
}

bool
scan_cancelled(struct scan *s, struct scan_job *job)
{
	struct scan_slot *slot = (struct scan_slot *)job;
	/* a desk that has gone is seen again in the loop */
	return !scan_receive(s, s->desk) || slot->cancelled;
}

/* --- life --------------------------------------------------------------------------- */

static enum err
scan_engine(struct scan *s, short revents, int64_t *tick_ms)
{
	const struct scan_ops *ops = s->ops;
	enum err e = ERR_OK;
	if (ops->engine_ready != NULL && revents != 0)
		e = ops->engine_ready(s, revents);
	if (e == ERR_OK && ops->tick != NULL && clock_mono_ms() >= *tick_ms) {
		e = ops->tick(s);
		*tick_ms = clock_mono_ms() + SCAN_TICK_MS;
	}
	return e;
}

static int
scan_loop(struct scan *s)
{
	const struct scan_ops *ops = s->ops;
	int64_t tick_ms = clock_mono_ms() + SCAN_TICK_MS;
	bool engine = ops->engine_ready != NULL;
	for (;;) {
		struct pollfd p[3] = {{channel_fd(s->desk), POLLIN, 0},
		    {channel_fd(s->vault), POLLIN, 0}, {SCAN_FD_ENGINE, 0, 0}};
		if (engine)
			p[2].events = ops->engine_events(s);
		if (poll(p, engine ? 3 : 2, ops->tick != NULL ? SCAN_TICK_MS : -1) < 0) {
			if (errno == EINTR)
				continue;
			log_fatal("poll: %s", strerrordesc_np(errno));
		}
		if (p[0].revents != 0 && !scan_receive(s, s->desk))
			return 0;
		if (p[1].revents != 0 && !scan_receive(s, s->vault)) {
			/* both go when a station stops, in any order */
			if (s->ended || !scan_receive(s, s->desk))
				return 0;
			log_fatal("the vault has gone");
		}
		/* no word about what is under way: whoever has an engine gets it next */
		if (scan_engine(s, engine ? p[2].revents : 0, &tick_ms) != ERR_OK)
			log_fatal("the engine has gone; a new scanner is needed");
		if (s->ended)
			return 0;
	}
}

static struct channel *
scan_meet(const struct scan *s, int fd, enum role peer)
{
	struct channel *c = channel_new(fd, ROLE_SCANNER, peer);
	enum err e = channel_hello(c, s->program, sandbox_active());
	if (e == ERR_OK)
		e = channel_greet(c, LIM_CALL_MS, NULL);
	if (e != ERR_OK)
		log_fatal("no hello from the %s: %s", message_role_name(peer),
		    e == ERR_PROTO ? channel_why(c) : err_str(e));
	return c;
}

static void
scan_enter(const char *act)
{
	const char *why = "";
	if (sandbox_enter(ROLE_SCANNER, NULL, 0, &why) != ERR_OK)
		log_fatal("cannot enter the sandbox: %s", why);
	if (act == NULL)
		return;
	sandbox_probe(act);
	log_fatal("could do what a scanner must never do: %s", act);
}

/* Set-up failed: the desk is told why, in the words of who knows. */
static int
scan_give_up(struct scan *s)
{
	if (s->unfit[0] == '\0')
		scan_unfit(s, "it could not be set up; see the log of sallyportd");
	log_warn("%s", s->unfit);
	scan_enter(NULL);
	s->desk = scan_meet(s, SCAN_FD_DESK, ROLE_DESK);
	s->vault = scan_meet(s, SCAN_FD_VAULT, ROLE_VAULT);
	scan_say(s, MSG_SCAN_UNFIT, json_pack("{s:s}", "why", s->unfit));
	channel_free(s->desk);
	channel_free(s->vault);
	return 3;
}

static int
scan_serve(struct scan *s, const struct scan_about *about)
{
	s->desk = scan_meet(s, SCAN_FD_DESK, ROLE_DESK);
	s->vault = scan_meet(s, SCAN_FD_VAULT, ROLE_VAULT);
	json_t *ready = json_pack("{s:s, s:s, s:s, s:s, s:s, s:i, s:I}", "name", s->ops->name,
	    "version", SALLYPORT_VERSION, "engine", about->engine, "signatures",
	    about->signatures, "signature_date", about->signature_date, "window",
	    (int)s->ops->window, "max_bytes", (json_int_t)s->max_bytes);
	if (about->advice[0] != '\0')
		json_object_set_new(ready, "advice", json_string(about->advice));
	scan_say(s, MSG_SCAN_READY, ready);
	int status = s->ended ? 0 : scan_loop(s);
	channel_free(s->desk);
	channel_free(s->vault);
	return status;
}

static bool
scan_parse_bytes(const char *text, uint64_t *ret)
{
	char *end;
	errno = 0;
	unsigned long long n = strtoull(text, &end, 10);
	if (errno != 0 || *end != '\0' || text[0] < '0' || text[0] > '9')
		return false;
	*ret = n;
	return true;
}

int
scan_main(int argc, char **argv, const struct scan_ops *ops)
{
	struct scan *s = mem_alloc(sizeof(*s));
	struct scan_about about = {.engine = ""};
	const char *act = NULL;
	int option;
	bool usage = false;
	s->ops = ops;
	s->secret_fd = -1;
	s->max_bytes = ops->max_bytes;
	snprintf(s->program, sizeof(s->program), "scan-%s", ops->name);
	log_init(s->program);
	/* a vault that goes is an error of write(2), not a death */
	(void)signal(SIGPIPE, SIG_IGN);
	assert(ops->window >= 1 && ops->window <= LIM_SCAN_WINDOW);
	while ((option = getopt(argc, argv, "m:T:")) != -1) {
		if (option == 'T')
			act = optarg;
		else if (option != 'm' || !scan_parse_bytes(optarg, &s->max_bytes))
			usage = true;
	}
	if (usage || optind != argc) {
		fprintf(stderr, "usage: %s [-m BYTES]\n", s->program);
		free(s);
		return 2;
	}
	int status;
	/* a probe has no engine to speak to */
	if ((act == NULL || ops->engine_ready == NULL) && ops->setup(s, &about) != ERR_OK) {
		status = scan_give_up(s);
	} else {
		scan_enter(act);
		status = scan_serve(s, &about);
	}
	free(s);
	return status;
}
