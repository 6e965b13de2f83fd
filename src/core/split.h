/* SPDX-License-Identifier: ISC */
/*
 * Which files of a transfer make split sets.  A set is whole when all its parts lie in one
 * place (a folder of the medium, or of one container), are called the same up to the
 * number, and have all numbers from the first to the last known, each once; and when
 * the bytes of its parts are nowhere else in the transfer, for what is said of a part
 * then is said of the whole; and when no part is a container by itself, for what is inside
 * that would not be looked at then.  Pure: names and digests in, sets out.
 */
#ifndef CORE_SPLIT_H
#define CORE_SPLIT_H

#include "src/base/err.h"
#include "src/base/limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SPLIT_WHY_SIZE 96

struct split;

/* One file; pointers need live only for the call. */
struct split_file {
	const uint8_t *holder; /* digest of the container it lies in; NULL: on the medium */
	const uint8_t *path;   /* raw bytes */
	size_t path_len;
	uint8_t sha256[32];
	uint64_t bytes;
};

struct split_part {
	uint8_t sha256[32];
	uint64_t bytes;
};

/* Lives as long as the split. */
struct split_set {
	const char *why;     /* why it is not joined, "" when it is */
	const uint8_t *name; /* of what all parts make together, raw bytes */
	size_t name_len;
	bool zip; /* its offsets count from its parts, and the last one is called .zip */
	const struct split_part *parts; /* n of them, in order */
	size_t n;
};

struct split *split_new(void);
struct split *split_free(struct split *);
/*
 * ERR_LIMIT: the transfer has more than LIM_SPLIT_NAMES; what is called otherwise is
 * ignored, and so are files called .zip: they are many, and parts of few sets.
 */
enum err split_add(struct split *, const struct split_file *);
/* There is a part with letters: the others of its set are wanted. */
bool split_wants_letters(const struct split *);
/* All were added.  True: there are parts of a zip, and files called .zip are to be added now.
 */
bool split_wants_zips(struct split *);
/* All files were added: makes the sets. */
void split_find(struct split *);
/* A part of set i "is" something by itself: the set is not joined.  Before split_settle. */
void split_alone(struct split *, size_t i, size_t part, const char *is);
/* So many files of the transfer have these bytes, whatever they are called; may be repeated. */
void split_seen(struct split *, const uint8_t sha256[32], uint64_t files);
/* The digests of parts of whole sets, in order: what split_seen is to be told of. */
size_t split_digests(const struct split *);
const uint8_t *split_digest(const struct split *, size_t i);
/* All was seen: sets whose parts are something else, too, are not joined. */
void split_settle(struct split *);
size_t split_count(const struct split *);
const struct split_set *split_get(const struct split *, size_t i);
/* The set that a file belongs to by its name, or NULL. */
const struct split_set *split_of(
    const struct split *, const uint8_t *holder, const uint8_t *path, size_t path_len);

#endif
