/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/intake.h"
#include "db/work.h"
#include "src/base/escape.h"
#include "src/base/hex.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/core/policy.h"
#include "src/proc/desk/book.h"
#include "src/proc/desk/fault.h"
#include "src/proc/desk/follow.h"
#include "src/proc/desk/judge.h"
#include "src/proc/desk/listing.h"
#include "src/proc/desk/opening.h"
#include "src/proc/desk/purge.h"
#include "src/proc/desk/scan.h"
#include "src/proc/desk/session.h"
#include "src/proc/desk/stage.h"
#include "src/proc/desk/tag.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* How far it is; the reader may say only what belongs to the stage. */
enum intake_stage {
	STAGE_OPENING,
	STAGE_LISTING,
	STAGE_READING,
	STAGE_SCANNING,
	STAGE_JUDGING,
};

struct intake {
	struct intake *next;
	struct desk *desk;
	char transfer[TRANSFER_ID_SIZE];
	char officer[LIM_PERSON_ID_BYTES + 1];
	enum intake_stage stage;
	struct work *work; /* the desk's */
	struct policy *policy;
	struct scan *scan;
	uint64_t tag;
	struct channel *reader;
	json_t *medium;                          /* as xfer.read records it */
	bool prefix;                             /* more than one volume: v1/, v2/ */
	uint64_t items, files, bytes;            /* what the reader counted */
	uint64_t files_read, bytes_read;         /* contents, as the reader says */
	uint64_t files_done, bytes_done, errors; /* what came of them */
	bool reader_done, vault_ended;
	bool paused, ready; /* ready: the reader waits for the word to go on */
	int timer;          /* commit and progress */
	int lost_timer;     /* its work database has failed: the end is near */
	enum err lost;      /* why; nothing is recorded any more but the fault */
};

static void intake_free(struct intake *);

struct intake *
intake_find(struct desk *d, const char *transfer)
{
	struct intake *in = d->intakes;
	while (in != NULL && strcmp(in->transfer, transfer) != 0)
		in = in->next;
	return in;
}

bool
intake_needs_medium(const struct intake *in)
{
	return in->stage <= STAGE_READING;
}

