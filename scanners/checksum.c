/* SPDX-License-Identifier: ISC */
/*
 * scan-checksum: the files of a transfer against the lists of digests in it.
 * May:        before its sandbox, read the keys of the site, HOME/keyring; read
 *             the set it was given, and objects of it that it asks for; where the
 *             site has keys of OpenPGP, have gpgv run by a runner beside it.
 * Must never: open, connect, write; run anything but gpgv; call authentic what
 *             only agrees with something that came on the same medium.
 * Dies when:  the desk hangs up, a peer breaks the protocol, or its runner has gone.
 */
#include "scanners/gpgv.h"
#include "scanners/set.h"
#include "scanners/sums.h"
#include "src/base/buf.h"
#include "src/base/hex.h"
#include "src/base/io.h"
#include "src/base/limits.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/core/digest.h"
#include "src/core/seal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHECKSUM_KEYRING "keyring"
#define CHECKSUM_GPGV    "/usr/bin/gpgv"

/* Set once before the sandbox. */
static struct sums_keys *checksum_keys;
static struct gpgv *checksum_gpgv; /* NULL: the site has no keys of OpenPGP */

/* The keys of OpenPGP, file behind file. */
struct checksum_ring {
	struct buf bytes;
	size_t keys;
};

/* --- the keys of the site -------------------------------------------------------------- */

/* Its keys; false: it has none, and the desk has been told. */
static bool
checksum_take_keys(
    struct scan *s, const char *name, int fd, struct digest *all, struct checksum_ring *ring)
{
	MEM_FREE uint8_t *text = NULL;
	const char *why = "it is longer than " CHECKSUM_KEYRING " may be";
	const size_t len = strlen(name);
	const bool pgp = len > 4 && strcmp(name + len - 4, ".gpg") == 0;
	size_t n, keys = 0;
	enum err e = io_slurp(fd, pgp ? LIM_SUMS_RING_BYTES : LIM_SUMS_KEY_BYTES, &text, &n);
	if (e == ERR_OK && pgp) {
		keys = sums_pgp_keys(text, n, &why);
		if (keys > 0 && buf_add(&ring->bytes, text, n) != ERR_OK) {
			keys = 0;
			why = "there are more keys of OpenPGP than can be had";
		}
		ring->keys += keys;
	} else if (e == ERR_OK) {
		keys = sums_keys_add(checksum_keys, name, text, n);
	}
	if (keys > 0)
		digest_add(all, text, n);
	else if (pgp)
		scan_unfit(
		    s, "the keys in " CHECKSUM_KEYRING "/%s cannot be used: %s", name, why);
	else
		scan_unfit(s,
		    "there is no key in " CHECKSUM_KEYRING
		    "/%s: it takes public keys of minisign and signify, and OpenSSH's "
		    "allowed signers with ssh-ed25519; and keys of OpenPGP in files named .gpg",
		    name);
	return keys > 0;
}

/* One file of the keyring; false: it cannot be trusted, or read. */
static bool
checksum_key_file(struct scan *s, int folder, const char *name, struct digest *all,
    struct checksum_ring *ring)
{
	struct stat st;
	MEM_CLOSE int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 || fstat(fd, &st) != 0) {
		scan_unfit(s, "the key file " CHECKSUM_KEYRING "/%s cannot be read: %s", name,
		    strerrordesc_np(errno));
		return false;
	}
	if (!S_ISREG(st.st_mode))
		return true;
	if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
		scan_unfit(s,
		    "the key file " CHECKSUM_KEYRING
		    "/%s can be changed by others than its owner; chmod go-w it, or remove it",
		    name);
		return false;
	}
	return checksum_take_keys(s, name, fd, all, ring);
}

