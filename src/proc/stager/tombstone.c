/* SPDX-License-Identifier: ISC */
#include "src/proc/stager/tombstone.h"

#include "src/base/escape.h"
#include "src/base/io.h"
#include "src/base/limits.h"
#include "src/base/mem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What lies under a name. */
enum lies { LIES_NOTHING, LIES_TOMBSTONE, LIES_OTHER };

static void
print_signature(const char *word, const struct custody_approval *a, struct buf *out)
{
	MEM_FREE char *name = escape_dup(a->name);
	buf_addf(out, "%-12s%s (%s), %s\n%-12s%s\n", word, a->officer, name, a->at, "  entry",
	    a->leaf);
}

static void
print_signatures(const char *word, const struct custody_recall *r, struct buf *out)
{
	MEM_FREE char *reason = escape_dup(r->reason != NULL ? r->reason : "");
	buf_addf(out, "%-12s%s\n", word, reason);
	print_signature("proposed", &r->proposal, out);
	print_signature("agreed", &r->agreement, out);
}

/* `since`: what was recalled was retired afterwards; or NULL. */
static enum err
print(const struct custody_transfer *t, const struct custody_recall *r,
    const struct custody_recall *since, struct buf *out)
{
	buf_addf(out, "%s\n%s\n%-12s%s\n",
	    r->retire ? "This delivery was retired: its files were removed."
		      : "This delivery was recalled: do not use it, nor copies of it.",
	    since != NULL ? "It was retired since: its files were removed.\n" : "", "transfer",
	    t->id);
	print_signatures("reason", r, out);
	if (since != NULL)
		print_signatures("retired", since, out);
	buf_addf(out,
	    "\nThe record of it is in custody/%s; manifest.sha256 there names every file it\n"
	    "had, with its digest, for who looks for copies.\n",
	    t->id);
	return out->error;
}

enum err
tombstone_print(const struct custody_transfer *t, struct buf *out)
{
	if (t->recalled.reason == NULL)
		return print(t, &t->recall, NULL, out);
	bool agreed = t->recall.agreement.leaf[0] != '\0';
	return print(t, &t->recalled, agreed ? &t->recall : NULL, out);
}

enum err
tombstone_print_before(const struct custody_transfer *t, struct buf *out)
{
	return t->recalled.reason != NULL ? print(t, &t->recalled, NULL, out) : ERR_OK;
}

/* --- what is there ------------------------------------------------------------------- */

/* Nothing but the tombstone's text is in the directory. */
static bool
holds_one_file(int dir)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *entry;
	size_t n = 0;
	if (d == NULL) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	while ((entry = readdir(d)) != NULL)
		n += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
	closedir(d);
	return n == 1;
}

static bool
is_tombstone(int dir, const struct buf *text)
{
	MEM_FREE uint8_t *bytes = NULL;
	size_t n = 0;
	MEM_CLOSE int fd =
	    openat(dir, TOMBSTONE_FILE, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	return fd >= 0 && io_slurp(fd, LIM_NOTE_BYTES, &bytes, &n) == ERR_OK &&
	       n == text->len && memcmp(bytes, text->data, n) == 0 && holds_one_file(dir);
}

static enum lies
look(int dir, const char *name, const struct buf *text)
{
	struct stat st;
	int found = -1;
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT)
		return LIES_NOTHING;
	if (share_find(dir, name, &found) != ERR_OK)
		return LIES_OTHER;
	MEM_CLOSE int fd = found;
	return is_tombstone(fd, text) ? LIES_TOMBSTONE : LIES_OTHER;
}

