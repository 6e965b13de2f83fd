/* SPDX-License-Identifier: ISC */
#include "src/ipc/sandbox.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/ipc/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/fs.h>
#include <locale.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * What a process may ask of the kernel.  A call that is in none of the groups
 * of its profile ends the process at once (SIGSYS), so that an attempt is seen.
 */
enum sandbox_group {
	GROUP_BASIC = 1 << 0,   /* memory, time, signals to itself, descriptors it has */
	GROUP_OPEN = 1 << 1,    /* open and look at files; Landlock says which */
	GROUP_CHANGE = 1 << 2,  /* create, rename, remove, lock, sync */
	GROUP_STORE = 1 << 3,   /* link, copy in the kernel, sync a whole file system */
	GROUP_THREADS = 1 << 4, /* threads, never processes */
	GROUP_MEMFD = 1 << 5,
	GROUP_ACCEPT = 1 << 6, /* new connections on a listening socket it has */
	GROUP_TTY = 1 << 7,
	GROUP_DISK = 1 << 8,    /* size of a block device it has */
	GROUP_SECRET = 1 << 9,  /* locked memory for keys */
	GROUP_WRITE = 1 << 12,  /* to write at a place of what it has, and to sync it */
	GROUP_RUN = 1 << 10,    /* programs of a site: what any of them needs */
	GROUP_RUNNER = 1 << 11, /* to start them, to end them and to hold them to less */
};

struct sandbox_call {
	unsigned group;
	int call;
	enum { IF_ANY, IF_EQUAL, IF_MASKED, SAY_ERRNO, SAY_ERRNO_BUT } when;
	unsigned arg; /* its number; the errno for SAY_ERRNO and SAY_ERRNO_BUT */
	uint64_t mask, value;
};

#define ANY(g, c)                                       \
	{                                               \
		GROUP_##g, SCMP_SYS(c), IF_ANY, 0, 0, 0 \
	}
#define EQUAL(g, c, arg, value)                                               \
	{                                                                     \
		GROUP_##g, SCMP_SYS(c), IF_EQUAL, (arg), 0, (uint64_t)(value) \
	}
#define MASKED(g, c, arg, mask, value)                                                        \
	{                                                                                     \
		GROUP_##g, SCMP_SYS(c), IF_MASKED, (arg), (uint64_t)(mask), (uint64_t)(value) \
	}
#define REFUSE(g, c, error)                                      \
	{                                                        \
		GROUP_##g, SCMP_SYS(c), SAY_ERRNO, (error), 0, 0 \
	}

/* Its first argument is not this one; that one is for another row. */
#define REFUSE_BUT(g, c, error, value)                                               \
	{                                                                            \
		GROUP_##g, SCMP_SYS(c), SAY_ERRNO_BUT, (error), 0, (uint64_t)(value) \
	}

/* A thread shares all with its process and makes no namespace. */
#define SANDBOX_THREAD                                                                      \
	(CLONE_THREAD | CLONE_VM | CLONE_SIGHAND | CLONE_FILES | CLONE_FS | CLONE_NEWUSER | \
	    CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS |       \
	    CLONE_NEWCGROUP | CLONE_VFORK)
#define SANDBOX_NAMESPACES                                                          \
	(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | \
	    CLONE_NEWUTS | CLONE_NEWCGROUP)
#define SANDBOX_THREAD_SET (CLONE_THREAD | CLONE_VM | CLONE_SIGHAND | CLONE_FILES | CLONE_FS)

