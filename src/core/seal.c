/* SPDX-License-Identifier: ISC */
#include "src/core/seal.h"
#include "src/base/hex.h"
#include "src/base/io.h"
#include "src/core/digest.h"

#include <assert.h>
#include <sodium.h>
#include <stdbool.h>
#include <string.h>

#define SEAL_MAGIC      "sallyport-key-v1\n"
#define SEAL_KDF        "argon2id13"
#define SEAL_SALT_SIZE  crypto_pwhash_SALTBYTES
#define SEAL_NONCE_SIZE crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define SEAL_BOX_SIZE   (SSHSIG_SEED_SIZE + crypto_aead_xchacha20poly1305_ietf_ABYTES)
#define SEAL_KEY_SIZE   crypto_aead_xchacha20poly1305_ietf_KEYBYTES
#define SEAL_FLOOR_OPS  2
#define SEAL_FLOOR_MEM  (UINT64_C(64) << 20)

struct seal_secret {
	size_t len;
	uint8_t bytes[];
};

static const struct {
	uint64_t ops, mem_bytes;
} seal_costs[] = {
    [SEAL_COST_MODERATE] = {3, UINT64_C(256) << 20},
    [SEAL_COST_FLOOR] = {SEAL_FLOOR_OPS, SEAL_FLOOR_MEM},
};

enum err
seal_init(void)
{
	return sodium_init() >= 0 ? ERR_OK : ERR_IO;
}

void
seal_random(void *out, size_t n)
{
	randombytes_buf(out, n);
}

void
seal_wipe(void *bytes, size_t n)
{
	sodium_memzero(bytes, n);
}

/* --- locked memory ---------------------------------------------------------- */

enum err
seal_secret_new(size_t n, struct seal_secret **ret)
{
	assert(n >= 1 && n <= LIM_SECRET_BYTES);
	/* sodium_malloc ends at a guard page: only whole words keep len aligned */
	size_t words = (n + sizeof(size_t) - 1) / sizeof(size_t);
	struct seal_secret *s = sodium_malloc(sizeof(*s) + words * sizeof(size_t));
	if (s == NULL)
		return ERR_IO;
	s->len = n;
	memset(s->bytes, 0, words * sizeof(size_t));
	*ret = s;
	return ERR_OK;
}

void
seal_secret_free(struct seal_secret *s)
{
	sodium_free(s);
}

void
seal_secret_cleanup(struct seal_secret **s)
{
	seal_secret_free(*s);
}

uint8_t *
seal_secret_bytes(struct seal_secret *s)
{
	return s->bytes;
}

size_t
seal_secret_len(const struct seal_secret *s)
{
	return s->len;
}

enum err
seal_secret_read(int fd, struct seal_secret **ret)
{
	struct seal_secret *s;
	size_t len = 0;
	enum err end = ERR_OK, e = seal_secret_new(LIM_PASSPHRASE_BYTES + 1, &s);
	if (e != ERR_OK)
		return e;
	/* a byte at a time: what follows the line belongs to somebody else */
	while ((end = io_read_all(fd, &s->bytes[len], 1)) == ERR_OK && s->bytes[len] != '\n') {
		if (s->bytes[len] == '\0')
			e = ERR_SYNTAX;
		else if (len == LIM_PASSPHRASE_BYTES)
			e = ERR_LIMIT;
		if (e != ERR_OK)
			break;
		len++;
	}
	if (e == ERR_OK)
		e = end == ERR_IO ? ERR_IO : len == 0 ? ERR_RANGE : ERR_OK;
	if (e != ERR_OK) {
		seal_secret_free(s);
		return e;
	}
	s->bytes[len] = '\0';
	s->len = len;
	*ret = s;
	return ERR_OK;
}

