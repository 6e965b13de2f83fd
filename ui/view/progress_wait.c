/* SPDX-License-Identifier: ISC */
/* What there is to choose before contents are read, as the officer sees it. */
#include "ui/desk.h"
#include "ui/view/progress.h"
#include "ui/view/wanted.h"
#include "ui/waits.h"

#include <string.h>

#define WAIT_VOLUMES 4 /* rows of volumes; locked ones come first */
#define WAIT_BELOW   4 /* rows under the largest */

static void
progress_wait_why(struct progress_page *page, const json_t *c)
{
	struct safe all = SAFE("");
	size_t i;
	const json_t *word;
	json_array_foreach (json_object_get(c, "why"), i, word) {
		const char *text = waits_text(json_string_value(word));
		if (text != NULL)
			all = safe_printf(page->frame, "%s%s%s", all.text,
			    safe_empty(all) ? ": " : "; ", text);
	}
	progress_draw_line(page, SAFE("Now"), STYLE_STRONG,
	    safe_printf(page->frame, "Everything is listed; the contents wait for your word%s.",
		all.text));
}

static struct safe
progress_wait_files(struct arena *f, uint64_t n)
{
	return safe_printf(f, "%s file%s", safe_count(f, n).text, n == 1 ? "" : "s");
}

static void
progress_wait_room(struct progress_page *page, const json_t *c)
{
	struct arena *f = page->frame;
	uint64_t bytes = row_uint(c, "bytes"), out = row_uint(c, "left_bytes"),
		 saved = row_uint(c, "left_saved"), missing = row_uint(c, "missing");
	progress_draw_line(page, SAFE("On it"), STYLE_PLAIN,
	    safe_printf(f, "%s items: %s files with %s",
		safe_count(f, row_uint(c, "items")).text,
		safe_count(f, row_uint(c, "files")).text, safe_size(f, bytes).text));
	if (row_uint(c, "left_out") > 0)
		progress_draw_line(page, SAFE("Left out"), STYLE_PLAIN,
		    safe_printf(f, "%s with %s; x shows them",
			progress_wait_files(f, row_uint(c, "left_files")).text,
			safe_size(f, out).text));
	progress_draw_line(page, SAFE("To read"), missing > 0 ? STYLE_WARN : STYLE_STRONG,
	    safe_printf(f, "%s; the vault has room for %s%s%s",
		safe_size(f, bytes > saved ? bytes - saved : 0).text,
		safe_size(f, row_uint(c, "room")).text, missing > 0 ? ". Too little by " : "",
		missing > 0 ? safe_size(f, missing).text : ""));
}

/* What nobody asked for, just that is left out. */
static bool
progress_wait_is_left(const json_t *c)
{
	const json_t *r = json_object_get(c, "request");
	return row_uint(c, "left_out") > 0 &&
	       row_uint(c, "left_files") == row_uint(r, "other_files");
}

/* Whose it is, and what of it is there, as far as names and sizes tell. */
static void
progress_wait_request(struct progress_page *page, const json_t *c)
{
	struct arena *f = page->frame;
	const json_t *r = json_object_get(c, "request");
	uint64_t others = row_uint(r, "other_files"), missing = row_uint(r, "missing");
	if (r == NULL)
		return;
	progress_draw_line(page, SAFE("Request"), wanted_is_off(r) ? STYLE_WARN : STYLE_STRONG,
	    wanted_whose(f, r));
	if (!wanted_is_good(r))
		return;
	struct safe gone =
	    missing == 0 ? SAFE("none missing")
			 : safe_printf(f, "%s NOT ON THE MEDIUM", safe_count(f, missing).text);
	progress_draw_line(page, SAFE(""), missing > 0 ? STYLE_WARN : STYLE_PLAIN,
	    safe_printf(f, "%s name%s in it, %s; w shows all of it",
		safe_count(f, row_uint(r, "names")).text, row_uint(r, "names") == 1 ? "" : "s",
		gone.text));
	if (others > 0 && row_uint(r, "names") > 0)
		progress_draw_line(page, SAFE(""), STYLE_PLAIN,
		    safe_printf(f, "Nobody asked for %s with %s: %s",
			progress_wait_files(f, others).text,
			safe_size(f, row_uint(r, "other_bytes")).text,
			progress_wait_is_left(c) ? "left out"
			: others == 1            ? "O leaves it out"
						 : "O leaves them out"));
}

