/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/reconcile.h"
#include "src/proc/desk/sampling.h"
#include "src/proc/desk/session.h"
#include "src/base/escape.h"
#include "src/base/io.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/core/entry.h"
#include "src/core/seal.h"
#include "src/ipc/next.h"
#include "src/proc/desk/anchor.h"
#include "src/proc/desk/epoch.h"
#include "src/proc/desk/answer.h"
#include "src/proc/desk/book.h"
#include "src/proc/desk/choice.h"
#include "src/proc/desk/copying.h"
#include "src/proc/desk/deliver.h"
#include "src/proc/desk/doctor.h"
#include "src/proc/desk/draft.h"
#include "src/proc/desk/excepted.h"
#include "src/proc/desk/failure.h"
#include "src/proc/desk/fault.h"
#include "src/proc/desk/fields.h"
#include "src/proc/desk/flap.h"
#include "src/proc/desk/follow.h"
#include "src/proc/desk/handin.h"
#include "src/proc/desk/image.h"
#include "src/proc/desk/intake.h"
#include "src/proc/desk/loading.h"
#include "src/proc/desk/look.h"
#include "src/proc/desk/media.h"
#include "src/proc/desk/opened.h"
#include "src/proc/desk/order.h"
#include "src/proc/desk/paper.h"
#include "src/proc/desk/password.h"
#include "src/proc/desk/purge.h"
#include "src/proc/desk/scan.h"
#include "src/proc/desk/signout.h"
#include "src/proc/desk/site.h"
#include "src/proc/desk/parcel.h"
#include "src/proc/desk/stage.h"
#include "src/proc/desk/writing.h"
#include "src/proc/desk/submission.h"
#include "src/proc/desk/timeline.h"
#include "src/proc/desk/trial.h"
#include "src/proc/desk/unlock.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

void
session_done(struct session *s, json_t *body)
{
	channel_send(s->channel, MSG_DESK_DONE, body, -1);
}

void
session_refuse(struct session *s, int status, const char *why, const char *next)
{
	channel_send(s->channel, MSG_DESK_REFUSED,
	    json_pack("{s:i, s:s, s:s}", "status", status, "why", why, "next", next), -1);
}

/* The exit status that fits an error. */
static int
session_status(enum err e)
{
	return e == ERR_DENIED || e == ERR_STATE ? 1 : 3;
}

void
session_fail(struct session *s, enum err e, const char *why, const char *next)
{
	session_refuse(s, session_status(e), why, next);
}

/* For requests whose answer is only whether it was done. */
static void
session_answer(struct session *s, enum err e, const char *why, const char *next)
{
	if (e == ERR_OK)
		session_done(s, json_object());
	else
		session_refuse(s, session_status(e), why, next);
}

struct session *
session_find(struct desk *d, uint64_t number)
{
	struct session *s = d->sessions;
	while (s != NULL && s->number != number)
		s = s->next;
	return s;
}

/* --- progress ------------------------------------------------------------------------ */

/* What a transfer that stands still looks like. */
static json_t *
session_still(struct desk *d, const char *transfer)
{
	const struct custody_transfer *t = custody_transfer_find(d->custody, transfer);
	MEM_FREE char *said = t != NULL ? fault_why(d, t) : mem_strdup("");
	MEM_FREE char *why = escape_checked(said);
	if (strlen(why) > LIM_REASON_BYTES)
		why[LIM_REASON_BYTES] = '\0'; /* the rest is in the report */
	uint64_t errors = t != NULL ? (uint64_t)json_integer_value(
					  json_object_get(t->read_data, "unreadable"))
	                            : 0;
	return stage_progress(transfer,
	    transfer_state_name(t != NULL ? fault_state(d, t) : TRANSFER_NONE), json_array(),
	    errors, false, why);
}

static void
session_tell(struct session *s)
{
	struct intake *in = intake_find(s->desk, s->watching);
	json_t *body =
	    in != NULL ? intake_progress(in) : deliver_progress(s->desk, s->watching);
	bool last = body == NULL;
	if (last)
		body = session_still(s->desk, s->watching);
	if (channel_room(s->channel) < 4 && !last) {
		json_decref(body); /* a slow terminal misses a step, nothing more */
		return;
	}
	json_object_set_new(body, "last", json_boolean(last));
	if (last)
		s->watching[0] = '\0';
	channel_send(s->channel, MSG_DESK_PROGRESS, body, -1);
}