/* One call may have several rows: one that fits is enough. */
static const struct sandbox_call sandbox_calls[] = {
    ANY(BASIC, read),
    ANY(BASIC, write),
    ANY(BASIC, readv),
    ANY(BASIC, writev),
    ANY(BASIC, close),
    ANY(BASIC, lseek),
    ANY(BASIC, pread64),
    ANY(BASIC, fstat),
    /* fstat() of glibc 2.33 to 2.38 */
    MASKED(BASIC, newfstatat, 3, AT_EMPTY_PATH, AT_EMPTY_PATH),
    ANY(BASIC, poll),
    ANY(BASIC, ppoll),
    ANY(BASIC, sendmsg),
    ANY(BASIC, recvmsg),
    EQUAL(BASIC, sendto, 4, 0), /* send(): no address */
    ANY(BASIC, recvfrom),
    ANY(BASIC, shutdown),
    ANY(BASIC, getsockopt),
    ANY(BASIC, dup),
    ANY(BASIC, dup2),
    ANY(BASIC, dup3),
    EQUAL(BASIC, fcntl, 1, F_DUPFD),
    EQUAL(BASIC, fcntl, 1, F_DUPFD_CLOEXEC),
    EQUAL(BASIC, fcntl, 1, F_GETFD),
    EQUAL(BASIC, fcntl, 1, F_SETFD),
    EQUAL(BASIC, fcntl, 1, F_GETFL),
    EQUAL(BASIC, fcntl, 1, F_SETFL),
    EQUAL(BASIC, fcntl, 1, F_GET_SEALS),
    EQUAL(BASIC, fcntl, 1, F_GETPIPE_SZ),
    EQUAL(BASIC, fcntl, 1, F_SETPIPE_SZ),
    /* isatty() of stdio */
    EQUAL(BASIC, ioctl, 1, TCGETS),
    EQUAL(BASIC, ioctl, 1, 0x802c542a /* TCGETS2 */),
    ANY(BASIC, signalfd4),
    ANY(BASIC, exit),
    ANY(BASIC, exit_group),
    ANY(BASIC, restart_syscall),
    ANY(BASIC, rt_sigreturn),
    ANY(BASIC, rt_sigprocmask),
    ANY(BASIC, rt_sigaction),
    ANY(BASIC, sigaltstack),
    ANY(BASIC, clock_gettime),
    ANY(BASIC, clock_getres),
    ANY(BASIC, clock_nanosleep),
    ANY(BASIC, nanosleep),
    ANY(BASIC, gettimeofday),
    ANY(BASIC, time),
    ANY(BASIC, getpid),
    ANY(BASIC, getppid),
    ANY(BASIC, gettid),
    ANY(BASIC, getuid),
    ANY(BASIC, geteuid),
    ANY(BASIC, getgid),
    ANY(BASIC, getegid),
    ANY(BASIC, getrandom),
    ANY(BASIC, getrusage),
    ANY(BASIC, sysinfo), /* qsort() asks for the size of the memory */
    ANY(BASIC, uname),
    EQUAL(BASIC, prlimit64, 2, 0), /* reads only */
    ANY(BASIC, futex),
    ANY(BASIC, rseq),
    ANY(BASIC, set_robust_list),
    ANY(BASIC, sched_yield),
    ANY(BASIC, sched_getaffinity), /* malloc() counts processors */
    ANY(BASIC, getcpu),
    ANY(BASIC, brk),
    ANY(BASIC, munmap),
    ANY(BASIC, mremap),
    ANY(BASIC, madvise),
    MASKED(BASIC, mmap, 2, PROT_EXEC, 0),
    MASKED(BASIC, mprotect, 2, PROT_EXEC, 0),
    /* newer malloc() names its memory */
    REFUSE_BUT(BASIC, prctl, EINVAL, PR_SET_PDEATHSIG),

    ANY(OPEN, openat),
    ANY(OPEN, open),
    ANY(OPEN, newfstatat),
    ANY(OPEN, stat),
    ANY(OPEN, lstat),
    ANY(OPEN, statx),
    ANY(OPEN, access),
    ANY(OPEN, faccessat),
    ANY(OPEN, faccessat2),
    ANY(OPEN, readlink),
    ANY(OPEN, readlinkat),
    ANY(OPEN, getdents64),
    ANY(OPEN, statfs),
    ANY(OPEN, fstatfs),
    ANY(OPEN, getcwd),
    ANY(OPEN, fadvise64),

    ANY(CHANGE, pwrite64),
    ANY(CHANGE, ftruncate),
    ANY(CHANGE, fallocate),
    ANY(CHANGE, fsync),
    ANY(CHANGE, fdatasync),
    ANY(CHANGE, unlink),
    ANY(CHANGE, unlinkat),
    ANY(CHANGE, rename),
    ANY(CHANGE, renameat),
    ANY(CHANGE, renameat2),
    ANY(CHANGE, mkdir),
    ANY(CHANGE, mkdirat),
    ANY(CHANGE, rmdir),
    ANY(CHANGE, fchmod),
    ANY(CHANGE, umask),
    ANY(CHANGE, flock),
    ANY(CHANGE, msync),
    ANY(CHANGE, utimensat),
    EQUAL(CHANGE, fcntl, 1, F_GETLK),
    EQUAL(CHANGE, fcntl, 1, F_SETLK),
    EQUAL(CHANGE, fcntl, 1, F_SETLKW),
    REFUSE(CHANGE, fchown, EPERM), /* SQLite tries when run by root */

    ANY(STORE, link),
    ANY(STORE, linkat),
    ANY(STORE, symlink),
    ANY(STORE, symlinkat),
    ANY(STORE, fchmodat),
    ANY(STORE, copy_file_range),
    ANY(STORE, sendfile),
    ANY(STORE, sync_file_range),
    ANY(STORE, syncfs),

    /* glibc falls back to clone, whose flags a filter can see */
    REFUSE(THREADS, clone3, ENOSYS),
    MASKED(THREADS, clone, 0, SANDBOX_THREAD, SANDBOX_THREAD_SET),
    ANY(THREADS, pipe2),
    ANY(THREADS, eventfd2),

    ANY(MEMFD, memfd_create),
    ANY(MEMFD, ftruncate),
    ANY(MEMFD, pwrite64),
    EQUAL(MEMFD, fcntl, 1, F_ADD_SEALS),

    ANY(ACCEPT, accept),
    ANY(ACCEPT, accept4),

    /* never TIOCSTI: it types into the terminal */
    EQUAL(TTY, ioctl, 1, TCSETS),
    EQUAL(TTY, ioctl, 1, TCSETSW),
    EQUAL(TTY, ioctl, 1, TCSETSF),
    EQUAL(TTY, ioctl, 1, TCFLSH),
    EQUAL(TTY, ioctl, 1, TCSBRK),
    EQUAL(TTY, ioctl, 1, TIOCGWINSZ),
    ANY(TTY, select),
    ANY(TTY, pselect6),
    /* a secret that was typed goes to sallyport-unlock in one (secret.h) */
    ANY(TTY, pipe2),

    EQUAL(DISK, ioctl, 1, BLKGETSIZE64),
    EQUAL(DISK, ioctl, 1, BLKSSZGET),
    EQUAL(DISK, ioctl, 1, BLKPBSZGET),
    EQUAL(DISK, ioctl, 1, BLKROGET),
    ANY(DISK, fadvise64),
    ANY(DISK, readahead),
    ANY(DISK, setitimer), /* a reader that is only busy ends (busy.h) */

    ANY(WRITE, pwrite64),
    ANY(WRITE, fsync),
    ANY(WRITE, fdatasync),

    ANY(SECRET, mlock),
    ANY(SECRET, mlock2),
    ANY(SECRET, munlock),

    ANY(RUN, execve), /* Landlock says which */
    ANY(RUN, fork),
    ANY(RUN, vfork),
    MASKED(RUN, clone, 0, SANDBOX_NAMESPACES, 0),
    ANY(RUN, wait4),
    ANY(RUN, waitid),
    ANY(RUN, pipe),
    ANY(RUN, pipe2),
    ANY(RUN, close_range),
    /* code of files, never of memory that can be written */
    MASKED(RUN, mmap, 2, PROT_WRITE, 0),
    ANY(RUN, mincore),
    ANY(RUN, arch_prctl),
    ANY(RUN, set_tid_address),
    ANY(RUN, setpgid),
    ANY(RUN, getpgid),
    ANY(RUN, getpgrp),
    ANY(RUN, setsid),
    ANY(RUN, getsid),
    ANY(RUN, getresuid),
    ANY(RUN, getresgid),
    ANY(RUN, getgroups),
    ANY(RUN, getpriority),
    ANY(RUN, getrlimit),
    ANY(RUN, sched_getparam),
    ANY(RUN, sched_getscheduler),
    ANY(RUN, umask),
    ANY(RUN, chdir),
    ANY(RUN, fchdir),
    ANY(RUN, select),
    ANY(RUN, pselect6),
    ANY(RUN, epoll_create1),
    ANY(RUN, epoll_ctl),
    ANY(RUN, epoll_wait),
    ANY(RUN, epoll_pwait),
    ANY(RUN, eventfd2),
    ANY(RUN, alarm),
    ANY(RUN, setitimer),
    ANY(RUN, getitimer),
    ANY(RUN, times),
    ANY(RUN, pause),
    ANY(RUN, rt_sigsuspend),
    ANY(RUN, rt_sigpending),
    ANY(RUN, rt_sigtimedwait),
    ANY(RUN, preadv),
    EQUAL(RUN, ioctl, 1, FIOCLEX),
    EQUAL(RUN, ioctl, 1, FIONCLEX),
    EQUAL(RUN, ioctl, 1, FIONREAD),
    EQUAL(RUN, ioctl, 1, TIOCGWINSZ),
    REFUSE(RUN, socket, EPERM),
    REFUSE(RUN, socketpair, EPERM),

    ANY(RUNNER, kill), /* of a namespace of its own, where the kernel gives one */
    ANY(RUNNER, pidfd_open),
    EQUAL(RUNNER, prctl, 0, PR_SET_PDEATHSIG), /* what it starts goes with it */
    ANY(RUNNER, fchmod),
    ANY(RUNNER, seccomp),
};

