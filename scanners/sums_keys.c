/* SPDX-License-Identifier: ISC */
#include "scanners/sums_keys.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/digest.h"
#include "src/core/sshsig.h"

#include <stdio.h>
#include <string.h>

#define ED_KEY_BYTES  42 /* "Ed", number of the key, key */
#define ED_SIGN_BYTES 74 /* "Ed" or "ED", number of the key, signature */
#define ED_NUMBER     8
#define LINE_BYTES    1024
#define COMMENT       "untrusted comment:"
#define TRUSTED       "trusted comment: "
#define SSH_BEGIN     "-----BEGIN SSH SIGNATURE-----"
#define SSH_END       "-----END SSH SIGNATURE-----"
#define SSH_NAMESPACE "file" /* ssh-keygen's manual signs files so */

struct sums_key {
	bool ssh;
	uint8_t number[ED_NUMBER]; /* of minisign and signify */
	uint8_t public[SSHSIG_PUBLIC_SIZE];
	char name[SUMS_KEY_NAME];
};

struct sums_keys {
	size_t n;
	struct sums_key key[LIM_SUMS_KEYS];
};

struct sums_keys *
sums_keys_new(void)
{
	return mem_alloc(sizeof(struct sums_keys));
}

void
sums_keys_free(struct sums_keys *k)
{
	free(k);
}

size_t
sums_keys_count(const struct sums_keys *k)
{
	return k->n;
}

/* --- base64, and lines ------------------------------------------------------------- */

static int
keys_digit(uint8_t c)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *p = c != '\0' ? strchr(digits, c) : NULL;
	return p != NULL ? (int)(p - digits) : -1;
}

/* Strict, white space aside; the number of bytes, or 0 when it is no base64 or too long. */
static size_t
keys_base64(const uint8_t *p, size_t n, uint8_t *out, size_t room)
{
	uint32_t v = 0;
	size_t digits = 0, len = 0, pad = 0;
	for (size_t i = 0; i < n; i++) {
		if (p[i] == '\n' || p[i] == '\r' || p[i] == ' ')
			continue;
		int d = p[i] == '=' ? 0 : keys_digit(p[i]);
		pad += p[i] == '=';
		if (d < 0 || (pad > 0 && p[i] != '='))
			return 0;
		v = v << 6 | (uint32_t)d;
		if (++digits % 4 != 0)
			continue;
		for (int k = 2; k >= 0; k--) {
			if (len == room)
				return 0;
			out[len++] = (uint8_t)(v >> (8 * k));
		}
		v = 0;
	}
	return digits % 4 == 0 && pad <= 2 && len >= pad ? len - pad : 0;
}

/* The line at *at, without its end; *at moves behind it.  False at the end. */
static bool
keys_line(const uint8_t *text, size_t n, size_t *at, const uint8_t **ret_p, size_t *ret_n)
{
	if (*at >= n)
		return false;
	const uint8_t *p = text + *at, *end = memchr(p, '\n', n - *at);
	size_t len = end != NULL ? (size_t)(end - p) : n - *at;
	*at += len + (end != NULL);
	if (len > 0 && p[len - 1] == '\r')
		len--;
	*ret_p = p;
	*ret_n = len;
	return true;
}

static bool
keys_begins(const uint8_t *p, size_t n, const char *word)
{
	return n >= strlen(word) && memcmp(p, word, strlen(word)) == 0;
}

/* --- keys of the site ------------------------------------------------------------------ */

static bool
keys_put(struct sums_keys *k, const struct sums_key *key)
{
	if (k->n == LIM_SUMS_KEYS)
		return false;
	k->key[k->n++] = *key;
	return true;
}

/* The base64 line of a public key of minisign or signify. */
static bool
keys_add_ed(struct sums_keys *k, const char *name, const uint8_t *p, size_t n)
{
	uint8_t raw[ED_KEY_BYTES + 3];
	struct sums_key key = {.ssh = false};
	if (keys_base64(p, n, raw, sizeof(raw)) != ED_KEY_BYTES || memcmp(raw, "Ed", 2) != 0)
		return false;
	memcpy(key.number, raw + 2, ED_NUMBER);
	memcpy(key.public, raw + 2 + ED_NUMBER, SSHSIG_POINT_SIZE);
	snprintf(key.name, sizeof(key.name), "%s", name);
	return keys_put(k, &key);
}

