/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/reading.h"
#include "db/work.h"
#include "src/base/clock.h"
#include "src/base/escape.h"
#include "src/base/hex.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/core/canon.h"
#include "src/proc/desk/book.h"
#include "src/proc/desk/choosing.h"
#include "src/proc/desk/early.h"
#include "src/proc/desk/evidence.h"
#include "src/proc/desk/follow.h"
#include "src/proc/desk/listing.h"
#include "src/proc/desk/purge.h"
#include "src/proc/desk/resume.h"
#include "src/proc/desk/scan.h"
#include "src/proc/desk/session.h"
#include "src/proc/desk/stage.h"
#include "src/proc/desk/stopped.h"
#include "src/proc/desk/tag.h"
#include "src/proc/desk/unlock.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* From the first word about the medium to the last of its contents. */
#define READING_AT_WORK                                                                       \
	(1u << STAGE_LISTING | 1u << STAGE_FIRST | 1u << STAGE_HELD | 1u << STAGE_UNLOCKING | \
	    1u << STAGE_RELISTING | 1u << STAGE_SKIPPING | 1u << STAGE_CHECKING |             \
	    1u << STAGE_HAVING | 1u << STAGE_READING)

/* The medium may be taken out: nobody holds it any more. */
static void
reading_close(struct intake *in)
{
	if (in->medium_fd >= 0)
		close(in->medium_fd);
	in->medium_fd = -1;
}

/* Reader and vault are both through: the medium may be handed back. */
static void
reading_over(struct intake *in)
{
	static const enum msg_id answers[] = {MSG_VAULT_SYNCED, MSG_NONE};
	struct work_totals totals;
	struct msg m;
	uint64_t lost;
	char why[BOOK_WHY_SIZE];
	if (!in->reader_done || !in->vault_ended)
		return;
	intake_check(
	    in, work_items_lost(in->work, "its contents did not arrive in the vault", &lost));
	intake_check(in, work_totals(in->work, &totals));
	intake_check(in, work_commit(in->work));
	if (in->lost != ERR_OK)
		return;
	if (channel_call(in->desk->vault, MSG_VAULT_SYNC, json_pack("{s:i}", "req", 1), -1,
		answers, &m) != ERR_OK)
		log_fatal("the vault does not answer");
	bool synced = msg_bool(&m, "ok");
	snprintf(why, sizeof(why), "%s", msg_str(&m, "why"));
	msg_done(&m);
	if (!synced) {
		intake_fail(in, "reading", why);
		return;
	}
	json_t *data = json_pack("{s:I, s:I, s:I, s:O, s:I}", "bytes", (json_int_t)totals.bytes,
	    "files", (json_int_t)totals.files, "items", (json_int_t)totals.items, "medium",
	    in->medium, "unreadable", (json_int_t)totals.unread);
	if (in->resume != NULL)
		json_object_set_new(data, "resumed", resume_print(in));
	enum err e = book_transfer(in->desk, "xfer.read", in->transfer, data, why);
	if (e != ERR_OK) {
		intake_fail(in, "reading", why);
		return;
	}
	in->stage = STAGE_SCANNING;
	reading_close(in);
	session_progress(in->desk, in->transfer);
	scan_finish(in->scan); /* may end the intake */
}

/* --- a medium that does not answer --------------------------------------------------- */

/* The reader is at work on the medium: it would say something every now and then. */
static bool
reading_expects(const struct intake *in)
{
	if (in->reader == NULL || in->reader_done || (READING_AT_WORK & 1u << in->stage) == 0)
		return false;
	return in->stage != STAGE_HELD && in->stage != STAGE_CHECKING &&
	       (in->stage != STAGE_READING || !in->paused);
}

void
reading_tick(struct intake *in)
{
	if (!reading_expects(in))
		in->heard_ms = clock_mono_ms();
}

unsigned
reading_stalled_s(const struct intake *in)
{
	int64_t quiet_ms = clock_mono_ms() - in->heard_ms;
	if (!reading_expects(in) || in->heard_ms == 0 || quiet_ms < LIM_STALL_MS)
		return 0;
	return (unsigned)(quiet_ms / 1000);
}

bool
reading_give_up(struct intake *in)
{
	if ((in->stage != STAGE_READING && in->stage != STAGE_FIRST) ||
	    reading_stalled_s(in) == 0)
		return false;
	channel_send(in->reader, MSG_READ_GIVE_UP,
	    json_pack("{s:I}", "heard", (json_int_t)in->heard), -1);
	return true;
}