#define FILES     (GROUP_OPEN | GROUP_CHANGE)
#define GIB       ((rlim_t)1 << 30)
#define UNLIMITED RLIM_INFINITY

struct sandbox_profile {
	enum role role;
	unsigned groups;
	/*
	 * A user namespace hides who else there is, so only those have one that
	 * neither look at files nor at a peer's user.
	 */
	bool namespaces;
	rlim_t descriptors;
	/*
	 * No RLIMIT_FSIZE: those who parse have no file to write but standard
	 * error, which may be a long log, and writing past the limit is fatal.
	 */
	rlim_t address_bytes;
	rlim_t cpu_s; /* of its whole life */
};

static const struct sandbox_profile sandbox_profiles[] = {
    {ROLE_UI, GROUP_BASIC | FILES | GROUP_MEMFD | GROUP_TTY | GROUP_SECRET, false, 256,
	UNLIMITED, UNLIMITED},
    {ROLE_DESK, GROUP_BASIC | FILES | GROUP_MEMFD | GROUP_ACCEPT, false, 4096, UNLIMITED,
	UNLIMITED},
    {ROLE_READER, GROUP_BASIC | GROUP_DISK, true, 64, 2 * GIB, UNLIMITED},
    /* opens its own memfd by /proc/self/fd; Landlock gives it no path at all */
    {ROLE_UNLOCK, GROUP_BASIC | GROUP_OPEN | GROUP_THREADS | GROUP_MEMFD | GROUP_SECRET, true,
	64, 3 * GIB, LIM_UNLOCK_CPU_S},
    {ROLE_VAULT, GROUP_BASIC | FILES | GROUP_STORE | GROUP_THREADS | GROUP_MEMFD, false, 4096,
	UNLIMITED, UNLIMITED},
    {ROLE_SCANNER, GROUP_BASIC, true, 1024, 2 * GIB, UNLIMITED},
    {ROLE_LEDGER, GROUP_BASIC | FILES | GROUP_MEMFD | GROUP_SECRET, false, 1024, UNLIMITED,
	UNLIMITED},
    {ROLE_STAGER, GROUP_BASIC | FILES | GROUP_STORE | GROUP_THREADS | GROUP_MEMFD, false, 1024,
	UNLIMITED, UNLIMITED},
    /* Landlock gives it the fonts; pango looks for them in a thread of its own */
    {ROLE_REPORT, GROUP_BASIC | GROUP_OPEN | GROUP_THREADS | GROUP_MEMFD, true, 64, 8 * GIB,
	UNLIMITED},
    {ROLE_PREVIEW, GROUP_BASIC, true, 16, GIB / 2, LIM_PREVIEW_CPU_S},
    /* libfido2 asks, over a descriptor that it was given */
    {ROLE_TOKEN, GROUP_BASIC | GROUP_SECRET, true, 16, GIB / 2, LIM_TOKEN_CPU_S},
    {ROLE_LOADER, GROUP_BASIC | FILES | GROUP_STORE, false, 64, GIB, UNLIMITED},
    {ROLE_WRITER, GROUP_BASIC | GROUP_DISK | GROUP_WRITE, true, 32, 4 * GIB, UNLIMITED},
    {ROLE_RESCAN, GROUP_BASIC | GROUP_MEMFD, true, 128, 8 * GIB, UNLIMITED},
    {ROLE_VERIFY, GROUP_BASIC | GROUP_OPEN | GROUP_THREADS, false, 64, UNLIMITED, UNLIMITED},
    {ROLE_WITNESS, GROUP_BASIC | FILES | GROUP_SECRET, false, 64, GIB, UNLIMITED},
    {ROLE_RUNNER, GROUP_BASIC | GROUP_OPEN | GROUP_MEMFD | GROUP_RUN | GROUP_RUNNER, true, 256,
	4 * GIB, UNLIMITED},
    {ROLE_COMMAND, GROUP_BASIC | GROUP_OPEN | GROUP_RUN, true, 256, 4 * GIB, UNLIMITED},
};

