/* SPDX-License-Identifier: ISC */
/*
 * index.db: verdicts of earlier transfers, to be found again by object and by
 * maker (a digest of scanner, program, configuration, engine and signatures).
 * A file that is missing, damaged or of another version is made anew.  Nothing
 * here is believed for being here: bodies and runs carry seals, which the
 * caller makes and checks.
 */
#ifndef DB_INDEX_H
#define DB_INDEX_H

#include "src/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INDEX_DIGEST_SIZE 32

struct index;

/* ret_anew: there was none that could be used. */
enum err index_open(const char *path, struct index **ret_index, bool *ret_anew);
struct index *index_close(struct index *);
/* Ends what was put since the last time; it is visible at once, with or without. */
enum err index_commit(struct index *);

/* A text under a name; ERR_NOTFOUND. */
enum err index_meta_get(struct index *, const char *key, char *out, size_t size);
enum err index_meta_put(struct index *, const char *key, const char *value);

/* A scanner begins; what it says does not count before the run is sealed. */
enum err index_run_new(struct index *, const uint8_t maker[INDEX_DIGEST_SIZE],
    const char *scanner, int64_t at_s, uint64_t *ret_run);
enum err index_run_seal(struct index *, uint64_t run, const uint8_t seal[INDEX_DIGEST_SIZE]);
/* It did not end well: what it said goes. */
enum err index_run_drop(struct index *, uint64_t run);

struct index_run {
	uint8_t maker[INDEX_DIGEST_SIZE];
	char scanner[40];
	int64_t at_s;
	uint8_t seal[INDEX_DIGEST_SIZE];
};
/* Any run, without its seal. */
enum err index_run_find(struct index *, uint64_t run, struct index_run *ret_run);
/* A sealed run; ERR_NOTFOUND when there is none, or it is not what it should be. */
enum err index_run_get(struct index *, uint64_t run, struct index_run *ret_run);

/* What was said of an object.  The body lives until the next call on the index. */
struct index_row {
	uint64_t run;
	uint8_t maker[INDEX_DIGEST_SIZE];
	const uint8_t *body;
	size_t body_len;
	uint8_t seal[INDEX_DIGEST_SIZE];
};
enum err index_put(
    struct index *, const uint8_t object[INDEX_DIGEST_SIZE], const struct index_row *);
/* ERR_NOTFOUND when there is none, or it is not what it should be. */
enum err index_get(struct index *, const uint8_t object[INDEX_DIGEST_SIZE],
    const uint8_t maker[INDEX_DIGEST_SIZE], struct index_row *ret_row);
/* The newest by this scanner of a sealed run before `run`, whoever made it. */
enum err index_last(struct index *, const uint8_t object[INDEX_DIGEST_SIZE],
    const char *scanner, uint64_t run, struct index_row *ret_row);
/* The oldest runs go until at most so many verdicts are left. */
enum err index_cut(struct index *, uint64_t most_rows);

#endif
