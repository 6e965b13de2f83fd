/* SPDX-License-Identifier: ISC */
/*
 * What runs: programs and libraries for Linux, Windows and macOS, archives of
 * Java, scripts, installers, and the small files that make a desktop start
 * something.  Says what it is and for which machine, whether it is whole,
 * packed, signed, and what is attached to it; never whether it is good.  A
 * signature is seen, not checked.
 */
#ifndef SCANNERS_EXEC_H
#define SCANNERS_EXEC_H

#include "scanners/object.h"

#define EXEC_TEXT_SIZE 160
#define EXEC_RANGES    32 /* pieces of code that are looked at in one program */

struct exec {
	enum scan_verdict verdict; /* na: nothing that runs */
	const char *why;
	char what[EXEC_TEXT_SIZE]; /* "ELF program, x86-64, 64 bits": ours, printable */
	uint64_t read_bytes;
	/* Where its code lies in the object. */
	struct exec_range {
		uint64_t at, bytes;
	} code[EXEC_RANGES];
	unsigned ncode;
	bool packed; /* has been told already */
};

/* ERR_IO when it could not be read. */
enum err exec_look(struct object *o, struct exec *e);

#endif