/* --- what takes long besides the contents --------------------------------------------- */

static const char *const reading_steps[INTAKE_STEPS] = {"digest", "regions", "digest again"};

/* The steps come one after the other. */
static void
reading_step(struct intake *in, const struct msg *m)
{
	const char *name = msg_str(m, "step");
	for (size_t i = 0; i < INTAKE_STEPS; i++) {
		struct intake_step *s = &in->steps[i];
		if (name == NULL || strcmp(name, reading_steps[i]) != 0) {
			s->over |= s->of > 0;
			continue;
		}
		s->at = msg_uint(m, "at");
		s->of = msg_uint(m, "of");
	}
}

void
reading_stages(const struct intake *in, json_t *stages)
{
	for (size_t i = 0; i < INTAKE_STEPS; i++) {
		const struct intake_step *s = &in->steps[i];
		bool over = s->over || in->reader_done;
		struct stage row = {reading_steps[i],
		    over         ? STAGE_IS_DONE
		    : in->paused ? STAGE_IS_PAUSED
				 : STAGE_RUNS,
		    0, 0, over ? s->of : s->at, s->of};
		if (s->of > 0)
			stage_add(stages, &row);
	}
}

/* --- what the reader says ---------------------------------------------------------- */

/* That reading began is recorded once; what serves it then must be as safe as that. */
static enum err
reading_record(struct intake *in, bool sandboxed, char why[BOOK_WHY_SIZE])
{
	const struct custody_transfer *t =
	    custody_transfer_find(in->desk->custody, in->transfer);
	if (stopped_count(in) == 0)
		return book_transfer(in->desk, "xfer.start", in->transfer,
		    json_pack("{s:s, s:b}", "officer", in->officer, "sandbox",
			sandboxed && in->desk->vault_sandboxed),
		    why);
	if (sandboxed || (t != NULL && t->tainted))
		return ERR_OK;
	snprintf(why, BOOK_WHY_SIZE, "the reader that was to go on has no sandbox");
	return ERR_DENIED;
}

static void
reading_begin(struct intake *in)
{
	json_t *begin = json_pack("{s:s}", "digest", in->policy->medium_digest);
	json_t *without = stopped_without(in);
	/* a number that no message can bear is more than any medium has */
	if (in->policy->region_look_bytes <= CANON_UINT_MAX)
		json_object_set_new(
		    begin, "look", json_integer((json_int_t)in->policy->region_look_bytes));
	if (without != NULL)
		json_object_set_new(begin, "without", without);
	channel_send(in->reader, MSG_READ_BEGIN, begin, -1);
	in->heard_ms = clock_mono_ms();
	in->stage = STAGE_LISTING;
}

static void
reading_on_hello(struct intake *in, struct msg *m)
{
	bool sandboxed = false;
	char why[BOOK_WHY_SIZE];
	if (channel_accept_hello(in->reader, m, &sandboxed) != ERR_OK) {
		intake_fail(in, "reading", "the reader speaks another protocol");
		return;
	}
	if (reading_record(in, sandboxed, why) != ERR_OK) {
		intake_fail(in, "reading", why);
		return;
	}
	reading_begin(in);
	if (in->scan != NULL)
		return;
	in->scan = scan_new(in->desk, in->work, in->policy, intake_on_scanned, in);
	scan_for(in->scan, in->transfer);
	if (in->paused)
		scan_pause(in->scan, true);
}

static void
reading_on_medium(struct intake *in, struct msg *m)
{
	json_t *volumes = listing_volumes(json_object_get(m->body, "volumes"));
	if (in->medium != NULL || volumes == NULL) {
		json_decref(volumes);
		intake_fail(
		    in, "reading", "the reader described the medium in an unknown form");
		return;
	}
	MEM_FREE char *table = escape_checked(msg_str(m, "table"));
	in->prefix = json_array_size(volumes) > 1;
	in->medium = json_pack("{s:I, s:s, s:o}", "bytes", (json_int_t)msg_uint(m, "bytes"),
	    "table", table, "volumes", volumes);
	in->places = listing_places(json_object_get(m->body, "volumes"));
	json_object_set_new(in->medium, "write_protect",
	    json_string(evidence_write_protect(
		in->image, in->hardware, msg_bool(m, "write_protected"))));
	char why[EVIDENCE_WHY_SIZE];
	if (!evidence_take(in->medium, m, in->policy, false, why)) {
		intake_fail(in, "reading", why);
		return;
	}
	resume_medium(in);
}

