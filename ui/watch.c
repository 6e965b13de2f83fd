/* SPDX-License-Identifier: ISC */
#include "ui/watch.h"
#include "src/base/buf.h"
#include "src/base/clock.h"
#include "src/base/limits.h"
#include "ui/desk.h"
#include "ui/print.h"

#include <signal.h>
#include <string.h>

#define WATCH_POLL_MS  200
#define WATCH_LINES_MS 5000 /* between two lines that are not written over */

static volatile sig_atomic_t watch_stopped;

static void
watch_on_signal(int signum)
{
	(void)signum;
	watch_stopped = 1;
}

/* What was shown last, so that a file is not flooded. */
struct watch_shown {
	char stage[48];
	bool paused, stalled;
	int64_t at_ms;
};

/* How far a stage is, in parts of a thousand. */
static uint64_t
watch_share(const json_t *stage)
{
	uint64_t total = row_uint(stage, "total"), bytes = row_uint(stage, "bytes_total");
	if (bytes > 0)
		return row_uint(stage, "bytes") / (bytes / 1000 + 1);
	return row_uint(stage, "done") * 1000 / (total > 0 ? total : 1);
}

/* The stage that everything waits for: at work, and the furthest behind. */
static const json_t *
watch_slowest(const struct msg *m)
{
	const json_t *stage, *slowest = NULL;
	size_t i;
	json_array_foreach (json_object_get(m->body, "stages"), i, stage) {
		const char *state = row_text(stage, "state");
		bool at_work = strcmp(state, "running") == 0 || strcmp(state, "paused") == 0;
		if (at_work && (slowest == NULL || watch_share(stage) < watch_share(slowest)))
			slowest = stage;
	}
	return slowest;
}

/* "K1-000042 read: 12 of 200, 1.2M of 34M, 1 unreadable"; what is not known is left out. */
static void
watch_line(const struct msg *m, const json_t *stage, struct buf *out)
{
	char bytes[PRINT_SIZE_SIZE], all[PRINT_SIZE_SIZE];
	const char *between = ":";
	print_size(row_uint(stage, "bytes"), bytes);
	print_size(row_uint(stage, "bytes_total"), all);
	buf_addf(out, "%s %s%s", msg_str(m, "transfer"), row_text(stage, "name"),
	    msg_bool(m, "paused") ? " (paused)" : "");
	if (row_uint(stage, "total") > 0) {
		buf_addf(out, "%s %llu of %llu", between,
		    (unsigned long long)row_uint(stage, "done"),
		    (unsigned long long)row_uint(stage, "total"));
		between = ",";
	}
	if (row_uint(stage, "bytes_total") > 0) {
		buf_addf(out, "%s %s of %s", between, bytes, all);
		between = ",";
	}
	if (msg_uint(m, "errors") > 0)
		buf_addf(out, "%s %llu unreadable", between,
		    (unsigned long long)msg_uint(m, "errors"));
	if (msg_str(m, "why")[0] != '\0')
		buf_addf(
		    out, "; %s (skip gives up this file, stop the reading)", msg_str(m, "why"));
}

static void
watch_show(const struct msg *m, struct watch_shown *shown)
{
	struct buf line;
	const json_t *stage = watch_slowest(m);
	int64_t now = clock_mono_ms();
	bool paused = msg_bool(m, "paused");
	if (stage == NULL)
		return;
	const char *name = row_text(stage, "name");
	bool stalled = msg_str(m, "why")[0] != '\0';
	bool same = strcmp(name, shown->stage) == 0 && paused == shown->paused &&
	            stalled == shown->stalled;
	if (same && !print_is_terminal() && now - shown->at_ms < WATCH_LINES_MS)
		return;
	snprintf(shown->stage, sizeof(shown->stage), "%s", name);
	shown->paused = paused;
	shown->stalled = stalled;
	shown->at_ms = now;
	buf_init(&line, LIM_MESSAGE_BYTES);
	watch_line(m, stage, &line);
	print_progress(buf_str(&line));
	buf_done(&line);
}

static int
watch_follow(struct ui *ui, struct msg *m, struct watch *ret)
{
	struct watch_shown shown = {.stage = ""};
	for (;;) {
		/* what waits for an officer is not waited for */
		if (m->id == MSG_DESK_PROGRESS &&
		    (msg_bool(m, "last") || strcmp(msg_str(m, "state"), "choosing") == 0)) {
			snprintf(ret->state, sizeof(ret->state), "%s", msg_str(m, "state"));
			snprintf(ret->why, sizeof(ret->why), "%s", msg_str(m, "why"));
			msg_done(m);
			return UI_DONE;
		}
		if (m->id == MSG_DESK_PROGRESS)
			watch_show(m, &shown);
		msg_done(m);
		enum err e;
		while ((e = desk_next(ui, m, WATCH_POLL_MS)) == ERR_AGAIN && !watch_stopped)
			;
		if (watch_stopped) {
			if (e == ERR_OK)
				msg_done(m);
			ret->left = true;
			return UI_DONE;
		}
		if (e != ERR_OK)
			return desk_lost(ui, e);
	}
}

int
watch(struct ui *ui, const char *transfer, struct watch *ret)
{
	struct sigaction stop = {0}, before;
	struct msg m;
	*ret = (struct watch){.state = ""};
	watch_stopped = 0;
	stop.sa_handler = watch_on_signal;
	sigaction(SIGINT, &stop, &before);
	int status = desk_call(ui, MSG_UI_WATCH, json_pack("{s:s}", "transfer", transfer), -1,
	    MSG_DESK_PROGRESS, &m);
	if (status == UI_DONE)
		status = watch_follow(ui, &m, ret);
	print_progress_end();
	sigaction(SIGINT, &before, NULL);
	if (status == UI_DONE && ret->left)
		print_problemf(
		    "sallyport status tells how far it is; sallyport watch follows it again",
		    "%s goes on without this terminal", transfer);
	return status;
}