void
session_progress(struct desk *d, const char *transfer)
{
	for (struct session *s = d->sessions; s != NULL; s = s->next)
		if (strcmp(s->watching, transfer) == 0)
			session_tell(s);
}

static void
session_watch(struct session *s, struct msg *m)
{
	const struct custody_transfer *t =
	    custody_transfer_find(s->desk->custody, msg_str(m, "transfer"));
	if (t == NULL) {
		session_refuse(s, 1, "there is no such transfer", NEXT_TRANSFERS);
		return;
	}
	snprintf(s->watching, sizeof(s->watching), "%s", t->id);
	session_tell(s);
}

/* --- sign-in --------------------------------------------------------------------------- */

static void
session_nonce(struct session *s, struct msg *m)
{
	uint8_t nonce[32];
	seal_random(nonce, sizeof(nonce));
	hex_encode(nonce, sizeof(nonce), s->nonce);
	channel_send(s->channel, MSG_DESK_NONCE,
	    json_pack("{s:s, s:I}", "nonce", s->nonce, "refused",
		(json_int_t)failure_count(s->desk, msg_str(m, "officer"))),
	    -1);
}

static void
session_prepare(struct session *s, struct msg *m)
{
	bool authority = strcmp(msg_str(m, "log"), "authority") == 0;
	channel_send(s->channel, MSG_DESK_PREPARED,
	    custody_prepare(
		s->desk->custody, authority ? LOG_AUTHORITY : LOG_CUSTODY, msg_str(m, "subj")),
	    -1);
}

static void
session_failed(struct session *s, struct msg *m)
{
	failure_add(s->desk, msg_str(m, "officer"), msg_str(m, "why"));
	session_done(s, json_pack("{s:I}", "count",
			    (json_int_t)failure_count(s->desk, msg_str(m, "officer"))));
}

/* Reads an entry a terminal sent; the caller frees both. */
static struct entry *
session_entry(struct msg *m, uint8_t **ret_bytes, size_t *ret_len)
{
	struct entry *entry;
	if (io_memfd_read(m->fd, LIM_ENTRY_BYTES, ret_bytes, ret_len) != ERR_OK)
		return NULL;
	if (entry_parse(*ret_bytes, *ret_len, NULL, &entry) != ERR_OK) {
		free(*ret_bytes);
		return NULL;
	}
	return entry;
}

static void
session_signin(struct session *s, struct msg *m)
{
	uint8_t *bytes;
	size_t n;
	struct book_entry at;
	char why[BOOK_WHY_SIZE] = "the sign-in does not answer this connection's nonce";
	struct entry *entry = session_entry(m, &bytes, &n);
	const char *nonce =
	    entry != NULL ? json_string_value(json_object_get(entry->data, "nonce")) : NULL;
	enum err e = ERR_DENIED;
	if (nonce != NULL && s->nonce[0] != '\0' && strcmp(nonce, s->nonce) == 0 &&
	    strcmp(entry->type, "sess.login") == 0 &&
	    strcmp(entry->actor_id, msg_str(m, "officer")) == 0)
		e = custody_check(s->desk->custody, LOG_CUSTODY, bytes, n, why);
	if (e == ERR_OK)
		failure_settle(s->desk, entry->actor_id);
	if (e == ERR_OK)
		e = book_append(s->desk, "custody", m->fd, &at, why);
	/* a record that was put back takes no entry; who he is was judged all the same */
	bool put_back = e == ERR_STATE;
	if (put_back) {
		log_warn("%s is signed in, and it is not recorded: %s", entry->actor_id, why);
		at = (struct book_entry){.leaf = ENTRY_ZEROS};
		e = ERR_OK;
	}
	s->nonce[0] = '\0';
	if (e == ERR_OK) {
		snprintf(s->officer, sizeof(s->officer), "%s", entry->actor_id);
		snprintf(s->key, sizeof(s->key), "%s", entry->actor_key);
		channel_set_phase(s->channel, PH_SIGNED);
		session_done(
		    s, json_pack("{s:I, s:s}", "seq", (json_int_t)at.seq, "leaf", at.leaf));
		if (!put_back) {
			trial_shift(s->desk);
			anchor_begin(s->desk, s->officer);
		}
	} else {
		failure_add(s->desk, msg_str(m, "officer"), why);
		session_refuse(s, session_status(e), why,
		    "check the id; an administrator enrols officers");
	}
	if (entry != NULL)
		free(bytes);
	entry_free(entry);
}

