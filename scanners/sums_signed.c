/* SPDX-License-Identifier: ISC */
/* Files that are no lists, with a signature beside them. */
#include "scanners/sums_in.h"
#include "src/base/limits.h"
#include "src/base/mem.h"

#include <stdio.h>
#include <string.h>

static const char *const signed_suffixes[] = {
    ".minisig", ".sig", ".sshsig", ".asc", ".gpg", ".sign"};

/* Bytes of the suffix; 0: it has none, or is nothing else. */
static size_t
signed_suffix(const uint8_t *name, size_t n)
{
	for (size_t i = 0; i < sizeof(signed_suffixes) / sizeof(signed_suffixes[0]); i++) {
		size_t len = strlen(signed_suffixes[i]);
		if (n > len && name[n - len - 1] != '/' && name[n - len - 1] != '\0' &&
		    memcmp(name + n - len, signed_suffixes[i], len) == 0)
			return len;
	}
	return 0;
}

bool
sums_is_signature(const uint8_t *name, size_t n)
{
	return signed_suffix(name, n) > 0;
}

/* The verdict of each outcome that is one. */
static const struct {
	enum scan_verdict verdict;
	const char *why;
} signed_verdicts[] = {
    [SUMS_GOOD] = {SCAN_NA, "It is what a key of the site has signed."},
    [SUMS_BAD] = {SCAN_INVALID, "It is not what a key of the site has signed."},
    [SUMS_WANTS] = {.why = NULL},
};

static void
signed_tell(struct sums *s, const struct sums_found *found)
{
	char detail[LIM_FINDING_TEXT];
	const size_t file = found->object, sig = found->signature;
	const enum sums_signature is = found->is;
	const struct sums_entry *f = &s->index.files[sig];
	size_t at = sums_index_folder(&s->index, sig);
	if (is == SUMS_NO_SIGNATURE)
		return;
	snprintf(detail, sizeof(detail), "%.*s: %s%s%s", (int)(f->key_len - at),
	    sums_index_key(&s->index, sig) + at, found->kind,
	    found->signer[0] != '\0' ? ", key " : "", found->signer);
	if (is == SUMS_BAD || s->told++ < LIM_FINDINGS / 2)
		sums_tell_signature(s, file, is, false, detail);
	if (signed_verdicts[is].why != NULL)
		sums_judge(s, file, signed_verdicts[is].verdict, signed_verdicts[is].why, 0);
}

/* What is open: its bytes when they are few, else what it hashes to.  False: unreadable. */
static bool
signed_read(struct object *o, struct sums_message *m, uint8_t **ret_bytes,
    uint8_t hashes[2][DIGEST_SHA512_SIZE])
{
	static const char *const names[] = {"sha512", "blake2b"};
	struct digest *d[2];
	const uint8_t *p;
	size_t n;
	*ret_bytes = sums_slurp(o, LIM_SUMS_LIST_BYTES);
	*m = (struct sums_message){.bytes = *ret_bytes, .n = (size_t)o->size_bytes};
	if (*ret_bytes != NULL || o->failed)
		return !o->failed;
	for (size_t i = 0; i < 2; i++)
		d[i] = digest_new_named(names[i]);
	for (uint64_t at = 0; (p = object_some(o, at, &n)) != NULL; at += n)
		for (size_t i = 0; i < 2; i++)
			if (d[i] != NULL)
				digest_add(d[i], p, n);
	for (size_t i = 0; i < 2; i++) {
		if (d[i] != NULL && digest_final_named(d[i], hashes[i]) == DIGEST_SHA512_SIZE)
			*(i == 0 ? &m->sha512 : &m->blake2b) = hashes[i];
		digest_free(d[i]);
	}
	return !o->failed;
}

/* The file itself, when the signature may be of a key of the site. */
static enum err
signed_check(struct sums *s, struct sums_found *f, const uint8_t *text, size_t n)
{
	uint8_t hashes[2][DIGEST_SHA512_SIZE], *bytes = NULL;
	struct sums_message m;
	enum err e = sums_open(s, f->object);
	if (e != ERR_OK)
		return e == ERR_NOTFOUND ? ERR_OK : e;
	bool good = signed_read(s->object, &m, &bytes, hashes);
	sums_close(s);
	if (good)
		f->is = sums_keys_judge(s->keys, text, n, &m, f->signer, &f->kind);
	free(bytes);
	return good ? ERR_OK : ERR_IO;
}

/* One signature and its file. */
static enum err
signed_one(struct sums *s, size_t sig, size_t file)
{
	struct sums_found f = {.signature = sig, .object = file};
	const struct sums_message nothing = {.n = 0};
	enum err e = sums_open(s, sig);
	if (e != ERR_OK)
		return e == ERR_NOTFOUND ? ERR_OK : e;
	MEM_FREE uint8_t *text = sums_slurp(s->object, LIM_SUMS_SIG_BYTES);
	size_t n = (size_t)s->object->size_bytes;
	bool failed = s->object->failed;
	sums_close(s);
	/* what is longer is none, whatever it is called */
	if (text == NULL)
		return failed ? ERR_IO : ERR_OK;
	f.is = sums_keys_judge(s->keys, text, n, &nothing, f.signer, &f.kind);
	s->index.files[sig].beside |= f.is != SUMS_NO_SIGNATURE;
	if (f.is == SUMS_WANTS)
		e = signed_check(s, &f, text, n);
	else
		e = sums_ask(s, &f, text, n);
	if (e == ERR_OK)
		signed_tell(s, &f);
	return e;
}

enum err
sums_signed(struct sums *s)
{
	enum err e = ERR_OK;
	for (size_t i = 0; i < s->index.n && e == ERR_OK; i++) {
		const char *key = sums_index_key(&s->index, i);
		size_t len = s->index.files[i].key_len, file, n;
		size_t suffix = signed_suffix((const uint8_t *)key, len);
		if (suffix == 0)
			continue;
		n = sums_index_find(&s->index, key, len - suffix, &file);
		/* lists have told of theirs */
		if (n > 0 && !s->index.files[file].list)
			e = signed_one(s, i, file);
	}
	return e;
}
