/* SPDX-License-Identifier: ISC */
#include "src/proc/stager/payload.h"

#include "src/base/clock.h"
#include "src/base/escape.h"
#include "src/base/io.h"
#include "src/base/mem.h"
#include "src/proc/stager/place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAYLOAD_NAME_CELLS 96
#define PAYLOAD_CHUNK      262144

/* "what NAME: error." with the name escaped. */
static enum err
payload_fail(
    char why[SHARE_WHY_SIZE], enum err e, const char *what, struct inventory_bytes dest)
{
	char name[PAYLOAD_NAME_CELLS + 1];
	char head[SHARE_WHY_SIZE / 2];
	escape_fit(dest.data, dest.len, name, sizeof(name), PAYLOAD_NAME_CELLS, NULL);
	snprintf(head, sizeof(head), "%s %s", what, name);
	if (e == ERR_IO || e == ERR_NOSPACE)
		return share_errno(why, head);
	snprintf(why, SHARE_WHY_SIZE, "%s: %s.", head, err_str(e));
	return e;
}

/* The recorded time, or none: then the time of copying stays. */
static bool
payload_times(const char *mtime, struct timespec ret_times[2])
{
	int64_t wall_s;
	if (mtime[0] == '\0' || !clock_parse(mtime, &wall_s))
		return false;
	ret_times[0] = ret_times[1] = (struct timespec){.tv_sec = (time_t)wall_s};
	return true;
}

