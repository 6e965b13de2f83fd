/* SPDX-License-Identifier: ISC */
#include "ui/form.h"
#include "src/base/mem.h"

#include <assert.h>
#include <string.h>

#define FORM_FIELD_CELLS 60 /* a field is not wider, brackets aside */

struct form_row {
	enum form_kind kind;
	char *label;
	struct line *line; /* of a text or a secret; NULL: no memory could be locked for it */
	char **choices;
	size_t nchoices, choice;
};

struct form {
	struct form_row *rows;
	int n, focus;
};

struct form *
form_new(void)
{
	return mem_alloc(sizeof(struct form));
}

static void
form_drop_choices(struct form_row *r)
{
	for (size_t i = 0; i < r->nchoices; i++)
		free(r->choices[i]);
	free(r->choices);
	r->choices = NULL;
	r->nchoices = r->choice = 0;
}

void
form_free(struct form *f)
{
	if (f == NULL)
		return;
	for (int i = 0; i < f->n; i++) {
		struct form_row *r = &f->rows[i];
		form_drop_choices(r);
		line_free(r->line);
		free(r->label);
	}
	free(f->rows);
	free(f);
}

static struct form_row *
form_at(const struct form *f, int row)
{
	assert(row >= 0 && row < f->n);
	return &f->rows[row];
}

static int
form_add(struct form *f, enum form_kind kind, struct safe label, struct line *line)
{
	f->rows = mem_resize(f->rows, (size_t)f->n + 1, sizeof(f->rows[0]));
	f->rows[f->n] =
	    (struct form_row){.kind = kind, .label = mem_strdup(label.text), .line = line};
	return f->n++;
}

int
form_add_text(struct form *f, struct safe label, size_t limit, const char *value)
{
	struct line *line = line_new(limit);
	if (value != NULL)
		line_set(line, value);
	return form_add(f, FORM_TEXT, label, line);
}

int
form_add_secret(struct form *f, struct safe label)
{
	return form_add(f, FORM_SECRET, label, line_new_secret());
}

void
form_set_choices(struct form *f, int row, const struct safe *choices, size_t n)
{
	struct form_row *r = form_at(f, row);
	form_drop_choices(r);
	r->choices = mem_array(n, sizeof(r->choices[0]));
	for (; r->nchoices < n; r->nchoices++)
		r->choices[r->nchoices] = mem_strdup(choices[r->nchoices].text);
}

int
form_add_choice(struct form *f, struct safe label, const struct safe *choices, size_t n)
{
	int row = form_add(f, FORM_CHOICE, label, NULL);
	form_set_choices(f, row, choices, n);
	return row;
}

int
form_add_button(struct form *f, struct safe label)
{
	return form_add(f, FORM_BUTTON, label, NULL);
}

/* --- keys -------------------------------------------------------------------- */

static enum form_event
form_move(struct form *f, int by)
{
	f->focus = (f->focus + by + f->n) % f->n;
	return FORM_CHANGED;
}

/* Keys that every row knows. */
static enum form_event
form_common(struct form *f, int key)
{
	switch (key) {
	case K_TAB:
	case K_DOWN:
	case K_ENTER:
		return form_move(f, 1);
	case K_BACK_TAB:
	case K_UP:
		return form_move(f, -1);
	default:
		return FORM_IGNORED;
	}
}

static enum form_event
form_edit(struct form *f, struct form_row *r, int key)
{
	if (r->line == NULL || !line_key(r->line, key))
		return form_common(f, key);
	return line_full(r->line) ? FORM_FULL : FORM_CHANGED;
}

static enum form_event
form_choose(struct form *f, struct form_row *r, int key)
{
	bool next = key == K_RIGHT || key == K_SPACE;
	if (!next && key != K_LEFT)
		return form_common(f, key);
	if (r->nchoices > 0)
		r->choice = (r->choice + (next ? 1 : r->nchoices - 1)) % r->nchoices;
	return FORM_CHANGED;
}

static enum form_event
form_press(struct form *f, int key)
{
	if (key == K_ENTER)
		return FORM_PRESSED;
	return form_common(f, key == K_RIGHT ? K_DOWN : key == K_LEFT ? K_UP : key);
}

enum form_event
form_key(struct form *f, int key)
{
	if (f->n == 0)
		return FORM_IGNORED;
	struct form_row *r = &f->rows[f->focus];
	switch (r->kind) {
	case FORM_TEXT:
	case FORM_SECRET:
		return form_edit(f, r, key);
	case FORM_CHOICE:
		return form_choose(f, r, key);
	case FORM_BUTTON:
		break;
	}
	return form_press(f, key);
}

/* --- values ------------------------------------------------------------------ */

int
form_focus(const struct form *f)
{
	return f->focus;
}

void
form_set_focus(struct form *f, int row)
{
	form_at(f, row);
	f->focus = row;
}

enum form_kind
form_kind(const struct form *f, int row)
{
	return form_at(f, row)->kind;
}

const char *
form_text(const struct form *f, int row)
{
	return line_text(form_at(f, row)->line);
}

void
form_set_text(struct form *f, int row, const char *text)
{
	line_set(form_at(f, row)->line, text);
}

size_t
form_choice(const struct form *f, int row)
{
	return form_at(f, row)->choice;
}

