/* SPDX-License-Identifier: ISC */
/*
 * A scanner's manifest: how the station runs it.  A libconfig file that the
 * administrator installs; the caller has checked owner and mode.
 */
#ifndef SCANNERS_MANIFEST_H
#define SCANNERS_MANIFEST_H

#include "src/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MANIFEST_NAME_SIZE    33  /* [a-z][a-z0-9-]{0,31} and NUL: "type", "av" */
#define MANIFEST_VERSION_SIZE 33  /* printable ASCII */
#define MANIFEST_PROGRAM_SIZE 65  /* "scan-type": a file name, no slash */
#define MANIFEST_WHY_SIZE     160 /* a sentence about what is wrong */

struct manifest {
	char name[MANIFEST_NAME_SIZE];
	char version[MANIFEST_VERSION_SIZE];
	char program[MANIFEST_PROGRAM_SIZE];
	char kind[16];               /* type, av, code, integrity, format, policy */
	unsigned window;             /* objects given at once, 1..LIM_SCAN_WINDOW */
	unsigned slots;              /* processes, 1..LIM_SCAN_SLOTS */
	bool engine_socket;          /* wants a connected engine socket as fd 5 */
	uint64_t max_bytes;          /* larger objects are incomplete; 0: no limit */
	uint64_t timeout_base_ms;    /* deadline of one object: base ... */
	uint64_t timeout_per_mib_ms; /* ... plus this for each MiB begun */
	uint64_t stall_ms;           /* without scan.progress or a result; 0: not watched */
	bool selftest;               /* known bad and known good before and after */
};

/*
 * Every key is needed, none other is allowed; scope must be "object".
 * ERR_SYNTAX, ERR_RANGE or ERR_LIMIT with a sentence in ret_why.
 */
enum err manifest_parse(
    const void *bytes, size_t n, struct manifest *ret, char ret_why[MANIFEST_WHY_SIZE]);
/* The deadline for an object of this size. */
uint64_t manifest_timeout_ms(const struct manifest *, uint64_t size_bytes);
/*
 * Text of the program's only argument pair, "-m" BYTES: max_bytes in decimal,
 * as spawn_start wants it.  out holds 21 bytes.
 */
void manifest_limit_arg(const struct manifest *, char out[21]);

#endif
