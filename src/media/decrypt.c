/* SPDX-License-Identifier: ISC */
/* libcrypto has an ERR_STATE of its own, for which we have no use. */
/* clang-format off */
#define ERR_STATE openssl_err_state
#include <openssl/crypto.h>
#include <openssl/evp.h>
#undef ERR_STATE
/* clang-format on */

#include "src/media/decrypt.h"
#include "src/base/mem.h"

#include <assert.h>
#include <string.h>

#define DECRYPT_IV_BYTES 16

struct decrypt {
	EVP_CIPHER_CTX *data;
	EVP_CIPHER_CTX *number; /* ESSIV and EBOIV: encrypts the sector's number */
	enum layout_iv iv;
	unsigned sector_bytes;
	uint64_t iv_offset;
};

static const char *const decrypt_names[LAYOUT_CIPHER__MAX][LIM_VOLUME_KEY_BYTES / 8 + 1] = {
    [LAYOUT_AES_XTS] = {[4] = "AES-128-XTS", [8] = "AES-256-XTS"},
    [LAYOUT_AES_CBC] = {[2] = "AES-128-CBC", [3] = "AES-192-CBC", [4] = "AES-256-CBC"},
};
static const char *const decrypt_ecb[5] = {
    [2] = "AES-128-ECB", [3] = "AES-192-ECB", [4] = "AES-256-ECB"};

/*
 * XTS knows no padding: saying so would cost as much for each sector as half its
 * decryption, for libcrypto says it again whenever an IV is set.
 */
static EVP_CIPHER_CTX *
decrypt_cipher(const char *name, const uint8_t *key, bool encrypts)
{
	EVP_CIPHER *type = EVP_CIPHER_fetch(NULL, name, NULL);
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();

	if (type == NULL || ctx == NULL ||
	    EVP_CipherInit_ex2(ctx, type, key, NULL, encrypts, NULL) != 1 ||
	    (EVP_CIPHER_get_mode(type) != EVP_CIPH_XTS_MODE &&
		EVP_CIPHER_CTX_set_padding(ctx, 0) != 1)) {
		EVP_CIPHER_CTX_free(ctx);
		ctx = NULL;
	}
	EVP_CIPHER_free(type);
	return ctx;
}

void
decrypt_init(void)
{
	static const uint8_t key[LIM_VOLUME_KEY_BYTES] = {1};
	uint8_t sum[32];

	EVP_CIPHER_CTX_free(decrypt_cipher("AES-256-XTS", key, false));
	(void)EVP_Q_digest(NULL, "SHA256", NULL, key, sizeof(key), sum, NULL);
}

/* ESSIV: the SHA-256 of the key is a key of its own; EBOIV: the key itself. */
static EVP_CIPHER_CTX *
decrypt_number(const struct layout *l, const uint8_t *key)
{
	uint8_t salt[32];

	if (l->iv == LAYOUT_EBOIV)
		return decrypt_cipher(decrypt_ecb[l->key_bytes / 8], key, true);
	if (EVP_Q_digest(NULL, "SHA256", NULL, key, l->key_bytes, salt, NULL) != 1)
		return NULL;
	EVP_CIPHER_CTX *ctx = decrypt_cipher("AES-256-ECB", salt, true);
	OPENSSL_cleanse(salt, sizeof(salt));
	return ctx;
}

enum err
decrypt_new(const struct layout *l, const uint8_t *key, struct decrypt **ret)
{
	const char *name = decrypt_names[l->cipher][l->key_bytes / 8];
	bool numbers = l->iv == LAYOUT_ESSIV || l->iv == LAYOUT_EBOIV;
	struct decrypt *c = mem_alloc(sizeof(*c));

	assert(name != NULL);
	*c = (struct decrypt){
	    .iv = l->iv, .sector_bytes = l->sector_bytes, .iv_offset = l->iv_offset};
	c->data = decrypt_cipher(name, key, false);
	if (numbers)
		c->number = decrypt_number(l, key);
	if (c->data == NULL || (numbers && c->number == NULL)) {
		decrypt_free(c);
		return ERR_RANGE;
	}
	*ret = c;
	return ERR_OK;
}

struct decrypt *
decrypt_free(struct decrypt *c)
{
	if (c != NULL) {
		EVP_CIPHER_CTX_free(c->data);
		EVP_CIPHER_CTX_free(c->number);
		free(c);
	}
	return NULL;
}

static void
decrypt_put64(uint8_t out[8], uint64_t n, bool big)
{
	for (int i = 0; i < 8; i++)
		out[big ? 7 - i : i] = (uint8_t)(n >> (8 * i));
}

static bool
decrypt_iv(const struct decrypt *c, uint64_t place, uint8_t iv[DECRYPT_IV_BYTES])
{
	uint64_t n = c->iv_offset + place / 512;
	int len = 0;

	memset(iv, 0, DECRYPT_IV_BYTES);
	switch (c->iv) {
	case LAYOUT_PLAIN:
		decrypt_put64(iv, (uint32_t)n, false);
		return true;
	case LAYOUT_PLAIN64BE:
		decrypt_put64(iv + 8, n, true);
		return true;
	case LAYOUT_PLAIN64_LARGE:
		decrypt_put64(iv, n / (c->sector_bytes / 512), false);
		return true;
	case LAYOUT_EBOIV:
		decrypt_put64(iv, n * 512, false);
		break;
	case LAYOUT_ESSIV:
		decrypt_put64(iv, n, false);
		break;
	case LAYOUT_PLAIN64:
	case LAYOUT_IV__MAX:
		decrypt_put64(iv, n, false);
		return true;
	}
	return EVP_CipherUpdate(c->number, iv, &len, iv, DECRYPT_IV_BYTES) == 1 &&
	       len == DECRYPT_IV_BYTES;
}

enum err
decrypt_sectors(struct decrypt *c, uint64_t place, uint8_t *bytes, size_t n)
{
	uint8_t iv[DECRYPT_IV_BYTES];
	int len = 0;

	assert(n % c->sector_bytes == 0);
	for (size_t at = 0; at < n; at += c->sector_bytes) {
		if (!decrypt_iv(c, place + at, iv) ||
		    EVP_CipherInit_ex2(c->data, NULL, NULL, iv, -1, NULL) != 1 ||
		    EVP_CipherUpdate(
			c->data, bytes + at, &len, bytes + at, (int)c->sector_bytes) != 1 ||
		    len != (int)c->sector_bytes)
			return ERR_IO;
	}
	return ERR_OK;
}
