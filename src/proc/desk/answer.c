/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/answer.h"
#include "db/work.h"
#include "src/base/clock.h"
#include "src/base/hex.h"
#include "src/base/mem.h"
#include "src/ipc/next.h"
#include "src/proc/desk/book.h"
#include "src/proc/desk/choice.h"
#include "src/proc/desk/choosing.h"
#include "src/proc/desk/excepted.h"
#include "src/proc/desk/fault.h"
#include "src/proc/desk/fields.h"
#include "src/proc/desk/life.h"
#include "src/proc/desk/metrics.h"
#include "src/proc/desk/opened.h"
#include "src/proc/desk/order.h"
#include "src/proc/desk/password.h"
#include "src/proc/desk/reuse.h"
#include "src/proc/desk/scan.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void
answer_send(struct session *s, enum msg_id id, json_t *body, int fd)
{
	if (channel_send(s->channel, id, body, fd) == ERR_LIMIT)
		session_refuse(s, 3, "the answer is longer than a message can be", NEXT_REPORT);
}

void
answer_rows(struct session *s, json_t *rows, bool more, uint64_t next, uint64_t total)
{
	answer_send(s, MSG_DESK_ROWS,
	    json_pack("{s:o, s:b, s:I, s:I}", "rows", rows, "more", more, "next",
		(json_int_t)next, "total", (json_int_t)total),
	    -1);
}

size_t
answer_size(const json_t *row)
{
	char *text = json_dumps(row, JSON_COMPACT);
	size_t n = text != NULL ? strlen(text) : 0;
	free(text);
	return n + 1;
}

/* --- transfers ------------------------------------------------------------------------- */

/* Of a recall or retirement that waits for another officer; "": none does. */
static const char *
answer_proposer(const struct custody_transfer *t)
{
	bool asked = t->facts.state == TRANSFER_RECALL || t->facts.state == TRANSFER_RETIRE;
	return asked && !t->facts.confirmed ? t->recall.proposal.officer : "";
}

void
answer_transfers(struct session *s, struct msg *m)
{
	const struct custody *c = s->desk->custody;
	const char *after = msg_str(m, "after");
	size_t n = custody_transfer_count(c), i = 0;
	json_t *rows = json_array();
	if (after != NULL && after[0] != '\0')
		while (i < n && strcmp(custody_transfer_at(c, i++)->id, after) != 0)
			;
	for (; i < n && json_array_size(rows) < LIM_PAGE_ITEMS; i++) {
		const struct custody_transfer *t = custody_transfer_at(c, i);
		const struct intake *in = intake_find(s->desk, t->id);
		json_array_append_new(rows,
		    json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:b, s:s}", "transfer",
			t->id, "state", transfer_state_name(fault_state(s->desk, t)),
			"requester", t->requester, "holder", t->holder, "opened", t->opened_at,
			"changed", t->changed_at, "files", (json_int_t)t->files, "bytes",
			(json_int_t)t->bytes, "choosing", in != NULL && choosing_waits(in),
			"proposed_by", answer_proposer(t)));
	}
	answer_rows(s, rows, i < n, 0, n);
}

static void
answer_count(void *arg, const char *word, uint64_t n)
{
	json_object_set_new(
	    arg, word[0] != '\0' ? word : "unjudged", json_integer((json_int_t)n));
}

static json_t *
answer_approvals(const struct custody_transfer *t)
{
	json_t *rows = json_array();
	for (size_t i = 0; i < t->approvals_count; i++)
		json_array_append_new(
		    rows, json_pack("{s:s, s:s, s:s, s:s}", "officer", t->approvals[i].officer,
			      "name", t->approvals[i].name, "key", t->approvals[i].key, "at",
			      t->approvals[i].at));
	return rows;
}

/* What an entry says, when there is one and it fits: the state must get through. */
static void
answer_add_data(json_t *status, const char *key, json_t *data)
{
	if (data != NULL && answer_size(status) + answer_size(data) < ANSWER_PAGE_BYTES)
		json_object_set(status, key, data);
}

