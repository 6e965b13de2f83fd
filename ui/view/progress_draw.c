/* SPDX-License-Identifier: ISC */
#include "ui/desk.h"
#include "ui/view/progress.h"

#include <string.h>

#define PROGRESS_BELOW 11 /* rows under the table of stages */

void
progress_draw_line(
    struct progress_page *p, struct safe label, enum style style, struct safe text)
{
	area_put(p->a, p->row, 1, STYLE_PLAIN, label);
	struct area right =
	    area_part(p->a, p->row, PROGRESS_LABEL_CELLS, p->a->rows - p->row, p->a->cols - 13);
	int used = area_words(&right, 0, 0, 0, style, text);
	p->row += used > 0 ? used : 1;
}

/* --- at work ----------------------------------------------------- */

static const char *const progress_states[] = {
    [PACE_WAITING] = "waiting",
    [PACE_RUNNING] = "RUNNING",
    [PACE_DONE] = "done",
    [PACE_PAUSED] = "PAUSED",
    [PACE_FAILED] = "FAILED",
};

static struct safe
progress_of(struct arena *f, struct safe done, struct safe total, bool known)
{
	return known ? safe_printf(f, "%s / %s", done.text, total.text) : done;
}

static struct safe
progress_rate(struct arena *f, const struct pace_stage *s, int64_t now_ms)
{
	struct pace_rate r = pace_rate(s, now_ms);
	bool bytes = s->now.bytes_total > 0 && r.bytes_s < 1e18;
	/* what is not counted has no rate, not a rate of nothing */
	if (!r.known || (s->now.total == 0 && s->now.done == 0 && !bytes))
		return SAFE("");
	if (bytes)
		return safe_printf(f, "%s/s", safe_size(f, (uint64_t)r.bytes_s).text);
	if (r.items_s > 0 && r.items_s < 10)
		return safe_printf(f, "%.1f/s", r.items_s);
	return safe_printf(f, "%.0f/s", r.items_s);
}

static void
progress_stage_row(
    struct progress_page *page, const struct pace_stage *s, int64_t now_ms, bool slowest)
{
	struct arena *f = page->frame;
	const struct pace_count *c = &s->now;
	const struct area *a = page->a;
	enum style style = s->state == PACE_FAILED    ? STYLE_FAIL
	                   : s->state == PACE_RUNNING ? STYLE_STRONG
	                                              : STYLE_PLAIN;
	area_field(a, f, page->row, 1, 14, STYLE_PLAIN, safe_text(f, s->name));
	if (c->total > 0 || c->done > 0)
		area_right(a, page->row, 16, 21, STYLE_PLAIN,
		    progress_of(
			f, safe_count(f, c->done), safe_count(f, c->total), c->total > 0));
	if (c->bytes_total > 0 || c->bytes > 0)
		area_right(a, page->row, 39, 15, STYLE_PLAIN,
		    progress_of(f, safe_size(f, c->bytes), safe_size(f, c->bytes_total),
			c->bytes_total > 0));
	area_right(a, page->row, 55, 8, STYLE_PLAIN, progress_rate(f, s, now_ms));
	area_put(a, page->row, 65, style, safe_text(f, progress_states[s->state]));
	if (slowest)
		area_put(a, page->row, 73, STYLE_PLAIN, SAFE("slowest"));
	page->row++;
}

/* How many rows the table gives up, and of those how many are stages that are over. */
struct progress_gone {
	size_t over, others;
};

/* Stages that are over make room for the others, the first ones first. */
static struct progress_gone
progress_room(const struct pace *pace, int rows)
{
	struct progress_gone gone = {0, 0};
	size_t over = 0, room = rows > 1 ? (size_t)rows : 1;
	if (pace->n <= room)
		return gone;
	for (size_t i = 0; i < pace->n; i++)
		over += pace->stages[i].state == PACE_DONE;
	size_t must = pace->n - (room - 1); /* one row says so */
	gone.over = over < must ? over : must;
	gone.others = must - gone.over;
	return gone;
}

static struct safe
progress_gone_words(struct arena *f, const struct progress_gone *gone)
{
	if (gone->others == 0)
		return safe_printf(
		    f, "and %zu more that %s done", gone->over, gone->over == 1 ? "is" : "are");
	return safe_printf(
	    f, "and %zu more, %zu of them done", gone->over + gone->others, gone->over);
}

