/* SPDX-License-Identifier: ISC */
#include "ui/frame.h"
#include "src/base/clock.h"
#include "ui/anchors.h"

#include <string.h>

/* "otto  14:05 UTC  lock 5 min"; no seconds: a screen reader would read every one. */
static struct safe
frame_clock(struct app *app)
{
	char at[CLOCK_TEXT_SIZE];
	clock_format(app->now_s, at);
	if (app->ui->as == NULL)
		return safe_printf(app->frame, "%.5s UTC", at + 11);
	int64_t left_s = app_left_s(app);
	if (left_s < 60)
		return safe_printf(
		    app->frame, "%s  %.5s UTC  lock <1 min", app->ui->as, at + 11);
	return safe_printf(app->frame, "%s  %.5s UTC  lock %lld min", app->ui->as, at + 11,
	    (long long)((left_s + 59) / 60));
}

static void
frame_draw_title(struct app *app, struct view *v, const struct area *screen)
{
	struct safe clock = frame_clock(app);
	int right = screen->cols - safe_cells(clock) - 1, col = 1;
	area_fill(screen, 0, 0, screen->cols, STYLE_TITLE, ' ');
	if (app->site.demo)
		col = area_put(screen, 0, col, STYLE_DEMO, SAFE("DEMO")) + 1;
	col = area_put(screen, 0, col, STYLE_TITLE, safe_text(app->frame, v->type->title));
	if (v->type->subject != NULL)
		area_field(screen, app->frame, 0, col + 1, right - col - 3, STYLE_TITLE,
		    v->type->subject(v, app->frame));
	area_put(screen, 0, right, STYLE_TITLE, clock);
}

/* The rule under the title: how much of the record nobody else could tell was changed. */
static void
frame_draw_rule(struct app *app, const struct area *screen)
{
	struct safe words = anchors_words(app->anchors, app->frame);
	area_fill(screen, 2, 0, screen->cols, STYLE_PLAIN, '-');
	if (safe_empty(words))
		return;
	words = safe_printf(app->frame, " %s ", words.text);
	area_put(screen, 2, screen->cols - 2 - safe_cells(words), anchors_style(app->anchors),
	    words);
}

void
frame_draw(struct app *app, struct view *v, const struct area *screen)
{
	struct area body = area_part(
	    screen, FRAME_TOP, 0, screen->rows - FRAME_TOP - FRAME_BOTTOM, screen->cols);
	if (v->type->bare) {
		v->type->draw(v, screen);
		return;
	}
	frame_draw_title(app, v, screen);
	if (v->type->status != NULL)
		area_clip(screen, 1, 1, screen->cols - 2, STYLE_PLAIN,
		    v->type->status(v, app->frame));
	frame_draw_rule(app, screen);
	v->type->draw(v, &body);
}

/* What stands above every message: the station is not there. */
static struct safe
frame_desk_word(struct app *app)
{
	char at[CLOCK_TEXT_SIZE];
	if (app->ui->as == NULL || app->top->type->bare)
		return SAFE(""); /* sign-in and lock have their own words */
	if (app->lost_ms != 0) {
		clock_format(app->now_s - (app->now_ms - app->lost_ms) / 1000, at);
		return safe_printf(app->frame,
		    "Station gone since %.5s; this is the last state. It is tried every "
		    "second.",
		    at + 11);
	}
	if (link_state(app->link, app->now_ms) == LINK_SLOW)
		return SAFE(
		    "The station is slow to answer; this is the last state. Ctrl-C cancels.");
	return SAFE("");
}

/* A sentence that is longer than the row ends in where the rest can be read. */
static void
frame_draw_said(
    struct app *app, const struct area *screen, int row, enum style style, const char *said)
{
	const struct safe rest = SAFE(".. (m shows all)");
	struct safe text = safe_text(app->frame, said);
	int room = screen->cols - 2, cut = room - safe_cells(rest);
	struct area part = area_part(screen, row, 0, 1, screen->cols - 1);
	if (safe_cells(text) <= room) {
		area_put(&part, 0, 1, style, text);
		return;
	}
	while (cut > room / 2 && text.text[cut] != ' ')
		cut--;
	int col = area_put(&part, 0, 1, style, safe_printf(app->frame, "%.*s", cut, text.text));
	area_put(&part, 0, col, style, rest);
}

void
frame_draw_foot(struct app *app, const struct area *screen)
{
	struct safe word = frame_desk_word(app);
	const struct app_said *said =
	    app->nsaid > 0 ? &app->said[(app->nsaid - 1) % APP_SAID] : NULL;
	if (said != NULL && said->below_lock && app_find_lock(app) != NULL)
		said = NULL; /* for whoever unlocks */
	int row = screen->rows - FRAME_BOTTOM;
	area_fill(screen, row, 0, screen->cols, STYLE_PLAIN, ' ');
	area_fill(screen, row + 1, 0, screen->cols, STYLE_BAR, ' ');
	if (!safe_empty(word))
		area_put(screen, row, 1, STYLE_WARN, word);
	else if (app->hint[0] != '\0')
		frame_draw_said(app, screen, row, STYLE_WARN, app->hint);
	else if (said != NULL && !app->said_seen)
		frame_draw_said(
		    app, screen, row, said->warn ? STYLE_WARN : STYLE_SAY, said->text);
	act_draw_bar(app->top, screen, row + 1);
}

void
frame_draw_small(struct app *app, const struct area *screen)
{
	area_put(screen, 0, 0, STYLE_PLAIN,
	    safe_printf(app->frame, "Window too small: %d x %d.", screen->cols, screen->rows));
	area_put(screen, 1, 0, STYLE_PLAIN,
	    safe_printf(app->frame, "Needs at least %d x %d.", APP_COLS, APP_ROWS));
	area_put(screen, 2, 0, STYLE_PLAIN, SAFE("Work is safe and goes on."));
	area_put(screen, 3, 0, STYLE_PLAIN, app->ui->as != NULL ? SAFE("F9 Lock") : SAFE(""));
	area_cursor(screen, 0, 0);
}
