/* SPDX-License-Identifier: ISC */
#include "src/core/sshsig.h"
#include "src/base/hex.h"
#include "src/core/digest.h"

#include <sodium.h>
#include <stdbool.h>
#include <string.h>

#define SSHSIG_REMEMBERED  16 /* public keys judged good, for each thread */
#define SSHSIG_HASH        "sha512"
#define SSHSIG_KIND_AT     SSHSIG_POINT_SIZE /* in a public key */
#define SSHSIG_KNOWN_FLAGS (SSHSIG_TOUCHED | SSHSIG_PIN)

/* The name in keys and signatures, and the string after the point of a key. */
static const struct {
	const char *name, *application;
} sshsig_kinds[SSHSIG_KIND__MAX] = {
    [SSHSIG_FILE] = {"ssh-ed25519", NULL},
    [SSHSIG_TOKEN] = {"sk-ssh-ed25519@openssh.com", SSHSIG_APPLICATION},
};

/* secret alone when ask is NULL */
struct sshsig_key {
	uint8_t secret[crypto_sign_SECRETKEYBYTES];
	uint8_t public[SSHSIG_PUBLIC_SIZE];
	sshsig_ask_fn *ask;
	void *arg;
};

enum err
sshsig_key_new(const uint8_t seed[SSHSIG_SEED_SIZE], struct sshsig_key **ret)
{
	struct sshsig_key *key = sodium_malloc(sizeof(*key));
	if (key == NULL)
		return ERR_IO;
	memset(key, 0, sizeof(*key));
	crypto_sign_seed_keypair(key->public, key->secret, seed);
	key->public[SSHSIG_KIND_AT] = SSHSIG_FILE;
	sodium_mprotect_readonly(key);
	*ret = key;
	return ERR_OK;
}

enum err
sshsig_key_new_token(const uint8_t point[SSHSIG_POINT_SIZE], sshsig_ask_fn *ask, void *arg,
    struct sshsig_key **ret)
{
	struct sshsig_key *key = sodium_malloc(sizeof(*key));
	if (key == NULL)
		return ERR_IO;
	memset(key, 0, sizeof(*key));
	memcpy(key->public, point, SSHSIG_POINT_SIZE);
	key->public[SSHSIG_KIND_AT] = SSHSIG_TOKEN;
	key->ask = ask;
	key->arg = arg;
	sodium_mprotect_readonly(key);
	*ret = key;
	return ERR_OK;
}

bool
sshsig_is_token(const uint8_t public[SSHSIG_PUBLIC_SIZE])
{
	return public[SSHSIG_KIND_AT] == SSHSIG_TOKEN;
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
	size_t kind = public[SSHSIG_KIND_AT];
	const char *application = sshsig_kinds[kind].application;
	sshsig_add_string(b, sshsig_kinds[kind].name, strlen(sshsig_kinds[kind].name));
	sshsig_add_string(b, public, SSHSIG_POINT_SIZE);
	if (application != NULL)
		sshsig_add_string(b, application, strlen(application));
}

/* The bytes that are signed: PROTOCOL.sshsig section 3. */
static void
sshsig_add_signed(struct buf *b, const char *namespace, const uint8_t hash[DIGEST_SHA512_SIZE])
{
	buf_add_str(b, "SSHSIG");
	sshsig_add_string(b, namespace, strlen(namespace));
	sshsig_add_string(b, "", 0);
	sshsig_add_string(b, SSHSIG_HASH, strlen(SSHSIG_HASH));
	sshsig_add_string(b, hash, DIGEST_SHA512_SIZE);
}

/* What a token makes of their hash, and signs: PROTOCOL.u2f. */
static void
sshsig_add_seen(struct buf *b, const struct sshsig_touch *t, const uint8_t hash[DIGEST_SIZE])
{
	uint8_t application[DIGEST_SIZE];
	digest_sha256(SSHSIG_APPLICATION, strlen(SSHSIG_APPLICATION), application);
	buf_add(b, application, sizeof(application));
	buf_add_byte(b, t->flags);
	buf_add_u32be(b, t->counter);
	buf_add(b, hash, DIGEST_SIZE);
}

