/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/excepted.h"
#include "db/work.h"
#include "db/work_child.h"
#include "src/base/hex.h"
#include "src/base/clock.h"
#include "src/base/mem.h"
#include "src/core/policy.h"
#include "src/core/release_weigh.h"
#include "src/proc/desk/answer.h"
#include "src/proc/desk/intake.h"
#include "src/proc/desk/renew.h"

#include <string.h>

void
excepted_under(
    struct desk *d, const struct policy *policy, const json_t *scanners, struct excepted *ret)
{
	size_t n =
	    custody_exceptions_now(d->custody, clock_wall_s(), ret->list, LIM_EXCEPTIONS_KEPT);
	ret->under = (struct release_under){policy, ret->list, n, scanners};
}

/* --- transfers in review ---------------------------------------------------------------- */

static void
excepted_review(struct desk *d, const struct custody_transfer *t)
{
	if (t->facts.state == TRANSFER_REVIEW && intake_find(d, t->id) == NULL)
		renew_judge(d, t);
}

void
excepted_changed(struct desk *d)
{
	for (size_t i = 0; i < custody_transfer_count(d->custody); i++)
		excepted_review(d, custody_transfer_at(d->custody, i));
}

void
excepted_returned(struct desk *d, const char *transfer)
{
	const struct custody_transfer *t = custody_transfer_find(d->custody, transfer);
	if (t != NULL && custody_exception_count(d->custody) > 0)
		excepted_review(d, t);
}

/* --- one item ----------------------------------------------------------------------------- */

struct excepted_look {
	const struct excepted *x;
	struct inventory_item item;
	char sha256[HEX_DIGEST_SIZE];
};

/* Those that were sealed with the transfer, as their entries say. */
static void
excepted_sealed(struct desk *d, const struct custody_transfer *t, struct excepted *ret)
{
	size_t n = 0;
	for (size_t i = 0; i < json_array_size(t->exceptions); i++) {
		const struct custody_exception *x = custody_exception_find(
		    d->custody, json_string_value(json_array_get(t->exceptions, i)));
		if (x != NULL)
			ret->list[n++] = x->exception;
	}
	ret->under = (struct release_under){.exceptions = ret->list, .nexceptions = n};
}

static void
excepted_verdict(void *arg, const struct work_verdict *v)
{
	struct excepted_look *l = arg;
	const struct release_under *u = &l->x->under;
	enum verdict verdict = verdict_parse_scanner(v->verdict);
	size_t i = exception_find_verdict(
	    u->exceptions, u->nexceptions, v->scanner, verdict, l->sha256);
	if (i != EXCEPTION_NONE)
		inventory_except(&l->item, u->exceptions[i].leaf, verdict, 0);
}

static void
excepted_waived(void *arg, const char *leaf, enum verdict verdict)
{
	struct excepted_look *l = arg;
	const struct release_under *u = &l->x->under;
	for (size_t i = 0; i < u->nexceptions; i++)
		if (strcmp(u->exceptions[i].leaf, leaf) == 0)
			inventory_except(&l->item, u->exceptions[i].leaf, verdict, 0);
}

static void
excepted_finding(void *arg, const struct work_finding *w)
{
	struct excepted_look *l = arg;
	const struct release_under *u = &l->x->under;
	char about[HEX_DIGEST_SIZE] = "";
	struct finding f = {.scanner = w->scanner, .rule = w->rule};
	if (!finding_class_parse(w->class, &f.class))
		f.class = FINDING_TAMPER;
	if (w->inside && w->about != NULL)
		hex_encode(w->about, 32, about);
	release_weigh_finding(u, &l->item, &f, w->inside ? about : l->sha256,
	    w->inside ? w->about_type : l->item.type);
}

