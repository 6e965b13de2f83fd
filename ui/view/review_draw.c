/* SPDX-License-Identifier: ISC */
/* The list of a review and what stands below or beside it. */
#include "ui/view/details.h"
#include "ui/view/review.h"
#include "ui/wrap.h"

#include <string.h>

#define REVIEW_PANE_ROWS  5   /* rule and four lines below the list */
#define REVIEW_TALL_ROWS  30  /* body rows from which findings have lines of their own */
#define REVIEW_TALL_MORE  4   /* so many */
#define REVIEW_SIDE_CELLS 160 /* columns from which the details stand beside the list */

/* --- the columns --------------------------------------------------------- */

/* What a column shows; the name comes behind them all and takes what is left. */
struct review_column {
	const char *title;
	int cells, gap; /* blanks behind it */
	int from_cells; /* width of the list from which it is shown */
	void (*draw)(struct review *, const json_t *row, const struct area *, int at, int col,
	    int cells, enum style style);
};

static void
review_put_decision(struct review *r, const json_t *row, const struct area *a, int at, int col,
    int cells, enum style style)
{
	enum style own;
	struct arena *frame = r->view.app->frame;
	struct safe word = review_decision_word(frame, row, &own);
	if (window_stale(r->window, row_uint(row, "pos")))
		word = SAFE("....");
	area_field(a, frame, at, col, cells, style == STYLE_ROW ? style : own, word);
}

static void
review_put_severity(struct review *r, const json_t *row, const struct area *a, int at, int col,
    int cells, enum style style)
{
	enum style own;
	struct arena *frame = r->view.app->frame;
	struct safe word = review_severity_word(frame, row, &own);
	area_field(a, frame, at, col, cells, style == STYLE_ROW ? style : own, word);
}

static void
review_put_type(struct review *r, const json_t *row, const struct area *a, int at, int col,
    int cells, enum style style)
{
	area_clip(
	    a, at, col, cells, style, safe_text(r->view.app->frame, review_type_word(row)));
}

static void
review_put_size(struct review *r, const json_t *row, const struct area *a, int at, int col,
    int cells, enum style style)
{
	struct arena *frame = r->view.app->frame;
	bool file = strcmp(row_text(row, "kind"), "file") == 0;
	area_right(a, at, col, cells, style,
	    file ? safe_size(frame, row_uint(row, "size")) : SAFE("-"));
}

static void
review_put_flags(struct review *r, const json_t *row, const struct area *a, int at, int col,
    int cells, enum style style)
{
	struct safe flags = safe_member(r->view.app->frame, row, "flags");
	area_field(a, r->view.app->frame, at, col, cells,
	    style == STYLE_ROW || safe_empty(flags) ? style : STYLE_MEDIUM,
	    safe_empty(flags) ? SAFE("-") : flags);
}

static void
review_put_verdict(struct review *r, const json_t *row, const struct area *a, int at, int col,
    int cells, enum style style)
{
	struct arena *frame = r->view.app->frame;
	enum style own;
	bool bad = review_verdict_bad(row, &own);
	struct safe text = safe_member(frame, row, "verdict");
	if (strcmp(row_text(row, "kind"), "file") != 0)
		text = SAFE("-");
	else if (safe_empty(text))
		text = SAFE("unscanned");
	else if (strcmp(text.text, "na") == 0)
		text = SAFE("-"); /* no scanner is for it, or it was not read */
	area_field(a, frame, at, col, cells, bad && style != STYLE_ROW ? own : style, text);
}

static void
review_put_mime(struct review *r, const json_t *row, const struct area *a, int at, int col,
    int cells, enum style style)
{
	area_clip(a, at, col, cells, style, safe_member(r->view.app->frame, row, "mime"));
}

static void
review_put_reason(struct review *r, const json_t *row, const struct area *a, int at, int col,
    int cells, enum style style)
{
	area_clip(a, at, col, cells, style, safe_member(r->view.app->frame, row, "reason"));
}

static void
review_put_folder(struct review *r, const json_t *row, const struct area *a, int at, int col,
    int cells, enum style style)
{
	struct arena *frame = r->view.app->frame;
	area_name(a, frame, at, col, cells, style,
	    wrap_folder(frame, safe_member(frame, row, "name")));
}

static const struct review_column review_columns[] = {
    {"Dec", 4, 1, 0, review_put_decision},
    {"Sev", 4, 1, 0, review_put_severity},
    {"Verdict", 10, 1, 96, review_put_verdict},
    {"Type", 9, 1, 0, review_put_type},
    {"Size", 6, 1, 0, review_put_size},
    {"Flags", 5, 1, 0, review_put_flags},
    {"MIME", 18, 1, 120, review_put_mime},
    {"Reason", 14, 2, 118, review_put_reason},
    {"Folder", 28, 2, 150, review_put_folder},
};
#define REVIEW_COLUMNS (sizeof(review_columns) / sizeof(review_columns[0]))
#define REVIEW_FIRST   3 /* cells before the first column: blank, mark, blank */