/* While the contents are read only the medium as a whole gives rise to an item. */
static bool
reading_may_add(const struct intake *in, const struct msg *m)
{
	return in->stage != STAGE_READING ||
	       (strcmp(msg_str(m, "kind"), "region") == 0 && msg_uint(m, "parent") == 0);
}

static void
reading_on_item(struct intake *in, struct msg *m)
{
	enum err e = in->medium == NULL        ? ERR_STATE
	             : in->items >= LIM_ITEMS  ? ERR_LIMIT
	             : !reading_may_add(in, m) ? ERR_STATE
	             : !unlock_is_of(in, m)    ? ERR_EXISTS
	                                       : listing_add(in->work, m, in->prefix);
	in->items++;
	/* it stands for a volume that a reader died of */
	const char *stopped = strcmp(msg_str(m, "kind"), "region") == 0
	                          ? stopped_why(in, msg_uint(m, "volume"))
	                          : NULL;
	if (e == ERR_OK && stopped != NULL)
		e = work_item_looked(in->work, msg_uint(m, "id"), WORK_REGION_STOPPED, stopped);
	if (e == ERR_NOSPACE || e == ERR_IO)
		intake_check(in, e);
	else if (e == ERR_RANGE || e == ERR_LIMIT)
		intake_fail(in, "reading",
		    "the reader reported an impossible item, or more than there can be");
	else if (e != ERR_OK)
		intake_fail(
		    in, "reading", "the reader reported an item that does not fit the others");
}

static void
reading_on_totals(struct intake *in, struct msg *m)
{
	if (in->medium == NULL) {
		intake_fail(in, "reading", "the reader did not describe the medium");
		return;
	}
	in->files = msg_uint(m, "files");
	in->bytes = msg_uint(m, "bytes");
	choosing_totals(in); /* may end the intake */
}

void
reading_go(struct intake *in)
{
	in->stage = STAGE_READING;
	in->heard_ms = clock_mono_ms();
	in->ready = in->paused;
	if (!in->paused)
		channel_send(in->reader, MSG_READ_GO, NULL, -1);
}

static void
reading_on_progress(struct intake *in, struct msg *m)
{
	in->files_read = msg_uint(m, "files");
	in->bytes_read = msg_uint(m, "bytes");
	reading_step(in, m);
}

static void
reading_on_region(struct intake *in, struct msg *m)
{
	MEM_FREE char *why = escape_checked(msg_str(m, "why"));
	enum err e = work_item_looked(in->work, msg_uint(m, "item"),
	    msg_bool(m, "zero") ? WORK_REGION_ZERO : WORK_REGION_DATA, why);
	if (e == ERR_NOTFOUND)
		intake_fail(
		    in, "reading", "the reader spoke of a region that it had not listed");
	else
		intake_check(in, e);
}

static void
reading_on_same(struct intake *in, struct msg *m)
{
	enum err e = work_item_same(in->work, msg_uint(m, "item"), msg_uint(m, "as"));
	if (e == ERR_NOTFOUND) {
		intake_fail(in, "reading", "the reader spoke of a file that it had not listed");
		return;
	}
	intake_check(in, e);
	in->files_done++;
}

static void
reading_on_bad(struct intake *in, struct msg *m)
{
	MEM_FREE char *why = escape_checked(msg_str(m, "why"));
	if (in->stage == STAGE_FIRST && !early_is_its(in, msg_uint(m, "item"))) {
		intake_fail(in, "reading", "the reader spoke of a file that nobody asked for");
		return;
	}
	enum err e = work_item_bad(in->work, msg_uint(m, "item"), "unreadable", why);
	if (e == ERR_NOTFOUND) {
		intake_fail(in, "reading", "the reader spoke of a file that nobody asked for");
		return;
	}
	intake_check(in, e);
	in->errors++;
}

static void
reading_on_done(struct intake *in, struct msg *m)
{
	char why[EVIDENCE_WHY_SIZE];
	if (!evidence_take(in->medium, m, in->policy, true, why)) {
		intake_fail(in, "reading", why);
		return;
	}
	in->reader_done = true;
	reading_over(in);
}