/* A recall or retirement that was proposed, or done; NULL: none. */
static json_t *
answer_recall(const struct custody_transfer *t)
{
	const struct custody_recall *r = &t->recall;
	if (r->reason == NULL)
		return NULL;
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:b}", "by", r->proposal.officer,
	    "name", r->proposal.name, "at", r->proposal.at, "leaf", r->proposal.leaf,
	    "agreed_by", r->agreement.officer, "agreed_at", r->agreement.at, "reason",
	    r->reason, "retire", r->retire);
}

void
answer_status(struct session *s, struct msg *m)
{
	const char *id = msg_str(m, "transfer");
	const struct custody_transfer *t = custody_transfer_find(s->desk->custody, id);
	struct work *work;
	struct work_counts counts;
	uint64_t undecided = 0;
	if (t == NULL) {
		session_refuse(s, 1, "there is no such transfer", NEXT_TRANSFERS);
		return;
	}
	MEM_FREE char *why = fault_why(s->desk, t);
	json_t *verdicts = json_object(), *decisions = json_object();
	if (t->scan_data != NULL && desk_work(s->desk, id, &work) == ERR_OK) {
		work_tally(work, answer_count, verdicts);
		work_tally_decisions(work, answer_count, decisions);
		if (work_counts(work, &counts) == ERR_OK)
			undecided = counts.undecided;
	}
	json_t *status = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:I, "
				   "s:I, s:I, s:o, s:o, s:I, s:o, s:b}",
	    "transfer", t->id, "state", transfer_state_name(fault_state(s->desk, t)),
	    "requester", t->requester, "holder", t->holder, "opened", t->opened_at, "changed",
	    t->changed_at, "policy", t->policy, "why", why, "step",
	    t->step != NULL ? t->step : "", "disposition",
	    t->disposition != NULL ? t->disposition : "", "items", (json_int_t)t->items,
	    "files", (json_int_t)t->files, "bytes", (json_int_t)t->bytes, "verdicts", verdicts,
	    "decisions", decisions, "undecided", (json_int_t)undecided, "approvals",
	    answer_approvals(t), "demo", custody_demo(s->desk->custody));
	json_object_set_new(
	    status, "approvals_needed", json_integer((json_int_t)t->facts.slots_needed));
	json_object_set_new(status, "sandboxed", json_boolean(!t->tainted));
	json_t *recall = answer_recall(t);
	answer_add_data(status, "recall", recall);
	json_decref(recall);
	const struct intake *in = intake_find(s->desk, id);
	json_t *choosing = in != NULL && choosing_waits(in) ? choice_status(in) : NULL;
	answer_add_data(status, "choosing", choosing);
	json_decref(choosing);
	answer_add_data(status, "read", t->read_data);
	answer_add_data(status, "open", t->open_data);
	fields_status(s->desk, t, status);
	answer_add_data(status, "scan", t->scan_data);
	answer_send(s, MSG_DESK_STATUS, json_pack("{s:o}", "status", status), -1);
}

/* --- the medium register -------------------------------------------------------------- */

void
answer_register(struct session *s, struct msg *m)
{
	const struct register_book *book = custody_register(s->desk->custody);
	const char *after = msg_str(m, "after");
	size_t n = register_count(book), i = 0, used = 0;
	json_t *rows = json_array();
	while (after != NULL && i < n && strcmp(register_at(book, i++)->number, after) != 0)
		;
	for (; i < n; i++) {
		const struct register_medium *medium = register_at(book, i);
		if (!register_is_open(medium->state) && !msg_bool(m, "all"))
			continue;
		json_t *row = register_row(medium);
		used += answer_size(row);
		if (json_array_size(rows) > 0 && used > ANSWER_PAGE_BYTES) {
			json_decref(row);
			break;
		}
		json_array_append_new(rows, row);
	}
	answer_rows(s, rows, i < n, 0, n);
}

/* --- items ------------------------------------------------------------------------ */

struct work *
answer_work(struct session *s, const char *transfer)
{
	const struct custody_transfer *t = custody_transfer_find(s->desk->custody, transfer);
	struct work *work;
	if (t == NULL) {
		session_refuse(s, 1, "there is no such transfer", NEXT_TRANSFERS);
		return NULL;
	}
	if (desk_work(s->desk, transfer, &work) != ERR_OK) {
		session_refuse(s, 3, "the work database cannot be opened", NEXT_CHECKS);
		return NULL;
	}
	return work;
}

