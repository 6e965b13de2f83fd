/* SPDX-License-Identifier: ISC */
/* A question on the message row: one line, and above it where its mistake is. */
#include "src/base/mem.h"
#include "src/base/utf8.h"
#include "ui/frame.h"
#include "ui/key.h"
#include "ui/line.h"
#include "ui/prompt.h"
#include "ui/prompt_box.h"

#include <string.h>

struct prompt_line {
	struct view view;
	struct view *owner;
	struct arena *own;
	struct safe label;
	struct line *line;
	bool (*take)(struct view *, const char *, int *, char[PROMPT_WHY_SIZE]);
	int at; /* byte of the mistake; -1: nowhere in particular */
	char why[PROMPT_WHY_SIZE];
};

/* Cells that the first n bytes of what was typed take on the screen, as line.c shows them. */
static int
prompt_line_cells(const char *text, int n)
{
	int cells = 0;
	for (int i = 0; i < n && text[i] != '\0'; i++) {
		char c = text[i];
		cells += c == '\\' ? 2 : c >= 0x20 && c <= 0x7e ? 1 : 4;
	}
	return cells;
}

/* The row above: the sentence, with its mark over the place when there is one. */
static void
prompt_line_draw_why(struct prompt_line *p, const struct area *screen, int row, int from)
{
	struct arena *frame = p->view.app->frame;
	struct safe why = safe_text(frame, p->why);
	int cells = safe_cells(why), last = screen->cols - 2;
	area_fill(screen, row, 0, screen->cols, STYLE_PLAIN, ' ');
	if (p->at < 0) {
		area_clip(screen, row, 1, last, STYLE_WARN, why);
		return;
	}
	int mark = from + prompt_line_cells(line_text(p->line), p->at);
	if (mark > last)
		mark = last;
	area_put(screen, row, mark, STYLE_WARN, SAFE("v"));
	if (mark + 2 + cells <= screen->cols)
		area_put(screen, row, mark + 2, STYLE_WARN, why);
	else if (cells + 1 < mark)
		area_put(screen, row, mark - 1 - cells, STYLE_WARN, why);
	else
		area_clip(screen, row, 1, last, STYLE_WARN, why);
}

static void
prompt_line_draw(struct view *v, const struct area *body)
{
	struct prompt_line *p = (struct prompt_line *)v;
	struct area screen = area_of(body->grid);
	int row = screen.rows - FRAME_BOTTOM;
	area_fill(&screen, row, 0, screen.cols, STYLE_PLAIN, ' ');
	int from = area_put(&screen, row, 1, STYLE_STRONG, p->label);
	if (p->why[0] != '\0')
		prompt_line_draw_why(p, &screen, row - 1, from);
	line_draw(p->line, &screen, v->app->frame, row, from, screen.cols - 1 - from, true);
}

/* Takes it out of the stack, wherever take() has put it. */
static void
prompt_line_end(struct prompt_line *p)
{
	struct app *app = p->view.app;
	if (app->top == &p->view) {
		app_pop(app);
		return;
	}
	struct view *above = app->top;
	while (above->below != &p->view)
		above = above->below;
	above->below = p->view.below;
	view_free(&p->view);
}

static bool
prompt_line_key(struct view *v, int key)
{
	struct prompt_line *p = (struct prompt_line *)v;
	char why[PROMPT_WHY_SIZE] = "";
	int at = -1;
	if (key != K_ENTER) {
		if (!line_key(p->line, key))
			return false;
		p->why[0] = '\0';
		if (line_full(p->line))
			snprintf(p->why, sizeof(p->why), "the line takes no more");
		p->at = -1;
		return true;
	}
	MEM_FREE char *text = mem_strdup(line_text(p->line));
	if (!utf8_is_valid(text, strlen(text))) {
		snprintf(why, sizeof(why), "it holds bytes that are no text, shown as \\xHH");
	} else if (p->take(p->owner, text, &at, why)) {
		prompt_line_end(p);
		return true;
	}
	p->at = at;
	snprintf(p->why, sizeof(p->why), "%s", why);
	return true;
}

static void
prompt_line_done(struct view *v)
{
	struct prompt_line *p = (struct prompt_line *)v;
	line_free(p->line);
	arena_free(p->own);
}

static const struct view_type prompt_line_type = {.title = "QUESTION",
    .map = MAP_PROMPT,
    .overlay = true,
    .draw = prompt_line_draw,
    .key = prompt_line_key,
    .done = prompt_line_done};

void
prompt_line(struct view *owner, struct safe label, const char *value, size_t limit,
    bool (*take)(
	struct view *owner, const char *text, int *ret_at, char ret_why[PROMPT_WHY_SIZE]))
{
	struct prompt_line *p = view_new(owner->app, &prompt_line_type, sizeof(*p));
	p->owner = owner;
	p->own = arena_new();
	p->label = prompt_box_keep(p->own, label);
	p->line = line_new(limit);
	if (value != NULL)
		line_set(p->line, value);
	p->take = take;
	p->at = -1;
	app_push(owner->app, &p->view);
}
