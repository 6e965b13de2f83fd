/* SPDX-License-Identifier: ISC */
#include "ui/term.h"
#include "src/base/escape.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "ui/sequence.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

/* two words of ours that curses has, too */
#define key_name curses_key_name
#define term     curses_term
#include <curses.h>
#include <term.h>
#undef key_name
#undef term

#define TERM_ESC_MS    25
#define TERM_COLS      2  /* see term_show */
#define TERM_TYPE_SIZE 25 /* of the value of TERM in a sentence */

struct term {
	int tty;
	FILE *in, *out;
	SCREEN *screen;
	WINDOW *keys; /* a pad, so that reading a key never draws */
	enum term_theme theme;
	bool colours; /* the terminal has them */
	bool gone, redraw;
	int rows, cols;               /* as term_key told last */
	int pending;                  /* a key that was read too early, or K_NONE */
	struct sigaction winch, stop; /* as they were */
};

/* --- styles ------------------------------------------------------------------ */

enum term_pair { PAIR_OWN, PAIR_WHITE, PAIR_YELLOW, PAIR_CYAN, PAIR_RED, PAIR_MAGENTA };

static const struct {
	short foreground;
	enum term_pair contrast; /* what it is in that theme: only what is bright on black */
} term_pairs[] = {
    [PAIR_WHITE] = {COLOR_WHITE, PAIR_WHITE},
    [PAIR_YELLOW] = {COLOR_YELLOW, PAIR_YELLOW},
    [PAIR_CYAN] = {COLOR_CYAN, PAIR_CYAN},
    [PAIR_RED] = {COLOR_RED, PAIR_WHITE},
    [PAIR_MAGENTA] = {COLOR_MAGENTA, PAIR_WHITE},
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

#define ATTR_N  A_NORMAL
#define ATTR_B  A_BOLD
#define ATTR_R  A_REVERSE
#define ATTR_BR (A_BOLD | A_REVERSE)

static const struct {
	chtype mono, colour, contrast;
	enum term_pair pair;
} term_styles[] = {
#define STYLE(name, letter, mono, pair, colour, contrast) \
	{ATTR_##mono, ATTR_##colour, ATTR_##contrast, PAIR_##pair},
#include "ui/style.def"
#undef STYLE
};

static chtype
term_attributes(const struct term *t, enum style s)
{
	enum term_pair pair = term_styles[s].pair;
	switch (t->theme) {
	case TERM_NORMAL:
		return term_styles[s].colour | (chtype)COLOR_PAIR(pair);
	case TERM_CONTRAST:
		return term_styles[s].contrast | (chtype)COLOR_PAIR(term_pairs[pair].contrast);
	case TERM_MONOCHROME:
		break;
	}
	return term_styles[s].mono;
}

static void
term_colours(struct term *t)
{
	/* resetting a palette that was never changed is ESC ] R: on all but one
	 * kind of terminal that begins a title, and swallows what follows */
	orig_colors = NULL;
	t->colours = has_colors() && start_color() == OK && COLORS >= 8;
	if (!t->colours)
		return;
	use_default_colors();
	for (size_t i = PAIR_WHITE; i < COUNT(term_pairs); i++)
		init_pair((short)i, term_pairs[i].foreground, COLOR_BLACK);
}

void
term_set_theme(struct term *t, enum term_theme theme)
{
	t->theme = t->colours ? theme : TERM_MONOCHROME;
	wbkgdset(stdscr, ' ' | term_attributes(t, STYLE_PLAIN));
	t->redraw = true;
}

enum term_theme
term_theme(const struct term *t)
{
	return t->theme;
}

/* --- opening and closing ----------------------------------------------------- */

static volatile sig_atomic_t term_resized;

static void
term_woken(int signal)
{
	(void)signal;
	term_resized = 1;
}

/* Before curses looks at them: it leaves alone what is not the default. */
static void
term_signals(struct term *t)
{
	struct sigaction act = {.sa_handler = term_woken};
	sigemptyset(&act.sa_mask);
	sigaction(SIGWINCH, &act, &t->winch);
	act.sa_handler = SIG_IGN;
	sigaction(SIGTSTP, &act, &t->stop);
}

static bool
term_refuse(char *ret_why, const char *what, const char *type)
{
	char shown[TERM_TYPE_SIZE];
	escape_fit(type, strnlen(type, LIM_NAME_BYTES), shown, sizeof(shown),
	    TERM_TYPE_SIZE - 1, NULL);
	snprintf(ret_why, TERM_WHY_SIZE,
	    "the terminal type \"%s\" %s: set TERM to what this terminal is (linux, xterm, "
	    "vt220), or use the commands",
	    shown, what);
	return false;
}

/* Whether the screens can be shown on such a terminal. */
static bool
term_fits(int tty, char *ret_why)
{
	const char *type = getenv("TERM");
	int found = 0;
	if (!isatty(tty)) {
		snprintf(ret_why, TERM_WHY_SIZE,
		    "this is not a terminal: start the screens on one, or use the commands");
		return false;
	}
	if (type == NULL || type[0] == '\0')
		return term_refuse(ret_why, "says nothing", "");
	if (setupterm(type, tty, &found) != OK)
		return term_refuse(ret_why, "is not known here", type);
	const char *cup = tigetstr("cup"), *clear = tigetstr("clear");
	bool fits = cup != NULL && cup != (char *)-1 && clear != NULL && clear != (char *)-1;
	del_curterm(cur_term);
	return fits || term_refuse(ret_why, "cannot place a cursor", type);
}

static void
term_free(struct term *t)
{
	if (t->keys != NULL)
		delwin(t->keys);
	if (t->screen != NULL)
		delscreen(t->screen);
	if (t->in != NULL)
		fclose(t->in);
	if (t->out != NULL)
		fclose(t->out);
	sigaction(SIGWINCH, &t->winch, NULL);
	sigaction(SIGTSTP, &t->stop, NULL);
	free(t);
}

static bool
term_start(struct term *t)
{
	int in = fcntl(t->tty, F_DUPFD_CLOEXEC, 3), out = fcntl(t->tty, F_DUPFD_CLOEXEC, 3);
	t->in = in >= 0 ? fdopen(in, "r") : NULL;
	t->out = out >= 0 ? fdopen(out, "w") : NULL;
	if (t->in == NULL || t->out == NULL)
		return false;
	/* how large it is, term_size finds out: neither they nor the window may
	 * make curses reserve what a lie asks for */
	setenv("LINES", "24", 1);
	setenv("COLUMNS", "80", 1);
	use_env(TRUE);
	use_tioctl(FALSE);
	t->screen = newterm(NULL, t->out, t->in);
	unsetenv("LINES");
	unsetenv("COLUMNS");
	if (t->screen == NULL)
		return false;
	set_escdelay(TERM_ESC_MS);
	raw();
	noecho();
	nonl();
	intrflush(stdscr, FALSE);
	leaveok(stdscr, FALSE);
	scrollok(stdscr, FALSE);
	curs_set(1);
	t->keys = newpad(1, 1);
	return t->keys != NULL && keypad(t->keys, TRUE) == OK;
}

struct term *
term_open(int tty, char ret_why[TERM_WHY_SIZE])
{
	const char *no_color = getenv("NO_COLOR");
	if (!term_fits(tty, ret_why))
		return NULL;
	struct term *t = mem_alloc(sizeof(*t));
	t->tty = tty;
	t->pending = K_NONE;
	term_signals(t);
	if (!term_start(t)) {
		if (t->screen != NULL)
			endwin();
		term_free(t);
		snprintf(ret_why, TERM_WHY_SIZE,
		    "the terminal could not be set up: try another one, or use the commands");
		return NULL;
	}
	term_colours(t);
	bool plain = no_color != NULL && no_color[0] != '\0';
	term_set_theme(t, plain ? TERM_MONOCHROME : TERM_NORMAL);
	term_size(t, &t->rows, &t->cols);
	return t;
}

void
term_close(struct term *t)
{
	if (t == NULL)
		return;
	/* a terminal without a second screen would go on showing the last frame */
	wbkgdset(stdscr, ' ');
	wclear(stdscr);
	wrefresh(stdscr);
	endwin();
	term_free(t);
}

int
term_fd(const struct term *t)
{
	return t->tty;
}

/* --- frames ------------------------------------------------------------------ */

static int
term_cells(unsigned short n, int otherwise)
{
	return n == 0 ? otherwise : n > LIM_SCREEN_CELLS ? LIM_SCREEN_CELLS : n;
}

void
term_size(struct term *t, int *ret_rows, int *ret_cols)
{
	struct winsize w = {0};
	(void)ioctl(t->tty, TIOCGWINSZ, &w);
	*ret_rows = term_cells(w.ws_row, 24);
	*ret_cols = term_cells(w.ws_col, 80);
}

void
term_redraw(struct term *t)
{
	t->redraw = true;
}

static void
term_row(const struct term *t, const struct grid *g, int row, int cols)
{
	chtype cells[LIM_SCREEN_CELLS];
	for (int col = 0; col < cols; col++) {
		struct cell c = {' ', STYLE_PLAIN};
		if (row < g->rows && col < g->cols)
			c = g->cells[(size_t)row * (size_t)g->cols + (size_t)col];
		cells[col] = (unsigned char)c.ch | term_attributes(t, c.style);
	}
	/* never wraps, so that the last cell of the last row is a cell like others */
	mvwaddchnstr(stdscr, row, 0, cells, cols);
}

void
term_show(struct term *t, const struct grid *g)
{
	int rows, cols;
	term_size(t, &rows, &cols);
	/* of a screen of one column curses (6.4) draws what lies before its cells in memory */
	int held = cols < TERM_COLS ? TERM_COLS : cols;
	if (rows != getmaxy(stdscr) || held != getmaxx(stdscr)) {
		if (resize_term(rows, held) != OK)
			return;
		t->redraw = true;
	}
	for (int row = 0; row < rows; row++)
		term_row(t, g, row, held);
	wmove(stdscr, g->cursor_row < rows ? g->cursor_row : rows - 1,
	    g->cursor_col < cols ? g->cursor_col : cols - 1);
	clearok(curscr, t->redraw);
	t->redraw = false;
	wnoutrefresh(stdscr);
	doupdate();
}

/* --- keys -------------------------------------------------------------------- */

struct term_code {
	int from, key;
};

static const struct term_code term_curses[] = {
    {KEY_UP, K_UP},
    {KEY_DOWN, K_DOWN},
    {KEY_LEFT, K_LEFT},
    {KEY_RIGHT, K_RIGHT},
    {KEY_HOME, K_HOME},
    {KEY_FIND, K_HOME}, /* what the VT220 has there */
    {KEY_A1, K_HOME},
    {KEY_END, K_END},
    {KEY_SELECT, K_END},
    {KEY_LL, K_END},
    {KEY_C1, K_END},
    {KEY_PPAGE, K_PAGE_UP},
    {KEY_A3, K_PAGE_UP},
    {KEY_NPAGE, K_PAGE_DOWN},
    {KEY_C3, K_PAGE_DOWN},
    {KEY_IC, K_INSERT},
    {KEY_DC, K_DELETE},
    {KEY_BACKSPACE, K_BACKSPACE},
    {KEY_BTAB, K_BACK_TAB},
    {KEY_ENTER, K_ENTER},
    {KEY_SUSPEND, K_CTRL('Z')}, /* what the Linux console calls it */
    {0x08, K_BACKSPACE},
    {0x7f, K_BACKSPACE},
};

static int
term_find(const struct term_code *codes, size_t n, int from)
{
	for (size_t i = 0; i < n; i++)
		if (codes[i].from == from)
			return codes[i].key;
	return K_OTHER;
}

/* The next byte of a sequence; -1 when it is late. */
static int
term_more(void *arg)
{
	const struct term *t = arg;
	wtimeout(t->keys, TERM_ESC_MS);
	int c = wgetch(t->keys);
	wtimeout(t->keys, 0);
	return c != ERR ? c : -1;
}

static bool
term_hung_up(const struct term *t)
{
	struct pollfd p = {.fd = t->tty, .events = POLLIN};
	return poll(&p, 1, 0) > 0 && (p.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0;
}

int
term_key(struct term *t)
{
	int rows, cols, c = t->pending, key;
	term_size(t, &rows, &cols);
	if (term_resized != 0 || rows != t->rows || cols != t->cols) {
		term_resized = 0;
		t->rows = rows;
		t->cols = cols;
		/* it may have had another size in between, and lost what was on it */
		t->redraw = true;
		return K_SIZE;
	}
	t->pending = K_NONE;
	wtimeout(t->keys, 0);
	errno = 0;
	if (c == K_NONE)
		c = wgetch(t->keys);
	if (c == ERR) {
		/* EIO: another session has it, and poll(2) would say forever that there is
		 * something */
		t->gone = t->gone || errno == EIO || term_hung_up(t);
		return K_NONE;
	}
	if (c == K_ESC) {
		c = wgetch(t->keys);
		return c == ERR ? K_ESC : sequence_read(c, term_more, t, &t->pending);
	}
	if (c >= KEY_F(1) && c <= KEY_F(12))
		return K_F1 + (c - KEY_F(1));
	key = term_find(term_curses, COUNT(term_curses), c);
	return key != K_OTHER || c > 0xff ? key : c;
}

bool
term_gone(const struct term *t)
{
	return t->gone;
}

void
term_flush(struct term *t)
{
	flushinp();
	tcflush(t->tty, TCIFLUSH);
	t->pending = K_NONE;
}
