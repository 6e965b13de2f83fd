/* SPDX-License-Identifier: ISC */
/*
 * Entering the sandbox: no new privileges, rlimits, namespaces where the
 * kernel gives them, Landlock, seccomp.  Each program has one profile in
 * sandbox.c; a program calls this after its set-up and before its first
 * foreign byte, and exits when it fails.
 */
#ifndef IPC_SANDBOX_H
#define IPC_SANDBOX_H

#include "src/base/err.h"
#include "src/ipc/message.h"

#include <stdbool.h>
#include <stddef.h>

enum sandbox_right {
	SANDBOX_READ = 1 << 0,    /* read files, list directories */
	SANDBOX_WRITE = 1 << 1,   /* create, write, rename, remove beneath */
	SANDBOX_EXECUTE = 1 << 2, /* run it */
};

struct sandbox_path {
	int fd; /* O_PATH or directory descriptor; stays the caller's */
	unsigned rights;
};

/*
 * After ERR_OK the process can do what its role's profile allows and nothing
 * else; paths are the only files it can still open.  ERR_SANDBOX otherwise,
 * with ret_why telling what the kernel refused.  In a tree built with
 * SALLYPORT_NO_SANDBOX it does nothing and sandbox_active() stays false.
 */
enum err sandbox_enter(enum role, const struct sandbox_path *, size_t n, const char **ret_why);
/*
 * The call filter of a role, made before the sandbox closes, for a child that is
 * to be allowed less than its parent: loaded between fork and execve.  NULL, and
 * nothing to load, in a tree without sandboxes.
 */
struct sandbox_filter;
struct sandbox_filter *sandbox_filter_new(enum role);
bool sandbox_filter_load(const struct sandbox_filter *);
/* True when this process entered its sandbox: said in hello, kept in the ledger. */
bool sandbox_active(void);

/*
 * Proof for tests (option -T of every program, right after sandbox_enter):
 * tries one forbidden act.  Returns only when the act was POSSIBLE; otherwise
 * the process dies of SIGSYS, or exits with SANDBOX_PROBE_STOPPED when the
 * kernel answered with an error.  An act that does not exist exits with 2.
 */
#define SANDBOX_PROBE_STOPPED 77
void sandbox_probe(const char *act);
/* Names of the acts, NULL after the last. */
const char *sandbox_probe_act(size_t i);

#endif
