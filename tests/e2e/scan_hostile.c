/* links: src/ipc/channel src/ipc/message src/ipc/msg src/base/clock src/base/err src/base/escape src/base/hex src/base/io src/base/log src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/*
 * scan-NAME: a scanner that speaks the protocol without the skeleton and has
 * no sandbox of its own.  It does what the object says, by its first word:
 *   clean          answers clean at once
 *   limits         a finding says what the process is confined to
 *   fact           tells a fact, then clean
 *   slow N         N tenths of a second, telling how it gets on, then clean
 *   hang           says nothing any more
 *   progress       gets on for ever, and never ends
 *   crash          ends; "once FILE": the first time only
 *   fork NAME      leaves a process of that name behind, in a session of its own, then ends
 *   leave NAME     leaves one behind and answers clean
 *   eat            takes memory until there is none
 * Anything else is clean, EICAR malicious.  It writes a line for each answer to
 * SALLYPORT_HOME/run/NAME.log: a number of the process, and the word.
 */
#include "src/base/clock.h"
#include "src/base/limits.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/ipc/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

struct hostile {
	const char *name; /* argv[0] without "scan-" */
	struct channel *desk, *vault;
	unsigned process;
	struct msg object; /* under way */
	char text[256];
	size_t said;
};

static void
hostile_note(const struct hostile *h, const char *what)
{
	const char *home = getenv("SALLYPORT_HOME");
	MEM_FREE char *path = mem_printf("%s/run/%s.log", home != NULL ? home : ".", h->name);
	MEM_FREE char *line = mem_printf("%u %s\n", h->process, what);
	MEM_CLOSE int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (fd < 0 || write(fd, line, strlen(line)) < 0)
		log_warn("%s: %s", path, strerror(errno));
}

static void
hostile_result(struct hostile *h, const char *verdict)
{
	const json_int_t bytes = (json_int_t)msg_uint(&h->object, "size");
	channel_send_wait(h->desk, MSG_SCAN_RESULT,
	    json_pack("{s:I, s:s, s:s, s:s, s:I, s:I, s:I}", "id",
		(json_int_t)msg_uint(&h->object, "id"), "sha256", msg_str(&h->object, "sha256"),
		"verdict", verdict, "why", "", "bytes", bytes, "read", bytes, "elapsed_ms",
		(json_int_t)0),
	    -1);
	hostile_note(h, h->text);
}

static void
hostile_progress(struct hostile *h)
{
	channel_send_wait(h->desk, MSG_SCAN_PROGRESS,
	    json_pack("{s:I, s:I}", "id", (json_int_t)msg_uint(&h->object, "id"), "bytes",
		(json_int_t)++h->said),
	    -1);
}

static void
hostile_sleep_ms(int ms)
{
	poll(NULL, 0, ms);
}

static unsigned
hostile_number(const char *text)
{
	const char *space = strchr(text, ' ');
	return space != NULL ? (unsigned)strtoul(space + 1, NULL, 10) : 0;
}

/* --- what it does ------------------------------------------------------------------- */

static void
hostile_clean(struct hostile *h)
{
	hostile_result(h, "clean");
}

static void
hostile_limits(struct hostile *h)
{
	struct rlimit r = {0, 0};
	getrlimit(RLIMIT_AS, &r);
	MEM_FREE char *detail =
	    mem_printf("memory %ju pid %d", (uintmax_t)(r.rlim_max >> 20), (int)getpid());
	channel_send_wait(h->desk, MSG_SCAN_FINDING,
	    json_pack("{s:I, s:s, s:s, s:s, s:s, s:s}", "id",
		(json_int_t)msg_uint(&h->object, "id"), "rule", "hostile/limits", "class",
		"policy", "severity", "info", "title", "confined", "detail", detail),
	    -1);
	hostile_clean(h);
}

static void
hostile_fact(struct hostile *h)
{
	channel_send_wait(h->desk, MSG_SCAN_FACT,
	    json_pack("{s:I, s:s, s:s}", "id", (json_int_t)msg_uint(&h->object, "id"), "key",
		"word", "value", h->text),
	    -1);
	hostile_clean(h);
}

static void
hostile_slow(struct hostile *h)
{
	for (unsigned n = hostile_number(h->text); n > 0; n--) {
		hostile_progress(h);
		hostile_sleep_ms(100);
	}
	hostile_clean(h);
}

static void
hostile_hang(struct hostile *h)
{
	hostile_note(h, "hangs");
	for (;;)
		pause();
}

