/* SPDX-License-Identifier: ISC */
#include "src/core/tokenfile.h"
#include "src/base/hex.h"
#include "src/base/mem.h"
#include "src/core/digest.h"
#include "src/core/shape.h"

#include <string.h>

#define TOKENFILE_MAGIC "sallyport-token-v1\n"

bool
tokenfile_is(const void *file, size_t n)
{
	const size_t magic = strlen(TOKENFILE_MAGIC);
	return n >= magic && memcmp(file, TOKENFILE_MAGIC, magic) == 0;
}

enum err
tokenfile_print(const struct tokenfile *f, struct buf *out)
{
	char line[SSHSIG_LINE_SIZE], hex[HEX_DIGEST_SIZE];
	char credential[HEX_B64_SIZE(sizeof(f->credential))];
	uint8_t sum[DIGEST_SIZE];
	struct buf text;
	buf_init(&text, LIM_KEY_FILE_BYTES);
	sshsig_public_line(f->public, line);
	hex_b64_encode(f->credential, f->credential_len, credential);
	buf_addf(&text, TOKENFILE_MAGIC "officer %s\npublic %s\ncredential %s\n", f->officer,
	    line, credential);
	digest_sha256(text.data, text.len, sum);
	hex_encode(sum, sizeof(sum), hex);
	enum err e = buf_addf(&text, "sum %s\n", hex);
	if (e == ERR_OK)
		e = buf_add(out, text.data, text.len);
	buf_done(&text);
	return e;
}

/* "word value LF"; the value's bytes, which are in the text. */
static bool
tokenfile_take(const char **at, const char *end, const char *word, const char **ret, size_t *n)
{
	size_t len = strlen(word);
	const char *lf = memchr(*at, '\n', (size_t)(end - *at));
	if (lf == NULL || (size_t)(lf - *at) <= len + 1 || memcmp(*at, word, len) != 0 ||
	    (*at)[len] != ' ')
		return false;
	*ret = *at + len + 1;
	*n = (size_t)(lf - *ret);
	*at = lf + 1;
	return true;
}

static bool
tokenfile_text(const char **at, const char *end, const char *word, char *out, size_t size)
{
	const char *value;
	size_t n;
	if (!tokenfile_take(at, end, word, &value, &n) || n >= size || memchr(value, 0, n))
		return false;
	memcpy(out, value, n);
	out[n] = '\0';
	return true;
}

static bool
tokenfile_credential(const char **at, const char *end, struct tokenfile *f)
{
	const char *value;
	size_t n;
	uint8_t room[LIM_TOKEN_CREDENTIAL_BYTES + 3];
	if (!tokenfile_take(at, end, "credential", &value, &n) || n == 0 ||
	    n >= HEX_B64_SIZE(LIM_TOKEN_CREDENTIAL_BYTES) ||
	    !hex_b64_decode(value, n, room, &f->credential_len) ||
	    f->credential_len > sizeof(f->credential))
		return false;
	memcpy(f->credential, room, f->credential_len);
	return true;
}

enum err
tokenfile_parse(const void *file, size_t n, struct tokenfile *ret)
{
	struct tokenfile f = {.credential_len = 0};
	const char *at = file, *end = at + n;
	char line[SSHSIG_LINE_SIZE], hex[HEX_DIGEST_SIZE];
	uint8_t sum[DIGEST_SIZE], again[DIGEST_SIZE];
	if (n > LIM_KEY_FILE_BYTES)
		return ERR_LIMIT;
	if (!tokenfile_is(file, n))
		return ERR_SYNTAX;
	at += strlen(TOKENFILE_MAGIC);
	if (!tokenfile_text(&at, end, "officer", f.officer, sizeof(f.officer)) ||
	    !shape_person_ok(f.officer) ||
	    !tokenfile_text(&at, end, "public", line, sizeof(line)) ||
	    sshsig_public_parse(line, f.public) != ERR_OK || !sshsig_is_token(f.public) ||
	    !tokenfile_credential(&at, end, &f))
		return ERR_SYNTAX;
	digest_sha256(file, (size_t)(at - (const char *)file), again);
	if (!tokenfile_text(&at, end, "sum", hex, sizeof(hex)) || at != end ||
	    !hex_decode(hex, strlen(hex), sum, sizeof(sum)) ||
	    memcmp(sum, again, sizeof(sum)) != 0)
		return ERR_SYNTAX;
	*ret = f;
	return ERR_OK;
}
