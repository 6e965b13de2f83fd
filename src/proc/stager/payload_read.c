/* SPDX-License-Identifier: ISC */
/* Reading back: what the disk holds is what was signed, and nothing else is there. */
#include "src/proc/stager/payload.h"

#include "src/base/escape.h"
#include "src/base/io.h"
#include "src/base/mem.h"
#include "src/core/digest.h"
#include "src/proc/stager/place.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_NAME_CELLS  96
#define READ_CHUNK       262144
#define READ_AHEAD       16        /* files the kernel is told to fetch while one is hashed */
#define READ_AHEAD_BYTES (4 << 20) /* of each; further on the kernel sees that we go on */

struct reading {
	const struct payload *payload;
	struct place *place;
	struct digest *digest;
	uint8_t *chunk; /* READ_CHUNK */
	struct buf text;
	int ahead[READ_AHEAD]; /* descriptors of the next files, -1 where there is none */
	size_t opened;
};

static enum err
payload_differs(char why[SHARE_WHY_SIZE], struct inventory_bytes dest, const char *what)
{
	char name[READ_NAME_CELLS + 1];
	escape_fit(dest.data, dest.len, name, sizeof(name), READ_NAME_CELLS, NULL);
	snprintf(why, SHARE_WHY_SIZE, "%s %s.", name, what);
	return ERR_SIGNATURE;
}

static enum err
payload_hash(struct reading *r, int fd, uint64_t *ret_bytes, uint8_t ret_sha256[32])
{
	uint64_t bytes = 0;
	for (;;) {
		ssize_t n = read(fd, r->chunk, READ_CHUNK);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return ERR_IO;
		if (n == 0)
			break;
		digest_add(r->digest, r->chunk, (size_t)n);
		bytes += (uint64_t)n;
	}
	digest_final(r->digest, ret_sha256);
	*ret_bytes = bytes;
	return ERR_OK;
}

