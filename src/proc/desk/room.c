/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/room.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/proc/desk/desk.h"

#include <stdio.h>
#include <sys/statvfs.h>

#define ROOM_PAGES 16 /* what no database of ours can write in is full */

static const struct {
	const char *folder;
	const char *what;
	uint64_t floor_bytes;
} rooms[ROOM__MAX] = {
    [ROOM_LEDGER] = {"ledger", "the ledger", LIM_LEDGER_FLOOR_BYTES},
    [ROOM_WORK] = {"work", "the work databases", LIM_WORK_FLOOR_BYTES},
};

uint64_t
room_floor(enum room room)
{
	return rooms[room].floor_bytes;
}

/* The folder itself need not be ours to look into. */
static bool
room_look(const struct desk *d, enum room room, struct statvfs *ret)
{
	MEM_FREE char *path = mem_printf("%s/%s", d->home, rooms[room].folder);
	return statvfs(path, ret) == 0;
}

bool
room_free(const struct desk *d, enum room room, uint64_t *ret_free_bytes)
{
	struct statvfs v;
	if (!room_look(d, room, &v))
		return false;
	*ret_free_bytes = (uint64_t)v.f_bavail * v.f_frsize;
	return true;
}

bool
room_is_full(const struct desk *d, enum room room)
{
	struct statvfs v;
	return room_look(d, room, &v) &&
	       (v.f_bavail < ROOM_PAGES || (v.f_files != 0 && v.f_favail == 0));
}

enum err
room_check(const struct desk *d, char *why, size_t size)
{
	for (enum room r = 0; r < ROOM__MAX; r++) {
		uint64_t free_bytes = 0;
		if (!room_free(d, r, &free_bytes) || free_bytes >= rooms[r].floor_bytes)
			continue;
		snprintf(why, size,
		    "the disk of %s has %ju MiB free and %ju MiB must stay free, so that what "
		    "was begun can be brought to its end; an administrator makes room on it",
		    rooms[r].what, (uintmax_t)(free_bytes >> 20),
		    (uintmax_t)(rooms[r].floor_bytes >> 20));
		return ERR_NOSPACE;
	}
	return ERR_OK;
}
