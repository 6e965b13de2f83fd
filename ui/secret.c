/* SPDX-License-Identifier: ISC */
#include "ui/secret.h"
#include "src/base/mem.h"
#include "ui/print.h"

#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define SECRET_LEAST_BYTES 12 /* of a new passphrase */

static int secret_tty = -1; /* while its echo is off */
static struct termios secret_before;

/* The terminal gets its echo back, whatever ends us. */
static void
secret_on_signal(int signum)
{
	tcsetattr(secret_tty, TCSAFLUSH, &secret_before);
	ssize_t ignored = write(STDERR_FILENO, "\n", 1);
	(void)ignored;
	_exit(128 + signum);
}

static const int secret_signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
#define SECRET_SIGNALS (sizeof(secret_signals) / sizeof(secret_signals[0]))

static enum err
secret_read_tty(int tty, const char *prompt, struct seal_secret **ret)
{
	struct sigaction before[SECRET_SIGNALS], stop_before, end = {0}, ignore = {0};
	struct termios quiet;
	if (tcgetattr(tty, &secret_before) != 0)
		return ERR_IO;
	secret_tty = tty;
	quiet = secret_before;
	quiet.c_lflag &= ~(tcflag_t)ECHO;
	quiet.c_lflag |= ICANON | ISIG;
	end.sa_handler = secret_on_signal;
	ignore.sa_handler = SIG_IGN;
	for (size_t i = 0; i < SECRET_SIGNALS; i++)
		sigaction(secret_signals[i], &end, &before[i]);
	sigaction(SIGTSTP, &ignore, &stop_before);
	print_err("%s", prompt);
	tcsetattr(tty, TCSAFLUSH, &quiet);
	enum err e = seal_secret_read(tty, ret);
	tcsetattr(tty, TCSAFLUSH, &secret_before);
	print_err("\n");
	for (size_t i = 0; i < SECRET_SIGNALS; i++)
		sigaction(secret_signals[i], &before[i], NULL);
	sigaction(SIGTSTP, &stop_before, NULL);
	return e;
}

static enum err
secret_read(struct ui *ui, int fd, const char *prompt, struct seal_secret **ret)
{
	return fd >= 0 ? seal_secret_read(fd, ret) : secret_read_tty(ui->tty, prompt, ret);
}

static int
secret_complain(enum err e, int fd)
{
	if (e == ERR_IO)
		print_problemf("see that the descriptor is open for reading",
		    "the passphrase cannot be read from descriptor %d", fd);
	else
		print_problem(e == ERR_RANGE   ? "the passphrase is empty"
			      : e == ERR_LIMIT ? "the passphrase is too long"
					       : "the passphrase holds a zero byte",
		    "give one line of text");
	return UI_USAGE;
}

static bool
secret_possible(const struct ui *ui, int fd, const char *option)
{
	if (fd >= 0 || ui->tty >= 0)
		return true;
	print_problemf("run it on a terminal, or give a descriptor",
	    "a passphrase is needed, and there is neither a terminal nor --%s", option);
	return false;
}

int
secret_ask_text(
    struct ui *ui, int fd, const char *prompt, const char *option, struct seal_secret **ret)
{
	if (!secret_possible(ui, fd, option))
		return UI_USAGE;
	enum err e = secret_read(ui, fd, prompt, ret);
	return e == ERR_OK ? UI_DONE : secret_complain(e, fd);
}

int
secret_ask(struct ui *ui, int fd, const char *who, struct seal_secret **ret)
{
	MEM_FREE char *prompt = mem_printf("Passphrase of %s: ", who);
	return secret_ask_text(ui, fd, prompt, "passphrase-fd", ret);
}

bool
secret_same(struct seal_secret *a, struct seal_secret *b)
{
	return seal_secret_len(a) == seal_secret_len(b) &&
	       memcmp(seal_secret_bytes(a), seal_secret_bytes(b), seal_secret_len(a)) == 0;
}

int
secret_ask_new(struct ui *ui, int fd, const char *who, struct seal_secret **ret)
{
	if (!secret_possible(ui, fd, "new-passphrase-fd"))
		return UI_USAGE;
	__attribute__((cleanup(seal_secret_cleanup))) struct seal_secret *first = NULL;
	__attribute__((cleanup(seal_secret_cleanup))) struct seal_secret *again = NULL;
	MEM_FREE char *prompt = mem_printf("New passphrase for %s: ", who);
	enum err e = secret_read(ui, fd, prompt, &first);
	if (e != ERR_OK)
		return secret_complain(e, fd);
	if (seal_secret_len(first) < SECRET_LEAST_BYTES) {
		print_problemf("take a few words",
		    "a new passphrase has at least %d characters", SECRET_LEAST_BYTES);
		return UI_USAGE;
	}
	if (fd < 0) {
		e = secret_read(ui, fd, "The same again: ", &again);
		if (e != ERR_OK || !secret_same(first, again)) {
			print_problem(
			    "the two are not the same", "nothing was changed; try again");
			return UI_USAGE;
		}
	}
	*ret = first;
	first = NULL;
	return UI_DONE;
}

bool
secret_confirm(struct ui *ui, const char *question, const char *answer)
{
	char line[128];
	size_t n = 0;
	if (ui->tty < 0)
		return false;
	print_err("%s", question);
	while (n < sizeof(line) && read(ui->tty, &line[n], 1) == 1 && line[n] != '\n')
		n++;
	return n == strlen(answer) && memcmp(line, answer, n) == 0;
}
