/* SPDX-License-Identifier: ISC */
/*
 * A transfer while its medium is read and its objects are scanned: OPEN to
 * REVIEW (or BLOCKED, or FAULT).  Reader, vault and scanners work at the same
 * time; the desk only keeps the books.
 */
#ifndef DESK_INTAKE_H
#define DESK_INTAKE_H

#include "src/proc/desk/desk.h"
#include "src/proc/desk/hold.h"

#define INTAKE_WHY_SIZE 512

struct intake_request {
	const char *officer, *requester;
	json_t *medium;                  /* as xfer.open records it, see handin.h; borrowed */
	const json_t *fields;            /* [{name, value}] */
	const char *control;             /* the medium's number in the register, or NULL */
	const char *request, *signature; /* documents in the ledger, or NULL */
	const char *resume;              /* a transfer in FAULT, or NULL */
	int fd;                          /* the medium itself; borrowed */
	bool hardware;                   /* it refuses to be written by itself */
	enum hold_mode hold;             /* whether the contents wait for an officer */
};

/*
 * Opens the transfer and starts reading.  ERR_DENIED with a sentence when the
 * rules say no; nothing is recorded then.
 */
enum err intake_open(struct desk *, const struct intake_request *,
    char ret_transfer[TRANSFER_ID_SIZE], char why[INTAKE_WHY_SIZE]);
/* Scans again what failed, in a BLOCKED transfer; one that is on its way goes on. */
enum err intake_rescan(
    struct desk *, const char *transfer, const char *officer, char why[INTAKE_WHY_SIZE]);
/*
 * Scans what was made to wait in a transfer that is BLOCKED or in REVIEW; the caller
 * calls scan_finish.
 */
enum err intake_scan_waiting(struct desk *, const struct custody_transfer *,
    const char *officer, struct work *, struct scan **ret_scan, char why[INTAKE_WHY_SIZE]);
/*
 * A transfer in REVIEW that policy stops as a whole is blocked: the station ended
 * between the entry that says it was scanned and the one that says so.
 */
void intake_block_again(struct desk *, const char *transfer);
/* Stops reading or scanning: the transfer goes to FAULT with this reason. */
enum err intake_stop(
    struct desk *, const char *transfer, const char *reason, char why[INTAKE_WHY_SIZE]);
/* Pauses reading and scanning, or goes on; the medium stays where it is. */
enum err intake_pause(
    struct desk *, const char *transfer, bool paused, char why[INTAKE_WHY_SIZE]);
/* The medium does not answer: what is being read is given up when it does. */
enum err intake_give_up(struct desk *, const char *transfer, char why[INTAKE_WHY_SIZE]);
/* Ends the work without an entry: the transfer was aborted. */
void intake_drop(struct desk *, const char *transfer);
/* The transfer's work in progress, or NULL. */
struct intake *intake_find(struct desk *, const char *transfer);
/*
 * The medium of the transfer has gone: when it was still needed, reading ends
 * as a fault with this reason.  True then.
 */
bool intake_pulled(struct desk *, const char *transfer, const char *why);
/* True while the medium must not be taken out. */
bool intake_needs_medium(const struct intake *);
/* Body of desk.progress for it (without "last"); caller decrefs. */
json_t *intake_progress(const struct intake *);
/* Ends all work without recording anything: the desk is going down. */
void intake_end_all(struct desk *);

#endif
