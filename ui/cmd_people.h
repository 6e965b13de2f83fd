/* SPDX-License-Identifier: ISC */
/* What the commands about people share. */
#ifndef UI_CMD_PEOPLE_H
#define UI_CMD_PEOPLE_H

#include "ui/args.h"
#include "ui/keyslot.h"
#include "ui/ui.h"

/* A new key, before and after it is sealed. */
struct new_key {
	struct sshsig_key *key;
	struct buf file;
	struct seal_secret *pin;      /* of a key in a token */
	char name[KEYSLOT_NAME_SIZE]; /* of the file */
	char line[SSHSIG_LINE_SIZE];
	char fingerprint[SSHSIG_FINGERPRINT_SIZE];
};

/* A key for this person under a new passphrase.  Prints; an enum ui_status. */
int cmd_people_key_new(struct ui *, const char *id, int passphrase_fd, struct new_key *ret);
/* The same in the token that is plugged in, by its PIN. */
int cmd_people_key_token(struct ui *, const char *id, int pin_fd, struct new_key *ret);
void cmd_people_key_done(struct new_key *);
/* {"proof": ..} and the like: what this key signs to prove that it is there. */
int cmd_people_prove(
    struct sshsig_key *, const char *id, const char *root, const char *field, json_t *data);
/* Writes the new key's file, and then the entry (steals data) that enrols it. */
int cmd_people_key_enrol(struct ui *, const struct new_key *, const char *type,
    const char *subj, json_t *data, char ret_leaf[HEX_DIGEST_SIZE]);
/* Signs an act of an admin; its leaf.  Prints what is wrong. */
int cmd_people_sign(struct ui *, const char *type, const char *subj, json_t *data,
    char ret_leaf[HEX_DIGEST_SIZE]);
/* Whether the act is in force now, or for whom it waits; reads the authority log again. */
int cmd_people_say(struct ui *, const char *leaf, const char *done);
/* The person, enrolled; complains otherwise. */
int cmd_people_find(struct ui *, const char *id, const struct custody_person **ret);

#endif
