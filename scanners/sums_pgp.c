/* SPDX-License-Identifier: ISC */
#include "scanners/sums_pgp.h"
#include "src/base/hex.h"
#include "src/base/mem.h"

#include <stdio.h>
#include <string.h>

#define CLEAR_BEGIN "-----BEGIN PGP SIGNED MESSAGE-----"
#define SIGN_BEGIN  "-----BEGIN PGP SIGNATURE-----"
#define SIGN_END    "-----END PGP SIGNATURE-----"
#define PROMPT      "[GNUPG:] "
#define LINE_BYTES  16384 /* gpgv does not hash what of a line is beyond 19,995 */
#define FINGERPRINT 40

/* --- text ------------------------------------------------------------------------------ */

struct pgp_text {
	const uint8_t *p;
	size_t n, at;
	const uint8_t *line; /* without its end */
	size_t len;
};

static bool
pgp_next(struct pgp_text *t)
{
	if (t->at >= t->n)
		return false;
	t->line = t->p + t->at;
	const uint8_t *end = memchr(t->line, '\n', t->n - t->at);
	t->len = end != NULL ? (size_t)(end - t->line) : t->n - t->at;
	t->at += t->len + (end != NULL);
	if (t->len > 0 && t->line[t->len - 1] == '\r')
		t->len--;
	return true;
}

static bool
pgp_is(const struct pgp_text *t, const char *words)
{
	return t->len == strlen(words) && memcmp(t->line, words, t->len) == 0;
}

static bool
pgp_begins(const struct pgp_text *t, const char *words)
{
	return t->len >= strlen(words) && memcmp(t->line, words, strlen(words)) == 0;
}

/* Behind the line SIGN_BEGIN: its packets; 0 when anything is not as it should be. */
static size_t
pgp_armor(struct pgp_text *t, uint8_t *out)
{
	size_t n = 0, len = 0;
	MEM_FREE char *digits = mem_alloc(t->n + 1);
	/* headers, "Version: ..." */
	while (pgp_next(t) && t->len > 0)
		if (memmem(t->line, t->len, ": ", 2) == NULL)
			return 0;
	while (pgp_next(t) && t->len > 0 && t->line[0] != '=' && t->line[0] != '-') {
		memcpy(digits + n, t->line, t->len);
		n += t->len;
	}
	/* a checksum, which gpgv looks at */
	if (t->len == 5 && t->line[0] == '=' && !pgp_next(t))
		return 0;
	if (!pgp_is(t, SIGN_END) || !hex_b64_decode(digits, n, out, &len))
		return 0;
	while (pgp_next(t))
		if (t->len > 0)
			return 0;
	return len;
}

/* --- packets ------------------------------------------------------------------------------ */

/* The kind of the packet at *at, which moves behind it; -1: there is none, or it has no length.
 */
static int
pgp_packet(const uint8_t *p, size_t n, size_t *at)
{
	const uint8_t *h = p + *at;
	const size_t left = n - *at;
	size_t head, body = 0;
	if (left < 2 || (h[0] & 0x80) == 0)
		return -1;
	const bool old = (h[0] & 0x40) == 0;
	if (old) {
		head = (size_t)1 << (h[0] & 3);
		/* 1, 2, 4 bytes; or as long as the file */
		if (head > 4 || left < 1 + head)
			return -1;
		for (size_t i = 0; i < head; i++)
			body = body << 8 | h[1 + i];
	} else if (h[1] < 192) {
		head = 1;
		body = h[1];
	} else if (h[1] < 224 && left >= 3) {
		head = 2;
		body = ((size_t)(h[1] - 192) << 8) + h[2] + 192;
	} else if (h[1] == 255 && left >= 6) {
		head = 5;
		for (size_t i = 0; i < 4; i++)
			body = body << 8 | h[2 + i];
	} else {
		return -1; /* in parts: none of ours is */
	}
	if (body > left - 1 - head)
		return -1;
	*at += 1 + head + body;
	return old ? h[0] >> 2 & 15 : h[0] & 63;
}

