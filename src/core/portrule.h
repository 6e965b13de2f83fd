/* SPDX-License-Identifier: ISC */
/*
 * What udev has to know of the ports: lines for a file of rules, each of a
 * fixed form (sallyport-ports(8) checks it again before root's udevd reads it).
 */
#ifndef CORE_PORTRULE_H
#define CORE_PORTRULE_H

#include "src/core/station.h"

#define PORTRULE_MARK_SIZE 17

/*
 * Appends the lines: every USB device and every disk gets SALLYPORT_PORTS, the
 * mark of these lines; what is in a block port SALLYPORT_PORT, the port's
 * number from 1; in a port with a list SALLYPORT_LISTED is 0, or 1 for what
 * fits in everything but its descriptors, which the desk compares.  Where
 * station.conf names the machine's own disks, SALLYPORT_DISK is own for them
 * and other for the rest.
 */
enum err portrule_print(const struct station *, struct buf *out);
/* A sum over the lines without the mark, by which udev tells which lines it has. */
void portrule_mark(const struct station *, char ret[PORTRULE_MARK_SIZE]);

#endif
