/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/life.h"
#include "src/base/clock.h"
#include "src/base/log.h"
#include "src/core/policy.h"
#include "src/proc/desk/book.h"

#include <string.h>

#define LIFE_DAY_S 86400

/* The kind of scanner whose knowledge ages. */
static bool
life_ages(const struct manifest *m)
{
	return strcmp(m->kind, "av") == 0;
}

int64_t
life_now_s(const struct desk *d)
{
	int64_t wall_s = clock_wall_s(), newest_s = custody_clock(d->custody)->newest_s;
	return wall_s > newest_s ? wall_s : newest_s;
}

const struct custody_selftest *
life_recorded(const struct desk *d, const char *scanner)
{
	const struct custody_selftest *t;
	for (size_t i = 0; (t = custody_selftest_at(d->custody, i)) != NULL; i++)
		if (strcmp(t->scanner, scanner) == 0)
			return t;
	return NULL;
}

bool
life_age(const struct desk *d, const char *date, unsigned *ret_days)
{
	int64_t s, now_s = life_now_s(d);
	if (!clock_parse(date, &s))
		return false;
	*ret_days = s < now_s ? (unsigned)((now_s - s) / LIFE_DAY_S) : 0;
	return true;
}

/* What the policy in force asks; read once, for it is asked for every process. */
static const struct life_rule *
life_in_force(struct desk *d)
{
	struct policy *policy;
	char why[BOOK_WHY_SIZE];
	const char *digest = custody_policy(d->custody);
	if (strcmp(d->life.policy, digest) == 0)
		return &d->life;
	/* without a policy nothing is scanned for anybody: what every policy says by default */
	d->life = (struct life_rule){.warn_days = 7, .max_days = 30};
	if (digest[0] == '\0' || book_policy(d, digest, &policy, why) != ERR_OK)
		return &d->life;
	snprintf(d->life.policy, sizeof(d->life.policy), "%s", digest);
	d->life.warn_days = policy->signature_warn_days;
	d->life.max_days = policy->signature_max_days;
	d->life.dated = policy->signature_date;
	d->life.earlier = policy->reuse != POLICY_REUSE_NO;
	policy_free(policy);
	return &d->life;
}

bool
life_tells_earlier(struct desk *d)
{
	return life_in_force(d)->earlier;
}

bool
life_judge(struct desk *d, const struct policy *policy, const struct manifest *m,
    const struct worker_about *about, char why[LIFE_WHY_SIZE])
{
	const struct custody_selftest *t = life_recorded(d, m->name);
	struct signature_set now = {about->signatures, about->signature_date};
	struct signature_set known = {t != NULL ? t->signatures : "", t != NULL ? t->date : ""};
	struct signature_rule rule = {.now_s = life_now_s(d)};
	const struct custody_set *set =
	    custody_set_find(d->custody, m->name, CUSTODY_SET_TRIED | CUSTODY_SET_USED);
	unsigned days;
	why[0] = '\0';
	if (set != NULL)
		rule.imported_s = set->confirmed_s;
	/* two people may go back, and it is these that are tried */
	if (set != NULL && set->state == CUSTODY_SET_TRIED)
		known = (struct signature_set){"", ""};
	if (policy != NULL) {
		rule.warn_days = policy->signature_warn_days;
		rule.max_days = policy->signature_max_days;
		rule.dated = policy->signature_date;
	} else {
		const struct life_rule *r = life_in_force(d);
		rule.warn_days = r->warn_days;
		rule.max_days = r->max_days;
		rule.dated = r->dated;
	}
	enum signature_state state = signature_judge(&now, &known, &rule, &days);
	/* a set of rules that is not against what was found yesterday has no age, only an order
	 */
	if (!life_ages(m) && state != SIGNATURE_BACK && state != SIGNATURE_AHEAD)
		return true;
	/* an engine without any says nothing of a date either */
	if (state == SIGNATURE_NONE)
		state = SIGNATURE_UNDATED;
	signature_print(state, &now, &known, &rule, days, why);
	return !signature_unfit(state, &rule);
}

bool
life_same(const struct worker_about *a, const struct worker_about *b)
{
	return strcmp(a->engine, b->engine) == 0 && strcmp(a->signatures, b->signatures) == 0 &&
	       strcmp(a->signature_date, b->signature_date) == 0;
}

void
life_record_change(struct desk *d, const struct manifest *m, const char *transfer,
    const struct worker_about *was, const struct worker_about *now, uint64_t objects)
{
	char refused[BOOK_WHY_SIZE];
	log_warn("scanner %s: %s %s became %s %s while it was at work", m->name, was->engine,
	    was->signatures, now->engine, now->signatures);
	json_t *before = json_pack("{s:s, s:s, s:s}", "date", was->signature_date, "engine",
	    was->engine, "signatures", was->signatures);
	json_t *data =
	    json_pack("{s:s, s:s, s:I, s:s, s:s, s:s, s:o}", "date", now->signature_date,
		"engine", now->engine, "objects", (json_int_t)objects, "scanner", m->name,
		"signatures", now->signatures, "transfer", transfer, "was", before);
	if (book_event(d, "scan.changed", "station", data, refused) != ERR_OK)
		log_warn("a change of signatures could not be recorded: %s", refused);
}

void
life_record_test(struct desk *d, const struct manifest *m, const struct worker_about *about,
    bool passed, const char *when, const char *why)
{
	char refused[BOOK_WHY_SIZE];
	json_t *data = json_pack("{s:s, s:s, s:b, s:s, s:s, s:s}", "date",
	    about->signature_date, "engine", about->engine, "pass", (int)passed, "scanner",
	    m->name, "signatures", about->signatures, "when", when);
	if (!passed && why[0] != '\0')
		json_object_set_new(data, "why", json_string(why));
	if (book_event(d, "scan.selftest", "station", data, refused) != ERR_OK)
		log_warn("a self-test could not be recorded: %s", refused);
}