/* What the signature must be over: the bytes themselves, or what the token made of them. */
static enum err
sshsig_raw_verify_as(const uint8_t public[SSHSIG_PUBLIC_SIZE], const struct sshsig_touch *t,
    const struct buf *signed_bytes)
{
	uint8_t hash[DIGEST_SIZE];
	struct buf seen;
	if (!sshsig_is_token(public))
		return sshsig_raw_verify(public, t->sig, signed_bytes->data, signed_bytes->len);
	digest_sha256(signed_bytes->data, signed_bytes->len, hash);
	buf_init(&seen, 2 * DIGEST_SIZE + 5);
	sshsig_add_seen(&seen, t, hash);
	enum err e = sshsig_raw_verify(public, t->sig, seen.data, seen.len);
	buf_done(&seen);
	return e;
}

/* A token may answer anything: what it gives is looked at as everybody else will. */
static enum err
sshsig_ask(
    const struct sshsig_key *key, const struct buf *signed_bytes, struct sshsig_touch *ret)
{
	uint8_t hash[DIGEST_SIZE];
	digest_sha256(signed_bytes->data, signed_bytes->len, hash);
	enum err e = key->ask(key->arg, hash, ret);
	if (e != ERR_OK)
		return e;
	if ((ret->flags & ~SSHSIG_KNOWN_FLAGS) != 0 || !(ret->flags & SSHSIG_TOUCHED))
		return ERR_RANGE;
	return sshsig_raw_verify_as(key->public, ret, signed_bytes);
}

static void
sshsig_add_signature(struct buf *b, enum sshsig_kind kind, const struct sshsig_touch *t)
{
	struct buf sig;
	buf_init(&sig, SSHSIG_BLOB_SIZE);
	sshsig_add_string(&sig, sshsig_kinds[kind].name, strlen(sshsig_kinds[kind].name));
	sshsig_add_string(&sig, t->sig, sizeof(t->sig));
	if (kind == SSHSIG_TOKEN) {
		buf_add_byte(&sig, t->flags);
		buf_add_u32be(&sig, t->counter);
	}
	sshsig_add_string(b, sig.data, sig.len);
	buf_done(&sig);
}

