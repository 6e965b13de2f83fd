/* SPDX-License-Identifier: ISC */
#include "tests/ledger/short_write.h"

#include <errno.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct {
	unsigned long at, count;
	char cut[16], end[16];
	bool cut_now; /* the one before was cut */
} short_write;

static size_t
short_write_part(size_t n)
{
	switch (short_write.cut[0]) {
	case 'o':
		return 1;
	case 'h':
		return n / 2;
	default:
		return n - 1;
	}
}

/* pwrite(2), as SQLite calls it. */
static ssize_t
short_write_pwrite(int fd, const void *bytes, size_t n, off_t at)
{
	short_write.count++;
	if (short_write.cut_now && short_write.end[0] == 'E') {
		short_write.cut_now = false;
		errno = strcmp(short_write.end, "EIO") == 0 ? EIO : ENOSPC;
		return -1;
	}
	if (short_write.count != short_write.at || n < 2)
		return pwrite(fd, bytes, n, at);
	ssize_t done = pwrite(fd, bytes, short_write_part(n), at);
	fprintf(stderr, "SHORT %zd of %zu bytes\n", done, n);
	short_write.cut_now = true;
	if (strcmp(short_write.end, "KILL") == 0)
		raise(SIGKILL);
	return done;
}

static bool
short_write_known(const char *word, const char *const *words)
{
	while (*words != NULL && strcmp(word, *words) != 0)
		words++;
	return *words != NULL;
}

bool
short_write_init(void)
{
	static const char *const cuts[] = {"one", "half", "but-one", NULL},
				 *const ends[] = {"on", "EIO", "ENOSPC", "KILL", NULL},
				 *const calls[] = {"pwrite", "pwrite64"};
	const char *said = getenv("SHORT_WRITE");
	sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
	if (said == NULL)
		return true;
	if (sscanf(said, "%lu %15s %15s", &short_write.at, short_write.cut, short_write.end) !=
		3 ||
	    !short_write_known(short_write.cut, cuts) ||
	    !short_write_known(short_write.end, ends))
		return false;
	/* the one that this build of SQLite does not use is refused, or never called */
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		vfs->xSetSystemCall(vfs, calls[i], (sqlite3_syscall_ptr)short_write_pwrite);
	return true;
}
