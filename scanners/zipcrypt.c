/* SPDX-License-Identifier: ISC */
#include "scanners/zipcrypt.h"
#include "src/base/mem.h"

#include <assert.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <string.h>
#include <zlib.h>

#define OLD_HEAD     12u
#define AES_ROUNDS   1000 /* of PBKDF2 */
#define AES_CHECK    2u   /* bytes that know the password */
#define AES_BLOCK    16u
#define AES_AHEAD    64u /* blocks of key stream made at once */
#define AES_KEY_MAX  32u
#define AES_SALT_MAX 16u

struct zipcrypt {
	unsigned strength;
	uint32_t keys[3]; /* of the old cipher */
	EVP_CIPHER_CTX *cipher;
	EVP_MAC_CTX *mac;
	uint64_t block; /* the number of the last one of the stream, from 1 */
	size_t used;    /* bytes of the stream */
	uint8_t stream[AES_AHEAD * AES_BLOCK];
};

static EVP_MD *zipcrypt_sha1; /* NULL: a site's OpenSSL leaves one of these out */
static EVP_MAC *zipcrypt_hmac;
static EVP_CIPHER *zipcrypt_aes[ZIPCRYPT_AES_MAX];

static size_t
zipcrypt_key_bytes(unsigned strength)
{
	return 8u + 8u * strength;
}

static size_t
zipcrypt_salt_bytes(unsigned strength)
{
	return zipcrypt_key_bytes(strength) / 2;
}

size_t
zipcrypt_head(unsigned strength)
{
	assert(strength <= ZIPCRYPT_AES_MAX);
	return strength == ZIPCRYPT_OLD ? OLD_HEAD : zipcrypt_salt_bytes(strength) + AES_CHECK;
}

size_t
zipcrypt_tail(unsigned strength)
{
	return strength == ZIPCRYPT_OLD ? 0 : ZIPCRYPT_TAIL_MAX;
}

void
zipcrypt_warm_up(void)
{
	static const char *const names[] = {"AES-128-ECB", "AES-192-ECB", "AES-256-ECB"};
	uint8_t out[AES_KEY_MAX];
	zipcrypt_sha1 = EVP_MD_fetch(NULL, "SHA1", NULL);
	zipcrypt_hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	for (size_t i = 0; i < ZIPCRYPT_AES_MAX; i++)
		zipcrypt_aes[i] = EVP_CIPHER_fetch(NULL, names[i], NULL);
	if (zipcrypt_sha1 != NULL)
		(void)PKCS5_PBKDF2_HMAC("", 0, out, 8, 1, zipcrypt_sha1, sizeof(out), out);
}

/* --- the old cipher ------------------------------------------------------------------ */

static void
old_update(struct zipcrypt *z, uint8_t byte)
{
	/* one step of the register, without what crc32() does at begin and end */
	z->keys[0] = (uint32_t)(crc32(z->keys[0] ^ 0xffffffffu, &byte, 1) ^ 0xffffffffu);
	z->keys[1] = (z->keys[1] + (z->keys[0] & 0xffu)) * 134775813u + 1;
	byte = (uint8_t)(z->keys[1] >> 24);
	z->keys[2] = (uint32_t)(crc32(z->keys[2] ^ 0xffffffffu, &byte, 1) ^ 0xffffffffu);
}

static void
old_step(struct zipcrypt *z, uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint32_t t = (z->keys[2] & 0xffffu) | 2u;
		bytes[i] ^= (uint8_t)((t * (t ^ 1u)) >> 8);
		old_update(z, bytes[i]);
	}
}

static bool
old_begin(
    struct zipcrypt *z, const uint8_t *password, size_t n, const uint8_t *head, uint8_t check)
{
	uint8_t plain[OLD_HEAD];
	z->keys[0] = 0x12345678u;
	z->keys[1] = 0x23456789u;
	z->keys[2] = 0x34567890u;
	for (size_t i = 0; i < n; i++)
		old_update(z, password[i]);
	memcpy(plain, head, OLD_HEAD);
	old_step(z, plain, OLD_HEAD);
	return plain[OLD_HEAD - 1] == check;
}

/* --- AES -------------------------------------------------------------------------------- */

