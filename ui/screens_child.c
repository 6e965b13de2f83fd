/* SPDX-License-Identifier: ISC */
/*
 * One sign-in: the loop between the terminal, the desk and the guard.
 *
 * May:   read keys, draw frames, ask the guard for a connection to the desk.
 * Must never: open anything but keys/ once the sandbox is entered; outlive
 *        its officer.
 * Dies when: the officer signs out or leaves, the terminal hangs up, the guard
 *        has gone.
 */
#include "src/base/clock.h"
#include "src/base/limits.h"
#include "src/ipc/sandbox.h"
#include "ui/app.h"
#include "ui/files.h"
#include "ui/print.h"
#include "ui/screens.h"
#include "ui/term.h"
#include "ui/token.h"
#include "ui/tokens.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SCREENS_TICK_MS   250
#define SCREENS_ASK_MS    1000  /* between two wishes for a connection */
#define SCREENS_TOKENS_MS 10000 /* the guard opens a token within this */
#define SCREENS_GREET_MS  5000  /* the desk has to say its first word within this */
#define SCREENS_KEYS      4096  /* keys between two frames */
#define SCREENS_BATCH_MS  50    /* and the longest time for them */

struct screens_state {
	struct ui *ui;
	struct app *app;
	struct term *term;
	struct grid *grid;
	int guard;
	bool asking;           /* the guard owes an answer */
	int64_t asked_ms;      /* 0: not yet */
	bool anew;             /* another child is to take over */
	int refused;           /* errno of the guard's last answer */
	struct channel *fresh; /* connected, the desk has not said hello yet */
	int64_t fresh_ms;
};

static volatile sig_atomic_t screens_stop;        /* SIGTERM or SIGHUP came */
static struct screens_state *screens_waiting_one; /* of screens_waiting */

static void
screens_on_stop(int signum)
{
	(void)signum;
	screens_stop = 1;
}

/* --- drawing ---------------------------------------------------------------------- */

static void
screens_draw(struct screens_state *s)
{
	int rows, cols;
	if (s->app->flush)
		term_flush(s->term);
	if (s->app->redraw)
		term_redraw(s->term);
	s->app->flush = s->app->redraw = false;
	term_size(s->term, &rows, &cols);
	app_draw(s->app, s->grid, rows, cols);
	term_show(s->term, s->grid);
}

static void
screens_show(struct app *app)
{
	(void)app;
	screens_draw(screens_waiting_one);
}

/*
 * An answer is waited for in the middle of a line of code: what is typed
 * answers no question, but Ctrl-C gives up, and while a touch is waited for Esc, too.
 */
static bool
screens_waiting(void *arg)
{
	struct screens_state *s = screens_waiting_one;
	bool go_on = true, touch = s->app->touch_who != NULL;
	int key;
	(void)arg;
	while ((key = term_key(s->term)) != K_NONE) {
		go_on &= key != K_CTRL('C') && !(touch && key == K_ESC);
		if (key == K_SIZE)
			screens_draw(s);
	}
	return go_on && screens_stop == 0 && !term_gone(s->term);
}

/* --- keys -------------------------------------------------------------------------- */

/*
 * Everything that was typed up to now, and then one frame: a key held down
 * does not run on.  Never across a change of the screen.
 */
static void
screens_keys(struct screens_state *s)
{
	struct app *app = s->app;
	int64_t until_ms = clock_mono_ms() + SCREENS_BATCH_MS;
	for (int i = 0; i < SCREENS_KEYS && app->end == APP_GOES_ON; i++) {
		const struct view *top = app->top;
		int key = term_key(s->term);
		if (key == K_NONE)
			return;
		app_key(app, key);
		if (app->top != top || app->flush || clock_mono_ms() >= until_ms)
			return;
	}
}

/* --- the desk ---------------------------------------------------------------------- */

static void
screens_ask(struct screens_state *s, int64_t now_ms)
{
	static const char word = SCREENS_ASK;
	bool due = s->asked_ms == 0 || now_ms - s->asked_ms >= SCREENS_ASK_MS;
	if (!s->asking && due && s->fresh == NULL)
		s->asking = send(s->guard, &word, 1, MSG_DONTWAIT | MSG_NOSIGNAL) == 1;
	if (due)
		s->asked_ms = now_ms;
}

