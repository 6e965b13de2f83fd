/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/doctor.h"
#include "src/base/buf.h"
#include "src/base/clock.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/core/policy.h"
#include "src/ipc/next.h"
#include "src/proc/desk/anchor.h"
#include "src/proc/desk/book.h"
#include "src/proc/desk/deliver.h"
#include "src/proc/desk/life.h"
#include "src/proc/desk/metrics.h"
#include "src/proc/desk/room.h"
#include "src/proc/desk/follow.h"
#include "src/proc/desk/rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum doctor_state { DOCTOR_OK, DOCTOR_WARN, DOCTOR_FAIL };

static void
doctor_say(struct rows *rows, const char *check, enum doctor_state state, const char *text,
    const char *remedy)
{
	static const char *const words[] = {"OK", "WARN", "FAIL"};
	rows_add(rows, json_pack("{s:s, s:s, s:s, s:s}", "check", check, "state", words[state],
			   "text", text, "remedy", state == DOCTOR_OK ? "" : remedy));
}

static enum doctor_state
doctor_must(bool good)
{
	return good ? DOCTOR_OK : DOCTOR_FAIL;
}

/* --- people ------------------------------------------------------------------------- */

static size_t
doctor_count(const struct custody *c, enum custody_role role)
{
	size_t n = 0;
	for (size_t i = 0; i < custody_person_count(c); i++)
		n += (custody_person_at(c, i)->roles & role) != 0;
	return n;
}

static void
doctor_people(struct desk *d, struct rows *rows)
{
	char text[160];
	size_t officers = doctor_count(d->custody, CUSTODY_OFFICER);
	size_t requesters = doctor_count(d->custody, CUSTODY_REQUESTER);
	unsigned needed = custody_policy_approvals(d->custody);
	snprintf(text, sizeof(text), "policy %.12s, %u approvals", custody_policy(d->custody),
	    needed);
	doctor_say(rows, "policy", doctor_must(custody_policy(d->custody)[0] != '\0'), text,
	    NEXT_POLICY);
	snprintf(text, sizeof(text), "%zu enrolled", officers);
	doctor_say(rows, "officers", doctor_must(officers >= (needed > 2 ? needed : 2)), text,
	    NEXT_OFFICER);
	snprintf(text, sizeof(text), "%zu enrolled", requesters);
	doctor_say(rows, "requesters", doctor_must(requesters > 0), text, NEXT_REQUESTER);
}

/* --- room --------------------------------------------------------------------------- */

/* What has to stay free is used up, or soon will be. */
static enum doctor_state
doctor_room(uint64_t free_bytes, uint64_t floor_bytes)
{
	if (free_bytes <= floor_bytes)
		return DOCTOR_FAIL;
	return free_bytes / 2 < floor_bytes ? DOCTOR_WARN : DOCTOR_OK;
}

/* The rest of a row about a disk that has a floor; OK when it cannot be told. */
static enum doctor_state
doctor_disk(struct desk *d, enum room room, struct buf *text)
{
	uint64_t free_bytes = 0;
	if (!room_free(d, room, &free_bytes))
		return DOCTOR_OK;
	buf_addf(text, "%s%llu MiB free, %llu must stay free", text->len > 0 ? "; " : "",
	    (unsigned long long)(free_bytes >> 20),
	    (unsigned long long)(room_floor(room) >> 20));
	return doctor_room(free_bytes, room_floor(room));
}

static void
doctor_ledger(struct desk *d, struct rows *rows)
{
	struct buf text;
	bool founded = custody_founded(d->custody);
	buf_init(&text, 256);
	if (custody_epoch_count(d->custody) > 1)
		buf_addf(&text, "epoch %u: ", custody_epoch_now(d->custody)->number);
	buf_addf(&text, "%llu entries, %llu of authority",
	    (unsigned long long)custody_size(d->custody, LOG_CUSTODY),
	    (unsigned long long)custody_size(d->custody, LOG_AUTHORITY));
	enum doctor_state room = doctor_disk(d, ROOM_LEDGER, &text);
	doctor_say(rows, "ledger", founded ? room : DOCTOR_FAIL, buf_str(&text),
	    founded ? NEXT_LEDGER : NEXT_ENDORSE);
	buf_done(&text);
}

/* The copy on a second medium, and backups: what is left when this disk is lost. */
static void
doctor_copies(struct desk *d, struct rows *rows)
{
	char why[CUSTODY_WHY_SIZE], text[CUSTODY_WHY_SIZE + 64];
	uint64_t size = 0;
	enum custody_copy copy = custody_copied(d->custody, why);
	if (copy == CUSTODY_COPY_WHOLE)
		doctor_say(
		    rows, "copy", DOCTOR_OK, "every entry is on a second medium, too", "");
	else if (copy == CUSTODY_COPY_FAILED)
		doctor_say(rows, "copy", DOCTOR_WARN, why, NEXT_COPY);
	const char *at = custody_backed_up(d->custody, &size);
	if (at == NULL)
		return;
	snprintf(text, sizeof(text), "made %s, %llu entries ago", at,
	    (unsigned long long)(custody_size(d->custody, LOG_CUSTODY) - size));
	doctor_say(rows, "backup", DOCTOR_OK, text, "");
}