enum err
seal_secret_load(int fd, size_t n, struct seal_secret **ret)
{
	struct seal_secret *s;
	uint8_t extra;
	enum err e = seal_secret_new(n, &s);
	if (e != ERR_OK)
		return e;
	e = io_read_all(fd, s->bytes, n);
	/* io_read_all calls an early end ERR_SYNTAX: here it has to come */
	if (e == ERR_OK) {
		e = io_read_all(fd, &extra, 1);
		e = e == ERR_OK ? ERR_SYNTAX : e == ERR_SYNTAX ? ERR_OK : e;
	}
	if (e != ERR_OK) {
		seal_secret_free(s);
		return e;
	}
	*ret = s;
	return ERR_OK;
}

enum err
seal_seed_new(struct seal_secret **ret)
{
	enum err e = seal_secret_new(SSHSIG_SEED_SIZE, ret);
	if (e == ERR_OK)
		seal_random((*ret)->bytes, SSHSIG_SEED_SIZE);
	return e;
}

enum err
seal_seed_key(struct seal_secret *seed, struct sshsig_key **ret)
{
	return seed->len == SSHSIG_SEED_SIZE ? sshsig_key_new(seed->bytes, ret) : ERR_RANGE;
}

/* --- key files -------------------------------------------------------------- */

struct seal_file {
	struct seal_header header;
	size_t bound_len; /* bytes above the box: additional data */
	uint8_t salt[SEAL_SALT_SIZE];
	uint8_t nonce[SEAL_NONCE_SIZE];
	uint8_t box[SEAL_BOX_SIZE];
};

static bool
seal_is_officer(const char *id)
{
	size_t len = strlen(id);
	return len >= 1 && len <= LIM_PERSON_ID_BYTES && id[0] >= 'a' && id[0] <= 'z' &&
	       strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789._-") == len;
}

/* The key of the box; what the passphrase and the cost make of the salt. */
static enum err
seal_derive(struct seal_secret *passphrase, const uint8_t salt[SEAL_SALT_SIZE], uint64_t ops,
    uint64_t mem_bytes, struct seal_secret **ret)
{
	struct seal_secret *key;
	enum err e = seal_secret_new(SEAL_KEY_SIZE, &key);
	if (e != ERR_OK)
		return e;
	if (crypto_pwhash(key->bytes, SEAL_KEY_SIZE, (const char *)passphrase->bytes,
		passphrase->len, salt, ops, (size_t)mem_bytes,
		crypto_pwhash_ALG_ARGON2ID13) != 0) {
		seal_secret_free(key);
		return ERR_IO;
	}
	*ret = key;
	return ERR_OK;
}

static void
seal_add_b64(struct buf *b, const char *word, const uint8_t *bytes, size_t n)
{
	char text[HEX_B64_SIZE(64)];
	hex_b64_encode(bytes, n, text);
	buf_addf(b, "%s %s\n", word, text);
}

/* Everything above the box. */
static void
seal_add_header(struct buf *b, const struct seal_file *f)
{
	char line[SSHSIG_LINE_SIZE];
	sshsig_public_line(f->header.public, line);
	buf_addf(b,
	    SEAL_MAGIC "officer %s\npublic %s\nkdf " SEAL_KDF "\nops %llu\nmem_bytes %llu\n",
	    f->header.officer, line, (unsigned long long)f->header.ops,
	    (unsigned long long)f->header.mem_bytes);
	seal_add_b64(b, "salt", f->salt, sizeof(f->salt));
	seal_add_b64(b, "nonce", f->nonce, sizeof(f->nonce));
}

static void
seal_add_sum(struct buf *b)
{
	uint8_t sum[DIGEST_SIZE];
	char hex[HEX_DIGEST_SIZE];
	digest_sha256(b->data, b->len, sum);
	hex_encode(sum, sizeof(sum), hex);
	buf_addf(b, "sum %s\n", hex);
}

