/* SPDX-License-Identifier: ISC */
/*
 * Files with YARA rules, read from folders before anything is compiled.  Rules
 * are source text that an administrator put there: a file that somebody else
 * could write is refused, and so is what was compiled elsewhere.
 */
#ifndef SCANNERS_YARA_RULES_H
#define SCANNERS_YARA_RULES_H

#include "src/base/err.h"

#include <stddef.h>
#include <stdint.h>

#define YARA_RULES_WHY_SIZE 400

struct yara_rules_file {
	char *path;
	char *text; /* ends with a NUL, which is not in len */
	size_t len;
};

struct yara_rules {
	struct yara_rules_file *files;
	size_t n;
	size_t bytes;
	int64_t newest_s; /* when the newest of them was changed; 0: there is none */
};

/*
 * Adds the files *.yar and *.yara of a folder, by name; nothing below it.
 * ERR_NOTFOUND when there is no such folder; every other failure comes with a
 * sentence.  A set begins zeroed.
 */
enum err yara_rules_read(
    struct yara_rules *, const char *folder, char ret_why[YARA_RULES_WHY_SIZE]);
/* SHA-256 over names and texts, in hex: another digest is another set. */
void yara_rules_digest(const struct yara_rules *, char out[65]);
void yara_rules_done(struct yara_rules *);

#endif
