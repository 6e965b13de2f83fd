/* SPDX-License-Identifier: ISC */
#include "src/proc/unlock/volkey_in.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <libcryptsetup.h>

#define TRUECRYPT_TAIL 131072 /* backup headers behind the data */

/* The library wants paths; the bytes stay in locked pages. */
struct volkey_file {
	int fd;
	uint8_t *map;
	size_t len;
	char path[VOLKEY_PATH_SIZE];
};

struct volkey_files {
	struct volkey_file v[LIM_UNLOCK_KEY_FILES];
	const char *paths[LIM_UNLOCK_KEY_FILES];
	unsigned n;
};

static bool
volkey_file_open(const struct secret_file *s, struct volkey_file *f)
{
	f->fd = memfd_create("key", MFD_CLOEXEC);
	f->len = s->len;
	f->map = MAP_FAILED;
	if (f->fd < 0 || ftruncate(f->fd, (off_t)f->len) != 0)
		return false;
	f->map = mmap(NULL, f->len, PROT_READ | PROT_WRITE, MAP_SHARED, f->fd, 0);
	if (f->map == MAP_FAILED || mlock(f->map, f->len) != 0)
		return false;
	memcpy(f->map, s->bytes, f->len);
	volkey_path(f->fd, f->path);
	return true;
}

static void
volkey_file_close(struct volkey_file *f)
{
	if (f->map != MAP_FAILED) {
		explicit_bzero(f->map, f->len);
		munmap(f->map, f->len);
	}
	if (f->fd >= 0)
		close(f->fd);
}

/* Those of them that are open, even when not all are. */
static bool
volkey_files_open(const struct secret *s, struct volkey_files *f)
{
	bool good = true;

	for (f->n = 0; f->n < s->n_files && good; f->n++) {
		good = volkey_file_open(&s->files[f->n], &f->v[f->n]);
		f->paths[f->n] = f->v[f->n].path;
	}
	return good;
}

/*
 * Up to the headers at the end, when it has some: where the data begin tells.
 * The file system says how much of that is its own.
 */
static void
volkey_truecrypt_layout(struct crypt_device *cd, const struct header *h, struct layout *l)
{
	uint64_t offset = crypt_get_data_offset(cd);
	uint64_t end = h->bytes;

	if (offset >= TRUECRYPT_TAIL / 512 && end >= TRUECRYPT_TAIL)
		end -= TRUECRYPT_TAIL;
	l->sector_bytes = 512;
	l->offset_bytes = offset > INT64_MAX / 512 ? INT64_MAX / 512 * 512 : offset * 512;
	l->bytes = l->offset_bytes < end ? (end - l->offset_bytes) / 512 * 512 : 0;
	l->iv_offset = crypt_get_iv_offset(cd);
}

static enum err
volkey_truecrypt_opened(struct crypt_device *cd, const struct header *h, struct volkey *k)
{
	size_t len = LIM_VOLUME_KEY_BYTES;
	enum err e = volkey_cipher(cd, k);

	if (e != ERR_OK)
		return e;
	volkey_truecrypt_layout(cd, h, &k->layout);
	e = volkey_layout(k, h->bytes);
	if (e == ERR_OK &&
	    (crypt_volume_key_get(cd, CRYPT_ANY_SLOT, (char *)k->key, &len, NULL, 0) < 0 ||
		len != k->layout.key_bytes))
		e = volkey_fail(k, ERR_SYNTAX, "The header of the volume is damaged.");
	return e;
}

/*
 * TrueCrypt first: that costs next to nothing.  Then VeraCrypt's hashes, those
 * in use first: with each of them one try takes a second or more.
 */
static const struct volkey_round {
	const char *hash; /* NULL: any */
	uint32_t flags;
} volkey_rounds[] = {
    {NULL, 0},
    {"sha512", CRYPT_TCRYPT_VERA_MODES},
    {"sha256", CRYPT_TCRYPT_VERA_MODES},
    {"whirlpool", CRYPT_TCRYPT_VERA_MODES},
    {"ripemd160", CRYPT_TCRYPT_VERA_MODES},
};

static int
volkey_truecrypt_load(struct crypt_device *cd, const struct secret *s, unsigned pim,
    struct volkey_files *files, const struct volkey_round *round, uint32_t flags)
{
	struct crypt_params_tcrypt p = {
	    .passphrase = s->passphrase_len > 0 ? (const char *)s->passphrase : "",
	    .passphrase_size = s->passphrase_len,
	    .keyfiles = files->n > 0 ? files->paths : NULL,
	    .keyfiles_count = files->n,
	    .hash_name = round->hash,
	    .flags = CRYPT_TCRYPT_LEGACY_MODES | round->flags | flags,
	    .veracrypt_pim = pim};

	return crypt_load(cd, CRYPT_TCRYPT, &p);
}

static enum err
volkey_truecrypt_try(struct crypt_device *cd, const struct header *h, const struct secret *s,
    unsigned pim, struct volkey_files *files, struct volkey *k)
{
	static const uint32_t headers[] = {0, CRYPT_TCRYPT_HIDDEN_HEADER};
	uint32_t flags = h->kind == HEADER_VERACRYPT_BACKUP ? CRYPT_TCRYPT_BACKUP_HEADER : 0;
	size_t rounds = sizeof(volkey_rounds) / sizeof(volkey_rounds[0]);

	/* TrueCrypt knows no PIM */
	for (size_t i = pim > 0 ? 2 : 0; i < 2 * rounds; i++) {
		int r = volkey_truecrypt_load(
		    cd, s, pim, files, &volkey_rounds[i / 2], flags | headers[i % 2]);
		if (r == 0)
			return volkey_truecrypt_opened(cd, h, k);
		if (r == -ENOMEM)
			return volkey_no_memory(k);
	}
	return volkey_fail(k, ERR_DENIED,
	    "Nothing in the volume opens with this passphrase, these key files and this PIM. "
	    "They may be "
	    "wrong; or the volume uses another cipher than AES, or BLAKE2s or Argon2, which "
	    "cannot be told from wrong ones; or it is no volume of VeraCrypt or TrueCrypt.");
}

enum err
volkey_truecrypt(struct crypt_device *cd, const struct header *h, const struct secret *s,
    unsigned pim, struct volkey *k)
{
	struct volkey_files f;
	enum err e;

	if (pim > LIM_UNLOCK_PIM)
		return volkey_fail(k, ERR_LIMIT,
		    "A PIM of %u asks for more rounds of key derivation than this station "
		    "spends "
		    "on one try (%u at most).",
		    pim, LIM_UNLOCK_PIM);
	if (volkey_files_open(s, &f))
		e = volkey_truecrypt_try(cd, h, s, pim, &f, k);
	else
		e = volkey_no_memory(k);
	while (f.n > 0)
		volkey_file_close(&f.v[--f.n]);
	return e;
}
