/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/renew.h"
#include "db/work.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/core/policy.h"
#include "src/ipc/next.h"
#include "src/proc/desk/book.h"
#include "src/proc/desk/composing.h"
#include "src/proc/desk/excepted.h"
#include "src/proc/desk/intake.h"
#include "src/proc/desk/judge.h"
#include "src/proc/desk/submission.h"

#include <stdio.h>
#include <string.h>

struct renewal {
	struct renewal *next;
	struct desk *desk;
	char transfer[TRANSFER_ID_SIZE];
	struct policy *policy;
	struct work *work;
	struct composing *composing; /* NULL: another one is at work */
	bool judge;
	uint64_t *sessions; /* that wait to sign */
	size_t nsessions;
};

static struct renewal *
renew_find(const struct desk *d, const char *transfer)
{
	struct renewal *r = d->renewals;
	while (r != NULL && strcmp(r->transfer, transfer) != 0)
		r = r->next;
	return r;
}

bool
renew_is(const struct desk *d, const char *transfer)
{
	return renew_find(d, transfer) != NULL;
}

/* Out of the list; what it holds is left to whoever calls. */
static void
renew_unlink(struct renewal *r)
{
	struct renewal **at = &r->desk->renewals;
	while (*at != r)
		at = &(*at)->next;
	*at = r->next;
	r->composing = composing_end(r->composing);
}

static void
renew_free(struct renewal *r)
{
	policy_free(r->policy);
	free(r->sessions);
	free(r);
}

static void renew_composed(void *, enum err);

/* One graph in memory at a time. */
static void
renew_next(struct desk *d)
{
	struct renewal *r = d->renewals;
	if (r == NULL || r->composing != NULL)
		return;
	const struct custody_transfer *t = custody_transfer_find(d->custody, r->transfer);
	r->composing = composing_start(d, r->work, r->policy,
	    t != NULL ? json_object_get(t->scan_data, "scanners") : NULL, renew_composed, r);
}

/* It is in review still, and nobody scans it. */
static const struct custody_transfer *
renew_transfer(const struct renewal *r)
{
	const struct custody_transfer *t = custody_transfer_find(r->desk->custody, r->transfer);
	return t != NULL && t->facts.state == TRANSFER_REVIEW &&
	               intake_find(r->desk, r->transfer) == NULL
	           ? t
	           : NULL;
}

static enum err
renew_judge_now(struct renewal *r, const struct custody_transfer *t)
{
	MEM_FREE struct excepted *x = mem_alloc(sizeof(*x));
	char medium[JUDGE_WHY_SIZE];
	excepted_under(r->desk, r->policy, json_object_get(t->scan_data, "scanners"), x);
	enum err e = judge_all(r->work, &x->under, medium);
	return e == ERR_OK ? work_commit(r->work) : e;
}

static void
renew_composed(void *arg, enum err e)
{
	struct renewal *r = arg;
	struct desk *d = r->desk;
	const struct custody_transfer *t = renew_transfer(r);
	if (e == ERR_OK && t != NULL && r->judge)
		e = renew_judge_now(r, t);
	if (e != ERR_OK)
		log_warn(
		    "transfer %s: it could not be judged anew: %s", r->transfer, err_str(e));
	renew_unlink(r);
	for (size_t i = 0; i < r->nsessions; i++) {
		struct session *s = session_find(d, r->sessions[i]);
		if (s != NULL && e == ERR_OK)
			submission_seal_now(s, r->transfer);
		else if (s != NULL)
			session_fail(s, e, "the work database cannot be read", NEXT_CHECKS);
	}
	renew_free(r);
	renew_next(d);
}

/* The one of this transfer, at the end of the list if it is new; NULL with a sentence. */
static struct renewal *
renew_get(struct desk *d, const struct custody_transfer *t, char why[BOOK_WHY_SIZE])
{
	struct renewal *r = renew_find(d, t->id), **at = &d->renewals;
	struct policy *policy;
	struct work *work;
	if (r != NULL)
		return r;
	if (book_policy(d, t->policy, &policy, why) != ERR_OK)
		return NULL;
	if (desk_work(d, t->id, &work) != ERR_OK) {
		snprintf(why, BOOK_WHY_SIZE, "the work database cannot be read");
		policy_free(policy);
		return NULL;
	}
	r = mem_alloc(sizeof(*r));
	*r = (struct renewal){.desk = d, .policy = policy, .work = work};
	snprintf(r->transfer, sizeof(r->transfer), "%s", t->id);
	while (*at != NULL)
		at = &(*at)->next;
	*at = r;
	return r;
}

void
renew_judge(struct desk *d, const struct custody_transfer *t)
{
	char why[BOOK_WHY_SIZE];
	struct renewal *r = renew_get(d, t, why);
	if (r == NULL) {
		log_warn("transfer %s: it could not be judged anew: %s", t->id, why);
		return;
	}
	r->judge = true;
	renew_next(d);
}

void
renew_seal(struct session *s, const struct custody_transfer *t)
{
	char why[BOOK_WHY_SIZE];
	struct renewal *r = renew_get(s->desk, t, why);
	if (r == NULL) {
		session_refuse(s, 3, why, NEXT_CHECKS);
		return;
	}
	r->sessions = mem_resize(r->sessions, r->nsessions + 1, sizeof(*r->sessions));
	r->sessions[r->nsessions++] = s->number;
	renew_next(s->desk);
}

void
renew_drop(struct desk *d, const char *transfer)
{
	struct renewal *r = renew_find(d, transfer);
	if (r == NULL)
		return;
	renew_unlink(r);
	for (size_t i = 0; i < r->nsessions; i++) {
		struct session *s = session_find(d, r->sessions[i]);
		if (s != NULL)
			session_refuse(s, 1,
			    "it was about to be sealed when somebody went on with the "
			    "transfer: nothing was signed",
			    NEXT_STATUS);
	}
	renew_free(r);
	renew_next(d);
}
