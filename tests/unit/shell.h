/* SPDX-License-Identifier: ISC */
/* Files and shell commands in a temporary directory, for tests with stock tools. */
#ifndef TESTS_UNIT_SHELL_H
#define TESTS_UNIT_SHELL_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct shell {
	char dir[32];
};

/* Exit status of the script, run by /bin/sh in the directory; 127 when it did not run. */
static inline int
shell_run(const struct shell *s, const char *script)
{
	int status = 0;
	pid_t pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);
		if (chdir(s->dir) != 0 || null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0)
			_exit(127);
		execl("/bin/sh", "sh", "-c", script, (char *)NULL);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return 127;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 127;
}

static inline int
shell_open(struct shell *s)
{
	snprintf(s->dir, sizeof(s->dir), "/tmp/sallyport-t.XXXXXX");
	return mkdtemp(s->dir) != NULL ? 0 : -1;
}

static inline void
shell_close(struct shell *s)
{
	shell_run(s, "rm -rf -- \"$PWD\"");
}

static inline int
shell_put(const struct shell *s, const char *name, mode_t mode, const void *bytes, size_t n)
{
	char path[128];
	snprintf(path, sizeof(path), "%s/%s", s->dir, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	ssize_t w = fd < 0 ? -1 : write(fd, bytes, n);
	if (fd >= 0)
		close(fd);
	return w >= 0 && (size_t)w == n ? 0 : -1;
}

/* Bytes read, at most size - 1; a NUL follows.  0 when there is no such file. */
static inline size_t
shell_get(const struct shell *s, const char *name, char *out, size_t size)
{
	char path[128];
	snprintf(path, sizeof(path), "%s/%s", s->dir, name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t r = fd < 0 ? -1 : read(fd, out, size - 1);
	if (fd >= 0)
		close(fd);
	out[r > 0 ? r : 0] = '\0';
	return r > 0 ? (size_t)r : 0;
}

#endif