static void
progress_table(struct progress_page *page, const struct progress *p, size_t slowest)
{
	const struct progress_gone gone =
	    progress_room(&p->pace, page->a->rows - PROGRESS_BELOW);
	size_t over = 0, last = p->pace.n;
	const struct area *a = page->a;
	area_put(a, page->row, 1, STYLE_HEAD, SAFE("Stage"));
	area_right(a, page->row, 16, 21, STYLE_HEAD, SAFE("Files done / total"));
	area_right(a, page->row, 39, 15, STYLE_HEAD, SAFE("Bytes"));
	area_right(a, page->row, 55, 8, STYLE_HEAD, SAFE("Rate"));
	area_put(a, page->row, 65, STYLE_HEAD, SAFE("State"));
	page->row++;
	for (size_t others = gone.others; others > 0; last--)
		others -= p->pace.stages[last - 1].state != PACE_DONE;
	for (size_t i = 0; i < p->pace.n; i++) {
		const struct pace_stage *s = &p->pace.stages[i];
		if (s->state == PACE_DONE ? over++ < gone.over : i >= last)
			continue;
		progress_stage_row(page, s, p->view.app->now_ms, i == slowest);
	}
	if (gone.over + gone.others > 0)
		area_put(
		    a, page->row++, 1, STYLE_PLAIN, progress_gone_words(page->frame, &gone));
	page->row++;
}

static void
progress_overall(struct progress_page *page, const struct progress *p)
{
	const struct area *a = page->a;
	unsigned percent = pace_percent(&p->pace);
	int cells = a->cols - 44, full = cells * (int)percent / 100;
	area_put(a, page->row, 1, STYLE_PLAIN, SAFE("Overall"));
	area_put(a, page->row, PROGRESS_LABEL_CELLS, STYLE_PLAIN, SAFE("["));
	area_fill(a, page->row, PROGRESS_LABEL_CELLS + 1, full, STYLE_STRONG, '#');
	area_fill(
	    a, page->row, PROGRESS_LABEL_CELLS + 1 + full, cells - full, STYLE_PLAIN, '.');
	area_put(a, page->row, PROGRESS_LABEL_CELLS + 1 + cells, STYLE_STRONG,
	    safe_printf(page->frame, "] %3u%%  %s", percent,
		p->pace.in_turn ? "by bytes" : "by the slowest stage"));
	area_cursor(a, page->row, PROGRESS_LABEL_CELLS + 3 + cells);
	page->row++;
}

static void
progress_times(
    struct progress_page *page, const struct progress *p, const struct pace_finish *finish)
{
	struct arena *f = page->frame;
	const struct app *app = p->view.app;
	char text[PACE_TEXT_SIZE];
	int64_t idle_ms = pace_idle_ms(&p->pace, app->now_ms);
	pace_print_finish(finish, app->now_s, text);
	struct safe slowest = finish->slowest < p->pace.n
	                          ? safe_text(f, p->pace.stages[finish->slowest].name)
	                          : SAFE("");
	if (p->paused)
		progress_draw_line(
		    page, SAFE("Finish"), STYLE_STRONG, SAFE("paused; p goes on with it"));
	else if (safe_empty(slowest))
		progress_draw_line(page, SAFE("Finish"), STYLE_PLAIN, safe_text(f, text));
	else
		progress_draw_line(page, SAFE("Finish"), STYLE_PLAIN,
		    safe_printf(f, "%s; slowest stage: %s", text, slowest.text));
	pace_print_ago(idle_ms, text);
	progress_draw_line(page, SAFE("Changed"),
	    idle_ms >= 60000 && !p->paused ? STYLE_WARN : STYLE_PLAIN,
	    safe_printf(f, "%s%s", text, idle_ms >= 10000 ? " ago" : ""));
	if (p->errors > 0)
		progress_draw_line(page, SAFE("Errors"), STYLE_STRONG,
		    safe_printf(f, "%s unreadable so far, counted in the totals; e lists them",
			safe_count(f, p->errors).text));
}

/* One stage alone is not slow against others. */
static size_t
progress_slowest(const struct pace *pace, const struct pace_finish *finish)
{
	size_t running = 0;
	for (size_t i = 0; i < pace->n; i++)
		running += pace->stages[i].state == PACE_RUNNING;
	return running > 1 ? finish->slowest : PACE_STAGES;
}

