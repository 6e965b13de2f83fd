/* SPDX-License-Identifier: ISC */
/*
 * The custody report of one transfer as a tree of facts, made from ledger
 * entries, inventory, findings and policy alone; report_tell.h and slip.h tell
 * it to any format.  What was delivered comes from the delivery entry,
 * never from what was intended.
 *
 * The tree is a JSON object; sallyport-report(5) describes its keys.  All text
 * in it is escaped (escape.h): printers need not do so again.  Items and findings
 * are counted in it, not listed: who tells the report walks them (report_items.h).
 * With a key, all that could tell what was brought in is replaced, in tree and rows (veil.h).
 */
#ifndef CORE_REPORT_H
#define CORE_REPORT_H

#include "src/base/buf.h"
#include "src/base/err.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REPORT_WHY_SIZE 256

/* One entry of the custody log, verified by the caller. */
struct report_entry {
	uint64_t seq;
	uint8_t leaf[32];
	const json_t *body; /* borrowed */
};

struct report_input {
	const char *transfer;
	const char *state;      /* the transfer's state now, e.g. "RELEASED" */
	const char *origin;     /* of the custody log; "demo/" at its beginning marks a demo */
	const uint8_t *genesis; /* 32 bytes: leaf of the authority log's genesis; may be NULL */
	const char *checkpoint; /* newest note text; may be "" */
	const struct report_entry *entries; /* subj xfer:<transfer>, in the order of the log */
	size_t nentries;
	/* Documents; NULL and 0 before the transfer was sealed. */
	const void *inventory, *findings, *policy;
	size_t inventory_len, findings_len, policy_len;
	/* Rows of custody_exception_row for those that were used; NULL: not known. */
	const json_t *exceptions;
	const json_t *epochs; /* custody_epoch_rows; NULL: not known */
	const uint8_t *veil;  /* VEIL_KEY_SIZE bytes: a report that may be released; or NULL */
	const json_t *medium; /* its row of the register, as register_row; NULL: none */
	int64_t now_s;        /* when the report is made */
};

/*
 * Builds the tree; caller decrefs.  ERR_DENIED or ERR_SYNTAX with a sentence
 * when documents and entries contradict each other: a report that does not
 * add up is not made.
 */
enum err report_build(const struct report_input *, json_t **ret, char ret_why[REPORT_WHY_SIZE]);
#endif