/* --- entries signed by people ---------------------------------------------------------------
 */

/* What follows from an entry that is now in the ledger. */
static void
session_consequences(struct desk *d, const char *transfer)
{
	char why[DELIVER_WHY_SIZE];
	const struct custody_transfer *t = custody_transfer_find(d->custody, transfer);
	if (t == NULL)
		return;
	if (t->facts.state == TRANSFER_APPROVED && deliver_start(d, transfer, why) != ERR_OK)
		log_warn("release of %s: %s", transfer, why);
	if (t->facts.state == TRANSFER_SUBMITTED)
		draft_settle(d, transfer);
	if (t->facts.state == TRANSFER_ABORTED)
		intake_drop(d, transfer);
	if (t->facts.confirmed && deliver_recall(d, transfer) != ERR_OK)
		log_warn("%s: the stager takes no requests; it does this by itself", transfer);
	else if (transfer_delivered(&t->facts) || transfer_moved(&t->facts) ||
		 t->facts.state == TRANSFER_CLOSED)
		deliver_custody(d, transfer);
}

/* What was decided since the inventory was made would not be in what is submitted. */
static const char *
session_refuse_submission(struct session *s, const struct entry *entry)
{
	const char *id = "";
	struct work *work;
	if (strcmp(entry->type, "xfer.approve") != 0 ||
	    transfer_subject_parse(entry->subj, &id) != SUBJ_XFER)
		return NULL;
	const struct custody_transfer *t = custody_transfer_find(s->desk->custody, id);
	if (intake_find(s->desk, id) != NULL)
		return "it is being scanned again: what comes of that is for the signer, too";
	if (t == NULL || t->facts.state != TRANSFER_REVIEW)
		return NULL; /* the rules of the record decide */
	if (desk_work(s->desk, id, &work) != ERR_OK)
		return "the work database cannot be opened";
	return shown_refuse(&s->shown, id, entry->data, work);
}

/* One that can put an exception in force, or end it. */
static bool
session_is_exception(const struct entry *entry)
{
	enum transfer_event event = transfer_event_find(LOG_AUTHORITY, entry->type);
	return event == EVENT_EXCEPT || event == EVENT_EXCEPT_END ||
	       (event == EVENT_ENDORSE &&
		   transfer_subject_parse(entry->subj, NULL) == SUBJ_EXCEPTION);
}

