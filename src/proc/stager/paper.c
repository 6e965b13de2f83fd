/* SPDX-License-Identifier: ISC */
#include "src/proc/stager/paper.h"

#include "src/base/io.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/export.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const paper_names[] = {"report.txt", "report.json", "report.html",
    "report.pdf", "items.csv", "findings.csv", "slip.txt"};
/* Before the name of one that may be released; a slip never may. */
static const char paper_released[] = "releasable-";

/* period/ and people/ hold what is about no one transfer. */
static bool
paper_is_general(const char *folder)
{
	return strcmp(folder, "period") == 0 || strcmp(folder, "people") == 0;
}

static bool
paper_name_ok(const char *folder, const char *name)
{
	MEM_FREE char *path = mem_printf("reports/%s/%s", folder, name);
	if (paper_is_general(folder))
		return export_is_name(path);
	const size_t before = sizeof(paper_released) - 1;
	const bool released = strncmp(name, paper_released, before) == 0;
	const char *plain = released ? name + before : name;
	for (size_t i = 0; i < sizeof(paper_names) / sizeof(paper_names[0]); i++)
		if (strcmp(paper_names[i], plain) == 0)
			return !released || strcmp(plain, "slip.txt") != 0;
	return false;
}

static enum err
paper_write(const struct share *s, const char *transfer, const char *name, const uint8_t *bytes,
    size_t n, char why[SHARE_WHY_SIZE])
{
	uint64_t free_bytes;
	int found = -1;
	enum err e = share_ready(s, 1, n, &free_bytes, why);
	if (e != ERR_OK)
		return e;
	if (mkdirat(s->reports, transfer, 0755) != 0 && errno != EEXIST)
		return share_errno(why, "The folder of the report cannot be made");
	e = share_find(s->reports, transfer, &found);
	MEM_CLOSE int dir = found;
	if (e != ERR_OK || fsync(s->reports) != 0)
		return share_errno(why, "The folder of the report cannot be opened");
	if (io_replace_synced(dir, name, 0444, bytes, n) != ERR_OK)
		return share_errno(why, "The report cannot be written");
	return ERR_OK;
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
	e = paper_write(s, transfer, name, bytes, n, why);
	free(bytes);
	return e;
}
