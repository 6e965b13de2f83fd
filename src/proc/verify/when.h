/* SPDX-License-Identifier: ISC */
/*
 * When an entry was made, by witnesses and by nobody else: not before the newest
 * cosignature that was in the log its signer was shown, and not after the first one
 * over a checkpoint that holds it.  What the entry claims is never evidence.
 */
#ifndef VERIFY_WHEN_H
#define VERIFY_WHEN_H

#include "src/core/custody.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct when;

struct when *when_new(void);
struct when *when_free(struct when *);

/* Ask for every approval and release, or for one entry of the custody log. */
void when_ask_all(struct when *);
/* False: LIM_WHEN_ASKED are asked for already. */
bool when_ask(struct when *, uint64_t seq);

/* Takes in what it needs of the entries that custody takes in from now on. */
void when_watch(struct when *, struct custody *);
/*
 * A checkpoint of the custody log that lies outside of the record and is true: lines
 * in it by witnesses in force date what it holds.  ERR_SIGNATURE: one of them is
 * not over this checkpoint.
 */
enum err when_note(
    struct when *, const struct custody *, const void *note, size_t n, uint64_t size);

/* After the last that is taken in, before anything is told. */
void when_settle(struct when *);
/* Sentences for what was asked, or one about all approvals and releases. */
json_t *when_sentences(const struct when *);
/* The same as [{seq, type, subj, after?, before?, otherwise}]; caller decrefs. */
json_t *when_rows(const struct when *);
/* The first entry that was asked for and is not there. */
bool when_missing(const struct when *, uint64_t *ret_seq);

#endif