enum { PGP_SIGNATURE = 2, PGP_SECRET = 5, PGP_PUBLIC = 6, PGP_SECRET_SUB = 7 };

static bool
pgp_all_signatures(const uint8_t *p, size_t n)
{
	size_t at = 0;
	while (at < n)
		if (pgp_packet(p, n, &at) != PGP_SIGNATURE)
			return false;
	return n > 0;
}

bool
sums_pgp_is_detached(const void *bytes, size_t n)
{
	struct pgp_text t = {.p = bytes, .n = n};
	if (!pgp_next(&t) || !pgp_is(&t, SIGN_BEGIN))
		return pgp_all_signatures(bytes, n);
	MEM_FREE uint8_t *raw = mem_alloc(n);
	return pgp_all_signatures(raw, pgp_armor(&t, raw));
}

bool
sums_pgp_begins_clear(const void *bytes, size_t n)
{
	struct pgp_text t = {.p = bytes, .n = n};
	return pgp_next(&t) && pgp_is(&t, CLEAR_BEGIN);
}

/* A line that reads the same to whoever trims it, and to whoever does not. */
static bool
pgp_line_is_plain(const struct pgp_text *t)
{
	const uint8_t last = t->len > 0 ? t->line[t->len - 1] : 'x';
	return t->len <= LINE_BYTES && last != ' ' && last != '\t' && last != '\r' &&
	       memchr(t->line, '\0', t->len) == NULL &&
	       (t->len == 0 || t->line[0] != '-' || pgp_begins(t, "- "));
}

bool
sums_pgp_is_clear(const void *bytes, size_t n)
{
	struct pgp_text t = {.p = bytes, .n = n};
	if (!sums_pgp_begins_clear(bytes, n) || !pgp_next(&t))
		return false;
	/* no other header: one says that dashes stand for themselves */
	while (pgp_next(&t) && t.len > 0)
		if (!pgp_begins(&t, "Hash: ") || !pgp_line_is_plain(&t))
			return false;
	while (pgp_next(&t) && !pgp_is(&t, SIGN_BEGIN))
		if (!pgp_line_is_plain(&t))
			return false;
	MEM_FREE uint8_t *raw = mem_alloc(n);
	return pgp_is(&t, SIGN_BEGIN) && pgp_all_signatures(raw, pgp_armor(&t, raw));
}

size_t
sums_pgp_keys(const void *bytes, size_t n, const char **ret_why)
{
	static const char make[] = "it is no file of public keys: gpg --export KEY makes one";
	/* keys, their parts, names, signatures, trust */
	static const uint64_t allowed =
	    1u << PGP_SIGNATURE | 1u << PGP_PUBLIC | 1u << 12 | 1u << 13 | 1u << 14 | 1u << 17;
	const uint8_t *p = bytes;
	size_t at = 0, keys = 0;
	*ret_why = make;
	if (n > 5 && memcmp(p, "-----", 5) == 0) {
		*ret_why = "it is in text, which gpgv does not read: gpg --dearmor mends that";
		return 0;
	}
	while (at < n) {
		int kind = pgp_packet(p, n, &at);
		if (kind == PGP_SECRET || kind == PGP_SECRET_SUB)
			*ret_why = "it has a secret key, which does not belong here: "
				   "gpg --export KEY makes a file of public keys";
		if (kind < 0 || (allowed >> kind & 1) == 0 || (keys == 0 && kind != PGP_PUBLIC))
			return 0;
		keys += kind == PGP_PUBLIC;
	}
	return keys;
}

/* --- what gpgv said --------------------------------------------------------------------- */

