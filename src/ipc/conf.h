/* SPDX-License-Identifier: ISC */
/* station.conf of a station's folder, for the processes that need it before their sandbox. */
#ifndef IPC_CONF_H
#define IPC_CONF_H

#include "src/core/station.h"

#define CONF_WHY_SIZE (STATION_WHY_SIZE + 4096)

/*
 * Reads HOME/station.conf; caller frees with station_free.  ERR_NOTFOUND when
 * there is none; for that and every other failure ret_why is a sentence that
 * begins with the path.
 */
enum err conf_read(const char *home, struct station **ret, char ret_why[CONF_WHY_SIZE]);

#endif