void
form_set_choice(struct form *f, int row, size_t choice)
{
	struct form_row *r = form_at(f, row);
	assert(choice < r->nchoices);
	r->choice = choice;
}

struct seal_secret *
form_take_secret(struct form *f, int row)
{
	struct line *line = form_at(f, row)->line;
	return line != NULL ? line_take_secret(line) : NULL;
}

void
form_forget(struct form *f)
{
	for (int i = 0; i < f->n; i++)
		if (f->rows[i].kind == FORM_SECRET)
			seal_secret_free(form_take_secret(f, i));
}

/* --- drawing ----------------------------------------------------------------- */

static int
form_fields(const struct form *f)
{
	int n = 0;
	for (int i = 0; i < f->n; i++)
		n += f->rows[i].kind != FORM_BUTTON;
	return n;
}

int
form_rows(const struct form *f)
{
	int fields = form_fields(f);
	if (fields == f->n)
		return fields;
	return fields > 0 ? fields + 2 : 1;
}

static int
form_label_cells(const struct form *f)
{
	size_t widest = 0;
	for (int i = 0; i < f->n; i++)
		if (f->rows[i].kind != FORM_BUTTON && strlen(f->rows[i].label) > widest)
			widest = strlen(f->rows[i].label);
	return (int)widest;
}

static void
form_draw_field(const struct form_row *r, const struct area *a, struct arena *m, int row,
    int label_cells, bool focus)
{
	int col = label_cells > 0 ? label_cells + 2 : 0, cells = a->cols - col - 2;
	if (cells > FORM_FIELD_CELLS)
		cells = FORM_FIELD_CELLS;
	area_put(a, row, 0, STYLE_PLAIN, safe_text(m, r->label));
	if (cells <= 0)
		return;
	if (r->kind == FORM_CHOICE) {
		const char *text = r->nchoices > 0 ? r->choices[r->choice] : "";
		int end = area_put(a, row, col, STYLE_PLAIN, SAFE("< "));
		struct safe shown = safe_fit(m, safe_text(m, text), cells - 2);
		int after = area_put(a, row, end, focus ? STYLE_FOCUS : STYLE_FIELD, shown);
		area_put(a, row, after, STYLE_PLAIN, SAFE(" >"));
		if (focus)
			area_cursor(a, row, end);
		return;
	}
	area_put(a, row, col, STYLE_PLAIN, SAFE("["));
	if (r->line != NULL)
		line_draw(r->line, a, m, row, col + 1, cells, focus);
	else
		area_field(a, m, row, col + 1, cells, STYLE_FAIL,
		    SAFE("no locked memory: see ulimit -l"));
	area_put(a, row, col + 1 + cells, STYLE_PLAIN, SAFE("]"));
	if (focus && r->line == NULL)
		area_cursor(a, row, col + 1);
}

/* Cells of all buttons in their row. */
static int
form_button_cells(const struct form *f)
{
	size_t cells = 0;
	for (int i = 0; i < f->n; i++)
		if (f->rows[i].kind == FORM_BUTTON)
			cells += strlen(f->rows[i].label) + strlen("[  ]") + 2;
	return (int)cells;
}

static void
form_draw_buttons(
    const struct form *f, const struct area *a, struct arena *m, int row, int col, bool focus)
{
	for (int i = 0; i < f->n; i++) {
		const struct form_row *r = &f->rows[i];
		bool here = focus && f->focus == i;
		if (r->kind != FORM_BUTTON)
			continue;
		if (here)
			area_cursor(a, row, col + 2);
		struct safe text = safe_printf(m, "[ %s ]", r->label);
		col = area_put(a, row, col, here ? STYLE_FOCUS : STYLE_PLAIN, text) + 2;
	}
}

/* The first field that is drawn, so that the one with the focus is among `room` fields. */
static int
form_first(const struct form *f, int room)
{
	int nth = 0;
	for (int i = 0; i < f->focus; i++)
		nth += f->rows[i].kind != FORM_BUTTON;
	if (f->n > 0 && f->rows[f->focus].kind == FORM_BUTTON)
		nth--;
	return nth >= room ? nth - room + 1 : 0;
}

void
form_draw(
    const struct form *f, const struct area *a, struct arena *m, int row, int col, bool focus)
{
	struct area part = area_part(a, row, col, a->rows - row, a->cols - col);
	int fields = form_fields(f), label_cells = form_label_cells(f);
	int below = fields < f->n ? (fields > 0 ? 2 : 1) : 0; /* rows of the buttons */
	int room = part.rows - below < fields ? part.rows - below : fields;
	int first = form_first(f, room > 0 ? room : 1), nth = 0;
	int indent = label_cells > 0 ? label_cells + 2 : 0;
	if (indent + form_button_cells(f) > part.cols)
		indent = 0;

	for (int i = 0; i < f->n; i++) {
		const struct form_row *r = &f->rows[i];
		if (r->kind == FORM_BUTTON)
			continue;
		int at = nth++ - first;
		if (at >= 0 && at < room)
			form_draw_field(r, &part, m, at, label_cells, focus && f->focus == i);
	}
	form_draw_buttons(
	    f, &part, m, (room > 0 ? room : 0) + (below > 0 ? below - 1 : 0), indent, focus);
}
