/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/opening.h"
#include "db/work.h"
#include "src/base/clock.h"
#include "src/base/mem.h"
#include "src/core/policy.h"
#include "src/proc/desk/book.h"
#include "src/proc/desk/choosing.h"
#include "src/proc/desk/fault.h"
#include "src/proc/desk/fields.h"
#include "src/proc/desk/room.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum err
opening_allowed(struct desk *d, const struct intake_request *r, const struct policy *policy,
    char why[INTAKE_WHY_SIZE])
{
	const struct custody_person *p = custody_person_find(d->custody, r->requester);
	if (room_check(d, why, INTAKE_WHY_SIZE) != ERR_OK)
		return ERR_DENIED;
	if (clock_judge(clock_wall_s(), 0) == CLOCK_UNSET) {
		snprintf(why, INTAKE_WHY_SIZE,
		    "the machine's clock was never set, and every entry would bear a wrong "
		    "time; "
		    "an administrator sets it");
		return ERR_DENIED;
	}
	if (p == NULL || (p->roles & CUSTODY_REQUESTER) == 0) {
		snprintf(why, INTAKE_WHY_SIZE,
		    "no enrolled requester has this id; an administrator enrols one with: "
		    "authority requester");
		return ERR_DENIED;
	}
	return fields_may_open(d, policy, r->fields, r->control, why);
}

/*
 * The work database of the earlier reading, for the next one: what was listed, kept
 * and left out stays in it.  When it cannot be used or written it is made anew, and
 * what was left out goes on to that; NULL when nobody can tell any more.
 */
static json_t *
opening_kept(struct desk *d, const char *transfer)
{
	struct work *work;
	json_t *kept = NULL;
	bool there = desk_work(d, transfer, &work) == ERR_OK;
	bool good = there && work_again(work) == ERR_OK;
	if (there && !good && choosing_kept(work, &kept) != ERR_OK)
		kept = NULL;
	desk_work_forget(d, transfer);
	if (good)
		return json_array();
	MEM_FREE char *dir = desk_work_dir(d, transfer);
	static const char *const files[] = {"work.db", "work.db-wal", "work.db-shm"};
	for (size_t i = 0; i < 3; i++) {
		MEM_FREE char *path = mem_printf("%s/%s", dir, files[i]);
		unlink(path);
	}
	return kept;
}

enum err
opening_again(struct desk *d, const struct intake_request *r,
    char ret_transfer[TRANSFER_ID_SIZE], json_t **ret_kept, char why[INTAKE_WHY_SIZE])
{
	const struct custody_transfer *t = custody_transfer_find(d->custody, r->resume);
	if (t != NULL && intake_find(d, t->id) != NULL) {
		snprintf(why, INTAKE_WHY_SIZE, "this transfer is being read already");
		return ERR_DENIED;
	}
	if (t != NULL && fault_waits(d, t->id)) {
		snprintf(why, INTAKE_WHY_SIZE, FAULT_WAITS);
		return ERR_DENIED;
	}
	if (room_check(d, why, INTAKE_WHY_SIZE) != ERR_OK)
		return ERR_DENIED;
	if (t == NULL || transfer_find(&t->facts, EVENT_READ_START) == NULL) {
		snprintf(why, INTAKE_WHY_SIZE,
		    "%s: only an interrupted reading can be repeated",
		    t == NULL ? "there is no such transfer"
			      : transfer_state_name(t->facts.state));
		return ERR_DENIED;
	}
	if (t->control[0] != '\0' &&
	    register_check_open(custody_register(d->custody), t->control,
		json_object_get(json_object_get(t->open_data, "medium"), "device"),
		why) != ERR_OK)
		return ERR_DENIED;
	snprintf(ret_transfer, TRANSFER_ID_SIZE, "%s", t->id);
	*ret_kept = opening_kept(d, t->id);
	return ERR_OK;
}

static json_t *
opening_request(const struct intake_request *r)
{
	json_t *request = json_pack("{s:s}", "document", r->request);
	if (r->signature != NULL)
		json_object_set_new(request, "signature", json_string(r->signature));
	return request;
}

enum err
opening_record(struct desk *d, const struct intake_request *r, const char *transfer,
    const char *policy, char why[INTAKE_WHY_SIZE])
{
	json_t *fields = fields_printable(r->fields);
	json_t *data = json_pack("{s:o, s:O, s:s, s:s, s:s, s:b}", "fields", fields, "medium",
	    r->medium, "officer", r->officer, "policy", policy, "requester", r->requester,
	    "sandbox", d->vault_sandboxed && d->ledger_sandboxed && d->stager_sandboxed);
	if (r->control != NULL && r->control[0] != '\0')
		json_object_set_new(data, "control", json_string(r->control));
	if (r->request != NULL)
		json_object_set_new(data, "request", opening_request(r));
	return book_transfer(d, "xfer.open", transfer, data, why);
}