static int
checksum_is_file(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

/* All of them, in one order; none at all is no fault. */
static bool
checksum_keyring(struct scan *s, struct digest *all, struct checksum_ring *ring)
{
	const char *home = getenv("SALLYPORT_HOME");
	struct dirent **names = NULL;
	bool ok = true;
	if (home == NULL)
		return true;
	MEM_FREE char *path = mem_printf("%s/" CHECKSUM_KEYRING, home);
	MEM_CLOSE int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0 && errno == ENOENT)
		return true;
	int n = folder >= 0 ? scandirat(folder, ".", &names, checksum_is_file, alphasort) : -1;
	if (n < 0) {
		scan_unfit(
		    s, "the keys in %s cannot be read: %s", path, strerrordesc_np(errno));
		return false;
	}
	for (int i = 0; i < n; i++) {
		ok = ok && checksum_key_file(s, folder, names[i]->d_name, all, ring);
		free(names[i]);
	}
	free(names);
	return ok;
}

/* Without keys for it gpgv is not needed. */
static bool
checksum_start_gpgv(struct scan *s, const struct checksum_ring *ring)
{
	char why[MANIFEST_WHY_SIZE];
	if (ring->keys == 0 || gpgv_start(CHECKSUM_GPGV, ring->bytes.data, ring->bytes.len,
				   &checksum_gpgv, why) == ERR_OK)
		return true;
	scan_unfit(s,
	    "there are keys of OpenPGP in " CHECKSUM_KEYRING
	    ", and gpgv, which the package gpgv brings, cannot run: %s",
	    why);
	return false;
}

static enum err
checksum_setup(struct scan *s, struct scan_about *about)
{
	struct checksum_ring ring = {.keys = 0};
	uint8_t sum[DIGEST_SIZE];
	char hex[17];
	if (seal_init() != ERR_OK)
		return ERR_IO;
	digest_init_named();
	checksum_keys = sums_keys_new();
	struct digest *all = digest_new();
	buf_init(&ring.bytes, LIM_SUMS_RING_BYTES);
	bool ok = checksum_keyring(s, all, &ring) && checksum_start_gpgv(s, &ring);
	buf_done(&ring.bytes);
	digest_final(all, sum);
	digest_free(all);
	if (!ok)
		return ERR_SYNTAX;
	hex_encode(sum, 8, hex);
	size_t n = sums_keys_count(checksum_keys) + ring.keys;
	/* keys are no signatures that age: who they are is part of what is at work */
	snprintf(about->engine, sizeof(about->engine), "checksums %s, %zu keys%s%s",
	    SALLYPORT_VERSION, n, n > 0 ? " " : "", n > 0 ? hex : "");
	return ERR_OK;
}

/* --- one set ---------------------------------------------------------------------------------
 */

struct checksum_job {
	struct scan *scan;
	struct scan_job *set;
	struct object_job object;
	struct scan_job one; /* the object that is open */
};

static enum err
checksum_open(void *arg, const char *sha256, struct object *o)
{
	struct checksum_job *j = arg;
	uint64_t bytes;
	int fd;
	enum err e = scan_want(j->scan, j->set, sha256, &fd, &bytes);
	if (e != ERR_OK)
		return e;
	j->one = (struct scan_job){.fd = fd, .size_bytes = bytes};
	j->object = (struct object_job){j->scan, &j->one};
	o->size_bytes = bytes;
	o->read = object_read_job;
	o->arg = &j->object;
	return ERR_OK;
}

static bool
checksum_unwanted(void *arg)
{
	const struct checksum_job *j = arg;
	return scan_cancelled(j->scan, j->set);
}

static enum err
checksum_openpgp(
    void *arg, const char *signature, const char *object, struct sums_pgp_said *ret)
{
	struct checksum_job *j = arg;
	MEM_CLOSE int sig = -1, fd = -1;
	uint64_t bytes;
	enum err e = scan_want(j->scan, j->set, signature, &sig, &bytes);
	if (e == ERR_OK && object != NULL)
		e = scan_want(j->scan, j->set, object, &fd, &bytes);
	if (e == ERR_OK)
		e = gpgv_ask(checksum_gpgv, sig, fd,
		    &(struct gpgv_wait){SCAN_FD_DESK, checksum_unwanted, j}, ret);
	/* the desk starts another, with a runner of its own */
	if (e == ERR_IO)
		log_fatal("gpgv cannot be run: %s", strerrordesc_np(errno));
	return e;
}

