/* links: src/ipc/sandbox src/ipc/sandbox_probe src/ipc/landlock src/ipc/message src/ipc/channel src/ipc/msg src/base/mem src/base/hex src/base/clock src/base/io src/base/err */
/* SPDX-License-Identifier: ISC */
/*
 * Enters the sandbox of a role and tries one act, or does what the role may do.
 *   sandbox_probe roles | file-roles | acts | abi
 *   sandbox_probe acts ROLE          the acts that this role may not do
 *   sandbox_probe ROLE ACT DIR       a forbidden act (src/ipc/sandbox_probe.c)
 *   sandbox_probe ROLE works DIR     all that the role needs, DIR is its directory
 *   sandbox_probe ROLE outside DIR   a file operation beside DIR
 *   sandbox_probe none ACT DIR       without a sandbox: is the act a proof of anything?
 * Exit status 0: the act was possible.
 */
#include "src/base/clock.h"
#include "src/base/io.h"
#include "src/base/mem.h"
#include "src/ipc/channel.h"
#include "src/ipc/landlock.h"
#include "src/ipc/sandbox.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum need {
	NEED_FILES = 1 << 0,
	NEED_STORE = 1 << 1,
	NEED_THREADS = 1 << 2,
	NEED_MEMFD = 1 << 3,
	NEED_ACCEPT = 1 << 4,
	NEED_SECRET = 1 << 5,
	NEED_OWN = 1 << 6, /* opens a memfd of its own once more */
};

static const struct {
	const char *name;
	enum role role;
	unsigned needs;
	const char *may; /* acts that are its work, between blanks */
} roles[] = {
    {"ui", ROLE_UI, NEED_FILES | NEED_MEMFD | NEED_SECRET, ""},
    {"desk", ROLE_DESK, NEED_FILES | NEED_MEMFD | NEED_ACCEPT, ""},
    {"reader", ROLE_READER, 0, ""},
    {"unlock", ROLE_UNLOCK, NEED_THREADS | NEED_MEMFD | NEED_SECRET | NEED_OWN, ""},
    {"vault", ROLE_VAULT, NEED_FILES | NEED_STORE | NEED_THREADS | NEED_MEMFD, ""},
    {"scanner", ROLE_SCANNER, 0, ""},
    {"ledger", ROLE_LEDGER, NEED_FILES | NEED_MEMFD | NEED_SECRET, ""},
    {"stager", ROLE_STAGER, NEED_FILES | NEED_STORE | NEED_THREADS | NEED_MEMFD, ""},
    {"report", ROLE_REPORT, NEED_THREADS | NEED_MEMFD, ""},
    {"preview", ROLE_PREVIEW, 0, ""},
    {"loader", ROLE_LOADER, NEED_FILES | NEED_STORE, ""},
    {"writer", ROLE_WRITER, 0, ""},
    {"rescan", ROLE_RESCAN, NEED_MEMFD, ""},
    {"witness", ROLE_WITNESS, NEED_FILES | NEED_SECRET, ""},
    {"runner", ROLE_RUNNER, NEED_MEMFD | NEED_OWN, " fork kill pidfd "},
    {"command", ROLE_COMMAND, 0, " fork "},
    {"none", (enum role)0, 0, ""},
};

#define ROLES (sizeof(roles) / sizeof(roles[0]))

/* What is there before the sandbox closes. */
struct before {
	int dir, object, pair[2], listener, client;
	struct sockaddr_un address;
};

#define MUST(x)                                                                           \
	do {                                                                              \
		if (!(x)) {                                                               \
			fprintf(stderr, "does not work: %s (%s)\n", #x, strerror(errno)); \
			exit(1);                                                          \
		}                                                                         \
	} while (0)

static void
before_open(struct before *b, const char *dir)
{
	b->dir = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	MUST(b->dir >= 0);
	b->object = memfd_create("object", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	MUST(write(b->object, "0123456789", 10) == 10);
	MUST(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, b->pair) == 0);
	b->listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	b->client = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	b->address = (struct sockaddr_un){.sun_family = AF_UNIX};
	snprintf(b->address.sun_path, sizeof(b->address.sun_path), "%s/socket", dir);
	unlink(b->address.sun_path);
	MUST(bind(b->listener, (struct sockaddr *)&b->address, sizeof(b->address)) == 0);
	MUST(listen(b->listener, 1) == 0);
	MUST(connect(b->client, (struct sockaddr *)&b->address, sizeof(b->address)) == 0);
}

static int
compare(const void *a, const void *b)
{
	return *(const char *)a - *(const char *)b;
}

/* Memory, time, texts, sorting, sending descriptors: everybody's needs. */
static void
works_basic(struct before *b)
{
	char text[16] = "";
	struct stat st;
	MUST(pread(b->object, text, 5, 3) == 5 && memcmp(text, "34567", 5) == 0);
	MUST(lseek(b->object, 0, SEEK_SET) == 0 && read(b->object, text, 1) == 1);
	MUST(fstat(b->object, &st) == 0 && st.st_size == 10);
	uint8_t *map = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, b->object, 0);
	MUST(map != MAP_FAILED && map[1] == '1');
	MUST(munmap(map, 4096) == 0);
	size_t big = 64 << 20;
	char *p = mem_alloc(big);
	memset(p, 'x', big);
	p = mem_resize(p, big * 2, 1);
	qsort(p, 4 << 20, 1, compare);
	free(p);
	MUST(clock_mono_ns() > 0 && clock_wall_s() > 0);
	errno = ENOENT;
	MUST(strcmp(strerror(errno), "No such file or directory") == 0);
	printf("# %s\n", strerror(EINVAL));
	fflush(stdout);
	MUST(isatty(STDOUT_FILENO) >= 0);
	struct channel *x = channel_new(b->pair[0], ROLE_DESK, ROLE_LEDGER);
	struct channel *y = channel_new(b->pair[1], ROLE_LEDGER, ROLE_DESK);
	struct msg m;
	channel_set_phase(x, PH_OPEN);
	channel_set_phase(y, PH_OPEN);
	MUST(channel_send(x, MSG_LEDGER_APPEND, json_pack("{s:s}", "log", "custody"),
		 b->object) == ERR_OK);
	MUST(channel_recv_wait(y, &m, 1000) == ERR_OK);
	msg_done(&m);
	MUST(channel_recv_wait(y, &m, 1) == ERR_AGAIN);
	channel_free(x);
	channel_free(y);
	int death = 0;
	MUST(prctl(PR_GET_PDEATHSIG, &death) < 0); /* refused, not fatal */
}

