/* SPDX-License-Identifier: ISC */
/*
 * Requests: what a requester asked for, in a file of JSON that may be signed
 * beside it with ssh-keygen -Y sign; share/doc/REQUEST.md has the form.  On a
 * medium both are hostile: the parser takes nothing that the form does not name.
 *
 * A name is a path from the root of a volume, or, ending in '/', a folder with
 * all that is in it.
 */
#ifndef CORE_REQUEST_H
#define CORE_REQUEST_H

#include "src/base/err.h"
#include "src/core/field.h"
#include "src/core/sshsig.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REQUEST_WHY_SIZE  256
#define REQUEST_NAMESPACE "request-v1@sallyport"
#define REQUEST_FILE      "sallyport-request.json"
#define REQUEST_SIGNATURE "sallyport-request.json.sig"
#define REQUEST_NOBODY    SIZE_MAX

/* Texts, each fit for display; "" when the file does not have it. */
enum request_text {
	REQUEST_ID,
	REQUEST_REQUESTER,
	REQUEST_PURPOSE,
	REQUEST_APPROVAL,
	REQUEST_TARGET,
	REQUEST_CLASSIFICATION,
	REQUEST_TEXT__MAX
};

struct request_file {
	uint8_t *name; /* owned by the request */
	size_t name_len;
	bool has_sha256, has_bytes;
	uint8_t sha256[32];
	uint64_t bytes;
};

struct request {
	char *texts[REQUEST_TEXT__MAX];
	json_t *fields;             /* [{name, value}]: what else it says, as field.h has it */
	struct request_file *files; /* in the order of their names once settled */
	size_t nfiles;
};

/* What a request has to say to an item. */
enum request_match {
	REQUEST_OTHER,   /* nobody asked for it */
	REQUEST_ASKED,   /* it is named, and is what was named as far as the request tells */
	REQUEST_DIFFERS, /* it is named, with another digest or size */
	REQUEST_MATCH__MAX
};

const char *request_text_name(enum request_text); /* "id" */

/* ERR_SYNTAX or ERR_LIMIT with a sentence for what is not of the form. */
enum err request_parse(
    const void *bytes, size_t n, struct request **ret, char ret_why[REQUEST_WHY_SIZE]);
/* NULL is fine; always returns NULL. */
struct request *request_free(struct request *);

/* A request made piece by piece, from one who parsed it; the same rules hold. */
struct request *request_new(void);
enum err request_set(struct request *, enum request_text, const char *text);
/* {name: value}: names that a field may have, and none that a text of its own stands for. */
enum err request_set_fields(struct request *, const json_t *object);
/* All it says of the transfer, as rows of fields; caller decrefs. */
json_t *request_fields(const struct request *);
/* file->name is copied. */
enum err request_add(struct request *, const struct request_file *file);
/* Sorts; ERR_EXISTS when a name is there twice.  Before this nothing is found. */
enum err request_settle(struct request *);

/*
 * Checks an armoured signature over the bytes of a request: ERR_SYNTAX when it is
 * none of ours, ERR_SIGNATURE when it does not fit, else ERR_OK and who signed, as a
 * public key line.
 */
enum err request_verify(const void *bytes, size_t n, const void *armoured, size_t armoured_len,
    char ret_key[SSHSIG_LINE_SIZE]);

/* The name is that of this path, or of something below it. */
bool request_is_in(const struct request_file *, const void *path, size_t path_len);
/* Which of the files names this path, itself or a folder above it; REQUEST_NOBODY. */
size_t request_find(const struct request *, const void *path, size_t path_len);
/*
 * The same for an item: volume is its number when there are several (its path then
 * begins with "v<n>/", which a name may leave out), else 0; sha256 is NULL for what has
 * no bytes.  ret_file (may be NULL) as request_find.
 */
enum request_match request_judge(const struct request *, const void *path, size_t path_len,
    uint64_t volume, const uint8_t *sha256, uint64_t bytes, size_t *ret_file);

#endif
