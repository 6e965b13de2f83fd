/* links: tests/screens/emu tests/screens/gauge tests/screens/oracle ui/key src/base/clock src/base/escape src/base/utf8 src/base/mem */
/* SPDX-License-Identifier: ISC */
/*
 * pty [-s ROWSxCOLS] [-t TERM] [-w SECONDS] [-o FILE] SCRIPT COMMAND ARGUMENT...
 *
 * Runs a command on a terminal of its own, as an officer would: types what the
 * script says and looks at the screen.  Everything the command writes is judged
 * by oracle.h.  SCRIPT is a file, or - for standard input.  -o keeps the bytes
 * that were written, -w is how long `wait` waits (10).
 *
 * Ends with 0; 1 when the script was not fulfilled, with the screen on standard
 * error; 3 when it was, but the oracle found something; 2 for a wrong script.
 *
 * One command a line; # begins a comment line; TEXT goes to the end of the
 * line, blanks inside it count.
 *
 *   key NAME...            keys by the names of ui/key.c: a F8 PgDn Ctrl-L Esc
 *   text TEXT              types it
 *   hex 1b5b41             types these bytes
 *   paste BYTES            types so many bytes of every value, without a pause
 *   fill BYTES TEXT        types TEXT over and over
 *   wait TEXT              until it is on the screen, and the frame is complete
 *   gone TEXT              until it is not
 *   expect TEXT / refuse TEXT   it is on the screen now; it is not
 *   cursor TEXT            the cursor is on that text, or will be
 *   settle MS              until nothing was written for so long
 *   resize ROWSxCOLS       the window has another size
 *   storm COUNT            so many sizes from 1x1 up, then the first again
 *   signal NAME            HUP, INT, TERM, KILL, STOP, CONT, WINCH, USR1
 *   hangup                 the terminal goes away
 *   end [STATUS]           until the command ends: with this exit status, or SIG
 *                          and its number (9 and SIG9)
 *   run COMMAND            a shell command, in the middle of it all; must end with 0
 *   snapshot FILE          writes the screen as text
 *   clock                  a stopwatch begins; it does at the start, too
 *   lap NAME               prints the time until the last `wait` or `gone` came true
 *   measure NAME COUNT KEY...   presses the keys in turn, COUNT in all, each when
 *                          the answer to the last was there (60 ms of quiet), and
 *                          prints the time from the key to the last byte of the
 *                          answer and the bytes of it
 *   answer NAME KEY TEXT   presses the key, waits for the text and for 150 ms of quiet,
 *                          and prints the time to the last byte as `lap` does
 *   memory NAME            prints the largest resident memory of the command and
 *                          its descendants so far, and what is resident now
 *   bytes NAME             prints what was written since the last `bytes`
 *
 * Prints, for tests/bench and people:
 *   lap NAME ms=12.3
 *   measure NAME n=200 silent=0 p50_ms=1.20 p99_ms=3.40 max_ms=4.00 p50_bytes=155 max_bytes=290
 *   memory NAME peak_kib=9000 now_kib=8000
 *   bytes NAME n=1234
 */
#include "src/base/clock.h"
#include "src/base/mem.h"
#include "tests/screens/gauge.h"
#include "ui/key.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PTY_LONG_MS 150
#define PTY_REST_MS 10 /* the rest of a frame, of which a part was waited for */
#define PTY_SAMPLES 100000

static struct emu *emu;
static int pty_line, pty_wait_ms = 10000;
static const char *pty_script;
static uint64_t pty_clock_ns, pty_seen_ns, pty_bytes;

enum { PTY_OK = 0, PTY_FAILED = 1, PTY_WRONG = 2, PTY_ORACLE = 3 };

static int __attribute__((format(printf, 1, 2))) pty_fail(const char *fmt, ...)
{
	int row, col;
	va_list ap;
	emu_cursor(emu, &row, &col);
	fprintf(stderr, "the screen, cursor at %d, %d:\n", row, col);
	for (row = 0; row < emu_rows(emu); row++)
		fprintf(stderr, "# |%s\n", emu_row(emu, row));
	fprintf(stderr, "%s:%d: ", pty_script, pty_line);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return PTY_FAILED;
}

static int __attribute__((format(printf, 1, 2))) pty_wrong(const char *fmt, ...)
{
	va_list ap;
	fprintf(stderr, "%s:%d: ", pty_script, pty_line);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return PTY_WRONG;
}

static double
pty_ms(uint64_t from_ns, uint64_t to_ns)
{
	return to_ns > from_ns ? (double)(to_ns - from_ns) / 1e6 : 0.0;
}

