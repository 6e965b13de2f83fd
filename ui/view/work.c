/* SPDX-License-Identifier: ISC */
#include "ui/view/work.h"
#include "ui/desk.h"

#include <string.h>

static const struct {
	const char *state, *next; /* next: at most 31 cells, the column of home at 80 */
} work_states[] = {
    {"OPEN", "is being opened"},
    {"READING", "is being read"},
    {"SCANNING", "is being scanned"},
    {"REVIEW", "decide its items, then submit"},
    {"SUBMITTED", "another officer signs"},
    {"APPROVED", "is being released"},
    {"RELEASED", "hand the medium back and close"},
    {"RECALL", "another officer signs"},
    {"RETIRE", "another officer signs"},
    {"BLOCKED", "mend the cause, then scan again"},
    {"FAULT", "repeat the step that failed"},
};

/* What a line of counts says, what somebody has to see to first. */
static const struct {
	const char *states; /* blank behind each */
	const char *one, *many;
} work_counts[] = {
    {"SUBMITTED RECALL RETIRE ", "waits for a second officer", "wait for a second officer"},
    {"FAULT ", "needs a step repeated", "need a step repeated"},
    {"BLOCKED ", "is blocked", "are blocked"},
    {"CHOOSING ", "waits for a choice", "wait for a choice"},
    {"OPEN READING ", "is being read", "are being read"},
    {"SCANNING ", "is being scanned", "are being scanned"},
    {"APPROVED ", "is being released", "are being released"},
};

const char *
work_next(const char *state)
{
	for (size_t i = 0; i < sizeof(work_states) / sizeof(work_states[0]); i++)
		if (strcmp(work_states[i].state, state) == 0)
			return work_states[i].next;
	return "";
}

static size_t
work_count(const struct work *w, const char *states)
{
	size_t i, n = 0;
	const json_t *row;
	json_array_foreach (w->rows, i, row) {
		const char *state = json_is_true(json_object_get(row, "choosing"))
		                        ? "CHOOSING"
		                        : row_text(row, "state");
		const char *at = strstr(states, state);
		n += at != NULL && state[0] != '\0' && at[strlen(state)] == ' ';
	}
	return n;
}

struct safe
work_words(const struct work *w, struct arena *frame)
{
	struct safe all = SAFE("");
	for (size_t i = 0; i < sizeof(work_counts) / sizeof(work_counts[0]); i++) {
		size_t n = work_count(w, work_counts[i].states);
		if (n == 0)
			continue;
		const char *words = n == 1 ? work_counts[i].one : work_counts[i].many;
		if (safe_empty(all))
			all = safe_printf(
			    frame, "%zu %s %s", n, n == 1 ? "transfer" : "transfers", words);
		else
			all = safe_printf(frame, "%s, %zu %s", all.text, n, words);
	}
	return safe_empty(all) ? SAFE("no transfer waits for anybody") : all;
}

/* --- asking ------------------------------------------------------------------------ */

static void work_on_rows(void *owner, struct msg *m);

static void
work_set(json_t **at, json_t *value)
{
	json_incref(value);
	json_decref(*at);
	*at = value;
}

static void
work_ask_page(struct work *w)
{
	json_t *body = json_object();
	if (w->last != NULL)
		json_object_set(body, "after", w->last);
	link_ask(w->app->link, w, MSG_UI_TRANSFERS, body, MSG_DESK_ROWS, work_on_rows);
}

/* What is over stays over: the next time begins behind it. */
static void
work_take(struct work *w, const json_t *rows)
{
	size_t i;
	json_t *row;
	json_array_foreach (rows, i, row) {
		bool over = work_next(row_text(row, "state"))[0] == '\0';
		if (!over)
			json_array_append(w->next, row);
		w->all_over &= over;
		work_set(&w->last, json_object_get(row, "transfer"));
		if (w->all_over)
			work_set(&w->over, w->last);
	}
}

static void
work_on_rows(void *owner, struct msg *m)
{
	struct work *w = owner;
	if (m == NULL || m->id != MSG_DESK_ROWS) {
		work_set(&w->next, NULL);
		return;
	}
	const json_t *rows = json_object_get(m->body, "rows");
	work_take(w, rows);
	if (msg_bool(m, "more") && json_array_size(rows) > 0) {
		work_ask_page(w);
		return;
	}
	work_set(&w->rows, w->next);
	work_set(&w->next, NULL);
	if (w->changed != NULL)
		w->changed(w->arg);
}

void
work_ask(struct work *w, struct app *app)
{
	if (w->next != NULL)
		return;
	w->app = app;
	w->next = json_array();
	w->all_over = true;
	work_set(&w->last, w->over);
	work_ask_page(w);
}

void
work_done(struct work *w)
{
	if (w->app != NULL)
		link_forget(w->app->link, w);
	json_decref(w->rows);
	json_decref(w->next);
	json_decref(w->last);
	json_decref(w->over);
}
