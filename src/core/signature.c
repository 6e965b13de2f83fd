/* SPDX-License-Identifier: ISC */
#include "src/core/signature.h"
#include "src/base/clock.h"
#include "src/base/limits.h"

#include <stdio.h>
#include <string.h>

#define SIGNATURE_DAY_S 86400

/* A version that is a number of at most 18 digits: those can be compared. */
static bool
signature_number(const char *version, uint64_t *ret)
{
	uint64_t n = 0;
	size_t len = strlen(version);
	if (len == 0 || len > 18)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (version[i] < '0' || version[i] > '9')
			return false;
		n = n * 10 + (uint64_t)(version[i] - '0');
	}
	*ret = n;
	return true;
}

bool
signature_older(const struct signature_set *set, const struct signature_set *known)
{
	int64_t date, known_date;
	uint64_t version, known_version;
	bool dated = clock_parse(set->date, &date);
	if (clock_parse(known->date, &known_date)) {
		/* an engine that has lost its dated set does not look for what is in it */
		if (!dated || date < known_date)
			return true;
		if (date > known_date)
			return false;
	}
	if (known->version[0] != '\0' && set->version[0] == '\0')
		return !dated;
	return signature_number(set->version, &version) &&
	       signature_number(known->version, &known_version) && version < known_version;
}

enum signature_state
signature_judge(const struct signature_set *now, const struct signature_set *known,
    const struct signature_rule *r, unsigned *ret_days)
{
	int64_t date;
	bool dated = clock_parse(now->date, &date);
	*ret_days = 0;
	if (dated && date > r->now_s + LIM_SIGNATURE_AHEAD_S)
		return SIGNATURE_AHEAD;
	if (dated && date < r->now_s)
		*ret_days = (unsigned)((r->now_s - date) / SIGNATURE_DAY_S);
	if (signature_older(now, known))
		return SIGNATURE_BACK;
	if (!dated)
		return now->version[0] == '\0' ? SIGNATURE_NONE : SIGNATURE_UNDATED;
	/* what two people brought in is as young as that day: else nobody could mend it */
	int64_t born = r->imported_s > date ? r->imported_s : date;
	int64_t age = r->now_s - born;
	if (age > (int64_t)r->max_days * SIGNATURE_DAY_S)
		return SIGNATURE_STALE;
	age = r->now_s - date;
	return age > (int64_t)r->warn_days * SIGNATURE_DAY_S ? SIGNATURE_OLD : SIGNATURE_GOOD;
}

bool
signature_unfit(enum signature_state state, const struct signature_rule *r)
{
	static const bool unfit[SIGNATURE__MAX] = {
	    [SIGNATURE_STALE] = true, [SIGNATURE_AHEAD] = true, [SIGNATURE_BACK] = true};
	return unfit[state] || (state == SIGNATURE_UNDATED && r->dated);
}

/* "27000 of 2026-11-20", or as much of it as there is. */
static void
signature_words(const struct signature_set *set, char *out, size_t size)
{
	const char *of = set->version[0] != '\0' && set->date[0] != '\0' ? " of " : "";
	snprintf(out, size, "%.40s%s%.10s", set->version, of, set->date);
	if (out[0] == '\0')
		snprintf(out, size, "none");
}

void
signature_print(enum signature_state state, const struct signature_set *now,
    const struct signature_set *known, const struct signature_rule *r, unsigned days,
    char out[SIGNATURE_WHY_SIZE])
{
	char has[64], had[64], today[CLOCK_TEXT_SIZE];
	signature_words(now, has, sizeof(has));
	signature_words(known, had, sizeof(had));
	clock_format(r->now_s, today);
	out[0] = '\0';
	switch (state) {
	case SIGNATURE_OLD:
		snprintf(out, SIGNATURE_WHY_SIZE,
		    "its signatures are %u days old, policy warns after %u: bring in newer "
		    "ones",
		    days, r->warn_days);
		break;
	case SIGNATURE_STALE:
		snprintf(out, SIGNATURE_WHY_SIZE,
		    "its signatures are %u days old, policy allows %u: bring in newer ones, "
		    "then "
		    "test the scanners",
		    days, r->max_days);
		break;
	case SIGNATURE_AHEAD:
		snprintf(out, SIGNATURE_WHY_SIZE,
		    "its signatures are of %.10s, and it is %.10s here: set the clock, or "
		    "bring in "
		    "the right ones, then test the scanners",
		    now->date, today);
		break;
	case SIGNATURE_BACK:
		snprintf(out, SIGNATURE_WHY_SIZE,
		    "its signatures went back: %s, and %s was at work before; bring in the "
		    "newer "
		    "ones, or an administrator goes back with an entry",
		    has, had);
		break;
	case SIGNATURE_UNDATED:
		/* a site's own rules have none: only policy makes that a fault */
		if (!r->dated)
			break;
		snprintf(out, SIGNATURE_WHY_SIZE,
		    "its signatures have no date, and policy requires one: bring in a set that "
		    "has one");
		break;
	case SIGNATURE_NONE:
	case SIGNATURE_GOOD:
	case SIGNATURE__MAX:
		break;
	}
}