static void
progress_wait_volume(struct progress_page *page, const json_t *c, const json_t *v, bool first)
{
	struct arena *f = page->frame;
	uint64_t n = row_uint(v, "n");
	bool locked = json_is_true(json_object_get(v, "locked"));
	bool opening = locked && row_uint(c, "opening") == n;
	struct safe label = safe_fit(f, safe_member(f, v, "label"), 32);
	struct safe quoted =
	    locked || safe_empty(label) ? SAFE("") : safe_printf(f, "\"%s\"", label.text);
	progress_draw_line(page, first ? SAFE("Volumes") : SAFE(""),
	    locked && !opening ? STYLE_MEDIUM : STYLE_PLAIN,
	    safe_printf(f, "v%-3llu %-14s %6s  %s%s", (unsigned long long)n,
		safe_fit(f, safe_member(f, v, "kind"), 16).text,
		safe_size(f, row_uint(v, "bytes")).text, quoted.text,
		opening  ? "being opened; this can take a minute"
		: locked ? "LOCKED: u opens it"
			 : ""));
}

static void
progress_wait_volumes(struct progress_page *page, const json_t *c)
{
	const json_t *volumes = json_object_get(c, "volumes"), *v;
	size_t i, shown = 0;
	/* what somebody has to do something about first */
	for (int locked = 1; locked >= 0; locked--)
		json_array_foreach (volumes, i, v)
			if (json_is_true(json_object_get(v, "locked")) == (locked == 1) &&
			    shown < WAIT_VOLUMES)
				progress_wait_volume(page, c, v, shown++ == 0);
	if (json_array_size(volumes) > shown)
		progress_draw_line(page, SAFE(""), STYLE_PLAIN,
		    safe_printf(page->frame, "and %zu more", json_array_size(volumes) - shown));
}

/* How the last attempt ended. */
static void
progress_wait_tried(struct progress_page *page, const json_t *c)
{
	struct arena *f = page->frame;
	const json_t *tried = json_object_get(c, "tried");
	uint64_t wait_s = row_uint(c, "wait_s");
	if (tried == NULL || row_uint(c, "opening") > 0 ||
	    json_is_true(json_object_get(tried, "ok")))
		return;
	progress_draw_line(page, SAFE("Not opened"), STYLE_WARN,
	    safe_printf(f, "v%llu: %s", (unsigned long long)row_uint(tried, "volume"),
		safe_member(f, tried, "why").text));
	if (wait_s > 0)
		progress_draw_line(page, SAFE(""), STYLE_PLAIN,
		    safe_printf(f, "Another secret can be tried in %llu s.",
			(unsigned long long)wait_s));
}

static void
progress_wait_largest(struct progress_page *page, const json_t *c)
{
	const json_t *rows = json_object_get(c, "largest"), *row;
	const struct area *a = page->a;
	struct arena *f = page->frame;
	size_t i;
	page->row++;
	json_array_foreach (rows, i, row) {
		bool folder = strcmp(row_text(row, "kind"), "directory") == 0;
		if (page->row >= a->rows - WAIT_BELOW)
			return;
		if (i == 0)
			area_put(a, page->row, 1, STYLE_PLAIN, SAFE("Largest"));
		area_right(a, page->row, PROGRESS_LABEL_CELLS, 6, STYLE_PLAIN,
		    safe_size(f, row_uint(row, "bytes")));
		area_right(a, page->row, 19, 15, STYLE_PLAIN,
		    folder ? progress_wait_files(f, row_uint(row, "files")) : SAFE("one file"));
		area_name(a, f, page->row, 36, a->cols - 37, STYLE_PLAIN,
		    safe_printf(
			f, "%s%s", safe_member(f, row, "name").text, folder ? "/" : ""));
		page->row++;
	}
}

void
progress_wait_draw(struct progress_page *page, const struct progress *p)
{
	const json_t *c = progress_choice(p);
	area_cursor(page->a, 0, PROGRESS_LABEL_CELLS);
	page->row = 0;
	if (c == NULL) {
		progress_draw_line(page, SAFE("Now"), STYLE_STRONG,
		    SAFE("The station is asked what is on it."));
		return;
	}
	progress_wait_why(page, c);
	progress_wait_room(page, c);
	progress_wait_request(page, c);
	progress_wait_volumes(page, c);
	progress_wait_tried(page, c);
	progress_wait_largest(page, c);
	page->row = page->a->rows - WAIT_BELOW + 1;
	progress_draw_line(page, SAFE("Next"), STYLE_STRONG,
	    row_uint(c, "opening") > 0 ? SAFE("Wait until it is known whether the secret fits. "
					      "s gives it up, S stops the "
					      "reading.")
	    : row_uint(c, "missing") > 0
		? SAFE("x leaves parts out, until the rest has room. Then Enter reads it.")
	    : wanted_why_no_list(c) == NULL
		? (progress_wait_is_left(c)
			  ? SAFE("Enter reads what was asked for. x shows what is left out.")
			  : SAFE("Enter reads the contents. O leaves out what nobody asked "
				 "for."))
		: SAFE("Enter reads the contents. x leaves parts of it out first."));
	progress_draw_line(page, SAFE(""), STYLE_PLAIN,
	    p->pulled ? SAFE("The medium was pulled out: insert it again.")
		      : SAFE("Esc leaves it waiting: any officer can go on with it later. The "
			     "medium must stay where it is."));
}