static void
session_take_entry(struct session *s, struct msg *m)
{
	struct desk *d = s->desk;
	uint8_t *bytes;
	size_t n;
	struct book_entry at;
	char why[BOOK_WHY_SIZE];
	struct entry *entry = session_entry(m, &bytes, &n);
	if (entry == NULL) {
		session_refuse(s, 3, "the entry cannot be read", "");
		return;
	}
	bool authority = strcmp(entry->log, custody_origin(d->custody, LOG_AUTHORITY)) == 0;
	const char *next = "nothing was submitted; submit again";
	const char *stale = session_refuse_submission(s, entry);
	if (stale == NULL && strcmp(entry->type, "xfer.approve") == 0)
		stale = anchor_bar(d, &next);
	if (strcmp(entry->actor_id, s->officer) != 0 ||
	    strcmp(entry->type, "sess.login") == 0) {
		session_refuse(
		    s, 1, "this connection belongs to another person", "sign in as the signer");
	} else if (stale != NULL) {
		session_refuse(s, 1, stale, next);
	} else {
		enum err e =
		    book_append(d, authority ? "authority" : "custody", m->fd, &at, why);
		const char *transfer = "";
		if (e == ERR_OK && !authority)
			loading_on_entry(d, entry->type);
		if (e == ERR_OK && authority && session_is_exception(entry))
			excepted_changed(d);
		if (e == ERR_OK && transfer_subject_parse(entry->subj, &transfer) == SUBJ_XFER)
			session_consequences(d, transfer);
		/* exceptions may have come or ended while it was submitted */
		if (e == ERR_OK && (strcmp(entry->type, "xfer.return") == 0 ||
				       strcmp(entry->type, "xfer.withdraw") == 0))
			excepted_returned(d, transfer);
		const struct custody_transfer *t = custody_transfer_find(d->custody, transfer);
		if (e == ERR_OK)
			session_done(
			    s, json_pack("{s:I, s:s, s:s}", "seq", (json_int_t)at.seq, "leaf",
				   at.leaf, "state",
				   t != NULL ? transfer_state_name(t->facts.state) : ""));
		else
			session_refuse(
			    s, session_status(e), why, authority ? NEXT_PEOPLE : NEXT_STATUS);
	}
	free(bytes);
	entry_free(entry);
}

static void
session_doc(struct session *s, struct msg *m)
{
	uint8_t *bytes;
	size_t n;
	char sha256[HEX_DIGEST_SIZE], why[BOOK_WHY_SIZE];
	if (io_memfd_read(m->fd, LIM_REQUEST_BYTES, &bytes, &n) != ERR_OK) {
		session_refuse(s, 1, "the document is not sealed, or over the limit", "");
		return;
	}
	enum err e = book_put(s->desk, bytes, n, sha256, why);
	free(bytes);
	if (e == ERR_OK && strcmp(sha256, msg_str(m, "sha256")) != 0)
		session_refuse(s, 3, "the document is not what its digest says", "");
	else if (e == ERR_OK)
		session_done(s, json_object());
	else
		session_refuse(s, session_status(e), why, "");
}

/* --- work on a transfer
 * ------------------------------------------------------------------------- */

bool
session_is_officer(struct session *s)
{
	const struct custody_person *p = custody_person_find(s->desk->custody, s->officer);
	if (p != NULL && (p->roles & CUSTODY_OFFICER) != 0)
		return true;
	session_refuse(s, 1, "only a transfer officer may do this", NEXT_ROLE);
	return false;
}

/* False, and answered, while an anchor stands against all work. */
static bool
session_may_work(struct session *s)
{
	const char *next, *bar = anchor_bar(s->desk, &next);
	if (bar != NULL)
		session_refuse(s, 1, bar, next);
	return bar == NULL;
}

static void
session_intake(struct session *s, struct msg *m)
{
	char transfer[TRANSFER_ID_SIZE], why[INTAKE_WHY_SIZE], refused[HANDIN_WHY_SIZE];
	struct handin h;
	enum hold_mode hold;
	size_t source_len;
	if (!session_is_officer(s) || !session_may_work(s))
		return;
	if (!hold_parse(msg_str(m, "hold"), &hold)) {
		session_refuse(s, 2, "a reading waits \"locked\" or \"always\", or not at all",
		    "nothing was recorded");
		return;
	}
	MEM_FREE uint8_t *source = msg_bytes(m, "source", &source_len);
	enum err e = handin_take(s->desk, msg_take_fd(m), source, source_len, &h, refused);
	if (e != ERR_OK) {
		session_refuse(
		    s, 1, refused, "no transfer was opened; the refusal is recorded");
		return;
	}
	struct intake_request r = {.officer = s->officer,
	    .requester = msg_str(m, "requester"),
	    .medium = h.medium,
	    .fields = json_object_get(m->body, "fields"),
	    .control = msg_str(m, "control"),
	    .request = msg_str(m, "request"),
	    .signature = msg_str(m, "signature"),
	    .resume = msg_str(m, "resume"),
	    .fd = h.fd,
	    .hardware = h.hardware,
	    .hold = hold};
	if (!handin_is_of(s->desk, &h, r.resume, refused)) {
		handin_done(&h);
		session_refuse(s, 1, refused, "the refusal is recorded");
		return;
	}
	flap_write(s->desk); /* what came and went before */
	e = intake_open(s->desk, &r, transfer, why);
	if (e == ERR_OK && h.place != NULL)
		follow_opened(s->desk, h.place, transfer);
	else if (e == ERR_OK)
		image_opened(s->desk, transfer, h.changed_ns);
	handin_done(&h);
	if (e == ERR_OK)
		session_done(s, json_pack("{s:s}", "transfer", transfer));
	else
		session_refuse(s, session_status(e), why, "nothing was recorded");
}