static enum err
sshsig_add_blob(struct buf *ret_blob, const char *namespace, const struct sshsig_key *key,
    const struct sshsig_touch *t)
{
	struct buf blob, public;
	buf_init(&public, SSHSIG_BLOB_SIZE);
	sshsig_add_public(&public, key->public);
	buf_init(&blob, SSHSIG_BLOB_SIZE + strlen(namespace));
	buf_add_str(&blob, "SSHSIG");
	buf_add_u32be(&blob, 1);
	sshsig_add_string(&blob, public.data, public.len);
	sshsig_add_string(&blob, namespace, strlen(namespace));
	sshsig_add_string(&blob, "", 0);
	sshsig_add_string(&blob, SSHSIG_HASH, strlen(SSHSIG_HASH));
	sshsig_add_signature(&blob, (enum sshsig_kind)key->public[SSHSIG_KIND_AT], t);
	enum err e = buf_add(ret_blob, blob.data, blob.len);
	buf_done(&public);
	buf_done(&blob);
	return e;
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
	struct buf signed_bytes;
	struct sshsig_touch t = {.flags = 0};
	uint8_t hash[DIGEST_SHA512_SIZE];
	enum err e = ERR_OK;
	digest_sha512(message, n, hash);
	buf_init(&signed_bytes, 256);
	sshsig_add_signed(&signed_bytes, namespace, hash);
	if (key->ask != NULL)
		e = sshsig_ask(key, &signed_bytes, &t);
	else
		sshsig_raw_sign(key, signed_bytes.data, signed_bytes.len, t.sig);
	buf_done(&signed_bytes);
	return e == ERR_OK ? sshsig_add_blob(ret_blob, namespace, key, &t) : e;
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

/* n bytes, s(them) */
static bool
sshsig_take_bytes(struct sshsig_span *in, size_t n, uint8_t *ret)
{
	struct sshsig_span value;
	if (!sshsig_take_string(in, &value) || value.len != n)
		return false;
	memcpy(ret, value.at, n);
	return true;
}

static enum err
sshsig_take_kind(struct sshsig_span *in, enum sshsig_kind *ret)
{
	struct sshsig_span name;
	if (!sshsig_take_string(in, &name))
		return ERR_SYNTAX;
	for (*ret = SSHSIG_FILE; *ret < SSHSIG_KIND__MAX; (*ret)++)
		if (sshsig_is(name, sshsig_kinds[*ret].name))
			return ERR_OK;
	return ERR_RANGE;
}

/* Nothing comes after the point, or after a token's application. */
static enum err
sshsig_take_public(struct sshsig_span in, uint8_t ret[SSHSIG_PUBLIC_SIZE])
{
	struct sshsig_span application;
	enum sshsig_kind kind;
	enum err e = sshsig_take_kind(&in, &kind);
	if (e != ERR_OK)
		return e;
	if (!sshsig_take_bytes(&in, SSHSIG_POINT_SIZE, ret))
		return ERR_SYNTAX;
	ret[SSHSIG_KIND_AT] = (uint8_t)kind;
	if (sshsig_kinds[kind].application == NULL)
		return in.len == 0 ? ERR_OK : ERR_SYNTAX;
	if (!sshsig_take_string(&in, &application) || in.len != 0)
		return ERR_SYNTAX;
	return sshsig_is(application, sshsig_kinds[kind].application) ? ERR_OK : ERR_RANGE;
}

/* A key's kind is its signature's; a token's flags and counter have no length before them. */
static enum err
sshsig_take_signature(
    struct sshsig_span in, const uint8_t public[SSHSIG_PUBLIC_SIZE], struct sshsig_touch *ret)
{
	enum sshsig_kind kind;
	enum err e = sshsig_take_kind(&in, &kind);
	if (e != ERR_OK)
		return e;
	if (kind != (enum sshsig_kind) public[SSHSIG_KIND_AT])
		return ERR_RANGE;
	if (!sshsig_take_bytes(&in, SSHSIG_RAW_SIZE, ret->sig))
		return ERR_SYNTAX;
	ret->flags = 0;
	ret->counter = 0;
	if (kind == SSHSIG_TOKEN) {
		if (in.len == 0)
			return ERR_SYNTAX;
		ret->flags = *in.at++;
		in.len--;
		if (!sshsig_take_u32(&in, &ret->counter))
			return ERR_SYNTAX;
	}
	if (in.len != 0)
		return ERR_SYNTAX;
	return (ret->flags & ~SSHSIG_KNOWN_FLAGS) == 0 ? ERR_OK : ERR_RANGE;
}

/* The form of a blob and the fixed fields; what it says is not judged yet. */
static enum err
sshsig_parse(const char *namespace, struct sshsig_span in,
    uint8_t ret_public[SSHSIG_PUBLIC_SIZE], struct sshsig_touch *ret)
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
	enum err e = sshsig_take_public(public, ret_public);
	return e != ERR_OK ? e : sshsig_take_signature(sig, ret_public, ret);
}

enum err
sshsig_look(const void *blob, size_t blob_len, uint8_t ret_public[SSHSIG_PUBLIC_SIZE],
    struct sshsig_touch *ret)
{
	uint8_t public[SSHSIG_PUBLIC_SIZE];
	struct sshsig_touch t;
	enum err e =
	    sshsig_parse(SSHSIG_NAMESPACE, (struct sshsig_span){blob, blob_len}, public, &t);
	if (e != ERR_OK)
		return e;
	memcpy(ret_public, public, sizeof(public));
	*ret = t;
	return ERR_OK;
}

/*
 * On the curve, of the prime order, spelt canonically.  Judging a key costs
 * more than verifying a signature, and a log has thousands by the same few
 * people: the last good ones are remembered.
 */
