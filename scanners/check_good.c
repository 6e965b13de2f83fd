/* SPDX-License-Identifier: ISC */
/* Conversations in which desk and vault do nothing wrong. */
#include "scanners/check.h"
#include "src/base/clock.h"
#include "src/base/io.h"
#include "src/base/mem.h"

#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#define GOOD_TEXT     "Nothing of interest stands in this text.\n"
#define GOOD_LARGE    (64ull << 20)
#define GOOD_BEGUN_MS 20 /* it has the object by then, and has not done with it */

/* Says what went wrong before the conversation could begin. */
static bool
good_meet(struct check *c, struct check_peer *p)
{
	if (check_peer_meet(p, c))
		return true;
	check_say(c, CHECK_BREAKS, "it does not come up: %s", p->broke);
	check_peer_done(p);
	return false;
}

static int64_t
good_patience(const struct check *c, uint64_t size_bytes)
{
	uint64_t ms = c->has_manifest ? manifest_timeout_ms(&c->manifest, size_bytes) : 0;
	return ms > (uint64_t)c->patience_ms && ms < INT32_MAX ? (int64_t)ms : c->patience_ms;
}

/* What is true of every answer. */
static void
good_answer(struct check *c, const struct check_said *s)
{
	if (s->odd[0] != '\0')
		check_say(c, CHECK_NOTES, "%s", s->odd);
	if (s->bytes != s->size_bytes)
		check_say(c, CHECK_BREAKS,
		    "it answers for %ju bytes, the object has %ju: the station makes it error",
		    (uintmax_t)s->bytes, (uintmax_t)s->size_bytes);
	if (s->read_bytes > s->bytes)
		check_say(c, CHECK_BREAKS, "it read more bytes than there are");
	if (strcmp(s->verdict, "clean") == 0 && s->read_bytes < s->size_bytes)
		check_say(c, CHECK_BREAKS,
		    "clean, and it read %ju of %ju bytes: the station makes it %s",
		    (uintmax_t)s->read_bytes, (uintmax_t)s->size_bytes,
		    s->read_bytes == 0 ? "error" : "incomplete");
}

static bool
good_is(const struct check_said *s, const char *verdict)
{
	return strcmp(s->verdict, verdict) == 0;
}

/* One object, one answer; NULL when there was none, which has been said then. */
static struct check_said *
good_one(struct check *c, struct check_peer *p, const struct check_object *o)
{
	struct check_said *s = check_peer_ask(p, o);
	enum check_end e = check_peer_wait(p, good_patience(c, o->size_bytes));
	if (e != CHECK_ANSWERED) {
		check_say(c, CHECK_BREAKS, "%s", check_peer_end_words(e, p));
		return NULL;
	}
	good_answer(c, s);
	return s;
}

/* --- coming up -------------------------------------------------------------------------- */

/* What the kernel knows of its sandbox: 1 yes, 0 no, -1 it does not tell. */
static int
good_kernel_knows(pid_t pid)
{
	char path[64];
	uint8_t *text;
	size_t n;
	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	MEM_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || io_slurp(fd, 65536, &text, &n) != ERR_OK)
		return -1;
	const char *line = strstr((const char *)text, "\nSeccomp:\t");
	int knows = line == NULL ? -1 : line[10] == '2';
	free(text);
	return knows;
}

static void
good_ready(struct check *c)
{
	struct check_peer p;
	const char *name = c->has_manifest ? c->manifest.name : "";
	if (!good_meet(c, &p))
		return;
	check_say(c, CHECK_KEEPS,
	    "ready after %jd ms: %s, engine \"%s\", signatures \"%s\" of \"%s\"",
	    (intmax_t)(clock_mono_ms() - p.started_ms), p.name, p.engine, p.signatures, p.date);
	if (name[0] != '\0' && strcmp(name, p.name) != 0)
		check_say(
		    c, CHECK_BREAKS, "it is called %s, its manifest says %s", p.name, name);
	if (p.window == 0)
		check_say(c, CHECK_BREAKS, "window is 0: it takes no objects");
	else
		check_say(c, CHECK_KEEPS, "window %u, largest object %ju bytes", p.window,
		    (uintmax_t)p.max_bytes);
	if (p.date[0] != '\0' && !clock_parse(p.date, &(int64_t){0}))
		check_say(c, CHECK_BREAKS, "signature_date is not YYYY-MM-DDTHH:MM:SSZ: \"%s\"",
		    p.date);
	if (!p.sandboxed)
		check_say(c, CHECK_BREAKS,
		    "it says that it is in no sandbox: a transfer it looked at can never be "
		    "released");
	else if (good_kernel_knows(p.pid) == 0)
		check_say(c, CHECK_BREAKS,
		    "it says that it is in a sandbox; the kernel knows of none");
	else
		check_say(c, CHECK_KEEPS, "it is in a sandbox");
	check_peer_done(&p);
}