/* A delivery that was moved there; half a tombstone has neither. */
static bool
holds_delivery(int away, const char *transfer)
{
	int found = -1;
	if (share_find(away, transfer, &found) != ERR_OK)
		return false;
	MEM_CLOSE int fd = found;
	return faccessat(fd, "files", F_OK, AT_SYMLINK_NOFOLLOW) == 0 ||
	       faccessat(fd, "MANIFEST.sha256", F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

bool
tombstone_stands(const struct share *s, const char *transfer, const struct buf *text)
{
	return look(s->transfers, transfer, text) == LIES_TOMBSTONE;
}

/* --- putting it there ------------------------------------------------------------------ */

static enum err
open_away(const struct share *s, int *ret_fd, char why[SHARE_WHY_SIZE])
{
	if (mkdirat(s->transfers, TOMBSTONE_AWAY, 0700) != 0 && errno != EEXIST)
		return share_errno(why, "The place for recalled deliveries cannot be made");
	if (fchmodat(s->transfers, TOMBSTONE_AWAY, 0700, 0) != 0 ||
	    share_find(s->transfers, TOMBSTONE_AWAY, ret_fd) != ERR_OK)
		return share_errno(why, "The place for recalled deliveries cannot be opened");
	return ERR_OK;
}

/* A tombstone in a directory that can still be moved into another. */
static enum err
make(int dir, const char *name, const struct buf *text, char why[SHARE_WHY_SIZE])
{
	int found = -1;
	if (share_remove(dir, name) != ERR_OK)
		return share_errno(why, "What an interrupted run left cannot be removed");
	if (mkdirat(dir, name, 0755) != 0 || share_find(dir, name, &found) != ERR_OK)
		return share_errno(why, "The tombstone's directory cannot be made");
	MEM_CLOSE int fd = found;
	if (io_create_synced(fd, TOMBSTONE_FILE, 0444, text->data, text->len) != ERR_OK ||
	    fsync(dir) != 0)
		return share_errno(why, "The tombstone cannot be written");
	return ERR_OK;
}

/* Nobody adds to it; where it stands already, this does no harm. */
static enum err
shut(const struct share *s, const char *transfer, char why[SHARE_WHY_SIZE])
{
	if (fchmodat(s->transfers, transfer, 0555, 0) != 0 || fsync(s->transfers) != 0)
		return share_errno(why, "The tombstone cannot be shut");
	return ERR_OK;
}

/* Nothing is in its place. */
static enum err
appear(const struct share *s, const char *transfer, const struct buf *text,
    char why[SHARE_WHY_SIZE])
{
	MEM_FREE char *part = mem_printf(".%s.part", transfer);
	enum err e = make(s->transfers, part, text, why);
	return e == ERR_OK ? share_publish(s->transfers, transfer, why) : e;
}

/* The delivery goes away, and the tombstone stands in its place. */
static enum err
exchange(const struct share *s, int away, const char *transfer, const struct buf *text,
    char why[SHARE_WHY_SIZE])
{
	enum err e = make(away, transfer, text, why);
	if (e != ERR_OK)
		return e;
	/* a directory that changes its parent must be writable */
	if (fchmodat(s->transfers, transfer, 0755, 0) != 0)
		return share_errno(why, "The delivery cannot be moved");
	if (renameat2(away, transfer, s->transfers, transfer, RENAME_EXCHANGE) == 0)
		return ERR_OK;
	if (errno != EINVAL && errno != ENOSYS && errno != EOPNOTSUPP)
		return share_errno(why, "The delivery cannot be moved out of sight");
	if (share_remove(away, transfer) != ERR_OK ||
	    renameat(s->transfers, transfer, away, transfer) != 0)
		return share_errno(why, "The delivery cannot be moved out of sight");
	return appear(s, transfer, text, why);
}

/* One tombstone takes the place of another; what it leaves is swept away like any part. */
static enum err
replace(const struct share *s, const char *transfer, const struct buf *text,
    char why[SHARE_WHY_SIZE])
{
	MEM_FREE char *part = mem_printf(".%s.part", transfer);
	enum err e = make(s->transfers, part, text, why);
	if (e != ERR_OK)
		return e;
	if (renameat2(s->transfers, part, s->transfers, transfer, RENAME_EXCHANGE) == 0)
		return share_remove(s->transfers, part) == ERR_OK
		           ? ERR_OK
		           : share_errno(why, "The earlier tombstone cannot be removed");
	if (errno != EINVAL && errno != ENOSYS && errno != EOPNOTSUPP)
		return share_errno(why, "The tombstone cannot be changed");
	if (share_remove(s->transfers, transfer) != ERR_OK)
		return share_errno(why, "The earlier tombstone cannot be removed");
	return share_publish(s->transfers, transfer, why);
}

static enum err
put(const struct share *s, int away, const char *transfer, const struct tombstone *t,
    char why[SHARE_WHY_SIZE])
{
	const struct buf *text = t->text;
	enum lies here = look(s->transfers, transfer, text);
	if (here == LIES_TOMBSTONE)
		return ERR_OK;
	if (here == LIES_NOTHING)
		return appear(s, transfer, text, why);
	if (t->before != NULL && look(s->transfers, transfer, t->before) == LIES_TOMBSTONE)
		return replace(s, transfer, text, why);
	if (!holds_delivery(away, transfer))
		return exchange(s, away, transfer, text, why);
	snprintf(why, SHARE_WHY_SIZE,
	    "The delivery was moved out of sight before, and something else is in "
	    "transfers/%s now. An administrator looks where it is from, and moves it away.",
	    transfer);
	return ERR_EXISTS;
}

enum err
tombstone_put(const struct share *s, const char *transfer, const struct tombstone *t,
    bool *ret_found, char why[SHARE_WHY_SIZE])
{
	const struct buf *text = t->text;
	int opened = -1;
	enum err e = open_away(s, &opened, why);
	if (e != ERR_OK)
		return e;
	MEM_CLOSE int away = opened;
	e = put(s, away, transfer, t, why);
	if (e == ERR_OK)
		e = shut(s, transfer, why);
	/* a tombstone that was to go into the place of a delivery which was not there */
	if (e == ERR_OK && look(away, transfer, text) == LIES_TOMBSTONE &&
	    share_remove(away, transfer) != ERR_OK)
		e = share_errno(why, "A tombstone that is not needed cannot be removed");
	if (e == ERR_OK && fsync(away) != 0)
		e = share_errno(why, "The place for recalled deliveries cannot be synced");
	if (e == ERR_OK)
		*ret_found = look(away, transfer, text) == LIES_OTHER;
	return e;
}

enum err
tombstone_clear(const struct share *s, const char *transfer, char why[SHARE_WHY_SIZE])
{
	int opened = -1, found = -1;
	enum err e = open_away(s, &opened, why);
	if (e != ERR_OK)
		return e;
	MEM_CLOSE int away = opened;
	e = share_find(away, transfer, &found);
	MEM_CLOSE int fd = found;
	if (e == ERR_NOTFOUND)
		return ERR_OK;
	if (e != ERR_OK || fchmod(fd, 0700) != 0 || share_remove(fd, "files") != ERR_OK ||
	    share_remove(fd, "MANIFEST.sha256") != ERR_OK || fsync(fd) != 0)
		return share_errno(why, "The retired files cannot be removed");
	return ERR_OK;
}

void
tombstone_tidy(const struct share *s, const char *transfer)
{
	char unused[SHARE_WHY_SIZE];
	int opened = -1;
	if (open_away(s, &opened, unused) != ERR_OK)
		return;
	MEM_CLOSE int away = opened;
	(void)unlinkat(away, transfer, AT_REMOVEDIR);
}