static void
hostile_go_on(struct hostile *h)
{
	hostile_note(h, "goes on");
	for (;;) {
		hostile_progress(h);
		hostile_sleep_ms(50);
	}
}

static void
hostile_crash(struct hostile *h)
{
	hostile_note(h, "crashes");
	_exit(42);
}

static void
hostile_once(struct hostile *h)
{
	const char *path = strchr(h->text, ' ');
	int fd = path != NULL ? open(path + 1, O_WRONLY | O_CREAT | O_EXCL, 0644) : -1;
	if (fd >= 0)
		hostile_crash(h);
	hostile_clean(h);
}

/* Somebody who has nothing to do with it any more, as far as it can arrange that. */
static void
hostile_breed(const struct hostile *h)
{
	const char *name = strchr(h->text, ' ');
	pid_t pid = fork();
	if (pid == 0) {
		setsid();
		if (fork() > 0)
			_exit(0);
		setsid();
		prctl(PR_SET_NAME, name != NULL ? name + 1 : "left");
		prctl(PR_SET_PDEATHSIG, 0);
		for (int fd = 0; fd < 64; fd++)
			close(fd);
		for (;;)
			sleep(60);
	}
}

static void
hostile_leave(struct hostile *h)
{
	hostile_breed(h);
	hostile_clean(h);
}

static void
hostile_fork(struct hostile *h)
{
	hostile_breed(h);
	_exit(42);
}

static void
hostile_eat(struct hostile *h)
{
	/* where nothing stops it, it stops: the machine is not to suffer */
	for (size_t mib = 0; mib < 1024; mib++) {
		char *p = malloc(1 << 20);
		if (p == NULL)
			hostile_crash(h);
		memset(p, 1, 1 << 20);
	}
	hostile_clean(h);
}

static const struct {
	const char *word;
	void (*fn)(struct hostile *);
} hostile_acts[] = {
    {"limits", hostile_limits},
    {"fact", hostile_fact},
    {"slow", hostile_slow},
    {"hang", hostile_hang},
    {"progress", hostile_go_on},
    {"crash", hostile_crash},
    {"once", hostile_once},
    {"fork", hostile_fork},
    {"leave", hostile_leave},
    {"eat", hostile_eat},
};

static void
hostile_object(struct hostile *h)
{
	ssize_t n = pread(h->object.fd, h->text, sizeof(h->text) - 1, 0);
	h->text[n > 0 ? n : 0] = '\0';
	h->text[strcspn(h->text, "\n")] = '\0';
	h->said = 0;
	if (strncmp(h->text, "X5O!P%@AP", 9) == 0) {
		snprintf(h->text, sizeof(h->text), "eicar");
		hostile_result(h, "malicious");
		return;
	}
	size_t word = strcspn(h->text, " ");
	for (size_t i = 0; i < sizeof(hostile_acts) / sizeof(hostile_acts[0]); i++)
		if (strlen(hostile_acts[i].word) == word &&
		    memcmp(hostile_acts[i].word, h->text, word) == 0) {
			hostile_acts[i].fn(h);
			return;
		}
	hostile_clean(h);
}

int
main(int argc, char **argv)
{
	struct hostile h = {.name = strncmp(argv[0], "scan-", 5) == 0 ? argv[0] + 5 : argv[0]};
	(void)argc;
	log_init(argv[0]);
	signal(SIGCHLD, SIG_IGN);
	h.process = (unsigned)(clock_mono_ns() % 1000000000);
	h.desk = channel_new(3, ROLE_SCANNER, ROLE_DESK);
	h.vault = channel_new(4, ROLE_SCANNER, ROLE_VAULT);
	if (channel_hello(h.desk, argv[0], true) != ERR_OK ||
	    channel_hello(h.vault, argv[0], true) != ERR_OK ||
	    channel_greet(h.desk, 60000, NULL) != ERR_OK ||
	    channel_greet(h.vault, 60000, NULL) != ERR_OK)
		return 3;
	channel_send_wait(h.desk, MSG_SCAN_READY,
	    json_pack("{s:s, s:s, s:s, s:s, s:s, s:i, s:i}", "name", h.name, "version", "1",
		"engine", "hostile 1", "signatures", "", "signature_date", "", "window",
		LIM_SCAN_WINDOW, "max_bytes", 0),
	    -1);
	while (channel_recv_wait(h.vault, &h.object, -1) == ERR_OK) {
		hostile_object(&h);
		msg_done(&h.object);
	}
	return 0;
}
