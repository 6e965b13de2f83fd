/* SPDX-License-Identifier: ISC */
#include "src/proc/verify/when.h"
#include "src/base/clock.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/canon.h"
#include "src/core/cosign.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WHEN_SENTENCE 512
#define WHEN_OUTSIDE  UINT64_MAX /* seq of a cosignature that is in no entry */

struct when_cosig {
	uint64_t seq, size;
	int64_t time_s, best_s; /* best: see settle() */
};

/* An entry that may be asked for. */
struct when_row {
	uint64_t seq, head;
	int64_t claim_s;
	bool asked;
	char *type, *subj;
};

struct when {
	bool all;
	uint64_t asked[LIM_WHEN_ASKED];
	size_t asked_count;
	struct when_cosig *cosigs; /* in the order of the record */
	struct when_cosig *by_size;
	size_t cosigs_count, cosigs_cap;
	struct when_row *rows;
	size_t rows_count, rows_cap;
};

struct bounds {
	int64_t after_s, before_s; /* -1: nobody says */
};

struct when *
when_new(void)
{
	return mem_alloc(sizeof(struct when));
}

struct when *
when_free(struct when *w)
{
	for (size_t i = 0; w != NULL && i < w->rows_count; i++) {
		free(w->rows[i].type);
		free(w->rows[i].subj);
	}
	if (w != NULL) {
		free(w->rows);
		free(w->cosigs);
		free(w->by_size);
	}
	free(w);
	return NULL;
}

void
when_ask_all(struct when *w)
{
	w->all = true;
}

bool
when_ask(struct when *w, uint64_t seq)
{
	if (w->asked_count == LIM_WHEN_ASKED)
		return false;
	w->asked[w->asked_count++] = seq;
	return true;
}

/* --- taking in -------------------------------------------------------------------- */

static void
add_cosig(struct when *w, uint64_t seq, uint64_t size, uint64_t time_s)
{
	if (w->cosigs_count == w->cosigs_cap) {
		w->cosigs_cap = w->cosigs_cap == 0 ? 64 : w->cosigs_cap * 2;
		w->cosigs = mem_resize(w->cosigs, w->cosigs_cap, sizeof(*w->cosigs));
	}
	w->cosigs[w->cosigs_count++] =
	    (struct when_cosig){.seq = seq, .size = size, .time_s = (int64_t)time_s};
}

static bool
is_asked(const struct when *w, uint64_t seq)
{
	for (size_t i = 0; i < w->asked_count; i++)
		if (w->asked[i] == seq)
			return true;
	return false;
}

static void
see(void *arg, uint64_t place, uint64_t seq, const struct entry *e)
{
	struct when *w = arg;
	uint64_t base = place - seq; /* sizes are those of one epoch's log */
	bool asked = is_asked(w, place);
	if (strcmp(e->type, "witness.cosig") == 0) {
		uint64_t size = 0, time_s = 0;
		canon_uint(e->data, "size", &size);
		canon_uint(e->data, "time", &time_s);
		add_cosig(w, place, base + size, time_s);
	}
	if (!asked && strcmp(e->type, "xfer.approve") != 0 &&
	    strcmp(e->type, "xfer.release") != 0)
		return;
	if (w->rows_count == w->rows_cap) {
		w->rows_cap = w->rows_cap == 0 ? 64 : w->rows_cap * 2;
		w->rows = mem_resize(w->rows, w->rows_cap, sizeof(*w->rows));
	}
	struct when_row *row = &w->rows[w->rows_count++];
	*row = (struct when_row){.seq = place,
	    .head = base + e->head.size,
	    .asked = asked,
	    .type = mem_strdup(e->type),
	    .subj = mem_strdup(e->subj)};
	clock_parse(e->at, &row->claim_s);
}

void
when_watch(struct when *w, struct custody *c)
{
	custody_watch(c, see, w);
}

enum err
when_note(struct when *w, const struct custody *c, const void *note, size_t n, uint64_t size)
{
	const char *text = note, *blank = memmem(text, n, "\n\n", 2);
	const char *end = text + n, *line = blank != NULL ? blank + 2 : end, *next;
	for (; line < end; line = next) {
		next = memchr(line, '\n', (size_t)(end - line));
		next = next != NULL ? next + 1 : end;
		const struct custody_witness *who;
		for (size_t i = 0; (who = custody_witness_at(c, i)) != NULL; i++) {
			struct note_vkey key;
			uint64_t time_s = 0;
			if (cosign_vkey_parse(who->vkey, &key) != ERR_OK)
				continue;
			enum err e = cosign_check(&key, text, (size_t)(blank + 1 - text), line,
			    (size_t)(next - line), &time_s);
			if (e == ERR_SIGNATURE)
				return e;
			if (e == ERR_OK)
				add_cosig(w, WHEN_OUTSIDE, size, time_s);
		}
	}
	return ERR_OK;
}

/* --- telling ---------------------------------------------------------------------- */

static int
compare_sizes(const void *a, const void *b)
{
	const struct when_cosig *x = a, *y = b;
	return (x->size > y->size) - (x->size < y->size);
}

/* Of each the newest time up to it; by size, the oldest from it on. */
void
when_settle(struct when *w)
{
	int64_t best_s = -1;
	size_t n = w->cosigs_count;
	for (size_t i = 0; i < n; i++) {
		best_s = w->cosigs[i].time_s > best_s ? w->cosigs[i].time_s : best_s;
		w->cosigs[i].best_s = best_s;
	}
	free(w->by_size);
	w->by_size = mem_array(n, sizeof(*w->by_size));
	if (n == 0)
		return;
	memcpy(w->by_size, w->cosigs, n * sizeof(*w->by_size));
	qsort(w->by_size, n, sizeof(*w->by_size), compare_sizes);
	best_s = INT64_MAX;
	for (size_t i = n; i-- > 0;) {
		best_s = w->by_size[i].time_s < best_s ? w->by_size[i].time_s : best_s;
		w->by_size[i].best_s = best_s;
	}
}

