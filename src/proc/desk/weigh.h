/* SPDX-License-Identifier: ISC */
/* What a scanner's answer is worth by itself, before it is kept anywhere. */
#ifndef DESK_WEIGH_H
#define DESK_WEIGH_H

#include "src/core/policy.h"
#include "src/proc/desk/worker.h"

#define WEIGH_WHY_SIZE 160

/*
 * An answer about another number of bytes, or `clean` without having looked at
 * everything, becomes what it is worth; why, when it changes, is put into words.
 * A scanner that policy lets look at a part keeps its `clean`.  NULL: no policy.
 */
void weigh_result(const struct policy *, const struct manifest *, const struct work_todo *,
    struct worker_result *, char words[WEIGH_WHY_SIZE]);

#endif