/* --- objects ------------------------------------------------------------------------------ */

static void
good_good(struct check *c)
{
	struct check_peer p;
	struct check_object o;
	if (!good_meet(c, &p))
		return;
	check_object_make(&o, GOOD_TEXT, strlen(GOOD_TEXT));
	struct check_said *s = good_one(c, &p, &o);
	if (s != NULL && c->manifest.selftest && !good_is(s, "clean"))
		check_say(c, CHECK_BREAKS,
		    "known good is %s: its manifest says selftest, so the station calls it "
		    "unfit",
		    s->verdict);
	else if (s != NULL)
		check_say(c,
		    good_is(s, "clean") || good_is(s, "na") ? CHECK_KEEPS : CHECK_NOTES,
		    "known good is %s%s%s", s->verdict, s->why[0] != '\0' ? ": " : "", s->why);
	check_object_close(&o);
	check_peer_done(&p);
}

static void
good_bad(struct check *c)
{
	struct check_peer p;
	struct check_object o;
	if (!good_meet(c, &p))
		return;
	check_object_bad(&o);
	struct check_said *s = good_one(c, &p, &o);
	if (s != NULL && c->manifest.selftest && !good_is(s, "malicious"))
		check_say(c, CHECK_BREAKS,
		    "known bad is %s: its manifest says selftest, so the station calls it "
		    "unfit",
		    s->verdict);
	else if (s != NULL)
		check_say(
		    c, CHECK_KEEPS, "known bad is %s, %u findings", s->verdict, s->findings);
	check_object_close(&o);
	check_peer_done(&p);
}

static void
good_empty(struct check *c)
{
	struct check_peer p;
	struct check_object o;
	if (!good_meet(c, &p))
		return;
	check_object_make(&o, "", 0);
	struct check_said *s = good_one(c, &p, &o);
	if (s != NULL)
		check_say(c, good_is(s, "error") ? CHECK_NOTES : CHECK_KEEPS,
		    "an empty object is %s", s->verdict);
	check_object_close(&o);
	check_peer_done(&p);
}

static void
good_large(struct check *c)
{
	struct check_peer p;
	struct check_object o;
	if (!good_meet(c, &p))
		return;
	check_object_make(&o, GOOD_TEXT, GOOD_LARGE);
	int64_t began_ms = clock_mono_ms();
	struct check_said *s = good_one(c, &p, &o);
	if (s != NULL)
		check_say(c, CHECK_KEEPS, "64 MiB are %s after %jd ms, %u times progress",
		    s->verdict, (intmax_t)(clock_mono_ms() - began_ms), s->progress);
	check_object_close(&o);
	if (s != NULL && p.max_bytes > 0 && p.max_bytes < (1ull << 40)) {
		check_object_make(&o, GOOD_TEXT, p.max_bytes + 1);
		s = good_one(c, &p, &o);
		if (s != NULL && (good_is(s, "clean") || good_is(s, "na")))
			check_say(
			    c, CHECK_BREAKS, "a byte over its own limit is %s", s->verdict);
		else if (s != NULL)
			check_say(
			    c, CHECK_KEEPS, "a byte over its own limit is %s", s->verdict);
		check_object_close(&o);
	}
	check_peer_done(&p);
}

/* A scanner that opens containers: what is in one comes back, announced and framed. */
static void
good_inside(struct check *c)
{
	struct check_peer p;
	struct check_object o;
	if (!c->manifest.children || !good_meet(c, &p))
		return;
	check_object_zip(&o);
	struct check_said *s = good_one(c, &p, &o);
	if (s != NULL)
		check_say(c, s->children > 0 ? CHECK_KEEPS : CHECK_NOTES,
		    "an archive of one file is %s: %u inside, %ju bytes of them", s->verdict,
		    s->children, (uintmax_t)p.inside_bytes);
	check_object_close(&o);
	check_peer_done(&p);
}

/* --- several ------------------------------------------------------------------------------ */

