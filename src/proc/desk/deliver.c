/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/deliver.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/proc/desk/anchor.h"
#include "src/proc/desk/book.h"
#include "src/proc/desk/copying.h"
#include "src/proc/desk/fault.h"
#include "src/proc/desk/publish.h"
#include "src/proc/desk/reconcile.h"
#include "src/proc/desk/session.h"
#include "src/proc/desk/stage.h"

#include <stdio.h>
#include <string.h>

/* What a person is shown of the stager's steps. */
enum {
	DELIVER_CHECK,
	DELIVER_COPY,
	DELIVER_VERIFY,
	DELIVER_AGAIN, /* only where policy asks for a scan at release */
	DELIVER_PUBLISH,
	DELIVER_STAGES
};

static const char *const deliver_names[DELIVER_STAGES] = {
    "check", "copy", "verify", "scan-again", "publish"};

static const struct {
	const char *step;
	size_t stage;
} deliver_steps[] = {
    {"record", DELIVER_CHECK},
    {"share", DELIVER_CHECK},
    {"approvals", DELIVER_CHECK},
    {"documents", DELIVER_CHECK},
    {"space", DELIVER_CHECK},
    {"release", DELIVER_CHECK},
    {"copy", DELIVER_COPY},
    {"sync", DELIVER_COPY},
    {"read-back", DELIVER_VERIFY},
    {"rescan", DELIVER_AGAIN},
    {"publish", DELIVER_PUBLISH},
    {"deliver", DELIVER_PUBLISH},
    {"index", DELIVER_PUBLISH},
    {"custody", DELIVER_PUBLISH},
    {"signatures", DELIVER_CHECK},
    {"move", DELIVER_PUBLISH},
    {"remove", DELIVER_PUBLISH},
    {"done", DELIVER_PUBLISH},
};

struct delivery {
	struct delivery *next;
	char transfer[TRANSFER_ID_SIZE];
	size_t stage; /* at work */
	struct stage stages[DELIVER_STAGES];
};

static struct delivery **
deliver_find(struct desk *d, const char *transfer)
{
	struct delivery **at = &d->deliveries;
	while (*at != NULL && strcmp((*at)->transfer, transfer) != 0)
		at = &(*at)->next;
	return at;
}

static json_t *
deliver_name(const char *transfer)
{
	return json_pack("{s:s}", "transfer", transfer);
}

static void
deliver_begin(struct desk *d, const char *transfer)
{
	struct delivery *r = mem_alloc(sizeof(*r));
	*r = (struct delivery){.next = d->deliveries};
	snprintf(r->transfer, sizeof(r->transfer), "%s", transfer);
	d->deliveries = r;
}

enum err
deliver_start(struct desk *d, const char *transfer, char why[DELIVER_WHY_SIZE])
{
	const struct custody_transfer *t = custody_transfer_find(d->custody, transfer);
	/* a release repeated before its fault is recorded would end as one */
	if (t != NULL && fault_waits(d, t->id)) {
		snprintf(why, DELIVER_WHY_SIZE, FAULT_WAITS);
		return ERR_DENIED;
	}
	if (t == NULL || (transfer_find(&t->facts, EVENT_RELEASE) == NULL)) {
		snprintf(why, DELIVER_WHY_SIZE, "%s: a release needs all its approvals",
		    t == NULL ? "there is no such transfer"
			      : transfer_state_name(t->facts.state));
		return ERR_DENIED;
	}
	if (*deliver_find(d, transfer) != NULL)
		return ERR_OK;
	if (!anchor_witnessed(d, t, why))
		return ERR_DENIED;
	if (channel_send(d->stager, MSG_STAGE_RELEASE, deliver_name(transfer), -1) != ERR_OK) {
		snprintf(why, DELIVER_WHY_SIZE, "the stager does not take requests; try again");
		return ERR_AGAIN;
	}
	deliver_begin(d, transfer);
	return ERR_OK;
}

enum err
deliver_recall(struct desk *d, const char *transfer)
{
	if (*deliver_find(d, transfer) != NULL)
		return ERR_OK;
	enum err e = channel_send(d->stager, MSG_STAGE_RECALL, deliver_name(transfer), -1);
	if (e == ERR_OK)
		deliver_begin(d, transfer);
	return e;
}

void
deliver_custody(struct desk *d, const char *transfer)
{
	channel_send(d->stager, MSG_STAGE_CUSTODY, deliver_name(transfer), -1);
}

