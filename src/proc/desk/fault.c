/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/fault.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/proc/desk/book.h"
#include "src/proc/desk/session.h"

#include <stdio.h>
#include <string.h>

struct fault {
	struct fault *next;
	char transfer[TRANSFER_ID_SIZE];
	char *step, *reason;
};

static void fault_later(struct desk *);

/* False when the ledger could not write it. */
static bool
fault_try(struct desk *d, const char *transfer, const char *step, const char *reason)
{
	char why[BOOK_WHY_SIZE];
	enum err e = book_transfer(d, "xfer.fault", transfer,
	    json_pack("{s:s, s:s}", "step", step, "why", reason), why);
	if (e != ERR_OK)
		log_warn("transfer %s: the fault could not be recorded: %s", transfer, why);
	return e != ERR_IO;
}

static void
fault_try_all(struct desk *d)
{
	struct fault **at = &d->faults;
	while (*at != NULL) {
		struct fault *f = *at;
		if (!fault_try(d, f->transfer, f->step, f->reason)) {
			at = &f->next;
			continue;
		}
		*at = f->next;
		session_progress(d, f->transfer);
		free(f->step);
		free(f->reason);
		free(f);
	}
}

static void
fault_on_time(void *arg)
{
	struct desk *d = arg;
	d->fault_timer = 0;
	fault_try_all(d);
	fault_later(d);
}

static void
fault_later(struct desk *d)
{
	if (d->faults != NULL && d->fault_timer == 0)
		d->fault_timer = loop_add_timer(d->loop, LIM_FAULT_MS, fault_on_time, d);
}

void
fault_record(struct desk *d, const char *transfer, const char *step, const char *reason)
{
	if (fault_try(d, transfer, step, reason))
		return;
	struct fault *f = mem_alloc(sizeof(*f));
	*f = (struct fault){
	    .next = d->faults, .step = mem_strdup(step), .reason = mem_strdup(reason)};
	snprintf(f->transfer, sizeof(f->transfer), "%s", transfer);
	d->faults = f;
	fault_later(d);
}

static const struct fault *
fault_find(const struct desk *d, const char *transfer)
{
	const struct fault *f = d->faults;
	while (f != NULL && strcmp(f->transfer, transfer) != 0)
		f = f->next;
	return f;
}

bool
fault_waits(struct desk *d, const char *transfer)
{
	if (fault_find(d, transfer) == NULL)
		return false;
	fault_try_all(d);
	return fault_find(d, transfer) != NULL;
}

enum transfer_state
fault_state(const struct desk *d, const struct custody_transfer *t)
{
	return fault_find(d, t->id) != NULL ? TRANSFER_FAULT : t->facts.state;
}

char *
fault_why(const struct desk *d, const struct custody_transfer *t)
{
	const struct fault *f = fault_find(d, t->id);
	if (f == NULL)
		return mem_strdup(t->why != NULL ? t->why : "");
	return mem_printf(
	    "%.700s (not recorded yet: the ledger cannot write; look at its disk)", f->reason);
}

void
fault_end(struct desk *d)
{
	if (d->fault_timer != 0)
		loop_del_timer(d->loop, d->fault_timer);
	while (d->faults != NULL) {
		struct fault *f = d->faults;
		d->faults = f->next;
		free(f->step);
		free(f->reason);
		free(f);
	}
}
