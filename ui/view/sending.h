/* SPDX-License-Identifier: ISC */
/* What can leave the station by a screen: the table behind EXPORT. */
#ifndef UI_VIEW_SENDING_H
#define UI_VIEW_SENDING_H

#include "src/ipc/message.h"

#include <stdbool.h>
#include <stddef.h>

#define SENDING_WHATS 6
#define SENDING_PARTS 5 /* the last is none */

/* One question to the desk for each document. */
struct sending_part {
	enum msg_id id;
	const char *key, *value; /* "format":"pdf", "log":"custody"; NULL: none */
};

struct sending_what {
	const char *name, *what; /* of ui.copy; NULL: reports */
	bool transfer;           /* of one transfer, else of the record */
	const char *leaves;
	struct sending_part parts[SENDING_PARTS];
};

/* The i-th of SENDING_WHATS, in the order in which they are offered. */
const struct sending_what *sending_what_at(size_t i);

#endif