enum err
deliver_check(struct desk *d, uint64_t files, uint64_t bytes, uint64_t *ret_free,
    char why[DELIVER_WHY_SIZE])
{
	static const enum msg_id answers[] = {MSG_STAGE_CHECKED, MSG_NONE};
	struct msg m;
	/* the stager answers between two steps of a release, not in the middle of one */
	if (d->deliveries != NULL) {
		snprintf(why, DELIVER_WHY_SIZE,
		    "a release is under way; ask again when it has ended");
		return ERR_AGAIN;
	}
	if (channel_call(d->stager, MSG_STAGE_CHECK,
		json_pack("{s:I, s:I}", "files", (json_int_t)files, "bytes", (json_int_t)bytes),
		-1, answers, &m) != ERR_OK)
		log_fatal("the stager does not answer");
	bool ok = msg_bool(&m, "ok");
	snprintf(why, DELIVER_WHY_SIZE, "%s", msg_str(&m, "why"));
	*ret_free = msg_uint(&m, "free");
	msg_done(&m);
	return ok ? ERR_OK : ERR_DENIED;
}

json_t *
deliver_progress(struct desk *d, const char *transfer)
{
	const struct delivery *r = *deliver_find(d, transfer);
	const struct custody_transfer *t = custody_transfer_find(d->custody, transfer);
	if (r == NULL || t == NULL)
		return NULL;
	json_t *stages = json_array();
	for (size_t i = 0; i < DELIVER_STAGES; i++) {
		struct stage row = r->stages[i];
		if (i == DELIVER_AGAIN && row.total == 0)
			continue;
		row.name = deliver_names[i];
		row.state = i < r->stage    ? STAGE_IS_DONE
		            : i == r->stage ? STAGE_RUNS
		                            : STAGE_WAITS;
		stage_add(stages, &row);
	}
	return stage_progress(
	    transfer, transfer_state_name(t->facts.state), stages, 0, false, "");
}

static void
deliver_end(struct desk *d, const char *transfer)
{
	struct delivery **at = deliver_find(d, transfer), *r = *at;
	book_sync(d);
	if (r != NULL) {
		*at = r->next;
		free(r);
	}
	session_progress(d, transfer);
}

static void
deliver_on_progress(struct desk *d, struct msg *m)
{
	struct delivery *r = *deliver_find(d, msg_str(m, "transfer"));
	if (r == NULL)
		return;
	for (size_t i = 0; i < sizeof(deliver_steps) / sizeof(deliver_steps[0]); i++)
		if (strcmp(deliver_steps[i].step, msg_str(m, "step")) == 0 &&
		    (deliver_steps[i].stage != DELIVER_AGAIN || msg_uint(m, "total") > 0))
			r->stage = deliver_steps[i].stage;
	/* a step begins with nothing counted */
	if (msg_uint(m, "total") > 0)
		r->stages[r->stage] = (struct stage){.done = msg_uint(m, "done"),
		    .total = msg_uint(m, "total"),
		    .bytes = msg_uint(m, "bytes"),
		    .bytes_total = msg_uint(m, "bytes_total")};
	session_progress(d, r->transfer);
}

static void
deliver_on_released(struct desk *d, struct msg *m)
{
	deliver_end(d, msg_str(m, "transfer"));
}

static void
deliver_on_written(struct desk *d, struct msg *m)
{
	if (msg_str(m, "name") != NULL)
		publish_over(d, m, true);
}

static void
deliver_on_failed(struct desk *d, struct msg *m)
{
	if (msg_str(m, "name") != NULL) {
		publish_over(d, m, false);
		return;
	}
	const char *transfer = msg_str(m, "transfer");
	log_warn("release of %s: %s: %s; %s", transfer, msg_str(m, "step"), msg_str(m, "why"),
	    msg_str(m, "next"));
	deliver_end(d, transfer);
	/* the stager had no room for the fault: it waits here until there is some */
	const struct custody_transfer *t = custody_transfer_find(d->custody, transfer);
	if (t != NULL && t->facts.state == TRANSFER_APPROVED)
		fault_record(d, t->id, "release", msg_str(m, "why"));
}

static void
deliver_on_hello(struct desk *d, struct msg *m)
{
	if (channel_accept_hello(d->stager, m, &d->stager_sandboxed) != ERR_OK)
		log_fatal("the stager speaks another protocol");
}

static const struct {
	enum msg_id id;
	void (*fn)(struct desk *, struct msg *);
} deliver_handlers[] = {
    {MSG_HELLO, deliver_on_hello},
    {MSG_STAGE_PROGRESS, deliver_on_progress},
    {MSG_STAGE_RELEASED, deliver_on_released},
    {MSG_STAGE_RECALLED, deliver_on_released},
    {MSG_STAGE_WRITTEN, deliver_on_written},
    {MSG_STAGE_FAILED, deliver_on_failed},
    {MSG_STAGE_RECONCILED, reconcile_over},
    {MSG_STAGE_BUNDLED, copying_bundled},
    {MSG_STAGE_NOT_BUNDLED, copying_not_bundled},
};

void
deliver_on_message(struct desk *d, struct msg *m)
{
	for (size_t i = 0; i < sizeof(deliver_handlers) / sizeof(deliver_handlers[0]); i++)
		if (deliver_handlers[i].id == m->id)
			deliver_handlers[i].fn(d, m);
}
