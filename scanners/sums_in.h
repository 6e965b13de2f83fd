/* SPDX-License-Identifier: ISC */
/* Inside of sums: the files of a transfer by name, for the lists to be compared with. */
#ifndef SCANNERS_SUMS_IN_H
#define SCANNERS_SUMS_IN_H

#include "scanners/digests.h"
#include "scanners/sums.h"
#include "src/base/buf.h"
#include "src/core/digest.h"

/*
 * A file by its whole name: the path of the item; inside of it, behind a NUL each,
 * the names from container to container.  What stands before the last NUL is
 * the place whose files a list speaks of.
 */
struct sums_entry {
	uint64_t key_at; /* in names */
	uint32_t key_len;
	uint32_t depth; /* containers above it */
	uint8_t sha256[DIGEST_SIZE];
	uint64_t size_bytes;
	bool listed, differs, proven, list, beside; /* beside: a signature of a list */
};

struct sums_index {
	struct sums_entry *files; /* by key, once sorted */
	size_t n, cap;
	char *names;
	uint64_t names_len, names_cap;
	bool sorted;
};

void sums_index_add(struct sums_index *, struct sums_name path, const struct sums_name *inside,
    size_t ninside, const uint8_t sha256[DIGEST_SIZE], uint64_t size_bytes);
void sums_index_sort(struct sums_index *);
void sums_index_done(struct sums_index *);
const char *sums_index_key(const struct sums_index *, size_t file);
/* Where the name begins in its key: behind the last NUL, or 0. */
size_t sums_index_place(const struct sums_index *, size_t file);
/* Where the name's own folder ends in its key: behind the last slash or NUL. */
size_t sums_index_folder(const struct sums_index *, size_t file);
/* The files of this key, *ret_first and on; how many there are. */
size_t sums_index_find(const struct sums_index *, const char *key, size_t n, size_t *ret_first);

/*
 * The list that a Debian package brings for its files: md5sums in control.tar
 * speaks of data.tar beside it.  Its place is added to ret_key; false: it is none.
 */
bool sums_index_package(const struct sums_index *, size_t list, struct buf *ret_key);

enum sums_where {
	SUMS_HERE,      /* the key is made */
	SUMS_ELSEWHERE, /* an absolute path, or one that leaves the place */
};
/* What `name` in a list, which is this file, stands for: a key, to be looked up. */
enum sums_where sums_index_resolve(const struct sums_index *, size_t list, const uint8_t *name,
    size_t name_len, struct buf *ret_key);

/* --- the comparison ------------------------------------------------------------------ */

#define SUMS_NAMES_SHOWN 200 /* bytes of names in one finding */

/* Something counted, with the first of it. */
struct sums_count {
	uint64_t n, at;
	char names[SUMS_NAMES_SHOWN]; /* raw; as many as there is room for */
};

/* A list, at one of its places. */
struct sums_list {
	size_t file;
	struct sums_count matched, differs, missing, elsewhere, unknown, unread, extra, passed;
	bool weak, self;
	bool package;             /* of a Debian package: MD5, and nobody takes it for more */
	enum scan_verdict parsed; /* clean, or invalid: it has other lines */
	enum sums_signature signature;
	char signer[SUMS_KEY_NAME];
	const char *signature_kind;
	bool signature_lost; /* too long, or not to be had */
};

/* A line by another algorithm than the vault's. */
struct sums_job {
	size_t file, list;
	const char *algorithm;
	uint64_t line;
	uint8_t digest[DIGESTS_MAX_BYTES];
	size_t digest_len;
};

struct sums_verdict {
	uint8_t sha256[DIGEST_SIZE];
	enum scan_verdict verdict;
	const char *why;
	uint64_t read_bytes;
};

struct sums {
	struct sums_ops ops;
	const struct sums_keys *keys;
	struct sums_index index;
	uint8_t (*digests)[DIGEST_SIZE]; /* of lists, as they were told */
	size_t ndigests, digests_cap;
	struct sums_list *lists;
	size_t nlists, lists_cap;
	struct sums_job *jobs;
	size_t njobs, jobs_cap;
	struct sums_verdict *verdicts;
	size_t nverdicts, verdicts_cap;
	struct object *object, *memory; /* what is open; a list in memory */
	struct buf key;
	uint64_t lines, told, opened, packaged;
	const char *limit; /* which was hit; NULL */
};

/* Opens the object of a file; ERR_NOTFOUND also when no more are given. */
enum err sums_open(struct sums *s, size_t file);
void sums_close(struct sums *s);
void sums_count(struct sums_count *c, uint64_t at, const void *name, size_t n);
/* What the signature of a list, or of a file that is none, is; SUMS_NO_SIGNATURE is nothing. */
void sums_tell_signature(
    struct sums *, size_t file, enum sums_signature, bool list, const char *detail);
void sums_judge(struct sums *s, size_t file, enum scan_verdict verdict, const char *why,
    uint64_t read_bytes);
/* One line of list number `list`. */
void sums_compare_line(struct sums *s, size_t list, const struct digests_line *line);
/* Whatever had to be hashed for it. */
enum err sums_compare_jobs(struct sums *s);
/* What a signature is by its bytes, and over what: whose is to be found out. */
struct sums_found {
	size_t signature, object; /* files; the same: it stands around its text */
	enum sums_signature is;
	const char *kind;
	char signer[SUMS_KEY_NAME];
};
/* One that was only seen is checked, where this is possible; bytes: of the signature. */
enum err sums_ask(struct sums *s, struct sums_found *, const uint8_t *bytes, size_t n);
/* All bytes of what is open; NULL when there are more than max, or reading failed. */
uint8_t *sums_slurp(struct object *o, uint64_t max);
/* Whoever signed files that are no lists. */
enum err sums_signed(struct sums *s);
/* Which files no list speaks of, in folders of which one does. */
void sums_compare_extra(struct sums *s);
/* All that came of it. */
void sums_tell(struct sums *s, struct sums_result *ret);
/* The verdict of one finding, about the object or the item of a file. */
void sums_tell_finding(struct sums *s, size_t file, const char *rule, const char *class,
    const char *severity, const char *title, const char *detail, uint64_t at);

#endif
