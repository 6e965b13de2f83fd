/* SPDX-License-Identifier: ISC */
/* Reports that are not about one transfer: a period, and people, written to the share. */
#include "src/base/clock.h"
#include "src/core/field.h"
#include "ui/desk.h"
#include "ui/view/export.h"
#include "ui/views.h"

#include <string.h>

#define REPORT_NOTE_ROWS   3
#define REPORT_DAY_BYTES   10
#define REPORT_ENTRY_BYTES 12

enum report_what { REPORT_PERIOD, REPORT_PEOPLE, REPORT_PEOPLE_AT, REPORT__MAX };

struct report {
	struct export export;
	struct form *form;
	int what, from, to, entry, cancel, write; /* rows */
};

static struct report *
report_of(struct view *v)
{
	return (struct report *)v;
}

/* --- writing ------------------------------------------------------------------------- */

/* Says what is wrong with it, and goes there. */
static bool
report_wrong(struct report *r, int row, const char *why)
{
	app_warn(r->export.view.app, "%s", why);
	form_set_focus(r->form, row);
	return false;
}

static bool
report_is_good(struct report *r)
{
	enum report_what what = (enum report_what)form_choice(r->form, r->what);
	const char *from = form_text(r->form, r->from), *to = form_text(r->form, r->to),
		   *entry = form_text(r->form, r->entry);
	if (what == REPORT_PERIOD && !field_date_ok(from))
		return report_wrong(
		    r, r->from, "The first day is none: write it as YYYY-MM-DD.");
	if (what == REPORT_PERIOD && !field_date_ok(to))
		return report_wrong(r, r->to, "The last day is none: write it as YYYY-MM-DD.");
	if (what == REPORT_PERIOD && strcmp(from, to) > 0)
		return report_wrong(r, r->to, "The last day is before the first.");
	if (what == REPORT_PEOPLE_AT &&
	    (entry[0] == '\0' || entry[strspn(entry, "0123456789")] != '\0'))
		return report_wrong(r, r->entry, "An entry is a number, as a record shows it.");
	return true;
}

static void
report_write(struct report *r)
{
	enum report_what what = (enum report_what)form_choice(r->form, r->what);
	json_t *more = json_object();
	if (what == REPORT_PERIOD)
		json_object_update_new(
		    more, json_pack("{s:s, s:s}", "from", form_text(r->form, r->from), "to",
			      form_text(r->form, r->to)));
	if (what == REPORT_PEOPLE_AT)
		json_object_set_new(more, "at",
		    json_integer((json_int_t)strtoull(form_text(r->form, r->entry), NULL, 10)));
	export_start_all(&r->export, what == REPORT_PERIOD ? "period" : "people", more);
}

static bool
report_key(struct view *v, int key)
{
	struct report *r = report_of(v);
	enum form_event e = app_form_key(v->app, r->form, key);
	if (e == FORM_PRESSED && form_focus(r->form) == r->cancel)
		app_pop(v->app); /* frees this view */
	else if (e == FORM_PRESSED && report_is_good(r))
		report_write(r);
	return e != FORM_IGNORED;
}

/* --- the view ------------------------------------------------------------------------ */

#define REPORT_ABOUT_PERIOD                                                                \
	"Every transfer, refusal and abort of the period in a line, with totals, people, " \
	"exceptions, open media and anchors."

static const char *const report_abouts[REPORT__MAX] = {
    REPORT_ABOUT_PERIOD,
    "Everybody who is enrolled: roles, since when and by whom, and what ended.",
    "Who could do what when this entry of the custody record was made: for an old signature.",
};

static void
report_draw(struct view *v, const struct area *a)
{
	struct report *r = report_of(v);
	struct arena *f = v->app->frame;
	struct area form = area_part(a, 1, 2, a->rows - 2 - REPORT_NOTE_ROWS, a->cols - 4);
	struct area note =
	    area_part(a, a->rows - REPORT_NOTE_ROWS, 2, REPORT_NOTE_ROWS, a->cols - 4);
	form_draw(r->form, &form, f, 0, 0, true);
	area_words(&note, 0, 0, REPORT_NOTE_ROWS, STYLE_PLAIN,
	    safe_text(f, report_abouts[form_choice(r->form, r->what)]));
}

static struct safe
report_status(struct view *v, struct arena *f)
{
	(void)f;
	return form_choice(report_of(v)->form, report_of(v)->what) == REPORT_PERIOD
	           ? SAFE("Both days belong to the period; days are UTC")
	           : SAFE("Space changes what is written");
}

static void
report_done(struct view *v)
{
	struct report *r = report_of(v);
	json_decref(r->export.more);
	form_free(r->form);
}

static const struct view_type report_type = {
    .title = "REPORT",
    .map = MAP_REPORT,
    .also = MAP_BIT(MAP_ANY),
    .draw = report_draw,
    .status = report_status,
    .key = report_key,
    .done = report_done,
};

/* From the first day of this month to today. */
struct view *
report_view(struct app *app)
{
	const struct safe whats[REPORT__MAX] = {SAFE("all that happened in a period"),
	    SAFE("people, as they are now"), SAFE("people, as they were at an entry")};
	char now[CLOCK_TEXT_SIZE], first[REPORT_DAY_BYTES + 1], last[REPORT_DAY_BYTES + 1];
	struct report *r = view_new(app, &report_type, sizeof(*r));
	clock_format(app->now_s, now);
	snprintf(first, sizeof(first), "%.8s01", now);
	snprintf(last, sizeof(last), "%.10s", now);
	r->form = form_new();
	r->what = form_add_choice(r->form, SAFE("What"), whats, REPORT__MAX);
	r->from = form_add_text(r->form, SAFE("First day"), REPORT_DAY_BYTES, first);
	r->to = form_add_text(r->form, SAFE("Last day"), REPORT_DAY_BYTES, last);
	r->entry = form_add_text(r->form, SAFE("Entry"), REPORT_ENTRY_BYTES, "");
	r->cancel = form_add_button(r->form, SAFE("Cancel"));
	r->write = form_add_button(r->form, SAFE("Write to the share"));
	return &r->export.view;
}
