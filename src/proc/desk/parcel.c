/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/parcel.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/proc/desk/session.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static bool
parcel_has(const struct parcel *p, const char *path)
{
	for (size_t i = 0; i < p->n; i++)
		if (strcmp(p->files[i].path, path) == 0)
			return true;
	return false;
}

void
parcel_answer(
    struct session *s, const char *folder, const char *name, const char *format, int fd)
{
	if (s == NULL)
		return;
	if (s->parcel == NULL)
		s->parcel = mem_alloc(sizeof(*s->parcel));
	struct parcel *p = s->parcel;
	MEM_FREE char *path = mem_printf("%s/%s", folder, name);
	if (p->n == LIM_EXPORT_FILES || parcel_has(p, path)) {
		session_refuse(s, 1,
		    p->n == LIM_EXPORT_FILES ? "too many files for one medium"
					     : "this is among the files already",
		    "write those that were made first");
		return;
	}
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (copy < 0) {
		session_refuse(s, 3, "the station has no descriptor left", "try again");
		return;
	}
	p->files = mem_resize(p->files, p->n + 1, sizeof(*p->files));
	p->files[p->n++] = (struct parcel_file){mem_strdup(path), mem_strdup(format), copy};
	session_done(s, json_pack("{s:s, s:I}", "text", path, "count", (json_int_t)p->n));
}

struct parcel *
parcel_free(struct parcel *p)
{
	for (size_t i = 0; p != NULL && i < p->n; i++) {
		free(p->files[i].path);
		free(p->files[i].format);
		close(p->files[i].fd);
	}
	if (p != NULL)
		free(p->files);
	free(p);
	return NULL;
}
