/* SPDX-License-Identifier: ISC */
#include "src/proc/stager/anchors.h"

#include "src/base/io.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/tlog.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ANCHORS_FOLDER "anchors"
#define ANCHORS_NEWEST "checkpoint"

/* A checkpoint of this log in that folder; false when there is none that its key signed. */
static bool
anchors_read(
    const struct note_vkey *key, int dir, const char *name, struct note_checkpoint *ret)
{
	uint8_t *bytes;
	size_t n;
	MEM_CLOSE int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || io_slurp(fd, LIM_NOTE_BYTES, &bytes, &n) != ERR_OK)
		return false;
	bool good = note_checkpoint_open(bytes, n, key, ret) == ERR_OK;
	free(bytes);
	return good;
}

static void
anchors_take(struct anchors_seen *seen, const struct note_checkpoint *c, bool anchors)
{
	if (seen->any && c->size < seen->size)
		return;
	seen->anchors = anchors;
	seen->any = true;
	seen->size = c->size;
	memcpy(seen->root, c->root, sizeof(seen->root));
}

/* The folders of transfers: the newest has the largest, and folders are replaced whole. */
static void
anchors_look_custody(
    const struct share *s, const struct note_vkey *key, struct anchors_seen *seen)
{
	struct dirent *e;
	struct note_checkpoint c;
	int copy = openat(s->custody, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = copy >= 0 ? fdopendir(copy) : NULL;
	if (d == NULL) {
		if (copy >= 0)
			close(copy);
		return;
	}
	while ((e = readdir(d)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		MEM_FREE char *path = mem_printf("%s/" ANCHORS_NEWEST, e->d_name);
		if (anchors_read(key, s->custody, path, &c))
			anchors_take(seen, &c, false);
	}
	closedir(d);
}

static bool
anchors_agree(const struct custody *c, const struct anchors_seen *seen)
{
	const uint8_t *root = custody_root(c, LOG_CUSTODY, seen->size);
	return root != NULL && memcmp(root, seen->root, sizeof(seen->root)) == 0;
}

enum err
anchors_check(
    struct record *r, const struct share *s, struct anchors_seen *ret, char why[SHARE_WHY_SIZE])
{
	struct note_vkey key;
	struct note_checkpoint c;
	struct anchors_seen seen = {.any = false};
	enum err e = record_refresh(r, why);
	if (e == ERR_OK)
		e = share_there(s, why);
	if (e != ERR_OK)
		return e;
	const struct custody *custody = record_custody(r);
	e = note_vkey_parse(custody_vkey(custody, LOG_CUSTODY), &key);
	if (e != ERR_OK)
		return err_say(e, why, SHARE_WHY_SIZE, "The key of the log is malformed.");
	anchors_look_custody(s, &key, &seen);
	if (anchors_read(&key, s->root, ANCHORS_FOLDER "/" ANCHORS_NEWEST, &c))
		anchors_take(&seen, &c, true);
	seen.agrees = seen.any && anchors_agree(custody, &seen);
	*ret = seen;
	return ERR_OK;
}

/* What proves that this checkpoint continues the one that lies there. */
static enum err
anchors_request(const struct custody *c, const char *checkpoint, uint64_t old, struct buf *out)
{
	struct tlog_request r = {
	    .old = old, .checkpoint = checkpoint, .checkpoint_len = strlen(checkpoint)};
	uint64_t size = custody_size(c, LOG_CUSTODY);
	enum err e =
	    old > 0 ? merkle_consistency(custody_leaves(c, LOG_CUSTODY), old, size, &r.proof)
		    : ERR_OK;
	return e == ERR_OK ? tlog_request_print(&r, out) : e;
}

static enum err
anchors_put(int dir, const char *checkpoint, const char *name, const struct buf *request,
    char why[SHARE_WHY_SIZE])
{
	if (io_replace_synced(dir, name, 0444, request->data, request->len) != ERR_OK ||
	    io_replace_synced(dir, ANCHORS_NEWEST, 0444, checkpoint, strlen(checkpoint)) !=
		ERR_OK)
		return share_errno(why, "The checkpoint cannot be written to the share");
	return ERR_OK;
}

/* Of its own for each epoch: what lies there of an earlier one stays. */
static void
anchors_name(const struct custody *c, uint64_t size, char name[64])
{
	const unsigned epoch = custody_epoch_now(c)->number;
	if (epoch == 1)
		snprintf(name, 64, "%08ju.add-checkpoint", (uintmax_t)size);
	else
		snprintf(name, 64, "%u-%08ju.add-checkpoint", epoch, (uintmax_t)size);
}

enum err
anchors_write(
    struct record *r, const struct share *s, struct anchors_seen *ret, char why[SHARE_WHY_SIZE])
{
	const struct custody *c = record_custody(r);
	const char *checkpoint = record_checkpoint(r, LOG_CUSTODY);
	struct note_vkey key;
	struct note_checkpoint before = {.size = 0};
	struct anchors_seen seen = {.any = true, .agrees = true, .anchors = true};
	struct buf request;
	uint64_t free_bytes;
	char name[64];
	int found = -1;
	enum err e = share_ready(s, 2, LIM_TLOG_BYTES, &free_bytes, why);
	if (e != ERR_OK)
		return e;
	if (mkdirat(s->root, ANCHORS_FOLDER, 0755) != 0 && errno != EEXIST)
		return share_errno(why, "The folder of the anchors cannot be made");
	e = share_find(s->root, ANCHORS_FOLDER, &found);
	MEM_CLOSE int dir = found;
	if (e != ERR_OK || fsync(s->root) != 0)
		return share_errno(why, "The folder of the anchors cannot be opened");
	if (note_vkey_parse(custody_vkey(c, LOG_CUSTODY), &key) == ERR_OK)
		anchors_read(&key, dir, ANCHORS_NEWEST, &before);
	seen.size = custody_size(c, LOG_CUSTODY);
	anchors_name(c, seen.size, name);
	memcpy(seen.root, custody_root(c, LOG_CUSTODY, seen.size), sizeof(seen.root));
	buf_init(&request, LIM_TLOG_BYTES);
	e = anchors_request(c, checkpoint, before.size, &request);
	e = e == ERR_OK ? anchors_put(dir, checkpoint, name, &request, why)
	                : err_say(e, why, SHARE_WHY_SIZE, "The proof cannot be made.");
	buf_done(&request);
	if (e == ERR_OK)
		*ret = seen;
	return e;
}
