/* SPDX-License-Identifier: ISC */
#include "ui/screens.h"
#include "src/base/clock.h"
#include "src/base/limits.h"
#include "src/ipc/fdroom.h"
#include "src/ipc/spawn.h"
#include "ui/desk.h"
#include "ui/files.h"
#include "ui/print.h"
#include "ui/term.h"
#include "ui/tokens.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define SCREENS_DEATHS    5     /* children that may die ... */
#define SCREENS_DEATHS_MS 10000 /* ... within this */
#define SCREENS_REST_MS                                                      \
	10000 /* of a kiosk that cannot show them: then they are tried again \
	       */
#define SCREENS_HOW_SIZE 256

struct screens {
	struct ui *ui;
	bool kiosk;
	struct termios before;
	sigset_t open; /* signals that are let through while the guard waits */
	int64_t died_ms[SCREENS_DEATHS];
	size_t deaths;
	char how[SCREENS_HOW_SIZE]; /* how the last child ended; "": as it should */
};

static volatile sig_atomic_t screens_told; /* the guard was asked to end */

static void
screens_on_signal(int signum)
{
	if (signum != SIGCHLD)
		screens_told = 1;
}

/* No key is a signal for the guard, and what it is told arrives only while it waits. */
static void
screens_signals(struct screens *s)
{
	static const int ignored[] = {SIGINT, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU, SIGPIPE};
	static const int taken[] = {SIGTERM, SIGHUP, SIGCHLD};
	struct sigaction ignore = {.sa_handler = SIG_IGN},
			 take = {.sa_handler = screens_on_signal};
	sigset_t blocked;
	sigemptyset(&blocked);
	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		sigaction(ignored[i], &ignore, NULL);
	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
		sigaction(taken[i], &take, NULL);
		sigaddset(&blocked, taken[i]);
	}
	sigprocmask(SIG_BLOCK, &blocked, &s->open);
}

/* --- what the child asks for ------------------------------------------------------ */

/* fd is the child's from here on. */
static void
screens_give(int child, char word, unsigned char status, int fd)
{
	union fdroom room;
	unsigned char answer[SCREENS_ANSWER] = {(unsigned char)word, status};
	struct iovec iov = {.iov_base = answer, .iov_len = sizeof(answer)};
	struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};
	fdroom_put(&m, &room, fd);
	/* a child that does not take it is on its way out */
	ssize_t ignored = sendmsg(child, &m, MSG_DONTWAIT | MSG_NOSIGNAL);
	(void)ignored;
	if (fd >= 0)
		close(fd);
}

/* A connection to the desk, or the errno of why there is none. */
static void
screens_give_desk(const struct screens *s, int child)
{
	int fd = desk_connect(s->ui->home, false);
	unsigned char status = fd < 0 ? (unsigned char)errno : 0;
	if (fd >= 0 && s->ui->keys_fd < 0 && files_open_keys(s->ui)) {
		/* the station was made after the child had begun without its folder */
		close(fd);
		fd = -1;
		status = SCREENS_ANEW;
	}
	screens_give(child, SCREENS_ASK, status, fd);
}

static void
screens_give_tokens(const struct screens *s, int child)
{
	struct tokens t;
	tokens_start(s->ui->token_fds, s->ui->ntoken_fds, &t);
	for (size_t i = 0; i < t.n; i++)
		screens_give(child, SCREENS_TOKENS, SCREENS_MORE, t.fds[i]);
	screens_give(child, SCREENS_TOKENS, (unsigned char)t.lack, -1);
}

static void
screens_answer(const struct screens *s, int child)
{
	char word;
	if (recv(child, &word, 1, MSG_DONTWAIT) != 1)
		return;
	if (word == SCREENS_ASK)
		screens_give_desk(s, child);
	else if (word == SCREENS_TOKENS)
		screens_give_tokens(s, child);
}

/* Programs for tokens that have ended; the child itself is waited for where it ends. */
static void
screens_bury(pid_t child)
{
	siginfo_t info = {.si_pid = 0};
	while (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0 &&
	       info.si_pid != child) {
		waitpid(info.si_pid, NULL, 0);
		info.si_pid = 0;
	}
}

/* Serves the child until it has ended; its wait status. */
static int
screens_attend(const struct screens *s, pid_t pid, int child)
{
	int status = 0;
	int64_t until_ms = 0; /* when a child that was told to end is killed */
	for (;;) {
		struct pollfd p = {.fd = child, .events = POLLIN};
		struct timespec tick = {.tv_sec = 1};
		int n = ppoll(&p, 1, screens_told ? &tick : NULL, &s->open);
		screens_bury(pid);
		if (screens_told && until_ms == 0) {
			until_ms = clock_mono_ms() + LIM_STOP_MS;
			kill(pid, SIGTERM);
		}
		if (until_ms != 0 && clock_mono_ms() >= until_ms)
			kill(pid, SIGKILL);
		if (n > 0 && (p.revents & POLLIN) != 0)
			screens_answer(s, child);
		if (n > 0 && (p.revents & (POLLHUP | POLLERR)) != 0)
			break; /* only the child has the other end */
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

/* --- one child after the other ----------------------------------------------------- */

__attribute__((noreturn)) static void
screens_become_child(struct screens *s, int guard)
{
	static const int taken[] = {SIGTERM, SIGHUP, SIGCHLD};
	const struct rlimit none = {0, 0};
	struct sigaction plain = {.sa_handler = SIG_DFL};
	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
		sigaction(taken[i], &plain, NULL);
	sigprocmask(SIG_SETMASK, &s->open, NULL);
	/* secrets get into no core file */
	if (setrlimit(RLIMIT_CORE, &none) != 0)
		_exit(UI_FAULT);
	int status = screens_child(s->ui, guard, s->kiosk, s->how);
	close(guard);
	exit(status);
}

/*
 * Between two children nothing that is typed or pasted is echoed: the terminal
 * would show bytes that no escaper has seen.
 */
static void
screens_hush(const struct screens *s)
{
	struct termios quiet = s->before;
	quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL | ICANON | ISIG | IEXTEN);
	tcsetattr(s->ui->tty, TCSAFLUSH, &quiet);
}

/* Runs one child to its end; false: none could be started. */
static bool
screens_one(struct screens *s, int *ret_status)
{
	int pair[2];
	if (spawn_pair(pair) != ERR_OK)
		return false;
	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0) {
		close(pair[0]);
		screens_become_child(s, pair[1]);
	}
	close(pair[1]);
	if (pid > 0)
		*ret_status = screens_attend(s, pid, pair[0]);
	close(pair[0]);
	screens_hush(s);
	return pid > 0;
}

