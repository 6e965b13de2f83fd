/* SPDX-License-Identifier: ISC */
/*
 * The runner: the process of scan-exec that starts its command, once for each
 * object; and of scan-checksum, for gpgv.  It knows no protocol but this one, over
 * one SEQPACKET socket:
 *   to it    'r' with the object's descriptor: run; 'R': run the other command;
 *            with either, more descriptors are 3 and 4 of it; 's': stop what runs
 *   from it  'u' and text: it cannot work; 'k': it is there; 'o', 'e' and
 *            bytes: output; 'x' and a struct adapter_ran: it has ended
 * Whatever the command has started is dead before 'x' is said, and when the
 * socket closes.
 */
#ifndef SCANNERS_ADAPTER_RUN_H
#define SCANNERS_ADAPTER_RUN_H

#include "scanners/manifest.h"
#include "src/ipc/sandbox.h"

#include <stddef.h>

#define ADAPTER_CHUNK 16384
#define ADAPTER_FDS   3 /* of one order, at most */
#define ADAPTER_PATHS (LIM_MANIFEST_TEXTS * 2 + 24)

struct adapter_ran {
	int wait_status;
	int start_error; /* errno; 0 when it was started */
};

/* What the command may reach of the file system. */
struct adapter_box {
	struct sandbox_path paths[ADAPTER_PATHS];
	size_t n;
};

/*
 * The box of a command: it may read the system's folders and what its words
 * name by an absolute path, and run those of them that are programs.  ERR_DENIED
 * with a sentence when one of them is not to be trusted or not there.  The
 * descriptors stay open as long as the process that asked.
 */
enum err adapter_box_open(
    const struct manifest_list *command, struct adapter_box *, char why[MANIFEST_WHY_SIZE]);
/* What another command needs besides. */
enum err adapter_box_add(
    const struct manifest_list *command, struct adapter_box *, char why[MANIFEST_WHY_SIZE]);

/* True when the object's name stands in for {}: the command gets a copy of its own. */
bool adapter_run_copies(const struct manifest_list *command);
/*
 * Starts the runner; other, for 'R', may be NULL.  ret_fd is our end of its
 * socket.  ERR_DENIED when it cannot work, with its words in why.
 */
enum err adapter_run_start(const struct manifest_list *command,
    const struct manifest_list *other, int *ret_fd, char why[MANIFEST_WHY_SIZE]);
/* Gives it an order; false when it has gone. */
bool adapter_run_order(int fd, char kind, const int *fds, size_t n);
/*
 * Becomes the command, inside its sandbox, with the descriptors that are open;
 * limit is its last argument, behind -m.  Returns only when that is not possible.
 */
enum err adapter_run_become(
    const struct manifest *, const char *limit, char why[MANIFEST_WHY_SIZE]);

#endif
