/* links: ui/term ui/sequence ui/grid ui/area ui/style ui/key ui/safe ui/print src/ipc/sandbox src/ipc/landlock src/base/arena src/base/escape src/base/utf8 src/base/mem src/base/clock */
/* SPDX-License-Identifier: ISC */
/*
 * show [-n] [-p] [-x]: the terminal by itself, for tests of ui/term.c.  Shows the
 * size, the theme, every style, how many keys came and the names of the last.
 * q ends, t changes the theme, f throws away what was typed, L writes all
 * anew.  -n: no sandbox.  -p: for pastes, q and f are keys like others.  -x: a character in
 * each cell of the frame's edge.
 */
#include "src/base/clock.h"
#include "src/ipc/sandbox.h"
#include "ui/term.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>

#define SHOW_KEYS 8

static struct {
	int keys[SHOW_KEYS]; /* the newest first */
	unsigned long count;
	bool edge, paste;
} show;

static void
show_edge(const struct area *a)
{
	for (int row = 0; row < a->rows; row++) {
		bool end = row == 0 || row == a->rows - 1;
		area_fill(a, row, 0, end ? a->cols : 1, STYLE_TITLE, '#');
		area_fill(a, row, a->cols - 1, 1, STYLE_TITLE, '#');
	}
}

static void
show_draw(struct term *t, struct grid *g, struct arena *m)
{
	static const char *const themes[] = {"normal", "contrast", "monochrome"};
	int rows, cols;
	arena_reset(m);
	term_size(t, &rows, &cols);
	grid_clear(g, rows, cols);
	struct area all = area_of(g), a = area_part(&all, 1, 1, rows - 2, cols - 2);
	if (show.edge)
		show_edge(&all);
	area_put(&a, 0, 0, STYLE_HEAD, safe_printf(m, "size %dx%d", rows, cols));
	area_put(&a, 1, 0, STYLE_PLAIN, safe_printf(m, "theme %s", themes[term_theme(t)]));
	for (int s = 0; s < STYLE__MAX; s++)
		area_put(&a, 3 + s / 10, s % 10 * 6, (enum style)s,
		    safe_printf(m, "(%c)", style_letter((enum style)s)));
	area_put(&a, 6, 0, STYLE_PLAIN, safe_printf(m, "keys %lu", show.count));
	int col = area_put(&a, 7, 0, STYLE_PLAIN, SAFE("last"));
	area_cursor(&a, 7, 0);
	for (size_t i = 0; i < SHOW_KEYS && i < show.count; i++) {
		char name[10];
		col = area_put(&a, 7, col + 1, i == 0 ? STYLE_FOCUS : STYLE_PLAIN,
		    safe_text(m, key_name(show.keys[i], name)));
	}
	term_show(t, g);
}

/* False: it ends. */
static bool
show_key(struct term *t, int key)
{
	memmove(show.keys + 1, show.keys, sizeof(show.keys) - sizeof(show.keys[0]));
	show.keys[0] = key;
	show.count++;
	if (key == 't')
		term_set_theme(t, (term_theme(t) + 1) % 3);
	if (key == 'f' && !show.paste)
		term_flush(t);
	if (key == 'L')
		term_redraw(t);
	return key != 'q' || show.paste;
}

static void
show_loop(struct term *t)
{
	struct grid *g = grid_new();
	struct arena *m = arena_new();
	bool going = true;
	while (going && !term_gone(t)) {
		struct pollfd p = {.fd = term_fd(t), .events = POLLIN};
		show_draw(t, g, m);
		poll(&p, 1, 250);
		for (int key; going && (key = term_key(t)) != K_NONE;)
			going = show_key(t, key);
	}
	grid_free(g);
	arena_free(m);
}

int
main(int argc, char **argv)
{
	char why[TERM_WHY_SIZE];
	const char *refused = "";
	bool sandbox = true;
	for (int option; (option = getopt(argc, argv, "npx")) != -1;) {
		sandbox = sandbox && option != 'n';
		show.paste = show.paste || option == 'p';
		show.edge = show.edge || option == 'x';
	}
	struct term *t = term_open(STDIN_FILENO, why);
	if (t == NULL) {
		fprintf(stderr, "show: %s\n", why);
		return 3;
	}
	if (sandbox && sandbox_enter(ROLE_UI, NULL, 0, &refused) != ERR_OK) {
		term_close(t);
		fprintf(stderr, "show: %s\n", refused);
		return 4;
	}
	show_loop(t);
	bool gone = term_gone(t);
	term_close(t);
	return gone ? 5 : 0;
}