static void
checksum_close(void *arg, struct object *o)
{
	struct checksum_job *j = arg;
	(void)o;
	close(j->one.fd);
}

static void
checksum_find(void *arg, const struct scan_finding *f)
{
	const struct checksum_job *j = arg;
	scan_put_finding(j->scan, j->set, f);
}

static void
checksum_verdict(void *arg, const char *sha256, enum scan_verdict verdict, const char *why,
    uint64_t read_bytes)
{
	const struct checksum_job *j = arg;
	scan_put_object_verdict(j->scan, j->set, sha256, verdict, why, read_bytes);
}

static bool
checksum_is_list(const struct set_row *row)
{
	return row->is_fact && strcmp(row->scanner, "type") == 0 &&
	       strcmp(row->key, "list") == 0 && strcmp(row->value, "digests") == 0;
}

static void
checksum_take(struct sums *sums, const struct set_row *row)
{
	struct sums_name inside[LIM_ARCHIVE_DEPTH + 1];
	size_t n = row->ninside;
	if (n > LIM_ARCHIVE_DEPTH + 1)
		return;
	for (size_t i = 0; i < n; i++)
		inside[i] = (struct sums_name){row->inside[i].bytes, row->inside[i].len};
	sums_file(sums, (struct sums_name){row->path.bytes, row->path.len}, inside, n,
	    row->sha256, row->size_bytes);
}

static bool
checksum_is_signature(const struct set_row *row)
{
	if (row->is_fact)
		return false;
	const struct set_name *name =
	    row->ninside > 0 ? &row->inside[row->ninside - 1] : &row->path;
	return sums_is_signature(name->bytes, name->len);
}

/* Facts come last: without a list among them, or a signature, no name need be kept. */
static enum err
checksum_read(const struct scan_job *job, struct sums *sums, bool keep, size_t *ret_work)
{
	const struct set_row *row;
	struct set *set = set_open(job->fd, job->size_bytes);
	enum err e;
	*ret_work = 0;
	while ((e = set_next(set, &row)) == ERR_OK) {
		bool list = checksum_is_list(row);
		*ret_work += list || checksum_is_signature(row);
		if (keep && list)
			sums_list(sums, row->sha256);
		else if (keep && !row->is_fact)
			checksum_take(sums, row);
	}
	set_free(set);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

static void
checksum_set(struct scan *s, struct scan_job *job)
{
	struct checksum_job j = {.scan = s, .set = job};
	const struct sums_ops ops = {.open = checksum_open,
	    .close = checksum_close,
	    .openpgp = checksum_gpgv != NULL ? checksum_openpgp : NULL,
	    .find = checksum_find,
	    .verdict = checksum_verdict,
	    .arg = &j};
	struct sums *sums = sums_new(&ops, checksum_keys);
	struct sums_result r = {.verdict = SCAN_NA, .why = ""};
	size_t work;
	enum err e = checksum_read(job, sums, false, &work);
	if (e == ERR_OK && work > 0)
		e = checksum_read(job, sums, true, &work);
	if (e == ERR_OK && work > 0)
		e = sums_run(sums, &r);
	sums_free(sums);
	if (e == ERR_CLOSED)
		scan_result(s, job, SCAN_TIMEOUT, "given up by the desk", 0);
	else if (e != ERR_OK)
		scan_result(
		    s, job, SCAN_ERROR, "the set, or an object of it, could not be read", 0);
	else
		scan_result(s, job, r.verdict, r.why, job->size_bytes);
}

static const struct scan_ops checksum_ops = {
    .name = "checksum",
    .window = 1,
    .max_bytes = 0,
    .setup = checksum_setup,
    .set = checksum_set,
};

int
main(int argc, char **argv)
{
	return scan_main(argc, argv, &checksum_ops);
}
