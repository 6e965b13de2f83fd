/* SPDX-License-Identifier: ISC */
#include "src/proc/stager/paper.h"

#include "src/base/io.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/canon.h"
#include "src/core/digest.h"
#include "src/core/export.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const paper_names[] = {"report.txt", "report.json", "report.html",
    "report.pdf", "items.csv", "findings.csv", "slip.txt"};
/* Before the name of one that may be released; a slip never may. */
static const char paper_released[] = "releasable-";

/* Hold what is about no one transfer. */
static bool
paper_is_general(const char *folder)
{
	return strcmp(folder, "period") == 0 || strcmp(folder, "people") == 0 ||
	       strcmp(folder, EXPORT_RECORD) == 0;
}

/* Part of the record: its name says how much of it, and it never takes another's place. */
static bool
paper_is_record(const char *folder, const char *name)
{
	static const char bundle[] = "bundle-";
	const size_t n = sizeof(bundle) - 1;
	if (strcmp(folder, EXPORT_RECORD) == 0)
		return true;
	return strncmp(name, bundle, n) == 0 && strspn(name + n, "0123456789") >= 8 &&
	       strcmp(name + n + strspn(name + n, "0123456789"), ".tar") == 0;
}

static bool
paper_name_ok(const char *folder, const char *name)
{
	MEM_FREE char *path = mem_printf("reports/%s/%s", folder, name);
	if (paper_is_general(folder) || paper_is_record(folder, name))
		return export_is_name(path);
	const size_t before = sizeof(paper_released) - 1;
	const bool released = strncmp(name, paper_released, before) == 0;
	const char *plain = released ? name + before : name;
	for (size_t i = 0; i < sizeof(paper_names) / sizeof(paper_names[0]); i++)
		if (strcmp(paper_names[i], plain) == 0)
			return !released || strcmp(plain, "slip.txt") != 0;
	return false;
}

/* --- it was entered ---------------------------------------------------------------- */

static bool
paper_is_its_entry(const struct entry *e, const char *path, const char *sha256)
{
	return strcmp(e->type, "audit.export") == 0 &&
	       strcmp(canon_str(e->data, "document"), sha256) == 0 &&
	       strcmp(canon_str(e->data, "name"), path) == 0;
}

/* Nothing leaves before the record says so, whoever asks: it is among the newest entries. */
static enum err
paper_recorded(struct record *r, const char *path, const char *sha256, char why[SHARE_WHY_SIZE])
{
	const uint64_t size = custody_places(record_custody(r), LOG_CUSTODY);
	const uint64_t n = size < LIM_EXPORT_BACK ? size : LIM_EXPORT_BACK;
	uint64_t seqs[LIM_EXPORT_BACK];
	struct record_entries all;
	bool found = false;
	for (uint64_t i = 0; i < n; i++)
		seqs[i] = size - n + i;
	enum err e = record_entries(r, LOG_CUSTODY, seqs, n, &all, why);
	if (e != ERR_OK)
		return e;
	for (size_t i = 0; !found && i < all.count; i++)
		found = paper_is_its_entry(all.list[i].entry, path, sha256);
	record_entries_done(&all);
	if (!found)
		snprintf(why, SHARE_WHY_SIZE, "The record does not say that this leaves.");
	return found ? ERR_OK : ERR_DENIED;
}

/* --- writing ------------------------------------------------------------------------- */

struct paper {
	const struct share *share;
	const char *folder, *name;
	const uint8_t *bytes;
	size_t n;
	char sha256[HEX_DIGEST_SIZE];
};

/* What lies there now, read from the disk where that can be had. */
static bool
paper_reads_as(int dir, const char *name, const char *sha256)
{
	MEM_FREE uint8_t *bytes = NULL;
	size_t n;
	char hex[HEX_DIGEST_SIZE];
	uint8_t digest[DIGEST_SIZE];
	MEM_CLOSE int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return false;
	posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	if (io_slurp(fd, LIM_SEALED_BYTES, &bytes, &n) != ERR_OK)
		return false;
	digest_sha256(bytes, n, digest);
	hex_encode(digest, sizeof(digest), hex);
	return strcmp(hex, sha256) == 0;
}