static void
progress_draw_work(struct progress_page *page, const struct progress *p)
{
	struct pace_finish finish = pace_finish(&p->pace, p->view.app->now_ms);
	struct arena *f = page->frame;
	if (p->pace.n == 0) {
		progress_draw_line(page, SAFE("Now"), STYLE_STRONG, SAFE("the work begins"));
		area_cursor(page->a, page->row - 1, PROGRESS_LABEL_CELLS);
		return;
	}
	finish.slowest = progress_slowest(&p->pace, &finish);
	progress_table(page, p, finish.slowest);
	progress_overall(page, p);
	progress_times(page, p, &finish);
	if (p->why[0] != '\0')
		progress_draw_line(page, SAFE("Medium"), STYLE_WARN,
		    safe_printf(f,
			"%s: wait, or s skips this file as soon as it does, or S stops",
			safe_text(f, p->why).text));
	page->row++;
	if (progress_is_release(p)) {
		progress_draw_line(page, SAFE("To"), STYLE_PLAIN,
		    safe_printf(f,
			"transfers/%s on the share. It appears there in one step, when every "
			"file was read back from the share and is what was signed.",
			p->transfer));
		progress_draw_line(page, SAFE(""), STYLE_PLAIN,
		    SAFE("A file that differs stops the release, and nothing appears."));
	} else {
		progress_draw_line(page, SAFE(""), STYLE_PLAIN,
		    SAFE(
			"The screen may be locked or left: the work goes on. The review can be "
			"opened when all of it is done."));
		progress_draw_line(page, SAFE(""), STYLE_PLAIN,
		    SAFE("S stops it, with a reason; what was read stays as evidence."));
	}
}

/* --- standing still ---------------------------------------------- */

/* Where it stands, and what comes next. */
static const struct progress_words {
	enum transfer_state state;
	bool release; /* of a fault */
	enum style style;
	const char *what, *next;
} progress_words[] = {
    {TRANSFER_OPEN, false, STYLE_STRONG, "The medium was handed in; reading did not begin.",
	"Wait, or press A to end the transfer, with a reason and your signature."},
    {TRANSFER_READING, false, STYLE_STRONG, "Nobody is at work on the reading.",
	"Wait; the station records a fault when it cannot go on, and Enter then repeats it."},
    {TRANSFER_SCANNING, false, STYLE_STRONG, "Nobody is at work on the scanning.",
	"Wait; the station records a fault when it cannot go on, and R then repeats it."},
    {TRANSFER_REVIEW, false, STYLE_STRONG, "Everything was read and scanned: review is ready.",
	"Enter opens the review. The medium is not needed any more; M records where it is."},
    {TRANSFER_SUBMITTED, false, STYLE_STRONG, "Submitted: it waits for another signature.",
	"Enter shows what the signature covers. Another officer signs, or returns it."},
    {TRANSFER_APPROVED, false, STYLE_WARN, "Approved, but nobody is at work on the release.",
	"R releases it: everything is checked again."},
    {TRANSFER_RELEASED, false, STYLE_STRONG, "Released: what was approved is on the share.",
	"Hand the medium back; C closes the transfer, with your signature. Enter shows "
	"the record."},
    {TRANSFER_CLOSED, false, STYLE_STRONG, "Closed.",
	"Enter shows the record. A delivery can still be recalled or retired."},
    {TRANSFER_RECALL, false, STYLE_WARN, "Its recall waits for another officer's signature.",
	"Until then the files are where they were."},
    {TRANSFER_RETIRE, false, STYLE_WARN,
	"Its retirement waits for another officer's signature.",
	"Until then the files are where they were."},
    {TRANSFER_RECALLED, false, STYLE_WARN, "Recalled: a tombstone stands in its place.",
	"Tell whoever used its files. Enter shows the record."},
    {TRANSFER_RETIRED, false, STYLE_STRONG, "Retired: its files were removed from the share.",
	"Enter shows the record."},
    {TRANSFER_ABORTED, false, STYLE_STRONG, "Ended without a release.",
	"Enter shows the record."},
    {TRANSFER_BLOCKED, false, STYLE_WARN, "Blocked: nothing of it can be approved now.",
	"Remove the cause, then R scans again. Or A ends the transfer, with a reason and your "
	"signature."},
    {TRANSFER_FAULT, true, STYLE_WARN, "Fault: the release did not end.",
	"See to the cause, then R repeats the release: everything is checked again."},
    {TRANSFER_FAULT, false, STYLE_WARN, "Fault: reading and scanning did not end.",
	"Insert the medium again and press Enter: what was read is not read again. Or A ends "
	"the transfer, with a reason and your signature."},
};

