/* SPDX-License-Identifier: ISC */
#include "src/proc/ledger/watch.h"
#include "src/base/io.h"
#include "src/base/limits.h"
#include "src/base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#define BALLAST      "ballast"
#define BALLAST_PART "ballast.part"
#define PIECE_BYTES  65536

/* --- clock ------------------------------------------------------------------------------ */

static bool
judge(int64_t expected_s, int64_t found_s, struct watch_step *ret)
{
	struct watch_step step = {.kind = "unset"};
	if (clock_judge(found_s, 0) != CLOCK_UNSET) {
		if (llabs(found_s - expected_s) <= LIM_CLOCK_STEP_S)
			return false;
		step.kind = found_s > expected_s ? "ahead" : "back";
	}
	/* A clock of no year that can be written down is none of a living machine. */
	if (!clock_format(expected_s, step.expected) || !clock_format(found_s, step.found))
		return false;
	*ret = step;
	return true;
}

bool
watch_start(struct watch_clock *w, int64_t wall_s, uint64_t mono_ns, int64_t newest_s,
    struct watch_step *ret)
{
	*w = (struct watch_clock){wall_s, mono_ns};
	/* Nobody knows how long the station was off. */
	if (wall_s >= newest_s && clock_judge(wall_s, 0) != CLOCK_UNSET)
		return false;
	return judge(newest_s, wall_s, ret);
}

bool
watch_look(struct watch_clock *w, int64_t wall_s, uint64_t mono_ns, struct watch_step *ret)
{
	int64_t expected = w->wall_s + (int64_t)((mono_ns - w->mono_ns) / 1000000000u);
	bool was_unset = clock_judge(w->wall_s, 0) == CLOCK_UNSET;
	*w = (struct watch_clock){wall_s, mono_ns};
	/* One that is still unset and goes on as it did was told already. */
	if (was_unset && llabs(wall_s - expected) <= LIM_CLOCK_STEP_S)
		return false;
	return judge(expected, wall_s, ret);
}

/* --- disk ------------------------------------------------------------------------------- */

uint64_t
watch_room(int dirfd)
{
	struct statfs fs;
	if (fstatfs(dirfd, &fs) != 0 || fs.f_bsize <= 0)
		return 0;
	return (uint64_t)fs.f_bavail * (uint64_t)fs.f_bsize;
}

/* Written, not only set aside: some file systems set nothing aside. */
static enum err
fill(int fd, uint64_t bytes)
{
	MEM_FREE uint8_t *piece = mem_alloc(PIECE_BYTES);
	for (uint64_t at = 0; at < bytes; at += PIECE_BYTES) {
		uint64_t left = bytes - at;
		enum err err =
		    io_write_all(fd, piece, left < PIECE_BYTES ? (size_t)left : PIECE_BYTES);
		if (err != ERR_OK)
			return err;
	}
	return fsync(fd) == 0 ? ERR_OK : errno == ENOSPC ? ERR_NOSPACE : ERR_IO;
}

enum err
watch_ballast_make(int dirfd, uint64_t bytes)
{
	struct statfs fs;
	struct stat st;
	if (fstatat(dirfd, BALLAST, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return ERR_OK;
	if (fstatfs(dirfd, &fs) != 0 ||
	    (uint64_t)fs.f_blocks * (uint64_t)fs.f_bsize / LIM_BALLAST_TIMES < bytes)
		return ERR_RANGE;
	if (watch_room(dirfd) < bytes + LIM_LEDGER_FLOOR_BYTES)
		return ERR_NOSPACE;
	(void)unlinkat(dirfd, BALLAST_PART, 0);
	int fd = openat(
	    dirfd, BALLAST_PART, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0400);
	if (fd < 0)
		return errno == ENOSPC ? ERR_NOSPACE : ERR_IO;
	enum err err = fill(fd, bytes);
	close(fd);
	if (err == ERR_OK &&
	    (renameat(dirfd, BALLAST_PART, dirfd, BALLAST) != 0 || fsync(dirfd) != 0))
		err = ERR_IO;
	if (err != ERR_OK)
		(void)unlinkat(dirfd, BALLAST_PART, 0);
	return err;
}

uint64_t
watch_ballast_drop(int dirfd)
{
	struct stat st;
	if (fstatat(dirfd, BALLAST, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
	    unlinkat(dirfd, BALLAST, 0) != 0)
		return 0;
	return st.st_size > 0 ? (uint64_t)st.st_size : 0;
}