static bool sandbox_entered;

bool
sandbox_active(void)
{
	return sandbox_entered;
}

static const struct sandbox_profile *
sandbox_find(enum role role)
{
	for (size_t i = 0; i < sizeof(sandbox_profiles) / sizeof(sandbox_profiles[0]); i++)
		if (sandbox_profiles[i].role == role)
			return &sandbox_profiles[i];
	return NULL;
}

/* What libraries would otherwise do at first use, when it is too late to open files. */
static void
sandbox_warm_up(void)
{
	json_object_seed(0);
	/* strerror() and assert() look for translations, in any locale but this */
	setlocale(LC_MESSAGES, "C");
	tzset();
}

static bool
sandbox_single_thread(void)
{
	struct stat st;
	return stat("/proc/self/task", &st) == 0 && st.st_nlink == 3;
}

static bool
sandbox_limit(int resource, rlim_t most)
{
	struct rlimit r;
	if (most == UNLIMITED)
		return true;
	if (getrlimit((__rlimit_resource_t)resource, &r) != 0)
		return false;
	if (r.rlim_max > most)
		r.rlim_max = most;
	r.rlim_cur = r.rlim_max;
	return setrlimit((__rlimit_resource_t)resource, &r) == 0;
}

/* A scanner's manifest may say how much, less or more: the parent has set it. */
static bool
sandbox_has_memory(const struct sandbox_profile *p)
{
	struct rlimit r;
	return (p->role == ROLE_SCANNER || p->role == ROLE_RUNNER || p->role == ROLE_COMMAND) &&
	       getrlimit(RLIMIT_AS, &r) == 0 && r.rlim_max != RLIM_INFINITY;
}

