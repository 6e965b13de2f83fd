/* SPDX-License-Identifier: ISC */
/* The accounting of an inventory: every item is in exactly one outcome. */
#ifndef CORE_ACCOUNT_H
#define CORE_ACCOUNT_H

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/core/inventory.h"
#include "src/core/policy.h"
#include "src/core/release.h"

#include <stdbool.h>
#include <stdint.h>

/* Items that bear another classification than the transfer. */
struct account_class {
	char word[LIM_FIELD_WORD_BYTES + 1];
	uint64_t items, went;
};

struct account {
	uint64_t items, files, bytes; /* bytes: sizes of files */
	uint64_t count[ITEM_OUTCOME__MAX];
	uint64_t size_bytes[ITEM_OUTCOME__MAX];
	/* What the share does not keep of what goes. */
	uint64_t lost_zone; /* times whose zone the medium does not say, taken as UTC */
	uint64_t lost_time; /* no time at all */
	uint64_t
	    lost_mode; /* set-user, set-group, sticky, or read and write bits that differ */
	uint64_t lost_special; /* devices, pipes, sockets: not made again */
	uint64_t lost_links;   /* links whose target does not go */
	uint64_t renamed;      /* destination differs from the path */
	/* Each word once, as it came; more words than limits no record has. */
	struct account_class classes[LIM_FIELD_CLASSES];
	size_t nclasses;
};

/* Adds one item. */
void account_add(struct account *, const struct inventory_item *);
/* Whether the outcomes add up to the items, in number and bytes. */
bool account_adds_up(const struct account *);

/*
 * "opened: 12 members; worst inside: malicious, b.tar > c.exe": what was found in a
 * file that was opened; nothing for all else.  way is escaped.
 */
void account_inside(const struct verdict_inside *, const char *way, struct buf *out);
/* "read in 300,214 parts": how a file too large for a scanner was looked at by it. */
void account_parts(uint64_t parts, struct buf *out);

/*
 * Appends one sentence, without full stop, on why this item did not go; it
 * stands behind the word of its outcome: decision, scanner, rule or state, with the words of
 * whoever said so.  All text is escaped.  policy may be NULL.
 */
enum err account_sentence(
    const struct inventory_item *, const struct policy *, struct buf *out);

#endif
