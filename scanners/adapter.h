/* SPDX-License-Identifier: ISC */
/*
 * What a command said about one object, and what that is worth.  Pure: bytes
 * of its output and its exit status in, findings, facts and a verdict out.
 *
 * A line of its standard output may be
 *   finding SEVERITY CLASS RULE TITLE[<TAB>DETAIL]
 *   fact KEY VALUE
 * and any other line is only held against what proves that it looked.
 */
#ifndef SCANNERS_ADAPTER_H
#define SCANNERS_ADAPTER_H

#include "scanners/scan.h"
#include "src/base/limits.h"

#include <regex.h>

#define ADAPTER_WHY_SIZE 256
#define ADAPTER_WORDS    160 /* of its last words on standard error */

struct adapter_exit {
	int status;
	enum scan_verdict verdict;
};

struct adapter_rules {
	const char *scanner;              /* its rules begin with this and a slash */
	const struct adapter_exit *exits; /* what is not here is `error` */
	size_t nexits;
	const regex_t *clean_needs; /* one line must match, or `clean` is `error` */
	bool lines;                 /* findings and facts are taken from the output */
};

struct adapter_sink {
	/* Texts live for the call. */
	void (*finding)(void *arg, const struct scan_finding *);
	void (*fact)(void *arg, const char *key, const char *value);
	void *arg;
};

/* One line that is being put together. */
struct adapter_line {
	char text[LIM_ADAPTER_LINE + 1];
	size_t len;
	bool over; /* it is longer than that */
};

struct adapter {
	const struct adapter_rules *rules;
	const struct adapter_sink *sink;
	struct adapter_line out, err;
	uint64_t said_bytes; /* on both */
	uint64_t number;     /* of the line on standard output */
	uint64_t bad_line;   /* the first that begins as one of ours and is none; 0 */
	bool proved;         /* a line matched clean_needs */
	bool flooded;
	char words[ADAPTER_WORDS]; /* the last line on standard error, escaped */
};

/* How the command ended. */
struct adapter_end {
	int wait_status;     /* as waitpid(2) has it */
	int start_error;     /* errno: it could not be started; else 0 */
	uint64_t size_bytes; /* of the object */
	uint64_t read_bytes; /* what it took in; of a copy, all of it */
};

/* Rules and sink stay the caller's. */
void adapter_begin(struct adapter *, const struct adapter_rules *, const struct adapter_sink *);
/*
 * Output of the command.  False when it has said more than LIM_ADAPTER_OUTPUT:
 * nothing more is taken, and it is to be ended.
 */
bool adapter_take(struct adapter *, bool standard_error, const void *bytes, size_t n);
/* The verdict; why holds a sentence, ret_read the coverage. */
enum scan_verdict adapter_conclude(struct adapter *, const struct adapter_end *,
    char why[ADAPTER_WHY_SIZE], uint64_t *ret_read);

#endif
