/* SPDX-License-Identifier: ISC */
#include "ui/founding.h"
#include "src/base/hex.h"
#include "src/base/io.h"
#include "src/base/mem.h"
#include "src/core/digest.h"
#include "src/core/entry.h"
#include "src/core/policy.h"
#include "src/ipc/sandbox.h"
#include "ui/cmd_policy.h"
#include "ui/print.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#define FOUNDING_TOUCHES 3 /* of a token that was not touched in time, for one signature */

int
founding_start(struct founding *f)
{
	const char *args[] = {"-d", f->home, "--found", NULL};
	int pair[2];
	enum err e = spawn_pair(pair);
	if (e == ERR_OK) {
		e = spawn_start("sallyport-ledger", args, &pair[1], 1, &f->ledger);
		close(pair[1]);
		if (e != ERR_OK)
			close(pair[0]);
	}
	if (e != ERR_OK) {
		print_problemf("install all programs of Sallyport together",
		    "sallyport-ledger cannot be started: %s", strerrordesc_np(errno));
		return UI_FAULT;
	}
	f->channel = channel_new(pair[0], ROLE_UI, ROLE_LEDGER);
	return UI_DONE;
}

static int
founding_lost(const struct founding *f, enum err e)
{
	print_problemf("its own words stand above; remove the folder and begin again",
	    "the ledger ended while the station was founded: %s",
	    e == ERR_PROTO ? channel_why(f->channel) : err_str(e));
	return UI_FAULT;
}

static int
founding_call(struct founding *f, enum msg_id id, json_t *body, int fd, enum msg_id answer,
    struct msg *ret)
{
	const enum msg_id answers[] = {answer, MSG_LEDGER_REFUSED, MSG_NONE};
	struct msg m;
	enum err e = channel_call(f->channel, id, body, fd, answers, &m);
	if (e != ERR_OK)
		return founding_lost(f, e);
	if (m.id == MSG_LEDGER_REFUSED) {
		bool fault = msg_bool(&m, "fault");
		print_problem(msg_str(&m, "why"), "the station was not founded");
		msg_done(&m);
		return fault ? UI_FAULT : UI_NO;
	}
	*ret = m;
	return UI_DONE;
}

int
founding_genesis(struct founding *f)
{
	json_t *admins = json_array();
	enum err e = channel_hello(f->channel, "sallyport", sandbox_active());
	if (e == ERR_OK)
		e = channel_greet(f->channel, LIM_CALL_MS, NULL);
	if (e != ERR_OK) {
		json_decref(admins);
		return founding_lost(f, e);
	}
	for (size_t i = 0; i < f->nadmins; i++)
		json_array_append_new(
		    admins, json_pack("{s:s, s:s, s:s}", "id", f->admins[i].id, "key",
				f->admins[i].line, "name", f->admins[i].name));
	return founding_call(f, MSG_LEDGER_FOUND,
	    json_pack("{s:s, s:s, s:b, s:o, s:i}", "site", f->site, "station", f->station,
		"demo", (int)f->demo, "admins", admins, "threshold", (int)f->threshold),
	    -1, MSG_LEDGER_FOUNDED, &f->founded);
}

