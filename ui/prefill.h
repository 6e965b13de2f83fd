/* SPDX-License-Identifier: ISC */
/* What an intake is filled with before it begins: a request, a preset, the last one. */
#ifndef UI_PREFILL_H
#define UI_PREFILL_H

#include "ui/args.h"
#include "ui/ui.h"

struct prefill {
	json_t *fields;                          /* [{name, value}] */
	char requester[LIM_PERSON_ID_BYTES + 1]; /* "" when nothing says so */
	char request[HEX_DIGEST_SIZE];           /* documents in the ledger, or "" */
	char signature[HEX_DIGEST_SIZE];
};

/*
 * From the options of intake.  What is typed counts before the request, that before
 * the preset, and that before the last transfer.  A request goes into the ledger.
 * Prints what is wrong; an enum ui_status.  The caller decrefs fields in any case.
 */
int prefill(struct ui *, const struct args *, struct prefill *);
/* The documents of --request and --request-signature into the ledger; an enum ui_status. */
int prefill_request(struct ui *, const struct args *, const char *option, struct prefill *);

#endif
