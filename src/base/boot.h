/* SPDX-License-Identifier: ISC */
/* Which run of the kernel this is: goes into every entry beside the clock. */
#ifndef BASE_BOOT_H
#define BASE_BOOT_H

#define BOOT_ID_SIZE 37

/* The kernel's boot id; "unknown" when it cannot be read.  Call before the sandbox. */
void boot_id(char out[BOOT_ID_SIZE]);

#endif
