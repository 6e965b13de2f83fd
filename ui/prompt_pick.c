/* SPDX-License-Identifier: ISC */
/* One of some texts, or a text of one's own: reasons, orders. */
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/base/utf8.h"
#include "ui/key.h"
#include "ui/line.h"
#include "ui/prompt.h"
#include "ui/prompt_box.h"

#include <string.h>

struct prompt_pick {
	struct view view;
	struct view *owner;
	struct arena *own;
	struct safe title;
	struct safe *choices;
	size_t n;
	struct line *line; /* of one's own; NULL without */
	size_t at;         /* the choices, the line, Cancel */
	void (*take)(struct view *, size_t, const char *);
};

/* Rows the focus can be on: choices, perhaps the line, Cancel. */
static size_t
prompt_pick_cancel(const struct prompt_pick *p)
{
	return p->n + (p->line != NULL);
}

static bool
prompt_pick_typing(const struct prompt_pick *p)
{
	return p->line != NULL && p->at == p->n;
}

static void
prompt_pick_draw_choice(struct prompt_pick *p, const struct area *in, int row, size_t i)
{
	struct arena *frame = p->view.app->frame;
	enum style style = p->at == i ? STYLE_ROW : STYLE_PLAIN;
	int col = area_put(in, row, 0, style, p->at == i ? SAFE("> ") : SAFE("  "));
	if (i < 9)
		area_put(in, row, col, STYLE_KEY, safe_printf(frame, "%zu", i + 1));
	area_clip(in, row, col + 2, in->cols - col - 2, style, p->choices[i]);
	if (p->at == i)
		area_cursor(in, row, 0);
}

static void
prompt_pick_draw(struct view *v, const struct area *body)
{
	struct prompt_pick *p = (struct prompt_pick *)v;
	struct arena *frame = v->app->frame;
	int cells =
	    body->cols - 8 < PROMPT_BOX_CELLS - 4 ? body->cols - 8 : PROMPT_BOX_CELLS - 4;
	int others = 4 + (p->line != NULL); /* blanks, the line, Cancel */
	int room = body->rows - 2 - others;
	size_t shown = p->n < (size_t)room ? p->n : (size_t)room;
	size_t top = p->at < p->n && p->at >= shown ? p->at - shown + 1 : 0;
	struct area in = prompt_box(body, p->title, (int)shown + others, cells);
	int row = 1;
	for (size_t i = top; i < top + shown; i++)
		prompt_pick_draw_choice(p, &in, row++, i);
	if (p->line != NULL) {
		bool here = p->at == p->n;
		area_put(&in, row, 0, here ? STYLE_ROW : STYLE_PLAIN,
		    here ? SAFE("> or type:") : SAFE("  or type:"));
		line_draw(p->line, &in, frame, row++, 11, in.cols - 11, here);
	}
	bool cancel = p->at == prompt_pick_cancel(p);
	area_put(&in, row + 1, 2, cancel ? STYLE_FOCUS : STYLE_PLAIN, SAFE("[ Cancel ]"));
	if (cancel)
		area_cursor(&in, row + 1, 4);
	struct safe hint = p->n > 9
	                       ? SAFE("1-9 or arrows and Enter choose")
	                       : safe_printf(frame, "1-%zu or arrows and Enter choose", p->n);
	if (p->n > 0)
		area_put(&in, row + 1, 15, STYLE_PLAIN, hint);
}

static void
prompt_pick_take(struct prompt_pick *p, size_t choice, const char *text)
{
	struct view *owner = p->owner;
	void (*take)(struct view *, size_t, const char *) = p->take;
	MEM_FREE char *kept = mem_strdup(text);
	app_pop(p->view.app);
	take(owner, choice, kept);
}

static void
prompt_pick_enter(struct prompt_pick *p)
{
	if (p->at < p->n)
		prompt_pick_take(p, p->at, p->choices[p->at].text);
	else if (!prompt_pick_typing(p))
		app_pop(p->view.app);
	else if (line_text(p->line)[strspn(line_text(p->line), " ")] == '\0')
		app_say(p->view.app, "Type something, or press Esc: nothing has changed.");
	else if (!utf8_is_valid(line_text(p->line), line_len(p->line)))
		app_say(p->view.app,
		    "It holds bytes that are no text, shown as \\xHH: type it again.");
	else
		prompt_pick_take(p, p->n, line_text(p->line));
}

/* A key of the line; typing anywhere goes there, except for the numbers of the choices. */
static bool
prompt_pick_typed(struct prompt_pick *p, int key)
{
	bool starts = key > K_SPACE && key < 0x100 && key != 0x7f;
	if (p->line == NULL || (p->at != p->n && !starts))
		return false;
	p->at = p->n;
	bool used = line_key(p->line, key);
	if (used && line_full(p->line))
		app_say(p->view.app, "The line takes no more.");
	return used;
}

static bool
prompt_pick_key(struct view *v, int key)
{
	struct prompt_pick *p = (struct prompt_pick *)v;
	size_t rows = prompt_pick_cancel(p) + 1;
	if (!prompt_pick_typing(p) && key >= '1' && key <= '9' && (size_t)(key - '1') < p->n)
		prompt_pick_take(p, (size_t)(key - '1'), p->choices[key - '1'].text);
	else if (key == K_ENTER)
		prompt_pick_enter(p);
	else if (key == K_DOWN || key == K_TAB)
		p->at = (p->at + 1) % rows;
	else if (key == K_UP || key == K_BACK_TAB)
		p->at = (p->at + rows - 1) % rows;
	else
		return prompt_pick_typed(p, key);
	return true;
}

static void
prompt_pick_done(struct view *v)
{
	struct prompt_pick *p = (struct prompt_pick *)v;
	line_free(p->line);
	arena_free(p->own);
}

static const struct view_type prompt_pick_type = {.title = "QUESTION",
    .map = MAP_PROMPT,
    .overlay = true,
    .draw = prompt_pick_draw,
    .key = prompt_pick_key,
    .done = prompt_pick_done};

void
prompt_pick(struct view *owner, struct safe title, const struct safe *choices, size_t n,
    bool free_text, void (*take)(struct view *owner, size_t choice, const char *text))
{
	struct prompt_pick *p = view_new(owner->app, &prompt_pick_type, sizeof(*p));
	p->owner = owner;
	p->own = arena_new();
	p->title = prompt_box_keep(p->own, title);
	p->choices = arena_alloc(p->own, (n + 1) * sizeof(*p->choices));
	for (size_t i = 0; i < n; i++)
		p->choices[i] = prompt_box_keep(p->own, choices[i]);
	p->n = n;
	p->line = free_text ? line_new(LIM_REASON_BYTES) : NULL;
	p->at = prompt_pick_cancel(p);
	p->take = take;
	app_push(owner->app, &p->view);
}
