/* SPDX-License-Identifier: ISC */
/*
 * A transfer for tests of the screens: some thirty items with every class of
 * hostile text in names, labels, scanner messages and reasons, as rows and
 * details of the desk, and sealed.  Deterministic.
 */
#ifndef TESTS_SCREENS_FIXTURE_H
#define TESTS_SCREENS_FIXTURE_H

#include "src/base/buf.h"
#include "src/core/inventory.h"

#include <jansson.h>

#define FIXTURE_TRANSFER "K1-000042"

struct fixture;

struct fixture *fixture_new(void);
void fixture_free(struct fixture *);

const char *fixture_policy(void);
size_t fixture_count(const struct fixture *);
/* Item of row i in the order of paths, and with its findings and scans; new references. */
json_t *fixture_row(const struct fixture *, size_t i);
json_t *fixture_item(const struct fixture *, uint64_t id);
json_t *fixture_counts(const struct fixture *);
/* Row of an item; fixture_count when there is none. */
size_t fixture_find(const struct fixture *, uint64_t id);
/* Worst severity first, then by path. */
size_t fixture_by_severity(const struct fixture *, size_t i);
bool fixture_has_finding(const struct fixture *, size_t i);
bool fixture_undecided(const struct fixture *, size_t i);
/* A draft. */
void fixture_decide(struct fixture *, uint64_t id, const char *decision, const char *reason);
/* Everything that no draft decides is held, and all of it sealed under fixture_policy. */
void fixture_seal(struct fixture *, const char *policy_hex, struct buf *out);

#endif
