/* SPDX-License-Identifier: ISC */
/* Epochs for tests: keys of one, what opens it, what its log begins with. */
#ifndef TESTS_LEDGER_MAKER_EPOCH_H
#define TESTS_LEDGER_MAKER_EPOCH_H

#include "src/core/note.h"
#include "tests/ledger/maker.h"

/* The station K1 and the log with the keys of epoch n; the caller frees the secrets. */
void maker_next_station(struct maker_person *ret, unsigned n);
void maker_epoch_log_key(unsigned n, struct sshsig_key **ret);
void maker_vkey(const struct sshsig_key *, const char *origin, char out[NOTE_VKEY_SIZE]);
/* data of epoch.open for epoch n, which continues all but `less` entries of what there is. */
json_t *maker_epoch_data(struct maker *, unsigned n, uint64_t less);
/* data of the genesis of the epoch that was opened last. */
json_t *maker_begin_data(struct maker *);
/* From here on the station signs by these keys, who gets those it had. */
void maker_move(struct maker *, struct maker_person *station, struct sshsig_key **log_key);

#endif
