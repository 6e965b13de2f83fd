/* SPDX-License-Identifier: ISC */
#include "tests/screens/emu.h"
#include "src/base/clock.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "ui/key.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <vterm.h>

#include <term.h> /* last: its macros are everywhere */

#define EMU_STUCK_MS 30000 /* a program that takes no input for so long hangs */

struct emu {
	pid_t pid;
	int master, record;
	int status; /* of wait(2), once it has ended */
	bool ended;
	bool described; /* the terminal has a description */
	int rows, cols;
	VTerm *vt;
	VTermScreen *screen;
	struct oracle *oracle;
	uint64_t bytes, last_ns;
	char held[16]; /* the beginning of a sequence */
	size_t nheld;
	char last; /* character that was shown */
};

/* --- life -------------------------------------------------------------------- */

static void
emu_exec(const char *type, char *const argv[])
{
	setenv("TERM", type, 1);
	signal(SIGPIPE, SIG_DFL);
	execvp(argv[0], argv);
	fprintf(stderr, "%s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

/* What is emulated when a window says 0, or more than anybody has. */
static void
emu_set_size(struct emu *e, int rows, int cols)
{
	e->rows = rows <= 0 ? 24 : rows > LIM_SCREEN_CELLS ? LIM_SCREEN_CELLS : rows;
	e->cols = cols <= 0 ? 80 : cols > LIM_SCREEN_CELLS ? LIM_SCREEN_CELLS : cols;
}

struct emu *
emu_start(const char *type, int rows, int cols, char *const argv[])
{
	struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols};
	struct emu *e = mem_alloc(sizeof(*e));
	int found = 0;
	e->record = -1;
	e->oracle = oracle_new(type);
	e->described = e->oracle != NULL && setupterm(type, STDERR_FILENO, &found) == 0;
	if (e->oracle == NULL)
		e->oracle = oracle_new("");
	emu_set_size(e, rows, cols);
	e->vt = vterm_new(e->rows, e->cols);
	vterm_set_utf8(e->vt, 1);
	e->screen = vterm_obtain_screen(e->vt);
	vterm_screen_enable_altscreen(e->screen, 1);
	vterm_screen_reset(e->screen, 1);
	e->pid = forkpty(&e->master, NULL, NULL, &size);
	if (e->pid == 0)
		emu_exec(type, argv);
	if (e->pid < 0) {
		e->ended = true;
		e->master = -1;
		emu_free(e);
		return NULL;
	}
	fcntl(e->master, F_SETFL, O_NONBLOCK);
	fcntl(e->master, F_SETFD, FD_CLOEXEC);
	return e;
}

void
emu_free(struct emu *e)
{
	if (e == NULL)
		return;
	if (!e->ended) {
		kill(e->pid, SIGKILL);
		waitpid(e->pid, NULL, 0);
	}
	if (e->master >= 0)
		close(e->master);
	if (e->described)
		del_curterm(cur_term);
	vterm_free(e->vt);
	oracle_free(e->oracle);
	free(e);
}

void
emu_record(struct emu *e, int fd)
{
	e->record = fd;
}

/* --- what the program writes ------------------------------------------------- */

static void
emu_repeat(struct emu *e, long count)
{
	for (long i = 0; i < count && i < LIM_SCREEN_CELLS; i++)
		vterm_input_write(e->vt, &e->last, 1);
}

/*
 * What is shown.  libvterm 0.1.4 takes a repetition (CSI n b) that ends in the
 * last column for one that went over it: it gets the characters instead.
 */
static void
emu_show(struct emu *e, const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		bool begins = bytes[i] == 0x1b;
		if (begins && e->nheld > 0) {
			vterm_input_write(e->vt, e->held, e->nheld);
			e->nheld = 0;
		}
		if (begins || e->nheld > 0)
			e->held[e->nheld++] = bytes[i];
		else
			vterm_input_write(e->vt, bytes + i, 1);
		if (e->nheld == 0 && bytes[i] >= 0x20 && bytes[i] < 0x7f)
			e->last = bytes[i];
		bool number = bytes[i] >= '0' && bytes[i] <= '9';
		bool goes_on = begins || (e->nheld == 2 && strchr("[()", bytes[i]) != NULL) ||
		               (e->nheld > 2 && e->nheld < sizeof(e->held) - 1 && number);
		if (e->nheld == 0 || goes_on)
			continue;
		e->held[e->nheld] = '\0';
		if (e->nheld > 3 && bytes[i] == 'b')
			emu_repeat(e, strtol(e->held + 2, NULL, 10));
		else
			vterm_input_write(e->vt, e->held, e->nheld);
		e->nheld = 0;
	}
}