static const struct progress_words *
progress_words_of(const struct progress *p)
{
	bool release = p->state == TRANSFER_FAULT && progress_fault_in_release(p);
	for (size_t i = 0; i < sizeof(progress_words) / sizeof(progress_words[0]); i++)
		if (progress_words[i].state == p->state && progress_words[i].release == release)
			return &progress_words[i];
	return NULL;
}

/* "12 clean, 1 malicious" of an object of counts, without zeros. */
static struct safe
progress_counts(struct arena *f, json_t *counts)
{
	const char *word;
	json_t *n;
	struct safe all = SAFE("");
	json_object_foreach (counts, word, n) {
		if (json_integer_value(n) <= 0)
			continue;
		all = safe_printf(f, "%s%s%s %s", all.text, safe_empty(all) ? "" : ", ",
		    safe_count(f, (uint64_t)json_integer_value(n)).text,
		    row_verdict_words(word));
	}
	return all;
}

/* "188 approved, 15 rejected, 1 without a decision" */
static struct safe
progress_decided(struct arena *f, const json_t *counts)
{
	static const struct {
		const char *decision, *words;
	} rows[] = {{"approve", "approved"}, {"reject", "rejected"}, {"hold", "held"},
	    {"none", "without a decision"}};
	struct safe all = SAFE("");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t n = row_uint(counts, rows[i].decision);
		if (n > 0)
			all = safe_printf(f, "%s%s%s %s", all.text, safe_empty(all) ? "" : ", ",
			    safe_count(f, n).text, rows[i].words);
	}
	return all;
}

static void
progress_fact(struct progress_page *page, struct safe label, struct safe text)
{
	if (!safe_empty(text))
		progress_draw_line(page, label, STYLE_PLAIN, text);
}

/* Nothing while the record is in the epoch in which the transfer was opened. */
static void
progress_epoch(struct progress_page *page, const struct progress *p)
{
	const struct custody *c = p->view.app->ui->authority;
	const uint64_t epoch = row_uint(p->status, "epoch");
	const struct custody_epoch *now =
	    c != NULL ? custody_epoch_at(c, custody_epoch_count(c) - 1) : NULL;
	if (epoch == 0 || now == NULL || epoch == now->number)
		return;
	progress_fact(page, SAFE("Epoch"),
	    safe_printf(page->frame, "%llu; since %s UTC the record is in epoch %u: %s",
		(unsigned long long)epoch, safe_minute(page->frame, now->opened.at).text,
		now->number, safe_text(page->frame, now->opened.why).text));
}

/* Of a reading that was interrupted and repeated; else nothing. */
static struct safe
progress_resumed(struct arena *f, const json_t *r)
{
	if (r == NULL)
		return SAFE("");
	struct safe now = safe_count(f, row_uint(r, "read"));
	if (row_text(r, "why")[0] != '\0')
		return safe_printf(f, "all %s files were read again: %s", now.text,
		    safe_member(f, r, "why").text);
	return safe_printf(f, "%s files (%s) were read before and not again; %s were read now",
	    safe_count(f, row_uint(r, "files")).text, safe_size(f, row_uint(r, "bytes")).text,
	    now.text);
}

/* Fields without which it cannot be submitted. */
static struct safe
progress_missing(struct arena *f, const json_t *names)
{
	struct safe all = SAFE("");
	size_t i;
	const json_t *name;
	json_array_foreach (names, i, name)
		all = safe_printf(f, "%s%s%s", all.text, i > 0 ? ", " : "",
		    safe_bytes(f, json_string_value(name), json_string_length(name)).text);
	return safe_empty(all)
	           ? all
	           : safe_printf(f, "%s; f fills it, before it is submitted", all.text);
}