/* A child died: says how; false when that happens too often. */
static bool
screens_died(struct screens *s, int signum)
{
	const char *name = sigabbrev_np(signum);
	int64_t now_ms = clock_mono_ms();
	snprintf(s->how, sizeof(s->how),
	    "The last session was ended by the signal %s; drafts are kept: sign in again.",
	    name != NULL ? name : "?");
	int64_t *oldest = &s->died_ms[s->deaths % SCREENS_DEATHS];
	bool often = s->deaths >= SCREENS_DEATHS && now_ms - *oldest < SCREENS_DEATHS_MS;
	*oldest = now_ms;
	s->deaths++;
	return !often;
}

/* After a death nobody has left the alternate screen: the terminal's description knows how. */
static void
screens_tidy(struct screens *s)
{
	char why[TERM_WHY_SIZE];
	term_close(term_open(s->ui->tty, why));
	tcsetattr(s->ui->tty, TCSAFLUSH, &s->before);
}

/* A kiosk has nothing else to show: after a while it tries again.  False: it was told to end.
 */
static bool
screens_rest(struct screens *s, const char *why)
{
	static const char next[] =
	    "they are tried again in 10 seconds; if this stays, tell the administrator";
	int64_t until_ms = clock_mono_ms() + SCREENS_REST_MS, left_ms;
	screens_hush(s); /* what is typed meanwhile is not shown */
	print_problem(why, next);
	if (isatty(STDERR_FILENO) != 1) /* a service's goes to the journal */
		dprintf(s->ui->tty, "\r\n%s;\r\n%s\r\n", why, next);
	while (!screens_told && (left_ms = until_ms - clock_mono_ms()) > 0) {
		struct timespec rest = {
		    .tv_sec = left_ms / 1000, .tv_nsec = left_ms % 1000 * 1000000};
		ppoll(NULL, 0, &rest, &s->open);
	}
	screens_hush(s); /* nor does it answer anything */
	return !screens_told;
}

/* The last one could not do its work: a kiosk waits, others end. */
static bool
screens_fail(struct screens *s, bool died)
{
	char why[SCREENS_HOW_SIZE];
	if (died)
		snprintf(why, sizeof(why), "the screens died %d times within %d seconds",
		    SCREENS_DEATHS + 1, SCREENS_DEATHS_MS / 1000);
	else
		snprintf(why, sizeof(why), "the screens could not begin");
	if (s->kiosk)
		return screens_rest(s, why);
	if (died)
		print_problem(
		    why, "tell the administrator; the commands of sallyport still work");
	return false;
}

static bool
screens_is_next(int status)
{
	return status >= SCREENS_NEXT && status < SCREENS_NEXT + SIGNIN__MAX;
}

/* It ended as it should, or the station ended it: the next one begins with why. */
static void
screens_ended(struct screens *s, int end)
{
	const char *why = signin_why((enum signin_end)end);
	snprintf(s->how, sizeof(s->how), "%s%s%s", why, why[0] != '\0' ? "; " : "",
	    signin_next((enum signin_end)end));
	if (s->how[0] != '\0')
		s->how[0] = (char)(s->how[0] - 'a' + 'A'); /* a sentence */
}

/* Sign-ins one after the other; an enum ui_status. */
static int
screens_sign_ins(struct screens *s)
{
	for (;;) {
		int status;
		if (!screens_one(s, &status)) {
			print_problem("no process could be started for a sign-in",
			    "end other programs and try again");
			if (!s->kiosk || !screens_rest(s, "the screens could not begin"))
				return UI_FAULT;
			continue;
		}
		bool died = WIFSIGNALED(status);
		bool next = !died && screens_is_next(WEXITSTATUS(status));
		bool go_on = died ? screens_died(s, WTERMSIG(status)) : next;
		/* UI_DONE: the terminal has gone, or somebody left where that is possible */
		bool failed = !go_on && (died || WEXITSTATUS(status) != UI_DONE);
		if (!died)
			screens_ended(s, next ? WEXITSTATUS(status) - SCREENS_NEXT : 0);
		if (died && (failed || screens_told))
			screens_tidy(s);
		if (failed && !screens_told)
			go_on = screens_fail(s, died);
		if (go_on && !screens_told)
			continue;
		if (died)
			return screens_told ? UI_DONE : UI_FAULT;
		return next ? UI_DONE : WEXITSTATUS(status);
	}
}

int
screens_run(struct ui *ui, bool kiosk)
{
	struct screens s = {.ui = ui, .kiosk = kiosk};
	if (tcgetattr(ui->tty, &s.before) != 0) {
		print_problem("the screens need a terminal", "run sallyport on a terminal");
		return UI_USAGE;
	}
	screens_signals(&s);
	screens_hush(&s);
	int status = screens_sign_ins(&s);
	tcsetattr(ui->tty, TCSAFLUSH, &s.before);
	return status;
}