static void
works_files(struct before *b)
{
	int d = openat(b->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	MUST(d >= 0);
	MUST(io_replace_synced(d, "file", 0600, "one", 3) == ERR_OK);
	MUST(io_replace_synced(d, "file", 0600, "two", 3) == ERR_OK);
	int fd = openat(d, "file", O_RDWR | O_CLOEXEC);
	MUST(fd >= 0 && ftruncate(fd, 1) == 0 && pwrite(fd, "2", 1, 0) == 1);
	struct flock lock = {.l_type = F_WRLCK, .l_len = 1};
	MUST(fcntl(fd, F_SETLK, &lock) == 0 && fdatasync(fd) == 0 && fchmod(fd, 0400) == 0);
	void *map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	MUST(map != MAP_FAILED && msync(map, 4096, MS_SYNC) == 0 && munmap(map, 4096) == 0);
	close(fd);
	MUST((fd = openat(d, "file", O_WRONLY | O_TRUNC | O_CLOEXEC)) < 0 || geteuid() == 0);
	MUST((fd = openat(d, "file", O_RDONLY | O_CLOEXEC)) >= 0 && close(fd) == 0);
	MUST(mkdirat(d, "sub", 0700) == 0);
	MUST(renameat(d, "file", d, "sub/file") == 0);
	struct stat st;
	MUST(fstatat(d, "sub/file", &st, AT_SYMLINK_NOFOLLOW) == 0);
	MUST(unlinkat(d, "sub/file", 0) == 0 && unlinkat(d, "sub", AT_REMOVEDIR) == 0);
	DIR *list = fdopendir(d);
	MUST(list != NULL && readdir(list) != NULL);
	closedir(list);
}

/* The vault's way: a file without a name, linked when it is complete. */
static void
works_store(struct before *b)
{
	char name[64];
	struct stat st;
	int fd = openat(b->dir, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0400);
	MUST(fd >= 0 && write(fd, "object", 6) == 6);
	MUST(sync_file_range(fd, 0, 6, SYNC_FILE_RANGE_WRITE) == 0 && syncfs(fd) == 0);
	MUST(mkdirat(b->dir, "ab", 0700) == 0);
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	MUST(linkat(AT_FDCWD, name, b->dir, "ab/object", AT_SYMLINK_FOLLOW) == 0);
	close(fd);
	MUST((fd = openat(b->dir, "ab/object", O_RDONLY | O_CLOEXEC)) >= 0);
	MUST(posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED) == 0);
	int to = openat(b->dir, "copy", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	MUST(to >= 0 && copy_file_range(fd, NULL, to, NULL, 6, 0) == 6);
	MUST(futimens(to, NULL) == 0 && fchmod(to, 0444) == 0);
	MUST(symlinkat("copy", b->dir, "link") == 0);
	MUST(fstatat(b->dir, "link", &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode));
	MUST(renameat2(b->dir, "copy", b->dir, "ab/copy", RENAME_NOREPLACE) == 0);
	MUST(unlinkat(b->dir, "link", 0) == 0 && unlinkat(b->dir, "ab/copy", 0) == 0);
	MUST(unlinkat(b->dir, "ab/object", 0) == 0);
	MUST(unlinkat(b->dir, "ab", AT_REMOVEDIR) == 0);
	close(fd);
	close(to);
}

static void *
thread_main(void *arg)
{
	*(void **)arg = mem_alloc(1 << 20);
	return arg;
}

static void
works_threads(void)
{
	pthread_t t[4];
	void *made[4] = {NULL, NULL, NULL, NULL};
	for (size_t i = 0; i < 4; i++)
		MUST(pthread_create(&t[i], NULL, thread_main, &made[i]) == 0);
	for (size_t i = 0; i < 4; i++) {
		MUST(pthread_join(t[i], NULL) == 0 && made[i] != NULL);
		free(made[i]);
	}
}

static void
works(unsigned needs, struct before *b)
{
	works_basic(b);
	if ((needs & NEED_FILES) != 0)
		works_files(b);
	if ((needs & NEED_STORE) != 0)
		works_store(b);
	if ((needs & NEED_THREADS) != 0)
		works_threads();
	if ((needs & NEED_MEMFD) != 0) {
		uint8_t *bytes;
		size_t n;
		int fd;
		MUST(io_memfd("text", "text", 4, &fd) == ERR_OK);
		MUST(io_memfd_read(fd, 4, &bytes, &n) == ERR_OK && n == 4);
		free(bytes);
		close(fd);
	}
	if ((needs & NEED_OWN) != 0) {
		char path[64];
		int fd = memfd_create("own", MFD_CLOEXEC), ends[2];
		MUST(fd >= 0 && pwrite(fd, "x", 1, 1 << 20) == 1);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		int again = open(path, O_RDONLY | O_CLOEXEC);
		MUST(again >= 0 && lseek(again, 0, SEEK_END) == (1 << 20) + 1);
		MUST(pipe2(ends, O_CLOEXEC) == 0);
	}
	if ((needs & NEED_ACCEPT) != 0) {
		int fd = accept4(b->listener, NULL, NULL, SOCK_CLOEXEC);
		struct ucred who;
		socklen_t n = sizeof(who);
		MUST(fd >= 0);
		MUST(getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &n) == 0);
		MUST(who.uid == getuid());
		close(fd);
	}
	if ((needs & NEED_SECRET) != 0) {
		void *p = mem_alloc(4096);
		MUST(mlock(p, 4096) == 0 && munlock(p, 4096) == 0);
		free(p);
	}
}

