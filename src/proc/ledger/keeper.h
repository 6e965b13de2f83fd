/* SPDX-License-Identifier: ISC */
/*
 * The keeper: the open ledger with its replayed record, its keys and its
 * documents.  Everything that is appended goes through here.
 */
#ifndef LEDGER_KEEPER_H
#define LEDGER_KEEPER_H

#include "src/base/buf.h"
#include "src/core/custody.h"
#include "src/proc/ledger/copy.h"

#include <jansson.h>
#include <stdbool.h>

#define KEEPER_WHY_SIZE CUSTODY_WHY_SIZE

struct keeper;

/*
 * Opens HOME/ledger (dirfd and path), replays everything.  boot is the boot
 * id that goes into the station's entries.  why gets a sentence.
 */
enum err keeper_open(int dirfd, const char *path, const char *boot, struct keeper **ret,
    char why[KEEPER_WHY_SIZE]);
/*
 * Founds a station: keys, database, both genesis entries.  What an unfinished
 * founding left is removed; a founded station is ERR_EXISTS.
 */
struct keeper_founding {
	const char *site, *station;
	bool demo;
	const json_t *admins; /* [{"id","key","name"}] */
	uint64_t threshold;
};
enum err keeper_found(int dirfd, const char *path, const char *boot,
    const struct keeper_founding *, struct keeper **ret, char why[KEEPER_WHY_SIZE]);
/* NULL is fine; always returns NULL. */
struct keeper *keeper_close(struct keeper *);

/* False: the ledger has not the keys of its epoch, and waits for the next. */
bool keeper_can_sign(const struct keeper *);
/* Begins the log of an epoch that was opened before the ledger stopped. */
enum err keeper_finish_epoch(struct keeper *, char why[KEEPER_WHY_SIZE]);
/* The public keys of the next epoch; they are made when they are not there. */
enum err keeper_next_keys(struct keeper *, char ret_vkey[NOTE_VKEY_SIZE],
    char ret_station[SSHSIG_LINE_SIZE], char why[KEEPER_WHY_SIZE]);

const struct custody *keeper_custody(const struct keeper *);
int keeper_docs(const struct keeper *);

/*
 * From now on every entry goes to this copy, too, which becomes the keeper's;
 * it is caught up.  Asked again it is compared and caught up again.
 */
enum copy_state keeper_copy(struct keeper *, struct copy *);
enum copy_state keeper_copy_again(struct keeper *);
/* NULL: there is none. */
const struct copy *keeper_copied(const struct keeper *);

/* Where an appended entry lies. */
struct keeper_place {
	enum transfer_log log;
	uint64_t seq;
	char leaf[HEX_DIGEST_SIZE];
};

/*
 * Checks and appends an entry that a person signed, asked for over this
 * channel.  ERR_IO and ERR_NOSPACE: the rule allows it but it could not be
 * written.
 */
enum err keeper_append(struct keeper *, enum transfer_log, enum transfer_asker,
    const void *entry, size_t n, struct keeper_place *ret, char why[KEEPER_WHY_SIZE]);
/* Makes, signs and appends an entry of the station in the custody log. */
enum err keeper_event(struct keeper *, enum transfer_asker, const char *type, const char *subj,
    const json_t *data, struct keeper_place *ret, char why[KEEPER_WHY_SIZE]);

/* The database as a new file at path, see ledger_snapshot. */
enum err keeper_hand_out(struct keeper *, const char *path, char why[KEEPER_WHY_SIZE]);

/* Gives the ballast up for room; false when there is none. */
bool keeper_give_up(struct keeper *);
/* Whether keeper_gave_up has something to tell. */
bool keeper_has_given_up(const struct keeper *);
/* Bytes of ballast given up since this was asked last: what disk.full has to tell. */
uint64_t keeper_gave_up(struct keeper *);

/*
 * Entries from seq on as a list, about subj alone unless that is NULL, as many
 * as fit max_bytes; and the newest checkpoint of the log, or (epoch > 0) the last of the
 * custody log of that epoch.  Custody entries are counted over all epochs.
 */
enum err keeper_read(struct keeper *, enum transfer_log, uint64_t from, const char *subj,
    uint64_t epoch, size_t max_bytes, struct buf *ret_list, uint64_t *ret_count,
    struct buf *ret_checkpoint);

#endif
