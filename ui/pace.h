/* SPDX-License-Identifier: ISC */
/*
 * How fast work goes and when it may be over, from counts that come in now and
 * then.  Pure: time is given, nothing is drawn.
 *
 * A rate is what was done in the last minute.  A finish is a range, because it
 * is a guess: by the last minute and by the whole time, by bytes and by files.
 * Nothing is ever said to be at 100 percent before it is done.
 */
#ifndef UI_PACE_H
#define UI_PACE_H

#include "src/base/limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PACE_STAGES    (LIM_SCANNERS + 8)
#define PACE_WINDOW_MS 60000
#define PACE_SAMPLES   64 /* one a second, and some room */
#define PACE_NAME_SIZE 24
#define PACE_TEXT_SIZE 64
#define PACE_LONGEST_S (96 * 3600) /* what takes longer is not guessed at */

enum pace_state { PACE_WAITING, PACE_RUNNING, PACE_DONE, PACE_PAUSED, PACE_FAILED };

/* What could not be done is counted as done: errors are inside. */
struct pace_count {
	uint64_t done, total, bytes, bytes_total; /* totals 0: not known */
};

struct pace_sample {
	int64_t at_ms;
	uint64_t done, bytes;
};

struct pace_stage {
	char name[PACE_NAME_SIZE];
	enum pace_state state;
	struct pace_count now;
	struct pace_sample first;                 /* since it runs */
	struct pace_sample samples[PACE_SAMPLES]; /* a ring, a second apart or more */
	size_t n;                                 /* put into it so far */
};

struct pace {
	struct pace_stage stages[PACE_STAGES];
	size_t n;
	bool in_turn;       /* one stage after the other, not all at once */
	int64_t changed_ms; /* when a count or a state changed last */
};

struct pace_rate {
	bool known;
	double items_s, bytes_s;
};

struct pace_finish {
	bool known;
	uint64_t low_s, high_s; /* from now; low_s <= high_s */
	size_t slowest;         /* stage; PACE_STAGES when there is none */
};

/* Forgets everything. */
void pace_init(struct pace *, bool in_turn, int64_t now_ms);
/* "waiting" to "failed"; an unknown word is PACE_WAITING. */
enum pace_state pace_state_find(const char *word);
/*
 * What a stage says now.  A stage that is not known yet is added, beyond
 * PACE_STAGES nothing happens.  Counts that go back, and a pause, begin the
 * stage's measuring anew.
 */
void pace_note(struct pace *, int64_t now_ms, const char *name, enum pace_state,
    const struct pace_count *);
/* Over the last minute; not known in its first second. */
struct pace_rate pace_rate(const struct pace_stage *, int64_t now_ms);
struct pace_finish pace_finish(const struct pace *, int64_t now_ms);
/* 0 to 99, and 100 when every stage is done. */
unsigned pace_percent(const struct pace *);
/* The same for one stage. */
unsigned pace_stage_percent(const struct pace_stage *);
/* Milliseconds since something changed; never negative. */
int64_t pace_idle_ms(const struct pace *, int64_t now_ms);

/* "about 14:48 UTC (34-41 min)", or why there is no guess. */
void pace_print_finish(const struct pace_finish *, int64_t wall_s, char out[PACE_TEXT_SIZE]);
/* "just now", "10 s", "1 min", "2 h": steps a listener can bear. */
void pace_print_ago(int64_t ms, char out[PACE_TEXT_SIZE]);

#endif
