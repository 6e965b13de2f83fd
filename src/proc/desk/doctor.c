/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/doctor.h"
#include "src/base/buf.h"
#include "src/base/clock.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/ipc/next.h"
#include "src/proc/desk/deliver.h"
#include "src/proc/desk/rows.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DOCTOR_EARLIEST_S 1704067200 /* 2024-01-01: no clock of ours can be before */

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
	doctor_say(rows, "share",
	    e == ERR_AGAIN ? DOCTOR_OK
	    : e == ERR_OK  ? doctor_room(free_bytes, floor_bytes)
			   : DOCTOR_FAIL,
	    text, NEXT_SHARE);
}

/* --- scanners ------------------------------------------------------------------------ */

static void
doctor_antivirus(struct desk *d, struct rows *rows)
{
	const char *clamd = d->station->clamd;
	bool good = clamd[0] != '\0' && access(clamd, F_OK) == 0;
	MEM_FREE char *text =
	    clamd[0] == '\0'
		? mem_strdup("station.conf names no socket")
		: mem_printf("%s %s", good ? "socket" : "there is no socket", clamd);
	doctor_say(rows, "antivirus", doctor_must(good), text, NEXT_ANTIVIRUS);
}

/* What the record last heard of each scanner of this station. */
static void
doctor_scanners(struct desk *d, struct rows *rows)
{
	enum doctor_state state = DOCTOR_OK;
	struct buf text;
	buf_init(&text, LIM_SCANNERS * 128);
	for (size_t i = 0; i < d->nscanners; i++) {
		const struct custody_selftest *t;
		const char *name = d->scanners[i].name;
		size_t k = 0;
		while ((t = custody_selftest_at(d->custody, k)) != NULL &&
		       strcmp(t->scanner, name) != 0)
			k++;
		if (t == NULL && state == DOCTOR_OK)
			state = DOCTOR_WARN;
		if (t != NULL && !t->pass)
			state = DOCTOR_FAIL;
		buf_addf(&text, "%s%s ", text.len > 0 ? "; " : "", name);
		if (t == NULL)
			buf_add_str(&text, "not tried yet");
		else
			buf_addf(&text, "%s %.16sZ", t->pass ? "good" : "FAILED", t->at);
	}
	if (d->nscanners == 0)
		state = DOCTOR_FAIL;
	doctor_say(rows, "scanners", state,
	    d->nscanners > 0 ? buf_str(&text) : "none installed", NEXT_SCANNERS);
	buf_done(&text);
}

void
doctor_answer(struct session *s, struct msg *m)
{
	struct desk *d = s->desk;
	struct rows rows;
	char text[160], now[CLOCK_TEXT_SIZE];
	(void)m;
	rows_init(&rows);
	snprintf(text, sizeof(text), "%llu entries, %llu of authority",
	    (unsigned long long)custody_size(d->custody, LOG_CUSTODY),
	    (unsigned long long)custody_size(d->custody, LOG_AUTHORITY));
	doctor_say(
	    &rows, "ledger", doctor_must(custody_founded(d->custody)), text, NEXT_ENDORSE);
	doctor_people(d, &rows);
	doctor_vault(d, &rows);
	doctor_share(d, &rows);
	clock_format(clock_wall_s(), now);
	doctor_say(
	    &rows, "clock", doctor_must(clock_wall_s() > DOCTOR_EARLIEST_S), now, NEXT_CLOCK);
	bool boxed = d->vault_sandboxed && d->ledger_sandboxed && d->stager_sandboxed;
	doctor_say(&rows, "sandbox", doctor_must(boxed),
	    boxed ? "vault, ledger and stager are confined"
		  : "a service runs without its sandbox",
	    NEXT_SANDBOX);
	doctor_antivirus(d, &rows);
	doctor_scanners(d, &rows);
	rows_send(&rows, s, json_array_size(rows.list));
}
