/* SPDX-License-Identifier: ISC */
/*
 * The desk's shared picture: who is connected, which transfers are being read
 * and scanned, and the custody record as the ledger tells it.  Where a
 * transfer stands is never stored here: it is what the entries say.
 */
#ifndef DESK_DESK_H
#define DESK_DESK_H

#include "scanners/manifest.h"
#include "src/base/err.h"
#include "src/base/limits.h"
#include "src/core/custody.h"
#include "src/core/station.h"
#include "src/ipc/channel.h"
#include "src/ipc/loop.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct delivery;
struct failure;
struct fault;
struct flap;
struct follow;
struct image;
struct intake;
struct loading;
struct metrics;
struct policy;
struct publication;
struct renewal;
struct reuse;
struct scan;
struct session;
struct tag;
struct work;
struct work_slot;

#define DESK_UNFIT_SIZE 256

/* What a policy says of the age of signatures. */
struct life_rule {
	char policy[HEX_DIGEST_SIZE]; /* its digest; "" before any was read */
	unsigned warn_days, max_days;
	bool dated;
	bool earlier; /* what was said in earlier transfers is told */
};

struct desk {
	struct loop *loop;
	struct channel *parent, *ledger, *vault, *stager;
	bool ledger_sandboxed, vault_sandboxed, stager_sandboxed;
	int apart; /* scanners have namespaces of their own: 1, have not: -1, none came yet: 0
	            */
	uint64_t told; /* vault.kept that were heard: see vault.let_go */
	bool lost;     /* a service has gone: nothing can be recorded any more */
	const char *home;
	struct station *station;
	struct custody *custody;
	struct manifest scanners[LIM_SCANNERS];
	size_t nscanners;
	char unfit[LIM_SCANNERS][DESK_UNFIT_SIZE]; /* why each cannot be relied on, or "" */
	struct tag *tags;                          /* children the parent was asked for */
	struct session *sessions;                  /* connected terminals */
	struct intake *intakes;                    /* transfers being read or scanned */
	struct delivery *deliveries;               /* releases under way */
	struct publication *publications;          /* reports on their way to the share */
	struct renewal *renewals;                  /* in review, and judged or composed anew */
	struct failure *failure; /* refused sign-ins, on their way into the record */
	struct fault *faults;    /* that the ledger had no room for */
	int fault_timer;
	struct scan *trial; /* scanners that are tried without anybody asking, or NULL */
	int trial_timer;    /* or when they are tried again */
	int64_t trial_ms;   /* after how long */
	bool untried[LIM_SCANNERS]; /* those */
	int64_t proved_s;           /* when all proved themselves last; 0: not yet */
	struct life_rule life;      /* of the policy in force */
	struct metrics *metrics;    /* what each scanner did since the desk began */
	struct loading *loading; /* a set of signatures that is brought in or tried, or NULL */
	struct reuse *reuse;     /* verdicts of earlier transfers, or NULL: there are none */
	struct flap *flaps;      /* how many entries about each port */
	struct follow *follow;   /* devices in the ports, or NULL: a demo has none */
	struct image *images; /* in ports, as they were when they were opened; newest first */
	struct work_slot *works; /* open work databases */
	json_t *marked;       /* how many items limits marked, as it was told last; or NULL */
	bool anchored;        /* the station was held against the share since it began */
	bool words_given;     /* of the newest paper, since it began */
	unsigned words_wrong; /* how often they did not fit */
	uint64_t next_tag, next_session;
};

/*
 * The work database of a transfer; owned by the desk, which may close it at the
 * next call for another one, unless it is being read or scanned.
 */
enum err desk_work(struct desk *, const char *transfer, struct work **ret_work);
/* Closes it, so that its file can be read anew or removed. */
void desk_work_forget(struct desk *, const char *transfer);
/* HOME/work/<transfer>, made when it is not there; caller frees. */
char *desk_work_dir(struct desk *, const char *transfer);

#endif