/* One answer of the guard; ERR_CLOSED: it has gone. */
static enum err
screens_hear(
    const struct screens_state *s, unsigned char ret_answer[SCREENS_ANSWER], int *ret_fd)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec iov = {.iov_base = ret_answer, .iov_len = SCREENS_ANSWER};
	struct msghdr m = {.msg_iov = &iov,
	    .msg_iovlen = 1,
	    .msg_control = control.bytes,
	    .msg_controllen = sizeof(control.bytes)};
	*ret_fd = -1;
	ssize_t n = recvmsg(s->guard, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (n != SCREENS_ANSWER)
		return n < 0 && (errno == EAGAIN || errno == EINTR) ? ERR_AGAIN : ERR_CLOSED;
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);
	if (c != NULL && c->cmsg_type == SCM_RIGHTS && c->cmsg_len == CMSG_LEN(sizeof(int)))
		memcpy(ret_fd, CMSG_DATA(c), sizeof(int));
	return ERR_OK;
}

/* A connection, or why there is none. */
static void
screens_take_desk(struct screens_state *s, int status, int fd, int64_t now_ms)
{
	s->asking = false;
	if (status == EACCES && s->refused != EACCES)
		app_warn(s->app,
		    "This account may not speak to the station: ask for membership "
		    "in the group of its socket.");
	s->refused = status;
	s->anew |= status == SCREENS_ANEW && s->ui->as == NULL;
	if (fd < 0)
		return;
	s->fresh = channel_new(fd, ROLE_UI, ROLE_DESK);
	s->fresh_ms = now_ms;
	if (channel_hello(s->fresh, "sallyport", sandbox_active()) != ERR_OK)
		s->fresh = channel_free(s->fresh);
}

/* False: the guard has gone. */
static bool
screens_take(struct screens_state *s, int64_t now_ms)
{
	unsigned char answer[SCREENS_ANSWER];
	int fd;
	enum err e = screens_hear(s, answer, &fd);
	if (e == ERR_OK && answer[0] == SCREENS_ASK)
		screens_take_desk(s, answer[1], fd, now_ms);
	else if (e == ERR_OK && fd >= 0)
		close(fd); /* of a token that was not waited for any more */
	return e == ERR_OK || e == ERR_AGAIN;
}

/* --- tokens ------------------------------------------------------------------------ */

/* One answer of the guard; false: there are no more. */
static bool
screens_take_token(struct screens_state *s, struct tokens *t)
{
	unsigned char answer[SCREENS_ANSWER];
	int fd;
	enum err e = screens_hear(s, answer, &fd);
	if (e != ERR_OK)
		return e == ERR_AGAIN;
	if (answer[0] == SCREENS_ASK) {
		screens_take_desk(s, answer[1], fd, clock_mono_ms());
		return true;
	}
	if (fd >= 0 && t->n < LIM_TOKENS)
		t->fds[t->n++] = fd;
	else if (fd >= 0)
		close(fd);
	if (answer[1] == SCREENS_MORE)
		return true;
	t->lack = answer[1] < TOKENS_LACK__MAX ? (enum tokens_lack)answer[1] : TOKENS_PROGRAM;
	return false;
}

/* What is plugged in now; it is a matter of an instant. */
static void
screens_fetch_tokens(void *arg, struct tokens *ret)
{
	static const char word = SCREENS_TOKENS;
	struct screens_state *s = screens_waiting_one;
	struct pollfd p = {.fd = s->guard, .events = POLLIN};
	(void)arg;
	*ret = (struct tokens){.lack = TOKENS_PROGRAM};
	if (send(s->guard, &word, 1, MSG_DONTWAIT | MSG_NOSIGNAL) != 1)
		return;
	while (poll(&p, 1, SCREENS_TOKENS_MS) == 1 && screens_take_token(s, ret))
		;
}

static void
screens_touch(void *arg, const char *who, int left_s)
{
	struct app *app = arg;
	app->touch_who = who;
	app->touch_left_s = left_s;
	screens_draw(screens_waiting_one);
}

/* The desk's first word is not waited for in a line of code: the screens go on. */
static void
screens_greet(struct screens_state *s, int64_t now_ms)
{
	struct msg m;
	enum err e = channel_recv(s->fresh, &m);
	if (e == ERR_AGAIN && now_ms - s->fresh_ms < SCREENS_GREET_MS)
		return;
	if (e == ERR_OK) {
		e = channel_accept_hello(s->fresh, &m, NULL);
		msg_done(&m);
	}
	if (e == ERR_PROTO)
		app_warn(s->app,
		    "The station speaks another language: %s; install all programs "
		    "of one version.",
		    channel_why(s->fresh));
	if (e == ERR_OK) {
		s->ui->desk = s->fresh;
		s->fresh = NULL;
		app_connected(s->app);
	} else {
		s->fresh = channel_free(s->fresh);
	}
}