static struct bounds
bounds_of(const struct when *w, const struct when_row *row)
{
	size_t low = 0, high = w->cosigs_count;
	struct bounds b = {-1, -1};
	while (low < high) { /* how many the signer was shown */
		size_t i = low + (high - low) / 2;
		if (w->cosigs[i].seq < row->head)
			low = i + 1;
		else
			high = i;
	}
	if (low > 0)
		b.after_s = w->cosigs[low - 1].best_s;
	low = 0;
	high = w->cosigs_count;
	while (low < high) { /* how many do not hold it */
		size_t i = low + (high - low) / 2;
		if (w->by_size[i].size <= row->seq)
			low = i + 1;
		else
			high = i;
	}
	if (low < w->cosigs_count)
		b.before_s = w->by_size[low].best_s;
	return b;
}

static bool
is_otherwise(const struct bounds *b, const struct when_row *row)
{
	return (b->after_s >= 0 && row->claim_s < b->after_s) ||
	       (b->before_s >= 0 && row->claim_s > b->before_s);
}

/* A time that has no such form (a witness may tell any number) is told as a number. */
static const char *
time_text(int64_t time_s, char out[CLOCK_TEXT_SIZE])
{
	if (!clock_format(time_s, out))
		snprintf(out, CLOCK_TEXT_SIZE, "%" PRId64, time_s);
	return out;
}

static json_t *
sentence_of(const struct when_row *row, const struct bounds *b)
{
	char text[WHEN_SENTENCE], after[CLOCK_TEXT_SIZE], before[CLOCK_TEXT_SIZE];
	time_text(b->after_s, after);
	time_text(b->before_s, before);
	int n = snprintf(text, sizeof(text), "entry %" PRIu64 " %.40s %.80s: ", row->seq,
	    row->type, row->subj);
	char *rest = text + n;
	size_t room = sizeof(text) - (size_t)n;
	if (b->after_s < 0 && b->before_s < 0)
		snprintf(rest, room, "no witness says when; its own time is a claim");
	else if (b->before_s < 0)
		snprintf(rest, room, "after %s; no witness says before when", after);
	else if (b->after_s < 0)
		snprintf(rest, room, "before %s; no witness says after when", before);
	else if (b->after_s > b->before_s)
		snprintf(rest, room, "after %s and before %s: witnesses contradict each other",
		    after, before);
	else
		snprintf(rest, room, "between %s and %s", after, before);
	n = (int)strlen(text);
	if (is_otherwise(b, row))
		snprintf(text + n, sizeof(text) - (size_t)n, "; it claims another time");
	return json_string(text);
}

static bool
is_told(const struct when *w, const struct when_row *row)
{
	return w->all || row->asked;
}

/* How many approvals and releases of those that were not asked for have which bounds. */
static json_t *
summary(const struct when *w)
{
	char text[WHEN_SENTENCE];
	uint64_t both = 0, one = 0;
	for (size_t i = 0; i < w->rows_count; i++) {
		struct bounds b = bounds_of(w, &w->rows[i]);
		both += b.after_s >= 0 && b.before_s >= 0;
		one += (b.after_s >= 0) != (b.before_s >= 0);
	}
	snprintf(text, sizeof(text),
	    "of %zu approvals and releases witnesses say of %" PRIu64 " between when, and of "
	    "%" PRIu64 " only after or before when (--when all tells of each)",
	    w->rows_count, both, one);
	return json_string(text);
}

json_t *
when_sentences(const struct when *w)
{
	json_t *list = json_array();
	for (size_t i = 0; i < w->rows_count; i++) {
		struct bounds b = bounds_of(w, &w->rows[i]);
		if (is_told(w, &w->rows[i]))
			json_array_append_new(list, sentence_of(&w->rows[i], &b));
	}
	if (!w->all && w->asked_count == 0 && w->rows_count > 0)
		json_array_append_new(list, summary(w));
	return list;
}

json_t *
when_rows(const struct when *w)
{
	char text[CLOCK_TEXT_SIZE];
	json_t *list = json_array();
	for (size_t i = 0; i < w->rows_count; i++) {
		const struct when_row *row = &w->rows[i];
		struct bounds b = bounds_of(w, row);
		if (!is_told(w, row))
			continue;
		json_t *o = json_pack("{s:I,s:s,s:s,s:b}", "seq", (json_int_t)row->seq, "type",
		    row->type, "subj", row->subj, "otherwise", (int)is_otherwise(&b, row));
		if (b.after_s >= 0)
			json_object_set_new(
			    o, "after", json_string(time_text(b.after_s, text)));
		if (b.before_s >= 0)
			json_object_set_new(
			    o, "before", json_string(time_text(b.before_s, text)));
		json_array_append_new(list, o);
	}
	return list;
}

bool
when_missing(const struct when *w, uint64_t *ret_seq)
{
	for (size_t i = 0; i < w->asked_count; i++) {
		size_t k = 0;
		while (k < w->rows_count && w->rows[k].seq != w->asked[i])
			k++;
		if (k == w->rows_count) {
			*ret_seq = w->asked[i];
			return true;
		}
	}
	return false;
}
