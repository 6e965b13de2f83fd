/* SPDX-License-Identifier: ISC */
/*
 * Policy: what a site requires before data may pass.  Text in libconfig form,
 * share/policy/default.policy, described in sallyport-policy(5).  Its bytes
 * are in the ledger and bind only through an admin's signature.
 *
 * Nothing in a policy can lower the floor of the release rule (release.h).
 */
#ifndef CORE_POLICY_H
#define CORE_POLICY_H

#include "src/base/err.h"
#include "src/core/field.h"
#include "src/core/finding.h"
#include "src/core/item.h"
#include "src/core/verdict.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define POLICY_WHY_SIZE 256
#define POLICY_NO_RULE  SIZE_MAX

/* What stands between an item and its release, besides the officers. */
enum policy_gate {
	POLICY_BLOCK, /* the value of zeroed memory */
	POLICY_REASON,
	POLICY_PASS,
	POLICY_GATE__MAX
};

/* Which request a transfer must come with. */
enum policy_request {
	POLICY_REQUEST_NONE,
	POLICY_REQUEST_PRESENT,
	POLICY_REQUEST_SIGNED, /* with the requester's enrolled key */
	POLICY_REQUEST__MAX
};

/* What is done with verdicts of earlier transfers. */
enum policy_reuse {
	POLICY_REUSE_NO,
	POLICY_REUSE_SHOW, /* scanned anew; the details tell what was said before */
	POLICY_REUSE_USE,
	POLICY_REUSE__MAX
};

/* Texts below are owned by the policy. */
struct policy_required {
	const char *scanner;
	char **types; /* globs over our type names; any may match */
	size_t ntypes;
	uint64_t min_bytes, max_bytes; /* of the object, both included */
	bool part;                     /* struct verdict_need */
};

struct policy_rule {
	bool has_class;
	enum finding_class class;
	enum finding_severity severity; /* at least; FINDING_NO_SEVERITY: no condition */
	bool verdicts[VERDICT__MAX];
	bool has_verdicts;
	bool kinds[ITEM_KIND__MAX];
	bool has_kinds;
	char **types;
	size_t ntypes; /* 0: any */
	enum policy_gate gate;
	const char *why; /* never NULL */
	unsigned line;   /* of the policy text */
};

/* An item that makes the whole medium BLOCKED. */
struct policy_medium {
	bool kinds[ITEM_KIND__MAX];
	bool states[ITEM_STATE__MAX];
	char **types;
	size_t ntypes; /* 0: any */
	const char *why;
};

/* So many engines of different makers must have called an object clean. */
struct policy_engines {
	char **types;
	size_t ntypes;
	uint64_t min_bytes, max_bytes; /* of the object, both included */
	unsigned at_least;             /* 2 .. LIM_SCANNERS */
};

/* Plain data: who has seen that it is whole stands in for an engine's size limit. */
struct policy_stand_in {
	char **types;
	size_t ntypes;
	const char *scanner; /* whose limit it is */
	const char *by;      /* who must have called it clean after looking at every byte */
};

/* A field of a transfer: a standard one (field.h) or the site's own. */
struct policy_field {
	const char *name, *label, *help; /* label and help: never NULL */
	enum field_kind kind;
	size_t max_bytes;
	char **choices; /* of FIELD_CHOICE */
	size_t nchoices;
	bool required; /* nothing is submitted without it */
};

struct policy_fields {
	struct policy_field *list; /* in the order of the form: those required first */
	size_t n;
	char **classes; /* classifications, lowest first */
	size_t nclasses;
	size_t ceiling; /* the highest that may go in */
};

struct policy {
	const char *name;
	unsigned approvals; /* 2 .. LIM_APPROVALS */
	struct policy_required *required;
	size_t nrequired;
	struct policy_rule *rules; /* first match wins */
	size_t nrules;
	struct policy_medium *medium;
	size_t nmedium;
	struct policy_engines *engines;
	size_t nengines;
	struct policy_stand_in *stand_ins;
	size_t nstand_ins;
	struct policy_fields fields;
	unsigned keep_days[ITEM_OUTCOME__MAX]; /* objects of released, rejected, held, blocked
	                                          items */
	unsigned signature_warn_days, signature_max_days;
	bool signature_date; /* signatures without a date make their scanner unfit */
	enum policy_reuse reuse;
	unsigned reuse_days; /* verdicts of earlier transfers older than that are not used */
	enum policy_request request;
	bool write_protect;         /* a medium must be proved to be read-only */
	const char *medium_digest;  /* "none", "metadata" or "full" */
	uint64_t region_look_bytes; /* looked at in each region; UINT64_MAX: all */
	unsigned witness_quorum;    /* that cosigned the approvals before a release; 0: none */
	bool anchor_words;          /* are asked for after each start, once paper went out */
	bool token_pin;             /* a token is asked for its PIN with each signature */
	bool copy_required;         /* nothing is begun while the second copy is not whole */
	bool rescan_at_release;     /* by the stager, of everything that goes */
	unsigned lock_minutes; /* a screen left alone this long locks; 1 .. LIM_LOCK_MINUTES */
};

const char *policy_gate_print(enum policy_gate); /* pass reason block */
bool policy_gate_parse(const char *word, enum policy_gate *ret);
/* The same as an inventory's "proposed": approve reason block. */
const char *policy_proposed_print(enum policy_gate);
bool policy_proposed_parse(const char *word, enum policy_gate *ret);

/*
 * Parses a policy; the text must be printable ASCII.  ret_why gets a sentence
 * with the line number when it fails (ERR_SYNTAX, ERR_RANGE, ERR_LIMIT).
 */
enum err policy_parse(
    const void *text, size_t n, struct policy **ret, char ret_why[POLICY_WHY_SIZE]);
void policy_free(struct policy *);

/*
 * The scanners required for an object; at most LIM_SCANNERS, each named once.
 * The needs point into the policy.
 */
size_t policy_needs(const struct policy *, const char *type, uint64_t size_bytes,
    struct verdict_need out[], size_t out_max);
/* Whether this scanner is required for such an object. */
bool policy_required(
    const struct policy *, const char *scanner, const char *type, uint64_t size_bytes);
/* Whether any rule of the policy can require this scanner. */
bool policy_mentions(const struct policy *, const char *scanner);

/* Engines of different makers that must call such an object clean; 0: no matter how many. */
unsigned policy_engines(const struct policy *, const char *type, uint64_t size_bytes);
/* Whether `by` may stand in for the size limit of this scanner on objects of this type. */
bool policy_stands_in(
    const struct policy *, const char *scanner, const char *by, const char *type);

/*
 * The gate of an item: the first rule whose conditions all hold.  When none
 * does the gate is "reason": what nobody thought of is for people, in writing.
 * ret_rule (may be NULL) gets the rule's index or POLICY_NO_RULE.
 */
enum policy_gate policy_gate(const struct policy *, enum item_kind, const char *type,
    enum verdict, const struct finding_worst *, size_t *ret_rule);
/* The words of a rule for people: "rule 3 (line 40): …"; never NULL. */
const char *policy_rule_why(const struct policy *, size_t rule);

/* Why an item of this kind, state and type blocks the whole medium, or NULL. */
const char *policy_blocks_medium(
    const struct policy *, enum item_kind, enum item_state, const char *type);

/* Shell-like match of * and ? over bytes; no classes, no escapes. */
bool policy_glob(const char *glob, const char *text);

#endif
