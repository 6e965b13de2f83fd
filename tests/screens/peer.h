/* SPDX-License-Identifier: ISC */
/*
 * The desk, played by a thread at the other end of a real channel.  What a
 * script says comes first; then the fixture and the record answer; what is
 * left is refused and remembered.
 */
#ifndef TESTS_SCREENS_PEER_H
#define TESTS_SCREENS_PEER_H

#include "src/ipc/channel.h"
#include "tests/ledger/maker.h"
#include "tests/screens/fixture.h"

#include <stdbool.h>

struct peer;

struct peer *peer_new(void);
void peer_free(struct peer *);
/* Three admins of whom two stand behind each act, and acts that wait; before the desk is up. */
void peer_people(struct peer *);
struct maker *peer_maker(struct peer *);

/* A connection: the terminal's end; the one before is closed. */
int peer_connect(struct peer *);
/* Closes the desk's end. */
void peer_down(struct peer *);
/* Reads nothing until told otherwise. */
void peer_hold(struct peer *, bool hold);
/*
 * From now on this is the answer to a request (body is stolen); MSG_NONE: as
 * at the beginning.  False with a sentence when the body does not fit.
 */
bool peer_answer(
    struct peer *, enum msg_id request, enum msg_id answer, json_t *body, const char **ret_why);
/* A message nobody asked for. */
bool peer_news(struct peer *, enum msg_id, json_t *body, const char **ret_why);
/* Forgets what scripts said and the fixture's drafts. */
void peer_reset(struct peer *);
/* Requests the peer has taken; how many of them were ui.entry. */
uint64_t peer_taken(struct peer *);
uint64_t peer_entries(struct peer *);
/* The name of a request that had no answer, or NULL; once. */
const char *peer_unknown(struct peer *);

#endif
