/* SPDX-License-Identifier: ISC */
/* Lines of lists against the files they name. */
#include "scanners/sums_in.h"
#include "src/base/limits.h"
#include "src/base/mem.h"

#include <stdio.h>
#include <string.h>

#define COMPARE_ALGORITHMS 24 /* that one object is hashed with at once, at most */

static const char why_differs[] = "It is not what a list of digests says that came with it.";

void
sums_count(struct sums_count *c, uint64_t at, const void *name, size_t n)
{
	size_t used = strlen(c->names);
	if (c->n++ == 0)
		c->at = at;
	/* a name of many lines shall not hide the others */
	if (n > 0 && used + n + 3 < sizeof(c->names))
		snprintf(c->names + used, sizeof(c->names) - used, "%s%.*s",
		    used > 0 ? ", " : "", (int)n, (const char *)name);
}

static void
compare_differs(struct sums *s, size_t file, size_t list, uint64_t line, const char *algorithm)
{
	struct sums_list *l = &s->lists[list];
	struct sums_entry *f = &s->index.files[file];
	char detail[LIM_FINDING_TEXT];
	size_t at = sums_index_folder(&s->index, l->file);
	size_t folder = sums_index_folder(&s->index, file);
	snprintf(detail, sizeof(detail), "%.*s, line %llu, %s",
	    (int)(s->index.files[l->file].key_len - at),
	    sums_index_key(&s->index, l->file) + at, (unsigned long long)line, algorithm);
	f->differs = true;
	sums_count(
	    &l->differs, 0, sums_index_key(&s->index, file) + folder, f->key_len - folder);
	sums_judge(s, file, SCAN_INVALID, why_differs, 0);
	if (s->told++ < LIM_FINDINGS / 2)
		sums_tell_finding(s, file, "checksum/mismatch", "corruption", "high",
		    "The file is not what a list of digests says: it was damaged or changed, "
		    "or the list is of another one.",
		    detail, 0);
}

static bool
compare_is_weak(const char *algorithm)
{
	return strcmp(algorithm, "md5") == 0 || strcmp(algorithm, "sha1") == 0;
}

static void
compare_matches(struct sums *s, size_t file, size_t list, const char *algorithm)
{
	struct sums_list *l = &s->lists[list];
	bool weak = compare_is_weak(algorithm);
	l->weak |= weak;
	sums_count(&l->matched, 0, "", 0);
	if (l->signature == SUMS_GOOD && !weak) {
		s->index.files[file].proven = true;
		sums_judge(s, file, SCAN_NA,
		    "It is what a list of digests says that a key of the site has signed.", 0);
	} else if (weak) {
		sums_judge(s, file, SCAN_NA,
		    "It is what a list by MD5 or SHA-1 says: not damaged by accident. Both can "
		    "be forged.",
		    0);
	} else {
		sums_judge(s, file, SCAN_NA,
		    "It is what a list of digests says that came with it: whole; who made it "
		    "is not shown.",
		    0);
	}
}

static void
compare_later(struct sums *s, size_t file, size_t list, const struct digests_line *line)
{
	if (s->njobs == s->jobs_cap) {
		s->jobs_cap = (s->jobs_cap + 64) * 2;
		s->jobs = mem_resize(s->jobs, s->jobs_cap, sizeof(*s->jobs));
	}
	struct sums_job *j = &s->jobs[s->njobs++];
	*j = (struct sums_job){.file = file,
	    .list = list,
	    .algorithm = line->algorithm,
	    .line = line->number,
	    .digest_len = line->digest_len};
	memcpy(j->digest, line->digest, line->digest_len);
}

/* The files of the key in s->key. */
static size_t
compare_find(struct sums *s, size_t *ret_first)
{
	return sums_index_find(&s->index, buf_str(&s->key), s->key.len, ret_first);
}

/* What a digest without a name is of: the list's own name without its extension. */
static bool
compare_own_name(struct sums *s, size_t list, size_t *ret_first, size_t *ret_n)
{
	size_t file = s->lists[list].file, n = s->index.files[file].key_len;
	size_t folder = sums_index_folder(&s->index, file);
	const char *key = sums_index_key(&s->index, file);
	const char *dot = memrchr(key + folder, '.', n - folder);
	if (dot == NULL || dot == key + folder)
		return false;
	s->key.len = 0;
	s->key.error = ERR_OK;
	buf_add(&s->key, key, (size_t)(dot - key));
	*ret_n = compare_find(s, ret_first);
	return *ret_n > 0;
}

