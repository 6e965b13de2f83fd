/* SPDX-License-Identifier: ISC */
/*
 * libyara, for one scanner: rules compiled from text, objects scanned by
 * descriptor.  Includes are off, compiled rules are never loaded, and modules
 * that open files are refused.
 */
#ifndef SCANNERS_YARA_ENGINE_H
#define SCANNERS_YARA_ENGINE_H

#include "src/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define YARA_ENGINE_WHY_SIZE 400

struct yara_engine;

/* One rule that matches; texts live for the call, what is of the rule may hold anything. */
struct yara_hit {
	const char *rule;        /* its name */
	const char *description; /* meta description, or "" */
	const char *severity;    /* meta severity when it is one of ours, else "high" */
	const char *where;       /* "$a at 0, 17; $b at 5 and 3 more" */
	uint64_t at;             /* the first of these */
};

enum yara_end {
	YARA_WHOLE, /* all rules were held against all bytes */
	YARA_PART,  /* a limit of the engine was hit */
	YARA_TIMEOUT,
	YARA_STOPPED, /* keep_on said no */
	YARA_TOO_LARGE,
	YARA_FAILED,
};

struct yara_sink {
	void (*hit)(void *arg, const struct yara_hit *);
	/* Of large objects now and then: bytes so far.  False stops it.  May be NULL. */
	bool (*keep_on)(void *arg, uint64_t done_bytes);
	void *arg;
};

struct yara_engine *yara_engine_new(void);
void yara_engine_free(struct yara_engine *);
/* Compiles one file; name is for messages.  ERR_SYNTAX with a sentence. */
enum err yara_engine_add(struct yara_engine *, const char *name, const char *text,
    char ret_why[YARA_ENGINE_WHY_SIZE]);
/*
 * After the last file: adds our own rule for the EICAR test file, and makes
 * sure that it is recognised and that no rule asks for a module that opens
 * files.  What the library does at first use, it has done then.
 */
enum err yara_engine_ready(struct yara_engine *, char ret_why[YARA_ENGINE_WHY_SIZE]);
/* How many rules there are, without our own. */
size_t yara_engine_rules(const struct yara_engine *);
/* How a long file is cut: whole numbers of pages, overlap < piece <= whole.  Default: 1 GiB,
 * 256 MiB, 1 MiB. */
struct yara_cut {
	uint64_t whole_bytes, piece_bytes, overlap_bytes;
};
void yara_engine_cut(struct yara_engine *, const struct yara_cut *);
/* "4.2.3" */
const char *yara_engine_version(void);

/*
 * Holds the rules against a file of size_bytes (at least 1) that does not
 * change.  What is longer than one mapping is looked at in pieces that overlap,
 * unless a rule needs a module: those see only a whole file.  why is a phrase
 * about the end, "" for YARA_WHOLE.
 */
enum yara_end yara_engine_scan(struct yara_engine *, int fd, uint64_t size_bytes,
    unsigned timeout_s, const struct yara_sink *, const char **ret_why);

#endif