static bool
emu_take(struct emu *e)
{
	char bytes[65536];
	ssize_t n = e->master >= 0 ? read(e->master, bytes, sizeof(bytes)) : -1;
	if (n <= 0)
		return false;
	e->last_ns = clock_mono_ns();
	e->bytes += (uint64_t)n;
	oracle_feed(e->oracle, bytes, (size_t)n);
	emu_show(e, bytes, (size_t)n);
	if (e->record >= 0 && write(e->record, bytes, (size_t)n) != n)
		e->record = -1;
	/* no program of ours asks the terminal for anything: the answer is dropped */
	vterm_output_read(e->vt, bytes, sizeof(bytes));
	return true;
}

bool
emu_pump(struct emu *e, int timeout_ms)
{
	struct pollfd p = {.fd = e->master, .events = POLLIN};
	if (poll(&p, 1, timeout_ms) <= 0)
		return false;
	if ((p.revents & POLLIN) != 0 && emu_take(e))
		return true;
	/* the other side is closed: do not spin until somebody notices */
	if ((p.revents & (POLLHUP | POLLERR)) != 0)
		poll(NULL, 0, timeout_ms < 5 ? timeout_ms : 5);
	return false;
}

void
emu_settle(struct emu *e, int quiet_ms)
{
	int64_t until = clock_mono_ms() + quiet_ms, now;
	while ((now = clock_mono_ms()) < until)
		if (emu_pump(e, (int)(until - now)))
			until = clock_mono_ms() + quiet_ms;
}

/* --- what the officer does --------------------------------------------------- */

bool
emu_send(struct emu *e, const void *bytes, size_t n)
{
	const char *p = bytes;
	int64_t until = clock_mono_ms() + EMU_STUCK_MS;
	while (n > 0 && clock_mono_ms() < until) {
		struct pollfd f = {.fd = e->master, .events = POLLIN | POLLOUT};
		if (poll(&f, 1, 100) <= 0)
			continue;
		if ((f.revents & POLLIN) != 0)
			emu_take(e);
		ssize_t sent = (f.revents & POLLOUT) != 0 ? write(e->master, p, n) : 0;
		if (sent < 0 && errno != EAGAIN && errno != EINTR)
			return false;
		if (sent > 0) {
			p += sent;
			n -= (size_t)sent;
			until = clock_mono_ms() + EMU_STUCK_MS;
		}
		if ((f.revents & (POLLHUP | POLLERR)) != 0)
			return false;
	}
	return n == 0;
}

static const struct {
	int key;
	const char *cap, *otherwise;
} emu_keys[] = {
    {K_UP, "kcuu1", "\x1b[A"},
    {K_DOWN, "kcud1", "\x1b[B"},
    {K_RIGHT, "kcuf1", "\x1b[C"},
    {K_LEFT, "kcub1", "\x1b[D"},
    {K_HOME, "khome", "\x1b[1~"},
    {K_END, "kend", "\x1b[4~"},
    {K_PAGE_UP, "kpp", "\x1b[5~"},
    {K_PAGE_DOWN, "knp", "\x1b[6~"},
    {K_INSERT, "kich1", "\x1b[2~"},
    {K_DELETE, "kdch1", "\x1b[3~"},
    {K_BACKSPACE, "kbs", "\x7f"},
    {K_BACK_TAB, "kcbt", "\x1b[Z"},
    {K_F1, "kf1", "\x1b[11~"},
    {K_F2, "kf2", "\x1b[12~"},
    {K_F3, "kf3", "\x1b[13~"},
    {K_F4, "kf4", "\x1b[14~"},
    {K_F5, "kf5", "\x1b[15~"},
    {K_F6, "kf6", "\x1b[17~"},
    {K_F7, "kf7", "\x1b[18~"},
    {K_F8, "kf8", "\x1b[19~"},
    {K_F9, "kf9", "\x1b[20~"},
    {K_F10, "kf10", "\x1b[21~"},
    {K_F11, "kf11", "\x1b[23~"},
    {K_F12, "kf12", "\x1b[24~"},
};