static void
doctor_work(struct desk *d, struct rows *rows)
{
	struct buf text;
	buf_init(&text, 256);
	enum doctor_state state = doctor_disk(d, ROOM_WORK, &text);
	if (text.len > 0)
		doctor_say(rows, "work", state, buf_str(&text), NEXT_WORK);
	buf_done(&text);
}

static void
doctor_vault(struct desk *d, struct rows *rows)
{
	static const enum msg_id answers[] = {MSG_VAULT_SPACE_IS, MSG_NONE};
	char text[160];
	struct msg m;
	if (channel_call(d->vault, MSG_VAULT_SPACE, NULL, -1, answers, &m) != ERR_OK)
		log_fatal("the vault does not answer");
	uint64_t free_bytes = msg_uint(&m, "free"), floor_bytes = msg_uint(&m, "floor");
	snprintf(text, sizeof(text), "%llu MiB free, %llu must stay free; %llu objects",
	    (unsigned long long)(free_bytes >> 20), (unsigned long long)(floor_bytes >> 20),
	    (unsigned long long)msg_uint(&m, "objects"));
	doctor_say(rows, "vault", doctor_room(free_bytes, floor_bytes), text, NEXT_VAULT);
	msg_done(&m);
}

static void
doctor_share(struct desk *d, struct rows *rows)
{
	char text[DELIVER_WHY_SIZE], why[DELIVER_WHY_SIZE];
	uint64_t free_bytes = 0, floor_bytes = d->station->share_floor_bytes;
	enum err e = deliver_check(d, 0, 0, &free_bytes, why);
	snprintf(text, sizeof(text), "%s", why);
	if (e == ERR_OK)
		snprintf(text, sizeof(text), "%llu MiB free, %llu must stay free",
		    (unsigned long long)(free_bytes >> 20),
		    (unsigned long long)(floor_bytes >> 20));
	enum doctor_state state = e == ERR_AGAIN ? DOCTOR_OK
	                          : e == ERR_OK  ? doctor_room(free_bytes, floor_bytes)
	                                         : DOCTOR_FAIL;
	/* it can be written, and something has still to be written there */
	if (e == ERR_OK && why[0] != '\0') {
		snprintf(text, sizeof(text), "%s", why);
		state = DOCTOR_FAIL;
	}
	doctor_say(rows, "share", state, text, NEXT_SHARE);
}

/* --- scanners ------------------------------------------------------------------------ */

/* Why the scanner cannot use its engine, or what it could do better with it; "" for neither. */
static const char *
doctor_engine_word(struct desk *d, bool *ret_unfit)
{
	const char *word = "";
	*ret_unfit = false;
	for (size_t i = 0; i < d->nscanners; i++) {
		const struct worker_about *about = metrics_about(d, i);
		if (!d->scanners[i].engine_socket)
			continue;
		if (d->unfit[i][0] != '\0') {
			*ret_unfit = true;
			return d->unfit[i];
		}
		if (about != NULL && about->advice[0] != '\0')
			word = about->advice;
	}
	return word;
}

/* The sockets as the parent finds them now; how many of them are good. */
static size_t
doctor_sockets(struct desk *d, struct buf *text)
{
	static const enum msg_id answers[] = {MSG_PARENT_ENGINES, MSG_NONE};
	struct msg m;
	size_t i, good = 0;
	json_t *row;
	if (channel_call(d->parent, MSG_DESK_ENGINES, NULL, -1, answers, &m) != ERR_OK)
		log_fatal("the parent does not answer");
	json_array_foreach (json_object_get(m.body, "rows"), i, row) {
		const char *why = json_string_value(json_object_get(row, "why"));
		good += why[0] == '\0';
		buf_addf(text, "%ssocket %s%s%s", i > 0 ? "; " : "",
		    json_string_value(json_object_get(row, "socket")),
		    why[0] != '\0' ? ": " : "", why);
	}
	msg_done(&m);
	return good;
}

