/* SPDX-License-Identifier: ISC */
/*
 * The ports that station.conf names: what lies in them, and the one way to
 * open it.  Nothing in a port is followed, read or understood here.
 */
#ifndef PARENT_PORTS_H
#define PARENT_PORTS_H

#include "src/base/err.h"
#include "src/core/station.h"

#include <jansson.h>
#include <stddef.h>

/*
 * At most LIM_PORT_MEDIA rows {port, name, bytes, changed}, by port and name;
 * every port has the same share of them.
 * name is the last part of the path, in base64; bytes is 0 for a device;
 * changed is the second in which the name last came to mean this.  A port that
 * cannot be looked into has one row {port, why}.  Caller decrefs.
 */
json_t *ports_list(const struct station *);
/*
 * Opens a medium for reading: a regular file directly in the folder of an
 * image port, or a device of a block port.  ERR_DENIED and a sentence for
 * anything else.  Caller closes.
 */
enum err ports_open(
    const struct station *, const char *source, size_t n, int *ret_fd, const char **ret_why);

#endif