/* What was read, and what became of it. */
static void
progress_facts(struct progress_page *page, const struct progress *p)
{
	struct arena *f = page->frame;
	const json_t *s = p->status, *read = json_object_get(s, "read");
	const json_t *medium = json_object_get(read, "medium");
	if (read != NULL) {
		progress_fact(page, SAFE("Medium"),
		    safe_printf(f, "%s, table %s, volumes: %zu",
			safe_size(f, row_uint(medium, "bytes")).text,
			safe_member(f, medium, "table").text,
			json_array_size(json_object_get(medium, "volumes"))));
		progress_fact(page, SAFE("Found"),
		    safe_printf(f, "%s items: %s files with %s; %s unreadable",
			safe_count(f, row_uint(read, "items")).text,
			safe_count(f, row_uint(read, "files")).text,
			safe_size(f, row_uint(read, "bytes")).text,
			safe_count(f, row_uint(read, "unreadable")).text));
		progress_fact(page, SAFE("Resumed"),
		    progress_resumed(f, json_object_get(read, "resumed")));
	}
	progress_fact(
	    page, SAFE("Missing"), progress_missing(f, json_object_get(s, "missing")));
	progress_fact(
	    page, SAFE("Verdicts"), progress_counts(f, json_object_get(s, "verdicts")));
	progress_fact(
	    page, SAFE("Decisions"), progress_decided(f, json_object_get(s, "decisions")));
	if (json_array_size(json_object_get(s, "approvals")) > 0)
		progress_fact(page, SAFE("Signatures"),
		    safe_printf(f, "%zu of %llu",
			json_array_size(json_object_get(s, "approvals")),
			(unsigned long long)row_uint(s, "approvals_needed")));
	if (p->state == TRANSFER_RELEASED || p->state == TRANSFER_CLOSED)
		progress_fact(page, SAFE("Share"),
		    safe_printf(f,
			"%s files (%s) in transfers/%s/files; what did not go is named in "
			"custody/%s, with report and slip",
			safe_count(f, row_uint(s, "files")).text,
			safe_size(f, row_uint(s, "bytes")).text, p->transfer, p->transfer));
	progress_epoch(page, p);
	if (!json_is_true(json_object_get(s, "sandboxed")))
		progress_fact(page, SAFE("Sandbox"),
		    SAFE("a program served it without its sandbox: it can never be released"));
	progress_fact(page, SAFE("Went to"), safe_member(f, s, "disposition"));
}

static void
progress_draw_still(struct progress_page *page, const struct progress *p)
{
	struct arena *f = page->frame;
	const struct progress_words *w = progress_words_of(p);
	struct safe why = safe_text(f, p->why);
	if (w == NULL)
		return;
	area_cursor(page->a, page->row, PROGRESS_LABEL_CELLS);
	progress_draw_line(page, SAFE("State"), w->style, safe_text(f, w->what));
	if (p->status != NULL && safe_empty(why))
		why = safe_member(f, p->status, "why");
	/* a return sends it to review, and its reason matters there */
	bool past = p->state == TRANSFER_RELEASED || p->state == TRANSFER_CLOSED;
	if (!safe_empty(why) && !past)
		progress_draw_line(page,
		    p->state == TRANSFER_REVIEW || p->state == TRANSFER_RELEASED
			? SAFE("Before")
			: SAFE("Why"),
		    STYLE_PLAIN, why);
	/* what was done already is not asked for again */
	const char *next = progress_recall_next(p);
	if (next == NULL)
		next = w->next;
	if (p->state == TRANSFER_RELEASED && row_text(p->status, "disposition")[0] != '\0')
		next = "C closes the transfer, with your signature. Enter shows the record.";
	progress_draw_line(page, SAFE("Next"), STYLE_STRONG, safe_text(f, next));
	page->row++;
	if (p->status != NULL) {
		progress_recall_draw(page, p);
		progress_facts(page, p);
	}
}

void
progress_draw(struct view *v, const struct area *a)
{
	struct progress *p = (struct progress *)v;
	struct progress_page page = {a, v->app->frame, 1};
	if (p->state == TRANSFER__MAX) {
		area_cursor(a, 1, 1);
		area_put(a, 1, 1, STYLE_PLAIN, SAFE("The station is asked where it stands."));
	} else if (p->choosing) {
		progress_wait_draw(&page, p);
	} else if (progress_at_work(p) && !progress_is_recall(p)) {
		page.row = 0;
		progress_draw_work(&page, p);
		if (p->pulled)
			progress_draw_line(&page, SAFE("Medium"), STYLE_FAIL,
			    SAFE("It was pulled out. The station stops the reading; insert it "
				 "again, then Enter goes on with it."));
	} else {
		progress_draw_still(&page, p);
	}
}
