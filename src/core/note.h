/* SPDX-License-Identifier: ISC */
/*
 * Signed notes and checkpoints (C2SP signed-note, tlog-checkpoint): the text
 * a log signs about its size and root.  Ed25519, signature type 0x01.  The
 * same key may sign under several names: the name is part of the key id.
 */
#ifndef CORE_NOTE_H
#define CORE_NOTE_H

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/limits.h"
#include "src/core/sshsig.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NOTE_ROOT_SIZE 32
/* "name+hhhhhhhh+" and base64 of 33 bytes, NUL. */
#define NOTE_VKEY_SIZE (LIM_NOTE_NAME_BYTES + 1 + 8 + 1 + 44 + 1)

#define NOTE_DASH        "\xe2\x80\x94 " /* em dash and space, before every signature */
#define NOTE_ED25519     0x01            /* types of keys and their signatures */
#define NOTE_COSIGNATURE 0x04            /* cosign.h */

/* A verifier: whose signature is looked for.  Plain data. */
struct note_vkey {
	char name[LIM_NOTE_NAME_BYTES + 1];
	uint8_t type;
	uint8_t id[4]; /* SHA-256(name, LF, type, public)[0..4) */
	uint8_t public[SSHSIG_POINT_SIZE];
};

/* ERR_SYNTAX for a name that is empty, has white space or '+', is not UTF-8 or too long. */
enum err note_vkey_new(
    const char *name, const uint8_t public[SSHSIG_POINT_SIZE], struct note_vkey *ret);
/* "name+hash+base64(type || key)"; ERR_RANGE for a type other than Ed25519. */
enum err note_vkey_parse(const char *text, struct note_vkey *ret);
/* The same for a key of another type. */
enum err note_vkey_new_as(uint8_t type, const char *name,
    const uint8_t public[SSHSIG_POINT_SIZE], struct note_vkey *ret);
enum err note_vkey_parse_as(uint8_t type, const char *text, struct note_vkey *ret);
void note_vkey_print(const struct note_vkey *, char out[NOTE_VKEY_SIZE]);

/* One line under the text; pointers lead into the note. */
struct note_signature {
	const char *name;
	size_t name_len;
	uint8_t id[4];
	uint8_t *sig; /* what follows the id; 64 bytes for type 0x01 */
	size_t sig_len;
	const char *line; /* the whole line with its LF, as it came */
	size_t line_len;
};

struct note {
	const char *text; /* with its last LF, as signed; not NUL-terminated */
	size_t text_len;
	size_t count;
	struct note_signature signatures[LIM_NOTE_SIGNATURES];
	uint8_t *bytes; /* own copy of everything */
};

/* Appends text, blank line and one signature line; the text ends in LF. */
enum err note_sign(const char *text, size_t text_len, const char *name,
    const struct sshsig_key *, struct buf *);
/*
 * One line with its LF, the form only; the decoded bytes go to room, of as many
 * bytes as the line.
 */
enum err note_signature_parse(
    const char *line, size_t len, uint8_t *room, struct note_signature *ret);
/* The form only; nothing is verified.  ERR_SYNTAX, ERR_LIMIT. */
enum err note_parse(const void *bytes, size_t n, struct note **ret);
void note_free(struct note *);
/*
 * ERR_OK when at least one signature is by a key of the list and all of those
 * are good.  A bad one rejects the note (ERR_SIGNATURE); lines of unknown keys
 * are ignored; no known key at all is ERR_NOTFOUND, two lines by one known
 * key are ERR_EXISTS.
 */
enum err note_verify(const struct note *, const struct note_vkey *keys, size_t n_keys);

/*
 * What note_checkpoint_open found wrong with these bytes, in words; "nothing is
 * wrong" when it found nothing.  A constant.
 */
const char *note_why(const void *bytes, size_t n, const struct note_vkey *);

struct note_checkpoint {
	char origin[LIM_NOTE_NAME_BYTES + 1];
	uint64_t size;
	uint8_t root[NOTE_ROOT_SIZE];
};

/* 0|[1-9][0-9]*, as one spelling for each number of 64 bits. */
bool note_size_parse(const char *text, size_t len, uint64_t *ret);
/* Appends the three lines of a checkpoint: what the log and its witnesses sign. */
enum err note_checkpoint_text(
    const char *origin, uint64_t size, const uint8_t root[NOTE_ROOT_SIZE], struct buf *);
/* Appends the checkpoint signed by the log key under the name origin. */
enum err note_checkpoint_print(const char *origin, uint64_t size,
    const uint8_t root[NOTE_ROOT_SIZE], const struct sshsig_key *, struct buf *);
/* The three lines origin, size, root, and nothing more: extension lines are ERR_SYNTAX. */
enum err note_checkpoint_parse(const char *text, size_t text_len, struct note_checkpoint *ret);
/*
 * Parse and verify a checkpoint of the log whose key this is: the origin must
 * be the key's name (ERR_RANGE).  Further signatures are kept by the note and
 * not judged here.
 */
enum err note_checkpoint_open(
    const void *bytes, size_t n, const struct note_vkey *, struct note_checkpoint *ret);

#endif
