/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/intake.h"
#include "db/work.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/core/policy.h"
#include "src/core/release.h"
#include "src/proc/desk/again.h"
#include "src/proc/desk/asked.h"
#include "src/proc/desk/book.h"
#include "src/proc/desk/choosing.h"
#include "src/proc/desk/composing.h"
#include "src/proc/desk/early.h"
#include "src/proc/desk/evidence.h"
#include "src/proc/desk/excepted.h"
#include "src/proc/desk/fault.h"
#include "src/proc/desk/fields.h"
#include "src/proc/desk/intake_in.h"
#include "src/proc/desk/judge.h"
#include "src/proc/desk/opening.h"
#include "src/proc/desk/reading.h"
#include "src/proc/desk/renew.h"
#include "src/proc/desk/resume.h"
#include "src/proc/desk/scan.h"
#include "src/proc/desk/session.h"
#include "src/proc/desk/stage.h"
#include "src/proc/desk/stopped.h"
#include "src/proc/desk/unlock.h"

#include <stdio.h>
#include <string.h>

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

/* Which transfer it is, where it stands, and what the stages say; steals stages. */
static json_t *
intake_print(const struct intake *in, json_t *stages)
{
	const struct custody_transfer *t =
	    custody_transfer_find(in->desk->custody, in->transfer);
	const char *state = transfer_state_name(t != NULL ? t->facts.state : TRANSFER_NONE);
	unsigned quiet_s = reading_stalled_s(in);
	char why[96] = "";
	if (quiet_s > 0)
		snprintf(why, sizeof(why), "the medium has not answered for %u s", quiet_s);
	return stage_progress(in->transfer, choosing_waits(in) ? "choosing" : state, stages,
	    in->errors, in->paused, why);
}

json_t *
intake_progress(const struct intake *in)
{
	json_t *stages = json_array();
	bool reading = in->stage == STAGE_READING;
	uint64_t through = in->files_done + in->errors;
	struct stage read = {"read",
	    intake_stage_state(in, in->reader_done, !choosing_waits(in)),
	    in->stage == STAGE_LISTING ? in->items : intake_more(in->files_read, through),
	    in->files, intake_more(in->bytes_read, in->bytes_done), in->bytes};
	struct stage keep = {"keep", intake_stage_state(in, in->vault_ended, reading), through,
	    in->files, in->bytes_done, in->bytes};
	/* scanned once more: nothing is read */
	if (in->medium != NULL || in->stage <= STAGE_READING) {
		stage_add(stages, &read);
		stage_add(stages, &keep);
		resume_stages(in, stages);
		reading_stages(in, stages);
	}
	if (in->scan != NULL && in->stage >= STAGE_READING)
		scan_stages(in->scan, reading && in->files > through ? in->files - through : 0,
		    reading && in->bytes > in->bytes_done ? in->bytes - in->bytes_done : 0,
		    stages);
	return intake_print(in, stages);
}

/* --- endings ------------------------------------------------------------------------ */

void
intake_fail(struct intake *in, const char *step, const char *reason)
{
	struct desk *d = in->desk;
	log_warn("transfer %s: %s failed: %s", in->transfer, step, reason);
	work_commit(in->work);
	/* what came of it until then is not lost */
	bool some = in->stage == STAGE_READING && in->files_done > 0;
	MEM_FREE char *all =
	    some ? mem_printf("%.900s (%llu of %llu files were read until then)", reason,
		       (unsigned long long)in->files_done, (unsigned long long)in->files)
		 : mem_strdup(reason);
	fault_record(d, in->transfer, step, all);
	MEM_FREE char *transfer = mem_strdup(in->transfer);
	intake_free(in);
	session_progress(d, transfer);
}

const char *
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

void
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
	json_t *data = json_pack("{s:I, s:o, s:o}", "objects", (json_int_t)totals.objects,
	    "scanners", scan_print(in->scan), "verdicts", verdicts);
	if (in->asked != NULL)
		json_object_set_new(data, "request", asked_summary(in->asked));
	return data;
}