/* Opens the files up to READ_AHEAD after file i; one that cannot be opened fails later. */
static void
payload_read_ahead(struct reading *r, size_t i)
{
	const struct release_manifest *m = r->payload->manifest;
	for (; r->opened < m->nfiles && r->opened < i + READ_AHEAD; r->opened++) {
		const struct release_file *f = &m->files[r->opened];
		int fd = -1;
		if (place_set(r->place, f->dest.data, f->dest.len) == ERR_OK)
			fd = openat(r->place->dirfd, r->place->name,
			    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
		if (fd >= 0)
			posix_fadvise(fd, 0, READ_AHEAD_BYTES, POSIX_FADV_WILLNEED);
		r->ahead[r->opened % READ_AHEAD] = fd;
	}
}

static int
payload_read_next(struct reading *r, size_t i)
{
	payload_read_ahead(r, i);
	int fd = r->ahead[i % READ_AHEAD];
	r->ahead[i % READ_AHEAD] = -1;
	return fd;
}

static enum err
payload_read_file(struct reading *r, size_t i, char why[SHARE_WHY_SIZE])
{
	const struct release_file *f = &r->payload->manifest->files[i];
	struct stat st;
	uint8_t sha256[32];
	uint64_t bytes = 0;
	const unsigned mode = (f->mode & 0111) != 0 ? 0555 : 0444;
	MEM_CLOSE int fd = payload_read_next(r, i);
	if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return payload_differs(why, f->dest, "is not on the share as a file");
	if ((st.st_mode & 07777) != mode || st.st_nlink != 1)
		return payload_differs(
		    why, f->dest, "has another mode or another name besides");
	if (payload_hash(r, fd, &bytes, sha256) != ERR_OK)
		return payload_differs(why, f->dest, "cannot be read back from the share");
	if (bytes != f->size_bytes || memcmp(sha256, f->sha256, sizeof(sha256)) != 0)
		return payload_differs(
		    why, f->dest, "was read back with other bytes than were approved");
	enum err e = release_manifest_line(sha256, f->dest, &r->text);
	return e == ERR_OK ? buf_add_byte(&r->text, '\n') : e;
}

static enum err
payload_read_links(struct reading *r, char why[SHARE_WHY_SIZE])
{
	const struct release_manifest *m = r->payload->manifest;
	char target[LIM_LINK_BYTES + 1];
	for (size_t i = 0; i < m->nlinks; i++) {
		const struct release_link *l = &m->links[i];
		if (place_set(r->place, l->dest.data, l->dest.len) != ERR_OK)
			return payload_differs(why, l->dest, "is missing from the share");
		ssize_t n = readlinkat(r->place->dirfd, r->place->name, target, sizeof(target));
		if (n < 0 || (size_t)n != l->target.len ||
		    memcmp(target, l->target.data, l->target.len) != 0)
			return payload_differs(
			    why, l->dest, "is not the link that was approved");
	}
	return ERR_OK;
}

/* Entries below fd, which is taken; SIZE_MAX when it is too deep or cannot be read. */
static size_t
payload_count(int fd, unsigned depth)
{
	DIR *d = fd >= 0 && depth <= LIM_PATH_DEPTH + 2 ? fdopendir(fd) : NULL;
	if (d == NULL) {
		if (fd >= 0)
			close(fd);
		return SIZE_MAX;
	}
	size_t total = 0;
	struct dirent *entry;
	while (total != SIZE_MAX && (entry = readdir(d)) != NULL) {
		struct stat st;
		size_t below = 0;
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (fstatat(dirfd(d), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
			below = SIZE_MAX;
		else if (S_ISDIR(st.st_mode))
			below =
			    payload_count(openat(dirfd(d), entry->d_name,
					      O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC),
				depth + 1);
		total = below == SIZE_MAX ? SIZE_MAX : total + 1 + below;
	}
	closedir(d);
	return total;
}

/* What stands beside files/ : the manifest as it was signed, and nothing more. */
static enum err
payload_read_manifest(const struct release_manifest *m, int part, char why[SHARE_WHY_SIZE])
{
	uint8_t *text = NULL;
	size_t n = 0;
	MEM_CLOSE int fd = openat(part, "MANIFEST.sha256", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	enum err e = fd >= 0 ? io_slurp(fd, m->text_len, &text, &n) : ERR_IO;
	bool same = e == ERR_OK && n == m->text_len && memcmp(text, m->text, n) == 0;
	free(text);
	if (!same) {
		snprintf(why, SHARE_WHY_SIZE, "MANIFEST.sha256 is not the approved manifest.");
		return ERR_SIGNATURE;
	}
	int dir = openat(part, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (payload_count(dir, 0) != m->nfiles + m->nlinks + m->ndirs + 2) {
		snprintf(why, SHARE_WHY_SIZE,
		    "The transfer's directory on the share does not hold just what was "
		    "approved.");
		return ERR_SIGNATURE;
	}
	return ERR_OK;
}

static enum err
payload_read_all(struct reading *r, int part, uint8_t ret_sha256[32], char why[SHARE_WHY_SIZE])
{
	const struct payload *p = r->payload;
	const struct release_manifest *m = p->manifest;
	enum err e = ERR_OK;
	uint64_t bytes = 0;
	for (size_t i = 0; e == ERR_OK && i < m->nfiles; i++) {
		e = payload_read_file(r, i, why);
		bytes += m->files[i].size_bytes;
		p->progress(p->arg, i + 1, bytes);
	}
	if (e == ERR_OK)
		e = payload_read_links(r, why);
	if (e == ERR_OK)
		e = payload_read_manifest(m, part, why);
	if (e != ERR_OK)
		return e;
	if (r->text.error != ERR_OK || r->text.len != m->text_len ||
	    memcmp(r->text.data, m->text, m->text_len) != 0) {
		snprintf(why, SHARE_WHY_SIZE,
		    "The manifest made from what was read back is not the approved one.");
		return ERR_SIGNATURE;
	}
	digest_sha256(r->text.data, r->text.len, ret_sha256);
	return ERR_OK;
}

enum err
payload_read_back(
    const struct payload *p, int part, uint8_t ret_sha256[32], char why[SHARE_WHY_SIZE])
{
	MEM_CLOSE int files =
	    openat(part, "files", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (files < 0)
		return share_errno(why, "The directory of the files cannot be opened");
	struct reading r = {.payload = p};
	r.place = mem_alloc(sizeof(*r.place));
	r.chunk = mem_alloc(READ_CHUNK);
	r.digest = digest_new();
	buf_init(&r.text, LIM_SEALED_BYTES);
	place_init(r.place, files);
	for (size_t i = 0; i < READ_AHEAD; i++)
		r.ahead[i] = -1;
	enum err e = payload_read_all(&r, part, ret_sha256, why);
	for (size_t i = 0; i < READ_AHEAD; i++)
		if (r.ahead[i] >= 0)
			close(r.ahead[i]);
	place_done(r.place);
	digest_free(r.digest);
	buf_done(&r.text);
	free(r.chunk);
	free(r.place);
	return e;
}
