/* SPDX-License-Identifier: ISC */
/*
 * What of the scanners' words counts: exceptions, stand-ins and the number of
 * distinct engines.  Pure; part of the release rule.
 */
#ifndef CORE_RELEASE_WEIGH_H
#define CORE_RELEASE_WEIGH_H

#include "src/core/release.h"

/*
 * Changes results (those of it->scans, in that order) to what they count as:
 *   - suspicious or malicious that an exception covers counts as clean, with the
 *     coverage the scanner told;
 *   - too large for a scanner counts as looked at when the policy lets somebody
 *     stand in for it who called the object clean after looking at every byte.
 */
void release_weigh_results(const struct release_under *, const struct inventory_item *,
    struct verdict_result results[]);
/* How the stand-in for scan i is called, or NULL when nobody stands in. */
const char *release_weigh_stand_in(
    const struct release_under *, const struct inventory_item *, size_t i);
/*
 * Distinct engine words among the required antivirus scanners whose result, as
 * release_weigh_results left it, is that the whole object is clean.
 */
unsigned release_weigh_engines(const struct release_under *, const struct inventory_item *,
    const struct verdict_need *needs, size_t nneeds, const struct verdict_result results[]);

/*
 * The rows of it->exceptions that its own scans give, verdicts alone, into an
 * item that has none yet; findings are added by who reads them.
 */
void release_weigh_exceptions(const struct release_under *, struct inventory_item *);
/*
 * Notes at the item the first exception that covers a finding about the object with this
 * digest and type; false: it counts.  Of more than LIM_EXCEPTIONS the item takes no more:
 * what only those cover counts, here and for whoever knows the noted ones alone.
 */
bool release_weigh_finding(const struct release_under *, struct inventory_item *,
    const struct finding *, const char *sha256, const char *type);
/* What is wrong with the exceptions an item is sealed with, or NULL. */
const char *release_weigh_wrong(const struct release_under *, const struct inventory_item *);

#endif