/* "name [options] ssh-ed25519 base64 [comment]" */
static bool
keys_add_ssh(struct sums_keys *k, const uint8_t *p, size_t n)
{
	char text[LINE_BYTES], line[SSHSIG_LINE_SIZE], *type;
	struct sums_key key = {.ssh = true};
	if (n == 0 || n >= sizeof(text) || *p == '#')
		return false;
	memcpy(text, p, n);
	text[n] = '\0';
	/* options may forbid what is asked for: a key with any is left out */
	type = strchr(text, ' ');
	if (type == NULL || strncmp(type, " ssh-ed25519 ", 13) != 0)
		return false;
	size_t base = strcspn(type + 13, " \t");
	if (base != 68)
		return false;
	snprintf(line, sizeof(line), "ssh-ed25519 %.68s", type + 13);
	if (sshsig_public_parse(line, key.public) != ERR_OK)
		return false;
	for (size_t i = 0; i < sizeof(key.name) - 1 && text + i < type; i++)
		key.name[i] = text[i] > ' ' && text[i] < 0x7f ? text[i] : '?';
	return keys_put(k, &key);
}

size_t
sums_keys_add(struct sums_keys *k, const char *name, const void *text, size_t n)
{
	const uint8_t *p;
	size_t at = 0, len, before = k->n;
	while (keys_line(text, n, &at, &p, &len))
		if (!keys_add_ed(k, name, p, len))
			(void)keys_add_ssh(k, p, len);
	return k->n - before;
}

/* --- signatures ----------------------------------------------------------------------------
 */

/* Two lines: a comment, and the signature in base64.  Where they end; 0: these are none. */
static size_t
keys_ed_lines(const uint8_t *p, size_t n, uint8_t raw[ED_SIGN_BYTES + 3])
{
	const uint8_t *line;
	size_t at = 0, len;
	if (!keys_line(p, n, &at, &line, &len) || !keys_begins(line, len, COMMENT) ||
	    !keys_line(p, n, &at, &line, &len) ||
	    keys_base64(line, len, raw, ED_SIGN_BYTES + 3) != ED_SIGN_BYTES || raw[0] != 'E' ||
	    (raw[1] != 'd' && raw[1] != 'D'))
		return 0;
	return at;
}

size_t
sums_keys_embedded(const void *bytes, size_t n)
{
	uint8_t raw[ED_SIGN_BYTES + 3];
	size_t at = keys_ed_lines(bytes, n, raw);
	return at < n ? at : 0;
}

/* minisign signs its comment, too: signature, comment. */
static bool
keys_comment_fits(const struct sums_key *key, const uint8_t *raw, const uint8_t *rest, size_t n)
{
	uint8_t global[SSHSIG_RAW_SIZE + 3], signed_[SSHSIG_RAW_SIZE + LINE_BYTES];
	const uint8_t *comment, *line;
	size_t at = 0, len, line_len;
	if (!keys_line(rest, n, &at, &comment, &len) || !keys_begins(comment, len, TRUSTED) ||
	    !keys_line(rest, n, &at, &line, &line_len) ||
	    keys_base64(line, line_len, global, sizeof(global)) != SSHSIG_RAW_SIZE)
		return false;
	len -= strlen(TRUSTED);
	if (len > LINE_BYTES)
		return false;
	memcpy(signed_, raw + 2 + ED_NUMBER, SSHSIG_RAW_SIZE);
	memcpy(signed_ + SSHSIG_RAW_SIZE, comment + strlen(TRUSTED), len);
	return sshsig_raw_verify(key->public, global, signed_, SSHSIG_RAW_SIZE + len) == ERR_OK;
}

/* Those 64 bytes by which it was signed; false: they are not at hand. */
static bool
keys_hash(const struct sums_message *m, const uint8_t *known,
    void (*make)(const void *, size_t, uint8_t *), uint8_t out[DIGEST_SHA512_SIZE])
{
	if (known == NULL && m->bytes == NULL)
		return false;
	if (known != NULL)
		memcpy(out, known, DIGEST_SHA512_SIZE);
	else
		make(m->bytes, m->n, out);
	return true;
}