/* Never in the place of another; what is there already and the same is what was asked for. */
static enum err
paper_write_new(int dir, const struct paper *p, char why[SHARE_WHY_SIZE])
{
	MEM_FREE char *part = mem_printf(".%s.part", p->name);
	share_sweep_dir(dir);
	if (io_create_synced(dir, part, 0444, p->bytes, p->n) != ERR_OK)
		return share_errno(why, "It cannot be written to the share");
	const bool whole = paper_reads_as(dir, part, p->sha256);
	const int linked = whole ? linkat(dir, part, dir, p->name, 0) : 0;
	const int error = errno;
	unlinkat(dir, part, 0);
	if (!whole)
		return err_say(ERR_IO, why, SHARE_WHY_SIZE,
		    "What was written to the share does not read back as it was.");
	if (linked != 0 && error != EEXIST) {
		errno = error;
		return share_errno(why, "It cannot be given its name on the share");
	}
	if (linked != 0 && !paper_reads_as(dir, p->name, p->sha256))
		return err_say(ERR_EXISTS, why, SHARE_WHY_SIZE,
		    "reports/%s/%s is there already, and is something else.", p->folder,
		    p->name);
	return fsync(dir) == 0 ? ERR_OK
	                       : share_errno(why, "The folder of the share cannot be synced");
}

static enum err
paper_replace(int dir, const struct paper *p, char why[SHARE_WHY_SIZE])
{
	if (io_replace_synced(dir, p->name, 0444, p->bytes, p->n) != ERR_OK)
		return share_errno(why, "The report cannot be written");
	return paper_reads_as(dir, p->name, p->sha256)
	           ? ERR_OK
	           : err_say(ERR_IO, why, SHARE_WHY_SIZE,
			 "What was written to the share does not read back as it was.");
}

static enum err
paper_write(const struct paper *p, char why[SHARE_WHY_SIZE])
{
	uint64_t free_bytes;
	int found = -1;
	enum err e = share_ready(p->share, 1, p->n, &free_bytes, why);
	if (e != ERR_OK)
		return e;
	if (mkdirat(p->share->reports, p->folder, 0755) != 0 && errno != EEXIST)
		return share_errno(why, "The folder of the report cannot be made");
	e = share_find(p->share->reports, p->folder, &found);
	MEM_CLOSE int dir = found;
	if (e != ERR_OK || fsync(p->share->reports) != 0)
		return share_errno(why, "The folder of the report cannot be opened");
	return paper_is_record(p->folder, p->name) ? paper_write_new(dir, p, why)
	                                           : paper_replace(dir, p, why);
}

enum err
paper_put(struct record *r, const struct share *s, const char *transfer, const char *name,
    int fd, char why[SHARE_WHY_SIZE])
{
	uint8_t *bytes;
	size_t n;
	enum err e = record_refresh(r, why);
	if (e != ERR_OK)
		return e;
	if (!paper_is_general(transfer) && record_transfer(r, transfer) == NULL) {
		snprintf(why, SHARE_WHY_SIZE, "The ledger knows no such transfer.");
		return ERR_NOTFOUND;
	}
	if (!paper_name_ok(transfer, name)) {
		snprintf(why, SHARE_WHY_SIZE, "No report has this name.");
		return ERR_DENIED;
	}
	e = io_memfd_read(fd, LIM_SEALED_BYTES, &bytes, &n);
	if (e != ERR_OK) {
		snprintf(why, SHARE_WHY_SIZE, "The report is not sealed, or too large.");
		return e;
	}
	struct paper p = {.share = s, .folder = transfer, .name = name, .bytes = bytes, .n = n};
	MEM_FREE char *path = mem_printf("reports/%s/%s", transfer, name);
	uint8_t digest[DIGEST_SIZE];
	digest_sha256(bytes, n, digest);
	hex_encode(digest, sizeof(digest), p.sha256);
	e = paper_recorded(r, path, p.sha256, why);
	if (e == ERR_OK)
		e = paper_write(&p, why);
	free(bytes);
	return e;
}
