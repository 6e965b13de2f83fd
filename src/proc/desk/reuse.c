/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/reuse.h"
#include "db/index.h"
#include "db/work.h"
#include "src/base/buf.h"
#include "src/base/clock.h"
#include "src/base/io.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/core/digest.h"
#include "src/core/seal.h"
#include "src/proc/desk/book.h"
#include "src/proc/desk/life.h"
#include "src/proc/desk/metrics.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define REUSE_KEY   "key" /* of the index: the name of the key's document */
#define REUSE_LATER 8     /* runs of the same transfer that are passed over */
#define REUSE_BATCH 1000  /* rows that are put together */
#define REUSE_TRUST 64    /* runs whose seals are known to hold */

/* What is known of a scanner besides what it says itself. */
struct reuse_scanner {
	bool known;
	uint8_t digest[DIGEST_SIZE]; /* of its program's digest and its manifest's */
};

struct reuse_trust {
	uint64_t run; /* 0: free */
	int64_t at_s;
};

struct reuse {
	struct index *index; /* NULL before it is needed, or when there is none to be had */
	bool failed;
	uint64_t life; /* grows with each file */
	uint8_t key[DIGEST_SIZE];
	struct reuse_scanner scanners[LIM_SCANNERS];
	struct reuse_trust trust[REUSE_TRUST];
	unsigned waiting; /* rows that were put and not committed */
};

struct reuse *
reuse_new(void)
{
	return mem_alloc(sizeof(struct reuse));
}

struct reuse *
reuse_free(struct reuse *r)
{
	if (r == NULL)
		return NULL;
	index_close(r->index);
	seal_wipe(r->key, sizeof(r->key));
	free(r);
	return NULL;
}

/* --- what makes a verdict ------------------------------------------------------------ */

/* The program lies beside this one, as the parent starts it. */
static bool
reuse_hash_program(const char *program, uint8_t out[DIGEST_SIZE])
{
	char self[512];
	uint8_t piece[65536];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (n <= 0)
		return false;
	self[n] = '\0';
	char *slash = strrchr(self, '/');
	if (slash == NULL)
		return false;
	*slash = '\0';
	MEM_FREE char *path = mem_printf("%s/%s", self, program);
	MEM_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	struct digest *d = digest_new();
	while ((n = read(fd, piece, sizeof(piece))) > 0)
		digest_add(d, piece, (size_t)n);
	digest_final(d, out);
	digest_free(d);
	return n == 0;
}

void
reuse_note(struct desk *d, size_t scanner, const void *manifest, size_t n)
{
	const struct manifest *m = &d->scanners[scanner];
	uint8_t both[2 * DIGEST_SIZE];
	/* what a command of the site is, or what was inside, nobody keeps */
	if (m->children || m->transfer || m->command.n > 0 ||
	    strcmp(m->program, MANIFEST_ADAPTER) == 0 || !reuse_hash_program(m->program, both))
		return;
	digest_sha256(manifest, n, both + DIGEST_SIZE);
	digest_sha256(both, sizeof(both), d->reuse->scanners[scanner].digest);
	d->reuse->scanners[scanner].known = true;
}

static void
reuse_maker(const struct desk *d, const struct manifest *m, const struct worker_about *about,
    uint8_t out[DIGEST_SIZE])
{
	const char *const texts[] = {SALLYPORT_VERSION, m->name, about->version, about->engine,
	    about->signatures, about->signature_date};
	struct digest *sum = digest_new();
	digest_add(sum, d->reuse->scanners[m - d->scanners].digest, DIGEST_SIZE);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		digest_add(sum, texts[i], strlen(texts[i]) + 1);
	digest_final(sum, out);
	digest_free(sum);
}

/* --- the index ---------------------------------------------------------------------------- */

/* The key is as well kept as the record: who can only write files here has none. */
static enum err
reuse_open_key(struct desk *d, struct index *x)
{
	struct reuse *r = d->reuse;
	char name[HEX_DIGEST_SIZE], why[BOOK_WHY_SIZE];
	uint8_t *key;
	size_t n;
	if (index_meta_get(x, REUSE_KEY, name, sizeof(name)) == ERR_OK &&
	    strlen(name) == HEX_DIGEST_SIZE - 1 && book_get(d, name, &key, &n) == ERR_OK) {
		bool good = n == sizeof(r->key);
		if (good)
			memcpy(r->key, key, n);
		free(key);
		if (good)
			return ERR_OK;
	}
	seal_random(r->key, sizeof(r->key));
	enum err e = book_put(d, r->key, sizeof(r->key), name, why);
	if (e == ERR_OK)
		e = index_meta_put(x, REUSE_KEY, name);
	return e == ERR_OK ? index_commit(x) : e;
}