static bool
aes_begin(struct zipcrypt *z, const uint8_t *password, size_t n, const uint8_t *head)
{
	size_t key = zipcrypt_key_bytes(z->strength), salt = zipcrypt_salt_bytes(z->strength);
	uint8_t out[2 * AES_KEY_MAX + AES_CHECK];
	char sha1[] = "SHA1";
	const OSSL_PARAM params[] = {
	    OSSL_PARAM_construct_utf8_string("digest", sha1, 0), OSSL_PARAM_construct_end()};
	const EVP_CIPHER *aes = zipcrypt_aes[z->strength - 1];
	if (zipcrypt_sha1 == NULL || zipcrypt_hmac == NULL || aes == NULL)
		return false;
	bool ok = PKCS5_PBKDF2_HMAC((const char *)password, (int)n, head, (int)salt, AES_ROUNDS,
		      zipcrypt_sha1, (int)(2 * key + AES_CHECK), out) == 1 &&
	          CRYPTO_memcmp(out + 2 * key, head + salt, AES_CHECK) == 0 &&
	          (z->cipher = EVP_CIPHER_CTX_new()) != NULL &&
	          EVP_EncryptInit_ex2(z->cipher, aes, out, NULL, NULL) == 1 &&
	          EVP_CIPHER_CTX_set_padding(z->cipher, 0) == 1 &&
	          (z->mac = EVP_MAC_CTX_new(zipcrypt_hmac)) != NULL &&
	          EVP_MAC_init(z->mac, out + key, key, params) == 1;
	explicit_bzero(out, sizeof(out));
	z->used = sizeof(z->stream);
	return ok;
}

/* The counter is little-endian, unlike everywhere else. */
static void
aes_ahead(struct zipcrypt *z)
{
	uint8_t counters[sizeof(z->stream)] = {0};
	int n = 0;
	for (size_t i = 0; i < AES_AHEAD; i++) {
		z->block++;
		for (size_t k = 0; k < 8; k++)
			counters[i * AES_BLOCK + k] = (uint8_t)(z->block >> (8 * k));
	}
	if (EVP_EncryptUpdate(z->cipher, z->stream, &n, counters, (int)sizeof(counters)) != 1 ||
	    (size_t)n != sizeof(counters))
		abort();
	z->used = 0;
}

static void
aes_step(struct zipcrypt *z, uint8_t *bytes, size_t n)
{
	if (EVP_MAC_update(z->mac, bytes, n) != 1)
		abort();
	for (size_t i = 0; i < n; i++) {
		if (z->used == sizeof(z->stream))
			aes_ahead(z);
		bytes[i] ^= z->stream[z->used++];
	}
}

static bool
aes_ends(struct zipcrypt *z, const uint8_t *tail)
{
	uint8_t out[EVP_MAX_MD_SIZE];
	size_t n = 0;
	return EVP_MAC_final(z->mac, out, &n, sizeof(out)) == 1 && n >= ZIPCRYPT_TAIL_MAX &&
	       CRYPTO_memcmp(out, tail, ZIPCRYPT_TAIL_MAX) == 0;
}

/* --- either ------------------------------------------------------------------------------- */

struct zipcrypt *
zipcrypt_new(
    unsigned strength, const uint8_t *password, size_t n, const uint8_t *head, uint8_t check)
{
	struct zipcrypt *z = mem_alloc(sizeof(*z));
	assert(strength <= ZIPCRYPT_AES_MAX);
	z->strength = strength;
	if (strength == ZIPCRYPT_OLD ? old_begin(z, password, n, head, check)
				     : aes_begin(z, password, n, head))
		return z;
	zipcrypt_free(z);
	return NULL;
}

void
zipcrypt_free(struct zipcrypt *z)
{
	if (z == NULL)
		return;
	EVP_CIPHER_CTX_free(z->cipher);
	EVP_MAC_CTX_free(z->mac);
	explicit_bzero(z, sizeof(*z));
	free(z);
}

void
zipcrypt_step(struct zipcrypt *z, uint8_t *bytes, size_t n)
{
	if (z->strength == ZIPCRYPT_OLD)
		old_step(z, bytes, n);
	else
		aes_step(z, bytes, n);
}

bool
zipcrypt_ends(struct zipcrypt *z, const uint8_t *tail)
{
	return z->strength == ZIPCRYPT_OLD || aes_ends(z, tail);
}