static uint64_t
intake_more(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static enum stage_state
intake_stage_state(const struct intake *in, bool over, bool begun)
{
	if (over || in->stage > STAGE_READING)
		return STAGE_IS_DONE;
	if (!begun)
		return STAGE_WAITS;
	return in->paused ? STAGE_IS_PAUSED : STAGE_RUNS;
}

json_t *
intake_progress(const struct intake *in)
{
	json_t *stages = json_array();
	bool reading = in->stage == STAGE_READING;
	uint64_t through = in->files_done + in->errors;
	struct stage read = {"read", intake_stage_state(in, in->reader_done, true),
	    in->stage == STAGE_LISTING ? in->items : intake_more(in->files_read, through),
	    in->files, intake_more(in->bytes_read, in->bytes_done), in->bytes};
	struct stage keep = {"keep", intake_stage_state(in, in->vault_ended, reading), through,
	    in->files, in->bytes_done, in->bytes};
	const struct custody_transfer *t =
	    custody_transfer_find(in->desk->custody, in->transfer);
	/* scanned once more: nothing is read */
	if (in->medium != NULL || in->stage <= STAGE_READING) {
		stage_add(stages, &read);
		stage_add(stages, &keep);
	}
	if (in->scan != NULL && in->stage >= STAGE_READING)
		scan_stages(in->scan, reading && in->files > through ? in->files - through : 0,
		    reading && in->bytes > in->bytes_done ? in->bytes - in->bytes_done : 0,
		    stages);
	return stage_progress(in->transfer,
	    transfer_state_name(t != NULL ? t->facts.state : TRANSFER_NONE), stages, in->errors,
	    in->paused, "");
}

/* --- endings ------------------------------------------------------------------------ */

/* The transfer cannot go on: an entry, a word to whoever watches, and the end. */
static void
intake_fail(struct intake *in, const char *step, const char *reason)
{
	struct desk *d = in->desk;
	log_warn("transfer %s: %s failed: %s", in->transfer, step, reason);
	work_commit(in->work);
	fault_record(d, in->transfer, step, reason);
	MEM_FREE char *transfer = mem_strdup(in->transfer);
	intake_free(in);
	session_progress(d, transfer);
}

static const char *
intake_step(const struct intake *in)
{
	return in->stage >= STAGE_SCANNING ? "scanning" : "reading";
}

static void
intake_on_lost(void *arg)
{
	struct intake *in = arg;
	in->lost_timer = 0;
	intake_fail(in, intake_step(in),
	    in->lost == ERR_NOSPACE
		? "the disk of the work databases is full; an administrator makes room on it, "
		  "then the medium is read again"
		: "the work database cannot be written; an administrator looks at its disk, "
		  "then the medium is read again");
}

/*
 * Rows that cannot be written are the end of this intake, not of the station:
 * of itself, as soon as whoever is at work here has come back.
 */
static void
intake_check(struct intake *in, enum err e)
{
	if (e == ERR_OK || in->lost != ERR_OK)
		return;
	log_warn("work database of %s: %s", in->transfer, work_why(in->work));
	in->lost = e;
	in->lost_timer = loop_add_timer(in->desk->loop, 0, intake_on_lost, in);
}

/* --- review ------------------------------------------------------------------------------ */

static void
intake_count_verdict(void *arg, const char *word, uint64_t n)
{
	json_t *verdicts = arg;
	if (word[0] != '\0')
		json_object_set_new(verdicts, word, json_integer((json_int_t)n));
}

static json_t *
intake_scan_data(struct intake *in)
{
	static const char *const words[] = {"clean", "error", "incomplete", "invalid",
	    "malicious", "na", "suspicious", "timeout", "unscanned"};
	struct work_totals totals = {0};
	json_t *verdicts = json_object();
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		json_object_set_new(verdicts, words[i], json_integer(0));
	intake_check(in, work_tally(in->work, intake_count_verdict, verdicts));
	intake_check(in, work_totals(in->work, &totals));
	return json_pack("{s:I, s:o, s:o}", "objects", (json_int_t)totals.objects, "scanners",
	    scan_print(in->scan), "verdicts", verdicts);
}

static bool
intake_is_blocked(const struct intake *in)
{
	const struct custody_transfer *t =
	    custody_transfer_find(in->desk->custody, in->transfer);
	return t != NULL && t->facts.state == TRANSFER_BLOCKED;
}

/* Everything was scanned: judge it, and say where the transfer stands. */
static void
intake_on_scanned(void *arg, struct scan *scan)
{
	struct intake *in = arg;
	struct desk *d = in->desk;
	char medium[JUDGE_WHY_SIZE], why[BOOK_WHY_SIZE] = "";
	const char *unfit = scan_unfit(scan);
	in->stage = STAGE_JUDGING;
	intake_check(in, scan_lost(scan));
	/* the ledger will say that it was scanned: what that means must outlast a power cut */
	intake_check(in, work_durable(in->work));
	enum err e = in->lost != ERR_OK ? in->lost : judge_items(in->work, in->policy, medium);
	if (e == ERR_RANGE || e == ERR_LIMIT) {
		intake_fail(in, "scanning", "what the scanners said is over a limit");
		return;
	}
	intake_check(in, e);
	intake_check(in, work_commit(in->work));
	if (in->lost != ERR_OK)
		return;
	if (unfit == NULL)
		e = book_transfer(d, "xfer.scan", in->transfer, intake_scan_data(in), why);
	const char *stop = unfit != NULL ? unfit : medium;
	/* scanned again and still unfit: it is blocked already */
	if (e == ERR_OK && stop[0] != '\0' && !intake_is_blocked(in))
		e = book_transfer(
		    d, "xfer.block", in->transfer, json_pack("{s:s}", "why", stop), why);
	if (e != ERR_OK) {
		intake_fail(in, "scanning", why);
		return;
	}
	MEM_FREE char *transfer = mem_strdup(in->transfer);
	intake_free(in);
	session_progress(d, transfer);
}

/* Reader and vault are both through: the medium may be handed back. */
static void
intake_read_over(struct intake *in)
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
	enum err e = book_transfer(in->desk, "xfer.read", in->transfer,
	    json_pack("{s:I, s:I, s:I, s:O, s:I}", "bytes", (json_int_t)totals.bytes, "files",
		(json_int_t)totals.files, "items", (json_int_t)totals.items, "medium",
		in->medium, "unreadable", (json_int_t)totals.unread),
	    why);
	if (e != ERR_OK) {
		intake_fail(in, "reading", why);
		return;
	}
	in->stage = STAGE_SCANNING;
	session_progress(in->desk, in->transfer);
	scan_finish(in->scan); /* may end the intake */
}