static struct index *
reuse_index(struct desk *d)
{
	struct reuse *r = d->reuse;
	bool anew;
	if (r == NULL || r->index != NULL || r->failed)
		return r != NULL ? r->index : NULL;
	MEM_FREE char *path = mem_printf("%s/work/index.db", d->home);
	enum err e = index_open(path, &r->index, &anew);
	if (e == ERR_OK && (e = reuse_open_key(d, r->index)) != ERR_OK)
		r->index = index_close(r->index);
	r->failed = e != ERR_OK;
	r->life++;
	memset(r->trust, 0, sizeof(r->trust));
	if (r->failed)
		log_warn("%s: %s; nothing is kept for a second delivery", path, err_str(e));
	return r->index;
}

/* It cannot be relied on any more: the next one who needs it makes it anew. */
static void
reuse_check(struct desk *d, enum err e)
{
	struct reuse *r = d->reuse;
	if (e == ERR_OK || e == ERR_NOTFOUND || r->index == NULL)
		return;
	log_warn("the index of verdicts: %s", err_str(e));
	r->index = index_close(r->index);
	r->failed = e == ERR_NOSPACE || e == ERR_IO;
	r->life++;
}

static void
reuse_put_number(struct buf *out, uint64_t n)
{
	buf_add_u32be(out, (uint32_t)(n >> 32));
	buf_add_u32be(out, (uint32_t)n);
}

static void
reuse_seal_run(
    const struct reuse *r, uint64_t run, const struct index_run *of, uint8_t out[DIGEST_SIZE])
{
	struct buf text;
	buf_init(&text, 1024);
	buf_add_str(&text, "run");
	reuse_put_number(&text, run);
	reuse_put_number(&text, (uint64_t)of->at_s);
	buf_add(&text, of->maker, sizeof(of->maker));
	buf_add_str(&text, of->scanner);
	digest_hmac(r->key, sizeof(r->key), text.data, text.len, out);
	buf_done(&text);
}

static void
reuse_seal_row(const struct reuse *r, const uint8_t object[32], const struct index_row *row,
    uint8_t out[DIGEST_SIZE])
{
	struct buf text;
	buf_init(&text, LIM_REUSE_BYTES + 1024);
	buf_add_str(&text, "row");
	reuse_put_number(&text, row->run);
	buf_add(&text, object, 32);
	buf_add(&text, row->maker, sizeof(row->maker));
	buf_add(&text, row->body, row->body_len);
	digest_hmac(r->key, sizeof(r->key), text.data, text.len, out);
	buf_done(&text);
}

/* When that run was; false when it never was, or its seal is not ours. */
static bool
reuse_trust(struct desk *d, const struct index_row *row, int64_t *ret_at_s)
{
	struct reuse *r = d->reuse;
	struct reuse_trust *t = &r->trust[row->run % REUSE_TRUST];
	struct index_run run;
	uint8_t seal[DIGEST_SIZE];
	if (row->run == 0)
		return false;
	if (t->run != row->run) {
		enum err e = index_run_get(r->index, row->run, &run);
		if (e != ERR_OK)
			return false;
		reuse_seal_run(r, row->run, &run, seal);
		if (memcmp(seal, run.seal, sizeof(seal)) != 0)
			return false;
		*t = (struct reuse_trust){row->run, run.at_s};
	}
	*ret_at_s = t->at_s;
	return true;
}

/* --- a body: [verdict, why, bytes, read, type, mime, [finding...], [fact...]] ------------- */

struct reuse_body {
	json_t *findings, *facts;
};

static void
reuse_add_finding(void *arg, const struct work_finding *f)
{
	struct reuse_body *b = arg;
	json_array_append_new(
	    b->findings, json_pack("[s, s, s, s, s, I]", f->rule, f->class, f->severity,
			     f->title, f->detail, (json_int_t)f->at));
}

static void
reuse_add_fact(void *arg, const struct work_scan_fact *f)
{
	struct reuse_body *b = arg;
	json_array_append_new(b->facts, json_pack("[s, s]", f->key, f->value));
}

static bool
reuse_complete(enum verdict v)
{
	static const bool complete[VERDICT__MAX] = {[VERDICT_CLEAN] = true,
	    [VERDICT_SUSPICIOUS] = true,
	    [VERDICT_MALICIOUS] = true,
	    [VERDICT_INVALID] = true,
	    [VERDICT_NA] = true};
	return v < VERDICT__MAX && complete[v];
}