/* By its name; lists made on Windows have backslashes. */
static enum sums_where
compare_look_up(struct sums *s, size_t list, const struct digests_line *line, size_t *ret_first,
    size_t *ret_n)
{
	uint8_t name[LIM_PATH_BYTES];
	*ret_n = 0;
	enum sums_where where = sums_index_resolve(
	    &s->index, s->lists[list].file, line->name, line->name_len, &s->key);
	if (where == SUMS_HERE && (*ret_n = compare_find(s, ret_first)) > 0)
		return where;
	if (memchr(line->name, '\\', line->name_len) == NULL || line->name_len > sizeof(name))
		return where;
	for (size_t i = 0; i < line->name_len; i++)
		name[i] = line->name[i] == '\\' ? '/' : line->name[i];
	if (sums_index_resolve(&s->index, s->lists[list].file, name, line->name_len, &s->key) ==
	    SUMS_HERE)
		*ret_n = compare_find(s, ret_first);
	return *ret_n > 0 ? SUMS_HERE : where;
}

void
sums_compare_line(struct sums *s, size_t list, const struct digests_line *line)
{
	struct sums_list *l = &s->lists[list];
	size_t first = 0, n = 0;
	if (++s->lines > LIM_SUMS_LINES) {
		s->limit = "The lists of digests have more lines than are compared.";
		return;
	}
	if (line->name_len == 0) {
		if (!compare_own_name(s, list, &first, &n)) {
			sums_count(&l->elsewhere, line->at, "", 0);
			return;
		}
	} else if (compare_look_up(s, list, line, &first, &n) == SUMS_ELSEWHERE) {
		sums_count(&l->elsewhere, line->at, line->name, line->name_len);
		return;
	}
	if (n == 0)
		sums_count(&l->missing, line->at, line->name, line->name_len);
	for (size_t i = first; i < first + n; i++) {
		struct sums_entry *f = &s->index.files[i];
		/* a list that names itself was not finished when it was hashed */
		if (i == l->file) {
			l->self = true;
			continue;
		}
		f->listed = true;
		if (l->package && s->packaged++ >= LIM_SUMS_PACKAGED)
			sums_count(&l->passed, line->at, "", 0);
		else if (strcmp(line->algorithm, "sha256") != 0)
			compare_later(s, i, list, line);
		else if (memcmp(f->sha256, line->digest, DIGEST_SIZE) == 0)
			compare_matches(s, i, list, line->algorithm);
		else
			compare_differs(s, i, list, line->number, line->algorithm);
	}
}

/* --- other algorithms ------------------------------------------------------------------ */

struct compare_hash {
	const char *name;
	struct digest *digest; /* NULL: none here */
	uint8_t out[DIGEST_SHA512_SIZE];
	size_t len;
};

/* "sha512|blake2b": each of these. */
static size_t
compare_hashes(struct compare_hash *h, size_t n, const char *algorithms)
{
	static const char both[] = "sha512|blake2b";
	const char *const two[] = {"sha512", "blake2b"};
	const char *const *names = strcmp(algorithms, both) == 0 ? two : &algorithms;
	for (size_t k = 0; k < (names == two ? 2u : 1u); k++) {
		size_t i = 0;
		while (i < n && strcmp(h[i].name, names[k]) != 0)
			i++;
		if (i == n && n < COMPARE_ALGORITHMS)
			h[n++] = (struct compare_hash){
			    .name = names[k], .digest = digest_new_named(names[k])};
	}
	return n;
}

static void
compare_job(struct sums *s, const struct sums_job *j, const struct compare_hash *h, size_t n)
{
	bool known = false;
	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(h[i].name);
		const char *at = strstr(j->algorithm, h[i].name);
		/* a whole word of it */
		if (h[i].len == 0 || at == NULL || (at > j->algorithm && at[-1] != '|') ||
		    (at[len] != '\0' && at[len] != '|'))
			continue;
		known = true;
		if (h[i].len == j->digest_len && memcmp(h[i].out, j->digest, h[i].len) == 0) {
			compare_matches(s, j->file, j->list, h[i].name);
			return;
		}
	}
	if (known)
		compare_differs(s, j->file, j->list, j->line, j->algorithm);
	else
		sums_count(&s->lists[j->list].unknown, 0, j->algorithm, strlen(j->algorithm));
}