/* --- what the reader says ------------------------------------------------------------------
 */

static void
intake_on_hello(struct intake *in, struct msg *m)
{
	bool sandboxed = false;
	char why[BOOK_WHY_SIZE];
	if (channel_accept_hello(in->reader, m, &sandboxed) != ERR_OK) {
		intake_fail(in, "reading", "the reader speaks another protocol");
		return;
	}
	enum err e = book_transfer(in->desk, "xfer.start", in->transfer,
	    json_pack("{s:s, s:b}", "officer", in->officer, "sandbox",
		sandboxed && in->desk->vault_sandboxed),
	    why);
	if (e != ERR_OK) {
		intake_fail(in, "reading", why);
		return;
	}
	channel_send(in->reader, MSG_READ_BEGIN, NULL, -1);
	in->stage = STAGE_LISTING;
	in->scan = scan_new(in->desk, in->work, in->policy, intake_on_scanned, in);
	if (in->paused)
		scan_pause(in->scan, true);
}

static void
intake_on_medium(struct intake *in, struct msg *m)
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
}

static void
intake_on_item(struct intake *in, struct msg *m)
{
	enum err e = in->medium == NULL       ? ERR_STATE
	             : in->items >= LIM_ITEMS ? ERR_LIMIT
	                                      : listing_add(in->work, m, in->prefix);
	in->items++;
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
intake_on_totals(struct intake *in, struct msg *m)
{
	static const enum msg_id answers[] = {MSG_VAULT_SPACE_IS, MSG_NONE};
	struct msg space;
	if (in->medium == NULL) {
		intake_fail(in, "reading", "the reader did not describe the medium");
		return;
	}
	in->files = msg_uint(m, "files");
	in->bytes = msg_uint(m, "bytes");
	if (channel_call(in->desk->vault, MSG_VAULT_SPACE, NULL, -1, answers, &space) != ERR_OK)
		log_fatal("the vault does not answer");
	uint64_t free_bytes = msg_uint(&space, "free"), floor = msg_uint(&space, "floor");
	msg_done(&space);
	if (free_bytes < floor || in->bytes > free_bytes - floor) {
		char why[512], advice[256];
		purge_advice(in->desk, advice, sizeof(advice));
		snprintf(why, sizeof(why),
		    "the vault has room for %llu MiB and the medium holds %llu; %s; then "
		    "repeat "
		    "the intake",
		    (unsigned long long)((free_bytes > floor ? free_bytes - floor : 0) >> 20),
		    (unsigned long long)((in->bytes + (1 << 20) - 1) >> 20), advice);
		intake_fail(in, "reading", why);
		return;
	}
	in->stage = STAGE_READING;
	in->ready = in->paused;
	if (!in->paused)
		channel_send(in->reader, MSG_READ_GO, NULL, -1);
}

static void
intake_on_progress(struct intake *in, struct msg *m)
{
	in->files_read = msg_uint(m, "files");
	in->bytes_read = msg_uint(m, "bytes");
}

static void
intake_on_same(struct intake *in, struct msg *m)
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
intake_on_bad(struct intake *in, struct msg *m)
{
	MEM_FREE char *why = escape_checked(msg_str(m, "why"));
	intake_check(in, work_item_bad(in->work, msg_uint(m, "item"), "unreadable", why));
	in->errors++;
}

static void
intake_on_done(struct intake *in, struct msg *m)
{
	(void)m;
	in->reader_done = true;
	intake_read_over(in);
}

static void
intake_on_failed(struct intake *in, struct msg *m)
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
} intake_handlers[] = {
    {MSG_HELLO, 1u << STAGE_OPENING, intake_on_hello},
    {MSG_READER_MEDIUM, 1u << STAGE_LISTING, intake_on_medium},
    {MSG_READER_ITEM, 1u << STAGE_LISTING, intake_on_item},
    {MSG_READER_TOTALS, 1u << STAGE_LISTING, intake_on_totals},
    {MSG_READER_PROGRESS, 1u << STAGE_READING, intake_on_progress},
    {MSG_READER_SAME, 1u << STAGE_READING, intake_on_same},
    {MSG_READER_BAD, 1u << STAGE_READING, intake_on_bad},
    {MSG_READER_DONE, 1u << STAGE_READING, intake_on_done},
    {MSG_READER_FAILED, 1u << STAGE_LISTING | 1u << STAGE_READING, intake_on_failed},
};

