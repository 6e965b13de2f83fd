/* SPDX-License-Identifier: ISC */
/* The line to the desk. */
#ifndef UI_DESK_H
#define UI_DESK_H

#include "ui/row.h"
#include "ui/ui.h"

/*
 * A connection to HOME/run/desk.sock, -1 with errno; ENAMETOOLONG: home is too
 * long for it.  Without wait EAGAIN when too many wait for the desk already.
 */
int desk_connect(const char *home, bool wait);
/* Says why there is none: an errno of desk_connect. */
void desk_no_connection(const struct ui *, int why);
/* Without room for its first entry a station does not start; everybody may look at the disk. */
bool desk_ledger_is_full(const struct ui *);
/* Connects to HOME/run/desk.sock: before the sandbox.  Prints; an enum ui_status. */
int desk_open(struct ui *);
/* First words, and the authority log: who the people are, and whether it is a demo. */
int desk_meet(struct ui *);
void desk_close(struct ui *);
/*
 * Sends (steals body) and waits for the answer; a refusal is printed and
 * becomes its status.  ret_msg may be NULL when only yes or no matters.
 */
int desk_call(
    struct ui *, enum msg_id, json_t *body, int fd, enum msg_id answer, struct msg *ret_msg);
/* The next message without a request of ours; ERR_AGAIN after timeout_ms. */
enum err desk_next(struct ui *, struct msg *ret_msg, int timeout_ms);
/* The line broke: says so, and what that means. */
int desk_lost(struct ui *, enum err);
/* Reads the authority log again, after it grew. */
int desk_refresh(struct ui *);

/* Calls fn for each row of an answer in pages; with after as in the message. */
int desk_rows(struct ui *, enum msg_id, json_t *body, void (*fn)(void *, const json_t *row),
    void *arg, uint64_t *ret_total);
/* The status of a transfer; caller decrefs. */
int desk_status(struct ui *, const char *transfer, json_t **ret_status);

/* "DEMO " on a demo station, else "": begins every heading. */
const char *desk_mark(const struct ui *);

#endif