/* True when all of it is text and within its fields. */
static bool
reuse_read(json_t *body, const struct work_todo *t, struct reuse_said *said)
{
	const char *verdict, *why, *type, *mime;
	json_int_t bytes, read_bytes;
	json_t *findings, *facts;
	if (json_unpack(body, "[s, s, I, I, s, s, o, o!]", &verdict, &why, &bytes, &read_bytes,
		&type, &mime, &findings, &facts) != 0)
		return false;
	enum verdict v = verdict_parse_scanner(verdict);
	if (!reuse_complete(v) || bytes < 0 || (uint64_t)bytes != t->bytes || read_bytes < 0 ||
	    read_bytes > bytes || strlen(type) >= sizeof(said->type) ||
	    strlen(mime) >= sizeof(said->mime))
		return false;
	snprintf(said->why, sizeof(said->why), "%s", why);
	snprintf(said->type, sizeof(said->type), "%s", type);
	snprintf(said->mime, sizeof(said->mime), "%s", mime);
	said->result = (struct worker_result){.verdict = v,
	    .why = said->why,
	    .type = said->type,
	    .mime = said->mime,
	    .bytes = (uint64_t)bytes,
	    .read_bytes = (uint64_t)read_bytes};
	return true;
}

/* Findings and facts go to where the scanner's own would be. */
static enum err
reuse_restore(
    const json_t *body, const struct manifest *m, const struct work_todo *t, struct work *work)
{
	const json_t *row;
	size_t i;
	enum err e = ERR_OK;
	json_array_foreach (json_array_get(body, 6), i, row) {
		struct work_finding f = {.sha256 = t->sha256, .scanner = m->name};
		const char *texts[5];
		for (size_t k = 0; k < 5; k++)
			texts[k] = json_string_value(json_array_get(row, k));
		for (size_t k = 0; k < 5; k++)
			if (texts[k] == NULL)
				return ERR_SYNTAX;
		f.rule = texts[0];
		f.class = texts[1];
		f.severity = texts[2];
		f.title = texts[3];
		f.detail = texts[4];
		f.at = (uint64_t)json_integer_value(json_array_get(row, 5));
		if (e == ERR_OK)
			e = work_finding_add(work, &f);
	}
	json_array_foreach (json_array_get(body, 7), i, row) {
		struct work_scan_fact f = {t->sha256, m->name,
		    json_string_value(json_array_get(row, 0)),
		    json_string_value(json_array_get(row, 1))};
		if (f.key == NULL || f.value == NULL)
			return ERR_SYNTAX;
		if (e == ERR_OK)
			e = work_scan_fact_add(work, &f);
	}
	return e;
}

/* --- interface ------------------------------------------------------------------------------
 */

void
reuse_begin(struct desk *d, const struct policy *policy, const struct manifest *m,
    const struct worker_about *about, struct reuse_run *ret_run)
{
	struct reuse_run run = {.mode = policy->reuse, .days = policy->reuse_days};
	*ret_run = (struct reuse_run){.mode = POLICY_REUSE_NO};
	if (run.mode == POLICY_REUSE_NO || d->reuse == NULL ||
	    !d->reuse->scanners[m - d->scanners].known)
		return;
	struct index *x = reuse_index(d);
	if (x == NULL)
		return;
	reuse_maker(d, m, about, run.maker);
	enum err e = index_run_new(x, run.maker, m->name, clock_wall_s(), &run.run);
	reuse_check(d, e);
	run.life = d->reuse->life;
	if (e == ERR_OK)
		*ret_run = run;
}

/* The index is still the one the run was begun in. */
static struct index *
reuse_of(const struct desk *d, const struct reuse_run *run)
{
	return run->run != 0 && d->reuse->life == run->life ? d->reuse->index : NULL;
}

/* A sealed body; the caller decrefs.  NULL when it is not what it should be. */
static json_t *
reuse_open_body(struct desk *d, const uint8_t object[32], const struct index_row *row)
{
	uint8_t seal[DIGEST_SIZE];
	if (row->body_len > LIM_REUSE_BYTES)
		return NULL;
	reuse_seal_row(d->reuse, object, row, seal);
	if (memcmp(seal, row->seal, sizeof(seal)) != 0)
		return NULL;
	return json_loadb((const char *)row->body, row->body_len, JSON_REJECT_DUPLICATES, NULL);
}

