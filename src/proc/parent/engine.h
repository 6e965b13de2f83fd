/* SPDX-License-Identifier: ISC */
/* The sockets of antivirus engines that station.conf names, connected for scanners. */
#ifndef PARENT_ENGINE_H
#define PARENT_ENGINE_H

#include "src/base/limits.h"
#include "src/core/station.h"

#include <jansson.h>
#include <stddef.h>

#define ENGINE_WHY_SIZE 512

/*
 * Connects the engine that has the fewest scanners (users, one number for each
 * socket of station.conf), or the next one when that cannot be had.  Never
 * waits for one that hangs.  The descriptor, which of them in ret_which; -1
 * with a sentence about the first when none can be had.
 */
int engine_connect(const struct station *, const size_t users[LIM_ENGINES], size_t *ret_which,
    char ret_why[ENGINE_WHY_SIZE]);
/* Rows {socket, why} for all of them, each tried now; why is "" when it is good. */
json_t *engine_list(const struct station *);

#endif