static void
session_stop(struct session *s, struct msg *m)
{
	char why[INTAKE_WHY_SIZE];
	if (!session_is_officer(s))
		return;
	if (msg_str(m, "reason")[0] == '\0' ||
	    strlen(msg_str(m, "reason")) > LIM_REASON_BYTES) {
		session_refuse(s, 2, "the reason is missing or too long",
		    "say in at most 1024 bytes why it is stopped");
		return;
	}
	MEM_FREE char *reason = escape_dup(msg_str(m, "reason"));
	MEM_FREE char *text = mem_printf("stopped by %s: %s", s->officer, reason);
	enum err e = intake_stop(s->desk, msg_str(m, "transfer"), text, why);
	session_answer(s, e, why, NEXT_STATUS);
}

static void
session_pause(struct session *s, struct msg *m)
{
	char why[INTAKE_WHY_SIZE];
	if (!session_is_officer(s))
		return;
	enum err e = intake_pause(s->desk, msg_str(m, "transfer"), msg_bool(m, "paused"), why);
	session_answer(s, e, why, NEXT_STATUS);
}

static void
session_give_up(struct session *s, struct msg *m)
{
	char why[INTAKE_WHY_SIZE];
	if (!session_is_officer(s))
		return;
	enum err e = intake_give_up(s->desk, msg_str(m, "transfer"), why);
	session_answer(s, e, why, NEXT_STATUS);
}

static void
session_rescan(struct session *s, struct msg *m)
{
	char why[INTAKE_WHY_SIZE];
	if (!session_is_officer(s))
		return;
	const char *transfer = msg_str(m, "transfer"), *words = NULL;
	struct work *work;
	enum err e = intake_rescan(s->desk, transfer, s->officer, why);
	if (e == ERR_OK && desk_work(s->desk, transfer, &work) == ERR_OK)
		words = password_forgotten(work);
	if (words != NULL)
		session_done(s, json_pack("{s:s}", "text", words));
	else
		session_answer(s, e, why, NEXT_STATUS);
}

const struct custody_transfer *
session_transfer(struct session *s, const char *id, unsigned states)
{
	const struct custody_transfer *t = custody_transfer_find(s->desk->custody, id);
	char why[128];
	if (t == NULL) {
		session_refuse(s, 1, "there is no such transfer", NEXT_TRANSFERS);
		return NULL;
	}
	if ((states & 1u << t->facts.state) != 0 && intake_find(s->desk, id) == NULL)
		return t;
	snprintf(why, sizeof(why), "this is not possible while the transfer is %s",
	    transfer_state_name(t->facts.state));
	session_refuse(s, 1, why, NEXT_STATUS);
	return NULL;
}

/* --- the rest
 * -------------------------------------------------------------------------------------------
 */

static void
session_release(struct session *s, struct msg *m)
{
	char why[DELIVER_WHY_SIZE];
	if (!session_is_officer(s) || !session_may_work(s))
		return;
	enum err e = deliver_start(s->desk, msg_str(m, "transfer"), why);
	session_answer(s, e, why, NEXT_STATUS);
}

static void
session_medium(struct session *s, struct msg *m)
{
	char why[BOOK_WHY_SIZE];
	if (!session_is_officer(s))
		return;
	MEM_FREE char *disposition = escape_dup(msg_str(m, "disposition"));
	enum err e = book_transfer(s->desk, "xfer.medium", msg_str(m, "transfer"),
	    json_pack("{s:s, s:s}", "disposition", disposition, "officer", s->officer), why);
	session_answer(s, e, why, "");
}