/* Where the name begins; with titles, or with a row. */
static int
review_draw_facts(
    struct review *r, const struct area *a, int at, const json_t *row, enum style style)
{
	struct arena *frame = r->view.app->frame;
	int col = REVIEW_FIRST;
	for (size_t i = 0; i < REVIEW_COLUMNS; i++) {
		const struct review_column *c = &review_columns[i];
		if (a->cols < c->from_cells)
			continue;
		if (row != NULL)
			c->draw(r, row, a, at, col, c->cells, style);
		else if (c->draw == review_put_size)
			area_right(a, at, col, c->cells, style, safe_text(frame, c->title));
		else
			area_put(a, at, col, style, safe_text(frame, c->title));
		col += c->cells + c->gap;
	}
	return col;
}

/* --- the list ------------------------------------------------------------ */

static void
review_draw_row(struct review *r, const struct area *a, int at, uint64_t pos)
{
	struct arena *frame = r->view.app->frame;
	const json_t *row = window_row(r->window, pos);
	bool on = pos == r->cursor.at;
	enum style style = on ? STYLE_ROW : STYLE_PLAIN;
	area_fill(a, at, 0, a->cols, style, ' ');
	if (on)
		area_put(a, at, 1, style, SAFE(">"));
	if (row == NULL) {
		area_put(a, at, REVIEW_FIRST, style,
		    r->lost ? SAFE("not read; F5 makes the list anew") : SAFE("reading..."));
		return;
	}
	int col = review_draw_facts(r, a, at, row, style);
	struct safe name = review_name(frame, row);
	if (strcmp(row_text(row, "kind"), "directory") == 0)
		name = safe_printf(frame, "%s/", name.text);
	area_name(a, frame, at, col, a->cols - col - 1, style, wrap_from(name, r->cursor.left));
}

/* How it is when there are no rows. */
static void
review_draw_none(struct review *r, const struct area *a)
{
	if (r->listed)
		area_words(a, 1, REVIEW_FIRST, 0, STYLE_PLAIN,
		    r->order.where[0] != '\0'
			? SAFE("No item fits this limit. l changes it; an empty one shows all.")
			: SAFE("The medium held no items."));
	else
		area_words(a, 1, REVIEW_FIRST, 0, STYLE_PLAIN,
		    r->told
			? SAFE("The station gives no list of items: see the message below, or "
			       "m. F5 asks again; Esc goes back.")
			: SAFE("reading the list..."));
}

/* What is shown, how many rows that is, and in which order. */
static void
review_draw_limit(struct review *r, const struct area *a)
{
	struct arena *frame = r->view.app->frame;
	bool path = strcmp(r->order.sort, "path") == 0;
	struct safe right = safe_printf(frame, "%s rows   order %s%s",
	    safe_count(frame, r->cursor.total).text, r->order.sort,
	    r->order.reverse                           ? ", reversed"
	    : path || strcmp(r->order.sort, "id") == 0 ? ""
						       : ", path");
	int room = a->cols - safe_cells(right) - 11;
	int col = area_put(a, 0, 1, STYLE_PLAIN, SAFE("Limit "));
	if (r->order.where[0] == '\0')
		area_put(a, 0, col, STYLE_PLAIN, SAFE("none, all items"));
	else
		area_clip(a, 0, col, room, STYLE_STRONG, safe_text(frame, r->order.where));
	if (r->listed)
		area_put(a, 0, a->cols - safe_cells(right) - 1, STYLE_PLAIN, right);
	if (r->listing)
		area_clip(a, 0, col, room, STYLE_STRONG,
		    safe_printf(frame, "making the list: %s",
			r->wanted.where[0] != '\0' ? r->wanted.where : "all items"));
}

/* --- what stands below --------------------------------------------------- */

static void
review_draw_rule(struct review *r, const struct area *a, int at)
{
	struct arena *frame = r->view.app->frame;
	uint64_t total = r->cursor.total, id = review_row_id(r);
	area_fill(a, at, 0, a->cols, STYLE_PLAIN, '-');
	area_put(a, at, 3, STYLE_PLAIN,
	    safe_printf(frame, " %s of %s ",
		safe_count(frame, total > 0 ? r->cursor.at + 1 : 0).text,
		safe_count(frame, total).text));
	if (id == 0)
		return;
	struct safe item = safe_printf(frame, " item %llu ", (unsigned long long)id);
	area_put(a, at, a->cols - safe_cells(item) - 3, STYLE_PLAIN, item);
}

