/* SPDX-License-Identifier: ISC */
/*
 * Founding a station: the ledger makes both logs, the first admins endorse the
 * genesis and put the policy in force.  Runs before there is a desk.
 */
#ifndef UI_FOUNDING_H
#define UI_FOUNDING_H

#include "src/core/seal.h"
#include "src/ipc/channel.h"
#include "src/ipc/spawn.h"
#include "ui/ui.h"

struct founding_admin {
	const char *id, *name;
	struct sshsig_key *key;
	struct buf file; /* the sealed key, or that of a token */
	struct seal_secret *pin;
	char line[SSHSIG_LINE_SIZE];
	char fingerprint[SSHSIG_FINGERPRINT_SIZE];
};

struct founding {
	const char *home, *site, *station, *boot;
	bool demo;
	unsigned threshold;
	struct founding_admin admins[LIM_ADMINS];
	size_t nadmins;
	struct spawn_child ledger;
	struct channel *channel;
	struct msg founded; /* ledger.founded */
};

/* Starts sallyport-ledger; before the sandbox.  Prints; an enum ui_status. */
int founding_start(struct founding *);
/* Both genesis entries; fills founded. */
int founding_genesis(struct founding *);
/* The admins endorse it, and the policy. */
int founding_endorse(struct founding *);
int founding_policy(struct founding *, const void *policy, size_t n);
/* Ends the ledger and waits until it has; wipes the keys. */
void founding_done(struct founding *);

#endif
