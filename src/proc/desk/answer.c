/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/answer.h"
#include "db/work.h"
#include "src/base/clock.h"
#include "src/base/hex.h"
#include "src/base/mem.h"
#include "src/core/where.h"
#include "src/proc/desk/book.h"
#include "src/proc/desk/deliver.h"
#include "src/proc/desk/intake.h"
#include "src/proc/desk/scan.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ANSWER_PAGE_BYTES 28000      /* rows of one message, with room for the frame */
#define ANSWER_EARLIEST_S 1704067200 /* 2024-01-01: no clock of ours can be before */

static void
answer_send(struct session *s, enum msg_id id, json_t *body, int fd)
{
	if (channel_send(s->channel, id, body, fd) == ERR_LIMIT)
		session_refuse(s, 3, "the answer is longer than a message can be",
		    "sallyport report TRANSFER has it in full");
}

/* Sends what there is of rows; stolen. */
static void
answer_rows(struct session *s, json_t *rows, bool more, uint64_t next, uint64_t total)
{
	answer_send(s, MSG_DESK_ROWS,
	    json_pack("{s:o, s:b, s:I, s:I}", "rows", rows, "more", more, "next",
		(json_int_t)next, "total", (json_int_t)total),
	    -1);
}

static size_t
answer_size(const json_t *row)
{
	char *text = json_dumps(row, JSON_COMPACT);
	size_t n = text != NULL ? strlen(text) : 0;
	free(text);
	return n + 1;
}

/* --- transfers ------------------------------------------------------------------------- */

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
		json_array_append_new(rows,
		    json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:I}", "transfer", t->id,
			"state", transfer_state_name(t->facts.state), "requester", t->requester,
			"holder", t->holder, "opened", t->opened_at, "changed", t->changed_at,
			"files", (json_int_t)t->files, "bytes", (json_int_t)t->bytes));
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

void
answer_status(struct session *s, struct msg *m)
{
	const char *id = msg_str(m, "transfer");
	const struct custody_transfer *t = custody_transfer_find(s->desk->custody, id);
	struct work *work;
	uint64_t undecided = 0;
	if (t == NULL) {
		session_refuse(
		    s, 1, "there is no such transfer", "sallyport status lists them");
		return;
	}
	json_t *verdicts = json_object(), *decisions = json_object();
	if (t->scan_data != NULL && desk_work(s->desk, id, &work) == ERR_OK) {
		work_tally(work, answer_count, verdicts);
		work_tally_decisions(work, answer_count, decisions);
		work_undecided(work, &undecided);
	}
	json_t *status = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:I, "
				   "s:I, s:I, s:o, s:o, s:I, s:o, s:b}",
	    "transfer", t->id, "state", transfer_state_name(t->facts.state), "requester",
	    t->requester, "holder", t->holder, "opened", t->opened_at, "changed", t->changed_at,
	    "policy", t->policy, "why", t->why != NULL ? t->why : "", "step",
	    t->step != NULL ? t->step : "", "disposition",
	    t->disposition != NULL ? t->disposition : "", "items", (json_int_t)t->items,
	    "files", (json_int_t)t->files, "bytes", (json_int_t)t->bytes, "verdicts", verdicts,
	    "decisions", decisions, "undecided", (json_int_t)undecided, "approvals",
	    answer_approvals(t), "demo", custody_demo(s->desk->custody));
	json_object_set_new(
	    status, "approvals_needed", json_integer((json_int_t)t->facts.slots_needed));
	json_object_set_new(status, "sandboxed", json_boolean(!t->tainted));
	answer_add_data(status, "read", t->read_data);
	answer_add_data(status, "open", t->open_data);
	answer_add_data(status, "scan", t->scan_data);
	answer_send(s, MSG_DESK_STATUS, json_pack("{s:o}", "status", status), -1);
}

/* --- items ----------------------------------------------------------------------------------
 */

/* What a list shows of an item. */
static json_t *
answer_item_row(const struct work_item *it)
{
	char sha256[HEX_DIGEST_SIZE] = "";
	if (it->sha256 != NULL)
		hex_encode(it->sha256, 32, sha256);
	return json_pack(
	    "{s:I, s:s, s:s, s:s, s:s, s:I, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:s, s:s}", "id",
	    (json_int_t)it->id, "name", it->name, "kind", it->kind, "state", it->state, "why",
	    it->why, "size", (json_int_t)it->size_bytes, "type", it->type, "mime", it->mime,
	    "verdict", it->verdict, "gate", it->gate, "severity", it->severity, "decision",
	    it->decision, "finds", (json_int_t)it->finds, "reason", it->reason, "sha256",
	    sha256);
}

struct answer_page {
	json_t *rows;
	size_t bytes;
	uint64_t last;
	bool more;
};

static bool
answer_add_item(void *arg, const struct work_item *it)
{
	struct answer_page *p = arg;
	json_t *row = answer_item_row(it);
	size_t n = answer_size(row);
	if (json_array_size(p->rows) == LIM_PAGE_ITEMS ||
	    (json_array_size(p->rows) > 0 && p->bytes + n > ANSWER_PAGE_BYTES)) {
		json_decref(row);
		p->more = true;
		return false;
	}
	p->bytes += n;
	p->last = it->id;
	json_array_append_new(p->rows, row);
	return true;
}

