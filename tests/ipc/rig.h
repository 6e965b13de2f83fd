/* SPDX-License-Identifier: ISC */
/*
 * A station for tests of the stager: directories, one transfer in a record of
 * tests/ledger/maker.h, and a ledger and a vault played by two processes that
 * can be told to misbehave.
 */
#ifndef TESTS_IPC_RIG_H
#define TESTS_IPC_RIG_H

#include "src/base/buf.h"
#include "src/ipc/channel.h"
#include "src/proc/stager/delivery.h"
#include "tests/ledger/maker.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define RIG_FILES 20 /* approved ones: file-000000.txt..., each holding its name */

/* What the played programs do wrong; shared with them. */
struct mischief {
	char refuse[32];        /* this type of event is refused */
	uint64_t hide;          /* the newest entries of the custody log that are kept back */
	bool bad_doc;           /* documents come with a byte changed */
	int flip, missing;      /* file whose object is changed or gone; -1 for none */
	bool cut;               /* objects are a byte short */
	char sign[32], who[32]; /* an officer signs an entry of this type before it is read */
};

/* The played ledger's memory. */
struct shop {
	struct maker *maker;
	struct buf entries[2][256]; /* by log and seq */
	struct buf notes[2][256];
	uint64_t sizes[2];
	struct mischief *mischief;
};

struct rig {
	char dir[32];
	struct shop *shop;
	struct mischief *mischief;
	pid_t ledger_pid, vault_pid;
	struct channel *ledger, *vault;
	int own, root;
	struct share share;
	struct record *record;
	struct delivery delivery;
	struct delivery_result result;
	char id[TRANSFER_ID_SIZE];
};

/* A station with one transfer that went so far; files of it are approved. */
void rig_open(struct rig *, enum maker_until until, unsigned files);
/* The same under a policy with these settings besides. */
void rig_open_under(struct rig *, enum maker_until until, unsigned files, const char *settings);
void rig_close(struct rig *);
/* What a restarted stager would know. */
void rig_new_record(struct rig *);
enum err rig_release(struct rig *);
void rig_released(struct rig *);
/* The release fails at this step with these words in its reason. */
void rig_fails(struct rig *, const char *step, const char *words);
enum transfer_state rig_state(struct rig *);
/* On the share; '@' in the path stands for the transfer's id. */
bool rig_exists(const struct rig *, const char *pattern);
/* Nothing of the transfer is on the share, in no form. */
void rig_invisible(const struct rig *);
size_t rig_entries(struct rig *, const char *type);
/*
 * This officer signs an entry of this type about the transfer: xfer.recall and
 * xfer.retire with a reason, xfer.confirm and xfer.keep about the one before.
 */
void rig_sign(struct rig *, const char *type, const char *who);
/* Writes a file below the station's directory. */
void rig_put_text(const struct rig *, const char *path, const char *text);
/* Runs a script of the shell in the share, $0 being the transfer; its exit status. */
int rig_shell(const struct rig *, const char *script);
/* A played program; the stager's end of its socket.  hello: it waits for a greeting. */
int rig_fork(struct rig *, enum role, bool hello, pid_t *ret_pid);

#endif