static enum sums_signature
keys_check_ed(const struct sums_keys *k, const uint8_t *p, size_t n,
    const struct sums_message *m, char ret_name[SUMS_KEY_NAME], const char **ret_kind)
{
	uint8_t raw[ED_SIGN_BYTES + 3], hash[DIGEST_SHA512_SIZE];
	size_t at = keys_ed_lines(p, n, raw), bytes_len = m->n;
	const void *bytes = m->bytes;
	if (at == 0)
		return SUMS_NO_SIGNATURE;
	bool mini = keys_begins(p + at, n - at, TRUSTED), hashed = raw[1] == 'D';
	*ret_kind = mini ? "minisign" : "signify";
	enum sums_signature worst = SUMS_UNKNOWN;
	for (size_t i = 0; k != NULL && i < k->n; i++) {
		const struct sums_key *key = &k->key[i];
		if (key->ssh || memcmp(key->number, raw + 2, ED_NUMBER) != 0)
			continue;
		if (hashed) {
			bytes = keys_hash(m, m->blake2b, digest_blake2b, hash) ? hash : NULL;
			bytes_len = sizeof(hash);
		}
		if (bytes == NULL)
			return SUMS_WANTS;
		snprintf(ret_name, SUMS_KEY_NAME, "%s", key->name);
		if (sshsig_raw_verify(key->public, raw + 2 + ED_NUMBER, bytes, bytes_len) ==
			ERR_OK &&
		    (!mini || keys_comment_fits(key, raw, p + at, n - at)))
			return SUMS_GOOD;
		worst = SUMS_BAD;
	}
	return worst;
}

static enum sums_signature
keys_check_ssh(const struct sums_keys *k, const uint8_t *p, size_t n,
    const struct sums_message *m, char ret_name[SUMS_KEY_NAME], const char **ret_kind)
{
	uint8_t blob[LIM_ENTRY_SIG_BYTES], public[SSHSIG_PUBLIC_SIZE], hash[DIGEST_SHA512_SIZE];
	const uint8_t *begin = p + strlen(SSH_BEGIN);
	if (!keys_begins(p, n, SSH_BEGIN))
		return SUMS_NO_SIGNATURE;
	*ret_kind = "OpenSSH";
	const uint8_t *end = memmem(p, n, SSH_END, strlen(SSH_END));
	size_t len =
	    end != NULL ? keys_base64(begin, (size_t)(end - begin), blob, sizeof(blob)) : 0;
	const struct sums_key *key = NULL;
	for (size_t i = 0; key == NULL && len > 0 && k != NULL && i < k->n; i++)
		if (k->key[i].ssh &&
		    memmem(blob, len, k->key[i].public, SSHSIG_POINT_SIZE) != NULL)
			key = &k->key[i];
	/* of another kind of key: nobody the site knows */
	if (key == NULL)
		return SUMS_UNKNOWN;
	if (!keys_hash(m, m->sha512, digest_sha512, hash))
		return SUMS_WANTS;
	enum err e = sshsig_verify_hash(SSH_NAMESPACE, blob, len, hash, public);
	if (e == ERR_SIGNATURE) {
		snprintf(ret_name, SUMS_KEY_NAME, "%s", key->name);
		return SUMS_BAD;
	}
	/* or for another purpose */
	if (e != ERR_OK)
		return SUMS_UNKNOWN;
	for (size_t i = 0; i < k->n; i++)
		if (k->key[i].ssh &&
		    memcmp(k->key[i].public, public, SSHSIG_PUBLIC_SIZE) == 0) {
			snprintf(ret_name, SUMS_KEY_NAME, "%s", k->key[i].name);
			return SUMS_GOOD;
		}
	return SUMS_UNKNOWN;
}

/* In text, or a packet of the kind "signature". */
static bool
keys_is_pgp(const uint8_t *p, size_t n)
{
	if (keys_begins(p, n, "-----BEGIN PGP SIGNATURE-----") ||
	    keys_begins(p, n, "-----BEGIN PGP SIGNED MESSAGE-----"))
		return true;
	return n > 16 && (p[0] == 0x88 || p[0] == 0x89 || p[0] == 0xc2);
}

enum sums_signature
sums_keys_judge(const struct sums_keys *k, const void *signature, size_t signature_len,
    const struct sums_message *m, char ret_name[SUMS_KEY_NAME], const char **ret_kind)
{
	enum sums_signature s;
	ret_name[0] = '\0';
	*ret_kind = "";
	s = keys_check_ed(k, signature, signature_len, m, ret_name, ret_kind);
	if (s == SUMS_NO_SIGNATURE)
		s = keys_check_ssh(k, signature, signature_len, m, ret_name, ret_kind);
	if (s == SUMS_NO_SIGNATURE && keys_is_pgp(signature, signature_len)) {
		*ret_kind = "OpenPGP";
		s = SUMS_UNCHECKED;
	}
	return s;
}

enum sums_signature
sums_keys_check(const struct sums_keys *k, const void *signature, size_t signature_len,
    const void *bytes, size_t n, char ret_name[SUMS_KEY_NAME], const char **ret_kind)
{
	const struct sums_message m = {.bytes = bytes, .n = n};
	return sums_keys_judge(k, signature, signature_len, &m, ret_name, ret_kind);
}
