/* SPDX-License-Identifier: ISC */
#include "src/proc/stager/recall.h"

#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/proc/stager/tombstone.h"

#include <stdio.h>
#include <string.h>

struct recall {
	const struct delivery *d;
	char id[TRANSFER_ID_SIZE];
	bool retire;
	bool found; /* there was a delivery */
	struct buf text, before;
	struct delivery_result *result;
};

#define refuse(r, e, ...) err_say(e, (r)->result->why, sizeof((r)->result->why), __VA_ARGS__)

static const struct custody_transfer *
transfer_of(const struct recall *r)
{
	return record_transfer(r->d->record, r->id);
}

bool
recall_due(const struct custody_transfer *t)
{
	return (t->facts.state == TRANSFER_RECALL || t->facts.state == TRANSFER_RETIRE) &&
	       t->facts.confirmed;
}

/* --- steps ------------------------------------------------------------------------- */

static enum err
step_record(struct recall *r)
{
	enum err e = record_refresh(r->d->record, r->result->why);
	if (e == ERR_OK && transfer_of(r) == NULL)
		return refuse(r, ERR_NOTFOUND, "The ledger knows no such transfer.");
	return e;
}

static enum err
step_share(struct recall *r)
{
	return share_there(r->d->share, r->result->why);
}

/* Two people with two keys, neither the requester: counted here once more. */
static enum err
step_signatures(struct recall *r)
{
	const struct custody_transfer *t = transfer_of(r);
	const struct custody_approval *a = &t->recall.proposal, *b = &t->recall.agreement;
	MEM_FREE char *dest = mem_printf("transfers/%s", r->id);
	if (!recall_due(t))
		return refuse(r, ERR_STATE,
		    "The transfer is in state %s: no recall or retirement has two signatures.",
		    transfer_state_name(t->facts.state));
	if (a->leaf[0] == '\0' || b->leaf[0] == '\0' || strcmp(a->officer, b->officer) == 0 ||
	    strcmp(a->key, b->key) == 0)
		return refuse(r, ERR_DENIED, "Both signatures are by one person or key.");
	if (strcmp(a->officer, t->requester) == 0 || strcmp(b->officer, t->requester) == 0)
		return refuse(r, ERR_DENIED, "The requester signed it.");
	if (t->dest == NULL || strcmp(t->dest, dest) != 0)
		return refuse(
		    r, ERR_DENIED, "It was delivered to another place than %s.", dest);
	r->retire = t->recall.retire;
	if (tombstone_print(t, &r->text) != ERR_OK ||
	    tombstone_print_before(t, &r->before) != ERR_OK)
		return refuse(r, ERR_LIMIT, "The tombstone's text is too long.");
	return ERR_OK;
}

/* Line and folder, from the record as it is now. */
static enum err
step_papers(struct recall *r)
{
	struct delivery_result papers = {0};
	enum err e = delivery_custody(r->d, r->id, &papers);
	if (e != ERR_OK)
		snprintf(r->result->why, sizeof(r->result->why), "%s", papers.why);
	return e;
}

static enum err
step_move(struct recall *r)
{
	const struct tombstone t = {&r->text, r->before.len > 0 ? &r->before : NULL};
	return tombstone_put(r->d->share, r->id, &t, &r->found, r->result->why);
}

static enum err
step_remove(struct recall *r)
{
	return r->retire ? tombstone_clear(r->d->share, r->id, r->result->why) : ERR_OK;
}

static enum err
step_tidy(struct recall *r)
{
	tombstone_tidy(r->d->share, r->id);
	return ERR_OK;
}

static enum err
step_done(struct recall *r)
{
	const struct custody_transfer *t = transfer_of(r);
	return record_event(r->d->record, r->retire ? "xfer.retired" : "xfer.recalled", r->id,
	    json_pack("{s:s,s:s,s:b}", "confirm", t->recall.agreement.leaf, "dest", t->dest,
		"found", (int)r->found),
	    r->result->why);
}

#define NEXT_SHARE "See that the share is mounted and has room; it is tried again by itself."

static const struct recall_step {
	const char *name;
	enum err (*fn)(struct recall *);
	const char *next;
} steps[] = {
    {"record", step_record, "An administrator verifies the record."},
    {"share", step_share, NEXT_SHARE},
    {"signatures", step_signatures, "See the transfer's status."},
    {"index", step_papers, NEXT_SHARE},
    {"move", step_move, NEXT_SHARE},
    {"remove", step_remove, NEXT_SHARE},
    {"done", step_done, "Look at the ledger; it is tried again by itself."},
    {"tidy", step_tidy, NEXT_SHARE},
    {"custody", step_papers, NEXT_SHARE},
};

enum err
recall_run(const struct delivery *d, const char *transfer, struct delivery_result *ret_result)
{
	struct delivery_result result = {0};
	struct recall r = {.d = d, .result = &result};
	enum err e = ERR_OK;
	snprintf(r.id, sizeof(r.id), "%s", transfer);
	buf_init(&r.text, LIM_NOTE_BYTES);
	buf_init(&r.before, LIM_NOTE_BYTES);
	for (size_t i = 0; e == ERR_OK && i < sizeof(steps) / sizeof(steps[0]); i++) {
		result.step = steps[i].name;
		result.next = steps[i].next;
		d->progress(d->arg, r.id, result.step, 0, 0, 0, 0);
		e = steps[i].fn(&r);
	}
	buf_done(&r.text);
	buf_done(&r.before);
	*ret_result = result;
	return e;
}