static void
intake_on_message(void *arg, struct channel *ch, struct msg *m)
{
	struct intake *in = arg;
	(void)ch;
	for (size_t i = 0; i < sizeof(intake_handlers) / sizeof(intake_handlers[0]); i++) {
		if (intake_handlers[i].id != m->id)
			continue;
		if ((intake_handlers[i].stages & 1u << in->stage) != 0 && !in->reader_done)
			intake_handlers[i].fn(in, m);
		else
			intake_fail(
			    in, intake_step(in), "the reader spoke when it had nothing to say");
		return;
	}
}

static void
intake_on_gone(void *arg, struct channel *ch, enum err why)
{
	struct intake *in = arg;
	(void)ch;
	if (in->reader_done)
		return;
	intake_fail(in, "reading",
	    why == ERR_PROTO ? "the reader broke the protocol"
			     : "the reader ended while at work");
}

/* --- what parent and vault say
 * ----------------------------------------------------------------- */

static void
intake_on_spawned(void *arg, uint64_t tag, int fd)
{
	struct intake *in = arg;
	(void)tag;
	in->reader = channel_new(fd, ROLE_DESK, ROLE_READER);
	channel_hello(in->reader, "sallyport-desk", true);
	loop_add_channel(in->desk->loop, in->reader, intake_on_message, intake_on_gone, in);
}

static void
intake_on_refused(void *arg, uint64_t tag, const char *why)
{
	struct intake *in = arg;
	(void)tag;
	in->tag = 0;
	intake_fail(in, "reading", why);
}

static void
intake_on_exited(void *arg, uint64_t tag, int status, int signum)
{
	struct intake *in = arg;
	(void)tag;
	if (in->reader == NULL) {
		char why[96];
		snprintf(why, sizeof(why), "the reader ended with %s %d",
		    signum != 0 ? "signal" : "status", signum != 0 ? signum : status);
		intake_fail(in, "reading", why);
	}
}

static void
intake_on_vault(void *arg, uint64_t tag, struct msg *m)
{
	struct intake *in = arg;
	uint8_t sha256[32];
	bool is_new = false;
	(void)tag;
	if (m->id == MSG_VAULT_KEPT && hex_decode(msg_str(m, "sha256"), 64, sha256, 32)) {
		/* the reader's pipe is open before it was asked for anything */
		enum err e = in->stage != STAGE_READING
		                 ? ERR_NOTFOUND
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
	} else if (m->id == MSG_VAULT_FAILED) {
		char why[1024], advice[256] = "";
		if (msg_bool(m, "full"))
			purge_advice(in->desk, advice, sizeof(advice));
		snprintf(why, sizeof(why), "%.600s%s%s", msg_str(m, "why"),
		    advice[0] != '\0' ? " Now: " : "", advice);
		intake_fail(in, "reading", why);
	} else if (m->id == MSG_VAULT_ENDED) {
		in->vault_ended = true;
		intake_read_over(in);
	}
}

