/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/resume.h"
#include "db/work.h"
#include "src/base/hex.h"
#include "src/base/io.h"
#include "src/base/mem.h"
#include "src/proc/desk/choosing.h"
#include "src/proc/desk/scan.h"
#include "src/proc/desk/session.h"
#include "src/proc/desk/stage.h"

#include <string.h>
#include <unistd.h>

#define RESUME_LEFT        "not read: the program that reads this file system stopped"
#define RESUME_BATCH_BYTES ((uint64_t)256 << 20) /* hashed between two words on the screen */

struct resume {
	const char *why;                 /* nothing is kept: why; or NULL */
	uint64_t files, bytes;           /* that are as they were: known when listing is over */
	uint64_t seen_files, seen_bytes; /* the vault has looked at them */
	uint64_t all_files, all_bytes;   /* to be read, before the reader was told */
	uint64_t kept_files, kept_bytes; /* not read again */
	bool over;
	/* one request to the vault: rows[asked[i]] is object i of it */
	struct work_had rows[LIM_VAULT_CHECK];
	size_t asked[LIM_VAULT_CHECK], nrows, nasked;
	/* files that the reader passes over */
	uint8_t *bits;
	uint64_t last;
};

/* --- is it the same medium, as it was? ------------------------------------------------ */

static const char *
resume_refuse(const struct intake *in, enum err known, const char *before, const char *now)
{
	if (known != ERR_OK)
		return "nothing is known of an earlier reading";
	/* it was in the port all the time */
	if (!in->relisted && strncmp(now, "none:", 5) == 0)
		return "policy takes no digest of the medium, so nobody knows whether it has "
		       "changed";
	return strcmp(before, now) == 0
	           ? NULL
	           : "the medium has changed since then: its digest is another one";
}

void
resume_medium(struct intake *in)
{
	const char *now = json_string_value(json_object_get(in->medium, "before"));
	char before[WORK_BEFORE_SIZE] = "";
	bool opened = false;
	enum err e = work_medium_get(in->work, before, &opened);
	if (e != ERR_OK && e != ERR_NOTFOUND)
		intake_check(in, e);
	if (e == ERR_OK || in->again) {
		uint64_t n = 0;
		in->resume = mem_alloc(sizeof(*in->resume));
		*in->resume = (struct resume){.why = resume_refuse(in, e, before, now)};
		intake_check(in, work_had_take(in->work, in->resume->why == NULL,
				     in->relisted ? RESUME_LEFT : NULL));
		/* rows of volumes that are not read any more */
		intake_check(in, work_item_count(in->work, &n, &in->base));
		in->items += n;
	}
	intake_check(in, work_medium_put(in->work, now));
	intake_check(in, work_commit(in->work));
	/* what was in a volume that was opened is not to be lost for want of its secret */
	if (opened && in->hold == HOLD_NEVER)
		in->hold = HOLD_IF_NEEDED;
}

/* --- what the vault has ---------------------------------------------------------------- */

void
resume_listed(struct intake *in)
{
	struct resume *r = in->resume;
	if (r == NULL || r->why != NULL)
		return;
	intake_check(in, work_had_count(in->work, &r->files, &r->bytes));
}

uint64_t
resume_bytes(const struct intake *in)
{
	return in->resume != NULL ? in->resume->bytes : 0;
}

static void
resume_keep(struct intake *in, const struct work_had *row)
{
	struct resume *r = in->resume;
	bool is_new = false;
	intake_check(in, work_item_kept(in->work, row->item, row->sha256, row->bytes, &is_new));
	if (is_new)
		scan_object(in->scan, row->sha256, row->bytes);
	uint64_t bit = row->item - in->base - 1; /* kept rows are never looked for */
	r->bits[bit / 8] |= (uint8_t)(1u << bit % 8);
	r->last = bit + 1;
}

/* The next rows, as many as are asked for at once; false at the end. */
static bool
resume_next(struct intake *in)
{
	struct resume *r = in->resume;
	uint64_t after = r->nrows > 0 ? r->rows[r->nrows - 1].item : 0, bytes = 0;
	size_t n = 0, i = 0;
	intake_check(in, work_had_next(in->work, after, r->rows, LIM_VAULT_CHECK, &n));
	for (; i < n && (i == 0 || bytes + r->rows[i].bytes <= RESUME_BATCH_BYTES); i++)
		bytes += r->rows[i].bytes;
	r->nrows = i;
	return i > 0 && in->lost == ERR_OK;
}

