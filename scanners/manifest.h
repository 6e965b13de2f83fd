/* SPDX-License-Identifier: ISC */
/*
 * A scanner's manifest: how the station runs it.  A libconfig file that the
 * administrator installs; the caller has checked owner and mode.
 */
#ifndef SCANNERS_MANIFEST_H
#define SCANNERS_MANIFEST_H

#include "src/base/err.h"
#include "src/base/limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MANIFEST_NAME_SIZE    33   /* [a-z][a-z0-9-]{0,31} and NUL: "type", "av" */
#define MANIFEST_VERSION_SIZE 33   /* printable ASCII */
#define MANIFEST_PROGRAM_SIZE 65   /* "scan-type": a file name, no slash */
#define MANIFEST_LIST_SIZE    2048 /* texts of one list, each with its NUL */
#define MANIFEST_REGEX_SIZE   256  /* POSIX extended */
#define MANIFEST_WHY_SIZE     160  /* a sentence about what is wrong */

#define MANIFEST_ADAPTER "scan-exec" /* the program that runs a command for each object */

/* Texts one behind the other: manifest_text. */
struct manifest_list {
	unsigned n;
	char texts[MANIFEST_LIST_SIZE];
};

/* What it means that a command ended with this status. */
struct manifest_exit {
	uint8_t status;
	char verdict[12]; /* clean suspicious malicious invalid incomplete error na */
};

struct manifest {
	char name[MANIFEST_NAME_SIZE];
	char version[MANIFEST_VERSION_SIZE];
	char program[MANIFEST_PROGRAM_SIZE];
	char kind[16];               /* type, av, code, integrity, format, policy */
	bool transfer;               /* scope: gets the set of all objects, not each */
	unsigned window;             /* objects given at once, 1..LIM_SCAN_WINDOW */
	unsigned slots;              /* processes, 1..LIM_SCAN_SLOTS */
	bool engine_socket;          /* wants a connected engine socket as fd 5 */
	uint64_t max_bytes;          /* larger objects are incomplete; 0: no limit */
	uint64_t timeout_base_ms;    /* deadline of one object: base ... */
	uint64_t timeout_per_mib_ms; /* ... plus this for each MiB begun */
	uint64_t stall_ms;           /* without scan.progress or a result; 0: not watched */
	bool selftest;               /* known bad and known good before and after */
	bool children;               /* hands back what is inside objects, by fd 6 */
	bool passwords;              /* takes one that was typed for an object it opens */
	bool joins;                  /* is given whole split sets; with children, window 1 */
	unsigned memory_mib;         /* of address space; 0: what its sandbox allows */
	uint64_t recycle_objects;    /* a process is replaced after so many; 0: never */
	struct manifest_list accept; /* globs over our type names; none: every type */
	/* Only for the adapter, which has the file itself as fd 7. */
	struct manifest_list command; /* an absolute path and its arguments */
	struct manifest_exit exits[LIM_MANIFEST_EXITS];
	unsigned nexits;
	char clean_needs[MANIFEST_REGEX_SIZE]; /* the output must match it to be clean; "" */
	bool output_lines;                     /* output: each line is a finding */
	bool output_protocol; /* the command speaks as a scanner does, and lives as long */
};

/*
 * Every key above is needed down to selftest, those below may be absent, none
 * other is allowed.  A command makes the program the adapter, and needs exits
 * and output, and clean_needs when a status means clean; with output "protocol"
 * it speaks for itself, and has neither.  A transfer-scope
 * scanner has one slot, a window of 1, no self-test, no children.
 * ERR_SYNTAX, ERR_RANGE or ERR_LIMIT with a sentence in ret_why.
 */
enum err manifest_parse(
    const void *bytes, size_t n, struct manifest *ret, char ret_why[MANIFEST_WHY_SIZE]);
/* Text number i < n of a list. */
const char *manifest_text(const struct manifest_list *, unsigned i);
/* The deadline for an object of this size. */
uint64_t manifest_timeout_ms(const struct manifest *, uint64_t size_bytes);
/* The address space each of its processes gets. */
uint64_t manifest_memory_bytes(const struct manifest *);
/*
 * Text of the program's only argument pair, "-m" BYTES: max_bytes in decimal,
 * as spawn_start wants it.  out holds 21 bytes.
 */
void manifest_limit_arg(const struct manifest *, char out[21]);

#endif
