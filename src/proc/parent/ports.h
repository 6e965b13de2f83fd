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
#include <stdint.h>

/* by_path is STATION_BY_PATH, where udev names devices by their place; tests have their own. */

/*
 * At most LIM_PORT_MEDIA rows {port, name, bytes, changed}, by port and name;
 * every port has the same share of them.
 * name is the last part of the path, in base64; bytes is 0 for a device;
 * changed is when the name last came to mean this (io_changed_ns).  A port that
 * cannot be looked into has one row {port, why}.  Caller decrefs.
 */
json_t *ports_list(const struct station *, const char *by_path);
/*
 * Opens a medium for reading: a regular file directly in the folder of an
 * image port, or, by its name in by_path, a device in a block port for media
 * that the kernel refuses to write to.  ERR_DENIED and a sentence for anything
 * else.  ret_diskseq: the kernel's number of the insertion, 0 when it has none.
 * Caller closes.
 */
enum err ports_open(const struct station *, const char *by_path, const char *source, size_t n,
    int *ret_fd, uint64_t *ret_diskseq, const char **ret_why);
/*
 * The same in a port of role export: to be looked at, or to be written to.  A device is one
 * that the kernel lets be written to, and that nothing else has open.
 */
enum err ports_look_export(const struct station *, const char *by_path, const char *source,
    size_t n, int *ret_fd, uint64_t *ret_diskseq, const char **ret_why);
enum err ports_open_export(const struct station *, const char *by_path, const char *source,
    size_t n, int *ret_fd, uint64_t *ret_diskseq, const char **ret_why);

#endif