static void
doctor_antivirus(struct desk *d, struct rows *rows)
{
	struct buf text;
	bool unfit;
	/* what was said when it was tried last knows more than a look at the socket */
	const char *word = doctor_engine_word(d, &unfit);
	size_t n = d->station->nclamd;
	buf_init(&text, LIM_MESSAGE_BYTES / 2);
	size_t good = doctor_sockets(d, &text);
	if (n == 0)
		doctor_say(rows, "antivirus", DOCTOR_FAIL, "station.conf names no socket",
		    NEXT_ANTIVIRUS);
	else if (good == 0)
		doctor_say(rows, "antivirus", DOCTOR_FAIL, buf_str(&text), NEXT_ENGINE);
	else if (unfit)
		doctor_say(rows, "antivirus", DOCTOR_FAIL, word,
		    strstr(word, "clamd.conf") != NULL ? NEXT_CLAMD : NEXT_ANTIVIRUS);
	else if (good < n)
		doctor_say(rows, "antivirus", DOCTOR_WARN, buf_str(&text), NEXT_ENGINE);
	else
		doctor_say(rows, "antivirus", word[0] != '\0' ? DOCTOR_WARN : DOCTOR_OK,
		    word[0] != '\0' ? word : buf_str(&text), NEXT_CLAMD);
	buf_done(&text);
}

/* What the record last heard of each scanner of this station. */
static void
doctor_scanners(struct desk *d, struct rows *rows)
{
	enum doctor_state state = DOCTOR_OK;
	struct buf text;
	buf_init(&text, LIM_SCANNERS * (128 + DESK_UNFIT_SIZE));
	for (size_t i = 0; i < d->nscanners; i++) {
		const struct custody_selftest *t;
		const char *name = d->scanners[i].name;
		size_t k = 0;
		while ((t = custody_selftest_at(d->custody, k)) != NULL &&
		       strcmp(t->scanner, name) != 0)
			k++;
		bool unfit = d->unfit[i][0] != '\0';
		if (t == NULL && state == DOCTOR_OK)
			state = DOCTOR_WARN;
		if (unfit || (t != NULL && !t->pass))
			state = DOCTOR_FAIL;
		buf_addf(&text, "%s%s ", text.len > 0 ? "; " : "", name);
		if (unfit)
			buf_addf(&text, "UNFIT: %s", d->unfit[i]);
		else if (t == NULL)
			buf_add_str(&text, d->trial != NULL ? "being tried" : "not tried yet");
		else
			buf_addf(&text, "%s %.16sZ", t->pass ? "good" : "FAILED", t->at);
		metrics_add_pace(d, i, &text);
	}
	if (d->nscanners == 0)
		state = DOCTOR_FAIL;
	doctor_say(rows, "scanners", state,
	    d->nscanners > 0 ? buf_str(&text) : "none installed", NEXT_SCANNERS);
	buf_done(&text);
}

/* The signatures of those that have any, with their age. */
static void
doctor_signatures(struct desk *d, struct rows *rows)
{
	bool old = false, unfit = false;
	struct buf text;
	buf_init(&text, LIM_SCANNERS * (128 + DESK_UNFIT_SIZE));
	for (size_t i = 0; i < d->nscanners; i++) {
		const struct worker_about *about = metrics_about(d, i);
		const char *warning = metrics_warning(d, i);
		unsigned days;
		bool ages = strcmp(d->scanners[i].kind, "av") == 0;
		if (about == NULL ||
		    (about->signatures[0] == '\0' && !ages && warning[0] == '\0'))
			continue;
		buf_addf(&text, "%s%s%s%.40s", text.len > 0 ? "; " : "", d->scanners[i].name,
		    about->signatures[0] != '\0' ? " " : "", about->signatures);
		if (life_age(d, about->signature_date, &days))
			buf_addf(&text, " of %.10s, %u days", about->signature_date, days);
		else if (warning[0] == '\0')
			buf_add_str(&text, ", no date");
		if (warning[0] != '\0')
			buf_addf(&text, ": %s", warning);
		old |= warning[0] != '\0';
		unfit |= d->unfit[i][0] != '\0';
	}
	/* why one is unfit stands with the scanners */
	if (text.len > 0 && !unfit)
		doctor_say(rows, "signatures", old ? DOCTOR_WARN : DOCTOR_OK, buf_str(&text),
		    NEXT_SIGNATURES);
	buf_done(&text);
}

/* Whom the policy in force requires, and who of them would be asked again at release. */
static void
doctor_release(struct desk *d, struct rows *rows)
{
	struct policy *policy;
	char why[BOOK_WHY_SIZE];
	struct buf text, stand;
	const char *digest = custody_policy(d->custody);
	if (digest[0] == '\0' || book_policy(d, digest, &policy, why) != ERR_OK)
		return;
	buf_init(&text, LIM_SCANNERS * 128);
	buf_init(&stand, LIM_SCANNERS * 64);
	for (size_t i = 0; i < d->nscanners; i++) {
		const struct manifest *m = &d->scanners[i];
		struct buf *list = m->children || m->transfer ? &stand : &text;
		if (policy_mentions(policy, m->name))
			buf_addf(list, "%s%s", list->len > 0 ? ", " : "", m->name);
	}
	buf_addf(&text, " scan%s again what goes%s%s", text.len > 0 ? "" : " nothing",
	    stand.len > 0 ? "; what was said stands of " : "", buf_str(&stand));
	if (policy->rescan_at_release)
		doctor_say(rows, "release", DOCTOR_OK, buf_str(&text), "");
	buf_done(&text);
	buf_done(&stand);
	policy_free(policy);
}

