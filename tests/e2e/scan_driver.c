/* links: src/core/digest src/ipc/channel src/ipc/message src/ipc/msg src/ipc/spawn src/base/clock src/base/err src/base/escape src/base/hex src/base/io src/base/log src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/*
 * scan_driver [-e SOCKET] [-m BYTES] [-k PID] [-l BYTES] [-i SECONDS] [-w WAIT] PROGRAM FILE...
 * Plays desk and vault for one scanner: starts PROGRAM, gives it the files a
 * window at a time and prints what it says, one line for each:
 *   ready NAME | engine | signatures | date | window | max_bytes
 *   advice TEXT, changed ENGINE | signatures | date
 *   FILE | verdict | why | bytes | read | type | mime | rule=severity=detail ...
 *   gone STATUS
 * -e  connects the engine's socket as descriptor 5
 * -m  passes the limit; -l lies to the scanner about the size of each file
 * -k  ends this process with SIGKILL as soon as all files were given
 * -i  waits before it gives the files; -w until the file WAIT is there, and gives the
 *     last one when all others were answered, as the desk does with its proof of life
 */
#include "src/base/buf.h"
#include "src/base/escape.h"
#include "src/base/hex.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/core/digest.h"
#include "src/ipc/channel.h"
#include "src/ipc/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <libgen.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

struct driver {
	struct channel *desk, *vault;
	char **files;
	size_t nfiles, given, answered;
	size_t window;
	long long lie;
	struct driver_said {
		char *type, *mime, *findings;
	} * said;
};

static int
driver_connect(const char *path)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", path);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&sun, sizeof(sun)) != 0)
		log_fatal("%s: %s", path, strerror(errno));
	return fd;
}

static pid_t
driver_start(const char *program, const char *limit, int desk, int vault, int engine)
{
	pid_t pid = fork();
	if (pid != 0)
		return pid;
	const int want[3] = {desk, vault, engine};
	int moved[3];
	for (int i = 0; i < 3; i++)
		moved[i] = want[i] >= 0 ? fcntl(want[i], F_DUPFD, 20) : -1;
	for (int i = 0; i < 3; i++)
		if (moved[i] >= 0 && dup2(moved[i], SPAWN_FD_FIRST + i) < 0)
			_exit(126);
	for (int fd = engine >= 0 ? 6 : 5; fd < 100; fd++)
		close(fd);
	if (limit != NULL)
		execl(program, program, "-m", limit, (char *)NULL);
	else
		execl(program, program, (char *)NULL);
	_exit(127);
}

static void
driver_digest(int fd, uint64_t size, char out[HEX_DIGEST_SIZE])
{
	uint8_t chunk[65536], digest[DIGEST_SIZE];
	struct digest *d = digest_new();
	/* what is larger is sparse, and only its name matters here */
	for (uint64_t at = 0; at < size && at < (64u << 20);) {
		ssize_t r = pread(fd, chunk, sizeof(chunk), (off_t)at);
		if (r <= 0)
			break;
		digest_add(d, chunk, (size_t)r);
		at += (uint64_t)r;
	}
	digest_final(d, digest);
	digest_free(d);
	hex_encode(digest, sizeof(digest), out);
}

static void
driver_give(struct driver *d)
{
	char sha256[HEX_DIGEST_SIZE];
	struct stat st;
	int fd = open(d->files[d->given], O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) != 0)
		log_fatal("%s: %s", d->files[d->given], strerror(errno));
	driver_digest(fd, (uint64_t)st.st_size, sha256);
	json_int_t size = d->lie >= 0 ? d->lie : st.st_size;
	enum err e = channel_send_wait(d->vault, MSG_SCAN_OBJECT,
	    json_pack("{s:I, s:s, s:I, s:s, s:s}", "id", (json_int_t)d->given + 1, "sha256",
		sha256, "size", size, "type", "", "mime", ""),
	    fd);
	close(fd);
	if (e != ERR_OK && e != ERR_CLOSED)
		log_fatal("scan.object: %s", err_str(e));
	d->given++;
}

static void
driver_append(char **text, const char *more)
{
	char *old = *text;
	*text = old != NULL ? mem_printf("%s %s", old, more) : mem_strdup(more);
	free(old);
}

