/* SPDX-License-Identifier: ISC */
#include "src/core/note.h"
#include "src/base/hex.h"
#include "src/base/mem.h"
#include "src/base/utf8.h"
#include "src/core/digest.h"

#include <stdbool.h>
#include <string.h>

#define NOTE_DASH_LEN (sizeof(NOTE_DASH) - 1)
#define NOTE_ID_SIZE  4

/* --- names and keys --------------------------------------------------------- */

/* White space as Unicode means it (property White_Space). */
static bool
note_is_space(uint32_t c)
{
	return (c >= 0x09 && c <= 0x0d) || c == 0x20 || c == 0x85 || c == 0xa0 || c == 0x1680 ||
	       (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f ||
	       c == 0x205f || c == 0x3000;
}

static bool
note_is_name(const char *name, size_t len)
{
	if (len == 0)
		return false;
	while (len > 0) {
		uint32_t code;
		size_t n = utf8_next(name, len, &code);
		if (n == 0 || code < 0x20 || code == '+' || note_is_space(code))
			return false;
		name += n;
		len -= n;
	}
	return true;
}

enum err
note_vkey_new_as(uint8_t type, const char *name, const uint8_t public[SSHSIG_POINT_SIZE],
    struct note_vkey *ret)
{
	uint8_t hash[DIGEST_SIZE];
	size_t len = strlen(name);
	if (len > LIM_NOTE_NAME_BYTES || !note_is_name(name, len))
		return ERR_SYNTAX;
	struct digest *d = digest_new();
	digest_add(d, name, len);
	digest_add(d, (const uint8_t[2]){'\n', type}, 2);
	digest_add(d, public, SSHSIG_POINT_SIZE);
	digest_final(d, hash);
	digest_free(d);
	*ret = (struct note_vkey){.type = type};
	memcpy(ret->name, name, len + 1);
	memcpy(ret->id, hash, sizeof(ret->id));
	memcpy(ret->public, public, SSHSIG_POINT_SIZE);
	return ERR_OK;
}

enum err
note_vkey_new(const char *name, const uint8_t public[SSHSIG_POINT_SIZE], struct note_vkey *ret)
{
	return note_vkey_new_as(NOTE_ED25519, name, public, ret);
}

enum err
note_vkey_parse_as(uint8_t type, const char *text, struct note_vkey *ret)
{
	char name[LIM_NOTE_NAME_BYTES + 1];
	uint8_t id[NOTE_ID_SIZE], key[NOTE_VKEY_SIZE];
	struct note_vkey vkey;
	size_t key_len = 0, name_len = strcspn(text, "+");
	if (strlen(text) >= NOTE_VKEY_SIZE || name_len > LIM_NOTE_NAME_BYTES)
		return ERR_SYNTAX;
	memcpy(name, text, name_len);
	name[name_len] = '\0';
	text += name_len;
	/* base64 may contain '+': the hash has a fixed length, the rest is the key */
	if (strlen(text) < 10 || text[9] != '+' ||
	    !hex_decode(text + 1, 2 * sizeof(id), id, sizeof(id)) ||
	    !hex_b64_decode(text + 10, strlen(text + 10), key, &key_len) || key_len < 1)
		return ERR_SYNTAX;
	if (key[0] != type)
		return ERR_RANGE;
	if (key_len != 1 + SSHSIG_POINT_SIZE)
		return ERR_SYNTAX;
	enum err e = note_vkey_new_as(type, name, key + 1, &vkey);
	if (e == ERR_OK && memcmp(vkey.id, id, sizeof(id)) != 0)
		e = ERR_SIGNATURE;
	if (e == ERR_OK)
		*ret = vkey;
	return e;
}

enum err
note_vkey_parse(const char *text, struct note_vkey *ret)
{
	return note_vkey_parse_as(NOTE_ED25519, text, ret);
}

void
note_vkey_print(const struct note_vkey *vkey, char out[NOTE_VKEY_SIZE])
{
	uint8_t key[1 + SSHSIG_POINT_SIZE] = {vkey->type};
	size_t len = strlen(vkey->name);
	memcpy(key + 1, vkey->public, SSHSIG_POINT_SIZE);
	memcpy(out, vkey->name, len);
	out[len++] = '+';
	hex_encode(vkey->id, sizeof(vkey->id), out + len);
	len += 2 * sizeof(vkey->id);
	out[len++] = '+';
	hex_b64_encode(key, sizeof(key), out + len);
}

/* --- notes ------------------------------------------------------------------ */

/* Every rule for the text but its end: UTF-8, no control byte except LF. */
static bool
note_is_clean(const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((uint8_t)text[i] < 0x20 && text[i] != '\n')
			return false;
	return utf8_is_valid(text, n);
}

enum err
note_sign(const char *text, size_t text_len, const char *name, const struct sshsig_key *key,
    struct buf *out)
{
	struct note_vkey vkey;
	uint8_t sig[NOTE_ID_SIZE + SSHSIG_RAW_SIZE];
	char b64[HEX_B64_SIZE(sizeof(sig))];
	if (text_len == 0 || text[text_len - 1] != '\n' || !note_is_clean(text, text_len))
		return ERR_SYNTAX;
	enum err e = note_vkey_new(name, sshsig_key_public(key), &vkey);
	if (e != ERR_OK)
		return e;
	memcpy(sig, vkey.id, NOTE_ID_SIZE);
	sshsig_raw_sign(key, text, text_len, sig + NOTE_ID_SIZE);
	hex_b64_encode(sig, sizeof(sig), b64);
	buf_add(out, text, text_len);
	return buf_addf(out, "\n" NOTE_DASH "%s %s\n", name, b64);
}

enum err
note_signature_parse(const char *line, size_t len, uint8_t *room, struct note_signature *ret)
{
	size_t sig_len = 0;
	if (len < NOTE_DASH_LEN + 1 || line[len - 1] != '\n' ||
	    memcmp(line, NOTE_DASH, NOTE_DASH_LEN) != 0)
		return ERR_SYNTAX;
	const char *name = line + NOTE_DASH_LEN, *end = line + len - 1;
	const char *space = memchr(name, ' ', (size_t)(end - name));
	if (space == NULL || !note_is_name(name, (size_t)(space - name)) ||
	    !hex_b64_decode(space + 1, (size_t)(end - space - 1), room, &sig_len) ||
	    sig_len <= NOTE_ID_SIZE)
		return ERR_SYNTAX;
	*ret = (struct note_signature){
	    .name = name,
	    .name_len = (size_t)(space - name),
	    .sig = room + NOTE_ID_SIZE,
	    .sig_len = sig_len - NOTE_ID_SIZE,
	    .line = line,
	    .line_len = len,
	};
	memcpy(ret->id, room, NOTE_ID_SIZE);
	return ERR_OK;
}

static enum err
note_parse_lines(struct note *note, const char *at, const char *end, uint8_t *room)
{
	while (at < end) {
		const char *lf = memchr(at, '\n', (size_t)(end - at));
		size_t len = (size_t)(lf - at) + 1;
		if (note->count == LIM_NOTE_SIGNATURES)
			return ERR_LIMIT;
		enum err e =
		    note_signature_parse(at, len, room, &note->signatures[note->count]);
		if (e != ERR_OK)
			return e;
		note->count++;
		/* a line decodes to less than its own length */
		room += len;
		at += len;
	}
	return note->count > 0 ? ERR_OK : ERR_SYNTAX;
}

enum err
note_parse(const void *bytes, size_t n, struct note **ret)
{
	const char *text = bytes, *blank = NULL;
	if (n > LIM_NOTE_BYTES)
		return ERR_LIMIT;
	if (n < 2 || text[n - 1] != '\n' || !note_is_clean(text, n))
		return ERR_SYNTAX;
	/* the last blank line ends the text */
	for (const char *p = text + n - 1; p > text && blank == NULL; p--)
		if (p[0] == '\n' && p[-1] == '\n')
			blank = p;
	if (blank == NULL)
		return ERR_SYNTAX;
	struct note *note = mem_alloc(sizeof(*note));
	note->bytes = mem_array(2, n);
	memcpy(note->bytes, bytes, n);
	note->text = (const char *)note->bytes;
	note->text_len = (size_t)(blank - text);
	enum err e = note_parse_lines(
	    note, note->text + note->text_len + 1, note->text + n, note->bytes + n);
	if (e == ERR_OK)
		*ret = note;
	else
		note_free(note);
	return e;
}

void
note_free(struct note *note)
{
	if (note == NULL)
		return;
	free(note->bytes);
	free(note);
}

static const struct note_vkey *
note_find_key(const struct note_signature *s, const struct note_vkey *keys, size_t n_keys)
{
	for (size_t i = 0; i < n_keys; i++)
		if (memcmp(keys[i].id, s->id, sizeof(s->id)) == 0 &&
		    strlen(keys[i].name) == s->name_len &&
		    memcmp(keys[i].name, s->name, s->name_len) == 0)
			return &keys[i];
	return NULL;
}

enum err
note_verify(const struct note *note, const struct note_vkey *keys, size_t n_keys)
{
	bool any = false, seen[LIM_NOTE_SIGNATURES] = {false};
	for (size_t i = 0; i < note->count; i++) {
		const struct note_signature *s = &note->signatures[i];
		const struct note_vkey *key = note_find_key(s, keys, n_keys);
		if (key == NULL)
			continue;
		if (key - keys < LIM_NOTE_SIGNATURES && seen[key - keys])
			return ERR_EXISTS;
		if (key - keys < LIM_NOTE_SIGNATURES)
			seen[key - keys] = true;
		if (s->sig_len != SSHSIG_RAW_SIZE || sshsig_raw_verify(key->public, s->sig,
							 note->text, note->text_len) != ERR_OK)
			return ERR_SIGNATURE;
		any = true;
	}
	return any ? ERR_OK : ERR_NOTFOUND;
}

/* --- checkpoints ------------------------------------------------------------ */

enum err
note_checkpoint_text(
    const char *origin, uint64_t size, const uint8_t root[NOTE_ROOT_SIZE], struct buf *out)
{
	char b64[HEX_B64_SIZE(NOTE_ROOT_SIZE)];
	hex_b64_encode(root, NOTE_ROOT_SIZE, b64);
	return buf_addf(out, "%s\n%llu\n%s\n", origin, (unsigned long long)size, b64);
}

enum err
note_checkpoint_print(const char *origin, uint64_t size, const uint8_t root[NOTE_ROOT_SIZE],
    const struct sshsig_key *key, struct buf *out)
{
	struct buf text;
	buf_init(&text, LIM_NOTE_BYTES);
	enum err e = note_checkpoint_text(origin, size, root, &text);
	if (e == ERR_OK)
		e = note_sign(buf_str(&text), text.len, origin, key, out);
	buf_done(&text);
	return e;
}

bool
note_size_parse(const char *text, size_t len, uint64_t *ret)
{
	uint64_t size = 0;
	if (len == 0 || (len > 1 && text[0] == '0'))
		return false;
	for (size_t i = 0; i < len; i++) {
		unsigned digit = (unsigned)text[i] - '0';
		if (digit > 9 || __builtin_mul_overflow(size, 10, &size) ||
		    __builtin_add_overflow(size, digit, &size))
			return false;
	}
	*ret = size;
	return true;
}

enum err
note_checkpoint_parse(const char *text, size_t text_len, struct note_checkpoint *ret)
{
	struct note_checkpoint c = {.size = 0};
	const char *line[3], *at = text, *end = text + text_len;
	uint8_t root[NOTE_ROOT_SIZE + 4];
	size_t len[3], root_len = 0;
	for (size_t i = 0; i < 3; i++) {
		const char *lf = at < end ? memchr(at, '\n', (size_t)(end - at)) : NULL;
		if (lf == NULL)
			return ERR_SYNTAX;
		line[i] = at;
		len[i] = (size_t)(lf - at);
		at = lf + 1;
	}
	if (at != end || len[0] > LIM_NOTE_NAME_BYTES || !note_is_name(line[0], len[0]) ||
	    !note_size_parse(line[1], len[1], &c.size) ||
	    len[2] != HEX_B64_SIZE(NOTE_ROOT_SIZE) - 1 ||
	    !hex_b64_decode(line[2], len[2], root, &root_len) || root_len != NOTE_ROOT_SIZE)
		return ERR_SYNTAX;
	memcpy(c.origin, line[0], len[0]);
	memcpy(c.root, root, NOTE_ROOT_SIZE);
	*ret = c;
	return ERR_OK;
}

enum err
note_checkpoint_open(
    const void *bytes, size_t n, const struct note_vkey *vkey, struct note_checkpoint *ret)
{
	struct note_checkpoint c;
	struct note *note = NULL;
	enum err e = note_parse(bytes, n, &note);
	if (e != ERR_OK)
		return e;
	e = note_verify(note, vkey, 1);
	if (e == ERR_OK)
		e = note_checkpoint_parse(note->text, note->text_len, &c);
	if (e == ERR_OK && strcmp(c.origin, vkey->name) != 0)
		e = ERR_RANGE;
	if (e == ERR_OK)
		*ret = c;
	note_free(note);
	return e;
}