/* seal_close at a cost that need not be one of the table. */
static enum err
seal_close_at(struct seal_secret *seed, struct seal_secret *passphrase, const char *officer,
    uint64_t ops, uint64_t mem_bytes, struct buf *ret_file)
{
	struct seal_file f = {.bound_len = 0};
	struct sshsig_key *pair;
	struct seal_secret *key;
	struct buf text;
	if (!seal_is_officer(officer))
		return ERR_RANGE;
	enum err e = seal_seed_key(seed, &pair);
	if (e != ERR_OK)
		return e;
	memcpy(f.header.officer, officer, strlen(officer) + 1);
	memcpy(f.header.public, sshsig_key_public(pair), SSHSIG_PUBLIC_SIZE);
	sshsig_key_free(pair);
	f.header.ops = ops;
	f.header.mem_bytes = mem_bytes;
	seal_random(f.salt, sizeof(f.salt));
	seal_random(f.nonce, sizeof(f.nonce));
	e = seal_derive(passphrase, f.salt, f.header.ops, f.header.mem_bytes, &key);
	if (e != ERR_OK)
		return e;
	buf_init(&text, LIM_KEY_FILE_BYTES);
	seal_add_header(&text, &f);
	crypto_aead_xchacha20poly1305_ietf_encrypt(f.box, NULL, seed->bytes, seed->len,
	    text.data, text.len, NULL, f.nonce, key->bytes);
	seal_secret_free(key);
	seal_add_b64(&text, "box", f.box, sizeof(f.box));
	seal_add_sum(&text);
	e = buf_add(ret_file, text.data, text.len);
	buf_done(&text);
	return e;
}

enum err
seal_close(struct seal_secret *seed, struct seal_secret *passphrase, const char *officer,
    enum seal_cost cost, struct buf *ret_file)
{
	return seal_close_at(seed, passphrase, officer, seal_costs[cost].ops,
	    seal_costs[cost].mem_bytes, ret_file);
}

/* "word value" LF; the value is copied with a NUL. */
static bool
seal_take_line(const char **at, const char *end, const char *word, char *out, size_t out_size)
{
	size_t n = strlen(word);
	const char *lf = memchr(*at, '\n', (size_t)(end - *at));
	if (lf == NULL || (size_t)(lf - *at) < n + 1 || memcmp(*at, word, n) != 0 ||
	    (*at)[n] != ' ')
		return false;
	const char *value = *at + n + 1;
	size_t len = (size_t)(lf - value);
	if (len >= out_size || memchr(value, '\0', len) != NULL)
		return false;
	memcpy(out, value, len);
	out[len] = '\0';
	*at = lf + 1;
	return true;
}

static bool
seal_take_b64(const char **at, const char *end, const char *word, uint8_t *out, size_t n)
{
	char text[HEX_B64_SIZE(64)];
	uint8_t bytes[sizeof(text)];
	size_t len;
	if (!seal_take_line(at, end, word, text, sizeof(text)) ||
	    !hex_b64_decode(text, strlen(text), bytes, &len) || len != n)
		return false;
	memcpy(out, bytes, n);
	return true;
}

static bool
seal_take_number(const char **at, const char *end, const char *word, uint64_t *ret)
{
	char text[16];
	uint64_t v = 0;
	if (!seal_take_line(at, end, word, text, sizeof(text)) || text[0] == '\0' ||
	    text[0] == '0')
		return false;
	for (const char *p = text; *p != '\0'; p++) {
		if (*p < '0' || *p > '9')
			return false;
		v = v * 10 + (uint64_t)(*p - '0');
	}
	*ret = v;
	return true;
}

