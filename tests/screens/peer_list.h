/* SPDX-License-Identifier: ISC */
/* Lists, pages, finds, items and drafts, out of the fixture. */
#ifndef TESTS_SCREENS_PEER_LIST_H
#define TESTS_SCREENS_PEER_LIST_H

#include "src/ipc/channel.h"
#include "tests/screens/fixture.h"

struct peer_list {
	struct fixture *fixture;
	bool findings, undecided; /* the limit; both false: everything */
	bool severity, reverse;   /* the order */
};

/* The answer to ui.list, ui.page, ui.find, ui.item and ui.decide. */
enum msg_id peer_list_answer(struct peer_list *, const struct msg *, json_t **ret_body);

#endif
