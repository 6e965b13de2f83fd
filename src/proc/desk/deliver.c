/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/deliver.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/proc/desk/book.h"
#include "src/proc/desk/session.h"

#include <stdio.h>
#include <string.h>

struct delivery {
	struct delivery *next;
	char transfer[TRANSFER_ID_SIZE];
	char step[64];
	uint64_t done, total, bytes, bytes_total;
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

enum err
deliver_start(struct desk *d, const char *transfer, char why[DELIVER_WHY_SIZE])
{
	const struct custody_transfer *t = custody_transfer_find(d->custody, transfer);
	if (t == NULL || (transfer_find(&t->facts, EVENT_RELEASE) == NULL)) {
		snprintf(why, DELIVER_WHY_SIZE, "%s: a release needs all its approvals",
		    t == NULL ? "there is no such transfer"
			      : transfer_state_name(t->facts.state));
		return ERR_DENIED;
	}
	if (*deliver_find(d, transfer) != NULL)
		return ERR_OK;
	if (channel_send(d->stager, MSG_STAGE_RELEASE, deliver_name(transfer), -1) != ERR_OK) {
		snprintf(why, DELIVER_WHY_SIZE, "the stager does not take requests; try again");
		return ERR_AGAIN;
	}
	struct delivery *r = mem_alloc(sizeof(*r));
	*r = (struct delivery){.next = d->deliveries, .step = "verifying"};
	snprintf(r->transfer, sizeof(r->transfer), "%s", transfer);
	d->deliveries = r;
	return ERR_OK;
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
	return json_pack("{s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:i, s:s}", "transfer", transfer,
	    "state", transfer_state_name(t->facts.state), "stage", r->step, "done",
	    (json_int_t)r->done, "total", (json_int_t)r->total, "bytes", (json_int_t)r->bytes,
	    "bytes_total", (json_int_t)r->bytes_total, "errors", 0, "why", "");
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
	snprintf(r->step, sizeof(r->step), "%s", msg_str(m, "step"));
	r->done = msg_uint(m, "done");
	r->total = msg_uint(m, "total");
	r->bytes = msg_uint(m, "bytes");
	r->bytes_total = msg_uint(m, "bytes_total");
	session_progress(d, r->transfer);
}

static void
deliver_on_released(struct desk *d, struct msg *m)
{
	deliver_end(d, msg_str(m, "transfer"));
}

static void
deliver_on_failed(struct desk *d, struct msg *m)
{
	log_warn("release of %s: %s: %s; %s", msg_str(m, "transfer"), msg_str(m, "step"),
	    msg_str(m, "why"), msg_str(m, "next"));
	deliver_end(d, msg_str(m, "transfer"));
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
    {MSG_STAGE_FAILED, deliver_on_failed},
};

void
deliver_on_message(struct desk *d, struct msg *m)
{
	for (size_t i = 0; i < sizeof(deliver_handlers) / sizeof(deliver_handlers[0]); i++)
		if (deliver_handlers[i].id == m->id)
			deliver_handlers[i].fn(d, m);
}
