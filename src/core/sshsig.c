/* SPDX-License-Identifier: ISC */
#include "src/core/sshsig.h"
#include "src/base/hex.h"
#include "src/core/digest.h"

#include <sodium.h>
#include <stdbool.h>
#include <string.h>

#define SSHSIG_REMEMBERED  16 /* public keys judged good, for each thread */
#define SSHSIG_ALGORITHM   "ssh-ed25519"
#define SSHSIG_HASH        "sha512"
#define SSHSIG_PUBLIC_BLOB 51 /* s("ssh-ed25519") || s(public) */

struct sshsig_key {
	uint8_t secret[crypto_sign_SECRETKEYBYTES];
	uint8_t public[SSHSIG_PUBLIC_SIZE];
};

enum err
sshsig_key_new(const uint8_t seed[SSHSIG_SEED_SIZE], struct sshsig_key **ret)
{
	struct sshsig_key *key = sodium_malloc(sizeof(*key));
	if (key == NULL)
		return ERR_IO;
	crypto_sign_seed_keypair(key->public, key->secret, seed);
	sodium_mprotect_readonly(key);
	*ret = key;
	return ERR_OK;
}

void
sshsig_key_free(struct sshsig_key *key)
{
	sodium_free(key);
}

const uint8_t *
sshsig_key_public(const struct sshsig_key *key)
{
	return key->public;
}

/* --- writing ---------------------------------------------------------------- */

static void
sshsig_add_string(struct buf *b, const void *bytes, size_t n)
{
	buf_add_u32be(b, (uint32_t)n);
	buf_add(b, bytes, n);
}

static void
sshsig_add_public(struct buf *b, const uint8_t public[SSHSIG_PUBLIC_SIZE])
{
	sshsig_add_string(b, SSHSIG_ALGORITHM, strlen(SSHSIG_ALGORITHM));
	sshsig_add_string(b, public, SSHSIG_PUBLIC_SIZE);
}

/* The bytes that Ed25519 signs: PROTOCOL.sshsig section 3. */
static void
sshsig_add_signed(struct buf *b, const char *namespace, const uint8_t hash[DIGEST_SHA512_SIZE])
{
	buf_add_str(b, "SSHSIG");
	sshsig_add_string(b, namespace, strlen(namespace));
	sshsig_add_string(b, "", 0);
	sshsig_add_string(b, SSHSIG_HASH, strlen(SSHSIG_HASH));
	sshsig_add_string(b, hash, DIGEST_SHA512_SIZE);
}

enum err
sshsig_sign(const struct sshsig_key *key, const void *message, size_t n, struct buf *ret_blob)
{
	return sshsig_sign_as(SSHSIG_NAMESPACE, key, message, n, ret_blob);
}

enum err
sshsig_sign_as(const char *namespace, const struct sshsig_key *key, const void *message,
    size_t n, struct buf *ret_blob)
{
	struct buf signed_bytes, blob;
	uint8_t sig[SSHSIG_RAW_SIZE], hash[DIGEST_SHA512_SIZE];
	digest_sha512(message, n, hash);
	buf_init(&signed_bytes, 256);
	sshsig_add_signed(&signed_bytes, namespace, hash);
	sshsig_raw_sign(key, signed_bytes.data, signed_bytes.len, sig);
	buf_done(&signed_bytes);

	buf_init(&blob, SSHSIG_BLOB_SIZE + strlen(namespace));
	buf_add_str(&blob, "SSHSIG");
	buf_add_u32be(&blob, 1);
	buf_add_u32be(&blob, SSHSIG_PUBLIC_BLOB);
	sshsig_add_public(&blob, key->public);
	sshsig_add_string(&blob, namespace, strlen(namespace));
	sshsig_add_string(&blob, "", 0);
	sshsig_add_string(&blob, SSHSIG_HASH, strlen(SSHSIG_HASH));
	buf_add_u32be(&blob, (uint32_t)(4 + strlen(SSHSIG_ALGORITHM) + 4 + sizeof(sig)));
	sshsig_add_string(&blob, SSHSIG_ALGORITHM, strlen(SSHSIG_ALGORITHM));
	sshsig_add_string(&blob, sig, sizeof(sig));
	enum err e = buf_add(ret_blob, blob.data, blob.len);
	buf_done(&blob);
	return e;
}