static bool
intake_is_blocked(const struct intake *in)
{
	const struct custody_transfer *t =
	    custody_transfer_find(in->desk->custody, in->transfer);
	return t != NULL && t->facts.state == TRANSFER_BLOCKED;
}

/* What is against the transfer as a whole, as it was recorded; NULL: nothing. */
static const char *
intake_stop_of(const struct custody_transfer *t, const struct policy *policy)
{
	const char *stop = release_stop_request(
	    policy, json_object_get(t->scan_data, "request"), t->requester);
	return stop != NULL
	           ? stop
	           : release_stop_medium(policy, json_object_get(t->read_data, "medium"));
}

static enum err
intake_judge_all(struct intake *in, char ret_medium[JUDGE_WHY_SIZE])
{
	MEM_FREE struct excepted *x = mem_alloc(sizeof(*x));
	json_t *scanners = scan_print(in->scan);
	excepted_under(in->desk, in->policy, scanners, x);
	enum err e = judge_all(in->work, &x->under, ret_medium);
	json_decref(scanners);
	return e;
}

static void
intake_over(struct intake *in)
{
	struct desk *d = in->desk;
	MEM_FREE char *transfer = mem_strdup(in->transfer);
	intake_free(in);
	session_progress(d, transfer);
}

/* What was submitted was scanned again. */
static void
intake_add(struct intake *in, const struct custody_transfer *t, const char *unfit)
{
	char why[AGAIN_WHY_SIZE] = "";
	json_t *scanners = scan_print(in->scan);
	if (again_record(in->desk, t, in->work, in->officer, scanners, unfit, why) != ERR_OK)
		log_warn(
		    "transfer %s: that it was scanned again could not be recorded: %s; it is "
		    "repeated with: rescan",
		    in->transfer, why);
	json_decref(scanners);
	intake_over(in);
}

/* What is inside is composed: judge it all, and say where the transfer stands. */
static void
intake_composed(void *arg, enum err e)
{
	struct intake *in = arg;
	struct desk *d = in->desk;
	char medium[JUDGE_WHY_SIZE], why[BOOK_WHY_SIZE] = "";
	const char *unfit = scan_unfit(in->scan);
	in->composing = composing_end(in->composing);
	if (in->lost != ERR_OK)
		e = in->lost;
	if (e == ERR_OK)
		e = intake_judge_all(in, medium);
	if (e == ERR_RANGE || e == ERR_LIMIT) {
		intake_fail(in, "scanning", "what the scanners said is over a limit");
		return;
	}
	intake_check(in, e);
	intake_check(in, work_commit(in->work));
	if (in->lost != ERR_OK)
		return;
	const struct custody_transfer *t = custody_transfer_find(d->custody, in->transfer);
	if (t != NULL && t->facts.state == TRANSFER_SUBMITTED) {
		intake_add(in, t, unfit);
		return;
	}
	if (unfit == NULL && in->asked != NULL && t != NULL)
		e = fields_from_request(d, t, in->policy, in->asked, in->officer, why);
	if (unfit == NULL && e == ERR_OK)
		e = book_transfer(d, "xfer.scan", in->transfer, intake_scan_data(in), why);
	const char *refused =
	    unfit != NULL || e != ERR_OK
		? NULL
		: intake_stop_of(custody_transfer_find(d->custody, in->transfer), in->policy);
	const char *stop = unfit != NULL ? unfit : refused != NULL ? refused : medium;
	/* scanned again and still unfit: it is blocked already */
	if (e == ERR_OK && stop[0] != '\0' && !intake_is_blocked(in))
		e = book_transfer(
		    d, "xfer.block", in->transfer, json_pack("{s:s}", "why", stop), why);
	if (e != ERR_OK) {
		intake_fail(in, "scanning", why);
		return;
	}
	intake_over(in);
}