/* Rows, as long as there is room for them. */
struct answer_rows {
	json_t *rows;
	size_t room;
};

static void
answer_add_row(struct answer_rows *r, json_t *row)
{
	size_t n = answer_size(row);
	if (n <= r->room)
		json_array_append(r->rows, row);
	r->room -= n <= r->room ? n : r->room; /* nothing after a gap */
	json_decref(row);
}

static void
answer_add_finding(void *arg, const struct work_finding *f)
{
	answer_add_row(arg, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "scanner", f->scanner,
				"rule", f->rule, "class", f->class, "severity", f->severity,
				"title", f->title, "detail", f->detail));
}

static void
answer_add_verdict(void *arg, const struct work_verdict *v)
{
	answer_add_row(arg, json_pack("{s:s, s:s, s:s, s:I, s:I}", "scanner", v->scanner,
				"verdict", v->verdict, "why", v->why, "bytes",
				(json_int_t)v->bytes, "read", (json_int_t)v->read_bytes));
}

/* What was said of the same bytes in an earlier transfer. */
static void
answer_add_earlier(
    struct session *s, const char *transfer, const uint8_t *sha256, json_t *scans)
{
	const struct custody_transfer *t = custody_transfer_find(s->desk->custody, transfer);
	int64_t opened_s;
	json_t *row;
	size_t i;
	if (t == NULL || !clock_parse(t->opened_at, &opened_s) || !life_tells_earlier(s->desk))
		return;
	json_array_foreach (scans, i, row) {
		const char *scanner = json_string_value(json_object_get(row, "scanner"));
		char said[REUSE_WHY_SIZE];
		if (reuse_show(s->desk, sha256, scanner, opened_s, said))
			json_object_set_new(row, "earlier", json_string(said));
	}
}

/* What does not count, as long as there is room: at most LIM_EXCEPTIONS short rows. */
static void
answer_add_exceptions(struct session *s, const char *transfer, struct work *work,
    const struct work_item *it, json_t *row)
{
	const struct custody_transfer *t = custody_transfer_find(s->desk->custody, transfer);
	json_t *rows = excepted_item(s->desk, t, work, it->sha256, it->id, it->type);
	if (json_array_size(rows) > 0 &&
	    answer_size(row) + answer_size(rows) < ANSWER_PAGE_BYTES)
		json_object_set(row, "exceptions", rows);
	json_decref(rows);
}

void
answer_item(struct session *s, struct msg *m)
{
	struct work *work = answer_work(s, msg_str(m, "transfer"));
	struct work_item it;
	if (work == NULL)
		return;
	if (work_item_get(work, msg_uint(m, "item"), &it) != ERR_OK) {
		session_refuse(s, 1, "there is no such item", NEXT_ITEMS);
		return;
	}
	json_t *row = order_row(&it);
	struct answer_rows findings = {.rows = json_array()}, scans = {.rows = json_array()};
	MEM_FREE char *path = mem_alloc(HEX_B64_SIZE(it.path_len));
	MEM_FREE char *link = mem_alloc(HEX_B64_SIZE(it.link_len));
	hex_b64_encode(it.path, it.path_len, path);
	hex_b64_encode(it.link, it.link_len, link);
	json_object_set_new(row, "path", json_string(path));
	json_object_set_new(row, "link", json_string(link));
	json_object_set_new(row, "mode", json_integer((json_int_t)it.mode));
	json_object_set_new(row, "mtime", json_string(it.mtime));
	json_object_set_new(row, "zone", json_string(it.zone));
	size_t used = answer_size(row);
	findings.room = used < ANSWER_PAGE_BYTES ? (ANSWER_PAGE_BYTES - used) / 2 : 0;
	scans.room = findings.room;
	work_findings(work, it.sha256, it.id, answer_add_finding, &findings);
	if (it.sha256 != NULL)
		work_verdicts(work, it.sha256, answer_add_verdict, &scans);
	json_object_set_new(row, "findings", findings.rows);
	if (it.sha256 != NULL)
		answer_add_earlier(s, msg_str(m, "transfer"), it.sha256, scans.rows);
	if (it.sha256 != NULL)
		password_earlier(s->desk, work, it.sha256, scans.rows);
	if (it.sha256 != NULL)
		opened_add(work, it.sha256, row, scans.rows);
	json_object_set_new(row, "scans", scans.rows);
	answer_add_exceptions(s, msg_str(m, "transfer"), work, &it, row);
	fields_item(s->desk, custody_transfer_find(s->desk->custody, msg_str(m, "transfer")),
	    work, it.id, row);
	answer_send(s, MSG_DESK_ITEM, json_pack("{s:o}", "item", row), -1);
}

