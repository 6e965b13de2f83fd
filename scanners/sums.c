/* SPDX-License-Identifier: ISC */
#include "scanners/sums.h"
#include "scanners/sums_in.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/base/mem.h"

#include <stdio.h>
#include <string.h>

struct sums *
sums_new(const struct sums_ops *ops, const struct sums_keys *keys)
{
	struct sums *s = mem_alloc(sizeof(*s));
	s->ops = *ops;
	s->keys = keys;
	s->object = mem_alloc(sizeof(*s->object));
	s->memory = mem_alloc(sizeof(*s->memory));
	buf_init(&s->key, (size_t)LIM_PATH_BYTES * (LIM_ARCHIVE_DEPTH + 2));
	return s;
}

void
sums_free(struct sums *s)
{
	if (s == NULL)
		return;
	sums_index_done(&s->index);
	buf_done(&s->key);
	free(s->digests);
	free(s->lists);
	free(s->jobs);
	free(s->verdicts);
	free(s->object);
	free(s->memory);
	free(s);
}

void
sums_file(struct sums *s, struct sums_name path, const struct sums_name *inside, size_t ninside,
    const char *sha256, uint64_t size_bytes)
{
	uint8_t digest[DIGEST_SIZE];
	if (hex_decode(sha256, strlen(sha256), digest, sizeof(digest)))
		sums_index_add(&s->index, path, inside, ninside, digest, size_bytes);
}

void
sums_list(struct sums *s, const char *sha256)
{
	uint8_t digest[DIGEST_SIZE];
	if (!hex_decode(sha256, strlen(sha256), digest, sizeof(digest)))
		return;
	if (s->ndigests == LIM_SUMS_LISTS) {
		s->limit = "There are more lists of digests than are compared.";
		return;
	}
	if (s->ndigests == s->digests_cap) {
		s->digests_cap = (s->digests_cap + 16) * 2;
		s->digests = mem_resize(s->digests, s->digests_cap, sizeof(*s->digests));
	}
	memcpy(s->digests[s->ndigests++], digest, DIGEST_SIZE);
}

/* --- objects --------------------------------------------------------------------------- */

enum err
sums_open(struct sums *s, size_t file)
{
	char hex[HEX_DIGEST_SIZE];
	if (s->opened == LIM_SCAN_WANTS) {
		s->limit = "More objects would have to be hashed than are given.";
		return ERR_NOTFOUND;
	}
	hex_encode(s->index.files[file].sha256, DIGEST_SIZE, hex);
	*s->object = (struct object){.size_bytes = 0};
	s->opened++;
	return s->ops.open(s->ops.arg, hex, s->object);
}

void
sums_close(struct sums *s)
{
	s->ops.close(s->ops.arg, s->object);
}

uint8_t *
sums_slurp(struct object *o, uint64_t max)
{
	uint64_t size = o->size_bytes, at = 0;
	const uint8_t *p;
	size_t n;
	if (size > max)
		return NULL;
	uint8_t *all = mem_alloc((size_t)size + 1);
	for (; at < size && (p = object_some(o, at, &n)) != NULL; at += n)
		memcpy(all + at, p, n);
	if (at == size)
		return all;
	free(all);
	return NULL;
}

/* --- where lists are ---------------------------------------------------------------------- */

static int
sums_digest_order(const void *a, const void *b)
{
	return memcmp(a, b, DIGEST_SIZE);
}

/* Every place of every list: the same bytes may stand in two folders. */
static void
sums_place_lists(struct sums *s)
{
	if (s->ndigests == 0)
		return;
	qsort(s->digests, s->ndigests, sizeof(*s->digests), sums_digest_order);
	for (size_t i = 0; i < s->index.n; i++) {
		struct sums_entry *f = &s->index.files[i];
		if (bsearch(f->sha256, s->digests, s->ndigests, sizeof(*s->digests),
			sums_digest_order) == NULL)
			continue;
		f->list = true;
		if (s->nlists == LIM_SUMS_LISTS) {
			s->limit = "There are more lists of digests than are compared.";
			return;
		}
		if (s->nlists == s->lists_cap) {
			s->lists_cap = (s->lists_cap + 16) * 2;
			s->lists = mem_resize(s->lists, s->lists_cap, sizeof(*s->lists));
		}
		s->lists[s->nlists++] = (struct sums_list){.file = i,
		    .package = sums_index_package(&s->index, i, &s->key),
		    .parsed = SCAN_CLEAN,
		    .signature_kind = ""};
	}
}

/* --- who signed it --------------------------------------------------------------------------
 */

static const char *const sums_suffixes[] = {
    ".minisig", ".sig", ".sshsig", ".asc", ".gpg", ".sign", ".p7s", ".sigstore"};

/* The better of two; what does not fit is told whatever else there is. */
static bool
sums_counts_more(enum sums_signature a, enum sums_signature b)
{
	static const int weight[] = {[SUMS_NO_SIGNATURE] = 0,
	    [SUMS_WANTS] = 0,
	    [SUMS_UNCHECKED] = 1,
	    [SUMS_UNKNOWN] = 2,
	    [SUMS_DOUBTED] = 3,
	    [SUMS_GOOD] = 4,
	    [SUMS_BAD] = 5};
	return weight[a] > weight[b];
}