size_t
emu_key_bytes(const struct emu *e, int key, char out[32])
{
	if (key >= 0 && key < 0x100) {
		out[0] = (char)key;
		out[1] = '\0';
		return 1;
	}
	for (size_t i = 0; i < sizeof(emu_keys) / sizeof(emu_keys[0]); i++) {
		if (emu_keys[i].key != key)
			continue;
		const char *cap = e->described ? tigetstr(emu_keys[i].cap) : NULL;
		if (cap == NULL || cap == (char *)-1)
			cap = emu_keys[i].otherwise;
		return (size_t)snprintf(out, 32, "%s", cap);
	}
	return 0;
}

void
emu_resize(struct emu *e, int rows, int cols)
{
	struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols};
	emu_set_size(e, rows, cols);
	vterm_set_size(e->vt, e->rows, e->cols);
	ioctl(e->master, TIOCSWINSZ, &size); /* and SIGWINCH */
}

void
emu_kill(struct emu *e, int signal)
{
	if (!e->ended)
		kill(e->pid, signal);
}

void
emu_hang_up(struct emu *e)
{
	if (e->master >= 0)
		close(e->master);
	e->master = -1;
}

int
emu_wait(struct emu *e, int timeout_ms)
{
	int64_t until = clock_mono_ms() + timeout_ms;
	while (!e->ended) {
		if (waitpid(e->pid, &e->status, WNOHANG) == e->pid) {
			e->ended = true;
			while (emu_take(e))
				;
			oracle_end(e->oracle);
			break;
		}
		if (clock_mono_ms() >= until)
			return -1;
		if (e->master >= 0)
			emu_pump(e, 5);
		else
			poll(NULL, 0, 5);
	}
	return e->status;
}

/* --- what is on the screen --------------------------------------------------- */

int
emu_rows(const struct emu *e)
{
	return e->rows;
}

int
emu_cols(const struct emu *e)
{
	return e->cols;
}

const char *
emu_row(const struct emu *e, int row)
{
	static char text[4096];
	size_t n = 0, end = 0;
	for (int col = 0; col < e->cols && n + 1 < sizeof(text); col++) {
		VTermScreenCell cell;
		VTermPos at = {.row = row, .col = col};
		if (vterm_screen_get_cell(e->screen, at, &cell) == 0)
			break;
		uint32_t c = cell.chars[0] == 0 ? ' ' : cell.chars[0];
		text[n++] = c < 0x80 ? (char)c : '?';
		if (c != ' ')
			end = n;
	}
	text[end] = '\0';
	return text;
}

bool
emu_find(const struct emu *e, const char *text, int *ret_row, int *ret_col)
{
	for (int row = 0; row < e->rows; row++) {
		const char *line = emu_row(e, row), *at = strstr(line, text);
		if (at == NULL)
			continue;
		*ret_row = row;
		*ret_col = (int)(at - line);
		return true;
	}
	return false;
}

void
emu_cursor(const struct emu *e, int *ret_row, int *ret_col)
{
	VTermPos at = {0, 0};
	vterm_state_get_cursorpos(vterm_obtain_state(e->vt), &at);
	*ret_row = at.row;
	*ret_col = at.col;
}

uint64_t
emu_bytes(const struct emu *e)
{
	return e->bytes;
}

uint64_t
emu_last_ns(const struct emu *e)
{
	return e->last_ns;
}

pid_t
emu_pid(const struct emu *e)
{
	return e->pid;
}

struct oracle *
emu_oracle(struct emu *e)
{
	return e->oracle;
}
