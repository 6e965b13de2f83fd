/* SPDX-License-Identifier: ISC */
/* The keys of the view below, from the tables that dispatch uses. */
#include "src/base/mem.h"
#include "ui/key.h"
#include "ui/prompt.h"
#include "ui/views.h"

#include <string.h>
#include <strings.h>

#define HELP_KEYS_CELLS 20
#define HELP_ROWS       256

struct help_row {
	struct safe keys; /* "" for a heading or an empty row */
	struct safe text;
};

struct help {
	struct view view;
	struct arena *own;
	struct help_row rows[HELP_ROWS];
	size_t n;
	struct cursor cursor;
	const char *title; /* of the screen the keys are of */
};

static void
help_add(struct help *h, struct safe keys, struct safe text)
{
	if (h->n < HELP_ROWS)
		h->rows[h->n++] = (struct help_row){keys, text};
}

/* The act of an earlier row of the same map. */
static bool
help_is_alias(size_t i)
{
	const struct act_key *k = act_key_at(i);
	for (size_t j = 0; j < i; j++)
		if (act_key_at(j)->map == k->map && act_key_at(j)->act == k->act)
			return true;
	return false;
}

/* "Up  k": every key of the same map that does the same; more than fit go on in another row. */
static void
help_add_keys(struct help *h, size_t first)
{
	const struct act_key *f = act_key_at(first), *k;
	struct safe keys = SAFE(""), text = safe_text(h->own, act_row(f->act)->help);
	char name[10];
	for (size_t i = first; (k = act_key_at(i)) != NULL; i++) {
		if (k->map != f->map || k->act != f->act)
			continue;
		key_name(k->key, name);
		if (safe_cells(keys) + 2 + (int)strlen(name) > HELP_KEYS_CELLS) {
			help_add(h, keys, text);
			keys = text = SAFE("");
		}
		keys = safe_printf(
		    h->own, "%s%s%s", keys.text, safe_empty(keys) ? "" : "  ", name);
	}
	help_add(h, keys, text);
}

static void
help_add_map(struct help *h, enum map map)
{
	const struct act_key *k;
	bool any = false;
	for (size_t i = 0; (k = act_key_at(i)) != NULL; i++) {
		if (k->map != map || help_is_alias(i))
			continue;
		if (!any && h->n > 0)
			help_add(h, SAFE(""), SAFE(""));
		if (!any)
			help_add(h, SAFE(""), safe_text(h->own, act_map_title(map)));
		any = true;
		help_add_keys(h, i);
	}
}

static void
help_add_fields(struct help *h)
{
	static const char *const rows[][2] = {
	    {"Tab  Down  Enter", "the next field or button"},
	    {"Shift-Tab  Up", "the field or button before"},
	    {"Enter", "on a button: press it; in a passphrase: go on with it"},
	    {"Ctrl-U  Ctrl-W", "clear the field; delete a word"},
	};
	help_add(h, SAFE(""), SAFE(""));
	help_add(h, SAFE(""), SAFE("Fields and buttons"));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		help_add(h, safe_text(h->own, rows[i][0]), safe_text(h->own, rows[i][1]));
}

static void
help_add_escapes(struct help *h)
{
	static const char *const rows[][2] = {
	    {"\\xHH", "a control byte, a byte not in UTF-8, a space that misleads"},
	    {"\\u{H}", "any other character outside printable ASCII"},
	    {"\\\\", "a backslash"},
	    {"\\..{N}", "N characters in the middle are not shown here"},
	};
	help_add(h, SAFE(""), SAFE(""));
	help_add(h, SAFE(""), SAFE("Names, and all that came from outside"));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		help_add(h, safe_text(h->own, rows[i][0]), safe_text(h->own, rows[i][1]));
}

/* --- finding ------------------------------------------------------------------------ */

static bool
help_fits(const struct help_row *r, const char *text)
{
	return strcasestr(r->text.text, text) != NULL || strcasestr(r->keys.text, text) != NULL;
}

static bool
help_take_find(struct view *v, const char *text, int *ret_at, char ret_why[PROMPT_WHY_SIZE])
{
	struct help *h = (struct help *)v;
	if (text[0] == '\0')
		return true;
	for (size_t i = 1; i <= h->n; i++) {
		size_t at = ((size_t)h->cursor.at + i) % h->n;
		if (!help_fits(&h->rows[at], text))
			continue;
		cursor_to(&h->cursor, at);
		return true;
	}
	*ret_at = 0;
	snprintf(ret_why, PROMPT_WHY_SIZE, "no key and no sentence here has this");
	return false;
}

void
help_act_find(struct view *v)
{
	prompt_line(v, SAFE("Find: "), "", 64, help_take_find);
}

/* --- drawing -------------------------------------------------------------------------- */

static void
help_draw(struct view *v, const struct area *a)
{
	struct help *h = (struct help *)v;
	struct arena *m = v->app->frame;
	cursor_fit(&h->cursor, h->n, a->rows);
	for (int i = 0; i < a->rows && h->cursor.top + (uint64_t)i < h->n; i++) {
		uint64_t at = h->cursor.top + (uint64_t)i;
		const struct help_row *r = &h->rows[at];
		bool here = at == h->cursor.at;
		if (safe_empty(r->keys)) {
			area_clip(a, i, 1, a->cols - 1, STYLE_HEAD, r->text);
		} else {
			area_field(a, m, i, 2, HELP_KEYS_CELLS, STYLE_KEY, r->keys);
			area_clip(a, i, HELP_KEYS_CELLS + 3, a->cols - HELP_KEYS_CELLS - 3,
			    STYLE_PLAIN, r->text);
		}
		if (here) {
			area_put(a, i, 0, STYLE_PLAIN, SAFE(">"));
			area_style(a, i, 0, a->cols, STYLE_ROW);
			area_cursor(a, i, 0);
		}
	}
}

static struct safe
help_subject(struct view *v, struct arena *m)
{
	return safe_printf(m, "of the screen %s", ((struct help *)v)->title);
}

static void
help_done(struct view *v)
{
	arena_free(((struct help *)v)->own);
}

static const struct view_type help_type = {.title = "HELP",
    .map = MAP_HELP,
    .also = MAP_BIT(MAP_LIST) | MAP_BIT(MAP_ANY),
    .draw = help_draw,
    .subject = help_subject,
    .done = help_done};

/* Over the sign-in or a lock: no key here leads to any other screen. */
static const struct view_type help_type_outside = {.title = "HELP",
    .map = MAP_HELP,
    .also = MAP_BIT(MAP_LIST),
    .draw = help_draw,
    .subject = help_subject,
    .done = help_done};

static bool
help_is_outside(const struct app *app)
{
	for (const struct view *v = app->top; v != NULL; v = v->below)
		if (v->type->map == MAP_LOCK || v->type->map == MAP_LOGIN)
			return true;
	return false;
}

struct view *
help_view(struct app *app)
{
	const struct view_type *of = app->top->type;
	struct help *h =
	    view_new(app, help_is_outside(app) ? &help_type_outside : &help_type, sizeof(*h));
	h->own = arena_new();
	h->title = of->title;
	h->view.cursor = &h->cursor;
	help_add_map(h, of->map);
	if ((of->also & MAP_BIT(MAP_LIST)) != 0)
		help_add_map(h, MAP_LIST);
	if ((of->also & MAP_BIT(MAP_ANY)) != 0)
		help_add_map(h, MAP_ANY);
	help_add_fields(h);
	help_add_escapes(h);
	return &h->view;
}