/* The transfer's database, or a refusal. */
static struct work *
answer_work(struct session *s, const char *transfer)
{
	const struct custody_transfer *t = custody_transfer_find(s->desk->custody, transfer);
	struct work *work;
	if (t == NULL) {
		session_refuse(
		    s, 1, "there is no such transfer", "sallyport status lists them");
		return NULL;
	}
	if (desk_work(s->desk, transfer, &work) != ERR_OK) {
		session_refuse(
		    s, 3, "the work database cannot be opened", "sallyport doctor tells more");
		return NULL;
	}
	return work;
}

void
answer_items(struct session *s, struct msg *m)
{
	struct work *work = answer_work(s, msg_str(m, "transfer"));
	const char *text = msg_str(m, "where");
	struct where *where = NULL;
	uint64_t total = 0;
	if (work == NULL)
		return;
	if (text != NULL && text[0] != '\0') {
		size_t at;
		char why[WHERE_WHY_SIZE];
		if (where_parse(text, strlen(text), &where, &at, why) != ERR_OK) {
			channel_send(s->channel, MSG_DESK_REFUSED,
			    json_pack("{s:i, s:s, s:s, s:I}", "status", 2, "why", why, "next",
				"see sallyport(1), LIMITS", "at", (json_int_t)at),
			    -1);
			return;
		}
	}
	struct answer_page page = {.rows = json_array()};
	enum err e = work_count(work, where, &total);
	if (e == ERR_OK)
		e = work_page(work, where, msg_uint(m, "after"), LIM_PAGE_ITEMS + 1,
		    answer_add_item, &page);
	free(where);
	if (e != ERR_OK) {
		json_decref(page.rows);
		session_refuse(
		    s, 3, "the work database cannot be read", "sallyport doctor tells more");
		return;
	}
	answer_rows(s, page.rows, page.more, page.last, total);
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

void
answer_item(struct session *s, struct msg *m)
{
	struct work *work = answer_work(s, msg_str(m, "transfer"));
	struct work_item it;
	if (work == NULL)
		return;
	if (work_item_get(work, msg_uint(m, "item"), &it) != ERR_OK) {
		session_refuse(s, 1, "there is no such item", "sallyport items lists them");
		return;
	}
	json_t *row = answer_item_row(&it);
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
	json_object_set_new(row, "by", json_string(it.by));
	size_t used = answer_size(row);
	findings.room = used < ANSWER_PAGE_BYTES ? (ANSWER_PAGE_BYTES - used) / 2 : 0;
	scans.room = findings.room;
	work_findings(work, it.sha256, it.id, answer_add_finding, &findings);
	if (it.sha256 != NULL)
		work_verdicts(work, it.sha256, answer_add_verdict, &scans);
	json_object_set_new(row, "findings", findings.rows);
	json_object_set_new(row, "scans", scans.rows);
	answer_send(s, MSG_DESK_ITEM, json_pack("{s:o}", "item", row), -1);
}

/* --- media and scanners
 * -------------------------------------------------------------------------- */

void
answer_media(struct session *s, struct msg *m)
{
	struct desk *d = s->desk;
	json_t *rows = json_array();
	(void)m;
	for (size_t i = 0; i < d->station->nports; i++) {
		const struct station_port *p = &d->station->ports[i];
		json_array_append_new(
		    rows, json_pack("{s:s, s:s, s:s, s:s}", "port", p->name, "kind",
			      p->kind == STATION_IMAGE ? "image" : "block", "path", p->path,
			      "transfer", ""));
	}
	for (size_t i = 0; i < custody_transfer_count(d->custody); i++) {
		const struct custody_transfer *t = custody_transfer_at(d->custody, i);
		if (intake_find(d, t->id) == NULL)
			continue;
		const char *source = json_string_value(
		    json_object_get(json_object_get(t->open_data, "medium"), "source"));
		json_array_append_new(
		    rows, json_pack("{s:s, s:s, s:s, s:s}", "port", "", "kind", "being read",
			      "path", source != NULL ? source : "", "transfer", t->id));
	}
	answer_rows(s, rows, false, 0, json_array_size(rows));
}

static void
answer_selftest_over(void *arg, struct scan *scan)
{
	struct session *s = arg;
	answer_rows(s, scan_rows(scan), false, 0, s->desk->nscanners);
	s->selftest = scan_free(scan);
}

void
answer_scanners(struct session *s, struct msg *m)
{
	struct desk *d = s->desk;
	json_t *rows = json_array();
	if (msg_bool(m, "selftest") && s->selftest == NULL && d->nscanners > 0) {
		json_decref(rows);
		s->selftest = scan_new(d, NULL, NULL, answer_selftest_over, s);
		return;
	}
	for (size_t i = 0; i < d->nscanners; i++)
		json_array_append_new(rows,
		    json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "name", d->scanners[i].name,
			"version", d->scanners[i].version, "engine", "", "signatures", "",
			"state", "not tested", "why",
			"sallyport scanners --selftest shows it known bad and known good"));
	answer_rows(s, rows, false, 0, json_array_size(rows));
}