static bool
sandbox_limits(const struct sandbox_profile *p)
{
	rlim_t processes = 0;
	if ((p->groups & GROUP_RUN) != 0)
		processes = LIM_ADAPTER_PROCESSES;
	else if ((p->groups & GROUP_THREADS) != 0)
		processes = UNLIMITED;
	return sandbox_limit(RLIMIT_CORE, 0) && sandbox_limit(RLIMIT_NOFILE, p->descriptors) &&
	       (sandbox_has_memory(p) || sandbox_limit(RLIMIT_AS, p->address_bytes)) &&
	       sandbox_limit(RLIMIT_CPU, p->cpu_s) && sandbox_limit(RLIMIT_NPROC, processes);
}

/* Not every kernel lets a user have them: what they add is a second wall. */
static void
sandbox_namespaces(void)
{
	int death = 0;
	bool known = prctl(PR_GET_PDEATHSIG, &death) == 0;
	(void)unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS);
	if (known)
		(void)prctl(PR_SET_PDEATHSIG, death);
}

/* Root (in a container, or of the new namespace) keeps nothing special. */
static bool
sandbox_drop_capabilities(void)
{
	struct __user_cap_header_struct h = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0, 0, 0}};
	return syscall(SYS_capset, &h, none) == 0;
}

static int
sandbox_add_call(scmp_filter_ctx ctx, const struct sandbox_call *c)
{
	struct scmp_arg_cmp cmp = {.arg = c->arg, .op = SCMP_CMP_EQ, .datum_a = c->value};

	switch (c->when) {
	case IF_ANY:
		return seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, c->call, 0, NULL);
	case SAY_ERRNO:
		return seccomp_rule_add_array(ctx, SCMP_ACT_ERRNO(c->arg), c->call, 0, NULL);
	case SAY_ERRNO_BUT:
		cmp.arg = 0;
		cmp.op = SCMP_CMP_NE;
		return seccomp_rule_add_array(ctx, SCMP_ACT_ERRNO(c->arg), c->call, 1, &cmp);
	case IF_MASKED:
		cmp.op = SCMP_CMP_MASKED_EQ;
		cmp.datum_a = c->mask;
		cmp.datum_b = c->value;
		break;
	case IF_EQUAL:
		break;
	}
	return seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, c->call, 1, &cmp);
}