/* One entry of the authority log by one admin; steals data. */
static int
founding_sign(struct founding *f, const struct founding_admin *a, const char *type,
    const char *subj, json_t *data, char ret_leaf[HEX_DIGEST_SIZE])
{
	struct msg m;
	struct buf entry;
	MEM_CLOSE int fd = -1;
	int status = founding_call(f, MSG_LEDGER_PREPARE,
	    json_pack("{s:s, s:s}", "log", "authority", "subj", subj), -1, MSG_LEDGER_PREPARED,
	    &m);
	if (status != UI_DONE) {
		json_decref(data);
		return status;
	}
	struct entry_new n = {.log = msg_str(&m, "origin"),
	    .type = type,
	    .subj = subj,
	    .prev = msg_str(&m, "prev"),
	    .head = json_object_get(m.body, "head"),
	    .auth = json_object_get(m.body, "auth"),
	    .actor_id = a->id,
	    .actor_key = a->fingerprint,
	    .actor_name = a->name,
	    .actor_role = "admin",
	    .boot = f->boot,
	    .data = data};
	buf_init(&entry, LIM_ENTRY_BYTES);
	enum err e;
	int tries = a->pin != NULL ? FOUNDING_TOUCHES : 1;
	do
		e = entry_make(&n, a->key, &entry);
	while (e == ERR_DENIED && --tries > 0); /* a token: it was told */
	if (e == ERR_OK)
		e = io_memfd("entry", entry.data, entry.len, &fd);
	buf_done(&entry);
	msg_done(&m);
	json_decref(data);
	if (e == ERR_DENIED || e == ERR_SIGNATURE) {
		print_problemf("remove the folder, and begin again",
		    "the token of %s does not sign, and the station is not founded", a->id);
		return UI_NO;
	}
	if (e != ERR_OK)
		return founding_lost(f, e);
	status = founding_call(f, MSG_LEDGER_APPEND, json_pack("{s:s}", "log", "authority"), fd,
	    MSG_LEDGER_APPENDED, &m);
	if (status != UI_DONE)
		return status;
	snprintf(ret_leaf, HEX_DIGEST_SIZE, "%s", msg_str(&m, "leaf"));
	msg_done(&m);
	return UI_DONE;
}

/* Admins from `first` on stand behind the act, as many as are needed. */
static int
founding_stand(struct founding *f, size_t first, const char *subj, const char *leaf)
{
	char ignored[HEX_DIGEST_SIZE];
	int status = UI_DONE;
	for (size_t i = first; i < f->threshold && status == UI_DONE; i++)
		status = founding_sign(f, &f->admins[i], "authority.endorse", subj,
		    json_pack("{s:s}", "leaf", leaf), ignored);
	return status;
}

int
founding_endorse(struct founding *f)
{
	return founding_stand(f, 0, "station", msg_str(&f->founded, "genesis"));
}

int
founding_policy(struct founding *f, const void *policy, size_t n)
{
	struct policy *parsed;
	struct msg m;
	uint8_t sha256[DIGEST_SIZE];
	char hex[HEX_DIGEST_SIZE], leaf[HEX_DIGEST_SIZE], why[POLICY_WHY_SIZE];
	MEM_CLOSE int fd = -1;
	if (policy_parse(policy, n, &parsed, why) != ERR_OK ||
	    io_memfd("policy", policy, n, &fd) != ERR_OK)
		return founding_lost(f, ERR_RANGE);
	digest_sha256(policy, n, sha256);
	hex_encode(sha256, sizeof(sha256), hex);
	json_t *said = cmd_policy_said(parsed, n, hex);
	policy_free(parsed);
	int status = founding_call(
	    f, MSG_LEDGER_PUT, json_pack("{s:s}", "sha256", hex), fd, MSG_LEDGER_STORED, &m);
	if (status != UI_DONE) {
		json_decref(said);
		return status;
	}
	msg_done(&m);
	status = founding_sign(f, &f->admins[0], "policy.set", "policy", said, leaf);
	return status == UI_DONE ? founding_stand(f, 1, "policy", leaf) : status;
}

void
founding_done(struct founding *f)
{
	for (size_t i = 0; i < f->nadmins; i++) {
		sshsig_key_free(f->admins[i].key);
		seal_secret_free(f->admins[i].pin);
		buf_done(&f->admins[i].file);
	}
	if (f->channel == NULL)
		return;
	msg_done(&f->founded);
	f->channel = channel_free(f->channel);
	/* it dies with us: it shall end by itself, with its files in order */
	struct pollfd end = {f->ledger.pidfd, POLLIN, 0};
	poll(&end, 1, LIM_STOP_MS);
	close(f->ledger.pidfd);
}
