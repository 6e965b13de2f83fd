/* SPDX-License-Identifier: ISC */
/*
 * Cosignatures of witnesses (C2SP tlog-cosignature, cosignature/v1, Ed25519): "this is
 * the largest consistent checkpoint I have seen at this time".  Keys are of the
 * type NOTE_COSIGNATURE.  A line is NOTE_DASH, the witness's name, a space and base64 of
 * key id, time (8 bytes, big-endian) and signature.
 */
#ifndef CORE_COSIGN_H
#define CORE_COSIGN_H

#include "src/base/buf.h"
#include "src/core/note.h"

#include <stddef.h>
#include <stdint.h>

/* A verifier key; ERR_SYNTAX, ERR_RANGE (another type), ERR_SIGNATURE (another id). */
enum err cosign_vkey_parse(const char *text, struct note_vkey *ret);
enum err cosign_vkey_new(
    const char *name, const uint8_t public[SSHSIG_POINT_SIZE], struct note_vkey *ret);

/* Appends the line, with its LF, over a checkpoint's text. */
enum err cosign_sign(const char *text, size_t text_len, uint64_t time_s, const char *name,
    const struct sshsig_key *, struct buf *);
/*
 * Checks one line with its LF over a checkpoint's text, and tells when it was signed.
 * ERR_SYNTAX     no such line
 * ERR_NOTFOUND   not by this witness
 * ERR_SIGNATURE  by it, and not over this text, or a time above 2^53-1
 */
enum err cosign_check(const struct note_vkey *, const char *text, size_t text_len,
    const char *line, size_t line_len, uint64_t *ret_time_s);

#endif
