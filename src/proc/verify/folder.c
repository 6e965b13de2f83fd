/* SPDX-License-Identifier: ISC */
/* The custody folder of one transfer, as the stager writes it to the share. */
#include "src/base/io.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/digest.h"
#include "src/core/merkle.h"
#include "src/core/note.h"
#include "src/core/policy.h"
#include "src/proc/verify/bundle.h"
#include "src/proc/verify/leaves.h"
#include "src/proc/verify/proof.h"
#include "src/proc/verify/verify.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENTRY_DIGITS 8

struct folder {
	struct verify *v;
	const struct bundle *bundle;
	struct bundle_text checkpoint, inventory, findings, policy;
	const struct custody_epoch *epoch; /* of the checkpoint */
	/* The epoch of the entries that are looked at: its last checkpoint, and where it
	 * begins. */
	const struct custody_epoch *at;
	uint64_t base, size;
	uint8_t root[32];
	char *note;
	char transfer[TRANSFER_ID_SIZE];
};

static bool
read_file(struct folder *f, const char *path, struct bundle_text *ret)
{
	enum err err = bundle_read(f->bundle, path, ret);
	if (err == ERR_NOTFOUND)
		return verify_fail(f->v, "%.100s is missing", path);
	if (err != ERR_OK)
		return verify_unreadable(f->v, "%.100s cannot be read", path);
	return true;
}

static bool
has_digest(const struct bundle_text *t, const char *sha256)
{
	uint8_t digest[DIGEST_SIZE];
	char hex[HEX_DIGEST_SIZE];
	digest_sha256(t->bytes, t->len, digest);
	hex_encode(digest, sizeof(digest), hex);
	return strcmp(hex, sha256) == 0;
}

/* --- SHA256SUMS ------------------------------------------------------------------------- */

struct names {
	char **all; /* into the text of SHA256SUMS */
	size_t count;
};