/* Disks in ports for exports: whether the station's unit lets the parent write to them. */
static void
doctor_exports(const struct desk *d, struct rows *rows)
{
	const char *may = getenv("SALLYPORT_DISKS"); /* nothing: no unit says so */
	size_t ports = 0;
	char text[96];
	for (size_t i = 0; i < d->station->nports; i++)
		ports += d->station->ports[i].kind == STATION_BLOCK &&
		         d->station->ports[i].role == STATION_EXPORT;
	if (ports == 0 || may == NULL)
		return;
	const bool good = strcmp(may, "write") == 0;
	snprintf(text, sizeof(text), "%zu ports; the station may%s write to disks in them",
	    ports, good ? "" : " not");
	doctor_say(rows, "exports", doctor_must(good), text, NEXT_EXPORTS);
}

static void
doctor_media(struct desk *d, struct rows *rows)
{
	char text[256];
	bool good = follow_check(d, text, sizeof(text));
	doctor_say(rows, "media", doctor_must(good), text, NEXT_MEDIA);
	/* without them the desk refuses the same devices, later */
	if (good && follow_has_ports(d)) {
		good = follow_check_rules(d, text, sizeof(text));
		doctor_say(rows, "ports", good ? DOCTOR_OK : DOCTOR_WARN, text, NEXT_PORTS);
	}
	doctor_exports(d, rows);
}

/* Scanners without namespaces have their own sandbox, and one wall less around it. */
static void
doctor_sandbox(struct desk *d, struct rows *rows)
{
	if (!d->vault_sandboxed || !d->ledger_sandboxed || !d->stager_sandboxed)
		doctor_say(rows, "sandbox", DOCTOR_FAIL, "a service runs without its sandbox",
		    NEXT_SANDBOX);
	else if (d->apart < 0)
		doctor_say(rows, "sandbox", DOCTOR_WARN,
		    "vault, ledger and stager are confined; the kernel gives scanners no "
		    "namespaces of their own",
		    NEXT_NAMESPACES);
	else
		doctor_say(
		    rows, "sandbox", DOCTOR_OK, "vault, ledger and stager are confined", "");
}

/* --- clock ----------------------------------------------------------------------------- */

static void
doctor_clock(struct desk *d, struct rows *rows)
{
	static const struct {
		enum doctor_state state;
		const char *words;
	} said[] = {
	    [CLOCK_RIGHT] = {DOCTOR_OK, ""},
	    [CLOCK_UNSET] = {DOCTOR_FAIL, ": it was never set"},
	    [CLOCK_BACK] = {DOCTOR_WARN, ": it was set back, the record was at"},
	};
	int64_t newest_s = custody_clock(d->custody)->newest_s;
	enum clock_state state = clock_judge(clock_wall_s(), newest_s);
	char now[CLOCK_TEXT_SIZE], newest[CLOCK_TEXT_SIZE];
	clock_format(clock_wall_s(), now);
	clock_format(newest_s, newest);
	MEM_FREE char *text = mem_printf("%s%s%s%s", now, said[state].words,
	    state == CLOCK_BACK ? " " : "", state == CLOCK_BACK ? newest : "");
	doctor_say(rows, "clock", said[state].state, text, NEXT_CLOCK);
}

/* All work is refused as long as an anchor stands against it. */
static void
doctor_anchors(struct desk *d, struct rows *rows)
{
	const char *next, *bar = anchor_bar(d, &next);
	if (bar != NULL)
		doctor_say(rows, "anchors", DOCTOR_FAIL, bar, next);
}

void
doctor_answer(struct session *s, struct msg *m)
{
	struct desk *d = s->desk;
	struct rows rows;
	(void)m;
	rows_init(&rows);
	book_sync(d);
	doctor_ledger(d, &rows);
	doctor_anchors(d, &rows);
	doctor_copies(d, &rows);
	doctor_people(d, &rows);
	doctor_work(d, &rows);
	doctor_vault(d, &rows);
	doctor_share(d, &rows);
	doctor_media(d, &rows);
	doctor_clock(d, &rows);
	doctor_sandbox(d, &rows);
	doctor_antivirus(d, &rows);
	doctor_scanners(d, &rows);
	doctor_signatures(d, &rows);
	doctor_release(d, &rows);
	rows_send(&rows, s, json_array_size(rows.list));
}