/* With file rights of its own, a role must not reach beside its directory. */
static int
outside(const struct before *b)
{
	int made = openat(b->dir, "../outside", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	int read_it = openat(b->dir, "../readable", O_RDONLY | O_CLOEXEC);
	int own = openat(b->dir, "mine", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	int moved = renameat(b->dir, "../readable", b->dir, "taken");
	int given = renameat(b->dir, "mine", b->dir, "../given");
	int whole = openat(b->dir, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	MUST(own >= 0);
	return made >= 0 || read_it >= 0 || moved == 0 || given == 0 || whole >= 0
	           ? 0
	           : SANDBOX_PROBE_STOPPED;
}

static int
list(const char *what)
{
	if (strcmp(what, "roles") == 0)
		for (size_t i = 0; i < ROLES; i++)
			roles[i].role != 0 ? puts(roles[i].name) : 0;
	else if (strcmp(what, "file-roles") == 0)
		for (size_t i = 0; i < ROLES; i++)
			(roles[i].needs & NEED_FILES) != 0 ? puts(roles[i].name) : 0;
	else if (strcmp(what, "acts") == 0)
		for (size_t i = 0; sandbox_probe_act(i) != NULL; i++)
			puts(sandbox_probe_act(i));
	else if (strcmp(what, "abi") == 0)
		printf("%d\n", landlock_abi());
	else
		return 2;
	return 0;
}

static int
list_acts(const char *role)
{
	for (size_t i = 0; i < ROLES; i++) {
		if (strcmp(roles[i].name, role) != 0)
			continue;
		for (size_t k = 0; sandbox_probe_act(k) != NULL; k++) {
			char word[64];
			snprintf(word, sizeof(word), " %s ", sandbox_probe_act(k));
			strstr(roles[i].may, word) == NULL ? puts(sandbox_probe_act(k)) : 0;
		}
		return 0;
	}
	return 2;
}

int
main(int argc, char **argv)
{
	const char *why = "";
	struct before b;
	size_t i = 0;

	if (argc == 2)
		return list(argv[1]);
	if (argc == 3 && strcmp(argv[1], "acts") == 0)
		return list_acts(argv[2]);
	if (argc != 4)
		return 2;
	while (i < ROLES && strcmp(roles[i].name, argv[1]) != 0)
		i++;
	if (i == ROLES)
		return 2;
	before_open(&b, argv[3]);
	if (roles[i].role == 0) {
		sandbox_probe(argv[2]);
		puts("possible");
		return 0;
	}
	struct sandbox_path path = {b.dir, SANDBOX_READ | SANDBOX_WRITE};
	size_t paths = (roles[i].needs & NEED_FILES) != 0 ? 1 : 0;
	if (sandbox_enter(roles[i].role, &path, paths, &why) != ERR_OK || !sandbox_active()) {
		fprintf(stderr, "no sandbox: %s\n", why);
		return 3;
	}
	if (strcmp(argv[2], "works") == 0)
		works(roles[i].needs, &b);
	else if (strcmp(argv[2], "outside") == 0)
		return outside(&b);
	else if (strcmp(argv[2], "abort") == 0)
		assert(argc == 0);
	else
		sandbox_probe(argv[2]);
	puts("possible");
	return 0;
}