enum pgp_word {
	BADSIG,
	REVKEYSIG,
	KEYREVOKED,
	EXPKEYSIG,
	EXPSIG,
	NO_PUBKEY,
	ERRSIG,
	NODATA,
	UNEXPECTED,
	FAILURE,
	/* from here on, what a good signature has */
	NEWSIG,
	GOODSIG,
	VALIDSIG,
	PGP_WORDS,
};

/* In this order: the first that was said decides. */
static const struct {
	const char *word, *kind;
	enum sums_signature is;
} pgp_words[PGP_WORDS] = {
    [BADSIG] = {"BADSIG", "OpenPGP", SUMS_BAD},
    [REVKEYSIG] = {"REVKEYSIG", "OpenPGP, by a key that was revoked", SUMS_DOUBTED},
    [KEYREVOKED] = {"KEYREVOKED", "OpenPGP, by a key that was revoked", SUMS_DOUBTED},
    [EXPKEYSIG] = {"EXPKEYSIG", "OpenPGP, by a key that has expired", SUMS_DOUBTED},
    [EXPSIG] = {"EXPSIG", "OpenPGP, and it has expired", SUMS_DOUBTED},
    [NO_PUBKEY] = {"NO_PUBKEY", "OpenPGP", SUMS_UNKNOWN},
    [ERRSIG] = {"ERRSIG", "OpenPGP, of a kind that gpgv does not check", SUMS_DOUBTED},
    [NODATA] = {"NODATA", "OpenPGP, and gpgv finds no signature in it", SUMS_DOUBTED},
    [UNEXPECTED] = {"UNEXPECTED", "OpenPGP, with something else in it", SUMS_DOUBTED},
    [FAILURE] = {"FAILURE", "OpenPGP, and gpgv cannot check it", SUMS_DOUBTED},
    [NEWSIG] = {"NEWSIG", NULL, SUMS_GOOD},
    [GOODSIG] = {"GOODSIG", NULL, SUMS_GOOD},
    [VALIDSIG] = {"VALIDSIG", NULL, SUMS_GOOD},
};

static const char pgp_not_understood[] = "OpenPGP, and what gpgv says of it is not enough";

struct pgp_status {
	size_t count[PGP_WORDS];
	bool weak; /* made by MD5, SHA-1 or the like */
	bool text; /* over the text, not the bytes */
	bool odd;  /* of another class, which signs no file */
	/* whose signature is valid, is bad, says it is of a key that is not there */
	char key[SUMS_KEY_NAME], bad[17], missing[17];
};

#define PGP_FIELDS 12

/* Words parted by one blank each; more than PGP_FIELDS are as many as that. */
static size_t
pgp_split(char *line, const char *field[PGP_FIELDS])
{
	size_t n = 0;
	for (char *next = line; next != NULL && n < PGP_FIELDS; n++) {
		field[n] = next;
		next = strchr(next, ' ');
		if (next != NULL)
			*next++ = '\0';
	}
	return n;
}

static bool
pgp_is_hex(const char *text, size_t digits)
{
	return strlen(text) == digits && strspn(text, "0123456789ABCDEF") == digits;
}

static bool
pgp_hash_is_weak(const char *number)
{
	/* SHA-256, SHA-384, SHA-512, SHA-224 */
	static const char *const strong[] = {"8", "9", "10", "11"};
	for (size_t i = 0; i < sizeof(strong) / sizeof(strong[0]); i++)
		if (strcmp(number, strong[i]) == 0)
			return false;
	return true;
}

/* FINGERPRINT DATE TIME EXPIRES VERSION 0 ALGORITHM HASH CLASS PRIMARY-FINGERPRINT */
static bool
pgp_valid(struct pgp_status *st, const char *const *field, size_t n)
{
	if (n != 10 || !pgp_is_hex(field[0], FINGERPRINT) || !pgp_is_hex(field[9], FINGERPRINT))
		return false;
	st->weak |= pgp_hash_is_weak(field[7]);
	st->text |= strcmp(field[8], "01") == 0;
	st->odd |= strcmp(field[8], "00") != 0 && strcmp(field[8], "01") != 0;
	/* never the user's name, which is whatever the key's maker wrote */
	snprintf(st->key, sizeof(st->key), "%s", field[9]);
	return true;
}

