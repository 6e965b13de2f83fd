/* SPDX-License-Identifier: ISC */
#include "ui/view/checks.h"
#include "ui/desk.h"

#include <string.h>

#define CHECKS_INDENT 9 /* behind " [FAIL] " */

bool
checks_is_ok(const json_t *check)
{
	return strcmp(row_text(check, "state"), "OK") == 0;
}

static enum style
checks_style(const json_t *check)
{
	if (checks_is_ok(check))
		return STYLE_OK;
	return strcmp(row_text(check, "state"), "WARN") == 0 ? STYLE_MEDIUM : STYLE_FAIL;
}

/* One check, and what to do; returns the rows used. */
static int
checks_draw_one(struct app *app, const json_t *check, const struct area *a, int row)
{
	struct arena *m = app->frame;
	struct area right =
	    area_part(a, row, CHECKS_INDENT, a->rows - row, a->cols - CHECKS_INDENT - 1);
	area_put(a, row, 1, checks_style(check),
	    safe_printf(m, "[%-4.4s]", row_text(check, "state")));
	int used = area_words(&right, 0, 0, 0, STYLE_PLAIN,
	    safe_printf(m, "%s: %s", row_text(check, "check"), row_text(check, "text")));
	if (checks_is_ok(check) || row_text(check, "remedy")[0] == '\0')
		return used;
	return used + area_words(&right, used, 0, 0, STYLE_PLAIN,
			  safe_printf(m, "do: %s", row_text(check, "remedy")));
}

/* The names of the checks that are good, in one line. */
static int
checks_draw_names(struct app *app, const json_t *rows, const struct area *a, int row)
{
	struct arena *m = app->frame;
	struct safe names = SAFE("");
	size_t i;
	const json_t *check;
	json_array_foreach (rows, i, check)
		if (checks_is_ok(check))
			names = safe_printf(m, "%s%s%s", names.text,
			    safe_empty(names) ? "" : ", ", row_text(check, "check"));
	if (safe_empty(names))
		return 0;
	struct area right =
	    area_part(a, row, CHECKS_INDENT, a->rows - row, a->cols - CHECKS_INDENT - 1);
	area_put(a, row, 1, STYLE_OK, SAFE("[OK  ]"));
	return area_words(&right, 0, 0, 2, STYLE_PLAIN, names);
}

int
checks_draw(struct app *app, const json_t *rows, const struct area *a, bool all)
{
	size_t i, n = json_array_size(rows), ok = 0;
	struct safe left = SAFE("");
	const json_t *check;
	int row = 1;
	json_array_foreach (rows, i, check)
		ok += checks_is_ok(check);
	area_put(a, 0, 1, STYLE_HEAD,
	    rows == NULL ? SAFE("Ready checks: being checked")
	    : n == 0     ? SAFE("Ready checks: the station gave none")
	    : ok == n    ? safe_printf(app->frame, "Ready checks: all %zu are good", n)
			 : safe_printf(app->frame, "Ready checks: %zu of %zu are good", ok, n));
	/* what needs somebody comes first */
	json_array_foreach (rows, i, check) {
		if (checks_is_ok(check))
			continue;
		if (row >= a->rows - 1)
			left = safe_printf(app->frame, "%s%s %s", left.text,
			    safe_empty(left) ? "" : ",", row_text(check, "check"));
		else
			row += checks_draw_one(app, check, a, row);
	}
	json_array_foreach (rows, i, check)
		if (all && checks_is_ok(check) && row < a->rows)
			row += checks_draw_one(app, check, a, row);
	if (!all && safe_empty(left) && row < a->rows)
		row += checks_draw_names(app, rows, a, row);
	if (!safe_empty(left))
		area_clip(a, a->rows - 1, 1, a->cols - 2, STYLE_WARN,
		    safe_printf(app->frame, "and, shown when these are good:%s", left.text));
	return row < a->rows ? row : a->rows;
}