/* Parts of [A-Za-z0-9._-], none empty or beginning with a dot. */
static bool
is_name(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/";
	if (strspn(name, letters) != strlen(name))
		return false;
	for (const char *part = name; part != NULL; part = strchr(part, '/')) {
		part += part != name;
		if (*part == 0 || *part == '.' || *part == '/')
			return false;
	}
	return true;
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool
check_sum(struct folder *f, char *line, struct names *ret)
{
	struct bundle_text t = {NULL, 0};
	uint8_t digest[DIGEST_SIZE];
	if (strlen(line) < 67 || line[64] != ' ' || line[65] != ' ' ||
	    !hex_decode(line, 64, digest, sizeof(digest)) || !is_name(line + 66))
		return verify_fail(f->v, "SHA256SUMS has a line that is none");
	line[64] = 0;
	if (!read_file(f, line + 66, &t))
		return false;
	bool same = has_digest(&t, line);
	free(t.bytes);
	ret->all = mem_resize(ret->all, ret->count + 1, sizeof(*ret->all));
	ret->all[ret->count++] = line + 66;
	return same || verify_fail(f->v, "%.100s is not what SHA256SUMS says", line + 66);
}

struct unnamed {
	const struct names *names;
	const char *folder;
	char found[256]; /* a file that SHA256SUMS does not name, or "" */
};

static bool
find_unnamed(void *arg, const char *name)
{
	struct unnamed *u = arg;
	char path[256], *key = path;
	snprintf(path, sizeof(path), "%s/%.200s", u->folder, name);
	if (u->names->count > 0 && bsearch(&key, u->names->all, u->names->count,
				       sizeof(*u->names->all), compare_names) != NULL)
		return true;
	snprintf(u->found, sizeof(u->found), "%s", path);
	return false;
}

/* Every name once, and none that is in entries/ or proofs/ left out. */
static bool
check_names(struct folder *f, struct names *n)
{
	static const char *const folders[] = {"entries", "proofs"};
	qsort(n->all, n->count, sizeof(*n->all), compare_names);
	for (size_t i = 1; i < n->count; i++) {
		if (strcmp(n->all[i - 1], n->all[i]) == 0)
			return verify_fail(f->v, "SHA256SUMS names %.100s twice", n->all[i]);
	}
	for (size_t i = 0; i < 2; i++) {
		struct unnamed u = {.names = n, .folder = folders[i]};
		bundle_each(f->bundle, folders[i], find_unnamed, &u);
		if (u.found[0] != 0)
			return verify_fail(f->v, "%.100s is not named in SHA256SUMS", u.found);
	}
	return true;
}

static bool
check_sums(struct folder *f)
{
	struct bundle_text sums = {NULL, 0};
	struct names names = {NULL, 0};
	bool good = read_file(f, "SHA256SUMS", &sums);
	char *rest = (char *)sums.bytes, *line;
	while (good && (line = strsep(&rest, "\n")) != NULL && rest != NULL)
		good = check_sum(f, line, &names);
	if (good && names.count == 0)
		good = verify_fail(f->v, "SHA256SUMS is empty");
	good = good && check_names(f, &names);
	if (good)
		verify_checked(f->v, "%zu files are what SHA256SUMS says.", names.count);
	free(names.all);
	free(sums.bytes);
	return good;
}

/* --- the authority log ------------------------------------------------------------------- */

static bool
check_vkey(struct folder *f, const char *path, const char *vkey)
{
	struct bundle_text t;
	if (!read_file(f, path, &t))
		return false;
	char *end = strchr((char *)t.bytes, '\n');
	if (end != NULL)
		*end = 0;
	bool same = strcmp((char *)t.bytes, vkey) == 0;
	free(t.bytes);
	return same || verify_fail(f->v, "%s is not the key that genesis names", path);
}

/* The key of a checkpoint of that log, to say what is wrong with one. */
static const char *
why_not(struct folder *f, enum transfer_log log, const struct bundle_text *t)
{
	struct note_vkey key;
	const struct custody *c = f->v->custody;
	const struct custody_epoch *e = custody_epoch_at(c, custody_epoch_count(c) - 1);
	if (note_vkey_parse(log == LOG_CUSTODY ? e->vkey : e->authority_vkey, &key) != ERR_OK)
		return "genesis names a key that is none";
	return note_why(t->bytes, t->len, &key);
}

static bool
open_checkpoint(struct folder *f, enum transfer_log log, const struct bundle_text *t,
    const char *path, struct note_checkpoint *ret)
{
	const struct custody_epoch *e;
	if (custody_checkpoint_open(f->v->custody, t->bytes, t->len, ret, &e) != ERR_OK ||
	    (e != NULL) != (log == LOG_CUSTODY))
		return verify_fail(f->v, "%s is not signed by the station's log: %s", path,
		    why_not(f, log, t));
	if (log == LOG_CUSTODY)
		f->epoch = e;
	return true;
}

static bool
check_authority(struct folder *f)
{
	struct verify *v = f->v;
	struct bundle_text t;
	char why[CUSTODY_WHY_SIZE];
	struct note_checkpoint cp;
	if (!read_file(f, "authority/entries.txt", &t))
		return false;
	enum err err = custody_apply_list(v->custody, LOG_AUTHORITY, t.bytes, t.len, why);
	free(t.bytes);
	uint64_t size = custody_size(v->custody, LOG_AUTHORITY);
	if (err != ERR_OK)
		return verify_fail_entry(v, LOG_AUTHORITY, size, why);
	if (size == 0)
		return verify_fail(v, "the authority log is empty");
	if (!check_vkey(f, "authority.vkey", custody_vkey(v->custody, LOG_AUTHORITY)) ||
	    !read_file(f, "authority/checkpoint", &t))
		return false;
	bool good = open_checkpoint(f, LOG_AUTHORITY, &t, "authority/checkpoint", &cp);
	free(t.bytes);
	if (!good)
		return false;
	if (cp.size != size ||
	    memcmp(cp.root, custody_root(v->custody, LOG_AUTHORITY, size), 32) != 0)
		return verify_fail(v, "authority/checkpoint is about other entries than these");
	verify_checked(
	    v, "The whole authority log of %" PRIu64 " entries, and its checkpoint.", size);
	return true;
}

/* --- proofs --------------------------------------------------------------------------------
 */

/* The first proof of an epoch says by which checkpoint its entries are judged. */
static bool
enter_epoch(struct folder *f, const struct custody_epoch *e, const char *note, uint64_t base)
{
	struct note_checkpoint cp;
	const struct custody_epoch *said;
	if (e == NULL || e->number > f->epoch->number ||
	    (f->at != NULL && e->number < f->at->number) || (e->number == 1 && base != 0) ||
	    (e == f->epoch && strcmp(note, (char *)f->checkpoint.bytes) != 0) ||
	    custody_checkpoint_open(f->v->custody, note, strlen(note), &cp, &said) != ERR_OK ||
	    said != e)
		return false;
	free(f->note);
	f->note = mem_strdup(note);
	f->at = e;
	f->base = base;
	f->size = cp.size;
	memcpy(f->root, cp.root, sizeof(f->root));
	return true;
}

static bool
check_proof(struct folder *f, uint64_t place, const struct entry *e, uint64_t *ret_seq)
{
	struct bundle_text t;
	struct merkle_proof proof;
	char path[64];
	const char *note = NULL;
	uint64_t seq = 0;
	const struct custody_epoch *epoch = custody_epoch_find(f->v->custody, e->log);
	snprintf(path, sizeof(path), "proofs/%08" PRIu64 ".tlog-proof", place);
	if (!read_file(f, path, &t))
		return false;
	bool good =
	    proof_parse((char *)t.bytes, t.len, &seq, &proof, &note) && seq <= place &&
	    ((epoch != NULL && epoch == f->at) || enter_epoch(f, epoch, note, place - seq)) &&
	    place - seq == f->base && strcmp(note, f->note) == 0 &&
	    merkle_inclusion_check(f->size, seq, e->leaf, &proof, f->root) == ERR_OK;
	free(t.bytes);
	*ret_seq = seq;
	return good || verify_fail_entry(f->v, LOG_CUSTODY, place,
			   "its proof does not show it in the log that the checkpoint signs");
}

/* --- entries ---------------------------------------------------------------------------------
 */

static bool
check_entry(struct folder *f, uint64_t seq, const struct bundle_text *t)
{
	struct entry *e;
	char why[CUSTODY_WHY_SIZE];
	if (entry_parse(t->bytes, t->len, why, &e) != ERR_OK)
		return verify_fail_entry(f->v, LOG_CUSTODY, seq, why);
	uint64_t own = 0;
	bool good = check_proof(f, seq, e, &own);
	if (good && custody_apply_partial(f->v->custody, seq, own, e, why) != ERR_OK)
		good = verify_fail_entry(f->v, LOG_CUSTODY, seq, why);
	if (good)
		leaves_shown(f->v->leaves, seq, e);
	if (good && f->transfer[0] == 0 && strncmp(e->subj, "xfer:", 5) == 0)
		snprintf(f->transfer, sizeof(f->transfer), "%s", e->subj + 5);
	if (good &&
	    strcmp(e->subj + (strncmp(e->subj, "xfer:", 5) == 0 ? 5 : 0), f->transfer) != 0)
		good = verify_fail_entry(
		    f->v, LOG_CUSTODY, seq, "it is about something else than this transfer");
	entry_free(e);
	return good;
}

/* "00000042.entry" */
static bool
parse_name(const char *name, uint64_t *ret)
{
	size_t digits = strspn(name, "0123456789");
	if (digits < ENTRY_DIGITS || digits > 18 || strcmp(name + digits, ".entry") != 0)
		return false;
	*ret = strtoull(name, NULL, 10);
	return true;
}

static int
compare_seqs(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return (x > y) - (x < y);
}

struct seqs {
	uint64_t *all;
	size_t count;
};

static bool
add_seq(void *arg, const char *name)
{
	struct seqs *s = arg;
	s->all = mem_resize(s->all, s->count + 1, sizeof(*s->all));
	return parse_name(name, &s->all[s->count++]);
}

static bool
list_entries(struct folder *f, struct seqs *ret)
{
	if (bundle_each(f->bundle, "entries", add_seq, ret) != ERR_OK || ret->count == 0)
		return verify_fail(f->v, "entries/ is missing, empty, or holds something else");
	qsort(ret->all, ret->count, sizeof(*ret->all), compare_seqs);
	return true;
}

static bool
check_entries(struct folder *f)
{
	struct seqs seqs = {NULL, 0};
	bool good = list_entries(f, &seqs);
	for (size_t i = 0; good && i < seqs.count; i++) {
		struct bundle_text t;
		char path[64];
		snprintf(path, sizeof(path), "entries/%08" PRIu64 ".entry", seqs.all[i]);
		good = read_file(f, path, &t);
		if (good) {
			good = check_entry(f, seqs.all[i], &t);
			free(t.bytes);
		}
	}
	free(seqs.all);
	if (good)
		verify_checked(f->v,
		    "%zu entries of %s: form, signatures, rights and rules, an unbroken chain "
		    "from "
		    "the first, and a proof for each that it is in the log.",
		    seqs.count, f->transfer);
	return good;
}

/* --- documents
 * ---------------------------------------------------------------------------------- */

static enum err
fetch_doc(void *arg, const char *sha256, uint8_t **ret_bytes, size_t *ret_len)
{
	const struct folder *f = arg;
	const struct bundle_text *const all[] = {&f->inventory, &f->findings, &f->policy};
	for (size_t i = 0; i < 3; i++) {
		if (all[i]->bytes != NULL && has_digest(all[i], sha256)) {
			*ret_bytes = mem_dup(all[i]->bytes, all[i]->len);
			*ret_len = all[i]->len;
			return ERR_OK;
		}
	}
	return ERR_NOTFOUND;
}

static bool
check_manifest(struct folder *f, const struct custody_transfer *t)
{
	struct bundle_text text;
	if (!read_file(f, "manifest.sha256", &text))
		return false;
	bool same = has_digest(&text, t->manifest);
	free(text.bytes);
	return same || verify_fail(f->v, "manifest.sha256 is not the manifest that was signed");
}

static bool
check_papers(struct folder *f)
{
	const struct custody_transfer *t = custody_transfer_find(f->v->custody, f->transfer);
	char why[CUSTODY_WHY_SIZE];
	if (t == NULL)
		return verify_fail(f->v, "the folder holds no transfer");
	if (t->approvals_count == 0) {
		verify_checked(f->v, "%s is %s; nothing is submitted.", t->id,
		    transfer_state_name(t->facts.state));
		return true;
	}
	if (!read_file(f, "inventory", &f->inventory) ||
	    !read_file(f, "findings", &f->findings) || !read_file(f, "policy", &f->policy) ||
	    !check_manifest(f, t))
		return false;
	custody_set_docs(f->v->custody, fetch_doc, f);
	if (custody_check_documents(f->v->custody, t, why) != ERR_OK)
		return verify_fail(f->v, "the documents: %s", why);
	verify_checked(f->v,
	    "%zu officers signed the same bytes; the manifest of %" PRIu64
	    " files follows from inventory and policy.",
	    t->approvals_count, t->files);
	return true;
}

static unsigned
quorum_of(const struct folder *f)
{
	char why[POLICY_WHY_SIZE];
	struct policy *policy;
	if (f->policy.bytes == NULL ||
	    policy_parse(f->policy.bytes, f->policy.len, &policy, why) != ERR_OK)
		return 0;
	unsigned quorum = policy->witness_quorum;
	policy_free(policy);
	return quorum;
}

/*
 * Whose lines a checkpoint needs (C2SP tlog-policy): there is one spelling of what the
 * record says, so that nothing has to be parsed.
 */
static bool
check_quorum(struct folder *f)
{
	const struct custody *c = f->v->custody;
	const struct custody_witness *w;
	unsigned quorum = quorum_of(f);
	size_t n = 0;
	struct bundle_text t;
	struct buf text, group;
	enum err err = bundle_read(f->bundle, "witness-policy", &t);
	if (err == ERR_NOTFOUND)
		return true;
	if (err != ERR_OK)
		return verify_unreadable(f->v, "witness-policy cannot be read");
	buf_init(&text, LIM_NOTE_BYTES);
	buf_init(&group, LIM_NOTE_BYTES);
	buf_addf(&text, "log %s\n", f->epoch->vkey);
	for (; (w = custody_witness_at(c, n)) != NULL; n++) {
		buf_addf(&text, "witness w%zu %s\n", n + 1, w->vkey);
		buf_addf(&group, " w%zu", n + 1);
	}
	if (quorum > 0 && quorum <= n)
		buf_addf(
		    &text, "group witnesses %u%s\nquorum witnesses\n", quorum, buf_str(&group));
	else
		buf_add_str(&text, "quorum none\n");
	bool same = text.error == ERR_OK && group.error == ERR_OK && t.len == text.len &&
	            memcmp(t.bytes, text.data, t.len) == 0;
	buf_done(&group);
	buf_done(&text);
	free(t.bytes);
	return same ||
	       verify_fail(f->v, "witness-policy names another log, other witnesses or another "
				 "quorum than the record");
}

/* Without both of these it is some other folder. */
static bool
is_folder(struct folder *f)
{
	static const char *const files[] = {"SHA256SUMS", "authority/entries.txt"};
	for (size_t i = 0; i < 2; i++) {
		struct bundle_text t;
		enum err err = bundle_read(f->bundle, files[i], &t);
		if (err == ERR_OK)
			free(t.bytes);
		if (err != ERR_NOTFOUND)
			return true;
	}
	return verify_unreadable(f->v,
	    "it is no custody folder: it has neither SHA256SUMS nor authority/entries.txt");
}

/* What witnesses wrote under the checkpoint. */
static bool
check_witnesses(struct folder *f, uint64_t size)
{
	/* of entries of an earlier epoch it says nothing that is checked here */
	uint64_t place = f->at == f->epoch ? f->base + size : 0;
	if (when_note(f->v->when, f->v->custody, f->checkpoint.bytes, f->checkpoint.len,
		place) != ERR_OK)
		return verify_fail(
		    f->v, "checkpoint has a line by a witness that is no cosignature of it");
	return true;
}

static void
check_bundle(struct verify *v, const struct bundle *bundle)
{
	struct folder f = {.v = v, .bundle = bundle};
	struct note_checkpoint cp;
	bool good = is_folder(&f) && check_sums(&f) && check_authority(&f) &&
	            read_file(&f, "checkpoint", &f.checkpoint) &&
	            open_checkpoint(&f, LOG_CUSTODY, &f.checkpoint, "checkpoint", &cp) &&
	            check_vkey(&f, "log.vkey", f.epoch->vkey);
	if (good) {
		v->epoch = f.epoch;
		v->custody_size = cp.size;
		memcpy(v->custody_root, cp.root, sizeof(cp.root));
		good = check_entries(&f) && check_witnesses(&f, cp.size) && check_papers(&f) &&
		       check_quorum(&f);
	}
	if (good) {
		verify_unchecked(v,
		    "Entries about this transfer after entry %" PRIu64
		    " of the log are not here, nor is anything about other "
		    "transfers.",
		    v->custody_size);
		verify_unchecked(v, "report and slip: they are for reading.");
	}
	custody_set_docs(v->custody, NULL, NULL);
	free(f.note);
	free(f.checkpoint.bytes);
	free(f.inventory.bytes);
	free(f.findings.bytes);
	free(f.policy.bytes);
}

void
folder_check(struct verify *v, int dirfd)
{
	v->kind = "custody folder";
	check_bundle(v, &(struct bundle){.dirfd = dirfd});
}

void
folder_check_tar(struct verify *v, int fd)
{
	struct bundle bundle = {.dirfd = -1};
	uint8_t *bytes;
	const char *why;
	size_t n;
	v->kind = "custody folder";
	if (io_slurp(fd, LIM_SEALED_BYTES, &bytes, &n) != ERR_OK) {
		verify_unreadable(v, "the archive cannot be read, or is too large for one");
		return;
	}
	if (tar_open(bytes, n, &bundle.tar, &why) != ERR_OK)
		verify_unreadable(
		    v, "the archive is not a custody folder packed by tar: %s", why);
	else
		check_bundle(v, &bundle);
	tar_close(bundle.tar);
	free(bytes);
}