/* False, and answered, when the ledger has no such document. */
static bool
session_has_document(struct session *s, const char *sha256)
{
	int fd;
	if (sha256 == NULL)
		return true;
	if (book_get_fd(s->desk, sha256, &fd) != ERR_OK) {
		session_refuse(s, 1, "the ledger has no document with this digest",
		    "hand in the request's file, then name it");
		return false;
	}
	close(fd);
	return true;
}

/* A request for a transfer that is blocked, perhaps for want of one. */
static void
session_request(struct session *s, struct msg *m)
{
	char why[BOOK_WHY_SIZE];
	const char *signature = msg_str(m, "signature");
	if (!session_is_officer(s) ||
	    session_transfer(s, msg_str(m, "transfer"), 1u << TRANSFER_BLOCKED) == NULL)
		return;
	json_t *data =
	    json_pack("{s:s, s:s}", "document", msg_str(m, "request"), "officer", s->officer);
	if (signature != NULL)
		json_object_set_new(data, "signature", json_string(signature));
	if (!session_has_document(s, msg_str(m, "request")) ||
	    !session_has_document(s, signature)) {
		json_decref(data);
		return;
	}
	enum err e = book_transfer(s->desk, "xfer.request", msg_str(m, "transfer"), data, why);
	session_answer(s, e, why, NEXT_STATUS);
}

static void
session_report(struct session *s, struct msg *m)
{
	paper_make(s->desk, s->number, m, m->id == MSG_UI_PUBLISH);
}

static void
session_purge(struct session *s, struct msg *m)
{
	struct purge_result r;
	char why[BOOK_WHY_SIZE];
	(void)m;
	if (!session_is_officer(s))
		return;
	enum err e = purge_by_policy(s->desk, &r, why);
	if (e == ERR_OK)
		session_done(s, json_pack("{s:I, s:I}", "count", (json_int_t)r.objects, "bytes",
				    (json_int_t)r.bytes));
	else
		session_refuse(s, session_status(e), why, "");
}

static void
session_hello(struct session *s, struct msg *m)
{
	if (channel_accept_hello(s->channel, m, NULL) != ERR_OK)
		log_warn("a terminal speaks another protocol");
}

static const struct {
	enum msg_id id;
	void (*fn)(struct session *, struct msg *);
} session_handlers[] = {
    {MSG_HELLO, session_hello},
    {MSG_UI_NONCE, session_nonce},
    {MSG_UI_PREPARE, session_prepare},
    {MSG_UI_SIGNIN, session_signin},
    {MSG_UI_SIGNATURES, loading_answer},
    {MSG_UI_FAILED, session_failed},
    {MSG_UI_ENTRY, session_take_entry},
    {MSG_UI_DOC, session_doc},
    {MSG_UI_GET, answer_get},
    {MSG_UI_INTAKE, session_intake},
    {MSG_UI_INTAKE_DEVICE, session_intake},
    {MSG_UI_UNLOCK, unlock_answer},
    {MSG_UI_PASSWORD, password_answer},
    {MSG_UI_SCOPE, choice_scope},
    {MSG_UI_REQUESTED, choice_requested},
    {MSG_UI_FOLDERS, choice_folders},
    {MSG_UI_GO, choice_go},
    {MSG_UI_WATCH, session_watch},
    {MSG_UI_STOP, session_stop},
    {MSG_UI_PAUSE, session_pause},
    {MSG_UI_GIVE_UP, session_give_up},
    {MSG_UI_FIELDS, fields_change},
    {MSG_UI_RESCAN, session_rescan},
    {MSG_UI_LIST, order_list},
    {MSG_UI_PAGE, order_page},
    {MSG_UI_FIND, order_find},
    {MSG_UI_ITEM, answer_item},
    {MSG_UI_INSIDE, opened_answer},
    {MSG_UI_PREVIEW, look_answer},
    {MSG_UI_DECIDE, draft_decide},
    {MSG_UI_BULK, draft_bulk},
    {MSG_UI_BULK_DO, draft_bulk_do},
    {MSG_UI_UNDO, draft_undo},
    {MSG_UI_SEAL, submission_seal},
    {MSG_UI_STATUS, answer_status},
    {MSG_UI_TRANSFERS, answer_transfers},
    {MSG_UI_SITE, site_answer},
    {MSG_UI_MEDIA, media_answer},
    {MSG_UI_SCANNERS, answer_scanners},
    {MSG_UI_DOCTOR, doctor_answer},
    {MSG_UI_TIMELINE, timeline_answer},
    {MSG_UI_EXPORT, answer_export},
    {MSG_UI_RELEASE, session_release},
    {MSG_UI_MEDIUM, session_medium},
    {MSG_UI_REPORT, session_report},
    {MSG_UI_PUBLISH, session_report},
    {MSG_UI_COPY, copying_answer},
    {MSG_UI_WRITE, writing_ask},
    {MSG_UI_WRITE_DO, writing_go},
    {MSG_UI_WRITE_STOP, writing_stop},
    {MSG_UI_REGISTER, answer_register},
    {MSG_UI_EXCEPTIONS, excepted_answer},
    {MSG_UI_REQUEST, session_request},
    {MSG_UI_PURGE, session_purge},
    {MSG_UI_SAMPLE, sampling_answer},
    {MSG_UI_RECONCILE, reconcile_answer},
    {MSG_UI_ANCHORS, anchor_state},
    {MSG_UI_EPOCH, epoch_offer},
    {MSG_UI_ANCHOR_OUT, anchor_out},
    {MSG_UI_ANCHOR_IN, anchor_in},
    {MSG_UI_WITNESS, anchor_witness},
};

