/* SPDX-License-Identifier: ISC */
/*
 * The four services of a station and how they are connected: all started as
 * children (demo, tests), or the desk alone, and the others met by the sockets
 * of the service manager.
 */
#ifndef PARENT_SERVICES_H
#define PARENT_SERVICES_H

#include <stdbool.h>

struct loop;
struct services;

struct services_plan {
	struct loop *loop; /* stopped when the last child has ended */
	const char *home, *scanners;
	const char *meet; /* folder of the sockets, or NULL: all are started */
	int listen_fd;    /* where terminals connect, for the desk; closed at the start */
};

/*
 * Ready to start.  With plan->meet it has connected, and every service has said
 * its first words; ends the process with a sentence when that is not possible.
 * The plan's texts stay the caller's and must live as long.
 */
struct services *services_new(const struct services_plan *);
/* The parent's own connections. */
struct services_ends {
	int desk, vault, stager;
};
/* Starts the children; the connections are the caller's. */
void services_start(struct services *, struct services_ends *ret_ends);
/* Ends the desk, and with it all others; those that stay are killed after LIM_STOP_MS. */
void services_stop(struct services *);
/* One has ended that should not have. */
bool services_failed(const struct services *);
/* NULL is fine.  Always returns NULL. */
struct services *services_free(struct services *);

#endif