/* The next word of a line; NULL at its end. */
static char *
pty_word(char **rest)
{
	char *word = *rest + strspn(*rest, " \t");
	if (*word == '\0')
		return NULL;
	size_t n = strcspn(word, " \t");
	*rest = word + n;
	if (**rest != '\0')
		*(*rest)++ = '\0';
	return word;
}

/* --- typing ------------------------------------------------------------------ */

static int
pty_type(const void *bytes, size_t n)
{
	return emu_send(emu, bytes, n) ? PTY_OK : pty_fail("the program takes no input");
}

static int
pty_press(const char *name)
{
	char bytes[32];
	int key = key_parse(name);
	size_t n = key != K_NONE ? emu_key_bytes(emu, key, bytes) : 0;
	if (n == 0)
		return pty_wrong("there is no key %s", name);
	return pty_type(bytes, n);
}

static int
pty_key(char *rest)
{
	int status = PTY_OK;
	for (char *name; status == PTY_OK && (name = pty_word(&rest)) != NULL;)
		status = pty_press(name);
	return status;
}

static int
pty_text(char *rest)
{
	return pty_type(rest, strlen(rest));
}

static int
pty_hex(char *rest)
{
	for (; isxdigit((unsigned char)rest[0]) && isxdigit((unsigned char)rest[1]);
	     rest += 2) {
		char pair[3] = {rest[0], rest[1], '\0'};
		char byte = (char)strtoul(pair, NULL, 16);
		if (pty_type(&byte, 1) != PTY_OK)
			return PTY_FAILED;
	}
	return *rest == '\0' ? PTY_OK : pty_wrong("not hexadecimal: %s", rest);
}

static int
pty_paste(char *rest)
{
	size_t n = strtoul(rest, NULL, 10);
	MEM_FREE unsigned char *bytes = mem_alloc(n + 1);
	uint32_t s = 12345;
	for (size_t i = 0; i < n; i++) {
		s = s * 1664525u + 1013904223u;
		bytes[i] = (unsigned char)(s >> 24);
	}
	return pty_type(bytes, n);
}

static int
pty_fill(char *rest)
{
	size_t n = strtoul(rest, &rest, 10);
	rest += strspn(rest, " ");
	size_t len = strlen(rest);
	if (len == 0)
		return pty_wrong("fill BYTES TEXT");
	MEM_FREE char *bytes = mem_alloc(n + 1);
	for (size_t i = 0; i < n; i++)
		bytes[i] = rest[i % len];
	return pty_type(bytes, n);
}

/* --- looking ----------------------------------------------------------------- */

static bool
pty_seen(const char *text)
{
	int row, col;
	return emu_find(emu, text, &row, &col);
}

static int
pty_until(const char *text, bool there)
{
	int64_t until = clock_mono_ms() + pty_wait_ms;
	while (pty_seen(text) != there) {
		if (clock_mono_ms() >= until)
			return pty_fail("%s: \"%s\"", there ? "not seen" : "still seen", text);
		emu_pump(emu, 50);
	}
	pty_seen_ns = emu_last_ns(emu);
	emu_settle(emu, PTY_REST_MS);
	return PTY_OK;
}

static int
pty_wait(char *rest)
{
	return pty_until(rest, true);
}

static int
pty_gone(char *rest)
{
	return pty_until(rest, false);
}

static int
pty_expect(char *rest)
{
	return pty_seen(rest) ? PTY_OK : pty_fail("not on the screen: \"%s\"", rest);
}

static int
pty_refuse(char *rest)
{
	return pty_seen(rest) ? pty_fail("on the screen: \"%s\"", rest) : PTY_OK;
}

static bool
pty_cursor_is_on(const char *text)
{
	int row, col;
	emu_cursor(emu, &row, &col);
	const char *line = emu_row(emu, row);
	for (const char *at = line; (at = strstr(at, text)) != NULL; at++)
		if (col >= at - line && col <= at - line + (int)strlen(text))
			return true;
	return false;
}

static int
pty_cursor(char *rest)
{
	int64_t until = clock_mono_ms() + pty_wait_ms;
	while (!pty_cursor_is_on(rest)) {
		if (clock_mono_ms() >= until)
			return pty_fail("the cursor is not on \"%s\"", rest);
		emu_pump(emu, 50);
	}
	return PTY_OK;
}

static int
pty_settle(char *rest)
{
	emu_settle(emu, (int)strtol(rest, NULL, 10));
	return PTY_OK;
}

static int
pty_snapshot(char *rest)
{
	FILE *f = fopen(rest, "w");
	if (f == NULL)
		return pty_wrong("%s: %s", rest, strerror(errno));
	for (int row = 0; row < emu_rows(emu); row++)
		fprintf(f, "%s\n", emu_row(emu, row));
	return fclose(f) == 0 ? PTY_OK : pty_wrong("%s: %s", rest, strerror(errno));
}

