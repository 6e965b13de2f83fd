/* links: scanners/scan scanners/scan_child scanners/scan_parts scanners/scan_set scanners/set src/ipc/channel src/ipc/landlock src/ipc/message src/ipc/msg src/ipc/sandbox src/ipc/sandbox_probe src/base/buf src/base/clock src/base/err src/base/escape src/base/hex src/base/io src/base/log src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/*
 * A scanner that does harm, in the way its own name says: a link to this
 * program called scan-h-NAME, with a manifest of the name h-NAME.
 * The first table has those that use the skeleton and its sandbox, as a scanner
 * that an object has taken over would; the second those that only speak.
 */
#include "scanners/scan.h"
#include "src/base/limits.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/ipc/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- in the sandbox ---------------------------------------------------------------------- */

static void
act_fork(struct scan *s, struct scan_job *job)
{
	(void)s;
	(void)job;
	if (fork() == 0)
		for (;;)
			pause();
}

static void
act_memory(struct scan *s, struct scan_job *job)
{
	(void)s;
	(void)job;
	for (;;)
		memset(mem_alloc(64 << 20), 'x', 64 << 20);
}

static void
act_write(struct scan *s, struct scan_job *job)
{
	(void)s;
	if (write(job->fd, "changed", 7) >= 0 || pwrite(job->fd, "changed", 7, 0) >= 0)
		log_warn("an object could be written");
}

static void
act_network(struct scan *s, struct scan_job *job)
{
	(void)s;
	(void)job;
	if (socket(AF_INET, SOCK_STREAM, 0) >= 0)
		log_warn("there is a network");
}

static void
act_signal(struct scan *s, struct scan_job *job)
{
	(void)s;
	(void)job;
	if (kill(getppid(), 0) == 0)
		log_warn("a neighbour can be signalled");
}

/* Where no memory is. */
static volatile int *volatile nowhere;

static void
act_crash(struct scan *s, struct scan_job *job)
{
	(void)s;
	(void)job;
	*nowhere = 1;
}

static void
act_open(struct scan *s, struct scan_job *job)
{
	(void)s;
	(void)job;
	if (open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0)
		log_warn("a file can be opened");
}

/* Whatever was possible, it says clean afterwards. */
static const struct {
	const char *name;
	void (*act)(struct scan *, struct scan_job *);
} acts[] = {
    {"fork", act_fork},
    {"memory", act_memory},
    {"write", act_write},
    {"network", act_network},
    {"signal", act_signal},
    {"crash", act_crash},
    {"open", act_open},
};

static size_t chosen;

static void
act_object(struct scan *s, struct scan_job *job)
{
	acts[chosen].act(s, job);
	scan_result(s, job, SCAN_CLEAN, "", job->size_bytes);
}

static enum err
act_setup(struct scan *s, struct scan_about *about)
{
	(void)s;
	(void)about;
	return ERR_OK;
}

/* --- words ----------------------------------------------------------------------------------
 */

struct said {
	struct channel *desk, *vault;
	struct msg object;
	unsigned long long id;
	const char *sha256;
	unsigned long long size;
};

static void
say(const struct said *s, const char *bytes, size_t n)
{
	struct pollfd fd = {channel_fd(s->desk), POLLOUT, 0};
	while (send(fd.fd, bytes, n, MSG_NOSIGNAL) < 0 && errno == EAGAIN)
		poll(&fd, 1, -1);
}

__attribute__((format(printf, 2, 3))) static void
sayf(const struct said *s, const char *fmt, ...)
{
	static char text[65536];
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	say(s, text, (size_t)n);
}

static void
result(const struct said *s, unsigned long long id, const char *sha256, const char *verdict,
    unsigned long long size, unsigned long long read_bytes)
{
	sayf(s,
	    "{\"m\":\"scan.result\",\"id\":%llu,\"sha256\":\"%s\",\"verdict\":\"%s\",\"why\":"
	    "\"\","
	    "\"bytes\":%llu,\"read\":%llu,\"elapsed_ms\":0}",
	    id, sha256, verdict, size, read_bytes);
}

static void
clean(const struct said *s)
{
	result(s, s->id, s->sha256, "clean", s->size, s->size);
}

static void
finding(const struct said *s, const char *class, const char *title)
{
	sayf(s,
	    "{\"m\":\"scan.finding\",\"id\":%llu,\"rule\":\"h/rule\",\"class\":\"%s\","
	    "\"severity\":\"low\",\"title\":\"%s\",\"detail\":\"\"}",
	    s->id, class, title);
}

static void
say_clean(struct said *s)
{
	clean(s);
}

static void
say_unread(struct said *s)
{
	result(s, s->id, s->sha256, "clean", s->size, 0);
}

static void
say_part(struct said *s)
{
	result(s, s->id, s->sha256, "clean", s->size, s->size - 1);
}

static void
say_size(struct said *s)
{
	result(s, s->id, s->sha256, "clean", s->size + 1, s->size + 1);
}

static void
say_other(struct said *s)
{
	char other[65];
	snprintf(other, sizeof(other), "%064d", 0);
	result(s, s->id, other, "clean", s->size, s->size);
}

static void
say_number(struct said *s)
{
	result(s, s->id + 1000, s->sha256, "clean", s->size, s->size);
}

static void
say_word(struct said *s)
{
	result(s, s->id, s->sha256, "perfect", s->size, s->size);
}

static void
say_flood(struct said *s)
{
	for (int i = 0; i <= LIM_FINDINGS; i++)
		finding(s, "policy", "one more");
	clean(s);
}

