/* SPDX-License-Identifier: ISC */
/* The keys that lead to other places of the list, or make another list. */
#include "src/base/escape.h"
#include "src/base/mem.h"
#include "src/core/where.h"
#include "ui/prompt.h"
#include "ui/view/review.h"

#include <stdio.h>
#include <string.h>

void
review_act_next_finding(struct view *v)
{
	review_seek(review_of(v), "severity>=low", false, "No item with a finding below.");
}

void
review_act_prev_finding(struct view *v)
{
	review_seek(review_of(v), "severity>=low", true, "No item with a finding above.");
}

void
review_act_next_undecided(struct view *v)
{
	review_seek(review_of(v), REVIEW_UNDECIDED, false, "No undecided item below.");
}

void
review_act_prev_undecided(struct view *v)
{
	review_seek(review_of(v), REVIEW_UNDECIDED, true, "No undecided item above.");
}

/*
 * What was typed as name~"...".  Names are compared as the screen shows them:
 * typed ASCII is taken as it is, so that an escape can be typed as it is seen.
 */
static void
review_find_print(const char *text, struct buf *out)
{
	MEM_FREE char *escaped = escape_checked(text);
	buf_add_str(out, "name~\"");
	for (const char *p = escaped; *p != '\0'; p++) {
		if (*p == '"' || *p == '\\')
			buf_add_byte(out, '\\');
		buf_add_byte(out, (uint8_t)*p);
	}
	buf_add_str(out, "\"");
	buf_add_byte(out, '\0');
}

static bool
review_take_find(struct view *v, const char *text, int *ret_at, char ret_why[PROMPT_WHY_SIZE])
{
	struct review *r = review_of(v);
	struct buf where;
	if (text[0] == '\0')
		return true;
	buf_init(&where, LIM_WHERE_BYTES + 1);
	review_find_print(text, &where);
	bool fits = where.error == ERR_OK;
	if (fits)
		snprintf(r->find, sizeof(r->find), "%s", (const char *)where.data);
	buf_done(&where);
	if (!fits) {
		*ret_at = -1;
		snprintf(ret_why, PROMPT_WHY_SIZE, "this is too long to search for");
		return false;
	}
	review_seek(r, r->find, false, "No name below fits; N searches upwards.");
	return true;
}

void
review_act_find(struct view *v)
{
	prompt_line(v, SAFE("Find in names: "), "", LIM_WHERE_BYTES / 2, review_take_find);
}

static void
review_find_again(struct review *r, bool back)
{
	if (r->find[0] == '\0')
		app_say(r->view.app, "Nothing was searched for yet; / searches.");
	else
		review_seek(r, r->find, back,
		    back ? "No name above fits." : "No name below fits; N searches upwards.");
}

void
review_act_find_next(struct view *v)
{
	review_find_again(review_of(v), false);
}

void
review_act_find_prev(struct view *v)
{
	review_find_again(review_of(v), true);
}

/* --- limit and order ----------------------------------------------------- */

static bool
review_take_limit(struct view *v, const char *text, int *ret_at, char ret_why[PROMPT_WHY_SIZE])
{
	struct review *r = review_of(v);
	struct where *where = NULL;
	char why[WHERE_WHY_SIZE];
	size_t at = 0, skip = strspn(text, " ");
	if (app_why_no_desk(v->app) != NULL) {
		snprintf(ret_why, PROMPT_WHY_SIZE, "%s", app_why_no_desk(v->app));
		return false;
	}
	if (text[skip] != '\0' && where_parse(text, strlen(text), &where, &at, why) != ERR_OK) {
		*ret_at = (int)at;
		snprintf(ret_why, PROMPT_WHY_SIZE, "%s", why);
		return false;
	}
	free(where);
	snprintf(r->next_where, sizeof(r->next_where), "%s", text + skip);
	r->next = true;
	review_list_next(r);
	return true;
}

void
review_act_limit(struct view *v)
{
	struct review *r = review_of(v);
	r->limiting = true;
	prompt_line(v, SAFE("Limit: "), r->order.where, LIM_WHERE_BYTES, review_take_limit);
}