/* --- reading ---------------------------------------------------------------- */

struct sshsig_span {
	const uint8_t *at;
	size_t len;
};

static bool
sshsig_take_u32(struct sshsig_span *in, uint32_t *ret)
{
	if (in->len < 4)
		return false;
	*ret = (uint32_t)in->at[0] << 24 | (uint32_t)in->at[1] << 16 |
	       (uint32_t)in->at[2] << 8 | in->at[3];
	in->at += 4;
	in->len -= 4;
	return true;
}

static bool
sshsig_take_string(struct sshsig_span *in, struct sshsig_span *ret)
{
	uint32_t n;
	if (!sshsig_take_u32(in, &n) || n > in->len)
		return false;
	*ret = (struct sshsig_span){in->at, n};
	in->at += n;
	in->len -= n;
	return true;
}

static bool
sshsig_is(struct sshsig_span s, const char *text)
{
	return s.len == strlen(text) && memcmp(s.at, text, s.len) == 0;
}

/* s(algorithm) || s(value) and nothing after it; the value must be n bytes. */
static enum err
sshsig_take_typed(struct sshsig_span in, size_t n, const uint8_t **ret)
{
	struct sshsig_span algorithm, value;
	if (!sshsig_take_string(&in, &algorithm))
		return ERR_SYNTAX;
	if (!sshsig_is(algorithm, SSHSIG_ALGORITHM))
		return ERR_RANGE;
	if (!sshsig_take_string(&in, &value) || in.len != 0 || value.len != n)
		return ERR_SYNTAX;
	*ret = value.at;
	return ERR_OK;
}

/* The form of a blob and the fixed fields; what it says is not judged yet. */
static enum err
sshsig_parse(const char *namespace, struct sshsig_span in, const uint8_t **ret_public,
    const uint8_t **ret_sig)
{
	struct sshsig_span public, name, reserved, hash, sig;
	uint32_t version;
	if (in.len < 6 || memcmp(in.at, "SSHSIG", 6) != 0)
		return ERR_SYNTAX;
	in.at += 6;
	in.len -= 6;
	if (!sshsig_take_u32(&in, &version))
		return ERR_SYNTAX;
	if (version != 1)
		return ERR_RANGE;
	if (!sshsig_take_string(&in, &public) || !sshsig_take_string(&in, &name) ||
	    !sshsig_take_string(&in, &reserved) || !sshsig_take_string(&in, &hash) ||
	    !sshsig_take_string(&in, &sig) || in.len != 0)
		return ERR_SYNTAX;
	if (!sshsig_is(name, namespace) || !sshsig_is(reserved, "") ||
	    !sshsig_is(hash, SSHSIG_HASH))
		return ERR_RANGE;
	enum err e = sshsig_take_typed(public, SSHSIG_PUBLIC_SIZE, ret_public);
	return e != ERR_OK ? e : sshsig_take_typed(sig, SSHSIG_RAW_SIZE, ret_sig);
}

/*
 * On the curve, of the prime order, spelt canonically.  Judging a key costs
 * more than verifying a signature, and a log has thousands by the same few
 * people: the last good ones are remembered.
 */
static bool
sshsig_point_ok(const uint8_t public[SSHSIG_PUBLIC_SIZE])
{
	static _Thread_local uint8_t good[SSHSIG_REMEMBERED][SSHSIG_PUBLIC_SIZE];
	static _Thread_local size_t count;
	for (size_t i = 0; i < SSHSIG_REMEMBERED && i < count; i++)
		if (memcmp(good[i], public, SSHSIG_PUBLIC_SIZE) == 0)
			return true;
	if (crypto_core_ed25519_is_valid_point(public) != 1)
		return false;
	memcpy(good[count++ % SSHSIG_REMEMBERED], public, SSHSIG_PUBLIC_SIZE);
	return true;
}

enum err
sshsig_verify(const void *blob, size_t blob_len, const void *message, size_t n,
    uint8_t ret_public[SSHSIG_PUBLIC_SIZE])
{
	return sshsig_verify_as(SSHSIG_NAMESPACE, blob, blob_len, message, n, ret_public);
}

enum err
sshsig_verify_as(const char *namespace, const void *blob, size_t blob_len, const void *message,
    size_t n, uint8_t ret_public[SSHSIG_PUBLIC_SIZE])
{
	uint8_t hash[DIGEST_SHA512_SIZE];
	digest_sha512(message, n, hash);
	return sshsig_verify_hash(namespace, blob, blob_len, hash, ret_public);
}

