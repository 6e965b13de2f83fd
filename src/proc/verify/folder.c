/* SPDX-License-Identifier: ISC */
/* The custody folder of one transfer, as the stager writes it to the share. */
#include "src/base/io.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/digest.h"
#include "src/core/merkle.h"
#include "src/core/note.h"
#include "src/proc/verify/verify.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ENTRY_DIGITS 8
#define PROOF_HEAD   "c2sp.org/tlog-proof@v1\n"

struct text {
	uint8_t *bytes; /* a NUL follows */
	size_t len;
};

struct folder {
	struct verify *v;
	int dirfd;
	struct text checkpoint, inventory, findings, policy;
	const char *subj; /* of the first entry */
	char transfer[TRANSFER_ID_SIZE];
};

static bool
read_file(struct folder *f, const char *path, struct text *ret)
{
	MEM_CLOSE int fd = openat(f->dirfd, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return verify_fail(f->v, "%.100s is missing", path);
	if (io_slurp(fd, LIM_SEALED_BYTES, &ret->bytes, &ret->len) != ERR_OK)
		return verify_fail(f->v, "%.100s cannot be read", path);
	return true;
}

static bool
has_digest(const struct text *t, const char *sha256)
{
	uint8_t digest[DIGEST_SIZE];
	char hex[HEX_DIGEST_SIZE];
	digest_sha256(t->bytes, t->len, digest);
	hex_encode(digest, sizeof(digest), hex);
	return strcmp(hex, sha256) == 0;
}

/* --- SHA256SUMS ------------------------------------------------------------------------- */

static bool
check_sum(struct folder *f, char *line)
{
	struct text t = {NULL, 0};
	uint8_t digest[DIGEST_SIZE];
	if (strlen(line) < 67 || line[64] != ' ' || line[65] != ' ' ||
	    !hex_decode(line, 64, digest, sizeof(digest)))
		return verify_fail(f->v, "SHA256SUMS has a line that is none");
	line[64] = 0;
	if (!read_file(f, line + 66, &t))
		return false;
	bool same = has_digest(&t, line);
	free(t.bytes);
	return same || verify_fail(f->v, "%.100s is not what SHA256SUMS says", line + 66);
}

static bool
check_sums(struct folder *f)
{
	struct text sums = {NULL, 0};
	bool good = read_file(f, "SHA256SUMS", &sums);
	size_t count = 0;
	char *rest = (char *)sums.bytes, *line;
	while (good && (line = strsep(&rest, "\n")) != NULL && rest != NULL) {
		good = check_sum(f, line);
		count++;
	}
	if (good && count == 0)
		good = verify_fail(f->v, "SHA256SUMS is empty");
	free(sums.bytes);
	if (good)
		verify_checked(f->v, "%zu files are what SHA256SUMS says.", count);
	return good;
}

/* --- the authority log ------------------------------------------------------------------- */

static bool
check_vkey(struct folder *f, const char *path, enum transfer_log log)
{
	struct text t;
	if (!read_file(f, path, &t))
		return false;
	char *end = strchr((char *)t.bytes, '\n');
	if (end != NULL)
		*end = 0;
	bool same = strcmp((char *)t.bytes, custody_vkey(f->v->custody, log)) == 0;
	free(t.bytes);
	return same || verify_fail(f->v, "%s is not the key that genesis names", path);
}

static bool
open_checkpoint(struct folder *f, enum transfer_log log, const struct text *t, const char *path,
    struct note_checkpoint *ret)
{
	struct note_vkey key;
	if (note_vkey_parse(custody_vkey(f->v->custody, log), &key) != ERR_OK ||
	    note_checkpoint_open(t->bytes, t->len, &key, ret) != ERR_OK)
		return verify_fail(f->v, "%s is not signed by the station's log", path);
	return true;
}

static bool
check_authority(struct folder *f)
{
	struct verify *v = f->v;
	struct text t;
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
	if (!check_vkey(f, "authority.vkey", LOG_AUTHORITY) ||
	    !check_vkey(f, "log.vkey", LOG_CUSTODY) ||
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

/* One line without its LF, or NULL at the end or before the blank line. */
static char *
next_line(char **rest)
{
	char *line = *rest, *end = strchr(line, '\n');
	if (end == NULL || end == line)
		return NULL;
	*end = 0;
	*rest = end + 1;
	return line;
}

static bool
parse_proof(char *text, uint64_t seq, struct merkle_proof *ret, char **ret_checkpoint)
{
	char expected[32], *line, *rest = text + strlen(PROOF_HEAD);
	if (strncmp(text, PROOF_HEAD, strlen(PROOF_HEAD)) != 0)
		return false;
	line = next_line(&rest);
	if (line != NULL && strncmp(line, "extra ", 6) == 0)
		line = next_line(&rest);
	snprintf(expected, sizeof(expected), "index %" PRIu64, seq);
	if (line == NULL || strcmp(line, expected) != 0)
		return false;
	ret->count = 0;
	while ((line = next_line(&rest)) != NULL) {
		uint8_t node[MERKLE_SIZE + 4];
		size_t n;
		if (ret->count == LIM_PROOF_NODES ||
		    strlen(line) != HEX_B64_SIZE(MERKLE_SIZE) - 1 ||
		    !hex_b64_decode(line, strlen(line), node, &n) || n != MERKLE_SIZE)
			return false;
		memcpy(ret->nodes[ret->count++], node, MERKLE_SIZE);
	}
	if (*rest != '\n')
		return false;
	*ret_checkpoint = rest + 1;
	return true;
}

static bool
check_proof(struct folder *f, uint64_t seq, const struct entry *e)
{
	struct text t;
	struct merkle_proof proof;
	char path[64], *checkpoint = NULL;
	snprintf(path, sizeof(path), "proofs/%08" PRIu64 ".tlog-proof", seq);
	if (!read_file(f, path, &t))
		return false;
	bool good = strlen((char *)t.bytes) == t.len &&
	            parse_proof((char *)t.bytes, seq, &proof, &checkpoint) &&
	            strcmp(checkpoint, (char *)f->checkpoint.bytes) == 0 &&
	            merkle_inclusion_check(
			f->v->custody_size, seq, e->leaf, &proof, f->v->custody_root) == ERR_OK;
	free(t.bytes);
	return good || verify_fail_entry(f->v, LOG_CUSTODY, seq,
			   "its proof does not show it in the log that the checkpoint signs");
}

/* --- entries ---------------------------------------------------------------------------------
 */

static bool
check_entry(struct folder *f, uint64_t seq, const struct text *t)
{
	struct entry *e;
	char why[CUSTODY_WHY_SIZE];
	if (entry_parse(t->bytes, t->len, why, &e) != ERR_OK)
		return verify_fail_entry(f->v, LOG_CUSTODY, seq, why);
	bool good = check_proof(f, seq, e);
	if (good && custody_apply_partial(f->v->custody, seq, e, why) != ERR_OK)
		good = verify_fail_entry(f->v, LOG_CUSTODY, seq, why);
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

static bool
list_entries(struct folder *f, uint64_t **ret, size_t *ret_count)
{
	int fd = openat(f->dirfd, "entries", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *d;
	bool good = dir != NULL;
	*ret = NULL;
	*ret_count = 0;
	while (good && (d = readdir(dir)) != NULL) {
		if (d->d_name[0] == '.')
			continue;
		*ret = mem_resize(*ret, *ret_count + 1, sizeof(**ret));
		good = parse_name(d->d_name, &(*ret)[(*ret_count)++]);
	}
	if (dir != NULL)
		closedir(dir);
	if (!good || *ret_count == 0)
		return verify_fail(f->v, "entries/ is missing, empty, or holds something else");
	qsort(*ret, *ret_count, sizeof(**ret), compare_seqs);
	return true;
}

static bool
check_entries(struct folder *f)
{
	uint64_t *seqs;
	size_t n;
	bool good = list_entries(f, &seqs, &n);
	for (size_t i = 0; good && i < n; i++) {
		struct text t;
		char path[64];
		snprintf(path, sizeof(path), "entries/%08" PRIu64 ".entry", seqs[i]);
		good = read_file(f, path, &t);
		if (good) {
			good = check_entry(f, seqs[i], &t);
			free(t.bytes);
		}
	}
	free(seqs);
	if (good)
		verify_checked(f->v,
		    "%zu entries of %s: form, signatures, rights and rules, an unbroken chain "
		    "from "
		    "the first, and a proof for each that it is in the log.",
		    n, f->transfer);
	return good;
}

/* --- documents
 * ---------------------------------------------------------------------------------- */

static enum err
fetch_doc(void *arg, const char *sha256, uint8_t **ret_bytes, size_t *ret_len)
{
	const struct folder *f = arg;
	const struct text *const all[] = {&f->inventory, &f->findings, &f->policy};
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
	struct text text;
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

void
folder_check(struct verify *v, int dirfd)
{
	struct folder f = {.v = v, .dirfd = dirfd};
	struct note_checkpoint cp;
	v->kind = "custody folder";
	bool good = check_sums(&f) && check_authority(&f) &&
	            read_file(&f, "checkpoint", &f.checkpoint) &&
	            open_checkpoint(&f, LOG_CUSTODY, &f.checkpoint, "checkpoint", &cp);
	if (good) {
		v->custody_size = cp.size;
		memcpy(v->custody_root, cp.root, sizeof(cp.root));
		good = check_entries(&f) && check_papers(&f);
	}
	if (good) {
		verify_unchecked(v,
		    "Entries about this transfer after entry %" PRIu64
		    " of the log are not here, nor is anything about other "
		    "transfers.",
		    v->custody_size);
		verify_unchecked(
		    v, "The heads that the signers were shown: that needs the whole log.");
		verify_unchecked(v, "report and slip: they are for reading.");
	}
	custody_set_docs(v->custody, NULL, NULL);
	free(f.checkpoint.bytes);
	free(f.inventory.bytes);
	free(f.findings.bytes);
	free(f.policy.bytes);
}
