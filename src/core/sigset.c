/* SPDX-License-Identifier: ISC */
#include "src/core/sigset.h"
#include "src/base/clock.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/base/mem.h"

#include <stdio.h>
#include <string.h>

#define SIGSET_FIRST "sallyport-signatures-v1"
#define SIGSET_BEGIN "-----BEGIN SSH SIGNATURE-----\n"
#define SIGSET_END   "-----END SSH SIGNATURE-----"
#define SIGSET_WIDTH 70 /* of a line of base64, as ssh-keygen writes it */

#define sigset_wrong(why, e, ...) err_say(e, why, SIGSET_WHY_SIZE, __VA_ARGS__)

#define SIGSET_OURS "sallyport-" /* how names begin that only the station gives */

/* What each scanner reads, as far as it can only find more by it. */
static const struct {
	const char *scanner;
	const char *ends[8];
	bool mark;
} sigset_kinds[] = {
    {"yara", {".yar", ".yara", NULL}, false},
    {"av", {".ndb", ".hdb", ".hsb", ".mdb", ".msb", ".ldb", ".cvd", NULL}, true},
};

static bool
sigset_is_word(const char *s, const char *others)
{
	if (s[0] == '.' || s[0] == '-' || s[0] == '\0')
		return false;
	for (; *s != '\0'; s++)
		if (!(*s >= 'a' && *s <= 'z') && !(*s >= 'A' && *s <= 'Z') &&
		    !(*s >= '0' && *s <= '9') && strchr(others, *s) == NULL)
			return false;
	return true;
}

bool
sigset_name_ok(const char *scanner, const char *name)
{
	size_t n = strlen(name);
	if (n >= SIGSET_NAME_SIZE || !sigset_is_word(name, "._-") ||
	    strncmp(name, SIGSET_OURS, strlen(SIGSET_OURS)) == 0)
		return false;
	for (size_t i = 0; i < sizeof(sigset_kinds) / sizeof(sigset_kinds[0]); i++) {
		if (strcmp(sigset_kinds[i].scanner, scanner) != 0)
			continue;
		for (const char *const *end = sigset_kinds[i].ends; *end != NULL; end++) {
			size_t len = strlen(*end);
			if (n > len && strcmp(name + n - len, *end) == 0)
				return true;
		}
	}
	return false;
}

bool
sigset_has_mark(const char *scanner)
{
	for (size_t i = 0; i < sizeof(sigset_kinds) / sizeof(sigset_kinds[0]); i++)
		if (strcmp(sigset_kinds[i].scanner, scanner) == 0)
			return sigset_kinds[i].mark;
	return false;
}

/* --- the text ------------------------------------------------------------------------ */

struct sigset_lines {
	const char *at, *end;
	size_t number;
};

/* The next line without its LF; false at the end, or when it is not ended. */
static bool
sigset_line(struct sigset_lines *in, const char **ret, size_t *ret_len)
{
	const char *lf = memchr(in->at, '\n', (size_t)(in->end - in->at));
	if (lf == NULL)
		return false;
	*ret = in->at;
	*ret_len = (size_t)(lf - in->at);
	in->at = lf + 1;
	in->number++;
	return true;
}

/* "key value": the value into a fixed field; false when it is another line. */
static bool
sigset_field(struct sigset_lines *in, const char *key, char *out, size_t size)
{
	const char *line;
	size_t n, len = strlen(key);
	if (!sigset_line(in, &line, &n) || n <= len + 1 || n - len - 1 >= size ||
	    memcmp(line, key, len) != 0 || line[len] != ' ')
		return false;
	memcpy(out, line + len + 1, n - len - 1);
	out[n - len - 1] = '\0';
	return true;
}

static enum err
sigset_parse_file(struct sigset *s, const char *line, size_t n, char ret_why[SIGSET_WHY_SIZE])
{
	struct sigset_file f = {.name = ""};
	if (n < 66 + 1 || n >= 66 + SIGSET_NAME_SIZE || memcmp(line + 64, "  ", 2) != 0 ||
	    !hex_decode(line, 64, f.sha256, sizeof(f.sha256)))
		return sigset_wrong(
		    ret_why, ERR_SYNTAX, "a line is not a digest, two blanks and a name");
	memcpy(f.name, line + 66, n - 66);
	if (strlen(f.name) != n - 66 || !sigset_name_ok(s->scanner, f.name))
		return sigset_wrong(ret_why, ERR_RANGE,
		    "it names a file that the scanner's sets must not have");
	if (s->nfiles > 0 && strcmp(s->files[s->nfiles - 1].name, f.name) >= 0)
		return sigset_wrong(ret_why, ERR_SYNTAX, "its names are not in order");
	if (s->nfiles == LIM_SIGSET_FILES)
		return sigset_wrong(
		    ret_why, ERR_LIMIT, "it has more than %d files", LIM_SIGSET_FILES);
	s->files = mem_resize(s->files, s->nfiles + 1, sizeof(*s->files));
	s->files[s->nfiles++] = f;
	return ERR_OK;
}