/* The signature sig, in this file, of a list with these bytes. */
static enum err
sums_signature_is(struct sums *s, struct sums_list *l, size_t file, const uint8_t *sig,
    size_t sig_len, const uint8_t *bytes, size_t n)
{
	struct sums_found f = {.signature = file, .object = l->file};
	f.is = sums_keys_check(s->keys, sig, sig_len, bytes, n, f.signer, &f.kind);
	enum err e = sums_ask(s, &f, sig, sig_len);
	l->signature_lost |= f.is == SUMS_WANTS;
	if (e != ERR_OK || !sums_counts_more(f.is, l->signature))
		return e;
	l->signature = f.is;
	l->signature_kind = f.kind;
	snprintf(l->signer, sizeof(l->signer), "%s", f.signer);
	return ERR_OK;
}

/* The signature file `file` of a list with these bytes. */
static enum err
sums_beside(struct sums *s, struct sums_list *l, size_t file, const uint8_t *bytes, size_t n)
{
	enum err e = sums_open(s, file);
	s->index.files[file].beside = true;
	if (e == ERR_OK) {
		MEM_FREE uint8_t *sig = sums_slurp(s->object, LIM_SUMS_SIG_BYTES);
		size_t sig_len = (size_t)s->object->size_bytes;
		sums_close(s);
		if (sig != NULL)
			e = sums_signature_is(s, l, file, sig, sig_len, bytes, n);
		else
			l->signature_lost = true;
	} else if (e == ERR_NOTFOUND) {
		l->signature_lost = true;
		e = ERR_OK;
	}
	return e;
}

/* Beside the list, or in it.  bytes NULL: the list is too long to be checked. */
static enum err
sums_signatures(struct sums *s, struct sums_list *l, const uint8_t *bytes, size_t n)
{
	enum err e = ERR_OK;
	const struct sums_entry *f = &s->index.files[l->file];
	for (size_t i = 0; e == ERR_OK && i < sizeof(sums_suffixes) / sizeof(sums_suffixes[0]);
	     i++) {
		size_t first, count;
		s->key.len = 0;
		s->key.error = ERR_OK;
		buf_add(&s->key, sums_index_key(&s->index, l->file), f->key_len);
		buf_add_str(&s->key, sums_suffixes[i]);
		count = sums_index_find(&s->index, buf_str(&s->key), s->key.len, &first);
		if (count == 0)
			continue;
		if (bytes == NULL)
			l->signature_lost = true;
		else
			e = sums_beside(s, l, first, bytes, n);
	}
	if (e != ERR_OK || bytes == NULL)
		return e;
	size_t behind = sums_keys_embedded(bytes, n);
	if (behind > 0)
		e = sums_signature_is(s, l, l->file, bytes, behind, bytes + behind, n - behind);
	else if (sums_pgp_begins_clear(bytes, n))
		e = sums_signature_is(s, l, l->file, bytes, n, bytes, n);
	return e;
}

/* --- reading one
 * ------------------------------------------------------------------------------- */

struct sums_reading {
	struct sums *s;
	size_t list;
	const uint8_t *bytes; /* of the list, when it is in memory */
};

static void
sums_on_line(void *arg, const struct digests_line *line)
{
	const struct sums_reading *r = arg;
	sums_compare_line(r->s, r->list, line);
}

static bool
sums_read_memory(void *arg, uint64_t at, void *out, size_t n)
{
	const struct sums_reading *r = arg;
	memcpy(out, r->bytes + at, n);
	return true;
}

/* What the parser finds is about the list. */
static void
sums_on_finding(void *arg, const struct scan_finding *f)
{
	const struct sums_reading *r = arg;
	sums_tell_finding(r->s, r->s->lists[r->list].file, f->rule, f->class, f->severity,
	    f->title, NULL, f->at);
}

/* Its lines, from memory: while one is compared others are opened. */
static enum err
sums_read_list(struct sums *s, size_t list)
{
	struct sums_list *l = &s->lists[list];
	struct sums_reading r = {s, list, NULL};
	struct digests d = {.line = sums_on_line, .arg = &r};
	enum err e = sums_open(s, l->file);
	if (e == ERR_NOTFOUND) {
		sums_count(&l->unread, 0, "", 0);
		return ERR_OK;
	}
	if (e != ERR_OK)
		return e;
	MEM_FREE uint8_t *bytes = sums_slurp(s->object, LIM_SUMS_LIST_BYTES);
	uint64_t n = s->object->size_bytes;
	bool failed = s->object->failed;
	sums_close(s);
	if (failed)
		return ERR_IO;
	e = sums_signatures(s, l, bytes, (size_t)n);
	if (e != ERR_OK)
		return e;
	if (bytes == NULL) {
		sums_count(&l->unread, 0, "", 0);
		s->limit = "A list of digests is longer than what is compared.";
		return ERR_OK;
	}
	r.bytes = bytes;
	*s->memory = (struct object){
	    .size_bytes = n, .read = sums_read_memory, .find = sums_on_finding, .arg = &r};
	e = digests(s->memory, &d);
	l->parsed = d.verdict == SCAN_NA ? SCAN_CLEAN : d.verdict;
	return e;
}

enum err
sums_run(struct sums *s, struct sums_result *ret)
{
	enum err e = ERR_OK;
	*ret = (struct sums_result){.verdict = SCAN_NA, .why = ""};
	sums_index_sort(&s->index);
	sums_place_lists(s);
	for (size_t i = 0; i < s->nlists && e == ERR_OK; i++)
		e = sums_read_list(s, i);
	if (e == ERR_OK)
		e = sums_signed(s);
	if (e == ERR_OK)
		e = sums_compare_jobs(s);
	if (e != ERR_OK)
		return e;
	sums_compare_extra(s);
	sums_tell(s, ret);
	return ERR_OK;
}
