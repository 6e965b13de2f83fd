/* SPDX-License-Identifier: ISC */
/*
 * The desk's line to the ledger.  Calls wait for the answer: without a ledger
 * nothing may go on, and a ledger that is silent for LIM_CALL_MS ends the desk.
 */
#ifndef DESK_BOOK_H
#define DESK_BOOK_H

#include "src/proc/desk/desk.h"

#define BOOK_WHY_SIZE 512

struct book_entry {
	uint64_t seq;
	char leaf[HEX_DIGEST_SIZE];
};

/* Reads entries that the desk has not seen and replays them. */
void book_sync(struct desk *);
/*
 * Asks for a station-signed entry about subj; steals data.  ERR_DENIED with a
 * sentence when the ledger refuses, ERR_IO when it cannot.
 */
enum err book_event(
    struct desk *, const char *type, const char *subj, json_t *data, char why[BOOK_WHY_SIZE]);
/* The same about a transfer. */
enum err book_transfer(struct desk *, const char *type, const char *transfer, json_t *data,
    char why[BOOK_WHY_SIZE]);
/* Passes on an entry signed by a person (a sealed memfd). */
enum err book_append(struct desk *, const char *log, int fd, struct book_entry *ret_entry,
    char why[BOOK_WHY_SIZE]);
/* Stores a document; ret_sha256 is its name. */
enum err book_put(struct desk *, const void *bytes, size_t n, char ret_sha256[HEX_DIGEST_SIZE],
    char why[BOOK_WHY_SIZE]);
/* The document with this name; caller closes or frees. */
enum err book_get_fd(struct desk *, const char *sha256, int *ret_fd);
enum err book_get(struct desk *, const char *sha256, uint8_t **ret_bytes, size_t *ret_len);
/* A whole log as a sealed list of entries, with its newest checkpoint; answer is freed by
 * caller. */
enum err book_read(struct desk *, const char *log, uint64_t from, struct msg *ret_answer);
/* The same of the entries about subj alone, as many as fit LIM_TIMELINE_BYTES. */
enum err book_read_subject(
    struct desk *, const char *log, const char *subj, struct msg *ret_answer);
/*
 * A copy of the ledger with the documents of these digests (an array, stolen), and how many
 * entries the custody log has in it; caller closes.
 */
enum err book_copy(
    struct desk *, json_t *documents, int *ret_fd, uint64_t *ret_size, char why[BOOK_WHY_SIZE]);
/* The policy with this digest; caller frees with policy_free. */
enum err book_policy(
    struct desk *, const char *sha256, struct policy **ret_policy, char why[BOOK_WHY_SIZE]);

#endif
