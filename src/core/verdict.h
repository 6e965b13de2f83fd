/* SPDX-License-Identifier: ISC */
/*
 * Verdicts: what a scanner concludes about an object, and what all scanners
 * together do.  Fails closed by type: `clean` is a value that only positive
 * evidence can produce, and zeroed memory is not clean.
 */
#ifndef CORE_VERDICT_H
#define CORE_VERDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* From best to worst; comparing values compares badness. */
enum verdict {
	VERDICT_NA, /* not applicable: says nothing at all */
	VERDICT_CLEAN,
	VERDICT_UNSCANNED, /* of an object, never of one scanner */
	VERDICT_SUSPICIOUS,
	VERDICT_INCOMPLETE,
	VERDICT_TIMEOUT,
	VERDICT_ERROR,
	VERDICT_INVALID,
	VERDICT_MALICIOUS,
	VERDICT__MAX
};

/* What policy requires of one scanner for one object. */
struct verdict_need {
	const char *scanner;
	bool part; /* need not look at every byte; its `clean` is no evidence */
};

/* What one scanner said about one object. */
struct verdict_result {
	const char *scanner;
	enum verdict verdict;
	uint64_t of_bytes;   /* size of the object as the scanner saw it */
	uint64_t read_bytes; /* how much of it was really looked at */
	bool too_large;      /* incomplete only for a reason of verdict_parts_word */
	uint64_t parts; /* objects inside that it called clean after looking at all of them */
};

/* What was found inside an object, at any depth.  Each place counts: an object twice is two. */
struct verdict_inside {
	uint64_t members; /* files, directories, links, special files */
	uint64_t links;   /* of them */
	uint64_t objects; /* of them, files whose bytes were there */
	/* the worst of these objects, and of members without their bytes; na: nothing was
	 * opened */
	enum verdict verdict;
	bool whole; /* every container was opened to its end, and no file was without its bytes
	             */
};

const char *verdict_print(enum verdict);
bool verdict_parse(const char *word, enum verdict *ret);
/* A word from a scanner; what no scanner may say, or nobody knows, is error. */
enum verdict verdict_parse_scanner(const char *word);

enum verdict verdict_worst(enum verdict, enum verdict);

/*
 * The verdict of an object of size_bytes from the required scanners and all
 * results, at most one of each scanner:
 *   - a required scanner without a result counts as error;
 *   - a result about another number of bytes counts as error;
 *   - `clean` after looking at nothing of a non-empty object is error, after
 *     looking at a part is incomplete (for needs with `part` and scanners
 *     that are not required it is na instead);
 *   - the worst of these wins;
 *   - and no better than unscanned unless at least one required scanner, not
 *     a `part` one, said something other than na.
 */
enum verdict verdict_object(uint64_t size_bytes, const struct verdict_need *needs,
    size_t nneeds, const struct verdict_result *results, size_t nresults);

/*
 * The verdict of an object with everything inside (NULL: nothing was opened):
 *   - what one scanner found too large counts as looked at by it when the object
 *     was opened whole and it called every object inside, at least one, clean;
 *   - then as verdict_object, and no better than what is inside.
 */
enum verdict verdict_item(uint64_t size_bytes, const struct verdict_need *needs, size_t nneeds,
    const struct verdict_result *results, size_t nresults, const struct verdict_inside *inside);

/* How a scanner says that an object is only too large for it: its why, and the words behind. */
#define VERDICT_TOO_LARGE "size-limit"
/* And that it cannot look into it, which another one may have opened with a password. */
#define VERDICT_LOCKED "encrypted"
/* Whether this is such a verdict. */
bool verdict_too_large(enum verdict, const char *why);
/*
 * Whether the scanner may make up for it by what is inside: the one or the other of these
 * words, NULL when it may not.
 */
const char *verdict_parts_word(enum verdict, const char *why);
/* Whether such a verdict counts as clean: the scanner has read it in parts. */
bool verdict_in_parts(const struct verdict_result *, const struct verdict_inside *);

#endif