bool
reuse_find(struct desk *d, struct reuse_run *run, const struct manifest *m, struct work *work,
    const struct work_todo *t, struct reuse_said *ret_said)
{
	struct index *x = run->mode == POLICY_REUSE_USE ? reuse_of(d, run) : NULL;
	struct index_row row;
	int64_t at_s, now_s = life_now_s(d);
	char at[CLOCK_TEXT_SIZE];
	if (x == NULL)
		return false;
	enum err e = index_get(x, t->sha256, run->maker, &row);
	reuse_check(d, e);
	if (e != ERR_OK || row.run == run->run)
		return false;
	json_t *body = reuse_open_body(d, t->sha256, &row);
	/* one of a time to come is from a clock that was wrong: its age is not known */
	bool good = body != NULL && reuse_trust(d, &row, &at_s) && at_s <= now_s &&
	            now_s - at_s <= (int64_t)run->days * 86400 &&
	            reuse_read(body, t, ret_said) && reuse_restore(body, m, t, work) == ERR_OK;
	json_decref(body);
	if (!good)
		return false;
	size_t n = strlen(ret_said->why);
	clock_format(at_s, at);
	snprintf(ret_said->why + n, sizeof(ret_said->why) - n,
	    "%sscanned %.10s %.5sZ, used again", n > 0 ? "; " : "", at, at + 11);
	run->used++;
	metrics_reused(d, m);
	return true;
}

void
reuse_keep(struct desk *d, const struct reuse_run *run, const struct manifest *m,
    struct work *work, const struct work_todo *t, const struct worker_result *said)
{
	struct index *x = reuse_of(d, run);
	struct reuse_body b;
	if (x == NULL || !reuse_complete(said->verdict) || said->bytes != t->bytes ||
	    strlen(said->why) > REUSE_WHY_SIZE - 64)
		return;
	b = (struct reuse_body){json_array(), json_array()};
	enum err e = work_findings_by(work, t->sha256, m->name, reuse_add_finding, &b);
	if (e == ERR_OK)
		e = work_scan_facts_by(work, t->sha256, m->name, reuse_add_fact, &b);
	json_t *body = json_pack("[s, s, I, I, s, s, o, o]", verdict_print(said->verdict),
	    said->why, (json_int_t)said->bytes, (json_int_t)said->read_bytes, said->type,
	    said->mime, b.findings, b.facts);
	MEM_FREE char *text =
	    e == ERR_OK && body != NULL ? json_dumps(body, JSON_COMPACT) : NULL;
	json_decref(body);
	if (text == NULL || strlen(text) > LIM_REUSE_BYTES)
		return;
	struct index_row row = {
	    .run = run->run, .body = (const uint8_t *)text, .body_len = strlen(text)};
	memcpy(row.maker, run->maker, sizeof(row.maker));
	reuse_seal_row(d->reuse, t->sha256, &row, row.seal);
	e = index_put(x, t->sha256, &row);
	if (e == ERR_OK && ++d->reuse->waiting >= REUSE_BATCH) {
		d->reuse->waiting = 0;
		e = index_commit(x);
	}
	reuse_check(d, e);
}

void
reuse_end(struct desk *d, struct reuse_run *run, bool good)
{
	struct index *x = reuse_of(d, run);
	struct index_run of;
	uint8_t seal[DIGEST_SIZE];
	enum err e = ERR_OK;
	if (x != NULL && good) {
		e = index_run_find(x, run->run, &of);
		if (e == ERR_OK) {
			reuse_seal_run(d->reuse, run->run, &of, seal);
			e = index_run_seal(x, run->run, seal);
		}
		if (e == ERR_OK)
			e = index_cut(x, LIM_REUSE_ROWS);
	} else if (x != NULL) {
		e = index_run_drop(x, run->run);
	}
	if (x != NULL && e == ERR_OK)
		e = index_commit(x);
	reuse_check(d, e);
	run->run = 0;
}

bool
reuse_show(struct desk *d, const uint8_t sha256[32], const char *scanner, int64_t before_s,
    char out[REUSE_WHY_SIZE])
{
	struct index *x = reuse_index(d);
	struct index_row row = {.run = UINT64_MAX};
	int64_t at_s = 0;
	char at[CLOCK_TEXT_SIZE];
	bool found = false;
	for (int i = 0; x != NULL && i < REUSE_LATER && !found; i++) {
		enum err e = index_last(x, sha256, scanner, row.run, &row);
		reuse_check(d, e);
		if (e != ERR_OK)
			return false;
		json_t *body = reuse_open_body(d, sha256, &row);
		found = body != NULL && reuse_trust(d, &row, &at_s) && at_s < before_s;
		if (found && clock_format(at_s, at))
			snprintf(out, REUSE_WHY_SIZE, "%.20s, %.10s %.5sZ",
			    json_string_value(json_array_get(body, 0)), at, at + 11);
		json_decref(body);
	}
	return found;
}