static void
reading_on_failed(struct intake *in, struct msg *m)
{
	MEM_FREE char *why = escape_checked(msg_str(m, "why"));
	if (msg_bool(m, "gone"))
		follow_lost(in->desk, in->transfer);
	intake_fail(in, "reading", msg_bool(m, "gone") ? FOLLOW_PULLED : why);
}

static const struct {
	enum msg_id id;
	unsigned stages; /* a set: when it may be said */
	void (*fn)(struct intake *, struct msg *);
} reading_handlers[] = {
    {MSG_HELLO, 1u << STAGE_OPENING, reading_on_hello},
    {MSG_READER_AT, READING_AT_WORK, stopped_on_at},
    {MSG_READER_MEDIUM, 1u << STAGE_LISTING, reading_on_medium},
    {MSG_READER_ITEM, 1u << STAGE_LISTING | 1u << STAGE_RELISTING | 1u << STAGE_READING,
	reading_on_item},
    {MSG_READER_TOTALS,
	1u << STAGE_LISTING | 1u << STAGE_RELISTING | 1u << STAGE_SKIPPING | 1u << STAGE_HAVING,
	reading_on_totals},
    {MSG_READER_UNLOCKED, 1u << STAGE_UNLOCKING, unlock_on_reader},
    {MSG_READER_PROGRESS, READING_AT_WORK, reading_on_progress},
    {MSG_READER_REGION, 1u << STAGE_READING, reading_on_region},
    {MSG_READER_SAME, 1u << STAGE_READING, reading_on_same},
    {MSG_READER_BAD, 1u << STAGE_FIRST | 1u << STAGE_READING, reading_on_bad},
    {MSG_READER_FIRST, 1u << STAGE_FIRST, early_on_reader},
    {MSG_READER_DONE, 1u << STAGE_READING, reading_on_done},
    {MSG_READER_FAILED, READING_AT_WORK, reading_on_failed},
};

/* The reader counts from 1; rows that are kept of volumes it does not read have the first
 * numbers. */
static void
reading_number(const struct intake *in, struct msg *m)
{
	static const char *const keys[] = {"id", "parent", "item", "as"};
	if (in->base == 0 || m->body == NULL)
		return;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (msg_uint(m, keys[i]) != 0)
			json_object_set_new(m->body, keys[i],
			    json_integer((json_int_t)(msg_uint(m, keys[i]) + in->base)));
}

static void
reading_on_message(void *arg, struct channel *ch, struct msg *m)
{
	struct intake *in = arg;
	(void)ch;
	in->heard += m->id != MSG_HELLO && m->id != MSG_READER_AT;
	in->heard_ms = clock_mono_ms();
	reading_number(in, m);
	for (size_t i = 0; i < sizeof(reading_handlers) / sizeof(reading_handlers[0]); i++) {
		if (reading_handlers[i].id != m->id)
			continue;
		if ((reading_handlers[i].stages & 1u << in->stage) != 0 && !in->reader_done)
			reading_handlers[i].fn(in, m);
		else
			intake_fail(
			    in, intake_step(in), "the reader spoke when it had nothing to say");
		return;
	}
}

static void
reading_on_gone(void *arg, struct channel *ch, enum err why)
{
	struct intake *in = arg;
	(void)ch;
	if (in->reader_done || (why != ERR_PROTO && stopped_gone(in, false)))
		return;
	intake_fail(in, "reading",
	    why == ERR_PROTO ? "the reader broke the protocol"
			     : "the reader ended while at work");
}

/* --- what parent and vault say ----------------------------------------------------- */

static void
reading_on_spawned(void *arg, uint64_t tag, int fd)
{
	struct intake *in = arg;
	(void)tag;
	in->reader = channel_new(fd, ROLE_DESK, ROLE_READER);
	channel_hello(in->reader, "sallyport-desk", true);
	loop_add_channel(in->desk->loop, in->reader, reading_on_message, reading_on_gone, in);
}

static void
reading_on_refused(void *arg, uint64_t tag, const char *why)
{
	struct intake *in = arg;
	(void)tag;
	in->tag = 0;
	intake_fail(in, "reading", why);
}

static void
reading_on_exited(void *arg, uint64_t tag, int status, int signum)
{
	struct intake *in = arg;
	(void)tag;
	if (in->reader == NULL) {
		char why[96];
		snprintf(why, sizeof(why), "the reader ended with %s %d",
		    signum != 0 ? "signal" : "status", signum != 0 ? signum : status);
		intake_fail(in, "reading", why);
		return;
	}
	stopped_on_exit(in, signum); /* may end the intake */
}