enum err
sshsig_verify_hash(const char *namespace, const void *blob, size_t blob_len,
    const uint8_t hash[DIGEST_SHA512_SIZE], uint8_t ret_public[SSHSIG_PUBLIC_SIZE])
{
	const uint8_t *public = NULL, *sig = NULL;
	struct buf signed_bytes;
	enum err e =
	    sshsig_parse(namespace, (struct sshsig_span){blob, blob_len}, &public, &sig);
	if (e != ERR_OK)
		return e;
	if (!sshsig_point_ok(public))
		return ERR_DENIED;
	buf_init(&signed_bytes, 256);
	sshsig_add_signed(&signed_bytes, namespace, hash);
	e = sshsig_raw_verify(public, sig, signed_bytes.data, signed_bytes.len);
	buf_done(&signed_bytes);
	if (e == ERR_OK)
		memcpy(ret_public, public, SSHSIG_PUBLIC_SIZE);
	return e;
}

/* --- bare signatures and public keys ---------------------------------------- */

void
sshsig_raw_sign(
    const struct sshsig_key *key, const void *message, size_t n, uint8_t ret[SSHSIG_RAW_SIZE])
{
	crypto_sign_detached(ret, NULL, message, n, key->secret);
}

enum err
sshsig_raw_verify(const uint8_t public[SSHSIG_PUBLIC_SIZE], const uint8_t sig[SSHSIG_RAW_SIZE],
    const void *message, size_t n)
{
	if (!sshsig_point_ok(public) ||
	    crypto_sign_verify_detached(sig, message, n, public) != 0)
		return ERR_SIGNATURE;
	return ERR_OK;
}

void
sshsig_public_line(const uint8_t public[SSHSIG_PUBLIC_SIZE], char out[SSHSIG_LINE_SIZE])
{
	struct buf blob;
	buf_init(&blob, SSHSIG_PUBLIC_BLOB);
	sshsig_add_public(&blob, public);
	memcpy(out, SSHSIG_ALGORITHM " ", strlen(SSHSIG_ALGORITHM) + 1);
	hex_b64_encode(blob.data, blob.len, out + strlen(SSHSIG_ALGORITHM) + 1);
	buf_done(&blob);
}

enum err
sshsig_public_parse(const char *line, uint8_t ret_public[SSHSIG_PUBLIC_SIZE])
{
	const size_t prefix = strlen(SSHSIG_ALGORITHM);
	uint8_t blob[SSHSIG_LINE_SIZE];
	const uint8_t *public = NULL;
	size_t len;
	if (strncmp(line, SSHSIG_ALGORITHM " ", prefix + 1) != 0)
		return strchr(line, ' ') != NULL ? ERR_RANGE : ERR_SYNTAX;
	if (strlen(line) != SSHSIG_LINE_SIZE - 1 ||
	    !hex_b64_decode(line + prefix + 1, strlen(line) - prefix - 1, blob, &len))
		return ERR_SYNTAX;
	enum err e =
	    sshsig_take_typed((struct sshsig_span){blob, len}, SSHSIG_PUBLIC_SIZE, &public);
	if (e != ERR_OK)
		return e;
	if (!sshsig_point_ok(public))
		return ERR_DENIED;
	memcpy(ret_public, public, SSHSIG_PUBLIC_SIZE);
	return ERR_OK;
}

void
sshsig_fingerprint(const uint8_t public[SSHSIG_PUBLIC_SIZE], char out[SSHSIG_FINGERPRINT_SIZE])
{
	uint8_t hash[DIGEST_SIZE];
	char text[HEX_B64_SIZE(DIGEST_SIZE)];
	struct buf blob;
	buf_init(&blob, SSHSIG_PUBLIC_BLOB);
	sshsig_add_public(&blob, public);
	digest_sha256(blob.data, blob.len, hash);
	buf_done(&blob);
	hex_b64_encode(hash, sizeof(hash), text);
	/* OpenSSH prints no padding */
	memcpy(out, "SHA256:", 7);
	memcpy(out + 7, text, SSHSIG_FINGERPRINT_SIZE - 8);
	out[SSHSIG_FINGERPRINT_SIZE - 1] = '\0';
}