/* One object, for all of its jobs. */
static enum err
compare_object(struct sums *s, const struct sums_job *jobs, size_t n)
{
	struct compare_hash h[COMPARE_ALGORITHMS];
	size_t nh = 0, len;
	const uint8_t *p;
	enum err e = sums_open(s, jobs[0].file);
	if (e == ERR_NOTFOUND) {
		for (size_t i = 0; i < n; i++)
			sums_count(&s->lists[jobs[i].list].unread, 0, "", 0);
		return ERR_OK;
	}
	if (e != ERR_OK)
		return e;
	for (size_t i = 0; i < n; i++)
		nh = compare_hashes(h, nh, jobs[i].algorithm);
	for (uint64_t at = 0; (p = object_some(s->object, at, &len)) != NULL; at += len)
		for (size_t i = 0; i < nh; i++)
			if (h[i].digest != NULL)
				digest_add(h[i].digest, p, len);
	bool failed = s->object->failed;
	sums_close(s);
	for (size_t i = 0; i < nh; i++) {
		if (h[i].digest != NULL)
			h[i].len = digest_final_named(h[i].digest, h[i].out);
		digest_free(h[i].digest);
	}
	for (size_t i = 0; i < n && !failed; i++)
		compare_job(s, &jobs[i], h, nh);
	return failed ? ERR_IO : ERR_OK;
}

static int
compare_job_order(const void *a, const void *b, void *arg)
{
	const struct sums *s = arg;
	const struct sums_job *j = a, *k = b;
	int c =
	    memcmp(s->index.files[j->file].sha256, s->index.files[k->file].sha256, DIGEST_SIZE);
	if (c == 0)
		c = (j->list > k->list) - (j->list < k->list);
	return c != 0 ? c : (j->line > k->line) - (j->line < k->line);
}

enum err
sums_compare_jobs(struct sums *s)
{
	enum err e = ERR_OK;
	if (s->njobs > 0)
		qsort_r(s->jobs, s->njobs, sizeof(*s->jobs), compare_job_order, s);
	for (size_t i = 0, n; i < s->njobs && e == ERR_OK; i += n) {
		const uint8_t *sha256 = s->index.files[s->jobs[i].file].sha256;
		for (n = 1; i + n < s->njobs; n++)
			if (memcmp(s->index.files[s->jobs[i + n].file].sha256, sha256,
				DIGEST_SIZE) != 0)
				break;
		e = compare_object(s, s->jobs + i, n);
	}
	return e;
}

/* --- what no list speaks of -----------------------------------------------------------------
 */

struct compare_folder {
	const char *key;
	size_t n, list;
};

static int
compare_folder_order(const void *a, const void *b)
{
	const struct compare_folder *f = a, *g = b;
	int c = memcmp(f->key, g->key, f->n < g->n ? f->n : g->n);
	return c != 0 ? c : (f->n > g->n) - (f->n < g->n);
}

static struct compare_folder
compare_folder_of(const struct sums *s, size_t file)
{
	return (struct compare_folder){
	    .key = sums_index_key(&s->index, file), .n = sums_index_folder(&s->index, file)};
}

/*
 * A list of several files speaks for its own folder, when one of its files is
 * there: what else lies in it came from elsewhere.
 */
void
sums_compare_extra(struct sums *s)
{
	size_t n = 0;
	struct compare_folder *folders = mem_array(s->nlists + 1, sizeof(*folders));
	for (size_t i = 0; i < s->nlists; i++) {
		const struct sums_list *l = &s->lists[i];
		/* what a package holds besides, its maker did not want to list */
		if (l->package || l->matched.n + l->differs.n < 2)
			continue;
		folders[n] = compare_folder_of(s, l->file);
		folders[n++].list = i;
	}
	qsort(folders, n, sizeof(*folders), compare_folder_order);
	for (size_t i = 0; i < s->index.n && n > 0; i++) {
		const struct sums_entry *f = &s->index.files[i];
		if (f->listed || f->list || f->beside)
			continue;
		struct compare_folder want = compare_folder_of(s, i);
		const struct compare_folder *hit =
		    bsearch(&want, folders, n, sizeof(*folders), compare_folder_order);
		if (hit != NULL)
			sums_count(&s->lists[hit->list].extra, 0, want.key + want.n,
			    f->key_len - want.n);
	}
	free(folders);
}
