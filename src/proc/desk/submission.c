/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/submission.h"
#include "db/work.h"
#include "src/base/io.h"
#include "src/base/mem.h"
#include "src/core/policy.h"
#include "src/core/release.h"
#include "src/proc/desk/book.h"
#include "src/proc/desk/classing.h"
#include "src/proc/desk/compose.h"
#include "src/proc/desk/deliver.h"
#include "src/proc/desk/excepted.h"
#include "src/proc/desk/fields.h"
#include "src/proc/desk/judge.h"
#include "src/proc/desk/renew.h"

#include <stdio.h>
#include <string.h>

/* Refuses what the share cannot take. */
static enum err
submission_check_share(struct session *s, const struct buf *inventory,
    const char *policy_digest, char why[JUDGE_WHY_SIZE])
{
	uint8_t *policy;
	size_t n;
	uint64_t free_bytes;
	struct release_manifest *manifest;
	enum err e = book_get(s->desk, policy_digest, &policy, &n);
	if (e != ERR_OK) {
		snprintf(why, JUDGE_WHY_SIZE, "the ledger does not hold the policy");
		return e;
	}
	e = release_manifest(inventory->data, inventory->len, policy, n, &manifest, why);
	free(policy);
	if (e != ERR_OK)
		return e;
	e = deliver_check(s->desk, manifest->nfiles, manifest->bytes, &free_bytes, why);
	release_manifest_free(manifest);
	size_t len = strlen(why);
	if (e == ERR_DENIED)
		snprintf(why + len, JUDGE_WHY_SIZE - len,
		    " An administrator sees to the share, then it is repeated.");
	return e;
}

static void
submission_send(struct session *s, const struct custody_transfer *t,
    const struct buf *inventory, const char *inventory_digest, const char *findings_digest)
{
	MEM_CLOSE int fd = -1;
	MEM_FREE char *dest = mem_printf("transfers/%s", t->id);
	size_t lines = 0;
	for (size_t i = 0; i < inventory->len; i++)
		lines += inventory->data[i] == '\n';
	if (io_memfd("inventory", inventory->data, inventory->len, &fd) != ERR_OK) {
		session_refuse(s, 3, "no memory for the inventory", "");
		return;
	}
	json_t *body = json_pack("{s:s, s:s, s:s, s:s, s:I, s:s}", "inventory",
	    inventory_digest, "findings", findings_digest, "policy", t->policy, "scan", t->scan,
	    "items", (json_int_t)(lines > 0 ? lines - 1 : 0), "dest", dest);
	json_object_set(body, "fields", (json_t *)(uintptr_t)custody_fields(t));
	if (custody_fields_classes(t) != NULL)
		json_object_set(
		    body, "classes", (json_t *)(uintptr_t)custody_fields_classes(t));
	if (t->addendum[0] != '\0') {
		json_object_set_new(body, "addendum", json_string(t->addendum));
		json_object_set(
		    body, "addendum_document", json_object_get(t->addendum_data, "document"));
	}
	channel_send(s->channel, MSG_DESK_SEALED, body, fd);
}

/* Sealed with the classifications that the limits give to items. */
static enum err
submission_judge(struct work *work, const struct release_under *under,
    const struct custody_transfer *t, const char *station, struct buf *inventory,
    struct buf *findings, char why[JUDGE_WHY_SIZE])
{
	struct classing *classing;
	enum err e = classing_new(
	    work, &under->policy->fields, custody_fields_classes(t), &classing, why);
	if (e != ERR_OK)
		return e;
	e = judge_seal(work, under, classing, t, station, inventory, findings, why);
	classing_free(classing);
	return e;
}

/*
 * The inventory of a transfer in review, made now and stored before it is signed.  ERR_AGAIN:
 * what is inside has to be composed first, and the terminal waits for that.
 */