/* From the beginning, wherever the descriptor's offset is. */
static enum err
payload_copy_bytes(int from, int to, uint64_t size_bytes)
{
	static uint8_t chunk[PAYLOAD_CHUNK];
	off_t at = 0, end = (off_t)size_bytes;
	/* The kernel moves it; what it cannot is done by hand, and a real error shows there. */
	while (at < end && copy_file_range(from, &at, to, NULL, (size_t)(end - at), 0) > 0)
		;
	while (at < end) {
		size_t want = end - at < PAYLOAD_CHUNK ? (size_t)(end - at) : PAYLOAD_CHUNK;
		ssize_t n = pread(from, chunk, want, at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? ERR_IO : ERR_SYNTAX;
		enum err e = io_write_all(to, chunk, (size_t)n);
		if (e != ERR_OK)
			return e;
		at += n;
	}
	return ERR_OK;
}

static enum err
payload_copy_file(
    const struct payload *p, struct place *place, size_t i, char why[SHARE_WHY_SIZE])
{
	const struct release_file *f = &p->manifest->files[i];
	struct timespec times[2];
	struct stat st;
	MEM_CLOSE int from = -1;
	enum err e = p->open(p->arg, i, &from, why);
	if (e != ERR_OK)
		return e;
	if (fstat(from, &st) != 0 || (uint64_t)st.st_size != f->size_bytes)
		return payload_fail(
		    why, ERR_SIGNATURE, "The vault's object has another size than", f->dest);
	e = place_set(place, f->dest.data, f->dest.len);
	if (e != ERR_OK)
		return payload_fail(why, e, "There is no place for", f->dest);
	MEM_CLOSE int to = openat(place->dirfd, place->name,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (to < 0)
		return payload_fail(why, ERR_IO, "A file cannot be made for", f->dest);
	e = payload_copy_bytes(from, to, f->size_bytes);
	if (e != ERR_OK)
		return payload_fail(why, e, "A file cannot be copied:", f->dest);
	if (fchmod(to, (f->mode & 0111) != 0 ? 0555 : 0444) != 0 ||
	    (payload_times(f->mtime, times) && futimens(to, times) != 0))
		return payload_fail(why, ERR_IO, "Mode or time cannot be set of", f->dest);
	return ERR_OK;
}

static enum err
payload_copy_files(const struct payload *p, struct place *place, char why[SHARE_WHY_SIZE])
{
	enum err e = ERR_OK;
	uint64_t bytes = 0;
	for (size_t i = 0; e == ERR_OK && i < p->manifest->nfiles; i++) {
		e = payload_copy_file(p, place, i, why);
		bytes += p->manifest->files[i].size_bytes;
		p->progress(p->arg, i + 1, bytes);
	}
	return e;
}

static enum err
payload_make_dirs(const struct payload *p, struct place *place, char why[SHARE_WHY_SIZE])
{
	for (size_t i = 0; i < p->manifest->ndirs; i++) {
		const struct release_dir *d = &p->manifest->dirs[i];
		enum err e = place_set(place, d->dest.data, d->dest.len);
		if (e == ERR_OK && mkdirat(place->dirfd, place->name, 0700) != 0)
			e = ERR_IO;
		if (e != ERR_OK)
			return payload_fail(why, e, "A directory cannot be made for", d->dest);
	}
	return ERR_OK;
}

static enum err
payload_make_links(const struct payload *p, struct place *place, char why[SHARE_WHY_SIZE])
{
	for (size_t i = 0; i < p->manifest->nlinks; i++) {
		const struct release_link *l = &p->manifest->links[i];
		struct timespec times[2];
		char target[LIM_LINK_BYTES + 1];
		enum err e = place_set(place, l->dest.data, l->dest.len);
		if (e == ERR_OK && (l->target.len == 0 || l->target.len > LIM_LINK_BYTES))
			e = ERR_RANGE;
		if (e != ERR_OK)
			return payload_fail(why, e, "There is no place for", l->dest);
		memcpy(target, l->target.data, l->target.len);
		target[l->target.len] = '\0';
		if (symlinkat(target, place->dirfd, place->name) != 0 ||
		    (payload_times(l->mtime, times) &&
			utimensat(place->dirfd, place->name, times, AT_SYMLINK_NOFOLLOW) != 0))
			return payload_fail(why, ERR_IO, "A link cannot be made for", l->dest);
	}
	return ERR_OK;
}

static enum err
payload_shut_dir(int dir, const char *name, const char *mtime)
{
	struct timespec times[2];
	MEM_CLOSE int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fchmod(fd, 0555) != 0)
		return ERR_IO;
	if (payload_times(mtime, times) && futimens(fd, times) != 0)
		return ERR_IO;
	return ERR_OK;
}

/* From the deepest up: making anything in a directory changes its time. */
static enum err
payload_shut_dirs(
    const struct payload *p, int part, struct place *place, char why[SHARE_WHY_SIZE])
{
	for (size_t i = p->manifest->ndirs; i > 0; i--) {
		const struct release_dir *d = &p->manifest->dirs[i - 1];
		enum err e = place_set(place, d->dest.data, d->dest.len);
		if (e == ERR_OK)
			e = payload_shut_dir(place->dirfd, place->name, d->mtime);
		if (e != ERR_OK)
			return payload_fail(why, e, "Mode or time cannot be set of", d->dest);
	}
	if (payload_shut_dir(part, "files", "") != ERR_OK || fchmod(part, 0555) != 0)
		return share_errno(why, "The transfer's directory cannot be shut");
	return ERR_OK;
}

static enum err
payload_write_manifest(const struct payload *p, int part, char why[SHARE_WHY_SIZE])
{
	MEM_CLOSE int fd = openat(part, "MANIFEST.sha256",
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0 || io_write_all(fd, p->manifest->text, p->manifest->text_len) != ERR_OK ||
	    fchmod(fd, 0444) != 0)
		return share_errno(why, "The manifest cannot be written");
	return ERR_OK;
}

enum err
payload_build(const struct payload *p, int part, char why[SHARE_WHY_SIZE])
{
	if (mkdirat(part, "files", 0700) != 0)
		return share_errno(why, "The directory for the files cannot be made");
	MEM_CLOSE int files =
	    openat(part, "files", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (files < 0)
		return share_errno(why, "The directory for the files cannot be opened");
	struct place *place = mem_alloc(sizeof(*place));
	place_init(place, files);
	enum err e = payload_make_dirs(p, place, why);
	if (e == ERR_OK)
		e = payload_copy_files(p, place, why);
	if (e == ERR_OK)
		e = payload_make_links(p, place, why);
	if (e == ERR_OK)
		e = payload_write_manifest(p, part, why);
	if (e == ERR_OK)
		e = payload_shut_dirs(p, part, place, why);
	place_done(place);
	free(place);
	return e;
}

enum err
payload_sync(const struct payload *p, int part, char why[SHARE_WHY_SIZE])
{
	if (syncfs(part) != 0)
		return share_errno(why, "The share cannot be synced");
	MEM_CLOSE int files =
	    openat(part, "files", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (files < 0)
		return share_errno(why, "The directory of the files cannot be opened");
	struct place *place = mem_alloc(sizeof(*place));
	place_init(place, files);
	for (size_t i = 0; i < p->manifest->nfiles; i++) {
		const struct release_file *f = &p->manifest->files[i];
		if (place_set(place, f->dest.data, f->dest.len) != ERR_OK)
			continue;
		MEM_CLOSE int fd =
		    openat(place->dirfd, place->name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
		if (fd >= 0)
			posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	}
	place_done(place);
	free(place);
	return ERR_OK;
}