/* Asks the vault; false when these rows leave nothing to ask. */
static bool
resume_ask(struct intake *in)
{
	struct resume *r = in->resume;
	json_t *objects = json_array();
	r->nasked = 0;
	for (size_t i = 0; i < r->nrows; i++) {
		char sha256[HEX_DIGEST_SIZE];
		/* the same bytes as those of a file before it, or of a request */
		if (r->rows[i].known) {
			resume_keep(in, &r->rows[i]);
			continue;
		}
		hex_encode(r->rows[i].sha256, sizeof(r->rows[i].sha256), sha256);
		json_array_append_new(objects, json_string(sha256));
		r->asked[r->nasked++] = i;
	}
	if (r->nasked > 0)
		channel_send(in->desk->vault, MSG_VAULT_CHECK,
		    json_pack("{s:I, s:O}", "tag", (json_int_t)in->tag, "objects", objects),
		    -1);
	json_decref(objects);
	return r->nasked > 0;
}

static void
resume_seen(struct resume *r)
{
	r->seen_files += r->nrows;
	for (size_t i = 0; i < r->nrows; i++)
		r->seen_bytes += r->rows[i].bytes;
}

/* All was looked at: the reader hears what it passes over. */
static void
resume_tell(struct intake *in)
{
	struct resume *r = in->resume;
	MEM_CLOSE int fd = -1;
	r->over = true;
	intake_check(in, work_commit(in->work));
	if (r->last == 0 || in->lost != ERR_OK) {
		choosing_ready(in);
		return;
	}
	if (io_memfd("had", r->bits, (r->last + 7) / 8, &fd) != ERR_OK) {
		intake_fail(in, "reading", "the station has no memory for what was kept");
		return;
	}
	r->all_files = in->files;
	r->all_bytes = in->bytes;
	in->stage = STAGE_HAVING;
	channel_send(in->reader, MSG_READ_HAVE, NULL, fd);
}

/* Goes on until the vault is asked something, or all was looked at. */
static void
resume_go_on(struct intake *in)
{
	while (resume_next(in)) {
		if (resume_ask(in))
			return;
		resume_seen(in->resume);
	}
	resume_tell(in);
}

bool
resume_begin(struct intake *in)
{
	struct resume *r = in->resume;
	if (r == NULL || r->why != NULL || r->over)
		return false;
	resume_listed(in);
	if (r->files == 0)
		return false;
	r->bits = mem_alloc(LIM_ITEMS / 8 + 1);
	in->stage = STAGE_CHECKING;
	session_progress(in->desk, in->transfer);
	resume_go_on(in);
	return true;
}

void
resume_on_checked(struct intake *in, const struct msg *m)
{
	struct resume *r = in->resume;
	uint8_t good[LIM_VAULT_CHECK / 8];
	if (in->stage != STAGE_CHECKING || !hex_decode(msg_str(m, "good"), 64, good, 32))
		return;
	for (size_t i = 0; i < r->nasked; i++)
		if ((good[i / 8] & 1u << i % 8) != 0)
			resume_keep(in, &r->rows[r->asked[i]]);
	resume_seen(r);
	resume_go_on(in);
}

void
resume_told(struct intake *in)
{
	struct resume *r = in->resume;
	if (in->stage != STAGE_HAVING)
		return;
	r->kept_files = r->all_files > in->files ? r->all_files - in->files : 0;
	r->kept_bytes = r->all_bytes > in->bytes ? r->all_bytes - in->bytes : 0;
}

/* --- words ---------------------------------------------------------------------------- */

json_t *
resume_print(const struct intake *in)
{
	const struct resume *r = in->resume;
	if (r == NULL)
		return NULL;
	return json_pack("{s:I, s:I, s:I, s:s}", "bytes", (json_int_t)r->kept_bytes, "files",
	    (json_int_t)r->kept_files, "read", (json_int_t)in->files, "why",
	    r->why != NULL ? r->why : "");
}

void
resume_stages(const struct intake *in, json_t *stages)
{
	const struct resume *r = in->resume;
	if (r == NULL || (!r->over && in->stage != STAGE_CHECKING) || r->files == 0)
		return;
	struct stage row = {"check kept", r->over ? STAGE_IS_DONE : STAGE_RUNS, r->seen_files,
	    r->files, r->seen_bytes, r->bytes};
	stage_add(stages, &row);
}

void
resume_end(struct intake *in)
{
	if (in->resume != NULL)
		free(in->resume->bits);
	free(in->resume);
	in->resume = NULL;
}
