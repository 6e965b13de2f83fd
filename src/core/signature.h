/* SPDX-License-Identifier: ISC */
/*
 * Whether a scanner's signatures can be relied on: how old they are, and that
 * they are not older than those the record has seen at work.  Pure.
 */
#ifndef CORE_SIGNATURE_H
#define CORE_SIGNATURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SIGNATURE_WHY_SIZE 256

enum signature_state {
	SIGNATURE_NONE,    /* a scanner without signatures */
	SIGNATURE_GOOD,    /* young enough */
	SIGNATURE_UNDATED, /* nobody knows how old they are */
	SIGNATURE_OLD,     /* older than policy likes */
	SIGNATURE_STALE,   /* older than policy allows */
	SIGNATURE_AHEAD,   /* of a day to come */
	SIGNATURE_BACK,    /* older than those that were at work before */
	SIGNATURE__MAX
};

/* What a scanner says of its signatures; both may be "". */
struct signature_set {
	const char *version, *date; /* date as clock_format writes it */
};

struct signature_rule {
	int64_t now_s; /* the later of wall clock and newest time of the record */
	unsigned warn_days, max_days;
	bool dated;         /* signatures without a date are no good */
	int64_t imported_s; /* when two people brought in just these; 0: nobody did */
};

/*
 * known: the newest that the record has seen at work, or that an administrator
 * has brought in since; its texts are "" when there is none.  ret_days: their
 * age, 0 without a date.
 */
enum signature_state signature_judge(const struct signature_set *now,
    const struct signature_set *known, const struct signature_rule *, unsigned *ret_days);
/* Nothing that needs the scanner may be called clean. */
bool signature_unfit(enum signature_state, const struct signature_rule *);
/* True when `set` is older than `known`, or has lost what `known` had. */
bool signature_older(const struct signature_set *set, const struct signature_set *known);
/*
 * A sentence: what is, and what to do; "" for SIGNATURE_NONE and SIGNATURE_GOOD, and
 * for SIGNATURE_UNDATED where the rule asks for no date.
 */
void signature_print(enum signature_state, const struct signature_set *now,
    const struct signature_set *known, const struct signature_rule *, unsigned days,
    char out[SIGNATURE_WHY_SIZE]);

#endif