/* own: it is for this process; another one must not signal this one. */
static bool
sandbox_build(scmp_filter_ctx ctx, unsigned groups, bool own)
{
	/* abort() raises a signal by name of the process */
	struct scmp_arg_cmp self = {
	    .arg = 0, .op = SCMP_CMP_EQ, .datum_a = (scmp_datum_t)getpid()};

	if (seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) != 0 ||
	    seccomp_attr_set(ctx, SCMP_FLTATR_CTL_TSYNC, 1) != 0 ||
	    (own &&
		seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, &self) != 0))
		return false;
	for (size_t i = 0; i < sizeof(sandbox_calls) / sizeof(sandbox_calls[0]); i++)
		if ((sandbox_calls[i].group & groups) != 0 &&
		    sandbox_add_call(ctx, &sandbox_calls[i]) != 0)
			return false;
	return true;
}

/*
 * Of our own programs we know what they call.  A site's command is only told
 * that there is no such call: its libraries try one way after the other.
 */
static scmp_filter_ctx
sandbox_make(unsigned groups, bool own)
{
	bool ours = (groups & GROUP_RUN) == 0;
	scmp_filter_ctx ctx =
	    seccomp_init(ours ? SCMP_ACT_KILL_PROCESS : SCMP_ACT_ERRNO(ENOSYS));
	if (ctx == NULL || sandbox_build(ctx, groups, own))
		return ctx;
	seccomp_release(ctx);
	return NULL;
}

static bool
sandbox_seccomp(unsigned groups)
{
	scmp_filter_ctx ctx = sandbox_make(groups, true);
	bool ok = ctx != NULL && seccomp_load(ctx) == 0;
	if (ctx != NULL)
		seccomp_release(ctx);
	return ok;
}

/* Only a name: what is behind it is the library's. */
struct sandbox_filter {
	scmp_filter_ctx ctx;
};

struct sandbox_filter *
sandbox_filter_new(enum role role)
{
#ifdef SALLYPORT_NO_SANDBOX
	(void)role;
	return NULL;
#else
	struct sandbox_filter *f = mem_alloc(sizeof(*f));
	f->ctx = sandbox_make(sandbox_find(role)->groups, false);
	/* no_new_privs holds already, and prctl(2) may be out of reach by then */
	if (f->ctx == NULL || seccomp_attr_set(f->ctx, SCMP_FLTATR_CTL_NNP, 0) != 0)
		abort();
	return f;
#endif
}

bool
sandbox_filter_load(const struct sandbox_filter *f)
{
	return f == NULL || seccomp_load(f->ctx) == 0;
}

static const char *
sandbox_enter_all(
    const struct sandbox_profile *p, const struct sandbox_path *paths, size_t npaths)
{
	const char *why = NULL;

	if (!sandbox_single_thread())
		return "there are threads already, or /proc is missing";
	if (!sandbox_limits(p))
		return "the resource limits could not be set";
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return "no_new_privs could not be set";
	if (p->namespaces)
		sandbox_namespaces();
	if (!sandbox_drop_capabilities())
		return "capabilities could not be dropped";
	if (landlock_enter(paths, npaths, &why) != ERR_OK)
		return why;
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		return "memory could not be made private";
	if (!sandbox_seccomp(p->groups))
		return "the system call filter could not be loaded";
	return NULL;
}

enum err
sandbox_enter(enum role role, const struct sandbox_path *paths, size_t n, const char **ret_why)
{
	const struct sandbox_profile *p = sandbox_find(role);
	const char *why = p == NULL ? "this role has no profile" : NULL;

	sandbox_warm_up();
#ifdef SALLYPORT_NO_SANDBOX
	(void)paths;
	(void)n;
	(void)sandbox_enter_all;
#else
	if (why == NULL)
		why = sandbox_enter_all(p, paths, n);
	if (why == NULL)
		sandbox_entered = true;
#endif
	if (why == NULL)
		return ERR_OK;
	if (ret_why != NULL)
		*ret_why = why;
	return ERR_SANDBOX;
}
