/* SPDX-License-Identifier: ISC */
/*
 * What a policy says of fields and classification, and whether a transfer has it.
 * One judgement: the desk asks it early, the ledger and the verifier at every approval.
 */
#ifndef CORE_FIELDRULE_H
#define CORE_FIELDRULE_H

#include "src/core/field.h"
#include "src/core/policy.h"
#include "src/core/setting.h"

#define FIELDRULE_WHY_SIZE 512

/* The keys fields, fields_optional, site_fields, classifications, classification_ceiling. */
void fieldrule_parse(struct setting_file *, const struct setting *root, struct policy_fields *);
void fieldrule_done(struct policy_fields *);

/* What the policy says of this field, or the standard one; false: nobody knows it. */
bool fieldrule_find(const struct policy_fields *, const char *name, struct policy_field *ret);
/* Whether the policy's words have an order with this word in it. */
bool fieldrule_class(const struct policy_fields *, const char *word, size_t *ret_height);

struct fieldrule_claim {
	const json_t *fields, *classes; /* of the form of field.h; NULL: none */
	const char *control; /* the medium's number in the register; "" or NULL: none */
	const char *marking; /* of that medium; NULL: not known here */
};

/*
 * Whether what is given may stand: ERR_DENIED with a sentence.  With complete, whether
 * it is enough for a submission, too.
 */
enum err fieldrule_judge(const struct policy_fields *, const struct fieldrule_claim *,
    bool complete, char why[FIELDRULE_WHY_SIZE]);
/* The names that are missing, as [name]; caller decrefs. */
json_t *fieldrule_missing(const struct policy_fields *, const struct fieldrule_claim *);

#endif