static const struct tag_handler intake_tag = {
    .spawned = intake_on_spawned,
    .refused = intake_on_refused,
    .exited = intake_on_exited,
    .vault = intake_on_vault,
};

static void
intake_spawn_reader(struct intake *in, int fd)
{
	channel_send(in->desk->parent, MSG_DESK_SPAWN_READER,
	    json_pack("{s:I}", "tag", (json_int_t)in->tag), fd);
}

/* --- life
 * -------------------------------------------------------------------------------------- */

static void
intake_tick(void *arg)
{
	struct intake *in = arg;
	in->timer = loop_add_timer(in->desk->loop, LIM_PROGRESS_MS, intake_tick, in);
	intake_check(in, work_commit(in->work));
	session_progress(in->desk, in->transfer);
}

static struct intake *
intake_new(struct desk *d, const char *transfer, const char *officer, struct work *work,
    struct policy *policy)
{
	struct intake *in = mem_alloc(sizeof(*in));
	*in = (struct intake){.next = d->intakes, .desk = d, .work = work, .policy = policy};
	snprintf(in->transfer, sizeof(in->transfer), "%s", transfer);
	snprintf(in->officer, sizeof(in->officer), "%s", officer);
	in->timer = loop_add_timer(d->loop, LIM_PROGRESS_MS, intake_tick, in);
	d->intakes = in;
	return in;
}

static void
intake_free(struct intake *in)
{
	struct desk *d = in->desk;
	struct intake **at = &d->intakes;
	while (*at != in)
		at = &(*at)->next;
	*at = in->next;
	loop_del_timer(d->loop, in->timer);
	if (in->lost_timer != 0)
		loop_del_timer(d->loop, in->lost_timer);
	if (in->reader != NULL)
		loop_del_channel(d->loop, in->reader);
	channel_free(in->reader);
	if (in->tag != 0) {
		tag_kill(d, in->tag);
		tag_drop(d, in->tag);
	}
	scan_free(in->scan);
	policy_free(in->policy);
	json_decref(in->medium);
	work_commit(in->work);
	free(in);
}

void
intake_drop(struct desk *d, const char *transfer)
{
	struct intake *in = intake_find(d, transfer);
	if (in == NULL)
		return;
	intake_free(in);
	session_progress(d, transfer);
}

void
intake_end_all(struct desk *d)
{
	while (d->intakes != NULL)
		intake_free(d->intakes);
}

enum err
intake_open(struct desk *d, const struct intake_request *r, char ret_transfer[TRANSFER_ID_SIZE],
    char why[INTAKE_WHY_SIZE])
{
	struct policy *policy;
	struct work *work;
	char transfer[TRANSFER_ID_SIZE], digest[HEX_DIGEST_SIZE];
	const struct custody_transfer *again =
	    r->resume != NULL ? custody_transfer_find(d->custody, r->resume) : NULL;
	snprintf(digest, sizeof(digest), "%s",
	    again != NULL ? again->policy : custody_policy(d->custody));
	if (digest[0] == '\0') {
		snprintf(why, INTAKE_WHY_SIZE,
		    "no policy is in force; an administrator sets one with: policy set");
		return ERR_DENIED;
	}
	enum err e = book_policy(d, digest, &policy, why);
	if (e != ERR_OK)
		return e;
	if (r->resume != NULL) {
		e = opening_again(d, r, transfer, why);
	} else {
		custody_next_transfer(d->custody, transfer);
		e = opening_allowed(d, r, policy, why);
	}
	/* before anything is recorded: a full disk must not leave an open transfer behind */
	if (e == ERR_OK && (e = desk_work(d, transfer, &work)) != ERR_OK)
		snprintf(
		    why, INTAKE_WHY_SIZE, "the work database cannot be made: %s", err_str(e));
	if (e == ERR_OK && r->resume == NULL)
		e = opening_record(d, r, transfer, digest, why);
	if (e != ERR_OK) {
		policy_free(policy);
		return e;
	}
	struct intake *in = intake_new(d, transfer, r->officer, work, policy);
	in->tag = tag_new(d, &intake_tag, in);
	intake_spawn_reader(in, r->fd);
	snprintf(ret_transfer, TRANSFER_ID_SIZE, "%s", transfer);
	return ERR_OK;
}