static void
good_window(struct check *c)
{
	struct check_peer p;
	struct check_object o[CHECK_MANY];
	if (!good_meet(c, &p))
		return;
	for (unsigned i = 0; i < p.window; i++) {
		char text[64];
		snprintf(text, sizeof(text), "object %u of the window\n", i);
		check_object_make(&o[i], text, strlen(text));
		check_peer_ask(&p, &o[i]);
	}
	enum check_end e = check_peer_wait(&p, good_patience(c, 1));
	check_say(c, e == CHECK_ANSWERED ? CHECK_KEEPS : CHECK_BREAKS, "%u objects at once: %s",
	    p.window,
	    e == CHECK_ANSWERED ? "each was answered once" : check_peer_end_words(e, &p));
	for (unsigned i = 0; i < p.window; i++)
		check_object_close(&o[i]);
	check_peer_done(&p);
}

/* What it says of an object does not depend on the one before. */
static void
good_again(struct check *c)
{
	struct check_peer p;
	struct check_object o[2];
	struct check_said *s = NULL;
	char first[2][32] = {"", ""};
	bool same = true;
	if (!good_meet(c, &p))
		return;
	check_object_make(&o[0], GOOD_TEXT, strlen(GOOD_TEXT));
	check_object_bad(&o[1]);
	for (int i = 0; i < 6 && (i == 0 || s != NULL); i++) {
		s = good_one(c, &p, &o[i % 2]);
		if (s != NULL && i < 2)
			memcpy(first[i], s->verdict, sizeof(first[i]));
		else if (s != NULL)
			same &= good_is(s, first[i % 2]);
	}
	if (s != NULL)
		check_say(c, same ? CHECK_KEEPS : CHECK_BREAKS,
		    same ? "the same object has the same verdict each time"
			 : "the verdict of an object depends on those before it");
	check_object_close(&o[0]);
	check_object_close(&o[1]);
	check_peer_done(&p);
}

static void
good_cancel(struct check *c)
{
	struct check_peer p;
	struct check_object o, small;
	if (!good_meet(c, &p))
		return;
	check_object_make(&o, GOOD_TEXT, GOOD_LARGE);
	check_object_make(&small, GOOD_TEXT, strlen(GOOD_TEXT));
	struct check_said *s = check_peer_ask(&p, &o);
	/* what came before its object would be about nothing */
	poll(NULL, 0, GOOD_BEGUN_MS);
	(void)channel_send_wait(
	    p.desk, MSG_SCAN_CANCEL, json_pack("{s:I}", "id", (json_int_t)s->id), -1);
	enum check_end e = check_peer_wait(&p, good_patience(c, o.size_bytes));
	if (e != CHECK_ANSWERED)
		check_say(c, CHECK_BREAKS, "%s", check_peer_end_words(e, &p));
	else
		check_say(c, CHECK_KEEPS, "an object that is given up is %s", s->verdict);
	/* one it never had, or has answered */
	(void)channel_send_wait(p.desk, MSG_SCAN_CANCEL, json_pack("{s:i}", "id", 4711), -1);
	if (e == CHECK_ANSWERED && good_one(c, &p, &small) != NULL)
		check_say(c, CHECK_KEEPS, "the next object is answered");
	check_object_close(&o);
	check_object_close(&small);
	check_peer_done(&p);
}

/* --- the end
 * ---------------------------------------------------------------------------------- */

static void
good_end(struct check *c)
{
	struct check_peer p;
	char how[CHECK_TEXT];
	if (!good_meet(c, &p))
		return;
	p.desk = channel_free(p.desk);
	if (!check_peer_ended(&p, c->patience_ms, how))
		check_say(c, CHECK_BREAKS, "the desk hung up and it lives on");
	else
		check_say(c, strcmp(how, "status 0") == 0 ? CHECK_KEEPS : CHECK_NOTES,
		    "the desk hung up: it ended with %s", how);
	if (!check_peer_done(&p))
		check_say(c, CHECK_BREAKS, "it left processes behind, or had to be killed");
}

static const struct check_talk good_talks[] = {
    {"ready", "first words, and what it is", CHECK_ALL, good_ready},
    {"good", "a harmless object", CHECK_OBJECTS, good_good},
    {"bad", "the EICAR test file", CHECK_OBJECTS, good_bad},
    {"empty", "an object of no bytes", CHECK_OBJECTS, good_empty},
    {"large", "64 MiB, and a byte over its limit", CHECK_OBJECTS, good_large},
    {"inside", "an archive, for those that open them", CHECK_OBJECTS, good_inside},
    {"window", "as many objects as it takes", CHECK_OBJECTS, good_window},
    {"again", "the same objects in turn", CHECK_OBJECTS, good_again},
    {"cancel", "an object the desk gives up", CHECK_OBJECTS, good_cancel},
    {"end", "the desk hangs up", CHECK_ALL, good_end},
    {NULL, NULL, CHECK_ALL, NULL},
};

const struct check_talk *
check_good_talks(void)
{
	return good_talks;
}