/* One line behind the prompt; false: it has not the form of its word. */
static bool
pgp_take(struct pgp_status *st, char *line)
{
	const char *field[PGP_FIELDS];
	size_t n = pgp_split(line, field), word = 0;
	while (word < PGP_WORDS && strcmp(pgp_words[word].word, field[0]) != 0)
		word++;
	/* words that say nothing about whether it is good */
	if (word == PGP_WORDS)
		return true;
	st->count[word]++;
	if (word == VALIDSIG)
		return pgp_valid(st, field + 1, n - 1);
	/* KEY ALGORITHM HASH CLASS TIME WHY */
	if (word == ERRSIG && n > 3)
		st->weak |= pgp_hash_is_weak(field[3]);
	if (word == BADSIG && n > 1 && pgp_is_hex(field[1], 16))
		snprintf(st->bad, sizeof(st->bad), "%s", field[1]);
	if (word == NO_PUBKEY && n > 1 && pgp_is_hex(field[1], 16))
		snprintf(st->missing, sizeof(st->missing), "%s", field[1]);
	return true;
}

static bool
pgp_read(struct pgp_status *st, const struct sums_pgp_said *said)
{
	struct pgp_text t = {.p = (const uint8_t *)said->text, .n = said->n};
	bool bad = false;
	while (pgp_next(&t)) {
		char line[LIM_ADAPTER_LINE];
		/* gpgv says nothing else here: whatever this is, it is not its answer */
		if (!pgp_begins(&t, PROMPT) || t.len >= sizeof(line) ||
		    memchr(t.line, '\0', t.len) != NULL)
			return false;
		memcpy(line, t.line + strlen(PROMPT), t.len - strlen(PROMPT));
		line[t.len - strlen(PROMPT)] = '\0';
		bad |= !pgp_take(st, line);
	}
	return !bad && (said->n == 0 || said->text[said->n - 1] == '\n');
}

/* Nothing was said against it: is all said that it needs? */
static enum sums_signature
pgp_good(const struct pgp_status *st, const struct sums_pgp_said *said, bool clear,
    const char **ret_kind)
{
	const size_t n = st->count[NEWSIG];
	*ret_kind = pgp_not_understood;
	if (n == 0 || st->count[GOODSIG] != n || st->count[VALIDSIG] != n || said->exit != 0 ||
	    st->odd)
		return SUMS_DOUBTED;
	*ret_kind = "OpenPGP, by MD5 or SHA-1, which can be forged";
	if (st->weak)
		return SUMS_DOUBTED;
	*ret_kind = "OpenPGP, of a text, whose line ends may have been changed";
	if (st->text && !clear)
		return SUMS_DOUBTED;
	*ret_kind = "OpenPGP";
	return SUMS_GOOD;
}

enum sums_signature
sums_pgp_judge(const struct sums_pgp_said *said, bool clear, char ret_name[SUMS_KEY_NAME],
    const char **ret_kind)
{
	struct pgp_status st = {.weak = false};
	bool understood = !said->cut && pgp_read(&st, said);
	enum sums_signature is = SUMS_DOUBTED;
	size_t word = 0;
	*ret_kind = pgp_not_understood;
	while (word < NEWSIG && st.count[word] == 0)
		word++;
	if (understood && said->whole) {
		if (word == NEWSIG)
			is = pgp_good(&st, said, clear, ret_kind);
		else {
			is = pgp_words[word].is;
			*ret_kind = pgp_words[word].kind;
		}
	}
	snprintf(ret_name, SUMS_KEY_NAME, "%s",
	    !understood          ? ""
	    : is == SUMS_BAD     ? st.bad
	    : is == SUMS_UNKNOWN ? st.missing
				 : st.key);
	return is;
}