enum err
intake_rescan(struct desk *d, const char *transfer, char why[INTAKE_WHY_SIZE])
{
	const struct custody_transfer *t = custody_transfer_find(d->custody, transfer);
	struct policy *policy;
	struct work *work;
	uint64_t n;
	/* it is on its way already, asked for by a terminal that has gone */
	if (t != NULL && t->facts.state == TRANSFER_BLOCKED && intake_find(d, transfer) != NULL)
		return ERR_OK;
	if (t == NULL || t->facts.state != TRANSFER_BLOCKED) {
		snprintf(why, INTAKE_WHY_SIZE, "only a blocked transfer is scanned again");
		return ERR_DENIED;
	}
	enum err e = book_policy(d, t->policy, &policy, why);
	if (e != ERR_OK)
		return e;
	e = desk_work(d, transfer, &work);
	if (e == ERR_OK)
		e = work_retry_errors(work, &n);
	if (e != ERR_OK) {
		snprintf(
		    why, INTAKE_WHY_SIZE, "the work database cannot be read: %s", err_str(e));
		policy_free(policy);
		return e;
	}
	struct intake *in = intake_new(d, transfer, t->holder, work, policy);
	in->stage = STAGE_SCANNING;
	in->scan = scan_new(d, work, policy, intake_on_scanned, in);
	scan_finish(in->scan);
	return ERR_OK;
}

enum err
intake_stop(struct desk *d, const char *transfer, const char *reason, char why[INTAKE_WHY_SIZE])
{
	struct intake *in = intake_find(d, transfer);
	if (in == NULL) {
		snprintf(
		    why, INTAKE_WHY_SIZE, "this transfer is neither being read nor scanned");
		return ERR_DENIED;
	}
	intake_fail(in, intake_step(in), reason);
	return ERR_OK;
}

bool
intake_pulled(struct desk *d, const char *transfer, const char *why)
{
	struct intake *in = intake_find(d, transfer);
	if (in == NULL || !intake_needs_medium(in) || in->reader_done)
		return false;
	intake_fail(in, intake_step(in), why);
	return true;
}

enum err
intake_pause(struct desk *d, const char *transfer, bool paused, char why[INTAKE_WHY_SIZE])
{
	struct intake *in = intake_find(d, transfer);
	if (in == NULL || in->paused == paused) {
		snprintf(why, INTAKE_WHY_SIZE,
		    in == NULL ? "this transfer is neither being read nor scanned"
		    : paused   ? "this transfer is paused already"
			       : "this transfer is not paused");
		return ERR_DENIED;
	}
	in->paused = paused;
	/* the reader listens for it between two pieces of contents, and before the first */
	if (in->ready && !paused)
		channel_send(in->reader, MSG_READ_GO, NULL, -1);
	else if (in->stage == STAGE_READING && !in->ready && !in->reader_done)
		channel_send(
		    in->reader, MSG_READ_PAUSE, json_pack("{s:b}", "paused", paused), -1);
	in->ready &= paused;
	if (in->scan != NULL)
		scan_pause(in->scan, paused); /* may end the intake */
	session_progress(d, transfer);
	return ERR_OK;
}