/* Scanned, and the request was read: names are judged, and what is inside is composed. */
static void
intake_judge(void *arg)
{
	struct intake *in = arg;
	/* the ledger will say that it was scanned: what that means must outlast a power cut */
	intake_check(in, work_durable(in->work));
	enum err e = in->lost != ERR_OK ? in->lost : judge_names(in->work, in->asked);
	if (e != ERR_OK) {
		intake_composed(in, e);
		return;
	}
	json_t *scanners = scan_print(in->scan);
	in->composing =
	    composing_start(in->desk, in->work, in->policy, scanners, intake_composed, in);
	json_decref(scanners);
}

void
intake_on_scanned(void *arg, struct scan *scan)
{
	struct intake *in = arg;
	const struct custody_transfer *t =
	    custody_transfer_find(in->desk->custody, in->transfer);
	in->stage = STAGE_JUDGING;
	intake_check(in, scan_lost(scan));
	if (in->lost == ERR_OK && t != NULL)
		in->asked = asked_start(in->desk, in->work, t,
		    json_array_size(json_object_get(
			json_object_get(t->read_data, "medium"), "volumes")) > 1,
		    intake_judge, in);
	if (in->asked == NULL)
		intake_judge(in);
}

/* --- life ---------------------------------------------------------------------------- */

static void
intake_tick(void *arg)
{
	struct intake *in = arg;
	in->timer = loop_add_timer(in->desk->loop, LIM_PROGRESS_MS, intake_tick, in);
	intake_check(in, work_commit(in->work));
	reading_tick(in);
	session_progress(in->desk, in->transfer);
}

static struct intake *
intake_new(struct desk *d, const char *transfer, const char *officer, struct work *work,
    struct policy *policy)
{
	struct intake *in = mem_alloc(sizeof(*in));
	*in = (struct intake){
	    .next = d->intakes, .desk = d, .work = work, .policy = policy, .medium_fd = -1};
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
	unlock_end(in);
	reading_end(in);
	choosing_end(in);
	early_end(in);
	resume_end(in);
	stopped_end(in);
	composing_end(in->composing);
	asked_free(in->asked);
	scan_free(in->scan);
	policy_free(in->policy);
	json_decref(in->medium);
	json_decref(in->places);
	json_decref(in->tried);
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
	json_t *kept = NULL;
	char transfer[TRANSFER_ID_SIZE], digest[HEX_DIGEST_SIZE];
	const struct custody_transfer *again =
	    r->resume != NULL ? custody_transfer_find(d->custody, r->resume) : NULL;
	snprintf(digest, sizeof(digest), "%s",
	    again != NULL ? again->policy : custody_policy(d->custody));
	if (digest[0] == '\0') {
		snprintf(why, INTAKE_WHY_SIZE,
		    "no policy is in force; an administrator sets one with: authority policy");
		return ERR_DENIED;
	}
	enum err e = book_policy(d, digest, &policy, why);
	if (e != ERR_OK)
		return e;
	if (r->resume != NULL) {
		e = opening_again(d, r, transfer, &kept, why);
	} else {
		custody_next_transfer(d->custody, transfer);
		e = opening_allowed(d, r, policy, why);
	}
	/* before anything is recorded: a full disk must not leave an open transfer behind */
	if (e == ERR_OK && ((e = desk_work(d, transfer, &work)) != ERR_OK ||
			       (e = choosing_keep(work, kept)) != ERR_OK))
		snprintf(
		    why, INTAKE_WHY_SIZE, "the work database cannot be made: %s", err_str(e));
	bool unknown = r->resume != NULL && kept == NULL;
	json_decref(kept);
	if (e == ERR_OK && r->resume == NULL)
		e = opening_record(d, r, transfer, digest, why);
	if (e != ERR_OK) {
		policy_free(policy);
		return e;
	}
	struct intake *in = intake_new(d, transfer, r->officer, work, policy);
	/* what was left out is not known any more: nothing is read before an officer has chosen
	 */
	in->hold = unknown ? HOLD_ALWAYS : r->hold;
	in->again = r->resume != NULL;
	in->hardware = r->hardware;
	in->image = strcmp(json_string_value(json_object_get(r->medium, "kind")), "image") == 0;
	reading_start(in, r->fd);
	snprintf(ret_transfer, TRANSFER_ID_SIZE, "%s", transfer);
	return ERR_OK;
}

