/* SPDX-License-Identifier: ISC */
/*
 * Exceptions: the way out for a false positive that weakens no rule.
 * Administrators sign, with a reason and a last day, that what one scanner says
 * does not count: of one object (its digest), or by one rule in objects of one
 * type.  Everything else counts as before.
 *
 *   of a digest            its verdict, suspicious or malicious, and its findings
 *   of a digest and a rule its findings of that rule in that object
 *   of a rule and a type   its findings of that rule in objects of that type
 *
 * Never covered, whatever is signed: the verdicts incomplete, error, timeout,
 * unscanned and invalid, and findings of the classes incomplete and
 * signature-age.  They do not say that something was seen, but that nobody looked.
 *
 * Those that were used stand in an inventory's header, each a row
 *   {"expires":day,"leaf":hex,"reason":s,"rule":s|"","scanner":s,
 *    "sha256":hex|"","type":s|""}
 * sorted by leaf; the ledger compares them with the entries they name.
 */
#ifndef CORE_EXCEPTION_H
#define CORE_EXCEPTION_H

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/core/finding.h"
#include "src/core/verdict.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EXCEPTION_NONE SIZE_MAX

/* Texts are borrowed; "" where nothing is said. */
struct exception {
	const char *leaf; /* of the entry that added it */
	const char *scanner;
	const char *sha256, *rule, *type;
	const char *reason;
	const char *expires; /* the last day it holds, "2026-12-31", in UTC */
};

/* What is wrong with it (but for its leaf), as a sentence for the one who signs; NULL: nothing.
 */
const char *exception_wrong(const struct exception *);
/* The data of exception.add; leaf is kept.  The row's shape was checked. */
void exception_of_entry(const json_t *data, const char *leaf, struct exception *ret);
/* data of exception.add; caller decrefs. */
json_t *exception_entry(const struct exception *);
/* A row of a header; false when it is malformed.  Texts live as long as the row. */
bool exception_parse(const json_t *row, struct exception *ret);
json_t *exception_print(const struct exception *);
/* Everything that is signed is the same. */
bool exception_same(const struct exception *, const struct exception *);

/* A day that exists; ret_end_s (may be NULL): the first second after it. */
bool exception_day(const char *day, int64_t *ret_end_s);
/* True as long as its last day is not over. */
bool exception_lasts(const struct exception *, int64_t now_s);

/* What it covers; sha256 and type are those of the object. */
bool exception_covers_verdict(
    const struct exception *, const char *scanner, enum verdict, const char *sha256);
bool exception_covers_finding(
    const struct exception *, const struct finding *, const char *sha256, const char *type);
/* The first of a list that covers it, or EXCEPTION_NONE. */
size_t exception_find_verdict(
    const struct exception *, size_t n, const char *scanner, enum verdict, const char *sha256);
size_t exception_find_finding(const struct exception *, size_t n, const struct finding *,
    const char *sha256, const char *type);

/* What it is about, for people: one line of printable ASCII. */
void exception_words(const struct exception *, struct buf *out);

#endif
