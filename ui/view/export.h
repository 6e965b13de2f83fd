/* SPDX-License-Identifier: ISC */
/* Report and slip of a transfer, written to the share: for views that offer it. */
#ifndef UI_VIEW_EXPORT_H
#define UI_VIEW_EXPORT_H

#include "src/base/buf.h"
#include "src/core/transfer.h"
#include "ui/app.h"

/* The state of a view that exports begins with this. */
struct export
{
	struct view view;
	char transfer[TRANSFER_ID_SIZE]; /* being exported; "" when nothing is */
	size_t step;
	json_t *more;             /* of the question, or NULL: this is about one transfer */
	char paths[APP_SAY_SIZE]; /* what was written so far */
};

/* Asks the desk for one paper after the other, and says where they lie. */
void export_start(struct export *, const char *transfer);
/* The same of "period" or "people", with more (stolen) in each question. */
void export_start_all(struct export *, const char *what, json_t *more);

#endif