/* A transfer whose medium was read: what waits is scanned, as soon as scan_finish is called. */
static struct intake *
intake_scan(struct desk *d, const char *transfer, const char *officer, struct work *work,
    struct policy *policy)
{
	renew_drop(d, transfer);
	struct intake *in = intake_new(d, transfer, officer, work, policy);
	in->stage = STAGE_SCANNING;
	in->scan = scan_new(d, work, policy, intake_on_scanned, in);
	scan_for(in->scan, in->transfer);
	return in;
}

enum err
intake_rescan(
    struct desk *d, const char *transfer, const char *officer, char why[INTAKE_WHY_SIZE])
{
	const struct custody_transfer *t = custody_transfer_find(d->custody, transfer);
	struct policy *policy;
	struct work *work;
	uint64_t n;
	bool blocked = t != NULL && t->facts.state == TRANSFER_BLOCKED;
	if (!blocked && (t == NULL || (t->facts.state != TRANSFER_REVIEW &&
					  t->facts.state != TRANSFER_SUBMITTED))) {
		snprintf(why, INTAKE_WHY_SIZE,
		    "only a transfer that is blocked, in review or submitted is scanned again");
		return ERR_DENIED;
	}
	/* it is on its way already, asked for by a terminal that has gone */
	if (intake_find(d, transfer) != NULL)
		return ERR_OK;
	enum err e = book_policy(d, t->policy, &policy, why);
	if (e != ERR_OK)
		return e;
	e = desk_work(d, transfer, &work);
	if (e == ERR_OK)
		e = blocked ? work_retry_errors(work, &n) : again_forget(d, work);
	/* nobody vouches for anything meanwhile, and if it is never finished */
	if (e == ERR_OK && !blocked)
		e = work_judged_void(work);
	if (e != ERR_OK) {
		snprintf(
		    why, INTAKE_WHY_SIZE, "the work database cannot be read: %s", err_str(e));
		policy_free(policy);
		return e;
	}
	scan_finish(intake_scan(d, transfer, officer, work, policy)->scan);
	return ERR_OK;
}

enum err
intake_scan_waiting(struct desk *d, const struct custody_transfer *t, const char *officer,
    struct work *work, struct scan **ret_scan, char why[INTAKE_WHY_SIZE])
{
	struct policy *policy;
	enum err e = book_policy(d, t->policy, &policy, why);
	if (e != ERR_OK)
		return e;
	/* as above: nobody vouches for it meanwhile */
	if (t->facts.state != TRANSFER_BLOCKED && (e = work_judged_void(work)) != ERR_OK) {
		snprintf(
		    why, INTAKE_WHY_SIZE, "the work database cannot be read: %s", err_str(e));
		policy_free(policy);
		return e;
	}
	*ret_scan = intake_scan(d, t->id, officer, work, policy)->scan;
	return ERR_OK;
}

void
intake_block_again(struct desk *d, const char *transfer)
{
	const struct custody_transfer *t = custody_transfer_find(d->custody, transfer);
	struct policy *policy;
	char why[BOOK_WHY_SIZE];
	if (t == NULL || t->facts.state != TRANSFER_REVIEW ||
	    book_policy(d, t->policy, &policy, why) != ERR_OK)
		return;
	const char *stop = intake_stop_of(t, policy);
	if (stop != NULL && book_transfer(d, "xfer.block", transfer,
				json_pack("{s:s}", "why", stop), why) != ERR_OK)
		log_warn("transfer %s: it could not be blocked again: %s", transfer, why);
	policy_free(policy);
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

enum err
intake_give_up(struct desk *d, const char *transfer, char why[INTAKE_WHY_SIZE])
{
	struct intake *in = intake_find(d, transfer);
	if (in != NULL && (unlock_give_up(in) || reading_give_up(in)))
		return ERR_OK;
	snprintf(why, INTAKE_WHY_SIZE,
	    in == NULL || in->stage != STAGE_READING
		? "no contents of this transfer are being read"
		: "the medium answers; only a file that it does not answer for is skipped");
	return ERR_DENIED;
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