static enum err
seal_parse(const char *text, size_t n, struct seal_file *ret)
{
	struct seal_file f;
	char line[SSHSIG_LINE_SIZE], kdf[sizeof(SEAL_KDF)], hex[HEX_DIGEST_SIZE];
	uint8_t sum[DIGEST_SIZE], again[DIGEST_SIZE];
	const char *at = text, *end = text + n;
	const size_t magic = strlen(SEAL_MAGIC);
	if (n > LIM_KEY_FILE_BYTES)
		return ERR_LIMIT;
	if (n < magic || memcmp(text, SEAL_MAGIC, magic) != 0)
		return ERR_SYNTAX;
	at += magic;
	if (!seal_take_line(&at, end, "officer", f.header.officer, sizeof(f.header.officer)) ||
	    !seal_is_officer(f.header.officer) ||
	    !seal_take_line(&at, end, "public", line, sizeof(line)) ||
	    sshsig_public_parse(line, f.header.public) != ERR_OK ||
	    sshsig_is_token(f.header.public) ||
	    !seal_take_line(&at, end, "kdf", kdf, sizeof(kdf)) || strcmp(kdf, SEAL_KDF) != 0 ||
	    !seal_take_number(&at, end, "ops", &f.header.ops) ||
	    !seal_take_number(&at, end, "mem_bytes", &f.header.mem_bytes) ||
	    !seal_take_b64(&at, end, "salt", f.salt, sizeof(f.salt)) ||
	    !seal_take_b64(&at, end, "nonce", f.nonce, sizeof(f.nonce)))
		return ERR_SYNTAX;
	f.bound_len = (size_t)(at - text);
	if (!seal_take_b64(&at, end, "box", f.box, sizeof(f.box)))
		return ERR_SYNTAX;
	digest_sha256(text, (size_t)(at - text), again);
	if (!seal_take_line(&at, end, "sum", hex, sizeof(hex)) || at != end ||
	    !hex_decode(hex, strlen(hex), sum, sizeof(sum)) ||
	    memcmp(sum, again, sizeof(sum)) != 0)
		return ERR_SYNTAX;
	if (f.header.ops < SEAL_FLOOR_OPS || f.header.ops > LIM_KEY_OPS ||
	    f.header.mem_bytes < SEAL_FLOOR_MEM || f.header.mem_bytes > LIM_KEY_MEM_BYTES)
		return ERR_RANGE;
	*ret = f;
	return ERR_OK;
}

enum err
seal_header_parse(const void *file, size_t n, struct seal_header *ret)
{
	struct seal_file f;
	enum err e = seal_parse(file, n, &f);
	if (e == ERR_OK)
		*ret = f.header;
	return e;
}

/* The public key in the header must be that of the seed. */
static enum err
seal_check_seed(struct seal_secret *seed, const struct seal_header *h)
{
	struct sshsig_key *pair;
	enum err e = seal_seed_key(seed, &pair);
	if (e != ERR_OK)
		return e;
	if (memcmp(sshsig_key_public(pair), h->public, SSHSIG_PUBLIC_SIZE) != 0)
		e = ERR_SYNTAX;
	sshsig_key_free(pair);
	return e;
}

enum err
seal_open(const void *file, size_t n, struct seal_secret *passphrase,
    struct seal_header *ret_header, struct seal_secret **ret_seed)
{
	struct seal_file f;
	struct seal_secret *key, *seed;
	enum err e = seal_parse(file, n, &f);
	if (e == ERR_OK)
		e = seal_secret_new(SSHSIG_SEED_SIZE, &seed);
	if (e != ERR_OK)
		return e;
	e = seal_derive(passphrase, f.salt, f.header.ops, f.header.mem_bytes, &key);
	if (e == ERR_OK) {
		if (crypto_aead_xchacha20poly1305_ietf_decrypt(seed->bytes, NULL, NULL, f.box,
			sizeof(f.box), file, f.bound_len, f.nonce, key->bytes) != 0)
			e = ERR_DENIED;
		seal_secret_free(key);
	}
	if (e == ERR_OK)
		e = seal_check_seed(seed, &f.header);
	if (e != ERR_OK) {
		seal_secret_free(seed);
		return e;
	}
	if (ret_header != NULL)
		*ret_header = f.header;
	*ret_seed = seed;
	return ERR_OK;
}

enum err
seal_change(const void *file, size_t n, struct seal_secret *passphrase,
    struct seal_secret *new_passphrase, enum seal_cost least, struct buf *ret_file)
{
	struct seal_header h;
	struct seal_secret *seed;
	enum err e = seal_open(file, n, passphrase, &h, &seed);
	if (e != ERR_OK)
		return e;
	uint64_t ops = seal_costs[least].ops, mem_bytes = seal_costs[least].mem_bytes;
	e = seal_close_at(seed, new_passphrase, h.officer, h.ops > ops ? h.ops : ops,
	    h.mem_bytes > mem_bytes ? h.mem_bytes : mem_bytes, ret_file);
	seal_secret_free(seed);
	return e;
}