/* --- the world around -------------------------------------------------------- */

static bool
pty_size(const char *text, int *ret_rows, int *ret_cols)
{
	return sscanf(text, "%dx%d", ret_rows, ret_cols) == 2 && *ret_rows >= 0 &&
	       *ret_cols >= 0 && *ret_rows < 65536 && *ret_cols < 65536;
}

static int
pty_resize(char *rest)
{
	int rows, cols;
	if (!pty_size(rest, &rows, &cols))
		return pty_wrong("not ROWSxCOLS: %s", rest);
	emu_resize(emu, rows, cols);
	return PTY_OK;
}

static int
pty_storm(char *rest)
{
	int rows = emu_rows(emu), cols = emu_cols(emu);
	long count = strtol(rest, NULL, 10);
	uint32_t s = 1;
	for (long i = 0; i < count; i++) {
		s = s * 1664525u + 1013904223u;
		emu_resize(emu, 1 + (int)(s >> 16) % 60, 1 + (int)(s >> 8) % 200);
		if (i % 4 == 0)
			emu_resize(emu, 1, 1);
		emu_pump(emu, (int)(s >> 24) % 5);
	}
	emu_resize(emu, rows, cols);
	return PTY_OK;
}

static int
pty_signal(char *rest)
{
	static const struct {
		const char *name;
		int signal;
	} signals[] = {{"HUP", SIGHUP}, {"INT", SIGINT}, {"TERM", SIGTERM}, {"KILL", SIGKILL},
	    {"STOP", SIGSTOP}, {"CONT", SIGCONT}, {"WINCH", SIGWINCH}, {"USR1", SIGUSR1},
	    {"TSTP", SIGTSTP}};
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (strcmp(rest, signals[i].name) == 0) {
			emu_kill(emu, signals[i].signal);
			return PTY_OK;
		}
	return pty_wrong("there is no signal %s", rest);
}

static int
pty_hangup(char *rest)
{
	(void)rest;
	emu_hang_up(emu);
	return PTY_OK;
}

static int
pty_end(char *rest)
{
	char how[16];
	int status = emu_wait(emu, pty_wait_ms);
	if (status == -1)
		return pty_fail("the command goes on");
	if (WIFSIGNALED(status))
		snprintf(how, sizeof(how), "SIG%d", WTERMSIG(status));
	else
		snprintf(how, sizeof(how), "%d", WEXITSTATUS(status));
	if (strcmp(rest[0] != '\0' ? rest : "0", how) != 0)
		return pty_fail("the command ended with %s", how);
	return PTY_OK;
}

static int
pty_run(char *rest)
{
	int status = 0;
	pid_t pid = fork();
	if (pid == 0) {
		execl("/bin/sh", "sh", "-c", rest, (char *)NULL);
		_exit(127);
	}
	while (pid > 0 && waitpid(pid, &status, WNOHANG) == 0)
		emu_pump(emu, 5);
	return pid > 0 && status == 0 ? PTY_OK : pty_fail("status %d of: %s", status, rest);
}

/* --- measuring --------------------------------------------------------------- */

static int
pty_start_clock(char *rest)
{
	(void)rest;
	pty_clock_ns = clock_mono_ns();
	return PTY_OK;
}

static int
pty_lap(char *rest)
{
	printf("lap %s ms=%.1f\n", rest, pty_ms(pty_clock_ns, pty_seen_ns));
	return PTY_OK;
}

static int
pty_measure(char *rest)
{
	char *name = pty_word(&rest), *count = name != NULL ? pty_word(&rest) : NULL, *keys[16];
	size_t n = count != NULL ? strtoul(count, NULL, 10) : 0, nkeys = 0;
	while (nkeys < 16 && (keys[nkeys] = pty_word(&rest)) != NULL)
		nkeys++;
	if (n == 0 || n > PTY_SAMPLES || nkeys == 0)
		return pty_wrong("measure NAME COUNT KEY...");
	struct gauge *g = gauge_new(n);
	int status = PTY_OK;
	for (size_t i = 0; i < n && status == PTY_OK; i++) {
		gauge_begin(g, emu);
		status = pty_press(keys[i % nkeys]);
		gauge_end(g, emu);
	}
	if (status == PTY_OK && !gauge_print(g, name))
		status = pty_fail("no key was answered");
	gauge_free(g);
	return status;
}

