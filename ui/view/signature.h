/* SPDX-License-Identifier: ISC */
/* What the files of the signature screen share, and nobody else includes. */
#ifndef UI_VIEW_SIGNATURE_H
#define UI_VIEW_SIGNATURE_H

#include "src/core/policy.h"
#include "ui/app.h"
#include "ui/look.h"
#include "ui/views.h"

#define SIGNATURE_WHY_SIZE 512

enum signature_stage {
	SIGNATURE_STATUS, /* who signed before: asked for */
	SIGNATURE_SEAL,   /* the desk seals */
	SIGNATURE_POLICY, /* the policy is asked for, and what else it was sealed with */
	SIGNATURE_CHECK,  /* to be worked out, once that was said on the screen */
	SIGNATURE_READY,
	SIGNATURE_REFUSED,
};

enum signature_step { SIGNATURE_NONE, SIGNATURE_RETURN, SIGNATURE_WITHDRAW };

struct signature {
	struct view view;
	struct cursor cursor; /* over groups */
	char transfer[TRANSFER_ID_SIZE];
	json_t *status;   /* desk.status */
	int64_t asked_ms; /* when it was asked for last */
	bool asking;
	enum signature_stage stage;
	bool said_check; /* a frame with SIGNATURE_CHECK was drawn */
	char why[SIGNATURE_WHY_SIZE], next[SIGNATURE_WHY_SIZE];
	struct sealed sealed;
	struct custody *authority; /* read anew, when it was sealed with exceptions */
	struct policy *policy;
	struct look *look;
	uint64_t walked;                   /* items worked out so far */
	int64_t walked_ms;                 /* when that was shown */
	enum look_group groups[LOOK__MAX]; /* those that have items */
	size_t ngroups;
	enum signature_step step; /* waits for its note, then for the passphrase */
	bool noted;
	char note[LIM_REASON_BYTES + 1];
	char may[APP_SAY_SIZE];
};

/* Signatures given so far; the first signer's id, "" for none. */
unsigned signature_given(const struct signature *);
const char *signature_first(const struct signature *);
/* NULL when the officer may sign now, else why not. */
const char *signature_why_not(struct signature *);

void signature_draw(struct view *, const struct area *);
/* "11 files (4.1G) and 1 link go to transfers/K1-000042." */
struct safe signature_goes(struct signature *);
/* After a question over it was closed. */
void signature_shown(struct view *);

/* The items of a group; look and policy live longer. */
struct view *looking_view(
    struct app *, const char *transfer, struct look *, const struct policy *, enum look_group);

#endif