static void
review_draw_pane(struct review *r, const struct area *a, int at, int rows)
{
	struct arena *frame = r->view.app->frame;
	struct details_lines lines;
	const json_t *row = review_row(r), *item = review_item(r);
	review_draw_rule(r, a, at);
	if (row == NULL)
		return;
	details_brief(frame, row, item, a->cols - 2, &lines);
	struct area part = area_part(a, at + 1, 0, rows, a->cols);
	details_draw_lines(&lines, &part, frame, 0, rows);
}

/* From 160 columns: everything about the item, beside the list. */
static void
review_draw_side(struct review *r, const struct area *a)
{
	struct arena *frame = r->view.app->frame;
	struct details_lines lines;
	const json_t *row = review_row(r), *item = review_item(r);
	for (int i = 0; i < a->rows; i++)
		area_put(a, i, 0, STYLE_PLAIN, SAFE("|"));
	struct area part = area_part(a, 0, 1, a->rows, a->cols - 1);
	if (row == NULL)
		return;
	if (item == NULL)
		details_brief(frame, row, NULL, part.cols - 1, &lines);
	else
		details_full(frame, item, part.cols - 1, &lines);
	details_draw_lines(&lines, &part, frame, 0, part.rows);
}

void
review_draw(struct view *v, const struct area *body)
{
	struct review *r = (struct review *)v;
	struct area list = *body;
	int pane = REVIEW_PANE_ROWS + (body->rows >= REVIEW_TALL_ROWS ? REVIEW_TALL_MORE : 0);
	if (body->cols >= REVIEW_SIDE_CELLS) {
		int side = body->cols * 9 / 25;
		struct area right = area_part(body, 1, body->cols - side, body->rows - 1, side);
		review_draw_side(r, &right);
		list = area_part(body, 0, 0, body->rows, body->cols - side);
		pane = 1;
	}
	int rows = body->rows - 2 - pane;
	struct area top = area_part(body, 0, 0, 1, body->cols);
	struct area title = area_part(&list, 1, 0, 1, list.cols);
	struct area part = area_part(&list, 2, 0, rows, list.cols);
	cursor_fit(&r->cursor, r->cursor.total, rows);
	review_draw_limit(r, &top);
	area_put(&title, 0, review_draw_facts(r, &title, 0, NULL, STYLE_HEAD), STYLE_HEAD,
	    SAFE("Name"));
	for (int i = 0; i < rows && r->cursor.top + (uint64_t)i < r->cursor.total; i++)
		review_draw_row(r, &part, i, r->cursor.top + (uint64_t)i);
	if (r->cursor.total == 0)
		review_draw_none(r, &part);
	if (r->limiting) {
		struct area help = area_part(body, 1, 0, body->rows - 1, list.cols);
		review_draw_fields(r, &help);
		return;
	}
	if (pane == 1)
		review_draw_rule(r, &list, list.rows - 1);
	else
		review_draw_pane(r, &list, list.rows - pane, pane - 1);
	area_cursor(&part, (int)(r->cursor.at - r->cursor.top), 1);
}

/* --- row 2 ------------------------------------------------------------- */

/* What the numbers are worth: whose they are, and that nothing is signed yet. */
static struct safe
review_standing(struct review *r, struct arena *frame, bool brief)
{
	const char *state = row_text(r->status, "state"), *other = review_other_holder(r);
	if (r->status == NULL)
		return SAFE("");
	if (strcmp(state, "REVIEW") != 0)
		return safe_printf(frame, "%s, read only", state);
	if (other != NULL)
		return safe_printf(
		    frame, brief ? "%s has it" : "%s has it, T takes it over", other);
	return brief ? SAFE("DRAFT") : SAFE("DRAFT, not submitted");
}

/* The counts, as wide as there is room for: words first, then blanks are given up. */
struct safe
review_status(struct view *v, struct arena *frame)
{
	struct review *r = (struct review *)v;
	static const struct {
		const char *undecided, *gap;
		bool brief;
	} forms[] = {{"undecided", "  ", false}, {"undecided", "  ", true},
	    {"undecided", " ", true}, {"und", " ", true}};
	static const char *const words[] = {"approve", "reject", "hold", "blocked"};
	struct safe line = SAFE("");
	const char *n[4];
	if (r->counts == NULL)
		return r->told ? SAFE("") : SAFE("reading the list...");
	for (size_t i = 0; i < 4; i++)
		n[i] = safe_count(frame, review_count(r, words[i])).text;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		const char *gap = forms[i].gap;
		line = safe_printf(frame,
		    "%s files%s%s %s%sAPPR %s%sREJ %s%sHOLD %s%sBLCK %s%s%s",
		    safe_count(frame, review_count(r, "files")).text, gap, forms[i].undecided,
		    safe_count(frame, review_count(r, "undecided")).text, gap, n[0], gap, n[1],
		    gap, n[2], gap, n[3], gap, review_standing(r, frame, forms[i].brief).text);
		if (safe_cells(line) <= v->app->cols - 2)
			break;
	}
	return line;
}
