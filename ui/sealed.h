/* SPDX-License-Identifier: ISC */
/*
 * What an approval is about, worked out here and not believed: the inventory
 * is hashed, the policy is hashed, and the manifest is derived from the two.
 */
#ifndef UI_SEALED_H
#define UI_SEALED_H

#include "src/core/account.h"
#include "src/core/release.h"
#include "ui/ui.h"

/* What to do when any of this is wrong. */
#define SEALED_NEXT "nothing was signed; the station must be looked at before it is used"

struct sealed {
	const uint8_t *inventory; /* pages of the desk's sealed memory file, no copy */
	size_t inventory_len;
	uint8_t *policy;
	size_t policy_len;
	char inventory_hex[HEX_DIGEST_SIZE], policy_hex[HEX_DIGEST_SIZE];
	char findings_hex[HEX_DIGEST_SIZE], scan_hex[HEX_DIGEST_SIZE]; /* as the desk says */
	char manifest_hex[HEX_DIGEST_SIZE], root_hex[HEX_DIGEST_SIZE];
	char dest[256];
	uint64_t items;      /* of the inventory */
	size_t files, links; /* that go */
	uint64_t bytes;      /* of the files that go */
	unsigned approvals;  /* signatures that policy asks for */
	struct account account;
	json_t *exceptions;                 /* leaves of those it was sealed with; NULL: none */
	json_t *fields, *classes;           /* as the desk tells them; classes may be NULL */
	char fields_hex[HEX_DIGEST_SIZE];   /* of both, made here; "": there are none */
	char addendum_hex[HEX_DIGEST_SIZE]; /* leaf of the last addendum, or "" */
	char addendum_document_hex[HEX_DIGEST_SIZE]; /* and its document, as the desk says */
	uint64_t addendum_objects, addendum_changed; /* it tells of */
};

/*
 * Has the desk seal the transfer (or give what is sealed) and checks it.
 * What is wrong goes to print_problem; an enum ui_status.  sealed_done after
 * either answer.
 */
int sealed_get(struct ui *, const char *transfer, struct sealed *ret);
/* Also for one that is all zeros. */
void sealed_done(struct sealed *);

/*
 * The same step by step, for one who does not wait: the answer to ui.seal, the
 * answer to ui.get of policy_hex, then everything is worked out.  A sentence
 * when it is wrong, else NULL.
 */
const char *sealed_take_inventory(struct sealed *, struct msg *);
const char *sealed_take_policy(struct sealed *, struct msg *);
/* It was sealed with exceptions: the authority log must be asked. */
bool sealed_has_exceptions(const struct sealed *);
/* Whether each of them stands in the authority log as the header says, and holds now. */
const char *sealed_check_exceptions(
    struct sealed *, const struct custody *authority, char why[RELEASE_WHY_SIZE]);
/* The answer to ui.get of addendum_document_hex: what it says of this inventory. */
const char *sealed_take_addendum(
    struct sealed *, const char *transfer, struct msg *, char why[RELEASE_WHY_SIZE]);
/*
 * Every item is handed to each() on the way (NULL: nobody looks on); when it
 * answers false all is given up.
 */
const char *sealed_derive(struct sealed *, const char *transfer,
    bool (*each)(void *arg, const struct inventory_item *), void *arg,
    char why[RELEASE_WHY_SIZE]);
/* Lets go of pages that were read; they come back when they are read again. */
void sealed_rest(const struct sealed *);

/* data of xfer.approve. */
json_t *sealed_approval(const struct sealed *, unsigned slot);

/* It goes although something speaks against it: findings of weight, or a rule. */
bool sealed_must_look(const struct inventory_item *);
/* What it loses on the share, in a few words, or NULL; times are counted only. */
const char *sealed_loss(const struct inventory_item *);

#endif