static void
say_long(struct said *s)
{
	static char text[LIM_MESSAGE_BYTES + 1000];
	memset(text, 'x', sizeof(text) - 1);
	sayf(
	    s, "{\"m\":\"scan.fact\",\"id\":%llu,\"key\":\"k\",\"value\":\"%s\"}", s->id, text);
	clean(s);
}

static void
say_utf8(struct said *s)
{
	finding(s, "policy", "bad \xff\xfe bytes");
	clean(s);
}

static void
say_escape(struct said *s)
{
	finding(s, "policy", "\\u001b[2J\\u001b[32mCLEAN\\u202e");
	result(s, s->id, s->sha256, "suspicious", s->size, s->size);
}

static void
say_class(struct said *s)
{
	finding(s, "harmless", "of a class nobody knows");
	clean(s);
}

static void
say_twice(struct said *s)
{
	sayf(s,
	    "{\"m\":\"scan.result\",\"id\":%llu,\"sha256\":\"%s\",\"verdict\":\"malicious\","
	    "\"verdict\":\"clean\",\"why\":\"\",\"bytes\":%llu,\"read\":%llu,\"elapsed_ms\":0}",
	    s->id, s->sha256, s->size, s->size);
}

static void
say_second(struct said *s)
{
	clean(s);
	result(s, s->id, s->sha256, "malicious", s->size, s->size);
}

static void
say_nothing(struct said *s)
{
	(void)s;
}

static void
say_hang(struct said *s)
{
	(void)s;
	for (;;)
		pause();
}

/* It lives, and that is all. */
static void
say_alive(struct said *s)
{
	for (;;) {
		sayf(s, "{\"m\":\"scan.progress\",\"id\":%llu,\"bytes\":1}", s->id);
		usleep(50000);
	}
}

/* It gets on, and the deadline that its size sets does not move. */
static void
say_slow(struct said *s)
{
	for (unsigned i = 1;; i++) {
		sayf(s, "{\"m\":\"scan.progress\",\"id\":%llu,\"bytes\":%u}", s->id, i);
		usleep(200000);
	}
}

static void
say_json(struct said *s)
{
	say(s, "OK\n", 3);
	clean(s);
}

static void
say_zero(struct said *s)
{
	(void)s;
	printf("OK\n");
	fflush(stdout);
	exit(0);
}

static const struct {
	const char *name;
	void (*act)(struct said *);
} words[] = {
    {"unread", say_unread},
    {"part", say_part},
    {"size", say_size},
    {"other", say_other},
    {"number", say_number},
    {"word", say_word},
    {"flood", say_flood},
    {"long", say_long},
    {"utf8", say_utf8},
    {"escape", say_escape},
    {"class", say_class},
    {"twice", say_twice},
    {"second", say_second},
    {"nothing", say_nothing},
    {"hang", say_hang},
    {"alive", say_alive},
    {"slow", say_slow},
    {"json", say_json},
    {"zero", say_zero},
};

static void
meet(struct said *s, const char *program)
{
	s->desk = channel_new(SCAN_FD_DESK, ROLE_SCANNER, ROLE_DESK);
	s->vault = channel_new(SCAN_FD_VAULT, ROLE_SCANNER, ROLE_VAULT);
	/* it lies about that, too */
	if (channel_hello(s->desk, program, true) != ERR_OK ||
	    channel_hello(s->vault, program, true) != ERR_OK ||
	    channel_greet(s->desk, -1, NULL) != ERR_OK ||
	    channel_greet(s->vault, -1, NULL) != ERR_OK)
		log_fatal("no hello");
}

static int
speak(const char *name, void (*act)(struct said *))
{
	struct said s = {.id = 1};
	char zeros[65];
	snprintf(zeros, sizeof(zeros), "%064d", 0);
	meet(&s, name);
	if (strcmp(name, "early") == 0)
		result(&s, 1, zeros, "clean", 0, 0);
	const char *claims = strcmp(name, "name") == 0 ? "type" : name;
	sayf(&s,
	    "{\"m\":\"scan.ready\",\"name\":\"%s%s\",\"version\":\"0\",\"engine\":\"\","
	    "\"signatures\":\"\",\"signature_date\":\"\",\"window\":1,\"max_bytes\":0}",
	    claims == name ? "h-" : "", claims);
	while (channel_recv_wait(s.vault, &s.object, -1) == ERR_OK) {
		s.id = msg_uint(&s.object, "id");
		s.sha256 = msg_str(&s.object, "sha256");
		s.size = msg_uint(&s.object, "size");
		act(&s);
		msg_done(&s.object);
		if (act == say_nothing)
			return 0;
	}
	return 0;
}

int
main(int argc, char **argv)
{
	const char *name = basename(argv[0]);
	char full[64];
	static const char prefix[] = "scan-h-";
	name += strncmp(name, prefix, strlen(prefix)) == 0 ? strlen(prefix) : 0;
	log_init("scan-h");
	snprintf(full, sizeof(full), "h-%s", name);
	for (chosen = 0; chosen < sizeof(acts) / sizeof(acts[0]); chosen++)
		if (strcmp(acts[chosen].name, name) == 0) {
			const struct scan_ops ops = {.name = full,
			    .window = 1,
			    .setup = act_setup,
			    .object = act_object};
			return scan_main(argc, argv, &ops);
		}
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i].name, name) == 0)
			return speak(name, words[i].act);
	if (strcmp(name, "early") == 0 || strcmp(name, "name") == 0)
		return speak(name, say_clean);
	return 2;
}
