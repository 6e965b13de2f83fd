/* SPDX-License-Identifier: ISC */
#include "ui/view/bare.h"
#include "src/base/clock.h"

#define BARE_CLOCK_CELLS 10 /* " 14:05 UTC" with its margin */

void
bare_title(struct app *app, const struct area *a, struct safe title)
{
	char at[CLOCK_TEXT_SIZE];
	int col = 1, middle = (a->cols - safe_cells(title)) / 2;
	clock_format(app->now_s, at);
	area_fill(a, 0, 0, a->cols, STYLE_TITLE, ' ');
	if (app->site.demo)
		col = area_put(a, 0, col, STYLE_DEMO, SAFE("DEMO")) + 1;
	if (app->site.known)
		area_field(a, app->frame, 0, col, middle - col - 2, STYLE_TITLE,
		    safe_printf(
			app->frame, "Station %s, site %s", app->site.station, app->site.site));
	area_put(a, 0, middle, STYLE_TITLE, title);
	area_put(a, 0, a->cols - BARE_CLOCK_CELLS, STYLE_TITLE,
	    safe_printf(app->frame, "%.5s UTC", at + 11));
	area_fill(a, 1, 0, a->cols, STYLE_PLAIN, '-');
}