/* The words of a closed list, as long as there are any. */
static struct safe
review_field_words(struct arena *frame, enum where_field field)
{
	struct safe out = SAFE("");
	const char *word;
	for (uint64_t i = 0; (word = where_word_print(field, i)) != NULL; i++)
		out = safe_printf(frame, "%s%s%s", out.text, i > 0 ? " " : "", word);
	return out;
}

/* The names of all fields of a type. */
static struct safe
review_field_names(struct arena *frame, enum where_type type)
{
	struct safe out = SAFE("");
	for (int i = 0; i < WHERE_FIELD__MAX; i++)
		if (where_field_type((enum where_field)i) == type)
			out = safe_printf(frame, "%s%s%s", out.text, safe_empty(out) ? "" : " ",
			    where_field_print((enum where_field)i));
	return out;
}

void
review_draw_fields(struct review *r, const struct area *a)
{
	struct arena *frame = r->view.app->frame;
	struct area words = area_part(a, 0, 12, a->rows, a->cols - 13);
	int row = 1;
	for (int i = 0; i < a->rows; i++)
		area_fill(a, i, 0, a->cols, STYLE_PLAIN, ' ');
	area_put(a, 0, 1, STYLE_PLAIN,
	    SAFE("severity>=medium    type~\"pe-*\" and not decision=reject    (a or b)"));
	for (int i = 0; i < WHERE_FIELD__MAX; i++) {
		enum where_field field = (enum where_field)i;
		if (where_field_type(field) != WHERE_WORD)
			continue;
		area_put(a, row, 1, STYLE_HEAD, safe_text(frame, where_field_print(field)));
		row += area_words(
		    &words, row, 0, 0, STYLE_PLAIN, review_field_words(frame, field));
	}
	area_put(a, row, 1, STYLE_HEAD, review_field_names(frame, WHERE_TEXT));
	area_put(a, row++, 30, STYLE_PLAIN, SAFE("= the whole, ~ a part, * ? a pattern"));
	area_put(a, row, 1, STYLE_HEAD, review_field_names(frame, WHERE_NUMBER));
	area_put(a, row, 30, STYLE_PLAIN, SAFE("a number: size>=10M"));
	area_put(a, row + 1, 1, STYLE_PLAIN, SAFE("An empty limit shows all items."));
}

static const struct {
	const char *sort, *text;
} review_sorts[] = {
    {"path", "path"},
    {"severity", "severity, the worst first"},
    {"verdict", "verdict, the worst first"},
    {"decision", "decision"},
    {"type", "type"},
    {"size", "size"},
    {"id", "item number, as read from the medium"},
};
#define REVIEW_SORTS (sizeof(review_sorts) / sizeof(review_sorts[0]))

static bool
review_may_list(struct review *r)
{
	struct app *app = r->view.app;
	if (app_why_no_desk(app) != NULL)
		app_warn(app, "%s", app_why_no_desk(app));
	else if (r->listing)
		app_say(app, "The list is being made; press the key again.");
	else
		return true;
	return false;
}

static void
review_take_sort(struct view *v, size_t choice, const char *text)
{
	struct review *r = review_of(v);
	(void)text;
	if (choice >= REVIEW_SORTS || !review_may_list(r))
		return;
	snprintf(r->wanted.sort, sizeof(r->wanted.sort), "%s", review_sorts[choice].sort);
	r->wanted.reverse = false;
	review_list(r);
}

void
review_act_sort(struct view *v)
{
	struct safe choices[REVIEW_SORTS];
	for (size_t i = 0; i < REVIEW_SORTS; i++)
		choices[i] = safe_text(v->app->frame, review_sorts[i].text);
	prompt_pick(
	    v, SAFE("ORDER OF THE LIST"), choices, REVIEW_SORTS, false, review_take_sort);
}

void
review_act_reverse(struct view *v)
{
	struct review *r = review_of(v);
	if (!review_may_list(r))
		return;
	r->wanted.reverse = !r->order.reverse;
	review_list(r);
}

void
review_act_reload(struct view *v)
{
	struct review *r = review_of(v);
	if (!review_may_list(r))
		return;
	r->told = false;
	review_ask_status(r);
	review_list(r);
}
