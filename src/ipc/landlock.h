/* SPDX-License-Identifier: ISC */
/* Landlock by system call: Debian 12 has no library for it. */
#ifndef IPC_LANDLOCK_H
#define IPC_LANDLOCK_H

#include "src/ipc/sandbox.h"

/* The kernel's ABI, 1 and up; 0 when there is no Landlock. */
int landlock_abi(void);
/*
 * Denies every file right the kernel knows, except the given ones beneath the
 * given paths; on newer kernels also TCP, abstract unix sockets and signals to
 * processes outside.  Needs no_new_privs.  ret_why tells what was refused.
 */
enum err landlock_enter(const struct sandbox_path *, size_t n, const char **ret_why);

#endif