/* --- scanners ------------------------------------------------------------------------ */

/* How a scanner stands: what is being tried now has not passed yet. */
static const char *
answer_scanner_state(const struct desk *d, size_t i, bool trying)
{
	if (trying)
		return "trying";
	if (d->unfit[i][0] != '\0')
		return "UNFIT";
	if (metrics_about(d, i) != NULL)
		return "fit";
	return d->trial != NULL ? "trying" : "not tested";
}

/* All scanners as they are known, by this session's test or any other. */
static void
answer_known(struct session *s)
{
	static const struct worker_about nothing;
	const struct desk *d = s->desk;
	json_t *rows = json_array();
	for (size_t i = 0; i < d->nscanners; i++) {
		const struct worker_about *about = metrics_about(d, i);
		if (about == NULL)
			about = &nothing;
		const char *why = d->unfit[i][0] != '\0' ? d->unfit[i] : metrics_warning(d, i);
		json_t *row = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "name",
		    d->scanners[i].name, "version",
		    about->version[0] != '\0' ? about->version : d->scanners[i].version,
		    "engine", about->engine, "signatures", about->signatures, "state",
		    answer_scanner_state(d, i, s->selftest != NULL), "why", why);
		metrics_print(d, i, row);
		json_array_append_new(rows, row);
	}
	answer_rows(s, rows, false, 0, json_array_size(rows));
}

static void
answer_selftest_over(void *arg, struct scan *scan)
{
	struct session *s = arg;
	s->selftest = scan_free(scan);
	if (s->selftest_waits)
		answer_known(s);
	s->selftest_waits = false;
}

void
answer_scanners(struct session *s, struct msg *m)
{
	struct desk *d = s->desk;
	if (msg_bool(m, "selftest") && s->selftest == NULL && d->nscanners > 0)
		s->selftest = scan_try(d, NULL, "manual", answer_selftest_over, s);
	if (s->selftest != NULL && msg_bool(m, "wait"))
		s->selftest_waits = true;
	else
		answer_known(s);
}

/* --- documents
 * ------------------------------------------------------------------------------------------ */

void
answer_export(struct session *s, struct msg *m)
{
	struct msg a;
	const char *log = msg_str(m, "log");
	if (strcmp(log, "authority") != 0 && strcmp(log, "custody") != 0) {
		session_refuse(s, 2, "there is no such log", "use authority or custody");
		return;
	}
	if (book_read(s->desk, log, 0, &a) != ERR_OK) {
		session_refuse(s, 3, "the ledger does not give its entries", NEXT_CHECKS);
		return;
	}
	answer_send(s, MSG_DESK_EXPORT,
	    json_pack("{s:s, s:s, s:I, s:s}", "origin", msg_str(&a, "origin"), "vkey",
		msg_str(&a, "vkey"), "count", (json_int_t)msg_uint(&a, "count"), "checkpoint",
		msg_str(&a, "checkpoint")),
	    a.fd);
	msg_done(&a);
}

void
answer_get(struct session *s, struct msg *m)
{
	MEM_CLOSE int fd = -1;
	if (book_get_fd(s->desk, msg_str(m, "sha256"), &fd) != ERR_OK) {
		session_refuse(s, 1, "the ledger holds no such document", "");
		return;
	}
	off_t n = lseek(fd, 0, SEEK_END);
	answer_send(s, MSG_DESK_DOC,
	    json_pack("{s:s, s:I}", "sha256", msg_str(m, "sha256"), "bytes",
		(json_int_t)(n > 0 ? n : 0)),
	    fd);
}
