/* SPDX-License-Identifier: ISC */
/*
 * The words of one command, taken apart by its specification, from which the
 * usage line comes, too.  A specification is words parted by one blank:
 *   TRANSFER          an argument
 *   --reason=TEXT     an option with a value
 *   --json, -k        an option without one
 *   [..]              may be absent
 *   [..]*             may be there several times
 * The word in capitals says what the value must be (kind.h).  Options and
 * arguments may be mixed; "--" ends the options; --name=value and --name value
 * are the same.
 */
#ifndef UI_ARGS_H
#define UI_ARGS_H

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/limits.h"

#include <stdbool.h>
#include <stddef.h>

#define ARGS_WHY_SIZE 512

struct arg {
	const char *spec; /* where its word of the specification begins */
	const char *value;
	int fd; /* of a file or folder, see files.h; else -1 */
};

struct args {
	struct arg list[LIM_OPTIONS];
	size_t n;
	bool help; /* -h or --help was among them; nothing else was checked */
};

/*
 * ERR_SYNTAX with a sentence when the words do not fit; ret is then unusable.
 * The values belong to argv.
 */
enum err args_parse(
    const char *spec, int argc, char *const *argv, struct args *ret, char why[ARGS_WHY_SIZE]);
/* Value of an option ("reason") or argument ("TRANSFER"); NULL when absent. */
const char *args_text(const struct args *, const char *name);
bool args_has(const struct args *, const char *name);
/* Value of a number option, or otherwise. */
int args_number(const struct args *, const char *name, int otherwise);
/* The i-th of an option that may come several times, or NULL. */
const struct arg *args_at(const struct args *, const char *name, size_t i);
/* The word in capitals of an argument's specification, up to max_size bytes with NUL. */
void args_kind(const struct arg *, char out[32]);

/* Appends the usage for people: "TRANSFER --reason TEXT [--json]". */
enum err args_usage(const char *spec, struct buf *out);

#endif