static json_t *
excepted_item_row(const struct release_under *u, const struct inventory_exception *used)
{
	size_t i = 0;
	while (strcmp(u->exceptions[i].leaf, used->leaf) != 0)
		i++;
	const struct exception *x = &u->exceptions[i];
	struct buf words;
	buf_init(&words, 4096);
	exception_words(x, &words);
	json_t *row = json_pack("{s:s, s:I, s:s, s:s, s:s, s:s, s:s}", "expires", x->expires,
	    "finds", (json_int_t)used->finds, "leaf", x->leaf, "reason", x->reason, "scanner",
	    x->scanner, "verdict",
	    used->verdict != VERDICT_NA ? verdict_print(used->verdict) : "", "words",
	    buf_str(&words));
	buf_done(&words);
	return row;
}

json_t *
excepted_item(struct desk *d, const struct custody_transfer *t, struct work *work,
    const uint8_t *sha256, uint64_t item, const char *type)
{
	MEM_FREE struct excepted *x = mem_alloc(sizeof(*x));
	MEM_FREE struct excepted_look *l = mem_alloc(sizeof(*l));
	MEM_FREE char *own_type = mem_strdup(type); /* a row lives until the next call */
	uint8_t digest[32];
	json_t *rows = json_array();
	if (t->approvals_count > 0)
		excepted_sealed(d, t, x);
	else
		excepted_under(d, NULL, NULL, x);
	if (x->under.nexceptions == 0)
		return rows;
	l->x = x;
	l->item.type = own_type;
	if (sha256 != NULL) {
		memcpy(digest, sha256, sizeof(digest));
		hex_encode(digest, sizeof(digest), l->sha256);
		work_verdicts(work, digest, excepted_verdict, l);
	}
	work_waived_each(work, item, excepted_waived, l);
	work_findings(work, sha256 != NULL ? digest : NULL, item, excepted_finding, l);
	for (size_t i = 0; i < l->item.nexceptions; i++)
		json_array_append_new(
		    rows, excepted_item_row(&x->under, &l->item.exceptions[i]));
	return rows;
}

/* --- the list ------------------------------------------------------------------------------
 */

/* Transfers whose standing approvals name it. */
static json_t *
excepted_used(const struct custody *c, const char *leaf)
{
	json_t *list = json_array();
	for (size_t i = 0; i < custody_transfer_count(c); i++) {
		const struct custody_transfer *t = custody_transfer_at(c, i);
		for (size_t k = 0; k < json_array_size(t->exceptions); k++)
			if (strcmp(json_string_value(json_array_get(t->exceptions, k)), leaf) ==
			    0)
				json_array_append_new(list, json_string(t->id));
	}
	return list;
}

static const char *
excepted_state(const struct custody *c, const struct custody_exception *x)
{
	if (x->until != CUSTODY_EXCEPTION_OPEN)
		return "ended";
	return exception_lasts(&x->exception, custody_now(c, clock_wall_s())) ? "in force"
	                                                                      : "over";
}

static json_t *
excepted_row(const struct custody *c, const struct custody_exception *x)
{
	json_t *row = exception_print(&x->exception);
	const char *const texts[][2] = {{"by", x->by}, {"in_force_by", x->in_force_by},
	    {"at", x->at}, {"state", excepted_state(c, x)}, {"ended_by", x->ended_by},
	    {"ended_at", x->ended_at}};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		json_object_set_new(row, texts[i][0], json_string(texts[i][1]));
	const char *why = json_string_value(json_object_get(x->end_data, "reason"));
	json_object_set_new(row, "ended_why", json_string(why != NULL ? why : ""));
	json_object_set_new(row, "used", excepted_used(c, x->leaf));
	return row;
}

void
excepted_answer(struct session *s, struct msg *m)
{
	const struct custody *c = s->desk->custody;
	size_t n = custody_exception_count(c), used = 0;
	size_t i = (size_t)msg_uint(m, "from");
	json_t *rows = json_array();
	for (; i < n; i++) {
		json_t *row = excepted_row(c, custody_exception_at(c, i));
		used += answer_size(row);
		if (json_array_size(rows) > 0 && used > ANSWER_PAGE_BYTES) {
			json_decref(row);
			break;
		}
		json_array_append_new(rows, row);
	}
	answer_rows(s, rows, i < n, i, n);
}
