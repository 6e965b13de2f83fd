/* SPDX-License-Identifier: ISC */
/* The keys of an epoch, in HOME/ledger: of its log, and of the station. */
#ifndef LEDGER_KEYS_H
#define LEDGER_KEYS_H

#include "src/core/custody.h"

struct keys {
	struct sshsig_key *log, *station; /* NULL: not there */
};

/* ERR_NOTFOUND when one of them is not there: then neither is. */
enum err keys_load(int dirfd, unsigned epoch, struct keys *ret, char why[CUSTODY_WHY_SIZE]);
/* New ones, on the disk. */
enum err keys_make(int dirfd, unsigned epoch, struct keys *ret, char why[CUSTODY_WHY_SIZE]);
void keys_free(struct keys *);
/* Whether they are those that the record names for the epoch. */
bool keys_fit(const struct keys *, const char *vkey, const char *station_line);
/* Takes away what an unfinished founding left. */
bool keys_remove(int dirfd);

#endif
