/* SPDX-License-Identifier: ISC */
/*
 * One entry of a log: one act by one actor under one signature.
 *
 *   body  = canonical JSON, one line
 *   entry = body LF base64(SSHSIG blob over body LF) LF
 *   leaf  = SHA-256(0x00 || entry)
 *
 * Signatures are verified over the stored bytes, never over a re-print.
 */
#ifndef CORE_ENTRY_H
#define CORE_ENTRY_H

#include "src/base/err.h"
#include "src/base/buf.h"
#include "src/core/sshsig.h"

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#define ENTRY_ID_SIZE  33 /* 16 random bytes in hex, and NUL */
#define ENTRY_WHY_SIZE 512
#define ENTRY_ZEROS    "0000000000000000000000000000000000000000000000000000000000000000"

struct entry_head {
	uint64_t size;
	uint8_t root[32];
};

/* A parsed entry.  Texts belong to `body`; everything lives as long as the entry. */
struct entry {
	json_t *body;
	const char *log, *id, *type, *subj;
	uint8_t prev[32];
	struct entry_head head, auth;
	const char *actor_id, *actor_key, *actor_name, *actor_role;
	const char *at, *meaning;
	const json_t *data; /* an object; its shape is checked by custody */
	uint8_t leaf[32];
	char *text; /* the body's bytes without LF, NUL after */
	size_t text_len;
	uint8_t *sig; /* the SSHSIG blob */
	size_t sig_len;
};

/*
 * Takes the bytes apart: limits, canonical form, exactly the common fields,
 * canonical base64.  Does not verify the signature.  why (may be NULL) gets a
 * sentence.  Caller frees.
 */
enum err entry_parse(const void *bytes, size_t n, char why[ENTRY_WHY_SIZE], struct entry **ret);
/* NULL is fine; always returns NULL. */
struct entry *entry_free(struct entry *);
/*
 * The signature over the stored bytes by exactly this key.  That actor.key is
 * its fingerprint is for the caller to see to.
 */
enum err entry_verify(const struct entry *, const uint8_t public_key[SSHSIG_PUBLIC_SIZE]);
/* Appends the entry's bytes: what entry_parse took. */
enum err entry_print(const struct entry *, struct buf *out);

/* What a new entry says; every text is required, all borrowed. */
struct entry_new {
	const char *log, *type, *subj;
	const char *prev;          /* 64 hex digits */
	const json_t *head, *auth; /* {"root","size"} */
	const char *actor_id, *actor_key, *actor_name, *actor_role;
	const char *boot;    /* boot id, see boot_id() */
	const char *meaning; /* NULL: the sentence of the table */
	const json_t *data;  /* NULL: {} */
};

/*
 * The body of a new entry, with a fresh random id and the present time.
 * Caller decrefs.
 */
json_t *entry_body_new(const struct entry_new *);
/*
 * Prints the body canonically, signs it and appends the entry's bytes to out.
 * ERR_RANGE or ERR_LIMIT when the body is outside the format.
 */
enum err entry_sign(const json_t *body, const struct sshsig_key *, struct buf *out);
/*
 * A new station-signed or officer-signed entry in one go.
 */
enum err entry_make(const struct entry_new *, const struct sshsig_key *, struct buf *out);

/*
 * Walks a list of entries (entry, blank line, entry, ...).  *cursor starts at
 * 0.  ERR_NOTFOUND at the end; ERR_SYNTAX when the list is malformed.
 */
enum err entry_list_next(
    const uint8_t *list, size_t n, size_t *cursor, const uint8_t **ret_entry, size_t *ret_len);
/* Appends one entry to a list. */
enum err entry_list_add(struct buf *list, const void *entry, size_t n);

#endif