static void
session_on_message(void *arg, struct channel *ch, struct msg *m)
{
	struct session *s = arg;
	struct desk *d = s->desk;
	(void)ch;
	for (size_t i = 0; i < sizeof(session_handlers) / sizeof(session_handlers[0]); i++)
		if (session_handlers[i].id == m->id) {
			session_handlers[i].fn(s, m);
			signout_look(d); /* entries may have come, or a last day be over */
			return;
		}
}

static void
session_free(struct session *s)
{
	struct session **at = &s->desk->sessions;
	while (*at != s)
		at = &(*at)->next;
	*at = s->next;
	scan_free(s->selftest);
	look_free(s->look);
	order_free(s);
	draft_bulk_free(s);
	writing_free(s->writing);
	parcel_free(s->parcel);
	loop_del_channel(s->desk->loop, s->channel);
	channel_free(s->channel);
	free(s);
}

static void
session_on_gone(void *arg, struct channel *ch, enum err why)
{
	struct session *s = arg;
	if (why == ERR_PROTO)
		log_warn("a terminal broke the protocol: %s", channel_why(ch));
	if (s->officer[0] != '\0')
		signout_record(s, NULL);
	session_free(s);
}

/* Makes room for one more: who never signed in goes first, the oldest of them. */
static bool
session_make_room(struct desk *d)
{
	struct session *idle = NULL; /* the list begins with the newest */
	size_t n = 0;
	for (struct session *s = d->sessions; s != NULL; s = s->next, n++)
		if (s->officer[0] == '\0')
			idle = s;
	if (n < LIM_SESSIONS)
		return true;
	log_warn("%zu terminals are connected: %s", n,
	    idle != NULL ? "the oldest that nobody signed in at is dropped"
			 : "another was turned away");
	if (idle != NULL)
		session_free(idle);
	return idle != NULL;
}

void
session_new(struct desk *d, int fd)
{
	if (!session_make_room(d)) {
		close(fd);
		return;
	}
	struct session *s = mem_alloc(sizeof(*s));
	*s = (struct session){.next = d->sessions, .desk = d, .number = ++d->next_session};
	s->channel = channel_new(fd, ROLE_DESK, ROLE_UI);
	d->sessions = s;
	channel_hello(s->channel, "sallyport-desk", true);
	loop_add_channel(d->loop, s->channel, session_on_message, session_on_gone, s);
}

void
session_end_all(struct desk *d)
{
	while (d->sessions != NULL)
		session_free(d->sessions);
}
