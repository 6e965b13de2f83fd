/* SPDX-License-Identifier: ISC */
#include "src/core/cosign.h"
#include "src/base/hex.h"

#include <string.h>

#define COSIGN_TIME_SIZE 8
#define COSIGN_TIME_MAX  ((UINT64_C(1) << 53) - 1) /* what an entry can hold */

enum err
cosign_vkey_parse(const char *text, struct note_vkey *ret)
{
	return note_vkey_parse_as(NOTE_COSIGNATURE, text, ret);
}

enum err
cosign_vkey_new(
    const char *name, const uint8_t public[SSHSIG_POINT_SIZE], struct note_vkey *ret)
{
	return note_vkey_new_as(NOTE_COSIGNATURE, name, public, ret);
}

/* The signed message. */
static enum err
cosign_message(const char *text, size_t text_len, uint64_t time_s, struct buf *out)
{
	buf_init(out, LIM_NOTE_BYTES + 64);
	buf_addf(out, "cosignature/v1\ntime %llu\n", (unsigned long long)time_s);
	return buf_add(out, text, text_len);
}

enum err
cosign_sign(const char *text, size_t text_len, uint64_t time_s, const char *name,
    const struct sshsig_key *key, struct buf *out)
{
	struct note_vkey vkey;
	uint8_t blob[sizeof(vkey.id) + COSIGN_TIME_SIZE + SSHSIG_RAW_SIZE];
	char b64[HEX_B64_SIZE(sizeof(blob))];
	struct buf message;
	enum err e = cosign_vkey_new(name, sshsig_key_public(key), &vkey);
	if (e != ERR_OK || time_s > COSIGN_TIME_MAX)
		return e != ERR_OK ? e : ERR_RANGE;
	e = cosign_message(text, text_len, time_s, &message);
	memcpy(blob, vkey.id, sizeof(vkey.id));
	for (size_t i = 0; i < COSIGN_TIME_SIZE; i++)
		blob[sizeof(vkey.id) + i] = (uint8_t)(time_s >> (56 - 8 * i));
	if (e == ERR_OK)
		sshsig_raw_sign(
		    key, message.data, message.len, blob + sizeof(vkey.id) + COSIGN_TIME_SIZE);
	buf_done(&message);
	hex_b64_encode(blob, sizeof(blob), b64);
	return e == ERR_OK ? buf_addf(out, NOTE_DASH "%s %s\n", name, b64) : e;
}

enum err
cosign_check(const struct note_vkey *vkey, const char *text, size_t text_len, const char *line,
    size_t line_len, uint64_t *ret_time_s)
{
	uint8_t room[LIM_COSIGNATURE_BYTES];
	struct note_signature s;
	struct buf message;
	uint64_t time_s = 0;
	if (line_len > sizeof(room))
		return ERR_SYNTAX;
	enum err e = note_signature_parse(line, line_len, room, &s);
	if (e != ERR_OK)
		return e;
	if (strlen(vkey->name) != s.name_len || memcmp(vkey->name, s.name, s.name_len) != 0 ||
	    memcmp(vkey->id, s.id, sizeof(s.id)) != 0)
		return ERR_NOTFOUND;
	if (s.sig_len != COSIGN_TIME_SIZE + SSHSIG_RAW_SIZE)
		return ERR_SIGNATURE;
	for (size_t i = 0; i < COSIGN_TIME_SIZE; i++)
		time_s = time_s << 8 | s.sig[i];
	if (time_s > COSIGN_TIME_MAX)
		return ERR_SIGNATURE;
	e = cosign_message(text, text_len, time_s, &message);
	if (e == ERR_OK)
		e = sshsig_raw_verify(
		    vkey->public, s.sig + COSIGN_TIME_SIZE, message.data, message.len);
	buf_done(&message);
	if (e == ERR_OK)
		*ret_time_s = time_s;
	return e;
}