static enum err
submission_make(struct session *s, const struct custody_transfer *t, struct buf *inventory,
    char inventory_digest[HEX_DIGEST_SIZE], char findings_digest[HEX_DIGEST_SIZE],
    char why[JUDGE_WHY_SIZE])
{
	struct policy *policy;
	struct work *work;
	struct buf findings;
	struct work_counts counts;
	enum err e = desk_work(s->desk, t->id, &work);
	if (e == ERR_OK)
		e = work_counts(work, &counts);
	if (e != ERR_OK) {
		snprintf(why, JUDGE_WHY_SIZE, "the work database cannot be read");
		return e;
	}
	if (counts.undecided > 0) {
		snprintf(why, JUDGE_WHY_SIZE,
		    "%llu items have no decision: items %s --where decision=none lists them",
		    (unsigned long long)counts.undecided, t->id);
		return ERR_DENIED;
	}
	e = book_policy(s->desk, t->policy, &policy, why);
	if (e != ERR_OK)
		return e;
	e = fields_may_submit(s->desk, t, policy, why);
	if (e != ERR_OK) {
		policy_free(policy);
		return e;
	}
	buf_init(&findings, LIM_SEALED_BYTES);
	MEM_FREE struct excepted *x = mem_alloc(sizeof(*x));
	excepted_under(s->desk, policy, json_object_get(t->scan_data, "scanners"), x);
	if (!compose_is_done(work, &x->under)) {
		policy_free(policy);
		buf_done(&findings);
		renew_seal(s, t);
		return ERR_AGAIN;
	}
	e = submission_judge(
	    work, &x->under, t, custody_station(s->desk->custody), inventory, &findings, why);
	if (e == ERR_OK)
		e = submission_check_share(s, inventory, t->policy, why);
	if (e == ERR_OK)
		e = book_put(s->desk, findings.data, findings.len, findings_digest, why);
	if (e == ERR_OK)
		e = book_put(s->desk, inventory->data, inventory->len, inventory_digest, why);
	buf_done(&findings);
	policy_free(policy);
	return e;
}

void
submission_seal_now(struct session *s, const char *transfer)
{
	char inventory_digest[HEX_DIGEST_SIZE], findings_digest[HEX_DIGEST_SIZE];
	char why[JUDGE_WHY_SIZE] = "";
	struct buf inventory;
	struct work *work;
	const struct custody_transfer *t;
	if (!session_is_officer(s) ||
	    (t = session_transfer(
		 s, transfer, 1u << TRANSFER_REVIEW | 1u << TRANSFER_SUBMITTED)) == NULL)
		return;
	enum err e;
	buf_init(&inventory, LIM_SEALED_BYTES);
	if (!custody_may_approve(s->desk->custody, t, s->officer, why)) {
		e = ERR_DENIED;
	} else if (t->facts.state == TRANSFER_REVIEW) {
		e = submission_make(s, t, &inventory, inventory_digest, findings_digest, why);
	} else {
		uint8_t *bytes;
		size_t n;
		snprintf(inventory_digest, sizeof(inventory_digest), "%s", t->inventory);
		snprintf(findings_digest, sizeof(findings_digest), "%s", t->findings);
		e = book_get(s->desk, t->inventory, &bytes, &n);
		if (e == ERR_OK) {
			buf_add(&inventory, bytes, n);
			free(bytes);
			e = submission_check_share(s, &inventory, t->policy, why);
		} else {
			snprintf(why, sizeof(why), "the ledger does not give the inventory");
		}
	}
	if (e == ERR_OK && t->facts.state == TRANSFER_REVIEW &&
	    (e = desk_work(s->desk, t->id, &work)) == ERR_OK)
		shown_put(&s->shown, t->id, inventory_digest, work);
	if (e == ERR_OK)
		submission_send(s, t, &inventory, inventory_digest, findings_digest);
	else if (e != ERR_AGAIN)
		session_fail(s, e, why, "nothing was signed");
	buf_done(&inventory);
}

void
submission_seal(struct session *s, struct msg *m)
{
	submission_seal_now(s, msg_str(m, "transfer"));
}