static int
pty_answer(char *rest)
{
	char *name = pty_word(&rest), *key = name != NULL ? pty_word(&rest) : NULL;
	if (key == NULL)
		return pty_wrong("answer NAME KEY TEXT");
	uint64_t from = clock_mono_ns();
	int status = pty_press(key);
	if (status == PTY_OK)
		status = pty_until(rest, true);
	emu_settle(emu, PTY_LONG_MS);
	if (status == PTY_OK)
		printf("lap %s ms=%.1f\n", name, pty_ms(from, emu_last_ns(emu)));
	return status;
}

static int
pty_memory(char *rest)
{
	gauge_print_memory(emu, rest);
	return PTY_OK;
}

static int
pty_count_bytes(char *rest)
{
	printf("bytes %s n=%llu\n", rest, (unsigned long long)(emu_bytes(emu) - pty_bytes));
	pty_bytes = emu_bytes(emu);
	return PTY_OK;
}

/* --- scripts ----------------------------------------------------------------- */

static const struct {
	const char *name;
	int (*run)(char *rest);
} pty_commands[] = {
    {"key", pty_key},
    {"text", pty_text},
    {"hex", pty_hex},
    {"paste", pty_paste},
    {"fill", pty_fill},
    {"wait", pty_wait},
    {"gone", pty_gone},
    {"expect", pty_expect},
    {"refuse", pty_refuse},
    {"cursor", pty_cursor},
    {"settle", pty_settle},
    {"resize", pty_resize},
    {"storm", pty_storm},
    {"signal", pty_signal},
    {"hangup", pty_hangup},
    {"end", pty_end},
    {"run", pty_run},
    {"snapshot", pty_snapshot},
    {"clock", pty_start_clock},
    {"lap", pty_lap},
    {"measure", pty_measure},
    {"answer", pty_answer},
    {"memory", pty_memory},
    {"bytes", pty_count_bytes},
};

static int
pty_command(char *line)
{
	char *name = line + strspn(line, " \t");
	size_t n = strcspn(name, " \t");
	if (name[0] == '\0' || name[0] == '#')
		return PTY_OK;
	char *rest = name + n;
	if (*rest != '\0')
		*rest++ = '\0';
	for (size_t i = 0; i < sizeof(pty_commands) / sizeof(pty_commands[0]); i++)
		if (strcmp(name, pty_commands[i].name) == 0)
			return pty_commands[i].run(rest);
	return pty_wrong("there is no command %s", name);
}

static int
pty_play(FILE *script)
{
	MEM_FREE char *line = NULL;
	size_t size = 0;
	int status = PTY_OK;
	ssize_t n;
	while (status == PTY_OK && (n = getline(&line, &size, script)) >= 0) {
		pty_line++;
		if (n > 0 && line[n - 1] == '\n')
			line[n - 1] = '\0';
		status = pty_command(line);
		fflush(stdout);
	}
	return status;
}

static int
pty_judge(void)
{
	struct oracle *o = emu_oracle(emu);
	const char *text;
	for (size_t i = 0; oracle_fault(o, i, &text) != ORACLE_CLEAN; i++)
		fprintf(stderr, "%s: the program wrote %s\n", pty_script, text);
	if (oracle_faults(o) == 0)
		return PTY_OK;
	fprintf(stderr, "%s: %zu faults in what it wrote\n", pty_script, oracle_faults(o));
	return PTY_ORACLE;
}

int
main(int argc, char **argv)
{
	const char *type = "xterm-256color";
	int rows = 24, cols = 80, record = -1, option;
	while ((option = getopt(argc, argv, "+s:t:w:o:")) != -1) {
		if (option == 't')
			type = optarg;
		else if (option == 'w')
			pty_wait_ms = (int)strtol(optarg, NULL, 10) * 1000;
		else if (option == 'o')
			record = open(optarg, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
		else if (option != 's' || !pty_size(optarg, &rows, &cols))
			return PTY_WRONG;
	}
	if (argc - optind < 2) {
		fprintf(stderr, "usage: pty [-s ROWSxCOLS] [-t TERM] [-w SECONDS] [-o FILE] "
				"SCRIPT COMMAND ARGUMENT...\n");
		return PTY_WRONG;
	}
	pty_script = argv[optind];
	FILE *script = strcmp(pty_script, "-") == 0 ? stdin : fopen(pty_script, "re");
	if (script == NULL)
		return pty_wrong("%s", strerror(errno));
	pty_clock_ns = clock_mono_ns();
	emu = emu_start(type, rows, cols, argv + optind + 1);
	if (emu == NULL)
		return pty_wrong("no terminal: %s", strerror(errno));
	emu_record(emu, record);
	int status = pty_play(script);
	int judged = pty_judge();
	emu_free(emu);
	return status != PTY_OK ? status : judged;
}
