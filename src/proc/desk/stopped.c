/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/stopped.h"
#include "db/work.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/proc/desk/book.h"
#include "src/proc/desk/reading.h"
#include "src/proc/desk/session.h"
#include "src/proc/desk/tag.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#define STOPPED_ENDED    "the reader ended while at work"
#define STOPPED_WHY_SIZE 160

struct stopped_volume {
	uint64_t offset, volume;
	char why[STOPPED_WHY_SIZE];
};

struct stopped {
	bool at; /* the reader is at work on this file system: */
	uint64_t offset, volume;
	bool gone, exited;
	int signum;
	struct stopped_volume list[LIM_VOLUMES];
	size_t n;
};

/* Ends that a file system can bring about; any other is somebody's will. */
static const struct {
	int signum;
	const char *words;
} stopped_signals[] = {
    {SIGSEGV, "it used memory that is not its own"},
    {SIGBUS, "it used memory that is not there"},
    {SIGFPE, "it divided by zero"},
    {SIGILL, "it came to an impossible instruction"},
    {SIGTRAP, "it came to an impossible instruction"},
    {SIGABRT, "it found itself in an impossible state, or out of memory"},
    {SIGSYS, "it tried what its sandbox forbids"},
    {SIGPROF, "it was busy for a minute of processor time and gave nothing"},
    {SIGXCPU, "it was busy for too long"},
};

static const char *
stopped_words(int signum)
{
	for (size_t i = 0; i < sizeof(stopped_signals) / sizeof(stopped_signals[0]); i++)
		if (stopped_signals[i].signum == signum)
			return stopped_signals[i].words;
	return NULL;
}

static const char *
stopped_doing(const struct intake *in)
{
	return in->medium == NULL                                       ? "opened"
	       : in->stage == STAGE_READING || in->stage == STAGE_FIRST ? "read"
	                                                                : "listed";
}

/* --- what is known of it ------------------------------------------------------------- */

void
stopped_on_at(struct intake *in, struct msg *m)
{
	if (in->stopped == NULL) {
		in->stopped = mem_alloc(sizeof(*in->stopped));
		*in->stopped = (struct stopped){.at = false};
	}
	struct stopped *s = in->stopped;
	s->volume = msg_uint(m, "volume");
	s->offset = msg_uint(m, "offset");
	s->at = s->volume > 0 && s->volume <= LIM_VOLUMES &&
	        json_object_get(m->body, "offset") != NULL;
}

static const struct stopped_volume *
stopped_find(const struct stopped *s, uint64_t offset)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->list[i].offset == offset)
			return &s->list[i];
	return NULL;
}

bool
stopped_gone(struct intake *in, bool cut)
{
	struct stopped *s = in->stopped;
	/* once for each volume: a second time it is not the volume */
	if (s == NULL || !s->at || s->n == LIM_VOLUMES || stopped_find(s, s->offset) != NULL)
		return false;
	tag_kill(in->desk, in->tag);
	if (cut)
		return true; /* its socket says so, too */
	s->gone = true;
	loop_del_channel(in->desk->loop, in->reader);
	stopped_settle(in);
	return true;
}

void
stopped_on_exit(struct intake *in, int signum)
{
	if (in->stopped == NULL)
		return;
	in->stopped->exited = true;
	in->stopped->signum = signum;
	stopped_settle(in);
}

/* --- the others are read --------------------------------------------------------------- */

static bool
stopped_record(struct intake *in, struct stopped_volume *v)
{
	char refused[BOOK_WHY_SIZE];
	log_warn("transfer %s: the reader stopped on volume %llu: %s", in->transfer,
	    (unsigned long long)v->volume, v->why);
	if (book_transfer(in->desk, "xfer.stopped", in->transfer,
		json_pack("{s:I, s:I, s:s}", "offset", (json_int_t)v->offset, "volume",
		    (json_int_t)v->volume, "why", v->why),
		refused) == ERR_OK)
		return true;
	intake_fail(in, "reading", refused);
	return false;
}

void
stopped_settle(struct intake *in)
{
	struct stopped *s = in->stopped;
	if (s == NULL || !s->gone || !s->exited || !in->vault_ended)
		return;
	const char *words = stopped_words(s->signum);
	if (words == NULL) {
		intake_fail(in, "reading", STOPPED_ENDED);
		return;
	}
	struct stopped_volume *v = &s->list[s->n];
	*v = (struct stopped_volume){.offset = s->offset, .volume = s->volume};
	snprintf(v->why, sizeof(v->why),
	    "the program that reads file systems stopped while this one was %s: %s (signal %d)",
	    stopped_doing(in), words, s->signum);
	s->n++;
	s->at = s->gone = s->exited = false;
	if (!stopped_record(in, v))
		return;
	intake_check(in, work_stopped_add(in->work, v->volume));
	reading_again(in);
	session_progress(in->desk, in->transfer);
}

size_t
stopped_count(const struct intake *in)
{
	return in->stopped != NULL ? in->stopped->n : 0;
}

json_t *
stopped_without(const struct intake *in)
{
	json_t *all = stopped_count(in) > 0 ? json_array() : NULL;
	for (size_t i = 0; i < stopped_count(in); i++)
		json_array_append_new(
		    all, json_integer((json_int_t)in->stopped->list[i].offset));
	return all;
}

const char *
stopped_why(const struct intake *in, uint64_t volume)
{
	for (size_t i = 0; i < stopped_count(in); i++)
		if (in->stopped->list[i].volume == volume)
			return in->stopped->list[i].why;
	return NULL;
}

void
stopped_end(struct intake *in)
{
	free(in->stopped);
	in->stopped = NULL;
}