static bool
sshsig_point_ok(const uint8_t point[SSHSIG_POINT_SIZE])
{
	static _Thread_local uint8_t good[SSHSIG_REMEMBERED][SSHSIG_POINT_SIZE];
	static _Thread_local size_t count;
	for (size_t i = 0; i < SSHSIG_REMEMBERED && i < count; i++)
		if (memcmp(good[i], point, SSHSIG_POINT_SIZE) == 0)
			return true;
	if (crypto_core_ed25519_is_valid_point(point) != 1)
		return false;
	memcpy(good[count++ % SSHSIG_REMEMBERED], point, SSHSIG_POINT_SIZE);
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
	uint8_t public[SSHSIG_PUBLIC_SIZE];
	struct sshsig_touch t;
	struct buf signed_bytes;
	enum err e = sshsig_parse(namespace, (struct sshsig_span){blob, blob_len}, public, &t);
	if (e != ERR_OK)
		return e;
	if (!sshsig_point_ok(public) ||
	    (sshsig_is_token(public) && !(t.flags & SSHSIG_TOUCHED)))
		return ERR_DENIED;
	buf_init(&signed_bytes, 256);
	sshsig_add_signed(&signed_bytes, namespace, hash);
	e = sshsig_raw_verify_as(public, &t, &signed_bytes);
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
sshsig_raw_verify(const uint8_t point[SSHSIG_POINT_SIZE], const uint8_t sig[SSHSIG_RAW_SIZE],
    const void *message, size_t n)
{
	if (!sshsig_point_ok(point) || crypto_sign_verify_detached(sig, message, n, point) != 0)
		return ERR_SIGNATURE;
	return ERR_OK;
}

void
sshsig_public_line(const uint8_t public[SSHSIG_PUBLIC_SIZE], char out[SSHSIG_LINE_SIZE])
{
	const char *name = sshsig_kinds[public[SSHSIG_KIND_AT]].name;
	struct buf blob;
	buf_init(&blob, SSHSIG_LINE_SIZE);
	sshsig_add_public(&blob, public);
	memcpy(out, name, strlen(name));
	out[strlen(name)] = ' ';
	hex_b64_encode(blob.data, blob.len, out + strlen(name) + 1);
	buf_done(&blob);
}

enum err
sshsig_public_parse(const char *line, uint8_t ret_public[SSHSIG_PUBLIC_SIZE])
{
	uint8_t blob[SSHSIG_LINE_SIZE], public[SSHSIG_PUBLIC_SIZE];
	const char *blank = strchr(line, ' ');
	size_t len, kind = 0;
	if (blank == NULL)
		return ERR_SYNTAX;
	while (kind < SSHSIG_KIND__MAX &&
	       (strlen(sshsig_kinds[kind].name) != (size_t)(blank - line) ||
		   memcmp(line, sshsig_kinds[kind].name, (size_t)(blank - line)) != 0))
		kind++;
	if (kind == SSHSIG_KIND__MAX)
		return ERR_RANGE;
	if (strlen(line) >= SSHSIG_LINE_SIZE ||
	    !hex_b64_decode(blank + 1, strlen(blank + 1), blob, &len))
		return ERR_SYNTAX;
	enum err e = sshsig_take_public((struct sshsig_span){blob, len}, public);
	if (e != ERR_OK)
		return e;
	if (public[SSHSIG_KIND_AT] != kind)
		return ERR_RANGE;
	if (!sshsig_point_ok(public))
		return ERR_DENIED;
	memcpy(ret_public, public, sizeof(public));
	return ERR_OK;
}

void
sshsig_fingerprint(const uint8_t public[SSHSIG_PUBLIC_SIZE], char out[SSHSIG_FINGERPRINT_SIZE])
{
	uint8_t hash[DIGEST_SIZE];
	char text[HEX_B64_SIZE(DIGEST_SIZE)];
	struct buf blob;
	buf_init(&blob, SSHSIG_LINE_SIZE);
	sshsig_add_public(&blob, public);
	digest_sha256(blob.data, blob.len, hash);
	buf_done(&blob);
	hex_b64_encode(hash, sizeof(hash), text);
	/* OpenSSH prints no padding */
	memcpy(out, "SHA256:", 7);
	memcpy(out + 7, text, SSHSIG_FINGERPRINT_SIZE - 8);
	out[SSHSIG_FINGERPRINT_SIZE - 1] = '\0';
}
