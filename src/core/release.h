/* SPDX-License-Identifier: ISC */
/*
 * The release rule, and the manifest as a pure function of inventory and
 * policy.  Run by the desk (proposal), the officer's program (before signing),
 * the ledger, the stager and the verifier: all get the same bytes or a refusal.
 */
#ifndef CORE_RELEASE_H
#define CORE_RELEASE_H

#include "src/base/buf.h"
#include "src/base/clock.h"
#include "src/base/err.h"
#include "src/core/inventory.h"
#include "src/core/item.h"
#include "src/core/policy.h"
#include "src/core/tree.h"
#include "src/core/verdict.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RELEASE_WHY_SIZE 512

/* Why something goes or does not. */
enum release_why {
	RELEASE_NO_VERDICT, /* malicious, error, timeout, unscanned: never; zeroed memory */
	RELEASE_NO_GATE,    /* policy blocks it */
	RELEASE_NO_REASON,  /* needs a reason in writing */
	RELEASE_UNDECIDED,
	RELEASE_REJECTED,
	RELEASE_HELD,
	RELEASE_NO_KIND,   /* special files and regions never go */
	RELEASE_NO_STATE,  /* was not read */
	RELEASE_NO_NAME,   /* the share cannot hold its name */
	RELEASE_NO_TARGET, /* a link that leads nowhere in the released tree */
	RELEASE_DIRECTORY, /* directories are not counted */
	RELEASE_OK,
	RELEASE_WHY__MAX
};

/* A short sentence without full stop; never NULL. */
const char *release_why_str(enum release_why);

/*
 * The rule itself, about contents: one table of verdict and gate.  The answer
 * is RELEASE_OK, UNDECIDED, REJECTED, HELD, NO_VERDICT, NO_GATE or NO_REASON.
 * With decision none the answer is UNDECIDED only if an approval could release.
 */
enum release_why release_rule(
    enum verdict, enum policy_gate, enum item_decision, bool has_reason);

/* Under what an item is judged; everything is borrowed. */
struct release_under {
	const struct policy *policy;
	const struct exception *exceptions; /* sorted by leaf; those of the header */
	size_t nexceptions;
	const json_t *scanners; /* rows as in the header: who were at work; NULL: not known */
};

/* What a file that was read comes to: its scans and what is inside; na for all else. */
enum verdict release_verdict(const struct release_under *, const struct inventory_item *);

/*
 * State READ means: a file's contents, a link's target, a directory's names
 * were read; special files that were listed are READ, too.  Everything else
 * has the outcome of its state, whatever was decided.
 *
 * Sets verdict, proposed and outcome of an item from its scans, findings,
 * decision and the policy; the answer tells why.  For links, tree holds what
 * is released; with NULL every link is taken to lead nowhere.
 */
enum release_why release_judge(
    const struct release_under *, const struct tree *, struct inventory_item *);

/*
 * Why policy stops a transfer as a whole, NULL when it does not: of its medium, as
 * xfer.read has it (a log of an earlier version says less, and nothing is against it),
 * and of its request, as xfer.scan has it (NULL: none).  The desk blocks by it; whoever
 * derives a manifest or checks an approval refuses by it.
 */
const char *release_stop_medium(const struct policy *, const json_t *medium);
const char *release_stop_request(
    const struct policy *, const json_t *request, const char *requester);

struct release_file {
	uint64_t item;
	struct inventory_bytes dest;
	uint8_t sha256[32];
	uint64_t size_bytes;
	unsigned mode;
	char mtime[CLOCK_TEXT_SIZE]; /* or "" */
	bool zone_utc;
};

struct release_link {
	uint64_t item;
	struct inventory_bytes dest, target;
	char mtime[CLOCK_TEXT_SIZE];
};

struct release_dir {
	struct inventory_bytes dest;
	unsigned mode; /* as on the medium, 0755 when the medium has no such item */
	char mtime[CLOCK_TEXT_SIZE];
};

/*
 * Sealing takes two walks over the items.  First release_plan_add() each, in
 * any order, then release_plan_settle(): which links lead to something that
 * goes is only known now.  Then release_judge() each with release_plan_tree()
 * and print it.  Bytes of items are copied.
 */
struct release_plan;
/* The struct is copied; NULL when only judged items are added. */
struct release_plan *release_plan_new(const struct release_under *);
void release_plan_free(struct release_plan *);
/* ERR_DENIED with a sentence when a destination is unsafe or taken. */
enum err release_plan_add(
    struct release_plan *, const struct inventory_item *, char ret_why[RELEASE_WHY_SIZE]);
/* The same, of an item that release_judge() was just asked about, without a tree. */
enum err release_plan_add_judged(struct release_plan *, const struct inventory_item *,
    enum release_why, enum item_outcome sealed, char ret_why[RELEASE_WHY_SIZE]);
enum err release_plan_settle(struct release_plan *, char ret_why[RELEASE_WHY_SIZE]);
const struct tree *release_plan_tree(const struct release_plan *);
/* After settling: files sorted by dest; links that go (the answer is how many); directories. */
size_t release_plan_files(const struct release_plan *, const struct release_file **ret);
size_t release_plan_links(const struct release_plan *, const struct release_link **ret);
size_t release_plan_dirs(const struct release_plan *, const struct release_dir **ret);
/*
 * After settling: the first link, by dest, whose outcome as it was added
 * differs from what it is; false when there is none.
 */
bool release_plan_contradicts(const struct release_plan *, uint64_t *ret_item);

struct release_manifest {
	uint8_t *text; /* sha256sum format, LC_ALL=C order of dest */
	size_t text_len;
	uint8_t sha256[32];               /* of text */
	uint8_t root[32];                 /* Merkle root over the lines without LF */
	uint64_t bytes;                   /* of contents */
	const struct release_file *files; /* in the order of the text */
	size_t nfiles;
	const struct release_link *links; /* sorted by dest */
	size_t nlinks;
	const struct release_dir *dirs; /* sorted by dest, so parents come first */
	size_t ndirs;
	unsigned approvals;        /* signatures that policy asks for */
	uint64_t items;            /* of the inventory */
	struct release_plan *plan; /* private: what the arrays live in */
};

/*
 * The manifest.  ERR_SYNTAX, ERR_RANGE, ERR_LIMIT: inventory or policy malformed.  ERR_DENIED:
 * well formed but not to be released: made under another policy, a sealed verdict, proposal or
 * outcome differs from what policy and scans give, a destination is unsafe or taken twice, an
 * item blocks the whole medium.  ret_why gets one sentence (escaped, printable).  Nothing
 * approved is no error: nfiles 0.
 */
enum err release_manifest(const void *inventory, size_t inventory_len, const void *policy,
    size_t policy_len, struct release_manifest **ret, char ret_why[RELEASE_WHY_SIZE]);
/*
 * The same, and every item is handed out on the way, sealed as it is: one walk
 * for all a signer wants to know.  When each() answers false it ends: ERR_AGAIN.
 */
enum err release_manifest_with(const void *inventory, size_t inventory_len, const void *policy,
    size_t policy_len, bool (*each)(void *arg, const struct inventory_item *), void *arg,
    struct release_manifest **ret, char ret_why[RELEASE_WHY_SIZE]);
void release_manifest_free(struct release_manifest *);

/* Appends one line of a manifest without LF: digest, two spaces, escaped name. */
enum err release_manifest_line(
    const uint8_t sha256[32], struct inventory_bytes dest, struct buf *out);

#endif
