/* SPDX-License-Identifier: ISC */
/*
 * Programs under a service manager: who may speak to whom is a socket file
 * each, owned by the one user that may connect.  A service takes one
 * connection on each of its sockets, before its sandbox, and lives as long as
 * that conversation.
 */
#ifndef IPC_SERVICE_H
#define IPC_SERVICE_H

#include "src/base/err.h"

#include <stddef.h>

#define SERVICE_WHY_SIZE  256
#define SERVICE_PEERS_MAX 5

struct service_peer {
	const char *name; /* of the listening socket it comes by (LISTEN_FDNAMES) */
	const char *at;   /* instead: the socket below dir that we connect to, or NULL */
};

/*
 * Fills SPAWN_FD_FIRST and up with a connection for each of n peers, in their
 * order; those that come by themselves go before those we connect to.
 *
 * Takes the listening sockets of LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES
 * (which it unsets) and closes them after one connection on each.  A caller
 * who is not the owner of the socket's file, or has gone already, is not
 * counted.  Waits as long as it takes, for each next peer and for the first
 * words of those it connects to, but not longer than a peer it has: then
 * ERR_CLOSED.  ERR_NOTFOUND when no sockets were passed: the parent has
 * started this program, and nothing was touched.  ERR_SYNTAX when other
 * sockets were passed than the peers need.  ret_why is a sentence.
 */
enum err service_begin(const struct service_peer *peers, size_t n, const char *dir,
    char ret_why[SERVICE_WHY_SIZE]);

/*
 * Connects to n services by the names of their sockets below dir, and waits
 * until each has said its first words (at most LIM_CALL_MS; they are not
 * read).  A socket must be root's or our own.  Caller closes ret_fds.
 * ERR_CLOSED when one of them has gone meanwhile.
 */
enum err service_connect(const char *dir, const char *const *at, size_t n, int *ret_fds,
    char ret_why[SERVICE_WHY_SIZE]);

#endif
