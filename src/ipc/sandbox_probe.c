/* SPDX-License-Identifier: ISC */
/* Acts that no sandboxed program may do.  Each is harmless where it is possible. */
#include "src/ipc/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/pidfd.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/* Each act returns what a system call does: negative, with errno, when it failed. */

static int
probe_open(void)
{
	return open("/etc/passwd", O_RDONLY | O_CLOEXEC);
}

static int
probe_list(void)
{
	return open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static int
probe_create(void)
{
	return open("/tmp/sallyport-probe", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
}

static int
probe_rename(void)
{
	/* a file to itself: done and nothing changed */
	return rename("/etc/passwd", "/etc/passwd");
}

static int
probe_peek(void)
{
	return open("/proc/self/mem", O_RDWR | O_CLOEXEC);
}

static int
probe_socket(void)
{
	return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static int
probe_unix_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static int
probe_socketpair(void)
{
	int fds[2];
	return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds);
}

static int
probe_connect(void)
{
	static const struct sockaddr_un to = {.sun_family = AF_UNIX, .sun_path = "/nowhere"};
	return connect(STDIN_FILENO, (const struct sockaddr *)&to, sizeof(to));
}

static int
probe_bind(void)
{
	static const struct sockaddr_un to = {.sun_family = AF_UNIX, .sun_path = "/nowhere"};
	return bind(STDIN_FILENO, (const struct sockaddr *)&to, sizeof(to));
}

static int
probe_execve(void)
{
	static char word[] = "echo", say[] = "possible";
	char *const argv[] = {word, say, NULL};
	char *const env[] = {NULL};
	return execve("/bin/echo", argv, env);
}

static int
probe_fork(void)
{
	pid_t pid = fork();
	if (pid == 0)
		_exit(0);
	return pid;
}

static int
probe_clone3(void)
{
	return (int)syscall(SYS_clone3, NULL, 0);
}

static int
probe_ptrace(void)
{
	return (int)ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}

static int
probe_kill(void)
{
	return kill(getppid(), 0);
}

static int
probe_tgkill(void)
{
	return (int)syscall(SYS_tgkill, getppid(), getppid(), 0);
}

static int
probe_pidfd(void)
{
	return pidfd_open(getppid(), 0);
}

static int
probe_vm(void)
{
	char byte;
	struct iovec here = {&byte, 1}, there = {&byte, 1};
	return (int)syscall(SYS_process_vm_readv, getppid(), &here, 1, &there, 1, 0);
}

static int
probe_mount(void)
{
	return mount("none", "/nowhere", "tmpfs", 0, NULL);
}

static int
probe_mknod(void)
{
	return mknod("/tmp/sallyport-probe", S_IFIFO | 0600, 0);
}

static int
probe_unshare(void)
{
	return unshare(CLONE_NEWUSER);
}

static int
probe_chroot(void)
{
	return chroot("/");
}

static int
probe_setuid(void)
{
	return setuid(0);
}

static int
probe_exec_memory(void)
{
	void *p = mmap(
	    NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return p == MAP_FAILED ? -1 : 0;
}

static int
probe_type(void)
{
	return ioctl(STDIN_FILENO, TIOCSTI, "x");
}

static int
probe_bpf(void)
{
	return (int)syscall(SYS_bpf, 0, NULL, 0);
}

static int
probe_io_uring(void)
{
	return (int)syscall(SYS_io_uring_setup, 1, NULL);
}

static int
probe_keyctl(void)
{
	return (int)syscall(SYS_keyctl, 0, 0, 0, 0, 0);
}

static int
probe_perf(void)
{
	return (int)syscall(SYS_perf_event_open, NULL, 0, -1, -1, 0);
}

static int
probe_reboot(void)
{
	/* wrong magic numbers: possible would be EINVAL */
	return (int)syscall(SYS_reboot, 0, 0, 0, NULL);
}

static int
probe_x32(void)
{
#ifdef __x86_64__
	/* getpid by the other calling convention of the processor */
	return (int)syscall(0x40000000 + SYS_getpid);
#else
	errno = ENOSYS;
	return -1;
#endif
}

static const struct {
	const char *name;
	int (*try)(void);
} probes[] = {
    {"open", probe_open},
    {"list", probe_list},
    {"create", probe_create},
    {"rename", probe_rename},
    {"peek", probe_peek},
    {"socket", probe_socket},
    {"unix-socket", probe_unix_socket},
    {"socketpair", probe_socketpair},
    {"connect", probe_connect},
    {"bind", probe_bind},
    {"execve", probe_execve},
    {"fork", probe_fork},
    {"clone3", probe_clone3},
    {"ptrace", probe_ptrace},
    {"kill", probe_kill},
    {"tgkill", probe_tgkill},
    {"pidfd", probe_pidfd},
    {"vm", probe_vm},
    {"mount", probe_mount},
    {"mknod", probe_mknod},
    {"unshare", probe_unshare},
    {"chroot", probe_chroot},
    {"setuid", probe_setuid},
    {"exec-memory", probe_exec_memory},
    {"type", probe_type},
    {"bpf", probe_bpf},
    {"io-uring", probe_io_uring},
    {"keyctl", probe_keyctl},
    {"perf", probe_perf},
    {"reboot", probe_reboot},
    {"x32", probe_x32},
};

#define PROBES (sizeof(probes) / sizeof(probes[0]))

const char *
sandbox_probe_act(size_t i)
{
	return i < PROBES ? probes[i].name : NULL;
}

void
sandbox_probe(const char *act)
{
	size_t i = 0;
	while (i < PROBES && strcmp(probes[i].name, act) != 0)
		i++;
	if (i == PROBES)
		_exit(2);
	/* any other error means that the kernel was willing to talk about it */
	if (probes[i].try() < 0 && (errno == EPERM || errno == EACCES || errno == ENOSYS))
		_exit(SANDBOX_PROBE_STOPPED);
}
