/* SPDX-License-Identifier: ISC */
#include "src/proc/stager/reconcile.h"

#include "src/base/escape.h"
#include "src/base/io.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/proc/stager/papers.h"
#include "src/proc/stager/tombstone.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void
add(json_t *rows, const char *transfer, const char *part, const char *finding, const char *why)
{
	MEM_FREE char *name = escape_dup(transfer);
	if (json_array_size(rows) < LIM_RECONCILE_ROWS)
		json_array_append_new(rows, json_pack("{s:s, s:s, s:s, s:s}", "transfer", name,
						"part", part, "finding", finding, "why", why));
}

static bool
is_there(int dir, const char *name)
{
	return faccessat(dir, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* --- one transfer ---------------------------------------------------------------------- */

static void
look_tombstone(const struct delivery *d, const struct custody_transfer *t, json_t *rows)
{
	struct buf text;
	buf_init(&text, LIM_NOTE_BYTES);
	bool stands =
	    tombstone_print(t, &text) == ERR_OK && tombstone_stands(d->share, t->id, &text);
	buf_done(&text);
	if (stands)
		add(rows, t->id, "tombstone", "same", "");
	else if (!is_there(d->share->transfers, t->id))
		add(rows, t->id, "tombstone", "missing", "nothing is in its place");
	else
		add(rows, t->id, "tombstone", "changed",
		    "what is in its place is not the tombstone that was put there");
}

static enum err
look_delivery(const struct delivery *d, const struct custody_transfer *t, json_t *rows,
    struct delivery_result *r)
{
	struct delivery_result look;
	char id[TRANSFER_ID_SIZE];
	snprintf(id, sizeof(id), "%s", t->id);
	enum err e = delivery_compare(d, id, &look);
	if (e == ERR_OK) {
		add(rows, id, "delivery", "same", "");
		return ERR_OK;
	}
	bool missing = strcmp(look.step, "open") == 0 && e == ERR_NOTFOUND;
	if (!missing && strcmp(look.step, "open") != 0 && strcmp(look.step, "read-back") != 0) {
		*r = look;
		return e;
	}
	add(rows, id, "delivery", missing ? "missing" : "changed", look.why);
	return ERR_OK;
}

static void
look_index(const struct delivery *d, const struct custody_transfer *t, json_t *rows)
{
	MEM_FREE uint8_t *text = NULL;
	MEM_FREE char *begin = mem_printf("\n%s\t", t->id);
	MEM_FREE char *end = mem_printf("\t%s", papers_state(t));
	size_t n = 0;
	MEM_CLOSE int fd =
	    openat(d->share->root, "INDEX", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	char *line = NULL;
	if (fd >= 0 && io_slurp(fd, LIM_SEALED_BYTES, &text, &n) == ERR_OK)
		line = strstr((char *)text, begin);
	if (line == NULL) {
		add(rows, t->id, "INDEX", "missing", "no line of INDEX is about it");
		return;
	}
	line[1 + strcspn(line + 1, "\n")] = '\0';
	size_t len = strlen(line), tail = strlen(end);
	bool same = len > tail && strcmp(line + len - tail, end) == 0;
	add(rows, t->id, "INDEX", same ? "same" : "changed",
	    same ? "" : "INDEX gives it another state than the record");
}

static enum err
look_transfer(const struct delivery *d, const char *id, json_t *rows, struct delivery_result *r)
{
	const struct custody_transfer *t = record_transfer(d->record, id);
	if (t == NULL)
		return err_say(
		    ERR_NOTFOUND, r->why, sizeof(r->why), "The ledger knows no such transfer.");
	if (!papers_delivered(t)) {
		if (is_there(d->share->transfers, t->id))
			add(rows, t->id, "delivery", "extra",
			    "nothing of it was delivered, and it is on the share");
		return ERR_OK;
	}
	enum err e = ERR_OK;
	look_index(d, t, rows);
	if (is_there(d->share->custody, t->id) && !papers_behind(d->share, t))
		add(rows, t->id, "custody", "same", "");
	else
		add(rows, t->id, "custody", "missing",
		    "the custody folder lacks its last entry");
	if (transfer_moved(&t->facts))
		look_tombstone(d, t, rows);
	else
		e = look_delivery(d, t, rows, r);
	return e;
}

/* --- what is beside the record ------------------------------------------------------------ */

static void
look_names(const struct delivery *d, int dir, const char *part, json_t *rows)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *entry;
	if (list == NULL) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((entry = readdir(list)) != NULL)
		if (entry->d_name[0] != '.' &&
		    record_transfer(d->record, entry->d_name) == NULL)
			add(rows, entry->d_name, part, "extra",
			    "the ledger knows no such transfer");
	closedir(list);
}

enum err
reconcile(const struct delivery *d, const char *transfer, json_t *rows,
    struct delivery_result *ret_result)
{
	struct delivery_result r = {
	    .step = "record", .next = "An administrator verifies the record."};
	enum err e = record_refresh(d->record, r.why);
	if (e == ERR_OK) {
		r.step = "share";
		r.next = "See that the share is mounted, then repeat it.";
		e = share_there(d->share, r.why);
	}
	if (e == ERR_OK && transfer[0] != '\0') {
		e = look_transfer(d, transfer, rows, &r);
	} else if (e == ERR_OK) {
		look_names(d, d->share->transfers, "delivery", rows);
		look_names(d, d->share->custody, "custody", rows);
	}
	*ret_result = r;
	return e;
}
