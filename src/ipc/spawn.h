/* SPDX-License-Identifier: ISC */
/* Starting programs: one table of what exists and how it is started. */
#ifndef IPC_SPAWN_H
#define IPC_SPAWN_H

#include "src/base/err.h"
#include "src/ipc/message.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Descriptors of a child start here; 0 is /dev/null, 1 and 2 are ours. */
#define SPAWN_FD_FIRST 3

/*
 * Fixed descriptor numbers, so that a program's contract can name them.  A
 * service fills them itself, from the sockets it was passed: service.h.
 *   desk     3 parent  4 ledger  5 vault  6 stager  7 listening socket for ui
 *   vault    3 desk    4 stager  5 parent
 *   ledger   3 desk    4 stager
 *   stager   3 desk    4 parent  5 ledger  6 vault
 *   reader   3 desk    4 data pipe to the vault  5 the device
 *   unlock   3 desk    5 the device
 *   token    3 the terminal's program    4 the token
 *   scanner  3 desk    4 vault   5 engine socket, 6 pipe to the vault for what is
 *            inside objects, 7 its manifest, each when its manifest asks for it
 *   rescan   3 stager, and of each scanner: what the desk has elsewhere, what the
 *            vault has, its manifest
 *   report   3 desk
 *   preview  3 desk    4 vault
 */

struct spawn_child {
	pid_t pid;
	int pidfd;  /* readable when it has ended; caller closes */
	bool apart; /* it has namespaces of its own: nothing it starts outlives it */
};

/* What a child is given besides, before its program runs. */
struct spawn_walls {
	bool apart;            /* namespaces: user, pid, net, ipc, uts, mount */
	uint64_t memory_bytes; /* of address space, for each of its processes; 0: no limit */
};

/*
 * Starts program `name` (a file beside the running executable, else in
 * ../libexec/sallyport) with a clean environment (LANG=C.UTF-8, TZ=UTC0,
 * SALLYPORT_HOME) and the given descriptors at SPAWN_FD_FIRST and up; every
 * other descriptor is closed.  The child dies with its parent, has a session
 * of its own (no terminal), default signals and none blocked.  A descriptor of
 * -1 leaves its number closed.  args may be NULL, else ends with NULL (argv[1]
 * and on).  ERR_NOTFOUND when there is no such program, ERR_RANGE for a name
 * that is no program's name ([a-z0-9_-]); ret_child is ours to wait for.
 */
enum err spawn_start(const char *name, const char *const *args, const int *fds, size_t nfds,
    struct spawn_child *ret_child);
/*
 * The same behind walls.  A kernel that gives no namespaces is no error:
 * ret_child says so, and who asked for them tells people.  Never any walls in a tree
 * without sandboxes.
 */
enum err spawn_start_apart(const char *name, const char *const *args, const int *fds,
    size_t nfds, const struct spawn_walls *, struct spawn_child *ret_child);
/* Ends a child and, apart or not, what can be known to be its own. */
void spawn_kill(const struct spawn_child *);
/* Full path of a program of ours; caller frees. */
char *spawn_path(const char *name);
/* A connected SEQPACKET pair, close-on-exec. */
enum err spawn_pair(int ret_fds[2]);

#endif
