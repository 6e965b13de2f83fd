/* SPDX-License-Identifier: ISC */
/* The second medium of this station: where it is, and what is recorded of the copy on it. */
#ifndef LEDGER_SECOND_H
#define LEDGER_SECOND_H

#include "src/proc/ledger/copy.h"

#include <jansson.h>

/*
 * The copy in the folder that station.conf in home names, or NULL when it names none;
 * dirfd is the ledger's own.  ret_fd stays the caller's, -1 when there is no folder.
 */
struct copy *second_open(const char *home, int dirfd, int *ret_fd);
/* Ends the program: to append anything now would make two histories of one log. */
_Noreturn void second_ahead(const char *why);
/*
 * What became of the copy (NULL: none) and is not in the record yet: data of an entry and
 * its type, or NULL.  A copy that is ahead ends the program.
 */
json_t *second_news(const struct copy *, const struct custody *, const char **ret_type);

#endif