static enum err
sigset_parse_head(struct sigset *s, struct sigset_lines *in, char ret_why[SIGSET_WHY_SIZE])
{
	const char *line;
	size_t n;
	int64_t date_s;
	if (!sigset_line(in, &line, &n) || n != strlen(SIGSET_FIRST) ||
	    memcmp(line, SIGSET_FIRST, n) != 0)
		return sigset_wrong(
		    ret_why, ERR_SYNTAX, "it does not begin with " SIGSET_FIRST);
	if (!sigset_field(in, "scanner", s->scanner, sizeof(s->scanner)) ||
	    !sigset_is_word(s->scanner, "-") ||
	    !sigset_field(in, "version", s->version, sizeof(s->version)) ||
	    !sigset_is_word(s->version, "._-+:") ||
	    !sigset_field(in, "date", s->date, sizeof(s->date)) ||
	    !clock_parse(s->date, &date_s))
		return sigset_wrong(ret_why, ERR_SYNTAX,
		    "line %zu is not what has to be there: scanner, version, date", in->number);
	return ERR_OK;
}

enum err
sigset_parse(const void *text, size_t n, struct sigset **ret, char ret_why[SIGSET_WHY_SIZE])
{
	struct sigset_lines in = {text, (const char *)text + n, 0};
	const char *line;
	size_t len;
	ret_why[0] = '\0';
	if (n > LIM_SIGSET_BYTES)
		return sigset_wrong(
		    ret_why, ERR_LIMIT, "it is longer than %d bytes", LIM_SIGSET_BYTES);
	struct sigset *s = mem_alloc(sizeof(*s));
	enum err e = sigset_parse_head(s, &in, ret_why);
	while (e == ERR_OK && sigset_line(&in, &line, &len))
		e = sigset_parse_file(s, line, len, ret_why);
	if (e == ERR_OK && in.at != in.end)
		e = sigset_wrong(ret_why, ERR_SYNTAX, "its last line is not ended");
	if (e == ERR_OK && s->nfiles == 0)
		e = sigset_wrong(ret_why, ERR_RANGE, "it names no file");
	if (e == ERR_OK)
		*ret = s;
	else
		sigset_free(s);
	return e;
}

struct sigset *
sigset_free(struct sigset *s)
{
	if (s == NULL)
		return NULL;
	free(s->files);
	free(s);
	return NULL;
}

enum err
sigset_print(const struct sigset *s, struct buf *out)
{
	char hex[HEX_DIGEST_SIZE];
	buf_addf(out, SIGSET_FIRST "\nscanner %s\nversion %s\ndate %s\n", s->scanner,
	    s->version, s->date);
	for (size_t i = 0; i < s->nfiles; i++) {
		hex_encode(s->files[i].sha256, sizeof(s->files[i].sha256), hex);
		buf_addf(out, "%s  %s\n", hex, s->files[i].name);
	}
	return out->error;
}

/* --- the signature ---------------------------------------------------------------------- */

enum err
sigset_sign(const struct sshsig_key *key, const void *text, size_t n, struct buf *ret_armoured)
{
	struct buf blob;
	char base64[HEX_B64_SIZE(SSHSIG_BLOB_SIZE + 64)];
	buf_init(&blob, SSHSIG_BLOB_SIZE + 64);
	enum err e = sshsig_sign_as(SIGSET_NAMESPACE, key, text, n, &blob);
	if (e == ERR_OK) {
		hex_b64_encode(blob.data, blob.len, base64);
		buf_add_str(ret_armoured, SIGSET_BEGIN);
		for (size_t at = 0; at < strlen(base64); at += SIGSET_WIDTH)
			buf_addf(ret_armoured, "%.*s\n", SIGSET_WIDTH, base64 + at);
		e = buf_add_str(ret_armoured, SIGSET_END "\n");
	}
	buf_done(&blob);
	return e;
}

enum err
sigset_verify(const void *text, size_t n, const void *armoured, size_t armoured_len,
    uint8_t ret_public[SSHSIG_PUBLIC_SIZE])
{
	const char *in = armoured;
	const size_t begin = strlen(SIGSET_BEGIN), end = strlen(SIGSET_END);
	size_t k = 0, blob_len = 0;
	if (armoured_len > LIM_ENTRY_SIG_BYTES || armoured_len < begin + end ||
	    memcmp(in, SIGSET_BEGIN, begin) != 0)
		return ERR_SYNTAX;
	while (armoured_len > 0 && in[armoured_len - 1] == '\n')
		armoured_len--;
	if (armoured_len < begin + end || memcmp(in + armoured_len - end, SIGSET_END, end) != 0)
		return ERR_SYNTAX;
	MEM_FREE char *base64 = mem_alloc(armoured_len + 1);
	for (size_t i = begin; i < armoured_len - end; i++)
		if (in[i] != '\n')
			base64[k++] = in[i];
	MEM_FREE uint8_t *blob = mem_alloc(k + 1);
	if (!hex_b64_decode(base64, k, blob, &blob_len))
		return ERR_SYNTAX;
	enum err e = sshsig_verify_as(SIGSET_NAMESPACE, blob, blob_len, text, n, ret_public);
	return e == ERR_OK || e == ERR_SYNTAX ? e : ERR_SIGNATURE;
}