/* --- doctor
 * ------------------------------------------------------------------------------------------ */

static void
answer_check(json_t *rows, const char *check, bool good, const char *text, const char *remedy)
{
	json_array_append_new(
	    rows, json_pack("{s:s, s:s, s:s, s:s}", "check", check, "state",
		      good ? "OK" : "FAIL", "text", text, "remedy", good ? "" : remedy));
}

static size_t
answer_people(const struct custody *c, enum custody_role role)
{
	size_t n = 0;
	for (size_t i = 0; i < custody_person_count(c); i++)
		n += (custody_person_at(c, i)->roles & role) != 0;
	return n;
}

static void
answer_doctor_people(struct desk *d, json_t *rows)
{
	char text[160];
	size_t officers = answer_people(d->custody, CUSTODY_OFFICER);
	size_t requesters = answer_people(d->custody, CUSTODY_REQUESTER);
	unsigned needed = custody_policy_approvals(d->custody);
	snprintf(text, sizeof(text), "policy %.12s, %u approvals", custody_policy(d->custody),
	    needed);
	answer_check(rows, "policy", custody_policy(d->custody)[0] != '\0', text,
	    "an administrator puts one in force: sallyport --as ADMIN policy set FILE");
	snprintf(text, sizeof(text), "%zu enrolled", officers);
	answer_check(rows, "officers", officers >= (needed > 2 ? needed : 2), text,
	    "a release needs two officers: sallyport --as ADMIN officer add ID --name NAME "
	    "--role officer");
	snprintf(text, sizeof(text), "%zu enrolled", requesters);
	answer_check(rows, "requesters", requesters > 0, text,
	    "sallyport --as ADMIN requester add ID --name NAME");
}

static void
answer_doctor_space(struct desk *d, json_t *rows)
{
	static const enum msg_id answers[] = {MSG_VAULT_SPACE_IS, MSG_NONE};
	char text[160], why[DELIVER_WHY_SIZE];
	struct msg m;
	uint64_t share_free = 0;
	if (channel_call(d->vault, MSG_VAULT_SPACE, NULL, -1, answers, &m) == ERR_OK) {
		uint64_t free_bytes = msg_uint(&m, "free"), floor = msg_uint(&m, "floor");
		snprintf(text, sizeof(text), "%llu MiB free, %llu must stay free; %llu objects",
		    (unsigned long long)(free_bytes >> 20), (unsigned long long)(floor >> 20),
		    (unsigned long long)msg_uint(&m, "objects"));
		answer_check(rows, "vault", free_bytes > floor, text,
		    "close finished transfers, then: sallyport --as ID purge");
		msg_done(&m);
	}
	enum err e = deliver_check(d, 0, 0, &share_free, why);
	if (e == ERR_OK || e == ERR_AGAIN)
		snprintf(text, sizeof(text), "%llu MiB free",
		    (unsigned long long)(share_free >> 20));
	answer_check(rows, "share", e == ERR_OK || e == ERR_AGAIN, e == ERR_OK ? text : why,
	    "see that the share is mounted, writable for the stager and not full");
}

void
answer_doctor(struct session *s, struct msg *m)
{
	struct desk *d = s->desk;
	json_t *rows = json_array();
	char text[160], now[CLOCK_TEXT_SIZE];
	(void)m;
	snprintf(text, sizeof(text), "%llu entries, %llu of authority",
	    (unsigned long long)custody_size(d->custody, LOG_CUSTODY),
	    (unsigned long long)custody_size(d->custody, LOG_AUTHORITY));
	answer_check(rows, "ledger", custody_founded(d->custody), text,
	    "the genesis lacks an administrator's endorsement");
	answer_doctor_people(d, rows);
	answer_doctor_space(d, rows);
	clock_format(clock_wall_s(), now);
	answer_check(rows, "clock", clock_wall_s() > ANSWER_EARLIEST_S, now,
	    "set the machine's clock and see to its battery");
	bool boxed = d->vault_sandboxed && d->ledger_sandboxed && d->stager_sandboxed;
	answer_check(rows, "sandbox", boxed,
	    boxed ? "vault, ledger and stager are confined"
		  : "a service runs without its sandbox",
	    "nothing can be released; start the installed programs, not a test build");
	answer_check(rows, "antivirus",
	    d->station->clamd[0] != '\0' && access(d->station->clamd, F_OK) == 0,
	    d->station->clamd[0] != '\0' ? d->station->clamd : "no socket in station.conf",
	    "start clamd with share/clamav/clamd.conf, then: sallyport scanners --selftest");
	answer_rows(s, rows, false, 0, json_array_size(rows));
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
		session_refuse(s, 3, "the ledger does not give its entries",
		    "sallyport doctor tells more");
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