static void
driver_say(struct driver *d, const struct msg *m)
{
	if (m->id == MSG_SCAN_READY) {
		d->window = (size_t)msg_uint(m, "window");
		printf("ready %s | %s | %s | %s | %zu | %ju\n", msg_str(m, "name"),
		    msg_str(m, "engine"), msg_str(m, "signatures"),
		    msg_str(m, "signature_date"), d->window,
		    (uintmax_t)msg_uint(m, "max_bytes"));
		if (msg_str(m, "advice") != NULL)
			printf("advice %s\n", msg_str(m, "advice"));
		return;
	}
	if (m->id == MSG_SCAN_CHANGED) {
		printf("changed %s | %s | %s\n", msg_str(m, "engine"), msg_str(m, "signatures"),
		    msg_str(m, "signature_date"));
		return;
	}
	if (m->id == MSG_SCAN_UNFIT) {
		printf("unfit %s\n", msg_str(m, "why"));
		return;
	}
	uint64_t id = msg_uint(m, "id");
	if (id < 1 || id > d->nfiles)
		log_fatal("an answer about nothing");
	struct driver_said *said = &d->said[id - 1];
	if (m->id == MSG_SCAN_FACT) {
		if (strcmp(msg_str(m, "key"), "type") == 0)
			driver_append(&said->type, msg_str(m, "value"));
		else if (strcmp(msg_str(m, "key"), "mime") == 0)
			driver_append(&said->mime, msg_str(m, "value"));
	} else if (m->id == MSG_SCAN_FINDING) {
		MEM_FREE char *f = mem_printf("%s=%s=%s", msg_str(m, "rule"),
		    msg_str(m, "severity"), msg_str(m, "detail"));
		driver_append(&said->findings, f);
	} else if (m->id == MSG_SCAN_RESULT) {
		MEM_FREE char *name = escape_dup(d->files[id - 1]);
		printf("%s | %s | %s | %ju | %ju | %s | %s | %s\n", name, msg_str(m, "verdict"),
		    msg_str(m, "why"), (uintmax_t)msg_uint(m, "bytes"),
		    (uintmax_t)msg_uint(m, "read"), said->type != NULL ? said->type : "-",
		    said->mime != NULL ? said->mime : "-",
		    said->findings != NULL ? said->findings : "-");
		d->answered++;
	}
}

static bool
driver_may_give(const struct driver *d, bool last_alone)
{
	size_t busy = d->given - d->answered;
	return d->given < d->nfiles && busy < d->window &&
	       (!last_alone || d->given + 1 < d->nfiles || busy == 0);
}

/* Until all files were answered, or the scanner has gone. */
static void
driver_run(struct driver *d, long long victim, unsigned idle_s, const char *until)
{
	struct msg m;
	enum err e;
	while (d->answered < d->nfiles || d->window == 0) {
		while (driver_may_give(d, until != NULL))
			driver_give(d);
		if (victim > 0 && d->given == d->nfiles) {
			kill((pid_t)victim, SIGKILL);
			victim = 0;
		}
		e = channel_recv_wait(d->desk, &m, 60000);
		if (e != ERR_OK) {
			printf("end %s\n", e == ERR_PROTO ? channel_why(d->desk) : err_str(e));
			return;
		}
		bool ready = m.id == MSG_SCAN_READY;
		driver_say(d, &m);
		msg_done(&m);
		if (ready && idle_s > 0)
			sleep(idle_s);
		while (ready && until != NULL && access(until, F_OK) != 0)
			poll(NULL, 0, 20);
	}
}

int
main(int argc, char **argv)
{
	struct driver d = {.lie = -1};
	const char *limit = NULL;
	long long victim = 0;
	unsigned idle_s = 0;
	const char *until = NULL;
	int option, engine = -1, desk[2], vault[2], status = 0;
	log_init("scan_driver");
	setvbuf(stdout, NULL, _IOLBF, 0);
	while ((option = getopt(argc, argv, "e:m:k:l:i:w:")) != -1)
		switch (option) {
		case 'e':
			engine = driver_connect(optarg);
			break;
		case 'm':
			limit = optarg;
			break;
		case 'k':
			victim = strtoll(optarg, NULL, 10);
			break;
		case 'l':
			d.lie = strtoll(optarg, NULL, 10);
			break;
		case 'i':
			idle_s = (unsigned)strtoul(optarg, NULL, 10);
			break;
		case 'w':
			until = optarg;
			break;
		default:
			return 2;
		}
	if (optind >= argc)
		return 2;
	signal(SIGPIPE, SIG_IGN);
	if (spawn_pair(desk) != ERR_OK || spawn_pair(vault) != ERR_OK)
		log_fatal("no sockets");
	pid_t pid = driver_start(argv[optind], limit, desk[1], vault[1], engine);
	close(desk[1]);
	close(vault[1]);
	if (engine >= 0)
		close(engine);
	d.files = argv + optind + 1;
	d.nfiles = (size_t)(argc - optind - 1);
	d.said = mem_array(d.nfiles, sizeof(*d.said));
	d.desk = channel_new(desk[0], ROLE_DESK, ROLE_SCANNER);
	d.vault = channel_new(vault[0], ROLE_VAULT, ROLE_SCANNER);
	if (channel_hello(d.desk, "desk", false) == ERR_OK &&
	    channel_hello(d.vault, "vault", false) == ERR_OK &&
	    channel_greet(d.desk, 60000, NULL) == ERR_OK &&
	    channel_greet(d.vault, 60000, NULL) == ERR_OK)
		driver_run(&d, victim, idle_s, until);
	channel_free(d.desk);
	channel_free(d.vault);
	waitpid(pid, &status, 0);
	if (WIFSIGNALED(status))
		printf("gone signal %d\n", WTERMSIG(status));
	else
		printf("gone %d\n", WEXITSTATUS(status));
	for (size_t i = 0; i < d.nfiles; i++) {
		free(d.said[i].type);
		free(d.said[i].mime);
		free(d.said[i].findings);
	}
	free(d.said);
	return d.answered == d.nfiles ? 0 : 1;
}