/* --- the loop ------------------------------------------------------------------------ */

/* Waits for the next event; false: the terminal or the guard has gone. */
static bool
screens_poll(struct screens_state *s, int64_t next_ms)
{
	struct pollfd p[] = {
	    {.fd = term_fd(s->term), .events = POLLIN},
	    {.fd = s->guard, .events = POLLIN},
	    {.fd = s->fresh != NULL ? channel_fd(s->fresh) : link_fd(s->app->link),
		.events = s->fresh != NULL ? POLLIN : link_events(s->app->link)},
	};
	int64_t now_ms = clock_mono_ms();
	/* a signal that comes before the call is met a tick later */
	if (poll(p, 3, next_ms > now_ms ? (int)(next_ms - now_ms) : 0) < 0)
		return errno == EINTR;
	if ((p[0].revents & (POLLHUP | POLLERR | POLLNVAL)) != 0)
		return false;
	return (p[1].revents & (POLLIN | POLLHUP)) == 0 || screens_take(s, clock_mono_ms());
}

static int
screens_loop(struct screens_state *s)
{
	struct app *app = s->app;
	while (app->end == APP_GOES_ON && screens_stop == 0 && !s->anew) {
		int64_t now_ms = clock_mono_ms();
		app_tick(app, now_ms, clock_wall_s());
		if (s->fresh != NULL)
			screens_greet(s, now_ms);
		if (app->want_desk)
			screens_ask(s, now_ms);
		screens_draw(s);
		if (!screens_poll(s, now_ms + SCREENS_TICK_MS) || term_gone(s->term))
			return UI_DONE;
		screens_keys(s);
	}
	return app->end == APP_LEFT ? UI_DONE : SCREENS_NEXT + (int)s->ui->ended;
}

/* Everything that is opened has been: from here on only keys/ can be. */
static bool
screens_confine(struct ui *ui, const char **ret_why)
{
	struct sandbox_path paths[FILES_PATHS];
	const struct args none = {.n = 0};
	size_t n = files_paths(ui, &none, paths);
	return sandbox_enter(ROLE_UI, paths, n, ret_why) == ERR_OK;
}

static void
screens_start(struct screens_state *s, bool kiosk, const char *before)
{
	struct ui *ui = s->ui;
	s->app = app_new(ui, clock_mono_ms(), clock_wall_s());
	s->app->kiosk = kiosk;
	s->app->show = screens_show;
	s->grid = grid_new();
	screens_waiting_one = s;
	ui->waiting = screens_waiting;
	ui->fetch_tokens = screens_fetch_tokens;
	ui->touch = screens_touch;
	if (before[0] != '\0')
		app_warn(s->app, "%s", before);
}

static void
screens_done(struct screens_state *s)
{
	screens_waiting_one = NULL;
	channel_free(s->fresh);
	token_end(s->ui);
	app_free(s->app);
	grid_free(s->grid);
	s->ui->desk = channel_free(s->ui->desk);
	s->ui->authority = custody_free(s->ui->authority);
	seal_secret_free(s->ui->passphrase);
	s->ui->passphrase = NULL;
}

int
screens_child(struct ui *ui, int guard, bool kiosk, const char *before)
{
	struct screens_state s = {.ui = ui, .guard = guard};
	struct sigaction stop = {.sa_handler = screens_on_stop};
	char why[TERM_WHY_SIZE];
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGHUP, &stop, NULL);
	screens_ask(&s, clock_mono_ms()); /* the guard connects while the terminal is opened */
	s.term = term_open(ui->tty, why);
	if (s.term == NULL) {
		print_problem(why, "use a terminal such as linux, xterm, vt220 or tmux, or the "
				   "commands: sallyport -h");
		return UI_USAGE;
	}
	const char *refused = "";
	if (!screens_confine(ui, &refused)) {
		term_close(s.term);
		print_problemf("this kernel cannot run a station", "no sandbox: %s", refused);
		return UI_FAULT;
	}
	screens_start(&s, kiosk, before);
	int status = screens_loop(&s);
	screens_done(&s);
	term_close(s.term);
	return status;
}