static void
reading_on_vault_failed(struct intake *in, struct msg *m)
{
	char why[1024], advice[256] = "";
	if (msg_bool(m, "cut") && stopped_gone(in, true))
		return;
	if (msg_bool(m, "full"))
		purge_advice(in->desk, advice, sizeof(advice));
	snprintf(why, sizeof(why), "%.600s%s%s", msg_str(m, "why"),
	    advice[0] != '\0' ? " Now: " : "", advice);
	intake_fail(in, "reading", why);
}

static void
reading_on_vault(void *arg, uint64_t tag, struct msg *m)
{
	struct intake *in = arg;
	uint8_t sha256[32];
	bool is_new = false;
	(void)tag;
	reading_number(in, m);
	if (m->id == MSG_VAULT_KEPT && hex_decode(msg_str(m, "sha256"), 64, sha256, 32)) {
		/* the reader's pipe is open before it was asked for anything */
		bool wanted =
		    in->stage == STAGE_READING ||
		    (in->stage == STAGE_FIRST && early_is_its(in, msg_uint(m, "item")));
		enum err e = !wanted ? ERR_NOTFOUND
		                     : work_item_kept(in->work, msg_uint(m, "item"), sha256,
					   msg_uint(m, "bytes"), &is_new);
		if (e == ERR_NOTFOUND) {
			intake_fail(in, intake_step(in),
			    "the reader sent contents that nobody asked for");
			return;
		}
		intake_check(in, e);
		in->files_done++;
		in->bytes_done += msg_uint(m, "bytes");
		if (is_new)
			scan_object(in->scan, sha256, msg_uint(m, "bytes"));
		if (in->stage == STAGE_FIRST)
			early_arrived(in, msg_uint(m, "item"));
	} else if (m->id == MSG_VAULT_FAILED) {
		reading_on_vault_failed(in, m);
	} else if (m->id == MSG_VAULT_CHECKED) {
		resume_on_checked(in, m); /* may end the intake */
	} else if (m->id == MSG_VAULT_ENDED) {
		in->vault_ended = true;
		if (in->reader_done)
			reading_over(in);
		else
			stopped_settle(in); /* may end the intake */
	}
}

static const struct tag_handler reading_tag = {
    .spawned = reading_on_spawned,
    .refused = reading_on_refused,
    .exited = reading_on_exited,
    .vault = reading_on_vault,
};

static void
reading_spawn(struct intake *in)
{
	in->tag = tag_new(in->desk, &reading_tag, in);
	channel_send(in->desk->parent, MSG_DESK_SPAWN_READER,
	    json_pack("{s:I}", "tag", (json_int_t)in->tag), in->medium_fd);
}

void
reading_start(struct intake *in, int medium_fd)
{
	/* a volume that is unlocked is looked at by another program, and so it may be by
	 * another reader */
	in->medium_fd = fcntl(medium_fd, F_DUPFD_CLOEXEC, 0);
	reading_spawn(in);
}

static void
reading_end_reader(struct intake *in)
{
	if (in->reader != NULL)
		loop_del_channel(in->desk->loop, in->reader);
	in->reader = channel_free(in->reader);
	if (in->tag != 0) {
		tag_kill(in->desk, in->tag);
		tag_drop(in->desk, in->tag);
	}
	in->tag = 0;
}

void
reading_again(struct intake *in)
{
	/* what was chosen is chosen */
	if (in->stage > STAGE_RELISTING)
		in->hold = HOLD_NEVER;
	unlock_end(in);
	choosing_end(in);
	early_end(in);
	resume_end(in);
	reading_end_reader(in);
	in->relisted |= in->medium != NULL;
	json_decref(in->medium);
	json_decref(in->places);
	in->medium = in->places = NULL;
	in->stage = STAGE_OPENING;
	in->items = in->files = in->bytes = in->files_read = in->bytes_read = 0;
	in->files_done = in->bytes_done = in->errors = in->heard = 0;
	in->vault_ended = in->ready = false;
	in->skips = 0;
	memset(in->steps, 0, sizeof(in->steps));
	reading_spawn(in);
}

void
reading_end(struct intake *in)
{
	reading_end_reader(in);
	reading_close(in);
}
